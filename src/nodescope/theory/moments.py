"""A few examples that have the moments of many: full-batch steps of a linear node see nothing else of them.

The triangle R of a table (ones, inputs, goals; one row an example) has XᵀX = RᵀR, made by reflections in one order
(`triangle.py`). Leaves of `LEAF` rows, counted from the first row, are merged in a binary tree, so that the bits do not know in
what parts the rows came. XᵀX itself is never made: it squares the condition number. One reflection more turns the column of ones
into ones again, and a factor √(c/n) the c rows into examples: their means, mean squares and mean products are the table's.

n rows, c = 1 + d + k columns and examples.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from nodescope.arithmetic.problem import Floats, Problem
from nodescope.arithmetic.rows import Rows
from nodescope.theory.linear import inputs_with_bias
from nodescope.theory.triangles import LEAF, Triangles
from nodescope.workers.door import Door, Task, as_it_is, not_its

PART = 2**16
"""So many rows are read at a time, and made at a time by others at most."""
EACH = 4
"""Of each who makes them, where there are so many leaves."""
UNIT = 2.0**-53
OF_A_REFLECTION = 328.0
"""Rounding units that a reflection of 33 numbers, made and applied, changes a column by at most, against its norm (Higham 2002,
"Accuracy and Stability of Numerical Algorithms", lemma 19.2, its constant taken as 8)."""


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


def triangles_of(x: Floats, goal: Floats, start: int, stop: int) -> Triangles:
    """Those of some consecutive rows, read in parts."""
    triangles = Triangles(1 + x.shape[1] + goal.shape[1])
    for at in range(start, stop, PART):
        end = min(at + PART, stop)
        triangles.add(np.column_stack([np.ones(end - at), x[at:end], goal[at:end]]))
    return triangles


def _elsewhere(x: Floats, goal: Floats, door: Door) -> Triangles:
    """Those of all rows, 2^h leaves by 2^h leaves, made by others; of arrays each is sent its own rows."""
    n, part = len(x), PART
    while part > LEAF and n < EACH * door.at_once * part:
        part //= 2
    places = [(start, min(start + part, n)) for start in range(0, n, part)]
    if isinstance(x, Rows):
        held = door.hold(as_it_is, (x, goal))
        tasks: Iterable[Task] = ((held, *place) for place in places)
    else:
        tasks = ((door.hold(as_it_is, (x[a:b], goal[a:b])), 0, b - a) for a, b in places)
    triangles = Triangles(1 + x.shape[1] + goal.shape[1])
    given = door.map(_made, tasks)
    for start, stop in places:
        made = next(given, None)
        if not isinstance(made, Triangles) or made.rows != stop - start:
            raise not_its(made, f"rows {start:,} to {stop:,}")
        triangles.join(made)
    return triangles


def _made(sides: tuple[Floats, Floats], start: int, stop: int) -> Triangles:
    return triangles_of(*sides, start, stop)


def taken(x: Floats, goal: Floats, door: Door | None = None) -> tuple[Floats, Floats]:
    """Inputs (c, d) and goals (c, k) that have the moments of x (n, d) and goal (n, k), read here or by others.

    >>> import numpy as np
    >>> few_x, few_goal = taken(np.arange(10.0).reshape(10, 1), 2 * np.arange(10.0).reshape(10, 1))
    >>> few_x.shape, np.round([few_x.mean(), (few_x**2).mean(), (few_x * few_goal).mean()], 12).tolist()
    ((3, 1), [4.5, 28.5, 57.0])
    """
    n, d = x.shape
    triangles = triangles_of(x, goal, 0, n) if door is None else _elsewhere(x, goal, door)
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
            factors, far, growing = self._factors_and_reach()
            grows = float(np.abs(factors).max()) * (1 + 4 * UNIT * c)
            added = float(self.steps) if grows == 1.0 else math.expm1(_power(grows, self.steps)) / (grows - 1.0)
            size = np.sqrt((self.inputs**2).mean(axis=0))
            each = abs(self.alpha) * self._rounding() * float(np.linalg.norm(size))
            of_weights = each * float(size.sum()) + 4 * UNIT
            of_goal = each * math.sqrt(float((self.goal**2).mean()))
            if (
                grows > 1.0
            ):  # what a step adds grows with the weights, and then as they do: no faster than the steps' number of times
                found = added * (of_goal + of_weights * far) + of_weights * growing * self.steps / grows
                return _finite(found * math.exp(min(700.0, self.steps * of_weights)))
            added, found = min(added, float(self.steps)), 0.0
            for _ in range(2):  # the weights may be as much larger as they may be wrong
                found = added * (of_goal + of_weights * (far + growing + found))
        return _finite(found)

    def _factors_and_reach(self) -> tuple[Floats, float, float]:
        """What each direction's distance is multiplied by in a step, 1 − alpha·λ; how far from 0 the weights come at most, and how
        far they have come in the end along directions that grow.

        The way along a direction is the start's weighted delta there times a sum of powers of its factor. Where there is no slope
        to speak of this is the steps' number, whatever the lowest point of such a direction may be.
        """
        _, sizes, turned = np.linalg.svd(self.inputs, full_matrices=True)
        eigenvalues = np.zeros(len(turned))
        eigenvalues[: len(sizes)] = sizes**2 / len(self.inputs)
        factors = 1.0 - self.alpha * eigenvalues
        slopes = turned @ (self.inputs.T @ (self.goal - self.inputs @ self.start)) / len(self.inputs)
        ways = np.abs(self.alpha * slopes * [_sum_of_powers(factor, self.steps) for factor in factors.tolist()])
        grow = np.abs(factors) > 1.0
        far = float(np.linalg.norm(self.start)) + float(np.linalg.norm(ways[~grow]))
        return factors, far, float(np.linalg.norm(ways[grow]))

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


def _sum_of_powers(factor: float, steps: int) -> float:
    """The largest in size of 1 + f + f² + …, of any number of terms up to `steps`; of one that swings wider and wider at most so
    much."""
    if factor == 1.0:
        return float(steps)
    power = math.exp(_power(abs(factor), steps))
    if factor < 0.0:
        return max(1.0, (1.0 + power) / (1.0 - factor)) if factor < -1.0 else 1.0
    return min(abs(1.0 - power) / abs(1.0 - factor), steps * max(1.0, power))


def _finite(bound: float) -> float:
    return bound if math.isfinite(bound) else math.inf
