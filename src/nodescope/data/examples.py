"""Named columns of a table as examples for a node, and the way back: what was used, scaled, dropped and kept unseen.

n examples, d inputs, k goals, m unseen examples. Nothing is dropped or filled in silently: a missing value is refused unless
`missing=` asks otherwise, the rows that went are listed in `Source.dropped`, and `Source.notes` says what was done.
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nodescope.arithmetic.rows import Rows as Streamed
from nodescope.data.scaling import Scaling, scalings
from nodescope.later import Later

if TYPE_CHECKING:
    from nodescope.data import classes as of_classes
    from nodescope.data import fingerprint as prints
    from nodescope.data.classes import Classes, Label
    from nodescope.data.source import Source
else:
    of_classes = Later("nodescope.data.classes")
    prints = Later("nodescope.data.fingerprint")

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Examples:
    """Numbers a node learns from, and those kept from it.

    Attributes
    ----------
    input : (n, d) float64, C order, scaled where there is a `scaling`; or rows that are read when they are asked for
    goal : (n, k) float64, in the person's units, scaled where there is a `goal_scaling`
    unseen_input, unseen_goal : (m, d), (m, k)
        Held out; m may be 0.
    source : Source or None
        None where plain arrays were given.
    scaling : Scaling or None
        Of the inputs.
    goal_scaling : Scaling or None
        Of the goals: networks alone have one, as a flat activation cannot reach far.
    classes : tuple or None
        Where the goals are classes: in the order of the outputs, of one output the one that 0 stands for first.
    names : tuple of str or None
        What the inputs of plain arrays were called, where they were; a table's names are its source's.
    """

    input: Floats
    goal: Floats
    unseen_input: Floats
    unseen_goal: Floats
    source: "Source | None"
    scaling: Scaling | None = None
    goal_scaling: Scaling | None = None
    classes: "Classes | None" = None
    names: tuple[str, ...] | None = None

    @property
    def streams(self) -> bool:
        """Whether the rows are read as they are needed."""
        return isinstance(self.input, Streamed)

    @property
    def digests(self) -> list[str] | None:
        """Fingerprints of the pieces that the rows are read in, "" of those not read yet; None where rows are in memory."""
        rows = self.unseen_input
        return list(rows.parts.store.digests) if isinstance(rows, Streamed) else None

    @property
    def notes(self) -> tuple[str, ...]:
        """What was found and done that a person should know, a line each; also what rows showed that are read as needed."""
        told, rows = () if self.source is None else self.source.notes, self.unseen_input
        found: list[str] = rows.parts.store.found if isinstance(rows, Streamed) else []
        return (*told, *(line for line in found if line not in told))

    @property
    def labels(self) -> "list[Label]":
        """The class of each example, where goals are classes."""
        return [] if self.classes is None else of_classes.decoded(self.goal, self.classes)

    def with_seen(self, x: Floats, goal: Floats) -> "Examples":
        """The same, with other numbers (c, d) and (c, k) in the place of the seen rows'."""
        return replace(self, input=x, goal=goal)

    def scaled(self, x: Floats) -> Floats:
        """Inputs (m, d) in the person's units as the run takes them."""
        return x if self.scaling is None else self.scaling.apply(x)

    def in_own_units(self, goals: Floats) -> Floats:
        """Goals or predictions (m, k) of the run as the person has them."""
        return goals if self.goal_scaling is None else self.goal_scaling.undo(goals)

    def standardised(self, standardise: object, *, goals_too: bool) -> "Examples":
        """The same examples on the scale that `standardise` asks for, measured on the seen rows. Their arrays are written over."""
        scaling, goal_scaling, to_do = scalings(standardise, self.input, self.goal, goals_too=goals_too)
        of_input, of_goal = (self.input, self.unseen_input), (self.goal, self.unseen_goal)
        for measured, both in ((scaling, of_input), (goal_scaling, of_goal)):
            if measured is not None and to_do:
                for numbers in both:
                    measured.apply_in_place(numbers)
        return replace(self, scaling=scaling, goal_scaling=goal_scaling)

    def scaling_told(self) -> dict[str, Any]:
        """`standardise` in numbers: that of the inputs, and under "goal" that of the goals; empty where nothing is scaled."""
        told: dict[str, Any] = {} if self.scaling is None else self.scaling.settings()
        return told if self.goal_scaling is None else told | {"goal": self.goal_scaling.settings()}

    @property
    def fingerprint(self) -> str:
        """Of the numbers that take part in a run; of rows that are read as they are needed those of their pieces."""
        if isinstance(self.input, Streamed):
            told: str = self.input.parts.fingerprint()
            return told
        return prints.fingerprint(self.input) + prints.fingerprint(self.goal)

    def older_fingerprint(self) -> str | None:
        """That of rows that are read as they are needed as it was once made, by one more pass over them; None of others."""
        if not isinstance(self.input, Streamed):
            return None
        told: str = self.input.parts.older_fingerprint()
        return told
