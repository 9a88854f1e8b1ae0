"""A run as a file for others: a page, a picture of a step, a table of all its numbers. The end of the file's name says which."""

import os
import tempfile
from collections.abc import Callable, Iterator
from os import PathLike
from pathlib import Path

import numpy as np

from nodescope.errors import FileError, InputError
from nodescope.hosts.file import page
from nodescope.run.run import Run
from nodescope.run.trace import Window
from nodescope.views.picture.drawn import drawn
from nodescope.views.picture.look import PALETTES
from nodescope.views.picture.sheet import sheet
from nodescope.views.picture.svg import svg
from nodescope.views.report import markdown
from nodescope.views.tables import csv_lines, rows_of, with_layers

BLOCK = 2**24
"""Numbers of a table that are in memory at a time, about."""
MOST_NUMBERS = 10**9
"""Numbers that a table is given."""


def export(run: Run, path: str | PathLike[str], step: int | None = None, theme: str = "light") -> None:
    """Write a run to a file, which appears under its name only when it is whole.

    =================  ====================================================================================
    ``.html``          one offline page that replays every step and runs it again
    ``.md``            the report as text
    ``.svg``           a picture of one step
    ``.png`` ``.pdf``  the same, drawn by matplotlib (extra ``plot``)
    ``.csv``           every number of every step, a row each, exact; of a run that settled or cycles, up to there
    ``.parquet``       the same
    =================  ====================================================================================

    Parameters
    ----------
    run : Run
    path : path
        Its ending says what is written.
    step : int, optional
        Of a picture: which step, counted from 0, negative from the end. Without it the one that tells most: the first after
        which no weight moves, else the last.
    theme : {"light", "dark"}
        Of a picture.

    Raises
    ------
    InputError
        Another ending, no such step or theme, more numbers than a page or a table can hold, matplotlib missing.
    FileError
        The file cannot be written.

    Examples
    --------
    >>> from nodescope.run.descend import descend
    >>> import tempfile, pathlib
    >>> run = descend(weight=0.4, input=1, goal=0.6, alpha=0.1)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     export(run, pathlib.Path(folder) / "sticks.csv")
    ...     len((pathlib.Path(folder) / "sticks.csv").read_text().splitlines())
    319
    """
    target = Path(path)
    form = target.suffix.lower()
    if form not in _ENDINGS:
        raise InputError(f"{target.name!r} ends in {target.suffix!r}; a run can be written as {', '.join(_ENDINGS)}")
    if theme not in PALETTES:
        raise InputError(f"theme is {theme!r}; it must be {' or '.join(map(repr, PALETTES))}")
    if form in _PICTURES:
        picture = _PICTURES[form](run, step, theme)
        _write_beside(target, lambda part: part.write_bytes(picture))
    elif step is not None:
        raise InputError(f"step goes with a picture ({', '.join(_PICTURES)}), not with {form}: that holds every step")
    else:
        _TABLES_AND_TEXT[form](run, target)


def _page(run: Run, target: Path) -> None:
    text = page(run)
    _write_beside(target, lambda part: part.write_text(text, encoding="utf-8", newline="\n"))


def _markdown(run: Run, target: Path) -> None:
    text = markdown(run)
    _write_beside(target, lambda part: part.write_text(text, encoding="utf-8", newline="\n"))


def _csv(run: Run, target: Path) -> None:
    windows = _windows(run)

    def write(part: Path) -> None:
        with part.open("w", encoding="utf-8", newline="") as file:
            for i, window in enumerate(windows):
                rows = rows_of(with_layers(window))
                head = next(rows)
                file.writelines(csv_lines([head] if i == 0 else []))
                file.writelines(csv_lines(rows))

    _write_beside(target, write)


def _parquet(run: Run, target: Path) -> None:
    import pyarrow
    from pyarrow import parquet

    windows = (
        pyarrow.table({name: np.ascontiguousarray(part) for name, part in with_layers(window).items()}) for window in _windows(run)
    )

    def write(part: Path) -> None:
        first = next(windows)
        with parquet.ParquetWriter(part, first.schema) as file:
            file.write_table(first)
            for table in windows:
                file.write_table(table)

    _write_beside(target, write)


def _windows(run: Run) -> Iterator[Window]:
    """Every step up to where nothing new comes, so many at a time that memory holds them."""
    recipe = run.recipe
    end = run.steps if run.settled_after is None else min(run.steps, run.settled_after + 1)
    if run.cycle is not None:
        end = min(end, run.cycle.first + run.cycle.period)
    nodes = sum(shape.outputs for shape in recipe.problem.layers)
    wide = 5 * recipe.problem.size + recipe.batch_size * (recipe.d + 4 * recipe.k + 5 * nodes)
    if wide * end > MOST_NUMBERS:
        raise InputError(
            f"{end:,} steps of {wide:,} numbers are more than a table of {MOST_NUMBERS:,} holds: "
            'write fewer with run.trace[a:b:stride].to_arrow(), or export a page (".html")'
        )
    rows = max(1, BLOCK // wide)
    return (run.trace[start : min(end, start + rows)] for start in range(0, max(1, end), rows))


_PICTURES: dict[str, Callable[[Run, int | None, str], bytes]] = {
    ".svg": lambda run, step, theme: svg(sheet(run, step), theme).encode(),
    ".png": lambda run, step, theme: drawn(sheet(run, step), "png", theme),
    ".pdf": lambda run, step, theme: drawn(sheet(run, step), "pdf", theme),
}
_TABLES_AND_TEXT: dict[str, Callable[[Run, Path], None]] = {".html": _page, ".md": _markdown, ".csv": _csv, ".parquet": _parquet}
_ENDINGS = (*_TABLES_AND_TEXT, *_PICTURES)


def _write_beside(target: Path, write: Callable[[Path], object]) -> None:
    """Write a file beside its target, then rename it."""
    try:
        with tempfile.TemporaryDirectory(prefix=f".{target.name[:50]}.", suffix=".part", dir=target.parent) as folder:
            part = Path(folder) / "part"
            write(part)
            with part.open("rb") as file:
                os.fsync(file.fileno())
            part.replace(target)
    except OSError as error:
        raise FileError(f"{target} cannot be written: {error.strerror or error}") from error
