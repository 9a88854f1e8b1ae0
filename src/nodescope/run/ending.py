"""How a run can end: a plain fact, whose value is the sentence that a person reads."""

import math
from enum import Enum

from nodescope.arithmetic.losses import MARGINS


class Ending(Enum):
    """Why a run is over. Where several hold, the first in this order of precedence is given.

    Examples
    --------
    >>> import nodescope as ns
    >>> ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1).ending is ns.Ending.SETTLED
    True
    >>> print(ns.Ending.SETTLED.value)
    It settled: no weight will ever change again.
    """

    DIVERGED = "A number on the way to a new weight is no longer finite: the run diverged."
    MSE_REACHED = "The mean squared error asked for is reached."
    SETTLED = "It settled: no weight will ever change again."
    CYCLING = "It goes round in a cycle: the weights repeat for ever."
    TOLERANCE = "The error no longer improved by as much as was asked for."
    INTERRUPTED = "It was interrupted; everything up to there is kept."
    TIME_USED = "The time allowed is used up."
    STEPS_USED = "All steps asked for are used."


def sentence(
    ending: Ending,
    *,
    steps: int,
    settled_after: int | None,
    cycle: tuple[int, int] | None,
    start_mse: float,
    mse: float,
    losses: tuple[float, float] | None = None,
    gone: int | None = None,
    loss_name: str = "",
) -> str:
    """The ending of one run with its numbers: "Settled after 317 steps; the error is …"."""
    error = _error(start_mse, mse) if losses is None else _class_loss(loss_name, *losses)
    if ending is Ending.DIVERGED:
        return f"Diverged: at step {steps - 1:,} a new weight is no longer finite."
    if ending is Ending.SETTLED and settled_after == 0:
        return f"Settled from the start: no step moves any weight; {error}."
    if ending is Ending.SETTLED:
        return f"Settled after {_steps(settled_after or 0)}: no weight will ever change again; {error}."
    if ending is Ending.CYCLING and cycle is not None:
        return f"Cycling: from step {cycle[0]:,} on the weights repeat every {_steps(cycle[1])}; {error}."
    if gone is not None:
        best = f"{_steps(gone)}: it no longer improved" if ending is Ending.TOLERANCE else f"all {_steps(gone)}"
        return f"The weights after {_steps(steps)} are kept, the best of {best}; {error}."
    opening = {
        Ending.TOLERANCE: f"The error no longer improved, so it was stopped after {_steps(steps)}",
        Ending.MSE_REACHED: f"The mean squared error asked for is reached after {_steps(steps)}",
        Ending.INTERRUPTED: f"Interrupted after {_steps(steps)}; everything up to there is kept",
        Ending.TIME_USED: f"The time allowed is used up after {_steps(steps)}",
    }.get(ending, f"{_steps(steps)} used")
    return f"{opening}; {error}."


def _class_loss(name: str, before: float, after: float) -> str:
    """How the loss of classes compares with the one at the start."""
    what = f"the {name} loss" if name in MARGINS else "the log loss"
    return f"{what} is {after:.4g}; it was {before:.4g}" if after != before else f"{what} is what it was, {after:.4g}"


def _steps(count: int) -> str:
    return f"{count:,} step" if count == 1 else f"{count:,} steps"


def _error(start_mse: float, mse: float) -> str:
    """How far off predictions are (RMSE) beside the start; a factor says so, since that of the mse is its square."""
    before, after = math.sqrt(start_mse), math.sqrt(mse)
    if not math.isfinite(after):
        return "the error is beyond all numbers" if not math.isfinite(before) else "the error grew beyond all numbers"
    if after == 0.0:
        return "the error is exactly 0"
    if before == after:
        return "the error is what it was"
    if before == 0.0:
        return f"the error grew from 0: predictions are off by {after:.3g} (RMSE)"
    if not math.isfinite(before):
        return f"the error fell: predictions are off by {after:.3g} (RMSE)"
    ratio = after / before
    if ratio >= 1.1:
        return f"the error grew: predictions are off by {ratio:.3g} times what they were"
    if after > before:
        return f"the error grew a little: predictions are off by {_beside_one(before, after, 6)} times what they were"
    if ratio >= 0.001:
        return f"predictions are off by {_beside_one(before, after, 3)} of what they were"
    return f"predictions are off by {after:.3g} (RMSE), {before / after:.3g} times less than at the start"


def _beside_one(before: float, after: float, digits: int) -> str:
    """What one is of the other; where that reads as 1, how near to it: "(1 − 1e-07)"."""
    text = f"{after / before:.{digits}g}"
    return text if text != "1" else f"(1 {'+' if after > before else '−'} {abs(after - before) / before:.1g})"
