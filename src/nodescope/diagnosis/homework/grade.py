"""The homework that is graded: somebody's printed numbers held against the right ones, and against the known ways to get it wrong.

A sheet is *right* when each cell is what the right number looks like in the printed digits. Otherwise the conventions are tried in
order, the simplest first; where none reproduces the sheet, it is told how far it agrees and how many mistakes there are.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from nodescope.diagnosis.homework.carry import in_another_order, mistakes, rounded_on
from nodescope.diagnosis.homework.habits import Habit, Replayed, Source, Walk, habits, right_habits
from nodescope.diagnosis.homework.sheet import MOST_STEPS, Reading, Sheet, lay_out, shifted
from nodescope.diagnosis.homework.table import read_printed
from nodescope.errors import InputError, NodescopeError
from nodescope.run.descent import go
from nodescope.run.making import make_recipe, refuse_network
from nodescope.run.recipe import Recipe
from nodescope.run.settings import settings as table
from nodescope.run.settings import takes_settings_after_one, without_writing

SUFFIXES = (".csv", ".tsv", ".txt", ".parquet")
MOST_WALKED = 20_000
"""Steps before the first printed row that wrong conventions are walked."""
LOOKED_AT = 1000
"""Rows by which two readings are told apart that fail in the same row."""
MOST_SHIFTED = 6
"""Columns of which every subset is tried a row later."""


class WrongCell(NamedTuple):
    """A printed number that is not what it should be; `row` counts from 0."""

    row: int
    column: str
    printed: float
    expected: float


@dataclass(frozen=True)
class Grade:
    """What `grade` found; its text is the sentence.

    Attributes
    ----------
    correct : bool
        Every cell is the right number, in the digits that were printed.
    convention : str or None
        Which convention reproduces every cell; "right" where it is correct.
    agrees_until : int
        Rows that agree from the first, under the convention that agrees longest.
    first_wrong : (row, column, printed, expected) or None
        The first cell that is not the right number; where no convention reproduces the sheet, the first on which the one
        that agrees longest fails.
    mistakes : int or None
        Independent ones: an error carried forward counts once. None where the printed columns do not tell.
    rows : int
        Printed rows.
    """

    correct: bool
    convention: str | None
    agrees_until: int
    first_wrong: WrongCell | None
    sentence: str
    mistakes: int | None
    rows: int

    def __str__(self) -> str:
        return self.sentence

    def __repr__(self) -> str:
        return self.sentence


@dataclass(frozen=True)
class ClassList:
    """The grades of a folder of tables.

    Attributes
    ----------
    grades : dict of str to Grade or str
        By file name; of a file that cannot be graded, the reason.
    """

    grades: Mapping[str, Grade | str]

    def __str__(self) -> str:
        rows = [("name", "verdict", "agrees until", "sentence")]
        for name, one in self.grades.items():
            if isinstance(one, str):
                rows.append((name, "not graded", "", one))
            else:
                rows.append((name, one.convention or "wrong", f"{one.agrees_until} of {one.rows}", one.sentence))
        widths = [max(len(row[i]) for row in rows) for i in range(3)]
        lines = ["  ".join([*(f"{cell:<{w}}" for cell, w in zip(row, widths, strict=False)), row[3]]) for row in rows]
        return "\n".join(lines)

    __repr__ = __str__


@takes_settings_after_one(table)
def grade(printed: Any, **settings: Any) -> Grade | ClassList:
    """Hold somebody's printed numbers against the right ones and the known conventions.

    The step is *half* the derivative of the squared error: the full derivative is told as such. `out` changes nothing.

    Parameters
    ----------
    printed : list, array, table, text or path
        Weights, one a step (rows of them where there are several), from before or after the updates; or a table with any of
        the trace's columns: a mapping, a data frame, a CSV or Parquet file, or text pasted. In any number of digits. A folder
        of tables is a class.
    **settings

    Returns
    -------
    Grade; ClassList for a folder

    Raises
    ------
    InputError
        A recipe as `descend` refuses it; a table that is empty, ragged or too large, has a cell that is no number or a column
        that a trace has not, or has more rows than the recipe has steps.
    FileError
        The path cannot be read.

    Examples
    --------
    >>> grade([0.42, 0.438, 0.4542], weight=0.4, input=1, goal=0.6, alpha=0.1)
    Right: all 3 rows agree in the printed digits.
    >>> grade([0.44, 0.472, 0.4976], weight=0.4, input=1, goal=0.6, alpha=0.1).convention
    'full derivative'
    """
    recipe = make_recipe(**without_writing(settings))
    refuse_network("grade", recipe)
    limit = recipe.asked_steps if settings.get("steps") is not None or settings.get("epochs") is not None else None
    if isinstance(printed, (str, PathLike)) and _is_folder(printed):
        return _class_list(Path(printed), recipe, limit)
    return _graded(printed, recipe, limit)


def _is_folder(printed: str | PathLike[str]) -> bool:
    try:
        return "\n" not in str(printed) and bool(str(printed).strip()) and Path(printed).is_dir()
    except (OSError, ValueError):
        return False


def _class_list(folder: Path, recipe: Recipe, limit: int | None) -> ClassList:
    paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES and path.is_file())
    if not paths:
        raise InputError(f"{folder} holds no tables; put files named {', '.join(SUFFIXES)} into it")
    grades: dict[str, Grade | str] = {}
    for path in paths:
        try:
            grades[path.name] = _graded(path, recipe, limit)
        except NodescopeError as error:
            grades[path.name] = str(error)
    return ClassList(grades)


def _graded(printed: Any, recipe: Recipe, limit: int | None) -> Grade:
    one = recipe.k * recipe.d == 1 and recipe.bias is None
    columns = read_printed(printed, one)
    recipe = replace(recipe, until_mse=None, time_limit=None)
    sheet = lay_out(columns, recipe, go(recipe.with_steps(1)).trace)
    _refuse_too_many(sheet, recipe, limit)
    return _Judge(sheet, recipe).grade()


def _refuse_too_many(sheet: Sheet, recipe: Recipe, limit: int | None) -> None:
    if recipe.schedule is not None and recipe.schedule.length is not None:
        limit = recipe.schedule.length if limit is None else min(limit, recipe.schedule.length)
    spare = 1  # the weights before the first update may stand in front, or steps be counted from 1
    if limit is not None and sheet.last_step + 1 > limit + spare:
        raise InputError(
            f"the printed table goes to step {sheet.last_step}, but the recipe has {limit} steps, counted from 0; "
            "leave rows out, or give the recipe more steps"
        )
    if sheet.last_step > MOST_STEPS:
        raise InputError(f"the printed table goes to step {sheet.last_step:,}; up to {MOST_STEPS:,} are graded")


@dataclass(frozen=True, eq=False)
class _Match:
    """How far one way of doing and reading it agrees."""

    rows: int
    name: str
    says: str
    reading: Reading
    source: Source
    factor: float = 1.0


class _Judge:
    """One sheet against one recipe."""

    def __init__(self, sheet: Sheet, recipe: Recipe) -> None:
        self.sheet, self.recipe = sheet, recipe
        self.readings = [r for r in sheet.readings(recipe) if self._has_steps(r)]
        self.wanted = sheet.names | {name for reading in self.readings for name in reading.names} | {"weight", "bias"}
        self.right: Source = self._right()
        self.best: _Match | None = None

    def _has_steps(self, reading: Reading) -> bool:
        length = None if self.recipe.schedule is None else self.recipe.schedule.length
        return length is None or all(int(steps[-1]) < length for steps in reading.steps)

    def _right(self) -> Source:
        """The trace; where it ends early (diverged), the definition walked on as a loop would."""
        last = max((int(steps[-1]) for reading in self.readings for steps in reading.steps), default=0)
        length = None if self.recipe.schedule is None else self.recipe.schedule.length
        need = last + 2 if length is None else min(last + 2, length)
        run = go(self.recipe.with_steps(need))
        return Replayed(run) if len(run.trace) >= need else Walk(self.recipe, Habit(), self.wanted)

    def grade(self) -> Grade:
        """Right first, then the conventions in their order, then the more generous ways of being right."""
        for match in self._in_order():
            if match.rows == self.sheet.rows:
                return self._reproduced(match)
            if self.best is None or match.rows > self.best.rows:
                self.best = match
        return self._wrong()

    def _in_order(self) -> Iterator[_Match]:
        sheet = self.sheet
        for reading in self.readings:
            yield _Match(sheet.agreeing(reading, self.right), "right", "", reading, self.right)
        yield from self._tried(right_habits(self.recipe, sheet.names))
        ways = list(habits(self.recipe, sheet.names))
        late = ("off by one", "one after another", "float32")
        yield from self._tried(way for way in ways if way.name not in late)
        yield from self._columns_shifted()
        yield from self._tried(way for way in ways if way.name in late)
        yield from self._generous()

    def _tried(self, ways: Iterable[Habit]) -> Iterator[_Match]:
        for habit in ways:
            walk = Walk(self.recipe, habit, self.wanted)
            for reading in self.readings:
                if reading.steps[0][0] > MOST_WALKED:
                    continue
                rows = self.sheet.agreeing(reading, walk, single=habit.single)
                yield _Match(rows, habit.name, habit.says, reading, walk, habit.factor)

    def _columns_shifted(self) -> Iterator[_Match]:
        """Some columns a step later than the others."""
        moving = [group.name not in ("step", "epoch", "alpha") for group in self.sheet.groups]
        if not 1 < sum(moving) <= MOST_SHIFTED or not self.readings:
            return
        for late in product((False, True), repeat=len(moving)):
            if (
                not any(late)
                or all(a or not b for a, b in zip(late, moving, strict=True))
                or any(a > b for a, b in zip(late, moving, strict=True))
            ):
                continue
            reading = shifted(self.readings[0], late)
            if not self._has_steps(reading):
                continue
            columns = [group.name for group, is_late in zip(self.sheet.groups, late, strict=True) if is_late]
            says = f"{' and '.join(columns)} stand{'s' * (len(columns) == 1)} one row too early beside the other columns"
            yield _Match(self.sheet.agreeing(reading, self.right), "off by one", says, reading, self.right)

    def _generous(self) -> Iterator[_Match]:
        sheet, right = self.sheet, self.right
        for reading in self.readings:
            rows = rounded_on(sheet, reading, self.recipe, right)
            yield _Match(rows, "rounded on", "each number is rounded to the printed digits, and gone on with", reading, right)
        for reading in self.readings:
            if sheet.agreeing(reading, right, "own") == sheet.rows:
                yield _Match(sheet.rows, "right", "Its cells are right by the digits that each of them has.", reading, right)
            if self._is_cut(reading):
                yield _Match(sheet.rows, "right", "Its digits are cut off, not rounded.", reading, right)
            same = sheet.agreeing(reading, right, "last bits") == sheet.rows
            if same or in_another_order(sheet, reading, self.recipe, right):
                says = "Its last digits differ, as where operations are done in another order, or rounded by NumPy."
                yield _Match(sheet.rows, "right", says, reading, right)

    def _is_cut(self, reading: Reading) -> bool:
        """All cells are the right ones cut off, and at least two of them show it."""
        sheet = self.sheet
        if sheet.agreeing(reading, self.right, "cut") < sheet.rows:
            return False
        return int((~sheet.agreement(reading, self.right, slice(0, sheet.rows))).sum()) >= 2

    def _reproduced(self, match: _Match) -> Grade:
        rows = self.sheet.rows
        count = f"all {rows} rows" if rows > 1 else "the one row"
        if match.name == "right":
            notes = "".join(f" {text}" for text in (match.says, match.reading.note and f"({match.reading.note}.)") if text)
            return Grade(
                True, "right", rows, None, f"Right: {count} agree{'s' * (rows == 1)} in the printed digits.{notes}", 0, rows
            )
        wrong = self._first_wrong(self._nearest_right(), self.right)
        where = f" The first cell that is not right: {_cell(wrong)}." if wrong else ""
        says = f"{match.name[0].upper()}{match.name[1:]}: {match.says}. That reproduces {count}.{where}"
        return Grade(False, match.name, rows, wrong, says, 1, rows)

    def _nearest_right(self) -> Reading:
        """The reading under which most is right: from the first row on, then in all."""
        rows = slice(0, min(self.sheet.rows, LOOKED_AT))
        all_of = {i: int(self.sheet.agreement(reading, self.right, rows).sum()) for i, reading in enumerate(self.readings)}
        agreeing = [self.sheet.agreeing(reading, self.right) for reading in self.readings]
        after = [any(name.startswith("new_") for name in reading.names) for reading in self.readings]
        return self.readings[max(all_of, key=lambda i: (agreeing[i], all_of[i], after[i]))]

    def _first_wrong(self, reading: Reading, source: Source) -> WrongCell | None:
        row = self.sheet.agreeing(reading, source)
        if row == self.sheet.rows:
            return None
        good = self.sheet.agreement(reading, source, slice(row, row + 1))[0]
        return WrongCell(row, *self.sheet.cell(row, int(np.argmin(good)), reading, source))

    def _wrong(self) -> Grade:
        best = self.best
        if best is None:
            raise InputError("the recipe's alpha gives no value for the printed steps; give one for each step")
        if best.name == "right" and best.source is self.right:
            best = replace(best, reading=self._nearest_right())
        wrong = self._first_wrong(best.reading, best.source)
        if wrong is None:  # only where the best way is one that goes on with printed numbers
            wrong = WrongCell(best.rows, *self.sheet.cell(best.rows, 0, best.reading, best.source))
        known = best.name in ("right", "full derivative", "wrong sign")
        count = mistakes(self.sheet, best.reading, self.recipe, best.source, wrong.row, best.factor) if known else None
        return Grade(False, None, best.rows, wrong, self._words(best, wrong, count), count, self.sheet.rows)

    def _words(self, best: _Match, wrong: WrongCell, count: int | None) -> str:
        rows = self.sheet.rows
        how = "" if best.name == "right" else f" if {best.says}"
        agrees = (
            f"agrees in the first {best.rows} of {rows} rows{how}" if best.rows else "agrees in no row with any known convention"
        )
        text = f"Wrong: it {agrees}. The first wrong cell: {_cell(wrong)}."
        slip = _typing_slip(wrong) or self._slip_of_the_row(best, wrong)
        text += f" {slip}" if slip else ""
        if count is not None and rows > wrong.row + 1:
            text += f" {count} mistake{'s' * (count != 1)} in all; errors carried forward are counted once."
        return text

    def _slip_of_the_row(self, best: _Match, wrong: WrongCell) -> str:
        """A habit that explains the first wrong row alone, the rows before it being right."""
        reading = best.reading
        steps = {int(s[wrong.row]) for s in reading.steps}
        if self.recipe.rule.name != "plain" or len(steps) > 1 or best.name != "right":
            return ""
        at = np.array([step := steps.pop()])
        names = ("weight", "bias") if self.recipe.bias is not None else ("weight",)
        back = "new_weight" not in reading.names and step > 0  # a wrong weight was made one step before
        at = at - 1 if back else at
        k = self.recipe.k
        state = np.column_stack([self.right.values(name, at)[0].reshape(k, -1) for name in names]).tolist()
        row = slice(wrong.row, wrong.row + 1)
        for habit in habits(self.recipe, self.sheet.names):
            made = Walk(self.recipe, habit).from_state(int(at[0]), state)
            if self._makes(made, reading, row, back):
                return f"The likely slip in this row: {habit.says}."
        return ""

    def _makes(self, made: dict[str, list[Any]], reading: Reading, row: slice, back: bool) -> bool:
        for group, name in zip(self.sheet.groups, reading.names, strict=True):
            if back and name not in ("weight", "bias"):
                continue
            expected = np.array(made["new_" + name if back else name], dtype=np.float64)[None, list(group.places)]
            if not group.agrees(row, expected).all():
                return False
        return True


def _cell(wrong: WrongCell) -> str:
    name = wrong.column if len(wrong.column) <= 40 else wrong.column[:39] + "…"
    return f"row {wrong.row}, {name}: printed {wrong.printed!r}, expected {wrong.expected!r}"


def _typing_slip(wrong: WrongCell) -> str:
    """Slips of the pen: a lost sign, a point in the wrong place, two digits swapped."""
    printed, expected = wrong.printed, wrong.expected
    if not (np.isfinite(printed) and np.isfinite(expected)) or printed == 0 or expected == 0:
        return ""
    ratio = printed / expected
    if abs(ratio + 1) < 1e-3:
        return "The likely slip: its sign."
    for power in (-3, -2, -1, 1, 2, 3):
        if abs(ratio / 10.0**power - 1) < 1e-3:
            return "The likely slip: the decimal point."
    seen = f"{abs(printed):.15g}"
    meant = f"{abs(expected):.{max(1, len(seen.lstrip('0.').replace('.', '')))}g}"
    pairs = [i for i, (a, b) in enumerate(zip(seen, meant, strict=False)) if a != b]
    swapped = len(seen) == len(meant) and len(pairs) == 2 and pairs[1] == pairs[0] + 1 and sorted(seen) == sorted(meant)
    return "The likely slip: two digits are swapped." if swapped else ""
