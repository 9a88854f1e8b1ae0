"""Predictions of a table that is not in memory as a whole: a piece at a time."""

from collections.abc import Iterator
from typing import Any

from nodescope.data import Source
from nodescope.data.names import by_position
from nodescope.data.parts.deciding import is_large
from nodescope.data.parts.found import pieces_of


def tables_of(source: Source, table: Any) -> Iterator[Any]:
    """A large table's pieces, one after another, each as `predict` takes it; of any other the table itself."""
    if not is_large(table):
        yield table
        return
    pieces = pieces_of(table)
    if not set(source.columns) <= set(pieces.names) and source.reading:
        pieces = pieces_of(table, source.reading)
    names = by_position(pieces.head(), source.columns)
    for piece in pieces.pieces:
        yield piece.read(names)
