"""One handle of each run file in use, beside those of SQLite: while it reads or writes a file no other handle may be closed.

Closing any handle of a file gives back all locks that the process has on it, SQLite's too (fcntl(2)): another program would then
change the file under a reader's hand.
"""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

Identity = tuple[int, int]
"""Device and inode."""
_READ = os.O_RDONLY | getattr(os, "O_BINARY", 0)
_GUARD = threading.Lock()


@dataclass
class _Use:
    """A file that is looked into, read or written at this moment."""

    handle: int
    count: int = 0
    to_close: list[int] = field(default_factory=list)
    """Further handles, which are closed when the last user is gone."""


_IN_USE: dict[Identity, _Use] = {}


@contextmanager
def in_use(target: Path) -> Iterator[int]:
    """A handle of a file for reading; until its last user has left it in this process it stays open."""
    identity, handle = take(target)
    try:
        yield handle
    finally:
        give_back(identity)


def take(target: Path) -> tuple[Identity, int]:
    """Which file it is and a handle of it, to be given back."""
    with _GUARD:
        identity = _identity_of(os.stat(target))
        if identity not in _IN_USE:
            handle = os.open(target, _READ)
            identity = _identity_of(os.fstat(handle))
            if _IN_USE.setdefault(identity, _Use(handle)).handle != handle:  # replaced between the two
                _IN_USE[identity].to_close.append(handle)
        use = _IN_USE[identity]
        use.count += 1
        return identity, use.handle


def read_at(handle: int, size: int, place: int) -> bytes:
    """Bytes of a file, whoever else has its handle."""
    if hasattr(os, "pread"):
        return os.pread(handle, size, place)
    with _GUARD:  # Windows
        os.lseek(handle, place, os.SEEK_SET)
        return os.read(handle, size)


def give_back(identity: Identity, *more: int) -> None:
    """Leave a file, and further handles of it that are to be closed."""
    with _GUARD:
        use = _IN_USE[identity]
        use.to_close += more
        use.count -= 1
        if not use.count:
            del _IN_USE[identity]
            for handle in (use.handle, *use.to_close):
                os.close(handle)


def _identity_of(found: os.stat_result) -> Identity:
    return found.st_dev, found.st_ino


def identity_of(target: Path) -> Identity:
    """Which file it is, whatever its name."""
    return _identity_of(os.stat(target))


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_GUARD.acquire, after_in_parent=_GUARD.release, after_in_child=_GUARD.release)
