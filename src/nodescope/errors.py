"""What can go wrong for a reason that the user can mend: each message says what was seen, where, and the remedy."""

from itertools import takewhile
from os.path import dirname
from typing import Any

_OURS = dirname(__file__)


def one_line(text: str) -> str:
    """The text with line breaks and all else that cannot be printed as Python writes them: `\\n`, `\\x00`."""
    return text if text.isprintable() else "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in text)


class NodescopeError(Exception):
    """Any failure that nodescope explains itself.

    Attributes
    ----------
    run : Run or None
        Where a run was on its way: all its steps up to there.
    """

    run: Any = None

    def give_run(self, run: Any) -> None:
        """Have the run up to here go with the error; a traceback and a notebook say so."""
        self.run = run
        self.add_note(f"The run up to step {run.steps:,} is this error's .run; ns.save(error.run, path) keeps it.")

    def __str__(self) -> str:
        """One line that can be printed, whatever names of files and columns are in it."""
        return one_line(super().__str__())

    def _render_traceback_(self) -> list[str]:
        """What a notebook shows: the person's own line and the message. Where in nodescope it was noticed helps nobody."""
        import traceback

        frames = traceback.extract_tb(self.__traceback__)
        theirs = list(takewhile(lambda frame: not frame.filename.startswith(_OURS), frames))
        line = [f"line {theirs[-1].lineno}: {theirs[-1].line}"] if theirs and theirs[-1].line else []
        return [*line, f"{type(self).__name__}: {self}", *getattr(self, "__notes__", ())]


class InputError(NodescopeError, ValueError):
    """Numbers, tables or settings that cannot be run."""


class NoStep(InputError, IndexError):
    """A run has no such step: bad input, and, as of any sequence, an index that is not there."""


class DataChanged(NodescopeError):
    """An array is no longer what it was when the run was made, so its numbers cannot be replayed."""


class FileError(NodescopeError, OSError):
    """A file that cannot be read, written or trusted."""
