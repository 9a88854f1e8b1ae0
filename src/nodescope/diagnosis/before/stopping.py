"""Where one example leads, to the last bit: stepped where that is short, found by bisection over the doubles where it is slow."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from nodescope.arithmetic.problem import Floats, Outcome, Problem
from nodescope.later import Later
from nodescope.theory.stepped import Walked, walk_until_it_ends

if TYPE_CHECKING:
    from nodescope.theory import stall as stalls
else:
    stalls = Later("nodescope.theory.stall")

CONVERGING_STEPS = 2**17
"""A single example that converges is stepped at most this often."""
OTHER_STEPS = 1_000_000
"""The same for one that oscillates or diverges, which is over soon or never."""
PROVED_FROM = 512
"""Doubles before the place where a slow node stops, from which it is stepped to prove it."""
SLOW = 0.99
"""Factor from which on a converging weight leaves no double out near its end, as the bisection needs."""


@dataclass(frozen=True, eq=False)
class Stop:
    """Where the weights of one example end.

    Attributes
    ----------
    weights : (k, width) float64, or None
        Where it stops.
    settles_at : updates until then
    exactly : whether `settles_at` is exact, not to about a part in a thousand
    period : steps after which the weights repeat for ever
    diverges_at : the step at which a number ceases to be finite
    reason : why `weights` is None
    """

    weights: Floats | None = None
    settles_at: int | None = None
    exactly: bool = True
    period: int | None = None
    diverges_at: int | None = None
    reason: str = ""


def stepped_stop(problem: Problem, start: Floats, steps: int) -> Stop:
    """Where they end, found by making the steps, up to so many."""
    walked: Walked = walk_until_it_ends(problem, start, steps)
    if walked.settled_after is not None:
        return Stop(problem.blocks(walked.state)[0].copy(), walked.settled_after)
    if walked.period is not None:
        return Stop(period=walked.period, reason=f"it ends in a cycle of {walked.period:,} steps")
    if walked.outcome is Outcome.DIVERGED:
        return Stop(diverges_at=walked.steps - 1, reason=f"it diverges: at step {walked.steps - 1:,} a number is not finite")
    return Stop(reason=f"it has not settled within {walked.steps:,} steps, as many as a forecast makes")


def slow_stop(problem: Problem, start: Floats) -> Stop | None:
    """By bisection, for plain steps of a single weight per output; None where it is so quick that it can be stepped."""
    ends = [_slow_node(problem, j, float(weight)) for j, weight in enumerate(start)]
    if all(steps is not None and steps < CONVERGING_STEPS for _, steps in ends):
        return None
    counted = [steps for _, steps in ends if steps is not None]
    settles_at = max(counted) if len(counted) == len(ends) else None
    weights = [weight for weight, _ in ends if weight is not None]
    if len(weights) < len(ends):
        return Stop(settles_at=settles_at, exactly=False, reason="rounding on the way blurs the place where it stops")
    return Stop(np.array(weights)[:, None], settles_at, exactly=False)


def _slow_node(problem: Problem, j: int, start: float) -> tuple[float | None, int | None]:
    """Where output j's single weight stops (None where that is not proved), and after how many steps."""
    node = stalls.OneWeight(float(problem.input[0, 0]), float(problem.goal[0, j]), problem.alpha)
    end = stalls.stall(node, start)
    if end is None:
        return None, None
    near = np.array([stalls.before(end, start, PROVED_FROM)])
    walked = walk_until_it_ends(_single_output(problem, j), near, 64 * PROVED_FROM)
    proved = walked.settled_after is not None and walked.state[0] == end
    return end if proved else None, stalls.steps_until(node, start, end)


def _single_output(problem: Problem, j: int) -> Problem:
    layer = replace(problem.layers[0], outputs=1)
    return replace(problem, goal=np.ascontiguousarray(problem.goal[:, j : j + 1]), layers=(layer,), native=None)
