"""Where runs are made: here, in other processes, or by anything that maps a function over tasks. The rows do not know it.

A task is a piece of the grid, and whoever makes it gives the same bits; rows are put together in their own order.
"""

import multiprocessing
import os
import pickle
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import numpy as np

from nodescope.arithmetic.checks import shown, whole
from nodescope.arithmetic.threads import THREADS
from nodescope.diagnosis.sweeps.grid import Grid, as_grid
from nodescope.diagnosis.sweeps.outcomes import Interrupted, Rows, Words, are_rows, outcomes_one_by_one
from nodescope.errors import InputError, NodescopeError

Task = tuple[bytes, int, int]
"""The sweep's keywords packed, first row, row after the last."""
Done = tuple[int, Rows, list[str]]
"""The first row, all rows of the task, and the words that they are numbered by."""
Mapped = Callable[[Sequence[Task]], Iterator[Done]]
MOST_PROCESSES = 4096


@lru_cache(maxsize=2)
def _unpacked(packed: bytes) -> Grid:
    hidden, settings = pickle.loads(packed)
    return as_grid(hidden, settings)


def make(task: Task) -> Done:
    """What a task asks for."""
    packed, start, stop = task
    words = Words()
    rows = outcomes_one_by_one(_unpacked(packed), start, stop, words)
    return start, rows, words.words


@contextmanager
def workers(on: Any) -> Iterator[tuple[Mapped, int]]:
    """What makes tasks, and how many it makes at once.

    Raises
    ------
    InputError
        `on` is nothing that can.
    NodescopeError
        A process ended before its task was done.
    """
    if isinstance(on, int) and not isinstance(on, bool):
        count = whole("on", on, least=1, most=MOST_PROCESSES)
        with _processes(count) as pool:
            yield (lambda tasks: pool.map(make, tasks)), count
    elif callable(getattr(on, "map", None)):
        yield (lambda tasks: _by_map(on, tasks)), 1
    else:
        raise InputError(f"on is {shown(on)}; it may be None (here), a number of processes, or an object with map")


def _by_map(on: Any, tasks: Sequence[Task]) -> Iterator[Any]:
    """What somebody's map gives; what goes wrong in it is told as its fault."""
    try:
        yield from on.map(make, tasks)
    except (NodescopeError, Interrupted):
        raise
    except Exception as error:  # of any library
        raise InputError(
            f"the map of on= ({shown(type(on).__name__)}) failed: {type(error).__name__}: {error!s:.150}; mend it, or leave on= out"
        ) from error


def as_asked(given: Iterator[Any], tasks: Sequence[Task]) -> Iterator[Done]:
    """What makes tasks gives back what belongs to each, in their order.

    Raises
    ------
    InputError
        It does not.
    """
    for _, start, stop in tasks:
        done: Any = next(given, None)
        if not _fits(done, start, stop):
            raise InputError(
                f"the map of on= gave {shown(done)} for rows {start:,} to {stop:,} of the sweep; it must give what the function "
                "gives that it is handed, in the order of its tasks"
            )
        yield done


def _fits(done: Any, start: int, stop: int) -> bool:
    if not isinstance(done, tuple) or [type(part) for part in done] != [int, np.ndarray, list]:
        return False
    first, rows, words = done
    return first == start and are_rows(rows, words) and len(rows) == stop - start


def _by_itself() -> None:
    """Other processes have the other processors: a run makes its parts on one thread, unless told otherwise."""
    os.environ.setdefault(THREADS, "1")


@contextmanager
def _processes(count: int) -> Iterator[ProcessPoolExecutor]:
    """Processes that begin from nothing: a copy of this one might hold a lock of a thread that it does not have."""
    pool = ProcessPoolExecutor(count, mp_context=multiprocessing.get_context("spawn"), initializer=_by_itself)
    try:
        yield pool
    except BrokenProcessPool as error:
        raise NodescopeError(
            "a process of on= ended before its runs were done (was it out of memory, or does the script that calls ns.sweep lack "
            "`if __name__ == '__main__':`?); the same call goes on with out="
        ) from error
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
