"""SIGTERM and a closed terminal end a command as Ctrl-C does: what it has open is closed and its folders go away."""

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_ENDS = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
_BY_SIGNAL = 128
"""What a shell adds to a signal's number to say that it ended a program."""


@contextmanager
def tidied_up() -> Iterator[None]:
    """Let these signals unwind what is under way; those that are ignored stay so (`nohup`)."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(number: int, _frame: object) -> None:
        for other in before:
            signal.signal(other, signal.SIG_IGN)  # tidying up is not cut short
        sys.exit(_BY_SIGNAL + number)

    before = {number: signal.getsignal(number) for number in _ENDS}
    before = {number: handler for number, handler in before.items() if handler is not signal.SIG_IGN}
    for number in before:
        signal.signal(number, end)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
