/* Many runs of one linear node side by side, one to a lane: part of kernels.c. Requirement: as many run-steps a second as the multipliers
 * give; each run has the bits that it has alone, because runs do not meet.
 *
 * It takes what goes_side_by_side (runs.h) says: one example a step under the plain rule, few inputs in doubles, sums left to right.
 *
 * Order of operations: that of one step (step.py), sums left to right, the bias last. Between two looks nothing is computed but the
 * steps, and at the end of each epoch one compare with the saved weights. What may have ended is only marked: core.c goes that way again,
 * run by run. */

enum { SIDE = W == 8 ? 16 : 8, TABLE_SIDE = 4 };

/* One weight, one example: `side` vectors, each operation on four of them before the next, because one vector's five operations in a
 * row would fill the processor's waiting room. */
INLINE void sweep_one_weight(const ns_problem *p, const ns_runs *of, int64_t r, int64_t steps, const int side) {
    const vec x = each(*p->input), goal = each(*p->goal);
    const double *alpha = of->alpha + r, *saved = of->saved + r;
    vec w[SIDE], before[SIDE];
    ivec met = {0};
    UNROLL for (int q = 0; q < side; q++) w[q] = before[q] = load(of->weight + r + q * W);
    for (int64_t t = 0; t < steps; t++) {
        if (t == steps - 1) UNROLL for (int q = 0; q < side; q++) before[q] = w[q];
        UNROLL for (int q = 0; q < side; q += 4) {
            vec s[4];
            UNROLL for (int k = 0; k < 4; k++) s[k] = w[q + k] * x;
            UNROLL for (int k = 0; k < 4; k++) s[k] -= goal;
            UNROLL for (int k = 0; k < 4; k++) s[k] *= x;
            UNROLL for (int k = 0; k < 4; k++) s[k] *= load(alpha + (q + k) * W);
            UNROLL for (int k = 0; k < 4; k++) w[q + k] -= s[k];
            UNROLL for (int k = 0; k < 4; k++) met |= (ivec)w[q + k] == (ivec)load(saved + (q + k) * W);
        }
    }
    UNROLL for (int q = 0; q < side; q++) {
        const ivec still = (ivec)w[q] == (ivec)before[q], infinity = (ivec)each(__builtin_inf());
        const ivec marked = met | still | (((ivec)w[q] & infinity) == infinity);
        store(of->weight + r + q * W, w[q]);
        __builtin_memcpy(of->marked + r + q * W, &marked, sizeof marked);
    }
}

/* One example of a table for TABLE_SIDE vectors of runs, from lane r on. */
INLINE void sweep_row(const ns_problem *p, const ns_runs *of, int64_t r, const double *x, double goal) {
    const int64_t d = p->inputs;
    double *w = of->weight + r;
    vec sum[TABLE_SIDE];
    UNROLL for (int q = 0; q < TABLE_SIDE; q++) sum[q] = each(-0.0);
    for (int64_t i = 0; i < d; i++)
        UNROLL for (int q = 0; q < TABLE_SIDE; q++) sum[q] += load(w + i * NS_RUNS + q * W) * each(x[i]);
    for (int64_t i = d; i < size_of(p); i++)
        UNROLL for (int q = 0; q < TABLE_SIDE; q++) sum[q] += load(w + i * NS_RUNS + q * W);
    UNROLL for (int q = 0; q < TABLE_SIDE; q++) sum[q] -= each(goal);
    for (int64_t i = 0; i < size_of(p); i++)
        UNROLL for (int q = 0; q < TABLE_SIDE; q++) {
            double *at = w + i * NS_RUNS + q * W;
            const vec weighted = i < d ? sum[q] * each(x[i]) : sum[q];
            store(at, load(at) - load(of->alpha + r + q * W) * weighted);
        }
}

/* Marks the runs of a vector whose weights are all what `others` are, and those of which one is not finite. */
INLINE ivec same_or_gone(const ns_problem *p, const double *w, const double *others) {
    const ivec infinity = (ivec)each(__builtin_inf());
    ivec same = ~(ivec){0}, gone = {0};
    for (int64_t i = 0; i < size_of(p); i++) {
        const ivec bits = (ivec)load(w + i * NS_RUNS);
        same &= bits == (ivec)load(others + i * NS_RUNS);
        gone |= (bits & infinity) == infinity;
    }
    return same | gone;
}

INLINE void sweep_table(const ns_problem *p, const ns_runs *of, int64_t r, int64_t epochs) {
    ivec marked[TABLE_SIDE] = {{0}};
    for (int64_t e = 0; e < epochs; e++) {
        if (e == epochs - 1)
            for (int64_t i = 0; i < size_of(p); i++) copy(of->last + i * NS_RUNS + r, of->weight + i * NS_RUNS + r, TABLE_SIDE * W);
        for (int64_t s = 0; s < p->examples; s++) sweep_row(p, of, r, p->input + s * p->inputs, p->goal[s]);
        UNROLL for (int q = 0; q < TABLE_SIDE; q++) marked[q] |= same_or_gone(p, of->weight + r + q * W, of->saved + r + q * W);
    }
    UNROLL for (int q = 0; q < TABLE_SIDE; q++) {
        marked[q] |= same_or_gone(p, of->weight + r + q * W, of->last + r + q * W);
        __builtin_memcpy(of->marked + r + q * W, &marked[q], sizeof marked[q]);
    }
}

/* `epochs` epochs of the first `live` runs; as many more as fill the vectors, for which there is room (NS_RUNS is whole vectors of each width). */
static void sweep_runs(const ns_problem *p, const ns_runs *of, int64_t live, int64_t epochs) {
    const int one_weight = p->examples == 1 && size_of(p) == 1;
    int64_t r = 0;
    for (; one_weight && r + SIDE * W <= live; r += SIDE * W) sweep_one_weight(p, of, r, epochs, SIDE);
    for (; one_weight && r < live; r += 4 * W) sweep_one_weight(p, of, r, epochs, 4);
    for (; r < live; r += TABLE_SIDE * W) sweep_table(p, of, r, epochs);
}
