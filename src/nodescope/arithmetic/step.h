/* What a step looks at: predictions, deltas, the gradient of its examples. Part of core.c, step.py has the same lines in Python. */

/* One step, or a part of one: its examples (`chosen`, or `count` of them from `from` on), the first of which is number `first` of the
 * step; its alpha, and row `row` of what is written down. */
typedef struct {
    const ns_problem *p;
    double *state, *scratch;   /* scratch: weighted deltas of all weights, then the numbers of an example, or of each */
    const int64_t *chosen;
    int64_t from, count, first, row, scheduled;
    double alpha;
    const ns_columns *to;      /* or NULL */
    ns_team *team;             /* that makes its parts, or NULL */
} ns_step;

#include "rules.h"

#include "beside.h"

static inline int64_t example_of(const ns_step *s, int64_t b) { return s->chosen ? s->chosen[b] : s->from + b; }

/* Predictions, deltas and weighted deltas of linear nodes; returns the sum of squared errors. */
static inline double look_at_linear(const ns_step *s, effect *was) {
    const ns_problem *p = s->p;
    const int64_t d = p->inputs, k = p->outputs, has_bias = p->layer->has_bias, width = d + has_bias;
    double *g = s->scratch, *wide = wide_room(p, s->scratch), squares = 0.0;
    for (int64_t b = 0; b < s->count; b++) {
        const int64_t example = example_of(s, b);
        const double *x = input_of(p, example, wide);
        for (int64_t j = 0; j < k; j++) {
            const double y = node_sum(p->lanes, has_bias, s->state + j * width, x, d), e = y - p->goal[example * k + j];
            squares += e * e;
            add_example(x, e, d, has_bias, b == 0, g + j * width);
            /* elsewhere a weighted delta that is not finite tells it, but all weights of a node may be frozen */
            if (p->frozen) was->overflowed |= not_finite(y) | not_finite(e);
            if (!s->to || j < s->to->first_node || j >= s->to->first_node + s->to->nodes) continue;
            const int64_t at = (s->row * p->batch + s->first + b) * s->to->nodes + j - s->to->first_node;
            if (s->to->sum) s->to->sum[at] = y;
            if (s->to->prediction) s->to->prediction[at] = y;
            if (s->to->delta) s->to->delta[at] = e;
        }
    }
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
    const int64_t at = (s->row * s->p->batch + s->first + b) * to->nodes;
    for (int64_t i = 0; i < to->nodes; i++) {
        const int64_t node = to->first_node + i;
        if (to->sum) to->sum[at + i] = values[node];
        if (to->prediction) to->prediction[at + i] = values[nodes + node];
        if (to->delta) to->delta[at + i] = values[3 * nodes + node];
    }
    return overflowed;
}

/* Forward through all layers, and the deltas of the outputs; where all weights are read before any is written, back as well. */
static double look_at_layers(const ns_step *s, effect *was) {
    const ns_problem *p = s->p;
    double squares = 0.0, *wide = wide_room(p, s->scratch);
    for (int64_t b = 0; b < s->count; b++) {
        double *values = row_of(p, s->scratch, p->sequential ? b : 0);
        const int64_t example = example_of(s, b);
        const double *x = input_of(p, example, wide);
        forward(p, s->state, x, values);
        squares = output_deltas(p, p->goal + example * p->outputs, values, squares);
        if (p->sequential) continue;
        for (int64_t l = p->layers; l-- > 0;) {
            if (l + 1 < p->layers) hidden_deltas(p, l, s->state, values);
            add_gradient(p, l, x, values, b == 0, s->scratch);
        }
        was->overflowed |= write_values(s, values, b);
    }
    return squares;
}

enum { LITTLE_LINEAR = 640 };   /* as `little` of the kernels, where there is no activation to save time at */

/* Whether a kernel makes the gradient of these examples: where no numbers of an example are wanted. */
static inline int goes_by_kernel(const ns_step *s) {
    const ns_problem *p = s->p;
    if (s->to || s->count == 1) return 0;
    if (is_one_node(p)) return s->count >= EIGHT && !p->frozen;
    return goes_in_layers(p) && s->count * size_of(p) >= (is_linear(p) ? LITTLE_LINEAR : kernels()->little);
}

static double look_by_kernel(const ns_step *s, effect *was) {
    const ns_problem *p = s->p;
    const int64_t size = size_of(p);
    double *g = s->scratch;
    return is_one_node(p) ? gradient_of_node(p, s->state, wide_room(p, g), s->chosen, s->from, s->count, g)
                          : kernels()->layers_gradient(p, s->state, g + size, s->chosen, s->from, s->count, g, &was->overflowed);
}

/* Squared errors of the examples; their gradient, summed, comes to stand in scratch. */
static inline double look_at(const ns_step *s, int linear, effect *was) {
    return goes_by_kernel(s) ? look_by_kernel(s, was) : linear ? look_at_linear(s, was) : look_at_layers(s, was);
}
