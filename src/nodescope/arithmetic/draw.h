/* Many positions of a drawn order: part of kernels.c, order.py has the same in Python. Requirement: a round of one position waits for its
 * round before, so those of others fill the time. */

#if defined(__AVX2__)
typedef uvec positions;
INLINE positions at_all(uint64_t x) { return all_lanes(x); }
#else   /* two products in a narrow register take longer than one after another */
typedef uint64_t positions;
INLINE positions at_all(uint64_t x) { return x; }
#endif
enum { TOGETHER = sizeof(positions) > 8 ? 4 : 8, ABREAST = TOGETHER * sizeof(positions) / 8 };

INLINE positions mixed(positions z) {
    z = (z ^ (z >> 30)) * at_all(MIX_FIRST);
    z = (z ^ (z >> 27)) * at_all(MIX_SECOND);
    return z ^ (z >> 31);
}

/* All rounds once, of so many. */
INLINE void walk_abreast(const drawing *w, uint64_t *x) {
    const positions low = at_all(((uint64_t)1 << w->right_bits) - 1);
    positions all[TOGETHER], left[TOGETHER], right[TOGETHER];
    __builtin_memcpy(all, x, sizeof all);
    UNROLL for (int i = 0; i < TOGETHER; i++) {
        left[i] = all[i] >> w->right_bits;
        right[i] = all[i] & low;
    }
    for (int r = 0; r < ROUNDS; r += 2) {
        UNROLL for (int i = 0; i < TOGETHER; i++) left[i] ^= mixed(right[i] + at_all(w->round[r])) >> (64 - w->left_bits);
        UNROLL for (int i = 0; i < TOGETHER; i++) right[i] ^= mixed(left[i] + at_all(w->round[r + 1])) >> (64 - w->right_bits);
    }
    UNROLL for (int i = 0; i < TOGETHER; i++) all[i] = (left[i] << w->right_bits) | right[i];
    __builtin_memcpy(x, all, sizeof all);
}

INLINE uint64_t rotated(uint64_t x, uint64_t by, uint64_t n) { return x + by < n ? x + by : x + by - n; }

/* Those that have left 0 … n − 1 walk again, among others. */
static void draw_again(const drawing *w, uint64_t *x, int64_t count, int64_t *example) {
    int64_t who[DRAWN_AT_ONCE];
    for (int64_t i = 0; i < count; i++) who[i] = i;
    while (count > 0) {
        int64_t left = 0;
        for (int64_t i = 0; i < count; i++) {
            who[left] = who[i];
            x[left] = x[i];
            left += x[i] >= w->n;
        }
        for (int64_t i = 0; i < left; i += ABREAST) walk_abreast(w, x + i);
        for (int64_t i = 0; i < left; i++) example[who[i]] = (int64_t)rotated(x[i], w->last, w->n);
        count = left;
    }
}

/* Examples at `count` positions from `start` on, all of them below n. */
static void draw_abreast(const drawing *w, int64_t start, int64_t count, int64_t *example) {
    uint64_t x[DRAWN_AT_ONCE] = {0};
    for (int64_t at = 0; at < count; at += DRAWN_AT_ONCE) {
        const int64_t some = smaller(DRAWN_AT_ONCE, count - at);
        uint64_t out = 0;
        for (int64_t i = 0; i < some; i++) x[i] = rotated((uint64_t)(start + at + i), w->first, w->n);
        for (int64_t i = 0; i < some; i += ABREAST) walk_abreast(w, x + i);
        for (int64_t i = 0; i < some; i++) {
            out |= x[i] >= w->n;
            example[at + i] = (int64_t)rotated(x[i], w->last, w->n);
        }
        if (out) draw_again(w, x, some, example + at);
    }
}
