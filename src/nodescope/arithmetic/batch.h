/* One linear node over many examples: predictions, and the gradient of a batch. Part of kernels.c. Requirement: as fast as the data
 * come from memory, in one pass over them.
 *
 * They take doubles, any number of examples, and whatever is_one_node is true of; a gradient goes on from what stands in g, −0.0 at first.
 * Batches of less than eight, those with frozen weights and those whose numbers are written down are step.h's (goes_by_kernel).
 *
 * Order of additions: a prediction left to right or in eight lanes (step.py), the bias last; a weight's gradient over the examples,
 * ascending. Sums that would start with their first term start at −0.0, which adds nothing to any number.
 *
 * Eight rows at a time: left to right each has a lane of its own, so that eight chains of additions run side by side; their gradient
 * follows while they are in the nearest cache. Lines farther on are asked for meanwhile in the order of their
 * addresses: eight streams of reading at once are slower than one. */

typedef struct {
    const double *row[EIGHT];
    double goal[EIGHT];
} eight_rows;

INLINE eight_rows eight_from(const ns_problem *p, const int64_t *chosen, int64_t at) {
    eight_rows of;
    for (int64_t k = 0; k < EIGHT; k++) {
        const int64_t s = chosen ? chosen[at + k] : at + k;
        of.row[k] = p->input + s * p->inputs;
        of.goal[k] = p->goal[s];
    }
    return of;
}

INLINE double sum_of_row(const ns_problem *p, const double *w, const double *x) {
    return node_sum(p->lanes, p->layer->has_bias, w, x, p->inputs);
}

/* Where rows farther on are asked for, or the eight rows after these where they are farther still. */
INLINE const double *ahead_of(const eight_rows *of, int64_t d) { return of->row[0] + larger(EIGHT * d, FAR_AHEAD); }

/* Asks for what lies ahead of a place, for as many lines as the eight rows' numbers of so many columns take. A line that is left out is one
 * that is waited for. */
INLINE void ask_for(const double *ahead, int64_t i, const int columns) {
    UNROLL for (int l = 0; l < columns; l++) __builtin_prefetch(ahead + EIGHT * i + l * LINE, 0, 2);
}

/* Asks for eight rows that lie anywhere. */
INLINE void ask_for_chosen(const ns_problem *p, const int64_t *chosen) {
    for (int64_t k = 0; k < EIGHT; k++)
        for (int64_t i = 0; i < p->inputs; i += LINE) __builtin_prefetch(p->input + chosen[k] * p->inputs + i);
}

/* Sums of eight rows, each from left to right, each in a lane. */
INLINE void sums_side_by_side(const eight_rows *of, const double *w, int64_t d, const double *ahead, double *sum) {
    vec total[PARTS];
    int64_t i = 0;
    UNROLL for (int q = 0; q < PARTS; q++) total[q] = each(-0.0);
    for (; i + W <= d; i += W) {
        if (ahead) ask_for(ahead, i, W);
        UNROLL for (int q = 0; q < PARTS; q++) {
            vec column[W];
            UNROLL for (int j = 0; j < W; j++) column[j] = load(of->row[q * W + j] + i);
            transpose(column);
            UNROLL for (int j = 0; j < W; j++) total[q] += each(w[i + j]) * column[j];
        }
    }
    UNROLL for (int q = 0; q < PARTS; q++) store(sum + q * W, total[q]);
    for (; i < d; i++) {
        if (ahead) ask_for(ahead, i, 1);
        UNROLL for (int k = 0; k < EIGHT; k++) sum[k] += w[i] * of->row[k][i];
    }
}

enum { SHORT_ROW = 160 };   /* longer ones, read one after another, come in time by themselves (measured) */

/* Sums of eight rows, each in eight lanes. */
INLINE void sums_in_lanes(const ns_problem *p, const eight_rows *of, const double *w, const double *ahead, double *sum) {
    const int64_t d = p->inputs, last = (d - 1) / LANES * LANES;
    const int asks = ahead && d < SHORT_ROW;
    double tail[LANES] = {0};
    ivec keep[PARTS];
    kept_lanes(d, keep);
    copy(tail, w + last, d - last);
    for (int64_t k = 0; k < EIGHT; k++) {
        vec lane[PARTS];
        for (int64_t i = 0; asks && i < d; i += LINE) __builtin_prefetch(ahead + k * d + i, 0, 2);
        UNROLL for (int q = 0; q < PARTS; q++) lane[q] = each(-0.0);
        add_products(p, w, tail, of->row[k], keep, lane);
        sum[k] = lanes_sum(lane);
    }
}

INLINE void sums_of_eight(const ns_problem *p, const eight_rows *of, const double *w, const double *ahead, double *sum) {
    const int64_t d = p->inputs;
    if (p->lanes) sums_in_lanes(p, of, w, ahead, sum);
    else sums_side_by_side(of, w, d, ahead, sum);
    for (int64_t k = 0; p->layer->has_bias && k < EIGHT; k++) sum[k] += w[d];
}

/* Adds what eight rows give to the gradient, one after another. */
INLINE void add_eight(const eight_rows *of, const double *delta, int64_t d, double *g) {
    vec deltas[EIGHT];
    int64_t i = 0;
    UNROLL for (int k = 0; k < EIGHT; k++) deltas[k] = each(delta[k]);
    for (; i + W <= d; i += W) {
        vec sum = load(g + i);
        UNROLL for (int k = 0; k < EIGHT; k++) sum += deltas[k] * load(of->row[k] + i);
        store(g + i, sum);
    }
    for (; i < d; i++)
        UNROLL for (int k = 0; k < EIGHT; k++) g[i] += delta[k] * of->row[k][i];
}

/* Predictions of `count` examples from `from` on. */
static void node_predictions(const ns_problem *p, const double *w, int64_t from, int64_t count, double *prediction) {
    const int64_t d = p->inputs;
    int64_t at = 0;
    for (; at + EIGHT <= count; at += EIGHT) {
        const eight_rows of = eight_from(p, NULL, from + at);
        sums_of_eight(p, &of, w, ahead_of(&of, d), prediction + at);
    }
    for (; at < count; at++) prediction[at] = sum_of_row(p, w, p->input + (from + at) * d);
}

/* Adds the gradient over `count` examples to g, those from `from` on or the chosen ones; returns their squared errors added to `squares`. */
static double node_gradient(const ns_problem *p, const double *w, const int64_t *chosen, int64_t from, int64_t count, double *g, double squares) {
    const int64_t d = p->inputs, start = chosen ? 0 : from;
    int64_t at = start;
    for (; at + EIGHT <= start + count; at += EIGHT) {
        const eight_rows of = eight_from(p, chosen, at);
        double delta[EIGHT];
        if (chosen && at + 2 * EIGHT <= count) ask_for_chosen(p, chosen + at + EIGHT);
        /* behind the batch's last rows too: they are the next batch's first */
        sums_of_eight(p, &of, w, chosen ? NULL : ahead_of(&of, d), delta);
        for (int64_t k = 0; k < EIGHT; k++) {
            delta[k] -= of.goal[k];
            squares += delta[k] * delta[k];
            if (p->layer->has_bias) g[d] += delta[k];
        }
        add_eight(&of, delta, d, g);
    }
    for (; at < start + count; at++) {
        const int64_t s = chosen ? chosen[at] : at;
        const double *x = p->input + s * d;
        const double e = sum_of_row(p, w, x) - p->goal[s];
        squares += e * e;
        add_example(x, e, d, p->layer->has_bias, 0, g);
    }
    return squares;
}
