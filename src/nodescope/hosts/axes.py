"""Axes of drawings that the server makes: round numbers worth a mark, and where a value stands between two ends."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from nodescope.diagnosis.live.say import read

MARKS = 5
"""So many numbers stand on an axis, at most."""
DECADES = 3
"""An axis by powers that spans fewer has a 2 and a 5 between them."""


@dataclass(frozen=True)
class Axis:
    """Values from `low` to `high` at places from `start` to `end`; by powers of ten where `by_powers`.

    An axis by powers takes values above 0.
    """

    low: float
    high: float
    start: float
    end: float
    by_powers: bool = False

    def at(self, value: float) -> float:
        """Where a value stands, at the nearer end where it lies beyond them."""
        low, high, here = (math.log10(x) if self.by_powers else x for x in (self.low, self.high, max(value, self.low)))
        part = (here - low) / ((high - low) or 1.0)
        return self.start + min(1.0, max(0.0, part)) * (self.end - self.start)

    @property
    def marks(self) -> list[float]:
        return power_marks(self.low, self.high) if self.by_powers else even_marks(self.low, self.high)


def even_marks(low: float, high: float, most: int = MARKS) -> list[float]:
    """Multiples of 1, 2 or 5 times a power of ten."""
    span = high - low
    if not (span > 0 and math.isfinite(span)):
        return [low] if math.isfinite(low) else []
    power = 10.0 ** math.floor(math.log10(span / most))
    step = power * next((times for times in (1, 2, 5) if times * power >= span / most), 10)
    first, last = math.ceil(low / step - SURE), math.floor(high / step + SURE)
    return [float(f"{n * step:.12g}") for n in range(first, last + 1)]


SURE = 1e-9


def power_marks(low: float, high: float, most: int = MARKS) -> list[float]:
    """Powers of ten; where there are few of them 2 and 5 times them as well."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    if last - first > DECADES:
        stride = -(-(last - first) // (most - 1))
        return [10.0**n for n in range(-(-first // stride) * stride, last + 1, stride) if low <= 10.0**n <= high]
    found = [times * 10.0**n for n in range(first, last + 1) for times in (1, 2, 5) if low <= times * 10.0**n <= high]
    return found if len(found) > 1 else even_marks(low, high, 3)


def ends_of(values: Sequence[float], wide: float) -> tuple[float, float, bool]:
    """The least and the largest of what is drawn, and whether by powers: where those above 0 span more than `wide`."""
    finite = [value for value in values if math.isfinite(value)]
    above = [value for value in finite if value > 0]
    if not finite:
        return 0.0, 1.0, False
    if above and math.log10(max(above)) - math.log10(min(above)) > math.log10(wide):
        return *_padded(math.log10(min(above)), math.log10(max(above))), True
    return min(0.0, *finite), max(finite) * PADDED, False


PADDED = 1.12
"""Above the largest there is so much room on an even axis, and such parts of the whole on one by powers."""
BELOW, ABOVE = 0.06, 0.12


def _padded(low: float, high: float) -> tuple[float, float]:
    """Room below and above, of powers of ten; no further than doubles go."""
    span = high - low
    return 10.0 ** max(low - BELOW * span, -307.0), 10.0 ** min(high + ABOVE * span, 307.0)


def named(value: float) -> str:
    """A mark's text."""
    return read(value)
