"""A layer stepped a bounded number of times: for runs so short that doing them is the shortest proof.

Nothing is kept but where it ends: no checkpoints, no trace. The arithmetic is the engines' own.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nodescope.arithmetic.core import engine
from nodescope.arithmetic.problem import Columns, Cursor, Floats, Outcome, Problem

AT_ONCE = 2**16
"""Steps whose mse is kept at a time."""


@dataclass(frozen=True, eq=False)
class Walked:
    """Where a layer came to.

    Attributes
    ----------
    outcome : Outcome
        WENT where the steps allowed were used up.
    steps : int
        Updates made.
    settled_after : int or None
        1 + index of the last update that moved a weight, where no later one ever will.
    period : int or None
        Steps after which the state repeats for ever.
    state : what the next step depends on, at the end
    first_low : int or None
        The first number of updates after which the mse was at most the one asked for.
    last_above : int
        The last number of updates after which the mse was not at most the one asked for; −1 where it always was.
    """

    outcome: Outcome
    steps: int
    settled_after: int | None
    period: int | None
    state: Floats
    first_low: int | None
    last_above: int

    @property
    def stays_low(self) -> bool:
        """Whether the mse was low enough at the end; where the weights repeat, all the way round."""
        return self.last_above < self.steps - (self.period or 0)


def walk_until_it_ends(problem: Problem, weights: Floats, steps: int, mse: float | None = None) -> Walked:
    """Step from start weights until it settles, repeats, diverges or has made `steps` updates; `mse` is the one asked for."""
    state = problem.first_state(weights)
    cursor, saved, first_low, last_above = Cursor.at(0), state.copy(), None, -1
    cursor.stopping = cursor.watching = 1
    outcome = Outcome.WENT
    while outcome is Outcome.WENT and cursor.step < steps:
        at, ahead = cursor.step, steps - cursor.step if mse is None else min(AT_ONCE, steps - cursor.step)
        columns = None if mse is None else Columns.for_steps(problem, ahead, ("mse",))
        outcome = engine().walk(problem, cursor, state, ahead, saved=saved, columns=columns)
        if mse is not None and columns is not None and columns.mse is not None:
            low = columns.mse[: cursor.step - at] <= mse
            first_low, last_above = _first(low, at, first_low), _last(~low, at, last_above)
    if mse is not None:
        low = np.array([mse_of(problem, state) <= mse])
        first_low, last_above = _first(low, cursor.step, first_low), _last(~low, cursor.step, last_above)
    period = cursor.length * problem.steps_per_epoch if outcome is Outcome.REPEATED else None
    # a state that repeats may be the rule's memory alone: then no weight moved within the last two periods
    still = period is not None and cursor.last_moved < cursor.step - 2 * period
    settled = outcome is Outcome.UNCHANGED or still
    after = cursor.last_moved + 1 if settled else None
    return Walked(outcome, cursor.step, after, None if settled else period, state, first_low, last_above)


def _first(found: NDArray[np.bool_], at: int, before: int | None) -> int | None:
    return before if before is not None or not found.any() else at + int(np.argmax(found))


def _last(found: NDArray[np.bool_], at: int, before: int) -> int:
    return at + int(np.flatnonzero(found)[-1]) if found.any() else before


def mse_of(problem: Problem, state: Floats) -> float:
    """mse over all examples at a state, or at weights."""
    return engine().mse(problem, problem.weights(state))
