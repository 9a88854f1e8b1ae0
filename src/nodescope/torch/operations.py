"""Operations of a forward pass as they were called, and the way back from a number to the one that made it."""

import sys
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from torch import Tensor

SHAPING = frozenset({
    "view", "reshape", "squeeze", "squeeze_", "unsqueeze", "unsqueeze_", "flatten", "unflatten", "permute", "transpose", "t",
    "contiguous", "__getitem__", "float", "double", "half", "bfloat16", "to", "type", "clone", "expand", "expand_as",
    "view_as", "reshape_as", "movedim", "swapaxes", "narrow", "select", "chunk", "split", "index_select",
})  # fmt: skip
"""What hands numbers on as they are."""
ADDING = frozenset({
    "add", "__add__", "__radd__", "__iadd__", "add_", "sub", "__sub__", "__rsub__", "rsub", "__isub__", "sub_",
})  # fmt: skip
SCALING = frozenset({
    "mul", "__mul__", "__rmul__", "__imul__", "mul_", "div", "__truediv__", "__rdiv__", "__rtruediv__", "true_divide", "div_",
    "__idiv__", "__itruediv__", "neg", "__neg__", "multiply", "divide",
})  # fmt: skip


@dataclass(slots=True, eq=False)
class Operation:
    """One call: what was called, with what, and what came out. Not frozen, which takes three times as long to make."""

    name: str
    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    keywords: Mapping[str, Any]
    out: Tensor

    def given(self, place: int, name: str, otherwise: Any = None) -> Any:
        """An argument by its place or its name."""
        return self.arguments[place] if len(self.arguments) > place else self.keywords.get(name, otherwise)


def called_by_scaler() -> bool:
    """Whether the call that is being seen, by the callers of this, is `GradScaler.scale`'s own."""
    frame = sys._getframe(4)
    return str(frame.f_globals.get("__name__", "")).endswith("amp.grad_scaler")


def tensors(values: Any) -> Iterator[Tensor]:
    """Tensors among arguments, those in lists too."""
    for value in values:
        if isinstance(value, Tensor):
            yield value
        elif isinstance(value, (list, tuple)):
            yield from tensors(value)


class Computed:
    """What a network made where no way back leads from."""

    def __init__(self) -> None:
        self._kept: dict[int, weakref.ref[Tensor]] = {}

    def has(self, tensor: Tensor) -> bool:
        """Whether a network made it, though no way back leads there."""
        kept = self._kept.get(id(tensor))
        return kept is not None and kept() is tensor

    def forget(self) -> None:
        """The step is over: those that are gone."""
        if self._kept:
            self._kept = {key: kept for key, kept in self._kept.items() if kept() is not None}

    def pass_on(self, name: str, given: Iterable[Any], out: Tensor) -> None:
        """What is made of a network's numbers, and asks for no gradients, is one too."""
        if name in ("detach", "data"):
            made = any(t.requires_grad or self.has(t) for t in tensors(given))
        else:
            made = bool(self._kept) and any(self.has(t) for t in tensors(given))
        if made:
            self._kept[id(out)] = weakref.ref(out)

    def made_apart(self, given: Iterable[Any], outs: Iterable[Any]) -> None:
        """Under `no_grad`."""
        if any(t.requires_grad or self.has(t) for t in tensors(given)):
            for part in tensors(outs):
                if not part.requires_grad:
                    self._kept[id(part)] = weakref.ref(part)


class Made:
    """By what each tensor of the step was made."""

    def __init__(self) -> None:
        self._by: dict[int, Operation] = {}
        self.note = self._by.__setitem__
        """Called with `id` of what an operation gave, and the operation."""

    def forget(self, operations: list[Operation]) -> None:
        """All but these."""
        self._by.clear()
        self._by.update((id(operation.out), operation) for operation in operations)

    def by(self, tensor: Any) -> Operation | None:
        """The operation that made it; None where it came from outside."""
        operation = self._by.get(id(tensor))
        return operation if operation is not None and operation.out is tensor else None

    def behind(self, tensor: Any) -> Operation | None:
        """The operation that made its numbers, whatever has become of their shape."""
        operation = self.by(tensor)
        while operation is not None and operation.name in SHAPING and operation.arguments:
            inner = operation.arguments[0]
            if not isinstance(inner, Tensor) or inner is operation.out:
                break
            operation = self.by(inner)
        return operation
