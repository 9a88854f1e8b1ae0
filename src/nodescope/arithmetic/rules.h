/* From weighted delta to new weight: part of core.c, rules.py has the same formulas in Python. */

static int has_clocks(const ns_problem *p) { return p->rule == NS_ADAM || p->rule == NS_ADAMW; }

static int64_t memories_of(const ns_problem *p) { return p->rule == NS_PLAIN ? 0 : has_clocks(p) ? 2 : 1; }

static int64_t state_length(const ns_problem *p) { return size_of(p) * (1 + memories_of(p)) + (has_clocks(p) ? 2 : 0); }

static inline double spread(double square, double epsilon, double inside) {
    return inside != 0.0 ? __builtin_sqrt(square + epsilon) : __builtin_sqrt(square) + epsilon;
}

/* What the rule subtracts for weighted delta g; m and v are this weight's memory, clock the powers of Adam's betas. */
static inline double alpha_delta(const ns_problem *p, double alpha, double g, double *m, double *v, const double *clock, double w) {
    const double *a = p->setting;
    switch (p->rule) {
    case NS_MOMENTUM: return alpha * (*m = a[0] * *m + g);
    case NS_NESTEROV: *m = a[0] * *m + g; return alpha * (g + a[0] * *m);
    case NS_ADAGRAD: *m = *m + g * g; return alpha * g / spread(*m, a[0], a[2]);
    case NS_RMSPROP: *m = a[0] * *m + (1.0 - a[0]) * (g * g); return alpha * g / spread(*m, a[1], a[3]);
    case NS_ADAM:
    case NS_ADAMW: {
        *m = a[0] * *m + (1.0 - a[0]) * g;
        *v = a[1] * *v + (1.0 - a[1]) * (g * g);
        const int corrected = a[4] != 0.0;
        const double forward = corrected ? *m / (1.0 - clock[0]) : *m, square = corrected ? *v / (1.0 - clock[1]) : *v;
        const double move = alpha * forward / spread(square, a[2], a[3]);
        return p->rule == NS_ADAM ? move : move + alpha * a[5] * w;
    }
    default: return alpha * g;
    }
}

/* What an update did: bits that changed in the weights, in the whole state, and the mark of `not_finite`. */
typedef struct {
    uint64_t moved, changed, overflowed;
} effect;

static inline effect both(effect a, effect b) {
    return (effect){a.moved | b.moved, a.changed | b.changed, a.overflowed | b.overflowed};
}

enum { FEW_WEIGHTS = 24 };   /* for which a call of the kernel takes longer */

/* The plain rule with nothing frozen and nothing written down; the weighted deltas are summed, and are to be divided by `by`. */
static effect update_plainly(const ns_step *s, double by) {
    const int64_t size = size_of(s->p);
    const ns_moved became = size < FEW_WEIGHTS ? move_one_by_one(s->alpha, divisor_of(by), size, s->state, s->scratch)
                                               : kernels()->move(s->alpha, by, size, s->state, s->scratch);
    return (effect){became.changed, became.changed, became.mark};
}

static uint64_t advance_clocks(const ns_problem *p, double *clock) {
    uint64_t changed = 0;
    for (int i = 0; i < 2; i++) {
        const double next = clock[i] * p->setting[i];
        changed |= bits_of(next) ^ bits_of(clock[i]);
        clock[i] = next;
    }
    return changed;
}

/* Weight i of a step and its numbers, written down where they are wanted. */
static void write_weight(const ns_step *s, int64_t i, double w, double step, double next, double m, double v) {
    const ns_columns *to = s->to;
    const int64_t at = s->row * to->weights + i - to->first_weight, memories = memories_of(s->p);
    if (to->weight) to->weight[at] = w;
    if (to->weighted_delta && is_bare(s->p)) to->weighted_delta[at] = s->scratch[i];   /* else it is there already */
    if (to->alpha_delta) to->alpha_delta[at] = step;
    if (to->new_weight) to->new_weight[at] = next;
    const int64_t at_memory = at + s->row * to->weights * (memories - 1);
    if (to->memory && memories > 0) to->memory[at_memory] = m;
    if (to->memory && memories > 1) to->memory[at_memory + to->weights] = v;
}

/* The weights numbered `from` … `end` − 1: any rule, frozen weights, every number written where it is wanted. */
static effect update(const ns_step *s, int64_t from, int64_t end) {
    const ns_problem *p = s->p;
    const int64_t size = size_of(p), memories = memories_of(p);
    double *state = s->state, *memory = state + size;
    const double *clock = memory + size * memories, *g = s->scratch;
    effect was = {0, 0, 0};
    for (int64_t i = from; i < end; i++) {
        const int frozen = p->frozen && p->frozen[i];
        double m = memories > 0 ? memory[i] : 0.0, v = memories > 1 ? memory[size + i] : 0.0;
        const double before_m = m, before_v = v, w = state[i];
        const double alpha = p->factor ? s->alpha * p->factor[i] : s->alpha;
        const double step = frozen ? 0.0 : alpha_delta(p, alpha, g[i], &m, &v, clock, w), next = frozen ? w : w - step;
        if (!frozen) {
            was.moved |= bits_of(next) ^ bits_of(w);
            was.changed |= (bits_of(m) ^ bits_of(before_m)) | (bits_of(v) ^ bits_of(before_v));
            /* with a schedule, an update that is nothing at this alpha may be something at the next one */
            if (s->scheduled) was.changed |= p->rule != NS_PLAIN || g[i] != 0.0;
            was.overflowed |= not_finite(g[i]) | not_finite(m) | not_finite(v) | not_finite(step) | not_finite(next);
        }
        state[i] = next;
        if (memories > 0) memory[i] = m;
        if (memories > 1) memory[size + i] = v;
        if (s->to && i >= s->to->first_weight && i < s->to->first_weight + s->to->weights) write_weight(s, i, w, step, next, m, v);
    }
    was.changed |= was.moved;
    return was;
}
