"""The first cause of a number that is not finite. Infinity counts.

Within its step it is the first in the order of the arithmetic; in time, the step from which the growth never turned back.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodescope.arithmetic.problem import Floats
from nodescope.run.run import Run
from nodescope.run.trace import Step

LOOKED_BACK = 2**16
"""The error is followed back over so many steps before the end."""


@dataclass(frozen=True)
class Cause:
    """Where the first number that is not finite came from.

    Attributes
    ----------
    step : int
    quantity : str
        "sum", "prediction", "delta", "weighted delta", a memory of the rule, "alpha delta" or "new weight".
    layer, node : int or None
        The layer is None where there is but one.
    example : int or None
        Number of the example, where the quantity belongs to one.
    value : float
    operands : tuple of (name, value)
        What it was worked out from: all finite, or the inputs of the run.
    irreversible_from : int
        The step from which the error only grew until then.
    text : str
    """

    step: int
    quantity: str
    layer: int | None
    node: int | None
    example: int | None
    value: float
    operands: tuple[tuple[str, float], ...]
    irreversible_from: int
    text: str

    @property
    def where(self) -> str:
        parts = [("example", self.example), ("layer", self.layer), ("node", self.node)]
        return ", ".join(f"{name} {number}" for name, number in parts if number is not None)

    def __str__(self) -> str:
        return self.text


def cause_of(run: Run) -> Cause:
    """The first cause in the last step of a run that diverged, with layers or without."""
    window = run.trace[run.steps - 1 : run.steps]
    layers = [Step(window.of_layer(layer)).as_dict() for layer in range(len(run.recipe.problem.layers))]
    found = _first(run, layers, np.atleast_1d(window["example"][0]), float(window["alpha"][0]))
    turned = turned_at(run)
    quantity, layer, node, example, value, operands = found
    deep = len(layers) > 1
    where = [f"example {example}"] * (example is not None and run.recipe.n > 1) + [f"layer {layer}"] * deep
    where += [f"node {node}"] * (node is not None and (deep or run.recipe.k > 1))
    place = ", ".join(where)
    told = ", ".join(f"{name} {number:.6g}" for name, number in operands)
    grown = f" From step {turned:,} on the error never was as low again." if turned < run.steps - 1 else ""
    text = (
        f"at step {run.steps - 1:,} the {quantity}{f' ({place})' if place else ''} is the first number that is "
        f"not finite: {value}, "
        f"from {told}.{grown}"
    )
    return Cause(run.steps - 1, quantity, layer if deep else None, node, example, value, operands, turned, text)


def turned_at(run: Run) -> int:
    """The step from which the error never again was as low as there."""
    first = max(0, run.steps - LOOKED_BACK)
    mse = run.trace[first : run.steps]["mse"]
    finite = np.where(np.isfinite(mse), mse, np.inf)
    return first + len(finite) - 1 - int(np.argmin(finite[::-1]))


_Operands = tuple[tuple[str, float], ...]
_Found = tuple[str, int, int | None, int | None, float, _Operands]
_Layer = dict[str, Any]


@np.errstate(all="ignore")
def _first(run: Run, layers: list[_Layer], examples: Floats, alpha: float) -> _Found:
    """In the order of the arithmetic: forward, back, update; where all of these are finite, the mse alone is not."""
    numbers = np.atleast_1d(examples)
    found = chain(_forward(layers, numbers), _back(layers, numbers), _update(run, layers, numbers, alpha))
    deltas = np.abs(_per_example(layers[-1], "delta"))
    largest = float(np.fmax.reduce(deltas, axis=None))
    return next(found, ("mse", len(layers) - 1, None, None, float("inf"), (("delta", largest),)))


def _per_example(layer: _Layer, name: str) -> Floats:
    numbers = np.asarray(layer[name])
    return numbers if numbers.ndim == 2 else numbers[None]


def _forward(layers: list[_Layer], examples: Floats) -> Iterator[_Found]:
    for number, layer in enumerate(layers):
        for name in ("sum", "prediction"):
            numbers = _per_example(layer, name)
            if (at := _not_finite(numbers, examples >= 0)) is None:
                continue
            b, j = at
            of_prediction = (("sum", float(_per_example(layer, "sum")[b, j])),)
            operands = _of_sum(layer, _per_example(layer, "input")[b], j) if name == "sum" else of_prediction
            yield name, number, j, int(examples[b]), float(numbers[b, j]), operands


def _back(layers: list[_Layer], examples: Floats) -> Iterator[_Found]:
    for number in reversed(range(len(layers))):
        numbers = _per_example(layers[number], "delta")
        if (at := _not_finite(numbers, examples >= 0)) is None:
            continue
        b, j = at
        operands: _Operands = (("prediction", float(_per_example(layers[number], "prediction")[b, j])),)
        if number + 1 < len(layers):
            fed = layers[number + 1]
            n = int(np.nanargmax(np.abs(_per_example(fed, "delta")[b]) * np.abs(fed["weight"][:, j])))
            operands = (("delta it feeds", float(_per_example(fed, "delta")[b, n])), ("weight", float(fed["weight"][n, j])))
        yield "delta", number, j, int(examples[b]), float(numbers[b, j]), operands


def _update(run: Run, layers: list[_Layer], examples: Floats, alpha: float) -> Iterator[_Found]:
    alone = run.recipe.batch_size == 1
    for name in ("weighted_delta", *run.recipe.rule.memories, "alpha_delta", "new_weight"):
        for number in reversed(range(len(layers))):
            for of_bias in (False, True):
                column = _BIAS.get(name, f"bias_{name}") if of_bias else name
                if column not in layers[number]:
                    continue
                numbers = np.asarray(layers[number][column])
                flat = numbers[:, None] if numbers.ndim == 1 else numbers
                if (at := _not_finite(flat, np.ones(len(flat), dtype=bool))) is None:
                    continue
                j, i = at
                example = int(examples[0]) if alone and name == "weighted_delta" else None
                operands = _of_update(layers[number], name, of_bias, j, i, alpha)
                yield column.replace("_", " "), number, j, example, float(flat[j, i]), operands


_BIAS = {"weight": "bias", "weighted_delta": "bias_weighted_delta", "alpha_delta": "bias_delta", "new_weight": "new_bias"}


def _not_finite(numbers: Floats, rows: NDArray[np.bool_]) -> tuple[int, int] | None:
    bad = ~np.isfinite(numbers) & rows[: len(numbers), None]
    if not bad.any():
        return None
    row, column = np.unravel_index(int(bad.argmax()), bad.shape)
    return int(row), int(column)


def _of_sum(layer: _Layer, x: Floats, j: int) -> tuple[tuple[str, float], ...]:
    """The product that weighs most."""
    with np.errstate(all="ignore"):
        products = np.abs(x * layer["weight"][j])
    i = int(np.argmax(np.where(np.isnan(products), np.inf, products)))
    return (("weight", float(layer["weight"][j][i])), ("input", float(x[i])))


def _of_update(layer: _Layer, name: str, of_bias: bool, j: int, i: int, alpha: float) -> tuple[tuple[str, float], ...]:
    def own(column: str) -> float:
        column = _BIAS.get(column, f"bias_{column}") if of_bias else column
        return float(np.asarray(layer[column]).reshape(len(layer["weight"]), -1)[j, i])

    if name == "weighted_delta":
        delta = _per_example(layer, "delta")[:, j]
        x = np.ones(len(delta)) if of_bias else _per_example(layer, "input")[:, i]
        with np.errstate(all="ignore"):
            b = int(np.nanargmax(np.abs(delta * x)))
        return (("delta", float(delta[b])), ("input", float(x[b])))
    if name == "new_weight":
        return (("weight", own("weight")), ("alpha delta", own("alpha_delta")))
    return (("weighted delta", own("weighted_delta")), ("alpha", alpha))
