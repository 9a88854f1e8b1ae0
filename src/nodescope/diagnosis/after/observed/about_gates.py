"""Findings about gates of recurrent layers that are shut, or open, at every step: units that forget at once, or hear nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nodescope.arithmetic.problem import Floats
from nodescope.diagnosis.after.finding import Finding
from nodescope.run.recorded import RecordedLayer

if TYPE_CHECKING:
    from nodescope.diagnosis.after.recorded import RecordedEvidence

SHUT = 0.05
"""A gate is shut below it, and open above 1 less it."""
MANY = 0.5
"""Of the units of a layer: of fewer nothing is said."""
TOGETHER = 8
"""Records at the end that are looked at together."""
FEW = 16
"""Steps of sequences below which nothing is said."""
STEPS = 20
"""Of a training, before which a gate is as it was drawn."""
MEANING = {
    ("input", "shut"): "take nothing in",
    ("forget", "shut"): "keep nothing from one step of a sequence to the next",
    ("output", "shut"): "give nothing out",
    ("update", "shut"): "keep nothing from one step of a sequence to the next",
    ("update", "open"): "take nothing in",
}
"""What it means for a unit. Other gates may well be so for good."""


@dataclass(frozen=True)
class _Stuck:
    """A gate that is shut or open at every step looked at, for so many of the units told."""

    layer: int
    gate: str
    how: str
    units: int
    of: int
    by_bias: bool


def gates_stuck(e: "RecordedEvidence") -> Finding | None:
    """The gate that is stuck for the largest part of its units."""
    worst = max(_stuck(e), key=lambda found: found.units / found.of, default=None)
    if worst is None or worst.units < MANY * worst.of or e.recorded.steps < STEPS:
        return None
    told = e.recorded.layers[worst.layer]
    every = worst.units == worst.of and e.hardly_fell and not e.converged
    line = f"below {SHUT:g}" if worst.how == "shut" else f"above {1 - SHUT:g}"
    some = f"all {worst.of}" if worst.units == worst.of else f"{worst.units} of {worst.of}"
    seen = " told" if len(told.shown) < told.nodes else ""
    return Finding(
        "gates",
        "warning" if every else "note",
        f"the {worst.gate} gate of layer {worst.layer} ({told.name}) is {worst.how} ({line} at every step looked at) for {some} "
        f"units{seen}: these {MEANING[worst.gate, worst.how]}.",
        headline=f"Units of a recurrent layer {MEANING[worst.gate, worst.how]}: their {worst.gate} gate is {worst.how}.",
        step=e.recorded.records[-1].step,
        where=f"layer {worst.layer} ({told.name})",
        measured=worst.units / worst.of,
        threshold=f"{line} at every step looked at, for at least {MANY:.0%} of the units; a warning where it is all "
        "of them and most of the loss is left",
        remedy=_remedy(told, worst) if every else "",
        source="gates by the formulas of LSTM and GRU, held against the outputs seen",
    )


def _stuck(e: "RecordedEvidence") -> Iterator[_Stuck]:
    for number, told in enumerate(e.recorded.layers):
        records = [record.layers[number] for record in e.recorded.records[-TOGETHER:]]
        parts = [np.asarray(layer["prediction"], dtype=np.float64) for layer in records if "prediction" in layer]
        if len(told.gates) > 1 and sum(map(len, parts)) >= FEW:
            sums = np.concatenate([np.asarray(layer["sum"], dtype=np.float64) for layer in records if "sum" in layer])
            yield from _stuck_in(number, told, np.concatenate(parts), sums, _biases(e, told))


def _biases(e: "RecordedEvidence", told: RecordedLayer) -> Floats:
    """Of the layer's nodes: that of the input and that of the state."""
    names, last = (told.name, told.name.replace("weight_ih", "weight_hh")), e.recorded.records[-1].layers
    pairs = zip(e.recorded.layers, last, strict=True)
    found = [seen["bias"] for layer, seen in pairs if layer.name in names and layer.shown == told.shown and "bias" in seen]
    return np.sum(found, axis=0, dtype=np.float64) if found else np.zeros(len(told.shown))


def _stuck_in(number: int, told: RecordedLayer, values: Floats, sums: Floats, bias: Floats) -> Iterator[_Stuck]:
    of_gate = np.array(told.shown) * len(told.gates) // told.nodes
    for place, gate in enumerate(told.gates):
        mine = of_gate == place
        for how, stuck in (("shut", (values < SHUT).all(axis=0)), ("open", (values > 1 - SHUT).all(axis=0))):
            if (gate, how) in MEANING and (mine & stuck).any():
                which = mine & stuck
                by_bias = bool(np.median(bias[which] / np.median(sums[:, which], axis=0)) > MANY)
                yield _Stuck(number, gate, how, int(which.sum()), int(mine.sum()), by_bias)


def _remedy(told: RecordedLayer, found: _Stuck) -> str:
    """As code where biases do it: each gate has two."""
    if not found.by_bias:
        return "Scale what it is given to about 1 in size, or draw smaller weights: its sums are far out."
    units = told.nodes // len(told.gates)
    place = told.gates.index(found.gate)
    rows = f"[{place * units}:{(place + 1) * units}]"
    first, second = (told.name.replace("weight_ih", name) for name in ("bias_ih", "bias_hh"))
    start = 1.0 if found.gate == "forget" else 0.0
    return f"model.{first}.data{rows} = {start}; model.{second}.data{rows} = 0.0, before the training."
