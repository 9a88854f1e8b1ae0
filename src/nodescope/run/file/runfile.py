"""A run in one SQLite file: what was committed survives a kill, a full disk and a power cut.

While a run is written the journal is a write-ahead log; when it is finished the file stands alone. The file's name appears only
once its recipe is committed.
"""

import os
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from os import PathLike
from pathlib import Path
from typing import Any, Self

from nodescope.errors import FileError
from nodescope.run.descent import Descent
from nodescope.run.file import stored
from nodescope.run.file.content import (
    BLANK,
    Content,
    ending_header,
    explained,
    is_run_file,
    recipe_header,
    write_recipe,
)
from nodescope.run.file.lock import MOST_OF_A_NAME, Lock, being_written, target_of
from nodescope.run.file.opening import SECONDS_TO_WAIT
from nodescope.run.recipe import Recipe
from nodescope.run.run import Run

SECONDS_BETWEEN_COMMITS = 1.0
"""How often a run on its way is committed, at most: a commit waits for the disk."""


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
        self._connection = sqlite3.connect(target, isolation_level=None, check_same_thread=False, timeout=SECONDS_TO_WAIT)
        self._last_commit = 0.0
        self._kept: tuple[int, int] | None = None
        """Spacing and number of the checkpoints in the file; None where that is not known."""
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._content = Content(self._connection)

    @classmethod
    def create(cls, path: str | PathLike[str], recipe: Recipe, overwrite: bool = False) -> "RunFile":
        """A new file that holds the recipe; an older run file of that name is replaced only where that is asked for."""
        with explained(path, "written"), replaceable(path, overwrite) as (target, free):
            handle, name = tempfile.mkstemp(prefix=f".{target.name[:MOST_OF_A_NAME]}.", suffix=".part", dir=target.parent)
            os.close(handle)
            part = Path(name)
            try:
                part.chmod(0o666 & ~_umask())
                with closing(sqlite3.connect(part, isolation_level=None)) as connection:
                    connection.executescript(BLANK)
                    write_recipe(Content(connection), recipe)
                lock = Lock(path, part)
                try:
                    take_name(path, part, target, free)
                    return cls(path, target, lock)
                except BaseException:
                    lock.release()
                    raise
            finally:
                part.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Fold the log into the file, so that it stands alone."""
        try:
            with self._explained(), closing(self._connection):
                self._connection.execute("PRAGMA journal_mode=DELETE")
        finally:
            self._lock.release()

    def go_on(self, recipe: Recipe) -> None:
        """Take the ending away: the run goes on, by this recipe."""
        with self._explained(), self._content.transaction():
            self._content.remove_header("ending")
            self._content.put_header("recipe", recipe_header(recipe))

    def keep(self, descent: Descent) -> None:
        """Commit where the run stands, about once a second."""
        if time.monotonic() - self._last_commit >= SECONDS_BETWEEN_COMMITS:
            self._write(descent, {})
            self._last_commit = time.monotonic()

    def finish(self, descent: Descent, run: Run) -> None:
        """Commit the end of the run."""
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
        content = self._content
        with self._explained(), content.transaction():
            place = {name: getattr(descent.cursor, name) for name in stored.PLACE}
            for key, value in {"place": {**place, "seconds": descent.seconds}, **header}.items():
                content.put_header(key, value)
            content.put_array("state", descent.state)
            content.put_array("saved", descent.saved)
            if descent.recipe.schedule is not None:
                content.put_array("alphas", descent.recipe.schedule.values)
            kept = self._write_checkpoints(descent)
        self._kept = kept

    def _write_checkpoints(self, descent: Descent) -> tuple[int, int]:
        """Those that are not in the file yet; gives their spacing and number."""
        spacing, count = descent.cursor.spacing, descent.cursor.kept
        old_spacing, old_kept = self._kept or (0, 0)
        if old_spacing != spacing:
            self._content.remove_checkpoints()
            old_kept = 0
        for i in range(old_kept, count):
            self._content.put_checkpoint(i * spacing, descent.checkpoints.states[i].tobytes())
        return spacing, count


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
        return
    try:
        os.link(part, target)
        part.unlink()
    except FileExistsError:
        raise being_written(path) from None
    except OSError:  # a drive without links
        part.replace(target)
    _forget_log(target)


def _forget_log(target: Path) -> None:
    """What an older file of that name had not yet folded in belongs to no other."""
    for log in (f"{target}-wal", f"{target}-shm"):
        Path(log).unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
