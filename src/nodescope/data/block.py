"""Columns of a table as one block of numbers (n, d), each finite or missing; what is none is refused by row and column."""

from collections.abc import Sequence

import numpy as np

from nodescope.arithmetic.checks import shown
from nodescope.data.columns import Bad, Floats
from nodescope.data.names import listed_names
from nodescope.data.openings import Opening
from nodescope.data.table import Table
from nodescope.errors import InputError

Columns = Sequence[Floats | Bad]


def refuse_text(
    table: Table, names: Sequence[str], columns: Columns, openings: Sequence[Opening], chosen_for_user: bool = False
) -> None:
    """Raise InputError where a column has to be numbers and is none; `openings` are those of the first of them, the inputs."""
    d = len(openings)
    plain = [*(opening.is_plain for opening in openings), *([True] * (len(names) - d))]
    bad = {name: c for name, c, as_it_is in zip(names, columns, plain, strict=True) if as_it_is and isinstance(c, Bad)}
    if bad:
        raise InputError(_not_numeric(table, tuple(names), bad, chosen_for_user, d))


def block_of(table: Table, names: Sequence[str], columns: Columns, openings: Sequence[Opening], unknown: str) -> Floats:
    """Inputs that are opened up, and after them columns as they are; of columns that are all float32 a block of these."""
    d = len(openings)
    rows = next((len(column) for column in columns if not isinstance(column, Bad)), None)
    rows = len(table.cells(names[0])) if rows is None else rows
    if not rows:
        raise InputError(f"{table.where} has column names but no rows; at least one row is needed")
    width = sum(len(opening.inputs) for opening in openings) + len(names) - d
    as_they_are = all(isinstance(column, np.ndarray) and column.dtype == np.float32 for column in columns) and width == len(names)
    values, at = np.empty((rows, width), np.float32 if as_they_are else np.float64), 0
    for i, (name, column) in enumerate(zip(names, columns, strict=True)):
        opening = openings[i] if i < d else Opening(name)
        part = opening.block(table, column, name, unknown)
        if opening.is_plain:
            _refuse_infinite(table, name, part)
        values[:, at : at + part.shape[1]] = part
        at += part.shape[1]
    return values


def _not_numeric(table: Table, names: tuple[str, ...], bad: dict[str, Bad], chosen_for_user: bool, d: int) -> str:
    name = next((goal for goal in names[d:] if goal in bad), next(iter(bad)))
    first = bad[name]
    message = f"{table.where}: row {first.row}{table.line_of(first.row)}, column {shown(name)} has {first.seen}"
    text = [n for n in names[:d] if n in bad and bad[n].text]
    numeric = [n for n in names[:d] if n not in bad]
    if name in names[d:] and first.text:
        return f'{message}; a goal has to be numbers: name another column, or give loss="cross-entropy" if these are classes'
    if not chosen_for_user or name not in text or not numeric:
        return f"{message}; {first.remedy}"
    also = f" (not numeric: {listed_names(text)})" if len(text) > 1 else ""
    offer = f"inputs={numeric!r}" if len(repr(numeric)) <= 400 else f"inputs=[…] of {listed_names(numeric)}"
    return f"{message}{also}; pass the numeric ones: {offer}, or give {_opened_by(first)}"


def _opened_by(bad: Bad) -> str:
    """The keyword that makes inputs of text, or of a date."""
    return 'dates=["year", "month", "weekday", "days"]' if bad.date else 'categories="one-hot" to open up text'


def _refuse_infinite(table: Table, name: str, values: Floats) -> None:
    infinite = np.isinf(values).any(axis=1)
    if infinite.any():
        row = int(np.argmax(infinite))
        raise InputError(
            f"{table.where}: row {row + 1}{table.line_of(row + 1)}, column {shown(name)} "
            f"is {float(values[row, 0])!r}; numbers must be finite: correct the cell, or leave the row out"
        )
