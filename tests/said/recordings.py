"""Trainings as an observer records them, made by hand: a small network trained in NumPy, and ways to make one odd.

An observer's stride goes by the clock, so that a real one is never the same twice; of these every number is known.
"""

import dataclasses
import math
from collections.abc import Callable
from typing import Any

import numpy as np

import nodescope as ns
from nodescope.run.facts import LossCall, Modes, Oddities, ParameterSeen
from nodescope.run.recorded import Curvature, Record, Recorded, RecordedLayer, Trouble

STEPS, EXAMPLES = 40, 12
Change = Callable[[Recorded], None]


# ---- the trainings ----


def trained(alpha: float = 0.3, activation: str = "tanh", classes: int = 0, start: float = 0.7, steps: int = STEPS) -> Recorded:
    """A 3-4-1 network (or one of 3 classes), all examples a step, by the plain rule."""
    rng = np.random.default_rng(5)
    x = rng.normal(size=(EXAMPLES, 3))
    y = np.argmax(x, axis=1) if classes else np.sin(2 * x[:, :1]) + 0.5 * x[:, 1:2]
    weights = [start * rng.normal(size=shape) for shape in ((4, 3), (classes or 1, 4))]
    biases = [np.zeros(4), np.zeros(classes or 1)]
    began = [float(np.sqrt((w**2).mean())) for w in weights]
    losses, records, largest = [], [], [0.0, 0.0]
    for step in range(steps):
        layers, loss = _step(x, y, weights, biases, alpha, activation)
        losses.append(loss)
        records.append(Record(step, alpha, loss, tuple(layers)))
        weights = [layer["weight"] - layer["alpha_delta"] for layer in layers]
        biases = [layer["bias"] - layer["bias_delta"] for layer in layers]
        largest = [max(a, float(np.sqrt((layer["weighted_delta"] ** 2).mean()))) for a, layer in zip(largest, layers, strict=True)]
    run = Recorded(
        "PyTorch 2.0", {"name": "SGD", "alpha": alpha, "momentum": 0.0, "weight_decay": 0.0},
        (
            RecordedLayer("body.0", "Linear", 3, 4, (0, 1, 2, 3), activation),
            RecordedLayer("head", "Linear", 4, classes or 1, tuple(range(classes or 1)), "identity"),
        ),
        losses, records, ending=ns.Ending.STEPS_USED,
    )  # fmt: skip
    for number, name in enumerate(("body.0", "head")):
        moved = {"gradients": steps, "uses": steps, "moved": True, "largest": largest[number]}
        first, last = began[number], float(np.sqrt((weights[number] ** 2).mean()))
        run.facts.parameters += [
            ParameterSeen(f"{name}.weight", name, "Linear", weights[number].size, "float32", start=first, end=last, **moved),
            ParameterSeen(f"{name}.bias", name, "Linear", biases[number].size, "float32", start=0.0, end=0.1, **moved),
        ]  # fmt: skip
    run.facts.loss_calls = [_call(x, y, classes, steps)]
    run.facts.backwards = run.facts.reached = steps
    run.facts.rates, run.facts.first_rate = [alpha] * steps, alpha
    run.facts.norms, run.facts.kept, run.facts.counts = [1.0] * steps, [1.0] * steps, [1] * steps
    run.bends = [Curvature(step, alpha, 2 / 0.5, 0.5, (0.7, 0.2, 0.1)) for step in (1, 8, 16)]
    run.facts.modes = Modes(["drop", "norm"], training=steps)
    return run


def _step(x: Any, y: Any, weights: Any, biases: Any, alpha: float, activation: str) -> tuple[list[dict[str, Any]], float]:
    sums = [x @ weights[0].T + biases[0]]
    hidden = {"tanh": np.tanh, "relu": lambda v: np.maximum(v, 0), "sigmoid": lambda v: 1 / (1 + np.exp(-v))}[activation](sums[0])
    slope = {"tanh": 1 - hidden**2, "relu": (sums[0] > 0) * 1.0, "sigmoid": hidden * (1 - hidden)}[activation]
    sums.append(hidden @ weights[1].T + biases[1])
    if y.ndim == 1:
        shares = np.exp(sums[1] - sums[1].max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        loss, out = -np.log(shares[np.arange(len(y)), y]).mean(), shares - np.eye(shares.shape[1])[y]
    else:
        out = sums[1] - y
        loss = (out**2).mean()
    deltas = [out @ weights[1] * slope, out]
    layers = []
    for before, total, made, delta, weight, bias in zip((x, hidden), sums, (hidden, sums[1]), deltas, weights, biases, strict=True):
        part, of_bias = delta.T @ before / len(x), delta.mean(axis=0)
        layers.append({
            "input": before, "weight": weight, "bias": bias, "sum": total, "prediction": made, "delta": delta,
            "weighted_delta": part, "alpha_delta": alpha * part, "bias_weighted_delta": of_bias, "bias_delta": alpha * of_bias,
        })  # fmt: skip
    return layers, float(loss)


def _call(x: Any, y: Any, classes: int, steps: int) -> LossCall:
    call = LossCall(
        "cross_entropy" if classes else "mse_loss", 0, steps, made_by="linear", alone=True, low=-1.5, high=1.25, size=0.8
    )
    call.given = (len(x), classes or 1)
    call.goals = tuple(y.shape)
    if classes:
        call.counts = np.bincount(y).tolist()
        call.right = [(step, min(0.9, 0.3 + step / 50)) for step in range(0, steps, 3)]
    else:
        call.goal_low, call.goal_high = float(y.min()), float(y.max())
        call.goal_mean, call.goal_variance = float(y.mean()), float(y.var())
    return call


BASES: dict[str, Callable[[], Recorded]] = {
    "learned": lambda: trained(steps=400),
    "some": trained,
    "stuck": lambda: trained(alpha=1e-7),
    "classes": lambda: trained(classes=3, activation="relu"),
    "classes stuck": lambda: trained(classes=3, activation="relu", alpha=1e-7),
}


# ---- what can be odd ----


def facts(**values: Any) -> Change:
    return lambda run: [setattr(run.facts, name, value) for name, value in values.items()] and None


def optimizer(**values: Any) -> Change:
    return lambda run: run.optimizer.update(values)


def parameter(*numbers: int, **values: Any) -> Change:
    """Of the body's weight and bias, the head's weight and bias."""

    def change(run: Recorded) -> None:
        for number in numbers or range(4):
            run.facts.parameters[number] = dataclasses.replace(run.facts.parameters[number], **values)

    return change


def call(**values: Any) -> Change:
    def change(run: Recorded) -> None:
        run.facts.loss_calls = [dataclasses.replace(one, **values) for one in run.facts.loss_calls]

    return change


def odd(**values: Any) -> Change:
    return facts(odd=Oddities(**values))


def modes(**values: Any) -> Change:
    return facts(modes=Modes(**({"layers": ["drop", "norm"], "training": STEPS} | values)))


def losses(of: Callable[[float], float]) -> Change:
    """By the part of the run that is over, 0 to 1."""

    def change(run: Recorded) -> None:
        run.losses = [of(t / (len(run.losses) - 1)) for t in range(len(run.losses))]

    return change


def rates(of: Callable[[float], float]) -> Change:
    """By the part of the run that is over, 0 to 1."""

    def change(run: Recorded) -> None:
        run.facts.rates = [of(t / (len(run.losses) - 1)) for t in range(len(run.losses))]

    return change


def columns(number: int, **values: Callable[[Any], Any]) -> Change:
    """Columns of a layer in every record."""

    def change(run: Recorded) -> None:
        for at, record in enumerate(run.records):
            layers = list(record.layers)
            layers[number] = {**layers[number], **{name: of(layers[number][name]) for name, of in values.items()}}
            run.records[at] = dataclasses.replace(record, layers=tuple(layers))

    return change


def without(number: int, *names: str) -> Change:
    def change(run: Recorded) -> None:
        for at, record in enumerate(run.records):
            layers = list(record.layers)
            layers[number] = {name: column for name, column in layers[number].items() if name not in names}
            run.records[at] = dataclasses.replace(record, layers=tuple(layers))

    return change


def layer(number: int, **values: Any) -> Change:
    def change(run: Recorded) -> None:
        told = list(run.layers)
        told[number] = dataclasses.replace(told[number], **values)
        run.layers = tuple(told)

    return change


def bends(*pairs: tuple[int, float, float]) -> Change:
    """Step, rate and limit."""

    def change(run: Recorded) -> None:
        run.bends = [Curvature(step, rate, 2 / limit if limit else 0.0, limit, (0.2, 0.3, 0.5)) for step, rate, limit in pairs]

    return change


def trouble(quantity: str, text: str = "log of the loss gave inf", where: str = "the loss", since: int = 30) -> Change:
    def change(run: Recorded) -> None:
        run.trouble = Trouble(30, where, None, None, quantity, math.inf, (("input", 0.0),), text, since)
        run.ending = ns.Ending.DIVERGED

    return change


def attributes_of_run(**values: Any) -> Change:
    return lambda run: [setattr(run, name, value) for name, value in values.items()] and None


def together(*changes: Change) -> Change:
    def change(run: Recorded) -> None:
        for each in changes:
            each(run)

    return change
