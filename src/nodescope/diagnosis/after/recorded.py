"""The evidence of an observed run: the same facts, from the columns that were recorded; no goals, no replay, no forecast."""

import math
from functools import cached_property
from typing import Any

import numpy as np

from nodescope.arithmetic.activations import ACTIVATIONS
from nodescope.arithmetic.core import engine
from nodescope.arithmetic.problem import Floats
from nodescope.diagnosis.after.evidence import ERRORS_LOOKED_AT, FIT, SLOW, Evidence
from nodescope.diagnosis.after.finding import CURVED, ERRORS, RECORDS, STEPS, WIRED
from nodescope.diagnosis.after.snapshot import LayerSnapshot, Snapshot, steps_looked_at
from nodescope.run.recorded import Curvature, Record, Recorded

KNOWN = (
    "Linear", "Conv1d", "Conv2d", "Conv3d", "ConvTranspose1d", "ConvTranspose2d", "ConvTranspose3d", "Embedding", "EmbeddingBag",
)  # fmt: skip
"""Nodes of layers of these kinds are told wherever they are used."""
TOGETHER = 8
"""The examples of so many records at the end are looked at together, so that a node that is off for one batch is not called
dead."""
FIRST = 3
"""The median of so many losses is the start that the end is judged by."""
LATELY = 0.1
"""The median loss of this part of the run is called the loss at the end."""
VARIED = 1.2
"""A step's loss is a sum over another count of numbers each time where the most are so many times the least."""
NOT_BETTER = 0.9
"""Nothing was learned where this part of the loss of always saying the same, or of that at the start, is left."""
RIGHT = 0.97
"""With so large a part of the predictions right it is a fit, whatever the loss."""
STANDS, STANDS_IN_NOISE = 0.02, 0.05
"""A loss stands that falls by less than this part from one quarter to the next; by less than the second where it is noisy."""


class RecordedEvidence(Evidence):
    """What was seen of a run."""

    numbered = False
    error_is, part_of = "the loss is about", "the loss at the start"

    def __init__(self, run: Recorded) -> None:
        self.run: Any = run
        self.recorded = run

    @cached_property
    def offers(self) -> frozenset[str]:
        found = {RECORDS, CURVED} | ({WIRED} if self.recorded.facts.ended is None else set())
        return frozenset(found | ({STEPS} if self.snapshots else set()) | ({ERRORS} if len(self.losses_seen) else set()))

    @property
    def is_linear(self) -> bool:
        """Never: what the program makes of the last layer's numbers is not known."""
        return False

    @cached_property
    def numbers(self) -> list[int]:
        """Numbers of the layers that are judged node by node: all but gates, and those of which only the weights were seen."""
        told = [
            number
            for number, layer in enumerate(self.recorded.layers)
            if layer.kind in KNOWN or (not layer.gates and any("sum" in r.layers[number] for r in self.recorded.records))
        ]
        return told or list(range(len(self.recorded.layers)))

    @cached_property
    def snapshots(self) -> list[Snapshot]:
        """The first record, some between, and the last ones as one."""
        records = self._whole
        some = steps_looked_at(len(records))
        return [*(self._snapshot([records[i]]) for i in some[:-1]), self._snapshot(records[-TOGETHER:])] if records else []

    @cached_property
    def _whole(self) -> list[Record]:
        """Records in which every layer has finite weights."""
        return [record for record in self.recorded.records if _is_whole(record)]

    def _snapshot(self, records: list[Record]) -> Snapshot:
        last = records[-1]
        layers = tuple(self._layer(number, records) for number in self.numbers)
        return Snapshot(last.step, last.alpha * self.direction, last.loss, layers)

    def _layer(self, number: int, records: list[Record]) -> LayerSnapshot:
        told, columns = self.recorded.layers[number], records[-1].layers[number]
        k = len(told.shown)

        def rows(name: str, width: int) -> Floats:
            parts = [np.asarray(r.layers[number][name], dtype=np.float64) for r in records if name in r.layers[number]]
            return np.concatenate(parts) if parts else np.empty((0, width))

        def last_of(name: str) -> Floats | None:
            return np.asarray(columns[name], dtype=np.float64) if name in columns else None

        total = rows("sum", k)
        known = ACTIVATIONS.get(told.activation or "identity")
        slope = np.full(total.shape, np.nan) if known is None else engine().activation(known, total)[1]
        prediction = rows("prediction", k)
        weight = last_of("weight")
        assert weight is not None
        return LayerSnapshot(
            activation=told.activation, weight=weight, bias=last_of("bias"),
            weighted_delta=last_of("weighted_delta"), bias_weighted_delta=last_of("bias_weighted_delta"),
            input=rows("input", told.inputs), sum=total,
            prediction=prediction if len(prediction) == len(total) else total, slope=slope, delta=rows("delta", k),
            numbers=np.array(told.shown, dtype=np.intp), of=told.nodes,
        )  # fmt: skip

    @property
    def lately(self) -> tuple[Snapshot, Snapshot]:
        """The last records together, and the ones before them."""
        records = self._whole[: -min(TOGETHER, len(self._whole) - 1)] if len(self._whole) > 1 else self._whole
        return self._snapshot(records[-TOGETHER:]), self.last

    def unmoved(self, number: int) -> bool:
        """Whether a layer's weights stood as they are in every one of the last records, and none of them moved it."""
        records = [record.layers[self.numbers[number]] for record in self._whole[-TOGETHER:]]
        weights = [[np.asarray(layer[name]) for name in ("weight", "bias") if name in layer] for layer in records]
        steps = [np.asarray(layer[name]) for layer in records for name in ("alpha_delta", "bias_delta") if name in layer]
        same = all(np.array_equal(a, b) for one in weights for a, b in zip(one, weights[-1], strict=False))
        return same and bool(steps) and not any(step.any() for step in steps)

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
        """Whether more than half of the loss is left: of that at the start, and of always saying the same."""
        least = self.start if self.chance is None else min(self.start, self.chance)
        return bool(len(self.losses_seen)) and least > 0 and self.end > 0.5 * least

    @property
    def stands(self) -> bool:
        """Whether the last two quarters of the run are alike, or so noisy that no fall can be seen."""
        quarters = np.array_split(self.errors[len(self.errors) // 2 :], 2)
        if len(quarters[0]) < 2 or len(quarters[1]) < 2:
            return False
        third, last = (float(np.median(part)) for part in quarters)
        scatter = max(float(part.std() / np.sqrt(len(part))) for part in quarters) / (abs(third) or 1.0)
        fell = (third - last) / (abs(third) or 1.0)
        return fell < max(STANDS, min(STANDS_IN_NOISE, 2 * scatter))

    @property
    def lowest(self) -> float:
        return float(np.min(self.errors)) if len(self.errors) else math.nan

    @property
    def faded(self) -> float:
        rates = [abs(rate) for rate in self.recorded.facts.rates if math.isfinite(rate)]
        return rates[-1] / max(rates) if rates and max(rates) > 0 else 1.0

    @property
    def nothing_moved(self) -> bool:
        """Whether no weight moved by a hundredth of its layer's largest."""
        pairs = list(zip(self.first.layers, self.last.layers, strict=True)) if self.snapshots else []
        return bool(pairs) and all(
            float(np.abs(last.weight - first.weight).max()) < SLOW * (float(np.abs(first.weight).max()) or 1.0)
            for first, last in pairs
        )

    @cached_property
    def changed_at_first(self) -> float:
        """Change of a layer's weights by one of the first updates ÷ their size: the median over layers of the least."""
        records = [record for record in self.recorded.records if record.step < FIRST and _is_whole(record)]
        ratios = [
            min(
                _size(record.layers[n]["alpha_delta"]) / (_size(record.layers[n]["weight"]) or math.inf)
                for record in records
                if "alpha_delta" in record.layers[n]
            )
            for n in self.numbers
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

    def one_number(self, number: int) -> bool:
        """Whether all weights of a layer, but for its biases, began as one number."""
        layer = self.first.layers[number]
        return layer.nodes > 1 and bool(np.all(layer.weight == layer.weight[0, 0]))

    def all_alike(self, number: int) -> bool:
        """Whether all nodes of a layer have the same weights, at the first look and at the last."""
        layers = (self.first.layers[number], self.last.layers[number])
        return layers[0].nodes > 1 and all(bool(np.all(layer.weight == layer.weight[0])) for layer in layers)

    @cached_property
    def errors(self) -> Floats:
        """Medians of the loss over evenly spaced stretches."""
        losses = self.losses_seen
        parts = np.array_split(losses, min(ERRORS_LOOKED_AT, len(losses))) if len(losses) else []
        return np.array([float(np.median(part)) for part in parts])

    @cached_property
    def error_steps(self) -> list[int]:
        return [round(i * self.recorded.steps / max(1, len(self.errors) - 1)) for i in range(len(self.errors))]

    @property
    def start(self) -> float:
        """Not larger than the first: steps too large throw the next ones up."""
        if not len(self.losses_seen):
            return math.nan
        return min(float(self.losses_seen[0]), float(np.median(self.losses_seen[:FIRST])))

    @property
    def true_start(self) -> float:
        """The loss of the first step."""
        return float(self.losses_seen[0]) if len(self.losses_seen) else math.nan

    @property
    def end(self) -> float:
        lately = max(1, int(LATELY * len(self.losses_seen)))
        return float(np.median(self.losses_seen[-lately:])) if len(self.losses_seen) else math.nan

    @cached_property
    def spread(self) -> float:
        return 0.0

    @cached_property
    def converged(self) -> bool:
        """Whether the loss is a small part of what it was, or of always saying the same; of one below 0 nothing is known."""
        of = self.start if self.chance is None else self.chance
        return bool(0 <= self.end <= FIT * of or self.right >= RIGHT)

    @property
    def solved(self) -> bool:
        """Whether the loss is 0: the errors that it was made of are not known."""
        return self.end == 0.0

    @property
    def surely_converged(self) -> bool:
        """Never: a loss may have been far too high at the start."""
        return False

    @property
    def finite(self) -> bool:
        return self.recorded.trouble is None

    @property
    def depth(self) -> int:
        return len(self.numbers)

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

    def kept_from(self, number: int) -> str:
        """Why a layer's weights cannot move; "" where they can."""
        return self.recorded.layers[self.numbers[number]].kept_from

    def frozen(self, number: int) -> bool:
        return bool(self.kept_from(number))

    def moved_by_others(self, number: int) -> bool:
        """Whether a layer's weights are others at the end, though the optimizer never moves them."""
        first, last = self.first.layers[number].weight, self.last.layers[number].weight
        return self.frozen(number) and not np.array_equal(first, last)

    def layer_name(self, number: int) -> str:
        """Its number, and what its program calls it."""
        return f"layer {self.numbers[number]} ({self.recorded.layers[self.numbers[number]].name})"

    @cached_property
    def alphas(self) -> Floats:
        return np.array([record.alpha for record in self.recorded.records]) * self.direction

    @property
    def bend(self) -> Curvature | None:
        return self.recorded.bends[-1] if self.recorded.bends else None

    @property
    def can_move(self) -> bool:
        return True

    @property
    def rescales(self) -> bool:
        return bool(self.recorded.optimizer["name"] != "SGD")

    whole_batch = True
    """Whether a local limit is that of the examples that a step sees: it was worked out on the step's own graph."""

    def local_limit(self, snapshot: Snapshot) -> float:
        near = min(self.recorded.bends, key=lambda bend: abs(bend.step - snapshot.step), default=None)
        return math.inf if near is None else near.limit


def _is_whole(record: Record) -> bool:
    return bool(record.layers) and all("weight" in layer and np.all(np.isfinite(layer["weight"])) for layer in record.layers)


def _size(column: Any) -> float:
    return float(np.sqrt(np.mean(np.square(np.asarray(column, dtype=np.float64)))))
