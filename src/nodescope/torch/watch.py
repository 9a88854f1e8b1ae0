"""Every operation of a forward pass, as it goes by: what a layer was given and gave, and the way back to a number's origin.

A torch function mode sees each call and passes it on unchanged. What it keeps of a step are references, let go at the step's end.
"""

import os
import sys
import time as clock
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812  # PyTorch's own word
from torch.overrides import TorchFunctionMode

MOST_OPERATIONS, MOST_BYTES = 20_000, 2**30
"""Of one step that are remembered, and what they may hold; the first of more are forgotten."""
MOST_USES = 4_000
"""Of layers in one step whose numbers are kept."""

LINEAR = {F.linear: "Linear"}
CONVOLUTIONS = {torch.conv1d: "Conv1d", torch.conv2d: "Conv2d", torch.conv3d: "Conv3d"}
_SPATIAL = {torch.conv1d: 1, torch.conv2d: 2, torch.conv3d: 3}
LAYERS = LINEAR | CONVOLUTIONS
ACTIVATIONS: dict[Any, str] = {
    **dict.fromkeys((F.relu, torch.relu, torch.relu_, Tensor.relu, Tensor.relu_, F.relu_), "relu"),
    **dict.fromkeys((F.leaky_relu, F.leaky_relu_), "leaky relu"),
    **dict.fromkeys((F.tanh, torch.tanh, Tensor.tanh, torch.tanh_, Tensor.tanh_), "tanh"),
    **dict.fromkeys((F.sigmoid, torch.sigmoid, Tensor.sigmoid, torch.sigmoid_, Tensor.sigmoid_), "sigmoid"),
    F.softplus: "softplus",
    F.gelu: "gelu",
}
PASSED_ON = {F.batch_norm, torch.batch_norm, F.layer_norm, torch.layer_norm, F.instance_norm, F.group_norm, F.dropout}
"""What may stand between a layer and its activation: the activation's own input is then the layer's sum."""


@dataclass(frozen=True, eq=False)
class Operation:
    """One call: what was called, with what, and what came out."""

    name: str
    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    keywords: Mapping[str, Any]
    out: Tensor


@dataclass(eq=False)
class Use:
    """One use of a layer in a recorded step.

    Attributes
    ----------
    layer : int
    rows : Tensor
        Which examples (or places of a picture) are kept.
    axis : int
        Of features.
    out, at : Tensor
        What the layer gave; what an activation behind it will be given: a norm or a dropout may stand between.
    input, prediction : Tensor or None
    sums, deltas : dict of Tensor
        Of `out` and what stands behind it, by `id`.
    """

    layer: int
    rows: Tensor
    axis: int
    out: Tensor
    at: Tensor
    input: Tensor
    activation: str = ""
    prediction: Tensor | None = None
    sums: dict[int, Tensor] = field(default_factory=dict)
    deltas: dict[int, Tensor] = field(default_factory=dict)

    def let_go(self) -> None:
        """The tensors of the training."""
        self.out = self.at = self.rows

    @property
    def columns(self) -> dict[str, Tensor]:
        """Its sum is what the activation was given; without one, what the layer gave."""
        which = id(self.at if self.activation else self.out)
        found = {"input": self.input, "sum": self.sums[which], "prediction": self.prediction, "delta": self.deltas.get(which)}
        return {name: column for name, column in found.items() if column is not None}


def node_axis(func: Any, tensor: Tensor) -> int:
    """Which axis of what a layer is given, or gives, has its features: the last; of a picture the one before its places."""
    return tensor.dim() - 1 - _SPATIAL.get(func, 0)


class Watch(TorchFunctionMode):
    """Notes operations of the forward pass; of layers, in recorded steps, what goes in and out.

    Parameters
    ----------
    weights : dict
        Number of the layer by `id` of its weight.
    shown : list of Tensor
        Of each layer: the nodes that are kept.
    examples : int
        Rows of a use that are kept.
    before, after : function
        Called with the loss before each `backward`, and with nothing after it.
    failed : function
        Called with what went wrong in here, which is no affair of the training's; nothing is looked at after that.
    """

    def __init__(
        self,
        weights: dict[int, int],
        shown: list[Tensor],
        examples: int,
        before: Callable[[Tensor], None],
        after: Callable[[], None],
        failed: Callable[[Exception], None],
    ) -> None:
        super().__init__()
        self._weights, self._shown, self._examples, self._before, self._after = weights, shown, examples, before, after
        self._failed = failed
        self._process = os.getpid()
        self.uses: list[Use] = []
        self.on = True
        self.recording = False
        self.seen: dict[int, None] = {}
        """Layers that were at work, in the order of their first use."""
        self.seconds = 0.0
        """Spent on what is recorded."""
        self.forget()

    def forget(self) -> None:
        """The step is over.

        A hook of a tensor that leads back to it is a circle that Python's collector cannot see through autograd's nodes: it is cut.
        """
        for use in self.uses:
            use.let_go()
        self.operations: list[Operation] = []
        self.uses = []
        self.scaled: dict[int, tuple[Tensor, Tensor]] = {}
        """Losses that a GradScaler has multiplied, by `id`, and by how much."""
        self.hooks_of_others = False
        """Whether a second look at the graph would call something of the training's own."""
        self._hooked: set[int] = set()
        self._marks, self._bytes = (0, 0), 0

    def mark(self) -> None:
        """A backward pass is over."""
        self._marks = (len(self.operations), len(self.uses))

    def forget_marked(self) -> None:
        """What went before that came to nothing."""
        for use in self.uses[: self._marks[1]]:
            use.let_go()
        del self.operations[: self._marks[0]], self.uses[: self._marks[1]]

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        # what is compiled must be the training alone; the processes of a data loader are none of ours
        if torch.compiler.is_compiling() or not self.on or os.getpid() != self._process:
            return func(*args, **kwargs)
        if func is Tensor.backward:
            self._before(args[0])
            func(*args, **kwargs)
            self._after()
            return None
        out = func(*args, **kwargs)
        if isinstance(out, (Tensor, tuple)) and torch.is_grad_enabled():
            try:
                self._see(func, args, kwargs, out)
            except Exception as error:
                self._failed(error)
        return out

    def _see(self, func: Any, args: Any, kwargs: Any, out: Any) -> None:
        name = getattr(func, "__name__", "")
        if name == "__get__":
            return
        for part in out if isinstance(out, tuple) else (out,):
            if isinstance(part, Tensor):
                self._remember(Operation(name, func, args, kwargs, part))
        if torch._C._autograd._top_saved_tensors_default_hooks(False) is not None:
            self.hooks_of_others = True  # torch.utils.checkpoint: a second look would go forward again
        if not isinstance(out, Tensor):
            return
        if name in ("mul", "__mul__") and out.numel() == 1 and _called_by_scaler():
            self.scaled[id(out)] = (out, args[1])
        if func in LAYERS:
            self._layer(func, args, kwargs, out)
        elif self.uses and self.recording:
            began = clock.perf_counter()
            self._after_a_layer(func, args, kwargs, out)
            self.seconds += clock.perf_counter() - began

    def _remember(self, operation: Operation) -> None:
        self.operations.append(operation)
        self._bytes += operation.out.nbytes
        if len(self.operations) > 2 * MOST_OPERATIONS or self._bytes > MOST_BYTES:
            gone = len(self.operations) // 2
            self._bytes -= sum(each.out.nbytes for each in self.operations[:gone])
            del self.operations[:gone]
            self._marks = (max(0, self._marks[0] - gone), self._marks[1])

    def _layer(self, func: Any, args: Any, kwargs: Any, out: Tensor) -> None:
        weight = args[1] if len(args) > 1 else kwargs.get("weight")
        number = self._weights.get(id(weight))
        if number is None:
            return
        self.seen.setdefault(number)
        if not self.recording or len(self.uses) >= MOST_USES:
            return
        began = clock.perf_counter()
        given = args[0] if args else kwargs["input"]
        axis = node_axis(func, out)
        count = out.numel() // max(1, out.shape[axis])
        rows = _evenly(count, self._examples)
        of_input = _rows(given, node_axis(func, given))
        use = Use(number, rows, axis, out, out, of_input[rows if len(of_input) == count else rows[:0]])
        self._take(use, out)
        self.uses.append(use)
        self.seconds += clock.perf_counter() - began

    def _after_a_layer(self, func: Any, args: Any, kwargs: Any, out: Tensor) -> None:
        activation, passed = _activation(func, args, kwargs), func in PASSED_ON
        if not (activation or passed) or not args:
            return
        use = next((use for use in reversed(self.uses) if use.at is args[0] and not use.activation), None)
        if use is None:
            return
        if activation:
            use.activation, use.prediction = activation, self._kept(use, out)
        elif out is not use.at and out.shape == use.at.shape:
            use.at = out
            self._take(use, out)

    def _take(self, use: Use, out: Tensor) -> None:
        """Its sum now, and its delta when it comes back."""
        use.sums[id(out)] = self._kept(use, out)
        if not out.requires_grad:
            return
        which = id(out)

        def keep(grad: Tensor) -> None:
            began = clock.perf_counter()
            try:
                use.deltas[which] = self._kept(use, grad)
            except Exception as error:
                self._failed(error)
            self.seconds += clock.perf_counter() - began

        out.register_hook(keep)
        self._hooked.add(which)

    def has_hooks_of_others(self) -> bool:
        """Whether the training asks for a number's own derivative, or goes forward again on its way back."""
        outs = (operation.out for operation in self.operations)
        return self.hooks_of_others or any(
            out.requires_grad and (out.retains_grad or len(out._backward_hooks or ()) > (id(out) in self._hooked)) for out in outs
        )

    def _kept(self, use: Use, tensor: Tensor) -> Tensor:
        return _rows(tensor, use.axis)[use.rows][:, self._shown[use.layer]]


def _called_by_scaler() -> bool:
    """Whether the call that is being seen is `GradScaler.scale`'s own."""
    frame = sys._getframe(3)
    return str(frame.f_globals.get("__name__", "")).endswith("amp.grad_scaler")


def _activation(func: Any, args: Any, kwargs: Any) -> str:
    """Its name as we have it; with settings of its own the name says so, and is none of ours."""
    name = ACTIVATIONS.get(func, "")
    if name == "leaky relu":
        slope = args[1] if len(args) > 1 else kwargs.get("negative_slope", 0.01)
        return name if slope == 0.01 else f"{name} {slope}"
    if name == "softplus":
        beta = args[1] if len(args) > 1 else kwargs.get("beta", 1.0)
        return name if beta == 1 else f"{name} {beta}"
    if name == "gelu" and kwargs.get("approximate", "none") != "none":
        return "gelu by tanh"
    return name


def _rows(tensor: Tensor, axis: int) -> Tensor:
    """A row an example (and place, of a picture), a column a feature: a view."""
    plain = tensor.detach().movedim(axis, -1)
    return plain.reshape(-1, plain.shape[-1])


def _evenly(count: int, most: int) -> Tensor:
    """At most so many places of `count`, evenly spaced."""
    return torch.arange(count) if count <= most else torch.div(torch.arange(most) * count, most, rounding_mode="floor")
