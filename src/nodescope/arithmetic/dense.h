/* Layers of nodes over a batch: predictions, and the gradient of all weights. Part of kernels.c. Requirement: a network's step at the
 * speed of its multiplications.
 *
 * They take what goes_in_layers says, in doubles or floats. Sums in lanes, layers updated one after another, little batches and those whose
 * numbers are written down are example.h's (goes_by_kernel); whether a number is finite is only marked here.
 *
 * Order of additions: a node's sum over its inputs left to right, the bias last; a hidden delta over the nodes fed, left to right,
 * then × slope; a weight's gradient over the examples, ascending. All three are one product of matrices,
 * C[m, n] = −0.0 + A[m, 0] B[0, n] + A[m, 1] B[1, n] + …, with vectors along n, so that no lane meets another; −0.0 adds nothing to
 * any number.
 *
 * Rows of numbers are padded to whole eights, so that vectors need no care at their ends; what stands in the padding is computed and
 * never read for a number that counts. Each layer's weights are set out in rows, for the deltas, and by input (`turned`), for the sums.
 * Examples go by in blocks, so that the room does not grow with the batch. */

/* A product that is a gradient, and moves weights at once (dense_steps.h): alpha, what the sums are divided by, and what became of them. */
typedef struct {
    double alpha;
    divisor by;
    uvec changed, far;
} moving;

/* What is done with finished sums: a row is added to each; each is multiplied; they are kept, or go on later; weights move by them. */
enum { ADDED, TIMES, SUMMED, MOVING };

/* C (rows, cols) = A (rows, terms) × B (terms, cols); each matrix is told by where it starts and its strides. But for SUMMED, whose rows end
 * where others begin, columns are whole vectors. */
typedef struct {
    const double *a, *b;
    double *c;
    int64_t a_row, a_term, b_term, c_row, rows, cols, terms;
    const double *beside;  /* ADDED: (cols); TIMES: in the place of c */
    int64_t goes_on;       /* SUMMED: 1 where the sums go on from what stands in c */
    moving *moves;         /* MOVING: c are weights, and `turned` (cols, rows) the same weights by input */
    double *turned;
    int64_t turned_row;
} product;

enum { LITTLE = W == 2 ? 640 : 32 };   /* examples × weights below which setting out the room takes longer than example.h's way */

/* The page makes one step after another, without dense_steps.h: it would be a twentieth of all that is loaded. */
#if defined(__wasm__)
enum { MOVES_TOGETHER = 0 };
#else
enum { MOVES_TOGETHER = 1 };
#endif

/* Sums that are in registers together: TILE_ROWS × TILE_VECTORS; weights that move, in whole squares, which are turned there; and eight rows
 * of few vectors. */
enum { TILE_ROWS = 4, TILE_VECTORS = W == 8 ? 4 : 2, MOVED_VECTORS = 2, VECTORS_OF_EIGHT = W == 8 ? 2 : MOVES_TOGETHER };

/* A tile of weights moves by the sums of their gradient: w − alpha × (sum ÷ by). Lanes behind a row's end are nothing's and stay +0.0. */
INLINE void move_tile(const product *q, int64_t m, int64_t n, vec sum[8][4], const int rows, const int vectors) {
    moving *how = q->moves;
    const vec alpha = each(how->alpha), by = each(how->by.value);
    double *c = q->c + m * q->c_row + n, *turned = q->turned + n * q->turned_row + m;
    uvec changed = how->changed, far = how->far;
    UNROLL for (int i = 0; i < rows; i++)
        UNROLL for (int j = 0; j < vectors; j++) {
            const vec w = load(c + i * q->c_row + j * W), next = w - alpha * (how->by.times ? sum[i][j] * by : sum[i][j] / by);
            changed |= changed_bits(next, w);
            far |= not_finite_lanes(next);
            store(c + i * q->c_row + j * W, next);
            sum[i][j] = next;
        }
    how->changed = changed;
    how->far = far;
    UNROLL for (int j = 0; j < vectors; j++) {
        UNROLL for (int i = 0; i + W <= rows; i += W) {
            vec block[W];
            UNROLL for (int r = 0; r < W; r++) block[r] = sum[i + r][j];
            transpose(block);
            UNROLL for (int r = 0; r < W; r++) store(turned + (j * W + r) * q->turned_row + i, block[r]);
        }
        UNROLL for (int i = rows - rows % W; i < rows; i++)
            UNROLL for (int r = 0; r < W; r++) turned[(j * W + r) * q->turned_row + i] = sum[i][j][r];
    }
}

INLINE void tile(const product *q, int64_t m, int64_t n, const int rows, const int vectors, const int ending) {
    const double *a = q->a + m * q->a_row, *b = q->b + n;
    double *c = q->c + m * q->c_row + n;
    const int64_t cols = q->cols - n;
    const int whole = ending != SUMMED || vectors > 1 || cols >= W;
    vec sum[8][4];
    UNROLL for (int i = 0; i < rows; i++)
        UNROLL for (int j = 0; j < vectors; j++) {
            const double *from = c + i * q->c_row + j * W;
            sum[i][j] = ending != SUMMED || !q->goes_on ? each(-0.0) : whole ? load(from) : load_some(from, cols);
        }
    for (int64_t k = 0; k < q->terms; k++, a += q->a_term, b += q->b_term)
        UNROLL for (int j = 0; j < vectors; j++) {
            const vec of_b = load(b + j * W);
            UNROLL for (int i = 0; i < rows; i++) sum[i][j] += each(a[i * q->a_row]) * of_b;
        }
    if (MOVES_TOGETHER && ending == MOVING) {
        move_tile(q, m, n, sum, rows, vectors);
        return;
    }
    UNROLL for (int i = 0; i < rows; i++)
        UNROLL for (int j = 0; j < vectors; j++) {
            const int64_t at = i * q->c_row + j * W;
            vec s = sum[i][j];
            if (ending == ADDED) s += load(q->beside + n + j * W);
            if (ending == TIMES) s *= load(q->beside + m * q->c_row + n + at);
            if (whole) store(c + at, s);
            else store_some(c + at, s, cols);
        }
}

/* The columns from n on, all rows: a strip of B stays in the nearest cache while the rows of A go by. */
INLINE void strip(const product *q, int64_t n, const int vectors, const int ending) {
    int64_t m = 0;
    if (vectors <= VECTORS_OF_EIGHT)
        for (; m + EIGHT <= q->rows; m += EIGHT) tile(q, m, n, EIGHT, vectors, ending);
    for (; m + TILE_ROWS <= q->rows; m += TILE_ROWS) tile(q, m, n, TILE_ROWS, vectors, ending);
#if defined(__wasm__)   /* in the page the last rows one by one: a call costs less than the bytes of a copy */
    for (; m < q->rows; m++) tile(q, m, n, 1, vectors, ending);
#else
    switch (q->rows - m) {
    case 3: tile(q, m, n, 3, vectors, ending); break;
    case 2: tile(q, m, n, 2, vectors, ending); break;
    case 1: tile(q, m, n, 1, vectors, ending); break;
    }
#endif
}

/* Each ending is compiled by itself: in little layers the choice takes longer than the product. In the page there is one. */
CALLED void multiply(const product *q, const int ending) {
    const int most = ending == MOVING ? MOVED_VECTORS : TILE_VECTORS;
    int64_t n = 0;
    for (; n + most * W <= q->cols; n += most * W) strip(q, n, most, ending);
    for (; n < q->cols; n += W) strip(q, n, 1, ending);
}

static void multiply_and_add(const product q) { multiply(&q, ADDED); }
static void multiply_times(const product q) { multiply(&q, TIMES); }
static void multiply_and_sum(const product q) { multiply(&q, SUMMED); }

/* Weights by input: turned[i, j] is the weight of input i of node j. */
static void turn(const ns_layer *layer, const double *w, double *turned) {
    const int64_t d = layer->inputs, width = width_of(layer), k = layer->outputs, padded = padded_width(k);
    for (int64_t j = 0; j < padded; j += W)
        for (int64_t i = 0; i < d; i += W) {
            if (j + W <= k && i + W <= d) {
                vec block[W];
                UNROLL for (int r = 0; r < W; r++) block[r] = load(w + (j + r) * width + i);
                transpose(block);
                UNROLL for (int r = 0; r < W; r++) store(turned + (i + r) * padded + j, block[r]);
                continue;
            }
            for (int64_t c = i; c < i + W && c < d; c++)
                for (int64_t r = j; r < j + W; r++) turned[c * padded + r] = r < k ? w[r * width + c] : 0.0;
        }
}

/* The scratch of each layer: the weights in rows and turned; the biases; and of a block of examples (example, node) sums that become values,
 * slopes, deltas. */
typedef struct {
    double *weight, *turned, *bias, *value, *slope, *delta;
} layer_room;

typedef struct {
    const ns_problem *p;
    double *input;   /* a block's inputs, padded */
    layer_room *of;
} layers_room;

static layers_room set_out_room(const ns_problem *p, double *scratch) {
    double *aligned = next_line(scratch), *free = aligned + LAYER_ROOM * p->layers;
    const layers_room room = {p, free, (layer_room *)aligned};
    free += block_of(p) * padded_width(p->inputs);
    for (int64_t l = 0; l < p->layers; l++) {
        const int64_t d = padded_width(p->layer[l].inputs), k = padded_width(p->layer[l].outputs), values = block_of(p) * k;
        double *turned = free + p->layer[l].outputs * d, *bias = turned + d * k, *value = bias + k;
        room.of[l] = (layer_room){free, turned, bias, value, value + values, value + 2 * values};
        free = value + 3 * values;
    }
    return room;
}

/* Weights by input, and biases: what predictions are made of. */
static void set_out_turned(const layers_room *room, const double *weight) {
    const ns_problem *p = room->p;
    for (int64_t l = 0; l < p->layers; l++) {
        const ns_layer *layer = p->layer + l;
        const layer_room *of = room->of + l;
        const double *w = weight + layer->first_weight;
        turn(layer, w, of->turned);
        for (int64_t j = 0; j < padded_width(layer->outputs); j++)
            of->bias[j] = layer->has_bias && j < layer->outputs ? w[j * width_of(layer) + layer->inputs] : -0.0;
    }
}

/* And weights in rows, for the way back. */
static void set_out_weights(const layers_room *room, const double *weight) {
    const ns_problem *p = room->p;
    set_out_turned(room, weight);
    for (int64_t l = 0; l < p->layers; l++) {
        const ns_layer *layer = p->layer + l;
        for (int64_t j = 0; j < layer->outputs; j++) {
            double *row = room->of[l].weight + j * padded_width(layer->inputs);
            copy(row, weight + layer->first_weight + j * width_of(layer), layer->inputs);
            for (int64_t i = layer->inputs; i < padded_width(layer->inputs); i++) row[i] = 0.0;
        }
    }
}

/* The mark of `not_finite` over a block of numbers, padding left out: it is looked at too, and told apart only where there is a mark. */
static uint64_t any_not_finite(const double *x, int64_t rows, int64_t cols) {
    const int64_t padded = padded_width(cols);
    uvec lanes = {0};
    uint64_t mark = 0;
    for (int64_t r = 0; r < rows; r++)
        for (int64_t i = 0; i < cols; i += W) lanes |= not_finite_lanes(load(x + r * padded + i));
    if (!(any(lanes) & SIGN)) return 0;
    for (int64_t r = 0; r < rows; r++)
        for (int64_t i = 0; i < cols; i++) mark |= not_finite(x[r * padded + i]);
    return mark;
}

/* Forward for `count` examples; returns the mark of `not_finite` over their sums. */
static uint64_t forward_block(const layers_room *room, const int64_t *chosen, int64_t from, int64_t count) {
    const ns_problem *p = room->p;
    const int64_t d = p->inputs;
    uint64_t mark = 0;
    for (int64_t r = 0; r < count; r++) {
        double *row = room->input + r * padded_width(d);
        const int64_t at = (chosen ? chosen[from + r] : from + r) * d;
        if (p->narrow) widen(p->narrow + at, d, row);
        else copy(row, p->input + at, d);
        for (int64_t i = d; i < padded_width(d); i++) row[i] = 0.0;
    }
    const double *before = room->input;
    for (int64_t l = 0; l < p->layers; l++) {
        const ns_layer *layer = p->layer + l;
        const layer_room *of = room->of + l;
        const int64_t padded = padded_width(layer->outputs);
        multiply_and_add((product){.a = before, .a_row = padded_width(layer->inputs), .a_term = 1, .b = of->turned, .b_term = padded, .c = of->value,
                            .c_row = padded, .rows = count, .cols = whole_vectors(layer->outputs), .terms = layer->inputs, .beside = of->bias});
        mark |= activate_block(layer->activation, count, layer->outputs, of->value, of->slope);
        before = of->value;
    }
    return mark;
}

/* deltas_of_outputs of a block's examples, ascending. */
static double output_deltas_of_block(const layers_room *room, const int64_t *chosen, int64_t from, int64_t count, double squares) {
    const ns_problem *p = room->p;
    const layer_room *of = room->of + p->layers - 1;
    const int64_t k = p->outputs, padded = padded_width(k);
    for (int64_t r = 0; r < count; r++) {
        const int64_t at = r * padded;
        const double *goal = p->goal + (chosen ? chosen[from + r] : from + r) * k;
        squares = deltas_of_outputs(p, goal, of->value + at, of->slope + at, of->delta + at, squares);
    }
    return squares;
}

/* Deltas of layer l from those of the layer that it feeds. */
static void hidden_deltas_of_block(const layers_room *room, int64_t l, int64_t count) {
    const ns_layer *next = room->p->layer + l + 1;
    const layer_room *of = room->of + l;
    const int64_t padded = padded_width(next->inputs);
    multiply_times((product){.a = of[1].delta, .a_row = padded_width(next->outputs), .a_term = 1, .b = of[1].weight, .b_term = padded,
                        .c = of->delta, .c_row = padded, .rows = count, .cols = whole_vectors(next->inputs), .terms = next->outputs,
                        .beside = of->slope});
}

/* The gradient of biases, which stand `width` apart: each node's deltas ascending, those of W nodes side by side. */
INLINE void add_biases(const double *delta, int64_t nodes, int64_t count, int64_t goes_on, double *g, int64_t width) {
    const int64_t padded = padded_width(nodes);
    for (int64_t j = 0; j < nodes; j += W) {
        vec sum = each(-0.0);
        for (int64_t i = 0; goes_on && i < W && j + i < nodes; i++) sum[i] = g[(j + i) * width];
        for (int64_t r = 0; r < count; r++) sum += load(delta + r * padded + j);
        for (int64_t i = 0; i < W && j + i < nodes; i++) g[(j + i) * width] = sum[i];
    }
}

/* Sums, or adds, what a block gives to the gradient of layer l. */
static void add_block(const layers_room *room, int64_t l, int64_t count, int64_t goes_on, double *gradient) {
    const ns_layer *layer = room->p->layer + l;
    const layer_room *of = room->of + l;
    const int64_t padded = padded_width(layer->outputs), width = width_of(layer);
    double *g = gradient + layer->first_weight;
    multiply_and_sum((product){.a = of->delta, .a_row = 1, .a_term = padded, .b = l ? of[-1].value : room->input, .b_term = padded_width(layer->inputs),
                        .c = g, .c_row = width, .rows = layer->outputs, .cols = layer->inputs, .terms = count, .goes_on = goes_on});
    if (layer->has_bias) add_biases(of->delta, layer->outputs, count, goes_on, g + layer->inputs, width);
}

/* Sets `gradient` to the sum over `count` examples, those from `from` on or the chosen ones; returns the sum of their squared errors;
 * `mark` gets that of `not_finite` over sums and deltas. */
static double layers_gradient(const ns_problem *p, const double *weight, double *scratch, const int64_t *chosen, int64_t from, int64_t count,
                              double *gradient, uint64_t *mark) {
    const layers_room room = set_out_room(p, scratch);
    const int64_t start = chosen ? 0 : from;
    double squares = 0.0;
    set_out_weights(&room, weight);
    for (int64_t at = 0; at < count; at += block_of(p)) {
        const int64_t some = smaller(block_of(p), count - at);
        *mark |= forward_block(&room, chosen, start + at, some);
        squares = output_deltas_of_block(&room, chosen, start + at, some, squares);
        for (int64_t l = p->layers; l-- > 0;) {
            if (l + 1 < p->layers) hidden_deltas_of_block(&room, l, some);
            *mark |= any_not_finite(room.of[l].delta, some, p->layer[l].outputs);
            add_block(&room, l, some, at > 0, gradient);
        }
    }
    return squares;
}

/* Predictions (count, k) of the examples from `from` on. */
static void layers_predictions(const ns_problem *p, const double *weight, double *scratch, int64_t from, int64_t count, double *prediction) {
    const layers_room room = set_out_room(p, scratch);
    const int64_t k = p->outputs, padded = padded_width(k);
    set_out_turned(&room, weight);
    for (int64_t at = 0; at < count; at += block_of(p)) {
        const int64_t some = smaller(block_of(p), count - at);
        forward_block(&room, NULL, from + at, some);
        for (int64_t r = 0; r < some; r++) copy(prediction + (at + r) * k, room.of[p->layers - 1].value + r * padded, k);
    }
}
