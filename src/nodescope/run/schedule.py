"""An alpha for every step: a list of values, or a Python function of the step kept as the values it gave."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from nodescope.errors import InputError


class Schedule:
    """Alpha of step 0, 1, 2, …; a function is asked once for each step, when the run gets there.

    Parameters
    ----------
    alpha : sequence of numbers, or function of the step
    """

    def __init__(self, alpha: object) -> None:
        self._function: Callable[[int], float] | None = alpha if callable(alpha) else None
        self.values = np.empty(0) if callable(alpha) else _checked(alpha)
        if self._function is None and not self.values.size:
            raise InputError("alpha is an empty list; give a value for each step")

    @property
    def length(self) -> int | None:
        """Steps that there is an alpha for; None where a function gives any."""
        return None if self._function else len(self.values)

    def at(self, step: int) -> float:
        return float(self.until(step + 1)[step])

    def until(self, steps: int) -> NDArray[np.float64]:
        """Values of at least the first `steps` steps."""
        have = len(self.values)
        if steps > have and self._function is None:
            raise InputError(f"alpha gives {have} values; there is none for step {steps - 1}")
        if steps > have and self._function is not None:
            more = [_one(t, self._function(t)) for t in range(have, max(steps, min(2 * have, have + 4096)))]
            self.values = np.concatenate([self.values, more])
        return self.values


def _checked(alpha: object) -> NDArray[np.float64]:
    if not isinstance(alpha, (Sequence, np.ndarray)):
        raise InputError(f"alpha is {alpha!r}; it must be a list of numbers")
    return np.array([_one(t, value) for t, value in enumerate(alpha)], dtype=np.float64)


def _one(step: int, value: object) -> float:
    is_number = isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool)
    if not is_number or not np.isfinite(float(value)):  # type: ignore[arg-type]
        raise InputError(f"alpha of step {step} is {value!r}; it must be a finite number")
    return float(value)  # type: ignore[arg-type]
