/* One step: forward, back, update; and its row written down. Part of core.c, step.py has the same lines in Python. */

/* One step: its examples (`chosen`, or `count` of them from `from` on), its alpha, and row `row` of what is written down. */
typedef struct {
    const ns_problem *p;
    double *state, *scratch;   /* scratch: weighted deltas of all weights, then the numbers of an example, or of each */
    const int64_t *chosen;
    int64_t from, count, row, scheduled;
    double alpha;
    const ns_columns *to;      /* or NULL */
} ns_step;

#include "rules.h"

#include "beside.h"

static inline int64_t example_of(const ns_step *s, int64_t b) { return s->chosen ? s->chosen[b] : s->from + b; }

/* Predictions, deltas and weighted deltas of linear nodes; returns the sum of squared errors. */
static inline double look_at_linear(const ns_step *s, effect *was) {
    const ns_problem *p = s->p;
    const int64_t d = p->inputs, k = p->outputs, has_bias = p->layer->has_bias, width = d + has_bias;
    double *g = s->scratch, squares = 0.0;
    for (int64_t b = 0; b < s->count; b++) {
        const int64_t example = example_of(s, b);
        const double *x = p->input + example * d;
        for (int64_t j = 0; j < k; j++) {
            const double y = node_sum(p->lanes, has_bias, s->state + j * width, x, d), e = y - p->goal[example * k + j];
            squares += e * e;
            add_example(x, e, d, has_bias, b == 0, g + j * width);
            /* elsewhere a weighted delta that is not finite tells it, but all weights of a node may be frozen */
            if (p->frozen) was->overflowed |= not_finite(y) | not_finite(e);
            if (!s->to || j < s->to->first_node || j >= s->to->first_node + s->to->nodes) continue;
            const int64_t at = (s->row * p->batch + b) * s->to->nodes + j - s->to->first_node;
            if (s->to->sum) s->to->sum[at] = y;
            if (s->to->prediction) s->to->prediction[at] = y;
            if (s->to->delta) s->to->delta[at] = e;
        }
    }
    average(p, g, k * width, s->count);
    return squares;
}

/* Writes example b's numbers where they are wanted; gives the mark of `not_finite` over all of them but slopes. */
static uint64_t write_values(const ns_step *s, const double *values, int64_t b) {
    const int64_t nodes = nodes_of(s->p);
    const ns_columns *to = s->to;
    uint64_t overflowed = 0;
    for (int64_t i = 0; i < 2 * nodes; i++) overflowed |= not_finite(values[i]);
    for (int64_t i = 3 * nodes; i < 4 * nodes; i++) overflowed |= not_finite(values[i]);
    if (!to) return overflowed;
    const int64_t at = (s->row * s->p->batch + b) * to->nodes;
    for (int64_t i = 0; i < to->nodes; i++) {
        const int64_t node = to->first_node + i;
        if (to->sum) to->sum[at + i] = values[node];
        if (to->prediction) to->prediction[at + i] = values[nodes + node];
        if (to->delta) to->delta[at + i] = values[3 * nodes + node];
    }
    return overflowed;
}

/* Forward through all layers, and the deltas of the outputs; where all weights are read before any is written, back as well. */
static double look(const ns_step *s, effect *was) {
    const ns_problem *p = s->p;
    double squares = 0.0;
    for (int64_t b = 0; b < s->count; b++) {
        double *values = row_of(p, s->scratch, p->sequential ? b : 0);
        const int64_t example = example_of(s, b);
        forward(p, s->state, p->input + example * p->inputs, values);
        squares = output_deltas(p, p->goal + example * p->outputs, values, squares);
        if (p->sequential) continue;
        for (int64_t l = p->layers; l-- > 0;) {
            if (l + 1 < p->layers) hidden_deltas(p, l, s->state, values);
            add_gradient(p, l, p->input + example * p->inputs, values, b == 0, s->scratch);
        }
        was->overflowed |= write_values(s, values, b);
    }
    if (!p->sequential) average(p, s->scratch, size_of(p), s->count);
    return squares;
}

enum { LITTLE = 640 };   /* examples × weights below which setting out the room of layers takes longer than it saves */

/* Whether a kernel makes the gradient of these examples: where no numbers of an example are wanted. */
static inline int goes_by_kernel(const ns_step *s) {
    const ns_problem *p = s->p;
    if (s->to || s->count == 1) return 0;
    if (is_one_node(p)) return s->count >= EIGHT && !p->frozen;
    return goes_in_layers(p) && s->count * size_of(p) >= (is_linear(p) ? LITTLE : kernels()->little);
}

static double look_by_kernel(const ns_step *s, effect *was) {
    const ns_problem *p = s->p;
    const int64_t size = size_of(p);
    double *g = s->scratch;
    const double squares = is_one_node(p) ? kernels()->node_gradient(p, s->state, s->chosen, s->from, s->count, g)
                                          : kernels()->layers_gradient(p, s->state, g + size, s->chosen, s->from, s->count, g, &was->overflowed);
    average(p, g, size, s->count);
    return squares;
}

/* Back and update layer by layer, the outputs first, each earlier layer through the weights already updated. */
static void move_layer_by_layer(const ns_step *s, effect *was) {
    const ns_problem *p = s->p;
    for (int64_t l = p->layers; l-- > 0;) {
        const int64_t first = p->layer[l].first_weight, size = weights_of(p->layer + l);
        for (int64_t b = 0; b < s->count; b++) {
            double *values = row_of(p, s->scratch, b);
            if (l + 1 < p->layers) hidden_deltas(p, l, s->state, values);
            add_gradient(p, l, p->input + example_of(s, b) * p->inputs, values, b == 0, s->scratch);
        }
        average(p, s->scratch + first, size, s->count);
        join(s, first, first + size);
        *was = both(*was, update(s, first, first + size));
    }
    for (int64_t b = 0; b < s->count; b++) was->overflowed |= write_values(s, row_of(p, s->scratch, b), b);
}

/* Only the last row of a run can hold a NaN on the way to a new weight; beside a frozen weight any row can. */
static void tidy_row(const ns_step *s) {
    const ns_columns *to = s->to;
    const int64_t size = to->weights, memories = memories_of(s->p), values = s->row * s->p->batch * to->nodes;
    if (to->weight) make_nans_one(to->weight + s->row * size, size);
    if (to->weighted_delta) make_nans_one(to->weighted_delta + s->row * size, size);
    if (to->alpha_delta) make_nans_one(to->alpha_delta + s->row * size, size);
    if (to->new_weight) make_nans_one(to->new_weight + s->row * size, size);
    if (to->memory) make_nans_one(to->memory + s->row * memories * size, memories * size);
    if (to->sum) make_nans_one(to->sum + values, s->count * to->nodes);
    if (to->prediction) make_nans_one(to->prediction + values, s->count * to->nodes);
    if (to->delta) make_nans_one(to->delta + values, s->count * to->nodes);
    if (to->mse) make_nans_one(to->mse + s->row, 1);
    if (to->norm) make_nans_one(to->norm + s->row, 1);
}

static void write_row(const ns_step *s, double mse) {
    if (s->to->mse) s->to->mse[s->row] = mse;
    if (s->to->norm && is_bare(s->p)) s->to->norm[s->row] = __builtin_nan("");
    if (s->to->example)
        for (int64_t b = 0; b < s->count; b++) s->to->example[s->row * s->p->batch + b] = example_of(s, b);
    tidy_row(s);
}

/* Makes one step and notes what it did; `asked` is the mse at which it is not made any more, or negative. */
static inline int64_t take(const ns_step *s, ns_cursor *c, int linear, int plainly, double asked) {
    const ns_problem *p = s->p;
    const int64_t size = size_of(p);
    effect was = {0, 0, 0};
    const double squares = goes_by_kernel(s) ? look_by_kernel(s, &was) : linear ? look_at_linear(s, &was) : look(s, &was);
    const double mse = squares / (double)(s->count * p->outputs);
    if (mse <= asked) return NS_MSE_REACHED;
    if (has_clocks(p)) was.changed |= advance_clocks(p, s->state + size * (1 + memories_of(p)));
    if (plainly) was = both(was, update_plainly(s->alpha, s->state, s->scratch, size));
    else if (p->sequential && !linear) move_layer_by_layer(s, &was);
    else {
        join(s, 0, size);
        was = both(was, update(s, 0, size));
    }
    if (s->to) write_row(s, mse);
    if (was.moved) c->last_moved = c->step;
    if (was.changed) c->last_changed = c->step;
    c->step++;
    return was.overflowed & SIGN ? NS_DIVERGED : NS_WENT;
}
