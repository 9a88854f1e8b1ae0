/* See core.h for the requirement and the words, step.py for the meaning of every line of arithmetic here. */
#include "core.h"

#include <stddef.h>

#include "functions.h"

#include "bits.h"

#include "order.h"

#include "layers.h"

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

void ns_predict(const ns_problem *p, const double *weight, double *scratch, double *prediction) {
    for (int64_t s = 0; s < p->examples; s++)
        copy(prediction + s * p->outputs, predictions(p, weight, p->input + s * p->inputs, row_of(p, scratch, 0)), p->outputs);
    make_nans_one(prediction, p->examples * p->outputs);
}

double ns_mse(const ns_problem *p, const double *weight, double *scratch) {
    double squares = 0.0;
    for (int64_t s = 0; s < p->examples; s++) {
        const double *prediction = predictions(p, weight, p->input + s * p->inputs, row_of(p, scratch, 0));
        for (int64_t j = 0; j < p->outputs; j++) {
            const double error = prediction[j] - p->goal[s * p->outputs + j];
            squares += error * error;
        }
    }
    double mse = squares / (double)(p->examples * p->outputs);
    make_nans_one(&mse, 1);
    return mse;
}

int64_t ns_scratch(const ns_problem *p) { return size_of(p) + (p->sequential ? p->batch : 1) * 4 * nodes_of(p); }

void ns_activation(int64_t activation, int64_t count, const double *x, double *value, double *slope) {
    for (int64_t i = 0; i < count; i++) {
        const valued of = activate(activation, x[i]);
        value[i] = of.value;
        slope[i] = of.slope;
    }
    make_nans_one(value, count);
    make_nans_one(slope, count);
}

/* ---- one step: forward, back, update ---- */

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
        *was = both(*was, update(s, first, first + size));
    }
    for (int64_t b = 0; b < s->count; b++) was->overflowed |= write_values(s, row_of(p, s->scratch, b), b);
}

/* ---- the walk ---- */

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

static int64_t end_of_epoch(const ns_problem *p, ns_cursor *c, const ns_where *w, int64_t steps_per_epoch) {
    if (p->until_mse >= 0.0 && steps_per_epoch > 1 && ns_mse(p, w->state, w->scratch) <= p->until_mse) return NS_MSE_REACHED;
    if (c->last_changed < c->step - steps_per_epoch) return NS_UNCHANGED;
    if (c->watching && has_repeated(c, w->state, w->saved, state_length(p))) return NS_REPEATED;
    return NS_WENT;
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
}

static void write_row(const ns_step *s, double mse) {
    if (s->to->mse) s->to->mse[s->row] = mse;
    if (s->to->example)
        for (int64_t b = 0; b < s->count; b++) s->to->example[s->row * s->p->batch + b] = example_of(s, b);
    tidy_row(s);
}

/* The state is kept where it is due; 0 where there is no room for it. */
static int keep(ns_cursor *c, const ns_where *w, int64_t length) {
    if (c->step / c->spacing < c->kept) return 1;
    if (c->kept == c->capacity) return 0;
    copy(w->checkpoints + c->kept++ * length, w->state, length);
    return 1;
}

/* Makes one step and notes what it did; `asked` is the mse at which it is not made any more, or negative. */
static inline int64_t take(const ns_step *s, ns_cursor *c, int linear, int plainly, double asked) {
    const ns_problem *p = s->p;
    const int64_t size = size_of(p);
    effect was = {0, 0, 0};
    const double squares = linear ? look_at_linear(s, &was) : look(s, &was), mse = squares / (double)(s->count * p->outputs);
    if (mse <= asked) return NS_MSE_REACHED;
    if (has_clocks(p)) was.changed |= advance_clocks(p, s->state + size * (1 + memories_of(p)));
    if (plainly) was = both(was, update_plainly(s->alpha, s->state, s->scratch, size));
    else if (p->sequential && !linear) move_layer_by_layer(s, &was);
    else was = both(was, update(s, 0, size));
    if (s->to) write_row(s, mse);
    if (was.moved) c->last_moved = c->step;
    if (was.changed) c->last_changed = c->step;
    c->step++;
    return was.overflowed & SIGN ? NS_DIVERGED : NS_WENT;
}

int64_t ns_walk(const ns_problem *p, ns_cursor *c, const ns_where *w, int64_t steps) {
    if (!arithmetic_is_ieee()) return NS_NOT_IEEE;
    const int64_t n = p->examples, length = state_length(p), steps_per_epoch = (n + p->batch - 1) / p->batch;
    const int linear = is_linear(p), draws = p->shuffled && steps_per_epoch > 1;
    const int plainly = p->rule == NS_PLAIN && !p->frozen && !w->alphas && !w->columns && (linear || !p->sequential);
    const double asked = c->stopping && steps_per_epoch == 1 && p->until_mse >= 0.0 ? p->until_mse : -1.0;
    int64_t epoch = c->step / steps_per_epoch, turn = c->step % steps_per_epoch, to_checkpoint = 0;
    drawing order = {0};
    if (draws) order = epoch_drawing(n, p->seed, (uint64_t)epoch);
    if (w->checkpoints) to_checkpoint = (c->spacing - c->step % c->spacing) % c->spacing;
    ns_step s = {.p = p, .state = w->state, .scratch = w->scratch, .chosen = draws ? w->drawn : NULL, .scheduled = w->alphas != NULL,
                 .alpha = p->alpha, .to = w->columns};
    for (s.row = 0; s.row < steps; s.row++, to_checkpoint--) {
        if (w->checkpoints && to_checkpoint == 0) {
            if (!keep(c, w, length)) return NS_FULL;
            to_checkpoint = c->spacing;
        }
        s.from = turn * p->batch;
        s.count = s.from + p->batch <= n ? p->batch : n - s.from;
        if (draws) draw_batch(&order, s.from, s.count, w->drawn);
        if (w->alphas) s.alpha = w->alphas[c->step - w->alphas_from];
        const int64_t went = take(&s, c, linear, plainly, asked);
        if (went == NS_DIVERGED) make_nans_one(w->state, length);
        if (went != NS_WENT) return went;
        if (++turn < steps_per_epoch) continue;
        turn = 0;
        epoch++;
        if (draws) order = epoch_drawing(n, p->seed, (uint64_t)epoch);
        if (!c->stopping) continue;
        const int64_t why = end_of_epoch(p, c, w, steps_per_epoch);
        if (why != NS_WENT) return why;
    }
    return NS_WENT;
}
