"""Where examples came from and what was done to them: enough to read another table in the same way.

n examples, d inputs, k goals, m unseen examples.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nodescope.data.columns import Floats
from nodescope.data.gap_ways import FILLING, WAYS
from nodescope.data.gaps import fill, refuse_missing
from nodescope.data.names import by_position
from nodescope.data.open import open_table
from nodescope.data.openings import PARTS, Opening, moment
from nodescope.data.table import Table
from nodescope.data.written import Written
from nodescope.later import Later

if TYPE_CHECKING:
    from nodescope.data import block
else:
    block = Later("nodescope.data.block")

Rows = NDArray[np.int64]
UNKNOWN = ("refuse", "ignore")


@dataclass(frozen=True, eq=False)
class InPieces:
    """Of a table whose rows are read as they are needed.

    Attributes
    ----------
    rows, complete : list of int
        Rows of each piece, and those that are taken.
    groups : list of int
        The first piece of each group of the two-level shuffle, and their number.
    dropped : int
        Rows that are left out.
    outputs : int
        k.
    unseen : list of int
        Rows of each piece that are kept unseen, where these are of each class the same share; else empty.
    """

    rows: list[int]
    complete: list[int]
    groups: list[int]
    dropped: int
    outputs: int
    unseen: list[int] = field(default_factory=list)

    def refuse_misfit(self) -> None:
        """Raise ValueError where its numbers do not fit together, as of a damaged file."""
        fits = len(self.rows) == len(self.complete) > 0 and all(0 <= c <= r for r, c in zip(self.rows, self.complete, strict=True))
        in_order = self.groups[:1] == [0] and self.groups[-1:] == [len(self.rows)] and self.groups == sorted(set(self.groups))
        dropped = sum(self.rows) - sum(self.complete)
        drawn = not self.unseen or (
            len(self.unseen) == len(self.rows) and all(0 <= u <= c for u, c in zip(self.unseen, self.complete, strict=True))
        )
        if not fits or not drawn or not in_order or self.dropped != dropped or self.outputs < 1 or not any(self.complete):
            raise ValueError("the pieces of its table do not fit together")


@dataclass(frozen=True, eq=False)
class Source:
    """Where examples came from, and what was done to them.

    Attributes
    ----------
    where : str
        A path, or a description of what was given.
    path : str, list of str or None
    inputs, goals : tuple of str
        Names of the inputs, in the order of the weights, and the goals' columns.
    one_goal : bool
        The goal was given as one name, not as a list.
    missing : str
        "refuse", "drop", "mean", "median" or "zero"
    holdout : float
    seed : int
    dropped : tuple of int
        Rows dropped for a missing value; the first data row is row 1.
    seen_rows, unseen_rows : int64 arrays
        Data rows of the examples, counted from 0.
    openings : tuple of Opening
        How each column becomes inputs; empty where each is its own.
    fills : tuple of float
        What stands for a gap in each input; empty where gaps are not filled.
    unknown : "refuse" or "ignore"
        What becomes of a category's value that was never seen.
    reading : dict
        `descend`'s keywords that say how the file is written.
    notes : tuple of str
        What was found and done that a person should know, a line each.
    in_pieces : InPieces or None
        Where rows are read as they are needed: then they are not listed.
    """

    where: str
    path: str | list[str] | None
    inputs: tuple[str, ...]
    goals: tuple[str, ...]
    one_goal: bool
    missing: str
    holdout: float
    seed: int
    dropped: tuple[int, ...]
    seen_rows: Rows
    unseen_rows: Rows
    openings: tuple[Opening, ...] = ()
    fills: tuple[float, ...] = ()
    unknown: str = "refuse"
    reading: dict[str, str | bool] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    in_pieces: InPieces | None = None

    @property
    def left_out(self) -> int:
        """Rows dropped for a missing value."""
        return len(self.dropped) if self.in_pieces is None else self.in_pieces.dropped

    @property
    def opened(self) -> tuple[Opening, ...]:
        """How each column becomes inputs."""
        return self.openings or tuple(Opening(name) for name in self.inputs)

    @property
    def columns(self) -> tuple[str, ...]:
        """The table's columns that the inputs are made of."""
        return tuple(opening.name for opening in self.opened)

    def matrix(self, table: Any) -> Floats:
        """Inputs (n, d) of another table: the same columns by name, in its units, opened up and filled as they were.

        Raises
        ------
        InputError
            A column is not there, a value is missing, not finite or, of a category, not known.
        """
        opened = self._table(table)
        names = by_position(opened, self.columns)
        columns = opened.read(names)
        block.refuse_text(opened, names, columns, self.opened)
        x = block.block_of(opened, names, columns, self.opened, self.unknown)
        if self.fills:
            fill(x, self.fills)
        owners = [name for name, opening in zip(names, self.opened, strict=True) for _ in opening.inputs]
        refuse_missing(opened, owners, x, "fill it in or leave the row out: a prediction needs every input")
        return x

    def _table(self, table: Any) -> Table:
        """Another table, written in its own way; where it says too little, in that of the first."""
        opened = open_table(table, usual=Written(**self.reading))  # type: ignore[arg-type]
        if opened.written is None or not self.reading or set(self.columns) <= set(opened.names):
            return opened
        return open_table(table, self.reading)

    def told(self) -> dict[str, Any]:
        """`descend`'s keywords that read the same columns in the same way."""
        goal = self.goals[0] if self.one_goal else list(self.goals)
        return {
            "data": self.path, "inputs": list(self.columns), "goal": goal, **self.reading, **self._opened_told(),
            "missing": self._missing_told(), "holdout": self.holdout,
        }  # fmt: skip

    def _missing_told(self) -> Any:
        if not self.fills:
            return self.missing
        return {"by": self.missing, "values": dict(zip(self.inputs, self.fills, strict=True))}

    def _opened_told(self) -> dict[str, Any]:
        told: dict[str, Any] = {}
        if values := {opening.name: list(opening.values) for opening in self.openings if opening.values}:
            told["categories"] = values
        if self.unknown != "refuse":
            told["unknown"] = self.unknown
        if dates := [opening for opening in self.openings if opening.parts]:
            since = {opening.name: opening.since for opening in dates if opening.since}
            told["dates"] = {"parts": list(dates[0].parts), "since": since}
        if marked := [opening.name for opening in self.openings if opening.indicator]:
            told["indicator"] = marked
        return told

    def refuse_misfit(self) -> None:
        """Raise ValueError where what was done does not give the inputs that there are, as of a damaged file."""
        made = [name for opening in self.opened for name in opening.inputs]
        known = self.missing in WAYS and self.unknown in UNKNOWN and bool(self.fills) == (self.missing in FILLING)
        dates = all(set(o.parts) <= set(PARTS) and (not o.since or moment(o.since) is not None) for o in self.openings)
        if made != list(self.inputs) or not known or not dates or len(self.fills) not in (0, len(made)):
            raise ValueError("its table was not read as its inputs say")
        if not np.isfinite(self.fills).all():
            raise ValueError("a gap of its table is filled with no number")
        try:
            Written(**self.reading)  # type: ignore[arg-type]
        except TypeError as error:
            raise ValueError("its table is written in no way that is known") from error

    def to_dict(self) -> dict[str, Any]:
        """Plain values for a file; `from_dict` reads them."""
        kept = {name: getattr(self, name) for name in ("where", "path", "one_goal", "missing", "holdout", "seed")}
        for name in ("inputs", "goals", "dropped"):
            kept[name] = list(getattr(self, name))
        for name in ("seen_rows", "unseen_rows"):
            kept[name] = getattr(self, name).tolist()
        more = {"fills": list(self.fills), "reading": self.reading, "notes": list(self.notes)}
        more["openings"] = [asdict(opening) for opening in self.openings]
        if self.in_pieces is not None:
            kept["in_pieces"] = asdict(self.in_pieces)
        kept |= {name: value for name, value in more.items() if value}
        return kept if self.unknown == "refuse" else kept | {"unknown": self.unknown}

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> "Source":
        """The source that `to_dict` described."""
        values = dict(kept)
        for name in ("inputs", "goals", "dropped", "fills", "notes"):
            values[name] = tuple(values.get(name, ()))
        for name in ("seen_rows", "unseen_rows"):
            values[name] = np.array(values[name], dtype=np.int64)
        values["openings"] = tuple(
            Opening(**{**opening, "values": tuple(opening["values"]), "parts": tuple(opening["parts"])})
            for opening in values.get("openings", ())
        )
        if values.get("in_pieces") is not None:
            values["in_pieces"] = InPieces(**values["in_pieces"])
        return cls(**values)
