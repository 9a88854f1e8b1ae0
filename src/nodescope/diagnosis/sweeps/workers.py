"""Where runs are made: here, in other processes, or by anything that maps a function over tasks. The rows do not know it.

A task is a piece of the grid, and whoever makes it gives the same bits; rows are put together in their own order.
"""

import multiprocessing
import pickle
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from nodescope.arithmetic.checks import shown, whole
from nodescope.diagnosis.sweeps.grid import Grid, as_grid
from nodescope.diagnosis.sweeps.outcomes import Rows, Words, outcomes_one_by_one
from nodescope.errors import InputError, NodescopeError

Task = tuple[bytes, int, int]
"""The sweep's keywords packed, first row, row after the last."""
Done = tuple[Rows, list[str]]
Mapped = Callable[[Sequence[Task]], Iterator[Done]]
MOST_PROCESSES = 4096


@lru_cache(maxsize=2)
def _unpacked(packed: bytes) -> Grid:
    hidden, settings = pickle.loads(packed)
    return as_grid(hidden, settings)


def make(task: Task) -> Done:
    """The rows of a task, and the words that they are numbered by."""
    packed, start, stop = task
    words = Words()
    rows = outcomes_one_by_one(_unpacked(packed), start, stop, words)
    return rows, words.words


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
        yield (lambda tasks: iter(on.map(make, tasks))), 1
    else:
        raise InputError(f"on is {shown(on)}; it may be None (here), a number of processes, or an object with map")


@contextmanager
def _processes(count: int) -> Iterator[ProcessPoolExecutor]:
    """Processes that begin from nothing: a copy of this one might hold a lock of a thread that it does not have."""
    pool = ProcessPoolExecutor(count, mp_context=multiprocessing.get_context("spawn"))
    try:
        yield pool
    except BrokenProcessPool as error:
        raise NodescopeError(
            "a process of on= ended before its runs were done (was it out of memory, or does the script that calls ns.sweep lack "
            "`if __name__ == '__main__':`?); the same call goes on with out="
        ) from error
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
