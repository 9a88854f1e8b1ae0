"""Columns turned in pairs until all are at right angles; their lengths are then the singular values: `directions.h` in Python.

One-sided Jacobi (Hestenes 1958, "Inversion of matrices by biorthogonalization"): the small singular values have as many digits as
the large ones, and XᵀX, which squares the condition number, is never made. The page finds the curvatures of the error with it.
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
    for _ in range(SWEEPS):
        pairs = ((p, q) for p in range(len(turned)) for q in range(p + 1, len(turned)))
        if not sum(_turn(turned, p, q) for p, q in pairs):
            break
    return np.array(turned).reshape(columns.shape)


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
