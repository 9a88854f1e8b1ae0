/* Columns turned in pairs until all are at right angles (one-sided Jacobi: Hestenes 1958): part of core.c, directions.py has the same
 * order in Python. Their lengths are then the singular values, the small ones to as many digits as the large ones: XᵀX is never made.
 * It is for small triangles, in the page above all: nothing of it goes side by side.
 *
 * Sweeps go over the pairs (p, q), p < q, the first first, until one turns nothing. Of a pair, with a = Σ x[p]², b = Σ x[q]² and
 * g = Σ x[p] x[q] left to right: nothing is turned where g² ≤ 2⁻¹⁰⁴ × a × b; else z = (b − a) ÷ (2 g), t = ±1 ÷ (|z| + √(1 + z²)) with
 * the sign of z, c = 1 ÷ √(1 + t²), s = c × t, and each row's pair (u, v) becomes (c u − s v, s u + c v). */
#ifndef NODESCOPE_DIRECTIONS_H
#define NODESCOPE_DIRECTIONS_H

#include "bits.h"

#define NS_NARROW2 4.930380657631324e-32   /* 2⁻¹⁰⁴ */
#define NS_SWEEPS 40

static int turn_pair(double *u, double *v, int64_t rows) {
    double a = 0.0, b = 0.0, g = 0.0;
    for (int64_t i = 0; i < rows; i++) {
        a += u[i] * u[i];
        b += v[i] * v[i];
        g += u[i] * v[i];
    }
    if (!(g * g > NS_NARROW2 * a * b)) return 0;
    const double z = (b - a) / (2.0 * g), far = z < 0.0 ? -z : z;
    const double size = 1.0 / (far + __builtin_sqrt(1.0 + z * z)), t = z < 0.0 ? -size : size;
    const double c = 1.0 / __builtin_sqrt(1.0 + t * t), s = c * t;
    for (int64_t i = 0; i < rows; i++) {
        const double x = u[i], y = v[i];
        u[i] = c * x - s * y;
        v[i] = s * x + c * y;
    }
    return 1;
}

/* Columns (cols, rows) turned in place; returns the sweeps that it took. */
static int64_t turn_all(double *column, int64_t cols, int64_t rows) {
    for (int64_t sweep = 1; sweep <= NS_SWEEPS; sweep++) {
        int turned = 0;
        for (int64_t p = 0; p < cols; p++)
            for (int64_t q = p + 1; q < cols; q++) turned |= turn_pair(column + p * rows, column + q * rows, rows);
        if (!turned) return sweep;
    }
    return NS_SWEEPS;
}

#endif
