"""What both engines are given: the numbers of a problem, where a walk stands, and which numbers to write down."""

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from nodescope.arithmetic.activations import Activation
from nodescope.arithmetic.losses import Loss
from nodescope.arithmetic.penalty import Penalty
from nodescope.arithmetic.rules import RULES, Rule

Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]
FARTHEST = 2**62
"""A walk may come to this step, far below where 64 bits end."""


class Outcome(IntEnum):
    """Why a walk stopped (the numbers are core.h's)."""

    WENT = 0
    """All steps asked for were made."""
    DIVERGED = 1
    MSE_REACHED = 2
    UNCHANGED = 3
    """An epoch changed nothing."""
    REPEATED = 4
    """The state is the saved one again, `cursor.length` epochs after it."""
    FULL = 5
    """There is no room for another checkpoint."""
    NOT_IEEE = 6


@dataclass(frozen=True)
class LayerShape:
    """One layer of a network: how many inputs and nodes, whether each node has a bias, what is done with its sum."""

    inputs: int
    outputs: int
    has_bias: bool
    activation: Activation

    @property
    def width(self) -> int:
        """Weights of a node, the bias included."""
        return self.inputs + self.has_bias

    @property
    def is_identity(self) -> bool:
        """Whether its predictions are the sums themselves."""
        return self.activation.name == "identity"

    @property
    def size(self) -> int:
        """Weights of all its nodes."""
        return self.outputs * self.width


def refuse_misfit(
    name: str, array: NDArray[Any], length: int, kind: type[np.generic] = np.float64, *, written: bool = False
) -> None:
    """Raise ValueError where an array is not what the C core takes it for: it would go on in somebody else's memory."""
    whole = array.flags.c_contiguous and array.flags.aligned and (array.flags.writeable or not written)
    if array.dtype != kind or array.size != length or not whole:
        raise ValueError(
            f"{name} is {array.size} of {array.dtype}{'' if whole else ', not contiguous or not to be written'}; "
            f"the core takes {length} of {np.dtype(kind)}"
        )


class Parts(Protocol):
    """Where rows are read from that are not all in memory: each part is some consecutive examples.

    Attributes
    ----------
    starts : (parts + 1,) int64
        The first example of each part, and n.
    groups : (groups + 1,) int64
        The first part of each group, and the number of parts.
    widths : (int, int)
        d and k.
    """

    starts: Numbers
    groups: Numbers
    widths: tuple[int, int]

    def part(self, number: int) -> tuple[Floats, Floats]:
        """Inputs (m, d) and goals (m, k) of a part; they stay as they are."""
        ...

    def ask(self, now: Sequence[int], soon: Sequence[int]) -> None:
        """Say which parts are needed together, and which next: these may be read ahead."""
        ...

    def fingerprint(self) -> str:
        """A short text that changes when any number of any part does."""
        ...

    def older_fingerprint(self) -> str:
        """The same as it was once made, of which older recipes tell."""
        ...


@dataclass(eq=False)
class Problem:
    """Everything that stays as it is while stepping.

    n examples, d inputs, k outputs. The weights are the layers' blocks one after another, first layer first, each (nodes, width),
    a node's bias last.

    Attributes
    ----------
    input : (n, d) float64, or float32 whose numbers are taken as doubles (`narrow.py`), rows contiguous; or rows that are read when
        they are asked for, which have the same shape (`rows.py`)
    goal : (n, k) float64, or such rows
    layers : at least one; a plain node is one layer of one identity node
    batch : examples a step, 1 … n
    frozen : bool, one a weight, or None
    alpha : float
    until_mse : negative where there is none
    penalty : what large weights cost beside the loss
    clip : the most that the weighted deltas together may be long; negative where there is no such bound
    factors : float64, what alpha is multiplied by for each weight, or None
    part : examples of a batch that are added up by themselves, in parts that are added in pairs; 0 where there are no parts
    window : groups of rows that are drawn together (`streamed.py`); 0 where all are
    """

    input: Floats
    goal: Floats
    rule: Rule
    alpha: float
    layers: tuple[LayerShape, ...]
    batch: int = 1
    mean: bool = True
    lanes: bool = False
    shuffled: bool = False
    seed: int = 0
    window: int = 0
    frozen: NDArray[np.bool_] | None = None
    until_mse: float = -1.0
    sequential: bool = False
    part: int = 0
    loss: Loss = Loss()  # noqa: RUF009  # frozen
    penalty: Penalty = Penalty()  # noqa: RUF009  # frozen
    clip: float = -1.0
    factors: Floats | None = None
    native: object = field(default=None, repr=False)
    """The C core keeps its own copy of these fields here."""

    def __getstate__(self) -> dict[str, Any]:
        """All of it but the core's own copy, which holds addresses."""
        return {**self.__dict__, "native": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Arrays that came over a wire may lie between the places of doubles: the core reads them where they belong."""
        lying = {name: value for name, value in state.items() if isinstance(value, np.ndarray)}
        self.__dict__.update(state, **{name: np.require(array, None, ("C", "A")) for name, array in lying.items()})

    @property
    def n(self) -> int:
        return len(self.input)

    @property
    def k(self) -> int:
        return int(self.goal.shape[1])

    @property
    def d(self) -> int:
        return int(self.input.shape[1])

    @property
    def size(self) -> int:
        """Number of weights, biases included."""
        return sum(layer.size for layer in self.layers)

    @property
    def nodes(self) -> int:
        """Number of nodes, of all layers."""
        return sum(layer.outputs for layer in self.layers)

    @property
    def is_linear(self) -> bool:
        """Whether predictions are linear in the weights, errors squared, and the steps' own: closed forms say what descent does."""
        return self.is_least_squares and self.is_bare

    @property
    def is_least_squares(self) -> bool:
        """Whether predictions are linear in the weights and errors squared, whatever joins them on their way to the rule."""
        return len(self.layers) == 1 and self.layers[0].is_identity and self.loss.name == "squared"

    @property
    def is_bare(self) -> bool:
        """Whether the rule is given the weighted deltas as they are, and alpha as it is."""
        return not self.penalty and self.clip < 0.0 and self.factors is None

    @property
    def penalised(self) -> NDArray[np.bool_]:
        """Which weights the penalty counts, flat: all but biases, unless it says so."""
        counts = [np.ones((shape.outputs, shape.width), dtype=bool) for shape in self.layers]
        for block, shape in zip(counts, self.layers, strict=True):
            block[:, shape.inputs :] = self.penalty.bias
        return np.concatenate([block.ravel() for block in counts])

    def weights_of(self, layer: int) -> slice:
        """Where a layer's weights are among all."""
        start = sum(shape.size for shape in self.layers[:layer])
        return slice(start, start + self.layers[layer].size)

    def nodes_of(self, layer: int) -> slice:
        """Where a layer's nodes are among all."""
        start = sum(shape.outputs for shape in self.layers[:layer])
        return slice(start, start + self.layers[layer].outputs)

    @property
    def state_length(self) -> int:
        """Doubles that the next step depends on: weights, the rule's memory, its clocks."""
        return self.size * (1 + len(self.rule.memories)) + self.rule.clocks

    @property
    def steps_per_epoch(self) -> int:
        return -(-self.n // self.batch)

    def refuse_misfits(self) -> None:
        """Raise ValueError where its shapes do not fit together, or an array is not what the C core takes it for."""
        d, k = (array.shape[1] if array.ndim == 2 else 0 for array in (self.input, self.goal))
        fed, nodes = [d, *(layer.outputs for layer in self.layers)], [*(layer.inputs for layer in self.layers), k]
        if not self.layers or min(*fed, *nodes) < 1 or fed != nodes or self.batch < 1:
            raise ValueError(f"layers of {fed} inputs for {nodes}, batches of {self.batch}")
        if not 0 <= self.part <= FARTHEST or (self.part and self.sequential and not self.is_least_squares):
            raise ValueError(f"parts of {self.part} examples, of layers that are updated one after another")
        if RULES.get(self.rule.name) is not type(self.rule):
            raise ValueError(f"the core has no rule {self.rule!r}")
        refuse_misfit("input", self.input, self.n * d, np.float32 if self.input.dtype == np.float32 else np.float64)
        refuse_misfit("goal", self.goal, self.n * k)
        if self.frozen is not None:
            refuse_misfit("frozen", self.frozen, self.size, np.bool_)
        if self.factors is not None:
            refuse_misfit("factors", self.factors, self.size)
        if self.clip >= 0.0 and self.sequential:
            raise ValueError("layers that are updated one after another are never clipped")

    def first_state(self, weights: Floats) -> Floats:
        """State before step 0 from the weights."""
        memory = [np.full(self.size, value) for value in self.rule.first_memory()]
        return np.concatenate([weights.ravel(), *memory, np.ones(self.rule.clocks)])

    def weights(self, state: Floats) -> Floats:
        """The weights at the head of a state, flat."""
        return state[: self.size]

    def blocks(self, weights: NDArray[Any]) -> list[NDArray[Any]]:
        """The (nodes, width) block of each layer, from flat weights, biases last."""
        return [
            weights[self.weights_of(l)].reshape(shape.outputs, shape.width)
            for l, shape in enumerate(self.layers)  # noqa: E741
        ]


class Cursor(ctypes.Structure):
    """Where a walk stands; the layout is core.h's `ns_cursor`, the meaning too."""

    step: int
    last_moved: int
    last_changed: int
    stopping: int
    watching: int
    power: int
    length: int
    spacing: int
    kept: int
    capacity: int
    _fields_ = [  # ctypes reads a plain list
        (name, ctypes.c_int64)
        for name in (
            "step", "last_moved", "last_changed", "stopping", "watching", "power", "length", "spacing", "kept", "capacity",
        )
    ]  # fmt: skip

    @classmethod
    def at(cls, step: int) -> "Cursor":
        """A cursor that just steps on from `step`."""
        return cls(step=step, last_moved=-1, last_changed=-1, power=1, spacing=1)

    def refuse_misfits(self, problem: Problem, steps: int, saved: Floats | None, checkpoints: Floats | None) -> None:
        """Raise ValueError where it points outside of what a walk of so many steps has been given, or comes to."""
        if not 0 <= self.step <= FARTHEST or steps > FARTHEST - self.step or (saved is None and self.stopping and self.watching):
            raise ValueError(
                f"a walk from step {self.step}, {steps} steps on, with {'nothing' if saved is None else 'a state'} to compare with"
            )
        if saved is not None:
            refuse_misfit("saved", saved, problem.state_length, written=True)
        if checkpoints is not None:
            refuse_misfit("checkpoints", checkpoints, self.capacity * problem.state_length, written=True)
            if self.spacing < 1 or not 0 <= self.kept <= self.capacity:
                raise ValueError(f"{self.kept} of {self.capacity} checkpoints, {self.spacing} steps apart")


@dataclass(eq=False)
class Columns:
    """Arrays that a walk of T steps fills; None where the numbers are not wanted.

    Only some weights and some nodes may be wanted, W and K of them in a row.

    weight, weighted_delta, alpha_delta, new_weight : (T, W)
    memory : (T, memories, W), after the step
    sum, prediction, delta : (T, batch, K); what a short batch leaves out is not touched
    mse : (T,)
    norm : (T,), how long the weighted deltas together are before they are clipped
    example : (T, batch) int64
    first_weight, weights, first_node, nodes : which weights and nodes
    """

    weight: Floats | None = None
    weighted_delta: Floats | None = None
    alpha_delta: Floats | None = None
    new_weight: Floats | None = None
    memory: Floats | None = None
    sum: Floats | None = None
    prediction: Floats | None = None
    delta: Floats | None = None
    mse: Floats | None = None
    norm: Floats | None = None
    example: NDArray[np.int64] | None = None
    first_weight: int = 0
    weights: int = 0
    first_node: int = 0
    nodes: int = 0

    def refuse_misfits(self, problem: Problem, steps: int) -> None:
        """Raise ValueError where a walk of so many steps would write outside of them."""
        kept = range(self.first_weight, self.first_weight + self.weights), range(self.first_node, self.first_node + self.nodes)
        for some, whole in zip(kept, (problem.size, problem.nodes), strict=True):
            if not 0 <= some.start <= some.stop <= whole:
                raise ValueError(f"weights or nodes {some} of {whole}")
        row = {"memory": len(problem.rule.memories) * self.weights, "mse": 1, "norm": 1, "example": problem.batch}
        row |= dict.fromkeys(("weight", "weighted_delta", "alpha_delta", "new_weight"), self.weights)
        row |= dict.fromkeys(("sum", "prediction", "delta"), problem.batch * self.nodes)
        for name, length in row.items():
            if (column := getattr(self, name)) is not None:
                kind = np.int64 if name == "example" else np.float64
                refuse_misfit(name, column, max(steps, len(column)) * length, kind, written=True)

    @classmethod
    def for_steps(
        cls, problem: Problem, steps: int, names: tuple[str, ...], weights: slice | None = None, nodes: slice | None = None
    ) -> "Columns":
        """Room for the named columns, padded with NaN (examples: −1) where a batch may be short.

        Parameters
        ----------
        weights, nodes : which are wanted; all unless given
        """
        weights, nodes = weights or slice(0, problem.size), nodes or slice(0, problem.nodes)
        room = cls(
            first_weight=weights.start, weights=weights.stop - weights.start,
            first_node=nodes.start, nodes=nodes.stop - nodes.start,
        )  # fmt: skip
        for name in names:
            if name == "example":
                room.example = np.full((steps, problem.batch), -1, dtype=np.int64)
            elif name in ("sum", "prediction", "delta"):
                setattr(room, name, np.full((steps, problem.batch, room.nodes), np.nan))
            elif name in ("mse", "norm"):
                setattr(room, name, np.empty(steps))
            elif name == "memory":
                room.memory = np.empty((steps, len(problem.rule.memories), room.weights))
            else:
                setattr(room, name, np.empty((steps, room.weights)))
        return room
