"""What of somebody's model is told: its layers, the nodes of them that are shown, and what is asked of `observe`."""

import math
import operator
from collections.abc import Iterable, Mapping
from typing import Any

from torch import nn
from torch.optim import Optimizer

from nodescope.errors import InputError
from nodescope.run.recorded import RecordedLayer
from nodescope.torch.gates import gate_names
from nodescope.torch.layers import SMALL, Layer
from nodescope.torch.optimizers import unwrapped

MOST_NODES = 64
"""Nodes of each layer that are kept unless some are chosen."""
BY_HAND = "updates by hand"
"""In the place of an optimizer's name."""


def check(model: Any, optimizer: Any, numbers: Mapping[str, Any], time: Any) -> None:
    """Refuse what cannot be observed, and settings out of range.

    Raises
    ------
    InputError
    """
    if not isinstance(model, nn.Module):
        raise InputError(f"model is {type(model).__name__}; it must be a torch.nn.Module")
    parameters = list(model.parameters())
    if not parameters:
        raise InputError(f"the model ({type(model).__name__}) has no parameters: there is nothing to observe")
    if optimizer is not None:
        _check_optimizer(optimizer, parameters)
    for name, value in numbers.items():
        if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
            raise InputError(f"{name} is {value!r}; it must be a whole number of at least 1")
    if isinstance(time, bool) or not isinstance(time, (int, float)) or not 0 <= time < float("inf"):
        raise InputError(f"time is {time!r}; it must be a number of at least 0: a part of the training's own time")


def _check_optimizer(optimizer: Any, parameters: list[Any]) -> None:
    inner = unwrapped(optimizer)
    if not inner:
        raise InputError(
            f"optimizer is {type(optimizer).__name__}; it must be a torch.optim.Optimizer, or None for updates by hand"
        )
    stepped = set().union(*map(stepped_by, inner))
    if not any(id(p) in stepped for p in parameters):
        raise InputError(
            f"the optimizer steps none of the model's {len(parameters)} parameters: it was made for another model "
            "(give model.parameters() to it after the model is in place)"
        )


def stepped_by(optimizer: Optimizer) -> set[int]:
    """`id` of each parameter that an optimizer steps."""
    return {id(p) for group in optimizer.param_groups for p in group["params"]}


def layer_told(layer: Layer, shown: list[int], optimizer: Optimizer | None) -> RecordedLayer:
    """What is known of a layer before it has been at work."""
    return RecordedLayer(
        layer.name, layer.kind, layer.inputs, layer.nodes, tuple(shown), kept_from=kept_from(layer, optimizer),
        gates=gate_names(layer.module) if layer.of_weight.startswith(("weight_ih", "weight_hh")) else (),
    )  # fmt: skip


def kept_from(layer: Layer, optimizer: Optimizer | None) -> str:
    """Why a layer's weights cannot move; "" where they can."""
    if not layer.weight.requires_grad:
        return "requires_grad is off"
    if optimizer is None:
        return ""
    rates = [float(group["lr"]) for group in optimizer.param_groups for p in group["params"] if p is layer.weight]
    if not rates:
        return "the optimizer was not given its weights"
    return "" if any(rates) else "its rate is 0"


def others(model: nn.Module, told: list[Layer]) -> list[str]:
    """Modules with parameters of their own that are of no kind known here."""
    ours = {id(p) for layer in told for p in layer.module.parameters(recurse=False)}
    names = [
        name.partition(".parametrizations.")[0]
        for name, module in model.named_modules()
        if not isinstance(module, SMALL)
        and id(module._parameters.get("weight")) not in ours
        and any(id(p) not in ours for p in module.parameters(recurse=False))
    ]
    return [f"{name or 'the model'} ({type(model.get_submodule(name)).__name__})" for name in dict.fromkeys(names)]


def shown_nodes(nodes: Any, told: list[Layer], memory: int) -> list[list[int]]:
    """Numbers of the nodes kept of each layer: those chosen; evenly spaced ones where none are.

    Raises
    ------
    InputError
        Nodes or layers that are not there.
    """
    counts = {layer.name: layer.nodes for layer in told}
    chosen: dict[str, list[int]] = {}
    if isinstance(nodes, Mapping):
        for name, wanted in nodes.items():
            if name not in counts:
                raise InputError(f"nodes names a layer {name!r}; the layers told are {', '.join(map(repr, counts)) or 'none'}")
            chosen[name] = _numbers(wanted, f"nodes of {name!r}", counts[name])
    elif nodes is not None:
        wanted = _numbers(nodes, "nodes", max(counts.values(), default=0))
        chosen = {name: [node for node in wanted if node < count] for name, count in counts.items()}
    return [chosen.get(layer.name) or _spread(layer.nodes, layer.inputs, memory) for layer in told]


def turned(layer: Layer, nodes: Any, memory: int) -> list[int]:
    """Its nodes lie along the other axis than was thought; the numbers of those kept, which may be others for that."""
    layer.axis = 1
    chosen = nodes.get(layer.name) if isinstance(nodes, Mapping) else nodes
    kept = sorted({int(node) for node in chosen or () if int(node) < layer.nodes})
    return kept or _spread(layer.nodes, layer.inputs, memory)


def _numbers(wanted: Any, name: str, count: int) -> list[int]:
    if isinstance(wanted, str) or not isinstance(wanted, Iterable):
        raise InputError(f"{name} is {wanted!r}; it must be a list of numbers from 0 to {count - 1}")
    numbers = []
    for node in wanted:
        try:
            number = operator.index(node)
        except TypeError:
            number = -1
        if isinstance(node, bool) or not 0 <= number < count:
            raise InputError(f"{name} has {node!r}; nodes go from 0 to {count - 1}")
        numbers.append(number)
    return sorted(set(numbers))


def _spread(count: int, width: int, memory: int) -> list[int]:
    """Evenly spaced, and no more than memory has room for some thirty records of."""
    most = max(1, min(MOST_NODES, count, memory // (32 * 4 * 8 * max(1, width))))
    return sorted({i * count // most for i in range(most)})


def settings_of(optimizer: Optimizer | None) -> dict[str, Any]:
    """Its name, rate and settings; of updates by hand the rate is what the first of them shows."""
    if optimizer is None:
        return {"name": BY_HAND, "alpha": math.nan}
    kept: dict[str, Any] = {"name": type(optimizer).__name__, "alpha": rate_of(optimizer)}
    for name, value in optimizer.param_groups[0].items():
        if name != "lr" and isinstance(value, (bool, int, float, str, tuple)):
            kept[name] = list(value) if isinstance(value, tuple) else value
    return kept


def rate_of(optimizer: Optimizer) -> float:
    """The largest rate of its groups."""
    return max(float(group["lr"]) for group in optimizer.param_groups)
