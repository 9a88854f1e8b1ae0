"""Findings about what passes through the layers: deltas that vanish or explode, inputs of unlike size."""

import numpy as np

from nodescope.arithmetic.problem import Floats
from nodescope.diagnosis.finding import Finding
from nodescope.diagnosis.networks.about_nodes import all_dead
from nodescope.diagnosis.networks.evidence import NetworkEvidence
from nodescope.diagnosis.networks.snapshot import Snapshot

VANISHED, HARDLY = 1e-8, 1e-4
"""First hidden layer's deltas ÷ the last layer's."""
EXPLODED, HEAVY = 1e8, 1e4
UNLIKE = 100.0
"""Ratio of two inputs' sizes, or size of an input."""


def delta_sizes(look: Snapshot) -> Floats:
    """Root of the mean square delta of each layer."""
    with np.errstate(all="ignore"):
        return np.array([float(np.sqrt((layer.delta**2).mean())) if layer.delta.size else np.nan for layer in look.layers])


def _ratios(e: NetworkEvidence) -> list[tuple[Snapshot, float]]:
    """First layer's deltas ÷ the last layer's, where there are any."""
    sizes = [(look, delta_sizes(look)) for look in e.looks]
    return [(look, float(size[0] / size[-1])) for look, size in sizes if size[-1] > 0 and np.all(np.isfinite(size))]


def _cut(look: Snapshot) -> bool:
    """Whether no delta can reach the first layer at all, for another reason: a layer that is off, or weights of 0."""
    later = look.layers[1:]
    return any(map(all_dead, look.layers)) or any(not layer.weight.any() for layer in later)


def vanishing_deltas(e: NetworkEvidence) -> Finding | None:
    """Deltas that hardly reach the first layer."""
    ratios = _ratios(e)
    if e.depth < 2 or not ratios or _cut(e.last):
        return None
    look, ratio = ratios[0]
    typical = float(np.median([r for _, r in ratios]))
    if not (ratio < HARDLY or typical < HARDLY):
        return None
    if typical < ratio:
        look, ratio = min(ratios, key=lambda pair: abs(pair[1] - typical))
    each = ratio ** (1 / (e.depth - 1))
    kept = f"each layer on the way back keeps {each:.3g} of them" if ratio else "the rest is below the smallest double"
    severity = "note" if e.there else "fault" if ratio < VANISHED and e.share_left > 0.5 else "warning"
    return Finding(
        "vanishing deltas",
        severity,
        f"of the last layer's deltas {ratio:.3g} is left in the first layer: {kept}.",
        step=look.step,
        where="layer 0",
        measured=ratio,
        predicted=1.0,
        threshold=f"first ÷ last layer's root mean square delta below {HARDLY:g}; fault below {VANISHED:g} where it is no fit",
        remedy="" if severity == "note" else "Weights drawn by Glorot or He, fewer layers, or relu in place of sigmoid.",
        source="Hochreiter 1991; Glorot, Bengio 2010, section 4.2",
    )


def exploding_deltas(e: NetworkEvidence) -> Finding | None:
    """Deltas that grow on the way back."""
    ratios = _ratios(e)
    if e.depth < 2 or not ratios:
        return None
    look, ratio = max(ratios, key=lambda pair: pair[1])
    if ratio < HEAVY:
        return None
    each = ratio ** (1 / (e.depth - 1))
    severity = "note" if e.there else "fault" if ratio > EXPLODED or not e.finite else "warning"
    return Finding(
        "exploding deltas",
        severity,
        f"the first layer's deltas are {ratio:.3g} times the last layer's: each layer on the way back makes them "
        f"{each:.3g} times as large.",
        step=look.step,
        where="layer 0",
        measured=ratio,
        predicted=1.0,
        threshold=f"first ÷ last layer's root mean square delta above {HEAVY:g}; fault above {EXPLODED:g}, or where it diverged",
        remedy="" if severity == "note" else "Draw smaller weights (Glorot, He), or take fewer layers.",
        source="Pascanu, Mikolov, Bengio 2013, section 2",
    )


def unscaled_inputs(e: NetworkEvidence) -> Finding | None:
    """Inputs of very unlike, or very large, size."""
    x, names = e.inputs
    if not len(x):
        return None
    with np.errstate(all="ignore"):
        size = np.sqrt((x**2).mean(axis=0))
    live = np.flatnonzero(size > 0)
    if not len(live):
        return None
    largest, smallest = live[np.argmax(size[live])], live[np.argmin(size[live])]
    ratio = float(size[largest] / size[smallest])
    if not (ratio > UNLIKE or size[largest] > UNLIKE):
        return None
    told = (
        f"input {names[largest]!r} is {ratio:.3g} times as large as input {names[smallest]!r}"
        if ratio > UNLIKE
        else f"input {names[largest]!r} is about {size[largest]:.3g} in size"
    )
    severity = "note" if e.surely_there else "warning"
    return Finding(
        "unscaled inputs",
        severity,
        f"{told}: alpha must be small enough for the large one, and is then too small for the rest.",
        where=f"input {names[largest]!r}",
        measured=max(ratio, float(size[largest])),
        threshold=f"root mean squares {UNLIKE:g} times apart, or above {UNLIKE:g}",
        remedy="" if severity == "note" else "Standardise the inputs.",
        source="LeCun, Bottou, Orr, Müller 1998, Efficient backprop, section 4.3",
    )
