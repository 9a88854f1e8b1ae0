"""Layers of somebody's model that are told: whatever weighs inputs by a matrix, under whatever name its module keeps it."""

from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn

KINDS = (nn.Linear, nn.Conv1d, nn.Conv2d, nn.Conv3d)
TURNED = (nn.Embedding, nn.EmbeddingBag, nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)
"""Whose nodes lie along the second axis of the weight."""
SMALL: tuple[type[nn.Module], ...] = tuple(
    kind
    for kind in (
        nn.modules.batchnorm._BatchNorm, nn.LayerNorm, nn.GroupNorm, nn.modules.instancenorm._InstanceNorm,
        getattr(nn, "RMSNorm", None),  # since PyTorch 2.4
    )
    if kind is not None
)  # fmt: skip


@dataclass(eq=False)
class Layer:
    """A matrix of weights, and its biases.

    Attributes
    ----------
    name : str
        What the program calls it.
    module : torch.nn.Module
    of_weight, of_bias : str
        Names of its parameters there.
    axis : int
        Of the weight, along which its nodes lie; of a matrix that is no known layer's it shows when it is first at work.
    """

    name: str
    module: nn.Module
    of_weight: str = "weight"
    of_bias: str = "bias"
    axis: int = 0

    @property
    def kind(self) -> str:
        return next((kind.__name__ for kind in KINDS if isinstance(self.module, kind)), type(self.module).__name__)

    @property
    def known(self) -> bool:
        """Whether it is of a kind whose nodes can be told wherever it is used."""
        return isinstance(self.module, (*KINDS, *TURNED)) and self.of_weight == "weight"

    @property
    def weight(self) -> Tensor:
        """The parameter as it is now."""
        weight = self.module._parameters[self.of_weight]
        assert weight is not None
        return weight

    @property
    def bias(self) -> Tensor | None:
        return self.module._parameters.get(self.of_bias)

    @property
    def nodes(self) -> int:
        return int(self.weight.shape[self.axis])

    @property
    def inputs(self) -> int:
        return self.weight.numel() // max(1, self.nodes)

    def by_node(self, tensor: Tensor, shown: Tensor) -> Tensor:
        """Of something in the weight's shape a row for each of some nodes."""
        rows = tensor.detach().movedim(self.axis, 0) if self.axis else tensor.detach()
        return picked(rows, shown).reshape(len(shown), -1)


def picked(rows: Tensor, which: Tensor) -> Tensor:
    """A copy of some rows; of all of them, which are in their order, without picking each."""
    return rows.clone() if len(which) == len(rows) else rows[which.to(rows.device)]


def layers_told(model: nn.Module) -> list[Layer]:
    """All of a model's matrices, each once.

    A weight that is worked out anew whenever it is asked for (`nn.utils.parametrize`) is not asked for: that may change it.
    """
    found: dict[int, Layer] = {}
    for name, module in model.named_modules():
        if not isinstance(module, SMALL) and ".parametrizations." not in f".{name}.":
            for layer in _of_module(name, module):
                found.setdefault(id(layer.weight), layer)
    return list(found.values())


def _of_module(name: str, module: nn.Module) -> list[Layer]:
    matrices = [
        own
        for own, p in module._parameters.items()
        if p is not None and not isinstance(p, nn.parameter.UninitializedParameter) and p.dim() > 1
    ]
    return [
        Layer(_called(name, module, own, len(matrices) == 1), module, own, _bias_of(module, own), _axis(module, own))
        for own in matrices
        if isinstance(module, (*KINDS, *TURNED)) or _is_matrix(module, own)
    ]


def _axis(module: nn.Module, own: str) -> int:
    """Along which nodes lie: the second where that is so by kind, or where only there each node has a bias."""
    if isinstance(module, (*KINDS, *TURNED)):
        return int(isinstance(module, TURNED) and getattr(module, "groups", 1) == 1)
    bias, weight = module._parameters.get(_bias_of(module, own)), module._parameters[own]
    return int(bias is not None and weight is not None and len(bias) == weight.shape[1] != weight.shape[0])


def _called(name: str, module: nn.Module, own: str, alone: bool) -> str:
    """Its module's name where it is the only one there, and the module has one."""
    if isinstance(module, (*KINDS, *TURNED)):
        return name or type(module).__name__
    if isinstance(module, nn.ParameterDict):
        return own  # the key says all: "dense/kernel"
    return name if name and alone else f"{name}.{own}".removeprefix(".")


def _is_matrix(module: Any, own: str) -> bool:
    """Of modules that are not known, what may weigh inputs: two axes, none of length 1 unless a recurrent layer has one input."""
    shape = module._parameters[own].shape
    return len(shape) == 2 and (min(shape) > 1 or isinstance(module, (nn.RNNBase, nn.RNNCellBase)))


def _bias_of(module: nn.Module, own: str) -> str:
    """The parameter of one number a node that goes with a matrix."""
    name = own.replace("weight", "bias")
    bias, weight = module._parameters.get(name), module._parameters[own]
    fits = name != own and bias is not None and weight is not None and bias.dim() == 1
    return name if fits and len(bias) in weight.shape[:2] else ""  # type: ignore[arg-type,union-attr]
