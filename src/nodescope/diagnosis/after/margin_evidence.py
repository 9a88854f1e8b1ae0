"""Measured facts of a run that tells two classes apart by the side of a line: its error is the loss that the steps make smaller.

That is the mean hinge or perceptron loss; the mse of sums beside goals of 0 and 1 would say nothing of it.
"""

import math
from functools import cached_property

import numpy as np

from nodescope.arithmetic.problem import Problem
from nodescope.diagnosis.after.evidence import Evidence
from nodescope.diagnosis.after.finding import SIDES
from nodescope.diagnosis.after.snapshot import Snapshot
from nodescope.run.class_score import ClassScore
from nodescope.theory.likelihood import mean_loss
from nodescope.theory.margins import can_be_parted


class MarginEvidence(Evidence):
    """What a run under the hinge loss or the perceptron's rule did."""

    part_of = "the loss of always saying the most frequent class"

    @property
    def error_is(self) -> str:  # type: ignore[override]
        """How a sentence begins that tells `end`."""
        return f"the mean {self.problem.loss.name} loss is"

    @cached_property
    def offers(self) -> frozenset[str]:
        """The kinds of evidence that there are."""
        return super().offers | {SIDES}

    def error_at(self, problem: Problem, step: int) -> float:
        with np.errstate(all="ignore"):
            return mean_loss(problem, self.flat_at(step))

    @cached_property
    def start(self) -> float:
        """The loss at the start, or of sums of 0 where that is more: a perceptron that has said nothing yet has made no mistake."""
        return max(self.error_at(self.problem, 0), self.spread)

    @property
    def true_start(self) -> float:
        """The loss at the very start."""
        return self.error_at(self.problem, 0)

    @cached_property
    def end(self) -> float:
        """The loss at the end."""
        return self.error_at(self.problem, self.run.steps)

    @cached_property
    def wrong(self) -> float:
        """The part of the examples that is on the wrong side at the end."""
        score = self.run.score
        return 1.0 - score.seen.accuracy if isinstance(score, ClassScore) else math.nan

    @cached_property
    def spread(self) -> float:
        """The least loss of one sum for all: 2 × the share of the rarer class under the hinge loss, that share of a perceptron."""
        share = float(self.recipe.examples.goal.mean())
        return min(share, 1.0 - share) * (2.0 if self.problem.loss.name == "hinge" else 1.0)

    @cached_property
    def solved(self) -> bool:
        """Whether no example asks for another weight."""
        return self.end == 0.0 and self.wrong == 0.0

    @cached_property
    def converged(self) -> bool:
        """Whether nothing is left to do that could be done."""
        return self.solved or self.parted is False

    @cached_property
    def parted(self) -> bool | None:
        """Whether a line parts the classes; None of several layers, and where it is not known."""
        return True if self.depth == 1 and self.wrong == 0.0 else can_be_parted(self.problem)

    def local_limit_of_one(self, snapshot: Snapshot) -> float:
        """No curvature bounds alpha."""
        return math.inf
