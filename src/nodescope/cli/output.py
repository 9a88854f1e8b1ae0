"""Where a command writes: standard output, or a file that appears only when it is whole; and what a terminal can show."""

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from nodescope.errors import FileError, NodescopeError
from nodescope.run.descend import Progress
from nodescope.views.numbers import plain_text

Write = Callable[[str], object]
PROGRESS_AFTER = 1.0
"""Seconds."""


@contextmanager
def writer(out: str | None) -> Iterator[Write]:
    """Standard output, or a file that appears only when it is whole."""
    if out is None:
        yield sys.stdout.write
        return
    with beside(Path(out)) as part, part.open("w", encoding="utf-8", newline="") as file:
        yield file.write
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def beside(target: Path) -> Iterator[Path]:
    """A file beside its target, renamed to it at the end."""
    try:
        with tempfile.TemporaryDirectory(prefix=f".{target.name}.", suffix=".part", dir=target.parent) as folder:
            part = Path(folder) / target.name
            yield part
            part.replace(target)
    except OSError as error:
        if isinstance(error, NodescopeError):
            raise
        raise FileError(f"{target} cannot be written: {error.strerror or error}") from error


@contextmanager
def progress() -> Iterator[Progress | None]:
    """A bar on a terminal's stderr once a run takes longer than a second."""
    if not sys.stderr.isatty():
        yield None
        return
    bar: list[Any] = []

    def tell(steps: int, total: int | None, seconds: float) -> None:
        if seconds < PROGRESS_AFTER:
            return
        if not bar:
            from rich.console import Console
            from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

            columns = [
                TextColumn("{task.completed:,.0f} steps"),
                BarColumn(),
                TimeRemainingColumn(),
                TextColumn("Ctrl-C ends the run"),
            ]
            bar.append(Progress(*columns, console=Console(stderr=True), transient=True))
            bar[0].start()
            bar.append(bar[0].add_task("", total=total))
        bar[0].update(bar[1], completed=steps)

    try:
        yield tell
    finally:
        if bar:
            bar[0].stop()


def plain_lines(text: str) -> str:
    """Lines without characters that a terminal would obey."""
    return "\n".join(plain_text(line) for line in text.split("\n"))


def terminal() -> tuple[int, bool]:
    """Columns of the terminal, and whether it shows more than ASCII."""
    encoding = (sys.stdout.encoding or "ascii").lower()
    return shutil.get_terminal_size().columns, encoding.replace("-", "") == "utf8" and os.environ.get("TERM") != "dumb"
