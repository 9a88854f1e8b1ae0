"""Losses: what the error of an output, prediction − goal, counts for, and the slope that its delta starts from.

The mse is told for every loss; `loss` is what the steps make smaller.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodescope.arithmetic.checks import near, number, shown
from nodescope.errors import InputError

Floats = NDArray[np.float64]
LOSSES = ("squared", "huber", "absolute", "cross-entropy")
CROSS_ENTROPY = "cross-entropy"


@dataclass(frozen=True)
class Loss:
    """A loss, summed over the outputs of an example and averaged (or summed) over the examples of a step.

    ============= =================================================== ==================================================
    name          of an error e                                       PyTorch, one output
    ============= =================================================== ==================================================
    squared       ½ e × e                                             ½ `MSELoss`
    huber         ½ e × e up to the threshold t, then t × (|e| − ½ t) `HuberLoss(delta=t)` (Huber 1964)
    absolute      |e|                                                 `L1Loss`; its slope at 0 is 0
    cross-entropy −ln of the probability of the example's class       `BCEWithLogitsLoss`; of k outputs `CrossEntropyLoss`
    ============= =================================================== ==================================================

    Cross-entropy is told by the outputs' sums, not by an error: `theory/likelihood.py`.
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

    def delta(self, error: float, slope: float) -> float:
        """The delta of an output, from its error and the slope of its activation.

        That of cross-entropy has no slope in it: the slope of the sigmoid, p (1 − p), is also what the logarithm's slope is
        divided by, and of softmax the same holds for all outputs together (Bridle 1990). So a node that is sure and wrong moves
        as far as it is wrong, where under the squared error it would hardly move.
        """
        return error if self.tells_classes else self.slope(error) * slope

    @property
    def tells_classes(self) -> bool:
        """Whether its goals are classes: predictions are then probabilities."""
        return self.name == CROSS_ENTROPY

    def at(self, error: float) -> float:
        """What an error counts for."""
        size = abs(error)
        if self.name == "absolute":
            return size
        if self.name == "huber" and size > self.threshold:
            return self.threshold * (size - 0.5 * self.threshold)
        return 0.5 * error * error

    def of(self, errors: Floats) -> Floats:
        """`at`, of many."""
        size = np.abs(errors)
        if self.name == "absolute":
            return size
        squares = 0.5 * errors * errors
        beyond = self.threshold * (size - 0.5 * self.threshold)
        return np.where(size > self.threshold, beyond, squares) if self.name == "huber" else squares

    def told(self) -> Any:
        """As `loss=` takes it: its name, with its settings where it has any."""
        return self.settings() if self.name == "huber" else self.name

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
    if not isinstance(name, str) or name not in LOSSES:
        raise InputError(f"loss is {shown(name)}; the losses are {', '.join(LOSSES)}{near(name, LOSSES)}")
    known = ("threshold",) if name == "huber" else ()
    for setting in settings:
        if setting not in known:
            hint = near(setting, known)
            raise InputError(f"loss {name!r} has no setting {shown(setting)}; huber has threshold, the others none{hint}")
    return Loss(str(name), number(f"threshold of loss {name!r}", settings.get("threshold", 1.0), above=0.0))
