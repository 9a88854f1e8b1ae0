"""An observed run judged: the same findings, from the columns that were recorded; no goals, no replay, no forecast."""

import math
from functools import cached_property
from typing import Any

import numpy as np

from nodescope.arithmetic.activations import ACTIVATIONS
from nodescope.arithmetic.core import engine
from nodescope.arithmetic.problem import Floats
from nodescope.diagnosis.about_loss_call import loss_call
from nodescope.diagnosis.about_progress import classified, no_better_than_guessing, overfitted
from nodescope.diagnosis.about_settings import SETTINGS
from nodescope.diagnosis.about_trouble import remedy_of
from nodescope.diagnosis.about_wiring import WIRING
from nodescope.diagnosis.finding import Finding
from nodescope.diagnosis.networks.about_layers import exploding_deltas, unscaled_inputs, vanishing_deltas
from nodescope.diagnosis.networks.about_nodes import cut_off, dead_nodes, saturated_nodes, standing_still
from nodescope.diagnosis.networks.about_way import CRAWL, alpha_is_zero, crawling, runs_away, still_falling
from nodescope.diagnosis.networks.evidence import MSES, THERE, NetworkEvidence
from nodescope.diagnosis.networks.snapshot import LayerSnapshot, Snapshot, steps_looked_at
from nodescope.run.recorded import Bend, Record, Recorded

TOGETHER = 8
"""Records at the end whose examples are looked at together, so that a node that is off for one batch is not called dead."""
FIRST = 3
"""Losses whose median is called the loss at the start."""
LATELY = 0.1
"""Part of the run whose median loss is called the loss at the end."""
VARIED = 1.2
"""Most ÷ least numbers that a step's loss is a sum of."""
NOT_BETTER = 0.9
"""Of the loss of always saying the same, or at the start."""
RIGHT = 0.97
"""Of the predictions: with so many right it is a fit, whatever the loss."""
PAST = 3.0
"""Times its limit: a rate that large would have been seen to diverge."""
GROWN = (20.0, 1000.0)
"""Times the size that a loss of unknown kind had at first: a warning, a fault."""
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

        # one still step is no stillness: of the last records the latest in which the layer moved
        moving = [r.layers[number] for r in records if np.any(r.layers[number].get("alpha_delta", 0.0) != 0)]
        moved = moving[-1] if moving else columns

        def update(name: str) -> Floats | None:
            return np.asarray(moved[name], dtype=np.float64) if name in moved else None

        total = rows("sum", k)
        known = ACTIVATIONS.get(told.activation or "identity")
        slope = np.full(total.shape, np.nan) if known is None else engine().activation(known, total)[1]
        prediction = rows("prediction", k)
        weight = kept("weight")
        assert weight is not None
        return LayerSnapshot(
            activation=told.activation, weight=weight, bias=kept("bias"),
            weighted_delta=kept("weighted_delta"), bias_weighted_delta=kept("bias_weighted_delta"),
            alpha_delta=update("alpha_delta"), bias_delta=update("bias_delta"), input=rows("input", told.inputs), sum=total,
            prediction=prediction if len(prediction) == len(total) else total, slope=slope, delta=rows("delta", k),
            numbers=np.array(told.shown, dtype=np.intp), of=told.nodes,
        )  # fmt: skip

    @property
    def direction(self) -> float:
        return -1.0 if self.recorded.optimizer.get("maximize") else 1.0

    @cached_property
    def losses_seen(self) -> Floats:
        """Those that are finite; where each step's is a sum over another count of numbers, one number's."""
        losses = np.array(self.recorded.losses, dtype=np.float64)
        return (losses / self._counts if self._counts_vary else losses)[np.isfinite(losses)]

    @cached_property
    def _counts(self) -> Floats:
        counts = np.array(self.recorded.facts.counts, dtype=np.float64)
        return counts if len(counts) == len(self.recorded.losses) else np.ones(len(self.recorded.losses))

    @property
    def _counts_vary(self) -> bool:
        return bool(len(self._counts)) and float(self._counts.max()) > VARIED * float(self._counts.min())

    @cached_property
    def chance(self) -> float | None:
        """The loss of always saying the same: the goals' mean, or each class by its share; None where that is not known."""
        call = self.recorded.facts.main_call
        if call is None or call.goals_from != "data":
            return None
        alone = call.chance if call.counts else call.goal_variance if call.function == "mse_loss" else 0.0
        told = alone * call.factor * (1.0 if self._counts_vary or not len(self._counts) else float(np.median(self._counts)))
        return told if told > 0 and math.isfinite(told) else None

    @property
    def supervised(self) -> bool:
        """Whether the loss is known to be one that training should make small."""
        call = self.recorded.facts.main_call
        return call is not None and call.goals_from == "data"

    @property
    def right(self) -> float:
        """Part of the last predictions looked at that were their class; 0 where that is not known."""
        call = self.recorded.facts.main_call
        lately = [] if call is None else call.right[-max(1, len(call.right) // 5) :]
        return float(np.mean([part for _, part in lately])) if lately else 0.0

    @property
    def nothing_learned(self) -> bool:
        """Whether the loss is no better than that of always saying the same; where that is not known, than at the start."""
        if not len(self.losses_seen):
            return False
        if self.chance is not None:
            return self.end >= NOT_BETTER * self.chance
        return self.start > 0 and self.end > NOT_BETTER * self.start

    @property
    def hardly_fell(self) -> bool:
        """Whether more than half of the loss is left."""
        return bool(len(self.losses_seen)) and self.start > 0 and self.end > 0.5 * self.start

    @property
    def stands(self) -> bool:
        """Whether the last two quarters of the run are alike, or so noisy that no fall can be seen."""
        quarters = np.array_split(self.mses[len(self.mses) // 2 :], 2)
        if len(quarters[0]) < 2 or len(quarters[1]) < 2:
            return False
        third, last = (float(np.median(part)) for part in quarters)
        scatter = max(float(part.std() / np.sqrt(len(part))) for part in quarters) / (abs(third) or 1.0)
        fell = (third - last) / (abs(third) or 1.0)
        return fell < max(0.02, min(0.05, 2 * scatter))

    @property
    def lowest(self) -> float:
        return float(np.min(self.mses)) if len(self.mses) else math.nan

    @property
    def faded(self) -> float:
        rates = [abs(rate) for rate in self.recorded.facts.rates if math.isfinite(rate)]
        return rates[-1] / max(rates) if rates and max(rates) > 0 else 1.0

    @property
    def nothing_moved(self) -> bool:
        """Whether no weight moved by a hundredth of its layer's largest."""
        pairs = list(zip(self.first.layers, self.last.layers, strict=True)) if self.looks else []
        return bool(pairs) and all(
            float(np.abs(last.weight - first.weight).max()) < CRAWL * (float(np.abs(first.weight).max()) or 1.0)
            for first, last in pairs
        )

    @cached_property
    def changed_at_first(self) -> float:
        """Change of a layer's weights by one of the first updates ÷ their size: the median over layers of the least."""
        records = [record for record in self.recorded.records if record.step < FIRST and _whole(record)]
        ratios = [
            min(
                _size(record.layers[n]["alpha_delta"]) / (_size(record.layers[n]["weight"]) or math.inf)
                for record in records
                if "alpha_delta" in record.layers[n]
            )
            for n in range(self.depth)
            if any("alpha_delta" in record.layers[n] for record in records)
        ]
        return float(np.median(ratios)) if ratios else 0.0

    @property
    def updates_lost(self) -> float:
        """Part of the weights that the last update recorded left as they were though it was given a gradient for them."""
        layers = self.recorded.records[-1].layers if self.recorded.records else ()
        asked = still = 0
        for layer in layers:
            if "weighted_delta" in layer and "alpha_delta" in layer:
                given = layer["weighted_delta"] != 0
                asked += int(given.sum())
                still += int((given & (layer["alpha_delta"] == 0)).sum())
        return still / asked if asked else 0.0

    def all_alike(self, number: int) -> bool:
        """Whether all nodes of a layer have the same weights, at the first look and at the last."""
        layers = (self.first.layers[number], self.last.layers[number])
        return layers[0].nodes > 1 and all(bool(np.all(layer.weight == layer.weight[0])) for layer in layers)

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
        """Whether the loss is a small part of what it was, or of always saying the same; of one below 0 nothing is known."""
        small = self.start > 0 and self.share_left <= THERE
        better = self.chance is not None and self.end <= THERE * self.chance
        return bool(small or better or self.right >= RIGHT)

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
        """What the first layer is given from outside, as large as it is where it is not 0.

        An input that is rarely on (a pixel, a word) is not small for that; inputs that all lie between −1 and 1 have one scale; and
        what another layer made (an embedding, features) is nobody's to standardise.
        """
        x = self.first.layers[0].input
        if not self.recorded.facts.from_data or not x.size or float(np.abs(x).max()) <= 1.0:
            x = x[:0]
        often = np.sqrt(np.maximum((x != 0).mean(axis=0), 1e-300)) if len(x) else 1.0
        return x / often, tuple(str(i) for i in range(x.shape[1]))

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


def _size(column: Any) -> float:
    return float(np.sqrt(np.mean(np.square(np.asarray(column, dtype=np.float64)))))


def not_finite(e: RecordedEvidence) -> Finding | None:
    """The first number that was not finite."""
    found = e.recorded.trouble
    if found is None:
        return None
    grew = f"; from step {found.irreversible_from:,} on the loss never came back" if found.irreversible_from < found.step else ""
    bend = next((bend for bend in reversed(e.recorded.bends) if bend.step <= max(1, found.irreversible_from)), None)
    over = "" if bend is None or not bend.alpha > bend.limit else f"; {_against(e, bend)}"
    went_on = "; the training went on: later losses and all weights are finite" if e.recorded.facts.recovered else ""
    return Finding(
        "non-finite",
        "warning" if e.recorded.facts.recovered else "fault",
        f"{found.text}{grew}{over}{went_on}.",
        step=found.step,
        where=found.where,
        measured=found.value,
        threshold="infinity or NaN in a forward pass, a loss or a gradient",
        remedy=remedy_of(found),
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
    if bend.alpha > PAST * bend.limit and e.finite and e.end <= e.start:
        return None  # directions that hardly ever get a gradient (rows of an embedding) set it, and it holds nothing up
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
    """A loss that falls below 0 and on, ever faster: descent of something that has no least value."""
    losses = e.losses_seen
    if len(losses) < 3 or not losses[-1] < 0:
        return None
    early = float(np.abs(losses[: max(FIRST, int(LATELY * len(losses)))]).max())
    middle, last = (float(np.median(part)) for part in np.array_split(losses, 3)[1:])
    if not (losses[-1] < -BOTTOMLESS * max(early, 1e-300) and last < middle < early):
        return None
    return Finding(
        "wrong sign",
        "fault",
        f"the loss falls without end, from {e.start:.4g} to {losses[-1]:.4g}: it has no least value.",
        step=e.recorded.steps,
        measured=float(losses[-1]),
        predicted=0.0,
        threshold=f"below −{BOTTOMLESS:g} times the size that the loss had in the first tenth of the run, and falling",
        remedy="Look at its sign: a loss is made smaller, a score has to be negated.",
        source="run.losses",
    )


def diverges(e: RecordedEvidence) -> Finding | None:
    """A loss that grew. Of one that is a reward's, or plays against another, only far beyond what it was."""
    if e.supervised or (e.recorded.facts.main_call is None and _looks_fitted(e)):
        return runs_away(e)
    early = np.abs(e.losses_seen[: max(FIRST, int(LATELY * len(e.losses_seen)))])
    scale = float(early.max()) if len(early) else 0.0
    if not e.finite or not scale > 0 or not abs(e.end) > GROWN[0] * scale:
        return None
    return Finding(
        "runs away",
        "fault" if e.end > GROWN[1] * scale else "warning" if e.end > 0 else "note",
        f"the loss is {abs(e.end) / scale:.3g} times the size that it had in the first tenth of the run.",
        step=e.recorded.steps,
        measured=abs(e.end) / scale,
        predicted=1.0,
        threshold=f"above {GROWN[0]:g} times the largest loss of the first tenth; fault above {GROWN[1]:g}",
        remedy="A smaller rate.",
        source="run.losses",
    )


def _looks_fitted(e: RecordedEvidence) -> bool:
    """Whether no loss function was seen at all, and the loss never went below 0."""
    return not e.recorded.facts.loss_calls and bool(len(e.losses_seen)) and float(e.losses_seen.min()) >= 0 and e.depth > 0


def crawls(e: RecordedEvidence) -> Finding | None:
    """Hardly anything has happened: of a loss that need not fall, only where the weights stand too."""
    return crawling(e) if e.supervised or e.nothing_moved else None


def loss_not_seen(e: RecordedEvidence) -> Finding | None:
    """No `backward` was seen, so no loss was."""
    facts = e.recorded.facts
    if len(e.losses_seen) or not e.finite or not e.recorded.steps or (facts.backwards and not facts.reached):
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
    """No record of any layer: no step was made, or the model has none of a kind that is known."""
    if e.looks or not e.finite or (e.recorded.facts.backwards and not e.recorded.steps):
        return None
    if e.recorded.steps:
        return Finding(
            "unknown", "note",
            "the model has no layer of a known kind (linear, convolution, embedding), so nodes are not told: only the loss, "
            "gradients and "
            "settings are judged.",
            step=0, measured=None, threshold="at least one record of a known layer", source="run.trace.steps",
        )  # fmt: skip
    return Finding(
        "unknown", "warning", "nothing can be told: no step was made.", step=0, measured=None,
        threshold="at least one step", remedy="Step the optimizer inside `with observe(…)`.", source="run.trace.steps",
    )  # fmt: skip


ABOUT_THE_LOSS: Any = (goes_up, bottomless, diverges, crawls, no_better_than_guessing, still_falling)
OF_LAYERS: Any = (
    alpha_is_zero, dead_nodes, saturated_nodes, cut_off, exploding_deltas, vanishing_deltas, standing_still, unscaled_inputs,
    crawls, diverges,
)  # fmt: skip
FINDINGS: Any = (
    goes_up, bottomless, not_finite, alpha_is_zero, *WIRING, *SETTINGS, diverges, dead_nodes, saturated_nodes, cut_off,
    exploding_deltas, vanishing_deltas, standing_still, unscaled_inputs, crawls, no_better_than_guessing, overfitted, classified,
    still_falling, local_limit, loss_not_seen, nothing_recorded,
)  # fmt: skip


def recorded_findings(e: RecordedEvidence) -> list[Finding]:
    """In the order of the verdict."""
    looks = [look for look in FINDINGS if e.looks or look not in OF_LAYERS]
    if e.recorded.facts.ended is not None:
        looks = [look for look in looks if look not in WIRING]
    if not len(e.losses_seen):
        looks = [look for look in looks if look not in ABOUT_THE_LOSS]
    with np.errstate(all="ignore"):
        return [*loss_call(e), *(finding for look in looks if (finding := look(e)) is not None)]
