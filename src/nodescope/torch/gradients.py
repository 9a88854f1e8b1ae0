"""Which parameters a backward pass reaches, and whether the gradients of the step before are still in them."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from nodescope.run.facts import ParameterSeen
from nodescope.torch.layers import Layer
from nodescope.torch.operations import Operation
from nodescope.torch.wiring import AtWork, cut_behind, flattened_behind

SMALL = 4096
"""Numbers of a gradient whose length is worked out together with others'."""
SAMPLED = 64
"""Numbers of a parameter by which it is known whether it moved, beside its size."""

Stamp = tuple[int, int] | None
"""Of a gradient: another when it is made, or written to."""


@dataclass(eq=False)
class _Known:
    """A parameter, and what its gradient was when last looked at."""

    p: Tensor
    seen: ParameterSeen
    sample: Tensor | None
    stamp: Stamp = None
    used: bool = False
    """Whether the gradient that is there was used in an update, and was neither written to nor let go since."""
    carried: bool = False
    """Whether a backward pass has added to such a one."""
    got: bool = False
    """Whether a backward pass has given it one since the last update."""


class Ledger:
    """Of each parameter of the model and the optimizer: what it was given.

    Parameters
    ----------
    model : torch.nn.Module
    optimizer : torch.optim.Optimizer or None
    """

    def __init__(self, model: nn.Module, optimizer: Optimizer | None) -> None:
        self._optimizer = optimizer
        self._model = model
        self._known: dict[int, _Known] = {}
        self._sizes: list[tuple[Tensor, float]] = []
        """Lengths of the gradients when they were last measured."""
        self._largest: dict[int, float] = {}
        """The largest of each that was measured, by `id` of its parameter."""
        stepped = {id(p) for p in self.stepped()}
        for name, p in model.named_parameters():
            owner = name.rpartition(".")[0]
            self._add(p, name, owner, type(model.get_submodule(owner)).__name__, id(p) in stepped)
        for number, given in enumerate(self.stepped()):
            self._add(given, f"parameter {number} of the optimizer", "", "", True, of_model=False)

    def _add(self, p: Tensor, name: str, layer: str, kind: str, stepped: bool, of_model: bool = True) -> None:
        if id(p) in self._known or nn.parameter.is_lazy(p):
            return
        seen = ParameterSeen(name, layer or kind, kind, p.numel(), str(p.dtype).removeprefix("torch."), of_model, stepped)
        seen.start = _size(p)
        self._known[id(p)] = _Known(p, seen, _sample(p), _stamp(p))

    def stepped(self) -> list[Tensor]:
        """Parameters of the optimizer; where there is none, those of the model."""
        if self._optimizer is None:
            return [p for p in self._model.parameters() if p.requires_grad]
        return [p for group in self._optimizer.param_groups for p in group["params"]]

    @property
    def known(self) -> dict[int, _Known]:
        return self._known

    def before_backward(self) -> None:
        """Gradients that are others than those that the last update used were cleared, or are of another making."""
        for each in self._known.values():
            gradient = each.p.grad  # written out: a step asks thrice for that of every parameter
            stamp = None if gradient is None else (id(gradient), gradient._version)
            if stamp is None or stamp != each.stamp:
                each.used = each.carried = False
                each.stamp = stamp

    def after_backward(self) -> bool:
        """Which got something; whether any of the optimizer's did."""
        reached = False
        for each in self._known.values():
            gradient = each.p.grad
            stamp = None if gradient is None else (id(gradient), gradient._version)
            if stamp != each.stamp:
                each.carried = each.used
                each.got, each.stamp = True, stamp
                reached |= each.seen.stepped
        return reached

    def count(self, at_work: AtWork) -> None:
        """Parameters that were at work in the step, with gradients on or only apart."""
        for key in at_work.on | at_work.apart:
            seen = self._known[key].seen
            seen.uses += key in at_work.on
            seen.uses_apart += key not in at_work.on

    def look_for_cuts(self, on: set[int], operations: list[Operation], left: list[tuple[str, Tensor]]) -> None:
        """Of parameters that were at work and have never got a gradient, or none but 0: where their way back ends."""
        for key, known in self._known.items():
            if key in on and known.seen.gradients and not self._largest.get(key) and not known.seen.cut_by:
                known.seen.cut_by = flattened_behind({key}, operations)
            if key in on and not known.seen.gradients and not known.got and not known.seen.cut_by and known.p.requires_grad:
                known.seen.cut_by = cut_behind({key}, operations, left)

    def asked(self, parameters: list[Tensor]) -> bool:
        """As `after_backward`, of derivatives that went to the training itself."""
        known = [self._known[id(p)] for p in parameters if id(p) in self._known]
        for each in known:
            each.got = True
        return any(each.seen.stepped for each in known)

    def wiped(self) -> bool:
        """Whether gradients that a backward pass gave were set back to nothing since."""
        return any(each.got and each.seen.stepped and _stamp(each.p) != each.stamp for each in self._known.values())

    def at_update(self) -> None:
        """Count what the optimizer takes."""
        seen = any(each.got for each in self._known.values())  # backward passes in another thread are not
        for each in self._known.values():
            if each.got:
                each.seen.gradients += 1
            again = each.carried or (seen and each.used and not each.got and _stamp(each.p) == each.stamp)
            if again and each.seen.stepped and each.p.grad is not None:
                each.seen.uncleared += 1

    def after_update(self) -> None:
        for each in self._known.values():
            gradient = each.p.grad
            each.stamp = None if gradient is None else (id(gradient), gradient._version)
            each.used = gradient is not None
            each.got = each.carried = False

    def measured(self, order: float) -> float:
        """The norm of all gradients that the optimizer will take, as one number; 0 where there are none."""
        sizes, largest = norms(self.stepped(), order), self._largest
        for p, size in sizes:
            if size > largest.get(id(p), 0.0):
                largest[id(p)] = size
        if order == 2.0:
            self._sizes = sizes
        each = [size for _, size in sizes]
        if order == math.inf:
            return math.nan if any(map(math.isnan, each)) else max(each, default=0.0)
        length = math.hypot(*each)
        return length if length < math.inf else math.nan

    def lengths_of(self, layers: Iterable[Layer]) -> list[float]:
        """Of each layer's gradient, that of its biases included."""
        get = {id(p): size for p, size in self._sizes}.get
        return [math.hypot(get(id(layer.weight), 0.0), get(id(layer.bias), 0.0)) for layer in layers]

    def changed(self) -> bool:
        """Whether any weight is another than when `keep` was called: an update made by hand."""
        return any(each.sample is not None and not _same(_sample(each.p), each.sample) for each in self._known.values())

    def keep(self) -> None:
        for each in self._known.values():
            each.sample = _sample(each.p)

    def finish(self, samples: dict[int, Tensor | None]) -> list[ParameterSeen]:
        """All of it, as it is at the end; `samples` are those of the start."""
        stepped = {id(p) for p in self.stepped()}
        for key, each in self._known.items():
            seen, sample = each.seen, samples.get(key)
            seen.end, seen.asks, seen.stepped = _size(each.p), each.p.requires_grad, key in stepped
            seen.largest = self._largest.get(key, 0.0)
            same = sample is None or _same(_sample(each.p), sample)
            seen.moved = not (same and (seen.end == seen.start or math.isnan(seen.end)))
        return [each.seen for each in self._known.values()]

    def away_from(self, start: dict[int, Tensor | None]) -> bool:
        """Whether a parameter of the optimizer's is another than it was."""
        return any(not _same(_sample(each.p), start.get(key)) for key, each in self._known.items() if each.seen.stepped)

    def samples(self) -> dict[int, Tensor | None]:
        return {key: each.sample for key, each in self._known.items()}


def norms(parameters: Iterable[Tensor], order: float) -> list[tuple[Tensor, float]]:
    """Of each parameter's gradient; sparse ones are left out."""
    alike: dict[Any, list[Tensor]] = {}
    small: list[tuple[Tensor, Tensor]] = []
    for p in parameters:
        gradient = p.grad
        if gradient is None or gradient.is_sparse:
            continue
        if gradient.dtype is torch.float32 and gradient.is_cpu and 0 < gradient.numel() <= SMALL and type(gradient) is Tensor:
            small.append((p, gradient))
        else:
            alike.setdefault((gradient.device, gradient.dtype), []).append(p)
    found = _norms_of_small(small, order) if small else []
    return found + _norms_of_alike(alike, order) if alike else found


def _norms_of_alike(alike: dict[Any, list[Tensor]], order: float) -> list[tuple[Tensor, float]]:
    """Of gradients on one device and of one kind together."""
    found: list[tuple[Tensor, float]] = []
    with torch.no_grad():
        for (_, kind), members in alike.items():
            gradients = [p.grad for p in members if p.grad is not None]
            wide = torch.float32 if kind.itemsize < 4 else None
            sizes = torch.stack(torch._foreach_norm(gradients, order, dtype=wide)).double().tolist()
            found += zip(members, sizes, strict=True)
    return found


def _norms_of_small(members: list[tuple[Tensor, Tensor]], order: float) -> list[tuple[Tensor, float]]:
    """In one go; squares of single precision have room in double."""
    sizes = torch._foreach_norm([gradient for _, gradient in members], order, dtype=torch.float64)
    return [(p, size.item()) for (p, _), size in zip(members, sizes, strict=True)]


def _stamp(p: Tensor) -> Stamp:
    gradient = p.grad
    return None if gradient is None else (id(gradient), gradient._version)


def _size(p: Tensor) -> float:
    """Root of its mean square."""
    if p.device.type == "meta" or not p.numel():
        return 0.0
    with torch.no_grad():
        length = torch.linalg.vector_norm(p.detach().float() if p.dtype.itemsize < 4 else p.detach())
        return float(length) / math.sqrt(p.numel())


def _sample(p: Tensor) -> Tensor | None:
    if p.device.type == "meta":
        return None
    flat = p.detach().reshape(-1)
    return flat[:: max(1, len(flat) // SAMPLED)].clone()


def _same(a: Tensor | None, b: Tensor | None) -> bool:
    """Also of what is not a number."""
    return a is None or b is None or bool(((a == b) | ((a != a) & (b != b))).all())
