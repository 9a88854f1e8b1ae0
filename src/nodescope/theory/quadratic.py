"""The mse as a bowl over the weights that can move: its directions, its bottom, and the way down it with all examples a step.

n examples, d inputs (a bias counts as an input of 1), k outputs, r directions that are there. The missing error is the part of the
residual that some weights could remove; what no weights can remove stays as it is.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nodescope.theory.factors import Spectrum, momentum_factors, spectrum, triangle

Floats = NDArray[np.float64]
ROUNDING = 16 * 2.0**-52
"""Part of a residual, times √(d + k), that working in doubles alone leaves over: below it nothing is."""
LONGEST_SCAN = 2**17
"""Steps looked through for the first at which a momentum's mse, which need not fall steadily, is low enough."""


@dataclass(frozen=True, eq=False)
class Bowl:
    """mse around its bottom.

    Attributes
    ----------
    spectrum : Spectrum
        Of the mean second moment, XᵀX/n.
    amounts : (r,) float64
        Part of the start's mse that lies in each direction, and goes when that direction is solved.
    rest : float
        Part of it that no direction that is there can remove.
    least_mse : float
        What no weights can beat, directions too weak for gradient descent to see included.
    """

    spectrum: Spectrum
    amounts: Floats
    rest: float
    least_mse: float

    @property
    def missing(self) -> float:
        """Mean square of the missing error at the start."""
        return float(self.amounts.sum())


@np.errstate(over="ignore", invalid="ignore", under="ignore")
def bowl(x: Floats, residual: Floats) -> Bowl:
    """From inputs (n, d) and the start's residual (n, k) = prediction − goal.

    QR of inputs and residual together (in blocks), then the singular values of the triangle: the corner that is left over is
    the norm of what no weights can remove (Golub, Van Loan 2013, "Matrix Computations", 4th ed., section 5.3.3).
    """
    n, k = residual.shape
    found = spectrum(x)
    unit = max(float(np.abs(residual).max()), 1e-300) if residual.size else 1.0
    size = max(float(np.abs(x).max()), 1e-300) if x.size else 1.0
    # in units of the largest number, so that no square overflows
    both = triangle(x, residual, by=(1.0 / size, 1.0 / unit))
    inside, outside = both[:, : x.shape[1]], both[:, x.shape[1] :]
    # left singular vectors at right angles to the last bit: X·direction/norm is not, where a direction is nearly nothing
    basis = np.linalg.svd(inside, full_matrices=False)[0][:, : found.rank]
    coordinates = basis.T @ outside
    rest = outside - basis @ coordinates
    per_number = unit * unit / (n * k)
    rounding = (ROUNDING * math.sqrt(both.shape[1])) ** 2 * float((outside**2).sum())
    squares = np.array([*(coordinates**2).sum(axis=1), (rest**2).sum(), _beyond_all_weights(inside, outside)])
    *amounts, removable, least = np.where(squares > rounding, squares * per_number, 0.0).tolist()
    return Bowl(found, np.array(amounts), removable, least)


def _beyond_all_weights(inside: Floats, outside: Floats) -> float:
    """Sum of squares of what is left when each column of inputs counts alike, however small its unit."""
    scale = np.abs(inside).max(axis=0, initial=0.0)
    live = inside[:, scale > 0] / scale[scale > 0]
    if not live.size:
        return float((outside**2).sum())
    left, values, _ = np.linalg.svd(live, full_matrices=False)
    basis = left[:, values > values[0] * max(live.shape) * np.finfo(float).eps]
    rest = outside - basis @ (basis.T @ outside)
    rest -= basis @ (basis.T @ rest)
    return float((rest**2).sum())


@dataclass(frozen=True, eq=False)
class Descent:
    """The way down with all examples in a step, in exact arithmetic: plain, momentum or Nesterov from rest.

    Attributes
    ----------
    alpha : float
        Times n where the batch is summed.
    """

    bowl: Bowl
    alpha: float
    rule: str = "plain"
    momentum: float = 0.0

    def factors(self) -> Floats:
        """What each direction's missing error is multiplied by in a step: 1 − alpha·λ; with momentum its larger root in size."""
        values = self.bowl.spectrum.eigenvalues
        if self.momentum == 0.0:
            return 1.0 - self.alpha * values
        roots = momentum_factors(self.rule, self.momentum, self.alpha, values)
        return np.where(roots.real < 0, -1.0, 1.0) * np.abs(roots)

    def missing(self, t: NDArray[np.int64] | int) -> Floats:
        """Mean square of the missing error after t updates, (T,)."""
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            shares = self._shares(np.atleast_1d(np.asarray(t, dtype=np.float64)))
            return np.asarray(np.where(self.bowl.amounts > 0, shares**2 * self.bowl.amounts, 0.0).sum(axis=1))

    def mse(self, t: NDArray[np.int64] | int) -> Floats:
        """mse after t updates, (T,)."""
        return self.missing(t) + self.bowl.rest

    def _shares(self, t: Floats) -> Floats:
        """Missing error over that at the start, (T, r)."""
        h = 1.0 - self.alpha * self.bowl.spectrum.eigenvalues
        if self.momentum == 0.0:
            return np.asarray(np.abs(h) ** t[:, None])
        z = momentum_factors(self.rule, self.momentum, self.alpha, self.bowl.spectrum.eigenvalues)
        c = self.momentum * (h if self.rule == "nesterov" else 1.0 + 0.0 * h)
        with np.errstate(divide="ignore", invalid="ignore"):
            other = np.where(z == 0, 0.0, c / z)
            first = self._first_share(h)
            apart = np.abs(z - other) > 1e-7 * np.abs(z)
            a = np.where(apart, (first - other) / np.where(apart, z - other, 1.0), 1.0)
            two = a * z ** t[:, None] + (1 - a) * other ** t[:, None]
            same = z ** t[:, None] * (1.0 + t[:, None] * np.where(z == 0, 0.0, first / z - 1.0))
        return np.asarray(np.where(apart, two, same).real)

    def _first_share(self, h: Floats) -> Floats:
        """After the first update, from rest: momentum makes a plain step, Nesterov one that is 1 + m times as long."""
        return 1.0 - (1.0 + self.momentum) * (1.0 - h) if self.rule == "nesterov" else h

    def steps_to(self, mse: float) -> int | None:
        """The first number of updates after which the mse is at most this; None where it never is (or not in LONGEST_SCAN)."""
        wanted = mse - self.bowl.rest
        if self.bowl.missing <= wanted:
            return 0
        if wanted < 0 or not self.bowl.spectrum.rank:
            return None
        return self._by_bisection(wanted) if self.momentum == 0.0 else self._by_scan(wanted)

    def _by_bisection(self, wanted: float) -> int | None:
        """A sum of exponentials with positive weights is convex: it falls to one lowest point, where it is cut off."""
        lowest = self._lowest()
        if not self._missing_at(lowest) <= wanted:
            return None
        low, high = 0, 1
        while high < lowest and self._missing_at(high) > wanted:
            low, high = high, min(2 * high, lowest)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if self._missing_at(middle) <= wanted else (middle, high)
        return high

    def _missing_at(self, t: int) -> float:
        return float(self.missing(t)[0])

    def _lowest(self) -> int:
        """Updates after which the missing error is least."""
        size = np.abs(self.factors())
        growing = (size > 1) & (self.bowl.amounts > 0)
        if not growing.any():
            return 2**62
        low, high = 0, 2**40
        while low < high:
            middle = (low + high) // 2
            with np.errstate(over="ignore"):
                here, there = self.missing(np.array([middle, middle + 1]))
            low, high = (low, middle) if not there < here else (middle + 1, high)
        return low

    def _by_scan(self, wanted: float) -> int | None:
        for start in range(0, LONGEST_SCAN, 4096):
            reached = np.flatnonzero(self.missing(np.arange(start, start + 4096)) <= wanted)
            if reached.size:
                return start + int(reached[0])
        return None


def best_alpha(values: Floats) -> float:
    """2/(λmax + λmin): the slowest and the fastest direction shrink alike (Polyak 1987, "Introduction to Optimization", 3.1.2)."""
    return float(2.0 / (values[0] + values[-1])) if values.size and math.isfinite(values[0]) else math.nan
