"""Workers behind a `map`: a pool of processes of this machine, or any object that has one."""

import multiprocessing
import pickle
import tempfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from nodescope._version import __version__
from nodescope.arithmetic.checks import shown
from nodescope.errors import InputError, NodescopeError
from nodescope.workers.door import Carried, Interrupted, Task, as_it_is, called_with

UNKNOWN = 8
"""Somebody's map does so many tasks at once, for all that is known."""


class Mapped:
    """Anything with `map(function, tasks)`, which gives what the function gives, in the order of the tasks."""

    def __init__(self, on: Any) -> None:
        self.at_once = UNKNOWN
        self._on = on

    def hold(self, make: Callable[..., Any], *given: Any) -> Carried:
        return Carried(uuid4().hex, make, given)

    def map(self, function: Callable[..., Any], tasks: Iterable[Task]) -> Iterator[Any]:
        try:
            yield from self._on.map(called_with, [(__version__, function, task) for task in tasks])
        except (NodescopeError, Interrupted):
            raise
        except Exception as error:  # of any library
            raise InputError(
                f"the map of on= ({shown(type(self._on).__name__)}) failed: {type(error).__name__}: {error!s:.150}; mend it, or "
                "leave on= out"
            ) from error


class Processes:
    """Processes of this machine, which read what is held from a folder that lives as long as they do."""

    def __init__(self, pool: ProcessPoolExecutor, count: int, folder: Path) -> None:
        self.at_once = count
        self._pool, self._folder = pool, folder

    def hold(self, make: Callable[..., Any], *given: Any) -> Carried:
        token = uuid4().hex
        if make is not as_it_is:
            return Carried(token, make, given)
        path = self._folder / token
        path.write_bytes(pickle.dumps(given[0], protocol=5))
        return Carried(token, _read, (path,))

    def map(self, function: Callable[..., Any], tasks: Iterable[Task]) -> Iterator[Any]:
        yield from self._pool.map(called_with, [(__version__, function, task) for task in tasks])


def _read(path: Path) -> Any:
    return pickle.loads(path.read_bytes())


@contextmanager
def processes(count: int) -> Iterator[Processes]:
    """Processes that begin from nothing: a copy of this one might hold a lock of a thread that it does not have.

    Raises
    ------
    NodescopeError
        One ended before its task was done.
    """
    pool = ProcessPoolExecutor(count, mp_context=multiprocessing.get_context("spawn"))
    try:
        with tempfile.TemporaryDirectory(prefix="nodescope-") as folder:
            yield Processes(pool, count, Path(folder))
    except BrokenProcessPool as error:
        raise NodescopeError(
            "a process of on= ended before its task was done (was it out of memory, or does the script that is run lack "
            "`if __name__ == '__main__':`?); the same call goes on with out="
        ) from error
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
