"""What can be said beforehand of one layer of identity nodes under the squared error that something joins on its way to the rule: a
penalty, clipping, or alphas of their own. Its error is a bowl still."""

import math
from functools import cached_property
from typing import TYPE_CHECKING

from nodescope.arithmetic.problem import Floats
from nodescope.later import Later
from nodescope.run.recipe import Recipe
from nodescope.theory.limits import limit

if TYPE_CHECKING:
    from nodescope.theory import penalised
else:
    penalised = Later("nodescope.theory.penalised")

JOINED = "a penalty, clipping or alphas of their own join its steps: no closed form says at which double it stops"
"""Why the last bits are not foretold."""


class OfPenalties:
    """The numbers of a forecast that only such a layer has."""

    recipe: Recipe

    @property
    def is_joined(self) -> bool:
        """Whether it is one layer of identity nodes under the squared error, with something that joins its weighted deltas."""
        problem = self.recipe.problem
        return problem.is_least_squares and not problem.is_bare

    @property
    def limit_is_exact(self) -> bool:
        """Whether it is unstable above `joined_limit`: where a step sees all examples, and nothing shortens it."""
        return self.recipe.problem.steps_per_epoch == 1 and self.recipe.clip is None

    @cached_property
    def steepest(self) -> float:
        """The largest curvature of what steps make smaller: λmax + l2; of the longest example where a step sees but a few."""
        problem = self.recipe.problem
        if problem.steps_per_epoch > 1:
            return penalised.steepest_alone(problem)
        return penalised.steepest(problem, self.recipe.start_weights())

    @cached_property
    def joined_limit(self) -> float | None:
        """Alpha below which it is surely stable: the rule's limit at `steepest`, 2/(λmax + l2) for plain steps."""
        return limit(self.recipe.rule, self.steepest)

    @cached_property
    def lowest_point(self) -> "penalised.LowestPoint | None":
        """Where error and penalty together are lowest; None where it is not known."""
        return penalised.lowest_point(self.recipe.problem) if self.is_joined else None

    def value_at(self, weights: Floats) -> float:
        """Error and penalty together at some weights, flat.

        Parameters
        ----------
        weights : (size,) float64
            In the order of a state.

        Returns
        -------
        float
            Half the squared error, as the steps average or sum it, and the penalty.

        Examples
        --------
        >>> import nodescope as ns
        >>> foretold = ns.forecast(weight=0.0, input=1, goal=2, alpha=0.1, penalty=0.5)
        >>> foretold.value_at(foretold.recipe.start_weights())
        2.0
        """
        return penalised.objective(self.recipe.problem, weights)


def joined_regime(of: OfPenalties) -> tuple[str, str]:
    """Regime, and the reason where it is unknown."""
    recipe, alpha, sure = of.recipe, of.recipe.alpha, of.joined_limit
    if sure is None:
        return "unknown", f"{recipe.rule.name} makes its steps longer or shorter by what it has seen on the way"
    if alpha < 0:
        return ("diverges", "") if recipe.clip is None else ("unknown", "alpha is below 0, and clipping keeps its steps short")
    if alpha < sure:
        turns = of.limit_is_exact and recipe.rule.name == "plain" and alpha * of.steepest > 1.0
        return "oscillates" if turns else "converges", ""
    if of.limit_is_exact:
        return "marginal" if alpha == sure else "diverges", ""
    why = "clipping keeps its steps short" if recipe.clip is not None else "it depends on the order of the examples"
    return "unknown", f"alpha is above {sure:.6g}, below which it is surely stable; whether it holds is not known: {why}"


def joined_sentence(of: OfPenalties, regime: str, reason: str) -> str:
    """What happens, how far alpha may go, and where it leads."""
    recipe, sure, found = of.recipe, of.joined_limit, of.lowest_point
    opening = {
        "frozen": "Nothing moves: alpha is 0.",
        "diverges": "Diverges: every step leads farther away.",
        "marginal": "Neither converges nor diverges: alpha is at its limit.",
        "oscillates": "Oscillates, then converges.",
        "converges": "Converges.",
    }.get(regime, f"Where it leads is not known: {reason}.")
    parts = [opening]
    if sure is not None and math.isfinite(sure):
        certain = "" if of.limit_is_exact else " for certain"
        joined = f" (the penalty adds {recipe.penalty.l2:.6g} to each curvature)" if recipe.penalty.l2 else ""
        parts.append(f"Stable{certain} up to alpha {sure:.6g}{joined}.")
    if found is not None:
        cost = recipe.problem.penalty.of(found.weights[recipe.problem.penalised])
        parts.append(
            f"No weights can bring half the squared error and the penalty together below {found.value:.6g}, of which "
            f"the penalty is {cost:.6g}."
        )
    if recipe.penalty.l1:
        parts.append("A weight that l1 pulls to 0 does not stay there: it goes to and fro by up to alpha × l1.")
    if recipe.clip is not None:
        parts.append(f"A step whose weighted deltas together are longer than {recipe.clip:.6g} is shortened to that.")
    return " ".join(parts)
