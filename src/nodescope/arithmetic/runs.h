/* Many runs of one problem, each over its own alpha and start: part of core.c. Requirement: every run ends exactly as ns_walk ends it.
 *
 * Small linear nodes go side by side, NS_RUNS at a time (sweep.h), all of them that live at the same epoch, so that Brent's saved weights are
 * renewed for all at once. After some epochs those that may have ended are taken back to where these began, and go on by ns_walk, which
 * alone knows what an ending is. All other problems go by ns_walk from the start. */

enum { EPOCHS_AT_ONCE = 64, MOST_INPUTS = 16 };

static int goes_side_by_side(const ns_problem *p) {
    return is_one_node(p) && is_bare(p) && p->rule == NS_PLAIN && p->batch == 1 && p->inputs <= MOST_INPUTS && !p->lanes && !p->frozen &&
           !p->narrow && p->until_mse < 0.0 && (!p->shuffled || p->examples == 1);
}

int64_t ns_sweep_scratch(const ns_problem *p) {
    const int64_t of_runs = goes_side_by_side(p) ? NS_RUNS * (4 * size_of(p) + 3) : 0;
    return 2 * state_length(p) + ns_scratch(p) + of_runs;
}

/* A run from `cursor` and `state` on for at most `steps` steps; where it has ended, or `last` is set, it is written down. */
static int ends(const ns_sweep *s, int64_t run, ns_cursor *cursor, const ns_where *where, int64_t steps, int last) {
    ns_problem p = *s->problem;
    p.alpha = s->alpha[run];
    const int64_t why = ns_walk(&p, cursor, where, steps);
    if (why == NS_WENT && !last) return 0;
    s->outcome[run] = why;
    s->step[run] = cursor->step;
    s->period[run] = why == NS_REPEATED ? cursor->length : 0;
    copy(s->state + run * state_length(&p), where->state, state_length(&p));
    return 1;
}

static ns_cursor cursor_at(int64_t step, int64_t power, int64_t length) {
    return (ns_cursor){.step = step, .last_moved = -1, .last_changed = -1, .stopping = 1, .watching = 1, .power = power, .length = length, .spacing = 1};
}

/* The column of a run, out of rows; and of all rows, moved to another place. */
static void gather(const ns_problem *p, const double *rows, int64_t at, double *to) {
    for (int64_t i = 0; i < size_of(p); i++) to[i] = rows[i * NS_RUNS + at];
}

static void move_run(const ns_problem *p, const ns_runs *of, int64_t to, int64_t from) {
    for (int64_t i = 0; to != from && i < size_of(p); i++) {
        of->weight[i * NS_RUNS + to] = of->weight[i * NS_RUNS + from];
        of->saved[i * NS_RUNS + to] = of->saved[i * NS_RUNS + from];
    }
    of->alpha[to] = of->alpha[from];
    of->run[to] = of->run[from];
}

static ns_runs runs_from(const ns_sweep *s, double *room, int64_t from, int64_t count) {
    const ns_problem *p = s->problem;
    const int64_t size = size_of(p), rows = size * NS_RUNS;
    ns_runs of = {.weight = room, .saved = room + rows, .last = room + 2 * rows, .before = room + 3 * rows, .alpha = room + 4 * rows};
    of.run = (int64_t *)(of.alpha + NS_RUNS);
    of.marked = of.run + NS_RUNS;
    for (int64_t i = 0; i < rows; i++) of.weight[i] = of.saved[i] = 0.0;
    for (int64_t r = 0; r < NS_RUNS; r++) of.alpha[r] = r < count ? s->alpha[from + r] : 0.0;
    for (int64_t r = 0; r < count; r++) {
        of.run[r] = from + r;
        for (int64_t i = 0; i < size; i++) of.weight[i * NS_RUNS + r] = of.saved[i * NS_RUNS + r] = s->state[(from + r) * size + i];
    }
    return of;
}

/* Runs marked in these epochs go them again by ns_walk; returns how many live on, moved together. */
static int64_t look_at_marked(const ns_sweep *s, const ns_runs *of, int64_t live, ns_cursor start, const ns_where *where, int64_t epochs) {
    const ns_problem *p = s->problem;
    int64_t kept = 0;
    for (int64_t r = 0; r < live; r++) {
        if (of->marked[r]) {
            ns_cursor cursor = start;
            gather(p, of->before, r, where->state);
            gather(p, of->saved, r, where->saved);
            if (ends(s, of->run[r], &cursor, where, epochs * p->examples, 0)) continue;
        }
        move_run(p, of, kept++, r);
    }
    return kept;
}

static void sweep_side_by_side(const ns_sweep *s, const ns_where *where, double *room, int64_t from, int64_t count) {
    const ns_problem *p = s->problem;
    const int64_t rows = size_of(p) * NS_RUNS;
    const ns_runs of = runs_from(s, room, from, count);
    int64_t live = count, power = 1, length = 0, epochs = 0;
    for (int64_t done = 0; done < s->epochs && live > 0; done += epochs) {
        epochs = smaller(smaller(power - length, EPOCHS_AT_ONCE), s->epochs - done);
        copy(of.before, of.weight, rows);
        kernels()->sweep(p, &of, live, epochs);
        live = look_at_marked(s, &of, live, cursor_at(done * p->examples, power, length), where, epochs);
        length += epochs;
        if (length < power) continue;
        copy(of.saved, of.weight, rows);
        power *= 2;
        length = 0;
    }
    for (int64_t r = 0; r < live; r++) {
        ns_cursor cursor = cursor_at(s->epochs * p->examples, power, length);
        gather(p, of.weight, r, where->state);
        ends(s, of.run[r], &cursor, where, 0, 1);
    }
}

static void sweep_alone(const ns_sweep *s, const ns_where *where, int64_t run) {
    const ns_problem *p = s->problem;
    const int64_t length = state_length(p), steps_per_epoch = (p->examples + p->batch - 1) / p->batch;
    ns_cursor cursor = cursor_at(0, 1, 0);
    copy(where->state, s->state + run * length, length);
    copy(where->saved, where->state, length);
    ends(s, run, &cursor, where, s->epochs * steps_per_epoch, 1);
}

int64_t ns_sweep_runs(const ns_sweep *s, int64_t from, int64_t end, double *scratch, int64_t *drawn) {
    if (!arithmetic_is_ieee()) return NS_NOT_IEEE;
    const ns_problem *p = s->problem;
    const int64_t length = state_length(p), side_by_side = goes_side_by_side(p), at_once = side_by_side ? NS_RUNS : 1;
    const ns_where where = {.state = scratch, .saved = scratch + length, .scratch = scratch + 2 * length, .drawn = drawn};
    for (int64_t run = from; run < end; run += at_once) {
        if (side_by_side) sweep_side_by_side(s, &where, where.scratch + ns_scratch(p), run, smaller(NS_RUNS, end - run));
        else sweep_alone(s, &where, run);
    }
    return NS_WENT;
}
