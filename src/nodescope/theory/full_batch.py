"""The way down a bowl with all examples in a step, in exact arithmetic: plain, momentum or Nesterov, from rest.

r directions. In each the missing part is multiplied by what a recurrence of two terms makes of 1 (`limits.roots`): after t steps
a·z^t + (1 − a)·w^t of it is left, z and w the roots. Where they are a complex pair or negative it passes 0 on the way, so that
the mse dips and rises again; how long it takes is therefore asked of the *last* time that it is too large.
"""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from nodescope.arithmetic.rules import Rule
from nodescope.theory.bowl import Bowl
from nodescope.theory.limits import Roots, roots
from nodescope.theory.spectrum import Spectrum

Floats = NDArray[np.float64]
Times = NDArray[np.int64] | int
LONGEST = 2**62
"""Steps that are thought of at all."""
AT_ONCE = 2**16
"""Numbers looked at together on the way back from where the mse is low enough for certain."""
LOOKED_AT = 2**24
"""Numbers looked at in all: enough for every momentum up to about 1 − 10⁻⁶."""
APART = 1e-7
"""Of a root's size: two roots nearer than this are taken for one twice."""


@dataclass(frozen=True, eq=False)
class FullBatchPath:
    """The mse after any number of steps.

    Attributes
    ----------
    alpha : float
        Times n where the batch is summed.
    rule : Rule
        One that does not rescale its steps.
    """

    bowl: Bowl
    alpha: float
    rule: Rule = Rule()  # noqa: RUF009  # frozen

    @cached_property
    def roots(self) -> Roots:
        """Of each direction's recurrence."""
        return roots(self.rule, self.bowl.spectrum.products(self.alpha))

    def factors(self) -> Floats:
        """What each direction's missing part is multiplied by in a step, in the long run: 1 − alpha·λ; with momentum its larger
        root in size, negative where that points backwards."""
        return self.roots.signed

    def missing(self, t: Times) -> Floats:
        """Mean square of what is missing after t updates, (T,)."""
        with np.errstate(all="ignore"):
            left = self._shares(np.atleast_1d(np.asarray(t, dtype=np.float64))) * self.bowl.lengths
            return np.asarray((np.where(self.bowl.lengths > 0, left, 0.0) ** 2).sum(axis=1))

    def mse(self, t: Times) -> Floats:
        """mse after t updates, (T,)."""
        return self.missing(t) + self.bowl.rest

    @cached_property
    def _weights(self) -> tuple[NDArray[np.bool_], NDArray[np.complex128]]:
        """Where the roots are apart, and there a of a·z^t + (1 − a)·w^t."""
        z, w = self.roots.larger, self.roots.smaller
        with np.errstate(invalid="ignore", over="ignore"):
            apart = np.abs(z - w) > APART * np.abs(z)
            return apart, np.where(apart, (self.roots.first - w) / np.where(apart, z - w, 1.0), 1.0)

    def _shares(self, t: Floats) -> Floats:
        """Missing part over that at the start, (T, r)."""
        z, w, at = self.roots.larger, self.roots.smaller, t[:, None]
        if not w.any() and np.array_equal(z, self.roots.first):
            return np.asarray(np.abs(z.real) ** at)
        apart, a = self._weights
        two = a * z**at + (1 - a) * w**at
        same = z**at + at * z ** np.maximum(at - 1, 0) * (self.roots.first - z)
        return np.asarray(np.where(apart, two, same).real)

    def _bound(self, t: int) -> float:
        """The mean square of what is missing is at most this after t updates; it is that itself for plain steps."""
        z, w = np.abs(self.roots.larger), np.abs(self.roots.smaller)
        apart, a = self._weights
        with np.errstate(all="ignore"):
            two = np.abs(a) * z ** float(t) + np.abs(1 - a) * w ** float(t)
            same = z ** float(t) + t * z ** float(max(t - 1, 0)) * np.abs(self.roots.first - self.roots.larger)
            left = np.where(apart, two, same) * self.bowl.lengths
            return float((np.where(self.bowl.lengths > 0, left, 0.0) ** 2).sum())

    @property
    def _falling_from(self) -> int:
        """Updates from which on the bound only falls."""
        apart, size = self._weights[0], np.abs(self.roots.larger)
        twice = size[~apart & (size > 0.0) & (size < 1.0)]
        return math.ceil(-1.0 / math.log(float(twice.max()))) if twice.size else 0

    def steps_to(self, mse: float) -> int | None:
        """The first number of updates from which on the mse *stays* at most this; None where there is none.

        With momentum the mse may be lower for a while before: it swings through the best weights and out again. Where momentum is
        nearer to 1 than about 10⁻⁶, the number may be larger than that by part of a swing.
        """
        wanted = mse - self.bowl.rest
        if not wanted >= 0.0 or self._grows:
            return None
        high = self._low_for_certain(wanted)
        return high if high is None or not self.roots.smaller.any() else self._last_above(wanted, high)

    @property
    def _grows(self) -> bool:
        with np.errstate(invalid="ignore"):
            return bool((~(np.abs(self.roots.larger) <= 1.0) & (self.bowl.lengths > 0)).any())

    def _low_for_certain(self, wanted: float) -> int | None:
        """The first number of updates from which on the bound is at most `wanted`, by bisection."""
        low = self._falling_from
        if self._bound(low) <= wanted:
            return low
        high = max(1, 2 * low)
        while not self._bound(high) <= wanted:
            if high >= LONGEST:
                return None
            low, high = high, min(2 * high, LONGEST)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if self._bound(middle) <= wanted else (middle, high)
        return high

    def _last_above(self, wanted: float, high: int) -> int:
        """1 + the last number of updates below `high` after which more than `wanted` is missing."""
        size = max(1, AT_ONCE // len(self.bowl.lengths))
        for stop in range(high, max(0, high - LOOKED_AT // len(self.bowl.lengths)), -size):
            start = max(0, stop - size)
            above = np.flatnonzero(~(self.missing(np.arange(start, stop)) <= wanted))
            if above.size:
                return start + int(above[-1]) + 1
        return high if high > LOOKED_AT // len(self.bowl.lengths) else 0

    def settles_below(self, squares: Floats) -> int | None:
        """The first number of updates from which on each direction's missing mean square stays at most its number (r,).

        None where some direction does not come there.
        """
        ways = [self._alone(i).steps_to(float(square)) for i, square in enumerate(squares)]
        found = [steps for steps in ways if steps is not None]
        return None if len(found) < len(ways) else max(found, default=0)

    def _alone(self, direction: int) -> "FullBatchPath":
        """The way along one direction."""
        found, one = self.bowl.spectrum, slice(direction, direction + 1)
        spectrum = Spectrum(found.scaled[one], found.exponent, found.directions[one])
        return FullBatchPath(Bowl(spectrum, self.bowl.lengths[one], 0.0, 0.0), self.alpha, self.rule)
