/* Doubles as bits: what is finite, what has changed, and one NaN for all of them. */
#ifndef NODESCOPE_BITS_H
#define NODESCOPE_BITS_H

#include <stdint.h>

#define EXPONENT 0x7FF0000000000000u
#define LOWEST_EXPONENT_BIT 0x0010000000000000u
#define SIGN 0x8000000000000000u

static inline uint64_t bits_of(double x) {
    uint64_t bits;
    __builtin_memcpy(&bits, &x, sizeof bits);
    return bits;
}

/* The sign bit of the answer is set exactly for infinities and NaN: all exponent bits set carry into it. */
static inline uint64_t not_finite(double x) { return (bits_of(x) & EXPONENT) + LOWEST_EXPONENT_BIT; }

/* The sign and payload of a NaN that arithmetic makes differ between processors: one stands for all. */
static inline void make_nans_one(double *x, int64_t count) {
    if (!x) return;
    for (int64_t i = 0; i < count; i++)
        if (x[i] != x[i]) x[i] = __builtin_nan("");
}

static inline int same_bits(const double *a, const double *b, int64_t count) {
    for (int64_t i = 0; i < count; i++)
        if (bits_of(a[i]) != bits_of(b[i])) return 0;
    return 1;
}

static inline int all_finite(const double *x, int64_t count) {
    uint64_t mark = 0;
    for (int64_t i = 0; i < count; i++) mark |= not_finite(x[i]);
    return !(mark & SIGN);
}

static inline int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }

static inline int64_t larger(int64_t a, int64_t b) { return a > b ? a : b; }

static inline void copy(double *to, const double *from, int64_t count) {
    for (int64_t i = 0; i < count; i++) to[i] = from[i];
}

/* Another library may have told this thread to flush denormals, or to round otherwise. */
static inline int arithmetic_is_ieee(void) {
    volatile double smallest_normal = 2.2250738585072014e-308, half = 0.5, one = 1.0, tie = 1.1102230246251565e-16;
    volatile double denormal = smallest_normal * half, above = one + tie * 1.5, at_tie = one + tie, below = -one - tie * 1.5;
    return denormal != 0.0 && denormal * 2.0 == smallest_normal && at_tie == 1.0 && above > 1.0 && below < -1.0;
}

#endif
