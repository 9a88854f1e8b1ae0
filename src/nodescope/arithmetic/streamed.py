"""A walk over rows that are read as they are needed: stretches of steps whose rows are arrays, each walked by the engine itself.

The bits are those of a walk over all rows at once: no step sees whether its rows were read before it or long ago. What ends or
keeps something (epochs, checkpoints) is done between stretches, as walk.py and walk.h do it.

**The two-level shuffle.** Groups of parts are met in the drawn order of (groups, seed, epoch); `window` of them in a row form a
window; the rows of window k, one group after another in that order, are met in the drawn order of (its rows, mix64(seed ^
mix64(k + 1)), epoch). Which row stands at a position is known from the sizes of the groups alone, so that any step is found at
once, and no more than a window has to be in memory. A batch adds its examples in ascending order, as everywhere.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple, cast

import numpy as np

from nodescope.arithmetic.moved import Mover
from nodescope.arithmetic.order import MASK, mix64
from nodescope.arithmetic.problem import Columns, Cursor, Floats, Numbers, Outcome, Parts, Problem
from nodescope.arithmetic.rows import Rows, in_parts, with_arrays
from nodescope.arithmetic.step import in_parts as in_pairs_of
from nodescope.arithmetic.stops import end_of_epoch, kept

GATHERED = 1 << 16
"""So many drawn rows are put together at a time."""


class Functions(NamedTuple):
    """What is needed of an engine."""

    walk: Callable[..., Outcome]
    predict: Callable[[Problem, Floats], Floats]
    order: Callable[[int, int, int, int, int], Numbers]
    mover: Mover


class Order:
    """In what order an epoch meets its examples: window after window.

    Parameters
    ----------
    of : Functions
    parts : Parts
    seed, epoch, window : int
        The window is 0 where the order is the given one: then each part is a window by itself.
    """

    def __init__(self, of: Functions, parts: Parts, seed: int, epoch: int, window: int) -> None:
        self.parts, self._of, self._seed, self._epoch, self.is_given = parts, of, seed, epoch, window == 0
        count = len(parts.starts) - 1
        if window:
            drawn = of.order(len(parts.groups) - 1, seed, epoch, 0, len(parts.groups) - 1)
            groups = [np.arange(parts.groups[g], parts.groups[g + 1]) for g in drawn.tolist()]
            self._members = [np.concatenate(groups[i : i + window]) for i in range(0, len(groups), window)]
        else:
            self._members = list(np.arange(count)[:, None])
        sizes = np.diff(parts.starts)
        self.starts = np.concatenate([[0], np.cumsum([sizes[part].sum() for part in self._members])])

    def window_at(self, position: int) -> int:
        """The window that a position is in."""
        return int(np.searchsorted(self.starts, position, side="right") - 1)

    def members(self, window: int) -> list[int]:
        """The parts of a window; of one after the last none."""
        return self._members[window].tolist() if window < len(self._members) else []

    def examples(self, start: int, stop: int) -> Numbers:
        """The examples at positions `start` … `stop` − 1."""
        if self.is_given:
            return np.arange(start, stop)
        found = []
        while start < stop:
            window = self.window_at(start)
            until = min(stop, int(self.starts[window + 1]))
            found.append(self._drawn(window, start, until))
            start = until
        return np.concatenate(found)

    def _drawn(self, window: int, start: int, stop: int) -> Numbers:
        first = int(self.starts[window])
        seed = mix64((self._seed ^ mix64(window + 1)) & MASK)
        begin, shift = self._members_of(window)
        return self._of.mover.drawn(seed, self._epoch, start - first, stop - start, begin, shift)

    def _members_of(self, window: int) -> tuple[Numbers, Numbers]:
        """Where the members of a window begin among its rows, and its end; how far each example's number is from its row's."""
        members, starts = self._members[window], self.parts.starts
        begin = np.concatenate([[0], np.cumsum(starts[members + 1] - starts[members])])
        return begin, starts[members] - begin[:-1]


@dataclass(eq=False)
class Stretch:
    """Some steps of an epoch one after another, whose rows are at hand.

    Attributes
    ----------
    step : int
        The first of them, counted through the run.
    examples : (m,) int64
        Of all their batches, in the order in which they are met.
    input, goal : (m, d), (m, k)
    of : the problem that it was made for
    """

    step: int
    examples: Numbers
    input: Floats
    goal: Floats
    of: Problem
    problem: Problem = field(init=False)

    def __post_init__(self) -> None:
        self.problem = with_arrays(self.of, self.input, self.goal)

    @property
    def stop(self) -> int:
        """The step after the last."""
        return self.step + self.problem.steps_per_epoch


def stretch_at(of: Functions, problem: Problem, step: int) -> Stretch:
    """The stretch from a step on, to the end of its window, of its part or of what is put together at a time."""
    rows = cast(Rows, problem.input)
    there = rows.memo.get("stretch")
    if isinstance(there, Stretch) and there.of is problem and there.step <= step < there.stop:
        return there
    epoch, turn = divmod(step, problem.steps_per_epoch)
    order, start = _order(of, problem, epoch), turn * problem.batch
    window = order.window_at(start)
    end, least = int(order.starts[window + 1]), min(problem.n, start + problem.batch)
    stop = end if order.is_given else min(end, max(least, start + GATHERED))
    if stop < problem.n:
        stop = start + (stop - start) // problem.batch * problem.batch
    stop = max(stop, least)
    last = order.window_at(stop - 1)
    now = [part for k in range(window, last + 1) for part in order.members(k)]
    rows.parts.ask(now, order.members(last + 1) or _order(of, problem, epoch + 1).members(0))
    if order.is_given:
        examples, of_them = np.arange(start, stop), _consecutive(rows.parts, start, stop)
    else:
        examples = _each_batch_ascending(order.examples(start, stop), problem.batch)
        of_them = of.mover.gathered(rows.parts, examples)
    made = rows.memo["stretch"] = Stretch(step, examples, *of_them, problem)
    return made


def _order(of: Functions, problem: Problem, epoch: int) -> Order:
    """That of an epoch; the last two are kept. Where a step sees all examples they are met as they are given."""
    rows = cast(Rows, problem.input)
    window = problem.window if problem.shuffled and problem.steps_per_epoch > 1 else 0
    kept, key = rows.memo.setdefault("orders", {}), (problem.seed, epoch if window else 0, window)
    if key not in kept:
        while len(kept) > 1:
            kept.pop(next(iter(kept)))
        kept[key] = Order(of, rows.parts, *key)
    found: Order = kept[key]
    return found


def examples_at(of: Functions, problem: Problem, epoch: int, start: int, stop: int) -> Numbers:
    """The examples at positions `start` … `stop` − 1 of an epoch, in the order in which they are met."""
    return _order(of, problem, epoch).examples(start, stop)


def _each_batch_ascending(examples: Numbers, batch: int) -> Numbers:
    if batch == 1:
        return examples
    whole = len(examples) // batch * batch
    sorted_ones = np.sort(examples[:whole].reshape(-1, batch), axis=1).ravel()
    return np.concatenate([sorted_ones, np.sort(examples[whole:])])


def _consecutive(parts: Parts, start: int, stop: int) -> tuple[Floats, Floats]:
    """Inputs and goals of consecutive examples; where they are of one part no copy is made."""
    first, last = (int(np.searchsorted(parts.starts, at, side="right") - 1) for at in (start, stop - 1))
    found = []
    for number in range(first, last + 1):
        at = int(parts.starts[number])
        found.append([side[max(0, start - at) : stop - at] for side in parts.part(number)])
    if len(found) == 1:
        return found[0][0], found[0][1]
    return np.concatenate([x for x, _ in found]), np.concatenate([goal for _, goal in found])


def walk(
    of: Functions,
    problem: Problem,
    cursor: Cursor,
    state: Floats,
    steps: int,
    *,
    alphas: Floats | None = None,
    saved: Floats | None = None,
    checkpoints: Floats | None = None,
    columns: Columns | None = None,
) -> Outcome:
    """Go at most `steps` steps from `cursor`; every argument as core.h has it."""
    made, per_epoch = 0, problem.steps_per_epoch
    while made < steps:
        to_checkpoint = steps
        if checkpoints is not None:
            if not kept(cursor, state, checkpoints):
                return Outcome.FULL
            to_checkpoint = cursor.spacing - cursor.step % cursor.spacing
        asked = cursor.stopping and per_epoch == 1 and problem.until_mse >= 0.0
        if asked and mse(of, problem, problem.weights(state)) <= problem.until_mse:
            return Outcome.MSE_REACHED
        stretch = stretch_at(of, problem, cursor.step)
        count = min(steps - made, stretch.stop - cursor.step, to_checkpoint)
        outcome, count = _through(of, stretch, cursor, state, count, alphas, _rows_from(columns, made, count))
        made += count
        if outcome is not Outcome.WENT:
            return outcome
        if cursor.stopping and cursor.step % per_epoch == 0:
            outcome = end_of_epoch(problem, cursor, state, saved, lambda p, weights: mse(of, p, weights))
            if outcome is not Outcome.WENT:
                return outcome
    return Outcome.WENT


def _through(
    of: Functions,
    stretch: Stretch,
    cursor: Cursor,
    state: Floats,
    count: int,
    alphas: Floats | None,
    columns: Columns | None,
) -> tuple[Outcome, int]:
    """So many steps within a stretch; and how many were made."""
    within = Cursor.at(cursor.step - stretch.step)
    own = None if alphas is None else alphas[stretch.step :]
    narrow = columns is None or stretch.problem.batch == stretch.of.batch
    room = columns if narrow else _narrower(columns, stretch.problem.batch)
    outcome = of.walk(stretch.problem, within, state, count, alphas=own, columns=room)
    if room is not None and columns is not None:
        if room.example is not None:
            there = room.example >= 0
            room.example[there] = stretch.examples[room.example[there]]
        if room is not columns:
            _widen(room, columns, stretch.problem.batch)
    for name in ("last_moved", "last_changed"):
        if getattr(within, name) >= 0:
            setattr(cursor, name, stretch.step + getattr(within, name))
    made = stretch.step + within.step - cursor.step
    cursor.step += made
    return outcome, made


def _narrower(columns: Columns | None, batch: int) -> Columns:
    """Room for steps of so few examples: a last batch that is a stretch by itself."""
    assert columns is not None
    some = replace(columns)
    for name in _OF_EXAMPLES:
        if (column := getattr(columns, name)) is not None:
            setattr(some, name, np.ascontiguousarray(column[:, :batch]))
    return some


def _widen(some: Columns, columns: Columns, batch: int) -> None:
    for name in _OF_EXAMPLES:
        if (column := getattr(columns, name)) is not None:
            column[:, :batch] = getattr(some, name)


_OF_EXAMPLES = ("sum", "prediction", "delta", "example")
_ROWS = ("weight", "weighted_delta", "alpha_delta", "new_weight", "memory", "sum", "prediction", "delta", "mse", "norm", "example")


def _rows_from(columns: Columns | None, made: int, count: int) -> Columns | None:
    """The rows of columns that the next steps fill."""
    if columns is None:
        return None
    some = replace(columns)
    for name in _ROWS:
        if (column := getattr(columns, name)) is not None:
            setattr(some, name, column[made : made + count])
    return some


def predict(of: Functions, problem: Problem, weights: Floats) -> Floats:
    """Predictions (n, k) for all examples."""
    return np.concatenate([of.predict(part, weights) for part in in_parts(problem)])


def mse(of: Functions, problem: Problem, weights: Floats) -> float:
    """Mean squared error over all examples and outputs, added one after another."""
    return mses(of.predict, problem, [weights])[0]


@np.errstate(all="ignore")
def mses(predict_of: Callable[[Problem, Floats], Floats], problem: Problem, each: Sequence[Floats]) -> list[float]:
    """The same of several weights, in one pass over the rows."""
    sums = [_Sum(problem.part * problem.k) for _ in each]
    for part in in_parts(problem):
        for weights, total in zip(each, sums, strict=True):
            errors = (predict_of(part, weights) - part.goal).ravel()
            total.add(errors * errors)
    means = [total.whole() / (problem.n * problem.k) for total in sums]
    return [float("nan") if mean != mean else mean for mean in means]


class _Sum:
    """Terms that come bit by bit, added from left to right; or so many by so many, and these sums in pairs (`step.in_parts`)."""

    def __init__(self, size: int) -> None:
        self._size, self._rest = size, np.zeros(0 if size else 1)
        self._sums: list[float] = []

    def add(self, terms: Floats) -> None:
        rest = np.concatenate([self._rest, terms])
        if self._size:
            whole = len(rest) // self._size * self._size
            self._sums += np.add.accumulate(rest[:whole].reshape(-1, self._size), axis=1)[:, -1].tolist()
            self._rest = rest[whole:]
        else:
            self._rest = np.add.accumulate(rest)[-1:]

    def whole(self) -> float:
        last = np.add.accumulate(self._rest)[-1:].tolist()
        return float(in_pairs_of([*self._sums, *last], 1) if self._size else last[0])
