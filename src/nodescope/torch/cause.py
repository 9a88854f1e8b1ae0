"""The first number that was not finite: the operation that made it, and what from."""

import math
from typing import Any

import torch
from torch import Tensor, nn

from nodescope.run.recorded import Recorded, Trouble
from nodescope.torch.watch import LAYERS, Operation

SHOWN = 3
"""Operands that are told."""


def trouble_of(model: nn.Module, layers: list[str], operations: list[Operation], run: Recorded, loss: float) -> Trouble | None:
    """Walk the step's operations forwards to the first that gave what is not finite; else ask each for its slope."""
    step = len(run.losses)
    irreversible = _irreversible(run, step)
    names = {id(p): name for name, p in model.named_parameters()}
    operations = [operation for operation in operations if _tensors(operation)]
    for operation in operations:
        if _finite(operation.out):
            continue
        bad = next((t for t in _tensors(operation) if not _finite(t)), None)
        if bad is not None and id(bad) in names:
            return _bad_parameter(names[id(bad)], bad, step, layers, irreversible)
        if bad is not None and not any(bad is earlier.out for earlier in operations):
            return _bad_data(operation, bad, step, irreversible)
        if bad is None:
            return _forward(operation, step, layers, names, irreversible)
        break  # changed in place since it was made: what it was made from is gone
    for operation in reversed(operations):
        found = _steep(operation)
        if found is not None:
            return _backward(operation, *found, step, layers, names, irreversible)
    for name, p in model.named_parameters():
        if p.grad is not None and not _finite(p.grad):
            return _bad_gradient(name, p.grad, step, layers, irreversible)
    if math.isfinite(loss) or not operations:
        return None
    text = f"the loss is {loss} at step {step:,}, from an operation that was not seen"
    return Trouble(step, "the loss", None, None, "loss", loss, (), text, irreversible)


def _irreversible(run: Recorded, step: int) -> int:
    """The step after which the loss was never again as low as twice its lowest; `step` where it did not grow before."""
    finite = [(t, value) for t, value in enumerate(run.losses) if math.isfinite(value)]
    if not finite:
        return step
    lowest = min(value for _, value in finite)
    low = [t for t, value in finite if value <= (2 * lowest if lowest > 0 else lowest)]
    return min(step, low[-1] + 1)


def _forward(operation: Operation, step: int, layers: list[str], weights: dict[int, str], irreversible: int) -> Trouble:
    place = _first_bad(operation.out)
    value = float(operation.out.detach()[place])
    operands = _operands(operation, place)
    layer, node, where = _who(operation, place, layers, weights)
    if layer is None:
        quantity = _plain(operation.name)
        what = f"{quantity} of {' and '.join(f'{number:.6g}' for _, number in operands)}"
    else:
        made = " and ".join(f"{name} {number:.6g}" for name, number in operands)
        quantity, what = "sum", f"the sum of {where}, node {node}, from {made}"
    text = f"at step {step:,} {what} is {value}: the first number that is not finite"
    return Trouble(step, where, layer, node, quantity, value, operands, text, irreversible)


def _backward(
    operation: Operation, operand: Tensor, place: tuple[int, ...], slope: float, step: int, layers: list[str],
    weights: dict[int, str], irreversible: int,
) -> Trouble:  # fmt: skip
    layer, node, where = _who(operation, place, layers, weights)
    at = float(operand.detach()[place])
    what = f"at step {step:,} the slope of {_plain(operation.name)} at {at:.6g} is {slope}"
    text = f"{what}: all numbers of the forward pass are finite, but no delta comes back through it"
    return Trouble(step, where, layer, node, f"slope of {_plain(operation.name)}", slope, (("of", at),), text, irreversible)


def _bad_parameter(name: str, p: Tensor, step: int, layers: list[str], irreversible: int) -> Trouble:
    place = _first_bad(p)
    owner, _, which = name.rpartition(".")
    value = float(p.detach()[place])
    layer = layers.index(owner) if owner in layers else None
    text = f"before step {step:,} {which} of {owner or 'the model'}, {_told(place)}, is {value}: the update before made it so"
    return Trouble(step, owner or "the model", layer, place[0] if place else None, which, value, (), text, irreversible)


def _bad_gradient(name: str, gradient: Tensor, step: int, layers: list[str], irreversible: int) -> Trouble:
    place = _first_bad(gradient)
    owner, _, which = name.rpartition(".")
    value = float(gradient.detach()[place])
    layer = layers.index(owner) if owner in layers else None
    text = (
        f"at step {step:,} the weighted delta of {which} of {owner or 'the model'}, {_told(place)}, is {value} though the forward "
        "pass and each slope are finite: the deltas grew beyond all numbers on their way back"
    )
    return Trouble(step, owner or "the model", layer, place[0] if place else None, "weighted_delta", value, (), text, irreversible)


def _bad_data(operation: Operation, bad: Tensor, step: int, irreversible: int) -> Trouble:
    place = _first_bad(bad)
    value = float(bad.detach()[place])
    text = f"at step {step:,} {operation.name} is given {value} at {_told(place)}: it comes from outside the model, as data"
    return Trouble(step, "the data", None, None, operation.name, value, (), text, irreversible)


def _told(place: tuple[int, ...]) -> str:
    return f"place {list(place)}" if place else "its only number"


def _who(
    operation: Operation, place: tuple[int, ...], layers: list[str], weights: dict[int, str]
) -> tuple[int | None, int | None, str]:
    """Layer, node and name of where an operation is; of others their position among the operations is their name."""
    if operation.function in LAYERS:
        weight = operation.arguments[1] if len(operation.arguments) > 1 else operation.keywords.get("weight")
        owner = weights.get(id(weight), "").rpartition(".")[0]
        kind = LAYERS[operation.function]
        if owner in layers:
            channel = place[-1] if kind == "Linear" or len(place) < 2 else place[1]
            return layers.index(owner), channel, owner
    return None, None, _plain(operation.name)


def _operands(operation: Operation, place: tuple[int, ...]) -> tuple[tuple[str, float], ...]:
    """What the number at a place was made from: for operations number by number, the numbers; of sums, their largest."""
    told = []
    for i, operand in enumerate(_numbers(operation)):
        name = ("input", "weight", "bias")[i] if operation.function in LAYERS and i < 3 else "of" if i == 0 else "and"
        plain = torch.as_tensor(operand).detach()
        try:
            told.append((name, float(plain.expand(operation.out.shape)[place])))
        except RuntimeError:
            if operation.function in LAYERS and i == 0 and plain.dim() == operation.out.dim() == 2:
                plain = plain[place[0]]
            elif operation.function in LAYERS and i == 1:
                plain = plain[place[-1 if operation.out.dim() <= 2 else 1]]
            flat = plain.reshape(-1)
            if flat.numel():
                told.append((f"largest {name}", float(flat[flat.abs().argmax()])))
    return tuple(told[:SHOWN])


def _tensors(operation: Operation) -> list[Tensor]:
    return [t for t in _flat((*operation.arguments, *operation.keywords.values())) if t.is_floating_point()]


def _flat(values: Any) -> list[Tensor]:
    """Tensors among arguments, those in lists too."""
    found: list[Tensor] = []
    for value in values:
        found += _flat(value) if isinstance(value, (list, tuple)) else [value] if isinstance(value, Tensor) else []
    return found


def _numbers(operation: Operation) -> list[Any]:
    """What it works on, Python's own numbers too, in the order in which they are written."""
    found = [
        v for v in operation.arguments if isinstance(v, (Tensor, float)) or (isinstance(v, int) and len(operation.arguments) == 2)
    ]
    found = [v for v in found if not isinstance(v, Tensor) or v.is_floating_point()] or list(_tensors(operation))
    return found[::-1] if operation.name in _TURNED else found


_TURNED = {"__rdiv__", "__rtruediv__", "__rsub__", "__rpow__"}
_WORDS = {
    "rdiv": "division",
    "rtruediv": "division",
    "truediv": "division",
    "div": "division",
    "rsub": "sub",
    "rmul": "mul",
    "rpow": "pow",
}


def _plain(name: str) -> str:
    """A word for a call: "division" for `__rtruediv__`, "log" for `log_`."""
    bare = name.strip("_")
    return _WORDS.get(bare, bare)


def _finite(tensor: Tensor) -> bool:
    return not tensor.is_floating_point() or bool(torch.isfinite(tensor.detach()).all())


def _first_bad(tensor: Tensor) -> tuple[int, ...]:
    bad = (~torch.isfinite(tensor.detach())).nonzero()
    return tuple(int(i) for i in bad[0]) if len(bad) else ()


def _steep(operation: Operation) -> tuple[Tensor, tuple[int, ...], float] | None:
    """An operand at which the operation's own slope is not finite, asked on copies."""
    if "dropout" in operation.name or operation.name.startswith("rand") or not operation.out.requires_grad:
        return None

    def copied(value: Any) -> Any:
        if isinstance(value, Tensor):
            plain = value.detach().clone()
            return plain.requires_grad_() if plain.is_floating_point() else plain
        return type(value)(map(copied, value)) if type(value) in (list, tuple) else value

    arguments = tuple(map(copied, operation.arguments))
    keywords = {name: copied(value) for name, value in operation.keywords.items()}
    mine = [t for t in _flat((*arguments, *keywords.values())) if t.requires_grad]
    try:
        with torch.enable_grad():
            out = operation.function(*[a * 1 if isinstance(a, Tensor) and a.requires_grad else a for a in arguments], **keywords)
        outs = [out] if isinstance(out, Tensor) else [part for part in out if isinstance(part, Tensor) and part.requires_grad]
        if not mine or not outs:
            return None
        slopes = torch.autograd.grad(outs, mine, [torch.ones_like(part) for part in outs], allow_unused=True)
    except (RuntimeError, TypeError, ValueError):
        return None
    for operand, slope in zip(mine, slopes, strict=True):
        if slope is not None and not _finite(slope):
            place = _first_bad(slope)
            return operand, place, float(slope[place])
    return None
