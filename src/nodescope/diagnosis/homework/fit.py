"""How far a way of doing the steps and a reading of the sheet agree with what is printed."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from nodescope.diagnosis.homework.printed import Flags, Floats, How
from nodescope.diagnosis.homework.readings import Meaning, Reading
from nodescope.diagnosis.homework.sheet import Sheet
from nodescope.diagnosis.homework.sources import PrintedSource, Right, Shaken
from nodescope.diagnosis.homework.walk import Walk
from nodescope.diagnosis.homework.ways import Done, joined
from nodescope.run.recipe import Recipe

FIRST_ROWS, TIMES_MORE = 4, 4
"""Rows that are looked at together, and how many times more the next ones are."""
MOST_COUNTED = 50
"""Rows by which the meaning of a column is chosen."""
OFF, OFF_SINGLE = 1e-6, 1e-2
"""What a number may be off, relatively, before it is no longer looked at; where the arithmetic is float32."""


@dataclass(frozen=True, eq=False)
class Doing:
    """A way of doing the steps, its numbers, and what those may be off."""

    done: Done
    source: PrintedSource
    shaken: Shaken
    looked_at: dict[tuple[int, int, int, Meaning], bool] = field(default_factory=dict, repr=False)
    """Whether a cell may have a meaning, by its row, column and step: readings share most of them."""

    agreeing: dict[tuple[int, Meaning, int, int], int] = field(default_factory=dict, repr=False)
    """How many of a column's first cells have a meaning, by the first row's step and the steps of a row."""

    @cached_property
    def is_single(self) -> bool:
        return self.done.way.single

    @cached_property
    def off(self) -> float:
        """What a number may be off, relative to itself, before it is no longer looked at."""
        return OFF_SINGLE if self.is_single else OFF


@dataclass(frozen=True, eq=False)
class Match:
    """How far a way and a reading agree: the rows, and the meaning of each column that agrees longest."""

    rows: int
    doing: Doing
    reading: Reading
    chosen: tuple[Meaning, ...] = ()
    name: str = "right"
    says: str = ""
    near: bool = False
    """Whether the first row is near enough for a more generous look."""
    apart: bool = False
    """Whether the second row is farther off than any rounding but that of numbers that were gone on with."""


class Fitter:
    """Holds ways and readings against one sheet."""

    def __init__(self, sheet: Sheet, recipe: Recipe, wanted: frozenset[str]) -> None:
        self.sheet, self.recipe, self.wanted = sheet, recipe, wanted

    def doing(self, done: Done) -> Doing:
        """The walk of a way, which goes as far as it is asked to."""
        return Doing(done, Walk(self.recipe, done.way, self.wanted), Shaken(self.recipe, done.way, self.wanted))

    def right(self, source: Right) -> Doing:
        """The right numbers as a way."""
        return Doing(Done(), source, Shaken(self.recipe, Done().way, self.wanted))

    def match(self, doing: Doing, reading: Reading, how: How = "column") -> Match:
        """Rows that agree from the first."""
        alive: list[list[Meaning]] = [[] for _ in reading.columns]
        for i in reading.by_meanings:
            alive[i] = self._may_be(0, i, doing, reading, reading.columns[i])
            if not alive[i]:
                return Match(0, doing, reading)
        chosen, rows = [meanings[0] for meanings in alive], self.sheet.rows
        apart = rows > 1 and not all(self._may_be(1, i, doing, reading, meanings) for i, meanings in enumerate(alive))
        start, size = 0, 1 if apart else FIRST_ROWS
        while start < rows:
            stop = min(rows, start + size)
            fails = [self._fewer(i, alive, chosen, doing, reading, slice(start, stop), how) for i in range(len(alive))]
            if min(fails) < stop or apart:
                return replace(self._matched(min(fails), doing, reading, tuple(chosen)), apart=apart)
            start, size = stop, size * TIMES_MORE
        return self._matched(rows, doing, reading, tuple(chosen))

    def _may_be(self, row: int, column: int, doing: Doing, reading: Reading, meanings: Iterable[Meaning]) -> list[Meaning]:
        """Those of the meanings that a cell of the first two rows may have."""
        printed, clock, looked_at, found = self.sheet.printed[column], reading.clock, doing.looked_at, []
        if printed.blank is not None and printed.blank[row]:
            return list(meanings)
        step = int(clock.begin[row]) * 2 + (clock.unit > 1)
        for meaning in meanings:
            may = looked_at.get((row, column, step, meaning))
            if may is None:
                number = meaning.of_row(row, doing.source, clock, self.recipe)
                may = looked_at[row, column, step, meaning] = printed.may_be(row, number, doing.off)
            if may:
                found.append(meaning)
        return found

    def begins_well(self, doing: Doing, reading: Reading) -> bool:
        """Whether the first two rows are near, where their steps are there."""
        columns = range(len(reading.columns))
        return all(self._may_be(row, i, doing, reading, reading.columns[i]) for row in (0, 1) for i in columns)

    def _fewer(
        self, i: int, alive: list[list[Meaning]], chosen: list[Meaning], doing: Doing, reading: Reading, rows: slice, how: How
    ) -> int:
        """Leave the meanings that agree in these rows; the row at which the last of them fails, or the end."""
        first_false: dict[Meaning, int] = {}
        for meaning in alive[i]:
            good = self.agrees(i, meaning, doing, reading, rows, how)
            first_false[meaning] = rows.stop if good.all() else rows.start + int(np.argmin(good))
        chosen[i] = max(alive[i], key=lambda meaning: first_false[meaning])
        whole = [meaning for meaning in alive[i] if first_false[meaning] == rows.stop]
        alive[i] = whole or alive[i]
        return first_false[chosen[i]]

    def agrees(self, column: int, meaning: Meaning, doing: Doing, reading: Reading, rows: slice, how: How = "column") -> Flags:
        """Which cells of a column agree."""

        def numbers_of(source: PrintedSource) -> Floats:
            return meaning.expected(source, reading.clock, rows, self.recipe)

        expected, printed = numbers_of(doing.source), self.sheet.printed[column]
        slack = _of_scale(meaning, expected)
        if how == "near" and not printed.is_coarse and printed.may_all_be(rows, expected, doing.off):
            slack = doing.shaken.apart(numbers_of, expected)
        good = printed.agrees(rows, expected, how, slack, doing.is_single)
        if how == "near" and doing.is_single:  # a number that is no float32 did not come from one
            good &= printed.is_float32(rows, root=meaning.scale == "root")
        return good

    def _matched(self, rows: int, doing: Doing, reading: Reading, chosen: tuple[Meaning, ...]) -> Match:
        names = [reading.name] if reading.name else []
        says = [doing.done.says, reading.says]
        if rows == self.sheet.rows:
            held = [i for i, m in enumerate(chosen) if self.sheet.own[i] and m.quantity.startswith("mse") and "sum" in m.scale]
            names += ["sum"] * bool(held)
            says += [
                f"{self.sheet.headers[i]} is {'half ' * ('half' in chosen[i].scale)}the sum of the squares, not their mean"
                for i in held
            ]
        name = _joined(doing.done, names)
        return Match(rows, doing, reading, chosen, name, "; and ".join(text for text in says if text), True)

    def agreement(self, doing: Doing, reading: Reading, chosen: tuple[Meaning, ...], rows: slice) -> Flags:
        """Which cells agree, (rows, columns), but for the rounding of arithmetic."""
        return np.column_stack([self.agrees(i, meaning, doing, reading, rows, "near") for i, meaning in enumerate(chosen)])

    def longest(self, doing: Doing, reading: Reading) -> tuple[Meaning, ...]:
        """For each column the meaning under which most of the first rows agree."""
        rows, begin = slice(0, min(self.sheet.rows, MOST_COUNTED)), (int(reading.clock.begin[0]), reading.clock.unit)

        def count(i: int) -> Callable[[Meaning], int]:
            def of(meaning: Meaning) -> int:
                key = (i, meaning, *begin)
                if key not in doing.agreeing:
                    doing.agreeing[key] = int(self.agrees(i, meaning, doing, reading, rows, "near").sum())
                return doing.agreeing[key]

            return of

        return tuple(max(meanings, key=count(i)) for i, meanings in enumerate(reading.columns))


def _joined(done: Done, names: list[str]) -> str:
    every = [*(choice.name for choice in done.choices if choice.name != "right"), *names]
    return joined(every) or "right"


def _of_scale(meaning: Meaning, expected: Floats) -> Floats | float:
    """delta ** 2, which many write, may be a neighbour of delta × delta; a sum of squares is added in some order."""
    if not meaning.quantity.startswith("mse"):
        return 0.0
    with np.errstate(all="ignore"):
        gap = np.spacing(np.abs(expected))
    return np.where(np.isfinite(gap), gap, 0.0) * (16.0 if meaning.at == "epoch" else 4.0 if meaning.scale else 1.0)
