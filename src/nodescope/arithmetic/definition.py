"""One step of a layer of gradient-descent nodes, in plain Python: THE meaning of every number, and the oracle.

Reads like the loop it grew from::

    prediction = weight * input
    delta = prediction - goal
    weight -= alpha * delta * input

Everything is a Python float; every sum runs left to right and starts with its first term. `core.c` is held against
this file bit by bit. Letters: s example, j node, i input. The bias is the weight of an input fixed at 1, and comes last.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from nodescope.arithmetic.rules import Rule

LANES = 8


def left_to_right(terms: Sequence[float]) -> float:
    """Sum in the order given, starting with the first term."""
    total = terms[0]
    for term in terms[1:]:
        total = total + term
    return total


def in_lanes(terms: Sequence[float]) -> float:
    """Sum in eight lanes (term i in lane i mod 8, missing ones +0.0), then lanes i and i + 4, i and i + 2, 0 and 1."""
    padded = [*terms, *[0.0] * (-len(terms) % LANES)]
    lane = [left_to_right(padded[j::LANES]) for j in range(LANES)]
    lane = [lane[i] + lane[i + 4] for i in range(4)]
    lane = [lane[i] + lane[i + 2] for i in range(2)]
    return lane[0] + lane[1]


def predict(weights: Sequence[float], inputs: Sequence[float], lanes: bool = False) -> float:
    """Sum of weight × input of one node; one weight more than inputs is the bias, added last."""
    products = [weight * value for weight, value in zip(weights, inputs, strict=False)]
    total = in_lanes(products) if lanes else left_to_right(products)
    return total + weights[-1] if len(weights) > len(inputs) else total


def mean_square(deltas: Sequence[Sequence[float]]) -> float:
    """mse: delta × delta, summed over examples and within them over nodes, ÷ their number."""
    squares = [delta * delta for example in deltas for delta in example]
    return left_to_right(squares) / len(squares)


def weighted_deltas(deltas: Sequence[float], inputs: Sequence[Sequence[float]], bias: bool, mean: bool) -> list[float]:
    """Weighted delta (gradient of ½ (prediction − goal)²) of each weight of one node, over the examples of a step."""
    columns = [*zip(*inputs, strict=True)]
    totals = [left_to_right([d * x for d, x in zip(deltas, column, strict=True)]) for column in columns]
    if bias:
        totals.append(left_to_right(deltas))
    return [total / len(deltas) for total in totals] if mean else totals


@dataclass
class Numbers:
    """Every number of one step. Lists are per node, and within it per weight (bias last); examples first where they matter."""

    weight: list[list[float]]
    prediction: list[list[float]]
    delta: list[list[float]]
    mse: float
    weighted_delta: list[list[float]]
    alpha_delta: list[list[float]]
    new_weight: list[list[float]]
    new_memory: list[list[list[float]]]
    """Of each weight: the rule's memory after the step."""
    new_clocks: list[float]


def look(
    weights: list[list[float]],
    inputs: list[list[float]],
    goals: list[list[float]],
    *,
    mean: bool = True,
    lanes: bool = False,
) -> tuple[list[list[float]], list[list[float]], float, list[list[float]]]:
    """Forward and back: predictions and deltas (example, node), mse, weighted deltas (node, weight)."""
    prediction = [[predict(node, x, lanes) for node in weights] for x in inputs]
    delta = [[p - g for p, g in zip(ps, gs, strict=True)] for ps, gs in zip(prediction, goals, strict=True)]
    has_bias = len(weights[0]) > len(inputs[0])
    weighted = [weighted_deltas([row[j] for row in delta], inputs, has_bias, mean) for j in range(len(weights))]
    return prediction, delta, mean_square(delta), weighted


def step(
    weights: list[list[float]],
    memory: list[list[list[float]]],
    clocks: list[float],
    inputs: list[list[float]],
    goals: list[list[float]],
    *,
    alpha: float,
    rule: Rule,
    frozen: list[list[bool]] | None = None,
    mean: bool = True,
    lanes: bool = False,
) -> Numbers:
    """One step on the examples given, all weights read before any is written.

    A frozen weight keeps its value and its memory; its alpha delta is 0.0 and its weighted delta is shown in full.
    """
    prediction, delta, mse, weighted = look(weights, inputs, goals, mean=mean, lanes=lanes)
    new_clocks = rule.tick(clocks)
    alpha_delta, new_weight, new_memory = [], [], []
    for j, node in enumerate(weights):
        moves = []
        for i, old in enumerate(memory[j]):
            is_frozen = frozen is not None and frozen[j][i]
            moves.append((0.0, old) if is_frozen else rule.alpha_delta(weighted[j][i], alpha, old, new_clocks, node[i]))
        alpha_delta.append([move for move, _ in moves])
        new_memory.append([remembered for _, remembered in moves])
        new_weight.append([w - move for w, (move, _) in zip(node, moves, strict=True)])
    return Numbers(weights, prediction, delta, mse, weighted, alpha_delta, new_weight, new_memory, new_clocks)


def canonical(value: float) -> float:
    """The one NaN that stands for all NaNs that arithmetic makes; any other number unchanged."""
    return math.nan if math.isnan(value) else value
