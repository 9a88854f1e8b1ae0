// What this processor can do at most, for the table of `make bench`: each is measured in the same run as the rest.

#include <stdint.h>

// A node's chain of five dependent operations: ×, −, ×, ×, −.
double chain(int64_t steps, double w, double input, double goal, double alpha) {
    for (int64_t t = 0; t < steps; t++) w = w - ((w * input - goal) * input) * alpha;
    return w;
}

typedef double V __attribute__((vector_size(64), aligned(8)));

// Eight sums side by side keep the adders waiting for nothing but memory.
double reading(const double *x, int64_t n) {
    V sum[8] = {0};
    for (int64_t i = 0; i + 64 <= n; i += 64)
        for (int j = 0; j < 8; j++) sum[j] += *(const V *)(x + i + 8 * j);
    double all = 0.0;
    for (int j = 0; j < 8; j++)
        for (int l = 0; l < 8; l++) all += sum[j][l];
    return all;
}

// Multiplications and additions in turn, none waiting for another: 2 × 8 × 8 × rounds of them. Each vector has a name, because
// arrays of them are stored at every round.
#define EVERY(DO) DO(0) DO(1) DO(2) DO(3) DO(4) DO(5) DO(6) DO(7)
#define START(j) V x##j = (V){1, 2, 3, 4, 5, 6, 7, 8} + j, y##j = x##j * a;
#define STEP(j) x##j *= by, y##j += by;
#define KEEP(j) __asm__ volatile("" : "+v"(x##j), "+v"(y##j));
#define SUM(j) all += x##j + y##j;

double pipes(int64_t rounds, double a) {
    V by = (V){0} + a, all = {0};
    EVERY(START)
    for (int64_t r = 0; r < rounds; r++) {
        EVERY(STEP)
        EVERY(KEEP)
    }
    EVERY(SUM)
    return all[0] + all[1] + all[2] + all[3] + all[4] + all[5] + all[6] + all[7];
}
