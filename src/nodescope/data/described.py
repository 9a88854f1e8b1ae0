"""What each column of a table holds, before anything is made of it. n rows."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np

from nodescope.data.columns import Bad, Floats
from nodescope.data.openings import days_of, is_nothing, moment
from nodescope.data.table import Table

FEW = 5
"""So many values of a text are named."""


@dataclass(frozen=True)
class Described:
    """A column.

    Attributes
    ----------
    name : str
    holds : str
        "numbers", "text", "dates", "nothing", or "neither" numbers, text nor dates.
    gaps : int
        Rows without a value.
    different : int
        Different values.
    least, largest : float, str or None
        Of numbers, and of dates the first and last day.
    mean, deviation : float or None
        Of numbers; ddof 0.
    common : tuple of (str, int)
        Of text its most frequent values, and how often they occur.
    odd : str
        Of text that is numbers but for some cell: that cell, where it is, and what to do.
    """

    name: str
    holds: str
    gaps: int
    different: int
    least: float | str | None = None
    largest: float | str | None = None
    mean: float | None = None
    deviation: float | None = None
    common: tuple[tuple[str, int], ...] = ()
    odd: str = ""


def described(table: Table, name: str, column: Floats | Bad) -> Described:
    """What a column holds, as `Table.read` gives it."""
    if not isinstance(column, Bad):
        return _numbers(name, column)
    cells = table.cells(name)
    there = [cell for cell in cells if not is_nothing(cell)]
    gaps, odd = len(cells) - len(there), f"row {column.row} has {column.seen}; {column.remedy}"
    if not there:
        return Described(name, "nothing", gaps, 0)
    if all(moment(cell) is not None for cell in there):
        days = days_of(table, there, name)
        first, last = (str(np.datetime64(int(np.floor(day)), "D")) for day in (days.min(), days.max()))
        return Described(name, "dates", gaps, len(np.unique(days)), first, last)
    if not all(isinstance(cell, str) for cell in there):
        return Described(name, "neither", gaps, 0, odd=odd)
    counts = Counter(there)
    return Described(name, "text", gaps, len(counts), common=tuple(counts.most_common(FEW)), odd=odd if _nearly(there) else "")


def _nearly(there: list[Any]) -> bool:
    """Whether most cells begin or end as numbers do, so that somebody meant numbers."""
    return (
        sum(bool(set(cell[:1] + cell[-1:]) & set("0123456789")) and any(map(str.isdigit, cell)) for cell in there) > len(there) / 2
    )


def _numbers(name: str, column: Floats) -> Described:
    gone = np.isnan(column)
    there = column[~gone]
    if not len(there):
        return Described(name, "nothing", int(gone.sum()), 0)
    least, largest = float(there.min()), float(there.max())
    size = max(abs(least), abs(largest)) or 1.0
    with np.errstate(invalid="ignore"):
        mean, deviation = float((there / size).mean() * size), float((there / size).std() * size)
    return Described(
        name, "numbers", int(gone.sum()), len(np.unique(there)), least, largest, mean, 0.0 if least == largest else deviation
    )
