"""One finding: what was seen, where, against what threshold, and what to do about it; and what it takes to be made at all."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from nodescope.run.offers import Faced

E = TypeVar("E")

LINEAR = "linear"
"""Predictions are weighted sums under the squared loss: the least error and the directions in the inputs are known."""
CURVED = "curved"
"""They are not: what theory says holds near the weights where it is asked."""
CLOSED_FORM = "closed form"
"""Linear, with a rule, an alpha and an order whose whole way is foretold."""
CLASSES = "classes"
"""The goals are classes, so that the error is a log loss."""
SIDES = "sides"
"""The goals are two classes, told apart by the side of a line."""
GOALS = "goals"
"""The examples and their goals are at hand."""
REPLAY = "replay"
"""Every number of every step can be made again."""
STEPS = "steps"
"""At least one step with finite weights was seen."""
ERRORS = "errors"
"""The error, or loss, was seen on the way."""
RECORDS = "records"
"""The training was done by another program, and is known by what was recorded of it."""
WIRED = "wired"
"""Such a training was seen to its end, so that what it is made of can be judged."""


@dataclass(frozen=True)
class Finding(Faced):
    """One thing that can be said of a run, with its evidence.

    Attributes
    ----------
    name : str
        From docs/verdicts.md.
    severity : "note", "warning" or "fault"
        A healthy run has notes only.
    text : str
        What was seen, with its numbers.
    headline : str
        The same in at most 15 plain words.
    step : int or None
        Where it shows; counted from 0.
    where : str
        Node and input.
    measured, predicted : float or None
        What the run did, and what theory says of its recipe.
    threshold : str
        From when on the finding is made.
    remedy : str
        Empty where there is nothing to mend.
    source : str

    Examples
    --------
    >>> import nodescope as ns
    >>> found = ns.diagnose(ns.descend(weight=0.4, input=1, goal=0.6, alpha=2.5, steps=20)).findings[0]
    >>> found.severity, found.predicted, found.remedy != ""
    ('fault', -1.5, True)
    """

    name: str
    severity: str
    text: str
    headline: str = ""
    step: int | None = None
    where: str = ""
    measured: float | None = None
    predicted: float | None = None
    threshold: str = ""
    remedy: str = ""
    source: str = ""

    def __str__(self) -> str:
        return f"{self.severity}: {self.name}: {self.text}" + (f" {self.remedy}" if self.remedy else "")


@dataclass(frozen=True)
class FindingRule(Generic[E]):
    """A function from evidence to a finding, and the kinds of evidence without which it is not asked."""

    judge: Callable[[E], Finding | None]
    needs: frozenset[str]

    def __call__(self, evidence: E) -> Finding | None:
        return self.judge(evidence)


def needs(*kinds: str) -> Callable[[Callable[[E], Finding | None]], FindingRule[E]]:
    """Say of a function which kinds of evidence it takes."""
    return lambda judge: FindingRule(judge, frozenset(kinds))


def each_needs(functions: Iterable[Callable[[E], Finding | None]], *kinds: str) -> tuple[FindingRule[E], ...]:
    """The same of many functions."""
    return tuple(FindingRule(judge, frozenset(kinds)) for judge in functions)
