"""The mse as a bowl over the weights that can move: its directions, and how much of the start's error lies in each.

n examples, d inputs (a bias counts as an input of 1), k outputs, r directions that are there. What is missing is the part of the
residual that some weights could remove; what no weights can remove stays as it is.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nodescope.theory.spectrum import Spectrum, exponent_of, scaled_by, spectrum, triangle

Floats = NDArray[np.float64]
ROUNDING = 16 * 2.0**-52
"""Part of a residual, times √(d + k), that working in doubles alone leaves over: below it nothing is."""


@dataclass(frozen=True, eq=False)
class Bowl:
    """mse around its bottom. Squares that no double holds are infinite.

    Attributes
    ----------
    spectrum : Spectrum
        Of the mean second moment, XᵀX/n.
    lengths : (r,) float64
        Root of the part of the start's mse that lies in each direction, and goes when that direction is solved.
    rest : float
        Part of the start's mse that no direction that is there can remove.
    least_mse : float
        What no weights can beat, directions too weak for gradient descent to see included.
    """

    spectrum: Spectrum
    lengths: Floats
    rest: float
    least_mse: float

    @property
    def amounts(self) -> Floats:
        """Part of the start's mse that lies in each direction, (r,)."""
        with np.errstate(over="ignore", under="ignore"):
            return np.asarray(self.lengths**2)

    @property
    def missing(self) -> float:
        """Mean square of what is missing at the start."""
        return float(self.amounts.sum())


@np.errstate(over="ignore", invalid="ignore", under="ignore")
def bowl(x: Floats, residual: Floats) -> Bowl:
    """From inputs (n, d) and the start's residual (n, k) = prediction − goal.

    QR of inputs and residual together (in blocks), then the singular values of the triangle: the corner that is left over is
    the norm of what no weights can remove (Golub, Van Loan 2013, "Matrix Computations", 4th ed., section 5.3.3).
    """
    n, k = residual.shape
    found = spectrum(x)
    if not np.isfinite(residual).all():
        return Bowl(found, np.full(found.rank, math.inf), math.inf, math.inf)
    unit = exponent_of(residual)
    # in units of the largest number, so that no square overflows
    both = triangle(x, residual, exponents=(found.exponent, unit))
    inside, outside = both[:, : x.shape[1]], both[:, x.shape[1] :]
    # left singular vectors at right angles to the last bit: X·direction/norm is not, where a direction is nearly nothing
    basis = np.linalg.svd(inside, full_matrices=False)[0][:, : found.rank]
    coordinates = basis.T @ outside
    rest = outside - basis @ coordinates
    rounding = (ROUNDING * math.sqrt(both.shape[1])) ** 2 * float((outside**2).sum())
    squares = np.array([*(coordinates**2).sum(axis=1), (rest**2).sum(), _beyond_all_weights(inside, outside)])
    means = np.where(squares > rounding, squares / (n * k), 0.0)
    removable, least = scaled_by(means[-2:], 2 * unit).tolist()
    return Bowl(found, scaled_by(np.sqrt(means[:-2]), unit), removable, least)


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


def best_alpha(found: Spectrum) -> float:
    """2/(λmax + λmin): the slowest and the fastest direction shrink alike (Polyak 1987, "Introduction to Optimization", 3.1.2)."""
    return found.alpha_of(2.0, 1.0 + 1.0 / found.condition) if found.rank else math.nan
