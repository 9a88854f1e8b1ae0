"""Runs and sweeps of the local page, made or on their way: two at once, the others in a queue, each with how far it is and a stop.

A finished run goes to a run file in the page's folder and is opened again when somebody looks at it, so that memory holds none.
Runs of earlier pages are listed with them, where a folder for them is given.
"""

import contextlib
import os
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from nodescope.diagnosis.sweeps.sweep import Sweep, sweep_with
from nodescope.errors import InputError, NodescopeError
from nodescope.hosts import caps
from nodescope.hosts.forms import Form
from nodescope.hosts.summary import Summary, read
from nodescope.run.descent import Descent, go
from nodescope.run.file.saving import load, save
from nodescope.run.fit import carried_out
from nodescope.run.fit_plan import Plan
from nodescope.run.recipe import Recipe
from nodescope.run.recorded import Recorded
from nodescope.run.run import Run
from nodescope.workers.door import Interrupted

NOT_BEGUN = "it was taken out of the queue before it began"


@dataclass(eq=False)
class Job:
    """One run of the page: waiting, on its way, done or failed."""

    number: int
    name: str
    told: Summary | None = None
    failed: str = ""
    descent: Descent | None = None
    stop_asked: threading.Event = field(default_factory=threading.Event)
    future: "Future[None] | None" = field(default=None, repr=False)
    held: Run | Recorded | None = field(default=None, repr=False)
    """In memory: what was opened with the page, and what the disk has no room for."""
    file: Path | None = None
    asked: tuple[int, Form] | None = None
    """Of a fit the table's number and the form that asked for it."""
    held_to: Callable[[Run], None] = lambda _run: None
    """It refuses a run that is not what it was to be."""
    swept_at: str = ""
    """Of a row of a sweep where that sweep is shown; such a run can be made again, and is not kept for later pages."""
    kind: ClassVar[str] = "run"
    ending: ClassVar[str] = ".nodescope"

    @property
    def place(self) -> str:
        """Where it is shown."""
        return f"/{self.kind}/{self.number}"

    @property
    def way(self) -> tuple[int, int]:
        """How far it is, and of how much; of 0 where that is not known yet."""
        return self.steps, (self.descent.steps_asked or 0) if self.descent else 0

    @property
    def done(self) -> bool:
        return self.told is not None or bool(self.failed)

    @property
    def waits(self) -> bool:
        return not self.done and self.descent is None and not (self.future and self.future.running())

    @property
    def decided(self) -> tuple[str, ...]:
        """Of a fit what was decided for it."""
        return () if self.told is None else self.told.decided

    @property
    def steps(self) -> int:
        return self.descent.cursor.step if self.descent else 0

    def stop(self) -> None:
        """Ask it to end where it is, with everything kept; one that waits is taken out of the queue."""
        self.stop_asked.set()
        if self.future is not None and self.future.cancel():
            self.failed = NOT_BEGUN

    def opened(self) -> Run | Recorded:
        """The run that this job has finished.

        Raises
        ------
        FileError
            Somebody has damaged or deleted its file.
        """
        if self.held is not None:
            return self.held
        assert self.file is not None
        run: Run | Recorded = load(self.file)
        return run

    def carry_out(self, made: Any, file: Path) -> None:
        """Make the run that was asked for, by its recipe or the plan of a fit."""
        if isinstance(made, Plan):
            fitted = carried_out(made, begin=self.begin)
            self.finish(fitted.run, file, (*fitted.decided, fitted.advice))
            return
        run = go(made, self.begin(made))
        self.held_to(run)
        self.finish(run, file)

    def finish(self, run: Run | Recorded, file: Path, decided: Sequence[str] = ()) -> None:
        """Put a run down, with what is told of it beside it, and what was decided for it; only then is it done."""
        told = Summary.of(run, decided)
        try:
            save(run, file, overwrite=True)
            self.file = file
            told.write(summary_of(file), self.name)
        except (NodescopeError, OSError):
            self.held = run if self.file is None else None
        self.descent, self.told = None, told

    def begin(self, recipe: Recipe) -> Descent:
        """A descent that this job can be asked about, and asked to stop."""
        self.descent = Descent.start(recipe)
        self.descent.stop_asked = self.stop_asked
        return self.descent


def summary_of(file: Path) -> Path:
    """Where what is told of a run file stands."""
    return file.with_suffix(".json")


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
    opening: threading.Lock = field(default_factory=threading.Lock, repr=False)
    """One at a time opens rows, so that none is made twice."""

    @property
    def way(self) -> tuple[int, int]:
        return self.made

    @property
    def steps(self) -> int:
        return self.made[0]

    def opened_sweep(self) -> Sweep:
        """The sweep that this job has finished.

        Raises
        ------
        FileError
            Somebody has damaged or deleted its file.
        """
        if self.swept is not None:
            return self.swept
        assert self.file is not None
        return Sweep.load(self.file)

    def carry_out(self, made: Any, file: Path) -> None:
        """Make the sweep by its keywords; stopped, it is as long as it came to be, and in memory alone."""

        def tell(done: int, size: int | None, _seconds: float) -> None:
            self.made = done, size or 0
            if self.stop_asked.is_set():
                raise Interrupted

        swept = sweep_with(tell, stop_asked=self.stop_asked, **made)
        if not swept.done:
            raise InputError("it was stopped before any of its runs was done")
        told = Summary.of_sweep(swept)
        try:
            swept.save(file, overwrite=True)
            self.file = file
            told.write(summary_of(file), self.name)
        except (NodescopeError, OSError):
            self.swept = swept if self.file is None else None
        self.told = told


J = TypeVar("J", bound=Job)


class Jobs:
    """All of them, by number.

    Parameters
    ----------
    folder : Path
        Takes the files of finished runs.
    kept : Path, optional
        Takes them in its place, and still has them when the page is gone; made when the first run is done.
    """

    def __init__(self, folder: Path, kept: Path | None = None) -> None:
        self.folder, self.kept = folder, kept
        self.forgotten = 0
        self._jobs: dict[int, Job] = {}
        self._next = 1
        self._lock = threading.Lock()
        self._seats = ThreadPoolExecutor(caps.SEATS, thread_name_prefix="run")
        self._remember()

    def __iter__(self) -> Iterator[Job]:
        return iter(sorted(self._jobs.values(), key=lambda job: -job.number))

    def _remember(self) -> None:
        """Take in the runs that earlier pages kept."""
        if self.kept is None or not self.kept.is_dir():
            return
        kinds: dict[str, type[Job]] = {kind.ending: kind for kind in (Job, SweepJob)}
        files = sorted(file for ending in kinds for file in self.kept.glob(f"*{ending}"))
        for file in files[-caps.MOST_RUNS :]:
            found = read(summary_of(file))
            if found is not None:
                job = self._new(found[0], kinds[file.suffix])
                job.file, job.told = file, found[1]

    def _file_of(self, job: Job) -> Path:
        if self.kept is not None and not job.swept_at:
            with contextlib.suppress(OSError):
                self.kept.mkdir(parents=True, exist_ok=True, mode=0o700)
                return self.kept / f"{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}-{job.number}{job.ending}"
        return self.folder / f"{job.kind}-{job.number}{job.ending}"

    def get(self, number: int) -> Job | None:
        """The run of that number."""
        found = self._jobs.get(number)
        return None if isinstance(found, SweepJob) else found

    def sweep(self, number: int) -> SweepJob | None:
        """The sweep of that number."""
        found = self._jobs.get(number)
        return found if isinstance(found, SweepJob) else None

    def ahead_of(self, job: Job) -> int:
        """How many that are not done were asked for before it."""
        return sum(not other.done for other in list(self._jobs.values()) if other.number < job.number)

    def hold(self, name: str, run: Run | Recorded) -> Job:
        """A run that is there already."""
        job = self._new(name, Job)
        job.held, job.told = run, Summary.of(run)
        return job

    def hold_sweep(self, name: str, swept: Sweep) -> SweepJob:
        """A sweep that is there already."""
        job = self._new(name, SweepJob)
        job.swept, job.told = swept, Summary.of_sweep(swept)
        return job

    def start_sweep(self, name: str, make: Callable[[], dict[str, Any]]) -> SweepJob:
        """Make a sweep by its keywords in the background, as a run is made.

        Raises
        ------
        InputError
            Too many wait already.
        """
        self._refuse_too_many()
        return self._begun(self._new(name, SweepJob), make)

    def start(
        self, name: str, make: Callable[[], Recipe | Plan], held_to: Callable[[Run], None] | None = None, swept_at: str = ""
    ) -> Job:  # fmt: skip
        """Run a recipe, or carry out the plan of a fit, in the background as soon as there is a seat.

        `make` gives it when the run's turn comes, so that those that wait hold no tables in memory.

        Raises
        ------
        InputError
            Too many wait already.
        """
        self._refuse_too_many()
        job = self._new(name, Job)
        job.held_to, job.swept_at = held_to or job.held_to, swept_at
        return self._begun(job, make)

    def _refuse_too_many(self) -> None:
        if sum(job.waits for job in list(self._jobs.values())) >= caps.MOST_WAITING:
            raise InputError(f"{caps.MOST_WAITING} runs wait already; stop some of them, or wait until they are done")

    def _begun(self, job: J, make: Callable[[], Any]) -> J:
        job.future = self._seats.submit(self._run, job, make)
        return job

    def stop(self) -> None:
        """Ask every job to end where it is."""
        for job in list(self._jobs.values()):
            job.stop()
        self._seats.shutdown(wait=True, cancel_futures=True)

    def _new(self, name: str, kind: type[J]) -> J:
        with self._lock:
            job = kind(self._next, name)
            self._jobs[job.number] = job
            self._next += 1
            self._forget_oldest()
        return job

    def _forget_oldest(self) -> None:
        """Of those that are done, until the rest fit; rows of sweeps, which can be made again, before all others."""
        done = sorted((job for job in self._jobs.values() if job.done), key=lambda job: not job.swept_at)
        sizes = {job.number: job.file.stat().st_size for job in done if job.file and job.file.exists()}
        while len(done) > caps.MOST_RUNS or sum(sizes.values()) > caps.MOST_DISK:
            oldest = done.pop(0)
            sizes.pop(oldest.number, None)
            del self._jobs[oldest.number]
            if oldest.file is not None:
                oldest.file.unlink(missing_ok=True)
                summary_of(oldest.file).unlink(missing_ok=True)
            self.forgotten += 1

    def _run(self, job: Job, make: Callable[[], Any]) -> None:
        try:
            job.carry_out(make(), self._file_of(job))
        except NodescopeError as error:
            job.failed = str(error)
        except MemoryError:
            job.failed = "there is not enough memory for it; choose fewer columns or nodes"
        except Exception as error:  # else it would be on its way for ever
            traceback.print_exc(file=sys.stderr)
            job.failed = f"nodescope itself failed: {type(error).__name__}: {error}"
        finally:
            job.descent = None
            job.held_to = Job.held_to  # that one may hold a sweep, and its table
