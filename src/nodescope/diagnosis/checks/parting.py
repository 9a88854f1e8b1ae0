"""Where two runs part that start alike: the first step after which a weight differs, which weight it is, and by how much."""

from bisect import bisect_left
from typing import NamedTuple

import numpy as np

from nodescope.arithmetic.problem import Floats
from nodescope.diagnosis.checks.places import Places
from nodescope.run.run import Run

ONE_BY_ONE = 64
"""So many steps from the start are looked at one by one; later ones are found by bisection."""


class Parting(NamedTuple):
    """The first step that leads two runs to different weights.

    step : counted from 0
    node : which node of its layer the weight belongs to that is farthest apart
    weight : its name, as a trace has it
    a, b : its value in each after the step
    """

    step: int
    node: int
    weight: str
    a: float
    b: float

    @property
    def sentence(self) -> str:
        """Where, and by how much."""
        apart = abs(self.a - self.b)
        values = f"{self.a:.6g} and {self.b:.6g}, {apart:.3g} apart"
        return f"They part at step {self.step:,}: {self.weight} of node {self.node} is {values}."


def parting(a: Run, b: Run) -> Parting | str:
    """Where they part; or why nothing can be said: they start from other weights, or never part."""
    shapes = [[(shape.outputs, shape.width) for shape in run.recipe.problem.layers] for run in (a, b)]
    if shapes[0] != shapes[1]:
        return "Their layers differ, so their weights cannot be held beside each other."
    if a.recipe.start_weights().tobytes() != b.recipe.start_weights().tobytes():
        return "They start from different weights."
    steps = min(a.steps, b.steps)
    at = _first_apart(a, b, steps)
    if at is None:
        return (
            f"In all {steps:,} steps that both made they have the same weights, bit for bit." if steps else "Neither made a step."
        )
    one, other = _weights(a, at), _weights(b, at)
    with np.errstate(all="ignore"):
        apart = np.where(np.isfinite(one) & np.isfinite(other), np.abs(one - other), np.where(one == other, 0.0, np.inf))
    place = int(np.argmax(apart))
    node, name = Places(a.recipe).of_state("weight", place)
    return Parting(at - 1, node, name, float(one[place]), float(other[place]))


def _first_apart(a: Run, b: Run, steps: int) -> int | None:
    """The first number of updates after which a bit differs."""

    def differs(step: int) -> bool:
        return _weights(a, step).tobytes() != _weights(b, step).tobytes()

    for step in range(1, min(steps, ONE_BY_ONE) + 1):
        if differs(step):
            return step
    low, high = min(steps, ONE_BY_ONE), min(steps, 2 * ONE_BY_ONE)
    while high < steps and not differs(high):
        low, high = high, min(steps, 2 * high)
    if not steps or not differs(high):
        return None
    return low + 1 + bisect_left(range(low + 1, high + 1), True, key=differs)


def _weights(run: Run, step: int) -> Floats:
    return np.asarray(run.recipe.problem.weights(run.replay.state_at(step)))
