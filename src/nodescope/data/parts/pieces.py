"""A table in pieces: each is some consecutive rows of one file, and is read by itself."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nodescope.arithmetic.checks import shown
from nodescope.data.columns import Bad, Floats
from nodescope.data.names import listed_names
from nodescope.data.table import Size, Table
from nodescope.data.written import Written
from nodescope.errors import InputError

ROWS = 1 << 17
"""A piece has at most so many rows where its file can be read so."""


@dataclass(frozen=True)
class Piece:
    """Some rows of a table.

    Attributes
    ----------
    where : str
        What messages call it: "houses/b.parquet, row group 3".
    rows : int
    group : int
        The row group, batch or block that it is of, counted through the table: what the two-level shuffle moves as one.
    read : maps names of columns to a table that has them
    """

    where: str
    rows: int
    group: int
    read: Callable[[Sequence[str]], Table]


@dataclass(frozen=True)
class Part:
    """A file in pieces, their groups counted from 0; or whatever else has one line of names.

    Attributes
    ----------
    where : str
    names : tuple of str
    kinds : dict of str to str
        "numbers", "text" or "dates" of each column, where the file says it.
    pieces : tuple of Piece
    written : Written or None
        How a CSV file is written.
    told : str
        How it was read, where that is not usual.
    """

    where: str
    names: tuple[str, ...]
    kinds: dict[str, str]
    pieces: tuple[Piece, ...]
    written: Written | None = None
    told: str = ""


@dataclass(frozen=True)
class Pieces:
    """A whole table in pieces.

    Attributes
    ----------
    where : str
    given : str, list of str, or None
        What `data=` was, as text; None where it cannot be written down.
    names : tuple of str
    pieces : tuple of Piece
        Those that have rows.
    written, told : as of its first file
    data, said
        What they were found by: the table, and how its CSV files are written.
    """

    where: str
    given: Any
    names: tuple[str, ...]
    pieces: tuple[Piece, ...]
    written: Written | None = None
    told: str = ""
    data: Any = None
    said: Mapping[str, Any] | None = None

    @property
    def rows(self) -> int:
        """Of all of them."""
        return sum(piece.rows for piece in self.pieces)

    def table(self) -> Table:
        """All of it as one table in memory."""

        def read(names: Sequence[str]) -> list[Floats | Bad]:
            read = [piece.read(names).read(names) for piece in self.pieces]
            return [_joined(self.pieces, [columns[i] for columns in read]) for i in range(len(names))]

        def cells(name: str) -> list[Any]:
            return [cell for piece in self.pieces for cell in piece.read([name]).cells(name)]

        return Table(
            self.where, self.given, self.names, read, declared=lambda _most=0.0: Size(self.rows), cells=cells, told=self.told,
            written=self.written,
        )  # fmt: skip

    def head(self) -> Table:
        """Its names, and no rows: what keywords that name columns are held against."""
        return Table(self.where, self.given, self.names, lambda _names: [], told=self.told, written=self.written)


def _joined(pieces: Sequence[Piece], columns: Sequence[Floats | Bad]) -> Floats | Bad:
    before = 0
    for piece, column in zip(pieces, columns, strict=True):
        if isinstance(column, Bad):
            return Bad(before + column.row, f"{column.seen} ({piece.where})", column.remedy, column.text, column.date)
        before += piece.rows
    return np.concatenate([column for column in columns if not isinstance(column, Bad)])


def joined(parts: Sequence[Part], where: str, given: Any) -> Pieces:
    """Files as one table; their columns have to be the same, in any order.

    Raises
    ------
    InputError
        A file has other columns than the first, or none of them has a row.
    """
    first, groups, pieces = parts[0], 0, []
    for part in parts:
        _refuse_other_columns(first, part)
        for piece in part.pieces:
            if piece.rows:
                pieces.append(Piece(piece.where, piece.rows, groups + piece.group, piece.read))
        groups += 1 + max((piece.group for piece in part.pieces), default=-1)
    if not pieces:
        raise InputError(f"{where} has column names but no rows; at least one row is needed")
    return Pieces(where, given, first.names, tuple(pieces), first.written, first.told)


def _refuse_other_columns(first: Part, part: Part) -> None:
    missing = [name for name in first.names if name not in part.names]
    more = [name for name in part.names if name not in first.names]
    if missing or more:
        name, has_it = (missing[0], first) if missing else (more[0], part)
        lacks = part if missing else first
        rest = f" ({listed_names(missing + more)} in all)" if len(missing + more) > 1 else ""
        raise InputError(
            f"{lacks.where} has no column {shown(name)}, and {has_it.where} has one{rest}; files of one table have the same "
            "columns: leave this one out, or write it again"
        )
    for name, kind in first.kinds.items():
        other = part.kinds.get(name, kind)
        if other != kind:
            raise InputError(
                f"{part.where}: column {shown(name)} is {other}, and in {first.where} it is {kind}; write it again as {kind}"
            )
