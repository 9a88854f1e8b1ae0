"""How far a pass over many rows is, for whoever waits: told by those who read, shown where somebody looks."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple, TypeVar

T = TypeVar("T")


class Pass(NamedTuple):
    """How far a pass is.

    Attributes
    ----------
    what : str
        What is being done.
    unit : str
        What is counted: "rows", "bytes".
    done, total : int
        Of these; the total is 0 where it is not known.
    seconds : float
    """

    what: str
    unit: str
    done: int
    total: int
    seconds: float


Tell = Callable[[Pass], None]
_TELL: ContextVar[Tell | None] = ContextVar("told of passes", default=None)


@contextmanager
def telling(tell: Tell) -> Iterator[None]:
    """Passes that are made in here are told."""
    before = _TELL.set(tell)
    try:
        yield
    finally:
        _TELL.reset(before)


def passing(what: str, parts: Iterable[tuple[int, T]], total: int, unit: str = "rows") -> Iterator[T]:
    """The parts, each given with its size, one after another."""
    tell, began, done = _TELL.get(), time.monotonic(), 0
    for count, part in parts:
        yield part
        done += count
        if tell is not None:
            tell(Pass(what, unit, done, total, time.monotonic() - began))
