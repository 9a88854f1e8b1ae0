"""A run as a file for others: a page, a picture of numbers, a table. The end of the file's name says which."""

import os
import tempfile
from collections.abc import Callable
from os import PathLike
from pathlib import Path

from nodescope.errors import FileError, InputError
from nodescope.hosts.file import page
from nodescope.run.run import Run
from nodescope.views.report import markdown

_WRITERS: dict[str, Callable[[Run], str]] = {".html": page, ".md": markdown}


def export(run: Run, path: str | PathLike[str]) -> None:
    """Write a run as one offline HTML file that replays and re-runs it (`.html`), or as a page of text (`.md`).

    The file appears under its name only when it is whole.

    Parameters
    ----------
    run : Run
    path : path
        Its ending says what is written.

    Raises
    ------
    InputError
        Another ending, or more numbers than a page can hold.
    FileError
        The file cannot be written.

    Examples
    --------
    >>> from nodescope.run.descend import descend
    >>> import tempfile, pathlib
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     export(descend(weight=0.4, input=1, goal=0.6, alpha=0.1), pathlib.Path(folder) / "sticks.html")
    ...     (pathlib.Path(folder) / "sticks.html").stat().st_size > 50_000
    True
    """
    target = Path(path)
    write = _WRITERS.get(target.suffix.lower())
    if write is None:
        raise InputError(f"{target.name!r} ends in {target.suffix!r}; a run can be written as {' or '.join(_WRITERS)}")
    _write_beside(target, write(run))


def _write_beside(target: Path, text: str) -> None:
    try:
        with tempfile.TemporaryDirectory(prefix=f".{target.name[:50]}.", suffix=".part", dir=target.parent) as folder:
            part = Path(folder) / "part"
            with part.open("w", encoding="utf-8", newline="\n") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            part.replace(target)
    except OSError as error:
        raise FileError(f"{target} cannot be written: {error.strerror or error}") from error
