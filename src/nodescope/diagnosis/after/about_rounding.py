"""Findings about the last bits: where rounding stops a weight, or makes it go to and fro."""

import math
from fractions import Fraction

import numpy as np

from nodescope.arithmetic.doubles import ordinal
from nodescope.diagnosis.after.evidence import Evidence
from nodescope.diagnosis.after.finding import GOALS, LINEAR, Finding, needs
from nodescope.diagnosis.after.linear import LAST_BITS, Linear
from nodescope.run.ending import Ending

COMPARED = 64
"""So many epochs of a cycle are compared."""
ROUNDING = "round to nearest, ties to even: IEEE 754-2019, section 4.3.1"


@needs(LINEAR)
def rounding_floor(e: Evidence) -> Finding | None:
    """The next update rounds to nothing, short of the best weights."""
    linear = e.linear
    if e.run.ending is not Ending.SETTLED or not e.can_move or (e.alphas == 0).all():
        return None
    missing = abs(linear.residual_at(e.run.steps)).max() if e.recipe.n == 1 else linear.missing_end
    if e.end == 0.0 or missing == 0.0:
        return None
    severe = linear.more_than_last_bits
    text, remedy = _one_weight(e) if _is_one_weight(e) else _several(e)
    return Finding(
        "rounding floor",
        "warning" if severe else "note",
        text,
        headline=(
            "It stopped early: the steps became too small to change any weight."
            if severe
            else "It settled as near to the goal as these steps can come."
        ),
        step=e.run.settled_after,
        where=e.weight_name(0, 0, 0),
        measured=linear.missing_end,
        predicted=None,
        threshold="the new weight is the old one (warning: more than 1e-6 of the missing error is left along some direction)",
        remedy=remedy,
        source=ROUNDING,
    )


@needs(GOALS)
def last_bit_cycle(e: Evidence) -> Finding | None:
    """The weights go to and fro between neighbouring numbers."""
    cycle, size = e.run.cycle, e.recipe.steps_per_epoch
    if e.run.ending is not Ending.CYCLING or cycle is None:
        return None
    if size > 1 and cycle.period == size:
        return None  # the examples go round, the weights after each epoch stay as they are
    spread = max(_apart(e, cycle.first, cycle.first + i * size) for i in range(1, min(COMPARED, cycle.period // size) + 1))
    if not spread <= LAST_BITS * (e.linear.missing_start if e.is_linear else math.sqrt(e.start)):
        return None
    return Finding(
        "last-bit cycle",
        "note",
        f"from step {cycle.first:,} on the weights repeat every {cycle.period:,} steps, for ever: rounding sends them to and fro "
        f"by {spread:.3g}.",
        headline="It arrived: only the last digits still go to and fro.",
        step=cycle.first,
        measured=spread,
        predicted=0.0,
        threshold="within 1e-6 of the missing error at the start",
        remedy="A smaller alpha, whose factor is above 0, settles." if _overshoots(e) else "",
        source=ROUNDING,
    )


def _overshoots(e: Evidence) -> bool:
    return e.is_linear and e.linear.factor is not None and e.linear.factor <= 0


def _is_one_weight(e: Evidence) -> bool:
    return e.recipe.n == e.problem.size == 1 and e.recipe.rule.name == "plain" and e.recipe.schedule is None


def _one_weight(e: Evidence) -> tuple[str, str]:
    """How many doubles short, and which tie or half gap stops it."""
    step, x, goal = e.run.settled_after or 0, float(e.recipe.examples.input[0, 0]), float(e.recipe.examples.goal[0, 0])
    weight = float(e.flat_at(step)[0])
    update = e.recipe.alpha * ((weight * x - goal) * x)
    try:
        best = float(Fraction(goal) / Fraction(x))
    except OverflowError:
        best = math.copysign(math.inf, goal * math.copysign(1, x))
    short = abs(ordinal(best) - ordinal(weight))
    doubles = "double" if short == 1 else "doubles"
    why = _why_it_stops(weight, update)
    return f"it stops at {weight!r}, {short:,} {doubles} short of {best!r}: {why}.", _closer(e.linear, short)


def _why_it_stops(weight: float, update: float) -> str:
    half = abs(math.nextafter(weight, math.copysign(math.inf, -update)) - weight) / 2
    gap = "the gap between neighbouring doubles"
    if update == 0.0:
        return "the next update is 0"
    if abs(update) == half:
        return (
            f"the next update, {abs(update):.3g}, is exactly half {gap}, and the tie goes to the even one, "
            "which is the weight it already has"
        )
    return f"the next update, {abs(update):.3g}, is less than half {gap} ({half:.3g}), so it rounds to nothing"


def _closer(linear: Linear, short: int) -> str:
    limit = linear.forecast.limit
    if short <= 1 or limit is None or not 0 < limit < math.inf:
        return ""
    return f"It stops about 0.5/(alpha·|x|²) doubles short: alpha {limit / 4:.6g} would stop about 1 short."


def _several(e: Evidence) -> tuple[str, str]:
    linear = e.linear
    part = (
        f"{linear.missing_end / linear.missing_start:.3g} of the missing error left"
        if linear.missing_start
        else "nothing much left"
    )
    text = f"from step {e.run.settled_after:,} on every update is less than half the gap to the next double: it stops with {part}."
    limit = linear.forecast.limit
    closer = limit is not None and 0 < limit < math.inf and e.recipe.alpha < limit / 8
    return text, f"A larger alpha, such as {limit / 2:.6g}, would come closer." if closer and limit is not None else ""


def _apart(e: Evidence, step: int, other: int) -> float:
    """Root mean square of what separates the predictions of two steps."""
    with np.errstate(over="ignore"):
        return float(np.sqrt(((e.residual_at(step) - e.residual_at(other)) ** 2).mean()))
