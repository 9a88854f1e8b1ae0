"""An observed run judged: the same findings, from the columns that were recorded; no goals, no replay, no forecast."""

import math
from functools import cached_property
from typing import Any

import numpy as np

from nodescope.arithmetic.activations import ACTIVATIONS
from nodescope.arithmetic.core import engine
from nodescope.arithmetic.problem import Floats
from nodescope.diagnosis.finding import Finding
from nodescope.diagnosis.networks.about_layers import exploding_deltas, unscaled_inputs, vanishing_deltas
from nodescope.diagnosis.networks.about_nodes import cut_off, dead_nodes, saturated_nodes, standing_still
from nodescope.diagnosis.networks.about_way import alpha_is_zero, crawling, plateau, runs_away, still_falling
from nodescope.diagnosis.networks.evidence import MSES, THERE, NetworkEvidence
from nodescope.diagnosis.networks.snapshot import LayerSnapshot, Snapshot, steps_looked_at
from nodescope.run.recorded import Bend, Record, Recorded

TOGETHER = 8
"""Records at the end whose examples are looked at together, so that a node that is off for one batch is not called dead."""
FIRST = 3
"""Losses whose median is called the loss at the start."""
LATELY = 0.1
"""Part of the run whose median loss is called the loss at the end."""
BOTTOMLESS = 100.0
"""Times the loss at the start."""


class RecordedEvidence(NetworkEvidence):
    """What was seen of a run."""

    numbered = False
    left, left_of = "the loss is about", "the loss at the start"

    def __init__(self, run: Recorded) -> None:
        self.run: Any = run
        self.recorded = run

    @cached_property
    def looks(self) -> list[Snapshot]:
        """The first record, some between, and the last ones as one."""
        records = [record for record in self.recorded.records if _whole(record)]
        some = steps_looked_at(len(records))
        return [*(self._snapshot([records[i]]) for i in some[:-1]), self._snapshot(records[-TOGETHER:])] if records else []

    def _snapshot(self, records: list[Record]) -> Snapshot:
        last = records[-1]
        layers = tuple(self._layer(number, records) for number in range(len(self.recorded.layers)))
        return Snapshot(last.step, last.alpha * self.direction, last.loss, layers)

    def _layer(self, number: int, records: list[Record]) -> LayerSnapshot:
        told, columns = self.recorded.layers[number], records[-1].layers[number]
        k = len(told.shown)

        def rows(name: str, width: int) -> Floats:
            parts = [np.asarray(r.layers[number][name], dtype=np.float64) for r in records if name in r.layers[number]]
            return np.concatenate(parts) if parts else np.empty((0, width))

        def kept(name: str) -> Floats | None:
            return np.asarray(columns[name], dtype=np.float64) if name in columns else None

        total = rows("sum", k)
        known = ACTIVATIONS.get(told.activation or "identity")
        slope = np.full(total.shape, np.nan) if known is None else engine().activation(known, total)[1]
        prediction = rows("prediction", k)
        weight = kept("weight")
        assert weight is not None
        return LayerSnapshot(
            activation=told.activation, weight=weight, bias=kept("bias"),
            weighted_delta=kept("weighted_delta"), bias_weighted_delta=kept("bias_weighted_delta"),
            alpha_delta=kept("alpha_delta"), bias_delta=kept("bias_delta"), input=rows("input", told.inputs), sum=total,
            prediction=prediction if len(prediction) == len(total) else total, slope=slope, delta=rows("delta", k),
            numbers=np.array(told.shown, dtype=np.intp), of=told.nodes,
        )  # fmt: skip

    @property
    def direction(self) -> float:
        return -1.0 if self.recorded.optimizer.get("maximize") else 1.0

    @cached_property
    def losses_seen(self) -> Floats:
        """Those that are finite."""
        losses = np.array(self.recorded.losses, dtype=np.float64)
        return losses[np.isfinite(losses)]

    @cached_property
    def mses(self) -> Floats:
        """Medians of the loss over evenly spaced stretches."""
        losses = self.losses_seen
        parts = np.array_split(losses, min(MSES, len(losses))) if len(losses) else []
        return np.array([float(np.median(part)) for part in parts])

    @cached_property
    def steps(self) -> list[int]:
        return [round(i * self.recorded.steps / max(1, len(self.mses) - 1)) for i in range(len(self.mses))]

    @property
    def start(self) -> float:
        return float(np.median(self.losses_seen[:FIRST])) if len(self.losses_seen) else math.nan

    @property
    def end(self) -> float:
        lately = max(1, int(LATELY * len(self.losses_seen)))
        return float(np.median(self.losses_seen[-lately:])) if len(self.losses_seen) else math.nan

    @property
    def spread(self) -> float:
        return 0.0

    @property
    def there(self) -> bool:
        """Whether the loss is a small part of what it was; of one below 0 nothing is known."""
        return bool(self.start > 0 and self.share_left <= THERE)

    @property
    def surely_there(self) -> bool:
        """Never: a loss may have been far too high at the start."""
        return False

    @property
    def finite(self) -> bool:
        return self.recorded.trouble is None

    @property
    def depth(self) -> int:
        return len(self.recorded.layers)

    @property
    def inputs(self) -> tuple[Floats, tuple[str, ...]]:
        first = self.first.layers[0]
        return first.input, tuple(str(i) for i in range(first.input.shape[1]))

    def frozen(self, number: int) -> bool:
        return bool(self.recorded.layers[number].kept_from)

    def moved_by_others(self, number: int) -> bool:
        """Whether a layer's weights are others at the end, though the optimizer never moves them."""
        first, last = self.first.layers[number].weight, self.last.layers[number].weight
        return self.frozen(number) and not np.array_equal(first, last)

    def layer_name(self, number: int) -> str:
        """Its number, and what its program calls it."""
        return f"layer {number} ({self.recorded.layers[number].name})"

    def alphas(self) -> Floats:
        return np.array([record.alpha for record in self.recorded.records]) * self.direction

    @property
    def bend(self) -> Bend | None:
        return self.recorded.bends[-1] if self.recorded.bends else None

    @property
    def scales_itself(self) -> bool:
        return bool(self.recorded.optimizer["name"] != "SGD")

    def edge(self, look: Snapshot) -> float:
        near = min(self.recorded.bends, key=lambda bend: abs(bend.step - look.step), default=None)
        return math.inf if near is None else near.limit


def _whole(record: Record) -> bool:
    return bool(record.layers) and all("weight" in layer and np.all(np.isfinite(layer["weight"])) for layer in record.layers)


def not_finite(e: RecordedEvidence) -> Finding | None:
    """The first number that was not finite."""
    found = e.recorded.trouble
    if found is None:
        return None
    grew = f"; from step {found.irreversible_from:,} on the loss never came back" if found.irreversible_from < found.step else ""
    bend = next((bend for bend in reversed(e.recorded.bends) if bend.step <= max(1, found.irreversible_from)), None)
    over = "" if bend is None or not bend.alpha > bend.limit else f"; {_against(e, bend)}"
    remedy = {
        "the data": "Look at the data: leave such rows out, or fill them in.",
        "log": "Add a small number inside the logarithm, or use the loss that takes logits.",
    }.get(found.where if found.where == "the data" else found.quantity, "A smaller rate; or keep the operands away from there.")
    return Finding(
        "non-finite",
        "fault",
        f"{found.text}{grew}{over}.",
        step=found.step,
        where=found.where,
        measured=found.value,
        threshold="infinity or NaN in a forward pass, a loss or a gradient",
        remedy=remedy,
        source="the first operation that gives what is not finite from numbers that are; else the first whose slope is not",
    )


def _against(e: RecordedEvidence, bend: Bend) -> str:
    times = f"{bend.alpha / bend.limit:.3g} times the local limit {bend.limit:.3g}"
    return f"at step {bend.step:,} the rate {bend.alpha:.3g} is {times}, set by {_set_by(e, bend)}"


def _set_by(e: RecordedEvidence, bend: Bend) -> str:
    layer = int(np.argmax(bend.shares))
    return e.layer_name(layer) if layer < e.depth else "parameters outside the layers told"


def local_limit(e: RecordedEvidence) -> Finding | None:
    """The optimizer's rate against the limit of its last look."""
    bend = e.bend
    if bend is None or not math.isfinite(bend.limit) or not bend.limit > 0:
        return None
    return Finding(
        "local limit",
        "note",
        f"{_against(e, bend)} (local, for the examples of that step).",
        step=bend.step,
        where=_set_by(e, bend),
        measured=bend.alpha,
        predicted=bend.limit,
        threshold="always told where the optimizer's limit is known",
        source="Cohen et al. 2021 and 2022; Hessian-vector products (Pearlmutter 1994) on the step's own graph",
    )


def kept_from_moving(e: RecordedEvidence) -> Finding | None:
    """Layers whose weights the optimizer never moves."""
    kept = [number for number in range(e.depth) if e.frozen(number) and not e.moved_by_others(number)]
    if not kept:
        return None
    names = ", ".join(e.layer_name(number) for number in kept)
    reasons = " and ".join(sorted({e.recorded.layers[number].kept_from for number in kept}))
    return Finding(
        "frozen weight",
        "warning",
        f"{names} cannot move: {reasons}.",
        step=0,
        where=names,
        measured=0.0,
        threshold="weights that the optimizer does not step, or that ask for no gradient",
        remedy="If that is not meant: requires_grad_(True), and give the parameters to the optimizer.",
        source="the optimizer's parameter groups",
    )


def goes_up(e: RecordedEvidence) -> Finding | None:
    """An optimizer told to make the loss larger, which did. Of a loss below 0, a score, that may be meant."""
    if e.direction > 0 or not e.end > e.start:
        return None
    return Finding(
        "wrong sign",
        "fault" if e.start > 0 else "note",
        f"maximize=True: each step makes the loss larger, from {e.start:.4g} to {e.end:.4g}.",
        step=e.recorded.steps,
        measured=e.end,
        predicted=e.start,
        threshold="maximize, and the loss grew; a fault where it was above 0",
        remedy="Leave maximize out, unless this is a score.",
        source="the optimizer's settings, run.losses",
    )


def bottomless(e: RecordedEvidence) -> Finding | None:
    """A loss that falls below 0 and on: descent of something that has no least value."""
    losses = e.losses_seen
    if not len(losses) or not losses[-1] < -BOTTOMLESS * max(abs(e.start), 1e-300):
        return None
    return Finding(
        "wrong sign",
        "fault",
        f"the loss falls without end, from {e.start:.4g} to {losses[-1]:.4g}: it has no least value.",
        step=e.recorded.steps,
        measured=float(losses[-1]),
        predicted=0.0,
        threshold=f"below −{BOTTOMLESS:g} times the size of the loss at the start",
        remedy="Look at its sign: a loss is made smaller, a score has to be negated.",
        source="run.losses",
    )


def loss_not_seen(e: RecordedEvidence) -> Finding | None:
    """No `backward` was seen, so no loss was."""
    if len(e.losses_seen) or not e.finite:
        return None
    return Finding(
        "unknown",
        "warning",
        "the loss was not seen, so nothing is said of it: no loss.backward() was called where it could be seen.",
        step=0,
        measured=None,
        threshold="a finite loss at some step",
        remedy="Call loss.backward(), in the thread that observes.",
        source="run.losses",
    )


def nothing_recorded(e: RecordedEvidence) -> Finding | None:
    if e.looks:
        return None
    return Finding(
        "unknown", "warning", "nothing can be told: no step of a known layer was recorded.", step=0, measured=None,
        threshold="at least one record", remedy="Step the optimizer inside `with observe(…)`.", source="run.trace.steps",
    )  # fmt: skip


ABOUT_THE_LOSS: Any = (goes_up, bottomless, runs_away, crawling, plateau, still_falling)
FINDINGS: Any = (
    goes_up, bottomless, not_finite, runs_away, alpha_is_zero, dead_nodes, saturated_nodes, cut_off, exploding_deltas,
    vanishing_deltas, kept_from_moving, standing_still, unscaled_inputs, crawling, plateau, still_falling, local_limit,
    loss_not_seen,
)  # fmt: skip


def recorded_findings(e: RecordedEvidence) -> list[Finding]:
    """In the order of the verdict."""
    looks = FINDINGS if e.looks else (not_finite, nothing_recorded)
    if not len(e.losses_seen):
        looks = [look for look in looks if look not in ABOUT_THE_LOSS]
    with np.errstate(all="ignore"):
        return [finding for look in looks if (finding := look(e)) is not None]
