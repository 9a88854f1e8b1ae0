/* One node of one weight and one example under the plain rule: part of core.c. Requirement: the walk of ns_walk, endings, cursor and
 * checkpoints included, at the speed of its chain of five dependent operations.
 *
 * It takes what is_one_weight says, and makes the whole walk; all else (another rule, numbers written down, a schedule, a frozen weight)
 * goes step by step in walk.h.
 *
 * Order of operations: prediction = weight × input; delta = prediction − goal; weighted delta = delta × input;
 * alpha delta = alpha × weighted delta; new weight = weight − alpha delta.
 * Up to the next checkpoint and the next renewal of the saved weight nothing runs but the chain and three compares: they wait for
 * nobody, and nobody waits for them. */

static int is_one_weight(const ns_problem *p, const ns_where *w) {
    return is_linear(p) && p->rule == NS_PLAIN && p->examples == 1 && size_of(p) == 1 && is_bare(p) && !p->lanes && !p->frozen &&
           !w->alphas && !w->columns && !p->narrow;
}

/* How far the weight has come, and the last step of these that changed it, or −1. */
typedef struct {
    double weight;
    int64_t made, moved, why;
} stretch;

/* At most `steps` steps without a checkpoint or a renewal; `ends` where the run may end by itself, `saved` where it is compared. */
static inline stretch along(const ns_problem *p, double w, int64_t steps, double asked, int ends, const double *saved) {
    const double x = *p->input, goal = *p->goal, alpha = p->alpha;
    const uint64_t again = saved ? bits_of(*saved) : 0;
    int64_t t = 0, moved = -1, why = NS_WENT;
    while (t < steps) {
        const double delta = w * x - goal;
        if (delta * delta <= asked) { why = NS_MSE_REACHED; break; }
        const double next = w - alpha * (delta * x);
        const uint64_t changed = bits_of(next) ^ bits_of(w);
        w = next;
        if (changed) moved = t;
        t++;
        if (not_finite(next) & SIGN) { why = NS_DIVERGED; break; }
        if (!changed) {
            if (ends) why = NS_UNCHANGED;
            else t = steps;   /* the same step for ever: what is left needs no computing */
            break;
        }
        if (saved && bits_of(next) == again) { why = NS_REPEATED; break; }
    }
    return (stretch){w, t, moved, why};
}

/* Brent's state after a stretch; the step that diverged or changed nothing was not compared. */
static void renew(ns_cursor *c, const stretch *s, double *saved) {
    c->length += s->made - (s->why == NS_DIVERGED || s->why == NS_UNCHANGED);
    if (s->why != NS_WENT || c->length != c->power) return;
    *saved = s->weight;
    c->power *= 2;
    c->length = 0;
}

static int64_t walk_one_weight(const ns_problem *p, ns_cursor *c, const ns_where *w, int64_t steps) {
    const int watching = c->stopping && c->watching;
    const double asked = c->stopping && p->until_mse >= 0.0 ? p->until_mse : -1.0;
    stretch s = {.weight = *w->state, .why = NS_WENT};
    for (int64_t left = steps; left > 0 && s.why == NS_WENT; left -= s.made) {
        int64_t most = left;
        if (w->checkpoints) {
            if (c->step % c->spacing == 0 && !keep(c, w, 1)) return NS_FULL;
            most = smaller(most, c->spacing - c->step % c->spacing);
        }
        if (watching && c->length < c->power) most = smaller(most, c->power - c->length);
        s = watching ? along(p, s.weight, most, asked, 1, w->saved) : along(p, s.weight, most, asked, c->stopping != 0, NULL);
        *w->state = s.weight;
        if (s.moved >= 0) c->last_moved = c->last_changed = c->step + s.moved;
        c->step += s.made;
        if (watching) renew(c, &s, w->saved);
    }
    if (s.why == NS_DIVERGED) make_nans_one(w->state, 1);
    return s.why;
}
