/* How what the steps make smaller curves at given weights: part of core.c. theory/network.py and theory/sharpness.py are its meaning in
 * Python, vectorised; here it goes example by example, so the two agree to rounding and not to the bit. Nothing of it goes into a step.
 *
 * The Hessian is never made: its product with a direction is (Pearlmutter 1994, "Fast exact multiplication by the Hessian", equations
 * 6 to 9), from what forward and back leave of every example, and its largest eigenvalue comes of such products (Lanczos 1950).
 *
 * Scratch: four numbers a node of every example, as in example.h, the sum replaced by how the slope changes with it; then what is set
 * out below. */

/* In the page bytes of a copy cost more than calls. */
#if defined(__wasm__)
#define BRIEF __attribute__((noinline, minsize))
#else
#define BRIEF
#endif

/* Counts and places: half as wide in the page, where each takes a byte or two less. */
typedef intptr_t place;

enum { TURNS = 96 };   /* products at most */

#define NS_FOUND 1e-12       /* part of the eigenvalue by which it changes from one turn to the next where it is found */
#define NS_NO_MORE 1e-14     /* part of it: a product of which so little is new adds no direction */
#define NS_SMALLEST 1e-300   /* stands for a pivot of 0 */

/* Rooms behind the values of all examples. */
typedef struct {
    double *values, *r_sum, *r_node, *back, *turned, *next_back, *next_turned, *wide, *root, *result, *diagonal, *beside, *basis;
} curving;

BRIEF static place widest_of(const ns_problem *p) {
    place widest = p->outputs;
    for (place l = 0; l < p->layers; l++) widest = larger(widest, p->layer[l].inputs);
    return widest;
}

BRIEF int64_t ns_curvature_scratch(const ns_problem *p) {
    const place rows = 4 * nodes_of(p) * p->examples, one = 2 * nodes_of(p) + 4 * widest_of(p) + p->inputs;
    return rows + one + (TURNS + 3) * size_of(p) + 2 * TURNS;
}

BRIEF static curving rooms_of(const ns_problem *p, double *scratch) {
    const place nodes = nodes_of(p), widest = widest_of(p), size = size_of(p);
    curving c = {.values = scratch, .r_sum = scratch + 4 * nodes * p->examples};
    c.r_node = c.r_sum + nodes;
    c.back = c.r_node + nodes;
    c.turned = c.back + widest;
    c.next_back = c.turned + widest;
    c.next_turned = c.next_back + widest;
    c.wide = c.next_turned + widest;
    c.root = c.wide + p->inputs;
    c.result = c.root + size;
    c.diagonal = c.result + size;
    c.beside = c.diagonal + TURNS;
    c.basis = c.beside + TURNS;
    return c;
}

/* The density of a normal distribution: exp(−t) is s ÷ (1 − s) of the sigmoid's s at −t, and no digit is lost as s is at most a half. */
BRIEF static double normal_density(double x) {
    double value, slope;
    const double below = -0.5 * x * x;
    kernels()->activate(NS_SIGMOID, 1, 1, 1, &below, &value, &slope);
    return value / (1.0 - value) * 0.3989422804014327;
}

/* How an activation's slope changes with the sum; 0 for the straight ones, kinks left out. */
BRIEF static double bend_of(place activation, double sum, double value, double slope) {
    switch (activation) {
    case NS_TANH: return -2.0 * value * slope;
    case NS_SIGMOID: return slope * (1.0 - 2.0 * value);
    case NS_SOFTPLUS: return slope * (1.0 - slope);
    case NS_GELU: return normal_density(sum) * (2.0 - sum * sum);
    default: return 0.0;
    }
}

/* Forward and back for every example, with how slopes change in the place of the sums; and which weights can move: `root` is 0 where one
 * is frozen, else the root of its factor. */
BRIEF static curving looked_at(const ns_problem *p, const double *weight, double *scratch) {
    const curving c = rooms_of(p, scratch);
    const place nodes = nodes_of(p);
    for (place s = 0; s < p->examples; s++) {
        double *row = c.values + s * 4 * nodes;
        forward(p, weight, input_of(p, s, c.wide), row);
        output_deltas(p, p->goal + s * p->outputs, row, 0.0);
        for (place l = p->layers - 2; l >= 0; l--) hidden_deltas(p, l, weight, row);
        for (place l = 0; l < p->layers; l++)
            for (place j = p->layer[l].first_node; j < p->layer[l].first_node + p->layer[l].outputs; j++)
                row[j] = bend_of(p->layer[l].activation, row[j], row[nodes + j], row[2 * nodes + j]);
    }
    for (place i = 0; i < size_of(p); i++)
        c.root[i] = p->frozen && p->frozen[i] ? 0.0 : p->factor ? __builtin_sqrt(p->factor[i]) : 1.0;
    return c;
}

/* What a layer is given: inputs, or the predictions of the layer before; and how that changes along the direction, NULL for inputs. */
BRIEF static const double *given_to(const ns_problem *p, place l, const double *x, const double *row) {
    return l ? row + nodes_of(p) + p->layer[l - 1].first_node : x;
}

BRIEF static const double *moved_before(const ns_problem *p, place l, const curving *c) {
    return l ? c->r_node + p->layer[l - 1].first_node : NULL;
}

/* How sums and predictions of an example change along direction v. */
BRIEF static void turn_forward(const ns_problem *p, const double *weight, const double *v, const double *x, const double *row, const curving *c) {
    for (place l = 0; l < p->layers; l++) {
        const ns_layer *layer = p->layer + l;
        const double *given = given_to(p, l, x, row), *moved = moved_before(p, l, c);
        const double *value = row + nodes_of(p) + layer->first_node, *slope = value + nodes_of(p);
        double *r_sum = c->r_sum + layer->first_node, *r_node = c->r_node + layer->first_node, mean = 0.0;
        for (place j = 0; j < layer->outputs; j++) {
            const place first = layer->first_weight + j * width_of(layer);
            r_sum[j] = layer->has_bias ? v[first + layer->inputs] : 0.0;
            for (place i = 0; i < layer->inputs; i++) r_sum[j] += given[i] * v[first + i];
            for (place i = 0; moved && i < layer->inputs; i++) r_sum[j] += moved[i] * weight[first + i];
            mean += value[j] * r_sum[j];
        }
        for (place j = 0; j < layer->outputs; j++)
            r_node[j] = layer->activation == NS_SOFTMAX ? value[j] * (r_sum[j] - mean) : slope[j] * r_sum[j];
    }
}

/* Whether the deltas of the outputs are the errors themselves. */
BRIEF static int delta_is_error(const ns_problem *p) { return p->loss == NS_CROSS_ENTROPY || p->loss == NS_PERCEPTRON; }

/* The loss's slope at each output, and how that changes along the direction. */
BRIEF static void turn_loss(const ns_problem *p, const double *goal, const double *row, const curving *c) {
    const place first = last_layer(p)->first_node;
    for (place j = 0; j < p->outputs; j++) {
        const double prediction = row[nodes_of(p) + first + j], error = prediction - goal[j];
        const int in_reach = error <= p->threshold && -error <= p->threshold;
        const int is_curved = delta_is_error(p) || p->loss == NS_SQUARED || (p->loss == NS_HUBER && in_reach);
        c->back[j] = delta_is_error(p) ? error : p->loss == NS_HINGE ? hinge_slope(goal[j], prediction) : loss_slope(p, error);
        c->turned[j] = is_curved ? c->r_node[first + j] : 0.0;
    }
}

/* What was handed on is what the layer before is given. */
BRIEF static void change_places(curving *c) {
    double *back = c->back, *turned = c->turned;
    c->back = c->next_back;
    c->turned = c->next_turned;
    c->next_back = back;
    c->next_turned = turned;
}

/* Adds what an example gives to the product of layer l, and hands on to the layer before what that is given back. */
BRIEF static void turn_back(const ns_problem *p, place l, const double *weight, const double *v, const double *x, const double *row, curving *c,
                      double *result) {
    const ns_layer *layer = p->layer + l;
    const place nodes = nodes_of(p), d = layer->inputs;
    const double *given = given_to(p, l, x, row), *moved = moved_before(p, l, c);
    for (place i = 0; i < d; i++) c->next_back[i] = c->next_turned[i] = 0.0;
    for (place j = 0; j < layer->outputs; j++) {
        const place node = layer->first_node + j, first = layer->first_weight + j * width_of(layer);
        const double bend = row[node], slope = row[2 * nodes + node], delta = row[3 * nodes + node];
        const int is_plain = delta_is_error(p) && l == p->layers - 1;
        const double turn = is_plain ? c->turned[j] : c->turned[j] * slope + c->back[j] * bend * c->r_sum[node];
        for (place i = 0; i < d; i++) {
            result[first + i] += moved ? turn * given[i] + delta * moved[i] : turn * given[i];
            c->next_back[i] += delta * weight[first + i];
            c->next_turned[i] += turn * weight[first + i] + delta * v[first + i];
        }
        if (layer->has_bias) result[first + d] += turn;
    }
    change_places(c);
}

/* The Hessian times v, where v is 0 for frozen weights; what comes out at these is of no use. */
BRIEF static void curve_along(const ns_problem *p, const double *weight, const double *v, curving *c, double *result) {
    const place size = size_of(p);
    for (place i = 0; i < size; i++) result[i] = 0.0;
    for (place s = 0; s < p->examples; s++) {
        const double *x = input_of(p, s, c->wide), *row = c->values + s * 4 * nodes_of(p);
        turn_forward(p, weight, v, x, row, c);
        turn_loss(p, p->goal + s * p->outputs, row, c);
        for (place l = p->layers - 1; l >= 0; l--) turn_back(p, l, weight, v, x, row, c, result);
    }
    const double scale = (p->sums ? (double)p->batch : 1.0) / (double)p->examples;
    for (place i = 0; i < size; i++) result[i] *= scale;
    for (place l = 0; p->l2 != 0.0 && l < p->layers; l++) {
        const ns_layer *layer = p->layer + l;
        for (place i = 0; i < weights_of(layer); i++)
            if (p->penalises_bias || !layer->has_bias || i % width_of(layer) < layer->inputs)
                result[layer->first_weight + i] += p->l2 * v[layer->first_weight + i];
    }
}

BRIEF static double product_of(const double *a, const double *b, place count) {
    double sum = 0.0;
    for (place i = 0; i < count; i++) sum += a[i] * b[i];
    return sum;
}

/* Largest eigenvalue of a symmetric matrix of three diagonals: halved until doubles end, eigenvalues below counted (Sturm). */
BRIEF static double largest_of_three(const double *diagonal, const double *beside, place count) {
    double high = 0.0;
    for (place i = 0; i < count; i++) {
        const double size = diagonal[i] < 0.0 ? -diagonal[i] : diagonal[i];
        const double reach = size + (i + 1 < count ? beside[i] : 0.0) + (i ? beside[i - 1] : 0.0);
        high = reach > high ? reach : high;
    }
    double low = -high;
    for (int halved = 0; halved < 70; halved++) {
        const double middle = 0.5 * (low + high);
        double pivot = 1.0;
        place below = 0;
        for (place i = 0; i < count; i++) {
            pivot = diagonal[i] - middle - (i ? beside[i - 1] * beside[i - 1] / (pivot != 0.0 ? pivot : NS_SMALLEST) : 0.0);
            below += pivot < 0.0;
        }
        if (below == count) high = middle;
        else low = middle;
    }
    return high;
}

/* The first direction of the search, the same every time: even draws less a half, of the weights that can move. Returns how many those are. */
BRIEF static place first_direction(const ns_problem *p, const curving *c) {
    const place size = size_of(p);
    place free = 0;
    for (place i = 0; i < size; i++) {
        const uint64_t drawn = mix64((uint64_t)(i + 1) * 0x9E3779B97F4A7C15u) >> 11;
        c->basis[i] = c->root[i] != 0.0 ? (double)drawn * 0x1p-53 - 0.5 : 0.0;
        free += c->root[i] != 0.0;
    }
    const double length = __builtin_sqrt(product_of(c->basis, c->basis, size));
    for (place i = 0; free && i < size; i++) c->basis[i] /= length;
    return free;
}

/* Takes from a product what lies along the directions so far, twice: once leaves what rounding made. Returns how long the rest is. */
BRIEF static double at_right_angles(const curving *c, double *result, place turns, place size) {
    for (place again = 0; again < 2 * turns; again++) {
        const double *one = c->basis + again % turns * size;
        const double part = product_of(one, result, size);
        for (place i = 0; i < size; i++) result[i] -= part * one[i];
    }
    return __builtin_sqrt(product_of(result, result, size));
}

BRIEF void ns_curvature_times(const ns_problem *p, const double *weight, const double *direction, double *result, double *scratch) {
    curving c = looked_at(p, weight, scratch);
    for (place i = 0; i < size_of(p); i++) c.basis[i] = p->frozen && p->frozen[i] ? 0.0 : direction[i];
    curve_along(p, weight, c.basis, &c, result);
    for (place i = 0; p->frozen && i < size_of(p); i++) result[i] = p->frozen[i] ? 0.0 : result[i];
}

BRIEF double ns_sharpness(const ns_problem *p, const double *weight, double *scratch) {
    curving c = looked_at(p, weight, scratch);
    const place size = size_of(p), free = first_direction(p, &c);
    double found = 0.0, before = __builtin_inf();
    for (place turn = 0; turn < smaller(TURNS, free); turn++) {
        double *last = c.basis + turn * size, *along = last + size;
        for (place i = 0; i < size; i++) along[i] = c.root[i] * last[i];
        curve_along(p, weight, along, &c, c.result);
        for (place i = 0; i < size; i++) along[i] = c.root[i] != 0.0 ? c.root[i] * c.result[i] : 0.0;
        if (!all_finite(along, size)) return __builtin_nan("");
        c.diagonal[turn] = product_of(last, along, size);
        const double left = at_right_angles(&c, along, turn + 1, size);
        found = largest_of_three(c.diagonal, c.beside, turn + 1);
        const double part = found < 0.0 ? -found : found, change = found < before ? before - found : found - before;
        if (left <= NS_NO_MORE * part || change <= NS_FOUND * part) return found;
        before = found;
        c.beside[turn] = left;
        for (place i = 0; i < size; i++) along[i] /= left;
    }
    return found;
}

/* The squares of ∂(output j)/∂weights of an example, added up; of cross-entropy the curvature over the sums counts too: `flat` at most. */
BRIEF static double squares_of_output(const ns_problem *p, place output, double flat, const double *weight, const double *x, const double *row, curving *c) {
    double total = 0.0;
    for (place j = 0; j < p->outputs; j++) {
        const double slope = row[2 * nodes_of(p) + last_layer(p)->first_node + j];
        c->back[j] = j != output ? 0.0 : flat > 0.0 ? flat : slope;
    }
    for (place l = p->layers - 1; l >= 0; l--) {
        const ns_layer *layer = p->layer + l;
        const double *given = given_to(p, l, x, row);
        total += product_of(c->back, c->back, layer->outputs) * (product_of(given, given, layer->inputs) + (double)layer->has_bias);
        for (place i = 0; l && i < layer->inputs; i++) {
            double delta = 0.0;
            for (place j = 0; j < layer->outputs; j++) delta += c->back[j] * weight[layer->first_weight + j * width_of(layer) + i];
            c->next_back[i] = delta * row[2 * nodes_of(p) + layer[-1].first_node + i];
        }
        change_places(c);
    }
    return total;
}

BRIEF double ns_steepest(const ns_problem *p, const double *weight, double *scratch) {
    curving c = looked_at(p, weight, scratch);
    const double flat = p->loss != NS_CROSS_ENTROPY ? 0.0 : __builtin_sqrt(p->outputs > 1 ? 0.5 : 0.25);
    double most = 0.0, largest = 0.0;
    for (place s = 0; s < p->examples; s++) {
        const double *x = input_of(p, s, c.wide), *row = c.values + s * 4 * nodes_of(p);
        double total = 0.0;
        for (place j = 0; j < p->outputs; j++) total += squares_of_output(p, j, flat, weight, x, row, &c);
        most = total > most || total != total ? total : most;
    }
    for (place i = 0; p->factor && i < size_of(p); i++) largest = p->factor[i] > largest ? p->factor[i] : largest;
    return (most + p->l2) * (p->factor ? largest : 1.0);
}
