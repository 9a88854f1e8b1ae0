"""Where a command reads and writes: standard input, standard output or a file that is whole; and what a terminal can show."""

import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from nodescope.errors import FileError, InputError
from nodescope.run.descent import Progress
from nodescope.run.file.lock import beside
from nodescope.views.numbers import plain_text

Write = Callable[[str], object]
PROGRESS_AFTER = 1.0
"""Seconds."""


def standard_input() -> str:
    """All of it."""
    try:
        return "" if sys.stdin is None else sys.stdin.read()
    except (OSError, ValueError) as error:
        raise InputError(f"standard input cannot be read as text: {error}") from error


@contextmanager
def writer(out: str | None) -> Iterator[Write]:
    """Standard output, or a file that appears only when it is whole."""
    if out is None:
        yield sys.stdout.write
        return
    with beside(out) as part, part.open("w", encoding="utf-8", newline="") as file:
        yield file.write


def refuse_input(out: str | None, inputs: Iterable[str]) -> None:
    """Raise FileError where a command would write over what it reads."""
    for name in inputs:
        if out is not None and os.path.exists(out) and os.path.exists(name) and os.path.samefile(out, name):
            raise FileError(f"{out} cannot be written: it is read here; name another file")


@contextmanager
def progress() -> Iterator[Progress | None]:
    """A bar on a terminal's stderr once a run takes longer than a second."""
    if sys.stderr is None or not sys.stderr.isatty():
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
