"""What can be said beforehand of one layer under cross-entropy: a limit that is surely stable, and the lowest loss, if any."""

import math
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from nodescope.later import Later
from nodescope.run.recipe import Recipe
from nodescope.theory.likelihood import most_curvature
from nodescope.theory.limits import limit
from nodescope.theory.linear import inputs_with_bias

if TYPE_CHECKING:
    from nodescope.theory import margins, newton
else:
    newton = Later("nodescope.theory.newton")
    margins = Later("nodescope.theory.margins")

PARTED = (
    "the classes can be parted without a mistake, so the error has no lowest point: the weights grow for ever; stop early or add a "
    "penalty"
)
"""What separable data mean."""

UPHILL = "Diverges: alpha is below 0, so each step makes the error larger."


class OfClasses:
    """The numbers of a forecast that only a layer under cross-entropy has."""

    recipe: Recipe

    @property
    def is_logistic(self) -> bool:
        """Whether it is one layer under cross-entropy: logistic regression, or softmax regression for several classes."""
        problem = self.recipe.problem
        return len(problem.layers) == 1 and problem.loss.tells_classes

    @cached_property
    def sure_limit(self) -> float | None:
        """Alpha below which it is surely stable, whatever the weights: the rule's limit at the most that cross-entropy can curve.

        Of one output ¼ of the largest eigenvalue of XᵀX/n, so for plain steps 8/λmax; of several ½, so 4/λmax. Where a step does
        not see all examples, the longest example in place of λmax. An l2 penalty adds its number to the curvature.
        """
        problem, rule = self.recipe.problem, self.recipe.rule
        if rule.rescales or not self.is_logistic:
            return None
        x = inputs_with_bias(problem)
        most = 1.0 if problem.factors is None else float(problem.factors.max())
        with np.errstate(all="ignore"):
            if problem.batch == problem.n:
                steepest = float(np.linalg.norm(x, 2) ** 2 / len(x))
            else:
                steepest = float(np.einsum("ni,ni->n", x, x).max())
            summed = 1.0 if problem.mean else float(problem.batch)
            return limit(rule, (most_curvature(problem) * steepest * summed + problem.penalty.l2) * most)

    @cached_property
    def lowest(self) -> "newton.Lowest | None":
        """The lowest cross-entropy, by Newton's method; None where it is not looked for."""
        return newton.lowest(self.recipe.problem) if self.is_logistic else None

    @property
    def least_loss(self) -> float | None:
        """The lowest cross-entropy that any weights give; 0, never reached, where the classes can be parted."""
        return None if self.lowest is None else self.lowest.loss


def logistic_regime(of: OfClasses) -> tuple[str, str]:
    """Regime, and the reason where it is unknown."""
    alpha, sure = of.recipe.alpha, of.sure_limit
    if alpha < 0:
        return "diverges", ""
    if sure is None:
        return "unknown", f"{of.recipe.rule.name} makes its steps longer or shorter by what it has seen on the way"
    if alpha > sure:
        return "unknown", f"alpha is above {sure:.6g}, below which it is surely stable; whether it holds depends on the weights"
    if of.lowest is not None and not of.lowest.attained:
        return "unknown", PARTED
    return "converges", ""


def logistic_sentence(of: OfClasses, regime: str) -> str:
    """What happens, how far alpha may go, and where it leads."""
    sure, found = of.sure_limit, of.lowest
    opening = {
        "frozen": "Nothing moves: alpha is 0.",
        "diverges": UPHILL,
        "converges": "Converges: below its limit every step brings it closer.",
    }.get(regime, "")
    if not opening:
        above = sure is not None and of.recipe.alpha > sure
        opening = "Alpha is so large that it may not settle." if above else "It does not settle."
    parts = [opening]
    if sure is not None and math.isfinite(sure):
        parts.append(f"Stable for certain up to alpha {sure:.6g}, whatever the weights.")
    if found is not None and not found.attained:
        parts.append(f"{PARTED[0].upper()}{PARTED[1:]}.")
    elif found is not None:
        with_penalty = ", its penalty included" if of.recipe.penalty else ""
        parts.append(f"No weights can beat a log loss of {found.loss:.6g}{with_penalty} (Newton's method).")
    return " ".join(parts)


# ---- two classes told apart by the side of a line ----

STRIDE = "its steps keep their length, however small the error: no curvature bounds alpha"


class OfMargins:
    """The numbers of a forecast that only such a layer has."""

    recipe: Recipe

    @property
    def is_sided(self) -> bool:
        """Whether it is one layer that tells two classes apart by the side of a line."""
        problem = self.recipe.problem
        return len(problem.layers) == 1 and problem.loss.codes_classes and not problem.loss.tells_classes

    @cached_property
    def can_be_parted(self) -> bool | None:
        """Whether a line parts the classes; None where that is not known."""
        return margins.can_be_parted(self.recipe.problem) if self.is_sided else None

    @cached_property
    def most_mistakes(self) -> float | None:
        """A perceptron that starts at weights of 0 makes at most so many wrong guesses, one example a step; None elsewhere."""
        recipe = self.recipe
        alone = recipe.batch_size == 1 and recipe.rule.name == "plain" and recipe.schedule is None and recipe.problem.is_bare
        zeros = not recipe.start_weights().any() and recipe.frozen is None and recipe.alpha > 0
        perceptron = self.is_sided and recipe.loss.name == "perceptron"
        return margins.most_mistakes(recipe.problem) if perceptron and alone and zeros else None


def sided_sentence(of: OfMargins) -> str:
    """What happens."""
    recipe, parted = of.recipe, of.can_be_parted
    if recipe.alpha == 0.0 and recipe.schedule is None:
        return "Nothing moves: alpha is 0."
    if recipe.alpha < 0 and recipe.schedule is None:
        return UPHILL
    if recipe.loss.name == "hinge":
        aim = "It comes to about the lowest hinge loss and goes to and fro there: " + STRIDE
        return (
            f"{aim}. {'A line parts the classes.' if parted else 'No line parts the classes.' if parted is False else ''}".strip()
        )
    scale = (
        "From weights of 0 another alpha only makes all weights larger or smaller alike."
        if not recipe.start_weights().any()
        else ""
    )
    if parted:
        most = of.most_mistakes
        after = f" after at most {most:,.0f} wrong guesses" if most is not None else ""
        return f"A line parts the classes, so the perceptron finds one and rests{after}. {scale}".strip()
    if parted is False:
        return f"No line parts the classes, so the perceptron never comes to rest: its last weights are chance. {scale}".strip()
    return f"Whether a line parts the classes is not known; if one does, the perceptron finds it and rests. {scale}".strip()
