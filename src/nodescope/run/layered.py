"""The numbers of one layer of a network, as columns: the same names as a single node's, replayed in the same way.

Axes: T steps, b examples of a step (dropped where a step has one), k nodes of the layer, d inputs of it.
"""

from functools import cached_property

import numpy as np

from nodescope.arithmetic.core import engine
from nodescope.arithmetic.problem import Columns, Floats, LayerShape
from nodescope.run.replay import Replay
from nodescope.run.tabular import Column
from nodescope.run.trace import Window, fill

_OF_WEIGHTS = ("weight", "weighted_delta", "alpha_delta", "new_weight")
_OF_BIAS = {"bias": "weight", "bias_weighted_delta": "weighted_delta", "bias_delta": "alpha_delta", "new_bias": "new_weight"}
_OF_NODES = ("sum", "prediction", "delta")
COLUMNS = (
    "input", "weight", "bias", "sum", "prediction", "slope", "delta", "weighted_delta", "alpha_delta", "new_weight",
    "bias_weighted_delta", "bias_delta", "new_bias",
)  # fmt: skip
"""Of every layer, before the rule's memory; those of the bias where it has one."""


class LayerWindow(Window):
    """Some consecutive (or evenly spaced) steps of one layer; each column is a NumPy array, computed when asked for.

    ==================  ============  ==========================================================================
    input               (T, b, d)     what the layer is given: the examples, or the predictions of the layer before
    weight, bias        (T, k, d|–)   before the update
    sum                 (T, b, k)     weight × input, summed left to right, the bias last
    prediction, slope   (T, b, k)     the activation at the sum, and its slope there
    delta               (T, b, k)     what the loss grows by per unit of the sum
    weighted_delta      (T, k, d)     delta × input, averaged (or summed) over the batch
    alpha_delta         (T, k, d)     what the rule subtracts
    new_weight          (T, k, d)     after the update
    ==================  ============  ==========================================================================
    """

    def __init__(self, replay: Replay, rows: range, layer: int) -> None:
        super().__init__(replay, rows)
        self.layer = layer

    @property
    def shape(self) -> LayerShape:
        """How many inputs and nodes, which activation."""
        return self.recipe.problem.layers[self.layer]

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns."""
        names = [name for name in COLUMNS if self.shape.has_bias or name not in _OF_BIAS]
        memories = self.recipe.rule.memories
        return (*names, *memories, *(f"bias_{name}" for name in memories if self.shape.has_bias))

    @property
    def layers(self) -> list[Window]:
        """None within a layer."""
        return []

    def _compute(self, rows: range, names: tuple[str, ...], ends: tuple[Floats, Floats] | None = None) -> dict[str, Column]:
        problem, wanted = self.recipe.problem, {self._needs(name) for name in names}
        nodes = problem.nodes_of(self.layer)
        before = problem.nodes_of(self.layer - 1).start if self.layer and "input" in names else nodes.start
        if "slope" in names:
            wanted.add("example")
        room = Columns.for_steps(
            problem, len(rows), tuple(wanted), weights=problem.weights_of(self.layer), nodes=slice(before, nodes.stop)
        )
        fill(self._replay, rows, room, ends)
        return {name: self._column(name, room, nodes.start - before) for name in names}

    def _needs(self, name: str) -> str:
        """The engine's column that a column is made from."""
        if name == "input":
            return "prediction" if self.layer else "example"
        if name == "slope":
            return "sum"
        if name in _OF_BIAS or name in _OF_WEIGHTS:
            return _OF_BIAS.get(name, name)
        return name if name in _OF_NODES else "memory"

    def _column(self, name: str, room: Columns, first: int) -> Column:
        if name == "input" and not self.layer:
            assert room.example is not None
            values = self.recipe.examples.input[room.example]
            values[room.example < 0] = np.nan
            return self._per_example(values)
        numbers: Floats = getattr(room, self._needs(name))
        if name == "input":
            return self._per_example(numbers[:, :, :first])
        if name == "slope":
            assert room.example is not None
            slope = engine().activation(self.shape.activation, numbers[:, :, first:])[1]
            slope[room.example < 0] = np.nan
            return self._per_example(slope)
        if name in _OF_NODES:
            return self._per_example(numbers[:, :, first:])
        if self._needs(name) == "memory":
            numbers = numbers[:, self.recipe.rule.memories.index(name.removeprefix("bias_"))]
        block = numbers.reshape(len(numbers), self.shape.outputs, self.shape.width)
        return block[:, :, -1] if name in _OF_BIAS or name.startswith("bias_") else block[:, :, : self.shape.inputs]

    def _per_example(self, numbers: Floats) -> Floats:
        return numbers if self.recipe.has_examples_axis else numbers[:, 0]

    def _widest(self, names: tuple[str, ...]) -> int:
        return max(self.shape.size, self.recipe.batch_size * max(self.shape.outputs, self.shape.inputs if "input" in names else 1))

    def _labels(self, name: str, axes: int) -> list[tuple[str, ...]]:
        """Inputs of the first layer by their names, everything else counted."""
        labels: list[tuple[str, ...]] = [()] * axes
        if not self.layer and (name == "input" or ("bias" not in name and name not in (*_OF_NODES, "slope"))):
            labels[-1] = self.recipe.input_names
        return labels
