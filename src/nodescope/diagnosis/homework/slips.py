"""What likely went wrong in the first wrong cell: a slip of the pen, or one row done by a convention that the others were not."""

import numpy as np

from nodescope.diagnosis.homework.fit import Match
from nodescope.diagnosis.homework.grades import WrongCell
from nodescope.diagnosis.homework.sheet import STATE, Sheet
from nodescope.diagnosis.homework.sources import PrintedSource
from nodescope.diagnosis.homework.walk import Block, Row, Walk
from nodescope.diagnosis.homework.ways import Done
from nodescope.run.recipe import Recipe

SAME = 1e-3
"""Relatively: a printed number is the right one, but for its sign or its point."""
LONGEST = 40
"""Letters of a column's name that are told."""


def cell_text(wrong: WrongCell) -> str:
    """A wrong cell in words."""
    name = wrong.column if len(wrong.column) <= LONGEST else wrong.column[: LONGEST - 1] + "…"
    return f"row {wrong.row}, {name}: printed {wrong.printed!r}, expected {wrong.expected!r}"


def typing_slip(wrong: WrongCell) -> str:
    """Slips of the pen: a lost sign, a point in the wrong place, two digits swapped; "" where it is none."""
    printed, expected = wrong.printed, wrong.expected
    if not (np.isfinite(printed) and np.isfinite(expected)) or printed == 0 or expected == 0:
        return ""
    ratio = printed / expected
    if abs(ratio + 1) < SAME:
        return "The likely slip: its sign."
    for power in (-3, -2, -1, 1, 2, 3):
        if abs(ratio / 10.0**power - 1) < SAME:
            return "The likely slip: the decimal point."
    seen = f"{abs(printed):.15g}"
    meant = f"{abs(expected):.{max(1, len(seen.lstrip('0.').replace('.', '')))}g}"
    pairs = [i for i, (a, b) in enumerate(zip(seen, meant, strict=False)) if a != b]
    swapped = len(seen) == len(meant) and len(pairs) == 2 and pairs[1] == pairs[0] + 1 and sorted(seen) == sorted(meant)
    return "The likely slip: two digits are swapped." if swapped else ""


def slip_of_the_row(sheet: Sheet, recipe: Recipe, match: Match, wrong: WrongCell, ways: list[Done]) -> str:
    """A way that explains the first wrong row alone, the rows before it being right; "" where none does."""
    clock = match.reading.clock
    if recipe.rule.name != "plain" or clock.unit > 1 or match.name != "right" or any(m.at == "next" for m in match.chosen):
        return ""
    step = int(clock.begin[wrong.row])
    is_old = not any(m.quantity.startswith("new_") for m in match.chosen) and step > 0
    at = step - 1 if is_old else step  # a wrong weight was made one step before
    state = _state_at(recipe, match.doing.source, at)
    for done in ways:
        if not done.is_fitted and not done.way.stale:
            made = Walk(recipe, done.way).from_state(at, state)
            if _makes(sheet, match, made, wrong.row, is_old):
                return f"The likely slip in this row: {done.says}."
    return ""


def _state_at(recipe: Recipe, source: PrintedSource, step: int) -> Block:
    d = recipe.d
    return [
        [
            *(source.at("weight", j * d + i, step) for i in range(d)),
            *([source.at("bias", j, step)] if recipe.bias is not None else []),
        ]
        for j in range(recipe.k)
    ]


def _makes(sheet: Sheet, match: Match, made: Row, row: int, is_old: bool) -> bool:
    for printed, meaning in zip(sheet.printed, match.chosen, strict=True):
        quantity = meaning.quantity
        if is_old:
            if quantity not in STATE:
                continue
            quantity = STATE[quantity]
        if quantity not in made:
            return False
        expected = meaning.scaled(np.array([float(made[quantity][meaning.place])]), np.array([float(made["terms"][0])]))
        if not printed.agrees(slice(row, row + 1), expected).all():
            return False
    return True
