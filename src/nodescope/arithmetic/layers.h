/* What core and kernels know of layers: sizes, rooms, and the sums of one node. step.py has the same lines in Python. */
#ifndef NODESCOPE_LAYERS_H
#define NODESCOPE_LAYERS_H

#include "bits.h"

#include "core.h"

static inline int64_t width_of(const ns_layer *layer) { return layer->inputs + layer->has_bias; }

static inline int64_t weights_of(const ns_layer *layer) { return layer->outputs * width_of(layer); }

static inline const ns_layer *last_layer(const ns_problem *p) { return p->layer + p->layers - 1; }

static inline int64_t size_of(const ns_problem *p) { return last_layer(p)->first_weight + weights_of(last_layer(p)); }

static inline int64_t nodes_of(const ns_problem *p) { return last_layer(p)->first_node + p->outputs; }

/* One layer of identity nodes under the squared error: prediction is sum and delta is error, so nothing of an example is kept. */
static inline int is_linear(const ns_problem *p) {
    return p->layers == 1 && p->layer->activation == NS_IDENTITY && p->loss == NS_SQUARED;
}

/* Whether the rule is given the weighted deltas as they are, and alpha as it is. */
static inline int is_bare(const ns_problem *p) { return p->l2 == 0.0 && p->l1 == 0.0 && p->clip < 0.0 && !p->factor; }

/* Eight running sums are what a sum in lanes is, by definition (step.py). Eight is also what the widest register holds: rows are padded
 * to whole eights, and nodes and examples go eight at a time, so that each width has whole registers of them. */
enum { LANES = 8, EIGHT = 8 };

/* Doubles that come from memory together: a line of the cache. */
enum { LINE = 8 };

/* Numbers of a row that is padded to whole eights. */
static inline int64_t padded_width(int64_t count) { return (count + EIGHT - 1) / EIGHT * EIGHT; }

/* The next line of the cache from p on. A register of numbers from there on never lies in two lines, or pages, which takes twice as long,
 * or much longer. */
static inline double *next_line(double *p) { return (double *)(((uintptr_t)p + 8 * LINE - 1) / (8 * LINE) * (8 * LINE)); }

/* Whether a batch of it goes through the kernels of one node, or of layers: all else is done example by example. */
static inline int is_one_node(const ns_problem *p) { return is_linear(p) && p->outputs == 1; }

static inline int goes_in_layers(const ns_problem *p) { return !is_one_node(p) && !p->lanes && (is_linear(p) || !p->sequential); }

/* Examples that go through layers together, at most; doubles of what is known of a layer's room. */
enum { BLOCK = 64, LAYER_ROOM = EIGHT };

static inline int64_t block_of(const ns_problem *p) { return smaller(BLOCK, p->examples); }

/* Doubles of scratch that the kernels of layers take: see set_out_room. */
static inline int64_t room_for_layers(const ns_problem *p) {
    int64_t room = EIGHT + block_of(p) * padded_width(p->inputs);
    for (int64_t l = 0; goes_in_layers(p) && l < p->layers; l++) {
        const int64_t d = padded_width(p->layer[l].inputs), k = padded_width(p->layer[l].outputs);
        room += LAYER_ROOM + p->layer[l].outputs * d + (d + 1 + 3 * block_of(p)) * k;
    }
    return goes_in_layers(p) ? room : 0;
}

static inline double sum_left_to_right(const double *w, const double *x, int64_t d) {
    double sum = w[0] * x[0];
    for (int64_t i = 1; i < d; i++) sum += w[i] * x[i];
    return sum;
}

/* Eight running sums, missing products +0.0, so that a vector of any width gives the same bits. */
static inline double sum_in_lanes(const double *w, const double *x, int64_t d) {
    double lane[LANES];
    for (int64_t j = 0; j < LANES; j++) lane[j] = j < d ? w[j] * x[j] : 0.0;
    int64_t i = LANES;
    for (; i + LANES <= d; i += LANES)
        for (int64_t j = 0; j < LANES; j++) lane[j] += w[i + j] * x[i + j];
    if (i < d)
        for (int64_t j = 0; j < LANES; j++) lane[j] += i + j < d ? w[i + j] * x[i + j] : 0.0;
    for (int64_t j = 0; j < 4; j++) lane[j] += lane[j + 4];
    for (int64_t j = 0; j < 2; j++) lane[j] += lane[j + 2];
    return lane[0] + lane[1];
}

static inline double node_sum(int64_t lanes, int64_t has_bias, const double *w, const double *x, int64_t d) {
    const double sum = lanes ? sum_in_lanes(w, x, d) : sum_left_to_right(w, x, d);
    return has_bias ? sum + w[d] : sum;
}

/* The slope of the loss at an error: of ½ error², of Huber's, of |error|. */
static inline double loss_slope(const ns_problem *p, double error) {
    switch (p->loss) {
    case NS_HUBER: return error > p->threshold ? p->threshold : error < -p->threshold ? -p->threshold : error;
    case NS_ABSOLUTE: return error > 0.0 ? 1.0 : error < 0.0 ? -1.0 : error;
    default: return error;
    }
}

/* That of a hinge: −y until the prediction is on y's side by a whole 1; a NaN stays one. */
static inline double hinge_slope(double goal, double prediction) {
    const double y = goal > 0.5 ? 1.0 : -1.0;
    return y * prediction < 1.0 ? -y : prediction == prediction ? 0.0 : prediction;
}

/* The delta of an output. That of cross-entropy has no slope in it: the slopes of the activation and of the logarithm cancel; a
 * perceptron's step has none. */
static inline double output_delta(const ns_problem *p, double goal, double prediction, double slope) {
    switch (p->loss) {
    case NS_CROSS_ENTROPY:
    case NS_PERCEPTRON: return prediction - goal;
    case NS_HINGE: return hinge_slope(goal, prediction) * slope;
    default: return loss_slope(p, prediction - goal) * slope;
    }
}

/* Deltas of an example's outputs; adds its squared errors to those of the examples before, in their order. */
static inline double deltas_of_outputs(const ns_problem *p, const double *goal, const double *prediction, const double *slope, double *delta,
                                       double squares) {
    for (int64_t j = 0; j < p->outputs; j++) {
        const double error = prediction[j] - goal[j];
        squares += error * error;
        delta[j] = output_delta(p, goal[j], prediction[j], slope[j]);
    }
    return squares;
}

/* What a sum is divided by. A product with 1 ÷ a power of two rounds the same number as the quotient does, and takes a quarter of its time:
 * then `value` is that, and `times` is 1. */
typedef struct {
    double value;
    int times;
} divisor;

static inline divisor divisor_of(double by) {
    const int is_power_of_two = !(bits_of(by) & ~(EXPONENT | SIGN));
    return (divisor){is_power_of_two ? 1.0 / by : by, is_power_of_two};
}

/* What became of weights: the bits that changed, and the mark of `not_finite`. */
typedef struct {
    uint64_t changed, mark;
} ns_moved;

/* The plain rule: w − alpha × (g ÷ by). */
static inline ns_moved move_one_by_one(double alpha, divisor by, int64_t size, double *w, const double *g) {
    ns_moved became = {0, 0};
    for (int64_t i = 0; i < size; i++) {
        const double next = w[i] - alpha * (by.times ? g[i] * by.value : g[i] / by.value);
        became.changed |= bits_of(next) ^ bits_of(w[i]);
        became.mark |= not_finite(next);
        w[i] = next;
    }
    return became;
}

/* Adds what an example gives to the weighted deltas of a node; the first one is what they begin as. */
static inline void add_example(const double *x, double delta, int64_t d, int64_t has_bias, int64_t is_first, double *g) {
    if (is_first) {
        for (int64_t i = 0; i < d; i++) g[i] = delta * x[i];
        if (has_bias) g[d] = delta;
    } else {
        for (int64_t i = 0; i < d; i++) g[i] += delta * x[i];
        if (has_bias) g[d] += delta;
    }
}

#endif
