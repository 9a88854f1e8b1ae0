"""`ns.grade`: somebody's printed numbers held against the right ones, one sheet or a folder of them."""

from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from nodescope.arithmetic.checks import path_of
from nodescope.data.text_file import bytes_of
from nodescope.diagnosis.homework.grades import ClassList, Grade
from nodescope.diagnosis.homework.judge import Judge
from nodescope.diagnosis.homework.sheet import MOST_STEPS, Sheet, lay_out, without
from nodescope.diagnosis.homework.tables import read_printed
from nodescope.diagnosis.homework.texts import Columns, read_text
from nodescope.diagnosis.homework.worksheets import keywords_in
from nodescope.errors import FileError, InputError, NodescopeError
from nodescope.run.descent import go
from nodescope.run.keywords import takes_settings_after_one, without_writing
from nodescope.run.making import make_recipe, refuse_network
from nodescope.run.recipe import Recipe
from nodescope.run.settings import settings as table

SUFFIXES = (".csv", ".tsv", ".txt", ".parquet")


KEY = "key"
"""The folder beside a class's worksheets in which the filled ones are."""


@takes_settings_after_one(table)
def grade(printed: Any, **settings: Any) -> Grade | ClassList:
    """Hold somebody's printed numbers against the right ones and the known conventions.

    The step is *half* the derivative of the squared error: the full derivative is told as such. `until_mse`, `time_limit` and
    `out` change nothing: the sheet says how far it goes.

    Parameters
    ----------
    printed : list, array, table, text or path
        Weights, one a step (rows of them where there are several), from before or after the updates; or a table with any of
        the trace's columns, by their own or everyday names (theta0, w, b, slope, J, cost, loss …): a mapping, a data frame, a
        CSV or Parquet file, text pasted, or lines that a loop printed. In any number of digits. A folder of tables is a class.
        Worksheets say their own settings; of all else they are given here.
    **settings

    Returns
    -------
    Grade or ClassList
        What is right, which convention it follows, and the first wrong cell; of a folder a grade for each file.

    Raises
    ------
    InputError
        A recipe as `descend` refuses it; a table that is empty, ragged or too large, has a cell that is no number or a column
        that a trace has not, or has more rows than the recipe has steps.
    FileError
        The path cannot be read.

    Notes
    -----
    Conventions combine, and their names are joined by commas: "sum, full derivative". Where several print the same numbers, the
    first is `.convention` and the others are in `.also`. docs/howto/grading.md has the list.

    Examples
    --------
    >>> grade([0.42, 0.438, 0.4542], weight=0.4, input=1, goal=0.6, alpha=0.1)
    Right: all 3 rows agree in the printed digits.
    >>> grade([0.44, 0.472, 0.4976], weight=0.4, input=1, goal=0.6, alpha=0.1).convention
    'full derivative'
    >>> grade("w: 0.42 loss: 0.02", weight=0.4, input=1, goal=0.6, alpha=0.1)
    Right: the one row agrees in the printed digits. (Its loss is half the mean of the squares, the cost 1/(2m).)
    """
    given = without_writing(settings)
    task = _Task(given) if given else None
    if isinstance(printed, PathLike):
        printed = path_of("printed", printed)
    if isinstance(printed, (str, PathLike)) and _is_folder(printed):
        return ClassList(_grades(Path(printed), task))
    return _graded(printed, task)


class _Task:
    """What was to be done: a recipe, and how many steps of it were asked for."""

    def __init__(self, keywords: dict[str, Any]) -> None:
        recipe = make_recipe(**keywords)
        refuse_network("grade", recipe)
        asked = keywords.get("steps") is not None or keywords.get("epochs") is not None
        self.limit = recipe.asked_steps if asked else None
        self.recipe = replace(recipe, until_mse=None, time_limit=None)


def _is_folder(printed: str | PathLike[str]) -> bool:
    try:
        return "\n" not in str(printed) and bool(str(printed).strip()) and Path(printed).is_dir()
    except (OSError, ValueError):
        return False


def _grades(folder: Path, task: _Task | None) -> dict[str, Grade | str]:
    paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES and path.is_file())
    if not paths:
        raise InputError(f"{folder} holds no tables; put files named {', '.join(SUFFIXES)} into it")
    grades: dict[str, Grade | str] = {}
    for path in paths:
        try:
            grades[path.name] = _graded(path, task)
        except NodescopeError as error:
            grades[path.name] = str(error)
    return grades


def _graded(printed: Any, task: _Task | None) -> Grade:
    """The best grade of the ways to read what is printed."""
    text, said = _worksheet(printed)
    if said is not None:
        return _of_worksheet(text, _Task(said))
    if task is None:
        if isinstance(printed, PathLike) and not Path(printed).exists():
            raise FileError(f"{printed} cannot be read: there is no such file; check the path")
        raise InputError("what was to be done is not said: give weight=, input=, goal=, alpha= … as descend takes them")
    one = task.recipe.k * task.recipe.d == 1 and task.recipe.bias is None
    best: Grade | None = None
    refused: InputError | None = None
    for columns in read_printed(printed, one):
        try:
            found = _judged(columns, task)
        except InputError as error:
            refused = refused or error
            continue
        if best is None or _merit(found) > _merit(best):
            best = found
    if best is None:
        assert refused is not None
        raise refused
    return best


def _merit(grade: Grade) -> tuple[bool, bool, float]:
    return grade.correct, grade.convention is not None, grade.agrees_until / grade.rows


def _worksheet(printed: Any) -> tuple[str, dict[str, Any] | None]:
    """The text of a worksheet and its numbers, those of its key where that stands beside it; None where it is none."""
    if isinstance(printed, str) and "\n" in printed:
        return printed, keywords_in(printed)
    if not isinstance(printed, PathLike) or Path(printed).suffix.lower() == ".parquet":
        return "", None
    try:
        text = bytes_of(Path(printed)).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError, ValueError):
        return "", None  # told in its place, by those who read it as a table
    said = keywords_in(text)
    key = Path(printed).parent / KEY / Path(printed).name
    if said is not None and key.is_file():
        return text, _in_key(key)
    return text, _of_its_name(key) if said is None else said


def _of_its_name(key: Path) -> dict[str, Any] | None:
    """What the key says of a sheet whose own first line was lost; None where there is no such key."""
    try:
        return _in_key(key) if key.is_file() else None
    except NodescopeError:
        return None


def _in_key(key: Path) -> dict[str, Any]:
    """The numbers that the filled sheet of the key says."""
    try:
        said = keywords_in(bytes_of(key).decode("utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text"
        raise FileError(f"{key} cannot be read: {why}; make the worksheets and their key again") from error
    except InputError as error:
        raise InputError(f"{key}: {error}") from error
    if said is None:
        raise FileError(f"{key} says no numbers of a worksheet; make the worksheets and their key again")
    return said


def _of_worksheet(text: str, task: _Task) -> Grade:
    """Rows that were left blank have no marks; those that were filled in are graded."""
    columns = read_text(text, "the worksheet", blanks=True)[0]
    sheet = lay_out(columns, task.recipe, go(task.recipe.with_steps(1)).trace)
    blanks = [np.zeros(sheet.rows, dtype=bool) if p.blank is None else p.blank for p in sheet.printed]
    left, partly = np.all(blanks, axis=0), np.any(blanks, axis=0)
    if left.all():
        raise InputError("the worksheet is not filled in: each of its cells is blank")
    found = Judge(without(sheet, left) if left.any() else sheet, task.recipe).grade()
    if found.convention == "rounded on":  # the sheet asks for so many decimals
        found = replace(found, mistakes=0, sentence=f"{found.sentence} On a worksheet that is no mistake.")
    if not partly.any():
        return found
    sentence = f"{found.sentence} {int(partly.sum())} of {sheet.rows} rows are left blank, or in part."
    return replace(found, rows=sheet.rows, blank=int(partly.sum()), sentence=sentence)


def _judged(columns: Columns, task: _Task) -> Grade:
    sheet = lay_out(columns, task.recipe, go(task.recipe.with_steps(1)).trace)
    _refuse_too_many(sheet, task.recipe, task.limit)
    return Judge(sheet, task.recipe).grade()


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
