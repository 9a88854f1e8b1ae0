"""The best a node without an activation can do: weights with the least mean squared error, whatever their
condition.

n examples, d inputs, k outputs. Solved by the singular value decomposition of the centred, scaled columns,
never through the normal equations (they square the condition number). Where several weights are best, those
of least norm (in the scaled columns) are given, and `rank` < d says so.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class LeastSquares:
    """The weights with the smallest mse, and how well they are determined.

    Attributes
    ----------
    weight : (k, d) float64
    bias : (k,) float64 or None
    rank : int
        Number of directions in the inputs that the data can tell apart; below d the weights are not unique.
    """

    weight: Floats
    bias: Floats | None
    rank: int


@np.errstate(all="ignore")  # what overflows is not finite, which those who read it tell
def least_squares(x: Floats, goal: Floats, intercept: bool = True) -> LeastSquares:
    """Least-squares weights for inputs (n, d) and goals (n, k).

    >>> import numpy as np
    >>> found = least_squares(np.array([[0.0], [1.0], [2.0]]), np.array([[1.0], [3.0], [5.0]]))
    >>> np.round(found.weight, 12).tolist(), np.round(found.bias, 12).tolist()
    ([[2.0]], [1.0])
    """
    mean, goal_mean = (_mean(x), _mean(goal)) if intercept else (np.zeros(x.shape[1]), np.zeros(goal.shape[1]))
    centred = x - mean
    if intercept:
        constant = x.min(axis=0) == x.max(axis=0)
        centred[:, constant] = 0.0
    scale = np.abs(centred).max(axis=0)
    scale[scale == 0] = 1.0
    solution, _, rank, _ = np.linalg.lstsq(centred / scale, goal - goal_mean, rcond=None)
    weight = np.ascontiguousarray(solution.T / scale)
    return LeastSquares(weight, goal_mean - weight @ mean if intercept else None, int(rank))


def of_triangle(triangle: Floats, d: int, constant: NDArray[np.bool_], intercept: bool = True) -> LeastSquares:
    """The same from the triangle of a table (ones, inputs, goals), whose rows may be too many for memory.

    Below its first row, which holds the means, it is the triangle of the centred columns.

    Parameters
    ----------
    triangle : (1 + d + k, 1 + d + k) float64
    d : int
    constant : (d,) bool
        Inputs that are the same in every row.
    """
    rows = triangle[1:] if intercept else triangle
    x, goal = rows[:, 1 : 1 + d].copy(), rows[:, 1 + d :]
    if intercept:
        x[:, constant] = 0.0
    scale = np.abs(x).max(axis=0)
    scale[scale == 0] = 1.0
    solution, _, rank, _ = np.linalg.lstsq(x / scale, goal, rcond=None)
    weight = np.ascontiguousarray(solution.T / scale)
    means = triangle[0, 1:] / triangle[0, 0]
    return LeastSquares(weight, means[d:] - weight @ means[:d] if intercept else None, int(rank))


def _mean(values: Floats) -> Floats:
    """Means with a second pass for what rounding left over."""
    mean: Floats = values.mean(axis=0)
    correction: Floats = (values - mean).mean(axis=0)
    return mean + correction
