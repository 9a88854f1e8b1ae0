"""How the columns of a piece become numbers: read, opened up, looked at for gaps, filled, scaled.

d inputs, k outputs.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from nodescope.data.block import block_of, refuse_text
from nodescope.data.classes import Classes, codes_among, opened
from nodescope.data.columns import Floats
from nodescope.data.gaps import FILLING, fill, refuse_missing
from nodescope.data.openings import Opening
from nodescope.data.scaling import Scaling
from nodescope.data.table import Table

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

    def values(self, table: Table) -> Floats:
        """Inputs and goals (or places among the classes) side by side, (rows, d + goals); NaN where there is nothing."""
        names = (*self.names, *self.goals)
        if self.classes is None:
            columns = table.read(names)
        else:
            columns = [*table.read(self.names), codes_among(table, self.goals[0], self.classes)]
        refuse_text(table, names, columns, self.openings)
        return block_of(table, names, columns, self.openings, self.unknown)

    @property
    def goals_alone(self) -> "Layout":
        """Of the goals' columns only."""
        return replace(self, names=(), openings=(), fills=())

    @property
    def gaps_at(self) -> NDArray[np.intp]:
        """Of each column of the inputs the first input, which is NaN where there is a gap."""
        return np.cumsum([0, *(len(opening.inputs) for opening in self.openings[:-1])], dtype=np.intp)

    def complete(self, table: Table, values: Floats) -> NDArray[np.bool_]:
        """Which rows are taken."""
        d = len(self.inputs)
        needed = values[:, d:] if self.way in FILLING else values
        if self.way == "refuse":
            owners = [opening.name for opening in self.openings for _ in opening.inputs]
            refuse_missing(table, (*owners, *self.goals), values, REMEDY)
        return np.asarray(~np.isnan(needed).any(axis=1))

    def taken(self, values: Floats) -> tuple[Floats, Floats]:
        """Inputs and goals of complete rows as a run takes them."""
        d = len(self.inputs)
        x, goal = np.ascontiguousarray(values[:, :d]), np.ascontiguousarray(values[:, d:])
        fill(x, self.fills)
        if self.classes is not None:
            goal = opened(goal, self.classes, self.outputs) if len(goal) else np.empty((0, self.outputs))
        for scaling, numbers in ((self.scaling, x), (self.goal_scaling, goal)):
            if scaling is not None and len(numbers):
                scaling.apply_in_place(numbers)
        return x, goal
