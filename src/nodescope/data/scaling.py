"""Put inputs on one scale, and weights back into the table's units: (x − mean) ÷ deviation, per input.

n examples, d inputs, k outputs. Deviations divide by n (ddof 0). A constant input keeps deviation 1, so it
becomes 0.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodescope.arithmetic.given import as_floats, refuse_not_finite, shown
from nodescope.errors import InputError

Floats = NDArray[np.float64]
BLOCK_VALUES = 1 << 18


@dataclass(frozen=True, eq=False)
class Scaling:
    """Mean and deviation (standard deviation, ddof 0) of each input.

    Attributes
    ----------
    mean, deviation : (d,) float64
    """

    mean: Floats
    deviation: Floats

    def apply(self, x: Floats) -> Floats:
        """(n, d) in the table's units, scaled; a new array."""
        return (x - self.mean) / self.deviation

    def apply_in_place(self, x: Floats) -> None:
        """The same numbers as `apply`, written over x, a block of rows at a time."""
        for rows in _blocks(x):
            rows -= self.mean
            rows /= self.deviation

    def undo(self, x: Floats) -> Floats:
        """(n, d) scaled, in the table's units again; a new array."""
        return x * self.deviation + self.mean

    def settings(self) -> dict[str, list[float]]:
        """Plain values that `as_scaling` reads."""
        return {"mean": self.mean.tolist(), "deviation": self.deviation.tolist()}

    def in_table_units(self, weight: Floats, bias: Floats | None) -> tuple[Floats, Floats]:
        """Weights (k, d) and bias (k,) that give the same predictions on unscaled inputs.

        A node without a bias gets one here: the means have to go somewhere.
        """
        table_weight = weight / self.deviation
        moved = table_weight @ self.mean
        return table_weight, (0.0 if bias is None else bias) - moved


def measure(x: Floats) -> Scaling:
    """Scaling from the rows given, in two passes. Constant columns are those where min == max."""
    low, high = x.min(axis=0), x.max(axis=0)
    constant = low == high
    size = np.maximum(np.maximum(np.abs(low), np.abs(high)), np.finfo(float).tiny)
    mean = size * (sum((rows / size).sum(axis=0) for rows in _blocks(x)) / len(x))
    squares = sum(((rows / size - mean / size) ** 2).sum(axis=0) for rows in _blocks(x))
    deviation = size * np.sqrt(squares / len(x))
    constant |= ~(deviation > 0)
    return Scaling(np.where(constant, low, mean), np.where(constant, 1.0, deviation))


def as_scaling(value: Mapping[str, Any], d: int) -> Scaling:
    """A scaling kept from an earlier run: {"mean": […], "deviation": […]}, d numbers each."""
    if not isinstance(value, Mapping) or set(value) != {"mean", "deviation"}:
        seen = (
            f"standardise has the keys {sorted(map(str, value))}"
            if isinstance(value, Mapping)
            else f"standardise has {shown(value)}"
        )
        raise InputError(f"{seen}; it needs 'mean' and 'deviation' (or give True or False)")
    mean, deviation = (_numbers(name, value[name], d) for name in ("mean", "deviation"))
    if not (deviation > 0).all():
        j = int(np.argmin(deviation > 0))
        seen = f"standardise: deviation {j} is {float(deviation[j])!r}"
        raise InputError(f"{seen}; deviations must be above 0 (1 leaves an input as it is)")
    return Scaling(mean, deviation)


def _numbers(name: str, value: Any, d: int) -> Floats:
    numbers = as_floats(f"standardise: {name}", value)
    if numbers.shape != (d,):
        raise InputError(f"standardise: {name} has shape {numbers.shape}; one number per input is needed: ({d},)")
    refuse_not_finite(f"standardise: {name}", numbers)
    return numbers.copy()


def _blocks(x: Floats) -> list[Floats]:
    step = max(1, BLOCK_VALUES // max(1, x.shape[1]))
    return [x[start : start + step] for start in range(0, len(x), step)]
