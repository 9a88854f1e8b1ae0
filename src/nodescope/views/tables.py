"""Steps as rows of text: what a table shows of them, for terminals, notebooks and files alike."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from nodescope.run.recorded import Recorded
from nodescope.run.run import Run
from nodescope.run.tabular import Tabular
from nodescope.run.trace import Step
from nodescope.views.numbers import exact, in_markdown, short

SHOWN = ("step", "weight", "prediction", "delta", "mse", "alpha_delta", "new_weight")
OF_LAYERS = ("step", "prediction", "goal", "delta", "mse")
DISPENSABLE = ("alpha_delta", "weight", "mse", "delta")
FIRST, LAST = 5, 3
MOST_KEPT = 16
"""So many nodes are named one by one."""
ROWS_AT_ONCE = 4096
FEW = 3
"""A cell shows so many numbers of a wide quantity."""


def cell(value: Any, *, digits: int = 6) -> str:
    """One number, or the first few of several."""
    if np.ndim(value) == 0:
        return short(value, digits)
    numbers = np.ravel(value)
    shown = ", ".join(short(v, digits) for v in numbers[:FEW])
    return f"[{shown}{', …' if numbers.size > FEW else ''}]"


def first_and_last(run: Run) -> list[Step | None]:
    """Steps that a summary shows, None for those left out; of a settled run the last is the first that moves nothing."""
    last = run.steps if run.settled_after is None else min(run.steps, run.settled_after + 1)
    if last <= FIRST + LAST:
        return [run.trace[t] for t in range(last)]
    return [*(run.trace[t] for t in range(FIRST)), None, *(run.trace[t] for t in range(last - LAST, last))]


def summary_rows(run: Run, width: int | None = None) -> list[list[str]]:
    """Header and rows of first and last steps; where a line would be wider than `width`, the columns that say least go first."""
    steps = first_and_last(run)
    from_here = next((i for i, step in enumerate(steps) if step is not None and _looks_still(step)), len(steps))
    names = columns_shown(run.trace.columns)
    while True:
        rows = [_step_row(step, names, 17 if i >= from_here else 6) for i, step in enumerate(steps)]
        rows.insert(0, [name.replace("_", " ") for name in names])
        spare = [name for name in DISPENSABLE if name in names]
        if width is None or not spare or all(len(line) <= width for line in aligned(rows)):
            return rows
        names.remove(spare[0])


def columns_shown(columns: Sequence[str]) -> list[str]:
    """Columns that a summary shows, of those that there are: the weights, where a step has them as its own."""
    return [name for name in (SHOWN if "weight" in columns else OF_LAYERS) if name in columns]


def _looks_still(step: Step) -> bool:
    """Whether short numbers would hide that this step moves a weight; from there on the weights are told exactly."""
    if "weight" not in step.columns:
        return False
    moved = not np.array_equal(step["weight"], step["new_weight"])
    return moved and cell(step["weight"]) == cell(step["new_weight"])


def _step_row(step: Step | None, names: list[str], digits: int) -> list[str]:
    if step is None:
        return ["…"] * len(names)
    return [cell(step[name], digits=digits if "weight" in name else 6) for name in names]


def window_rows(window: Tabular, columns: Sequence[str] | None = None) -> Iterator[Sequence[str]]:
    """Header and all rows, every number exact."""
    flat = window.flat()
    return rows_of({name: flat[name] for name in numbers_of(window, flat, columns)})


def numbers_of(window: Tabular, names: Iterable[str], columns: Sequence[str] | None) -> list[str]:
    """Of names such as "layers[0].weight[3, 1]" those of some columns: the step's own, or else, of every layer."""

    def wanted(name: str) -> bool:
        layer, column = re.match(r"(layers\[\d+\]\.)?([^\[]*)", name).groups()  # type: ignore[union-attr]
        return columns is None or (column in columns and (layer is None or column not in window.columns))

    return [name for name in names if wanted(name)]


def recorded_rows(run: Recorded) -> list[list[str]]:
    """Header and rows of the first and last recorded steps."""
    records = run.records
    short_enough = len(records) <= FIRST + LAST
    shown = [*records] if short_enough else [*records[:FIRST], None, *records[-LAST:]]
    names = ("step", "loss", "alpha")
    return [[*names], *(["…"] * 3 if record is None else [short(getattr(record, name)) for name in names] for record in shown)]


def layer_rows(run: Recorded) -> list[list[str]]:
    """Header and a row for each layer: what it is, and which of its nodes were kept."""
    rows = [["layer", "name", "kind", "inputs", "nodes", "nodes kept", "activation", "cannot move: why"]]
    for number, layer in enumerate(run.layers):
        kept = "all" if len(layer.shown) == layer.nodes else _counted(layer.shown)
        sizes = (f"{layer.inputs:,}", f"{layer.nodes:,}", kept)
        rows.append([f"{number}", layer.name, layer.kind, *sizes, layer.activation, layer.kept_from])
    return rows


def _counted(numbers: Sequence[int]) -> str:
    told = ", ".join(map(str, numbers[:MOST_KEPT]))
    return told if len(numbers) <= MOST_KEPT else f"{told}, … ({len(numbers):,} in all)"


def rows_of(columns: dict[str, Any]) -> Iterator[Sequence[str]]:
    """Header and all rows of named columns, made a column at a time, so many rows at once: four times as fast as cell by cell."""
    yield list(columns)
    count = len(next(iter(columns.values()), ()))
    for start in range(0, count, ROWS_AT_ONCE):
        yield from zip(*(_exact_texts(values[start : start + ROWS_AT_ONCE]) for values in columns.values()), strict=True)


def _exact_texts(values: Any) -> Iterable[str]:
    of_numbers = isinstance(values, np.ndarray) and values.dtype != object
    return map(repr, values.tolist()) if of_numbers else map(exact, values)


def csv_lines(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Rows as lines of CSV."""
    return (",".join(row if _PLAIN_CELLS(" ".join(row)) else map(_csv_cell, row)) + "\r\n" for row in rows)


_PLAIN_CELLS = re.compile(r"-?[0-9.]+(?:e[-+][0-9]+)?(?: -?[0-9.]+(?:e[-+][0-9]+)?)*+").fullmatch
"""Numbers alone, which is what nearly every row holds."""


def _csv_cell(text: str) -> str:
    """A cell that a spreadsheet takes for text or a number, never for a formula."""
    try:
        float(text)
    except ValueError:
        text = "'" + text if text[:1] in "=+-@\t\r" and text else text
    return '"' + text.replace('"', '""') + '"' if any(c in text for c in ',"\r\n') else text


def aligned(rows: list[list[str]]) -> list[str]:
    """Rows as lines of text, numbers to the right."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return ["  ".join(f"{text:>{width}}" for text, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def markdown(rows: list[list[str]]) -> list[str]:
    """Rows as a Markdown table."""
    lines = ["| " + " | ".join(map(in_markdown, row)) + " |" for row in rows]
    return [lines[0], "|" + " ---: |" * len(rows[0]), *lines[1:]]
