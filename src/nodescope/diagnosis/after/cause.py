"""The first cause of a number that is not finite. Infinity counts.

Within its step it is the first in the order of the arithmetic; in time, the step from which the growth never turned back.
"""

from dataclasses import dataclass
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


_Found = tuple[str, int, int | None, int | None, float, tuple[tuple[str, float], ...]]


@np.errstate(all="ignore")
def _first(run: Run, layers: list[dict[str, Any]], examples: Floats, alpha: float) -> _Found:
    """In the order of the arithmetic: forward, back, update."""
    many = run.recipe.batch_size > 1

    def per_example(layer: dict[str, Any], name: str) -> Floats:
        numbers = np.asarray(layer[name])
        return numbers if numbers.ndim == 2 else numbers[None]

    real = np.atleast_1d(examples) >= 0
    for number, layer in enumerate(layers):
        for name in ("sum", "prediction"):
            numbers = per_example(layer, name)
            if (at := _not_finite(numbers, real)) is not None:
                b, j = at
                operands = (
                    _of_sum(layer, per_example(layer, "input")[b], j)
                    if name == "sum"
                    else (("sum", float(per_example(layer, "sum")[b, j])),)
                )
                return name, number, j, int(np.atleast_1d(examples)[b]), float(numbers[b, j]), operands
    for number in reversed(range(len(layers))):
        layer = layers[number]
        numbers = per_example(layer, "delta")
        if (at := _not_finite(numbers, real)) is not None:
            b, j = at
            operands = (("prediction", float(per_example(layer, "prediction")[b, j])),)
            if number + 1 < len(layers):
                fed = layers[number + 1]
                products = np.abs(per_example(fed, "delta")[b]) * np.abs(fed["weight"][:, j])
                n = int(np.nanargmax(products))
                operands = (("delta it feeds", float(per_example(fed, "delta")[b, n])), ("weight", float(fed["weight"][n, j])))
            return "delta", number, j, int(np.atleast_1d(examples)[b]), float(numbers[b, j]), operands
    memories = run.recipe.rule.memories
    for name in ("weighted_delta", *memories, "alpha_delta", "new_weight"):
        for number in reversed(range(len(layers))):
            layer = layers[number]
            for of_bias in (False, True):
                column = _BIAS.get(name, f"bias_{name}") if of_bias else name
                if column not in layer:
                    continue
                numbers = np.asarray(layer[column])
                flat = numbers[:, None] if numbers.ndim == 1 else numbers
                if (at := _not_finite(flat, np.ones(len(flat), dtype=bool))) is None:
                    continue
                j, i = at
                example = int(np.atleast_1d(examples)[0]) if not many and name == "weighted_delta" else None
                return (
                    column.replace("_", " "),
                    number,
                    j,
                    example,
                    float(flat[j, i]),
                    _of_update(layer, name, of_bias, j, i, alpha, per_example),
                )
    return (
        "mse",
        len(layers) - 1,
        None,
        None,
        float("inf"),
        (("delta", float(np.nanmax(np.abs(per_example(layers[-1], "delta"))))),),
    )


_BIAS = {"weight": "bias", "weighted_delta": "bias_weighted_delta", "alpha_delta": "bias_delta", "new_weight": "new_bias"}


def _not_finite(numbers: Floats, rows: NDArray[np.bool_]) -> tuple[int, int] | None:
    bad = ~np.isfinite(numbers) & rows[: len(numbers), None]
    if not bad.any():
        return None
    row, column = np.unravel_index(int(bad.argmax()), bad.shape)
    return int(row), int(column)


def _of_sum(layer: dict[str, Any], x: Floats, j: int) -> tuple[tuple[str, float], ...]:
    """The product that weighs most."""
    with np.errstate(all="ignore"):
        products = np.abs(x * layer["weight"][j])
    i = int(np.argmax(np.where(np.isnan(products), np.inf, products)))
    return (("weight", float(layer["weight"][j][i])), ("input", float(x[i])))


def _of_update(
    layer: dict[str, Any], name: str, of_bias: bool, j: int, i: int, alpha: float, per_example: Any
) -> tuple[tuple[str, float], ...]:
    def own(column: str) -> float:
        column = _BIAS.get(column, f"bias_{column}") if of_bias else column
        return float(np.asarray(layer[column]).reshape(len(layer["weight"]), -1)[j, i])

    if name == "weighted_delta":
        delta = per_example(layer, "delta")[:, j]
        x = np.ones(len(delta)) if of_bias else per_example(layer, "input")[:, i]
        with np.errstate(all="ignore"):
            b = int(np.nanargmax(np.abs(delta * x)))
        return (("delta", float(delta[b])), ("input", float(x[b])))
    if name == "new_weight":
        return (("weight", own("weight")), ("alpha delta", own("alpha_delta")))
    return (("weighted delta", own("weighted_delta")), ("alpha", alpha))
