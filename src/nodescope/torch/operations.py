"""Operations of a forward pass as they were called, and the way back from a number to the one that made it."""

import sys
from collections.abc import Callable, Iterator, Mapping
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
    """Whether the call that is being seen (by the caller's caller) is `GradScaler.scale`'s own."""
    frame = sys._getframe(3)
    return str(frame.f_globals.get("__name__", "")).endswith("amp.grad_scaler")


def tensors(values: Any) -> Iterator[Tensor]:
    """Tensors among arguments, those in lists too."""
    for value in values:
        if isinstance(value, Tensor):
            yield value
        elif isinstance(value, (list, tuple)):
            yield from tensors(value)


class Made:
    """By what each tensor of the step was made."""

    def __init__(self) -> None:
        self._by: dict[int, Operation] = {}

    def note(self, operation: Operation) -> None:
        self._by[id(operation.out)] = operation

    def forget(self, operations: list[Operation]) -> None:
        """All but these."""
        self._by = {id(operation.out): operation for operation in operations}

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
