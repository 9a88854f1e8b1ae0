/* See core.h for the requirement and the words, definition.py for the meaning of every line of arithmetic here. */
#include "core.h"

#include <stddef.h>

#include "functions.h"

#define EXPONENT 0x7FF0000000000000u
#define LOWEST_EXPONENT_BIT 0x0010000000000000u
#define SIGN 0x8000000000000000u

static inline uint64_t bits_of(double x) {
    uint64_t bits;
    __builtin_memcpy(&bits, &x, sizeof bits);
    return bits;
}

/* The sign bit of the answer is set exactly for infinities and NaN: all exponent bits set carry into it. */
static inline uint64_t not_finite(double x) { return (bits_of(x) & EXPONENT) + LOWEST_EXPONENT_BIT; }

/* The sign and payload of a NaN that arithmetic makes differ between processors: one stands for all. */
static void make_nans_one(double *x, int64_t count) {
    if (!x) return;
    for (int64_t i = 0; i < count; i++)
        if (x[i] != x[i]) x[i] = __builtin_nan("");
}

/* Another library may have told this thread to flush denormals, or to round otherwise. */
static int arithmetic_is_ieee(void) {
    volatile double smallest_normal = 2.2250738585072014e-308, half = 0.5, one = 1.0, tie = 1.1102230246251565e-16;
    volatile double denormal = smallest_normal * half, above = one + tie * 1.5, at_tie = one + tie, below = -one - tie * 1.5;
    return denormal != 0.0 && denormal * 2.0 == smallest_normal && at_tie == 1.0 && above > 1.0 && below < -1.0;
}

/* ---- the order of the examples: order.py ---- */

enum { ROUNDS = 12 };

typedef struct {
    uint64_t n, first, last, round[ROUNDS];
    int left_bits, right_bits;
} drawing;

static inline uint64_t mix64(uint64_t z) {
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

static drawing epoch_drawing(int64_t n, uint64_t seed, uint64_t epoch) {
    const uint64_t gamma = 0x9E3779B97F4A7C15u, start = mix64(mix64(seed) + epoch);
    int bits = 0;
    while (bits < 63 && ((uint64_t)(n - 1) >> bits)) bits++;
    if (bits < 2) bits = 2;
    drawing w = {.n = (uint64_t)n, .left_bits = bits / 2, .right_bits = bits - bits / 2};
    w.first = mix64(start + gamma) % w.n;
    w.last = mix64(start + 2 * gamma) % w.n;
    for (uint64_t r = 0; r < ROUNDS; r++) w.round[r] = mix64(start + (3 + r) * gamma);
    return w;
}

static inline int64_t example_at(const drawing *w, int64_t position) {
    const uint64_t low = ((uint64_t)1 << w->right_bits) - 1;
    uint64_t x = ((uint64_t)position + w->first) % w->n;
    do {
        uint64_t left = x >> w->right_bits, right = x & low;
        for (int r = 0; r < ROUNDS; r += 2) {
            left ^= mix64(right + w->round[r]) >> (64 - w->left_bits);
            right ^= mix64(left + w->round[r + 1]) >> (64 - w->right_bits);
        }
        x = (left << w->right_bits) | right;
    } while (x >= w->n);
    return (int64_t)((x + w->last) % w->n);
}

void ns_order(int64_t n, uint64_t seed, uint64_t epoch, int64_t start, int64_t count, int64_t *example) {
    const drawing w = epoch_drawing(n, seed, epoch);
    for (int64_t i = 0; i < count; i++) example[i] = example_at(&w, start + i);
}

static void sift_down(int64_t *heap, int64_t root, int64_t count) {
    for (int64_t child; (child = 2 * root + 1) < count; root = child) {
        if (child + 1 < count && heap[child + 1] > heap[child]) child++;
        if (heap[root] >= heap[child]) return;
        const int64_t swapped = heap[root];
        heap[root] = heap[child];
        heap[child] = swapped;
    }
}

static void sort_ascending(int64_t *a, int64_t count) {
    for (int64_t root = count / 2; root-- > 0;) sift_down(a, root, count);
    for (int64_t end = count; --end > 0;) {
        const int64_t largest = a[0];
        a[0] = a[end];
        a[end] = largest;
        sift_down(a, 0, end);
    }
}

/* ---- forward: input to prediction ---- */

static inline double sum_left_to_right(const double *w, const double *x, int64_t d) {
    double sum = w[0] * x[0];
    for (int64_t i = 1; i < d; i++) sum += w[i] * x[i];
    return sum;
}

/* Eight running sums, missing products +0.0, so that a vector of any width gives the same bits. */
static inline double sum_in_lanes(const double *w, const double *x, int64_t d) {
    double lane[8];
    for (int64_t j = 0; j < 8; j++) lane[j] = j < d ? w[j] * x[j] : 0.0;
    int64_t i = 8;
    for (; i + 8 <= d; i += 8)
        for (int64_t j = 0; j < 8; j++) lane[j] += w[i + j] * x[i + j];
    if (i < d)
        for (int64_t j = 0; j < 8; j++) lane[j] += i + j < d ? w[i + j] * x[i + j] : 0.0;
    for (int64_t j = 0; j < 4; j++) lane[j] += lane[j + 4];
    for (int64_t j = 0; j < 2; j++) lane[j] += lane[j + 2];
    return lane[0] + lane[1];
}

static inline int64_t width_of(const ns_problem *p) { return p->inputs + p->has_bias; }

static int64_t size_of(const ns_problem *p) {
    if (!p->layers) return p->outputs * width_of(p);
    int64_t size = 0;
    for (int64_t l = 0; l < p->layers; l++) size += p->layer[l].outputs * (p->layer[l].inputs + p->layer[l].has_bias);
    return size;
}

static int64_t nodes_of(const ns_problem *p) {
    if (!p->layers) return p->outputs;
    int64_t nodes = 0;
    for (int64_t l = 0; l < p->layers; l++) nodes += p->layer[l].outputs;
    return nodes;
}

static inline double node_sum(int64_t lanes, int64_t has_bias, const double *w, const double *x, int64_t d) {
    const double sum = lanes ? sum_in_lanes(w, x, d) : sum_left_to_right(w, x, d);
    return has_bias ? sum + w[d] : sum;
}

static inline double predict(const ns_problem *p, const double *w, const double *x) {
    return node_sum(p->lanes, p->has_bias, w, x, p->inputs);
}

#include "network.h"

void ns_predict(const ns_problem *p, const double *weight, double *scratch, double *prediction) {
    for (int64_t s = 0; s < p->examples; s++) {
        const double *x = p->input + s * p->inputs;
        if (p->layers) forward(p, weight, x, row_of(p, scratch, 0));
        for (int64_t j = 0; j < p->outputs; j++)
            prediction[s * p->outputs + j] =
                p->layers ? last_predictions(p, row_of(p, scratch, 0))[j] : predict(p, weight + j * width_of(p), x);
    }
    make_nans_one(prediction, p->examples * p->outputs);
}

double ns_mse(const ns_problem *p, const double *weight, double *scratch) {
    double squares = 0.0;
    for (int64_t s = 0; s < p->examples; s++) {
        const double *x = p->input + s * p->inputs;
        if (p->layers) forward(p, weight, x, row_of(p, scratch, 0));
        for (int64_t j = 0; j < p->outputs; j++) {
            const double prediction =
                p->layers ? last_predictions(p, row_of(p, scratch, 0))[j] : predict(p, weight + j * width_of(p), x);
            const double delta = prediction - p->goal[s * p->outputs + j];
            squares += delta * delta;
        }
    }
    double mse = squares / (double)(p->examples * p->outputs);
    make_nans_one(&mse, 1);
    return mse;
}

int64_t ns_scratch(const ns_problem *p) {
    return size_of(p) + (p->layers ? (p->sequential ? p->batch : 1) * 4 * nodes_of(p) : 0);
}

void ns_activation(int64_t activation, int64_t count, const double *x, double *value, double *slope) {
    for (int64_t i = 0; i < count; i++) {
        const valued of = activate(activation, x[i]);
        value[i] = of.value;
        slope[i] = of.slope;
    }
    make_nans_one(value, count);
    make_nans_one(slope, count);
}

/* ---- back: prediction to weighted delta ---- */

static inline void average(const ns_problem *p, double *g, int64_t size, int64_t count) {
    if (!p->sums && count > 1)
        for (int64_t i = 0; i < size; i++) g[i] /= (double)count;
}

/* Predictions, deltas and weighted deltas of one step of plain nodes; returns its sum of squared deltas. */
static inline double look(const ns_problem *p, const double *weight, double *g, const int64_t *drawn, int64_t from, int64_t count,
                   double *prediction, double *delta) {
    const int64_t d = p->inputs, k = p->outputs, width = width_of(p);
    double squares = 0.0;
    for (int64_t b = 0; b < count; b++) {
        const int64_t s = drawn ? drawn[b] : from + b;
        const double *x = p->input + s * d;
        for (int64_t j = 0; j < k; j++) {
            const double y = predict(p, weight + j * width, x), e = y - p->goal[s * k + j];
            squares += e * e;
            add_example(x, e, d, p->has_bias, b == 0, g + j * width);
            if (prediction) prediction[b * k + j] = y;
            if (delta) delta[b * k + j] = e;
        }
    }
    average(p, g, k * width, count);
    return squares;
}

/* ---- weighted delta to new weight: rules.py ---- */

static int has_clocks(const ns_problem *p) { return p->rule == NS_ADAM || p->rule == NS_ADAMW; }

static int64_t memories_of(const ns_problem *p) { return p->rule == NS_PLAIN ? 0 : has_clocks(p) ? 2 : 1; }

static int64_t state_length(const ns_problem *p) { return size_of(p) * (1 + memories_of(p)) + (has_clocks(p) ? 2 : 0); }

static inline double spread(double square, double epsilon, double inside) {
    return inside != 0.0 ? __builtin_sqrt(square + epsilon) : __builtin_sqrt(square) + epsilon;
}

/* What the rule subtracts for weighted delta g; m and v are this weight's memory, clock the powers of Adam's betas. */
static inline double alpha_delta(const ns_problem *p, double alpha, double g, double *m, double *v, const double *clock, double w) {
    const double *a = p->setting;
    switch (p->rule) {
    case NS_MOMENTUM: return alpha * (*m = a[0] * *m + g);
    case NS_NESTEROV: *m = a[0] * *m + g; return alpha * (g + a[0] * *m);
    case NS_ADAGRAD: *m = *m + g * g; return alpha * g / spread(*m, a[0], a[2]);
    case NS_RMSPROP: *m = a[0] * *m + (1.0 - a[0]) * (g * g); return alpha * g / spread(*m, a[1], a[3]);
    case NS_ADAM:
    case NS_ADAMW: {
        *m = a[0] * *m + (1.0 - a[0]) * g;
        *v = a[1] * *v + (1.0 - a[1]) * (g * g);
        const int corrected = a[4] != 0.0;
        const double forward = corrected ? *m / (1.0 - clock[0]) : *m, square = corrected ? *v / (1.0 - clock[1]) : *v;
        const double move = alpha * forward / spread(square, a[2], a[3]);
        return p->rule == NS_ADAM ? move : move + alpha * a[5] * w;
    }
    default: return alpha * g;
    }
}

/* What an update did: bits that changed in the weights, in the whole state, and the mark of `not_finite`. */
typedef struct {
    uint64_t moved, changed, overflowed;
} effect;

/* The plain rule with nothing frozen and nothing written down. */
static effect update_plainly(double alpha, double *w, const double *g, int64_t count) {
    effect was = {0, 0, 0};
    for (int64_t i = 0; i < count; i++) {
        const double next = w[i] - alpha * g[i];
        was.moved |= bits_of(next) ^ bits_of(w[i]);
        was.overflowed |= not_finite(next);
        w[i] = next;
    }
    was.changed = was.moved;
    return was;
}

static uint64_t advance_clocks(const ns_problem *p, double *clock) {
    uint64_t changed = 0;
    for (int i = 0; i < 2; i++) {
        const double next = clock[i] * p->setting[i];
        changed |= bits_of(next) ^ bits_of(clock[i]);
        clock[i] = next;
    }
    return changed;
}

/* The weights numbered `from` … `end` − 1: any rule, frozen weights, every number written where it is wanted. */
static effect update(const ns_problem *p, double alpha, double *state, const double *g, int64_t from, int64_t end,
                     const ns_columns *to, int64_t row) {
    const int64_t size = size_of(p), memories = memories_of(p);
    double *memory = state + size;
    const double *clock = state + size * (1 + memories);
    effect was = {0, 0, 0};
    for (int64_t i = from; i < end; i++) {
        const int frozen = p->frozen && p->frozen[i];
        double m = memories > 0 ? memory[i] : 0.0, v = memories > 1 ? memory[size + i] : 0.0;
        const double before_m = m, before_v = v, w = state[i];
        const double step = frozen ? 0.0 : alpha_delta(p, alpha, g[i], &m, &v, clock, w), next = frozen ? w : w - step;
        if (!frozen) {
            was.moved |= bits_of(next) ^ bits_of(w);
            was.changed |= (bits_of(m) ^ bits_of(before_m)) | (bits_of(v) ^ bits_of(before_v));
            /* with a schedule, an update that is nothing at this alpha may be something at the next one */
            if (p->alphas) was.changed |= p->rule != NS_PLAIN || g[i] != 0.0;
            was.overflowed |= not_finite(g[i]) | not_finite(m) | not_finite(v) | not_finite(step) | not_finite(next);
        }
        state[i] = next;
        if (memories > 0) memory[i] = m;
        if (memories > 1) memory[size + i] = v;
        if (!to || i < to->first_weight || i >= to->first_weight + to->weights) continue;
        const int64_t at = row * to->weights + i - to->first_weight;
        if (to->weight) to->weight[at] = w;
        if (to->weighted_delta) to->weighted_delta[at] = g[i];
        if (to->alpha_delta) to->alpha_delta[at] = step;
        if (to->new_weight) to->new_weight[at] = next;
        const int64_t at_memory = at + row * to->weights * (memories - 1);
        if (to->memory && memories > 0) to->memory[at_memory] = m;
        if (to->memory && memories > 1) to->memory[at_memory + to->weights] = v;
    }
    was.changed |= was.moved;
    return was;
}

static effect both(effect a, effect b) {
    return (effect){a.moved | b.moved, a.changed | b.changed, a.overflowed | b.overflowed};
}

/* The deltas of a network's step and its update; `from`, `count` and `drawn` say which examples. Returns the sum of squared errors. */
static double step_network(const ns_problem *p, double alpha, double *state, double *scratch, const int64_t *drawn, int64_t from,
                           int64_t count, const ns_columns *to, int64_t row, effect *was) {
    double *g = scratch, squares = 0.0;
    int64_t weights_at = size_of(p);
    for (int64_t b = 0; b < count; b++) {
        double *values = row_of(p, scratch, p->sequential ? b : 0);
        const int64_t s = drawn ? drawn[b] : from + b;
        forward(p, state, p->input + s * p->inputs, values);
        squares = output_deltas(p, p->goal + s * p->outputs, values, squares);
        if (p->sequential) continue;
        for (int64_t l = p->layers; l-- > 0;) {
            if (l + 1 < p->layers) hidden_deltas(p, l, state, values);
            add_gradient(p, l, p->input + s * p->inputs, values, b == 0, g);
        }
        was->overflowed |= write_values(p, values, to, row, b);
    }
    if (!p->sequential) {
        average(p, g, size_of(p), count);
        *was = both(*was, update(p, alpha, state, g, 0, weights_at, to, row));
        return squares;
    }
    for (int64_t l = p->layers; l-- > 0;) {
        const int64_t size = p->layer[l].outputs * (p->layer[l].inputs + p->layer[l].has_bias);
        for (int64_t b = 0; b < count; b++) {
            const int64_t s = drawn ? drawn[b] : from + b;
            if (l + 1 < p->layers) hidden_deltas(p, l, state, row_of(p, scratch, b));
            add_gradient(p, l, p->input + s * p->inputs, row_of(p, scratch, b), b == 0, g);
        }
        weights_at -= size;
        average(p, g + weights_at, size, count);
        *was = both(*was, update(p, alpha, state, g, weights_at, weights_at + size, to, row));
    }
    for (int64_t b = 0; b < count; b++) was->overflowed |= write_values(p, row_of(p, scratch, b), to, row, b);
    return squares;
}

/* ---- the walk ---- */

static int same_bits(const double *a, const double *b, int64_t count) {
    for (int64_t i = 0; i < count; i++)
        if (bits_of(a[i]) != bits_of(b[i])) return 0;
    return 1;
}

static void copy(double *to, const double *from, int64_t count) {
    for (int64_t i = 0; i < count; i++) to[i] = from[i];
}

/* Brent 1980, "An improved Monte Carlo factorization algorithm", section 2: compare with one saved state, renewed at powers of two. */
static int has_repeated(ns_cursor *c, const double *state, double *saved, int64_t length) {
    c->length++;
    if (same_bits(state, saved, length)) return 1;
    if (c->length == c->power) {
        copy(saved, state, length);
        c->power *= 2;
        c->length = 0;
    }
    return 0;
}

static int64_t end_of_epoch(const ns_problem *p, ns_cursor *c, const double *state, double *saved, double *scratch,
                            int64_t steps_per_epoch) {
    if (p->until_mse >= 0.0 && steps_per_epoch > 1 && ns_mse(p, state, scratch) <= p->until_mse) return NS_MSE_REACHED;
    if (c->last_changed < c->step - steps_per_epoch) return NS_UNCHANGED;
    if (c->watching && has_repeated(c, state, saved, state_length(p))) return NS_REPEATED;
    return NS_WENT;
}

/* Only the last row of a run can hold a NaN on the way to a new weight; beside a frozen weight any row can. */
static void tidy_row(const ns_problem *p, const ns_columns *to, int64_t row, int64_t count) {
    const int64_t size = to->weights, memories = memories_of(p), per_example = p->batch * to->nodes;
    if (to->weight) make_nans_one(to->weight + row * size, size);
    if (to->weighted_delta) make_nans_one(to->weighted_delta + row * size, size);
    if (to->alpha_delta) make_nans_one(to->alpha_delta + row * size, size);
    if (to->new_weight) make_nans_one(to->new_weight + row * size, size);
    if (to->memory) make_nans_one(to->memory + row * memories * size, memories * size);
    if (to->sum) make_nans_one(to->sum + row * per_example, count * to->nodes);
    if (to->prediction) make_nans_one(to->prediction + row * per_example, count * to->nodes);
    if (to->delta) make_nans_one(to->delta + row * per_example, count * to->nodes);
    if (to->mse) make_nans_one(to->mse + row, 1);
}

int64_t ns_walk(const ns_problem *p, ns_cursor *c, double *state, double *saved, double *checkpoints, double *scratch,
                int64_t *drawn, int64_t steps, const ns_columns *to) {
    if (!arithmetic_is_ieee()) return NS_NOT_IEEE;
    const int64_t n = p->examples, size = size_of(p), length = state_length(p);
    const int64_t steps_per_epoch = (n + p->batch - 1) / p->batch;
    const int plainly = p->rule == NS_PLAIN && !p->frozen && !p->alphas && !to;
    double *clock = state + size * (1 + memories_of(p));
    const int asked_each_step = c->stopping && steps_per_epoch == 1 && p->until_mse >= 0.0;
    const int drawing_needed = p->shuffled && steps_per_epoch > 1;
    int64_t epoch = c->step / steps_per_epoch, turn = c->step % steps_per_epoch, to_checkpoint = 0;
    drawing order = {0};
    if (drawing_needed) order = epoch_drawing(n, p->seed, (uint64_t)epoch);
    if (checkpoints) to_checkpoint = (c->spacing - c->step % c->spacing) % c->spacing;
    for (int64_t row = 0; row < steps; row++) {
        if (checkpoints && to_checkpoint == 0) {
            if (c->step / c->spacing >= c->kept) {
                if (c->kept == c->capacity) return NS_FULL;
                copy(checkpoints + c->kept++ * length, state, length);
            }
            to_checkpoint = c->spacing;
        }
        const int64_t from = turn * p->batch, count = from + p->batch <= n ? p->batch : n - from;
        if (drawing_needed) {
            for (int64_t b = 0; b < count; b++) drawn[b] = example_at(&order, from + b);
            if (count > 1) sort_ascending(drawn, count);
        }
        const int64_t *chosen = drawing_needed ? drawn : NULL;
        const double alpha = p->alphas ? p->alphas[c->step - p->alphas_from] : p->alpha;
        effect was = {0, 0, 0};
        double squares;
        if (p->layers) {
            if (asked_each_step && ns_mse(p, state, scratch) <= p->until_mse) return NS_MSE_REACHED;
            if (has_clocks(p)) was.changed |= advance_clocks(p, clock);
            squares = step_network(p, alpha, state, scratch, chosen, from, count, to, row, &was);
        } else {
            squares = look(p, state, scratch, chosen, from, count,
                           to && to->prediction ? to->prediction + row * p->batch * p->outputs : NULL,
                           to && to->delta ? to->delta + row * p->batch * p->outputs : NULL);
            if (asked_each_step && squares / (double)(count * p->outputs) <= p->until_mse) return NS_MSE_REACHED;
            if (has_clocks(p)) was.changed |= advance_clocks(p, clock);
            was = plainly ? update_plainly(alpha, state, scratch, size)
                          : both(was, update(p, alpha, state, scratch, 0, size, to, row));
        }
        if (to && to->mse) to->mse[row] = squares / (double)(count * p->outputs);
        if (to && to->example)
            for (int64_t b = 0; b < count; b++) to->example[row * p->batch + b] = chosen ? chosen[b] : from + b;
        if (to) tidy_row(p, to, row, count);
        if (was.moved) c->last_moved = c->step;
        if (was.changed) c->last_changed = c->step;
        c->step++;
        to_checkpoint--;
        if (was.overflowed & SIGN) {
            make_nans_one(state, length);
            return NS_DIVERGED;
        }
        if (++turn < steps_per_epoch) continue;
        turn = 0;
        epoch++;
        if (drawing_needed) order = epoch_drawing(n, p->seed, (uint64_t)epoch);
        if (c->stopping) {
            const int64_t why = end_of_epoch(p, c, state, saved, scratch, steps_per_epoch);
            if (why != NS_WENT) return why;
        }
    }
    return NS_WENT;
}
