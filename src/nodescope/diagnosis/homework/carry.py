"""From a printed row to the next: what follows if the person went on with the very numbers that are on the paper.

So an error that is carried forward counts once, and a sheet whose maker rounded each number and went on with it is known. For ways
that remember nothing but the weights. A printed number may be off by half a digit: what follows from it is tried with that, too
(sensitivities, to first order; exact for linear steps).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from nodescope.diagnosis.homework.fit import Fitter, Match
from nodescope.diagnosis.homework.readings import Meaning
from nodescope.diagnosis.homework.sheet import Sheet, Slot
from nodescope.diagnosis.homework.walk import Block, Row, Walk
from nodescope.run.recipe import Recipe

ROUNDING = 4e-15
"""What the arithmetic itself may be off, relative to the numbers of a step."""
MOST_ROWS = 20_000
"""Rows that are looked through for further mistakes."""
MOST_NUMBERS = 64
"""Printed numbers that one row is worked out from."""
GONE_ON_WITH = ("prediction", "delta", "weighted_delta", "bias_weighted_delta", "alpha_delta", "bias_delta")
Key = tuple[str, str, int]
"""Whose a printed number is ("before", "now" or "seen"), its quantity and its place."""


def can_carry(match: Match, recipe: Recipe) -> bool:
    """Is each row the step after the row before, all columns of the same step, by a way that remembers nothing?"""
    way, clock = match.doing.done.way, match.reading.clock
    rule = recipe.rule if way.rule is None else way.rule
    together = all(m.at in ("first", "last") and " " not in m.quantity for m in match.chosen)
    return rule.name == "plain" and not way.stale and together and clock.unit == 1 and bool((np.diff(clock.begin) == 1).all())


@dataclass(eq=False)
class Carry:
    """Rows worked out from the printed numbers of the row before.

    Attributes
    ----------
    match : how the sheet is read, and the way that the steps are done in
    loose : whether a printed number may be off by half a digit (the person had more digits), or is what was gone on with
    """

    sheet: Sheet
    match: Match
    recipe: Recipe
    loose: bool

    def follows(self, row: int, chained: bool) -> bool:
        """Does the row follow from the one before? `chained`: each number in it from the printed ones on its left, too."""
        return self.first_that_does_not(row, chained) is None

    def first_that_does_not(self, row: int, chained: bool) -> tuple[int, float] | None:
        """The first column of a row that does not follow from what is printed before it, and what would; None where all do."""
        given = self._given(row, chained)
        with np.errstate(all="ignore"):
            expected, size = self._made(row, given)
            slack = ROUNDING * size + np.zeros(len(expected))
            for key, half in self._halves(row, given).items():
                slack = slack + np.abs(self._made(row, given | {key: given[key] + half})[0] - expected)
            for column, printed in enumerate(self.sheet.printed):
                value, half = printed.value[row], printed.half[row]
                if (printed.blank is not None and printed.blank[row]) or (np.isnan(value) and np.isnan(expected[column])):
                    continue
                if not (value == expected[column] or abs(value - expected[column]) <= half + slack[column]):
                    return column, float(expected[column])
        return None

    @cached_property
    def knows_weights(self) -> bool:
        """Whether all weights are printed: else nothing can be carried."""
        count = sum(map(len, self._walk.frozen))
        return len(self._before) == count or len(self._after) == count

    @cached_property
    def _walk(self) -> Walk:
        return Walk(self.recipe, self.match.doing.done.way)

    @cached_property
    def _before(self) -> dict[Slot, int]:
        return self._columns_of("weight", "bias")

    @cached_property
    def _after(self) -> dict[Slot, int]:
        return {Slot(s.quantity.removeprefix("new_"), s.place): i for s, i in self._columns_of("new_weight", "new_bias").items()}

    def _columns_of(self, *names: str) -> dict[Slot, int]:
        return {Slot(m.quantity, m.place): i for i, m in enumerate(self.match.chosen) if m.quantity in names}

    def _given(self, row: int, chained: bool) -> dict[Key, float]:
        """The printed numbers that a row is worked out from; the start weights are known without."""
        whole, step = len(self._walk.frozen[0]) * len(self._walk.frozen), int(self.match.reading.clock.begin[row])
        given: dict[Key, float] = {}
        is_after = len(self._after) == whole
        if row > 0 and (is_after or step > 1):
            before = self._after if is_after else self._before
            given.update({("before", *slot): float(self.sheet.printed[i].value[row - 1]) for slot, i in before.items()})
        if len(self._before) == whole and step > 0:
            given.update({("now", *slot): float(self.sheet.printed[i].value[row]) for slot, i in self._before.items()})
        if chained and not self.match.doing.done.way.turn:
            for i, meaning in enumerate(self.match.chosen):
                if meaning.quantity in GONE_ON_WITH and meaning.scale in ("", "minus"):
                    value = float(self.sheet.printed[i].value[row])
                    given["seen", meaning.quantity, meaning.place] = -value if meaning.scale else value
        return given

    def _halves(self, row: int, given: dict[Key, float]) -> dict[Key, float]:
        """Half a digit of each of these numbers; of frozen ones, and where the numbers are what was gone on with, none."""
        if not self.loose:
            return {}
        whole = len(self._walk.frozen[0]) * len(self._walk.frozen)
        before = self._after if len(self._after) == whole else self._before
        seen = {Slot(m.quantity, m.place): i for i, m in enumerate(self.match.chosen)}
        columns = {"before": before, "now": self._before, "seen": seen}
        at = {"before": row - 1, "now": row, "seen": row}
        return {key: float(self.sheet.printed[columns[key[0]][Slot(*key[1:])]].half[at[key[0]]]) for key in given}

    def _made(self, row: int, given: dict[Key, float]) -> tuple[np.ndarray, float]:
        """What each column has to be in this row, and the size of the numbers that it is made of."""
        step = int(self.match.reading.clock.begin[row])
        prior = self._prior(row, step, given)
        now = self._state("now", given) or prior
        made = self._walk.from_state(step, now, self._seen(row, step, given))
        flat = [
            abs(float(v)) for node in [*now, made["prediction"], made["goal"]] for v in (node if isinstance(node, list) else [node])
        ]
        size = max((v for v in flat if np.isfinite(v)), default=0.0)
        return np.array([self._of(meaning, made, prior) for meaning in self.match.chosen], dtype=np.float64), size

    def _of(self, meaning: Meaning, made: Row, prior: Block) -> float:
        d = self.recipe.d
        if meaning.quantity == "weight":
            value = prior[meaning.place // d][meaning.place % d]
        elif meaning.quantity == "bias":
            value = prior[meaning.place][-1]
        else:
            value = made[meaning.quantity][meaning.place]
        return float(meaning.scaled(np.array([float(value)]), np.array([float(made["terms"][0])]))[0])

    def _prior(self, row: int, step: int, given: dict[Key, float]) -> Block:
        """The weights that this row starts from, by the row before."""
        source = self.match.doing.source
        if row == 0:
            return self._block(lambda slot: source.at(slot.quantity, slot.place, step))
        before = self._state("before", given) or self._block(lambda slot: source.at(slot.quantity, slot.place, step - 1))
        if len(self._after) == sum(map(len, before)):
            return before
        made = self._walk.from_state(step - 1, before)
        return self._block(lambda slot: made["new_" + slot.quantity][slot.place])

    def _state(self, whose: str, given: dict[Key, float]) -> Block | None:
        if not any(key[0] == whose for key in given):
            return None
        return self._block(lambda slot: given[whose, slot.quantity, slot.place])

    def _block(self, number_of: Callable[[Slot], Any]) -> Block:
        d, has_bias = self.recipe.d, self.recipe.bias is not None
        return [
            [*(number_of(Slot("weight", j * d + i)) for i in range(d)), *([number_of(Slot("bias", j))] if has_bias else [])]
            for j in range(self.recipe.k)
        ]

    def _seen(self, row: int, step: int, given: dict[Key, float]) -> dict[str, Block]:
        """Printed numbers in the place of those worked out, where all of a quantity are printed."""
        rows = len(self._walk.examples_of(step))
        k, d = self.recipe.k, self.recipe.d
        widths = {"prediction": (rows, k), "delta": (rows, k), "bias_weighted_delta": (k, 1), "bias_delta": (k, 1)}
        seen = {}
        for name in {key[1] for key in given if key[0] == "seen"}:
            tall, wide = widths.get(name, (k, d))
            numbers = [given.get(("seen", name, place)) for place in range(tall * wide)]
            if None not in numbers:
                seen[name] = [numbers[i * wide : (i + 1) * wide] for i in range(tall)]
        return seen


class Broken(NamedTuple):
    """The first cell that does not follow from what is printed before it."""

    row: int
    column: int
    expected: float


def rounded_on(sheet: Sheet, match: Match, recipe: Recipe) -> tuple[int, Broken | None]:
    """Rows that agree from the first, if each number was rounded to the printed digits and gone on with; and where that breaks."""
    carry = Carry(sheet, match, recipe, loose=False)
    if not can_carry(match, recipe) or not carry.knows_weights or sheet.rows > MOST_ROWS:
        return 0, None
    state = [sheet.printed[i] for i, m in enumerate(match.chosen) if m.quantity.removeprefix("new_") in ("weight", "bias")]
    if not all(printed.is_rounded for printed in state):
        return 0, None
    broken = [_broken(carry, chained) for chained in (False, True)]
    if None in broken:
        return sheet.rows, None
    last = max((one for one in broken if one is not None), key=lambda one: one.row)
    return last.row, last


def _broken(carry: Carry, chained: bool) -> Broken | None:
    for row in range(carry.sheet.rows):
        if (found := carry.first_that_does_not(row, chained)) is not None:
            return Broken(row, *found)
    return None


def mistakes(fitter: Fitter, match: Match, first: int) -> int | None:
    """Rows from `first` on that neither are as they should be nor follow from what is printed before them; None where unknown."""
    sheet, recipe = fitter.sheet, fitter.recipe
    carry = Carry(sheet, match, recipe, loose=True)
    numbers = len(match.chosen) + 2 * recipe.k * (recipe.d + 1)
    if not can_carry(match, recipe) or not carry.knows_weights or sheet.rows - first > MOST_ROWS or numbers > MOST_NUMBERS:
        return None
    good = fitter.agreement(match.doing, match.reading, match.chosen, slice(first, sheet.rows))
    wrong = [first + row for row in range(len(good)) if not good[row].all()]
    count = sum(not (carry.follows(row, False) or carry.follows(row, True)) for row in wrong)
    return max(1, count) if wrong else 0
