"""`ns.grade`: somebody's printed numbers held against the right ones, one sheet or a folder of them."""

from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import Any

from nodescope.diagnosis.homework.grades import ClassList, Grade
from nodescope.diagnosis.homework.judge import Judge
from nodescope.diagnosis.homework.sheet import MOST_STEPS, Sheet, lay_out
from nodescope.diagnosis.homework.tables import read_printed
from nodescope.diagnosis.homework.texts import Columns
from nodescope.errors import InputError, NodescopeError
from nodescope.run.descent import go
from nodescope.run.making import make_recipe, refuse_network
from nodescope.run.recipe import Recipe
from nodescope.run.settings import settings as table
from nodescope.run.settings import takes_settings_after_one, without_writing

SUFFIXES = (".csv", ".tsv", ".txt", ".parquet")


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
    """The best grade of the ways to read what is printed."""
    one = recipe.k * recipe.d == 1 and recipe.bias is None
    recipe = replace(recipe, until_mse=None, time_limit=None)
    best: Grade | None = None
    refused: InputError | None = None
    for columns in read_printed(printed, one):
        try:
            found = _judged(columns, recipe, limit)
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


def _judged(columns: Columns, recipe: Recipe, limit: int | None) -> Grade:
    sheet = lay_out(columns, recipe, go(recipe.with_steps(1)).trace)
    _refuse_too_many(sheet, recipe, limit)
    return Judge(sheet, recipe).grade()


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
