"""A table as examples: columns chosen, opened up, gaps refused, dropped or filled, some rows kept unseen.

n examples, d inputs, k goals.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodescope.arithmetic.checks import number
from nodescope.arithmetic.narrow import held
from nodescope.data.block import block_of, refuse_text
from nodescope.data.choosing import Chosen, notes
from nodescope.data.classes import column_codes, opened
from nodescope.data.columns import Bad
from nodescope.data.examples import Examples
from nodescope.data.gap_ways import FILLING
from nodescope.data.gaps import complete_rows, fill, way_of
from nodescope.data.holdout import hold_out
from nodescope.data.names import goals_of, inputs_of, single
from nodescope.data.open import open_table
from nodescope.data.source import Source
from nodescope.data.table import Table

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]


def read_examples(
    data: Any,
    *,
    inputs: Sequence[str] | str | None = None,
    goal: Sequence[str] | str | None,
    standardise: bool | str | Mapping[str, Any] = False,
    missing: str | Mapping[str, Any] = "refuse",
    holdout: float = 0.0,
    seed: int = 0,
    goals_too: bool = False,
    as_classes: bool = False,
    classes: object = None,
    outputs: int | None = None,
    reading: Mapping[str, Any] | None = None,
    opening: Mapping[str, Any] | None = None,
) -> Examples:
    """Columns of a table as examples.

    Parameters
    ----------
    data : path, data frame, Arrow stream, 2-D array (columns "0", "1", …), mapping of columns, or list of dicts
    inputs : column names; all but the goals unless given
    goal : a column name, or a list of them
    standardise : True, "ddof 1", "min-max": put the inputs on one scale, measured on the seen rows; or its numbers (`scaling.py`)
    missing : "refuse", or "drop" the rows where a used column has no value; "mean", "median", "zero": fill inputs, and drop rows
        without a goal; or the numbers of that (`gaps.py`)
    holdout : fraction of the rows, 0 ≤ holdout < 1, drawn by `seed`, that is kept unseen
    seed : int
    as_classes : the goal is one column of classes, text or whole numbers; then as many of each class in a hundred are kept unseen
    classes : those, in the order of the outputs, if they are not to be found in the column
    outputs : how many outputs there are for them, if that is not to follow from their number
    goals_too : standardise the goals as well; a mapping then has "goal": {"mean": […], "deviation": […]} beside the inputs'
    reading : how a CSV file is written (`written.py`)
    opening : categories, unknown, dates, indicator (`choosing.py`)

    Raises
    ------
    InputError
        One clear message: file, row, column and remedy.
    """
    way, fills = way_of(missing)
    fraction = number("holdout", holdout, least=0.0, below=1.0, words="a fraction of the rows, such as 0.2")
    table = open_table(data, reading)
    goals, one_goal = goals_of(table, goal)
    names = inputs_of(table, inputs, goals)
    codes, found = column_codes(table, single(goals), classes) if as_classes else (None, None)
    scaled_or_filled = standardise is not False or way in FILLING
    columns = _columns(table, names, goals, stored=not scaled_or_filled) if codes is None else [*table.read(names), codes]
    chosen = Chosen(table, names, columns[: len(names)], way, opening or {}, inputs is None)
    values, d = _values(chosen, goals, columns)
    rows, dropped = _rows(chosen, goals, values, d)
    seen, unseen = hold_out(rows, fraction, seed, values[rows, d] if as_classes else None)
    fills_told = chosen.fills(values[:, :d], seen, fills)
    filled = chosen.gaps(values, rows) if fills_told else 0
    fill(values[:, :d], fills_told)
    x, unseen_x = held(_take(values[:, :d], seen)), held(_take(values[:, :d], unseen))
    y, unseen_y = (_take(values[:, d:], rows).astype(np.float64, copy=False) for rows in (seen, unseen))
    if found is not None:
        y, unseen_y = opened(y, found, outputs), opened(unseen_y, found, outputs)
    source = Source(
        table.where, table.path, chosen.inputs, goals, one_goal, way, fraction, int(seed), dropped, seen, unseen,
        openings=chosen.told, fills=fills_told, unknown=chosen.unknown, reading=_read_as(table, reading),
        notes=notes(chosen, filled, dropped, x),
    )  # fmt: skip
    examples = Examples(x, y, unseen_x, unseen_y, source, classes=found)
    return examples.standardised(standardise, goals_too=goals_too and found is None)


def _columns(table: Table, names: tuple[str, ...], goals: tuple[str, ...], *, stored: bool) -> list[Any]:
    """Inputs and goals; as float32 where that is how all of them are stored, and nothing else is made of them."""
    return (table.stored((*names, *goals)) if stored else None) or table.read((*names, *goals))


def _values(chosen: Chosen, goals: tuple[str, ...], columns: Sequence[Floats | Bad]) -> tuple[Floats, int]:
    """Inputs and goals side by side, (n, d + k), and d."""
    names = (*chosen.names, *goals)
    refuse_text(chosen.table, names, columns, chosen.openings, chosen.chosen_for_user)
    values = block_of(chosen.table, names, columns, chosen.openings, chosen.unknown)
    return values, values.shape[1] - len(goals)


def _rows(chosen: Chosen, goals: tuple[str, ...], values: Floats, d: int) -> tuple[Rows, tuple[int, ...]]:
    """Rows to take and those left out: where inputs are filled only those without a goal."""
    if chosen.way in FILLING:
        return complete_rows(chosen.table, goals, values[:, d:], "drop")
    return complete_rows(chosen.table, (*chosen.owners, *goals), values, chosen.way)


def _read_as(table: Table, said: Mapping[str, Any] | None) -> dict[str, str | bool]:
    """What was said of a file, and what was found in it that is not usual."""
    if table.written is None:
        return {}
    told: dict[str, str | bool] = table.written.told()
    return told | {name: getattr(table.written, name) for name, value in (said or {}).items() if value is not None}


def _take(values: Floats, rows: Rows) -> Floats:
    return np.ascontiguousarray(values if len(rows) == len(values) else values[rows])
