"""What the front end is handed to go through two runs at the same step."""

from typing import Any

from nodescope.diagnosis.checks.beside import Beside
from nodescope.diagnosis.checks.compare import Comparison
from nodescope.diagnosis.checks.parting import Parting, parting
from nodescope.hosts.file import scene_of
from nodescope.hosts.job import Job
from nodescope.views.numbers import plain_text

MOST_TOLD = 2
"""Settings that a run is named by."""


def both_scene(jobs: tuple[Job, Job], beside: Beside, found: Comparison | None, at: int) -> dict[str, Any]:
    """The document: both runs, the second without what of its recipe and fit is as in the first; where they part; where to begin.

    Raises
    ------
    InputError
        A run that a page cannot hold.
    """
    a, b = (scene_of(run) for run in beside.runs)
    for part in ("recipe", "fit"):
        if a[part] and b[part]:
            b[part] = {name: value for name, value in b[part].items() if value != a[part].get(name)}
    apart = found.parts if found is not None else parting(*beside.runs)
    told = apart.sentence if isinstance(apart, Parting) else apart
    return {
        "kind": "both",
        "a": a,
        "b": b,
        "names": [_name(job, found, which) for which, job in enumerate(jobs)],
        "parting": {"step": apart.step if isinstance(apart, Parting) else None, "sentence": plain_text(told)},
        "moment": beside.runs[0].recipe.steps_per_epoch if beside.by_epoch else 1,
        "first": first_step(beside, at),
    }


def _name(job: Job, found: Comparison | None, which: int) -> str:
    """A run by its number and what it alone has; where that is much, by its name."""
    differ = found.told_differences if found is not None else []
    if not 0 < len(differ) <= MOST_TOLD:
        return f"run {job.number}: {plain_text(job.name)}"
    return f"run {job.number}: " + ", ".join(plain_text(f"{name} {values[which]}") for name, *values in differ)


def first_step(beside: Beside, at: int) -> int:
    """The step at a moment, of the run that goes on longer."""
    return max(beside.steps_of(run, at) for run in beside.runs)
