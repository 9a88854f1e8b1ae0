"""A run in one SQLite file: what was committed survives a kill, a full disk and a power cut.

While a run is written the journal is a write-ahead log; when it is finished the file stands alone. The file's name appears only
once its recipe is committed.
"""

import ctypes
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from os import PathLike
from pathlib import Path
from typing import Any, Self
from weakref import WeakSet

from nodescope.errors import FileError
from nodescope.run.descent import Descent
from nodescope.run.file.content import (
    BLANK,
    Content,
    ending_header,
    explained,
    is_run_file,
    recipe_header,
    write_place,
    write_recipe,
)
from nodescope.run.file.lock import Lock, being_written, sync_folder, target_of, unfinished
from nodescope.run.file.opening import SECONDS_TO_WAIT, is_busy, refuse_no_files
from nodescope.run.recipe import Recipe
from nodescope.run.run import Run

SECONDS_BETWEEN_COMMITS = 1.0
"""A run on its way is committed no more often: a commit waits for the disk."""


SECONDS_TO_FOLD, SECONDS_BETWEEN_READERS = 10.0, 0.002
"""So long, and so often, a finished file looks for a moment in which nobody reads it."""


class RunFile:
    """A run file being written; as long as it is, nobody else writes it.

    Parameters
    ----------
    path : what messages call it
    target : Path
        Links followed.
    lock : Lock
        Of the file; released at the end.
    """

    def __init__(self, path: str | PathLike[str], target: Path, lock: Lock) -> None:
        self.path = Path(path)
        self._target, self._lock = target, lock
        self._connection = connected(target)
        self._last_commit = 0.0
        self._kept: tuple[int, int] | None = None
        """The checkpoints in the file have this spacing and number; None where that is not known."""
        self._run: Run | None = None
        self._forked = False
        try:
            self._connection.execute("PRAGMA journal_mode=WAL")
            self._content = Content(self._connection)
            self._say_that_there_is_a_log()
        except BaseException:
            self._connection.close()
            raise
        _OPEN.add(self)

    @classmethod
    def create(cls, path: str | PathLike[str], recipe: Recipe, overwrite: bool = False) -> "RunFile":
        """A new file that holds the recipe; an older run file of that name is replaced only where that is asked for."""
        with explained(path, "written"), replaceable(path, overwrite) as (target, free), unfinished(target) as part:
            refuse_no_files(path, target, "written")
            with blank(part) as content:
                write_recipe(content, recipe)
            lock = Lock(path, part)
            try:
                take_name(path, part, target, free)
                return cls._first(path, target, lock)
            except BaseException:
                lock.release()
                raise

    @classmethod
    def _first(cls, path: str | PathLike[str], target: Path, lock: Lock) -> "RunFile":
        """Open a file that has just got its name; where that fails nothing is left of it, for nothing was run yet."""
        try:
            return cls(path, target, lock)
        except BaseException:
            for end in ("", "-wal", "-shm", "-journal"):
                Path(f"{target}{end}").unlink(missing_ok=True)
            raise

    def _say_that_there_is_a_log(self) -> None:
        """In the file itself, so that a log that is missing later is missed; a process killed before this had none."""
        with self._content.transaction():
            self._content.put_header("log", True)
        self._connection.execute("PRAGMA wal_checkpoint(FULL)")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _kind: object, error: BaseException | None, _traceback: object) -> None:
        """Fold the log into the file, so that it stands alone; all that was committed is in both together where that fails."""
        if self._forked:
            return
        _OPEN.discard(self)
        try:
            with self._explained(), closing(self._connection):
                self._fold()
        except FileError as failed:
            if error is None:
                if self._run is not None:
                    failed.give_run(self._run)
                raise
        finally:
            self._lock.release()

    def _fold(self) -> None:
        """Fold the log into the file, between two readers; where they never leave it alone it stays beside the file, as whole."""
        self._connection.execute(f"PRAGMA busy_timeout={1000 * SECONDS_BETWEEN_READERS:.0f}")
        until = time.monotonic() + SECONDS_TO_FOLD
        while time.monotonic() < until:
            try:
                if self._connection.execute("PRAGMA journal_mode=DELETE").fetchone() == ("delete",):
                    return
            except sqlite3.OperationalError as error:
                if not is_busy(error):
                    raise
            time.sleep(SECONDS_BETWEEN_READERS)

    def leave(self) -> None:
        """Let go of the file without a touch, in a process that was forked from the one that writes it; the run goes on in memory.

        SQLite's connection stays as it is for ever: even closing it would touch the file, or wait for a thread that is not here.
        """
        self._forked = True
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(self._connection))
        self._lock.leave()

    def go_on(self, recipe: Recipe) -> None:
        """Take the ending away: the run goes on, by this recipe."""
        with self._explained(), self._content.transaction():
            self._content.remove_header("ending")
            self._content.put_header("recipe", recipe_header(recipe))

    def keep(self, descent: Descent) -> None:
        """Commit where the run stands, about once a second."""
        if not self._forked and time.monotonic() - self._last_commit >= SECONDS_BETWEEN_COMMITS:
            self._write(descent, {})
            self._last_commit = time.monotonic()

    def finish(self, descent: Descent, run: Run) -> None:
        """Commit the end of the run."""
        self._run = run
        if not self._forked:
            self._write(descent, ending_header(run))

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """What went wrong in one sentence; a file that is no longer there is the reason for anything else."""
        try:
            with explained(self.path, "written"):
                yield
        except FileError as error:
            if self._lock.is_of(self._target):
                raise
            raise FileError(f"{self.path} cannot be written: it was deleted or replaced while the run was going on") from error

    def _write(self, descent: Descent, header: dict[str, Any]) -> None:
        with self._explained():
            self._kept = write_place(self._content, descent, header, self._kept)


@contextmanager
def replaceable(path: str | PathLike[str], overwrite: bool) -> Iterator[tuple[Path, bool]]:
    """The file that a path means and whether the name is free; else it is a run file that nobody is writing and may be replaced."""
    target = target_of(path)
    if not target.exists():
        yield target, True
        return
    if target.stat().st_size and not is_run_file(target):
        raise FileError(f"{path} is there and is not a nodescope run file: name another file, or delete it first")
    lock = Lock(path, target)
    try:
        if target.stat().st_size and not overwrite:
            raise FileError(f"{path} is there and holds a run; overwrite=True replaces it, or name another file")
        yield target, False
    finally:
        lock.release()


def take_name(path: str | PathLike[str], part: Path, target: Path, free: bool) -> None:
    """Give a file its name; where that was free, only if it still is."""
    if not free:
        _forget_log(target)
        part.replace(target)
        sync_folder(target.parent)
        return
    try:
        os.link(part, target)
        part.unlink()
    except FileExistsError:
        raise being_written(path) from None
    except OSError:  # a drive without links
        part.replace(target)
    _forget_log(target)
    sync_folder(target.parent)


def _forget_log(target: Path) -> None:
    """What an older file of that name had not yet folded in belongs to no other."""
    for log in (f"{target}-wal", f"{target}-shm"):
        Path(log).unlink(missing_ok=True)


def connected(path: Path) -> sqlite3.Connection:
    """A connection that writes a run file, from any thread."""
    return sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=SECONDS_TO_WAIT)


@contextmanager
def blank(part: Path) -> Iterator[Content]:
    """A new run file with nothing in it yet."""
    part.touch()  # SQLite would let nobody else write it, whatever the person allows
    with closing(connected(part)) as connection:
        connection.executescript(BLANK)
        yield Content(connection)


_OPEN: "WeakSet[RunFile]" = WeakSet()
"""The files that this process is writing."""


def _leave_all() -> None:
    for file in list(_OPEN):
        file.leave()
    _OPEN.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_leave_all)
