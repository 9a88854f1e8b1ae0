"""Ctrl-C while the command is still being imported ends it at once and without a word: there is nothing yet to tidy up."""

import signal
import sys
import threading
from pathlib import PurePath


def is_the_command() -> bool:
    """`nodescope …` or `python -m nodescope …`, not somebody's program that imports us."""
    name = PurePath(sys.argv[0]) if getattr(sys, "argv", None) else PurePath()
    if str(name) == "-m":  # as long as Python looks for the module
        return "nodescope" in sys.orig_argv[sys.orig_argv.index("-m") :][1:2]
    return name.stem == "nodescope" and name.suffix in ("", ".exe")


def end_quietly() -> None:
    """Let the system end us on Ctrl-C; where it is ignored (`nohup`, a background job) it stays so."""
    if threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)


def heed() -> None:
    """From now on Ctrl-C is Python's again."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
        signal.signal(signal.SIGINT, signal.default_int_handler)


if is_the_command():
    end_quietly()
