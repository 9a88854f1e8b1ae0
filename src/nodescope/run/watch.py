"""The error looked at after every epoch: when it no longer improves, and after which epoch it was lowest.

It is what the steps make smaller, averaged over the rows kept unseen where there are any, else over all examples, with what a
penalty adds; made with our own functions, so that a run ends at the same step on every machine.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from nodescope.arithmetic.checks import near, number, shown, whole
from nodescope.arithmetic.problem import Floats, Problem
from nodescope.arithmetic.rows import in_order
from nodescope.errors import InputError
from nodescope.theory.likelihood import mean_loss

PATIENCE = 5


@dataclass(frozen=True)
class Tolerance:
    """When a run ends because its error no longer improves.

    Attributes
    ----------
    change : float
        An epoch improves on the best so far where the error is below (1 − change) times that.
    patience : int
        Epochs one after another that may fail to.
    """

    change: float
    patience: int = PATIENCE

    def told(self) -> dict[str, Any]:
        """As `tolerance=` takes it."""
        return {"change": self.change, "patience": self.patience}


def as_tolerance(value: object) -> Tolerance | None:
    """From a number, a mapping with `change` and `patience`, or from itself.

    Raises
    ------
    InputError
        No such setting, or a number out of its bounds.
    """
    if value is None or isinstance(value, Tolerance):
        return value
    settings: dict[str, Any] = dict(value) if isinstance(value, Mapping) else {"change": value}
    for name in settings:
        if name not in ("change", "patience"):
            raise InputError(f"tolerance has no {shown(name)}{near(name, ('change', 'patience'))}; it has change and patience")
    words = 'a relative change, such as 1e-4, or {"change": 1e-4, "patience": 5}'
    change = number("tolerance", settings.get("change", 0.0), least=0.0, below=1.0, words=words)
    return Tolerance(change, whole("tolerance: patience", settings.get("patience", PATIENCE), least=1))


@dataclass(eq=False)
class Watch:
    """What the ends of epochs have shown so far.

    Attributes
    ----------
    unseen : whether the examples are others than those that the steps see; then a penalty is no part of the error
    best, best_step : the lowest error, and the updates made when it was met
    reference : the error at the last epoch that improved
    waited : epochs since
    latest : the error at the last epoch that was looked at
    """

    problem: Problem
    tolerance: Tolerance | None
    unseen: bool = False
    best: float = math.inf
    best_step: int = 0
    reference: float = math.inf
    waited: int = 0
    latest: float = math.inf

    @classmethod
    def of(cls, problem: Problem, unseen: tuple[Floats, Floats], tolerance: Tolerance | None) -> "Watch":
        """Over the unseen inputs and goals, or where there are none over the problem's own."""
        x, goal = unseen
        if len(x):
            problem = replace(problem, input=in_order(x), goal=in_order(goal), batch=1, shuffled=False, frozen=None, native=None)
        return cls(problem, tolerance, bool(len(x)))

    def look(self, step: int, weights: Floats) -> bool:
        """Note the error at an epoch's end; True where it has failed to improve for so long that the run is over."""
        with np.errstate(all="ignore"):
            error = mean_loss(self.problem, weights)
            if self.problem.penalty and not self.unseen:
                error = error * (1 if self.problem.mean else self.problem.batch) + self._penalty(weights)
        self.latest = error
        if error < self.best:
            self.best, self.best_step = error, step
        if self.tolerance is None:
            return False
        if error < self.reference * (1.0 - self.tolerance.change):
            self.reference, self.waited = error, 0
            return False
        self.waited += 1
        return self.waited >= self.tolerance.patience

    def _penalty(self, weights: Floats) -> float:
        return self.problem.penalty.of(weights[self.problem.penalised])

    def kept(self) -> dict[str, Any]:
        """Plain values for a run file."""
        return {"best": _text(self.best), "best_step": self.best_step, "reference": _text(self.reference), "waited": self.waited}

    def restore(self, kept: Mapping[str, Any]) -> None:
        """Go on from what `kept` gave."""
        self.best, self.reference = (float.fromhex(str(kept[name])) for name in ("best", "reference"))
        self.best_step, self.waited = (whole(name, kept[name]) for name in ("best_step", "waited"))


def _text(value: float) -> str:
    return value.hex()
