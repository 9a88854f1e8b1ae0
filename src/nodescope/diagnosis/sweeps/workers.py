"""Rows of a sweep that are made by others: a task is a stretch of the grid, and rows are put together in their own order."""

import pickle
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np

from nodescope.diagnosis.sweeps.grid import Grid, as_grid
from nodescope.diagnosis.sweeps.outcomes import Rows, Words, are_rows, outcomes_one_by_one
from nodescope.workers.door import as_it_is, not_its
from nodescope.workers.opened import opened

Done = tuple[int, Rows, list[str]]
"""The first row, all rows of the task, and the words that they are numbered by."""
MOST = 256
"""Rows of a task."""
EACH = 8
"""Tasks for each who makes them, where there are so many rows."""


@lru_cache(maxsize=2)
def _unpacked(packed: bytes) -> Grid:
    hidden, settings = pickle.loads(packed)
    return as_grid(hidden, settings)


def make(packed: bytes, start: int, stop: int) -> Done:
    """Rows of the sweep whose keywords are packed."""
    words = Words()
    rows = outcomes_one_by_one(_unpacked(packed), start, stop, words)
    return start, rows, words.words


def made_elsewhere(on: Any, packed: bytes, start: int, stop: int) -> Iterator[tuple[Rows, list[str]]]:
    """The rows of a sweep, a task's after another, in their order.

    Raises
    ------
    InputError
        `on` is nobody, or gives back what does not belong to its tasks.
    NodescopeError
        Those who make them were lost.
    """
    with opened(on) as door:
        count = max(1, min(MOST, (stop - start) // (EACH * door.at_once)))
        held = door.hold(as_it_is, packed)
        tasks = [(held, first, min(first + count, stop)) for first in range(start, stop, count)]
        given = door.map(make, tasks)
        for _, first, last in tasks:
            done: Any = next(given, None)
            if not _fits(done, first, last):
                raise not_its(done, f"rows {first:,} to {last:,} of the sweep")
            yield done[1], done[2]


def _fits(done: Any, start: int, stop: int) -> bool:
    if not isinstance(done, tuple) or [type(part) for part in done] != [int, np.ndarray, list]:
        return False
    first, rows, words = done
    return first == start and are_rows(rows, words) and len(rows) == stop - start
