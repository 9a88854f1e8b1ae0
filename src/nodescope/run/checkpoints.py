"""States kept on the way: a budget of memory, the spacing doubled when it is full. From them any step is found again."""

import numpy as np

from nodescope.arithmetic.problem import Cursor, Floats, Problem
from nodescope.arithmetic.rows import Rows

BUDGET = 64 * 2**20
"""Checkpoints take at most so many bytes."""
MOST = 2**15
"""So many are enough: a billion steps of one weight are never more than 32,768 steps from a checkpoint, in 256 KiB."""
FIRST_SPACING = 256
"""At first so many steps of one example are apart: keeping a state then costs little beside making them."""

FIRST_OF_PARTS = 4096
"""Of rows that are read as they are needed so many, or as many as a part has."""


class Checkpoints:
    """State of every `spacing`-th step from step 0 on; `states[i]` is that of step i × spacing."""

    def __init__(self, states: Floats, spacing: int) -> None:
        self.states = states
        self.spacing = spacing

    @classmethod
    def empty(cls, problem: Problem) -> "Checkpoints":
        first = FIRST_SPACING
        if isinstance(problem.input, Rows):  # where each ends a stretch of steps
            first = max(first, min(FIRST_OF_PARTS, problem.n // len(problem.input.parts.starts)))
        spacing = 1 << max(0, (first // problem.batch).bit_length() - 1)
        return cls(np.empty((2, problem.state_length)), spacing)

    def make_room(self, cursor: Cursor, steps: int) -> None:
        """Places for the states of so many steps to come, or, where the budget is used and no place is left, every second dropped.

        Places that no state comes to take no memory: they are never written.
        """
        length = self.states.shape[1]
        wanted, most = cursor.kept + steps // self.spacing + 1, max(2, min(MOST, BUDGET // (8 * length)))
        if cursor.capacity >= min(wanted, most) and cursor.kept < cursor.capacity:
            return
        if cursor.capacity < most:
            wider = np.empty((min(most, max(wanted, 2 * cursor.capacity)), length))
            wider[: cursor.kept] = self.states[: cursor.kept]
            self.states = wider
        else:
            kept = self.states[: cursor.kept : 2].copy()
            self.states[: len(kept)] = kept
            cursor.kept = len(kept)
            self.spacing *= 2
        cursor.capacity, cursor.spacing = len(self.states), self.spacing

    def trim(self, kept: int) -> None:
        """Give back the places that were not used."""
        self.states = self.states[:kept].copy()

    def before(self, step: int) -> tuple[int, Floats]:
        """The last checkpoint at or before a step: its step and state."""
        i = min(step // self.spacing, len(self.states) - 1)
        return i * self.spacing, self.states[i]

    def after(self, step: int) -> tuple[int, Floats] | None:
        """The first checkpoint at or after a step, if there is one."""
        i = -(-step // self.spacing)
        return (i * self.spacing, self.states[i]) if i < len(self.states) else None

    @property
    def nbytes(self) -> int:
        return self.states.nbytes
