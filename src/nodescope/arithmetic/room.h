/* What a thread's scratch is made of: part of core.c. Whoever looks at examples has all of it, one after another:
 *
 *                                    | first                               | then                                       | last
 * example by example (example.h)     | the gradient of all weights         | numbers of an example; of each of a batch  | a row made wide
 *                                    |                                     | where layers are updated one after another |
 * a batch of one node (batch.h)      | the gradient                        |                                            | rows made wide
 * a batch of layers (dense.h)        | the gradient                        | what set_out_room sets out                 |
 * several steps of layers            | nothing                             | as for a batch, and examples drawn         |
 * several rows of one node (rows.h)  | the weights before, if one goes far | weights padded, examples drawn             | rows made wide
 * squared errors (predict.h)         | predictions of LOOKED_AT examples   | as for a batch, or an example              | rows made wide
 *
 * Behind the scratch of the thread that walks are the places of parts (parts.h). */

enum { LOOKED_AT = 4 * BLOCK };   /* examples whose predictions are made together */

enum { STEPS_AT_ONCE = 4096 };   /* steps of several rows, after which the weights are looked at */

/* Where several rows have their weights: from a line on. Not so where these fill the nearest cache: it takes a fifth longer (measured, on one
 * processor; we do not know why). */
static double *padded_at(const ns_problem *p, double *room) { return p->inputs < 1024 ? next_line(room) : room; }

/* Of several rows: the weights padded, the examples drawn. */
static int64_t room_for_rows(const ns_problem *p) {
    return !is_one_node(p) ? 0 : LINE + padded_width(p->inputs) + (p->shuffled ? STEPS_AT_ONCE : 0);
}

/* Of several steps of layers: the examples drawn, behind what a batch of layers takes. */
static int64_t room_for_steps(const ns_problem *p) {
    return room_for_layers(p) + (goes_in_layers(p) && p->shuffled && p->batch <= BLOCK ? STEPS_AT_ONCE : 0);
}

int64_t ns_room(const ns_problem *p) {
    const int64_t first = larger(size_of(p), smaller(LOOKED_AT, p->examples) * p->outputs);
    const int64_t by_example = (p->sequential ? p->batch : 1) * 4 * nodes_of(p);
    return first + larger(by_example, larger(room_for_rows(p), room_for_steps(p))) + room_for_wide(p);
}

/* The last of them, for rows made wide; NULL where none are: little steps would feel the counting. */
static double *wide_room(const ns_problem *p, double *scratch) { return p->narrow ? scratch + ns_room(p) - room_for_wide(p) : NULL; }
