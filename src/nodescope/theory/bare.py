"""A bare node stepped a bounded number of times: for runs so short that doing them is the shortest proof.

Nothing is kept but where it ends: no checkpoints, no trace. The arithmetic is the engines' own.
"""

from dataclasses import dataclass

from nodescope.arithmetic.core import engine
from nodescope.arithmetic.problem import Cursor, Floats, Outcome, Problem


@dataclass(frozen=True, eq=False)
class Walked:
    """Where a bare node came to.

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
    """

    outcome: Outcome
    steps: int
    settled_after: int | None
    period: int | None
    state: Floats


def walk_until_it_ends(problem: Problem, weights: Floats, steps: int) -> Walked:
    """Step from a (k, width) block of weights until it settles, repeats, diverges or meets `until_mse`, at most `steps` times."""
    state = problem.first_state(weights)
    cursor = Cursor.at(0)
    cursor.stopping = cursor.watching = 1
    outcome = engine().walk(problem, cursor, state, steps, saved=state.copy())
    period = cursor.length * problem.steps_per_epoch if outcome is Outcome.REPEATED else None
    # a state that repeats may be the rule's memory alone: then no weight moved within the last two periods
    still = period is not None and cursor.last_moved < cursor.step - 2 * period
    settled = outcome is Outcome.UNCHANGED or still
    return Walked(outcome, cursor.step, cursor.last_moved + 1 if settled else None, None if settled else period, state)
