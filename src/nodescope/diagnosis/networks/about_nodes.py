"""Findings about nodes: dead, saturated, alike, standing still, out of reach of their goals."""

import math
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from nodescope.arithmetic.activations import ACTIVATIONS
from nodescope.diagnosis.finding import Finding
from nodescope.diagnosis.networks.evidence import FADED, NetworkEvidence
from nodescope.diagnosis.networks.snapshot import LayerSnapshot, Snapshot

Nodes = NDArray[np.intp]
"""Numbers of nodes of a layer."""
FLAT = 0.02
"""Of an activation's greatest slope: below it a node is saturated."""
NEARLY_ALL = 0.95
"""Of the examples."""
MOST_OF_IT, WORTH_TELLING = 0.5, 0.1
"""Of the squared deltas of the last layer; and, times what is left of the error, of all there was."""
GREATEST_SLOPE = {"tanh": 1.0, "sigmoid": 0.25}
CANCELLED = 1e-9
"""Of the sum of their sizes: what is left of weighted deltas that cancel out."""
SHOWN = 5


def listed(numbers: Nodes | list[int]) -> str:
    """Some of them, and how many more."""
    shown = ", ".join(str(int(n)) for n in numbers[:SHOWN])
    return (
        f"{'nodes' if len(numbers) > 1 else 'node'} {shown}{f' and {len(numbers) - SHOWN:,} more' if len(numbers) > SHOWN else ''}"
    )


def dead(layer: LayerSnapshot) -> Nodes:
    """Nodes that are off for every example: their slope is 0, so no delta goes through them. Flat ends are another thing."""
    if layer.activation in GREATEST_SLOPE or not len(layer.slope):
        return np.empty(0, dtype=np.intp)
    return np.flatnonzero((layer.slope == 0).all(axis=0) & np.isfinite(layer.sum).all(axis=0))


def saturated(layer: LayerSnapshot) -> Nodes:
    """Nodes on the flat ends of their activation for nearly all examples."""
    greatest = GREATEST_SLOPE.get(layer.activation)
    if greatest is None:
        return np.empty(0, dtype=np.intp)
    return np.flatnonzero((layer.slope <= FLAT * greatest).mean(axis=0) >= NEARLY_ALL)


def all_dead(layer: LayerSnapshot) -> bool:
    """Whether nothing goes through a layer."""
    return layer.stands_for_all and len(dead(layer)) == layer.nodes


def all_saturated(layer: LayerSnapshot) -> bool:
    """Whether hardly anything goes through a layer."""
    return layer.stands_for_all and len(saturated(layer)) == layer.nodes


def _worst(look: Snapshot, nodes_of: Callable[[LayerSnapshot], Nodes]) -> tuple[int, Nodes] | None:
    """The layer with the largest part of such nodes, and these."""
    found = [(number, nodes_of(layer)) for number, layer in enumerate(look.layers)]
    found = [(number, nodes) for number, nodes in found if len(nodes)]
    return max(found, key=lambda pair: len(pair[1]) / look.layers[pair[0]].nodes) if found else None


def dead_nodes(e: NetworkEvidence) -> Finding | None:
    """Off for every example at the end."""
    worst = _worst(e.last, dead)
    if worst is None or e.solved:
        return None
    number, nodes = worst
    layer = e.last.layers[number]
    part = len(nodes) / layer.nodes
    already = np.intersect1d(nodes, dead(e.first.layers[number]))
    since = (
        "from the start"
        if len(already) == len(nodes)
        else f"{len(already)} of them from the start"
        if len(already)
        else "not at the start"
    )
    severity = "fault" if all_dead(layer) and not e.there else "warning" if part >= 0.5 and not e.there else "note"
    all_words = ": nothing can pass back through it, and it and all layers before it stand still" if all_dead(layer) else ""
    return Finding(
        "dead nodes",
        severity,
        f"in {e.layer_name(number)} {listed(layer.numbers[nodes])} of {layer.told} ({layer.activation}) "
        f"{'is' if len(nodes) == 1 else 'are'} off for every example, {since}{all_words}.",
        step=e.last.step,
        where=f"layer {number}, {listed(layer.numbers[nodes])}",
        measured=part,
        threshold=(
            "slope 0 for every example looked at; warning from half of a layer on, fault for all of it, where it is no fit yet"
        ),
        remedy="" if severity == "note" else "A smaller alpha, biases that start above 0, or leaky relu, gelu or tanh.",
        source="Lu et al. 2020, Dying ReLU and initialization; slope 0 makes delta 0",
    )


def saturated_nodes(e: NetworkEvidence) -> Finding | None:
    """On the flat ends of tanh or sigmoid for nearly all examples, while it is no fit yet."""
    at_end = _worst(e.last, saturated)
    if at_end is None:
        return None
    number, nodes = at_end
    layer = e.last.layers[number]
    part = len(nodes) / layer.nodes
    hidden = number < len(e.last.layers) - 1
    severity = "note"
    if not e.there and part >= 0.5:
        severity = "fault" if all_saturated(layer) and (hidden or layer.of == 1) else "warning"
    already = len(np.intersect1d(nodes, saturated(e.first.layers[number])))
    slope = float(np.median(np.abs(layer.slope[:, nodes])))
    over = math.nan if severity == "note" or e.scales_itself or already == len(nodes) else e.first.alpha / e.edge(e.first)
    thrown = f" Alpha is {over:.3g} times its local limit at the start: too large a step threw them there." if over > 1 else ""
    return Finding(
        "saturated nodes",
        severity,
        f"in {e.layer_name(number)} {listed(layer.numbers[nodes])} of {layer.told} ({layer.activation}) "
        f"{'is' if len(nodes) == 1 else 'are'} on the flat ends for nearly every example"
        f"{', from the start' if already == len(nodes) else ''}: the slope there is about {slope:.3g}, so "
        f"hardly any delta goes through.{thrown}",
        step=e.last.step,
        where=f"layer {number}, {listed(layer.numbers[nodes])}",
        measured=slope,
        predicted=GREATEST_SLOPE[layer.activation],
        threshold=f"slope below {FLAT} of its greatest for {NEARLY_ALL:.0%} of the examples; judged only where it is no fit yet",
        remedy="" if severity == "note" else "Standardise the inputs, draw smaller weights, or take a smaller alpha.",
        source="Glorot, Bengio 2010, section 3",
    )


def symmetric_nodes(e: NetworkEvidence) -> Finding | None:
    """Nodes of a hidden layer that begin alike and end alike."""
    for number in range(len(e.last.layers) - 1):
        alike = [_twins(look, number) for look in (e.first, e.last)]
        group = max((set(a) & set(b) for a in alike[0] for b in alike[1]), key=len, default=set())
        nodes = e.last.layers[number].nodes
        if len(group) < 2:
            continue
        every = len(group) == nodes
        severity = ("fault" if every else "warning") if not e.there else "note"
        return Finding(
            "symmetric nodes",
            severity,
            f"in layer {number} {listed(sorted(group))} of {nodes} began with the same weights and get the same "
            "deltas, so they stay alike for ever: together they do what one node does.",
            step=e.first.step,
            where=f"layer {number}, {listed(sorted(group))}",
            measured=float(len(group)),
            threshold="the same bits, into and out of the node, at the first and at the last step",
            remedy="" if severity == "note" else "Draw the weights at random (Glorot, He): that alone parts them.",
            source="Rumelhart, Hinton, Williams 1986, on breaking symmetry",
        )
    return None


def _twins(look: Snapshot, number: int) -> list[tuple[int, ...]]:
    """Groups of nodes of a layer whose weights in and out have the same bits."""
    layer, fed = look.layers[number], look.layers[number + 1]
    groups: dict[bytes, list[int]] = {}
    for j in range(layer.nodes):
        bias = b"" if layer.bias is None else layer.bias[j].tobytes()
        groups.setdefault(layer.weight[j].tobytes() + bias + fed.weight[:, j].tobytes(), []).append(j)
    return [tuple(group) for group in groups.values() if len(group) > 1]


def goal_out_of_range(e: NetworkEvidence) -> Finding | None:
    """Goals that the last activation cannot give."""
    last = ACTIVATIONS.get(e.last.layers[-1].activation)
    if last is None:
        return None
    goal = e.recipe.examples.goal
    beyond = np.maximum(goal - last.most, 0) + np.maximum(last.least - goal, 0)
    outside = int((beyond > 0).any(axis=1).sum())
    if not outside:
        return None
    least = float((beyond**2).mean())
    severity = "fault" if least > 0.25 * e.end or outside > 0.5 * len(goal) else "warning"
    low, high = float(goal.min()), float(goal.max())
    return Finding(
        "goal out of range",
        severity,
        f"{outside:,} of {len(goal):,} goals cannot be reached: they go from {low:.6g} to {high:.6g}, but {last.name} gives only "
        f"{last.least:g} to {last.most:g}. No weights bring the mse below {least:.6g}.",
        step=e.run.steps,
        where=f"layer {len(e.last.layers) - 1}",
        measured=high if high > last.most else low,
        predicted=least,
        threshold="a goal outside what the last activation can give; fault for more than half of them or of a quarter of the error",
        remedy='output_activation="identity", or goals scaled into its range.',
        source="the activation's range",
    )


def standing_still(e: NetworkEvidence) -> Finding | None:
    """No weight of some layer moved at the end, and which of the reasons it is."""
    if e.end == 0.0 or not e.run.steps or e.last.alpha == 0.0:
        return None
    still = [n for n, layer in enumerate(e.last.layers) if _unmoved(layer) and not e.moved_by_others(n)]
    if not still:
        return None
    reasons = {number: reason for number in still for reason in [_why_still(e, number)]}
    number = still[-1] if len(set(reasons.values())) == 1 else still[0]
    every = len(still) == len(e.last.layers)
    reason = reasons[number]
    bad = not e.there and reason not in _MEANT
    layers = "every layer" if every else ", ".join(e.layer_name(number) for number in still)
    return Finding(
        "standing still",
        ("fault" if every else "warning") if bad else "note",
        f"{layers} {'stand' if len(still) > 1 and not every else 'stands'} still: {_REASONS[reason]}.",
        step=e.last.step,
        where=layers,
        measured=0.0,
        threshold="every alpha delta of the layer leaves its weight as it is, though the error is not 0",
        remedy=_REMEDIES[reason] if bad else "",
        source="weight − alpha delta = weight",
    )


def cut_off(e: NetworkEvidence) -> Finding | None:
    """Examples that hold most of what is still wrong, and for which a whole hidden layer is off: no weight learns from them."""
    if e.there or not e.finite or not e.run.steps:
        return None
    errors = (e.last.layers[-1].delta ** 2).sum(axis=1)
    for number, layer in enumerate(e.last.layers[:-1]):
        silent: NDArray[np.bool_] = np.all(_off(layer), axis=1)
        if len(silent) != len(errors) or not layer.stands_for_all:
            continue  # rows of a convolution are places of a picture, not examples
        share = float(errors[silent].sum() / (errors.sum() or 1.0))
        if silent.all() or share <= MOST_OF_IT or share * e.share_left < WORTH_TELLING:
            continue
        examples = np.flatnonzero(silent)
        loudest = float(np.abs(layer.prediction[silent]).max())
        more = f" and {len(examples) - SHOWN:,} more" if len(examples) > SHOWN else ""
        told = f" ({', '.join(map(str, examples[:SHOWN]))}{more})" if e.numbered else ""
        return Finding(
            "standing still",
            "fault" if share > NEARLY_ALL else "warning",
            f"for {len(examples):,} of {len(silent):,} examples{told} every node of {e.layer_name(number)} ({layer.activation}) "
            f"is off (at most {loudest:.3g}): their deltas, {share:.3g} of what is left, reach no weight, so they stand still.",
            step=e.last.step,
            where=f"layer {number}",
            measured=share,
            threshold=f"a layer off for examples with more than {MOST_OF_IT} of the squared deltas, {WORTH_TELLING} of all",
            remedy="A smaller alpha from the start, biases, or an activation that is not off at 0 (tanh, leaky relu).",
            source="weighted delta = delta × input, and the inputs are 0",
        )
    return None


def _off(layer: LayerSnapshot) -> NDArray[np.bool_]:
    """Which nodes (m, k) give next to nothing and pass nothing back."""
    least = {"relu": 0.0, "sigmoid": FLAT}.get(layer.activation)
    if least is None:
        return np.zeros(layer.prediction.shape, dtype=bool)
    return (np.abs(layer.prediction) <= least) & (layer.slope <= FLAT * GREATEST_SLOPE.get(layer.activation, 1.0))


_REASONS = {
    "frozen": "its weights are frozen",
    "dead": "its nodes, or those it feeds, are off for every example, so their deltas are 0",
    "saturated": "its nodes, or those it feeds, are saturated, and what is left of the deltas is lost in rounding",
    "underflow": "its deltas are so small that alpha × delta × input is lost beside the weights in rounding",
    "zeros": "the weights that its deltas come back through are all 0",
    "faded": "alpha has fallen so far that alpha × delta × input is lost beside the weights in rounding",
    "no input": "its inputs are 0 for every example",
    "bottom": "its deltas cancel out over the examples, so the error has no slope left: a lowest point, or a flat one; "
    "more nodes or another start may find a lower one",
    "solved": "the deltas of this step are 0",
    "unused": "the loss does not depend on it",
}
_MEANT = ("frozen", "unused", "bottom")
"""Reasons that are no trouble by themselves."""
_REMEDIES = {
    "dead": "A smaller alpha, or another activation.",
    "saturated": "Standardise the inputs, or draw smaller weights.",
    "underflow": "Fewer layers, another activation, or weights drawn larger.",
    "zeros": "Draw the weights at random (Glorot, He).",
    "faded": "A schedule that falls more slowly.",
    "no input": "Look at the inputs, or give it biases.",
    "frozen": "",
    "unused": "",
    "bottom": "",
    "solved": "",
}


def _unmoved(layer: LayerSnapshot) -> bool:
    parts = [part for part in (layer.alpha_delta, layer.bias_delta) if part is not None]
    return layer.stands_for_all and bool(parts) and all(not part.any() for part in parts)


def _cancels(layer: LayerSnapshot) -> bool:
    """Whether weighted deltas that are something for each example are nothing for all together."""
    if layer.weighted_delta is None or len(layer.delta) != len(layer.input) or layer.input.shape[1] != layer.weight.shape[1]:
        return False
    with np.errstate(all="ignore"):
        each = np.abs(layer.delta).T @ np.abs(layer.input)
        together = np.abs(layer.delta.T @ layer.input)
    return bool(each.any() and np.all(together <= CANCELLED * each.max()))


def _why_still(e: NetworkEvidence, number: int) -> str:
    """The first of the reasons that holds, looking from the layer to the output."""
    if e.frozen(number):
        return "frozen"
    if e.last.layers[number].weighted_delta is None:
        return "unused"
    if _cancels(e.last.layers[number]):
        return "bottom"
    if e.last.layers[number].bias is None and not e.last.layers[number].input.any():
        return "no input"
    for at in range(number, len(e.last.layers)):
        layer = e.last.layers[at]
        if all_dead(layer):
            return "dead"
        if all_saturated(layer):
            return "saturated"
        if at > number and not layer.weight.any():
            return "zeros"
    if e.faded < FADED:
        return "faded"
    return "underflow" if e.last.layers[-1].delta.any() else "solved"


def frozen_layers(e: NetworkEvidence) -> Finding | None:
    """Weights that may not move."""
    if e.problem.frozen is None:
        return None
    frozen = e.problem.frozen.ravel()
    where = [number for number in range(len(e.problem.layers)) if frozen[e.problem.weights_of(number)].any()]
    every = bool(frozen.all())
    return Finding(
        "frozen weight",
        "warning" if every and e.end else "note",
        f"{int(frozen.sum()):,} of {frozen.size:,} weights are frozen, in layer{'s' if len(where) > 1 else ''} "
        f"{', '.join(map(str, where))}.",
        where=", ".join(f"layer {number}" for number in where),
        measured=float(frozen.mean()),
        threshold="frozen in the recipe",
        source="the recipe's frozen",
    )


def all_nodes(look: Snapshot) -> Iterator[tuple[int, int, str]]:
    """Layer, node and state ("dead", "saturated" or "") of each node, for the view."""
    for number, layer in enumerate(look.layers):
        off, flat = set(dead(layer).tolist()), set(saturated(layer).tolist())
        for j in range(layer.nodes):
            yield number, j, "dead" if j in off else "saturated" if j in flat else ""
