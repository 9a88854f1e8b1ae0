"""The search: a sheet is held against the right numbers first, then against the known ways to be wrong, the likelier first.

Each group of ways is tried to the digits printed, and, before the next group, more generously (digits of each cell alone, digits
cut off, the rounding of arithmetic, numbers rounded and gone on with): right sheets and wrong ones are allowed the same. Where
several ways print the same numbers, the first is named and the others are told.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cached_property

import numpy as np

from nodescope.diagnosis.homework.carry import Broken, mistakes, rounded_on
from nodescope.diagnosis.homework.fit import Doing, Fitter, Match
from nodescope.diagnosis.homework.grades import Grade, WrongCell
from nodescope.diagnosis.homework.printed import How
from nodescope.diagnosis.homework.readings import MOST_STRIDDEN, OFTEN, Reading, Readings
from nodescope.diagnosis.homework.sheet import Sheet
from nodescope.diagnosis.homework.slips import cell_text, slip_of_the_row, typing_slip
from nodescope.diagnosis.homework.sources import Right
from nodescope.diagnosis.homework.walk import Walk
from nodescope.diagnosis.homework.ways import RIGHT, Choice, Done, combined, joined, right_choices, single_choices
from nodescope.errors import InputError
from nodescope.run.descent import go
from nodescope.run.recipe import Recipe

LATE = frozenset(
    {"off by one", "one after another", "float32", "stale", "thresholded", "momentum", "rule forgotten", "n − 1", "half the step"}
)
"""Conventions that are tried after columns that are not of one step."""
MOST_WALKED = 20_000
"""Steps before the first printed row that wrong ways are walked."""
LOOKED_AT = 1000
"""Rows by which two readings are told apart that fail in the same row."""
ENOUGH_DIGITS = 8.0
"""Digits that have to be printed before several choices at a time are named."""
ENOUGH_ROWS = 3
"""Rows before a way is named that has a number found in the sheet."""
MOST_ALSO = 3
_ROUNDED = "each number is rounded to the printed digits, and gone on with"
MOST_CARRIED = 30_000
"""Rows that wrong ways may be gone on with from rounded numbers, all together: a few seconds."""
MOST_WORK = 3e7
"""Products that all combinations may take for their first step."""
LEAST_COMBINED = 40
"""Combinations that are tried however large the node."""
ROWS_AT_ONCE, TIMES_MORE = 64, 4
"""Rows that are looked through together for the first wrong cell, and how many times more the next ones are."""


class Judge:
    """One sheet against one recipe."""

    def __init__(self, sheet: Sheet, recipe: Recipe) -> None:
        self.sheet, self.recipe = sheet, recipe
        self._readings = Readings(sheet, recipe)
        self.plain = self._readings.plain()
        self._after = list(self._readings.errors_after())
        self._shifted = list(self._readings.shifted())
        self._fitter = Fitter(sheet, recipe, self._wanted())
        self._doings: dict[Done, Doing] = {}
        self._near: list[Match] = []
        self._carried = 0
        self._broken: tuple[Broken, Match] | None = None
        self._found: Match | None = None
        self.best: Match | None = None

    def _wanted(self) -> frozenset[str]:
        every = [*self.plain, *self._after, *self._shifted]
        found = {meaning.quantity for reading in every for meanings in reading.columns for meaning in meanings}
        return frozenset(found | {"weight", "bias", "terms"})

    @cached_property
    def _right(self) -> Doing:
        """The trace; where it ends early (diverged), the definition walked on as a loop would."""
        last = max((reading.clock.last_step for reading in self.plain), default=0)
        length = None if self.recipe.schedule is None else self.recipe.schedule.length
        need = last + 2 if length is None else min(last + 2, length)
        return self._walked_right(need)

    def grade(self) -> Grade:
        """Right first, then wrong ways in their order."""
        also: list[str] = []
        for group, tells_others in self._in_order():
            for match in group:
                if match.rows < self.sheet.rows:
                    self.best = match if self.best is None or match.rows > self.best.rows else self.best
                elif self._found is None:
                    self._found = match
                    if not tells_others:
                        break
                elif match.name not in (self._found.name, *also, "right") and len(also) < MOST_ALSO:
                    also.append(match.name)
            if self._found is not None:
                break
        return self._wrong() if self._found is None else self._reproduced(self._found, tuple(also))

    # --- the order

    def _in_order(self) -> Iterator[tuple[Iterator[Match], bool]]:
        """Groups of matches; of some it is told what else in the group prints the same."""
        ways = [Done((choice,)) for choice in single_choices(self.recipe, self.sheet.names)]
        yield self._exactly([Done()], self.plain), False
        yield self._exactly([Done((choice,)) for choice in right_choices(self.recipe)], self.plain), False
        yield self._singles(ways), True
        yield self._rightly(), False
        yield self._generously(), True
        yield self._with_reports(ways), True
        yield self._combined([done.choices[0] for done in ways]), True

    def _singles(self, ways: list[Done]) -> Iterator[Match]:
        plainly = [done for done in ways if not done.is_fitted]
        yield from self._exactly([done for done in plainly if done.name not in LATE], self.plain)
        yield from self._exactly([Done()], self._after)
        yield from self._exactly([done for done in plainly if done.name == "off by one"], self.plain)
        yield from self._exactly([Done()], self._shifted)
        yield from self._exactly([done for done in plainly if done.name in LATE - {"off by one"}], self.plain)

    def _exactly(self, ways: Iterable[Done], readings: list[Reading]) -> Iterator[Match]:
        for done in ways:
            if self._found is not None and len(done.choices) > len(self._found.doing.done.choices) > 1:
                return  # two things done otherwise are enough to say; three that come to the same tell nothing more
            doing = self._doing(done)
            for reading in readings:
                if done.choices and reading.clock.begin[0] > MOST_WALKED:
                    continue
                match = self._fitter.match(doing, reading)
                if match.near and (done.name != "right" or reading.name):
                    self._near.append(match)
                yield match

    def _doing(self, done: Done) -> Doing:
        if not done.choices:
            return self._right
        if done not in self._doings:
            self._doings[done] = self._fitter.doing(done)
        return self._doings[done]

    def _rightly(self) -> Iterator[Match]:
        """More generous ways of being right, and only some steps printed."""
        for reading in self.plain:
            match = self._fitter.match(self._right, reading)
            if match.chosen:
                yield from self._rounded(match)
        for how in ("own", "cut", "near"):
            yield from self._as_right(self._right, self.plain, how)
        yield from self._stridden()

    def _stridden(self) -> Iterator[Match]:
        """Only some steps are printed, and no column says which."""
        recipe, length = self.recipe, None if self.recipe.schedule is None else self.recipe.schedule.length
        most = int(min(MOST_STRIDDEN, MOST_WORK / (recipe.batch_size * recipe.k * recipe.d), length or MOST_STRIDDEN))
        readings = list(self._readings.stridden(most - 1))
        second = max((int(reading.clock.begin[1]) for reading in readings), default=0)
        if not readings:
            return
        first_two = self._walked_right(second + 1)
        readings = [reading for reading in readings if self._fitter.begins_well(first_two, reading)]
        if readings:
            doing = self._walked_right(max(reading.clock.last_step for reading in readings) + 1)
            for how in ("column", "near"):
                yield from self._as_right(doing, readings, how)

    def _walked_right(self, steps: int) -> Doing:
        """The right numbers of so many steps; a trace that ends early is walked on."""
        run = go(self.recipe.with_steps(steps))
        walk = Walk(self.recipe, RIGHT, self._fitter.wanted)
        return self._fitter.right(Right(run, walk)) if len(run.trace) >= steps else self._fitter.doing(Done())

    def _as_right(self, doing: Doing, readings: Iterable[Reading], how: How) -> Iterator[Match]:
        says = {
            "own": "Its cells are right by the digits that each of them has.",
            "cut": "Its digits are cut off, not rounded.",
            "near": "Its last digits differ, as where operations are done in another order, or rounded by NumPy.",
        }
        for reading in readings:
            match = self._fitter.match(doing, reading, how)
            if how != "cut" or (match.rows == self.sheet.rows and self._shows_a_cut(match)):
                yield replace(match, says=says.get(how, ""))

    def _shows_a_cut(self, match: Match) -> bool:
        """At least two cells would have been rounded otherwise."""
        rows = slice(0, self.sheet.rows)
        return int((~self._fitter.agreement(match.doing, match.reading, match.chosen, rows)).sum()) >= 2

    def _rounded(self, match: Match) -> Iterator[Match]:
        rows, broken = rounded_on(self.sheet, match, self.recipe)
        names = ["rounded on"] if match.name == "right" else [*match.name.split(", "), "rounded on"]
        if broken is not None and match.name == "right" and (self._broken is None or broken.row > self._broken[0].row):
            self._broken = broken, match
        yield replace(match, rows=rows, name=joined(names), says="; and ".join(text for text in (match.says, _ROUNDED) if text))

    def _generously(self) -> Iterator[Match]:
        """Wrong ways whose first row is near, allowed what right ones are; then those with a number found in the sheet."""
        yield from self._allowed(self._near)
        self._near = []
        if self.sheet.rows >= ENOUGH_ROWS and self.sheet.digits() >= ENOUGH_DIGITS:
            fitted = [Done((c,)) for c in single_choices(self.recipe, self.sheet.names) if c.fitted]
            yield from self._exactly(fitted, self.plain)
            yield from self._allowed(self._near)
        self._near = []

    def _allowed(self, near: list[Match]) -> Iterator[Match]:
        """More generously, where nothing prints the very same."""
        if self._found is not None:
            return
        for how in ("near", "own", "cut"):
            for match in near:
                if match.apart:
                    continue
                again = self._fitter.match(match.doing, match.reading, how)
                if how != "cut" or (again.rows == self.sheet.rows and self._shows_a_cut(again)):
                    yield again
        for match in near:
            if self._carried > MOST_CARRIED:
                return
            for again in self._rounded(match):
                self._carried += again.rows
                yield again

    def _with_reports(self, ways: list[Done]) -> Iterator[Match]:
        """A wrong way whose errors are printed from the new weights, or whose columns are not of one step."""
        if self.sheet.digits() >= ENOUGH_DIGITS and self.sheet.rows > 1:
            plainly = [done for done in ways if not done.is_fitted and not done.choices[0].weak]
            yield from self._exactly(plainly, [*self._after, *self._shifted])
            yield from self._allowed(self._near)
            self._near = []

    def _combined(self, choices: list[Choice]) -> Iterator[Match]:
        recipe = self.recipe
        work = recipe.batch_size * recipe.k * (recipe.d + 1)
        if self.sheet.digits() < ENOUGH_DIGITS or self.sheet.rows < 2:
            return
        ways = [done for done in combined(choices) if not done.is_fitted or self.sheet.rows >= ENOUGH_ROWS]
        yield from self._exactly(ways[: max(LEAST_COMBINED, int(MOST_WORK / max(1, work)))], self.plain)
        yield from self._allowed(self._near)

    # --- what is said

    def _reproduced(self, match: Match, also: tuple[str, ...]) -> Grade:
        rows = self.sheet.rows
        count = f"all {rows} rows" if rows > 1 else "the one row"
        if match.name == "right":
            notes = "".join(f" {text}" for text in self._notes(match))
            says = f"Right: {count} agree{'s' * (rows == 1)} in the printed digits.{notes}"
            return Grade(True, "right", rows, None, says, 0, rows)
        wrong = self._first_wrong(self._nearest_right())
        where = f" The first cell that is not right: {cell_text(wrong)}." if wrong else ""
        others = f" The same numbers come of: {'; '.join(also)}; the sheet does not tell which it was." if also else ""
        says = f"{match.name[0].upper()}{match.name[1:]}: {match.says}. That reproduces {count}.{where}{others}"
        return Grade(
            False, match.name, rows, wrong, says, match.name.count(", ") + 1, rows, also, slip=f"The likely slip: {match.says}."
        )

    def _notes(self, match: Match) -> list[str]:
        texts = [match.says, match.reading.note and f"({match.reading.note}.)"]
        for header, meaning in zip(self.sheet.headers, match.chosen, strict=True):
            if meaning.quantity.startswith("mse") and (meaning.scale or meaning.quantity != "mse" or meaning.at == "epoch"):
                of = " of all examples" if "of all" in meaning.quantity else " of an epoch" if meaning.at == "epoch" else ""
                texts.append(f"(Its {header[:40]} is {OFTEN[meaning.scale] or 'the mean of the squares'}{of}.)")
        return [text for text in texts if text]

    def _nearest_right(self) -> Match:
        """The reading under which most is right: from the first row on, then in all."""
        matches = [self._near_right(reading) for reading in self.plain]
        rows = slice(0, min(self.sheet.rows, LOOKED_AT))
        most = max(match.rows for match in matches)

        def merit(match: Match) -> tuple[int, bool]:
            good = self._fitter.agreement(match.doing, match.reading, match.chosen, rows)
            return int(good.sum()), any(m.quantity.startswith("new_") for m in match.chosen)

        return max((match for match in matches if match.rows == most), key=merit)

    def _near_right(self, reading: Reading) -> Match:
        match = self._fitter.match(self._right, reading, "near")
        return match if match.chosen else replace(match, chosen=self._fitter.longest(self._right, reading))

    def _first_wrong(self, match: Match) -> WrongCell | None:
        start, size = 0, ROWS_AT_ONCE
        while start < self.sheet.rows:
            rows = slice(start, min(self.sheet.rows, start + size))
            good = self._fitter.agreement(match.doing, match.reading, match.chosen, rows)
            if not good.all():
                row = int(np.argmin(good.all(axis=1)))
                return self._cell(start + row, int(np.argmin(good[row])), match)
            start, size = rows.stop, size * TIMES_MORE
        return None

    def _cell(self, row: int, column: int, match: Match) -> WrongCell:
        meaning = match.chosen[column]
        expected = meaning.expected(match.doing.source, match.reading.clock, slice(row, row + 1), self.recipe)
        return WrongCell(row, self.sheet.headers[column], float(self.sheet.printed[column].value[row]), float(expected[0]))

    def _wrong(self) -> Grade:
        best = self.best
        if best is None:
            raise InputError("the recipe's alpha gives no value for the printed steps; give one for each step")
        if best.doing is self._right or not best.rows:
            best = self._nearest_right()
        if self.sheet.refusal is not None and best.rows < max(2.0, self.sheet.rows / 2):
            raise self.sheet.refusal
        wrong = self._first_wrong(best)
        if self._broken is not None and self._broken[0].row > (self.sheet.rows if wrong is None else wrong.row):
            wrong, best = self._where_it_breaks(*self._broken)
        if wrong is None:  # only where the best way is one that goes on with printed numbers
            wrong = self._cell(min(best.rows, self.sheet.rows - 1), 0, best)
        count = mistakes(self._fitter, best, 0 if best.says == _ROUNDED else wrong.row)
        slip = typing_slip(wrong) or slip_of_the_row(self.sheet, self.recipe, best, wrong, self._ways_of_a_row())
        return Grade(False, None, wrong.row, wrong, self._words(best, wrong, count, slip), count, self.sheet.rows, slip=slip)

    def _where_it_breaks(self, broken: Broken, match: Match) -> tuple[WrongCell, Match]:
        """Rounded numbers were gone on with, up to here: what is expected follows from the printed ones."""
        printed = float(self.sheet.printed[broken.column].value[broken.row])
        cell = WrongCell(broken.row, self.sheet.headers[broken.column], printed, broken.expected)
        return cell, replace(match, rows=broken.row, says=_ROUNDED)

    def _ways_of_a_row(self) -> list[Done]:
        return [Done((choice,)) for choice in single_choices(self.recipe, self.sheet.names)]

    def _words(self, best: Match, wrong: WrongCell, count: int | None, slip: str) -> str:
        rows = self.sheet.rows
        how = f" if {best.says}" if best.name != "right" or best.says == _ROUNDED else ""
        agrees = (
            f"agrees in the first {wrong.row} of {rows} rows{how}" if wrong.row else "agrees in no row with any known convention"
        )
        text = f"Wrong: it {agrees}. The first wrong cell: {cell_text(wrong)}."
        text += f" {slip}" if slip else ""
        if count is not None and rows > wrong.row + 1:
            text += f" {count} mistake{'s' * (count != 1)} in all; errors carried forward are counted once."
        return text
