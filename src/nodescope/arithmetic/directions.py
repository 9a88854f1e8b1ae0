"""Columns turned in pairs until all are at right angles; their lengths are then the singular values: `directions.h` in Python.

One-sided Jacobi (Hestenes 1958, "Inversion of matrices by biorthogonalization"): the small singular values have as many digits as
the large ones, and XᵀX, which squares the condition number, is never made. More columns than rows first become as many as rows
(Householder 1958, "Unitary triangularization of a nonsymmetric matrix"). The page finds the curvatures of the error with it.
"""

import math

import numpy as np

from nodescope.arithmetic.problem import Floats

NARROW2 = 2.0**-104
"""Two columns are at right angles where the square of their product is no more than this part of the product of their squares."""
SWEEPS = 40


def directions(columns: Floats) -> Floats:
    """Columns (cols, rows) at right angles that span what the given ones span, each row of the array a column."""
    turned = columns.tolist()
    cols, rows = columns.shape
    if cols > rows:
        for i in range(rows):
            _mirror(turned, i)
    for _ in range(SWEEPS):
        pairs = ((p, q) for p in range(min(cols, rows)) for q in range(p + 1, min(cols, rows)))
        if not sum(_turn(turned, p, q) for p, q in pairs):
            break
    return np.array(turned).reshape(columns.shape)


def _mirror(columns: list[list[float]], i: int) -> None:
    """Row i of the columns from i on mirrored so that only column i keeps a number of it; the rows below move with it."""
    square = behind = 0.0
    for c in range(i, len(columns)):
        square += columns[c][i] * columns[c][i]
        if c > i:
            behind += columns[c][i] * columns[c][i]
    if not behind > 0.0:
        return
    root, first = math.sqrt(square), columns[i][i]
    a = -root if first > 0 else root
    scale = square - first * a
    columns[i][i] = first - a
    for r in range(i + 1, len(columns[0])):
        total = 0.0
        for c in range(i, len(columns)):
            total += columns[c][i] * columns[c][r]
        part = total / scale
        for c in range(i, len(columns)):
            columns[c][r] -= part * columns[c][i]
    columns[i][i] = a
    for c in range(i + 1, len(columns)):
        columns[c][i] = 0.0


def _turn(columns: list[list[float]], p: int, q: int) -> bool:
    u, v = columns[p], columns[q]
    a = b = g = 0.0
    for x, y in zip(u, v, strict=True):
        a += x * x
        b += y * y
        g += x * y
    if not g * g > NARROW2 * a * b:
        return False
    z = (b - a) / (2.0 * g)
    size = 1.0 / (abs(z) + math.sqrt(1.0 + z * z))
    t = -size if z < 0 else size
    c = 1.0 / math.sqrt(1.0 + t * t)
    s = c * t
    pairs = list(zip(u, v, strict=True))
    columns[p] = [c * x - s * y for x, y in pairs]
    columns[q] = [s * x + c * y for x, y in pairs]
    return True
