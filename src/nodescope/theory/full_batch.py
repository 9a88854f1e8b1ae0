"""The way down a bowl with all examples in a step, in exact arithmetic: plain, momentum or Nesterov, from rest.

r directions. In each the missing part is multiplied by what a recurrence of two terms makes of 1 (`limits.roots`): after t steps
a·z^t + (1 − a)·w^t of it is left, z and w the roots. Where they are a complex pair or negative it passes 0 on the way, so that
the mse dips and rises again; how long it takes is therefore asked of the *last* time that it is too large.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodescope.arithmetic.rules import Rule
from nodescope.theory.bowl import Bowl
from nodescope.theory.limits import Roots, roots

Floats = NDArray[np.float64]
Times = NDArray[np.int64] | int
Low = Callable[[Floats], Any]
"""Whether what is left along each direction, (…, r), is little enough, (…,)."""
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
        """The roots of each direction's recurrence."""
        return roots(self.rule, self.bowl.spectrum.products(self.alpha))

    def factors(self) -> Floats:
        """What each direction's missing part is multiplied by in a step, in the long run: 1 − alpha·λ; with momentum its larger
        root in size, negative where that points backwards."""
        return self.roots.signed

    def missing(self, t: Times) -> Floats:
        """Mean square of what is missing after t updates, (T,)."""
        with np.errstate(all="ignore"):
            return np.asarray((self._left(t) ** 2).sum(axis=1))

    def _left(self, t: Times) -> Floats:
        """Root of what is missing along each direction after t updates, (T, r)."""
        with np.errstate(all="ignore"):
            left = self._shares(np.atleast_1d(np.asarray(t, dtype=np.float64))) * self.bowl.lengths
            return np.where(self.bowl.lengths > 0, left, 0.0)

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

    def _bound(self, t: int) -> Floats:
        """What is missing along each direction, (r,), is at most this after t updates; it is that itself for plain steps."""
        z, w = np.abs(self.roots.larger), np.abs(self.roots.smaller)
        apart, a = self._weights
        with np.errstate(all="ignore"):
            two = np.abs(a) * z ** float(t) + np.abs(1 - a) * w ** float(t)
            same = z ** float(t) + t * z ** float(max(t - 1, 0)) * np.abs(self.roots.first - self.roots.larger)
            return np.where(self.bowl.lengths > 0, np.where(apart, two, same) * self.bowl.lengths, 0.0)

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
        return self._steps_until(lambda left: (left**2).sum(axis=-1) <= wanted) if wanted >= 0.0 else None

    def settles_below(self, squares: Floats) -> int | None:
        """Updates from which on what is missing along each direction stays at most its number (r,); None where some does not."""
        return self._steps_until(lambda left: (left**2 <= squares).all(axis=-1))

    def _steps_until(self, low: Low) -> int | None:
        with np.errstate(all="ignore"):
            if (~(np.abs(self.roots.larger) <= 1.0) & (self.bowl.lengths > 0)).any():
                return None
            high = self._low_for_certain(low)
            return high if high is None or not self.roots.smaller.any() else self._last_above(low, high)

    def _low_for_certain(self, low: Low) -> int | None:
        """The first number of updates from which on the bound is low, by bisection."""
        before = self._falling_from
        if low(self._bound(before)):
            return before
        after = max(1, 2 * before)
        while not low(self._bound(after)):
            if after >= LONGEST:
                return None
            before, after = after, min(2 * after, LONGEST)
        while after - before > 1:
            middle = (before + after) // 2
            before, after = (before, middle) if low(self._bound(middle)) else (middle, after)
        return after

    def _last_above(self, low: Low, high: int) -> int:
        """1 + the last number of updates below `high` after which it is not low."""
        at_once, in_all = (max(1, numbers // len(self.bowl.lengths)) for numbers in (AT_ONCE, LOOKED_AT))
        for stop in range(high, max(0, high - in_all), -at_once):
            start = max(0, stop - at_once)
            above = np.flatnonzero(~low(self._left(np.arange(start, stop))))
            if above.size:
                return start + int(above[-1]) + 1
        return high if high > in_all else 0
