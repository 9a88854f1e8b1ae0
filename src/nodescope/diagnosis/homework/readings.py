"""The ways to read a sheet: what each column is (from before or after the update, halved, summed …) and the step of each row.

A column's *meanings* are tried one by one, the likelier first; a *style* says of all columns together when their numbers are from.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product

import numpy as np

from nodescope.diagnosis.homework.printed import Floats
from nodescope.diagnosis.homework.sheet import GIVEN, MOST_STEPS, STATE, Layout, Sheet, Slot, Steps
from nodescope.diagnosis.homework.sources import PrintedSource
from nodescope.run.recipe import Recipe

NEW = {after: before for before, after in STATE.items()}
NEGATED = frozenset({"delta", "weighted_delta", "alpha_delta", "bias_weighted_delta", "bias_delta"})
ERRORS = (("mse",), ("delta", "mse"), ("prediction", "delta", "mse"), ("delta",), ("prediction", "delta"), ("prediction",))
"""Columns that are printed together from the new weights, where it is done."""
MOST_SHIFTED = 6
"""Columns of which every subset is tried a row later."""
STRIDES = (10, 100, 5, 2, 20, 50, 1000, 25, 3, 4, 200, 500)
"""Of loops that print only some of their steps, and not which."""
MOST_STRIDDEN = 20_000
"""Steps that are looked through for them."""
OFTEN = {
    "": "",
    "half": "half the mean of the squares, the cost 1/(2m)",
    "sum": "the sum of the squares",
    "half sum": "half the sum of the squares",
    "root": "the root of the mean of the squares",
}
"""What a column of errors holds, and how that is said."""


@dataclass(frozen=True)
class Clock:
    """The steps of the rows: each row is of the steps `begin` … `begin + unit − 1`."""

    begin: Steps
    unit: int
    note: str = ""

    @property
    def last(self) -> Steps:
        return self.begin + (self.unit - 1)

    @property
    def last_step(self) -> int:
        return int(self.begin[-1]) + self.unit - 1


@dataclass(frozen=True)
class Meaning:
    """What a column's numbers may be.

    Attributes
    ----------
    quantity, place : of a step
    at : "first" or "last" step of the row, the "next" after it, or its whole "epoch" added up
    scale : what is made of it: "", "half", "sum", "half sum", "root", "minus", "size", "+1"
    """

    quantity: str
    place: int = 0
    at: str = "last"
    scale: str = ""

    def expected(self, source: PrintedSource, clock: Clock, rows: slice, recipe: Recipe) -> Floats:
        """The numbers of these rows, (T,)."""
        begin = clock.begin[rows]
        if self.at == "epoch":
            return self._of_epoch(source, begin, clock.unit, recipe)
        steps = {"first": begin, "last": begin + (clock.unit - 1), "next": begin + clock.unit}[self.at]
        value = source.values(self.quantity, self.place, steps)
        terms = _terms(recipe, steps) if "of all" not in self.quantity else np.full(len(steps), float(recipe.n * recipe.k))
        return self.scaled(value, terms)

    def of_row(self, row: int, source: PrintedSource, clock: Clock, recipe: Recipe) -> float:
        """The number of one row, without arrays: most ways fail in the first two."""
        if self.at == "epoch":
            return float(self.expected(source, clock, slice(row, row + 1), recipe)[0])
        begin = int(clock.begin[row])
        step = begin if self.at == "first" else begin + clock.unit - (self.at == "last")
        value = source.at(self.quantity, self.place, step)
        if not self.scale:
            return value
        if self.scale == "root":
            return math.sqrt(value) if value >= 0.0 else math.nan
        terms = 1.0
        if "sum" in self.scale:
            terms = float(recipe.n * recipe.k if "of all" in self.quantity else _terms_of(recipe, step))
        changed = {"half": 0.5 * value, "minus": -value, "size": abs(value), "+1": value + 1.0}
        return changed[self.scale] if self.scale in changed else value * terms * (0.5 if self.scale == "half sum" else 1.0)

    def _of_epoch(self, source: PrintedSource, begin: Steps, unit: int, recipe: Recipe) -> Floats:
        steps = (begin[:, None] + np.arange(unit)).ravel()
        squares = (source.values(self.quantity, self.place, steps) * _terms(recipe, steps)).reshape(len(begin), unit)
        total = np.cumsum(squares, axis=1)[:, -1]
        terms = np.full(len(begin), float(recipe.n * recipe.k))
        return self.scaled(total / terms, terms)

    def scaled(self, value: Floats, terms: Floats) -> Floats:
        with np.errstate(all="ignore"):
            if self.scale == "root":
                return np.asarray(np.sqrt(value))
            if self.scale == "size":
                return np.abs(value)
            factors: dict[str, Floats | float] = {"": 1.0, "half": 0.5, "minus": -1.0, "sum": terms, "half sum": 0.5 * terms}
            return value + 1.0 if self.scale == "+1" else value * factors[self.scale]


def _terms(recipe: Recipe, steps: Steps) -> Floats:
    """Squares that the mse of a step is the mean of."""
    size = recipe.batch_size
    first = (steps % recipe.steps_per_epoch) * size
    return np.asarray(np.minimum(size, recipe.n - first) * recipe.k, dtype=np.float64)


def _terms_of(recipe: Recipe, step: int) -> int:
    size = recipe.batch_size
    return min(size, recipe.n - (step % recipe.steps_per_epoch) * size) * recipe.k


@dataclass(frozen=True)
class Reading:
    """One way to read the sheet; `name`, `says`: of columns that are not of one step; "" where they are."""

    columns: tuple[tuple[Meaning, ...], ...]
    clock: Clock
    note: str = ""
    name: str = ""
    says: str = ""

    @cached_property
    def by_meanings(self) -> list[int]:
        """Its columns, those of fewest meanings first."""
        return sorted(range(len(self.columns)), key=lambda column: len(self.columns[column]))


@dataclass(frozen=True)
class Style:
    """When the numbers are from: weights as they are "labelled", or from "after" or "before" the update; and what else is so."""

    state: str = "labelled"
    opposite: bool = False
    after: frozenset[str] = frozenset()
    late: frozenset[int] = frozenset()


class Readings:
    """All readings of a sheet, in the order in which they are tried."""

    def __init__(self, sheet: Sheet, recipe: Recipe) -> None:
        self.sheet, self.recipe = sheet, recipe
        self._signs = (False, True) if sheet.names & NEGATED else (False,)
        length = None if recipe.schedule is None else recipe.schedule.length
        self.most = MOST_STEPS * 2 if length is None else length

    def plain(self) -> list[Reading]:
        """All columns of one step, or the weights of a loop that prints them after their update."""
        return [r for opposite in self._signs for clock in self._clocks() for r in self._of_clock(clock, opposite)]

    def stridden(self, most: int) -> Iterator[Reading]:
        """Only some steps are printed, the last of them at most this one, and no column says which."""
        rows = self.sheet.rows
        if self.sheet.step is not None or rows < 2:
            return
        for stride in STRIDES:
            for first in (0, stride - 1, stride, 1):
                begin = np.arange(rows) * stride + first
                if begin[-1] <= most:
                    clock = Clock(begin, 1, f"it prints every {_nth(stride)} step, the first of them step {first}")
                    yield from self._of_clock(clock, False)

    def errors_after(self) -> Iterator[Reading]:
        """Errors printed after the update, from the new weights."""
        for columns in ERRORS:
            if not self.sheet.names.issuperset(columns):
                continue
            for clock in self._clocks():
                if clock.unit == 1:
                    says = f"{' and '.join(columns)} printed after the update, from the new weight"
                    for layout in self.sheet.layouts:
                        yield self._made(layout, clock, Style(after=frozenset(columns)), "error after", says)

    def shifted(self) -> Iterator[Reading]:
        """Some columns a step later than the others."""
        layout, clock = self.sheet.layouts[0], self._clocks()[0]
        groups = list(dict.fromkeys(slots[0].quantity for slots in layout))
        moving = [name for name in groups if name not in ("step", "epoch", "alpha")]
        if not 1 < len(moving) <= MOST_SHIFTED or clock.last_step + 1 >= self.most:
            return
        for which in product((False, True), repeat=len(moving)):
            late = [name for name, is_late in zip(moving, which, strict=True) if is_late]
            if late and len(late) < len(moving):
                columns = frozenset(i for i, slots in enumerate(layout) if slots[0].quantity in late)
                says = f"{' and '.join(late)} stand{'s' * (len(late) == 1)} one row too early beside the other columns"
                yield self._made(layout, clock, Style(late=columns), "off by one", says)

    def _of_clock(self, clock: Clock, opposite: bool) -> Iterator[Reading]:
        for layout in self.sheet.layouts:
            for state in self._states(layout):
                yield self._made(layout, clock, Style(state, opposite))
                if state == "after" and "mse" in self.sheet.names:  # loops that print both from the new weights
                    yield self._made(layout, clock, Style(state, opposite, frozenset({"mse"})))

    def _states(self, layout: Layout) -> Iterator[str]:
        yield "labelled"
        answers = {slots[0].quantity for slots in layout} - GIVEN
        old, new = answers & set(STATE), answers & set(NEW)
        if old and not new and not self._is_held(layout):
            yield "after"
        if new and not old and answers <= new:
            yield "before"

    def _is_held(self, layout: Layout) -> bool:
        """Whether weights and other numbers both have a trace's own names, and so are of one step."""
        own = {slots[0].quantity for slots, is_own in zip(layout, self.sheet.own, strict=True) if is_own} - GIVEN
        return bool(own & set(STATE)) and bool(own - set(STATE))

    def _clocks(self) -> list[Clock]:
        sheet, each = self.sheet, self.recipe.steps_per_epoch
        count = np.arange(sheet.rows) if sheet.step is None else sheet.step
        starts = [
            (count, ""),
            (count + 1, "its rows begin with step 1" if sheet.step is None else "its rows are counted before the update"),
        ]
        if sheet.step is not None and count[0] >= 1:
            starts.insert(1, (count - 1, f"{'epochs' if sheet.counts_epochs else 'steps'} counted from 1"))
        by_step = [Clock(begin, 1, note) for begin, note in starts]
        if each == 1 or count[-1] > MOST_STEPS // each or (sheet.step is None and sheet.names & {"step", "example"}):
            return self._within(by_step)
        note = "a row for each epoch"
        by_epoch = [Clock(begin * each, each, f"{note}, {more}" if more else note) for begin, more in starts]
        return self._within([*by_epoch, *by_step] if sheet.counts_epochs else [*by_step, *by_epoch])

    def _within(self, clocks: list[Clock]) -> list[Clock]:
        return [clock for clock in clocks if clock.last_step < self.most]

    def _made(self, layout: Layout, clock: Clock, style: Style, name: str = "", says: str = "") -> Reading:
        columns = []
        for i, (slots, own) in enumerate(zip(layout, self.sheet.own, strict=True)):
            meanings = dict.fromkeys(meaning for slot in slots for meaning in self._meanings(slot, own, clock, style))
            columns.append(tuple(replace(m, at="next") if i in style.late else m for m in meanings))
        note = clock.note
        if style.opposite:
            note = "its delta is goal − prediction, added with +=: the opposite sign, the same weights"
        return Reading(tuple(columns), clock, note, name, says)

    def _meanings(self, slot: Slot, own: bool, clock: Clock, style: Style) -> Iterator[Meaning]:
        name, place = slot
        if name in STATE:
            yield Meaning(STATE[name], place) if style.state == "after" else Meaning(name, place, "first")
        elif name in NEW:
            yield Meaning(NEW[name], place, "first") if style.state == "before" else Meaning(name, place)
        elif name == "mse":
            yield from self._of_error(place, clock, "mse" in style.after)
        elif name in NEGATED:
            quantity = f"{name} after" if name in style.after else name
            yield Meaning(quantity, place, "last", "minus" if style.opposite else "")
            if not own:
                yield Meaning(quantity, place, "last", "" if style.opposite else "minus")
                if name == "delta":
                    yield Meaning(quantity, place, "last", "size")
        else:
            yield Meaning(f"{name} after" if name in style.after else name, place)
            if name == "epoch":
                yield Meaning(name, place, "last", "+1")

    def _of_error(self, place: int, clock: Clock, after: bool) -> Iterator[Meaning]:
        """Mean, half the mean, sum, half the sum or root of the step's squares; of the epoch's; of all examples'."""
        many = self.recipe.batch_size * self.recipe.k > 1
        quantity = "mse after" if after else "mse"
        scales = ("", "half", "root", *(("sum", "half sum") if many else ()))
        yield from (Meaning(quantity, place, "last", scale) for scale in scales)
        if self.recipe.batch_size == self.recipe.n:
            return
        if clock.unit > 1 and not after:
            yield from (Meaning("mse", place, "epoch", scale) for scale in OFTEN)
        if after or clock.unit > 1:
            yield from (Meaning("mse of all after", place, "last", scale) for scale in OFTEN)
        if not after:
            yield from (Meaning("mse of all", place, "first", scale) for scale in OFTEN)


def _nth(number: int) -> str:
    return {2: "2nd", 3: "3rd"}.get(number, f"{number}th")
