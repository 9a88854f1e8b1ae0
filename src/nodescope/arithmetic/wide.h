/* Words for vectors of doubles. Requirement: one source, compiled for registers of 2, 4 and 8 doubles, gives the same bits on each:
 * a lane never meets another lane, but where a function says in which order.
 *
 * A vector is one register (W doubles), never more: gcc keeps wider vectors in memory. Eight lanes are PARTS registers. */
#ifndef NODESCOPE_WIDE_H
#define NODESCOPE_WIDE_H

#include <stdint.h>

#include "layers.h"

#if defined(__AVX512F__)
enum { W = 8 };
#define EACH(x) {x, x, x, x, x, x, x, x}
#elif defined(__AVX2__)
enum { W = 4 };
#define EACH(x) {x, x, x, x}
#else
enum { W = 2 };
#define EACH(x) {x, x}
#endif
enum { PARTS = LANES / W };

typedef double vec __attribute__((vector_size(W * 8)));
typedef int64_t ivec __attribute__((vector_size(W * 8)));
typedef uint64_t uvec __attribute__((vector_size(W * 8)));
typedef float few __attribute__((vector_size(W * 4)));
typedef double pair __attribute__((vector_size(16)));
typedef uint64_t upair __attribute__((vector_size(16)));

#define INLINE static inline __attribute__((always_inline))
#if defined(__clang__)
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 32")
#endif

INLINE vec load(const double *p) {
    vec v;
    __builtin_memcpy(&v, p, sizeof v);
    return v;
}

INLINE void store(double *p, vec v) { __builtin_memcpy(p, &v, sizeof v); }

/* Doubles that a table is asked for ahead: far, since it comes by itself but for the first lines of each page, and into the second cache, since
 * the nearest has no room for all that lies between, and from there into the nearest. */
enum { FAR_AHEAD = 2048, NEAR_AHEAD = 512 };

INLINE void ask_far_and_near(const double *p) {
    __builtin_prefetch(p + FAR_AHEAD, 0, 2);
    __builtin_prefetch(p + NEAR_AHEAD, 0, 3);
}

INLINE vec each(double x) { return (vec)EACH(x); }

INLINE uvec all_lanes(uint64_t x) { return (uvec)EACH(x); }

INLINE vec choose(ivec mask, vec yes, vec no) { return (vec)((mask & (ivec)yes) | (~mask & (ivec)no)); }

/* Numbers of a row that is padded to whole vectors. */
INLINE int64_t whole_vectors(int64_t count) { return (count + W - 1) / W * W; }

/* The first `count` lanes, none where it is negative. */
INLINE ivec first_lanes(int64_t count) {
    static const int64_t window[] = {-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0};
    ivec lanes;
    __builtin_memcpy(&lanes, window + LANES - smaller(larger(count, 0), LANES), sizeof lanes);
    return lanes;
}

/* The first `count` numbers from p on, then +0.0: nothing behind them is read. Not by way of memory, where a vector would wait for the
 * numbers that were just stored one by one. */
INLINE vec load_some(const double *p, int64_t count) {
    vec v = each(0.0);
    if (count <= 0) return v;
    UNROLL for (int i = 0; i < W; i++) v[i] = p[i < count ? i : 0];
    return (vec)((ivec)v & first_lanes(count));
}

INLINE void store_some(double *p, vec v, int64_t count) {
    double some[W];
    store(some, v);
    for (int64_t i = 0; i < W; i++)
        if (i < count) p[i] = some[i];
}

/* Floats as doubles, which hold them exactly. */
static void widen(const float *from, int64_t count, double *to) {
    int64_t i = 0;
    for (; i + W <= count; i += W) {
        few some;
        __builtin_memcpy(&some, from + i, sizeof some);
        store(to + i, __builtin_convertvector(some, vec));
    }
    for (; i < count; i++) to[i] = from[i];
}

INLINE uvec changed_bits(vec a, vec b) { return (uvec)a ^ (uvec)b; }

/* As not_finite, of each lane. */
INLINE uvec not_finite_lanes(vec v) { return ((uvec)v & (uvec)each(__builtin_inf())) + LOWEST_EXPONENT_BIT; }

#if defined(__AVX512F__)
typedef double four __attribute__((vector_size(32)));
typedef uint64_t ufour __attribute__((vector_size(32)));

/* All bits of a vector in one word. */
INLINE uint64_t any(uvec m) {
    const ufour f = __builtin_shufflevector(m, m, 0, 1, 2, 3) | __builtin_shufflevector(m, m, 4, 5, 6, 7);
    const upair p = __builtin_shufflevector(f, f, 0, 1) | __builtin_shufflevector(f, f, 2, 3);
    return p[0] | p[1];
}

/* Eight lanes to one number: lanes i and i + 4, i and i + 2, 0 and 1. */
INLINE double lanes_sum(const vec *part) {
    const four f = __builtin_shufflevector(part[0], part[0], 0, 1, 2, 3) + __builtin_shufflevector(part[0], part[0], 4, 5, 6, 7);
    const pair p = __builtin_shufflevector(f, f, 0, 1) + __builtin_shufflevector(f, f, 2, 3);
    return p[0] + p[1];
}

/* Rows and columns of W × W numbers exchanged. */
INLINE void transpose(vec *r) {
    vec a[8], b[8];
    UNROLL for (int i = 0; i < 8; i += 2) {
        a[i] = __builtin_shufflevector(r[i], r[i + 1], 0, 8, 2, 10, 4, 12, 6, 14);
        a[i + 1] = __builtin_shufflevector(r[i], r[i + 1], 1, 9, 3, 11, 5, 13, 7, 15);
    }
    UNROLL for (int i = 0; i < 8; i += 4)
        UNROLL for (int k = 0; k < 2; k++) {
            b[i + k] = __builtin_shufflevector(a[i + k], a[i + k + 2], 0, 1, 8, 9, 4, 5, 12, 13);
            b[i + k + 2] = __builtin_shufflevector(a[i + k], a[i + k + 2], 2, 3, 10, 11, 6, 7, 14, 15);
        }
    UNROLL for (int k = 0; k < 4; k++) {
        r[k] = __builtin_shufflevector(b[k], b[k + 4], 0, 1, 2, 3, 8, 9, 10, 11);
        r[k + 4] = __builtin_shufflevector(b[k], b[k + 4], 4, 5, 6, 7, 12, 13, 14, 15);
    }
}
#elif defined(__AVX2__)
INLINE uint64_t any(uvec m) {
    const upair p = __builtin_shufflevector(m, m, 0, 1) | __builtin_shufflevector(m, m, 2, 3);
    return p[0] | p[1];
}

INLINE double lanes_sum(const vec *part) {
    const vec f = part[0] + part[1];
    const pair p = __builtin_shufflevector(f, f, 0, 1) + __builtin_shufflevector(f, f, 2, 3);
    return p[0] + p[1];
}

INLINE void transpose(vec *r) {
    const vec a = __builtin_shufflevector(r[0], r[1], 0, 4, 2, 6), b = __builtin_shufflevector(r[0], r[1], 1, 5, 3, 7);
    const vec c = __builtin_shufflevector(r[2], r[3], 0, 4, 2, 6), d = __builtin_shufflevector(r[2], r[3], 1, 5, 3, 7);
    r[0] = __builtin_shufflevector(a, c, 0, 1, 4, 5);
    r[1] = __builtin_shufflevector(b, d, 0, 1, 4, 5);
    r[2] = __builtin_shufflevector(a, c, 2, 3, 6, 7);
    r[3] = __builtin_shufflevector(b, d, 2, 3, 6, 7);
}
#else
INLINE uint64_t any(uvec m) { return m[0] | m[1]; }

INLINE double lanes_sum(const vec *part) {
    const vec p = (part[0] + part[2]) + (part[1] + part[3]);
    return p[0] + p[1];
}

INLINE void transpose(vec *r) {
    const vec a = __builtin_shufflevector(r[0], r[1], 0, 2), b = __builtin_shufflevector(r[0], r[1], 1, 3);
    r[0] = a;
    r[1] = b;
}
#endif

#endif
