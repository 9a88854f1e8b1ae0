"""Findings about nodes: dead, saturated, alike, stalled, out of reach of their goals.

What is said of a node or a layer holds over an epoch, and at more than one moment.
"""

import math
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from nodescope.arithmetic.activations import ACTIVATIONS
from nodescope.diagnosis.after.evidence import FADED, Evidence
from nodescope.diagnosis.after.finding import CURVED, GOALS, STEPS, Finding, needs
from nodescope.diagnosis.after.snapshot import LayerSnapshot, Snapshot

Nodes = NDArray[np.intp]
"""Numbers of nodes of a layer."""
FLAT_END = 0.02
"""A node is saturated where its slope is below this part of its activation's greatest."""
NEARLY_ALL = 0.95
"""What holds for this part of the examples is said of them."""
MOST_OF_IT, WORTH_TELLING = 0.5, 0.1
"""Examples are cut off that hold more than this part of the squared deltas of the last layer; and more than this part of all
that there was."""
GREATEST_SLOPE = {"tanh": 1.0, "sigmoid": 0.25}
CANCELLED = 1e-9
"""Weighted deltas cancel out where less than this part of the sum of their sizes is left."""
NAMED = 5
"""A sentence lists so many numbers; of more it says how many."""


def nodes_named(numbers: Nodes | list[int]) -> str:
    """Some of them, and how many more."""
    shown = ", ".join(str(int(n)) for n in numbers[:NAMED])
    more = f" and {len(numbers) - NAMED:,} more" if len(numbers) > NAMED else ""
    return f"{'nodes' if len(numbers) > 1 else 'node'} {shown}{more}"


def dead(layer: LayerSnapshot) -> Nodes:
    """Nodes that are off for every example: their slope is 0, so no delta goes through them. Flat ends are another thing."""
    if layer.activation in GREATEST_SLOPE or not len(layer.slope):
        return np.empty(0, dtype=np.intp)
    return np.flatnonzero((layer.slope == 0).all(axis=0) & np.isfinite(layer.sum).all(axis=0))


def saturated(layer: LayerSnapshot) -> Nodes:
    """Nodes on the flat ends of their activation for nearly all examples."""
    greatest = GREATEST_SLOPE.get(layer.activation)
    if greatest is None or not len(layer.slope):
        return np.empty(0, dtype=np.intp)
    return np.flatnonzero((layer.slope <= FLAT_END * greatest).mean(axis=0) >= NEARLY_ALL)


def all_dead(layer: LayerSnapshot) -> bool:
    """Whether nothing goes through a layer."""
    return layer.stands_for_all and len(dead(layer)) == layer.nodes


def all_saturated(layer: LayerSnapshot) -> bool:
    """Whether hardly anything goes through a layer."""
    return layer.stands_for_all and len(saturated(layer)) == layer.nodes


def _worst(e: Evidence, nodes_of: Callable[[LayerSnapshot], Nodes]) -> tuple[int, Nodes] | None:
    """The layer with the largest part of nodes that are so at both moments at the end, and these."""
    before, now = e.lately
    pairs = enumerate(zip(before.layers, now.layers, strict=True))
    found = [(number, np.intersect1d(nodes_of(earlier), nodes_of(later))) for number, (earlier, later) in pairs]
    found = [(number, nodes) for number, nodes in found if len(nodes)]
    return max(found, key=lambda pair: len(pair[1]) / now.layers[pair[0]].nodes) if found else None


@needs(CURVED, STEPS)
def dead_nodes(e: Evidence) -> Finding | None:
    """Off for every example at the end."""
    worst = _worst(e, dead)
    if worst is None or e.solved:
        return None
    number, nodes = worst
    layer = e.last.layers[number]
    part = len(nodes) / layer.nodes
    already = np.intersect1d(nodes, dead(e.first.layers[number]))
    since = "from the start" if len(already) == len(nodes) else f"{len(already)} of them from the start"
    since = since if len(already) else "not at the start"
    every = all_dead(layer) and len(nodes) == layer.nodes
    severity = "note" if e.converged or part < 0.5 else "fault" if every else "warning"
    all_words = ": nothing can pass back through the layer, so it and all layers before it stand still" if every else ""
    return Finding(
        "dead nodes",
        severity,
        f"in {e.layer_name(number)} {nodes_named(layer.numbers[nodes])} of {layer.nodes_in_words} ({layer.activation}) "
        f"{'is' if len(nodes) == 1 else 'are'} off for every example, {since}{all_words}.",
        headline="Some nodes are off for every example and can never learn again.",
        step=e.last.step,
        where=f"layer {number}, {nodes_named(layer.numbers[nodes])}",
        measured=part,
        threshold=(
            "slope 0 for every example looked at; warning from half of a layer on, fault for all of it, where it is no fit yet"
        ),
        remedy="" if severity == "note" else "A smaller alpha, biases that start above 0, or leaky relu, gelu or tanh.",
        source="Lu et al. 2020, Dying ReLU and initialization; slope 0 makes delta 0",
    )


@needs(CURVED, STEPS)
def saturated_nodes(e: Evidence) -> Finding | None:
    """On the flat ends of tanh or sigmoid for nearly all examples, while it is no fit yet."""
    at_end = _worst(e, saturated)
    if at_end is None:
        return None
    number, nodes = at_end
    layer = e.last.layers[number]
    part = len(nodes) / layer.nodes
    hidden = number < len(e.last.layers) - 1
    severity = "note"
    if not e.converged and part >= 0.5:
        severity = "fault" if all_saturated(layer) and (hidden or layer.of == 1) else "warning"
    already = len(np.intersect1d(nodes, saturated(e.first.layers[number])))
    slope = float(np.median(np.abs(layer.slope[:, nodes])))
    over = math.nan if severity == "note" or e.rescales or already == len(nodes) else e.first.alpha / e.local_limit(e.first)
    thrown = f" Alpha is {over:.3g} times its local limit at the start: too large a step threw them there." if over > 1 else ""
    return Finding(
        "saturated nodes",
        severity,
        f"in {e.layer_name(number)} {nodes_named(layer.numbers[nodes])} of {layer.nodes_in_words} ({layer.activation}) "
        f"{'is' if len(nodes) == 1 else 'are'} on the flat ends for nearly every example"
        f"{', from the start' if already == len(nodes) else ''}: the slope there is about {slope:.3g}, so "
        f"hardly any delta goes through.{thrown}",
        headline="Some nodes are at the flat ends of their curve, so they hardly learn.",
        step=e.last.step,
        where=f"layer {number}, {nodes_named(layer.numbers[nodes])}",
        measured=slope,
        predicted=GREATEST_SLOPE[layer.activation],
        threshold=f"slope below {FLAT_END} of its greatest for {NEARLY_ALL:.0%} of the examples; judged where it is no fit yet",
        remedy="" if severity == "note" else "Standardise the inputs, draw smaller weights, or take a smaller alpha.",
        source="Glorot, Bengio 2010, section 3",
    )


@needs(CURVED, STEPS)
def symmetric_nodes(e: Evidence) -> Finding | None:
    """Nodes of a hidden layer that begin alike and end alike."""
    for number in range(len(e.last.layers) - 1):
        alike = [_twins(moment, number) for moment in (e.first, e.last)]
        group = max((set(a) & set(b) for a in alike[0] for b in alike[1]), key=len, default=set())
        nodes = e.last.layers[number].nodes
        if len(group) < 2:
            continue
        every = len(group) == nodes
        severity = ("fault" if every else "warning") if not e.converged else "note"
        return Finding(
            "symmetric nodes",
            severity,
            f"in layer {number} {nodes_named(sorted(group))} of {nodes} began with the same weights and get the same "
            "deltas, so they stay alike for ever: together they do what one node does.",
            headline="Some nodes began exactly alike, so together they do what one does.",
            step=e.first.step,
            where=f"layer {number}, {nodes_named(sorted(group))}",
            measured=float(len(group)),
            threshold="the same bits, into and out of the node, at the first and at the last step",
            remedy="" if severity == "note" else "Draw the weights at random (Glorot, He): that alone parts them.",
            source="Rumelhart, Hinton, Williams 1986, on breaking symmetry",
        )
    return None


def _twins(snapshot: Snapshot, number: int) -> list[tuple[int, ...]]:
    """Groups of nodes of a layer whose weights in and out have the same bits."""
    layer, fed = snapshot.layers[number], snapshot.layers[number + 1]
    if fed.weight.shape[1] != layer.of:
        return []  # somebody's model need be no chain: these are no weights of what this layer gives
    groups: dict[bytes, list[int]] = {}
    for j in range(layer.nodes):
        bias = b"" if layer.bias is None else layer.bias[j].tobytes()
        groups.setdefault(layer.weight[j].tobytes() + bias + fed.weight[:, layer.numbers[j]].tobytes(), []).append(j)
    return [tuple(group) for group in groups.values() if len(group) > 1]


@needs(CURVED, GOALS, STEPS)
def goal_out_of_range(e: Evidence) -> Finding | None:
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
        headline="Some goals lie outside what the last layer can give.",
        step=e.run.steps,
        where=f"layer {len(e.last.layers) - 1}",
        measured=high if high > last.most else low,
        predicted=least,
        threshold="a goal outside what the last activation can give; fault for more than half of them or of a quarter of the error",
        remedy='output_activation="identity", or goals scaled into its range.',
        source="the activation's range",
    )


@needs(CURVED, STEPS)
def stalled(e: Evidence) -> Finding | None:
    """No weight of some layer moved at the end, and which of the reasons it is."""
    if e.solved or not e.run.steps or e.last.alpha == 0.0:
        return None
    layers = enumerate(e.last.layers)
    still = [n for n, layer in layers if layer.stands_for_all and e.unmoved(n) and not e.moved_by_others(n)]
    if not still:
        return None
    every = len(still) == len(e.last.layers)
    reason = _why_still(e, still[0])
    bad = not e.converged and reason not in _MEANT
    names = "every layer" if every else ", ".join(e.layer_name(number) for number in still)
    return Finding(
        "stalled",
        ("fault" if every else "warning") if bad else "note",
        f"{names} {'stand' if len(still) > 1 and not every else 'stands'} still: {_REASONS[reason]}.",
        headline=f"{'Nothing moves' if every else 'A layer stands still'}: {_PLAINLY[reason]}.",
        step=e.last.step,
        where=names,
        measured=0.0,
        threshold="the layer's weights stay as they are for an epoch, though the error is not 0",
        remedy=_REMEDIES[reason] if bad else "",
        source="weight − alpha delta = weight",
    )


@needs(CURVED, STEPS)
def stalled_examples(e: Evidence) -> Finding | None:
    """Examples that hold most of what is still wrong, and for which a whole hidden layer is off: no weight learns from them."""
    if e.converged or not e.finite or not e.run.steps:
        return None
    errors = (e.last.layers[-1].delta ** 2).sum(axis=1)
    for number, layer in enumerate(e.last.layers[:-1]):
        silent: NDArray[np.bool_] = _silent(e, number)
        if len(silent) != len(errors) or not layer.stands_for_all:
            continue  # rows of a convolution are places of a picture, not examples
        share = float(errors[silent].sum() / (errors.sum() or 1.0))
        if silent.all() or share <= MOST_OF_IT or share * e.share_left < WORTH_TELLING:
            continue
        examples = np.flatnonzero(silent)
        loudest = float(np.abs(layer.prediction[silent]).max())
        more = f" and {len(examples) - NAMED:,} more" if len(examples) > NAMED else ""
        numbers = f" ({', '.join(map(str, examples[:NAMED]))}{more})" if e.numbered else ""
        return Finding(
            "stalled",
            "fault" if share > NEARLY_ALL else "warning",
            f"for {len(examples):,} of {len(silent):,} examples{numbers} every node of {e.layer_name(number)} ({layer.activation}) "
            f"is off (at most {loudest:.3g}): their deltas, {share:.3g} of what is left, reach no weight, so they stand still.",
            headline="Some examples switch a whole layer off, so nothing is learned from them.",
            step=e.last.step,
            where=f"layer {number}",
            measured=share,
            threshold=f"a layer off for examples with more than {MOST_OF_IT} of the squared deltas, {WORTH_TELLING} of all",
            remedy="A smaller alpha from the start, biases, or an activation that is not off at 0 (tanh, leaky relu).",
            source="weighted delta = delta × input, and the inputs are 0",
        )
    return None


def _silent(e: Evidence, number: int) -> NDArray[np.bool_]:
    """Examples for which every node of a layer is off, (m,); where rows are examples by their numbers, also an epoch before."""
    silent: NDArray[np.bool_] = np.all(_off(e.last.layers[number]), axis=1)
    return silent & np.all(_off(e.lately[0].layers[number]), axis=1) if e.numbered else silent


def _off(layer: LayerSnapshot) -> NDArray[np.bool_]:
    """Which nodes (m, k) give next to nothing and pass nothing back."""
    least = {"relu": 0.0, "sigmoid": FLAT_END}.get(layer.activation)
    if least is None:
        return np.zeros(layer.prediction.shape, dtype=bool)
    return (np.abs(layer.prediction) <= least) & (layer.slope <= FLAT_END * GREATEST_SLOPE.get(layer.activation, 1.0))


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
    "least": "its deltas cancel out over the examples, so the error has no slope left, and one layer without an activation has one "
    "lowest point: no weights do better",
    "solved": "the deltas of the last step are 0",
    "unused": "the loss does not depend on it",
}
_PLAINLY = {
    "frozen": "its weights are frozen",
    "dead": "its nodes are off for every example",
    "saturated": "its nodes are at the flat ends of their curve",
    "underflow": "its steps are too small to change any weight",
    "zeros": "the weights behind it are all 0",
    "faded": "alpha has faded away",
    "no input": "its inputs are all 0",
    "bottom": "it is at a lowest or a flat point",
    "least": "it is at its lowest point",
    "solved": "nothing is left to correct",
    "unused": "the error does not depend on it",
}
_MEANT = ("frozen", "unused", "bottom", "least")
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
    "least": "",
    "solved": "",
}


def deltas_cancel(layer: LayerSnapshot) -> bool:
    """Whether weighted deltas that are something for each example are nothing for all together."""
    if layer.weighted_delta is None or len(layer.delta) != len(layer.input) or layer.input.shape[1] != layer.weight.shape[1]:
        return False
    with np.errstate(all="ignore"):
        each = np.abs(layer.delta).T @ np.abs(layer.input)
        together = np.abs(layer.delta.T @ layer.input)
    return bool(each.any() and np.all(together <= CANCELLED * each.max()))


def _why_still(e: Evidence, number: int) -> str:
    """The first of the reasons that holds, looking from the layer to the output."""
    if e.frozen(number):
        return "frozen"
    if e.last.layers[number].weighted_delta is None:
        return "unused"
    if deltas_cancel(e.last.layers[number]):
        return "least" if e.depth == 1 and e.last.layers[number].activation == "identity" else "bottom"
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


def all_nodes(snapshot: Snapshot) -> Iterator[tuple[int, int, str]]:
    """Layer, node and state ("dead", "saturated" or "") of each node, for the view."""
    for number, layer in enumerate(snapshot.layers):
        off, flat = set(dead(layer).tolist()), set(saturated(layer).tolist())
        for j in range(layer.nodes):
            yield number, j, "dead" if j in off else "saturated" if j in flat else ""
