"""A table as a value: its columns' names, and float64 numbers of the columns asked for (NaN = missing).

Nothing is converted that is not asked for, and no Python runs per row unless a message has to name one.
"""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodescope.data import columns
from nodescope.data.columns import Bad
from nodescope.data.written import Written

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Size:
    """What a table says of itself before its numbers are read.

    Attributes
    ----------
    rows : int
        At most so many.
    unpacked : int
        Bytes that it takes in memory, by its own word; 0 where it is there already or is not packed.
    """

    rows: int = 0
    unpacked: int = 0


@dataclass(frozen=True)
class Table:
    """Named columns, read when asked for.

    Attributes
    ----------
    where : str
        What messages call it: a path, "a pandas DataFrame", …
    path : str, list of str or None
    names : tuple of str
    read : maps names to their columns: (n,) float64, NaN = missing, or `Bad` for a column that is not numeric
    line_of : the text " (line 7)" for data row 6 where that is certain, else ""
    positional : the columns have no names of their own
    declared : the size that a file declares; of a packed CSV file no more is unpacked for it than the bytes given
    cells : maps a name to what stands in its column, as Python has it: text, numbers, None where there is nothing
    told : how it was read, in words, where that is not the usual way; else ""
    written : how it is written, of a CSV file
    stored : maps names to their columns as they are stored, where each of them is float32 without gaps; else None
    """

    where: str
    path: str | list[str] | None
    names: tuple[str, ...]
    read: Callable[[Sequence[str]], list[Floats | Bad]]
    line_of: Callable[[int], str] = lambda _row: ""
    positional: bool = False
    declared: Callable[..., Size] = lambda _most=0.0: Size()
    cells: Callable[[str], list[Any]] = lambda _name: []
    told: str = ""
    written: Written | None = None
    stored: Callable[[Sequence[str]], "list[NDArray[np.float32]] | None"] = lambda _names: None

    def remembered(self) -> "Table":
        """The same table, whose numbers are read once however often they are asked for; a file that changes meanwhile is not
        looked at again."""
        kept: dict[tuple[str, ...], list[Floats | Bad]] = {}

        def read(names: Sequence[str]) -> list[Floats | Bad]:
            wanted = tuple(names)
            if wanted not in kept:
                kept[wanted] = self.read(wanted)
            return kept[wanted]

        return replace(self, read=read, cells=cache(self.cells))

    def at_hand(self, most: int) -> "Table":
        """The same table, read in one go when it is first asked for anything; unless it may hold more than `most` numbers."""
        if self.declared().rows * len(self.names) > most:
            return self
        kept: dict[str, Floats | Bad] = {}

        def read(names: Sequence[str]) -> list[Floats | Bad]:
            if not kept:
                kept.update(zip(self.names, self.read(self.names), strict=True))
            return [kept[name] for name in names]

        return replace(self, read=read, cells=cache(self.cells))


def arrow_table(table: Any, where: str, path: str | None, hidden: Collection[str] = ()) -> Table:
    """A pyarrow Table as ours; a data frame's row labels (its index) are not among its columns."""
    names = tuple(n for n in table.column_names if n not in hidden and not is_index(n))
    return Table(
        where, path, names, lambda wanted: [columns.from_arrow(table.column(name)) for name in wanted],
        cells=lambda name: list(table.column(name).to_pylist()),
        stored=lambda wanted: columns.stored([table.column(name) for name in wanted]),
    )  # fmt: skip


def separator_hint(names: Sequence[str]) -> str:
    """What to do where the only column's name holds what divides the cells elsewhere, else nothing."""
    if len(names) != 1 or not any(mark in names[0] for mark in ";\t|"):
        return ""
    return f'its only column is {names[0]!r:.60}: say what divides the cells (delimiter=";"), or save the file with commas'


def headless(names: Sequence[str]) -> str:
    """The question to ask where all names are numbers, as in a file that begins with a row; counted columns 0, 1, 2 … are names."""
    counted = [[str(i + first) for i in range(len(names))] for first in (0, 1)]
    if not names or list(names) in counted or not all(_is_number(name) for name in names):
        return ""
    listed = ", ".join(f"{name!r:.20}" for name in names[:3]) + (", …" if len(names) > 3 else "")
    return f"the column names are numbers ({listed}): is the line of names missing? Put one before the first row"


def _is_number(name: str) -> bool:
    try:
        float(name)
    except ValueError:
        return False
    return True


def is_index(name: str) -> bool:
    """The name under which pandas hands on row labels that have none."""
    return re.fullmatch(r"__index_level_\d+__", name) is not None


def index_columns(table: Any) -> set[str]:
    import json

    kept = (table.schema.metadata or {}).get(b"pandas")
    labels = json.loads(kept)["index_columns"] if kept else []
    return {label for label in labels if isinstance(label, str)}
