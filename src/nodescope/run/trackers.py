"""Where people keep their runs: one small protocol, TensorBoard's files, and three services that are imported when asked for.

A tracker gets figures by name at a step, a text, an alert. `to="tensorboard:runs/1"` names one, and what it is to be opened with:
the folder, or the run's name there. Whatever has these four methods may be given itself.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol, runtime_checkable

from nodescope.arithmetic.checks import shown
from nodescope.errors import InputError
from nodescope.run.event_files import EventFile

MOST_STEPS = 200
"""Of a run of ours that is told when it is over."""


@runtime_checkable
class Tracker(Protocol):
    """What a place for runs has to be able to do."""

    def figures(self, step: int, figures: Mapping[str, float]) -> None:
        """Numbers by name, at a step."""

    def text(self, name: str, text: str) -> None:
        """A text by name."""

    def alert(self, headline: str, text: str) -> None:
        """Something is wrong."""

    def close(self) -> None:
        """No more comes."""


class _Logged:
    """A service with `init`, `log` and `finish`: Weights & Biases, and trackio, which copies it."""

    def __init__(self, service: Any, name: str) -> None:
        self._service = service
        self._run = service.init(project="nodescope", **({"name": name} if name else {}))

    def figures(self, step: int, figures: Mapping[str, float]) -> None:
        self._service.log(dict(figures), step=step)

    def text(self, name: str, text: str) -> None:
        if hasattr(self._run, "summary"):
            self._run.summary[name] = text
        else:
            self._service.log({name: text})

    def alert(self, headline: str, text: str) -> None:
        if hasattr(self._service, "alert"):
            self._service.alert(title=headline, text=text)
        else:
            self.text("alert", f"{headline} {text}")

    def close(self) -> None:
        self._service.finish()


class _MLflow:
    """A run of MLflow: the one that is on, or one that is begun and ended here."""

    def __init__(self, service: Any, name: str) -> None:
        self._service = service
        self._begun = service.active_run() is None
        if self._begun:
            service.start_run(run_name=name or None)

    def figures(self, step: int, figures: Mapping[str, float]) -> None:
        self._service.log_metrics({_word(key): value for key, value in figures.items()}, step=step)

    def text(self, name: str, text: str) -> None:
        self._service.set_tag(f"nodescope.{_word(name)}", text[:5000])

    def alert(self, headline: str, text: str) -> None:
        self.text("alert", f"{headline} {text}")

    def close(self) -> None:
        if self._begun:
            self._service.end_run()


def _word(name: str) -> str:
    """A name of letters that MLflow takes."""
    return "".join(letter if letter.isalnum() or letter in "_-. /" else "_" for letter in name)


SERVICES: dict[str, Callable[[Any, str], Tracker]] = {"mlflow": _MLflow, "wandb": _Logged, "trackio": _Logged}


def tracker_of(to: Any) -> Tracker:
    """The tracker that `to` names, or is.

    Raises
    ------
    InputError
        Another name, or something without the methods of a tracker.
    """
    if not isinstance(to, str):
        if isinstance(to, Tracker):
            return to
        raise InputError(f"to is {type(to).__name__}; it must be {_names()}, or have the methods figures, text, alert and close")
    kind, _, name = to.partition(":")
    if kind == "tensorboard":
        return EventFile(name or "runs")
    if kind not in SERVICES:
        raise InputError(f"to is {shown(to)}; it must be {_names()}, with a folder or a run's name behind a colon if one is wanted")
    return SERVICES[kind](_imported(kind), name)


def _names() -> str:
    return "'tensorboard', 'mlflow', 'wandb' or 'trackio'"


def _imported(kind: str) -> Any:
    try:
        return __import__(kind)
    except ImportError as error:
        raise InputError(f"to={kind!r} needs {kind}: pip install 'nodescope[trackers]', or {kind} alone") from error


def tell_verdict(tracker: Tracker, diagnosis: Any) -> None:
    """The verdict as text; an alert where there is a fault."""
    tracker.text("verdict", diagnosis.verdict)
    faults = [finding for finding in diagnosis.findings if finding.severity == "fault"]
    if faults:
        tracker.alert(diagnosis.headline, f"{faults[0].text} {faults[0].remedy}".strip())


def track(run: Any, to: Any) -> None:
    """Tell a run that is over: at evenly spaced steps mse, each layer's weighted delta and update ÷ weights; the verdict."""
    tracker = tracker_of(to)
    try:
        for step, figures in _figures(run):
            tracker.figures(step, figures)
        tell_verdict(tracker, run.diagnose())
    finally:
        tracker.close()


def _figures(run: Any) -> Iterator[tuple[int, dict[str, float]]]:
    steps = min(run.steps, run.computed) if hasattr(run, "computed") else run.steps
    for number in range(min(steps, MOST_STEPS)):
        step = number * steps // min(steps, MOST_STEPS)
        row = run.trace[step]
        layers = list(row.layers) if len(run.recipe.problem.layers) > 1 else [row]
        told = {"mse": float(row.mse)}
        for at, layer in enumerate(layers):
            place = f"layer {at}/" if len(layers) > 1 else ""
            weight = _length(layer.weight)
            told[f"{place}weighted delta"] = _length(layer.weighted_delta)
            told[f"{place}update"] = _length(layer.alpha_delta) / weight if weight else math.nan
        yield step, told


def _length(numbers: Any) -> float:
    flat = numbers.ravel() if hasattr(numbers, "ravel") else [numbers]
    return math.sqrt(math.fsum(float(each) ** 2 for each in flat))
