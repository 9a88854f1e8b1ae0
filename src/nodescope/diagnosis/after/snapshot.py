"""All numbers of a run at one step, over many examples: what every finding about layers and nodes looks at.

A replayed run makes them from its states; a recorded one hands in the same fields, for the examples and nodes that were recorded.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from nodescope.arithmetic.problem import Floats
from nodescope.run.run import Run
from nodescope.theory.network import Surface, weighted_deltas

MOST_EXAMPLES = 512
"""A snapshot of more examples takes evenly spaced ones."""
MANY = 32
"""What holds for each of so many nodes of a larger layer holds for the layer."""
SNAPSHOTS = 9
"""Steps looked at, evenly spaced, the first and the last among them."""


@dataclass(frozen=True, eq=False)
class LayerSnapshot:
    """One layer at one step: m examples, k nodes, d inputs.

    Attributes
    ----------
    activation : str
        "" where it is not known what the layer does.
    weight : (k, d); bias : (k,) or None
        Before the update.
    weighted_delta : (k, d); bias_weighted_delta : (k,); or None
        Means over the examples; None where the error does not depend on the layer.
    input : (m, d); sum, prediction, slope, delta : (m, k)
    numbers : (k,)
        Of the nodes, in their layer.
    of : int
        Nodes that the layer has.
    """

    activation: str
    weight: Floats
    bias: Floats | None
    weighted_delta: Floats | None
    bias_weighted_delta: Floats | None
    input: Floats
    sum: Floats
    prediction: Floats
    slope: Floats
    delta: Floats
    numbers: NDArray[np.intp]
    of: int

    @property
    def nodes(self) -> int:
        """How many nodes are known."""
        return len(self.weight)

    @property
    def nodes_in_words(self) -> str:
        """Their number, and of how many where some are not known."""
        return f"{self.nodes}" if self.nodes == self.of else f"the {self.nodes} told of {self.of}"

    @property
    def stands_for_all(self) -> bool:
        """Whether what holds for each node known may be said of the layer: they are all of it, or many."""
        return self.nodes == self.of or self.nodes >= MANY


@dataclass(frozen=True, eq=False)
class Snapshot:
    """All layers at one step; `mse` is over the examples looked at, before the update."""

    step: int
    alpha: float
    mse: float
    layers: tuple[LayerSnapshot, ...]


def steps_looked_at(steps: int) -> list[int]:
    """The first step, the last, and some between."""
    return sorted({round(i * (steps - 1) / (SNAPSHOTS - 1)) for i in range(SNAPSHOTS)}) if steps else []


def snapshots(run: Run, steps: Sequence[int] | None = None) -> list[Snapshot]:
    """The snapshots of a run that can be replayed, at some of its steps."""
    return [_snapshot(run, step) for step in (steps_looked_at(run.steps) if steps is None else steps)]


def _snapshot(run: Run, step: int) -> Snapshot:
    problem = run.recipe.problem
    weights = problem.weights(run.replay.state_at(step))
    surface = Surface(problem, weights, slice(None, None, max(1, -(-problem.n // MOST_EXAMPLES))))
    with np.errstate(all="ignore"):
        mse = float((surface.error**2).mean())
    alpha = run.recipe.alpha if run.recipe.schedule is None else run.recipe.schedule.at(step)
    return Snapshot(step, alpha, mse, tuple(_layers(surface)))


def _layers(surface: Surface) -> list[LayerSnapshot]:
    parts, count = weighted_deltas(surface.shapes, surface.passes, surface.deltas), len(surface.goal)
    layers = []
    *before, last = surface.passes
    if surface.problem.loss.is_error:  # its deltas have no slope in them, so nothing is lost where its nodes are sure
        last = replace(last, slope=np.ones_like(last.slope))
    passes = [*before, last]
    for shape, block, at, delta, part in zip(surface.shapes, surface.blocks, passes, surface.deltas, parts, strict=True):
        d, biased = shape.inputs, shape.has_bias
        layers.append(
            LayerSnapshot(
                activation=shape.activation.name, weight=block[:, :d], bias=block[:, -1] if biased else None,
                weighted_delta=part[:, :d] / count, bias_weighted_delta=part[:, -1] / count if biased else None,
                input=at.input, sum=at.sum, prediction=at.prediction, slope=at.slope, delta=delta,
                numbers=np.arange(shape.outputs), of=shape.outputs,
            )
        )  # fmt: skip
    return layers
