"""How far a pass over many rows is, for whoever waits: told by those who read, shown where somebody looks."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

T = TypeVar("T")
Tell = Callable[[str, int, int, float], None]
"""What the pass is for, rows so far, rows in all, seconds."""
_TELL: ContextVar[Tell | None] = ContextVar("told of passes", default=None)


@contextmanager
def telling(tell: Tell) -> Iterator[None]:
    """Passes that are made in here are told."""
    before = _TELL.set(tell)
    try:
        yield
    finally:
        _TELL.reset(before)


def passing(what: str, parts: Iterable[tuple[int, T]], rows: int) -> Iterator[T]:
    """The parts, each given with its rows, one after another."""
    tell, began, done = _TELL.get(), time.monotonic(), 0
    for count, part in parts:
        yield part
        done += count
        if tell is not None:
            tell(what, done, rows, time.monotonic() - began)
