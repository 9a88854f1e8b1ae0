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
LOSSES = ("squared", "huber", "absolute", "cross-entropy", "hinge", "perceptron")
CROSS_ENTROPY = "cross-entropy"
MARGINS = ("hinge", "perceptron")
"""They tell two classes apart by the side of a line that the sum is on."""


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
    hinge         1 − y × s where that is above 0, else 0             `relu(1 - y * s)` (Cortes, Vapnik 1995)
    perceptron    −y × s where that is above 0, else 0                `relu(-y * s)` (Rosenblatt 1958)
    ============= =================================================== ==================================================

    The last three are told by the outputs' sums s, not by an error: `theory/likelihood.py`. Hinge and perceptron tell two classes
    apart by one output, whose goal is 1 or 0, so that y is 1 or −1. A hinge's prediction is the sum itself, a perceptron's 1
    where the sum is above 0, else 0.
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

    def delta(self, error: float, slope: float, goal: float = 0.0, prediction: float = 0.0) -> float:
        """The delta of an output, from its error and the slope of its activation.

        A hinge's is −y × slope until the example is on its side by a whole 1, then 0; it alone looks at goal and prediction. A
        perceptron's is prediction − goal: −1, 0 or 1, since a step has no slope that could be gone down.

        That of cross-entropy has no slope in it: the slope of the sigmoid, p (1 − p), is also what the logarithm's slope is
        divided by, and of softmax the same holds for all outputs together (Bridle 1990). So a node that is sure and wrong moves
        as far as it is wrong, where under the squared error it would hardly move.
        """
        if self.name == "hinge":
            y = 1.0 if goal > 0.5 else -1.0
            return (-y if y * prediction < 1.0 else 0.0 if prediction == prediction else prediction) * slope
        return error if self.is_error else self.slope(error) * slope

    @property
    def is_error(self) -> bool:
        """Whether the delta of an output is prediction − goal, without the slope of its activation."""
        return self.name in (CROSS_ENTROPY, "perceptron")

    @property
    def codes_classes(self) -> bool:
        """Whether its goals are classes, told apart by probabilities, or by the side of a line."""
        return self.name in (CROSS_ENTROPY, *MARGINS)

    @property
    def has_stride(self) -> bool:
        """Whether steps stay as long as they are, however small the error: no curvature bounds alpha."""
        return self.name in ("absolute", *MARGINS)

    @property
    def tells_classes(self) -> bool:
        """Whether predictions are probabilities of classes."""
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
