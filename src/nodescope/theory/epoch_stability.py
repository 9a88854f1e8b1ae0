"""Up to which alpha an epoch in a given order stays stable; above it stability may come again, in islands."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from nodescope.theory.epoch import Epoch

Floats = NDArray[np.float64]
SCANNED = 32
"""Alphas at which the spectral radius is looked at between a stable one and one that certainly is not."""
VOLUMES = 4 * 10**6
"""Logarithms taken in all while volumes are compared."""
VOLUMES_AT_ONCE = 2**18
COARSE, FINE = 64, 20_000
"""The same for a single direction, where one costs next to nothing, and where only volumes are compared: at least, and at most."""
AHEAD = 64.0
"""Of batches of several examples: so many times what is surely stable is looked at."""
APART = 1.0001
"""Where all examples are of one length, so far beyond what is surely stable is looked at."""
JUST = 1e-9
"""So close to its ends a range is looked at too: there an alpha may be on either side by rounding."""
BEYOND = 1.01
"""Times where volumes grow in any case: it is surely unstable there."""
MOST_TURNS, SURE = 60, 1e-12
"""Turns of the search for a border at most, and the part of it to which it is found."""
WEAKEST = 1e-60
"""Of the largest second moment of a batch: one that is smaller does not say how far to look."""


@dataclass(frozen=True, eq=False)
class Stability:
    """Of an epoch, in its units of alpha."""

    epoch: Epoch

    @property
    def surely_stable(self) -> float:
        """Below this alpha no single step lengthens the missing error: 2/max|x|² for single examples."""
        return 2.0 / float(self.epoch.moments.max())

    @property
    def surely_unstable(self) -> float:
        """From this alpha on every epoch blows up volumes, whatever the order: the product of |1 − alpha·|x|²| stays above 1.

        For single examples; infinite otherwise.
        """
        if self.epoch.batch > 1:
            return math.inf
        grid = self._grid()
        shrinks = np.flatnonzero(self._volume(grid) <= 0.0)
        return float(grid[min(shrinks.max(initial=-1) + 1, len(grid) - 1)])

    def _grid(self) -> Floats:
        """From surely stable up to where every single step lengthens the missing error in its own direction."""
        low = self.surely_stable
        positive = self.epoch.moments[self.epoch.moments > WEAKEST * self.epoch.moments.max()]
        high = max(2.0 / float(positive.min()), APART * low) if self.epoch.batch == 1 else AHEAD * low
        return np.geomspace(low, high, max(COARSE, min(FINE, VOLUMES // len(self.epoch.moments))))

    def _volume(self, alpha: Floats) -> Floats:
        """Logarithm of |det P| for single examples."""
        total = np.zeros_like(alpha)
        with np.errstate(divide="ignore"):
            for values in np.array_split(self.epoch.moments, -(-len(self.epoch.moments) * len(alpha) // VOLUMES_AT_ONCE)):
                total += np.log(np.abs(1.0 - np.multiply.outer(values, alpha))).sum(axis=0)
        return total

    @cached_property
    def ranges(self) -> list[tuple[float, float]]:
        """Ranges of alpha that are stable, from 0 upward. The first ends at the limit; the others are islands.

        Looked for from 2/max|x|², below which it always is, to where volumes grow in any case, at SCANNED alphas (a single
        direction: FINE): an island narrower than their spacing can be missed.
        """
        grid = self._candidates()
        stable = self._are_stable(grid)
        ranges, start = [], 0.0
        for i in range(1, len(grid)):
            if stable[i - 1] and not stable[i]:
                ranges.append((start, self._border(float(grid[i - 1]), float(grid[i]))))
            elif stable[i] and not stable[i - 1]:
                start = self._border(float(grid[i]), float(grid[i - 1]))
        if stable[-1]:
            ranges.append((start, float(grid[-1])))
        return ranges

    def _candidates(self) -> Floats:
        """The first is stable for certain."""
        grid = self._grid()
        first = grid[0] * (1 - JUST)
        if self.epoch.z.shape[1] == 1:
            return np.array([first, *grid])
        if self.epoch.batch > 1:
            return np.array([first, *np.geomspace(grid[0], grid[-1], 2 * SCANNED)])
        volume = self._volume(grid)
        growing = int(np.argmax(volume > 0.0))
        near = np.geomspace(first, grid[growing] * (1 + JUST), SCANNED)
        beyond = grid[growing:][volume[growing:] <= 0.0]
        return np.array([*near, *beyond[:: max(1, len(beyond) // SCANNED)], grid[-1] * BEYOND])

    def _are_stable(self, alphas: Floats) -> NDArray[np.bool_]:
        if self.epoch.z.shape[1] == 1:
            return self.epoch.radius_of_one(alphas) < 1.0
        return np.array([True, *(self.epoch.radius(float(a)) < 1.0 for a in alphas[1:])])

    def _border(self, stable: float, unstable: float) -> float:
        """The alpha between the two at which the spectral radius is 1."""
        return _root(lambda a: math.log(max(self.epoch.radius(a), 1e-300)), stable, unstable)


def _root(f: Callable[[float], float], a: float, b: float) -> float:
    """Where f changes sign between a and b (f(a) < 0 ≤ f(b)), to twelve digits: regula falsi, Illinois variant (Dowell, Jarratt
    1971): the number at an end that stays twice is halved."""
    fa, fb, before = f(a), f(b), math.nan
    for _ in range(MOST_TURNS):
        usable = math.isfinite(fb) and math.isfinite(fa) and fa != fb
        c = b - fb * (b - a) / (fb - fa) if usable else (a + b) / 2
        if not min(a, b) < c < max(a, b):
            break
        fc = f(c)
        if fc < 0:
            a, fa = c, fc
            fb = fb / 2 if before < 0 else fb
        else:
            b, fb = c, fc
            fa = fa / 2 if before >= 0 else fa
        before = fc
        if abs(b - a) <= SURE * abs(b):
            break
    return b
