"""A run's facts as plain values for machines: JSON in which every float reads back to the same bits."""

import dataclasses
import json
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from nodescope.diagnosis.after.finding import Finding
from nodescope.diagnosis.after.verdict import Diagnosis
from nodescope.diagnosis.before.forecast import Forecast
from nodescope.diagnosis.checks.bisect import Boundary
from nodescope.diagnosis.checks.certificate import Certificate
from nodescope.diagnosis.checks.compare import Comparison
from nodescope.diagnosis.checks.gradients import GradientCheck
from nodescope.diagnosis.homework.grades import ClassList, Grade
from nodescope.run.class_score import ClassScore
from nodescope.run.ending import Ending
from nodescope.run.network import Network
from nodescope.run.recipe import Recipe
from nodescope.run.recorded import Recorded
from nodescope.run.run import Run
from nodescope.run.score import Score
from nodescope.run.tabular import Tabular
from nodescope.views.explanation.value import Explanation


def values_of(made: Any) -> dict[str, Any]:
    """What a public object holds, by the names of its attributes: every one of them can be told as JSON."""
    for kind, of in _VALUES.items():
        if isinstance(made, kind):
            return of(made)
    if hasattr(made, "told"):
        told: dict[str, Any] = made.told()
        return told
    if dataclasses.is_dataclass(made):
        return _fields(made)
    raise TypeError(f"{type(made).__name__} has no values for JSON")


def as_json(value: Any) -> str:
    """JSON text; NaN and infinities are the strings "NaN", "Infinity", "-Infinity"."""
    return json.dumps(plain(value), ensure_ascii=True)


def plain(value: Any) -> Any:
    """The value in JSON's own types."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, (list, tuple)):
        as_they_are = set(map(type, value)) == {float} and all(map(math.isfinite, value))  # a page may hold a million
        return list(value) if as_they_are else [plain(item) for item in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value


def run_values(run: Run) -> dict[str, Any]:
    """What a run came to, by the names of its attributes."""
    recipe = run.recipe
    values = {
        "ending": run.ending.name,
        "sentence": run.sentence,
        "steps": run.steps,
        "computed": run.computed,
        "settled_after": run.settled_after,
        "cycle": None if run.cycle is None else run.cycle._asdict(),
        "weight": run.weight,
        "bias": run.bias,
        "mse": run.mse,
        **({} if recipe.classes is None else {"classes": recipe.classes, "loss": run.loss}),
        "start_mse": run.start_mse,
        "alpha": recipe.alpha if recipe.schedule is None else recipe.schedule.values,
        "seconds": run.seconds,
    }
    if recipe.method.name != "steps":
        values |= {"method": recipe.method.told(), "row_difference": run.row_difference}
    if recipe.source is not None:
        values |= {"inputs": recipe.source.inputs, "goals": recipe.source.goals, "dropped": recipe.source.dropped}
    elif recipe.has_names:
        values["inputs"] = recipe.input_names
    if recipe.source is not None or recipe.examples.scaling is not None:
        values |= {"table_weight": run.table_weight, "table_bias": run.table_bias}
    if run.score is not None:
        values["score"] = _score(run.score)
    return values


def window_values(window: Tabular, columns: Sequence[str] | None = None) -> dict[str, Any]:
    """Columns of some steps by name, those of a network's layers under "layers"; only some where they are named."""
    own = [name for name in window.columns if columns is None or name in columns]
    values = window.read(*own) if own else {}
    layers = []
    for layer in window.layers:
        names = [name for name in layer.columns if columns is None or (name in columns and name not in own)]
        layers.append(layer.read(*names) if names else {})
    return values | {"layers": layers} if any(layers) else values


FORECAST = (
    "regime", "regime_reason", "limit", "local_limit", "limit_bounds", "islands", "factor", "factors", "per", "stable",
    "best_alpha", "condition", "least_mse", "cycle_mse", "final_weight", "final_bias", "final_weight_reason", "settles_at",
    "settles_exactly", "cycles", "diverges_at", "sentence",
)  # fmt: skip


def forecast_values(forecast: Forecast, mse: float | None = None) -> dict[str, Any]:
    """A forecast by the names of its attributes; with the steps to an mse where one is asked for."""
    values = {name: getattr(forecast, name) for name in FORECAST}
    if mse is not None:
        values |= {"mse": mse, "steps_to": forecast.steps_to(mse), "why_not": forecast.why_not(mse)}
    return values


def judgement_values(diagnosis: Diagnosis) -> dict[str, Any]:
    """Forecast, verdict, findings and proof."""
    return {
        "forecast": None if diagnosis.forecast is None else forecast_values(diagnosis.forecast),
        "headline": diagnosis.headline,
        "verdict": diagnosis.verdict,
        "withheld": diagnosis.withheld,
        "findings": [dataclasses.asdict(finding) for finding in diagnosis.findings],
        "proof": [dataclasses.asdict(row) for row in diagnosis.proof],
    }


def certificate_values(certificate: Certificate) -> dict[str, Any]:
    """A certificate by the names of its attributes."""
    difference, checked = certificate.first_difference, certificate.checked._asdict()
    checked["steps"] = [[rows.start, rows.stop] for rows in certificate.checked.steps]
    return {
        "passed": certificate.passed,
        "complete": certificate.complete,
        "first_difference": None if difference is None else difference._asdict(),
        "checked": checked,
        "sentence": certificate.sentence,
    }


def explanation_values(page: Explanation) -> dict[str, Any]:
    """One step: all its numbers by the trace's names, and the lines of its arithmetic."""
    return {"step": page.step, "numbers": page.numbers, "lines": [dataclasses.asdict(line) for line in page.lines]}


def grade_values(graded: Grade | ClassList) -> dict[str, Any]:
    """A grade by the names of its attributes; of a folder, one for each file."""
    if isinstance(graded, ClassList):
        return {name: {"error": one} if isinstance(one, str) else grade_values(one) for name, one in graded.grades.items()}
    wrong = graded.first_wrong
    return dataclasses.asdict(graded) | {"first_wrong": None if wrong is None else wrong._asdict(), "marks": graded.marks}


def _score(score: Score | ClassScore) -> dict[str, Any]:
    if isinstance(score, ClassScore):
        return _class_score(score)

    def quality(of: Any) -> Any:
        return None if of is None else {"rmse": of.rmse, "r2": of.r2}

    both = {"seen": quality(score.seen), "unseen": quality(score.unseen)}
    yardsticks = {
        name: {"seen": quality(of.seen), "unseen": quality(of.unseen)}
        for name, of in (("mean", score.mean), ("least_squares", score.least_squares))
    }
    return {**both, **yardsticks}


def _class_score(score: ClassScore) -> dict[str, Any]:
    def quality(of: Any) -> Any:
        return None if of is None else dataclasses.asdict(of)

    seen, unseen = score.always
    both = {"seen": quality(score.seen), "unseen": quality(score.unseen)}
    return {**both, "most_frequent": score.most_frequent, "always": {"seen": quality(seen), "unseen": quality(unseen)}}


def recorded_values(run: Recorded) -> dict[str, Any]:
    """What was seen of an observed run; its records are read with `window_values(run.trace[:])`."""
    names = ("program", "optimizer", "steps", "stride", "sentence", "losses", "notes")
    layers = [dataclasses.asdict(layer) for layer in run.layers]
    trouble = None if run.trouble is None else dataclasses.asdict(run.trouble)
    told = {name: getattr(run, name) for name in names}
    return {"ending": run.ending.name, **told, "layers": layers, "recorded": run.trace.steps, "trouble": trouble}


def _fields(made: Any) -> dict[str, Any]:
    """A dataclass by the names of its fields, and its sentence."""
    sentence = {"sentence": made.sentence} if hasattr(made, "sentence") else {}
    return dataclasses.asdict(made) | sentence


_VALUES: dict[type, Callable[[Any], dict[str, Any]]] = {
    Run: run_values,
    Recorded: recorded_values,
    Forecast: forecast_values,
    Diagnosis: judgement_values,
    Certificate: certificate_values,
    Explanation: explanation_values,
    **dict.fromkeys((Grade, ClassList), grade_values),
    **dict.fromkeys((Boundary, Comparison, Finding, GradientCheck), _fields),
    Network: Network.settings,
    Recipe: Recipe.keywords,
    Tabular: window_values,
    Ending: lambda ending: {"name": ending.name, "sentence": ending.value},
}
