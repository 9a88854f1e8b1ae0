/* One linear node, one example a step, plain rule: part of kernels.c. Requirement: as fast as the memory, or the chain of additions.
 *
 * It takes at least one row of doubles, and what goes_by_rows (walk.h) says: nothing frozen, nothing beside the rule, no number wanted
 * but the weights. All other steps on one example are step.h's.
 *
 * Order of additions: a prediction left to right from its first product on, or in eight lanes (step.py), the bias last. New weight:
 * weight − alpha × (delta × input). A left-to-right sum that would start with its first term starts at −0.0, which adds nothing to any
 * number, signs of zero included.
 *
 * No step is tested for divergence: a weight that is not finite stays so. The caller looks at the weights afterwards, and has the steps
 * made anew one by one where one has gone. Few inputs: all weights stay in registers. Many: one loop updates with a row and takes
 * the products with the next one, so that each weight is loaded and stored once. */

/* The rows of a walk: those numbered from, from + 1, … or as `order` says. */
typedef struct {
    const ns_problem *p;
    const int64_t *order;
    int64_t from, count;
} rows_of;

INLINE int64_t row_at(const rows_of *r, int64_t t) { return r->order ? r->order[t] : r->from + t; }

enum { ROWS_AHEAD = 8 };

/* Asks for a row before it is needed: of a drawn order one that comes soon, of the order of memory the `lines` lines that lie
 * ahead of it. */
INLINE void ask_ahead(const rows_of *r, int64_t t, const double *row, const int lines) {
    const int64_t d = r->p->inputs;
    if (!r->order) {
        UNROLL for (int l = 0; l < lines; l++) ask_far(row + l * LINE);
    } else if (t + ROWS_AHEAD < r->count) {
        const int64_t s = r->order[t + ROWS_AHEAD];
        for (int64_t i = 0; i < d; i += LINE) __builtin_prefetch(r->p->input + s * d + i);
        __builtin_prefetch(r->p->goal + s);
    }
}

/* Moves the bias, which is in a register; gives the bits that changed, none where there is no bias. */
INLINE uint64_t move_bias(const ns_problem *p, double *bias, double delta) {
    if (!p->layer->has_bias) return 0;
    const double before = *bias;
    *bias = before - p->alpha * delta;
    return bits_of(*bias) ^ bits_of(before);
}

INLINE double with_bias(const ns_problem *p, double sum, double bias) { return p->layer->has_bias ? sum + bias : sum; }

enum { IN_REGISTERS = 8 };   /* weights of a chain that stay there */

/* Left to right, d weights in registers, d known when compiled. */
INLINE int64_t chain_narrow(const rows_of *r, double *weight, double *bias_at, const int d) {
    const ns_problem *p = r->p;
    double w[IN_REGISTERS], bias = *bias_at;
    int64_t moved = -1;
    UNROLL for (int i = 0; i < d; i++) w[i] = weight[i];
    for (int64_t t = 0; t < r->count; t++) {
        const int64_t s = row_at(r, t);
        const double *x = p->input + s * d;
        ask_ahead(r, t, x, 1);
        double sum = w[0] * x[0];
        UNROLL for (int i = 1; i < d; i++) sum += w[i] * x[i];
        const double delta = with_bias(p, sum, bias) - p->goal[s];
        uint64_t changed = 0;
        UNROLL for (int i = 0; i < d; i++) {
            const double next = w[i] - p->alpha * (delta * x[i]);
            changed |= bits_of(next) ^ bits_of(w[i]);
            w[i] = next;
        }
        changed |= move_bias(p, &bias, delta);
        moved = changed ? t : moved;
    }
    UNROLL for (int i = 0; i < d; i++) weight[i] = w[i];
    *bias_at = bias;
    return moved;
}

/* Left to right, any number of inputs: the products are made side by side and join the one chain in their order. `sum` is that of the row
 * at hand; behind the last row it is made of the last one again, and of no use. */
static int64_t chain_wide(const rows_of *r, double *weight, double *bias) {
    const ns_problem *p = r->p;
    const int64_t d = p->inputs, whole = d - d % W;
    int64_t moved = -1;
    double sum = sum_left_to_right(weight, p->input + row_at(r, 0) * d, d);
    for (int64_t t = 0; t < r->count; t++) {
        const int64_t s = row_at(r, t), after = row_at(r, t + 1 < r->count ? t + 1 : t);
        const double *x = p->input + s * d, *z = p->input + after * d;
        const double delta = with_bias(p, sum, *bias) - p->goal[s];
        const vec deltas = each(delta), alphas = each(p->alpha);
        uvec changed = {0};
        ask_ahead(r, t + 1, z, 0);
        sum = -0.0;
        for (int64_t i = 0; i < whole; i += W) {
            if (!r->order) ask_far_and_near(z + i);
            const vec w = load(weight + i), next = w - alphas * (deltas * load(x + i)), product = next * load(z + i);
            changed |= changed_bits(next, w);
            store(weight + i, next);
            UNROLL for (int j = 0; j < W; j++) sum += product[j];
        }
        uint64_t differs = any(changed) | move_bias(p, bias, delta);
        for (int64_t i = whole; i < d; i++) {
            const double next = weight[i] - p->alpha * (delta * x[i]);
            differs |= bits_of(next) ^ bits_of(weight[i]);
            weight[i] = next;
            sum += next * z[i];
        }
        moved = differs ? t : moved;
    }
    return moved;
}

enum { NARROW = W == 2 ? 1 : W == 4 ? 4 : 8 };   /* eights of weights that stay in registers */

/* Lanes, `vectors` weights in registers (whole eights, padded with +0.0), their number known when compiled. */
INLINE int64_t lanes_narrow(const rows_of *r, double *padded, double *bias_at, const int vectors) {
    const ns_problem *p = r->p;
    const double *end = end_of_table(p), *goal = p->goal, alpha = p->alpha;
    const int64_t d = p->inputs;
    const int whole = vectors - PARTS;
    vec w[NARROW * PARTS], x[NARROW * PARTS];
    ivec keep[PARTS];
    int64_t moved = -1;
    double bias = *bias_at;
    kept_lanes(d, keep);
    UNROLL for (int q = 0; q < vectors; q++) w[q] = load(padded + q * W);
    for (int64_t t = 0; t < r->count; t++) {
        const int64_t s = row_at(r, t);
        const double *row = p->input + s * d;
        ask_ahead(r, t, row, vectors / PARTS);
        vec lane[PARTS];
        UNROLL for (int q = 0; q < vectors; q++) {
            x[q] = q < whole ? load(row + q * W) : cut(end, row, q * W, keep[(q - whole) % PARTS]);
            lane[q % PARTS] = q < PARTS ? w[q] * x[q] : lane[q % PARTS] + w[q] * x[q];
        }
        const double delta = with_bias(p, lanes_sum(lane), bias) - goal[s];
        const vec deltas = each(delta), alphas = each(alpha);
        uvec changed = {0};
        UNROLL for (int q = 0; q < vectors; q++) {
            const vec next = w[q] - alphas * (deltas * x[q]);
            changed |= changed_bits(next, w[q]);
            w[q] = next;
        }
        moved = any(changed) | move_bias(p, &bias, delta) ? t : moved;
    }
    UNROLL for (int q = 0; q < vectors; q++) store(padded + q * W, w[q]);
    *bias_at = bias;
    return moved;
}

/* Lanes, any number of inputs; weights padded with +0.0 to whole eights. */
static int64_t lanes_wide(const rows_of *r, double *padded, double *bias) {
    const ns_problem *p = r->p;
    const int64_t d = p->inputs, last = (d - 1) / LANES * LANES;
    const double *end = end_of_table(p);
    ivec keep[PARTS];
    vec lane[PARTS];
    int64_t moved = -1;
    kept_lanes(d, keep);
    UNROLL for (int q = 0; q < PARTS; q++) lane[q] = each(-0.0);
    add_products(p, padded, padded + last, p->input + row_at(r, 0) * d, keep, lane);
    for (int64_t t = 0; t < r->count; t++) {
        const int64_t s = row_at(r, t), after = row_at(r, t + 1 < r->count ? t + 1 : t);
        const double *x = p->input + s * d, *z = p->input + after * d;
        const double delta = with_bias(p, lanes_sum(lane), *bias) - p->goal[s];
        const vec deltas = each(delta), alphas = each(p->alpha);
        uvec changed = {0};
        ask_ahead(r, t + 1, z, 0);
        UNROLL for (int q = 0; q < PARTS; q++) lane[q] = each(-0.0);
        for (int64_t i = 0; i < last; i += LANES) {
            if (!r->order) ask_far_and_near(z + i);
            UNROLL for (int q = 0; q < PARTS; q++) {
                const vec w = load(padded + i + q * W), next = w - alphas * (deltas * load(x + i + q * W));
                changed |= changed_bits(next, w);
                store(padded + i + q * W, next);
                lane[q] += next * load(z + i + q * W);
            }
        }
        UNROLL for (int q = 0; q < PARTS; q++) {
            const vec w = load(padded + last + q * W), next = w - alphas * (deltas * cut(end, x, last + q * W, keep[q]));
            changed |= changed_bits(next, w);
            store(padded + last + q * W, next);
            lane[q] += next * cut(end, z, last + q * W, keep[q]);
        }
        moved = any(changed) | move_bias(p, bias, delta) ? t : moved;
    }
    return moved;
}

/* One function for each number of eights that stay in registers. What is wider is lanes_wide's: its cases are never met, and are compiled
 * as those of one eight. */
#define IN_LANES(n) case n: return lanes_narrow(r, padded, bias, (n <= NARROW ? n : 1) * PARTS);

INLINE int64_t rows_in_lanes(const rows_of *r, double *padded, double *bias) {
    switch (r->p->inputs <= NARROW * LANES ? padded_width(r->p->inputs) / LANES : 0) {
    IN_LANES(1) IN_LANES(2) IN_LANES(3) IN_LANES(4) IN_LANES(5) IN_LANES(6) IN_LANES(7) IN_LANES(8)
    default: return lanes_wide(r, padded, bias);
    }
}

#define IN_A_CHAIN(n) case n: return chain_narrow(r, weight, bias, n);

INLINE int64_t rows_in_a_chain(const rows_of *r, double *weight, double *bias) {
    switch (r->p->inputs) {
    IN_A_CHAIN(1) IN_A_CHAIN(2) IN_A_CHAIN(3) IN_A_CHAIN(4) IN_A_CHAIN(5) IN_A_CHAIN(6) IN_A_CHAIN(7) IN_A_CHAIN(8)
    default: return chain_wide(r, weight, bias);
    }
}

/* `count` steps on rows from `from` on, or in `order`; returns the last of them that moved a weight (the first is 0), or −1. */
static int64_t go_rows(const ns_problem *p, double *weight, double *padded, const int64_t *order, int64_t from, int64_t count) {
    const int64_t d = p->inputs;
    const rows_of r = {p, order, from, count};
    double bias = p->layer->has_bias ? weight[d] : 0.0;
    for (int64_t i = 0; i < padded_width(d); i++) padded[i] = i < d ? weight[i] : 0.0;
    const int64_t moved = p->lanes ? rows_in_lanes(&r, padded, &bias) : rows_in_a_chain(&r, padded, &bias);
    copy(weight, padded, d);
    if (p->layer->has_bias) weight[d] = bias;
    return moved;
}
