"""How a column of a table becomes inputs: a number as it is, a category as a 0 or 1 for each of its values, a date as its parts.

The order is fixed when a run is made, and kept with it. n rows, w inputs of a column.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np

from nodescope.arithmetic.checks import choice, shown
from nodescope.data.classes import NOTHING
from nodescope.data.columns import Bad, Floats
from nodescope.data.table import Table
from nodescope.errors import InputError

Value = str | int | float | bool
PARTS = ("year", "month", "weekday", "days")
"""Of a date; weekday 0 is Monday, days are counted from a first one."""
ONE_HOT = "one-hot"
MOST_VALUES = 1000
"""A column of more different values is hardly a category."""
_SECONDS = 86400.0


@dataclass(frozen=True)
class Opening:
    """What is made of a column.

    Attributes
    ----------
    name : str
    values : tuple
        Of a category, in the order of its inputs.
    parts : tuple of str
        Of a date.
    since : str
        The day that "days" are counted from, as 2020-12-31.
    indicator : bool
        A further input is 1 where the column has no value.
    """

    name: str
    values: tuple[Value, ...] = ()
    parts: tuple[str, ...] = ()
    since: str = ""
    indicator: bool = False

    @property
    def is_plain(self) -> bool:
        """Whether the column is numbers, taken as they are."""
        return not (self.values or self.parts)

    @property
    def own(self) -> tuple[str, ...]:
        """Names of its inputs without the indicator's."""
        if self.values:
            return tuple(f"{self.name}={value}" for value in self.values)
        return tuple(f"{self.name} {part}" for part in self.parts) if self.parts else (self.name,)

    @property
    def inputs(self) -> tuple[str, ...]:
        """Names of its inputs, in their order."""
        return (*self.own, f"{self.name} missing") if self.indicator else self.own

    def block(self, table: Table, column: Floats | Bad, name: str, unknown: str) -> Floats:
        """Its inputs (n, w) from another table's column of that name; NaN where there is no value.

        Raises
        ------
        InputError
            A value that is none of the category's, unless `unknown` is "ignore"; no date where there was one.
        """
        if self.values:
            block = self._zeros_and_ones(table, self._cells(table, column, name), name, unknown)
        elif self.parts:
            block = self._of_dates(table, table.cells(name), name)
        else:
            assert not isinstance(column, Bad)
            block = column[:, None]
        if not self.indicator:
            return block
        return np.column_stack([block, np.isnan(block).any(axis=1).astype(np.float64)])

    def _cells(self, table: Table, column: Floats | Bad, name: str) -> Sequence[Any]:
        """As text where the values are, though some rows may hold numbers alone."""
        is_text = any(isinstance(value, str) for value in self.values)
        return table.cells(name) if is_text else _cells(table, column, name)

    def _zeros_and_ones(self, table: Table, cells: Sequence[Any], name: str, unknown: str) -> Floats:
        place = {value: i for i, value in enumerate(self.values)}
        at = np.array([-1 if is_nothing(cell) else place.get(cell, -2) for cell in cells], dtype=np.int64)
        if unknown == "refuse" and (at == -2).any():
            row = int(np.argmax(at == -2))
            few = ", ".join(f"{value!r:.40}" for value in self.values[:8]) + (", …" if len(self.values) > 8 else "")
            raise InputError(
                f"{table.where}: row {row + 1}{table.line_of(row + 1)}, column {shown(name)} has {shown(cells[row])}, which "
                f'is none of the values known ({few}); correct it, or fit with unknown="ignore"'
            )
        block: Floats = (at[:, None] == np.arange(len(self.values))).astype(np.float64)
        block[at == -1] = np.nan
        return block

    def _of_dates(self, table: Table, cells: Sequence[Any], name: str) -> Floats:
        days = days_of(table, cells, name)
        there = ~np.isnan(days)
        whole = np.floor(np.where(there, days, 0.0)).astype("M8[D]")
        month = whole.astype("M8[M]").astype(np.int64)
        first = np.datetime64(self.since or "1970-01-01", "D").astype(np.int64)
        made = {
            "year": 1970 + month // 12,
            "month": month % 12 + 1,
            "weekday": (whole.astype(np.int64) + 3) % 7,
            "days": np.where(there, days, 0.0) - first,
        }
        block = np.column_stack([made[part].astype(np.float64) for part in self.parts])
        block[~there] = np.nan
        return block


def _cells(table: Table, column: Floats | Bad, name: str) -> list[Any]:
    """A category's values: text, or the numbers that the column is of."""
    if isinstance(column, Bad):
        return table.cells(name)
    whole = column.tolist()
    return [int(value) if value == value and value.is_integer() else value for value in whole]


def is_nothing(cell: Any) -> bool:
    """Whether a cell has no value."""
    if cell is None or type(cell).__name__ in NOTHING:
        return True
    try:
        return bool(cell != cell)
    except Exception:  # a signalling NaN, an array, an object that cannot be compared: it is something
        return False


def values_of(table: Table, column: Floats | Bad, name: str) -> tuple[Value, ...]:
    """The different values of a column, sorted: of a category the order of its inputs.

    Raises
    ------
    InputError
        They are no text, or too many.
    """
    found = {cell for cell in _cells(table, column, name) if not is_nothing(cell) and isinstance(cell, Value)}
    if len({isinstance(value, str) for value in found}) > 1:
        raise InputError(
            f"{table.where}: column {shown(name)} has text beside numbers; make it all text, or leave it out of inputs"
        )
    if len(found) > MOST_VALUES:
        raise InputError(
            f"{table.where}: column {shown(name)} has more than {MOST_VALUES:,} different values, too many for a category; "
            "leave it out of inputs"
        )
    if not found:
        raise InputError(f"{table.where}: column {shown(name)} has no values; leave it out of inputs")
    return tuple(sorted(found))


def moment(cell: Any) -> float | None:
    """Days from 1970-01-01 to a date or time; None for what is none, text that is not written as 2020-12-31 among it."""
    if isinstance(cell, str):
        if len(cell) < 10 or cell[4] != "-":
            return None
        try:
            cell = datetime.fromisoformat(cell)
        except ValueError:
            return None
    if isinstance(cell, datetime):
        if cell.tzinfo is not None:
            cell = cell.astimezone(UTC).replace(tzinfo=None)
        return float((cell - datetime(1970, 1, 1)) / timedelta(days=1))
    if isinstance(cell, date):
        return float((cell - date(1970, 1, 1)).days)
    if isinstance(cell, np.datetime64) and not np.isnat(cell):
        return float(cell.astype("M8[s]").astype(np.int64)) / _SECONDS
    return None


def days_of(table: Table, cells: Sequence[Any], name: str) -> Floats:
    """Each cell's days since 1970-01-01, NaN where there is no value."""
    days = np.full(len(cells), np.nan)
    for i, cell in enumerate(cells):
        if is_nothing(cell):
            continue
        found = moment(cell)
        if found is None:
            raise InputError(
                f"{table.where}: row {i + 1}{table.line_of(i + 1)}, column {shown(name)} has {shown(cell)}, which is no date; "
                "write it as 2020-12-31"
            )
        days[i] = found
    return days


def parts_asked(dates: Any) -> tuple[tuple[str, ...], Mapping[str, str]]:
    """The value of `dates`, checked: which parts, and the day that each column's days are counted from, where that is known.

    It is a list of parts, one of them, or {"parts": […], "since": {column: "2020-12-31"}}.
    """
    told = dates if isinstance(dates, Mapping) else {"parts": dates}
    if named := [name for name in told if name not in ("parts", "since")]:
        raise InputError(
            f"dates is {shown(dates)}, which names {shown(named[0])}; all columns of dates are opened up into the same parts: give "
            'these alone, dates=["year", "month"], and the columns that are to be inputs by inputs=[…]'
        )
    parts, since = told.get("parts"), told.get("since", {})
    wanted = [part.strip() for part in parts.split(",")] if isinstance(parts, str) else parts
    if not isinstance(wanted, list | tuple) or not wanted or not isinstance(since, Mapping):
        raise InputError(f"dates is {shown(dates)}; it is a list of {', '.join(map(repr, PARTS))}")
    chosen = tuple(choice("dates", part, *PARTS) for part in wanted)
    if len(set(chosen)) < len(chosen):
        raise InputError(f"dates is {shown(dates)}, which names a part twice; once is enough")
    for day in since.values():
        if not isinstance(day, str) or len(day) != 10 or moment(day) is None:
            raise InputError(f"dates: since has {shown(day)}; it is a day, written as 2020-12-31")
    return chosen, since
