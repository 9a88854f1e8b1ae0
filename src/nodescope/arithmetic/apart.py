"""A walk whose steps are looked at apart: others add up the parts of a step, wherever they are, and the step is taken here.

The bits are those of a walk by oneself, since parts are added in pairs of neighbours (`step.in_pairs`): whoever makes a *stretch*,
2^h consecutive parts that begin at a multiple of 2^h, adds them as the whole tree would, and has one sum of it to tell. How long
stretches are, who makes which, and in what order they are done, the bits do not know.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from nodescope.arithmetic.core import engine
from nodescope.arithmetic.problem import Cursor, Floats, Numbers, Outcome, Problem
from nodescope.arithmetic.rows import in_order, streams, with_arrays
from nodescope.arithmetic.stops import end_of_epoch, kept
from nodescope.arithmetic.streamed import Functions, examples_at

Sums = tuple[Floats, bool]
"""Of some examples: weighted deltas summed and, last, their squared errors, (size + 1,); whether a number is not finite."""


class Stretch(NamedTuple):
    """Some consecutive examples of a step: the first of them and the one after the last, counted from the step's first."""

    step: int
    start: int
    stop: int


Look = Callable[[Sequence[Stretch], Floats], Sequence[Sums]]
"""It has the sums of stretches of one step made for the weights given, and gives them in order."""


def stretches(problem: Problem, step: int, among: int) -> list[Stretch]:
    """A step in stretches of parts, as short as they can be so that there are at most `among`."""
    at = step % problem.steps_per_epoch * problem.batch
    count, size = min(problem.batch, problem.n - at), problem.part
    while size * among < count:
        size *= 2
    return [Stretch(step, start, min(start + size, count)) for start in range(0, count, size)]


def is_drawn(problem: Problem) -> bool:
    """Whether steps meet other examples in every epoch."""
    return problem.shuffled and problem.steps_per_epoch > 1


def rows_of(problem: Problem, stretch: Stretch) -> Problem:
    """The problem over the examples of a stretch alone, which are read where they are not in memory."""
    epoch, turn = divmod(stretch.step, problem.steps_per_epoch)
    at = turn * problem.batch
    if not is_drawn(problem):
        return _over(problem, slice(at + stretch.start, at + stretch.stop))
    count = min(problem.batch, problem.n - at)
    examples = _examples(problem, epoch, at, count)
    return _over(problem, np.sort(examples)[stretch.start : stretch.stop])


def _examples(problem: Problem, epoch: int, at: int, count: int) -> Numbers:
    if not streams(problem):
        return engine().order(problem.n, problem.seed, epoch, at, count)
    of = Functions(engine().walk, engine().predict, engine().order, engine().mover())
    return examples_at(of, problem, epoch, at, at + count)


def _over(problem: Problem, examples: slice | Numbers) -> Problem:
    x, goal = (in_order(side[examples]) for side in (problem.input, problem.goal))
    return with_arrays(problem, x, goal)


def sums_over(rows: Problem, weights: Floats) -> Sums:
    """What the examples of a stretch add up to."""
    return engine().look(rows, rows.first_state(weights), 0, rows.n)


@np.errstate(all="ignore")
def added(sums: Sequence[Sums]) -> Sums:
    """The sums of a step's stretches in pairs of neighbours."""
    while len(sums) > 1:
        pairs = [sums[i : i + 2] for i in range(0, len(sums), 2)]
        sums = [(pair[0][0] + pair[1][0], pair[0][1] or pair[1][1]) if len(pair) > 1 else pair[0] for pair in pairs]
    return sums[0]


def walk(
    look: Look,
    among: int,
    problem: Problem,
    cursor: Cursor,
    state: Floats,
    steps: int,
    *,
    alphas: Floats | None = None,
    saved: Floats | None = None,
    checkpoints: Floats | None = None,
) -> Outcome:
    """Go at most `steps` steps from `cursor`, as `Engine.walk` does."""
    per_epoch, taken = problem.steps_per_epoch, _without_rows(problem)
    for _ in range(steps):
        if checkpoints is not None and not kept(cursor, state, checkpoints):
            return Outcome.FULL
        some = stretches(problem, cursor.step, among)
        sums, overflowed = added(look(some, problem.weights(state)))
        count = some[-1].stop
        asked = cursor.stopping and per_epoch == 1 and problem.until_mse >= 0.0
        if asked and float(sums[-1]) / (count * problem.k) <= problem.until_mse:
            return Outcome.MSE_REACHED
        outcome = engine().take(taken, cursor, state, sums, count, overflowed, alphas)
        if outcome is Outcome.WENT and cursor.stopping and cursor.step % per_epoch == 0:
            outcome = end_of_epoch(problem, cursor, state, saved, engine().mse)
        if outcome is not Outcome.WENT:
            return outcome
    return Outcome.WENT


def _without_rows(problem: Problem) -> Problem:
    """What a step needs to know of the problem once its sums are there."""
    x, goal = np.zeros((1, problem.d)), np.zeros((1, problem.k))
    return replace(with_arrays(problem, x, goal), part=0)
