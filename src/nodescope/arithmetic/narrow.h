/* Tables that are kept in floats: part of core.c. Their rows are made wide some at a time, in the nearest cache, and go through the same
 * kernels: a float is a double exactly, so the bits are those of the table in doubles, which nobody has to make.
 *
 * It comes between walk.h, step.h, predict.h and the kernels of one node, which take doubles only, and takes what they take; a table of
 * doubles passes through. The kernels of layers copy their rows in any case (dense.h), and make them wide as they do. */

enum { WIDE_AT_ONCE = 2048 };   /* doubles that are made wide together, at least eight rows of them */

/* How many these are: whole eights, as the kernels take them. */
static int64_t wide_rows(const ns_problem *p) {
    return smaller(p->examples, larger(EIGHT, smaller(256, WIDE_AT_ONCE / p->inputs / EIGHT * EIGHT)));
}

/* Scratch for rows made wide and their goals. */
static int64_t room_for_wide(const ns_problem *p) { return p->narrow ? wide_rows(p) * (p->inputs + 1) : 0; }

/* Inputs of an example: where they are, or made wide in `room`. */
static inline const double *input_of(const ns_problem *p, int64_t example, double *room) {
    if (!p->narrow) return p->input + example * p->inputs;
    kernels()->widen(p->narrow + example * p->inputs, p->inputs, room);
    return room;
}

/* Of one node: a problem of `count` examples, at most wide_rows, those from `from` on or the chosen ones, made wide. */
static ns_problem made_wide(const ns_problem *p, const int64_t *chosen, int64_t from, int64_t count, double *room) {
    ns_problem wide = *p;
    double *goal = room + wide_rows(p) * p->inputs;
    for (int64_t r = 0; r < count; r++) {
        const int64_t example = chosen ? chosen[r] : from + r;
        kernels()->widen(p->narrow + example * p->inputs, p->inputs, room + r * p->inputs);
        goal[r] = p->goal[example];
    }
    wide.narrow = NULL;
    wide.input = room;
    wide.goal = goal;
    wide.examples = count;
    return wide;
}

/* Of one node, as its kernels do it: each of these goes through the table in as many rows as are made wide together. */

static int64_t rows_of_node(const ns_problem *p, double *weight, double *padded, double *room, const int64_t *order, int64_t from, int64_t count,
                            int *watch_all) {
    if (!p->narrow) return kernels_of_rows()->rows(p, weight, padded, order, from, count, watch_all);
    int64_t last = -1;
    for (int64_t at = 0; at < count; at += wide_rows(p)) {
        const int64_t some = smaller(wide_rows(p), count - at);
        const ns_problem wide = made_wide(p, order ? order + at : NULL, from + at, some, room);
        const int64_t moved = kernels_of_rows()->rows(&wide, weight, padded, NULL, 0, some, watch_all);
        if (moved >= 0) last = at + moved;
    }
    return last;
}

static double gradient_of_node(const ns_problem *p, const double *w, double *room, const int64_t *chosen, int64_t from, int64_t count, double *g) {
    double squares = 0.0;
    for (int64_t i = 0; i < size_of(p); i++) g[i] = -0.0;
    if (!p->narrow) return kernels_of_batches(p)->node_gradient(p, w, chosen, from, count, g, squares);
    for (int64_t at = 0; at < count; at += wide_rows(p)) {
        const int64_t some = smaller(wide_rows(p), count - at);
        const ns_problem wide = made_wide(p, chosen ? chosen + at : NULL, from + at, some, room);
        squares = kernels_of_batches(p)->node_gradient(&wide, w, NULL, 0, some, g, squares);
    }
    return squares;
}

static void predictions_of_node(const ns_problem *p, const double *w, double *room, int64_t from, int64_t count, double *prediction) {
    if (!p->narrow) {
        kernels_of_batches(p)->node_predictions(p, w, from, count, prediction);
        return;
    }
    for (int64_t at = 0; at < count; at += wide_rows(p)) {
        const int64_t some = smaller(wide_rows(p), count - at);
        const ns_problem wide = made_wide(p, NULL, from + at, some, room);
        kernels_of_batches(p)->node_predictions(&wide, w, 0, some, prediction + at);
    }
}
