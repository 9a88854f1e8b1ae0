/* One example's way through the layers and back: part of core.c, step.py has the same lines in Python. It serves whatever has no
 * kernel: steps whose numbers are written down, batches of a few examples, sums in lanes, layers updated one after another.
 *
 * Of each example four numbers a node are kept, nodes counted through all layers: sums, predictions, slopes, deltas. */

/* Numbers of example b of a step, behind the gradient (room.h); where not all examples are kept, b is 0. */
static inline double *row_of(const ns_problem *p, double *scratch, int64_t b) {
    return scratch + size_of(p) + b * 4 * nodes_of(p);
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
static void layer_sums(const ns_problem *p, const ns_layer *layer, const double *weight, const double *x, double *sum) {
    const int64_t width = width_of(layer);
    int64_t j = 0;
    for (; !p->lanes && j + EIGHT <= layer->outputs; j += EIGHT) sums_at_once(layer, weight + j * width, x, sum + j);
    for (; j < layer->outputs; j++) sum[j] = node_sum(p->lanes, layer->has_bias, weight + j * width, x, layer->inputs);
}

/* Identity: a call of a kernel would take longer. */
static inline void stay(int64_t count, const double *sum, double *prediction, double *slope) {
    for (int64_t j = 0; j < count; j++) {
        prediction[j] = sum[j];
        slope[j] = 1.0;
    }
}

static void forward(const ns_problem *p, const double *weight, const double *x, double *values) {
    const int64_t nodes = nodes_of(p);
    for (int64_t l = 0; l < p->layers; l++) {
        const ns_layer *layer = p->layer + l;
        double *sum = values + layer->first_node, *prediction = sum + nodes, *slope = sum + 2 * nodes;
        layer_sums(p, layer, weight + layer->first_weight, x, sum);
        if (layer->activation == NS_IDENTITY) stay(layer->outputs, sum, prediction, slope);
        else kernels()->activate(layer->activation, 1, layer->outputs, layer->outputs, sum, prediction, slope);
        x = prediction;
    }
}

/* Predictions of one example by all outputs. `values` is room for one example. */
static const double *predictions(const ns_problem *p, const double *weight, const double *x, double *values) {
    if (is_linear(p)) {
        layer_sums(p, p->layer, weight, x, values);
        return values;
    }
    forward(p, weight, x, values);
    return values + nodes_of(p) + last_layer(p)->first_node;
}

/* Deltas of the last layer; adds its squared errors to those of the examples before, in their order. */
static double output_deltas(const ns_problem *p, const double *goal, double *values, double squares) {
    const int64_t nodes = nodes_of(p);
    double *prediction = values + nodes + last_layer(p)->first_node;
    return deltas_of_outputs(p, goal, prediction, prediction + nodes, prediction + 2 * nodes, squares);
}

/* Deltas of layer l from those of the layer that it feeds: summed left to right over its nodes, then × slope. */
static void hidden_deltas(const ns_problem *p, int64_t l, const double *weight, double *values) {
    const ns_layer *layer = p->layer + l, *next = layer + 1;
    const int64_t nodes = nodes_of(p), width = width_of(next), here = layer->outputs;
    double *delta = values + 3 * nodes + layer->first_node;
    const double *slope = delta - nodes, *fed = delta + here, *through = weight + next->first_weight;
    for (int64_t i = 0; i < here; i++) delta[i] = fed[0] * through[i];
    for (int64_t j = 1; j < next->outputs; j++)
        for (int64_t i = 0; i < here; i++) delta[i] += fed[j] * through[j * width + i];
    for (int64_t i = 0; i < here; i++) delta[i] *= slope[i];
}

/* Adds what an example gives to the weighted deltas of layer l, in the gradient of all weights. */
static void add_gradient(const ns_problem *p, int64_t l, const double *x, const double *values, int64_t is_first, double *g) {
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
