"""One layer of identity nodes has a convex loss, whichever it is: at its least no start and no further step does better."""

from typing import TYPE_CHECKING

import numpy as np

from nodescope.arithmetic.problem import Floats
from nodescope.diagnosis.after.about_nodes import deltas_cancel
from nodescope.diagnosis.after.evidence import AT_LOWEST, Evidence
from nodescope.diagnosis.after.finding import CLASSES, GOALS, LINEAR, SIDES, STEPS
from nodescope.later import Later
from nodescope.theory.linear import inputs_with_bias

if TYPE_CHECKING:
    from nodescope.theory import least_squares
else:
    least_squares = Later("nodescope.theory.least_squares")

NEARLY = 1.05
"""A loss within 5 % of the least is at it: steps under the absolute error keep their length, so that it hovers there."""
MOST_NUMBERS = 200_000
"""Of more inputs the least absolute error is not looked for."""
REWEIGHTED = 60
"""Times that the examples are weighted anew."""


def is_convex(e: Evidence) -> bool:
    """Whether it is one layer of identity nodes under a loss other than the squared one."""
    if {LINEAR, CLASSES, SIDES} & e.offers or not {GOALS, STEPS} <= e.offers:
        return False
    return e.depth == 1 and e.last.layers[-1].activation == "identity"


def is_straight(e: Evidence) -> bool:
    """Whether all of several layers are of identity nodes, which together can do what one does."""
    return e.depth > 1 and all(layer.activation == "identity" for layer in e.last.layers)


def at_the_least(e: Evidence) -> bool:
    """Whether no weights make its loss clearly smaller.

    The mse says nothing of that: Huber's loss and the absolute error leave it large on purpose, where a few goals lie far off.
    """
    if not is_convex(e) or not e.finite:
        return False
    if e.penalised_excess is not None:
        return e.penalised_excess <= AT_LOWEST
    if deltas_cancel(e.last.layers[-1]):
        return True
    if not e.keeps_its_stride or e.problem.frozen is not None or e.recipe.examples.input.size > MOST_NUMBERS:
        return False
    return mean_absolute(e) <= NEARLY * least_absolute(inputs_with_bias(e.problem), e.recipe.examples.goal)


def mean_absolute(e: Evidence) -> float:
    """Mean size of the errors at the end."""
    return float(np.abs(e.residual_at(e.run.steps)).mean())


@np.errstate(all="ignore")
def least_absolute(x: Floats, goal: Floats) -> float:
    """About the least mean size of errors that weights can leave, by least squares whose examples are weighted anew (Schlossmacher
    1973, "An iterative technique for absolute deviations curve fitting")."""
    return float(np.mean([_least_of_one(x, goal[:, j]) for j in range(goal.shape[1])]))


def _least_of_one(x: Floats, goal: Floats) -> float:
    heavy, best = np.ones(len(x)), np.inf
    for _ in range(REWEIGHTED):
        root = np.sqrt(heavy)
        weight = least_squares.lowest(x * root[:, None], (goal * root)[:, None])[0][:, 0]
        size = np.abs(x @ weight - goal)
        best = min(best, float(size.mean()))
        heavy = 1.0 / np.maximum(size, 1e-9 * size.max()) if size.any() else heavy
    return best


def no_straight_line_does_better(e: Evidence) -> bool:
    """Whether layers of identity nodes have come as far as any straight relation can."""
    x, goal = e.recipe.examples.input, e.recipe.examples.goal
    best = least_squares.least_squares(x, goal, intercept=True)
    with np.errstate(all="ignore"):
        left = x @ best.weight.T + (0.0 if best.bias is None else best.bias) - goal
        return bool(e.end <= NEARLY * float((left**2).mean()))
