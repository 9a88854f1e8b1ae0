/* One example's way through the layers and back: step.py has the same lines in Python.
 *
 * Of each example four numbers a node are kept, nodes counted through all layers: sums, predictions, slopes, deltas. */
#ifndef NODESCOPE_LAYERS_H
#define NODESCOPE_LAYERS_H

#include "core.h"

#include "functions.h"

static inline valued activate(int64_t activation, double x) {
    switch (activation) {
    case NS_RELU: return (valued){x <= 0.0 ? 0.0 : x, x > 0.0 ? 1.0 : 0.0};
    case NS_LEAKY_RELU: return (valued){x > 0.0 ? x : 0.01 * x, x > 0.0 ? 1.0 : 0.01};
    case NS_TANH: return tanh_of(x);
    case NS_SIGMOID: return sigmoid_of(x);
    case NS_SOFTPLUS: return softplus_of(x);
    case NS_GELU: return gelu_of(x);
    default: return (valued){x, 1.0};
    }
}

static inline int64_t width_of(const ns_layer *layer) { return layer->inputs + layer->has_bias; }

static inline int64_t weights_of(const ns_layer *layer) { return layer->outputs * width_of(layer); }

static inline const ns_layer *last_layer(const ns_problem *p) { return p->layer + p->layers - 1; }

static inline int64_t size_of(const ns_problem *p) { return last_layer(p)->first_weight + weights_of(last_layer(p)); }

static inline int64_t nodes_of(const ns_problem *p) { return last_layer(p)->first_node + p->outputs; }

/* One layer of identity nodes under the squared error: prediction is sum and delta is error, so nothing of an example is kept. */
static inline int is_linear(const ns_problem *p) {
    return p->layers == 1 && p->layer->activation == NS_IDENTITY && p->loss == NS_SQUARED;
}

enum { EIGHT = 8 };

/* Numbers of a row that is padded to whole eights. */
static inline int64_t padded_width(int64_t count) { return (count + EIGHT - 1) / EIGHT * EIGHT; }

/* Numbers of example b of a step; where not all examples are kept, b is 0. */
static inline double *row_of(const ns_problem *p, double *scratch, int64_t b) {
    return scratch + size_of(p) + b * 4 * nodes_of(p);
}

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

static inline double node_sum(int64_t lanes, int64_t has_bias, const double *w, const double *x, int64_t d) {
    const double sum = lanes ? sum_in_lanes(w, x, d) : sum_left_to_right(w, x, d);
    return has_bias ? sum + w[d] : sum;
}

/* Sums of EIGHT nodes of a layer, each left to right: side by side, because an addition waits for the one before it. */
static inline void sums_at_once(const ns_layer *layer, const double *weight, const double *x, double *sum) {
    const int64_t d = layer->inputs, width = width_of(layer);
    double total[EIGHT];
    for (int64_t j = 0; j < EIGHT; j++) total[j] = weight[j * width] * x[0];
    for (int64_t i = 1; i < d; i++)
        for (int64_t j = 0; j < EIGHT; j++) total[j] += weight[j * width + i] * x[i];
    for (int64_t j = 0; j < EIGHT; j++) sum[j] = layer->has_bias ? total[j] + weight[j * width + d] : total[j];
}

/* Sums of all nodes of a layer for one example. */
static inline void layer_sums(const ns_problem *p, const ns_layer *layer, const double *weight, const double *x, double *sum) {
    const int64_t width = width_of(layer);
    int64_t j = 0;
    for (; !p->lanes && j + EIGHT <= layer->outputs; j += EIGHT) sums_at_once(layer, weight + j * width, x, sum + j);
    for (; j < layer->outputs; j++) sum[j] = node_sum(p->lanes, layer->has_bias, weight + j * width, x, layer->inputs);
}

static inline void forward(const ns_problem *p, const double *weight, const double *x, double *values) {
    const int64_t nodes = nodes_of(p);
    for (int64_t l = 0; l < p->layers; l++) {
        const ns_layer *layer = p->layer + l;
        double *sum = values + layer->first_node, *prediction = sum + nodes, *slope = sum + 2 * nodes;
        layer_sums(p, layer, weight + layer->first_weight, x, sum);
        for (int64_t j = 0; j < layer->outputs; j++) {
            const valued of = activate(layer->activation, sum[j]);
            prediction[j] = of.value;
            slope[j] = of.slope;
        }
        x = prediction;
    }
}

/* Predictions of one example by all outputs. `values` is room for one example. */
static inline const double *predictions(const ns_problem *p, const double *weight, const double *x, double *values) {
    if (is_linear(p)) {
        layer_sums(p, p->layer, weight, x, values);
        return values;
    }
    forward(p, weight, x, values);
    return values + nodes_of(p) + last_layer(p)->first_node;
}

/* The slope of the loss at an error: of ½ error², of Huber's, of |error|. */
static inline double loss_slope(const ns_problem *p, double error) {
    switch (p->loss) {
    case NS_HUBER: return error > p->threshold ? p->threshold : error < -p->threshold ? -p->threshold : error;
    case NS_ABSOLUTE: return error > 0.0 ? 1.0 : error < 0.0 ? -1.0 : error;
    default: return error;
    }
}

/* Deltas of the last layer; adds its squared errors to those of the examples before, in their order. */
static inline double output_deltas(const ns_problem *p, const double *goal, double *values, double squares) {
    const int64_t nodes = nodes_of(p), first = nodes - p->outputs;
    for (int64_t j = 0; j < p->outputs; j++) {
        const double error = values[nodes + first + j] - goal[j];
        squares += error * error;
        values[3 * nodes + first + j] = loss_slope(p, error) * values[2 * nodes + first + j];
    }
    return squares;
}

/* Deltas of layer l from those of the layer that it feeds: summed left to right over its nodes, then × slope. */
static inline void hidden_deltas(const ns_problem *p, int64_t l, const double *weight, double *values) {
    const ns_layer *layer = p->layer + l, *next = layer + 1;
    const int64_t nodes = nodes_of(p), width = width_of(next), here = layer->outputs;
    double *delta = values + 3 * nodes + layer->first_node;
    const double *slope = delta - nodes, *fed = delta + here, *through = weight + next->first_weight;
    for (int64_t i = 0; i < here; i++) delta[i] = fed[0] * through[i];
    for (int64_t j = 1; j < next->outputs; j++)
        for (int64_t i = 0; i < here; i++) delta[i] += fed[j] * through[j * width + i];
    for (int64_t i = 0; i < here; i++) delta[i] *= slope[i];
}

static inline void add_example(const double *x, double delta, int64_t d, int64_t has_bias, int64_t is_first, double *g) {
    if (is_first) {
        for (int64_t i = 0; i < d; i++) g[i] = delta * x[i];
        if (has_bias) g[d] = delta;
    } else {
        for (int64_t i = 0; i < d; i++) g[i] += delta * x[i];
        if (has_bias) g[d] += delta;
    }
}

/* Adds what an example gives to the weighted deltas of layer l, in the gradient of all weights. */
static inline void add_gradient(const ns_problem *p, int64_t l, const double *x, const double *values, int64_t is_first, double *g) {
    const ns_layer *layer = p->layer + l;
    const double *predicted = values + nodes_of(p), *delta = values + 3 * nodes_of(p) + layer->first_node;
    const double *from = l ? predicted + layer[-1].first_node : x;
    for (int64_t j = 0; j < layer->outputs; j++)
        add_example(from, delta[j], layer->inputs, layer->has_bias, is_first, g + layer->first_weight + j * width_of(layer));
}

static inline void average(const ns_problem *p, double *g, int64_t size, int64_t count) {
    if (!p->sums && count > 1)
        for (int64_t i = 0; i < size; i++) g[i] /= (double)count;
}

#endif
