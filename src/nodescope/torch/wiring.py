"""How the parts of a training hang together: what is at work, where a way back is cut, which parameters belong to nobody."""

import sys
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

from nodescope.run.facts import Modes, Stray
from nodescope.torch.operations import Operation, tensors

KEPT_IN_MODES = (nn.modules.batchnorm._BatchNorm, nn.modules.dropout._DropoutNd)
MOST_STRAYS = 256
COMPARED = 16
"""Numbers of a stray parameter by which it is known whether it moved."""
_COMPARING = frozenset({
    "__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__", "eq", "ne", "lt", "le", "gt", "ge", "isnan", "isfinite",
    "isinf", "all", "any", "size", "zeros_like", "ones_like", "empty_like", "randn_like", "rand_like", "full_like",
    "new_zeros", "new_ones", "is_floating_point",
})  # fmt: skip
"""What looks at a number, or only at its shape: no part of a way to the loss."""


LEAVING = frozenset({"item", "tolist", "numpy", "__array__", "__float__", "__int__", "__bool__", "__index__"})
"""What makes plain numbers of a tensor."""


def cut_behind(parameters: set[int], operations: list[Operation], left: list[tuple[str, Tensor]]) -> str:
    """The operation behind some parameters' first use through which no gradient comes back; "" where none was seen.

    `left` are tensors that plain numbers were made of; these, and comparisons, are looked at in passing too, so they come last.
    """
    reached: set[int] = set()
    compared = ""
    for operation in operations:
        given = list(tensors((*operation.arguments, *operation.keywords.values())))
        if not any(id(t) in reached or id(t) in parameters for t in given):
            continue
        if operation.out.requires_grad:
            reached.add(id(operation.out))
        elif any(t.requires_grad for t in given):
            if operation.name not in _COMPARING:
                return operation.name
            compared = compared or (f"a comparison ({operation.name.strip('_')})" if operation.name.strip("_") in _SIGNS else "")
    return compared or next((f"{name.strip('_')}()" for name, t in left if id(t) in reached), "")


FLAT = frozenset({"round", "round_", "floor", "ceil", "trunc", "sign", "sgn", "heaviside", "fix", "bucketize"})
"""What has the slope 0 wherever it has one."""


def flattened_behind(parameters: set[int], operations: list[Operation]) -> str:
    """The operation behind some parameters' use whose slope is 0 everywhere; "" where there is none."""
    reached: set[int] = set()
    for operation in operations:
        given = list(tensors((*operation.arguments, *operation.keywords.values())))
        if any(id(t) in reached or id(t) in parameters for t in given):
            if operation.name in FLAT:
                return operation.name.strip("_")
            reached.add(id(operation.out))
    return ""


_SIGNS = frozenset({"eq", "ne", "lt", "le", "gt", "ge"})


class AtWork:
    """Parameters that were seen in operations of a step: with gradients on, and apart (`no_grad`)."""

    def __init__(self, known: set[int]) -> None:
        self.known = known
        self.on: set[int] = set()
        self.apart: set[int] = set()
        self._strays: dict[int, tuple[Tensor, Tensor, Stray]] = {}
        self._now: set[int] = set()
        self.asked: set[int] = set()
        """Tensors whose derivative the training asks for itself: inputs, not weights."""

    def forget(self) -> None:
        """The step is over."""
        for seen in (self.on, self.apart, self._now):
            seen.clear()

    def see(self, values: Any, with_gradients: bool) -> None:
        """Arguments of an operation."""
        for t in tensors(values):
            if isinstance(t, nn.Parameter):
                if id(t) in self.known:
                    (self.on if with_gradients else self.apart).add(id(t))
                elif with_gradients and t.requires_grad:
                    self._stray(t)
            elif with_gradients and t.requires_grad and t.is_leaf and id(t) not in self.asked:
                self._stray(t)

    def _stray(self, p: Tensor) -> None:
        if id(p) in self._now or (id(p) not in self._strays and len(self._strays) >= MOST_STRAYS):
            return
        self._now.add(id(p))
        kept = self._strays.setdefault(id(p), (p, _some(p), Stray("", "")))
        kept[2].uses += 1

    def strays(self, model: nn.Module) -> list[Stray]:
        """Those that never moved, with the places in the model where they are kept."""
        names = dict(_hidden(model))
        found = []
        for p, sample, stray in self._strays.values():
            stray.moved = not torch.equal(_some(p), sample)
            stray.name, stray.kind = names.get(id(p), ("", ""))
            if isinstance(p, nn.Parameter) or (stray.name and id(p) not in self.asked):
                found.append(stray)
        return found


def _some(p: Tensor) -> Tensor:
    return p.detach().reshape(-1)[:COMPARED].clone()


def _hidden(model: nn.Module) -> Iterator[tuple[int, tuple[str, str]]]:
    """Parameters of modules that a model keeps in lists, tuples, dictionaries or elsewhere where PyTorch does not look."""
    for prefix, module in model.named_modules():
        for attribute, value in vars(module).items():
            if not attribute.startswith("_"):
                path = f"{prefix}.{attribute}" if prefix else attribute
                if isinstance(value, Tensor):
                    yield id(value), (path, "Tensor")
                for name, inner in _modules_in(value, path):
                    for own, p in inner.named_parameters() if isinstance(inner, nn.Module) else [("", inner)]:
                        yield id(p), (f"{name}.{own}".strip("."), type(inner).__name__)


def _modules_in(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, (nn.Module, nn.Parameter)):
        yield path, value
    elif isinstance(value, (list, tuple)):
        for number, each in enumerate(value):
            yield from _modules_in(each, f"{path}[{number}]")
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from _modules_in(each, f"{path}[{key!r}]")


class ModesSeen:
    """Dropout and batch norm of a model: in which mode they are at each step."""

    def __init__(self, model: nn.Module) -> None:
        self._model = model
        parts = [(name or type(module).__name__, module) for name, module in model.named_modules()]
        self._members = [(name, m) for name, m in parts if isinstance(m, KEPT_IN_MODES) and getattr(m, "p", 1) > 0]
        self._ids = {id(m) for _, m in self._members}
        self.seen = Modes([name for name, _ in self._members])
        self._apart = self._always = False
        self._dropouts = [(name, m) for name, m in parts if isinstance(m, nn.modules.dropout._DropoutNd)]

    def at_update(self, step: int) -> None:
        if any(m.training for _, m in self._members) or self._model.training:
            self.seen.training += 1
            self.seen.since = None
        elif self._members:
            self.seen.evaluating += 1
            if self.seen.training and self.seen.since is None:
                self.seen.since = step
        self.seen.apart += self._apart
        self.seen.always_on += self._always
        self._apart = self._always = False
        for name, m in self._dropouts:
            if m.training and m.p > self.seen.dropped:
                self.seen.dropped, self.seen.dropped_by = m.p, name

    def see_apart(self, name: str, arguments: Any, keywords: Any) -> None:
        """A dropout or batch norm under `no_grad`."""
        if name.startswith("batch_norm"):
            on = arguments[5] if len(arguments) > 5 else keywords.get("training", False)
        else:
            on = arguments[2] if len(arguments) > 2 else keywords.get("training", True)
        if not on:
            return
        owners = _owners()
        if any(id(owner) in self._ids for owner in owners):
            self._apart = True
        elif not self._model.training and any(owner is self._model for owner in owners):
            self._always = True


def _owners() -> list[Any]:
    """Modules in whose `forward` the call that is being seen lies."""
    found, frame = [], sys._getframe(2)
    while frame is not None:
        if frame.f_code.co_name == "forward":
            found.append(frame.f_locals.get("self", next(iter(frame.f_locals.values()), None)))
        frame = frame.f_back  # type: ignore[assignment]
    return found
