"""A table before it is used: what its columns hold, which say the same, on what scales they are, and what alpha that implies.

n rows, d columns of numbers.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from nodescope.data.columns import Bad, Floats
from nodescope.data.described import described
from nodescope.data.names import goals_of, known
from nodescope.data.open import open_table
from nodescope.data.scaling import measure
from nodescope.data.table import Table, headless
from nodescope.diagnosis.before.foretelling import forecast
from nodescope.diagnosis.before.inspected import Alphas, Inspection

TOGETHER = 0.95
"""Columns of a correlation of this size or more are told: 0.95 leaves a tenth of one's variance to the other's weight."""
MOST_PAIRS = 10
MOST_COLUMNS = 500
"""Of more columns it is not asked which go together, nor what alpha they imply."""


def inspect(
    data: Any,
    *,
    goal: Any = None,
    inputs: Sequence[str] | str | None = None,
    delimiter: str | None = None,
    decimal: str | None = None,
    thousands: str | None = None,
    encoding: str | None = None,
    header: bool | None = None,
) -> Inspection:
    """Look at a table before it is used: columns, types, ranges, gaps, scale, collinearity, and what alpha they imply.

    Parameters
    ----------
    data : table
        As `descend` takes it.
    goal : str or list of str, optional
        Columns to predict, which are then no inputs.
    inputs : list of str, optional
        The input columns; all but the goals unless given.
    delimiter, decimal, thousands, encoding, header : optional
        How a CSV file is written, as `descend` takes it; found in the file unless given.

    Returns
    -------
    Inspection
        It prints as a page of text.

    Raises
    ------
    InputError
        It is no table, or has no such column.

    Examples
    --------
    >>> import nodescope as ns
    >>> seen = ns.inspect({"x": [1.0, 2.0, 4.0], "kind": ["a", "b", None]})
    >>> [(column.name, column.holds, column.gaps) for column in seen.columns]
    [('x', 'numbers', 0), ('kind', 'text', 1)]
    """
    reading = {"delimiter": delimiter, "decimal": decimal, "thousands": thousands, "encoding": encoding, "header": header}
    table = open_table(data, reading)
    goals = () if goal is None else goals_of(table, goal)[0]
    chosen = set(table.names if inputs is None else known(table, "inputs", [inputs] if isinstance(inputs, str) else inputs))
    read = table.read(table.names)
    columns = tuple(described(table, name, column) for name, column in zip(table.names, read, strict=True))
    taken = [i for i, each in enumerate(columns) if each.holds == "numbers" and each.name in chosen and each.name not in goals]
    x, names = _filled([read[i] for i in taken]), [table.names[i] for i in taken]
    few = 0 < len(names) <= MOST_COLUMNS and bool(np.isfinite(x).all())
    return Inspection(
        table.where,
        _rows(table, read),
        table.told,
        columns,
        tuple(each.name for each in columns if each.holds == "numbers" and each.least == each.largest),
        _together(names, x) if few else (),
        _alphas(x) if few else None,
        _alphas(measure(x).apply(x)) if few else None,
        headless(table.names),
    )


def _rows(table: Table, read: Sequence[Floats | Bad]) -> int:
    first = next((column for column in read if not isinstance(column, Bad)), None)
    return len(table.cells(table.names[0])) if first is None else len(first)


def _filled(columns: Sequence[Floats | Bad]) -> Floats:
    """Numbers (n, d), gaps filled with the mean, as if they said nothing."""
    made = []
    for column in columns:
        assert not isinstance(column, Bad)
        made.append(np.where(np.isnan(column), np.nanmean(column), column))
    return np.ascontiguousarray(np.column_stack(made)) if made else np.empty((0, 0))


def _together(names: Sequence[str], x: Floats) -> tuple[tuple[str, str, float], ...]:
    """Pairs of columns by the size of their correlation, the largest first."""
    scaled = measure(x).apply(x)
    correlation = scaled.T @ scaled / len(x)
    first, second = np.triu_indices(len(names), 1)
    sizes = correlation[first, second]
    order = [int(i) for i in np.argsort(-np.abs(sizes), kind="stable")[:MOST_PAIRS] if abs(sizes[i]) >= TOGETHER]
    return tuple((names[first[i]], names[second[i]], float(np.clip(sizes[i], -1.0, 1.0))) for i in order)


def _alphas(x: Floats) -> Alphas:
    """Of a node with a bias: the limit is that of its forecast."""
    limit = forecast(input=x, goal=np.zeros(len(x)), weight=np.zeros(x.shape[1]), bias=True, batch="all", alpha=1e-300).limit
    lengths = 1.0 + (x * x).sum(axis=1)
    with_bias = np.column_stack([x, np.ones(len(x))])
    singular = np.linalg.svd(with_bias / max(1.0, float(np.abs(with_bias).max())), compute_uv=False)
    least = singular[-1] if len(x) > x.shape[1] and singular[-1] > len(x) * 1e-16 * singular[0] else 0.0
    return Alphas(
        math.nan if limit is None else limit,
        float(2.0 / lengths.max()),
        float((singular[0] / least) ** 2) if least > 0 else float("inf"),
    )
