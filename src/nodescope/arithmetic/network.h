/* One example's way through a network and back: part of core.c, layers.py has the same lines in Python.
 *
 * Of each example four numbers a node are kept, nodes counted through all layers: sums, predictions, slopes, deltas. */

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

/* Numbers of example b of a step; where not all examples are kept, b is 0. */
static inline double *row_of(const ns_problem *p, double *scratch, int64_t b) {
    return scratch + size_of(p) + b * 4 * nodes_of(p);
}

static inline const double *last_predictions(const ns_problem *p, const double *values) {
    return values + 2 * nodes_of(p) - p->outputs;
}

enum { AT_ONCE = 8 };

/* Sums of AT_ONCE nodes of a layer, each left to right: side by side, because an addition waits for the one before it. */
static inline void sums_at_once(const ns_layer *layer, const double *weight, const double *x, double *sum) {
    const int64_t d = layer->inputs, width = d + layer->has_bias;
    double total[AT_ONCE];
    for (int64_t j = 0; j < AT_ONCE; j++) total[j] = weight[j * width] * x[0];
    for (int64_t i = 1; i < d; i++)
        for (int64_t j = 0; j < AT_ONCE; j++) total[j] += weight[j * width + i] * x[i];
    for (int64_t j = 0; j < AT_ONCE; j++) sum[j] = layer->has_bias ? total[j] + weight[j * width + d] : total[j];
}

static void forward(const ns_problem *p, const double *weight, const double *x, double *values) {
    const int64_t nodes = nodes_of(p);
    double *sum = values, *prediction = values + nodes, *slope = values + 2 * nodes;
    for (int64_t l = 0; l < p->layers; l++) {
        const ns_layer *layer = p->layer + l;
        const int64_t width = layer->inputs + layer->has_bias;
        int64_t done = 0;
        for (; !p->lanes && done + AT_ONCE <= layer->outputs; done += AT_ONCE)
            sums_at_once(layer, weight + done * width, x, sum + done);
        for (int64_t j = done; j < layer->outputs; j++)
            sum[j] = node_sum(p->lanes, layer->has_bias, weight + j * width, x, layer->inputs);
        for (int64_t j = 0; j < layer->outputs; j++) {
            const valued of = activate(layer->activation, sum[j]);
            prediction[j] = of.value;
            slope[j] = of.slope;
        }
        x = prediction;
        weight += layer->outputs * width;
        sum += layer->outputs;
        prediction += layer->outputs;
        slope += layer->outputs;
    }
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
static double output_deltas(const ns_problem *p, const double *goal, double *values, double squares) {
    const int64_t nodes = nodes_of(p), first = nodes - p->outputs;
    for (int64_t j = 0; j < p->outputs; j++) {
        const double error = values[nodes + first + j] - goal[j];
        squares += error * error;
        values[3 * nodes + first + j] = loss_slope(p, error) * values[2 * nodes + first + j];
    }
    return squares;
}

/* Deltas of layer l from those of the layer that it feeds: summed left to right over its nodes, then × slope. */
static void hidden_deltas(const ns_problem *p, int64_t l, const double *weight, double *values) {
    const int64_t nodes = nodes_of(p);
    int64_t first = 0;
    for (int64_t i = 0; i < l; i++) first += p->layer[i].outputs;
    for (int64_t i = 0; i <= l; i++) weight += p->layer[i].outputs * (p->layer[i].inputs + p->layer[i].has_bias);
    const ns_layer *next = p->layer + l + 1;
    const int64_t width = next->inputs + next->has_bias, here = next->inputs;
    double *delta = values + 3 * nodes + first;
    const double *slope = values + 2 * nodes + first, *fed = delta + here;
    for (int64_t i = 0; i < here; i++) delta[i] = fed[0] * weight[i];
    for (int64_t j = 1; j < next->outputs; j++)
        for (int64_t i = 0; i < here; i++) delta[i] += fed[j] * weight[j * width + i];
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
static void add_gradient(const ns_problem *p, int64_t l, const double *x, const double *values, int64_t is_first, double *g) {
    const int64_t nodes = nodes_of(p);
    int64_t first = 0;
    for (int64_t i = 0; i < l; i++) {
        g += p->layer[i].outputs * (p->layer[i].inputs + p->layer[i].has_bias);
        first += p->layer[i].outputs;
    }
    const ns_layer *layer = p->layer + l;
    const double *from = l ? values + nodes + first - layer->inputs : x;
    for (int64_t j = 0; j < layer->outputs; j++)
        add_example(from, values[3 * nodes + first + j], layer->inputs, layer->has_bias, is_first,
                    g + j * (layer->inputs + layer->has_bias));
}

/* Writes example b's numbers where they are wanted; gives the mark of `not_finite` over all of them. */
static uint64_t write_values(const ns_problem *p, const double *values, const ns_columns *to, int64_t row, int64_t b) {
    const int64_t nodes = nodes_of(p);
    uint64_t overflowed = 0;
    for (int64_t i = 0; i < 2 * nodes; i++) overflowed |= not_finite(values[i]);
    for (int64_t i = 3 * nodes; i < 4 * nodes; i++) overflowed |= not_finite(values[i]);
    if (!to) return overflowed;
    const int64_t at = (row * p->batch + b) * to->nodes;
    for (int64_t i = 0; i < to->nodes; i++) {
        const int64_t node = to->first_node + i;
        if (to->sum) to->sum[at + i] = values[node];
        if (to->prediction) to->prediction[at + i] = values[nodes + node];
        if (to->delta) to->delta[at + i] = values[3 * nodes + node];
    }
    return overflowed;
}
