"""Every operation of a forward pass, as it goes by: what a layer was given and gave, and the way back to a number's origin.

A torch function mode sees each call and passes it on unchanged. What it keeps of a step are references, let go at the step's end.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812  # PyTorch's own word
from torch.overrides import TorchFunctionMode

MOST_OPERATIONS = 20_000
"""Of one step that are remembered; the first of more are forgotten."""

LINEAR = {F.linear: "Linear"}
CONVOLUTIONS = {torch.conv1d: "Conv1d", torch.conv2d: "Conv2d", torch.conv3d: "Conv3d"}
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
    """One use of a layer in a recorded step: its rows so far, and the tensor that its activation will be given."""

    layer: int
    rows: Tensor
    at: Tensor
    features_last: bool
    activation: str = ""
    columns: dict[str, Tensor] = field(default_factory=dict)


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
    """

    def __init__(
        self,
        weights: dict[int, int],
        shown: list[Tensor],
        examples: int,
        before: Callable[[Tensor], None],
        after: Callable[[], None],
    ) -> None:
        super().__init__()
        self._weights, self._shown, self._examples, self._before, self._after = weights, shown, examples, before, after
        self.recording = False
        self.operations: list[Operation] = []
        self.uses: list[Use] = []
        self._hooked: set[int] = set()
        self.seen: set[int] = set()
        """Layers that were at work."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        if func is Tensor.backward:
            self._before(args[0])
            func(*args, **kwargs)
            self._after()
            return None
        out = func(*args, **kwargs)
        if isinstance(out, Tensor) and torch.is_grad_enabled() and (name := getattr(func, "__name__", "")) != "__get__":
            self.operations.append(Operation(name, func, args, kwargs, out))
            if len(self.operations) > 2 * MOST_OPERATIONS:
                del self.operations[:MOST_OPERATIONS]
            if func in LAYERS:
                self._layer(func, args, kwargs, out)
            elif self.uses and self.recording:
                self._after_a_layer(func, args, kwargs, out)
        elif isinstance(out, tuple) and torch.is_grad_enabled():
            name = getattr(func, "__name__", "")
            self.operations += [Operation(name, func, args, kwargs, part) for part in out if isinstance(part, Tensor)]
        return out

    def forget(self) -> None:
        """The step is over."""
        self.operations, self.uses, self._hooked = [], [], set()

    def _layer(self, func: Any, args: Any, kwargs: Any, out: Tensor) -> None:
        weight = args[1] if len(args) > 1 else kwargs.get("weight")
        number = self._weights.get(id(weight))
        if number is None:
            return
        self.seen.add(number)
        if not self.recording:
            return
        given = args[0] if args else kwargs["input"]
        last = func in LINEAR
        rows = _evenly(out.numel() // max(1, out.shape[-1 if last else 1]), self._examples)
        use = Use(number, rows, out, last)
        of_input = _rows(given, last)
        use.columns["input"] = of_input[rows if len(of_input) == out.numel() // out.shape[-1 if last else 1] else rows[:0]]
        self._take(use, out)
        self.uses.append(use)

    def _after_a_layer(self, func: Any, args: Any, kwargs: Any, out: Tensor) -> None:
        activation, passed = _activation(func, args, kwargs), func in PASSED_ON
        if not (activation or passed) or not args:
            return
        use = next((use for use in reversed(self.uses) if use.at is args[0] and not use.activation), None)
        if use is None:
            return
        if activation:
            use.activation = activation
            use.columns["prediction"] = self._kept(use, out)
        elif out.shape == args[0].shape:
            use.at = out
            self._take(use, out)

    def _take(self, use: Use, out: Tensor) -> None:
        """Its sum now, and its delta when it comes back."""
        use.columns["sum"] = self._kept(use, out)
        if out.requires_grad:
            at = out

            def keep(grad: Tensor) -> None:
                if use.at is at:
                    use.columns["delta"] = self._kept(use, grad)

            out.register_hook(keep)
            self._hooked.add(id(out))

    def has_hooks_of_others(self) -> bool:
        """Whether a numbers' own derivative is asked for by the training itself: a second look at the graph would call it too."""
        outs = (operation.out for operation in self.operations)
        return any(
            out.requires_grad and (out.retains_grad or len(out._backward_hooks or ()) > (id(out) in self._hooked)) for out in outs
        )

    def _kept(self, use: Use, tensor: Tensor) -> Tensor:
        return _rows(tensor, use.features_last)[use.rows][:, self._shown[use.layer]]


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


def _rows(tensor: Tensor, last: bool) -> Tensor:
    """A row an example (and place, of a picture), a column a feature: a view."""
    plain = tensor.detach()
    if not last and plain.dim() > 2:
        plain = plain.movedim(1, -1)
    return plain.reshape(-1, plain.shape[-1])


def _evenly(count: int, most: int) -> Tensor:
    """At most so many places of `count`, evenly spaced."""
    return torch.arange(count) if count <= most else torch.div(torch.arange(most) * count, most, rounding_mode="floor")
