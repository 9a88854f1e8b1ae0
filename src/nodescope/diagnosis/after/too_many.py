"""What is said of a run whose rows do not go into memory together: what its error says, read through once, and no more."""

from nodescope.diagnosis.after.finding import Finding
from nodescope.run.ending import Ending
from nodescope.run.run import Run

GREW, RISES = 4.0, 1.21
"""The mse that is a fault, and a warning, as a multiple of the start's: twice and 1.1 times its root."""


def finding_of_too_many(run: Run, why: str) -> Finding:
    """The one finding that needs no more than the error at the start and at the end."""
    start, end = run.start_mse, run.mse
    if run.ending is Ending.DIVERGED or not end <= RISES * start:
        return Finding(
            "diverges",
            "fault" if run.ending is Ending.DIVERGED or not end <= GREW * start else "warning",
            f"the mse was {start:.6g} and is {end:.6g}: the steps lead away from the goals.",
            headline="The error grew: alpha is too large.",
            step=run.steps,
            measured=end,
            predicted=start,
            threshold=f"{RISES} times the mse of the start",
            remedy="Take a smaller alpha, a tenth to begin with, or standardise the inputs.",
            source="docs/verdicts.md",
        )
    return Finding(
        "unknown",
        "note",
        f"the mse was {start:.6g} and is {end:.6g}; {why}.",
        headline="The error fell; the rows are too many to say more.",
        step=run.steps,
        measured=end,
        predicted=start,
        threshold="rows that take more than a quarter of the free memory",
        source="docs/verdicts.md",
    )
