"""Parts of an observer that are no affair of the training's: what goes wrong in them ends the observing, never the training."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from nodescope.diagnosis.after.verdict import diagnose
from nodescope.run.course import update_part
from nodescope.run.recorded import Recorded
from nodescope.run.trackers import Tracker, tell_verdict, tracker_of


def aside(part: Callable[..., None]) -> Callable[..., None]:
    """A method of an observer that has `_watch.on` and `_fail`."""

    @wraps(part)
    def apart(self: Any, *given: Any) -> None:
        if self._watch.on:
            try:
                part(self, *given)
            except Exception as error:
                self._fail(error)

    return apart


class Telling:
    """Tells a tracker of recorded steps, at once of numbers that are not finite, and of the verdict at the end.

    A tracker that fails is told nothing more, and the run notes it; the observing goes on.
    """

    def __init__(self, to: Any, run: Recorded) -> None:
        self._tracker: Tracker | None = None if to is None else tracker_of(to)
        self._run, self._alerted = run, False

    def step(self, recorded: bool) -> None:
        """The step that was last."""
        if self._tracker is not None and recorded:
            self._safely(self._figures)

    def trouble(self) -> None:
        """A number is not finite."""
        found = self._run.trouble
        if self._tracker is not None and found is not None and not self._alerted:
            self._alerted = True
            self._safely(lambda tracker: tracker.alert("A number is no longer finite.", found.text))

    def end(self) -> None:
        """All is over."""
        if self._tracker is not None:
            self._safely(lambda tracker: tell_verdict(tracker, diagnose(self._run)))
            self._safely(lambda tracker: tracker.close())

    def _figures(self, tracker: Tracker) -> None:
        run = self._run
        told = {"loss": run.losses[-1], "rate": run.facts.rates[-1]}
        course = run.facts.course
        if course.steps and course.steps[-1] == run.steps - 1:
            lengths = zip(run.layers, course.gradients[-1], strict=True)
            told |= {f"{layer.name}/gradient": length for layer, length in lengths}
        if run.records and run.records[-1].step == run.steps - 1:
            parts = map(update_part, run.records[-1].layers)
            told |= {f"{layer.name}/update": part for layer, part in zip(run.layers, parts, strict=True)}
        tracker.figures(run.steps - 1, told)

    def _safely(self, part: Callable[[Tracker], None]) -> None:
        if self._tracker is None:
            return
        try:
            part(self._tracker)
        except Exception as error:
            self._tracker = None
            self._run.notes.append(f"the tracker was told nothing more after {type(error).__name__}: {str(error)[:160]}")
