"""Runs that the local page has made or is making: each in a thread of its own, with how far it is, and a way to stop it."""

import threading
from dataclasses import dataclass, field
from typing import Any

from nodescope.errors import NodescopeError
from nodescope.run.descend import Descent, go
from nodescope.run.recipe import Recipe
from nodescope.run.recorded import Recorded
from nodescope.run.run import Run

MOST_KEPT = 50
"""Runs; the oldest is forgotten."""


@dataclass(eq=False)
class Job:
    """One run of the page."""

    number: int
    name: str
    descent: Descent | None = None
    run: Run | Recorded | None = None
    failed: str = ""
    thread: threading.Thread | None = field(default=None, repr=False)

    @property
    def done(self) -> bool:
        return self.run is not None or bool(self.failed)

    @property
    def steps(self) -> int:
        return self.descent.cursor.step if self.descent else 0

    def stop(self) -> None:
        """Ask it to end where it is, with everything kept."""
        if self.descent is not None:
            self.descent.stop_asked.set()


class Jobs:
    """All of them, by number."""

    def __init__(self) -> None:
        self._jobs: dict[int, Job] = {}
        self._next = 1
        self._lock = threading.Lock()

    def __iter__(self) -> Any:
        return iter(sorted(self._jobs.values(), key=lambda job: -job.number))

    def get(self, number: int) -> Job | None:
        return self._jobs.get(number)

    def add(self, name: str, run: Run | Recorded | None = None) -> Job:
        with self._lock:
            job = Job(self._next, name, run=run)
            self._jobs[job.number] = job
            self._next += 1
            while len(self._jobs) > MOST_KEPT:
                self._jobs.pop(min(self._jobs)).stop()
        return job

    def start(self, name: str, recipe: Recipe) -> Job:
        """Run a recipe in the background."""
        job = self.add(name)
        job.descent = Descent.start(recipe)
        job.thread = threading.Thread(target=_run, args=(job,), daemon=True)
        job.thread.start()
        return job

    def stop(self) -> None:
        """End all of them."""
        for job in list(self._jobs.values()):
            job.stop()
        for job in list(self._jobs.values()):
            if job.thread is not None:
                job.thread.join(5)


def _run(job: Job) -> None:
    assert job.descent is not None
    try:
        job.run = go(job.descent.recipe, job.descent)
    except (NodescopeError, MemoryError) as error:
        job.failed = str(error) or "not enough memory"
