"""Losses: what the error of an output, prediction − goal, counts for, and the slope that its delta starts from.

The mse is told for every loss; `loss` is what the steps make smaller.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from nodescope.errors import InputError

LOSSES = ("squared", "huber", "absolute")


@dataclass(frozen=True)
class Loss:
    """A loss, summed over the outputs of an example and averaged (or summed) over the examples of a step.

    ======== =================================================== =====================================
    name     of an error e                                       PyTorch, one output
    ======== =================================================== =====================================
    squared  ½ e × e                                             ½ `MSELoss`
    huber    ½ e × e up to the threshold t, then t × (|e| − ½ t) `HuberLoss(delta=t)` (Huber 1964)
    absolute |e|                                                 `L1Loss`; its slope at 0 is 0
    ======== =================================================== =====================================
    """

    name: str = "squared"
    threshold: float = 1.0

    @property
    def code(self) -> int:
        return LOSSES.index(self.name)

    def slope(self, error: float) -> float:
        """What the delta of an output is before the activation's slope."""
        if self.name == "huber":
            return self.threshold if error > self.threshold else -self.threshold if error < -self.threshold else error
        if self.name == "absolute":
            return 1.0 if error > 0.0 else -1.0 if error < 0.0 else error
        return error

    def at(self, error: float) -> float:
        """What an error counts for."""
        size = abs(error)
        if self.name == "absolute":
            return size
        if self.name == "huber" and size > self.threshold:
            return self.threshold * (size - 0.5 * self.threshold)
        return 0.5 * error * error

    def settings(self) -> dict[str, object]:
        """Name and settings, as `loss=` takes them."""
        return {"name": self.name, "threshold": self.threshold} if self.name == "huber" else {"name": self.name}


def as_loss(value: object) -> Loss:
    """A loss from its name, from a mapping with `name` and settings, or from itself.

    Raises
    ------
    InputError
        No such loss or setting, or a threshold that is not above 0.
    """
    if isinstance(value, Loss):
        value = value.settings()
    settings: dict[str, Any] = dict(value) if isinstance(value, Mapping) else {"name": value}
    name = settings.pop("name", None)
    if name not in LOSSES:
        near = get_close_matches(str(name).lower(), LOSSES, 1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise InputError(f"loss is {name!r}; the losses are {', '.join(LOSSES)}{hint}")
    threshold = settings.pop("threshold", 1.0)
    if settings or (name != "huber" and threshold != 1.0):
        raise InputError(
            f"loss {name!r} has no setting {next(iter(settings), 'threshold')!r}; huber has threshold, the others none"
        )
    is_number = isinstance(threshold, (int, float)) and not isinstance(threshold, bool)
    if not is_number or not 0.0 < threshold < float("inf"):
        raise InputError(f"threshold of loss 'huber' is {threshold!r}; it must be above 0 and finite")
    return Loss(str(name), float(threshold))
