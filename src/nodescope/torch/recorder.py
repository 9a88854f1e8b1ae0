"""Records of the steps: columns of each layer, within a budget of memory and time."""

import math
import time as clock
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.optim import Optimizer

from nodescope.run.recorded import Record, Recorded
from nodescope.run.tabular import Column
from nodescope.torch.columns import of_parameters, of_update, of_uses, packed
from nodescope.torch.layers import Layer
from nodescope.torch.model import BY_HAND, layer_told, rate_of, turned
from nodescope.torch.uses import Use

COLUMN = 250
"""Bytes that a column takes beside its numbers: of a small network the most."""
FREE = 0.5
"""Seconds that records may take whatever the training takes: a short one is recorded whole."""


class Recorder:
    """Makes records, and thins them out where they grow too many or take too long.

    Parameters
    ----------
    run : Recorded
    layers : list of Layer
        Those told.
    shown : list of Tensor
        Nodes of each that are kept.
    optimizer : Optimizer or None
    memory : int
        Bytes of records at most.
    time : float or None
        Part of the training's own time that they may take; None where the stride is given.
    """

    def __init__(
        self,
        run: Recorded,
        layers: list[Layer],
        shown: list[Tensor],
        optimizer: Optimizer | None,
        memory: int,
        time: float | None,
    ) -> None:
        self._run, self._layers, self._shown, self._optimizer = run, layers, shown, optimizer
        self._memory, self._time = memory, time
        self._bytes, self._made = 0, 0
        self.seconds = 0.0

    def turn(self, number: int, nodes: Any) -> int:
        """The nodes of a layer, whose matrix stands on the right of a product: they lie along its second axis."""
        layer = self._layers[number]
        if layer.axis == 0 and not layer.known and not self._run.records:
            numbers = turned(layer, nodes, self._memory)
            self._shown[number] = torch.tensor(numbers)
            told = layer_told(layer, numbers, self._optimizer)
            self._run.layers = (*self._run.layers[:number], told, *self._run.layers[number + 1 :])
        return layer.nodes

    def before(self) -> list[dict[str, Tensor]]:
        """Columns of each layer's parameters, before an update."""
        began = clock.perf_counter()
        columns = [of_parameters(layer, shown) for layer, shown in zip(self._layers, self._shown, strict=True)]
        self.seconds += clock.perf_counter() - began
        return columns

    def after(self, before: list[dict[str, Tensor]], uses: list[Use], loss: float, others: float, training: float) -> None:
        """Record a step; `others` are seconds that watching took besides, `training` those of all since the beginning."""
        began = clock.perf_counter()
        record = self._record(before, uses, loss)
        self._run.records.append(record)
        self._bytes += _room(record)
        self.seconds += clock.perf_counter() - began
        self._made += 1
        self._keep_within_budget(self.seconds + others, training)

    def _record(self, before: list[dict[str, Tensor]], uses: list[Use], loss: float) -> Record:
        told = []
        for number, (layer, shown, columns) in enumerate(zip(self._layers, self._shown, before, strict=True)):
            mine = [use for use in uses if use.layer == number]
            told.append(columns | of_update(columns, layer, shown) | of_uses(mine))
            self._name_activation(number, {use.activation for use in mine})
        whole = packed(told)
        return Record(len(self._run.losses), self._rate(whole), loss, whole)

    def _rate(self, layers: tuple[Mapping[str, Column], ...]) -> float:
        """The optimizer's; of updates by hand what the weighted deltas were multiplied by."""
        if self._optimizer is not None:
            return rate_of(self._optimizer)
        for layer in layers:
            if "weighted_delta" in layer and "alpha_delta" in layer and layer["weighted_delta"].any():
                slope, moved = (layer[name].astype(np.float64).ravel() for name in ("weighted_delta", "alpha_delta"))
                rate = float(np.float32(moved @ slope / (slope @ slope)))
                if self._run.optimizer["name"] == BY_HAND and math.isnan(self._run.optimizer["alpha"]):
                    self._run.optimizer["alpha"] = rate
                return rate
        return math.nan

    def _name_activation(self, number: int, found: set[str]) -> None:
        layer = self._run.layers[number]
        if len(found) == 1 and (name := found.pop()) and name != layer.activation:
            kept = list(self._run.layers)
            kept[number] = replace(layer, activation=name)
            self._run.layers = tuple(kept)

    def _keep_within_budget(self, taken: float, training: float) -> None:
        """Every second record goes, and the stride doubles, where the records are too many or take too long."""
        run = self._run
        if self._too_slow(taken, max(0.0, training - taken)) or (self._bytes > self._memory and len(run.records) > 1):
            run.stride *= 2
            run.records = [record for record in run.records if record.step % run.stride == 0]
            self._bytes = sum(map(_room, run.records))

    def _too_slow(self, taken: float, alone: float) -> bool:
        """Whether records have taken longer than they may, and so far apart as they are now still would."""
        if self._time is None or taken <= max(FREE, self._time * alone):
            return False
        return taken / self._made / self._run.stride > self._time * alone / (len(self._run.losses) + 1)


def _room(record: Record) -> int:
    """Bytes of memory."""
    return record.nbytes + COLUMN * sum(map(len, record.layers))
