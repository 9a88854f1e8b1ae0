/* The walk: steps until there is a reason to stop, checkpoints on the way. Part of core.c, walk.py has the same stops in Python. */

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
    if (p->until_mse >= 0.0 && steps_per_epoch > 1 && ns_mse(p, w->state, w->scratch, w->team) <= p->until_mse) return NS_MSE_REACHED;
    if (c->last_changed < c->step - steps_per_epoch) return NS_UNCHANGED;
    if (c->watching && has_repeated(c, w->state, w->saved, state_length(p))) return NS_REPEATED;
    return NS_WENT;
}

/* The state is kept where it is due; 0 where there is no room for it. */
static int keep(ns_cursor *c, const ns_where *w, int64_t length) {
    if (c->step / c->spacing < c->kept) return 1;
    if (c->kept == c->capacity) return 0;
    copy(w->checkpoints + c->kept++ * length, w->state, length);
    return 1;
}

#include "one_weight.h"

/* A walk on its way. */
typedef struct {
    ns_step s;
    ns_cursor *c;
    const ns_where *w;
    int64_t length, steps_per_epoch, epoch, turn;   /* doubles of a state; the next step is number `turn` of its epoch */
    int64_t to_checkpoint, careful;                 /* steps until one is due; steps that are made one by one */
    int linear, plainly, by_rows, by_layers;
    int set_out;                                    /* whether the room of layers holds the weights */
    int watch_all;                                  /* whether the last rows moved no weight (rows.h) */
    double asked;                                   /* mse at which a step is not made any more, or negative */
    double *mses;                                   /* where the mse of each step is wanted and nothing else of it, or NULL */
    drawing order;
    int64_t ahead[DRAWN_AT_ONCE], until;            /* examples of single ones drawn before their turn: those of turns before `until` */
} walking;

/* Whether several steps may be made by the kernel of rows: nothing of them is wanted but the weights. */
static int goes_by_rows(const ns_problem *p, const ns_where *w) {
    return is_one_node(p) && p->batch == 1 && p->examples > 1 && p->rule == NS_PLAIN && is_bare(p) && !p->frozen && !w->alphas && !w->columns;
}

/* Examples × weights from which the kernel of several steps of layers is faster than single ones (measured): with activations, without, and
 * with one example a step. */
enum { LITTLE_STEP = 32, LITTLE_LINEAR_STEP = 400, LITTLE_ALONE = 640 };

/* Likewise by the kernel of several steps of layers. */
static int goes_by_layers(const walking *at) {
    const ns_problem *p = at->s.p;
    const int64_t little = p->batch == 1 ? LITTLE_ALONE : at->linear ? LITTLE_LINEAR_STEP : LITTLE_STEP;
    const int in_one_block = p->batch <= BLOCK && (!p->part || p->batch <= p->part);
    return kernels()->layers_steps && at->plainly && !at->w->columns && goes_in_layers(p) && in_one_block && at->asked < 0.0 &&
           p->batch * size_of(p) >= little;
}

static void begin_epoch(walking *at) {
    const ns_problem *p = at->s.p;
    if (at->s.chosen) at->order = epoch_drawing(p->examples, p->seed, (uint64_t)at->epoch);
    at->until = at->turn;
}

/* The examples of the next step, in the order drawn. */
static const int64_t *drawn_examples(walking *at) {
    const ns_step *s = &at->s;
    if (s->p->batch > 1) {
        draw_batches(&at->order, s->from, s->count, s->count, at->w->drawn);
        return at->w->drawn;
    }
    if (at->turn >= at->until) {
        at->until = smaller(at->turn + DRAWN_AT_ONCE, at->steps_per_epoch);
        draw(&at->order, at->turn, at->until - at->turn, at->ahead + DRAWN_AT_ONCE - (at->until - at->turn));
    }
    return at->ahead + DRAWN_AT_ONCE - (at->until - at->turn);
}

/* Whether of each step its mse alone is wanted: a step knows it anyway, and need not be made number by number for it. */
static int wants_mse_alone(const ns_columns *to) {
    const int of_weights = to->weight || to->weighted_delta || to->alpha_delta || to->new_weight || to->memory;
    const int of_nodes = to->sum || to->prediction || to->delta;
    return to->mse && !of_weights && !of_nodes && !to->norm && !to->example;
}

static walking set_out(const ns_problem *p, ns_cursor *c, const ns_where *w) {
    const int64_t steps_per_epoch = (p->examples + p->batch - 1) / p->batch;
    walking at = {.c = c, .w = w, .length = state_length(p), .steps_per_epoch = steps_per_epoch, .linear = is_linear(p)};
    at.epoch = c->step / steps_per_epoch;
    at.turn = c->step % steps_per_epoch;
    const ns_columns *to = w->columns && !wants_mse_alone(w->columns) ? w->columns : NULL;
    at.plainly = p->rule == NS_PLAIN && is_bare(p) && !p->frozen && !w->alphas && !to && (at.linear || !p->sequential);
    at.by_rows = goes_by_rows(p, w);
    at.asked = c->stopping && steps_per_epoch == 1 && p->until_mse >= 0.0 ? p->until_mse : -1.0;
    at.s = (ns_step){.p = p, .state = w->state, .scratch = w->scratch, .scheduled = w->alphas != NULL, .alpha = p->alpha, .to = to, .team = w->team};
    if (w->columns && !to) at.mses = w->columns->mse;
    if (p->shuffled && steps_per_epoch > 1) at.s.chosen = w->drawn;
    if (w->checkpoints) at.to_checkpoint = (c->spacing - c->step % c->spacing) % c->spacing;
    at.by_layers = goes_by_layers(&at);
    begin_epoch(&at);
    return at;
}

/* At most `most` steps, returns how many; where a weight goes in them none, and they are to be made carefully. */
static int64_t several_rows(walking *at, int64_t most) {
    const ns_step *s = &at->s;
    const ns_problem *p = s->p;
    const int64_t size = size_of(p), count = smaller(most, STEPS_AT_ONCE);
    double *before = s->scratch, *padded = padded_at(p, before + size);
    int64_t *drawn = s->chosen ? (int64_t *)(padded + padded_width(p->inputs)) : NULL;
    copy(before, s->state, size);
    if (drawn) draw(&at->order, at->turn, count, drawn);
    const int64_t last = rows_of_node(p, s->state, padded, wide_room(p, s->scratch), drawn, at->turn, count, &at->watch_all);
    if (!all_finite(s->state, size)) {
        copy(s->state, before, size);
        at->careful = count;
        return 0;
    }
    if (last >= 0) at->c->last_moved = at->c->last_changed = at->c->step + last;
    at->c->step += count;
    return count;
}

static int64_t several_batches(walking *at, int64_t most) {
    const ns_step *s = &at->s;
    const ns_problem *p = s->p;
    double *room = s->scratch + size_of(p);
    int64_t *drawn = s->chosen ? (int64_t *)(room + room_for_layers(p)) : NULL;
    const int64_t count = smaller(most, drawn ? STEPS_AT_ONCE / p->batch : STEPS_AT_ONCE);
    const int64_t from = at->turn * p->batch;
    if (drawn) draw_batches(&at->order, from, smaller(count * p->batch, p->examples - from), p->batch, drawn);
    const ns_batches of = {.chosen = drawn, .turn = at->turn, .count = count, .goes_on = at->set_out,
                           .stopping = at->c->stopping && at->steps_per_epoch == 1, .saved = at->c->watching ? at->w->saved : NULL};
    const ns_made made = kernels()->layers_steps(p, s->state, room, &of);
    at->set_out = !(made.mark & SIGN);
    if (!at->set_out) {
        at->careful = count;
        return 0;
    }
    if (made.moved >= 0) at->c->last_moved = at->c->last_changed = at->c->step + made.moved;
    at->c->step += made.steps;
    return made.steps;
}

static int64_t one_step(walking *at) {
    ns_step *s = &at->s;
    const ns_problem *p = s->p;
    s->from = at->turn * p->batch;
    s->count = smaller(p->batch, p->examples - s->from);
    if (s->chosen) s->chosen = drawn_examples(at);
    if (at->w->alphas) s->alpha = at->w->alphas[at->c->step - at->w->alphas_from];
    return take(s, at->c, at->linear, at->plainly, at->asked, at->mses);
}

/* Steps until the walk has to be looked at: the epoch's, or where an epoch is one step those until the saved state is renewed. */
static int64_t steps_at_once(const walking *at) {
    if (!at->by_layers || at->steps_per_epoch > 1) return at->steps_per_epoch - at->turn;
    return at->c->stopping && at->c->watching ? at->c->power - at->c->length : INT64_MAX;
}

/* At least one of at most `most` steps; `made` counts them. */
static int64_t some_steps(walking *at, int64_t most, int64_t *made) {
    *made = at->careful ? 0 : at->by_rows ? several_rows(at, most) : at->by_layers ? several_batches(at, most) : 0;
    if (*made) return NS_WENT;
    *made = 1;
    at->careful -= at->careful > 0;
    return one_step(at);
}

int64_t ns_walk(const ns_problem *p, ns_cursor *c, const ns_where *w, int64_t steps) {
    if (!arithmetic_is_ieee()) return NS_NOT_IEEE;
    if (is_one_weight(p, w)) return walk_one_weight(p, c, w, steps);
    walking at = set_out(p, c, w);
    for (int64_t made; at.s.row < steps; at.s.row += made) {
        int64_t most = smaller(steps - at.s.row, steps_at_once(&at));
        if (w->checkpoints && at.to_checkpoint == 0) {
            if (!keep(c, w, at.length)) return NS_FULL;
            at.to_checkpoint = c->spacing;
        }
        if (w->checkpoints) most = smaller(most, at.to_checkpoint);
        const int64_t went = some_steps(&at, most, &made);
        if (went == NS_DIVERGED) make_nans_one(w->state, at.length);
        if (went != NS_WENT) return went;
        at.to_checkpoint -= made;
        at.turn += made;
        if (at.turn < at.steps_per_epoch) continue;
        const int64_t passed = at.turn / at.steps_per_epoch;   /* but for the last, these did not end and are not the saved state */
        if (c->stopping && c->watching) c->length += passed - 1;
        at.epoch += passed;
        at.turn = 0;
        begin_epoch(&at);
        at.set_out &= p->until_mse < 0.0;   /* else the squared errors take the room */
        const int64_t why = c->stopping ? end_of_epoch(p, c, w, at.steps_per_epoch) : NS_WENT;
        if (why != NS_WENT) return why;
    }
    return NS_WENT;
}

int64_t ns_look(const ns_problem *p, const ns_where *w, int64_t from, int64_t count, double *sums) {
    if (!arithmetic_is_ieee()) return NS_NOT_IEEE;
    effect was = {0, 0, 0};
    const ns_step s = {.p = p, .state = w->state, .scratch = w->scratch, .from = from, .count = count, .team = w->team};
    const int linear = is_linear(p);
    sums[size_of(p)] = is_in_parts(&s) ? look_in_parts(&s, linear, &was) : look_at(&s, linear, &was);
    copy(sums, w->scratch, size_of(p));
    return was.overflowed & SIGN ? NS_DIVERGED : NS_WENT;
}

int64_t ns_take(const ns_problem *p, ns_cursor *c, const ns_where *w, int64_t count, int64_t overflowed) {
    if (!arithmetic_is_ieee()) return NS_NOT_IEEE;
    walking at = set_out(p, c, w);
    at.s.count = count;
    if (w->alphas) at.s.alpha = w->alphas[c->step - w->alphas_from];
    const int64_t went = take_sums(&at.s, c, at.linear, at.plainly, 0.0, (effect){0, 0, overflowed ? SIGN : 0});
    if (went == NS_DIVERGED) make_nans_one(w->state, at.length);
    return went;
}
