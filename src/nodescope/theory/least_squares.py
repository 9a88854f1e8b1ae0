"""The best a node without an activation can do: weights with the least mean squared error, whatever their
condition.

n examples, d inputs, k outputs. Solved from the triangle of the centred, scaled columns, made by reflections in one order
(`triangles.py`), never through the normal equations (they square the condition number). Where several weights are best, those
of least norm (in the scaled columns) are given, by the triangle's singular values, and `rank` < d says so.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nodescope.theory.triangles import Triangles

Floats = NDArray[np.float64]
PART = 1 << 16
"""So many rows are put beside their goals at a time."""
EPSILON = float(np.finfo(np.float64).eps)


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
    solution, rank = lowest(centred / scale, goal - goal_mean)
    weight = np.ascontiguousarray(solution.T / scale)
    return LeastSquares(weight, goal_mean - weight @ mean if intercept else None, rank)


def lowest(x: Floats, goal: Floats) -> tuple[Floats, int]:
    """Weights (d, k) of least squared error over rows (n, d) and goals (n, k), of several those of least norm; and the rank."""
    n, d = x.shape
    if n <= d or not (np.isfinite(x).all() and np.isfinite(goal).all()):
        return _of_least_norm(x, goal, EPSILON * max(n, d))  # no more rows than inputs: a triangle is no smaller
    down, goals_down = _power(x), _power(goal)  # so that no square overflows, and no digit changes
    triangles = Triangles(d + goal.shape[1])
    for start in range(0, n, PART):
        rows = slice(start, start + PART)
        triangles.add(np.column_stack([np.ldexp(x[rows], -down), np.ldexp(goal[rows], -goals_down)]))
    triangle = triangles.whole()
    solution, rank = _solved(triangle[:d, :d], triangle[:d, d:], EPSILON * n)
    return np.ldexp(solution, goals_down - down), rank


def _power(values: Floats) -> int:
    """The power of two above all sizes."""
    return int(np.frexp(np.abs(values).max(initial=0.0))[1])


def _solved(triangle: Floats, goal: Floats, least: float) -> tuple[Floats, int]:
    """Weights (d, k) of a triangle (d, d) and its goals (d, k); singular values up to `least` of the largest one tell nothing."""
    d = len(triangle)
    if d == 0 or not (np.isfinite(triangle).all() and np.isfinite(goal).all()):
        return np.full((d, goal.shape[1]), np.nan), 0
    sizes = np.linalg.svd(triangle, compute_uv=False)
    rank = int((sizes > least * sizes[0]).sum())
    if rank < d:
        return _of_least_norm(triangle, goal, least)
    solution = np.zeros(goal.shape)
    for i in reversed(range(d)):  # from the last one on, each sum in one order
        known = (triangle[i, i + 1 :, None] * solution[i + 1 :]).sum(axis=0)
        solution[i] = (goal[i] - known) / triangle[i, i]
    return solution, rank


def _of_least_norm(x: Floats, goal: Floats, least: float) -> tuple[Floats, int]:
    """By singular values alone."""
    solution, _, rank, _ = np.linalg.lstsq(x, goal, rcond=least)
    return np.asarray(solution, dtype=np.float64), int(rank)


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
    solution, rank = lowest(x / scale, goal)
    weight = np.ascontiguousarray(solution.T / scale)
    means = triangle[0, 1:] / triangle[0, 0]
    return LeastSquares(weight, means[d:] - weight @ means[:d] if intercept else None, rank)


def _mean(values: Floats) -> Floats:
    """Means with a second pass for what rounding left over."""
    mean: Floats = values.mean(axis=0)
    correction: Floats = (values - mean).mean(axis=0)
    return mean + correction
