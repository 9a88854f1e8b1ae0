"""What became of each run of a sweep: a row of plain facts, and how a run by itself comes by them."""

import math
import threading
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodescope.diagnosis.after.verdict import Diagnosis, diagnose
from nodescope.diagnosis.sweeps.grid import Grid
from nodescope.errors import DataChanged, InputError, NodescopeError
from nodescope.run.descent import Descent, go
from nodescope.run.ending import Ending
from nodescope.run.making import make_recipe
from nodescope.run.run import Run
from nodescope.workers.door import Interrupted

ENDINGS = tuple(Ending)
OUTCOME = np.dtype(
    [("ending", "<i1"), ("word", "<u2"), ("steps", "<i8"), ("settled_after", "<i8"), ("mse", "<f8"), ("unseen_rmse", "<f8")]
)
"""One row: ending by its place in `ENDINGS`, word by its place in the sweep's words, settled_after −1 where it has not settled, NaN
where there are no unseen rows."""
Rows = NDArray[Any]
WITHHELD = "withheld"


def are_rows(rows: Rows, words: list[Any]) -> bool:
    """Whether these are rows of a sweep, whose endings and words are there."""
    if rows.dtype != OUTCOME or rows.ndim != 1 or not all(isinstance(word, str) for word in words):
        return False
    return bool(((rows["ending"] >= 0) & (rows["ending"] < len(ENDINGS)) & (rows["word"] < len(words))).all())


def in_order(rows: Rows, error: Any) -> NDArray[np.intp]:
    """Places of rows, the best first: the least error, of equal ones that of the fewest steps, then as they stand.

    Those that diverged, or have no finite error, come last.
    """
    held = np.array(error, dtype=np.float64)
    held[~np.isfinite(held) | (rows["ending"] == ENDINGS.index(Ending.DIVERGED))] = np.inf
    return np.lexsort((np.where(rows["settled_after"] >= 0, rows["settled_after"], rows["steps"]), held))


class Words:
    """Verdicts' words by number, in the order in which they were met."""

    def __init__(self, words: tuple[str, ...] = ()) -> None:
        self.words: list[str] = []
        self._numbers: dict[str, int] = {}
        for word in words:
            self.number(word)

    def number(self, word: str) -> int:
        """The number of a word, a new one where it was not met before."""
        if word not in self._numbers:
            self._numbers[word] = len(self.words)
            self.words.append(word)
        return self._numbers[word]


def word_of(diagnosis: Diagnosis) -> str:
    """The verdict in a word or two: the name of the finding that its headline tells."""
    return WITHHELD if diagnosis.withheld else diagnosis.findings[0].name


def outcome(run: Run, words: Words) -> tuple[Any, ...]:
    """The row of a finished run, in the order of `OUTCOME`."""
    score = run.score
    unseen = None if score is None else getattr(score, "unseen", None)
    rmse = math.nan if unseen is None else getattr(unseen, "rmse", math.nan)
    settled = -1 if run.settled_after is None else run.settled_after
    number = words.number(word_of(diagnose(run)))
    with np.errstate(all="ignore"):
        return ENDINGS.index(run.ending), number, run.steps, settled, run.mse, float(np.sqrt(np.mean(np.square(rmse))))


def outcomes_one_by_one(grid: Grid, start: int, stop: int, words: Words, stop_asked: threading.Event | None = None) -> Rows:
    """Rows `start` … `stop` − 1, each run by itself; `stop_asked` ends the one that is on its way.

    Raises
    ------
    InputError
        A row cannot be run; the message says which.
    Interrupted
        Ctrl-C, or somebody asked to stop.
    """
    rows = np.zeros(stop - start, OUTCOME)
    for row in range(start, stop):
        try:
            recipe = make_recipe(**grid.keywords(row))
            descent = Descent.start(recipe)
            descent.stop_asked = stop_asked or descent.stop_asked
            run = go(recipe, descent)
        except NodescopeError as error:
            raise InputError(f"row {row:,} of the sweep ({grid.text(row)}): {error}") from error
        if run.ending is Ending.INTERRUPTED:
            raise Interrupted
        rows[row - start] = outcome(run, words)
    return rows


def refuse_other(grid: Grid, row: int, was: Any, run: Run) -> None:
    """Raise DataChanged where a row that was made again is not what it was: then its table has changed since."""
    free = run.ending is Ending.INTERRUPTED or run.recipe.time_limit is not None
    if free or grid.fixed.get("data") is None:
        return
    same = np.float64(was["mse"]).tobytes() == np.float64(run.mse).tobytes() and was["steps"] == run.steps
    if not same or ENDINGS[was["ending"]] is not run.ending:
        raise DataChanged(
            f"row {row:,} of the sweep ({grid.text(row)}) came to an mse of {was['mse']:.6g} after {was['steps']:,} steps; "
            f"made again it comes to {run.mse:.6g} after {run.steps:,}: the table has changed since; make the sweep anew"
        )
