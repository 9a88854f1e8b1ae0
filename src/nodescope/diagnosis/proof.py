"""The proof of a verdict: numbers that theory predicts, beside those that the run recorded, for a handful of steps."""

import math
from dataclasses import dataclass

import numpy as np

from nodescope.diagnosis.evidence import Evidence
from nodescope.run.ending import Ending

EPSILON = 2.0**-52
CLOSE = 1e-6
"""Relative difference of two errors that counts as none: products of factors are worked out in doubles too."""


@dataclass(frozen=True)
class Row:
    """One number predicted and recorded.

    Attributes
    ----------
    step : int
        Updates made before the number was looked at.
    quantity : str
    predicted, recorded : float
    relation : "≈", "=" or "≥"
        What recorded must be to predicted.
    agrees : bool
    """

    step: int
    quantity: str
    predicted: float
    recorded: float
    relation: str
    agrees: bool

    def __str__(self) -> str:
        sign = self.relation if self.agrees else f"not {self.relation}"
        return f"step {self.step:,}: {self.quantity} recorded {self.recorded!r} {sign} predicted {self.predicted!r}"


def proof(e: Evidence) -> list[Row]:
    """Rows for a run; the fewer, the less theory says of it."""
    return [*_path(e), *_settled(e), *_bottom(e)]


def _path(e: Evidence) -> list[Row]:
    """The mse at a few turns, from the closed form."""
    if not e.has_theory or not e.system.can_move or (e.run.ending is Ending.DIVERGED and e.turns < 2):
        return []
    if not (e.system.together or e.system.in_order):
        return []
    path = e.system.epoch_path if e.system.in_order else None
    last = e.turns - (e.run.ending is Ending.DIVERGED)
    rows = []
    for turn in sorted({t for t in (0, 1, last // 4, last // 2, last) if 0 <= t <= last}):
        predicted = path.mse(turn) if path is not None else float(e.system.descent.mse(turn)[0])
        step = turn * e.system.steps_per_turn
        recorded = e.mse_at(step)
        rows.append(Row(step, "mse", predicted, recorded, "≈", _close(predicted, recorded, _slack(e, turn))))
    return rows


def _close(predicted: float, recorded: float, slack: float) -> bool:
    if not (math.isfinite(predicted) and math.isfinite(recorded)):
        return not math.isfinite(predicted) or recorded > 1e300
    a, b = math.sqrt(predicted), math.sqrt(recorded)
    return abs(a - b) <= CLOSE * max(a, b) + slack


def _slack(e: Evidence, turn: int) -> float:
    """What rounding may have added to the root mean square error by then.

    Each step rounds by an ulp of what it adds up; a stable direction forgets that at its own rate, so up to 1/(1 − |factor|)
    of them stand at a time: the distance at which a weight stalls. A direction that grows carries it along.
    """
    factors = e.forecast.factors
    if factors is None or not factors.size:
        return 0.0
    with np.errstate(all="ignore"):
        size = _largest_term(e)
        away = 1.0 - np.abs(factors[np.abs(factors) < 1.0])
        kept = min(float(turn + 1), 1.0 / max(float(away.min()), EPSILON)) if away.size else float(turn + 1)
        growth = np.float64(max(1.0, abs(float(factors[0])))) ** turn
        return float(16.0 * e.system.steps_per_turn * EPSILON * size * kept * growth)


def _largest_term(e: Evidence) -> float:
    """The largest weight × input, or goal, on the way from start to end."""
    x = np.abs(e.recipe.examples.input).max()
    weights = max(float(np.abs(e.weights_at(step)).max()) for step in (0, _finite_end(e)))
    return float(weights * max(x, 1.0) * e.recipe.problem.layers[0].width + np.abs(e.recipe.examples.goal).max())


def _finite_end(e: Evidence) -> int:
    return 0 if e.run.ending is Ending.DIVERGED else e.run.steps


def _settled(e: Evidence) -> list[Row]:
    """One example's last weight, to the bit; and that it stays."""
    if e.run.ending is not Ending.SETTLED or e.run.settled_after is None:
        return []
    rows = []
    foretold = e.forecast.final_weight if e.recipe.n == 1 else None
    weight = e.weights_at(e.run.steps)
    if foretold is not None and np.size(foretold) == 1 and e.run.steps >= e.run.settled_after:
        rows.append(_same(e.run.steps, "weight", float(np.ravel(foretold)[0]), float(weight[0, 0])))
    step = e.run.settled_after
    still = float(e.weights_at(step)[0, 0])
    rows.append(_same(step, "new weight", still, float(e.weights_at(step + e.recipe.steps_per_epoch)[0, 0])))
    return rows


def _same(step: int, quantity: str, predicted: float, recorded: float) -> Row:
    return Row(step, quantity, predicted, recorded, "=", predicted == recorded)


def _bottom(e: Evidence) -> list[Row]:
    """No mse is below the least."""
    if e.recipe.n == 1 or not math.isfinite(e.end):
        return []
    return [Row(e.run.steps, "mse", e.least, e.end, "≥", e.end >= e.least * (1 - 1e-9) - EPSILON * e.goal_power)]
