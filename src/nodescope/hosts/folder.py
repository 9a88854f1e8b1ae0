"""The local page's own folder: held by a lock as long as the page lives, and gone with it.

A page that was killed leaves its folder behind; the next one removes it, once it can take the lock that nobody holds any more.
Where there are no locks (Windows) nothing is removed, since nobody can say who is alive.
"""

import contextlib
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

from nodescope.errors import FileError

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

PREFIX = "nodescope-page-"
_LOCK = "lock"


def folder_of_runs() -> Path:
    """Where runs of the local page are kept when it ends: NODESCOPE_RUNS, or where this system keeps a user's data."""
    named = os.environ.get("NODESCOPE_RUNS")
    if named:
        return Path(named)
    data = os.environ.get("XDG_DATA_HOME") or os.environ.get("LOCALAPPDATA")
    return (Path(data) if data else Path.home() / ".local" / "share") / "nodescope" / "runs"


@contextlib.contextmanager
def own_folder() -> Iterator[Path]:
    """A new folder, locked; those that killed pages left are removed first."""
    remove_left_behind()
    with contextlib.ExitStack() as open_things:
        try:
            made = tempfile.TemporaryDirectory(prefix=PREFIX, ignore_cleanup_errors=True)
            folder = Path(open_things.enter_context(made))
            open_things.callback(os.close, _locked(folder))
        except OSError as error:
            raise FileError(f"the page's folder cannot be made in {tempfile.gettempdir()}: {error.strerror or error}") from error
        yield folder


def _locked(folder: Path) -> int:
    """The handle of the folder's lock, which is taken before it has the name that others look for."""
    handle = os.open(folder / "new", os.O_CREAT | os.O_RDWR, 0o600)
    _take(handle)
    (folder / "new").rename(folder / _LOCK)
    return handle


def remove_left_behind() -> None:
    """Remove the folders of pages that no longer live."""
    if fcntl is None:
        return
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        _remove_unless_held(folder)


def _remove_unless_held(folder: Path) -> None:
    try:
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
            return
        handle = os.open(folder / _LOCK, os.O_RDWR | os.O_NOFOLLOW)
    except OSError:  # somebody else's, or not locked yet
        return
    try:
        if _take(handle):
            shutil.rmtree(folder, ignore_errors=True)
    finally:
        os.close(handle)


def _take(handle: int) -> bool:
    if fcntl is None:
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
