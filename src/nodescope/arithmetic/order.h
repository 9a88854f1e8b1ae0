/* The order of the examples: part of core.c, order.py has the same lines in Python. */

enum { ROUNDS = 12 };

typedef struct {
    uint64_t n, first, last, round[ROUNDS];
    int left_bits, right_bits;
} drawing;

static inline uint64_t mix64(uint64_t z) {
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
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

static inline int64_t example_at(const drawing *w, int64_t position) {
    const uint64_t low = ((uint64_t)1 << w->right_bits) - 1;
    uint64_t x = ((uint64_t)position + w->first) % w->n;
    do {
        uint64_t left = x >> w->right_bits, right = x & low;
        for (int r = 0; r < ROUNDS; r += 2) {
            left ^= mix64(right + w->round[r]) >> (64 - w->left_bits);
            right ^= mix64(left + w->round[r + 1]) >> (64 - w->right_bits);
        }
        x = (left << w->right_bits) | right;
    } while (x >= w->n);
    return (int64_t)((x + w->last) % w->n);
}

void ns_order(int64_t n, uint64_t seed, uint64_t epoch, int64_t start, int64_t count, int64_t *example) {
    const drawing w = epoch_drawing(n, seed, epoch);
    for (int64_t i = 0; i < count; i++) example[i] = example_at(&w, start + i);
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

/* The examples of a batch at `count` positions from `from` on, ascending. */
static void draw_batch(const drawing *order, int64_t from, int64_t count, int64_t *example) {
    for (int64_t b = 0; b < count; b++) example[b] = example_at(order, from + b);
    if (count > 1) sort_ascending(example, count);
}
