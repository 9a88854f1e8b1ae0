"""What `descend` does, and what the shell does with a bar beside it: settings → recipe → run, here or into a file."""

from contextlib import nullcontext
from os import PathLike
from typing import TYPE_CHECKING, Any

from nodescope.arithmetic.checks import path_of, yes_or_no
from nodescope.errors import InputError
from nodescope.later import Later
from nodescope.run.descent import Progress, go
from nodescope.run.making import make_recipe
from nodescope.run.run import Run

if TYPE_CHECKING:
    from nodescope.run import team as teams
    from nodescope.run import trackers
    from nodescope.run.file import runfile
    from nodescope.workers import opened as workers
    from nodescope.workers.door import Door
else:
    runfile, trackers = Later("nodescope.run.file.runfile"), Later("nodescope.run.trackers")
    teams, workers = Later("nodescope.run.team"), Later("nodescope.workers.opened")


def descend_with(
    progress: Progress | None,
    *,
    out: str | PathLike[str] | None = None,
    overwrite: bool = False,
    to: Any = None,
    on: Any = None,
    **settings: Any,
) -> Run:
    """`descend` that tells how far it is; and where it is kept besides, when it is over."""
    tracker = None if to is None else trackers.tracker_of(to)  # refused before anything is run
    with nullcontext() if on is None else workers.opened(on) as door:
        run = _descended(progress, door, out, overwrite, settings)
    if tracker is not None:
        trackers.track(run, tracker)
    return run


def _descended(
    progress: Progress | None, door: "Door | None", out: str | PathLike[str] | None, overwrite: bool, settings: dict[str, Any]
) -> Run:
    out = None if out is None else path_of("out", out)
    recipe = make_recipe(door, **settings)
    team = None if door is None else teams.of(door, recipe)
    if out is None:
        if yes_or_no("overwrite", overwrite):
            raise InputError(
                "overwrite=True replaces the run that is at out, and out is not given: name a run file, or leave it out"
            )
        return go(recipe, progress=progress, team=team)
    with runfile.RunFile.create(out, recipe, yes_or_no("overwrite", overwrite)) as file:
        return go(recipe, progress=progress, keep=file.keep, finish=file.finish, team=team)
