"""Measured facts of a run whose goals are classes: its error is the log loss, which the steps make smaller.

The log loss of giving each class its share stands where the goals' variance stands elsewhere; the lowest that one layer can reach,
by Newton's method, where least squares does.
"""

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from nodescope.arithmetic.problem import Problem
from nodescope.diagnosis.after.evidence import Evidence
from nodescope.diagnosis.after.finding import CLASSES
from nodescope.later import Later
from nodescope.run.ending import Ending
from nodescope.theory.likelihood import mean_loss, output_sums

if TYPE_CHECKING:
    from nodescope.theory import newton
else:
    newton = Later("nodescope.theory.newton")

DONE = 1e-3
"""One layer has converged where this part of what could be gained is left."""


class ClassEvidence(Evidence):
    """What a run under cross-entropy did."""

    part_of = "the log loss of the class frequencies"

    @cached_property
    def offers(self) -> frozenset[str]:
        """The kinds of evidence that there are."""
        return super().offers | {CLASSES}

    @property
    def error_is(self) -> str:  # type: ignore[override]
        """How a sentence begins that tells `end`."""
        return "the log loss with its penalty is" if self.problem.penalty else "the log loss is"

    def error_at(self, problem: Problem, step: int) -> float:
        """Log loss, and over the examples that steps see what a penalty adds."""
        weights = self.flat_at(step)
        with np.errstate(all="ignore"):
            cost = problem.penalty.of(weights[problem.penalised]) if problem.penalty and problem is self.problem else 0.0
            return mean_loss(problem, weights) + cost / (1.0 if problem.mean else problem.batch)

    @cached_property
    def start(self) -> float:
        """The log loss at the start."""
        return self.error_at(self.problem, 0)

    @cached_property
    def end(self) -> float:
        """The log loss at the end."""
        return self.error_at(self.problem, self.run.steps)

    @cached_property
    def spread(self) -> float:
        """The log loss of always giving each class its share: the entropy of the goals, in nats."""
        shares = self.recipe.examples.goal.mean(axis=0)
        shares = np.array([shares[0], 1 - shares[0]]) if self.problem.k == 1 else shares
        shares = shares[shares > 0]
        return float(-(shares * np.log(shares)).sum())

    @cached_property
    def lowest(self) -> "newton.Lowest | None":
        """The lowest log loss of one layer; None of several, and where it was not looked for."""
        return newton.lowest(self.problem)

    @property
    def excess(self) -> float | None:
        """The part of what could be gained that is left, of one layer."""
        if self.lowest is None:
            return None
        gain = max(self.start, self.spread) - self.lowest.loss
        return (self.end - self.lowest.loss) / gain if gain > 0 else 0.0

    @cached_property
    def parted(self) -> bool:
        """Whether the weights at the end, or those that Newton's method found, give every example its class."""
        if self.problem.penalty:
            return False  # weights that grow for ever cost more and more
        if self.lowest is not None:
            return not self.lowest.attained
        with np.errstate(all="ignore"):
            return newton.all_right(output_sums(self.problem, self.flat_at(self.run.steps)), self.problem.goal)

    @cached_property
    def converged(self) -> bool:
        """Whether nothing that matters is left to do."""
        if self.run.ending is Ending.MSE_REACHED or self.solved:
            return True
        if self.excess is not None:
            return self.excess <= DONE
        return super().converged

    @property
    def at_the_least(self) -> bool:
        """Whether no weights of the one layer do better."""
        return self.excess is not None and self.excess <= DONE
