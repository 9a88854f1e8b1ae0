"""A run of the local page, and how it is made: asked how far it is, stopped, put down when it is done."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from nodescope.errors import NodescopeError
from nodescope.hosts.forms import Form
from nodescope.hosts.summary import Summary
from nodescope.run.descent import Descent, go
from nodescope.run.file.saving import load, save
from nodescope.run.fit import carried_out
from nodescope.run.fit_plan import Plan
from nodescope.run.recipe import Recipe
from nodescope.run.recorded import Recorded
from nodescope.run.run import Run

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
    def files(self) -> list[Path]:
        """What it may have on the disk."""
        return [] if self.file is None else [self.file, summary_of(self.file)]

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

    @property
    def left(self) -> bool:
        """Whether it was left unfinished, and can go on."""
        return False

    def fail(self, why: str) -> None:
        """It came to nothing."""
        self.failed = why

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
