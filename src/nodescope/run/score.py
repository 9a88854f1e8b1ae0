"""How good a fit is, in the table's own units, beside the two answers that cost nothing to know.

RMSE = √(mean of (prediction − goal)²). R² = 1 − Σ(prediction − goal)² ÷ Σ(goal − mean)², where the mean is that of the goals
*of the same rows*; NaN where these goals are all equal. So "always the mean" (of the seen goals) has R² = 0 on seen rows and a
little less on unseen ones. Least squares is the best that this very node could reach on the seen rows: with a bias where the node
has one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodescope.data.examples import Examples
from nodescope.data.source import Source
from nodescope.theory.least_squares import least_squares

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Quality:
    """RMSE (root mean squared error) and R² (coefficient of determination): floats, or (k,) for a list of
    goals."""

    rmse: Any
    r2: Any


@dataclass(frozen=True, eq=False)
class Baseline:
    """What another set of weights reaches on the same rows.

    Attributes
    ----------
    seen : Quality
    unseen : Quality or None
    weight, bias : in the table's units
        (d,) and float, or (k, d) and (k,) for a list of goals.
    unique : bool
        False where the seen rows do not settle the weights (columns that repeat each other, or fewer rows than inputs).
    """

    seen: Quality
    unseen: Quality | None
    weight: Any
    bias: Any
    unique: bool = True


@dataclass(frozen=True, eq=False, repr=False)
class Score:
    """This fit beside least squares and "always the mean".

    Attributes
    ----------
    seen : Quality
    unseen : Quality or None
        None where no rows were held out.
    least_squares, mean : Baseline
    goals : tuple of str
    fit : str
        What it is called in the table.
    """

    seen: Quality
    unseen: Quality | None
    least_squares: Baseline
    mean: Baseline
    goals: tuple[str, ...]
    fit: str = "this node"

    def __repr__(self) -> str:
        """A table in plain text, one for each goal."""
        return "\n\n".join(self._table(j, goal) for j, goal in enumerate(self.goals))

    def _table(self, j: int, goal: str) -> str:
        rows = ((self.fit, self), ("least squares", self.least_squares), ("always the mean", self.mean))
        head = [f"{goal!r}", "RMSE seen", "R² seen", *(["RMSE unseen", "R² unseen"] if self.unseen else [])]
        numbers = [[*_numbers(held.seen, j), *_numbers(held.unseen, j)] for _, held in rows]
        columns = [told_apart(column) for column in zip(*numbers, strict=True)]
        lines = [head, *([label, *cells] for (label, _), cells in zip(rows, zip(*columns, strict=True), strict=True))]
        widths = [max(len(line[c]) for line in lines) for c in range(len(head))]
        return "\n".join(
            line[0].ljust(widths[0]) + "".join("  " + cell.rjust(w) for cell, w in zip(line[1:], widths[1:], strict=True))
            for line in lines
        )


Predictions = Callable[[Floats], Floats]
"""It leads from the scaled inputs of examples (m, d) to predictions (m, k)."""


def linear(weight: Floats, bias: Floats | None) -> Predictions:
    """Predictions of plain nodes: weights (k, d), bias (k,)."""
    return lambda x: np.asarray(x @ weight.T + (0.0 if bias is None else bias))


@np.errstate(all="ignore")  # what overflows is not finite, which is told
def score(source: Source, examples: Examples, predictions: Predictions, intercept: bool = True, fit: str = "this node") -> Score:
    """Score predictions made from the examples' scaled inputs; `intercept`: whether least squares may have one."""
    best = least_squares(examples.input, examples.goal, intercept=intercept)
    k, d = examples.goal.shape[1], examples.input.shape[1]
    mean = examples.goal.mean(axis=0)
    seen, unseen = _both(source, examples, predictions)
    return Score(
        seen,
        unseen,
        _baseline(source, examples, best.weight, best.bias, best.rank == d),
        _baseline(source, examples, np.zeros((k, d)), mean, True),
        source.goals,
        fit,
    )


def _baseline(source: Source, examples: Examples, weight: Floats, bias: Floats | None, unique: bool) -> Baseline:
    seen, unseen = _both(source, examples, linear(weight, bias))
    return Baseline(seen, unseen, *in_table_units(source, examples, weight, bias), unique)


def in_table_units(source: Source, examples: Examples, weight: Floats, bias: Floats | None) -> tuple[Any, Any]:
    """Weights (k, d) and biases (k,) for the table's own numbers, in the shape in which the goals were given."""
    if examples.scaling is not None:
        weight, bias = examples.scaling.in_table_units(weight, bias)
    if examples.goal_scaling is not None:
        weight = weight * examples.goal_scaling.unit[:, None]
        bias = examples.goal_scaling.undo(np.asarray(0.0 if bias is None else bias))
    if source.one_goal:
        return weight[0], None if bias is None else float(bias[0])
    return weight, bias


def _both(source: Source, examples: Examples, predictions: Predictions) -> tuple[Quality, Quality | None]:
    def quality(x: Floats, goal: Floats) -> Quality:
        with np.errstate(all="ignore"):
            return _quality(examples.in_own_units(predictions(x)), examples.in_own_units(goal), source.one_goal)

    unseen = quality(examples.unseen_input, examples.unseen_goal) if len(examples.unseen_goal) else None
    return quality(examples.input, examples.goal), unseen


def _quality(prediction: Floats, goal: Floats, one: bool) -> Quality:
    squared = ((prediction - goal) ** 2).sum(axis=0)
    spread = ((goal - goal.mean(axis=0)) ** 2).sum(axis=0)
    spread[goal.min(axis=0) == goal.max(axis=0)] = np.nan
    rmse, r2 = np.sqrt(squared / len(goal)), 1 - squared / spread
    return Quality(float(rmse[0]), float(r2[0])) if one else Quality(rmse, r2)


def _numbers(quality: Quality | None, j: int) -> list[float]:
    return [] if quality is None else [float(np.atleast_1d(value)[j]) for value in (quality.rmse, quality.r2)]


def told_apart(numbers: Sequence[float]) -> list[str]:
    """Five digits of each, and more of all where two that differ within their first ten would otherwise share a text."""
    written = [[f"{number:.{digits}g}" for number in numbers] for digits in range(5, 11)]
    different = len(set(written[-1]))
    return next(texts for texts in written if len(set(texts)) == different)
