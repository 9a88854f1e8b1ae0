"""Findings about errors whose squares no double holds: their mse is infinite, or 0, and says nothing of them."""

import math

import numpy as np

from nodescope.diagnosis.after.evidence import Evidence
from nodescope.diagnosis.after.finding import GOALS, Finding, needs
from nodescope.run.ending import Ending

MISSED = 0.01
"""A goal is missed by more than this part of the largest goal, or of the largest error at the start."""
TOO_LARGE = "The errors are too large for a computer to square: scale the numbers."
TOO_SMALL = "The errors are too small for a computer to square: scale the numbers."
SOURCE = "squares of doubles: IEEE 754-2019, sections 7.4 and 7.5"
REMEDY = "Scale inputs and goals to numbers near 1."


@needs(GOALS)
def squares_overflow(e: Evidence) -> Finding | None:
    """Errors so large, from the start, that their squares are infinite."""
    if e.run.ending is Ending.DIVERGED or math.isfinite(e.start) or math.isfinite(e.end):
        return None
    largest, missed = _largest_error(e)
    return Finding(
        "overflow",
        "warning" if missed else "note",
        f"the largest error is {largest:.3g}, and its square is more than any number of a computer: the mse is {e.end} from start "
        "to end, and tells nothing.",
        headline=TOO_LARGE if missed else "The errors are small beside the goals, but too large to be squared.",
        step=e.run.steps,
        measured=largest,
        predicted=math.sqrt(np.finfo(float).max),
        threshold="mse not finite at the start and at the end; a warning where more than 1 % of a goal is missed",
        remedy=REMEDY if missed else "",
        source=SOURCE,
    )


@needs(GOALS)
def squares_underflow(e: Evidence) -> Finding | None:
    """Errors so small that their squares are 0, though they are not."""
    if e.end != 0.0 or e.solved:
        return None
    largest, missed = _largest_error(e)
    return Finding(
        "underflow",
        "warning" if missed else "note",
        f"the largest error is {largest:.3g}, and its square is less than any number of a computer above 0: the mse is 0, though "
        "the predictions are not their goals.",
        headline=TOO_SMALL if missed else "What is left is so small that its square is 0 for a computer.",
        step=e.run.steps,
        measured=largest,
        predicted=math.sqrt(np.finfo(float).smallest_subnormal),
        threshold="mse 0 and an error that is not; a warning where more than 1 % of a goal is missed",
        remedy=REMEDY if missed else "",
        source=SOURCE,
    )


def _largest_error(e: Evidence) -> tuple[float, bool]:
    """The largest at the end, and whether that is a goal missed."""
    first, last = (float(np.abs(e.residual_at(step)).max()) for step in (0, e.run.steps))
    scale = max(first, float(np.abs(e.recipe.examples.goal).max()))
    return last, not last <= MISSED * scale
