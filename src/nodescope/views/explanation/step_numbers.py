"""The numbers of one step as an explanation reads them: layer by layer, all axes there, every number with its name.

A number's name says the layer where there are several, the node, the input and the example where there are several of these.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodescope.arithmetic.problem import Floats, LayerShape
from nodescope.run.run import Run
from nodescope.run.trace import Step
from nodescope.views.explanation.lines import FEW_EXAMPLES, FEW_INPUTS, FEW_NODES
from nodescope.views.numbers import exact, plain_text
from nodescope.views.problem_words import is_one_identity_layer


@dataclass(frozen=True, eq=False)
class LayerShown:
    """One layer in one step, of b examples, k nodes, d inputs.

    Attributes
    ----------
    input : (b, d)
    sum, prediction, slope, delta : (b, k)
    weight, weighted_delta, alpha_delta, new_weight : (k, width), a node's bias last
    memory, memory_before : (k, width) for each name
        The rule's memory after the step and before it.
    frozen : (k, width) bool
    nodes : which of them are written out
    """

    number: int
    shape: LayerShape
    input: Floats
    sum: Floats
    prediction: Floats
    slope: Floats
    delta: Floats
    weight: Floats
    weighted_delta: Floats
    alpha_delta: Floats
    new_weight: Floats
    memory: dict[str, Floats]
    memory_before: dict[str, Floats]
    frozen: NDArray[np.bool_]
    nodes: range

    @property
    def inputs(self) -> range:
        """Inputs that are written out."""
        d = self.shape.inputs
        return range(d if d <= FEW_INPUTS else FEW_INPUTS - 1)

    @property
    def weights(self) -> list[int]:
        """Weights of a node that are written out: those of the inputs written out, and the bias."""
        return [*self.inputs, *([self.shape.inputs] if self.shape.has_bias else [])]

    def bias_is(self, i: int) -> bool:
        """Whether weight i of a node is its bias."""
        return i == self.shape.inputs


class StepNumbers:
    """One step of a run, of which some layers, or one node, are written out."""

    def __init__(self, run: Run, step: int, node: int | None = None) -> None:
        self.run, self.recipe, self.problem = run, run.recipe, run.recipe.problem  # an observed run says that it has none
        shown = run.trace[step]
        self.t, self.alpha, self.epoch, self.mse = (shown[name] for name in ("step", "alpha", "epoch", "mse"))
        self.example = [int(e) for e in np.ravel(shown["example"]) if e >= 0]
        self.goal = np.reshape(shown["goal"], (-1, self.recipe.k))[: len(self.example)]
        self.examples = range(min(len(self.example), FEW_EXAMPLES))
        self.node = node
        self.by_name = shown.as_dict() | {
            f"layers[{number}].{name}": value
            for number, layer in enumerate(shown.layers)
            for name, value in layer.as_dict().items()
        }

    @cached_property
    def layers(self) -> Sequence[LayerShown]:
        """All layers, each read from the run's trace, whichever way the recipe was written."""
        shown = self.run.trace[self.t]
        return [self._layer(number, shown.of_layer(number)) for number in range(len(self.problem.layers))]

    @property
    def last(self) -> LayerShown:
        """The layer of the outputs."""
        return self.layers[-1]

    @cached_property
    def _state(self) -> Floats:
        """What the step starts from: weights, then the rule's memory, then its clocks."""
        return self.run.replay.state_at(self.t)

    @property
    def clocks(self) -> list[float]:
        """The rule's clocks before this step."""
        rule = self.recipe.rule
        return [float(clock) for clock in self._state[self.problem.size * (1 + len(rule.memories)) :]]

    def _layer(self, number: int, numbers: Step) -> LayerShown:
        shape, memories, size = self.problem.layers[number], self.recipe.rule.memories, self.problem.size

        def per_example(name: str) -> Floats:
            width = shape.inputs if name == "input" else shape.outputs
            return np.reshape(numbers[name], (-1, width))[: len(self.example)]

        def per_weight(name: str, of_bias: str) -> Floats:
            return np.column_stack([numbers[name], numbers[of_bias]]) if shape.has_bias else numbers[name]

        def block(flat: NDArray[Any]) -> NDArray[Any]:
            return self.problem.blocks(flat)[number]

        frozen = self.problem.frozen
        k = shape.outputs
        nodes = range(k if k <= FEW_NODES else FEW_NODES - 1) if self.node is None else range(self.node, self.node + 1)
        return LayerShown(
            number=number,
            shape=shape,
            **{name: per_example(name) for name in ("input", "sum", "prediction", "slope", "delta")},
            weight=per_weight("weight", "bias"),
            weighted_delta=per_weight("weighted_delta", "bias_weighted_delta"),
            alpha_delta=per_weight("alpha_delta", "bias_delta"),
            new_weight=per_weight("new_weight", "new_bias"),
            memory={name: per_weight(name, f"bias_{name}") for name in memories},
            memory_before={name: block(self._state[size * m : size * (m + 1)]) for m, name in enumerate(memories, 1)},
            frozen=block(np.zeros(size, bool) if frozen is None else frozen.ravel()),
            nodes=nodes,
        )

    # ---- names ----

    def title(self) -> str:
        """Which step of what."""
        recipe = self.recipe
        seen = f"{len(self.example):,} examples" if len(self.example) > 1 else f"example {self.example[0]}"
        which = "" if recipe.n == 1 else f" (epoch {self.epoch:,}, {seen} of {recipe.n:,})"
        schedule = " from its schedule" if recipe.schedule else ""
        nodes = "" if is_one_identity_layer(recipe) else f"{recipe.network}, "
        what = f"{nodes}rule {recipe.rule.name}, alpha {exact(self.alpha)}{schedule}"
        return f"Step {self.t:,} of {self.run.steps:,}{which}: {what}"

    def of(self, quantity: str, layer: LayerShown, j: int, *, i: int | None = None, s: int | None = None) -> str:
        """The name of a number of node j, of its weight i, of the step's example s."""
        several = len(self.layers) > 1
        inside = []
        if s is not None and len(self.example) > 1:
            inside.append(f"example {self.example[s]}")
        if several:
            inside.append(f"layer {layer.number}")
        if several or layer.shape.outputs > 1:
            inside.append(self._node_name(j))
        if i is not None and (several or layer.shape.width > 1):
            inside.append(self.input_name(layer, i))
        return f"{quantity} of {', '.join(inside)}" if inside else quantity

    def _node_name(self, j: int) -> str:
        by_goal = self.recipe.source is not None and len(self.layers) == 1
        return plain_text(self.recipe.goal_names[j]) if by_goal else f"node {j}"

    def input_name(self, layer: LayerShown, i: int) -> str:
        """What input i of a layer is called."""
        if layer.bias_is(i):
            return "bias"
        if layer.number:
            return f"from node {i}"
        return plain_text(self.recipe.input_names[i]) if self.recipe.has_names else f"input {i}"

    def in_the_same_way(self, layer: LayerShown, *left_out: tuple[int, str]) -> str | None:
        """What of a layer is not written out; None where all is."""
        words = [f"{count:,} more {what}{'s' if count > 1 else ''}" for count, what in left_out if count]
        of = f" of layer {layer.number}" if len(self.layers) > 1 else ""
        return f"… and {' and '.join(words)}{of}, in the same way" if words else None
