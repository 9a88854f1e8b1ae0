"""Rows that are not all in memory, where the arrays of a problem would stand: they are read when they are asked for.

`Rows` has an array's length, shape and indexing, so that a problem, a recipe and a trace need not know. An engine does
(`streamed.py`): it takes stretches of consecutive steps, whose rows are arrays.

n examples, d inputs, k outputs. A *part* is what is read at a time; a *group* is one part or several, which the two-level
shuffle moves as one.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from nodescope.arithmetic.problem import Floats, Numbers, Parts, Problem
from nodescope.errors import InputError
from nodescope.later import Later

if TYPE_CHECKING:
    from nodescope.arithmetic import moved, passes
else:
    moved = Later("nodescope.arithmetic.moved")
    passes = Later("nodescope.arithmetic.passes")


class Rows:
    """The inputs (side 0) or goals (side 1) of all examples.

    Parameters
    ----------
    parts : Parts
    side : {0, 1}
    """

    ndim = 2
    dtype = np.dtype(np.float64)

    def __init__(self, parts: Parts, side: int) -> None:
        self.parts, self.side = parts, side
        self.memo: dict[str, Any] = {}
        """What an engine wants to find again: the order of an epoch, the stretch that it stands in."""

    def __reduce__(self) -> tuple[type["Rows"], tuple[Parts, int]]:
        return Rows, (self.parts, self.side)

    @property
    def shape(self) -> tuple[int, int]:
        return int(self.parts.starts[-1]), self.parts.widths[self.side]

    @property
    def size(self) -> int:
        return self.shape[0] * self.shape[1]

    @property
    def nbytes(self) -> int:
        """Were they all in memory."""
        return 8 * self.size

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, key: Any) -> Floats:
        """Rows by a slice, a number or an array of numbers; of the parts that they are in, one after another."""
        if isinstance(key, slice):
            key = np.arange(*key.indices(len(self)))
        return self.taken(np.asarray(key))

    def taken(self, examples: Numbers) -> Floats:
        """The rows of examples of any shape; negative numbers count from the end."""
        both = moved.InNumPy.gathered(self.parts, examples.ravel() % max(1, len(self)))
        return both[self.side].reshape(*examples.shape, self.shape[1])

    def __array__(self, dtype: Any = None, copy: Any = None) -> Floats:
        raise InputError(
            f"this needs all {len(self):,} rows in memory, and they are read as they are needed; "
            'give memory="all" to have them there'
        )


def in_order(rows: Floats) -> Floats:
    """An array with its rows one after another, as the core reads it; rows that are read as they are needed are as they are."""
    return rows if isinstance(rows, Rows) else np.ascontiguousarray(rows)


def streams(problem: Problem) -> bool:
    """Whether the rows of a problem are read as they are needed."""
    return isinstance(problem.input, Rows)


def in_parts(problem: Problem) -> Iterator[Problem]:
    """The problem's examples in their order, in problems whose rows are arrays; of one that has arrays the problem itself."""
    rows = problem.input
    if not isinstance(rows, Rows):
        yield problem
        return
    for x, goal in parts_in_order(rows.parts, "reading rows"):
        if len(x):
            yield with_arrays(problem, x, goal)


def parts_in_order(parts: Parts, what: str) -> Iterator[tuple[Floats, Floats]]:
    """Inputs and goals of all parts, the next one read meanwhile; `what` it is for is told to whoever waits."""
    count = len(parts.starts) - 1

    def read() -> Iterator[tuple[int, tuple[Floats, Floats]]]:
        for part in range(count):
            parts.ask([part], [(part + 1) % count])
            x, goal = parts.part(part)
            yield len(x), (x, goal)

    return passes.passing(what, read(), int(parts.starts[-1]))


def with_arrays(problem: Problem, x: Floats, goal: Floats) -> Problem:
    """The problem over some of its rows, in their order, one stretch that just goes on."""
    return replace(
        problem, input=x, goal=goal, batch=min(problem.batch, len(x)), shuffled=False, window=0, until_mse=-1.0, native=None
    )
