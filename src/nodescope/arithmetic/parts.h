/* Batches in parts: part of core.c, step.py has the same order in Python (`in_pairs`). Requirement: the same bits however many threads
 * make the parts, and in whatever order these are done.
 *
 * Order of additions: `part` examples of a batch are added up by themselves, ascending, from their own first product on; then the
 * first part and the second, the third and the fourth, …, these sums likewise, and so on; what has no partner waits for the next round.
 *
 * Parts are made some at a time, each into a place of its own, by whoever takes it next; who walks adds them when all of these are
 * done. */

/* Sums of parts on their way, added as soon as both of a pair are there: kept[l] is that of 2^l parts. */
typedef struct {
    double *kept;
    int64_t parts, size;
} pairing;

static void add_part(pairing *t, double *sum) {
    int64_t level = 0;
    for (int64_t n = t->parts++; n & 1; n >>= 1, level++)
        for (int64_t i = 0; i < t->size; i++) sum[i] = t->kept[level * t->size + i] + sum[i];
    copy(t->kept + level * t->size, sum, t->size);
}

/* What has waited is added to those before it. */
static void add_up(const pairing *t, double *sum) {
    int64_t level = 0, n = t->parts;
    for (; !(n & 1); n >>= 1) level++;
    copy(sum, t->kept + level * t->size, t->size);
    for (n >>= 1, level++; n; n >>= 1, level++)
        for (int64_t i = 0; (n & 1) && i < t->size; i++) sum[i] = t->kept[level * t->size + i] + sum[i];
}

/* Parts that are being made: of a step, or, where there is none, of the squared errors of weights. */
typedef struct {
    const ns_problem *p;
    const ns_step *step;
    const double *weight;
    double *place;             /* of each part: its sums, and last its squared errors */
    int64_t first, linear;
    uint64_t overflowed;
} parts_job;

static int64_t parts_of(const ns_problem *p, int64_t count) { return (count + p->part - 1) / p->part; }

static int is_in_parts(const ns_step *s) { return s->p->part && s->count > s->p->part; }

enum { MOST_AT_ONCE = 64, ROOM_AT_ONCE = 1 << 20 };   /* parts that are made before they are added, and the doubles that they may take */

static int64_t at_once(const ns_problem *p) { return larger(4, smaller(MOST_AT_ONCE, ROOM_AT_ONCE / (size_of(p) + 1))); }

/* Doubles of scratch besides a thread's own: the places of parts, and what is kept of pairs. */
static int64_t room_for_parts(const ns_problem *p) {
    if (!p->part || p->part >= p->examples) return 0;
    int64_t levels = 1;
    while (parts_of(p, p->examples) >> levels) levels++;
    return (smaller(at_once(p), parts_of(p, p->examples)) + levels) * (size_of(p) + 1);
}

static void make_part(parts_job *of, int64_t number, double *scratch) {
    const ns_problem *p = of->p;
    const int64_t size = size_of(p), at = (of->first + number) * p->part;
    if (!of->step) {
        of->place[number] = squares_of(p, of->weight, scratch, at, smaller(p->part, p->examples - at));
        return;
    }
    effect was = {0, 0, 0};
    ns_step s = *of->step;
    double *place = of->place + number * (size + 1);
    s.scratch = scratch;
    s.first = at;
    s.count = smaller(p->part, s.count - at);
    if (s.chosen) s.chosen += at;
    else s.from += at;
    place[size] = look_at(&s, (int)of->linear, &was);
    copy(place, scratch, size);
    __atomic_fetch_or(&of->overflowed, was.overflowed, __ATOMIC_RELAXED);
}

/* Takes parts as long as there are any; returns whether all is over. */
static int make_some(ns_team *team, double *scratch, int64_t *waited) {
    int64_t left = __atomic_load_n(&team->left, __ATOMIC_ACQUIRE);
    while (left > 0) {
        if (!__atomic_compare_exchange_n(&team->left, &left, left - 1, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) continue;
        *waited = 0;
        make_part((parts_job *)team->job, left - 1, scratch);
        __atomic_fetch_add(&team->done, 1, __ATOMIC_RELEASE);
        left = __atomic_load_n(&team->left, __ATOMIC_ACQUIRE);
    }
    return left < 0;
}

enum { PATIENCE = 1000 };   /* times that a thread looks again by itself before it lets others run: about 40 µs */

/* The processor waits a moment; after some of them the operating system (Linux; elsewhere it decides by itself) lets another thread run,
 * perhaps the one that is waited for. There is no libc to ask it by. */
static inline void wait_a_little(int64_t *waited) {
#if defined(__x86_64__) && defined(__linux__)
    __builtin_ia32_pause();
    int64_t sched_yield = 24;
    if (++*waited > PATIENCE) __asm__ volatile("syscall" : "+a"(sched_yield) : : "rcx", "r11", "memory");
#elif defined(__x86_64__)
    __builtin_ia32_pause();
    (void)waited;
#elif defined(__aarch64__)
    __asm__ volatile("yield");
    (void)waited;
#else
    (void)waited;
#endif
}

/* A thread that rounds otherwise leaves the parts to the others. */
void ns_help(const ns_problem *p, ns_team *team, int64_t helper) {
    double *scratch = team->rooms + helper * ns_room(p);
    if (!arithmetic_is_ieee()) return;
    for (int64_t waited = 0; !make_some(team, scratch, &waited);) wait_a_little(&waited);
}

void ns_dismiss(ns_team *team) { __atomic_store_n(&team->left, -1, __ATOMIC_RELEASE); }

/* Makes `count` parts of a job, by oneself or with others. */
static void make_parts(parts_job *job, int64_t count, ns_team *team, double *scratch) {
    if (!team) {
        for (int64_t i = 0; i < count; i++) make_part(job, i, scratch);
        return;
    }
    team->job = job;
    __atomic_store_n(&team->done, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&team->left, count, __ATOMIC_RELEASE);
    int64_t waited = 0;
    make_some(team, scratch, &waited);
    while (__atomic_load_n(&team->done, __ATOMIC_ACQUIRE) < count) wait_a_little(&waited);
}

/* All parts of a job, added in pairs: `size` sums of each, which come to stand at `to`. */
static void add_parts(parts_job *job, int64_t parts, int64_t size, ns_team *team, double *scratch, double *to) {
    const int64_t some = smaller(at_once(job->p), parts);
    job->place = scratch + ns_room(job->p);
    pairing pairs = {.kept = job->place + some * size, .size = size};
    for (; job->first < parts; job->first += some) {
        const int64_t count = smaller(some, parts - job->first);
        make_parts(job, count, team, scratch);
        for (int64_t i = 0; i < count; i++) add_part(&pairs, job->place + i * size);
    }
    add_up(&pairs, to);
}

/* As look_at, of a step in parts. */
static double look_in_parts(const ns_step *s, int linear, effect *was) {
    const ns_problem *p = s->p;
    const int64_t size = size_of(p);
    parts_job job = {.p = p, .step = s, .linear = linear};
    double *sums = s->scratch + ns_room(p);   /* places of parts that have been added are free */
    add_parts(&job, parts_of(p, s->count), size + 1, s->team, s->scratch, sums);
    copy(s->scratch, sums, size);
    was->overflowed |= job.overflowed;
    return sums[size];
}

/* The squared errors of all examples. */
static double squares_of_all(const ns_problem *p, const double *weight, double *scratch, ns_team *team) {
    if (!p->part || p->part >= p->examples) return squares_of(p, weight, scratch, 0, p->examples);
    parts_job job = {.p = p, .weight = weight};
    double squares;
    add_parts(&job, parts_of(p, p->examples), 1, team, scratch, &squares);
    return squares;
}
