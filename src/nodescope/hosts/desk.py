"""What the local page has: tables and runs, in a folder of its own; whatever is refused leaves nothing behind."""

import asyncio
import math
import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nodescope.data.columns import Bad, Floats
from nodescope.data.open import open_table
from nodescope.data.table import Table, headless, separator_hint
from nodescope.errors import FileError, InputError
from nodescope.hosts import caps
from nodescope.hosts.jobs import Jobs
from nodescope.hosts.upload import safe_name
from nodescope.run.fit_choices import reasons

_ELSEWHERE = "fit it in the shell (nodescope run --data) or in Python"
SHOWN_ROWS, SHOWN_COLUMNS, SHOWN_LETTERS = 3, 24, 40
"""Of a table so much is shown before it is fitted."""


@dataclass(frozen=True)
class Shelved:
    """A table that was looked through.

    Attributes
    ----------
    path : Path
    names : tuple of str
        All of them, in the table's order.
    numbers : dict of str
        Names of the columns of numbers, by their place.
    headless : str
        The question to ask where the first line may be a row and no column names, else "".
    told : str
        How it is read, where that is not the usual way.
    left_out : dict of str
        Names of the columns that a fit leaves out unless it is told to take them, with the reason.
    reading : dict
        What a person said of how it is written.
    first : tuple of tuple of str
        Its first rows, in words.
    """

    path: Path
    names: tuple[str, ...]
    numbers: dict[int, str]
    headless: str
    told: str = ""
    left_out: dict[str, str] = field(default_factory=dict)
    reading: dict[str, Any] = field(default_factory=dict)
    first: tuple[tuple[str, ...], ...] = ()

    @property
    def reading_as_typed(self) -> dict[str, str]:
        """How it is read, as the form's fields have it."""
        words = {True: "yes", False: "no"}
        return {name: words[value] if isinstance(value, bool) else str(value) for name, value in self.reading.items()}


@dataclass(eq=False)
class Desk:
    """A local page's tables and runs."""

    folder: Path
    kept: Path | None = None
    """Where runs outlive the page."""
    tables: dict[int, Shelved] = field(default_factory=dict)
    reading: threading.Lock = field(default_factory=threading.Lock, repr=False)
    """One table is read at a time: that is what takes memory."""

    showing: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1), repr=False)
    """A view of a large run takes memory too, so they are made one by one."""

    def __post_init__(self) -> None:
        self.jobs = Jobs(self.folder, self.kept)
        self._places = 0
        self._coming = 0

    def shelve(self, path: Path) -> int:
        """Take a table in that is there already; its number."""
        with self.reading:
            table = looked_through(path)
            number = max(self.tables, default=-1) + 1
            self.tables[number] = table
        return number

    def look_again(self, number: int, reading: dict[str, Any]) -> None:
        """Look through a table once more, as a person says that it is written."""
        with self.reading:
            self.tables[number] = looked_through(self.tables[number].path, reading)

    @contextmanager
    def room_for(self, length: int) -> Iterator[Path]:
        """A place for a table of so many bytes that comes in; gone again where it is refused.

        Raises
        ------
        InputError
            There is no room.
        """
        kept = sum(table.path.stat().st_size for table in list(self.tables.values()) if table.path.exists())
        if len(self.tables) >= caps.MOST_TABLES or kept + self._coming + length > caps.MOST_DISK:
            raise InputError(
                f"{len(self.tables)} tables are open and there is no room for another; end nodescope and start it again"
            )
        place = self.folder / f"table-{self._places}"
        self._places += 1
        self._coming += length
        try:
            place.mkdir()
            yield place
        except BaseException as error:
            shutil.rmtree(place, ignore_errors=True)
            if isinstance(error, OSError) and not isinstance(error, FileError):
                raise FileError(f"the table cannot be kept: {error.strerror or error}; make room on the disk") from error
            raise
        finally:
            self._coming -= length

    @contextmanager
    def passing(self, length: int) -> Iterator[Path]:
        """The same for a table that is looked at once and not kept."""
        with self.room_for(length) as place:
            try:
                yield place
            finally:
                shutil.rmtree(place, ignore_errors=True)

    def named(self, part: Path, name: str) -> int:
        """Give an upload its name and take it in; its number."""
        return self.shelve(part.rename(part.with_name(safe_name(name))))

    def sentence(self, error: Exception) -> str:
        """What went wrong, without the folder that uploads are in."""
        return re.sub(re.escape(str(self.folder)) + r"/([\w-]+/)?", "", str(error))


def looked_through(path: Path, reading: dict[str, Any] | None = None) -> Shelved:
    """Which columns of a table hold numbers, and which a fit leaves out; its declared size is looked at first.

    Raises
    ------
    InputError
        It is no table, too large for the page, or holds nothing but text that differs from row to row.
    """
    opened = open_table(path, reading)
    refuse_too_large(opened)
    opened = opened.at_hand(caps.MOST_NUMBERS)
    columns = opened.read(opened.names)
    left_out = reasons(opened)
    numbers = {i: name for i, name in enumerate(opened.names) if not isinstance(columns[i], Bad)}
    if not numbers and len(left_out) == len(opened.names):
        first = next(column for column in columns if isinstance(column, Bad))
        hint = separator_hint(opened.names)
        seen = f"row {first.row}, column {opened.names[0]!r:.80} has {first.seen}"
        raise InputError(f"{opened.where} has no column of numbers: {seen}; {hint or first.remedy}")
    rows = _first_rows(opened, columns)
    return Shelved(path, opened.names, numbers, headless(opened.names), opened.told, left_out, reading or {}, rows)


def _first_rows(table: Table, columns: list[Floats | Bad]) -> tuple[tuple[str, ...], ...]:
    """What stands in the first rows, in words; nothing where a cell is empty."""
    shown = []
    for name, column in zip(table.names[:SHOWN_COLUMNS], columns, strict=False):
        if isinstance(column, Bad):
            shown.append(["" if cell is None else str(cell)[:SHOWN_LETTERS] for cell in table.cells(name)[:SHOWN_ROWS]])
        else:
            shown.append(["" if math.isnan(value) else f"{value:.10g}" for value in column[:SHOWN_ROWS].tolist()])
    return tuple(zip(*shown, strict=True))


def refuse_too_large(table: Table) -> None:
    """Raise InputError for a table that this page does not take."""
    if len(table.names) > caps.MOST_COLUMNS:
        raise InputError(
            f"{table.where} has {len(table.names):,} columns, this page shows at most {caps.MOST_COLUMNS:,}; {_ELSEWHERE}"
        )
    size = table.declared(caps.MOST_UNPACKED)
    if size.unpacked > caps.MOST_UNPACKED:
        seen = f"unpacks to {size.unpacked / 2**20:,.0f} MiB"
        raise InputError(f"{table.where} {seen}, this page takes at most {caps.MOST_UNPACKED // 2**20}; {_ELSEWHERE}")
    if size.rows * len(table.names) > caps.MOST_NUMBERS:
        seen = f"{size.rows:,} rows of {len(table.names):,} columns"
        raise InputError(f"{table.where} has {seen}, this page takes at most {caps.MOST_NUMBERS:,} numbers; {_ELSEWHERE}")
