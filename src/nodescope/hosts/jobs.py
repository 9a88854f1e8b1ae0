"""Runs that the local page has made or is making: two at once, the others in a queue, each with how far it is and a way to stop it.

A finished run goes to a run file in the page's folder and is opened again when somebody looks at it, so that memory holds none.
"""

import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from nodescope.errors import InputError, NodescopeError
from nodescope.hosts import caps
from nodescope.run.class_score import ClassScore
from nodescope.run.descent import Descent, go
from nodescope.run.file.saving import load, save
from nodescope.run.recipe import Recipe
from nodescope.run.recorded import Recorded
from nodescope.run.run import Run
from nodescope.views.numbers import short

NOT_BEGUN = "it was taken out of the queue before it began"


@dataclass(frozen=True)
class Told:
    """A finished run in the list of runs."""

    steps: int
    ending: str
    mse: str = ""
    unseen: str = ""

    @classmethod
    def of(cls, run: Run | Recorded) -> "Told":
        if isinstance(run, Recorded):
            return cls(run.steps, f"{run.ending.name}, observed in {run.program}")
        if isinstance(run.score, ClassScore):
            return cls(run.steps, run.ending.name, short(run.mse), _accuracy(run.score))
        unseen = run.score.unseen.rmse if run.score is not None and run.score.unseen is not None else None
        error = "" if unseen is None else f"{float(max(unseen)) if hasattr(unseen, '__len__') else float(unseen):.5g}"
        return cls(run.steps, run.ending.name, short(run.mse), error)


def _accuracy(score: ClassScore) -> str:
    return "" if score.unseen is None else f"{100 * score.unseen.accuracy:.4g} % right"


@dataclass(eq=False)
class Job:
    """One run of the page: waiting, on its way, done or failed."""

    number: int
    name: str
    told: Told | None = None
    failed: str = ""
    descent: Descent | None = None
    stop_asked: threading.Event = field(default_factory=threading.Event)
    future: "Future[None] | None" = field(default=None, repr=False)
    held: Run | Recorded | None = field(default=None, repr=False)
    """In memory: what was opened with the page, and what the disk has no room for."""
    file: Path | None = None

    @property
    def done(self) -> bool:
        return self.told is not None or bool(self.failed)

    @property
    def waits(self) -> bool:
        return not self.done and self.descent is None and not (self.future and self.future.running())

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

    def finish(self, run: Run | Recorded, folder: Path) -> None:
        """Put a run down; only then is it done."""
        file = folder / f"run-{self.number}.nodescope"
        told = Told.of(run)
        try:
            save(run, file, overwrite=True)
            self.file = file
        except NodescopeError:
            self.held = run
        self.descent, self.told = None, told


class Jobs:
    """All of them, by number.

    Parameters
    ----------
    folder : Path
        Takes the files of finished runs.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.forgotten = 0
        self._jobs: dict[int, Job] = {}
        self._next = 1
        self._lock = threading.Lock()
        self._seats = ThreadPoolExecutor(caps.SEATS, thread_name_prefix="run")

    def __iter__(self) -> Iterator[Job]:
        return iter(sorted(self._jobs.values(), key=lambda job: -job.number))

    def get(self, number: int) -> Job | None:
        return self._jobs.get(number)

    def ahead_of(self, job: Job) -> int:
        """How many that are not done were asked for before it."""
        return sum(not other.done for other in list(self._jobs.values()) if other.number < job.number)

    def hold(self, name: str, run: Run | Recorded) -> Job:
        """A run that is there already."""
        job = self._new(name)
        job.held, job.told = run, Told.of(run)
        return job

    def start(self, name: str, make: Callable[[], Recipe]) -> Job:
        """Run a recipe in the background as soon as there is a seat.

        `make` gives the recipe when the run's turn comes, so that those that wait hold no tables in memory.

        Raises
        ------
        InputError
            Too many wait already.
        """
        if sum(job.waits for job in list(self._jobs.values())) >= caps.MOST_WAITING:
            raise InputError(f"{caps.MOST_WAITING} runs wait already; stop some of them, or wait until they are done")
        job = self._new(name)
        job.future = self._seats.submit(self._run, job, make)
        return job

    def stop(self) -> None:
        """Ask every job to end where it is."""
        for job in list(self._jobs.values()):
            job.stop()
        self._seats.shutdown(wait=True, cancel_futures=True)

    def _new(self, name: str) -> Job:
        with self._lock:
            job = Job(self._next, name)
            self._jobs[job.number] = job
            self._next += 1
            self._forget_oldest()
        return job

    def _forget_oldest(self) -> None:
        """Of those that are done, until the rest fit."""
        done = [job for job in self._jobs.values() if job.done]
        sizes = {job.number: job.file.stat().st_size for job in done if job.file and job.file.exists()}
        while len(done) > caps.MOST_RUNS or sum(sizes.values()) > caps.MOST_DISK:
            oldest = done.pop(0)
            sizes.pop(oldest.number, None)
            del self._jobs[oldest.number]
            if oldest.file is not None:
                oldest.file.unlink(missing_ok=True)
            self.forgotten += 1

    def _run(self, job: Job, make: Callable[[], Recipe]) -> None:
        try:
            recipe = make()
            job.descent = Descent.start(recipe)
            job.descent.stop_asked = job.stop_asked
            job.finish(go(recipe, job.descent), self.folder)
        except NodescopeError as error:
            job.failed = str(error)
        except MemoryError:
            job.failed = "there is not enough memory for it; choose fewer columns or nodes"
        except Exception as error:  # else it would be on its way for ever
            traceback.print_exc(file=sys.stderr)
            job.failed = f"nodescope itself failed: {type(error).__name__}: {error}"
        finally:
            job.descent = None
