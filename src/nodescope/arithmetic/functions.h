/* Exponential, hyperbolic tangent and their kin: functions.py says what each line is for, and holds the bounds. */
#ifndef NODESCOPE_FUNCTIONS_H
#define NODESCOPE_FUNCTIONS_H

#include <stdint.h>

/* A function's value and its slope. */
typedef struct {
    double value, slope;
} valued;

/* exp(x) = 2^k (1 + e). */
typedef struct {
    double e, k;
} reduced;

static inline double power_of_two(int64_t k) {
    const uint64_t bits = (uint64_t)(k + 1023) << 52;
    double power;
    __builtin_memcpy(&power, &bits, sizeof power);
    return power;
}

static inline double with_sign_of(double size, double x) { return __builtin_copysign(size, x); }

static inline reduced reduce(double x) {
    const double to_whole = 6755399441055744.0, k = (x * 1.4426950408889634 + to_whole) - to_whole;
    const double high = x - k * 0.6931471803691238, low = k * 1.9082149292705877e-10, r = high - low, lost = (high - r) - low;
    double p = 1.0 / 6227020800.0;
    p = p * r + 1.0 / 479001600.0;
    p = p * r + 1.0 / 39916800.0;
    p = p * r + 1.0 / 3628800.0;
    p = p * r + 1.0 / 362880.0;
    p = p * r + 1.0 / 40320.0;
    p = p * r + 1.0 / 5040.0;
    p = p * r + 1.0 / 720.0;
    p = p * r + 1.0 / 120.0;
    p = p * r + 1.0 / 24.0;
    p = p * r + 1.0 / 6.0;
    p = p * r + 1.0 / 2.0;
    return (reduced){r + (r * r * p + lost), k};
}

static inline double exponential(double x) {
    if (x > 709.8) return __builtin_inf();
    if (x < -745.2) return 0.0;
    if (x != x) return x;
    const reduced of = reduce(x);
    const int64_t k = (int64_t)of.k, half = k >> 1;
    return (1.0 + of.e) * power_of_two(half) * power_of_two(k - half);
}

static inline double log_one_plus(double u) {
    const int above = u > 0.41421356;
    const double s = above ? (u - 1.0) / (u + 3.0) : u / (u + 2.0), z = s * s;
    double p = 1.0 / 23.0;
    p = p * z + 1.0 / 21.0;
    p = p * z + 1.0 / 19.0;
    p = p * z + 1.0 / 17.0;
    p = p * z + 1.0 / 15.0;
    p = p * z + 1.0 / 13.0;
    p = p * z + 1.0 / 11.0;
    p = p * z + 1.0 / 9.0;
    p = p * z + 1.0 / 7.0;
    p = p * z + 1.0 / 5.0;
    p = p * z + 1.0 / 3.0;
    const double twice = 2.0 * s + 2.0 * (s * z * p);
    return above ? 0.6931471805599453 + twice : twice;
}

static inline valued tanh_of(double x) {
    if (x != x) return (valued){x, x};
    const double size = __builtin_fabs(x);
    if (size > 400.0) return (valued){with_sign_of(1.0, x), 0.0};
    const reduced of = reduce(-2.0 * size);
    const double two_k = of.k > -1000.0 ? power_of_two((int64_t)of.k) : 0.0, below = two_k * of.e + (two_k - 1.0);
    const double u = exponential(-2.0 * size), sum = 2.0 + below;
    return (valued){with_sign_of(-below / sum, x), 4.0 * u / (sum * sum)};
}

static inline valued sigmoid_of(double x) {
    if (x != x) return (valued){x, x};
    const double u = exponential(-__builtin_fabs(x)), sum = 1.0 + u;
    return (valued){x < 0.0 ? u / sum : 1.0 / sum, u / (sum * sum)};
}

static inline valued softplus_of(double x) {
    if (x != x) return (valued){x, x};
    const double logarithm = log_one_plus(exponential(-__builtin_fabs(x)));
    return (valued){x > 0.0 ? x + logarithm : logarithm, sigmoid_of(x).value};
}

static const double MILLS[] = {
    1.9122691057008967, 0.2523725125284086, -0.25099213395818415, 0.11444587513031773,
    -0.03402777542671512, 0.006580970678082311, -0.0006143931997945954, -5.585059205071215e-05,
    2.290561190405675e-05, -6.286579050038781e-07, -6.607765298252239e-07, 5.4503533328577933e-08,
    2.1515154551350928e-08, -2.3268716372590027e-09, -8.45758702768206e-10, 8.063734274855933e-11,
    3.856892954479016e-11, -1.8726424882887004e-12, -1.8770396449801196e-12, -3.8421342783144005e-14,
    8.894576726954552e-14, 9.863267801526632e-15, -3.637832693281299e-15, -9.19211544711782e-16,
    9.072142765694321e-17, 6.278038445025676e-17, 3.2372508401872586e-18, -3.204495113978151e-18,
    -6.724865445775909e-19,
};

static inline valued gelu_of(double x) {
    if (x > 39.0) return (valued){x, 1.0};
    if (x < -39.0) return (valued){-0.0, 0.0};
    if (x != x) return (valued){x, x};
    const double a = __builtin_fabs(x), t = (a - 4.0) / (a + 4.0);
    double first = 0.0, second = 0.0;
    for (int64_t i = (int64_t)(sizeof MILLS / sizeof *MILLS) - 1; i > 0; i--) {
        const double next = 2.0 * t * first - second + MILLS[i];
        second = first;
        first = next;
    }
    const double ratio = (t * first - second + MILLS[0]) / (1.0 + 2.0 * a), cut = 134217729.0 * a, high = cut - (cut - a);
    const double density = exponential(-0.5 * high * high);
    const double rest = exponential(-0.5 * (a - high) * (a + high)) * 0.3989422804014327;
    if (x < 0.0) return (valued){x * ratio * rest * density, (ratio + x) * rest * density};
    const double tail = ratio * rest * density;
    return (valued){x * (1.0 - tail), (1.0 - tail) + x * rest * density};
}

#endif
