"""Findings about what joins the weighted deltas on their way to the rule: a penalty, and clipping."""

from typing import TYPE_CHECKING

import numpy as np

from nodescope.diagnosis.after.evidence import Evidence
from nodescope.diagnosis.after.finding import GOALS, REPLAY, STEPS, Finding, needs
from nodescope.later import Later

if TYPE_CHECKING:
    from nodescope.theory import least_squares
else:
    least_squares = Later("nodescope.theory.least_squares")

HELD = 0.5
"""A penalty holds too much where this part of the goals' variance is left at its lowest point, twice what is left without it."""
MOSTLY = 0.9
"""Steps are clipped throughout where this part of those looked at is."""
LOOKED_AT = 32
"""Steps that are looked at for clipping, evenly spaced."""


@needs(GOALS, STEPS)
def penalty(e: Evidence) -> Finding | None:
    """What the penalty's part is; that it leaves the weights no room."""
    if not e.problem.penalty or not e.finite:
        return None
    cost, loss = e.run.penalty_cost, e.run.loss
    whole = cost + loss * (1.0 if e.problem.mean else e.problem.batch)
    share = cost / whole if whole > 0 else 0.0
    held = _holds_too_much(e)
    return Finding(
        "penalty",
        "warning" if held else "note",
        f"the penalty is {share:.3g} of what the steps make smaller: {cost:.6g} beside a loss of {loss:.6g}"
        + ("; without it weights could do far better." if held else "."),
        headline="The penalty holds the weights so small that they fit little." if held else "A penalty keeps the weights small.",
        step=e.run.steps,
        measured=share,
        threshold=f"a warning where it is at its lowest point with {HELD:g} of the goals' variance left, and least squares leaves "
        "half of that at most",
        remedy="Take a tenth of the penalty." if held else "",
        source="Hoerl, Kennard 1970, Ridge regression: biased estimation for nonorthogonal problems",
    )


def _holds_too_much(e: Evidence) -> bool:
    if e.penalised_excess is None or not e.converged or e.spread <= 0 or e.share_left < HELD:
        return False
    x, goal = e.recipe.examples.input, e.recipe.examples.goal
    best = least_squares.least_squares(x, goal, intercept=e.problem.layers[0].has_bias)
    with np.errstate(all="ignore"):
        left = x @ best.weight.T + (0.0 if best.bias is None else best.bias) - goal
        return bool((left * left).mean() < 0.5 * e.end)


@needs(REPLAY, STEPS)
def clipping(e: Evidence) -> Finding | None:
    """How often the weighted deltas were shortened."""
    if e.recipe.clip is None or not e.run.steps:
        return None
    steps = sorted({round(i * (e.run.steps - 1) / (LOOKED_AT - 1)) for i in range(LOOKED_AT)})
    factors = np.array([e.run.trace[step]["clip_factor"] for step in steps])
    part, least = float((factors < 1.0).mean()), float(factors.min())
    throughout = part >= MOSTLY and not e.converged and len(steps) >= LOOKED_AT
    often = "none" if part == 0.0 else f"{part:.0%}"
    return Finding(
        "clipping",
        "warning" if throughout else "note",
        f"of {len(steps)} steps looked at {often} were clipped" + (f", to {least:.3g} of their length at most." if part else "."),
        headline="Nearly every step is clipped: each is as long as the last." if throughout else "Long steps were clipped.",
        step=e.run.steps,
        measured=part,
        predicted=MOSTLY,
        threshold=f"clip is asked for; a warning where {MOSTLY:g} of the steps are clipped and it has not converged",
        remedy="A larger clip, or standardised inputs and goals, so that only outliers are clipped." if throughout else "",
        source="Pascanu, Mikolov, Bengio 2013, On the difficulty of training recurrent neural networks, section 3.2",
    )
