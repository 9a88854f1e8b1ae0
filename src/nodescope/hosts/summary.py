"""A run in a line of the local page's list: what it did in a few words, its error as a small curve; kept beside its file."""

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from nodescope.arithmetic.core import engine
from nodescope.diagnosis.after.verdict import diagnose
from nodescope.diagnosis.sweeps.sweep import Sweep
from nodescope.errors import NodescopeError
from nodescope.run.class_score import ClassScore
from nodescope.run.file.lock import beside
from nodescope.run.recorded import Recorded
from nodescope.run.run import Run
from nodescope.views.heat_words import sentence_of_sweep
from nodescope.views.numbers import short

POINTS = 40
"""So many errors make a small curve."""
LONGEST = 200
"""Letters of a text in a summary; longer ones are cut."""
MOST_LETTERS, MOST_LINES = 1000, 10
"""Of what was decided."""
_HEALTHY = "Healthy"


@dataclass(frozen=True)
class Summary:
    """A finished run in the list of runs.

    Attributes
    ----------
    steps : int
    ending : str
    mse, unseen : str
        "" where there is none.
    sentence : str
        What it did.
    curve : tuple of float
        Its error at evenly spaced steps, finite ones only.
    decided : tuple of str
        Of a fit what was decided for it, and what to do next.
    """

    steps: int
    ending: str
    mse: str = ""
    unseen: str = ""
    sentence: str = ""
    curve: tuple[float, ...] = ()
    decided: tuple[str, ...] = ()

    @classmethod
    def of(cls, run: Run | Recorded, decided: Sequence[str] = ()) -> "Summary":
        """Of a run, or of what was observed of one."""
        return replace(cls._of(run), decided=tuple(line[:MOST_LETTERS] for line in decided))

    @classmethod
    def _of(cls, run: Run | Recorded) -> "Summary":
        if isinstance(run, Recorded):
            ending = f"{run.ending.name}, observed in {run.program}"
            return cls(run.steps, ending, sentence=_sentence(run), curve=_finite(run.losses[:: -(-len(run.losses) // POINTS) or 1]))
        if isinstance(run.score, ClassScore):
            return cls(run.steps, run.ending.name, short(run.mse), _accuracy(run.score), _sentence(run), _curve(run))
        unseen = run.score.unseen.rmse if run.score is not None and run.score.unseen is not None else None
        error = "" if unseen is None else f"{float(max(unseen)) if hasattr(unseen, '__len__') else float(unseen):.5g}"
        return cls(run.steps, run.ending.name, short(run.mse), error, _sentence(run), _curve(run))

    @classmethod
    def of_sweep(cls, swept: Sweep) -> "Summary":
        """Of a sweep: how many steps all runs made, and the best of them."""
        best = dict.fromkeys(("mse", "unseen_rmse"), "")
        if swept.has_best:
            best = {name: short(swept.rows[name][swept.best_row]) for name in best}
        unseen = best["unseen_rmse"] if swept.error_is[0] == "unseen_rmse" else ""
        return cls(int(swept["steps"].sum()), "", best["mse"], unseen, sentence_of_sweep(swept)[:LONGEST])

    def write(self, path: Path, name: str, **more: str) -> None:
        """Keep it, with the run's name and what else is to stand there, in the place of an earlier one whole or not at all."""
        with beside(path) as part:
            part.write_text(json.dumps({"name": name, **asdict(self), **more}), encoding="utf-8")


def read(path: Path) -> tuple[str, Summary] | None:
    """A run's name and its summary as they were kept; None where the file holds something else."""
    try:
        found: Any = json.loads(path.read_text(encoding="utf-8"))
        texts = {name: str(found[name])[:LONGEST] for name in ("ending", "mse", "unseen", "sentence")}
        curve = _finite([float(value) for value in found["curve"][:POINTS]])
        decided = tuple(str(line)[:MOST_LETTERS] for line in list(found.get("decided", ()))[:MOST_LINES])
        return str(found["name"])[:LONGEST], Summary(int(found["steps"]), **texts, curve=curve, decided=decided)
    except (OSError, ValueError, KeyError, TypeError, OverflowError):
        return None


def _accuracy(score: ClassScore) -> str:
    return "" if score.unseen is None else f"{100 * score.unseen.accuracy:.4g} % right"


def _sentence(run: Run | Recorded) -> str:
    """What is wrong where something is, else how it ended."""
    try:
        headline = diagnose(run).headline
    except NodescopeError:
        headline = ""
    if not headline or headline.startswith(_HEALTHY):
        headline = run.sentence.partition(":")[0].partition(";")[0]
    return headline.rstrip(".")[:LONGEST]


def _curve(run: Run) -> tuple[float, ...]:
    """The error over all examples at evenly spaced steps of the part in which something happens."""
    problem = run.recipe.problem
    last = run.replay.last_step
    steps = sorted({last * i // (POINTS - 1) for i in range(POINTS)})
    return _finite([engine().mse(problem, problem.weights(run.replay.state_at(step))) for step in steps])


def _finite(values: list[float]) -> tuple[float, ...]:
    return tuple(value for value in values if math.isfinite(value))
