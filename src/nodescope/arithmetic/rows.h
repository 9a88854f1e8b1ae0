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
 * made anew one by one where one has gone. Whether a step moved a weight is watched in the last rows alone; nearly always one of them
 * did, and it is known which step was the last that did. Few inputs: all weights stay in registers. Many: one loop updates with a row and
 * takes the products with the next one, so that each weight is loaded and stored once. */

/* The rows of a walk: those numbered from, from + 1, … or as `order` says, which is drawn for `drawn` of them and more to come. */
typedef struct {
    const ns_problem *p;
    const int64_t *order;
    int64_t from, count, drawn;
} rows_of;

INLINE int64_t row_at(const rows_of *r, int64_t t) { return r->order ? r->order[t] : r->from + t; }

enum { ROWS_AHEAD = 8, LONG_ROW = 256 };

/* Asks for a row of a drawn order that comes soon. */
INLINE void ask_ahead(const rows_of *r, int64_t t) {
    const int64_t d = r->p->inputs;
    if (!r->order || t + ROWS_AHEAD >= r->drawn) return;
    const int64_t s = r->order[t + ROWS_AHEAD];
    for (int64_t i = 0; i < d; i += LINE) __builtin_prefetch(r->p->input + s * d + i);
    __builtin_prefetch(r->p->goal + s);
}

/* Whether what lies ahead in memory is asked for: shorter rows come in time by themselves, and asking takes longer (measured). */
INLINE int asks_for_memory(const rows_of *r) { return !r->order && r->p->inputs >= LONG_ROW; }

/* Moves the bias, which is in a register; gives the bits that changed, none where there is no bias. */
INLINE uint64_t move_bias(const ns_problem *p, double *bias, double delta) {
    if (!p->layer->has_bias) return 0;
    const double before = *bias;
    *bias = before - p->alpha * delta;
    return bits_of(*bias) ^ bits_of(before);
}

INLINE double with_bias(const ns_problem *p, double sum, double bias) { return p->layer->has_bias ? sum + bias : sum; }

/* All of these give the last row that moved a weight, the first is 0; −1 where none did, or where they are not `watched`. */

enum { ALONE = 6, FIRST = 2 };   /* weights of a chain that are made one by one: at most so many, or the first of more */

/* Left to right, d weights in registers, d known when compiled. The chain waits for its first products alone, which are made one by one:
 * those of a vector come later. */
INLINE int64_t chain_narrow(const rows_of *r, double *weight, double *bias_at, const int d, const int watched) {
    const ns_problem *p = r->p;
    const double *end = end_of_table(p), *goal = p->goal, alpha = p->alpha;
    const int first = d <= ALONE ? d : FIRST, whole = (d - first) / W, vectors = (d - first + W - 1) / W;
    const ivec keep = first_lanes(d - first - whole * W);
    double f[ALONE], bias = *bias_at;
    vec w[LANES], x[LANES];
    int64_t moved = -1;
    UNROLL for (int i = 0; i < first; i++) f[i] = weight[i];
    UNROLL for (int q = 0; q < vectors; q++) w[q] = load_some(weight + first + q * W, d - first - q * W);
    for (int64_t t = 0; t < r->count; t++) {
        const int64_t s = row_at(r, t);
        const double *row = p->input + s * d;
        ask_ahead(r, t);
        double sum = f[0] * row[0];
        UNROLL for (int i = 1; i < first; i++) sum += f[i] * row[i];
        UNROLL for (int q = 0; q < vectors; q++) {
            x[q] = q < whole ? load(row + first + q * W) : cut(end, row, first + q * W, keep);
            const vec product = w[q] * x[q];
            UNROLL for (int j = 0; j < W; j++)
                if (first + q * W + j < d) sum += product[j];
        }
        const double delta = with_bias(p, sum, bias) - goal[s];
        const vec deltas = each(delta), alphas = each(alpha);
        uint64_t differs = 0;
        uvec changed = {0};
        UNROLL for (int i = 0; i < first; i++) {
            const double next = f[i] - alpha * (delta * row[i]);
            if (watched) differs |= bits_of(next) ^ bits_of(f[i]);
            f[i] = next;
        }
        UNROLL for (int q = 0; q < vectors; q++) {
            const vec next = w[q] - alphas * (deltas * x[q]);
            if (watched) changed |= changed_bits(next, w[q]);
            w[q] = next;
        }
        differs |= move_bias(p, &bias, delta);
        if (watched) moved = any(changed) | differs ? t : moved;
    }
    /* volatile: gcc would keep what is stored side by side in one register, and each product would wait for it to be taken apart */
    UNROLL for (int i = 0; i < first; i++) *(volatile double *)(weight + i) = f[i];
    UNROLL for (int q = 0; q < vectors; q++) store_some(weight + first + q * W, w[q], d - first - q * W);
    *bias_at = bias;
    return moved;
}

/* Left to right, any number of inputs: the products are made side by side and join the one chain in their order. `sum` is that of the row
 * at hand; behind the last row it is made of the last one again, and of no use. */
INLINE int64_t chain_wide(const rows_of *r, double *weight, double *bias, const int watched) {
    const ns_problem *p = r->p;
    const int64_t d = p->inputs, whole = d - d % W;
    const int asks = asks_for_memory(r);
    int64_t moved = -1;
    double sum = sum_left_to_right(weight, p->input + row_at(r, 0) * d, d);
    for (int64_t t = 0; t < r->count; t++) {
        const int64_t s = row_at(r, t), after = row_at(r, t + 1 < r->count ? t + 1 : t);
        const double *x = p->input + s * d, *z = p->input + after * d;
        const double delta = with_bias(p, sum, *bias) - p->goal[s];
        const vec deltas = each(delta), alphas = each(p->alpha);
        uvec changed = {0};
        ask_ahead(r, t + 1);
        sum = -0.0;
        for (int64_t i = 0; i < whole; i += W) {
            if (asks) ask_far_and_near(z + i);
            const vec w = load(weight + i), next = w - alphas * (deltas * load(x + i)), product = next * load(z + i);
            if (watched) changed |= changed_bits(next, w);
            store(weight + i, next);
            UNROLL for (int j = 0; j < W; j++) sum += product[j];
        }
        uint64_t differs = any(changed) | move_bias(p, bias, delta);
        for (int64_t i = whole; i < d; i++) {
            const double next = weight[i] - p->alpha * (delta * x[i]);
            if (watched) differs |= bits_of(next) ^ bits_of(weight[i]);
            weight[i] = next;
            sum += next * z[i];
        }
        if (watched) moved = differs ? t : moved;
    }
    return moved;
}

enum { NARROW = W == 2 ? 1 : W == 4 ? 3 : 8 };   /* eights of weights that stay in registers */

/* Lanes, `vectors` weights in registers (whole eights, padded with +0.0), their number known when compiled. */
INLINE int64_t lanes_narrow(const rows_of *r, double *padded, double *bias_at, const int vectors, const int watched) {
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
        ask_ahead(r, t);
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
            if (watched) changed |= changed_bits(next, w[q]);
            w[q] = next;
        }
        const uint64_t differs = any(changed) | move_bias(p, &bias, delta);
        if (watched) moved = differs ? t : moved;
    }
    UNROLL for (int q = 0; q < vectors; q++) store(padded + q * W, w[q]);
    *bias_at = bias;
    return moved;
}

/* Lanes, any number of inputs; weights padded with +0.0 to whole eights. */
INLINE int64_t lanes_wide(const rows_of *r, double *padded, double *bias, const int watched) {
    const ns_problem *p = r->p;
    const int64_t d = p->inputs, last = (d - 1) / LANES * LANES;
    const double *end = end_of_table(p);
    const int asks = asks_for_memory(r);
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
        ask_ahead(r, t + 1);
        UNROLL for (int q = 0; q < PARTS; q++) lane[q] = each(-0.0);
        for (int64_t i = 0; i < last; i += LANES) {
            if (asks) ask_far_and_near(z + i);
            UNROLL for (int q = 0; q < PARTS; q++) {
                const vec w = load(padded + i + q * W), next = w - alphas * (deltas * load(x + i + q * W));
                if (watched) changed |= changed_bits(next, w);
                store(padded + i + q * W, next);
                lane[q] += next * load(z + i + q * W);
            }
        }
        UNROLL for (int q = 0; q < PARTS; q++) {
            const vec w = load(padded + last + q * W), next = w - alphas * (deltas * cut(end, x, last + q * W, keep[q]));
            if (watched) changed |= changed_bits(next, w);
            store(padded + last + q * W, next);
            lane[q] += next * cut(end, z, last + q * W, keep[q]);
        }
        const uint64_t differs = any(changed) | move_bias(p, bias, delta);
        if (watched) moved = differs ? t : moved;
    }
    return moved;
}

/* One function for each number of weights, or of eights, that stay in registers. Of eights that do not the cases are never met, and are
 * compiled as those of one. */
#define IN_LANES(n) case n: return lanes_narrow(r, padded, bias, (n <= NARROW ? n : 1) * PARTS, watched);
#define IN_A_CHAIN(n) case n: return chain_narrow(r, padded, bias, n, watched);
#if defined(__wasm__)   /* the page is to be small */
enum { WATCH_ALL = 1 };
#define LONGER_CHAINS
#else
enum { WATCH_ALL = 0 };
#define LONGER_CHAINS \
    IN_A_CHAIN(7) IN_A_CHAIN(8) IN_A_CHAIN(9) IN_A_CHAIN(10) IN_A_CHAIN(11) IN_A_CHAIN(12) IN_A_CHAIN(13) IN_A_CHAIN(14) IN_A_CHAIN(15) IN_A_CHAIN(16)
#endif

INLINE int64_t walk_rows(const rows_of *r, double *padded, double *bias, const int watched) {
    const int64_t d = r->p->inputs;
    if (!r->p->lanes) {
        switch (d) {
        IN_A_CHAIN(1) IN_A_CHAIN(2) IN_A_CHAIN(3) IN_A_CHAIN(4) IN_A_CHAIN(5) IN_A_CHAIN(6) LONGER_CHAINS
        default: return chain_wide(r, padded, bias, watched);
        }
    }
    switch (d <= NARROW * LANES ? padded_width(d) / LANES : 0) {
    IN_LANES(1) IN_LANES(2) IN_LANES(3) IN_LANES(4) IN_LANES(5) IN_LANES(6) IN_LANES(7) IN_LANES(8)
    default: return lanes_wide(r, padded, bias, watched);
    }
}

static int64_t watched_rows(const rows_of *r, double *padded, double *bias) { return walk_rows(r, padded, bias, 1); }

static void unwatched_rows(const rows_of *r, double *padded, double *bias) { walk_rows(r, padded, bias, 0); }

/* Where a walk begins: the weights, padded, and the bias. */
INLINE double begin(const ns_problem *p, const double *weight, double *padded) {
    const int64_t d = p->inputs;
    for (int64_t i = 0; i < padded_width(d); i++) padded[i] = i < d ? weight[i] : 0.0;
    return p->layer->has_bias ? weight[d] : 0.0;
}

enum { LAST_ROWS = 4 };   /* these are watched */

/* `count` steps on rows from `from` on, or in `order`; returns the last of them that moved a weight (the first is 0), or −1. Where none of the
 * last rows did, all are gone through again and watched, and so are those of the next calls (`watch_all`) as long as it is so. */
static int64_t go_rows(const ns_problem *p, double *weight, double *padded, const int64_t *order, int64_t from, int64_t count, int *watch_all) {
    const int64_t before = count - LAST_ROWS;
    const rows_of all = {p, order, from, count, count}, first = {p, order, from, before, count};
    const rows_of last = {p, order ? order + before : NULL, from + before, LAST_ROWS, LAST_ROWS};
    double bias = begin(p, weight, padded);
    int64_t moved = -1;
    if (before > 0 && !WATCH_ALL && !*watch_all) {
        unwatched_rows(&first, padded, &bias);
        moved = watched_rows(&last, padded, &bias);
        if (moved >= 0) moved += before;
        else bias = begin(p, weight, padded);
    }
    if (moved < 0) moved = watched_rows(&all, padded, &bias);
    *watch_all = moved < before;
    copy(weight, padded, p->inputs);
    if (p->layer->has_bias) weight[p->inputs] = bias;
    return moved;
}
