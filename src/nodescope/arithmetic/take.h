/* One step: look, update, write its row down. Part of core.c, step.py has the same lines in Python. */

/* Back and update layer by layer, the outputs first, each earlier layer through the weights already updated. */
static void move_layer_by_layer(const ns_step *s, effect *was) {
    const ns_problem *p = s->p;
    double *wide = wide_room(p, s->scratch);
    for (int64_t l = p->layers; l-- > 0;) {
        const int64_t first = p->layer[l].first_weight, size = weights_of(p->layer + l);
        for (int64_t b = 0; b < s->count; b++) {
            double *values = row_of(p, s->scratch, b);
            if (l + 1 < p->layers) hidden_deltas(p, l, s->state, values);
            add_gradient(p, l, input_of(p, example_of(s, b), wide), values, b == 0, s->scratch);
        }
        average(p, s->scratch + first, size, s->count);
        join(s, first, first + size);
        *was = both(*was, update(s, first, first + size));
    }
    for (int64_t b = 0; b < s->count; b++) was->overflowed |= write_values(s, row_of(p, s->scratch, b), b);
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
    if (to->norm) make_nans_one(to->norm + s->row, 1);
}

static void write_row(const ns_step *s, double mse) {
    if (s->to->mse) s->to->mse[s->row] = mse;
    if (s->to->norm && is_bare(s->p)) s->to->norm[s->row] = __builtin_nan("");
    if (s->to->example)
        for (int64_t b = 0; b < s->count; b++) s->to->example[s->row * s->p->batch + b] = example_of(s, b);
    tidy_row(s);
}

/* The step whose weighted deltas, summed over its examples, stand in scratch; `was` is what has been seen on the way to them. */
static inline int64_t take_sums(const ns_step *s, ns_cursor *c, int linear, int plainly, double mse, effect was) {
    const ns_problem *p = s->p;
    const int64_t size = size_of(p);
    if (!plainly && (linear || !p->sequential)) average(p, s->scratch, size, s->count);
    if (has_clocks(p)) was.changed |= advance_clocks(p, s->state + size * (1 + memories_of(p)));
    if (plainly) was = both(was, update_plainly(s, p->sums ? 1.0 : (double)s->count));
    else if (p->sequential && !linear) move_layer_by_layer(s, &was);
    else {
        join(s, 0, size);
        was = both(was, update(s, 0, size));
    }
    if (s->to) write_row(s, mse);
    if (was.moved) c->last_moved = c->step;
    if (was.changed) c->last_changed = c->step;
    c->step++;
    return was.overflowed & SIGN ? NS_DIVERGED : NS_WENT;
}

/* Makes one step and notes what it did; `asked` is the mse at which it is not made any more, or negative. Its mse comes to stand in row
 * `row` of `mses`, where that is not NULL. */
static inline int64_t take(const ns_step *s, ns_cursor *c, int linear, int plainly, double asked, double *mses) {
    effect was = {0, 0, 0};
    const double squares = is_in_parts(s) ? look_in_parts(s, linear, &was) : look_at(s, linear, &was);
    const double mse = squares / (double)(s->count * s->p->outputs);
    if (mse <= asked) return NS_MSE_REACHED;
    if (mses) {
        mses[s->row] = mse;
        make_nans_one(mses + s->row, 1);
    }
    return take_sums(s, c, linear, plainly, mse, was);
}
