"""The proof of a verdict: numbers that theory predicts, beside those that the run recorded, for a handful of steps.

Where a closed form covers the run: its mse on the way. Elsewhere: weighted deltas beside central differences of the loss. Both
sides have a bound of what rounding may have done to them; where they differ by more, the run is made again from its recipe, which
decides which of the two is wrong.
"""

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from nodescope.arithmetic.core import engine
from nodescope.arithmetic.problem import Columns, Cursor, Floats, Outcome
from nodescope.diagnosis.after.evidence import Evidence
from nodescope.diagnosis.after.finding import CLOSED_FORM, LINEAR
from nodescope.diagnosis.after.linear import Linear
from nodescope.later import Later
from nodescope.run.ending import Ending
from nodescope.run.recipe import Recipe

if TYPE_CHECKING:
    from nodescope.diagnosis.checks import gradients
else:
    gradients = Later("nodescope.diagnosis.checks.gradients")

EPSILON = 2.0**-52
CLOSE = 1e-6
"""A relative difference of two errors that counts as none: products of factors are worked out in doubles too."""
CHECKED, MOST_WORK = 24, 3 * 10**8
"""Weights of a step whose slopes prove it; fewer, but three, where weights times examples are more than this in all."""

MOST_BY_DEFINITION, MOST_AGAIN = 10**6, 10**9
"""Products that making a run again may cost by the plain definition; by the compiled core."""
NEARLY_LEAST = 1e-9
"""By this part an mse may lie below the least, which rounds too."""
ROUNDINGS = 16.0
"""Doubles by which rounding may part two numbers for each step that is added up."""
BEYOND = 1e300
"""An mse above it may be beyond all doubles where it is worked out in another order."""
LEAST_CHECKED = 3
"""Weights of a step whose slopes prove it, however large the problem."""


@dataclass(frozen=True)
class Row:
    """One number predicted and recorded.

    Attributes
    ----------
    step : int
        Updates made before the number was looked at.
    quantity : str
    predicted, recorded : float
    relation : "about", "=" or "≥"
        What recorded must be to predicted.
    agrees : bool
    because : str
        Which of the two is wrong, where they do not agree.
    uncertain : float
        How far rounding alone may have parted them.
    """

    step: int
    quantity: str
    predicted: float
    recorded: float
    relation: str
    agrees: bool
    because: str = ""
    uncertain: float = 0.0

    @property
    def withholds(self) -> bool:
        """Whether the verdict cannot be given: they do not agree, and the run is not known to be right."""
        return not self.agrees and not self.because.startswith(PREDICTION_IS_OFF)

    def __str__(self) -> str:
        both = f"{self.quantity} recorded {self.recorded!r}, predicted {self.predicted!r}"
        if not self.agrees:
            return f"step {self.step:,}: {both}: they do not agree. {self.because}".rstrip()
        return f"step {self.step:,}: {self._told(both)}"

    def _told(self, both: str) -> str:
        if self.relation == "=" or self.predicted == self.recorded:
            return f"{self.quantity} recorded {self.recorded!r}, exactly as predicted"
        if self.relation == "≥":
            return f"{self.quantity} recorded {self.recorded!r}, not below the least possible, {self.predicted!r}"
        digits = _common_digits(self.recorded, self.predicted)
        if digits >= LEAST_DIGITS:
            return f"{both}: the same to {digits} digits"
        return f"{both}: apart by no more than rounding may do, {self.uncertain:.2g}"


PREDICTION_IS_OFF = "The recorded number is right by the definition"
LEAST_DIGITS = 3
"""Numbers with fewer digits in common are not called the same."""


def _common_digits(a: float, b: float) -> int:
    """Of two numbers that are not the same."""
    size = max(abs(a), abs(b))
    return int(-math.log10(abs(a - b) / size)) if math.isfinite(size) else 0


def proof(e: Evidence) -> list[Row]:
    """Rows for a run; the fewer, the less theory says of it."""
    rows = _way(e) if CLOSED_FORM in e.offers else []
    rows = rows or _slopes(e)
    return [*rows, *_settled(e), *_bottom(e)] if LINEAR in e.offers else rows


@np.errstate(all="ignore")
def _slopes(e: Evidence) -> list[Row]:
    """At the first, a middle and the last step: the weighted delta furthest from its central difference, beside that."""
    rows = []
    last = e.run.steps - (2 if not e.finite else 1)
    for step in sorted({t for t in (0, last // 2, last) if 0 <= t < e.run.steps}):
        check = gradients.check_gradients(
            e.run, step, most=max(LEAST_CHECKED, min(CHECKED, MOST_WORK // (e.problem.size * e.recipe.batch_size)))
        )
        if (worst := check.worst) is None:
            continue
        layer = f"layer {worst.layer}, " if e.depth > 1 else ""
        place = f"weighted delta of {layer}node {worst.node}"
        uncertain = abs(worst.difference - worst.weighted_delta)
        why = "" if check.passed else ROUNDED_DIFFERENCE if _as_defined(e, step) else UNPROVED
        rows.append(Row(step, place, worst.difference, worst.weighted_delta, "about", check.passed, why, uncertain))
    return rows


def _as_defined(e: Evidence, step: int) -> bool:
    """Whether the step's weighted deltas are those of the plain definition."""
    problem, state, name = e.recipe.problem, e.run.replay.state_at(step), ("weighted_delta",)
    found: list[Floats] = []
    for one in (engine(), engine("plain")):
        columns = Columns.for_steps(problem, 1, name)
        one.walk(replace(problem, native=None), Cursor.at(step), state.copy(), 1, alphas=_alphas(e, step), columns=columns)
        found.append(np.asarray(columns.weighted_delta))
    return np.array_equal(found[0], found[1], equal_nan=True)


def _alphas(e: Evidence, step: int) -> Floats | None:
    return None if e.recipe.schedule is None else e.recipe.schedule.until(step + 1)


CHANGED = "Either the run was changed since it was made (ns.verify finds out) or the theory does not hold for it."
ROUNDED_DIFFERENCE = f"{PREDICTION_IS_OFF}: rounding has spoiled the difference of two nearly equal errors."
UNPROVED = "The weighted delta is no slope of the error: either the run was changed since it was made, or its loss has a kink."


def _way(e: Evidence) -> list[Row]:
    """The mse at a few turns, from the closed form."""
    linear, system = e.linear, e.linear.system
    diverged = e.run.ending is Ending.DIVERGED
    if not system.can_move or (diverged and linear.turns < 2) or not (system.together or system.in_order):
        return []
    path = system.epoch_path if system.in_order else None
    last = linear.turns - diverged
    rows = []
    for turn in sorted({t for t in (0, 1, last // 4, last // 2, last) if 0 <= t <= last}):
        predicted = path.mse(turn) if path is not None else float(system.descent.mse(turn)[0])
        rows.append(_held_against(e, turn, predicted))
    return [row for row in rows if math.isfinite(row.predicted) and math.isfinite(row.recorded)]


def _held_against(e: Evidence, turn: int, predicted: float) -> Row:
    step = turn * e.linear.system.steps_per_turn
    recorded, slack = e.linear.error_at(step), _slack(e.linear, turn)
    agrees = _close(predicted, recorded, slack)
    with np.errstate(over="ignore"):
        uncertain = float(np.float64(2 * math.sqrt(recorded) + slack) * slack) if math.isfinite(recorded) else math.inf
    return Row(step, "mse", predicted, recorded, "about", agrees, "" if agrees else _decided(e, step, recorded), uncertain)


def _decided(e: Evidence, step: int, recorded: float) -> str:
    """Which of the two is wrong, by making the run again from its recipe."""
    made = made_again(e.recipe, step)
    if made is None:
        return CHANGED
    if made == recorded:
        return f"{PREDICTION_IS_OFF}, stepped from the recipe: rounding grew in the prediction."
    return f"Its recipe gives {made!r} there: the run was changed since it was made (ns.verify finds where)."


def made_again(recipe: Recipe, step: int) -> float | None:
    """The mse after so many updates, from the recipe alone: by the definition, by the compiled core where that would take long.

    None where no engine could do it in a moment.
    """
    problem = replace(recipe.problem, until_mse=-1.0, native=None)
    work = max(1, step) * recipe.batch_size * problem.size
    if work > MOST_AGAIN or recipe.schedule is not None:
        return None
    chosen = engine("plain") if work <= MOST_BY_DEFINITION else engine()
    state, cursor = problem.first_state(recipe.start_weights()), Cursor.at(0)
    if step and chosen.walk(problem, cursor, state, step) not in (Outcome.WENT, Outcome.DIVERGED):
        return None
    return chosen.mse(problem, problem.weights(state))


def _close(predicted: float, recorded: float, slack: float) -> bool:
    if not (math.isfinite(predicted) and math.isfinite(recorded)):
        return not math.isfinite(predicted) or recorded > BEYOND
    a, b = math.sqrt(predicted), math.sqrt(recorded)
    return abs(a - b) <= CLOSE * max(a, b) + slack


def _slack(linear: Linear, turn: int) -> float:
    """What rounding may have added to the root mean square error by then.

    Each step rounds by an ulp of what it adds up; a stable direction forgets that at its own rate, so up to 1/(1 − |factor|)
    of them stand at a time: the distance at which a weight stalls. A direction that grows carries it along, and where single steps
    lengthen errors the rest of their epoch multiplies them.
    """
    factors = linear.forecast.factors
    if factors is None or not factors.size:
        return 0.0
    with np.errstate(all="ignore"):
        size = _largest_term(linear)
        away = 1.0 - np.abs(factors[np.abs(factors) < 1.0])
        kept = min(float(turn + 1), 1.0 / max(float(away.min()), EPSILON)) if away.size else float(turn + 1)
        growth = np.float64(max(1.0, abs(float(factors[0])))) ** turn
        each_turn = linear.system.steps_per_turn * size + (linear.system.rounding_of_epoch if linear.stable else 0.0)
        return float(ROUNDINGS * EPSILON * each_turn * kept * growth)


def _largest_term(linear: Linear) -> float:
    """The largest weight × input, or goal, on the way from start to end."""
    inputs = linear.recipe.examples.input
    x = max(float(inputs.max()), -float(inputs.min()))  # no copy: it may be a large table
    weights = max(float(np.abs(linear.weights_at(step)).max()) for step in (0, _finite_end(linear)))
    return float(weights * max(x, 1.0) * linear.recipe.problem.layers[0].width + np.abs(linear.recipe.examples.goal).max())


def _finite_end(linear: Linear) -> int:
    return 0 if linear.run.ending is Ending.DIVERGED else linear.run.steps


def _settled(e: Evidence) -> list[Row]:
    """One example's last weight, to the bit; and that it stays."""
    if e.run.ending is not Ending.SETTLED or e.run.settled_after is None:
        return []
    rows = []
    foretold = e.linear.forecast.final_weight if e.recipe.n == 1 else None
    weight = e.linear.weights_at(e.run.steps)
    if foretold is not None and np.size(foretold) == 1 and e.run.steps >= e.run.settled_after:
        rows.append(_same(e.run.steps, "weight", float(np.ravel(foretold)[0]), float(weight[0, 0])))
    step = e.run.settled_after
    still = float(e.linear.weights_at(step)[0, 0])
    rows.append(_same(step, "new weight", still, float(e.linear.weights_at(step + e.recipe.steps_per_epoch)[0, 0])))
    return rows


def _same(step: int, quantity: str, predicted: float, recorded: float) -> Row:
    agrees = predicted == recorded
    return Row(step, quantity, predicted, recorded, "=", agrees, "" if agrees else CHANGED)


def _bottom(e: Evidence) -> list[Row]:
    """No mse is below the least."""
    if e.recipe.n == 1 or not math.isfinite(e.end):
        return []
    least = e.linear.least
    nearly = least * (1 - NEARLY_LEAST)
    # the least mse is what is left of the start's errors, and so has their rounding
    far = math.sqrt(e.end) >= math.sqrt(nearly) - ROUNDINGS * EPSILON * _largest_term(e.linear)
    agrees = e.end >= nearly - EPSILON * e.linear.goal_power or far
    return [Row(e.run.steps, "mse", least, e.end, "≥", agrees, "" if agrees else CHANGED)]
