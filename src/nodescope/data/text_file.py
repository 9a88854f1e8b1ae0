"""Text that is read whole (recipes, sheets, standard input): no further than any of it goes, whatever a path leads to."""

from pathlib import Path
from typing import IO, AnyStr

from nodescope.errors import InputError

MOST = 64 * 2**20
"""Bytes, or characters; a device may have no end, and a link may lead to one."""


def bytes_of(path: Path) -> bytes:
    """What is in a file.

    Raises
    ------
    InputError
        There is more of it than any text of ours has.
    OSError
        It cannot be read.
    """
    with path.open("rb") as file:
        return all_of(file, str(path))


def all_of(file: IO[AnyStr], name: str) -> AnyStr:
    """What an open file gives.

    Raises
    ------
    InputError
        As `bytes_of`.
    """
    found = file.read(MOST + 1)
    if len(found) > MOST:
        raise InputError(f"{name} has more than {MOST // 2**20} MiB, and is no recipe or sheet; give another file")
    return found
