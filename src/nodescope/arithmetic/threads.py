"""How many threads of this machine make parts and predictions, and how they are started: the bits do not know it.

``NODESCOPE_THREADS`` says how many at most; unless it is given, as many as this process may have processors. The core runs without
the interpreter's lock, so that Python's own threads do. They live as long as a call: a forked child has no threads to wait for.
"""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from nodescope.arithmetic.problem import Problem
from nodescope.errors import NodescopeError

THREADS = "NODESCOPE_THREADS"
MOST = 64
WORTH = 1 << 21
"""So many products of a weight and an input take about a millisecond; a thread is started in a tenth of that."""


def asked() -> int:
    """The most that there may be."""
    said = os.environ.get(THREADS)
    if not said:
        return min(MOST, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
    if not said.isdecimal() or not 1 <= int(said) <= MOST:
        raise NodescopeError(f"{THREADS} is {said!r}; it may be a whole number from 1 to {MOST}")
    return int(said)


def how_many(problem: Problem, examples: int) -> int:
    """Threads for so many examples of a problem, the caller's own among them."""
    worth = examples * problem.size // WORTH
    return 1 if worth < 2 else min(asked(), worth)


@contextmanager
def beside(work: Callable[[int], None], count: int, end: Callable[[], None]) -> Iterator[int]:
    """Have `count` threads do `work`, which is over when `end` has been called; gives how many there are, if no more can be had."""
    started = []
    try:
        for number in range(count):
            thread = threading.Thread(target=work, args=(number,), daemon=True)
            try:
                thread.start()
            except RuntimeError:  # this machine has no more threads
                break
            started.append(thread)
        yield len(started)
    finally:
        end()
        for thread in started:
            thread.join()


def shared(work: Callable[[int, int], None], count: int, among: int) -> None:
    """Do `work` from 0 to `count`, in `among` stretches of like length at the same time."""
    ends = [count * i // among for i in range(among + 1)]
    failed: list[BaseException] = []

    def one(number: int) -> None:
        try:
            work(ends[number], ends[number + 1])
        except BaseException as error:  # it is the caller's
            failed.append(error)

    with beside(one, among - 1, lambda: None) as started:
        for number in range(started, among):
            one(number)
    if failed:
        raise failed[0]
