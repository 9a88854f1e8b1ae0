"""What would have helped a linear run: which alpha, in how many steps, and whether scaling its inputs would. Every number that is
named here is worked out for this run, from its own start, and a test applies it."""

import dataclasses
import math
from dataclasses import dataclass
from typing import TypeGuard

import numpy as np

from nodescope.arithmetic.problem import Floats
from nodescope.diagnosis.after.linear import DONE, Linear
from nodescope.theory.bowl import Inputs, best_alpha, bowl
from nodescope.theory.full_batch import FullBatchPath

ILL_CONDITIONED = 1000.0
"""Condition above which no single alpha suits the strongest and the weakest direction."""
FASTER = 0.9
"""An alpha below this part of the best one is worth enlarging."""


def usable(limit: float | None) -> TypeGuard[float]:
    """Whether a limit is a number to name."""
    return limit is not None and 0.0 < limit < math.inf


def times(alpha: float, limit: float) -> float:
    """How many times its limit an alpha is; the limit is 0 where curvature is beyond all doubles."""
    return alpha / limit if limit else math.copysign(math.inf, alpha)


def steps_in_words(count: int) -> str:
    return f"{count:,} step{'' if count == 1 else 's'}"


def good_alpha(linear: Linear) -> str:
    """Half the limit suits any start."""
    limit = linear.forecast.limit
    return f"Half the limit, {limit / 2:.6g}, is a good alpha." if usable(limit) else "Take an alpha above 0."


def holds(linear: Linear) -> str:
    """Which alpha is stable, how long it takes then, and whether the inputs are what makes it long."""
    limit = linear.forecast.limit
    if not usable(limit):
        return "Take a smaller alpha."
    text = f"An alpha below {limit:.6g} holds"
    scaled = scaled_inputs(linear) if linear.system.condition > ILL_CONDITIONED else None
    if scaled is None or not scaled.helps:
        islands = [f"from {low:.6g} to {high:.6g}" for low, high in linear.forecast.islands[:3]]
        return text + "." + (f" So does one {' or '.join(islands)}." if islands else "")
    steps = steps_with(linear, limit / 2)
    many = f", and alpha {limit / 2:.6g} takes about {steps_in_words(steps)}" if steps is not None else ", but takes very long"
    return f"{text}{many}. {scaled.remedy}"


def faster(linear: Linear) -> str:
    """Which alpha would do it, in how many steps."""
    limit = linear.forecast.limit
    if not usable(limit):
        return "Take a larger alpha."
    best = linear.system.best_alpha if linear.system.together else limit / 2
    if not linear.recipe.alpha < FASTER * best:
        return "No alpha is much faster: the inputs need scaling, or momentum."
    steps = steps_with(linear, best)
    quick = f"in about {steps_in_words(steps)}" if steps is not None else f"{best / linear.recipe.alpha:.3g} times faster"
    return f"Alpha {best:.6g} would do it {quick}."


def steps_with(linear: Linear, alpha: float) -> int | None:
    """Plain steps from this run's start until every direction is done, at another alpha; None where theory does not say."""
    if not (linear.system.together and linear.recipe.rule.name == "plain"):
        return None
    summed = linear.recipe.n if linear.recipe.reduction == "sum" else 1
    way = dataclasses.replace(linear.mean_way, alpha=alpha * summed)
    return way.settles_below(linear.in_order_of_bowl(linear.done_below))


ROUNDING = 1e-13
"""An input varies where its deviation is above this part of its largest value."""


@dataclass(frozen=True)
class ScaledInputs:
    """The same fit with every input at mean 0 and deviation 1 (with a bias) or mean square 1 (without), from weights of 0.

    Attributes
    ----------
    condition : float
    before : float
        The condition as it is.
    alpha : float
        The best for all examples in a step.
    steps : int or None
        Until every direction is done.
    """

    condition: float
    before: float
    alpha: float
    steps: int | None

    @property
    def helps(self) -> bool:
        """Whether it cures the condition."""
        return self.condition <= min(ILL_CONDITIONED, self.before / 2)

    @property
    def remedy(self) -> str:
        if self.helps:
            many = "" if self.steps is None else f" then takes about {steps_in_words(self.steps)}"
            quick = f"; alpha {self.alpha:.3g}, all examples in a step,{many}" if many else ""
            return f"Standardising the inputs lowers the condition to {self.condition:.3g}{quick}."
        if self.condition < self.before / 2:
            return (
                f"Standardising lowers the condition only to {self.condition:.3g}, which is no cure: some inputs nearly repeat "
                "each other, so leave out one of them."
            )
        return "Standardising does not help: some inputs nearly repeat each other, so leave out one of them."


def scaled_inputs(linear: Linear) -> ScaledInputs:
    """What would become of conditions and steps if the inputs were standardised."""
    x, goal = standardised(linear), linear.recipe.examples.goal
    if not x.size:
        return ScaledInputs(math.nan, linear.system.condition, math.nan, None)
    down = bowl(Inputs(x), -goal)
    alpha = best_alpha(down.spectrum)
    least = np.maximum(DONE**2 * down.amounts, linear.done_below.min())
    return ScaledInputs(down.spectrum.condition, linear.system.condition, alpha, FullBatchPath(down, alpha).settles_below(least))


def standardised(linear: Linear) -> Floats:
    """(n, inputs that vary, and the bias)."""
    x = linear.recipe.examples.input
    biased = linear.recipe.bias is not None
    with np.errstate(all="ignore"):
        x = x - x.mean(axis=0) if biased else x
        scale = np.sqrt((x**2).mean(axis=0))
        varies = scale > ROUNDING * np.abs(linear.recipe.examples.input).max(axis=0)
        live = x[:, varies] / scale[varies]
    return np.column_stack([live, np.ones(len(live))]) if biased else live
