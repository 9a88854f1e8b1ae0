"""Where a file is written: a link leads to its file, a device or pipe is left alone, a name is taken only by what is whole.

And who is writing it: a lock that the system takes back however its holder ends. Where there is none (Windows, some network
drives) nobody is refused.
"""

import os
import re
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from os import PathLike
from pathlib import Path

from nodescope.arithmetic.given import path_of
from nodescope.errors import FileError, NodescopeError

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

MOST_OF_A_NAME = 50
"""So many characters of a name stand in that of its unfinished neighbour."""
PART = "part"
"""An unfinished file has this name, in a folder of its own."""
PARTS = (PART, *(f"{PART}-{end}" for end in ("wal", "shm", "journal")))
_UNFINISHED = re.compile(r"\..*\.[a-z0-9_]{8}\.part", re.DOTALL)
"""Such folders are named so, as tempfile.mkdtemp makes them."""
_KINDS = ((stat.S_ISDIR, "folder"), (stat.S_ISCHR, "device"), (stat.S_ISBLK, "device"), (stat.S_ISFIFO, "pipe"))


def target_of(path: str | PathLike[str]) -> Path:
    """The file that a path means, links followed, whether it is there yet or not.

    Raises
    ------
    FileError
        What is there is no file.
    """
    path = path_of("path", path)
    try:
        target = Path(os.path.realpath(path))
        mode = target.lstat().st_mode
    except FileNotFoundError:
        return target
    except (OSError, ValueError) as error:
        raise FileError(f"{path} cannot be written: {getattr(error, 'strerror', None) or error}") from error
    if not stat.S_ISREG(mode):
        kind = next((name for is_kind, name in _KINDS if is_kind(mode)), "thing of its own")
        raise FileError(f"{path} cannot be written: it is a {kind}; name a file")
    return target


@contextmanager
def unfinished(target: Path) -> Iterator[Path]:
    """A file in a folder of its own beside a file that it is to become, locked as long as somebody is at it.

    Such folders that a killed process has left behind are removed.
    """
    remove_left_behind(target.parent)
    folder, handle = _locked_folder(target)
    try:
        yield folder / PART
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if handle is not None:
            os.close(handle)


def _locked_folder(target: Path) -> tuple[Path, int | None]:
    while True:
        folder = Path(tempfile.mkdtemp(prefix=f".{target.name[:MOST_OF_A_NAME]}.", suffix=".part", dir=target.parent))
        if (handle := _locked(folder)) is not None or fcntl is None or folder.exists():
            return folder, handle


def _locked(folder: Path) -> int | None:
    """A handle that holds a folder; None where somebody else holds it, it is gone, or nothing can be locked."""
    if fcntl is None:
        return None
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.samestat(os.fstat(handle), os.stat(folder)):
            return handle
    except OSError:
        pass
    os.close(handle)
    return None


def remove_left_behind(parent: Path) -> None:
    """Remove unfinished files that nobody holds: their processes were killed. What else is in such a folder is left alone."""
    for folder in parent.glob(".*.part"):
        if not _UNFINISHED.fullmatch(folder.name) or folder.is_symlink() or not folder.is_dir():
            continue
        if (handle := _locked(folder)) is not None:
            for name in PARTS:
                (folder / name).unlink(missing_ok=True)
            with suppress(OSError):
                folder.rmdir()
            os.close(handle)


def sync_folder(folder: Path) -> None:
    """Have the names in a folder on the disk; some drives cannot, and need not."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextmanager
def beside(path: str | PathLike[str]) -> Iterator[Path]:
    """A file beside the one that a path means, synced and renamed to it at the end."""
    target = target_of(path)
    try:
        with unfinished(target) as part:
            yield part
            with part.open("rb+") as written:
                os.fsync(written.fileno())
            part.replace(target)
            sync_folder(target.parent)
    except OSError as error:
        if isinstance(error, NodescopeError):
            raise
        raise FileError(f"{path} cannot be written: {error.strerror or error}") from error


_HELD: set[tuple[int, int]] = set()
"""These are devices and inodes of the files that this process is writing."""


def held_here(path: Path) -> bool:
    """Whether this process is writing a file.

    Then it must not even be opened but by SQLite: closing a handle of it gives back all that SQLite has locked of it (fcntl(2)).
    """
    return _identity(os.stat(path)) in _HELD


def is_being_written(target: Path) -> bool:
    """Whether somebody holds the lock of a file; not to be asked of one that this process is writing."""
    if fcntl is None:
        return False
    handle = os.open(target, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        os.close(handle)
    return False


def being_written(path: str | PathLike[str]) -> FileError:
    """What to raise where somebody else is at it."""
    return FileError(f"{path} cannot be written: another nodescope is writing it; name another file, or wait until it is done")


class Lock:
    """Held by the one who writes a file that is there.

    Parameters
    ----------
    path : what messages call it
    target : Path

    Raises
    ------
    FileError
        Somebody else holds it.
    """

    def __init__(self, path: str | PathLike[str], target: Path) -> None:
        self._handle: int | None = None
        if fcntl is None:
            return
        if held_here(target):
            raise being_written(path)
        self._handle = os.open(target, os.O_RDONLY)
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._handle)
            raise being_written(path) from None
        except OSError:
            pass  # a drive without locks
        _HELD.add(_identity(os.fstat(self._handle)))
        if not self.is_of(target):
            self.release()
            raise being_written(path)

    def is_of(self, target: Path) -> bool:
        """Whether the file is still where it was: nobody has deleted or replaced it."""
        if self._handle is None:
            return True
        try:
            return os.path.samestat(os.fstat(self._handle), os.stat(target))
        except OSError:
            return False

    def release(self) -> None:
        """To be called after all else that has the file open is closed."""
        if self._handle is not None:
            _HELD.discard(_identity(os.fstat(self._handle)))
            os.close(self._handle)
            self._handle = None


def _identity(found: os.stat_result) -> tuple[int, int]:
    return found.st_dev, found.st_ino
