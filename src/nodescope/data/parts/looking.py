"""What is to be known of all rows before any is read as examples: values of categories, classes, first days, where gaps are.

One pass, of which a few cells of each column are kept: they stand for the column where `choosing.py` looks at all of it. Columns
that look like numbers in some pieces and are text in others are text, and gone through once more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from nodescope.arithmetic.checks import shown
from nodescope.arithmetic.passes import passing
from nodescope.data.choosing import Chosen
from nodescope.data.classes import Classes, Label, classes_of, column_labels
from nodescope.data.columns import Bad, Floats
from nodescope.data.names import known
from nodescope.data.openings import MOST_VALUES, ONE_HOT, days_of, is_nothing, moment
from nodescope.data.parts.pieces import Piece, Pieces
from nodescope.data.table import Table

VALUES = "looking for what columns hold"


def pieces_read(pieces: Pieces, what: str) -> Any:
    """The pieces, one after another; whoever waits is told how far it is."""
    return passing(what, ((piece.rows, piece) for piece in pieces.pieces), pieces.rows)


def chosen_of(pieces: Pieces, names: tuple[str, ...], way: str, asked: Mapping[str, Any], chosen_for_user: bool) -> Chosen:
    """The columns of the inputs and how each is opened up; no row is read where nothing that is asked depends on them."""
    head = pieces.head()
    if not _looks(asked):
        return Chosen(head, names, [np.zeros(1) for _ in names], way, asked, chosen_for_user)
    seen = {name: _Column(head.where) for name in names}
    _gather(pieces, seen, asked.get("dates") is not None)
    mixed = {name: _Column(head.where, as_text=True) for name, column in seen.items() if column.bad and column.numbers}
    if mixed:
        _gather(pieces, mixed, asked.get("dates") is not None)
        seen |= {name: replace(column, bad=seen[name].bad) for name, column in mixed.items()}
    table = replace(head, cells=lambda name: seen[name].cells())
    categories = asked.get("categories")
    if isinstance(categories, Mapping):
        known(head, "categories", list(categories))
    return Chosen(table, names, [seen[name].stand_in() for name in names], way, asked, chosen_for_user)


def classes_in(pieces: Pieces, goal: str) -> Classes:
    """All classes of a column, sorted."""
    name = f"{pieces.where}: column {shown(goal)}"
    found, kinds = _classes(pieces, goal, as_text=False)
    if kinds == {True, False}:
        found, _ = _classes(pieces, goal, as_text=True)
    return classes_of(name, list(found), None)


def _classes(pieces: Pieces, goal: str, as_text: bool) -> tuple[set[Label], set[bool]]:
    """The classes, and whether the pieces that have any are text."""
    found: set[Label] = set()
    kinds: set[bool] = set()
    for piece in pieces_read(pieces, "looking for classes"):
        labels = column_labels(piece.read([goal]), goal, as_text)
        found |= set(labels.labels)
        kinds |= {labels.as_text} if labels.labels else set()
    return found, kinds


def _looks(asked: Mapping[str, Any]) -> bool:
    categories = asked.get("categories")
    opened = list(categories.values()) if isinstance(categories, Mapping) else [categories]
    by_value = any(isinstance(value, str) and value == ONE_HOT for value in opened)
    return by_value or asked.get("dates") is not None or asked.get("indicator") is True


@dataclass
class _Column:
    """What is kept of a column.

    Attributes
    ----------
    where : str
    as_text : bool
        Cells that look like numbers are text.
    bad : Bad or None
        Of the first piece where it is no numbers.
    numbers : bool
        Some piece has numbers in it.
    first : object
        Its first cell that is something.
    found : set
        Different cells, one more at most than a category has.
    gap : bool
        Some cell is nothing.
    day : float
        The first day, where it is dates.
    """

    where: str
    as_text: bool = False
    bad: Bad | None = None
    numbers: bool = False
    first: Any = None
    found: set[Any] = field(default_factory=set)
    gap: bool = False
    day: float = np.inf

    def add(self, table: Table, piece: Piece, column: Floats | Bad, name: str, before: int, dates: bool) -> None:
        """What a piece has of it."""
        if isinstance(column, np.ndarray) and not self.as_text:
            there = ~np.isnan(column)
            self.numbers, self.gap = self.numbers or bool(there.any()), self.gap or not there.all()
            if len(self.found) <= MOST_VALUES:
                self.found |= set(np.unique(column[there])[: MOST_VALUES + 1].tolist())
            return
        if isinstance(column, Bad):
            seen = f"{column.seen} ({piece.where})"
            self.bad = self.bad or Bad(before + column.row, seen, column.remedy, column.text, column.date)
        cells = table.cells(name)
        self.gap = self.gap or any(map(is_nothing, cells))
        if self.first is None:
            self.first = next((cell for cell in cells if not is_nothing(cell)), None)
        if moment(self.first) is None:
            self.found |= {cell for cell in set(cells) if not is_nothing(cell)} if len(self.found) <= MOST_VALUES else set()
        elif dates and not all(map(is_nothing, cells)):
            self.day = min(self.day, float(np.nanmin(days_of(table, cells, name))))

    def stand_in(self) -> Floats | Bad:
        """What stands for the column where it is looked at."""
        if self.bad is not None:
            return self.bad
        return np.array([*self.found, *([np.nan] * self.gap)] or [np.nan])

    def cells(self) -> list[Any]:
        """Its first cell, the different ones, its first day, a gap where there is one."""
        day = [np.datetime64(int(np.floor(self.day)), "D")] if np.isfinite(self.day) else []
        first = [] if self.first is None else [self.first]
        return [*first, *day, *self.found, *([None] * self.gap)]


def _gather(pieces: Pieces, seen: dict[str, _Column], dates: bool) -> None:
    before = 0
    for piece in pieces_read(pieces, VALUES):
        names: Sequence[str] = list(seen)
        table = piece.read(names)
        for name, column in zip(names, table.read(names), strict=True):
            seen[name].add(table, piece, column, name, before, dates)
        before += piece.rows
