"""The right numbers of small nodes, laid out as tables, and what their columns are taken for."""

from typing import Any

import nodescope as ns
from nodescope.diagnosis.homework import printed, sheet
from nodescope.run.descent import go
from nodescope.run.making import make_recipe

X = [[1.0, 2.0], [0.5, -1.0], [2.0, 0.0]]
NODES: dict[str, dict[str, Any]] = {
    "w": {"weight": 0.4, "input": 1, "goal": 0.6},
    "w b": {"weight": 0.4, "input": 1, "goal": 0.6, "bias": 0.5},
    "w w": {"input": X, "goal": [1, 2, 3], "batch": 2},
    "w w b": {"input": X, "goal": [1, 2, 3], "bias": 0.5},
    "ww ww": {"input": X, "goal": [[1, 2]] * 3},
    "wwb wwb": {"input": X, "goal": [[1, 2]] * 3, "bias": [0.5, 1.0]},
    "10w b": {"input": [[0.1] * 10], "goal": [1], "bias": 0.5},
    "9w": {"input": [[0.1] * 9], "goal": [1]},
    "8w": {"input": [[0.1] * 8], "goal": [1]},
}
COUNTERS = ("step", "epoch", "n", "k", "t", "it")
FEW, COUNTING = ("0.5", "0.25", "0.125"), ("1", "2", "3")


def lay_out(node: str, columns: Any) -> sheet.Sheet:
    recipe = make_recipe(**NODES[node], alpha=0.1)
    return sheet.lay_out(columns, recipe, go(recipe.with_steps(1)).trace)


def named(headers: str) -> dict[str, printed.Printed]:
    """Columns of these names; those that count rows count from 1."""
    return {name: printed.from_texts(COUNTING if name in COUNTERS else FEW, name, "") for name in headers.split(" ")}


def nameless(count: int, *first: str) -> list[printed.Printed]:
    """So many columns, the first of which has these cells."""
    return [printed.from_texts(first if first and not i else FEW, str(i), "") for i in range(count)]


def told(layouts: tuple[sheet.Layout, ...]) -> str:
    """What a column may be by its quantity and place, * where it may be nearly anything."""
    return " / ".join(" ".join(_slots(slots) for slots in layout) for layout in layouts)


def _slots(slots: tuple[sheet.Slot, ...]) -> str:
    return "*" if len(slots) > 3 else "|".join(f"{slot.quantity}{slot.place}" for slot in slots)


def _says(node: str, headers: str) -> str:
    try:
        found = lay_out(node, named(headers))
    except ns.InputError as error:
        return str(error).split(" The columns are")[0].split("; give")[0]
    also = f", else: {str(found.refusal).split(' The columns are')[0]}" if found.refusal else ""
    return f"graded as {told(found.layouts)}{also}"
