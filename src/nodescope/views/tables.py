"""Steps as rows of text: what a table shows of them, for terminals, notebooks and files alike."""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from nodescope.run.run import Run
from nodescope.run.trace import Step, Window
from nodescope.views.numbers import exact, short

SHOWN = ("step", "weight", "prediction", "delta", "mse", "alpha_delta", "new_weight")
OF_A_NETWORK = ("step", "prediction", "goal", "delta", "mse")
DISPENSABLE = ("alpha_delta", "weight", "mse", "delta")
FIRST, LAST = 5, 3
FEW = 3
"""Numbers of a wide quantity that a cell shows."""


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
    shown = SHOWN if run.recipe.network is None else OF_A_NETWORK
    from_here = next((i for i, step in enumerate(steps) if step is not None and _looks_still(step)), len(steps))
    names = list(shown)
    while True:
        rows = [_step_row(step, names, 17 if i >= from_here else 6) for i, step in enumerate(steps)]
        rows.insert(0, [name.replace("_", " ") for name in names])
        spare = [name for name in DISPENSABLE if name in names]
        if width is None or not spare or all(len(line) <= width for line in aligned(rows)):
            return rows
        names.remove(spare[0])


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


def window_rows(window: Window, columns: tuple[str, ...] | None = None) -> Iterator[list[str]]:
    """Header and all rows, every number exact."""
    return rows_of({name: part for name, part in window.flat().items() if columns is None or name.split("[")[0] in columns})


def with_layers(window: Window) -> dict[str, Any]:
    """A window's numbers by name; of a network those of its layers too: "layers[0].weight[3, 1]"."""
    within = ((f"layers[{l}].", layer) for l, layer in enumerate(window.layers))  # noqa: E741
    return window.flat() | {before + name: part for before, layer in within for name, part in layer.flat().items()}


def rows_of(columns: dict[str, Any]) -> Iterator[list[str]]:
    """Header and all rows of named columns."""
    yield list(columns)
    for row in zip(*columns.values(), strict=True):
        yield [exact(value) for value in row]


def csv_lines(rows: Iterable[list[str]]) -> Iterator[str]:
    """Rows as lines of CSV."""
    return (",".join(map(_csv_cell, row)) + "\r\n" for row in rows)


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
    lines = ["| " + " | ".join(text.replace("|", "\\|") for text in row) + " |" for row in rows]
    return [lines[0], "|" + " ---: |" * len(rows[0]), *lines[1:]]
