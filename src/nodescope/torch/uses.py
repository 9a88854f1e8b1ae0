"""Uses of layers in a step: which functions are layers and activations, and what of a use is kept."""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812  # PyTorch's own word

GOLDEN = (5**0.5 - 1) / 2
"""Multiples of it, less their whole parts, lie as evenly as can be, and repeat at no distance (Weyl)."""

LINEAR = {F.linear: "Linear"}
CONVOLUTIONS = {torch.conv1d: "Conv1d", torch.conv2d: "Conv2d", torch.conv3d: "Conv3d"}
TRANSPOSED = {
    torch.conv_transpose1d: "ConvTranspose1d", torch.conv_transpose2d: "ConvTranspose2d", torch.conv_transpose3d: "ConvTranspose3d",
}  # fmt: skip
_SPATIAL = {
    torch.conv1d: 1, torch.conv2d: 2, torch.conv3d: 3,
    torch.conv_transpose1d: 1, torch.conv_transpose2d: 2, torch.conv_transpose3d: 3,
}  # fmt: skip
SUMMING = LINEAR | CONVOLUTIONS | TRANSPOSED
TABLES = {F.embedding: "Embedding", F.embedding_bag: "EmbeddingBag"}
LAYERS = SUMMING | TABLES
ADDITIONS = {torch.add, Tensor.add, Tensor.__add__}
MULTIPLYING = {
    torch.matmul: 1, Tensor.matmul: 1, Tensor.__matmul__: 1, torch.mm: 1, Tensor.mm: 1, torch.addmm: 2, Tensor.addmm: 2,
}  # fmt: skip
"""Products with a matrix on the right: its place among the arguments."""
WHOLE = {F.multi_head_attention_forward: 11}
"""Larger operations that end with a layer: the place of its weight among their arguments."""
AT_LAYERS = frozenset({*LAYERS, *MULTIPLYING, *WHOLE})
"""All of these."""
ACTIVATIONS: dict[Any, str] = {
    **dict.fromkeys((F.relu, torch.relu, torch.relu_, Tensor.relu, Tensor.relu_, F.relu_), "relu"),
    **dict.fromkeys((F.leaky_relu, F.leaky_relu_), "leaky relu"),
    **dict.fromkeys((F.tanh, torch.tanh, Tensor.tanh, torch.tanh_, Tensor.tanh_), "tanh"),
    **dict.fromkeys((F.sigmoid, torch.sigmoid, Tensor.sigmoid, torch.sigmoid_, Tensor.sigmoid_), "sigmoid"),
    F.softplus: "softplus",
    F.gelu: "gelu",
    **{F.silu: "silu", F.elu: "elu", F.selu: "selu", F.mish: "mish", F.relu6: "relu6", F.hardswish: "hardswish"},
}
WRITTEN_OUT: dict[str, Any] = {
    "gelu": F.gelu, "gelu by tanh": lambda x: F.gelu(x, approximate="tanh"), "silu": F.silu,
}  # fmt: skip
"""Activations that people write out, ending in a product."""
PRODUCTS = {torch.mul, Tensor.mul, Tensor.__mul__, Tensor.__rmul__}
PASSED_ON = {F.batch_norm, torch.batch_norm, F.layer_norm, torch.layer_norm, F.instance_norm, F.group_norm, F.dropout}
"""What may stand between a layer and its activation: the activation's own input is then the layer's sum."""


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
    input: Tensor | None
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
        found = {"input": self.input, "sum": self.sums.get(which), "prediction": self.prediction, "delta": self.deltas.get(which)}
        return {name: column for name, column in found.items() if column is not None}


def adds_a_bias(func: Any, args: Any) -> bool:
    """Whether a number a node is added to what a product gave."""
    return func in ADDITIONS and len(args) > 1 and isinstance(args[1], nn.Parameter) and args[1].dim() == 1


def node_axis(func: Any, tensor: Tensor) -> int:
    """Which axis of what a layer is given, or gives, has its features: the last; of a picture the one before its places."""
    return tensor.dim() - 1 - _SPATIAL.get(func, 0)


def activation_of(func: Any, args: Any, kwargs: Any) -> str:
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


def written_out(total: Tensor, given: Tensor) -> str:
    """Which activation written out gives these numbers of those sums; "" for none."""
    if total.shape != given.shape or not bool((total != given).any()):
        return ""
    wide, gave = total.double(), given.double()
    near = 1e-5 if total.dtype.itemsize > 2 else 2e-2
    return next((name for name, f in WRITTEN_OUT.items() if torch.allclose(f(wide), gave, rtol=near, atol=near)), "")


def rows_of(tensor: Tensor, axis: int) -> Tensor:
    """A row an example (and place, of a picture), a column a feature: a view."""
    plain = tensor.detach() if axis == tensor.dim() - 1 else tensor.detach().movedim(axis, -1)
    return plain if plain.dim() == 2 else plain.reshape(-1, plain.shape[-1])


def _spread(count: int, most: int) -> Tensor:
    """At most so many places of `count`, at no even distance: a picture's width would line up with that."""
    if count <= most:
        return torch.arange(count)
    return torch.tensor(sorted({int((i * GOLDEN % 1.0) * count) for i in range(most)}))


@lru_cache(64)
def places(count: int, most: int) -> Tensor:
    return _spread(count, most)
