"""What looks odd on the way from the loss back: axes that a reshape mixes, shares over the batch, a likelihood upside down."""

from torch import Tensor

from nodescope.run.facts import Oddities
from nodescope.torch.operations import ADDING, SCALING, SHAPING, Made, Operation, tensors

MIXING = frozenset({
    "linear", "conv1d", "conv2d", "conv3d", "matmul", "__matmul__", "__rmatmul__", "mm", "bmm", "einsum", "addmm", "softmax",
    "log_softmax", "logsumexp", "cross_entropy", "embedding", "baddbmm", "bilinear",
})  # fmt: skip
"""What makes numbers of others than those at their own place."""
RESHAPING = frozenset({"view", "reshape"})
OF_LAYERS = frozenset({"linear", "addmm"})
PICKING = SHAPING | {"gather", "take_along_dim", "masked_select", "index_select", "clamp_min", "clamp"}
LOGARITHMS = frozenset({"log_softmax", "logsigmoid", "log_sigmoid"})
MOST = 4096
"""Operations that are gone back through."""


def mixed_axes(operation: Operation) -> tuple[tuple[int, ...], tuple[int, ...]] | None:
    """The shapes before and after, where a reshape only swaps the lengths of axes: the numbers then belong to others."""
    given = operation.arguments[0] if operation.arguments else None
    if not isinstance(given, Tensor) or given.dim() < 3 or given.dim() != operation.out.dim():
        return None
    before, after = tuple(given.shape), tuple(operation.out.shape)
    swapped = before != after and sorted(before) == sorted(after)
    return (before, after) if swapped and _longer(before) != _longer(after) else None


def _longer(shape: tuple[int, ...]) -> list[int]:
    return [size for size in shape if size != 1]


def look_back(loss: Tensor, made: Made, odd: Oddities) -> None:
    """Count what is odd on the way from a loss back to the last layers."""
    odd.looks += 1
    odd.over_batch += any(_shares_examples(each, made) for each in _near(loss, made))
    odd.upside_down += _upside_down(loss, made)


def _near(loss: Tensor, made: Made) -> list[Operation]:
    """Operations behind a loss, number by number: not by way of a layer."""
    found: dict[int, Operation] = {}
    stack = [loss]
    while stack and len(found) < MOST:
        operation = made.by(stack.pop())
        if operation is None or id(operation.out) in found:
            continue
        found[id(operation.out)] = operation
        if operation.name not in MIXING:
            stack += list(tensors((*operation.arguments, *operation.keywords.values())))
    return list(found.values())


def _shares_examples(operation: Operation, made: Made) -> bool:
    """Whether it is a softmax of a layer's (n, classes) along the examples."""
    if operation.name not in ("softmax", "log_softmax") or operation.out.dim() != 2 or not operation.arguments:
        return False
    axis, given = operation.given(1, "dim"), operation.arguments[0]
    examples, classes = operation.out.shape
    maker = made.behind(given)
    along = isinstance(axis, int) and axis % 2 == 0
    return along and classes > 1 and examples != classes and maker is not None and maker.name in OF_LAYERS


def _upside_down(loss: Tensor, made: Made) -> bool:
    """Whether a loss is log-probabilities, summed or averaged, with no minus before them: it has a greatest value and no least."""
    at, sign, summed = loss, 1.0, False
    for _ in range(16):
        operation = made.by(at)
        if operation is None:
            return False
        if operation.name in LOGARITHMS:
            return sign > 0 and summed
        asking = [t for t in tensors(operation.arguments) if t.requires_grad]
        if len(asking) != 1:
            return False
        summed |= operation.name in ("mean", "sum")
        step = _sign_of(operation, asking[0])
        if not step:
            return False
        at, sign = asking[0], sign * step
    return False


def _sign_of(operation: Operation, asking: Tensor) -> float:
    """Whether more of what asks for gradients is more (1) or less (−1) of what comes out; 0 where that is not known."""
    if operation.name in PICKING or operation.name in ("mean", "sum"):
        return 1.0
    if operation.name in ("neg", "__neg__"):
        return -1.0
    others = [value for value in operation.arguments if value is not asking]
    if operation.name in ADDING and len(others) == 1:
        turned = operation.name in ("rsub", "__rsub__") or (
            operation.name in ("sub", "__sub__") and operation.arguments[0] is not asking
        )
        return -1.0 if turned else 1.0
    if operation.name in SCALING and len(others) == 1 and not operation.name.startswith(("__rdiv", "__rtrue")):
        return _sign(others[0])
    return 0.0


def _sign(factor: object) -> float:
    """Of a factor, or of all of many; 0 where they differ."""
    if isinstance(factor, Tensor):
        low, high = (float(factor.min()), float(factor.max())) if factor.numel() else (0.0, 0.0)
    elif isinstance(factor, (int, float)):
        low = high = float(factor)
    else:
        return 0.0
    return 1.0 if low >= 0.0 < high else -1.0 if high <= 0.0 > low else 0.0
