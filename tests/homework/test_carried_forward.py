"""From a printed row to the next: which rows follow from the numbers on the paper, and what they would have to be else."""

from dataclasses import replace
from functools import cache
from typing import Any

import pytest

import nodescope as ns
from nodescope.diagnosis.homework import carry, sheet, texts
from nodescope.diagnosis.homework.judge import Judge
from nodescope.run.descent import go
from nodescope.run.making import make_recipe

X = [[1.0, 2.0], [0.5, -1.0], [2.0, 0.0]]
NODES: dict[str, dict[str, Any]] = {
    "w": {"weight": 0.4, "input": 2, "goal": 0.6},
    "w w b": {"weight": [0.5, -0.2], "input": X, "goal": [1.0, 2.0, -1.0], "bias": 0.3},
    "wwb wwb": {"weight": [[0.5, -0.2], [0.1, 1.0]], "input": X, "goal": [[1.0, 0.0], [2.0, 1.0], [-1.0, 2.0]],
                "bias": [0.3, -0.4], "batch": 2},
}  # fmt: skip
COLUMNS = {
    "before": ("weight", "bias"), "after": ("new_weight", "new_bias"),
    "all": ("weight", "bias", "prediction", "delta", "weighted_delta", "alpha_delta", "bias_delta", "new_weight", "new_bias"),
}  # fmt: skip
ROWS = 4


def printed_rows(node: str, columns: str, digits: int = 4) -> tuple[list[str], list[list[str]]]:
    """A right sheet: its names and its cells."""
    flat = go(make_recipe(**NODES[node], alpha=0.1).with_steps(ROWS)).trace[0:ROWS].flat()
    names = [name for column in COLUMNS[columns] for name in flat if name.partition("[")[0] == column]
    return names, [[f"{flat[name][row]:.{digits}f}" for name in names] for row in range(ROWS)]


def carried(node: str, names: list[str], rows: list[list[str]], loose: bool = True) -> carry.Carry:
    """What is read of such a sheet, each row to be worked out from the one before."""
    recipe = make_recipe(**NODES[node], alpha=0.1)
    text = "\n".join("\t".join(row) for row in [names, *rows])
    laid = sheet.lay_out(texts.read_text(text, "the text")[0], recipe, go(recipe.with_steps(1)).trace)
    return carry.Carry(laid, Judge(laid, recipe)._nearest_right(), recipe, loose)


@cache
def _read_once(node: str, columns: str) -> tuple[list[str], carry.Carry]:
    names, rows = printed_rows(node, columns)
    return names, carried(node, names, rows)


def broken(node: str, columns: str, row: int, column: int) -> str:
    """Where one cell is 0.1 more: of its row and the next the first column that does not follow, and what would.

    By the weights alone; and each number from those on its left, too, where that is something else.
    """
    names, right = _read_once(node, columns)
    printed = list(right.sheet.printed)
    cells = printed[column].value.copy()
    cells[row] += 0.1
    printed[column] = replace(printed[column], value=cells)
    one, told = carry.Carry(replace(right.sheet, printed=tuple(printed)), right.match, right.recipe, loose=True), []
    for each in range(row, min(row + 2, ROWS)):
        by = [one.first_that_does_not(each, chained) for chained in (False, True)]
        texts = ["" if found is None else f"{names[found[0]]} {found[1]:.5f}" for found in by]
        told += [] if texts == ["", ""] else [f"{each}: {texts[0] if texts[0] == texts[1] else ' or '.join(texts)}"]
    return ", ".join(told)


BROKEN = {
    ("w", "before", 0, 0): "0: weight 0.40000",
    ("w", "before", 1, 0): "1: weight 0.36000, 2: weight 0.39600",
    ("w", "before", 2, 0): "2: weight 0.33600, 3: weight 0.38160",
    ("w", "after", 0, 0): "0: new_weight 0.36000, 1: new_weight 0.39600",
    ("w", "after", 1, 0): "1: new_weight 0.33600, 2: new_weight 0.38160",
    ("w", "after", 2, 0): "2: new_weight 0.32160, 3: new_weight 0.37296",
    ("w", "all", 0, 0): "0: weight 0.40000",
    ("w", "all", 0, 3): "0: weighted_delta 0.40000",
    ("w", "all", 1, 0): "1: weight 0.36000",
    ("w", "all", 1, 1): "1: prediction 0.72000",
    ("w", "all", 1, 2): "1: delta 0.12000",
    ("w", "all", 1, 3): "1: weighted_delta 0.24000",
    ("w", "all", 1, 4): "1: alpha_delta 0.02400",
    ("w", "all", 1, 5): "1: new_weight 0.33600, 2: weight 0.43600",
    ("w", "all", 2, 0): "2: weight 0.33600",
    ("w", "all", 2, 3): "2: weighted_delta 0.14400",
    ("w w b", "before", 0, 0): "0: weight[0] 0.50000",
    ("w w b", "before", 1, 0): "1: weight[0] 0.56000, 2: weight[0] 0.72150",
    ("w w b", "before", 1, 1): "1: weight[1] -0.08000, 2: weight[0] 0.62900",
    ("w w b", "before", 1, 2): "1: bias 0.36000, 2: weight[0] 0.61900",
    ("w w b", "before", 2, 0): "2: weight[0] 0.62400, 3: weight[0] 0.13680",
    ("w w b", "after", 0, 0): "0: new_weight[0] 0.56000, 1: new_weight[0] 0.72150",
    ("w w b", "after", 1, 0): "1: new_weight[0] 0.62400, 2: new_weight[0] 0.13680",
    ("w w b", "after", 1, 1): "1: new_weight[1] -0.20800, 2: new_weight[1] -0.10800",
    ("w w b", "after", 1, 2): "1: new_bias 0.48800, 2: new_weight[0] 0.05680",
    ("w w b", "after", 2, 0): "2: new_weight[0] 0.07680, 3: new_weight[0] 0.27928",
    ("w w b", "all", 0, 0): "0: weight[0] 0.50000",
    ("w w b", "all", 0, 6): "0: weighted_delta[1] -1.20000",
    ("w w b", "all", 0, 12): "0: new_bias 0.36000, 1: bias 0.46000",
    ("w w b", "all", 1, 0): "1: weight[0] 0.56000",
    ("w w b", "all", 1, 2): "1: bias 0.36000",
    ("w w b", "all", 1, 4): "1: delta -1.28000",
    ("w w b", "all", 1, 6): "1: weighted_delta[1] 1.28000",
    ("w w b", "all", 1, 8): "1: alpha_delta[1] 0.12800",
    ("w w b", "all", 1, 10): "1: new_weight[0] 0.62400, 2: weight[0] 0.72400",
    ("w w b", "all", 1, 12): "1: new_bias 0.48800, 2: bias 0.58800",
    ("w w b", "all", 2, 0): "2: weight[0] 0.62400",
    ("w w b", "all", 2, 6): "2: weighted_delta[1] 0.00000",
    ("w w b", "all", 2, 12): "2: new_bias 0.21440, 3: bias 0.31440",
    ("wwb wwb", "before", 0, 0): "0: weight[0, 0] 0.50000",
    ("wwb wwb", "before", 0, 3): "0: weight[1, 1] 1.00000",
    ("wwb wwb", "before", 1, 0): "1: weight[0, 0] 0.56125, 2: weight[0, 0] 0.11828",
    ("wwb wwb", "before", 1, 1): "1: weight[0, 1] -0.20250, 2: weight[0, 1] -0.10250",
    ("wwb wwb", "before", 1, 2): "1: weight[1, 0] 0.07375, 2: weight[1, 0] 0.57772",
    ("wwb wwb", "before", 1, 3): "1: weight[1, 1] 0.71250, 2: weight[1, 1] 0.81250",
    ("wwb wwb", "before", 1, 4): "1: bias[0] 0.39250, 2: weight[0, 0] 0.03828",
    ("wwb wwb", "before", 1, 5): "1: bias[1] -0.36750, 2: weight[1, 0] 0.49772",
    ("wwb wwb", "before", 2, 0): "2: weight[0, 0] 0.05828, 3: weight[0, 0] 0.25302",
    ("wwb wwb", "before", 2, 3): "2: weight[1, 1] 0.71250, 3: weight[1, 0] 0.46041",
    ("wwb wwb", "after", 0, 0): "0: new_weight[0, 0] 0.56125, 1: new_weight[0, 0] 0.11828",
    ("wwb wwb", "after", 0, 3): "0: new_weight[1, 1] 0.71250, 1: new_weight[1, 1] 0.81250",
    ("wwb wwb", "after", 1, 0): "1: new_weight[0, 0] 0.05828, 2: new_weight[0, 0] 0.25302",
    ("wwb wwb", "after", 1, 1): "1: new_weight[0, 1] -0.20250, 2: new_weight[0, 0] 0.15177",
    ("wwb wwb", "after", 1, 2): "1: new_weight[1, 0] 0.51772, 2: new_weight[1, 0] 0.56166",
    ("wwb wwb", "after", 1, 3): "1: new_weight[1, 1] 0.71250, 2: new_weight[1, 0] 0.46041",
    ("wwb wwb", "after", 1, 4): "1: new_bias[0] 0.14099, 2: new_weight[0, 0] 0.15177",
    ("wwb wwb", "after", 1, 5): "1: new_bias[1] -0.14549, 2: new_weight[1, 0] 0.46041",
    ("wwb wwb", "after", 2, 0): "2: new_weight[0, 0] 0.15927, 3: new_weight[0, 0] -0.10102",
    ("wwb wwb", "after", 2, 3): "2: new_weight[1, 1] 0.45282, 3: new_weight[1, 1] 0.55280",
    ("wwb wwb", "all", 0, 0): "0: weight[0, 0] 0.50000",
    ("wwb wwb", "all", 0, 12): "0: delta[1, 0] -1.25000",
    ("wwb wwb", "all", 0, 24): "0: new_weight[0, 0] 0.56125 or new_weight[0, 0] 0.56130, 1: weight[0, 0] 0.66130",
    ("wwb wwb", "all", 1, 0): "1: weight[0, 0] 0.56130",
    ("wwb wwb", "all", 1, 4): "1: bias[0] 0.39250",
    ("wwb wwb", "all", 1, 8): "",
    ("wwb wwb", "all", 1, 12): "",
    ("wwb wwb", "all", 1, 16): "1: weighted_delta[1, 0] -4.44020 or weighted_delta[1, 0] -4.44000",
    ("wwb wwb", "all", 1, 20): "1: alpha_delta[1, 0] -0.44402 or alpha_delta[1, 0] -0.44400",
    ("wwb wwb", "all", 1, 24): "1: new_weight[0, 0] 0.05828 or new_weight[0, 0] 0.05830, 2: weight[0, 0] 0.15830",
    ("wwb wwb", "all", 1, 28): "1: new_bias[0] 0.14099 or new_bias[0] 0.14100, 2: bias[0] 0.24100",
}  # fmt: skip


def test_one_cell_that_is_wrong():
    """By hand, of the first: the weight goes from w to 0.6 w + 0.12, from 0.4 to 0.36, 0.336 and 0.3216."""
    assert {cell: broken(*cell) for cell in BROKEN} == BROKEN  # type: ignore[arg-type]


# ---- rounded numbers that were gone on with ----

ROUNDED = {
    # what is printed, and the first number that does not follow: 0.6 w + 0.12 rounded
    "new_weight 0.36 0.34 0.32 0.31": (4, None), "new_weight 0.36 0.34 0.32 0.33": (3, (3, 0, 0.312)),
    "new_weight 0.4 0.4 0.4 0.4": (4, None),
    "weight 0.40 0.36 0.34 0.32": (4, None), "weight 0.40 0.36 0.34 0.35": (3, (3, 0, 0.324)),
    "delta 0.20 0.12 0.07 0.04": (0, None),
}  # fmt: skip


@pytest.mark.parametrize("text", ROUNDED)
def test_rounded_and_gone_on_with(text: str):
    name, *cells = text.split()
    one = carried("w", [name], [[cell] for cell in cells], loose=False)
    rows, found = carry.rounded_on(one.sheet, one.match, one.recipe)
    at, first = ROUNDED[text]
    assert rows == at
    assert found is None if first is None else found == pytest.approx(first)  # type: ignore[comparison-overlap]


def test_numbers_printed_whole_are_not_rounded():
    names, rows = printed_rows("w", "after", 17)
    one = carried("w", names, rows, loose=False)
    assert carry.rounded_on(one.sheet, one.match, one.recipe) == (0, None)
    assert [one.first_that_does_not(row, False) for row in range(ROWS)] == [None] * ROWS
    rows[1][0] = "0.33600000000000013"  # three doubles beside it
    assert [carried("w", names, rows).follows(row, False) for row in range(ROWS)] == [True, True, True, True]
    rows[1][0] = "0.3360000000001"
    assert [carried("w", names, rows).follows(row, False) for row in range(ROWS)] == [True, False, False, True]


MISTAKES = {
    # after 0.4 come 0.36, 0.336, 0.3216 and 0.31296; after 0.5 comes 0.42, then 0.372
    ("weight", "0.4 0.36 0.336 0.3216"): 0, ("weight", "0.4 0.36 0.5 0.42"): 1, ("weight", "0.4 0.36 0.5 0.5"): 2,
    ("new_weight", "0.5 0.42 0.372 0.3432"): 1, ("new_weight", "0.5 0.5 0.5 0.42"): 3, ("new_weight", "0.36 0.336 0.3216 0.4"): 1,
    ("step weight", "0 0.4,1 0.36,2 0.5,3 0.42"): 1, ("step weight", "0 0.4,2 0.336,4 0.5,6 0.5"): None,
    ("delta", "0.2 0.12 0.5 0.5"): None, ("mse", "0.04 0.0144 0.5 0.5"): None,
    ("weight delta", "0.4 0.2,0.36 0.12,0.336 0.5,0.3216 0.5"): 2, ("weight delta", "0.4 0.2,0.36 0.12,0.5 0.4,0.42 0.24"): 1,
    ("weight error", "0.4 -0.2,0.36 -0.12,0.5 -0.4,0.42 -0.24"): 1, ("weight error", "0.4 -0.2,0.36 -0.12,0.5 0.4,0.42 -0.24"): 1,
}  # fmt: skip
"""An error that is carried forward counts once; nothing can be said where rows are left out, or the weights."""


def test_mistakes_are_counted_once():
    def count(names: str, text: str) -> int | None:
        rows = [row.split() for row in (text.split(",") if "," in text else text.split())]
        lines = [names.split(), *rows]
        return ns.grade("\n".join("\t".join(row) for row in lines), **NODES["w"], alpha=0.1).mistakes

    assert {sheet: count(*sheet) for sheet in MISTAKES} == MISTAKES


def test_what_cannot_be_carried():
    """Momentum remembers more than the weights."""
    heavy = {**NODES["w"], "alpha": 0.1, "rule": "momentum"}
    assert ns.grade([0.36, 0.3, 0.5], **heavy).mistakes is None
    names, rows = printed_rows("w w b", "before")
    assert carried("w w b", names, rows).knows_weights
    assert not carried("w w b", names[:2], [row[:2] for row in rows]).knows_weights
