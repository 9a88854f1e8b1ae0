"""Where a walk ends by itself when an epoch is over, and which states it keeps on the way; walk.h has the same stops."""

from collections.abc import Callable

from nodescope.arithmetic.problem import Cursor, Floats, Outcome, Problem


def end_of_epoch(
    problem: Problem, cursor: Cursor, state: Floats, saved: Floats | None, mse: Callable[[Problem, Floats], float]
) -> Outcome:
    """Whether the error asked for is reached, nothing has changed, or the state is the saved one again (Brent)."""
    asked = problem.until_mse >= 0.0 and problem.steps_per_epoch > 1
    if asked and mse(problem, problem.weights(state)) <= problem.until_mse:
        return Outcome.MSE_REACHED
    if cursor.last_changed < cursor.step - problem.steps_per_epoch:
        return Outcome.UNCHANGED
    if not cursor.watching or saved is None:
        return Outcome.WENT
    cursor.length += 1
    if state.tobytes() == saved.tobytes():
        return Outcome.REPEATED
    if cursor.length == cursor.power:
        saved[:] = state
        cursor.power *= 2
        cursor.length = 0
    return Outcome.WENT


def kept(cursor: Cursor, state: Floats, checkpoints: Floats) -> bool:
    """Keep the state where it is due; whether there was room for it."""
    if cursor.step % cursor.spacing == 0 and cursor.step // cursor.spacing >= cursor.kept:
        if cursor.kept == cursor.capacity:
            return False
        checkpoints[cursor.kept] = state
        cursor.kept += 1
    return True
