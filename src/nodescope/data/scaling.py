"""Put inputs on one scale, and weights back into the table's units: (x − centre) ÷ unit, per input.

n examples, d inputs, k outputs. Centre and unit are the mean and the standard deviation (ddof 0, or 1 where asked for),
or the least value and the range. A constant input keeps the unit 1, so it becomes 0.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodescope.arithmetic.checks import as_floats, choice, refuse_not_finite, shown, yes_or_no
from nodescope.errors import InputError

Floats = NDArray[np.float64]
BLOCK_VALUES = 1 << 18
WAYS = ("ddof 1", "min-max")
"""Beside True, which is ddof 0."""
_NAMES = (("mean", "deviation"), ("least", "range"))
"""What centre and unit are called, by where they come from."""
APPLIED = "applied"
"""Beside the numbers of a scaling: the inputs given are scaled by it already."""


@dataclass(frozen=True, eq=False)
class Scaling:
    """Centre and unit of each input.

    Attributes
    ----------
    centre, unit : (d,) float64
    names : (str, str)
        What these are: mean and deviation, or least and range.
    """

    centre: Floats
    unit: Floats
    names: tuple[str, str] = _NAMES[0]

    def apply(self, x: Floats) -> Floats:
        """(n, d) in the table's units, scaled; a new array."""
        return (x - self.centre) / self.unit

    def apply_in_place(self, x: Floats) -> None:
        """The same numbers as `apply`, written over x, a block of rows at a time."""
        for rows in _blocks(x):
            rows -= self.centre
            rows /= self.unit

    def undo(self, x: Floats) -> Floats:
        """(n, d) scaled, in the table's units again; a new array."""
        return x * self.unit + self.centre

    def settings(self) -> dict[str, list[float]]:
        """Plain values that `as_scaling` reads."""
        return dict(zip(self.names, (self.centre.tolist(), self.unit.tolist()), strict=True))

    def in_table_units(self, weight: Floats, bias: Floats | None) -> tuple[Floats, Floats]:
        """Weights (k, d) and bias (k,) that give the same predictions on unscaled inputs.

        A node without a bias gets one here: the centres have to go somewhere.
        """
        table_weight = weight / self.unit
        moved = table_weight @ self.centre
        return table_weight, (0.0 if bias is None else bias) - moved


def measure(x: Floats, how: object = True) -> Scaling:
    """Scaling from the rows given, in two passes: by mean and deviation (True: ddof 0, "ddof 1"), or "min-max".

    Constant columns are those where least == largest.
    """
    return measured(lambda: _blocks(x), len(x), how)


def measured(blocks: Callable[[], Iterable[Floats]], n: int, how: object) -> Scaling:
    """The same of n rows that come in blocks as `_blocks` cuts them, anew for each pass."""
    ends = [(rows.min(axis=0), rows.max(axis=0)) for rows in blocks()]
    low, high = np.min([least for least, _ in ends], axis=0), np.max([most for _, most in ends], axis=0)
    if how == "min-max":
        return _by_range(low, high)
    constant = low == high
    size = np.maximum(np.maximum(np.abs(low), np.abs(high)), np.finfo(float).tiny)
    mean = size * (sum((rows / size).sum(axis=0) for rows in blocks()) / n)
    squares = sum(((rows / size - mean / size) ** 2).sum(axis=0) for rows in blocks())
    deviation = size * np.sqrt(squares / (max(1, n - 1) if how == "ddof 1" else n))
    constant |= ~(deviation > 0)
    return Scaling(np.where(constant, low, mean), np.where(constant, 1.0, deviation))


def _by_range(low: Floats, high: Floats) -> Scaling:
    with np.errstate(over="ignore"):
        spread = high - low
    refuse_not_finite("standardise: range", spread)
    return Scaling(low, np.where(spread > 0, spread, 1.0), _NAMES[1])


def asked(standardise: object) -> bool | str | Mapping[str, Any]:
    """The value of `standardise`, checked: True, False, one of `WAYS`, or a mapping of numbers."""
    if isinstance(standardise, bool | np.bool_):
        return bool(standardise)
    if isinstance(standardise, Mapping):
        return standardise
    if isinstance(standardise, str):
        return choice("standardise", standardise, *WAYS)
    ways = ", ".join(f"{way!r}" for way in WAYS)
    raise InputError(
        f"standardise is {shown(standardise)}; it is True, False, {ways}, or a mapping with the numbers of an earlier run"
    )


def scalings(standardise: object, x: Floats, y: Floats, *, goals_too: bool) -> tuple[Scaling | None, Scaling | None, bool]:
    """Scaling of inputs (n, d) and of goals (n, k), measured or as given; and whether x and y are to be scaled by them yet."""
    how = asked(standardise)
    if not isinstance(how, Mapping):
        return (measure(x, how), measure(y, how) if goals_too else None, True) if how else (None, None, False)
    return *as_scalings(how, x.shape[1], y.shape[1], goals_too=goals_too), not yes_or_no(
        "standardise: applied", how.get(APPLIED, False)
    )


def as_scalings(how: Mapping[str, Any], d: int, k: int, *, goals_too: bool) -> tuple[Scaling, Scaling | None]:
    """Scaling of d inputs and of k goals from the numbers of an earlier run."""
    if "goal" in how and not goals_too:
        raise InputError("standardise has a 'goal', which is for networks: the goals of plain nodes keep their units; leave it out")
    own = {name: value for name, value in how.items() if name not in ("goal", APPLIED)}
    return as_scaling(own, d), as_scaling(how["goal"], k) if "goal" in how else None


def as_scaling(value: Mapping[str, Any], d: int) -> Scaling:
    """A scaling kept from an earlier run: {"mean": […], "deviation": […]} or {"least": […], "range": […]}, d numbers each."""
    names = next((pair for pair in _NAMES if isinstance(value, Mapping) and set(value) == set(pair)), None)
    if names is None:
        seen = f"the keys {sorted(map(str, value))}" if isinstance(value, Mapping) else shown(value)
        needed = ", or ".join(f"{centre!r} and {unit!r}" for centre, unit in _NAMES)
        raise InputError(f"standardise has {seen}; it needs {needed} (or give True or False)")
    centre, unit = (_numbers(name, value[name], d) for name in names)
    if not (unit > 0).all():
        j = int(np.argmin(unit > 0))
        seen = f"standardise: {names[1]} {j} is {float(unit[j])!r}"
        raise InputError(f"{seen}; it must be above 0 (1 leaves an input as it is)")
    return Scaling(centre, unit, names)


def _numbers(name: str, value: Any, d: int) -> Floats:
    numbers = as_floats(f"standardise: {name}", value)
    if numbers.shape != (d,):
        raise InputError(f"standardise: {name} has shape {numbers.shape}; one number per input is needed: ({d},)")
    refuse_not_finite(f"standardise: {name}", numbers)
    return numbers.copy()


def _blocks(x: Floats) -> list[Floats]:
    step = max(1, BLOCK_VALUES // max(1, x.shape[1]))
    return [x[start : start + step] for start in range(0, len(x), step)]
