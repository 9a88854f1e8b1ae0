"""What is known of the step under way."""

from dataclasses import dataclass, field
from typing import Any

from torch import Tensor


@dataclass(eq=False)
class ObservedStep:
    """What is known of a step so far.

    Attributes
    ----------
    recording : bool
    loss, given : float or None
        None until a backward pass was seen; what the pass under way was called on.
    terms : int
        Numbers that the loss is a sum of.
    backwards : int
        Backward passes that gave the optimizer something.
    norm : float or None
        Of its gradients after the last.
    scale : float
        What a GradScaler has multiplied the loss by.
    before : list of dict
        Columns of each layer's parameters before the update.
    closure : int or None
        Where the optimizer was given one, the backward passes before: its own passes forward and back are still to come.
    signature : tuple
        Of the last pass forward that led to a backward pass.
    """

    recording: bool
    loss: float | None = None
    given: float | None = None
    terms: int = 0
    backwards: int = 0
    norm: float | None = None
    scale: float = 1.0
    before: list[dict[str, Tensor]] = field(default_factory=list)
    closure: int | None = None
    signature: tuple[Any, ...] = ()


def total_of(loss: Any) -> Tensor | None:
    """What a backward pass is called on, as one number."""
    if isinstance(loss, Tensor):
        return loss
    parts = [part for part in loss or () if isinstance(part, Tensor)]
    return parts[0] if len(parts) == 1 else None
