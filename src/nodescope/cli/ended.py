"""Ctrl-C, SIGTERM and a closed terminal end a command alike: what it has open is closed and its folders go away."""

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

_ENDS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
_BY_SIGNAL = 128
"""What a shell adds to a signal's number to say that it ended a program."""


@dataclass
class Ended:
    """Whether a signal has come, and whom to ask.

    Attributes
    ----------
    ask : function, optional
        Called instead of unwinding, for what ends by itself once it is asked to.
    by : int
        The signal's number; 0 where none came.
    """

    ask: Callable[[], None] | None = None
    by: int = 0

    def __call__(self, number: int, _frame: object) -> None:
        self.by = number
        if self.ask is None:
            sys.exit(_BY_SIGNAL + number)
        self.ask()

    def leave(self) -> None:
        """Go, with the exit code of the signal that came."""
        if self.by:
            sys.exit(_BY_SIGNAL + self.by)


@contextmanager
def tidied_up() -> Iterator[Ended]:
    """Let these signals unwind what is under way; those that are ignored stay so (`nohup`, a background job)."""
    ended = Ended()
    before = {number: signal.getsignal(number) for number in _ENDS}
    heeded = {number: handler for number, handler in before.items() if handler is not signal.SIG_IGN}
    if threading.current_thread() is not threading.main_thread():
        heeded = {}
    for number in heeded:
        signal.signal(number, ended)
    try:
        yield ended
    finally:
        for number, handler in heeded.items():
            signal.signal(number, handler)
