"""The triangle R of a tall table, XᵀX = RᵀR, by Householder's reflections in one order: what `triangle.h` says, in plain Python.

Rows go under a triangle in blocks of `ROWS`, ascending, and each block's columns are reflected away one by one (Householder 1958,
"Unitary triangularization of a nonsymmetric matrix"). Triangles of parts of a table are merged by putting the rows of the later one
under the earlier one. XᵀX is never made: it squares the condition number.
"""

import math

import numpy as np

from nodescope.arithmetic.problem import Floats

ROWS = 32


def triangle(rows: Floats, under: Floats | None = None) -> Floats:
    """R (cols, cols) of `rows` (n, cols), put under the triangle `under` where one is given."""
    cols = rows.shape[1]
    kept = np.zeros((cols, cols)).tolist() if under is None else under.tolist()
    for start in range(0, len(rows), ROWS):
        _put_under(kept, rows[start : start + ROWS].tolist(), cols)
    found = np.array(kept).reshape(cols, cols)
    found[np.isnan(found)] = np.nan
    return found


def _put_under(kept: list[list[float]], block: list[list[float]], cols: int) -> None:
    for c in range(cols):
        v = [row[c] for row in block]
        square = -0.0
        for value in v:
            square += value * value
        if square == 0.0:
            continue
        head = kept[c][c]
        norm = math.sqrt(head * head + square)
        pivot = head - norm if head < 0 else head + norm
        size = norm * abs(pivot)
        if size == 0.0 or math.isinf(1.0 / size):
            continue  # what rounding left of a column that the others say already: nothing
        factor = 1.0 / size
        for j in range(c + 1, cols):
            _reflect(kept[c], block, v, pivot, factor, j)
        kept[c][c] = norm if head < 0 else -norm


def _reflect(kept: list[float], block: list[list[float]], v: list[float], pivot: float, factor: float, j: int) -> None:
    """Column j of the block, and of the triangle's row above it."""
    total = pivot * kept[j]
    for value, row in zip(v, block, strict=True):
        total += value * row[j]
    total *= factor
    kept[j] = kept[j] - pivot * total
    for value, row in zip(v, block, strict=True):
        row[j] = row[j] - value * total
