"""Findings about what passes through the layers: gradients that vanish or explode on their way back."""

import numpy as np

from nodescope.arithmetic.problem import Floats
from nodescope.diagnosis.after.about_nodes import all_dead
from nodescope.diagnosis.after.evidence import Evidence
from nodescope.diagnosis.after.finding import STEPS, Finding, needs
from nodescope.diagnosis.after.snapshot import Snapshot

VANISHED, HARDLY = 1e-8, 1e-4
"""Where the first layer's deltas are below this part of the last layer's they have vanished, or hardly arrive."""
EXPLODED, HEAVY = 1e8, 1e4
"""Where they are more than so many times the last layer's they have exploded, or are heavy."""


def delta_sizes(snapshot: Snapshot) -> Floats:
    """Root of the mean square delta of each layer."""
    with np.errstate(all="ignore"):
        return np.array([float(np.sqrt((layer.delta**2).mean())) if layer.delta.size else np.nan for layer in snapshot.layers])


def _ratios(e: Evidence) -> list[tuple[Snapshot, float]]:
    """First layer's deltas ÷ the last layer's, where there are any."""
    sizes = [(snapshot, delta_sizes(snapshot)) for snapshot in e.snapshots]
    return [(snapshot, float(size[0] / size[-1])) for snapshot, size in sizes if size[-1] > 0 and np.all(np.isfinite(size))]


def _cut(snapshot: Snapshot) -> bool:
    """Whether no delta can reach the first layer at all, for another reason: a layer that is off, or weights of 0."""
    later = snapshot.layers[1:]
    return any(map(all_dead, snapshot.layers)) or any(not layer.weight.any() for layer in later)


@needs(STEPS)
def vanishing_gradients(e: Evidence) -> Finding | None:
    """Deltas that hardly reach the first layer."""
    ratios = [(snapshot, ratio) for snapshot, ratio in _ratios(e) if not _cut(snapshot)]  # zeros at the start let none through
    if e.depth < 2 or not ratios or _cut(e.last):
        return None
    at, ratio = ratios[0]
    typical = float(np.median([r for _, r in ratios]))
    if not (ratio < HARDLY or typical < HARDLY):
        return None
    if typical < ratio:
        at, ratio = min(ratios, key=lambda pair: abs(pair[1] - typical))
    each = ratio ** (1 / (e.depth - 1))
    kept = f"each layer on the way back keeps {each:.3g} of them" if ratio else "the rest is below the smallest double"
    severity = "note" if e.converged else "fault" if ratio < VANISHED and e.share_left > 0.5 else "warning"
    return Finding(
        "vanishing gradients",
        severity,
        f"of the last layer's deltas {ratio:.3g} is left in the first layer: {kept}.",
        headline="The first layers hardly learn: almost nothing of the error reaches them.",
        step=at.step,
        where="layer 0",
        measured=ratio,
        predicted=1.0,
        threshold=f"first ÷ last layer's root mean square delta below {HARDLY:g}; fault below {VANISHED:g} where it is no fit",
        remedy="" if severity == "note" else f"Weights drawn by Glorot or He, fewer layers{_or_relu(at)}.",
        source="Hochreiter 1991; Glorot, Bengio 2010, section 4.2",
    )


def _or_relu(snapshot: Snapshot) -> str:
    """In place of an activation with flat ends, where there is one."""
    flat = next((layer.activation for layer in snapshot.layers if layer.activation in ("sigmoid", "tanh")), "")
    return f", or relu in place of {flat}" if flat else ""


@needs(STEPS)
def exploding_gradients(e: Evidence) -> Finding | None:
    """Deltas that grow on the way back."""
    ratios = _ratios(e)
    if e.depth < 2 or not ratios:
        return None
    at, ratio = max(ratios, key=lambda pair: pair[1])
    if ratio < HEAVY:
        return None
    each = ratio ** (1 / (e.depth - 1))
    severity = "note" if e.converged else "fault" if ratio > EXPLODED or not e.finite else "warning"
    return Finding(
        "exploding gradients",
        severity,
        f"the first layer's deltas are {ratio:.3g} times the last layer's: each layer on the way back makes them "
        f"{each:.3g} times as large.",
        headline="The error grows on its way back, so the first layers take huge steps.",
        step=at.step,
        where="layer 0",
        measured=ratio,
        predicted=1.0,
        threshold=f"first ÷ last layer's root mean square delta above {HEAVY:g}; fault above {EXPLODED:g}, or where it diverged",
        remedy="" if severity == "note" else "Draw smaller weights (Glorot, He), or take fewer layers.",
        source="Pascanu, Mikolov, Bengio 2013, section 2",
    )
