"""Ctrl-C while the command is still being imported ends it at once and without a word: there is nothing yet to tidy up.

Nor is there rubbish to look for: what is imported stays, and Python would go through it 60 times, which took 9 of 190 ms.
And OpenBLAS, which comes with NumPy, is told not to let its threads go round in wait for work (2²⁶ ticks of the clock, unless told,
a processor's 30 ms each): they sleep at once, and are woken by the same large product. No bit depends on it.

It imports nothing that takes its time (`signal` would bring `enum`), since until it is through a person would see a traceback.
What Python itself does before it comes to us (its `site`, the search for the module) is out of our reach.
"""

import gc
import sys
from _signal import SIG_DFL, SIGINT, default_int_handler, getsignal, signal  # type: ignore[import-not-found]
from os import environ
from os.path import basename

TYPE_CHECKING = False
if TYPE_CHECKING:  # `typing` takes its time
    from typing import Any


def is_the_command() -> bool:
    """`nodescope …` or `python -m nodescope …`, not somebody's program that imports us."""
    name = basename(sys.argv[0]) if getattr(sys, "argv", None) else ""
    if name == "-m":  # as long as Python looks for the module
        return "nodescope" in sys.orig_argv[sys.orig_argv.index("-m") :][1:2]
    return name in ("nodescope", "nodescope.exe")


def end_quietly() -> None:
    """Let the system end us on Ctrl-C; where it is ignored (`nohup`, a background job) it stays so."""
    if getsignal(SIGINT) is default_int_handler:
        try:
            signal(SIGINT, SIG_DFL)
        except ValueError:  # only the main thread may
            return


def heed() -> None:
    """From now on, when the command itself is imported, Ctrl-C is Python's again, and so is rubbish."""
    if getsignal(SIGINT) == SIG_DFL:
        signal(SIGINT, default_int_handler)
    if is_the_command():
        gc.freeze()
        gc.enable()


def heeding_too(what: "Any") -> None:
    """`sys.unraisablehook`: a Ctrl-C where Python can raise nothing (in a callback of its own) comes once more."""
    if not isinstance(what.exc_value, KeyboardInterrupt):
        sys.__unraisablehook__(what)
        return
    import _thread
    import time

    def again() -> None:
        time.sleep(0.01)
        _thread.interrupt_main()

    _thread.start_new_thread(again, ())


if is_the_command():
    end_quietly()
    gc.disable()
    environ.setdefault("OPENBLAS_THREAD_TIMEOUT", "4")
