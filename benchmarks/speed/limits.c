// What this processor can do at most, for the table of `make bench`: each is measured in the same run as the rest.

#include <stdint.h>

// A node's chain of five dependent operations: ×, −, ×, ×, −.
double chain(int64_t steps, double w, double input, double goal, double alpha) {
    for (int64_t t = 0; t < steps; t++) w = w - ((w * input - goal) * input) * alpha;
    return w;
}

// One row a step, left to right: a product, `additions` to it, and the four operations that lead to the weight of the next row's product.
double chain_of_rows(int64_t rows, int64_t additions, double w, double input, double goal, double alpha) {
    for (int64_t t = 0; t < rows; t++) {
        double sum = w * input;
        for (int64_t i = 0; i < additions; i++) sum += input;
        w = w - ((sum - goal) * input) * alpha;
    }
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

// Multiplications and additions in turn, none waiting for another: 2 for each lane of each pair. Each vector has a name, because arrays
// of them are stored at every round; all must have a register, and one is left for `by`: as many pairs as there are registers for.
#if defined(__AVX512F__)
#define BYTES 64
#define EVERY(DO) DO(0) DO(1) DO(2) DO(3) DO(4) DO(5) DO(6) DO(7)
enum { PAIRS = 8 };
#else
#if defined(__AVX__)
#define BYTES 32
#else
#define BYTES 16
#endif
#define EVERY(DO) DO(0) DO(1) DO(2) DO(3) DO(4) DO(5) DO(6)
enum { PAIRS = 7 };
#endif
enum { LANES = BYTES / 8 };
typedef double R __attribute__((vector_size(BYTES)));
#if defined(__x86_64__)
#define IN_REGISTERS "+v"
#else
#define IN_REGISTERS "+w"
#endif
#define START(j) R x##j = (R){0} + (1 + j), y##j = x##j * a;
#define STEP(j) x##j *= by, y##j += by;
#define KEEP(j) __asm__ volatile("" : IN_REGISTERS(x##j), IN_REGISTERS(y##j));
#define SUM(j) all += x##j + y##j;

double pipes(int64_t operations, double a) {
    R by = (R){0} + a, all = {0};
    double sum = 0.0;
    EVERY(START)
    for (int64_t r = 0; r < operations / (2 * LANES * PAIRS); r++) {
        EVERY(STEP)
        EVERY(KEEP)
    }
    EVERY(SUM)
    for (int l = 0; l < LANES; l++) sum += all[l];
    return sum;
}
