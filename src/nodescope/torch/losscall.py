"""What loss functions were called on: shapes, what made the predictions, how goals and predictions lie."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from nodescope.run.facts import LossCall, Oddities
from nodescope.torch.operations import ADDING, SCALING, Made, Operation, tensors
from nodescope.torch.ways import MIXING, RESHAPING, look_back, mixed_axes

DIFFERENCES = frozenset({"mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss"})
OF_TWO = DIFFERENCES | {
    "cross_entropy", "nll_loss", "binary_cross_entropy", "binary_cross_entropy_with_logits", "kl_div", "soft_margin_loss",
    "hinge_embedding_loss",
}  # fmt: skip
"""Loss functions whose first arguments are predictions and goals."""
PAIRED = frozenset({"sub", "__sub__", "__rsub__", "rsub", "mul", "__mul__", "__rmul__"})
GOALS_THIRD = frozenset({"cosine_embedding_loss", "margin_ranking_loss"})
"""Whose goals, 1 and −1, are the third argument."""
LOOKED_AT = OF_TWO | PAIRED | GOALS_THIRD | RESHAPING
LOOKED = 4096
"""Numbers of predictions or goals that are looked at."""
OFTEN, SELDOM, MANY = 8, (17, 37, 79, 157, 307), 256
"""Steps at the start that are looked at; then every so many, rarer each time that the steps have doubled. Primes, which
no training's own habits go by."""
MOST_CLASSES, MOST_TERMS = 100_000, 4096


def is_looked_at(step: int) -> bool:
    return step < OFTEN or step % SELDOM[min((step // MANY).bit_length(), len(SELDOM) - 1)] == 0


class LossCalls:
    """Those of a training, alike ones together."""

    def __init__(self, made: Made, computed: Callable[[Tensor], bool]) -> None:
        self._made, self._computed = made, computed
        self._calls: dict[tuple[Any, ...], LossCall] = {}
        self._of: dict[int, tuple[Tensor, LossCall, Operation]] = {}
        self._pairs: list[tuple[Tensor, LossCall]] = []
        self.step = 0
        self._passing = LossCall("", 0)
        """In the place of calls in steps that are not looked at."""
        self.odd = Oddities()

    def forget(self) -> None:
        """The step is over."""
        self._of.clear()
        self._pairs.clear()

    @property
    def calls(self) -> list[LossCall]:
        return list(self._calls.values())

    def see(self, operation: Operation, step: int) -> None:
        """An operation of a forward pass."""
        name, self.step = operation.name, step
        if name in OF_TWO or name in GOALS_THIRD:
            self._loss(operation, step)
        elif name in PAIRED and is_looked_at(step):
            self._pair(operation, step)
        elif name in RESHAPING and is_looked_at(step) and (shapes := mixed_axes(operation)) is not None:
            self.odd.mix(name, *shapes)

    def _loss(self, operation: Operation, step: int) -> None:
        third = operation.name in GOALS_THIRD
        given, goals = operation.given(0, "input"), operation.given(2 if third else 1, "target")
        if not isinstance(given, Tensor) or not isinstance(goals, Tensor):
            return
        if not given.requires_grad and not goals.requires_grad:
            return
        looked = is_looked_at(step)
        call = self._call_of(operation, given, goals, step) if looked else self._passing
        self._of[id(operation.out)] = (operation.out, call, operation)
        if looked:
            _look(call, operation, given.detach(), goals.detach(), step)

    def _call_of(self, operation: Operation, given: Tensor, goals: Tensor, step: int) -> LossCall:
        maker = self._made.behind(given)
        made_by = "" if maker is None else maker.name
        origin = "network" if goals.requires_grad or self._computed(goals) else "constant" if _constant(goals) else "data"
        key = (operation.name, made_by, origin, _alike(given, goals))
        call = self._calls.get(key)
        if call is None:
            swapped = goals.requires_grad and not given.requires_grad
            axis = _axis(maker) if maker is not None and maker.out is given else None
            call = LossCall(operation.name, step, 0, tuple(given.shape), tuple(goals.shape), made_by, axis, origin, swapped)
            call.reshaped = maker is not None and maker.out is not given
            self._calls[key] = call
        call.calls += 1
        return call

    def _pair(self, operation: Operation, step: int) -> None:
        """A hand-made comparison of a column with a row: every prediction with every goal."""
        if len(operation.arguments) < 2:
            return
        a, b = operation.arguments[:2]
        if not (isinstance(a, Tensor) and isinstance(b, Tensor)) or not _crossed(a, b):
            return
        if a.requires_grad == b.requires_grad and not (self._computed(a) or self._computed(b)):
            return
        given, goals = (a, b) if a.requires_grad else (b, a)
        name = operation.name.strip("_").removeprefix("r")
        key = (name, _alike(given, goals))
        call = self._calls.setdefault(key, LossCall(name, step, 0, tuple(given.shape), tuple(goals.shape)))
        call.calls += 1
        self._pairs.append((operation.out, call))

    # ---- from the loss back ----

    def backward_on(self, loss: Tensor) -> int:
        """Note which call the loss is a multiple of; give the number of numbers that it is a sum of."""
        if not is_looked_at(self.step):
            return max(1, round(self._terms(loss)))
        found, terms = self._alone(loss), max(1, round(self._terms(loss)))
        if self._pairs:
            self._find_pairs(loss)
        look_back(loss, self._made, self.odd)
        if found is not None:
            call, operation = found
            call.alone = True
            each = float(operation.out.detach().double().mean()) / _summed(operation)
            ratio = float(loss.detach()) / each / terms if each else 1.0
            call.factor = ratio if math.isfinite(ratio) else 1.0
        return terms

    def _alone(self, loss: Tensor) -> tuple[LossCall, Operation] | None:
        """The one call that a loss is, up to a factor and a mean or sum."""
        at: Any = loss
        for _ in range(16):
            operation = self._made.behind(at)
            if operation is None:
                return None
            kept = self._of.get(id(operation.out)) or self._by_hand(operation)
            if kept is not None and kept[0] is operation.out:
                return kept[1], kept[2]
            asking = [t for t in tensors(operation.arguments) if t.requires_grad]
            of_one = all(t.numel() == 1 for t in tensors(operation.arguments))
            if len(asking) != 1 or not (operation.name in ("mean", "sum") or (operation.name in SCALING and of_one)):
                return None
            at = asking[0]
        return None

    def _find_pairs(self, loss: Tensor) -> None:
        """Note which comparisons of every one with every one enter the loss, number by number: not by way of a layer."""
        reached: set[int] = set()
        stack = [loss]
        while stack and len(reached) < MOST_TERMS:
            operation = self._made.by(stack.pop())
            if operation is not None and operation.name not in MIXING and id(operation.out) not in reached:
                reached.add(id(operation.out))
                stack += list(tensors((*operation.arguments, *operation.keywords.values())))
        for out, call in self._pairs:
            call.alone |= id(out) in reached

    def _by_hand(self, operation: Operation) -> tuple[Tensor, LossCall, Operation] | None:
        """Squares, or sizes, of differences between predictions and goals, written out."""
        if operation.name not in ("pow", "__pow__", "square", "abs", "mul", "__mul__") or not operation.arguments:
            return None
        first = operation.arguments[0]
        second = operation.arguments[1] if len(operation.arguments) > 1 else None
        if (operation.name in ("mul", "__mul__") and second is not first) or ("pow" in operation.name and second != 2):
            return None
        inner = self._made.behind(first)
        if inner is None or inner.name not in ("sub", "__sub__", "rsub", "__rsub__") or len(inner.arguments) < 2:
            return None
        a, b = inner.arguments[:2]
        if not (isinstance(a, Tensor) and isinstance(b, Tensor)) or a.requires_grad == b.requires_grad or a.shape != b.shape:
            return None
        given, goals = (a, b) if a.requires_grad else (b, a)
        as_called = Operation(
            "l1_loss" if operation.name == "abs" else "mse_loss", inner.function, (given, goals), {}, operation.out
        )
        self._loss(as_called, self.step)
        return self._of.get(id(operation.out))

    def _terms(self, loss: Tensor) -> float:
        """How many numbers a loss is a sum of: of a mean 1."""
        total, stack = 0.0, [(loss, 1.0)]
        for _ in range(MOST_TERMS):
            if not stack:
                break
            at, times = stack.pop()
            terms, inner = self._opened(at)
            total += terms * times
            stack += [(each, times * factor) for each, factor in inner]
        return total + len(stack)

    def _opened(self, at: Tensor) -> tuple[float, list[tuple[Tensor, float]]]:
        """Terms of a number that are no sums themselves, and those that may be."""
        operation = self._made.behind(at)
        if operation is None:
            return 1.0, []
        kept = self._of.get(id(operation.out))
        if kept is not None:
            return _summed(kept[2]), []
        asking = [t for t in tensors(operation.arguments) if t.requires_grad]
        if operation.name in ADDING and all(t.numel() == 1 for t in asking):
            return 0.0, [(t, 1.0) for t in asking]
        if operation.name == "sum" and asking:
            return float(asking[0].numel()) / max(1, operation.out.numel()), []
        if operation.name in SCALING and len(asking) == 1 and asking[0].numel() == 1:
            return 0.0, [(asking[0], _divided(operation))]
        return 1.0, []


def _summed(operation: Operation) -> float:
    """Of a loss function with `reduction="sum"`, the numbers summed."""
    goals = operation.arguments[1] if len(operation.arguments) > 1 else operation.keywords.get("target")
    return float(goals.numel()) if operation.keywords.get("reduction") == "sum" and isinstance(goals, Tensor) else 1.0


def _divided(operation: Operation) -> float:
    """1 ÷ a divisor; other factors are weights, which stay as they are."""
    if "div" not in operation.name or len(operation.arguments) < 2 or operation.name.startswith("__r"):
        return 1.0
    by = operation.arguments[1]
    value = float(by) if not isinstance(by, Tensor) or by.numel() == 1 else 1.0
    return 1.0 / value if value > 1.0 else 1.0


# ---- shapes ----


def _crossed(a: Tensor, b: Tensor) -> bool:
    """Whether a column (n, 1) meets a row (n,): n × n numbers come out of n and n."""
    column, row = (a, b) if a.dim() > b.dim() else (b, a)
    return column.dim() == row.dim() + 1 and row.dim() == 1 and row.numel() > 1 and column.shape == (row.numel(), 1)


def _alike(given: Tensor, goals: Tensor) -> tuple[Any, ...]:
    """What parts calls of one function: their dimensions, and whether they fit."""
    return given.dim(), goals.dim(), given.shape == goals.shape, given.shape[1:], goals.numel() == 1


def _axis(maker: Operation | None) -> int | None:
    if maker is None or maker.name not in ("softmax", "log_softmax", "logsumexp"):
        return None
    axis = maker.given(1, "dim")
    first = maker.arguments[0] if maker.arguments else maker.out
    return axis % max(1, first.dim()) if isinstance(axis, int) else None


def _constant(goals: Tensor) -> bool:
    flat = goals.detach().reshape(-1)[:LOOKED]
    return len(flat) == 1 or (len(flat) > 0 and bool((flat == flat[0]).all()))


# ---- values ----


@torch.no_grad()
@np.errstate(all="ignore")
def _look(call: LossCall, operation: Operation, given: Tensor, goals: Tensor, step: int) -> None:
    if not given.numel() or not goals.numel() or given.is_sparse or goals.is_sparse:
        return
    flat = _numbers(given)
    call.low, call.high = min(call.low, float(flat.min())), max(call.high, float(flat.max()))
    call.size = math.sqrt(flat @ flat / len(flat))
    if goals.is_floating_point() or operation.name in GOALS_THIRD or operation.name not in ("cross_entropy", "nll_loss"):
        _look_at_numbers(call, operation.name, given, goals)
    if operation.name in ("cross_entropy", "nll_loss"):
        _look_at_classes(call, operation, given, goals, step)
    if operation.name.startswith("binary"):
        _look_at_two_classes(call, operation.name, given, goals, step)
    if operation.name == "kl_div":
        call.row_sum = _one(float(given.float().exp().sum(-1).reshape(-1)[:LOOKED].median()))
        call.goal_sum = float(goals.float().sum(-1).reshape(-1)[:LOOKED].median())


def _one(total: float) -> float:
    """1 where it is 1 but for rounding."""
    return 1.0 if abs(total - 1.0) < 1e-3 else total


def _numbers(tensor: Tensor) -> NDArray[np.float64]:
    """The first of them, as NumPy has them: which takes half as long for each thing asked of a few."""
    found: NDArray[np.float64] = tensor.reshape(-1)[:LOOKED].to(torch.float64).cpu().numpy()
    return found


def _look_at_numbers(call: LossCall, name: str, given: Tensor, goals: Tensor) -> None:
    flat = _numbers(goals)
    call.goal_low, call.goal_high = min(call.goal_low, float(flat.min())), max(call.goal_high, float(flat.max()))
    if name in DIFFERENCES and goals.numel() > 1 and goals.shape == given.shape:
        rows = goals.reshape(len(goals), -1)[:LOOKED].to(torch.float64).cpu().numpy()
        part = 1.0 / max(1, call.calls) if call.calls > 1 else 1.0
        call.goal_mean += (float(flat.mean()) - call.goal_mean) * part
        if len(rows) > 1:
            call.goal_variance += (float(rows.var(axis=0).mean()) - call.goal_variance) * part


def _look_at_classes(call: LossCall, operation: Operation, given: Tensor, goals: Tensor, step: int) -> None:
    axis = 1 if given.dim() > 1 else 0
    rows = given.movedim(axis, -1).reshape(-1, given.shape[axis])[:LOOKED].float()
    if operation.name == "nll_loss" and call.row_sum == 1.0:  # the first is told: later ones may be no numbers any more
        call.row_sum = _one(float(rows.exp().sum(1).median()))
    if goals.is_floating_point():
        shares = goals.movedim(axis, -1).reshape(-1, goals.shape[axis])[:LOOKED].float()
        call.goal_sum = float(shares.sum(1).median())
        return
    labels = goals.reshape(-1)[: len(rows)]
    ignored = operation.keywords.get("ignore_index", -100)
    left = labels != ignored
    call.ignored = max(call.ignored, 1.0 - float(left.float().mean()))
    if not bool(left.all()) and 0 <= ignored < rows.shape[1]:
        call.ignored_class = int(ignored)
    labels, rows = labels[left], rows[left]
    if not len(labels) or rows.shape[1] > MOST_CLASSES:
        return
    counts = torch.bincount(labels.clamp(min=0), minlength=rows.shape[1])[: rows.shape[1]].tolist()
    call.counts = [a + b for a, b in zip(call.counts or [0] * len(counts), counts, strict=False)]
    call.right.append((step, float((rows.argmax(1) == labels).float().mean())))


def _look_at_two_classes(call: LossCall, name: str, given: Tensor, goals: Tensor, step: int) -> None:
    flat, labels = given.reshape(-1)[:LOOKED].float(), goals.reshape(-1)[:LOOKED].float()
    if len(flat) != len(labels) or not bool(((labels == 0) | (labels == 1)).all()):
        return
    ones = int(labels.sum())
    call.counts = [a + b for a, b in zip(call.counts or [0, 0], (len(labels) - ones, ones), strict=True)]
    threshold = 0.0 if name.endswith("logits") else 0.5
    if not math.isnan(float(flat.sum())):
        call.right.append((step, float(((flat > threshold) == (labels > 0.5)).float().mean())))
