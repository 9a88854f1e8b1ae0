"""A sweep in sentences: what became of a row, of a cell of the map, and of all of it."""

from nodescope.diagnosis.sweeps.outcomes import ENDINGS
from nodescope.diagnosis.sweeps.sweep import Sweep
from nodescope.run.ending import Ending
from nodescope.views.numbers import short

_SAID = {
    Ending.DIVERGED: "diverged after",
    Ending.MSE_REACHED: "reached the error asked for after",
    Ending.SETTLED: "settled after",
    Ending.CYCLING: "goes round in a cycle, after",
    Ending.TOLERANCE: "no longer improved after",
    Ending.INTERRUPTED: "was interrupted after",
    Ending.TIME_USED: "used its time up after",
    Ending.STEPS_USED: "made all its",
}


def outcome_of(sweep: Sweep, row: int) -> str:
    """What became of a row: "settled after 50 steps; final mse 0; nothing wrong"."""
    was = sweep.rows[row]
    ending = ENDINGS[was["ending"]]
    steps = int(was["settled_after"]) if ending is Ending.SETTLED else int(was["steps"])
    name, words = sweep.error_is
    error = "" if ending is Ending.DIVERGED else f"; {words} {short(was[name])}"
    return f"{_SAID[ending]} {steps:,} step{'' if steps == 1 else 's'}{error}; {sweep.words[was['word']]}"


def best_of(sweep: Sweep) -> str:
    """The best run in a few words; "" where there is none."""
    if not sweep.has_best:
        return ""
    row, (name, words) = sweep.best_row, sweep.error_is
    return f"{sweep.grid.text(row)} ({words} {short(sweep.rows[name][row])})"


def sentence_of_sweep(sweep: Sweep) -> str:
    """All of it in a line: "6 runs, 3 of alpha, 2 of weight; best: alpha 0.5, weight 0.4 (final mse 0)"."""
    axes = ", ".join(f"{len(axis):,} of {axis.name}" for axis in sweep.grid.axes)
    part = "" if sweep.done == len(sweep) else f" ({sweep.done:,} of them done)"
    best = best_of(sweep)
    return f"{len(sweep):,} runs{part}, {axes}; " + (f"best: {best}" if best else "none came to a finite error")
