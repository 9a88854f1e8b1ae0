"""Findings about the last bits: where rounding stops a weight, or makes it go to and fro."""

import math
from fractions import Fraction

import numpy as np

from nodescope.arithmetic.doubles import ordinal
from nodescope.diagnosis.evidence import Evidence
from nodescope.diagnosis.finding import Finding
from nodescope.run.ending import Ending

LAST_BITS = 1e-6
"""Of the missing error at the start: what lies below is rounding."""
LOOKED_AT = 64
"""Epochs of a cycle that are compared."""
ROUNDING = "round to nearest, ties to even: IEEE 754-2019, section 4.3.1"


def rounding_floor(e: Evidence) -> Finding | None:
    """The next update rounds to nothing, short of the best weights."""
    if e.run.ending is not Ending.SETTLED or not e.system.can_move or (e.alphas == 0).all():
        return None
    missing = abs(e.residual_at(e.run.steps)).max() if e.recipe.n == 1 else e.missing_end
    if e.end == 0.0 or missing == 0.0:
        return None
    severe = e.missing_end > LAST_BITS * e.missing_start and e.missing_start > 0
    text, remedy = _one_weight(e) if _is_one_weight(e) else _several(e)
    return Finding(
        "rounding floor",
        "warning" if severe else "note",
        text,
        step=e.run.settled_after,
        where=e.weight_name(0, 0),
        measured=e.missing_end,
        predicted=None,
        threshold="the new weight is the old one (warning: 1e-6 of the missing error is left)",
        remedy=remedy,
        source=ROUNDING,
    )


def last_bit_cycle(e: Evidence) -> Finding | None:
    """The weights go to and fro between neighbouring numbers."""
    cycle = e.run.cycle
    if e.run.ending is not Ending.CYCLING or cycle is None:
        return None
    size = e.system.steps_per_turn
    if size > 1 and cycle.period == size:
        return None  # the examples go round, the weights after each epoch stay as they are
    spread = max(_apart(e, cycle.first, cycle.first + i * size) for i in range(1, min(LOOKED_AT, cycle.period // size) + 1))
    if not spread <= LAST_BITS * e.missing_start:
        return None
    return Finding(
        "last-bit cycle",
        "note",
        f"from step {cycle.first:,} on the weights repeat every {cycle.period:,} steps, for ever: rounding sends them to and fro "
        f"by {spread:.3g}.",
        step=cycle.first,
        measured=spread,
        predicted=0.0,
        threshold="within 1e-6 of the missing error at the start",
        remedy="" if e.factor is None or e.factor > 0 else "A smaller alpha, whose factor is above 0, settles.",
        source=ROUNDING,
    )


def _is_one_weight(e: Evidence) -> bool:
    return e.recipe.n == e.recipe.problem.size == 1 and e.recipe.rule.name == "plain" and e.recipe.schedule is None


def _one_weight(e: Evidence) -> tuple[str, str]:
    """How many doubles short, and which tie or half gap stops it."""
    step, x, goal = e.run.settled_after or 0, float(e.recipe.examples.input[0, 0]), float(e.recipe.examples.goal[0, 0])
    weight = float(e.weights_at(step)[0, 0])
    update = e.recipe.alpha * ((weight * x - goal) * x)
    try:
        best = float(Fraction(goal) / Fraction(x))
    except OverflowError:
        best = math.copysign(math.inf, goal * math.copysign(1, x))
    short = abs(ordinal(best) - ordinal(weight))
    half = abs(math.nextafter(weight, math.copysign(math.inf, -update)) - weight) / 2
    gap = "the gap between neighbouring doubles"
    if update == 0.0:
        why = "the next update is 0"
    elif abs(update) == half:
        why = f"the next update, {abs(update):.3g}, is exactly half {gap}, and the tie goes to the even one, "
        why += "which is the weight it already has"
    else:
        why = f"the next update, {abs(update):.3g}, is less than half {gap} ({half:.3g}), so it rounds to nothing"
    doubles = "double" if short == 1 else "doubles"
    return f"it stops at {weight!r}, {short:,} {doubles} short of {best!r}: {why}.", _closer(e, short)


def _closer(e: Evidence, short: int) -> str:
    limit = e.forecast.limit
    if short <= 1 or limit is None or not 0 < limit < math.inf:
        return ""
    return f"It stops about 0.5/(alpha·|x|²) doubles short: alpha {limit / 4:.6g} would stop about 1 short."


def _several(e: Evidence) -> tuple[str, str]:
    part = f"{e.missing_end / e.missing_start:.3g} of the missing error left" if e.missing_start else "nothing much left"
    text = f"from step {e.run.settled_after:,} on every update is less than half the gap to the next double: it stops with {part}."
    limit = e.forecast.limit
    closer = limit is not None and 0 < limit < math.inf and e.recipe.alpha < limit / 8
    return text, f"A larger alpha, such as {limit / 2:.6g}, would come closer." if closer and limit is not None else ""


def _apart(e: Evidence, step: int, other: int) -> float:
    """Root mean square of what separates the predictions of two steps."""
    with np.errstate(over="ignore"):
        return float(np.sqrt(((e.residual_at(step) - e.residual_at(other)) ** 2).mean()))
