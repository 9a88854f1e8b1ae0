/* What joins the weighted deltas on their way to the rule: part of core.c, step.py has the same lines in Python. */

static inline double sign_of(double w) { return w > 0.0 ? 1.0 : w < 0.0 ? -1.0 : 0.0; }

/* Adds what the penalty says to the weighted deltas of the weights numbered `from` … `end` − 1, which are whole layers. */
static void add_penalty(const ns_step *s, int64_t from, int64_t end) {
    const ns_problem *p = s->p;
    double *g = s->scratch;
    for (int64_t l = 0; l < p->layers; l++) {
        const ns_layer *layer = p->layer + l;
        if (layer->first_weight < from || layer->first_weight >= end) continue;
        const int64_t width = width_of(layer), counts = p->penalises_bias ? width : layer->inputs;
        for (int64_t j = 0; j < layer->outputs; j++)
            for (int64_t i = 0; i < counts; i++) {
                const int64_t at = layer->first_weight + j * width + i;
                g[at] += p->l2 * s->state[at] + p->l1 * sign_of(s->state[at]);
            }
    }
}

/* Root of the sum of the squares of what moves, each ÷ `by`. */
static double root_of_squares(const ns_problem *p, const double *g, int64_t size, double by) {
    double squares = 0.0;
    for (int64_t i = 0; i < size; i++) {
        if (p->frozen && p->frozen[i]) continue;
        const double part = by == 1.0 ? g[i] : g[i] / by;
        squares += part * part;
    }
    return __builtin_sqrt(squares);
}

static double largest_of(const ns_problem *p, const double *g, int64_t size) {
    double largest = 0.0;
    for (int64_t i = 0; i < size; i++)
        if (!(p->frozen && p->frozen[i]) && __builtin_fabs(g[i]) > largest) largest = __builtin_fabs(g[i]);
    return largest;
}

/* Shortens all weighted deltas together to `clip` where they are longer; returns how long they were. */
static double shorten(const ns_problem *p, double *g, int64_t size) {
    double norm = root_of_squares(p, g, size, 1.0);
    if (not_finite(norm) & SIGN) {
        const double largest = largest_of(p, g, size);
        norm = largest * (largest > 0.0 ? root_of_squares(p, g, size, largest) : __builtin_nan(""));
    }
    const double factor = p->clip / norm;
    if (norm > p->clip)
        for (int64_t i = 0; i < size; i++) g[i] *= factor;
    return norm;
}

/* The weighted deltas of these weights written down as they are; then what the rule is given in their place. */
static void join(const ns_step *s, int64_t from, int64_t end) {
    const ns_problem *p = s->p;
    const ns_columns *to = s->to;
    if (is_bare(p)) return;
    for (int64_t i = 0; to && to->weighted_delta && i < to->weights; i++) {
        const int64_t at = to->first_weight + i;
        if (at >= from && at < end) to->weighted_delta[s->row * to->weights + i] = s->scratch[at];
    }
    if (p->l2 != 0.0 || p->l1 != 0.0) add_penalty(s, from, end);
    const double norm = p->clip < 0.0 ? __builtin_nan("") : shorten(p, s->scratch, size_of(p));
    if (to && to->norm) to->norm[s->row] = norm;
}
