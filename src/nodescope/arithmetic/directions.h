/* Columns turned in pairs until all are at right angles (one-sided Jacobi: Hestenes 1958): part of core.c, directions.py has the same
 * order in Python. Their lengths are then the singular values, the small ones to as many digits as the large ones: XᵀX is never made.
 * It is for small triangles, in the page above all: nothing of it goes side by side.
 *
 * Sweeps go over the pairs (p, q), p < q, the first first, until one turns nothing. Of a pair, with a = Σ x[p]², b = Σ x[q]² and
 * g = Σ x[p] x[q] left to right: nothing is turned where g² ≤ 2⁻¹⁰⁴ × a × b; else z = (b − a) ÷ (2 g), t = ±1 ÷ (|z| + √(1 + z²)) with
 * the sign of z, c = 1 ÷ √(1 + t²), s = c × t, and each row's pair (u, v) becomes (c u − s v, s u + c v).
 *
 * More columns than rows first become as many as rows, the others 0, or a thousand would be turned in half a million pairs that never end:
 * for each row i the columns from i on are mirrored (Householder 1958) so that of that row only column i keeps a number. With x the row's
 * numbers, s = Σ x² left to right, a = ±√s with the other sign than x[i], v = x but v[i] = x[i] − a, each later row y becomes
 * y − (Σ v y ÷ (s − x[i] × a)) × v. Nothing is done where x is 0 behind i. */
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

/* Row i of the columns from i on mirrored, which moves the rows below with it. */
static void mirror_row(double *column, int64_t cols, int64_t rows, int64_t i) {
    double *const x = column + i * rows + i;
    const int64_t count = cols - i;
    double square = 0.0, behind = 0.0;
    for (int64_t c = 0; c < count; c++) {
        square += x[c * rows] * x[c * rows];
        if (c) behind += x[c * rows] * x[c * rows];
    }
    if (!(behind > 0.0)) return;
    const double root = __builtin_sqrt(square), a = x[0] > 0.0 ? -root : root, scale = square - x[0] * a;
    x[0] -= a;
    for (int64_t r = 1; r < rows - i; r++) {
        double sum = 0.0;
        for (int64_t c = 0; c < count; c++) sum += x[c * rows] * x[c * rows + r];
        const double part = sum / scale;
        for (int64_t c = 0; c < count; c++) x[c * rows + r] -= part * x[c * rows];
    }
    x[0] = a;
    for (int64_t c = 1; c < count; c++) x[c * rows] = 0.0;
}

/* Columns (cols, rows) turned in place; returns the sweeps that it took. */
static int64_t turn_all(double *column, int64_t cols, int64_t rows) {
    for (int64_t i = 0; cols > rows && i < rows; i++) mirror_row(column, cols, rows, i);
    cols = cols > rows ? rows : cols;
    for (int64_t sweep = 1; sweep <= NS_SWEEPS; sweep++) {
        int turned = 0;
        for (int64_t p = 0; p < cols; p++)
            for (int64_t q = p + 1; q < cols; q++) turned |= turn_pair(column + p * rows, column + q * rows, rows);
        if (!turned) return sweep;
    }
    return NS_SWEEPS;
}

#endif
