"""Runs and sweeps of the local page, made or on their way: two at once, the others in a queue, each with how far it is and a stop.

A finished run goes to a run file in the page's folder and is opened again when somebody looks at it, so that memory holds none.
Runs of earlier pages are listed with them, where a folder for them is given; so are sweeps that these left unfinished.
"""

import contextlib
import os
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from nodescope.diagnosis.sweeps.journal import ENDING, finished_of, left_in
from nodescope.diagnosis.sweeps.sweep import Sweep
from nodescope.errors import InputError, NodescopeError
from nodescope.hosts import caps
from nodescope.hosts.job import Job, summary_of
from nodescope.hosts.summary import Summary, read
from nodescope.hosts.sweep_job import SweepJob
from nodescope.run.file.lock import has_a_writer
from nodescope.run.fit_plan import Plan
from nodescope.run.recipe import Recipe
from nodescope.run.recorded import Recorded
from nodescope.run.run import Run

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
        left = {finished_of(place) for place in self.kept.glob(f".*{ENDING}")}
        files = {file for ending in kinds for file in self.kept.glob(f"*{ending}")}
        for file in sorted(files | left)[-caps.MOST_RUNS :]:
            found = read(summary_of(file))
            if found is None or (file in left and left_in(file) is None):
                continue  # of another page, which is at it
            job = self._new(found[0], kinds[file.suffix])
            if isinstance(job, SweepJob):
                job.take_in(file, found[1], unfinished=file in left)
            else:
                job.file, job.told = file, found[1]

    def _file_of(self, job: Job) -> Path:
        if isinstance(job, SweepJob) and job.to is not None:
            return job.to
        if self.kept is not None and not job.swept_at:
            with contextlib.suppress(OSError):
                self.kept.mkdir(parents=True, exist_ok=True, mode=0o700)
                return self.kept / f"{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}-{job.number}{job.ending}"
        return self.folder / f"{job.kind}-{job.number}{job.ending}"

    def at(self, kind: str, number: int) -> Job | None:
        """The run or sweep of that number."""
        found = self._jobs.get(number)
        return found if found is not None and found.kind == kind else None

    def get(self, number: int) -> Job | None:
        """The run of that number."""
        return self.at(Job.kind, number)

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

    def go_on(self, job: SweepJob) -> None:
        """Make the rows that an unfinished sweep is without.

        Raises
        ------
        InputError
            Too many wait already.
        """
        self._refuse_too_many()
        if (keywords := job.take_up()) is not None:
            self._begun(job, lambda: keywords)

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
        sizes = {job.number: sum(file.stat().st_size for file in job.files if file.exists()) for job in done}
        while len(done) > caps.MOST_RUNS or sum(sizes.values()) > caps.MOST_DISK:
            oldest = done.pop(0)
            sizes.pop(oldest.number, None)
            del self._jobs[oldest.number]
            files = [file for file in oldest.files if file.exists()]
            if not any(map(has_a_writer, files)):  # another page may have gone on with a sweep that was left
                for file in files:
                    file.unlink(missing_ok=True)
            self.forgotten += 1

    def _run(self, job: Job, make: Callable[[], Any]) -> None:
        try:
            job.carry_out(make(), self._file_of(job))
        except NodescopeError as error:
            job.fail(str(error))
        except MemoryError:
            job.fail("there is not enough memory for it; choose fewer columns or nodes")
        except Exception as error:  # else it would be on its way for ever
            traceback.print_exc(file=sys.stderr)
            job.fail(f"nodescope itself failed: {type(error).__name__}: {error}")
        finally:
            job.descent = None
            job.held_to = Job.held_to  # that one may hold a sweep, and its table
