"""A sweep of the local page: its rows go to a file as they come, and what makes it beside them, so that it goes on after a kill."""

import errno
import glob
import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from nodescope.diagnosis.sweeps.grid import as_grid
from nodescope.diagnosis.sweeps.journal import left_at, left_in, unfinished_of
from nodescope.diagnosis.sweeps.sweep import Sweep, sweep_with
from nodescope.diagnosis.sweeps.told import as_text, grid_of, keywords_in
from nodescope.errors import FileError, InputError, NodescopeError
from nodescope.hosts.folder import PREFIX
from nodescope.hosts.job import NOT_BEGUN, Job, summary_of
from nodescope.hosts.summary import Summary
from nodescope.run.file.lock import beside
from nodescope.workers.door import Interrupted


@dataclass(eq=False)
class SweepJob(Job):
    """A sweep of the page: as many runs as its grid has, one after another or side by side."""

    kind: ClassVar[str] = "sweep"
    ending: ClassVar[str] = ".parquet"
    made: tuple[int, int] = (0, 0)
    """Runs that are done, and all of them."""
    swept: Sweep | None = field(default=None, repr=False)
    """In memory, as `held` of a run."""
    opened_runs: dict[int, int] = field(default_factory=dict)
    """Numbers of the page's runs that rows were opened as."""
    opening: threading.RLock = field(default_factory=threading.RLock, repr=False)
    """One at a time opens rows, so that none is made twice; or reads what was left; or has it go on."""
    to: Path | None = None
    """Its file, which is there once it is whole."""
    settings: str = field(default="", repr=False)
    """As long as it is not whole: what makes it, where text can tell that."""
    why_left: str = ""
    """What it failed by when it was to be finished."""
    unkept: str = ""
    """Why its rows are in memory alone; "" where they have a file, or nothing could read one."""

    @property
    def way(self) -> tuple[int, int]:
        return self.made

    @property
    def steps(self) -> int:
        return self.made[0]

    @property
    def left(self) -> bool:
        """Whether it was left unfinished, and can go on."""
        return self.told is not None and bool(self.settings)

    @property
    def files(self) -> list[Path]:
        return [] if self.to is None else [*super().files, summary_of(self.to), unfinished_of(self.to), *self._tables()]

    def _tables(self) -> list[Path]:
        """The table that is kept with it."""
        return [] if self.to is None else [*self.to.parent.glob(f"{glob.escape(self.to.stem)}.table.*")]

    def opened_sweep(self) -> Sweep:
        """The sweep that this job has finished, or as much of it as was done when it was left.

        Raises
        ------
        FileError
            Somebody has damaged or deleted its file.
        """
        if self.swept is not None:
            return self.swept
        if self.file is not None:
            return Sweep.load(self.file)
        with self.opening:  # who reads the rows has their file as a writer has it
            if not self.left:
                raise FileError("the sweep has gone on; look at it again")
            assert self.to is not None
            with _as_written(self.to):
                grid = grid_of(self.settings)
            return Sweep(grid, *left_at(self.to, grid.fingerprint, grid.size))

    def stop(self) -> None:
        """One that was to go on is left as it was when it is taken out of the queue."""
        super().stop()
        if self.failed == NOT_BEGUN and self.settings:
            self.told, self.failed = _unfinished(*self.made), ""

    def fail(self, why: str) -> None:
        """It is left unfinished where some of its rows are kept, and says why."""
        left = left_in(self.to) if self.to is not None and self.settings else None
        if left is None or not left[0]:
            super().fail(why)
            return
        self.made, self.why_left, self.told = left, why, _unfinished(*left)

    def take_in(self, file: Path, told: Summary, *, unfinished: bool) -> None:
        """Be a sweep that an earlier page has made, or left unfinished."""
        self.to, self.told = file, told
        if not unfinished:
            self.file = file
            if _settings_of(summary_of(file)):  # a kill came between its table and what is told of it
                self._tell_anew(file)
            return
        self.made = left_in(file) or self.made
        self.settings, self.told = _settings_of(summary_of(file)), _unfinished(*self.made)

    def _tell_anew(self, file: Path) -> None:
        with suppress(NodescopeError, OSError):
            self.told = Summary.of_sweep(Sweep.load(file))
            self.told.write(summary_of(file), self.name)

    def take_up(self) -> dict[str, Any] | None:
        """The keywords by which it goes on, from now on as one that is on its way; None where it does already."""
        with self.opening:
            if not self.left:
                return None
            assert self.to is not None
            with _as_written(self.to):
                hidden, settings = keywords_in(self.settings)
            self.told, self.swept, self.stop_asked, self.why_left = None, None, threading.Event(), ""
            return {"hidden": hidden, **settings}

    def carry_out(self, made: Any, file: Path) -> None:
        """Make the sweep by its keywords; stopped, it is as long as it came to be, and goes on when somebody asks for it."""
        self.to, self.unkept = file, ""
        swept = self._swept(made, file)
        if not swept.done:
            raise InputError("it was stopped before any of its runs was done")
        told = Summary.of_sweep(swept)
        self.swept = swept
        if swept.done == len(swept):
            self._put_down(swept, told, file)
        self.told = told

    def _put_down(self, swept: Sweep, told: Summary, file: Path) -> None:
        """Into its file, unless it is there, with what is told of it beside it."""
        try:
            if not self.settings:
                swept.save(file, overwrite=True)
            self.file, self.swept, self.settings = file, None, ""
            told.write(summary_of(file), self.name)
            unfinished_of(file).unlink(missing_ok=True)
        except (NodescopeError, OSError):
            self.swept = swept if self.file is None else None

    def _swept(self, made: dict[str, Any], file: Path) -> Sweep:
        """The sweep, its rows in a file on the way; in memory alone where that has no place, or nothing could read them."""

        def tell(done: int, size: int | None, _seconds: float) -> None:
            self.made = done, size or 0
            if self.stop_asked.is_set():
                raise Interrupted

        made = _with_its_table(made, file)
        grid = as_grid(made.get("hidden"), {name: value for name, value in made.items() if name != "hidden"})
        self.settings = as_text(grid) or ""
        if self.settings:
            try:
                _unfinished(0, grid.size).write(summary_of(file), self.name, settings=self.settings)
                return sweep_with(tell, stop_asked=self.stop_asked, out=file, **made)
            except OSError as error:
                if not _has_no_place(error, file):
                    raise
                self.unkept = str(error)
        self.settings = ""
        return sweep_with(tell, stop_asked=self.stop_asked, **made)


NO_PLACE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO)


def _has_no_place(error: OSError, file: Path) -> bool:
    """Whether nothing can be written there; rows that are damaged or somebody else's, or a table that is gone, are no such case."""
    cause = error.__cause__ if isinstance(error, FileError) else error
    return isinstance(cause, OSError) and (cause.errno in NO_PLACE or not file.parent.is_dir())


def _unfinished(done: int, size: int) -> Summary:
    """What is told of a sweep that was left on its way."""
    return Summary(0, "", sentence=f"unfinished: {done:,} of {size:,} runs are done")


@contextmanager
def _as_written(file: Path) -> Iterator[None]:
    """Whatever text of settings may come to that we have not written, in one sentence."""
    try:
        yield
    except NodescopeError:
        raise
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise FileError(f"{summary_of(file).name}, which says how the sweep goes on, is damaged; make the sweep anew") from error


def _settings_of(path: Path) -> str:
    """What makes a sweep, as it stands beside its rows; "" where it does not."""
    try:
        return str(json.loads(path.read_text(encoding="utf-8"))["settings"])
    except (OSError, ValueError, LookupError, TypeError):
        return ""


def _with_its_table(made: dict[str, Any], file: Path) -> dict[str, Any]:
    """The keywords; a table that would go with the page is kept beside the sweep's file."""
    data = made.get("data")
    if not isinstance(data, str) or not _goes_with_a_page(Path(data)) or _goes_with_a_page(file):
        return made
    place = file.with_name(f"{file.stem}.table.{Path(data).name}")
    try:
        with beside(place) as part:
            shutil.copyfile(data, part)
    except OSError:  # no room for it
        return made
    return made | {"data": str(place)}


def _goes_with_a_page(path: Path) -> bool:
    return any(part.startswith(PREFIX) for part in path.parts)
