"""What an epoch does to weights, in pairs of doubles: where partial products are so large that a double would lose its digits."""

import numpy as np
from numpy.typing import NDArray

from nodescope.theory.doubled import Pair, add, as_pair, multiply, quotient
from nodescope.theory.epoch import Epoch

Floats = NDArray[np.float64]


@np.errstate(all="ignore")
def moved_exactly(epoch: Epoch, alpha: float, start: Floats, goal: Floats) -> Floats:
    """What an epoch adds to the columns of start (d, m), with goals (n, m), told along the directions, (r, m)."""
    assert epoch.exact is not None
    x, directions = epoch.exact
    weights = as_pair(start)
    for first in range(0, len(x), epoch.batch):
        rows = range(first, min(first + epoch.batch, len(x)))
        by = quotient(alpha, len(rows)) if epoch.mean else as_pair(np.array(alpha))
        deltas = [add(_sum_of_rows(multiply(as_pair(_like(x[i], start)), weights)), as_pair(-goal[i])) for i in rows]
        for i, delta in zip(rows, deltas, strict=True):
            weights = add(weights, multiply(multiply(as_pair(_like(-x[i], start)), by), delta))
    moved = add(weights, as_pair(-start))
    return np.asarray(directions @ moved[0] + directions @ moved[1])


def _like(row: Floats, columns: Floats) -> Floats:
    """A row of inputs (d,) beside each column of weights (d, m)."""
    return np.broadcast_to(row[:, None], columns.shape)


def _sum_of_rows(pairs: Pair) -> Pair:
    total = pairs[0][0], pairs[1][0]
    for high, low in zip(pairs[0][1:], pairs[1][1:], strict=True):
        total = add(total, (high, low))
    return total
