"""The first number that was not finite: the operation that made it, and what from."""

import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from nodescope.run.recorded import Recorded, Trouble
from nodescope.torch.operations import ADDING, SCALING, SHAPING, Operation
from nodescope.torch.uses import SUMMING, TRANSPOSED, node_axis

SHOWN = 3
"""Operands that are told."""
_PASSING = SHAPING | ADDING | SCALING
"""What hands an infinity on as it is."""
GREW = 10.0
"""Times its median: a loss as large as that at the end was on its way up."""


def trouble_of(
    model: nn.Module, layers: list[str], weights: dict[int, int], operations: list[Operation], run: Recorded, loss: float | None,
    optimizer: Optimizer | None = None,
) -> Trouble | None:  # fmt: skip
    """Walk back from the loss to the operation that made it so; where the loss is finite, ask each operation for its slope."""
    made_of_numbers = [operation for operation in operations if _tensors(operation)]
    return _Search(model, layers, weights, made_of_numbers, run, loss, optimizer).trouble()


@dataclass(frozen=True, eq=False)
class _Search:
    """Through the operations of one step.

    Attributes
    ----------
    layers : list of str
        Names of the layers told.
    weights : dict
        Number of a layer by `id` of its weight.
    loss : float or None
        None where it was not seen.
    """

    model: nn.Module
    layers: list[str]
    weights: dict[int, int]
    operations: list[Operation]
    run: Recorded
    loss: float | None
    optimizer: Optimizer | None

    @property
    def step(self) -> int:
        return len(self.run.losses)

    def trouble(self) -> Trouble | None:
        parameters = {id(p): name for name, p in self.model.named_parameters()}
        if self.loss is not None and not math.isfinite(self.loss):
            return self._of_loss(parameters)
        for operation in reversed(self.operations):
            found = _steep(operation)
            if found is not None:
                return self._of_slope(operation, *found)
        for name, p in self.model.named_parameters():
            if p.grad is not None and not _finite(p.grad):
                return self._of_gradient(name, p.grad)
        return None

    def _of_loss(self, parameters: dict[int, str]) -> Trouble:
        """From an operand that is not finite to what made it, until all operands are finite, or come from elsewhere."""
        at = max((i for i, operation in enumerate(self.operations) if not _finite(operation.out)), default=None)
        made_nan: Operation | None = None
        took: Operation | None = None
        while at is not None:
            operation = self.operations[at]
            took = took if operation.name in _PASSING else operation
            bad = _worst_operand(operation)
            if bad is None:
                before = self._made_before(operation.out, at) if _in_place(operation) else None
                if before is None or _finite(_again(self.operations[before])):
                    return self._of_operation(operation)
                at = before
                continue
            if not bad.isnan().any() and operation.out.isnan().any():
                made_nan = operation  # of infinities, which may have been put there on purpose
            if id(bad) in parameters:
                return self._of_parameter(parameters[id(bad)], bad)
            before = self._made_before(bad, at)
            if before is None:
                return self._of_operation(made_nan) if made_nan is not None else self._of_data(operation, bad)
            if _given_infinity(self.operations[before]):
                return self._of_operation(made_nan or took or operation)
            at = before
        text = f"the loss is {self.loss} at step {self.step:,}, from an operation that was not seen"
        return self._told("the loss", None, None, "loss", float(self.loss or 0.0), (), text)

    def _made_before(self, tensor: Tensor, at: int) -> int | None:
        return next((i for i in reversed(range(at)) if self.operations[i].out is tensor), None)

    def _told(
        self, where: str, layer: int | None, node: int | None, quantity: str, value: float, operands: tuple[Any, ...], text: str
    ) -> Trouble:
        return Trouble(
            step=self.step, where=where, layer=layer, node=node, quantity=quantity, value=value, operands=operands, text=text,
            irreversible_from=turned_at(self.run.losses, self.step),
        )  # fmt: skip

    def _of_operation(self, operation: Operation) -> Trouble:
        place = _first_bad(operation.out)
        value = float(operation.out.detach()[place])
        operands = _operands(operation, place)
        layer, node, where = self._who(operation, place)
        if layer is None:
            quantity = _plain(operation.name)
            what = f"{quantity} of {' and '.join(f'{number:.6g}' for _, number in operands) or 'nothing'}"
        else:
            made = " and ".join(f"{name} {number:.6g}" for name, number in operands)
            quantity, what = "sum", f"the sum of {where}, node {node}, from {made}"
        text = f"at step {self.step:,} {what} is {value}: the first number that is not finite"
        return self._told(where, layer, node, quantity, value, operands, text)

    def _of_slope(self, operation: Operation, operand: Tensor, place: tuple[int, ...], slope: float) -> Trouble:
        layer, node, where = self._who(operation, place)
        at = float(operand.detach()[place])
        what = f"at step {self.step:,} the slope of {_plain(operation.name)} at {at:.6g} is {slope}"
        gave = "" if _finite(operation.out) else f", as it gave {float(operation.out.detach()[_first_bad(operation.out)])}"
        if self._is_hidden(operation):
            why = f"{gave}; where() leaves that branch out on the way forward, but 0 times this slope is NaN on the way back"
        elif gave:
            why = f"{gave}; the loss is finite all the same, but no delta comes back through it"
        else:
            why = ": all numbers of the forward pass are finite, but no delta comes back through it"
        text = f"{what}{why}"
        return self._told(where, layer, node, f"slope of {_plain(operation.name)}", slope, (("of", at),), text)

    def _is_hidden(self, operation: Operation) -> bool:
        """Whether a `where` behind an operation takes something else in its place."""
        reached = {id(operation.out)}
        for after in self.operations[self.operations.index(operation) + 1 :]:
            if any(id(t) in reached for t in _flat((*after.arguments, *after.keywords.values()))):
                if after.name in ("where", "masked_fill", "masked_fill_", "nan_to_num"):
                    return True
                reached.add(id(after.out))
        return False

    def _of_parameter(self, name: str, p: Tensor) -> Trouble:
        place, owner, layer, which = self._place(name, p)
        value = float(p.detach()[place])
        since = "it was so from the start" if self.step == 0 else f"the update before made it so{self._by_eps(p)}"
        text = f"before step {self.step:,} {which} of {owner}, {_told(place)}, is {value}: {since}"
        return self._told(owner, layer, place[0] if place else None, which, value, (), text)

    def _by_eps(self, p: Tensor) -> str:
        """Whether the optimizer's eps is 0 in the precision of the parameter."""
        eps = self.optimizer.param_groups[0].get("eps") if self.optimizer is not None else None
        if not isinstance(eps, float) or eps == 0 or float(torch.tensor(eps, dtype=p.dtype)) != 0:
            return ""
        return f": the optimizer's eps {eps:g} is 0 in {str(p.dtype).removeprefix('torch.')}, so it divided by 0"

    def _of_gradient(self, name: str, gradient: Tensor) -> Trouble:
        place, owner, layer, which = self._place(name, gradient)
        value = float(gradient.detach().to_dense()[place])
        text = (
            f"at step {self.step:,} the weighted delta of {which} of {owner}, {_told(place)}, is {value} though the forward "
            "pass and each slope are finite: the deltas grew beyond all numbers on their way back"
        )
        return self._told(owner, layer, place[0] if place else None, "weighted_delta", value, (), text)

    def _of_data(self, operation: Operation, bad: Tensor) -> Trouble:
        place = _first_bad(bad)
        value = float(bad.detach()[place])
        text = f"at step {self.step:,} {_plain(operation.name)} is given {value} at {_told(place)}: it comes from outside, as data"
        return self._told("the data", None, None, _plain(operation.name), value, (), text)

    def _place(self, name: str, tensor: Tensor) -> tuple[tuple[int, ...], str, int | None, str]:
        """Where in a parameter, whose it is, the number of that layer, and which of its parameters."""
        owner, _, which = name.rpartition(".")
        owner = owner or type(self.model).__name__
        return _first_bad(tensor), owner, self.layers.index(owner) if owner in self.layers else None, which

    def _who(self, operation: Operation, place: tuple[int, ...]) -> tuple[int | None, int | None, str]:
        """Layer, node and name of where an operation is; of others what they do is their name."""
        if operation.function in SUMMING:
            weight = operation.arguments[1] if len(operation.arguments) > 1 else operation.keywords.get("weight")
            layer = self.weights.get(id(weight))
            if layer is not None and len(place) == operation.out.dim():
                return layer, place[node_axis(operation.function, operation.out)], self.layers[layer]
        return None, None, _plain(operation.name)


def turned_at(losses: list[float], step: int) -> int:
    """The step from which on the loss was never again as low as twice its lower quartile; `step` where it did not grow before."""
    finite = [(t, value) for t, value in enumerate(losses) if math.isfinite(value)]
    ranked = sorted(value for _, value in finite)
    if not ranked or not 0 < GREW * ranked[len(ranked) // 2] < finite[-1][1]:
        return step
    low = 2 * ranked[(len(ranked) - 1) // 4]
    return min(step, 1 + max(t for t, value in finite if value <= low))


def _told(place: tuple[int, ...]) -> str:
    return f"place {list(place)}" if place else "its only number"


# ---- operands ----


def _worst_operand(operation: Operation) -> Tensor | None:
    """An operand that is not finite, NaN before infinity; one that the operation itself has written over is not known."""
    bad = [t for t in _tensors(operation) if t is not operation.out and not _finite(t)]
    return next((t for t in bad if t.isnan().any()), bad[0] if bad else None)


def _in_place(operation: Operation) -> bool:
    return any(t is operation.out for t in _tensors(operation))


def _given_infinity(operation: Operation) -> bool:
    """Whether an infinity was put in on purpose: a mask."""
    given = (*operation.arguments, *operation.keywords.values())
    return any(isinstance(v, float) and math.isinf(v) for v in given) or (
        operation.name in ("add", "__add__", "where") and any(not t.requires_grad and t.isinf().any() for t in _tensors(operation))
    )


def _operands(operation: Operation, place: tuple[int, ...]) -> tuple[tuple[str, float], ...]:
    """What the number at a place was made from: for operations number by number, the numbers; of sums, their largest."""
    if operation.function in SUMMING:
        return _of_sum(operation, place)
    numbers = _numbers(operation)
    names = ["of", *["and"] * len(numbers)]
    told = []
    for name, operand in zip(names, numbers, strict=False):
        plain = torch.as_tensor(operand).detach()
        if _plain(operation.name) in _NUMBER_BY_NUMBER and _spreads(plain, operation.out):
            told.append((name, float(plain.expand(operation.out.shape)[place])))
        elif plain.numel():
            told.append((f"largest {name}", _largest(plain)))
    return tuple(told[:SHOWN])


def _of_sum(operation: Operation, place: tuple[int, ...]) -> tuple[tuple[str, float], ...]:
    """The weight and input whose product weighs most; of a convolution its largest ones."""
    x, w = _tensors(operation)[:2]
    axis = node_axis(operation.function, operation.out)
    if not len(place):
        return ()
    weight = w.detach().movedim(1 if operation.function in TRANSPOSED else 0, 0)[place[axis]].reshape(-1)
    if operation.name == "linear":
        row = x.detach()[tuple(place[:-1])].reshape(-1)
        products = (row.double() * weight.double()).abs()
        i = int(torch.where(products.isnan(), math.inf, products).argmax())
        return (("input", float(row[i])), ("weight", float(weight[i])))
    return (("largest input", _largest(x.detach())), ("largest weight", _largest(weight)))


def _largest(tensor: Tensor) -> float:
    flat = tensor.reshape(-1)
    return float(flat[flat.abs().argmax()])


def _spreads(operand: Tensor, out: Tensor) -> bool:
    try:
        return bool(torch.broadcast_shapes(operand.shape, out.shape) == out.shape)
    except RuntimeError:
        return False


def _tensors(operation: Operation) -> list[Tensor]:
    return [t for t in _flat((*operation.arguments, *operation.keywords.values())) if t.is_floating_point()]


def _flat(values: Any) -> list[Tensor]:
    """Tensors among arguments, those in lists too."""
    found: list[Tensor] = []
    for value in values:
        found += _flat(value) if isinstance(value, (list, tuple)) else [value] if isinstance(value, Tensor) else []
    return found


def _numbers(operation: Operation) -> list[Any]:
    """What it works on, Python's own numbers too where it reckons with them, in the order in which they are written."""
    plain = (int, float) if _plain(operation.name) in _RECKONING else ()
    found = [
        v
        for v in operation.arguments
        if (v.is_floating_point() if isinstance(v, Tensor) else isinstance(v, plain) and not isinstance(v, bool))
    ] or list(_tensors(operation))
    return found[::-1] if operation.name in _TURNED else found


_TURNED = {"__rdiv__", "__rtruediv__", "__rsub__", "__rpow__"}
"""Whose operands are written the other way round."""
_WORDS = {
    "rdiv": "division", "rtruediv": "division", "truediv": "division", "true_divide": "division", "div": "division",
    "radd": "add", "rsub": "sub", "rmul": "mul", "rpow": "pow",
}  # fmt: skip
_RECKONING = {"add", "sub", "mul", "division", "pow", "addcmul", "addcdiv", "masked_fill"}
_NUMBER_BY_NUMBER = _RECKONING | {
    "exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "sqrt", "rsqrt", "reciprocal", "square", "neg", "abs", "sin", "cos",
    "tan", "asin", "acos", "atan", "atan2", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "sigmoid", "softplus", "relu",
    "gelu", "silu", "elu", "erf", "erfinv", "logit", "lgamma", "digamma", "where", "maximum", "minimum", "clamp", "xlogy",
    "logaddexp", "hypot", "fmod",
}  # fmt: skip


def _plain(name: str) -> str:
    """A word for a call: "division" for `__rtruediv__`, "log" for `log_`."""
    bare = name.strip("_")
    return _WORDS.get(bare, bare)


def _finite(tensor: Tensor) -> bool:
    numbers = tensor.detach()
    return not tensor.is_floating_point() or bool(torch.isfinite(numbers._values() if numbers.is_sparse else numbers).all())


def _first_bad(tensor: Tensor) -> tuple[int, ...]:
    bad = (~torch.isfinite(tensor.detach().to_dense())).nonzero()
    return tuple(int(i) for i in bad[0]) if len(bad) else ()


# ---- an operation made again, on copies and with the random state put back ----


def _again(operation: Operation) -> Tensor:
    """What it gave before anything was written over it."""
    arguments, keywords = _copied(operation.arguments), _copied(operation.keywords)
    with torch.no_grad(), _as_random_as_before(operation.out):
        out = operation.function(*arguments, **keywords)
    return next((part for part in (out if isinstance(out, tuple) else (out,)) if isinstance(part, Tensor)), operation.out)


def _steep(operation: Operation) -> tuple[Tensor, tuple[int, ...], float] | None:
    """An operand at which the operation's own slope is not finite."""
    if not operation.out.requires_grad:
        return None
    arguments, keywords = _copied(operation.arguments), _copied(operation.keywords)
    mine = [t.requires_grad_() for t in _flat((*arguments, *keywords.values())) if t.is_floating_point()]
    try:
        with torch.enable_grad(), _as_random_as_before(operation.out):
            out = operation.function(*[a * 1 if isinstance(a, Tensor) and a.requires_grad else a for a in arguments], **keywords)
        outs = [part for part in (out if isinstance(out, tuple) else (out,)) if isinstance(part, Tensor) and part.requires_grad]
        if not mine or not outs:
            return None
        slopes = torch.autograd.grad(outs, mine, [torch.ones_like(part) for part in outs], allow_unused=True)
    except (RuntimeError, TypeError, ValueError):
        return None
    for operand, slope in zip(mine, slopes, strict=True):
        if slope is not None and not _finite(slope):
            place = _first_bad(slope)
            return operand, place, float(slope.to_dense()[place])
    return None


def _copied(value: Any) -> Any:
    """Tensors of a call's arguments as copies, in lists too."""
    if isinstance(value, Tensor):
        return value.detach().clone()
    if isinstance(value, dict):
        return {name: _copied(each) for name, each in value.items()}
    return type(value)(map(_copied, value)) if type(value) in (list, tuple) else value


def _as_random_as_before(near: Tensor) -> Any:
    return torch.random.fork_rng([near.get_device()] if near.is_cuda else [])
