"""The score of a run whose rows are read as they are needed: one pass over them, seen and unseen.

n examples, d inputs, k outputs. What least squares reaches follows from the triangle of the rows (`theory/moments.py`), which is
made in the same pass; sums are added part by part.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from nodescope.arithmetic.problem import Floats, Problem
from nodescope.arithmetic.rows import in_parts
from nodescope.data.examples import Examples
from nodescope.data.source import Source
from nodescope.run.score import Baseline, Predictions, Quality, Score, in_table_units
from nodescope.theory.least_squares import of_triangle
from nodescope.theory.triangles import Triangles


@dataclass(eq=False)
class _Tally:
    """Sums over the goals of some rows, (k,) each, and over the errors of the fit."""

    n: int = 0
    mean: Floats | float = 0.0
    spread: Floats | float = 0.0
    squared: Floats | float = 0.0
    low: Floats | float = np.inf
    high: Floats | float = -np.inf

    def add(self, prediction: Floats, goal: Floats) -> None:
        """Means and spreads of two sets of rows put together (Chan, Golub, LeVeque 1983)."""
        m, mean = len(goal), goal.mean(axis=0)
        apart, n = mean - self.mean, self.n + len(goal)
        self.spread = self.spread + ((goal - mean) ** 2).sum(axis=0) + apart**2 * (self.n * m / n)
        self.mean, self.n = self.mean + apart * (m / n), n
        self.squared = self.squared + ((prediction - goal) ** 2).sum(axis=0)
        self.low, self.high = np.minimum(self.low, goal.min(axis=0)), np.maximum(self.high, goal.max(axis=0))

    def around(self, value: Floats | float) -> Floats:
        """Squared distances (k,) of the goals from a value, added up."""
        return np.asarray(self.spread + self.n * (self.mean - value) ** 2)

    def quality(self, squared: Floats, one: bool) -> Quality:
        """RMSE and R² of so much squared error over these rows."""
        with np.errstate(all="ignore"):
            spread = np.where(np.equal(self.low, self.high), np.nan, self.spread)
            rmse, r2 = np.sqrt(squared / self.n), np.asarray(1 - squared / spread)
        return Quality(float(rmse[0]), float(r2[0])) if one else Quality(rmse, r2)


class _Rows:
    """What one pass gathers of the seen or the unseen rows."""

    def __init__(self, d: int, k: int) -> None:
        self.tally, self.triangles, self.d = _Tally(), Triangles(1 + d + k), d
        self.low, self.high = np.full(d, np.inf), np.full(d, -np.inf)

    def add(self, part: Problem, prediction: Floats, examples: Examples) -> None:
        self.tally.add(examples.in_own_units(prediction), examples.in_own_units(part.goal))
        self.triangles.add(np.column_stack([np.ones(part.n), part.input, part.goal]))
        self.low, self.high = np.minimum(self.low, part.input.min(axis=0)), np.maximum(self.high, part.input.max(axis=0))

    def squared(self, weight: Floats, bias: Floats, unit: Floats | float) -> Floats:
        """Squared errors (k,) of weights (k, d) and biases (k,), from the triangle."""
        triangle = self.triangles.whole()
        fit = np.vstack([bias, weight.T])
        left = triangle[:, : 1 + self.d] @ fit - triangle[:, 1 + self.d :]
        return np.asarray((left**2).sum(axis=0) * np.square(unit))


def streamed_score(
    source: Source, examples: Examples, problems: tuple[Problem, Problem], predictions: Predictions, intercept: bool, fit: str
) -> Score:
    """As `score` tells it; `problems` are over the seen and the unseen rows."""
    d, k = examples.input.shape[1], examples.goal.shape[1]
    both = [_Rows(d, k), _Rows(d, k)]
    for part, of in _parts(problems, both):
        with np.errstate(all="ignore"):
            of.add(part, predictions(part.input), examples)
    seen = both[0]
    best = of_triangle(seen.triangles.whole(), d, seen.low == seen.high, intercept=intercept)
    unit = 1.0 if examples.goal_scaling is None else examples.goal_scaling.unit
    has_unseen = both[1].tally.n > 0

    def qualities(squared: list[Floats]) -> tuple[Quality, Quality | None]:
        told = [of.tally.quality(each, source.one_goal) for of, each in zip(both, squared, strict=False)]
        return told[0], told[1] if has_unseen else None

    rows = both[: 1 + has_unseen]
    bias = np.zeros(k) if best.bias is None else best.bias
    of_best = Baseline(
        *qualities([each.squared(best.weight, bias, unit) for each in rows]),
        *in_table_units(source, examples, best.weight, best.bias), best.rank == d,
    )  # fmt: skip
    mean = seen.triangles.whole()[0, 1 + d :] / seen.triangles.whole()[0, 0]
    of_mean = Baseline(
        *qualities([each.tally.around(seen.tally.mean) for each in rows]),
        *in_table_units(source, examples, np.zeros((k, d)), mean), True,
    )  # fmt: skip
    own = qualities([np.asarray(each.tally.squared) for each in rows])
    return Score(own[0], own[1], of_best, of_mean, source.goals, fit)


def _parts(problems: tuple[Problem, Problem], both: list[_Rows]) -> Iterator[tuple[Problem, _Rows]]:
    """The parts of both problems by turns, as the rows of a piece are there together."""
    of_each = [in_parts(problem) if problem.n else iter(()) for problem in problems]
    while parts := [(part, of) for parts, of in zip(of_each, both, strict=True) if (part := next(parts, None)) is not None]:
        yield from parts
