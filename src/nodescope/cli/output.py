"""Where a command reads and writes: standard input, standard output or a file that is whole; and what a terminal can show."""

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from nodescope.errors import FileError, InputError
from nodescope.later import Later

if TYPE_CHECKING:
    from nodescope.arithmetic import passes
    from nodescope.cli import words
    from nodescope.data import text_file
    from nodescope.run.descent import Progress
    from nodescope.run.file import content, lock
    from nodescope.views import numbers
else:
    passes, words = Later("nodescope.arithmetic.passes"), Later("nodescope.cli.words")
    text_file = Later("nodescope.data.text_file")
    content, lock = Later("nodescope.run.file.content"), Later("nodescope.run.file.lock")
    numbers = Later("nodescope.views.numbers")

Write = Callable[[str], object]
PROGRESS_AFTER = 1.0
"""Seconds."""


def standard_input() -> str:
    """Everything that is typed or piped into the program."""
    try:
        return "" if sys.stdin is None else text_file.all_of(sys.stdin, "standard input")
    except InputError:
        raise
    except (OSError, ValueError) as error:
        raise InputError(f"standard input cannot be read as text: {error}") from error


@contextmanager
def writer(out: str | None) -> Iterator[Write]:
    """Standard output, or a file that appears only when it is whole."""
    if out is None:
        yield sys.stdout.write
        return
    with lock.beside(out) as part, part.open("w", encoding="utf-8", newline="") as file:
        yield file.write


def refuse_precious(out: str | None, inputs: Iterable[str]) -> None:
    """Raise FileError where a command would write over what it reads, or over somebody's run."""
    refuse_read_here(out, inputs)
    if out is None or not os.path.isfile(out):
        return
    from pathlib import Path

    if content.is_run_file(Path(out)):
        raise FileError(f"{out} cannot be written: it holds a run; name another file, or delete it first")


def refuse_read_here(out: str | None, inputs: Iterable[str]) -> None:
    """The first half of that, for what may replace a run."""
    if out is None or not os.path.isfile(out):
        return
    for name in inputs:
        if os.path.exists(name) and os.path.samefile(out, name):
            raise FileError(f"{out} cannot be written: it is read here; name another file")


def tell_written(out: str | None) -> None:
    """Say on stderr what a command wrote, so that standard output stays what it is for."""
    if out is None:
        return
    size = os.path.getsize(out)
    amount = f"{size:,} bytes" if size < 10_000 else f"{size / 1000:,.0f} kB" if size < 10**7 else f"{size / 10**6:,.0f} MB"
    note(f"wrote {out} ({amount})")


def say(text: str) -> None:
    """What a command has to tell a person, on standard output: remedies are the shell's options."""
    click.echo(plain_lines(words.in_shell_words(text)))


def note(text: str) -> None:
    """Something that a person should know beside the result, on stderr."""
    click.echo(plain_lines(text), err=True)


@contextmanager
def progress(of: str = "steps") -> "Iterator[Progress | None]":
    """A bar on a terminal's stderr once a run takes longer than a second."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield None
        return
    bar, ends = _Bar(), f"Ctrl-C ends the {'run' if of == 'steps' else 'sweep'}"
    try:
        with passes.telling(lambda at: bar.tell(f"{at.unit}: {at.what}", ends, at.done, at.total or None, at.seconds)):
            yield lambda steps, total, seconds: bar.tell(of, ends, steps, total, seconds)
    finally:
        bar.stop()


class _Bar:
    """How far the one thing is that is being done, once it takes longer than a second."""

    def __init__(self) -> None:
        self._of = ""
        self._shown: Any = None
        self._task: Any = None

    def tell(self, of: str, ends: str, done: int, total: int | None, seconds: float) -> None:
        """So much of it; what is shown of something else goes."""
        if self._of != of:
            self.stop()
            self._of = of
        if seconds < PROGRESS_AFTER:
            return
        if self._shown is None:
            from rich.console import Console
            from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

            columns = [
                TextColumn(f"{{task.completed:,.0f}} {of}"), BarColumn(), TextColumn("{task.fields[speed]:,.0f} a second"),
                TimeRemainingColumn(), TextColumn(ends),
            ]  # fmt: skip
            self._shown = Progress(*columns, console=Console(stderr=True), transient=True)
            self._shown.start()
            self._task = self._shown.add_task("", total=total, speed=0.0)
        self._shown.update(self._task, completed=done, speed=done / seconds)

    def stop(self) -> None:
        """Take away what is shown."""
        if self._shown is not None:
            self._shown.stop()
        self._shown = None


def plain_lines(text: str) -> str:
    """Lines without characters that a terminal would obey."""
    return "\n".join(numbers.plain_text(line) for line in text.split("\n"))


def terminal() -> tuple[int, bool]:
    """Columns of the terminal, and whether it shows more than ASCII."""
    import shutil

    encoding = (sys.stdout.encoding or "ascii").lower()
    return shutil.get_terminal_size().columns, encoding.replace("-", "") == "utf8" and os.environ.get("TERM") != "dumb"
