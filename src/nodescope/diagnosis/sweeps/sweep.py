"""`sweep`: many runs that differ in a few settings, and the table of what became of them."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from os import PathLike
from typing import Any

import numpy as np

from nodescope.arithmetic.checks import path_of, shown, yes_or_no
from nodescope.diagnosis.sweeps import said, stored
from nodescope.diagnosis.sweeps.grid import Grid, as_grid, unknown
from nodescope.diagnosis.sweeps.journal import Journal
from nodescope.diagnosis.sweeps.outcomes import ENDINGS, OUTCOME, Rows, Words, in_order, outcomes_one_by_one, refuse_other
from nodescope.diagnosis.sweeps.side_by_side import goes_side_by_side, outcomes_side_by_side
from nodescope.diagnosis.sweeps.workers import made_elsewhere
from nodescope.errors import InputError, NoStep
from nodescope.run.descend import descend
from nodescope.run.ending import Ending
from nodescope.run.keywords import takes_settings, without_writing
from nodescope.run.offers import Faced, Offers
from nodescope.run.run import Run
from nodescope.run.settings import settings as table
from nodescope.workers.door import Interrupted

RowsMade = Callable[[int, int | None, float], None]
"""It is called now and then with rows made, rows in all, seconds."""
AT_ONCE = 2**16
"""Rows side by side between two looks at Ctrl-C and the file."""
STEPS_AT_ONCE = 2**31
"""Steps of all of them: about a second."""
TILE = 2048
SECONDS = 0.5
"""Rows that are made one by one are written after so long."""


class Sweep(Faced):
    """A table of outcomes, a row for each run.

    Attributes
    ----------
    grid : Grid
        Its axes, and the settings of each row.
    rows : structured array
        Ending, word, steps, settled_after, mse and unseen_rmse, as numbers.
    words : list of str
        The words that the rows' numbers stand for.
    done : int
        Rows that have been run: all of them unless Ctrl-C ended it.

    Examples
    --------
    >>> import nodescope as ns
    >>> swept = ns.sweep(weight=0.4, input=1, goal=0.6, alpha=[0.1, 0.5, 2.5], steps=100)
    >>> swept["word"].tolist()
    ['nothing wrong', 'nothing wrong', 'diverges']
    >>> swept.best.recipe.alpha
    0.5
    """

    def __init__(self, grid: Grid, rows: Rows, words: list[str], done: int) -> None:
        self.grid, self.rows, self.words, self.done = grid, rows, words, done

    show, export = Offers.show, Offers.export

    def __len__(self) -> int:
        return self.grid.size

    def __iter__(self) -> Iterator[Run]:
        return (self[row] for row in range(len(self)))

    def __getitem__(self, which: int | str) -> Any:
        """A row as a run, made again with the same bits; or a column of all rows that are done, by its name."""
        if isinstance(which, str):
            return self._column(which)
        if isinstance(which, bool) or not isinstance(which, int | np.integer):
            raise InputError(f"a sweep gives a row by its number and a column by its name; {shown(which)} is neither")
        if not -len(self) <= which < len(self):
            raise NoStep(f"row {shown(which)} is not there: the sweep has {len(self):,} rows, counted from 0")
        row = int(which) % len(self)
        run = descend(**self.grid.keywords(row))
        if row < self.done:
            refuse_other(self.grid, row, self.rows[row], run)
        return run

    @staticmethod
    def load(path: str | PathLike[str]) -> "Sweep":
        """A sweep from the file that `out=` or `save` has written; its rows are made again from there.

        Parameters
        ----------
        path : path
            A Parquet file of a finished sweep.

        Returns
        -------
        Sweep
            Its table is as it was written.

        Raises
        ------
        FileError
            The file is not there, holds something else, or is damaged.
        InputError
            No settings are kept in it: it was made of what is only in memory.

        Examples
        --------
        >>> import pathlib, tempfile
        >>> import nodescope as ns
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = pathlib.Path(folder) / "s.parquet"
        ...     swept = ns.sweep(weight=0.4, input=1, goal=0.6, alpha=[0.1, 0.5], steps=100, out=path)
        ...     ns.Sweep.load(path).best.recipe.alpha
        0.5
        """
        grid, rows, words = stored.opened(path_of("path", path))
        return Sweep(grid, rows, words, grid.size)

    def save(self, path: str | PathLike[str], *, overwrite: bool = False) -> None:
        """Write it into a Parquet file that `ns.Sweep.load` and `nodescope open` open.

        Parameters
        ----------
        path : path
            ".parquet" is the custom.
        overwrite : bool
            Replace a sweep that is there; another file never is.

        Raises
        ------
        InputError
            Not all of its rows are done.
        FileError
            The file cannot be written, or is there.

        Examples
        --------
        >>> import pathlib, tempfile
        >>> import nodescope as ns
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     ns.sweep(weight=0.4, input=1, goal=0.6, alpha=[0.1, 0.5]).save(pathlib.Path(folder) / "s.parquet")
        ...     len(ns.Sweep.load(pathlib.Path(folder) / "s.parquet"))
        2
        """
        if self.done < len(self):
            raise InputError(f"{self.done:,} of {len(self):,} rows are done; only a whole sweep is saved: out= keeps a part")
        path = path_of("path", path)
        stored.refuse_another(path, anew=yes_or_no("overwrite", overwrite))
        stored.write(path, self.grid, self.rows, self.words)

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns: the axes, and what became of the runs."""
        return (*(axis.name for axis in self.grid.axes), "ending", "steps", "settled_after", "mse", "unseen_rmse", "word")

    def _column(self, name: str) -> Any:
        if name not in self.columns:
            raise unknown(name)
        of_axis = {axis.name: axis for axis in self.grid.axes}.get(name)
        if of_axis is not None:
            places = self.grid.places_of(0, self.done)[name]
            if isinstance(of_axis.values, np.ndarray):
                return of_axis.values[places]
            return np.array([of_axis.text(place) for place in range(len(of_axis))], dtype=object)[places]
        column = self.rows[name][: self.done]
        names = {"ending": [ending.name for ending in ENDINGS], "word": self.words or [""]}
        return np.array(names[name], dtype=object)[column] if name in names else column

    @property
    def best_row(self) -> int:
        """The row of the least error (on unseen rows, if any), of equals that of the fewest steps; of none that diverged."""
        if not self.has_best:
            raise InputError("no run of the sweep has a finite error; there is no best one")
        return int(in_order(self.rows[: self.done], self.error)[0])

    @property
    def has_best(self) -> bool:
        """Whether any run has a finite error and did not diverge."""
        usual = self.rows["ending"][: self.done] != ENDINGS.index(Ending.DIVERGED)
        return bool((np.isfinite(self.error) & usual).any())

    @property
    def error(self) -> Any:
        """What the rows are compared by, (done,): RMSE on unseen rows, or the mse where there are none."""
        return self.rows[self.error_is[0]][: self.done]

    @property
    def error_is(self) -> tuple[str, str]:
        """The name of that column, and what it is in words."""
        unseen = bool(np.isfinite(self.rows["unseen_rmse"][: self.done]).any())
        return ("unseen_rmse", "RMSE on unseen rows") if unseen else ("mse", "final mse")

    @property
    def best(self) -> Run:
        """The best run, made again."""
        run: Run = self[self.best_row]
        return run

    def counts(self) -> dict[str, int]:
        """How many rows have each of the verdicts' words.

        Returns
        -------
        dict
            From words to numbers of rows, the most frequent first.

        Examples
        --------
        >>> import nodescope as ns
        >>> ns.sweep(weight=0.4, input=1, goal=0.6, alpha=[0.1, 0.5, 2.5], steps=100).counts()
        {'nothing wrong': 2, 'diverges': 1}
        """
        numbers = np.bincount(self.rows["word"][: self.done], minlength=len(self.words)).tolist()
        return {word: n for n, word in sorted(zip(numbers, self.words, strict=True), reverse=True) if n}

    def to_arrow(self) -> Any:
        """The table of the rows that are done.

        Returns
        -------
        pyarrow.Table
            A column for each axis and each outcome; `settled_after` and `unseen_rmse` are null where there is none.

        Examples
        --------
        >>> import nodescope as ns
        >>> ns.sweep(weight=0.4, input=1, goal=0.6, alpha=[0.1, 0.5]).to_arrow().num_rows
        2
        """
        return stored.as_arrow(self.grid, self.rows, self.words, 0, self.done)

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        """The same for any library that reads Arrow streams."""
        return self.to_arrow().__arrow_c_stream__(requested_schema)

    def told(self) -> dict[str, Any]:
        """What came out, for machines.

        Returns
        -------
        dict
            Runs, those done, axes, words with their counts, and the row of the best.

        Examples
        --------
        >>> import nodescope as ns
        >>> ns.sweep(weight=0.4, input=1, goal=0.6, alpha=[0.1, 0.5], steps=100).told()["words"]
        {'nothing wrong': 2}
        """
        axes = {axis.name: [axis.at(place) for place in range(len(axis))] for axis in self.grid.axes}
        best = self.best_row if self.has_best else None
        return {"runs": len(self), "done": self.done, "axes": axes, "words": self.counts(), "best_row": best}

    def __str__(self) -> str:
        axes = ", ".join(f"{len(axis):,} of {axis.name}" for axis in self.grid.axes)
        part = "" if self.done == len(self) else f" ({self.done:,} of them done)"
        lines = [f"Sweep of {len(self):,} runs{part}: {axes}", f"  {said.sentence(self.counts(), self.done)}"]
        if self.has_best:
            row, (name, words) = self.best_row, self.error_is
            lines.append(f"  best: row {row:,} ({self.grid.text(row)}), {words} {float(self.rows[name][row]):.6g}")
        return "\n".join(lines)

    __repr__ = __str__


@takes_settings(table)
def sweep(*, hidden: Any = None, **settings: Any) -> Sweep:
    """Run a node or network once for every combination of some settings.

    A list, range or array of `alpha`, `weight`, `seed`, `rule`, `batch` or `hidden` is swept over, and so is one of a setting of
    the rule (`rule={"name": "momentum", "momentum": [0.5, 0.9]}`); weights have one axis more than those of one run. (`descend`
    reads a list of alphas as a schedule; here each is a run of its own, and a schedule is made by `ns.schedule`.) All else is as
    `descend` takes it. Rows stand in the order of the keywords, the last one changing fastest. Without steps or epochs a run has
    1,000,000 steps (tables: 20 epochs).

    Runs of one node over one example go side by side in the core; others one after another, here or elsewhere (`on`). Every row has
    the bits of `descend` with the same keywords.

    With `out`, a Parquet file, rows are kept as they come in a file beside it (`.name.unfinished`); after a kill or Ctrl-C the same
    call goes on from there, and of a finished sweep it reads the table.

    Parameters
    ----------
    hidden : int, or list of int and lists of int, optional
        Nodes of the hidden layers of a network: each entry is a network of its own, `[4, [8, 8]]` two.
    **settings

    Returns
    -------
    Sweep
        Its length, its rows as runs (`sweep[i]`), its columns (`sweep["mse"]`), and the best of them.

    Raises
    ------
    InputError
        Nothing is swept over, or `descend` refuses a row.
    FileError
        `out` is there and holds something else, or cannot be written.

    Examples
    --------
    >>> import nodescope as ns
    >>> swept = ns.sweep(input=1, goal=0.6, alpha=[0.1, 0.5], weight=[0.0, 0.4], steps=400)
    >>> len(swept), swept["settled_after"].tolist()
    (4, [327, 317, 52, 50])
    >>> swept[1].weight == ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1, steps=400).weight
    True
    """
    return sweep_with(None, hidden=hidden, **settings)


def sweep_with(
    progress: RowsMade | None,
    *,
    hidden: Any = None,
    on: Any = None,
    out: str | PathLike[str] | None = None,
    overwrite: bool = False,
    stop_asked: threading.Event | None = None,
    **settings: Any,
) -> Sweep:
    """`sweep` that tells how far it is, and can be asked to stop in the middle of a run."""
    grid = as_grid(hidden, without_writing(settings))
    anew = yes_or_no("overwrite", overwrite)
    grid.first  # noqa: B018  # refused before anything is written
    if out is None:
        made = _Made(Words(), np.zeros(grid.size, OUTCOME))
        _run(grid, made, progress, on, (hidden, settings), stop_asked)
        return Sweep(grid, made.rows, made.words.words, made.done)
    out = path_of("out", out)
    if (kept := stored.read(out, grid, anew=anew)) is not None:
        return Sweep(grid, *kept, grid.size)
    with Journal(out, grid.fingerprint, grid.size, anew=anew) as journal:
        _run(grid, journal, progress, on, (hidden, settings), stop_asked)
        if journal.done == grid.size:
            stored.write(out, grid, journal.rows, journal.words.words)
            journal.remove()
    return Sweep(grid, journal.rows, journal.words.words, journal.done)


class _Made:
    """Rows in memory alone: what a journal is without its file."""

    def __init__(self, words: Words, rows: Rows) -> None:
        self.words, self.rows, self.done = words, rows, 0

    def add(self, rows: Rows) -> None:
        self.rows[self.done : self.done + len(rows)] = rows
        self.done += len(rows)


def _run(
    grid: Grid, made: "_Made | Journal", progress: RowsMade | None, on: Any, packed: tuple[Any, Mapping[str, Any]],
    stop_asked: threading.Event | None,
) -> None:  # fmt: skip
    """Rows from where it stands to the end, or to Ctrl-C."""
    began = time.perf_counter()
    blocks = (
        _side_by_side(grid, made)
        if goes_side_by_side(grid)
        else _one_by_one(grid, made, stop_asked)
        if on is None
        else _elsewhere(grid, made, on, packed)
    )
    try:
        for rows in blocks:
            made.add(rows)
            if progress is not None:
                progress(made.done, grid.size, time.perf_counter() - began)
    except (KeyboardInterrupt, Interrupted):
        return


def _side_by_side(grid: Grid, made: "_Made | Journal") -> Iterator[Rows]:
    steps = max(1, grid.first.asked_steps or 1)
    at_once = max(TILE, min(AT_ONCE, STEPS_AT_ONCE // steps // TILE * TILE))
    for start in range(made.done, grid.size, at_once):
        yield outcomes_side_by_side(grid, start, min(start + at_once, grid.size), made.words)


def _one_by_one(grid: Grid, made: "_Made | Journal", stop_asked: threading.Event | None) -> Iterator[Rows]:
    count, start = 1, made.done
    while start < grid.size:
        began, stop = time.perf_counter(), min(start + count, grid.size)
        yield outcomes_one_by_one(grid, start, stop, made.words, stop_asked)
        start, seconds = stop, time.perf_counter() - began
        count = max(1, min(2 * count, int(count * SECONDS / max(seconds, 1e-6))))


def _elsewhere(grid: Grid, made: "_Made | Journal", on: Any, packed: tuple[Any, Mapping[str, Any]]) -> Iterator[Rows]:
    for rows, words in made_elsewhere(on, stored.packed(*packed), made.done, grid.size):
        numbers = np.array([made.words.number(word) for word in words], dtype=OUTCOME["word"])
        rows["word"] = numbers[rows["word"]]
        yield rows
