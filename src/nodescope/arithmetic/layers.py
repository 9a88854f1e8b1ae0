"""One step of a network of nodes, in plain Python: the meaning of every number, and the oracle; network.h is held against it.

Forward, each node: sum = its weights × what the layer before predicts, left to right, the bias last; prediction = the activation at
the sum. Back: the delta of an output is (prediction − goal) × slope (of the loss's slope in place of the error, for another
loss), that
of a hidden node the sum of the deltas of the nodes it feeds × their weights, × its own slope. Then each weight's weighted
delta is delta × input,
as in one node (Rumelhart, Hinton, Williams 1986, equations 4 to 8).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from nodescope.arithmetic.activations import Activation
from nodescope.arithmetic.definition import left_to_right, mean_square, predict, weighted_deltas
from nodescope.arithmetic.losses import Loss
from nodescope.arithmetic.rules import Rule

Rows = list[list[float]]


@dataclass
class LayerNumbers:
    """Every number of one layer in one step: per node, and within it per weight (bias last); examples first where they matter."""

    weight: Rows
    sum: Rows
    prediction: Rows
    slope: Rows
    delta: Rows
    weighted_delta: Rows
    alpha_delta: Rows
    new_weight: Rows
    new_memory: list[Rows]


def forward(
    layers: Sequence[Rows], activations: Sequence[Activation], inputs: Rows, *, lanes: bool = False
) -> list[tuple[Rows, Rows, Rows]]:
    """Of each layer: sums, predictions and slopes (example, node)."""
    seen = []
    for weights, activation in zip(layers, activations, strict=True):
        sums = [[predict(node, x, lanes) for node in weights] for x in inputs]
        at = [[activation.at(value) for value in row] for row in sums]
        inputs = [[value for value, _ in row] for row in at]
        seen.append((sums, inputs, [[slope for _, slope in row] for row in at]))
    return seen


def hidden_deltas(fed: Rows, weights: Rows, slopes: Rows) -> Rows:
    """Deltas (example, node) of a layer from those of the layer that it feeds, through that layer's weights."""
    return [
        [left_to_right([d * node[i] for d, node in zip(deltas, weights, strict=True)]) * slope for i, slope in enumerate(row)]
        for deltas, row in zip(fed, slopes, strict=True)
    ]


def update(
    weights: Rows,
    weighted: Rows,
    memory: list[Rows],
    clocks: list[float],
    *,
    alpha: float,
    rule: Rule,
    frozen: list[list[bool]] | None,
) -> tuple[Rows, Rows, list[Rows]]:
    """Alpha deltas, new weights and new memory of one layer."""
    alpha_delta, new_weight, new_memory = [], [], []
    for j, node in enumerate(weights):
        moves = []
        for i, old in enumerate(memory[j]):
            is_frozen = frozen is not None and frozen[j][i]
            moves.append((0.0, old) if is_frozen else rule.alpha_delta(weighted[j][i], alpha, old, clocks, node[i]))
        alpha_delta.append([move for move, _ in moves])
        new_memory.append([remembered for _, remembered in moves])
        new_weight.append([w - move for w, (move, _) in zip(node, moves, strict=True)])
    return alpha_delta, new_weight, new_memory


def step(
    layers: Sequence[Rows],
    memory: Sequence[list[Rows]],
    clocks: list[float],
    inputs: Rows,
    goals: Rows,
    *,
    activations: Sequence[Activation],
    alpha: float,
    rule: Rule,
    loss: Loss,
    frozen: Sequence[list[list[bool]] | None],
    mean: bool = True,
    lanes: bool = False,
    sequential: bool = False,
) -> tuple[list[LayerNumbers], float, list[float]]:
    """One step on the examples given: the numbers of every layer, the mse, the new clocks.

    All weights are read before any is written; `sequential`: the output layer first, each earlier layer from the weights already
    updated.
    """
    seen = forward(layers, activations, inputs, lanes=lanes)
    errors = [[p - g for p, g in zip(ps, gs, strict=True)] for ps, gs in zip(seen[-1][1], goals, strict=True)]
    delta = [[loss.slope(e) * s for e, s in zip(es, ss, strict=True)] for es, ss in zip(errors, seen[-1][2], strict=True)]
    new_clocks = rule.tick(clocks)
    numbers: list[LayerNumbers] = []
    for l in reversed(range(len(layers))):  # noqa: E741  # l for layer, as everywhere
        sums, prediction, slope = seen[l]
        if l + 1 < len(layers):
            through = numbers[-1].new_weight if sequential else layers[l + 1]
            delta = hidden_deltas(delta, through, slope)
        before = seen[l - 1][1] if l else inputs
        has_bias = len(layers[l][0]) > len(before[0])
        weighted = [weighted_deltas([row[j] for row in delta], before, has_bias, mean) for j in range(len(layers[l]))]
        moved = update(layers[l], weighted, memory[l], new_clocks, alpha=alpha, rule=rule, frozen=frozen[l])
        numbers.append(LayerNumbers(layers[l], sums, prediction, slope, delta, weighted, *moved))
    return numbers[::-1], mean_square(errors), new_clocks
