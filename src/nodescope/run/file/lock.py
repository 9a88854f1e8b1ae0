"""Where a file is written: a link leads to its file, a device or pipe is left alone, a name is taken only by what is whole.

And who is writing it: a lock that the system takes back however its holder ends. Where there is none (Windows, some network
drives) nobody is refused.
"""

import os
import re
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from os import PathLike
from pathlib import Path

from nodescope.arithmetic.checks import path_of
from nodescope.errors import FileError, NodescopeError
from nodescope.run.file.handles import Identity, give_back, identity_of, in_use, take
from nodescope.run.file.reasons import reason

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

MOST_OF_A_NAME = 50
"""So many characters of a name stand in that of its unfinished neighbour."""
SECONDS_OF_A_LOOK = 0.2
"""After so long it is no reader's look that holds a lock, but a writer."""
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
    except FileNotFoundError as error:  # of a relative path
        raise FileError(f"{path} cannot be written: the folder that this program was started in is gone; name all of it") from error
    except (OSError, ValueError) as error:
        raise FileError(f"{path} cannot be written: {reason(error)}") from error
    try:
        mode = target.lstat().st_mode
    except FileNotFoundError:
        return target
    except (OSError, ValueError) as error:
        raise FileError(f"{path} cannot be written: {reason(error)}") from error
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
    """A new folder and what holds it; another one where somebody took it for left behind before it was held."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=f".{target.name[:MOST_OF_A_NAME]}.", suffix=".part", dir=target.parent))
        with suppress(BlockingIOError, FileNotFoundError):
            return folder, _locked(folder)


def _locked(folder: Path) -> int | None:
    """A handle that holds a folder; None where nothing can be locked.

    Raises
    ------
    BlockingIOError
        Somebody else holds it.
    FileNotFoundError
        It is gone.
    """
    if fcntl is None:
        return None
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.samestat(os.fstat(handle), os.stat(folder)):
            return handle
    except OSError as error:
        os.close(handle)
        if isinstance(error, (BlockingIOError, FileNotFoundError)):
            raise
        return None
    os.close(handle)
    raise FileNotFoundError(f"{folder} was replaced")


def remove_left_behind(parent: Path) -> None:
    """Remove unfinished files that nobody holds: their processes were killed. What else is in such a folder is left alone."""
    for folder in parent.glob(".*.part"):
        if not _UNFINISHED.fullmatch(folder.name) or folder.is_symlink() or not folder.is_dir():
            continue
        with suppress(OSError):
            _remove_if_left_behind(folder)


def _remove_if_left_behind(folder: Path) -> None:
    if (handle := _locked(folder)) is None:
        return
    try:
        for name in PARTS:
            (folder / name).unlink(missing_ok=True)
        folder.rmdir()
    finally:
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
        raise FileError(f"{path} cannot be written: {reason(error)}") from error


_HELD: set[Identity] = set()
"""The files that this process is writing."""


def held_here(path: Path) -> bool:
    """Whether this process is writing a file."""
    return identity_of(path) in _HELD


def has_a_writer(target: Path) -> bool:
    """Whether this process or another one is writing a file."""
    if held_here(target):
        return True
    if fcntl is None:
        return False
    with in_use(target) as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
            fcntl.flock(handle, fcntl.LOCK_UN)
        except BlockingIOError:
            return True
        except OSError:  # a drive without locks
            return False
    return False


def being_written(path: str | PathLike[str]) -> FileError:
    """What to raise where somebody else is at it."""
    return FileError(f"{path} cannot be written: another nodescope is writing it; name another file, or wait until it is done")


def _taken(handle: int) -> bool:
    """Whether a lock could be taken; a reader that only looks whether somebody holds it has it for a moment, which is waited for.

    On a drive without locks everybody has it.
    """
    until = time.monotonic() + SECONDS_OF_A_LOOK
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                return False
            time.sleep(SECONDS_OF_A_LOOK / 20)
        except OSError:
            return True
        else:
            return True


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
        self._file, _ = take(target)
        self._handle = os.open(target, os.O_RDONLY)
        if not _taken(self._handle):
            self.leave()
            raise being_written(path)
        _HELD.add(self._file)
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
            with suppress(OSError):  # a drive without locks
                fcntl.flock(self._handle, fcntl.LOCK_UN)
            _HELD.discard(self._file)
            self.leave()

    def leave(self) -> None:
        """Let go of a lock that somebody else has: the process that this one was forked from."""
        if self._handle is not None:
            _HELD.discard(self._file)
            give_back(self._file, self._handle)
            self._handle = None
