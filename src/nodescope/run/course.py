"""Figures of an observed training over time: one for each layer, at every step or at evenly spaced ones."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from nodescope.run.tabular import Column

MOST_LOOKS = 4096
"""Steps of a `Course` at most: of more every second one goes."""


@dataclass
class Course:
    """The length of each layer's gradient over time, at evenly spaced steps.

    Attributes
    ----------
    spacing : int
    steps : list of int
    gradients : list of list of float
        A row a step, a column a layer.
    """

    spacing: int = 1
    steps: list[int] = field(default_factory=list)
    gradients: list[list[float]] = field(default_factory=list)

    def keeps(self, step: int) -> bool:
        """Whether that step's are kept."""
        return step % self.spacing == 0

    def add(self, step: int, lengths: list[float]) -> None:
        """Keep a step's, if it is one of those kept."""
        if not self.keeps(step):
            return
        self.steps.append(step)
        self.gradients.append(lengths)
        if len(self.steps) > MOST_LOOKS:
            self.spacing *= 2
            kept = [n for n, each in enumerate(self.steps) if each % self.spacing == 0]
            self.steps, self.gradients = [self.steps[n] for n in kept], [self.gradients[n] for n in kept]


def figures(
    course: Course, losses: Sequence[float], rates: Sequence[float], records: Sequence[Any], layers: int
) -> dict[str, Column]:
    """Columns of `Recorded.over_time`."""
    steps = np.array(course.steps, dtype=np.int64)
    updates = {record.step: [update_part(layer) for layer in record.layers] for record in records}
    shape = (len(steps), layers)
    return {
        "step": steps,
        "loss": np.array(losses, dtype=np.float64)[steps],
        "alpha": np.array(rates, dtype=np.float64)[steps],
        "gradient": np.array(course.gradients, dtype=np.float64).reshape(shape),
        "update": np.array([updates.get(t, [math.nan] * layers) for t in course.steps], dtype=np.float64).reshape(shape),
    }


def update_part(layer: Mapping[str, Column]) -> float:
    """The length of a layer's update ÷ that of its weights, of the nodes that are kept."""
    if "alpha_delta" not in layer:
        return math.nan
    moved, weight = (float(np.linalg.norm(np.asarray(layer[name], dtype=np.float64))) for name in ("alpha_delta", "weight"))
    return moved / weight if weight else math.nan
