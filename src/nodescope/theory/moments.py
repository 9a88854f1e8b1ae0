"""A few examples that have the moments of many: full-batch steps of a linear node see nothing else of them.

The triangle R of a table (ones, inputs, goals; one row an example) has XᵀX = RᵀR, made by reflections in one order
(`triangle.py`). Leaves of `LEAF` rows, counted from the first row, are merged in a binary tree, so that the bits do not know in
what parts the rows came. XᵀX itself is never made: it squares the condition number. One reflection more turns the column of ones
into ones again, and a factor √(c/n) the c rows into examples: their means, mean squares and mean products are the table's.

n rows, c = 1 + d + k columns and examples.
"""

import math
from dataclasses import dataclass

import numpy as np

from nodescope.arithmetic.core import engine
from nodescope.arithmetic.problem import Floats, Problem
from nodescope.theory.linear import inputs_with_bias

LEAF = 1024
UNIT = 2.0**-53
OF_A_REFLECTION = 328.0
"""Rounding units that a reflection of 33 numbers, made and applied, changes a column by at most, against its norm (Higham 2002,
"Accuracy and Stability of Numerical Algorithms", lemma 19.2, its constant taken as 8)."""


class Triangles:
    """The triangle of rows that come in parts.

    Parameters
    ----------
    columns : int
    """

    def __init__(self, columns: int) -> None:
        self.rows = 0
        self._leaf = np.empty((LEAF, columns))
        self._merged: list[tuple[int, Floats]] = []
        """Triangles with their heights in the tree, each higher than the next."""

    def add(self, rows: Floats) -> None:
        """The next rows, (m, columns)."""
        start = 0
        while start < len(rows):
            at = self.rows % LEAF
            part = rows[start : start + LEAF - at]
            self._leaf[at : at + len(part)] = part
            self.rows, start = self.rows + len(part), start + len(part)
            if self.rows % LEAF == 0:
                self._merge(engine().triangle(self._leaf))

    def _merge(self, triangle: Floats) -> None:
        height = 0
        while self._merged and self._merged[-1][0] == height:
            triangle = engine().triangle(triangle, self._merged.pop()[1])
            height += 1
        self._merged.append((height, triangle))

    def whole(self) -> Floats:
        """Of all rows so far: the last leaf, short or not, under the one before, and so on up."""
        triangle = engine().triangle(self._leaf[: self.rows % LEAF])
        for _, earlier in reversed(self._merged):
            triangle = engine().triangle(triangle, earlier)
        return triangle


def examples_of(triangle: Floats, rows: int) -> Floats:
    """Examples (c, c − 1) with the moments of the rows, the column of ones, which is first in the triangle, left out."""
    c = len(triangle)
    toward = math.copysign(1.0 / math.sqrt(c), float(triangle[0, 0]))
    v = np.full(c, -toward)
    v[0] += 1.0
    square, total = -0.0, v[0] * triangle[0]
    for value in v.tolist():
        square += value * value
    for i in range(1, c):
        total = total + v[i] * triangle[i]
    turned = triangle - v[:, None] * (total * (2.0 / square))
    return np.ascontiguousarray(turned[:, 1:] * math.sqrt(c / rows))


def taken(x: Floats, goal: Floats, part: int = 2**16) -> tuple[Floats, Floats]:
    """Inputs (c, d) and goals (c, k) that have the moments of x (n, d) and goal (n, k), read in parts.

    >>> import numpy as np
    >>> few_x, few_goal = taken(np.arange(10.0).reshape(10, 1), 2 * np.arange(10.0).reshape(10, 1))
    >>> few_x.shape, np.round([few_x.mean(), (few_x**2).mean(), (few_x * few_goal).mean()], 12).tolist()
    ((3, 1), [4.5, 28.5, 57.0])
    """
    n, d = x.shape
    triangles = Triangles(1 + d + goal.shape[1])
    for start in range(0, n, part):
        end = min(start + part, n)
        triangles.add(np.column_stack([np.ones(end - start), x[start:end], goal[start:end]]))
    with np.errstate(all="ignore"):
        examples = examples_of(triangles.whole(), n)
    return np.ascontiguousarray(examples[:, :d]), np.ascontiguousarray(examples[:, d:])


@dataclass(frozen=True, eq=False)
class Steps:
    """Plain full-batch steps of one linear node on such examples.

    Attributes
    ----------
    inputs : (c, w) float64, a column of ones last where there is a bias
    goal : (c,) float64
    start : (w,) float64
    alpha : float
    steps : int
    rows : int
        n.
    """

    inputs: Floats
    goal: Floats
    start: Floats
    alpha: float
    steps: int
    rows: int

    def bound(self) -> float:
        """No weight is further than this, in the norm of all, from where the same steps on the rows lead.

        A step multiplies what two runs differ by with I − alpha·A, and adds what rounding makes of the gradient in either: of the
        reflections, of the sums over n rows, of those over c examples. Added up over all steps, each factor at most
        ρ = max |1 − alpha·λ|.
        """
        c = len(self.inputs)
        with np.errstate(all="ignore"):
            eigenvalues = np.linalg.svd(self.inputs, compute_uv=False) ** 2 / c
            if c > 0 and self.inputs.shape[1] > len(eigenvalues):
                eigenvalues = np.append(eigenvalues, 0.0)
            grows = float(np.abs(1.0 - self.alpha * eigenvalues).max()) * (1 + 4 * UNIT * c)
            added = float(self.steps) if grows == 1.0 else math.expm1(_power(grows, self.steps)) / (grows - 1.0)
            added = min(added, float(self.steps)) if grows <= 1.0 else added
            least = self.start + np.linalg.lstsq(self.inputs, self.goal - self.inputs @ self.start, rcond=None)[0]
            away = float(np.linalg.norm(self.start - least)) * math.exp(max(0.0, _power(grows, self.steps)))
            size = np.sqrt((self.inputs**2).mean(axis=0))
            goal = math.sqrt(float((self.goal**2).mean()))
            far, found = float(np.linalg.norm(least)) + away, 0.0
            for _ in range(2):  # the weights may be as much larger as they may be wrong
                gradient = self._rounding() * float(np.linalg.norm(size)) * (float(size.sum()) * (far + found) + goal)
                found = added * (abs(self.alpha) * gradient + 4 * UNIT * (far + found))
        return found if math.isfinite(found) else math.inf

    def _rounding(self) -> float:
        """Of a gradient, against the sizes of what is multiplied in it."""
        c, width = self.inputs.shape
        levels = max(0, math.ceil(math.log2(max(1.0, self.rows / LEAF)))) + 1
        reflections = c * (-(-min(LEAF, self.rows) // 32) + levels * -(-c // 32)) + 1
        return float((2 * OF_A_REFLECTION * reflections + (self.rows + width + 8) + (c + width + 8)) * UNIT)


def difference(problem: Problem, start: Floats, steps: int, rows: int) -> float:
    """The bound for the node of a problem that has most of it, where the problem's examples stand for so many rows."""
    inputs = inputs_with_bias(problem)
    goals = zip(problem.goal.T, problem.blocks(start)[0], strict=True)
    return max(Steps(inputs, goal, weights, problem.alpha, steps, rows).bound() for goal, weights in goals)


def _power(grows: float, steps: int) -> float:
    """Logarithm of grows to the power of steps, at most what `exp` can take."""
    return min(700.0, steps * math.log(grows)) if grows > 0 else -700.0
