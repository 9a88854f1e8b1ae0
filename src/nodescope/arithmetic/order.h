/* The order of the examples: part of core.c, order.py has the same lines in Python. */

static inline uint64_t mix64(uint64_t z) {
    z = (z ^ (z >> 30)) * MIX_FIRST;
    z = (z ^ (z >> 27)) * MIX_SECOND;
    return z ^ (z >> 31);
}

static drawing epoch_drawing(int64_t n, uint64_t seed, uint64_t epoch) {
    const uint64_t gamma = 0x9E3779B97F4A7C15u, start = mix64(mix64(seed) + epoch);
    int bits = 0;
    while (bits < 63 && ((uint64_t)(n - 1) >> bits)) bits++;
    if (bits < 2) bits = 2;
    drawing w = {.n = (uint64_t)n, .left_bits = bits / 2, .right_bits = bits - bits / 2};
    w.first = mix64(start + gamma) % w.n;
    w.last = mix64(start + 2 * gamma) % w.n;
    for (uint64_t r = 0; r < ROUNDS; r++) w.round[r] = mix64(start + (3 + r) * gamma);
    return w;
}

/* Examples at `count` positions from `start` on, all of them below n. */
static inline void draw(const drawing *w, int64_t start, int64_t count, int64_t *example) { kernels()->draw(w, start, count, example); }

void ns_order(int64_t n, uint64_t seed, uint64_t epoch, int64_t start, int64_t count, int64_t *example) {
    const drawing w = epoch_drawing(n, seed, epoch);
    draw(&w, start, count, example);
}

static void sift_down(int64_t *heap, int64_t root, int64_t count) {
    for (int64_t child; (child = 2 * root + 1) < count; root = child) {
        if (child + 1 < count && heap[child + 1] > heap[child]) child++;
        if (heap[root] >= heap[child]) return;
        const int64_t swapped = heap[root];
        heap[root] = heap[child];
        heap[child] = swapped;
    }
}

static void sort_ascending(int64_t *a, int64_t count) {
    for (int64_t root = count / 2; root-- > 0;) sift_down(a, root, count);
    for (int64_t end = count; --end > 0;) {
        const int64_t largest = a[0];
        a[0] = a[end];
        a[end] = largest;
        sift_down(a, 0, end);
    }
}

/* The examples of batches at `count` positions from `from` on, those of each batch ascending. */
static void draw_batches(const drawing *order, int64_t from, int64_t count, int64_t batch, int64_t *example) {
    draw(order, from, count, example);
    for (int64_t at = 0; batch > 1 && at < count; at += batch) sort_ascending(example + at, smaller(batch, count - at));
}
