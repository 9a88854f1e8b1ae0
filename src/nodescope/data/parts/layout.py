"""How the columns of a piece become numbers: read, opened up, looked at for gaps, filled, scaled.

d inputs, k outputs.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nodescope.arithmetic.core import engine
from nodescope.arithmetic.moved import Room
from nodescope.data.block import block_of, refuse_text
from nodescope.data.classes import Classes, codes_among, opened
from nodescope.data.columns import Bad, Floats
from nodescope.data.fingerprint import fingerprint
from nodescope.data.gap_ways import FILLING
from nodescope.data.gaps import fill, refuse_missing
from nodescope.data.openings import Opening
from nodescope.data.scaling import Scaling
from nodescope.data.table import Table

DIGEST, OLDER = 40, 32
"""Letters of a piece's digest, and of one as it was once made."""
REMEDY = 'fill them in, or give missing="drop" to leave these rows out'


@dataclass(frozen=True, eq=False)
class Layout:
    """How the columns of a piece become numbers.

    Attributes
    ----------
    names, goals : tuple of str
        Columns.
    openings : tuple of Opening
        How each column of `names` becomes inputs.
    unknown, way : str
        What becomes of values that were never seen, and of gaps.
    fills : tuple of float
        What stands for a gap in each input.
    classes : tuple or None
        Where goals are classes.
    outputs : int
        k.
    scaling, goal_scaling : Scaling or None
    """

    names: tuple[str, ...]
    goals: tuple[str, ...]
    openings: tuple[Opening, ...]
    unknown: str = "refuse"
    way: str = "refuse"
    fills: tuple[float, ...] = ()
    classes: Classes | None = None
    outputs: int = 1
    scaling: Scaling | None = None
    goal_scaling: Scaling | None = None

    @property
    def inputs(self) -> tuple[str, ...]:
        return tuple(name for opening in self.openings for name in opening.inputs)

    def values(self, table: Table, room: Room = np.empty) -> "Values":
        """Inputs and goals (or places among the classes) of a table's rows; `room` is for numbers taken as they are."""
        names = (*self.names, *self.goals)
        if self.classes is None:
            columns = table.read(names)
        else:
            columns = [*table.read(self.names), codes_among(table, self.goals[0], self.classes)]
        refuse_text(table, names, columns, self.openings)
        return self._as_they_are(columns, room) or self._opened_up(table, names, columns)

    def _as_they_are(self, columns: Sequence[Floats | Bad], room: Room) -> "Values | None":
        """Of columns that are numbers and nothing else: all of them finite, and none to be made into others; else None."""
        numbers = [column for column in columns if isinstance(column, np.ndarray) and column.flags.c_contiguous]
        if len(numbers) < len(columns) or any(opening.indicator or not opening.is_plain for opening in self.openings):
            return None
        d, lay = len(self.names), engine().mover().laid
        x, fine = lay(numbers[:d], len(numbers[-1]), room)
        goal, fine_too = lay(numbers[d:], len(numbers[-1]), room)
        return Values(x, goal, whole=True) if fine and fine_too else None

    def _opened_up(self, table: Table, names: Sequence[str], columns: Sequence[Floats | Bad]) -> "Values":
        d, both = len(self.inputs), block_of(table, names, columns, self.openings, self.unknown)
        x, goal = np.ascontiguousarray(both[:, :d]), np.ascontiguousarray(both[:, d:])
        return Values(x, goal, whole=not np.isnan(both).any())

    @property
    def goals_alone(self) -> "Layout":
        """Of the goals' columns only."""
        return replace(self, names=(), openings=(), fills=())

    @property
    def gaps_at(self) -> NDArray[np.intp]:
        """Of each column of the inputs the first input, which is NaN where there is a gap."""
        return np.cumsum([0, *(len(opening.inputs) for opening in self.openings[:-1])], dtype=np.intp)

    def complete(self, table: Table, values: "Values") -> NDArray[np.bool_]:
        """Which rows are taken."""
        if values.whole:
            return np.ones(len(values.goal), dtype=bool)
        if self.way == "refuse":
            owners = [opening.name for opening in self.openings for _ in opening.inputs]
            refuse_missing(table, (*owners, *self.goals), np.column_stack([values.input, values.goal]), REMEDY)
        gaps = np.isnan(values.goal).any(axis=1)
        return np.asarray(~gaps if self.way in FILLING else ~(gaps | np.isnan(values.input).any(axis=1)))

    def taken(self, values: "Values") -> tuple[Floats, Floats]:
        """Inputs and goals of complete rows as a run takes them, which may be written over those given."""
        x, goal = values.input, values.goal
        if not values.whole:
            fill(x, self.fills)
        if self.classes is not None:
            goal = opened(goal, self.classes, self.outputs) if len(goal) else np.empty((0, self.outputs))
        for scaling, numbers in ((self.scaling, x), (self.goal_scaling, goal)):
            if scaling is not None and len(numbers):
                scaling.apply_in_place(numbers)
        return x, goal


class Values(NamedTuple):
    """Rows as they are read, each number finite or missing.

    Attributes
    ----------
    input : (rows, d)
    goal : (rows, goals)
    whole : bool
        Nothing is missing.
    """

    input: Floats
    goal: Floats
    whole: bool

    def of(self, rows: NDArray[np.bool_]) -> "Values":
        """Some of them; of all of them the same."""
        return self if rows.all() else Values(self.input[rows], self.goal[rows], self.whole)

    def digest(self) -> str:
        """A short text that changes when any of the numbers does."""
        digest = engine().mover().digest
        shapes = f"{self.input.shape}{self.goal.shape}".encode()
        return hashlib.blake2b(shapes + digest(self.input) + digest(self.goal), digest_size=DIGEST // 2).hexdigest()

    def older_digest(self) -> str:
        """The same as it was once made, of inputs and goals side by side: older run files, recipes and sweeps hold to it."""
        return fingerprint(np.column_stack([self.input, self.goal]))[:OLDER]
