"""Several inputs: a row each, the products stacked into the prediction; with many, those that move most and the sum of the rest."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from nodescope.run.recipe import Recipe
from nodescope.run.trace import Step
from nodescope.views.picture.marks import Mark, Words, polyline
from nodescope.views.picture.texts import distinct, text_of

WIDTH = 780.0
SHOWN = 8
"""So many inputs, those that move most, have a row each; the rest is one row."""
MOST_ALL = 12
"""Up to so many inputs have a row each."""
LONGEST_NAME = 18
ROW = 26.0
_RIGHT = (250.0, 340.0, 440.0, 560.0, 680.0, 778.0)
"""The columns of numbers have their right edges here."""


@dataclass(frozen=True)
class NodeShown:
    """One node of a step, for one of its examples: a number for each input, the bias last."""

    names: list[str]
    input: np.ndarray[Any, Any]
    weight: np.ndarray[Any, Any]
    weighted_delta: np.ndarray[Any, Any]
    alpha_delta: np.ndarray[Any, Any]
    new_weight: np.ndarray[Any, Any]
    example: int
    goal: float
    prediction: float
    delta: float


def node_of(step: Step, recipe: Recipe, which: int = 0) -> NodeShown:
    """Node `which` of a step, for the first of its examples."""
    layer, with_bias = step.of_layer(0), recipe.problem.layers[0].has_bias

    def numbers(name: str, bias: str) -> np.ndarray[Any, Any]:
        own: np.ndarray[Any, Any] = layer[name][which]
        return np.append(own, layer[bias][which]) if with_bias else own

    of_example = {name: float(np.reshape(step[name], (-1, recipe.k))[0, which]) for name in ("goal", "prediction", "delta")}
    inputs = np.reshape(layer["input"], (-1, recipe.d))[0]
    return NodeShown(
        names=[*recipe.input_names, *(["bias"] if with_bias else [])],
        input=np.append(inputs, 1.0) if with_bias else inputs,
        weight=numbers("weight", "bias"),
        weighted_delta=numbers("weighted_delta", "bias_weighted_delta"),
        alpha_delta=numbers("alpha_delta", "bias_delta"),
        new_weight=numbers("new_weight", "new_bias"),
        example=int(np.ravel(step["example"])[0]),
        **of_example,
    )


def rows(node: NodeShown) -> tuple[list[Mark], float]:
    """The marks, and how far down they reach."""
    with np.errstate(all="ignore"):
        products = node.input * node.weight
    moves = np.nan_to_num(np.abs(node.alpha_delta), nan=0.0, posinf=np.finfo(float).max)
    ranked = np.argsort(-moves, kind="stable")
    top = sorted(ranked[: SHOWN if len(ranked) > MOST_ALL else len(ranked)].tolist())
    rest = np.setdiff1d(np.arange(len(ranked)), top)
    marks: list[Mark] = [Words("input", 0, 20, "soft", 14)]
    heads = ("value", "weight", "product", "weighted delta", "alpha delta", "new weight")
    marks += [Words(head, right, 20, "soft", 14, "end") for head, right in zip(heads, _RIGHT, strict=True)]
    y = 20.0
    for i in top:
        y += ROW
        marks += _row(node, products, i, y, float(moves.max()))
    if len(rest):
        y += ROW
        total = float(products[rest].sum())
        marks += [
            Words(f"{len(rest):,} others", 0, y, "soft"),
            Words(text_of(total), _RIGHT[2], y, "soft", anchor="end", value=total),
        ]
    y += ROW
    marks += [
        polyline([(0, y - 18), (WIDTH, y - 18)], "rule thin"),
        Words("prediction", 0, y),
        Words(text_of(node.prediction, 6), _RIGHT[2], y, "go", anchor="end", strong=True, value=node.prediction),
    ]
    marks += _sum(products[top].tolist(), float(products[rest].sum()) if len(rest) else 0.0, node, y + 34)
    return marks, y + 92


def _row(node: NodeShown, products: np.ndarray[Any, Any], i: int, y: float, largest: float) -> Iterator[Mark]:
    name = node.names[i]
    yield Words(name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…", 0, y)
    weight, new = float(node.weight[i]), float(node.new_weight[i])
    values = (float(node.input[i]), weight, float(products[i]), float(node.weighted_delta[i]), float(node.alpha_delta[i]), new)
    texts = distinct(values)
    for text, value, right, style in zip(texts, values, _RIGHT, ("ink", "w", "ink", "fix", "fix", "w"), strict=True):
        yield Words(text, right, y, style, anchor="end", value=value)
    length = 44 * abs(values[4]) / largest if largest and np.isfinite(values[4]) else 0.0
    if length > 0.5:
        yield polyline([(_RIGHT[4] - length, y + 7), (_RIGHT[4], y + 7)], "fix thick")


def _sum(products: list[float], rest: float, node: NodeShown, y: float) -> Iterator[Mark]:
    """The products as arrows end to end, from 0 to the prediction, and the goal beside them."""
    ends = np.cumsum([0.0, *products, *([rest] if rest else [])])
    seen = [*ends.tolist(), node.goal, node.prediction]
    if not np.all(np.isfinite(seen)):
        return
    low, high = min(seen), max(seen)
    scale = (WIDTH - 40) / ((high - low) or 1.0)

    def x(value: float) -> float:
        return float(20 + (value - low) * scale)

    yield polyline([(20, y + 16), (WIDTH - 20, y + 16)], "rule line")
    for i, (a, b) in enumerate(pairwise(ends.tolist())):
        lift = y + (4 if i % 2 else 10)
        yield polyline([(x(a), lift), (x(b), lift)], "go line" if b >= a else "fix line")
    yield polyline([(x(0.0), y), (x(0.0), y + 22)], "soft thin")
    yield polyline([(x(node.prediction), y - 4), (x(node.prediction), y + 24)], "go line")
    yield polyline([(x(node.goal), y - 4), (x(node.goal), y + 24)], "goal line")
    prediction, goal = distinct([node.prediction, node.goal])
    left = node.prediction <= node.goal
    yield Words(
        f"prediction {prediction}", x(node.prediction), y + 42, "go", 14, _side(x(node.prediction), left), value=node.prediction
    )
    yield Words(f"goal {goal}", x(node.goal), y + 42, "goal", 14, _side(x(node.goal), not left), value=node.goal)


def _side(x: float, leftwards: bool) -> str:
    """Words beside a mark, on the side where there is room."""
    if x < 160:
        return "start"
    return "end" if leftwards or x > WIDTH - 160 else "start"
