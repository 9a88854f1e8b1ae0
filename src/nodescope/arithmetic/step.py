"""One step of layers of gradient-descent nodes, in plain Python: THE meaning of every number, and the oracle.

Reads like the loop it grew from, which is one layer of one node::

    prediction = weight * input
    delta = prediction - goal
    weight -= alpha * delta * input

Forward, each node: sum = its weights × what it is given, left to right, starting with the first term, the bias (the weight of an
input fixed at 1) last; prediction = the activation at the sum. Back: the delta of an output is (prediction − goal) × slope (of
another loss: its slope in place of the error; of cross-entropy and the perceptron prediction − goal alone), that of a hidden node
the sum of the deltas of the nodes it feeds × their weights, × its own slope; each weight's weighted delta is delta × input
(Rumelhart, Hinton, Williams 1986, equations 4 to 8). What a penalty adds to it, and what clipping leaves of all of them, is what
the rule is given.

Everything is a Python float. `core.c` is held against this file bit by bit. Letters: s example, l layer, j node, i input.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from nodescope.arithmetic.activations import Activation
from nodescope.arithmetic.losses import Loss
from nodescope.arithmetic.penalty import Penalty
from nodescope.arithmetic.rules import Rule

LANES = 8

Rows = list[list[float]]


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


def in_pairs(sums: Sequence[float]) -> float:
    """Neighbours added, the first and the second, the third and the fourth, …, and these sums likewise; a last one waits.

    A fixed tree and not one after another: what rounding does grows with the logarithm of their number, and whoever made neighbours
    adds them himself and has one sum to tell, wherever he is.
    """
    while len(sums) > 1:
        sums = [left_to_right(sums[i : i + 2]) for i in range(0, len(sums), 2)]
    return sums[0]


def in_parts(terms: Sequence[float], part: int) -> float:
    """Sum of each `part` terms from left to right, and of these sums in pairs; of all from left to right where it is 0."""
    size = part or len(terms)
    return in_pairs([left_to_right(terms[i : i + size]) for i in range(0, len(terms), size)])


def node_sum(weights: Sequence[float], inputs: Sequence[float], lanes: bool = False) -> float:
    """Sum of weight × input of one node; one weight more than inputs is the bias, added last."""
    products = [weight * value for weight, value in zip(weights, inputs, strict=False)]
    total = in_lanes(products) if lanes else left_to_right(products)
    return total + weights[-1] if len(weights) > len(inputs) else total


def mean_square(errors: Sequence[Sequence[float]], part: int = 0) -> float:
    """mse: error × error, summed over examples (in parts of so many, unless 0) and within them over outputs, ÷ their number."""
    squares = [error * error for example in errors for error in example]
    return in_parts(squares, part * len(errors[0])) / len(squares)


def weighted_deltas(
    deltas: Sequence[float], inputs: Sequence[Sequence[float]], bias: bool, mean: bool, part: int = 0
) -> list[float]:
    """Weighted delta (gradient of ½ (prediction − goal)²) of each weight of one node, over the examples of a step."""
    columns = [*zip(*inputs, strict=True)]
    totals = [in_parts([d * x for d, x in zip(deltas, column, strict=True)], part) for column in columns]
    if bias:
        totals.append(in_parts(deltas, part))
    return [total / len(deltas) for total in totals] if mean else totals


@dataclass
class LayerNumbers:
    """Every number of one layer in one step: per node, and within it per weight (bias last); examples first where they matter."""

    weight: Rows
    sum: Rows
    prediction: Rows
    slope: Rows
    delta: Rows
    weighted_delta: Rows
    given: Rows
    """The rule is given this: the weighted delta, with what a penalty adds, clipped."""
    alpha_delta: Rows
    new_weight: Rows
    new_memory: list[Rows]
    """Each weight has here the rule's memory after the step."""


def forward(
    layers: Sequence[Rows], activations: Sequence[Activation], inputs: Rows, *, lanes: bool = False
) -> list[tuple[Rows, Rows, Rows]]:
    """Of each layer: sums, predictions and slopes (example, node)."""
    seen = []
    for weights, activation in zip(layers, activations, strict=True):
        sums = [[node_sum(node, x, lanes) for node in weights] for x in inputs]
        at = [activation.of_layer(row) for row in sums]
        inputs = [[value for value, _ in row] for row in at]
        seen.append((sums, inputs, [[slope for _, slope in row] for row in at]))
    return seen


def errors_of(predictions: Rows, goals: Rows) -> Rows:
    """Prediction − goal (example, output)."""
    return [[p - g for p, g in zip(ps, gs, strict=True)] for ps, gs in zip(predictions, goals, strict=True)]


def hidden_deltas(fed: Rows, weights: Rows, slopes: Rows) -> Rows:
    """Deltas (example, node) of a layer from those of the layer that it feeds, through that layer's weights."""
    return [
        [left_to_right([d * node[i] for d, node in zip(deltas, weights, strict=True)]) * slope for i, slope in enumerate(row)]
        for deltas, row in zip(fed, slopes, strict=True)
    ]


def penalised(weights: Rows, weighted: Rows, penalty: Penalty, inputs: int) -> Rows:
    """Weighted deltas of a layer with what the penalty adds to each; biases, behind the inputs, only where it says so."""
    if not penalty:
        return weighted
    counts = len(weights[0]) if penalty.bias else inputs
    return [
        [g + penalty.slope(w) if i < counts else g for i, (g, w) in enumerate(zip(gs, ws, strict=True))]
        for gs, ws in zip(weighted, weights, strict=True)
    ]


def shortened(numbers: Sequence[float], clip: float) -> tuple[float, float]:
    """What all of them are multiplied by, so that together they are at most `clip` long, and how long they are.

    That is the root of the sum of their squares (Pascanu, Mikolov, Bengio 2013, algorithm 1); where this is too large for a double,
    that of the numbers ÷ the largest of them, times that.
    """
    norm = _root_of_squares(numbers)
    if not math.isfinite(norm):
        largest = 0.0
        for g in numbers:
            largest = abs(g) if abs(g) > largest else largest
        norm = largest * _root_of_squares([g / largest if largest > 0.0 else math.nan for g in numbers])
    return (clip / norm if norm > clip else 1.0), norm


def _root_of_squares(numbers: Sequence[float]) -> float:
    total = left_to_right([0.0, *[g * g for g in numbers]])
    return math.sqrt(total) if total >= 0.0 else math.nan


def update(
    weights: Rows,
    given: Rows,
    memory: list[Rows],
    clocks: list[float],
    *,
    alpha: float,
    rule: Rule,
    frozen: list[list[bool]] | None,
    factors: Rows | None = None,
) -> tuple[Rows, Rows, list[Rows]]:
    """Alpha deltas, new weights and new memory of one layer; each weight's alpha is `alpha` × its factor.

    A frozen weight keeps its value and its memory; its alpha delta is 0.0 and its weighted delta is shown in full.
    """
    alpha_delta, new_weight, new_memory = [], [], []
    for j, node in enumerate(weights):
        moves = []
        for i, old in enumerate(memory[j]):
            is_frozen = frozen is not None and frozen[j][i]
            own = alpha if factors is None else alpha * factors[j][i]
            moves.append((0.0, old) if is_frozen else rule.alpha_delta(given[j][i], own, old, clocks, node[i]))
        alpha_delta.append([move for move, _ in moves])
        new_memory.append([remembered for _, remembered in moves])
        new_weight.append([w - move for w, (move, _) in zip(node, moves, strict=True)])
    return alpha_delta, new_weight, new_memory


@dataclass(frozen=True)
class Beside:
    """What joins the weighted deltas on their way to the rule; nothing unless asked for.

    penalty : what large weights cost
    clip : the most that all weighted deltas together may be long; negative: any length
    factors : what alpha is multiplied by for each weight, or None
    """

    penalty: Penalty = Penalty()  # noqa: RUF009  # frozen
    clip: float = -1.0
    factors: Sequence[Rows] | None = None


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
    beside: Beside = Beside(),  # frozen
    part: int = 0,
) -> tuple[list[LayerNumbers], float, list[float], float]:
    """One step on the examples given: the numbers of every layer, the mse, the new clocks, and the length that is clipped.

    All weights are read before any is written; `sequential`: the output layer first, each earlier layer from the weights already
    updated, and nothing is clipped. `part`: sums over the examples are made in parts of so many; 0: in one.
    """
    seen = forward(layers, activations, inputs, lanes=lanes)
    errors = errors_of(seen[-1][1], goals)
    delta = [
        [loss.delta(*of) for of in zip(es, ss, gs, ps, strict=True)]
        for es, ss, gs, ps in zip(errors, seen[-1][2], goals, seen[-1][1], strict=True)
    ]
    new_clocks = rule.tick(clocks)
    backs: list[tuple[Rows, Rows, Rows]] = []
    moved: dict[int, tuple[Rows, Rows, list[Rows]]] = {}

    def move(l: int, given: Rows) -> None:  # noqa: E741
        factors = None if beside.factors is None else beside.factors[l]
        moved[l] = update(layers[l], given, memory[l], new_clocks, alpha=alpha, rule=rule, frozen=frozen[l], factors=factors)

    for l in reversed(range(len(layers))):  # noqa: E741  # l for layer, as everywhere
        if l + 1 < len(layers):
            delta = hidden_deltas(delta, moved[l + 1][1] if sequential else layers[l + 1], seen[l][2])
        before = seen[l - 1][1] if l else inputs
        has_bias = len(layers[l][0]) > len(before[0])
        weighted = [weighted_deltas([row[j] for row in delta], before, has_bias, mean, part) for j in range(len(layers[l]))]
        backs.insert(0, (delta, weighted, penalised(layers[l], weighted, beside.penalty, len(before[0]))))
        if sequential:
            move(l, backs[0][2])
    givens, norm = ([given for _, _, given in backs], math.nan) if sequential else _clip([b[2] for b in backs], frozen, beside.clip)
    for l in () if sequential else range(len(layers)):  # noqa: E741
        move(l, givens[l])
    numbers = [
        LayerNumbers(layers[l], *seen[l], backs[l][0], backs[l][1], givens[l], *moved[l])
        for l in range(len(layers))  # noqa: E741
    ]
    return numbers, mean_square(errors, part), new_clocks, norm


def look(
    layers: Sequence[Rows],
    inputs: Rows,
    goals: Rows,
    *,
    activations: Sequence[Activation],
    loss: Loss,
    lanes: bool = False,
    part: int = 0,
) -> tuple[list[Rows], float, bool]:
    """What a step adds up over its examples: weighted deltas of every layer, squared errors; and whether every number is finite."""
    still: list[list[Rows]] = [[[[] for _ in node] for node in layer] for layer in layers]
    numbers, *_ = step(
        layers, still, [], inputs, goals, activations=activations, alpha=0.0, rule=Rule(), loss=loss,
        frozen=[None for _ in layers], mean=False, lanes=lanes, part=part,
    )  # fmt: skip
    squares = [e * e for row in errors_of(numbers[-1].prediction, goals) for e in row]
    values = (v for layer in numbers for rows in (layer.sum, layer.prediction, layer.delta) for row in rows for v in row)
    return [layer.weighted_delta for layer in numbers], in_parts(squares, part * len(goals[0])), all(map(math.isfinite, values))


def take(
    layers: Sequence[Rows],
    weighted: Sequence[Rows],
    inputs: Sequence[int],
    memory: Sequence[list[Rows]],
    clocks: list[float],
    *,
    alpha: float,
    rule: Rule,
    frozen: Sequence[list[list[bool]] | None],
    beside: Beside = Beside(),  # frozen
) -> tuple[list[Rows], list[tuple[Rows, Rows, list[Rows]]], list[float]]:
    """And what it does with them, once they are divided: what the rule is given, alpha deltas, weights and memory, clocks."""
    of_penalty = [penalised(w, g, beside.penalty, count) for w, g, count in zip(layers, weighted, inputs, strict=True)]
    given, _ = _clip(of_penalty, frozen, beside.clip)
    ticked = rule.tick(clocks)
    factors: Sequence[Rows | None] = beside.factors or [None for _ in layers]
    moved = [
        update(w, g, m, ticked, alpha=alpha, rule=rule, frozen=mask, factors=own)
        for w, g, m, mask, own in zip(layers, given, memory, frozen, factors, strict=True)
    ]
    return given, moved, ticked


def _clip(given: list[Rows], frozen: Sequence[list[list[bool]] | None], clip: float) -> tuple[list[Rows], float]:
    """What clipping leaves of all layers' numbers, and how long they were, those of frozen weights left out."""
    if clip < 0.0:
        return given, math.nan
    live = [
        g
        for rows, mask in zip(given, frozen, strict=True)
        for j, row in enumerate(rows)
        for i, g in enumerate(row)
        if mask is None or not mask[j][i]
    ]
    factor, norm = shortened(live, clip)
    return given if factor == 1.0 else [[[g * factor for g in row] for row in rows] for rows in given], norm


def canonical(value: float) -> float:
    """The one NaN that stands for all NaNs that arithmetic makes; any other number unchanged."""
    return math.nan if math.isnan(value) else value
