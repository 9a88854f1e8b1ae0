/* Sums in eight lanes of whatever register width: part of kernels.c. The order of additions is step.py's `in_lanes`: lane j takes the
 * products j, j + 8, … in order, missing ones are +0.0; lanes_sum adds the lanes. */

INLINE const double *end_of_table(const ns_problem *p) { return p->input + p->examples * p->inputs; }

/* W numbers of a row's last eight, those behind its end +0.0 (`keep`: kept_lanes). Where a next row follows they are read from it and cut
 * away, which is faster than to read fewer; the table's end is never passed. */
INLINE vec cut(const double *end, const double *row, int64_t at, ivec keep) {
    const int64_t behind = end - (row + at);
    return behind >= W ? (vec)((ivec)load(row + at) & keep) : (vec)((ivec)load_some(row + at, behind) & keep);
}

/* Which lanes of a row's last eight numbers there are. */
INLINE void kept_lanes(int64_t d, ivec *keep) {
    const int64_t last = (d - 1) / LANES * LANES;
    UNROLL for (int q = 0; q < PARTS; q++) keep[q] = first_lanes(d - last - q * W);
}

/* Adds the products of a row to its lanes; `tail` are the last eight weights, padded with +0.0. */
INLINE void add_products(const ns_problem *p, const double *w, const double *tail, const double *row, const ivec *keep, vec *lane) {
    const int64_t last = (p->inputs - 1) / LANES * LANES;
    const double *end = end_of_table(p);
    for (int64_t i = 0; i < last; i += LANES)
        UNROLL for (int q = 0; q < PARTS; q++) lane[q] += load(w + i + q * W) * load(row + i + q * W);
    UNROLL for (int q = 0; q < PARTS; q++) lane[q] += load(tail + q * W) * cut(end, row, last + q * W, keep[q]);
}
