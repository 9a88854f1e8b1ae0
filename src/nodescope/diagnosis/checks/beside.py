"""Two runs over time: what each is off by at the same moments, who is ahead from when on, and that in two sentences.

Of tables moments are ends of epochs, and the error is the RMSE in the goal's units; of classes the log loss. Without a table
moments are numbers of steps, and the error is the mse. It is the error that `compare` judges by.
"""

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from nodescope.arithmetic.core import engine
from nodescope.arithmetic.problem import Floats, Problem
from nodescope.diagnosis.checks.compare import CLEAR, Comparison, same_goals
from nodescope.diagnosis.live.say import read
from nodescope.run.run import Run
from nodescope.theory.likelihood import example_losses

POINTS = 160
"""So many moments are looked at, at most."""
LEAST = 3
MOST_WORK = 2 * 10**7
"""Multiplications that this may cost for each of the two."""
SAME = 1e-9
"""Errors that differ by less than this part are told as equal, so that two runs at the same least error do not lead in turns."""
FEW = 3
"""Settings that are named; of more it is told how many they are."""
NAMES = {"a": "A", "b": "B"}
OTHER = {"a": "b", "b": "a"}


class Lead(NamedTuple):
    """Who has the smaller error, and from which moment on."""

    at: int
    who: str


@dataclass(frozen=True, eq=False)
class Way:
    """What a run is off by at moments.

    Attributes
    ----------
    at : tuple of int
        Numbers of epochs, or of steps.
    seen, unseen : tuple of float
        On the examples it learned from, and on rows kept unseen; those are empty where there are none.
    """

    at: tuple[int, ...]
    seen: tuple[float, ...]
    unseen: tuple[float, ...]

    def errors(self, unseen: bool) -> dict[int, float]:
        """By moment."""
        return dict(zip(self.at, self.unseen if unseen else self.seen, strict=True))


class Beside:
    """Two runs at the same moments.

    Parameters
    ----------
    a, b : Run
    more : sequence of int, optional
        Moments that are looked at besides the evenly spaced ones.
    """

    def __init__(self, a: Run, b: Run, more: Sequence[int] = ()) -> None:
        self.runs = (a, b)
        self.more = more
        self.by_epoch = a.recipe.source is not None and b.recipe.source is not None
        self.of_classes = a.recipe.loss.tells_classes and b.recipe.loss.tells_classes
        self.what = "log loss" if self.of_classes else "RMSE" if self.by_epoch else "mse"
        self.unit = "epoch" if self.by_epoch else "step"
        self.by_unseen = all(len(run.recipe.examples.unseen_goal) > 0 for run in self.runs)

    def steps_of(self, run: Run, moment: int) -> int:
        """How many updates a run has made at a moment."""
        return min(run.steps, moment * (run.recipe.steps_per_epoch if self.by_epoch else 1))

    def last_of(self, run: Run) -> int:
        """The moment at which a run ends."""
        return -(-run.steps // (run.recipe.steps_per_epoch if self.by_epoch else 1))

    @cached_property
    def last(self) -> int:
        """The last moment at which in one of them something happens that did not happen before."""
        ends = [min(run.steps, run.replay.last_step) for run in self.runs]
        epochs = [run.recipe.steps_per_epoch if self.by_epoch else 1 for run in self.runs]
        return max(1, *(-(-end // each) for end, each in zip(ends, epochs, strict=True)))

    @cached_property
    def same_goals(self) -> bool:
        """Whether an error of one may be held against one of the other at all."""
        return same_goals(*self.runs)

    @cached_property
    def ways(self) -> tuple[Way, Way]:
        """Of both the errors."""
        count = min(max(LEAST, min(POINTS, MOST_WORK // _cost(run))) for run in self.runs)
        even = np.linspace(0, self.last, min(count, self.last + 1)).round().astype(np.int64).tolist()
        ends = [min(self.last, self.last_of(run)) for run in self.runs]
        moments = sorted({*even, *ends, min(1, *ends), *self.more})
        one, other = (self._way(run, [t for t in moments if t <= end]) for run, end in zip(self.runs, ends, strict=True))
        return one, other

    def _way(self, run: Run, moments: list[int]) -> Way:
        error = Errors(run, self.what)
        found = [error.after(self.steps_of(run, moment), self.by_unseen) for moment in moments]
        return Way(tuple(moments), tuple(seen for seen, _ in found), tuple(unseen for _, unseen in found if unseen is not None))

    def leads(self, unseen: bool) -> list[Lead]:
        """Who is ahead from which moment on, each time that it changes; nobody while errors are equal, or where goals differ."""
        if not self.same_goals:
            return []
        one, other = (way.errors(unseen) for way in self.ways)
        found: list[Lead] = []
        for at in sorted(one.keys() & other.keys()):
            a, b = (value if not math.isnan(value) else math.inf for value in (one[at], other[at]))
            if a == b or math.isclose(a, b, rel_tol=SAME):
                continue
            who = "a" if a < b else "b"
            if not found or found[-1].who != who:
                found.append(Lead(at, who))
        return found

    def sentence(self, found: Comparison | None) -> str:
        """Who learns faster, who ends closer, and whether that may be chance."""
        if found is None:
            return "They did not learn the same goals, so neither is better."
        if not all(math.isfinite(value) for value in (found.a, found.b)):
            return _beyond(found)
        leads = self.leads(self.by_unseen)
        equal = found.a == found.b or math.isclose(found.a, found.b, rel_tol=SAME)
        closer = "a" if found.a < found.b else "b"
        if not leads:
            if equal:
                return "Neither is ahead: their errors are equal at every moment."
            return f"They go the same way as long as both go on; {NAMES[closer]} ends closer."
        first = leads[0].who
        if equal:
            return f"{NAMES[first]} learns faster, and both end equally close."
        if closer != first:
            told = f"{NAMES[first]} learns faster, {NAMES[closer]} ends closer"
        elif len(leads) == 1:
            told = f"{NAMES[closer]} learns faster, and ends closer"
        else:
            told = f"{NAMES[closer]} ends closer, though not always ahead"
        return f"{told}{self._chance(found)}."

    def _chance(self, found: Comparison) -> str:
        rows = len(self.runs[0].recipe.examples.unseen_goal) if self.by_unseen else len(self.runs[0].recipe.examples.goal)
        if rows == 1:
            return ""
        where = f"on {rows:,} unseen rows" if self.by_unseen else f"on the {rows:,} examples they learned from"
        return f"; {where} that may still be chance" if found.better is None else f"; {where} that is more than chance"

    def why(self, found: Comparison | None, unit: str = "") -> str:
        """What they differ in, when one passes the other, and how sure that is."""
        if found is None:
            return "Give both the same table, goal, holdout and seed to hold their errors against each other."
        return " ".join([_in_what(found), *self._passing(unit), *_how_sure(found)])

    def _passing(self, unit: str) -> list[str]:
        leads = self.leads(self.by_unseen)
        if len(leads) < 2:
            return []
        if len(leads) > 2:
            return [f"They change places {len(leads) - 1:,} times, the last time at {self.unit} {leads[-1].at:,}."]
        before, after = NAMES[leads[0].who], NAMES[leads[1].who]
        first, last = (list(self.ways["ab".index(lead.who)].errors(self.by_unseen).values())[-1] for lead in leads)
        if not (math.isfinite(first) and math.isfinite(last)):
            return [f"{before} is ahead until {self.unit} {leads[1].at - 1:,}; then {after} passes it."]
        one, other = told_apart(last, first)
        off = f": {one}{unit} off against {other}{unit}" if self.what == "RMSE" else f": {one} against {other} at the end"
        return [f"{before} is ahead until {self.unit} {leads[1].at - 1:,}; then {after} passes it{off}."]


class Errors:
    """What a run is off by after any number of updates.

    Parameters
    ----------
    run : Run
    what : "RMSE", "mse" or "log loss"
    """

    def __init__(self, run: Run, what: str) -> None:
        self.run, self.what = run, what
        examples, problem = run.recipe.examples, run.recipe.problem
        self.seen = problem
        self.unseen = None if not len(examples.unseen_goal) else rows_of(problem, examples.unseen_input, examples.unseen_goal)

    def after(self, steps: int, with_unseen: bool) -> tuple[float, float | None]:
        """On seen rows, and on unseen ones where they are asked for."""
        weights = self.run.recipe.problem.weights(self.run.replay.state_at(steps))
        with np.errstate(all="ignore"):
            unseen = self._error(self.unseen, weights) if with_unseen and self.unseen is not None else None
            return self._error(self.seen, weights), unseen

    def _error(self, rows: Problem, weights: Floats) -> float:
        if self.what == "log loss":
            return float(example_losses(rows, weights).mean())
        if self.what == "mse":
            return float(engine().mse(rows, weights))
        told, goal = (self.run.recipe.examples.in_own_units(of) for of in (engine().predict(rows, weights), rows.goal))
        return math.sqrt(float(((told - goal) ** 2).mean(axis=1).mean()))


def rows_of(problem: Problem, inputs: Any, goals: Any) -> Problem:
    """A problem's layers over other rows."""
    x, goal = np.ascontiguousarray(inputs), np.ascontiguousarray(goals)
    return dataclasses.replace(problem, input=x, goal=goal, batch=1, frozen=None, native=None)


def told_apart(one: float, other: float) -> tuple[str, str]:
    """Two numbers at reading length: whole ones from 10 on, as long as that tells them apart."""
    short = [f"{value:,.0f}" if 10 <= value < 1e6 else read(value) for value in (one, other)]
    return (short[0], short[1]) if short[0] != short[1] or one == other else (read(one), read(other))


def _cost(run: Run) -> int:
    rows = run.recipe.problem.n + len(run.recipe.examples.unseen_goal)
    return max(1, rows * run.recipe.problem.size)


def _beyond(found: Comparison) -> str:
    finite = [name for name, value in (("a", found.a), ("b", found.b)) if math.isfinite(value)]
    if not finite:
        return "Neither is better: the errors of both are beyond all numbers."
    return f"{NAMES[finite[0]]} ends closer: the error of {NAMES[OTHER[finite[0]]]} is beyond all numbers."


def _in_what(found: Comparison) -> str:
    names = list(found.differences)
    if not names:
        return "Their recipes are the same."
    if len(names) == 1:
        return f"They differ in one setting, {names[0]}."
    few = ": " + ", ".join(names) if len(names) <= FEW else ""
    return f"They differ in {len(names)} settings{few}."


def _how_sure(found: Comparison) -> list[str]:
    sigmas = abs(found.standard_errors)
    if not sigmas or not math.isfinite(sigmas):
        return []
    counts = "" if sigmas >= CLEAR else f"; from {CLEAR:.0f} on it would count"
    return [f"Their difference is {sigmas:.2g} standard errors{counts}."]
