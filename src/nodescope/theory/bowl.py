"""The mse as a bowl over the weights that can move: its directions, and how much of the start's error lies in each.

n examples, d inputs (a bias counts as an input of 1), k outputs, r directions that are there. What is missing is the part of the
residual that some weights could remove; what no weights can remove stays as it is.
"""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from nodescope.theory.spectrum import Spectrum, exponent_of, left_singular, scaled_by, spectrum_and_left, triangle

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


class Inputs:
    """Inputs (n, d), and what all bowls over them share, found once."""

    def __init__(self, x: Floats) -> None:
        self.x = x

    @cached_property
    def _found(self) -> tuple[Spectrum, Floats]:
        return spectrum_and_left(self.x)

    @property
    def spectrum(self) -> Spectrum:
        return self._found[0]

    @property
    def are_few(self) -> bool:
        """Whether they are so few examples that a triangle would be no smaller, whatever stands beside them."""
        return bool(len(self.x) <= 2 * self.x.shape[1] + 1)

    @cached_property
    def bases(self) -> tuple[Floats, Floats]:
        """Where the examples are few, left singular vectors: of the directions that are there, and those of `_of_all`."""
        return self._found[1], _of_all(triangle(self.x, exponents=(self.spectrum.exponent,)))


@np.errstate(over="ignore", invalid="ignore", under="ignore")
def bowl(inputs: Inputs, residual: Floats) -> Bowl:
    """From inputs (n, d) and the start's residual (n, k) = prediction − goal.

    QR of inputs and residual together (in blocks), then the singular values of the triangle: the corner that is left over is
    the norm of what no weights can remove (Golub, Van Loan 2013, "Matrix Computations", 4th ed., section 5.3.3).
    """
    n, k = residual.shape
    found = inputs.spectrum
    if not np.isfinite(residual).all():
        return Bowl(found, np.full(found.rank, math.inf), math.inf, math.inf)
    unit = exponent_of(residual)
    # in units of the largest number, so that no square overflows
    if inputs.are_few:
        outside, (basis, of_all) = scaled_by(residual, -unit), inputs.bases
    else:
        both = triangle(inputs.x, residual, exponents=(found.exponent, unit))
        width = inputs.x.shape[1]
        inside, outside = both[:, :width], both[:, width:]
        basis, of_all = left_singular(inside)[0][:, : found.rank], _of_all(inside)
    coordinates = basis.T @ outside
    rest = outside - basis @ coordinates
    rounding = (ROUNDING * math.sqrt(inputs.x.shape[1] + k)) ** 2 * float((outside**2).sum())
    squares = np.array([*(coordinates**2).sum(axis=1), (rest**2).sum(), _left_over(of_all, outside)])
    means = np.where(squares > rounding, squares / (n * k), 0.0)
    removable, least = scaled_by(means[-2:], 2 * unit).tolist()
    return Bowl(found, scaled_by(np.sqrt(means[:-2]), unit), removable, least)


def _of_all(inside: Floats) -> Floats:
    """Left singular vectors of all columns where each counts alike, however small its unit.

    They are at right angles to the last bit: X·direction/norm is not, where a direction is nearly nothing.
    """
    scale = np.maximum(inside.max(axis=0, initial=0.0), -inside.min(axis=0, initial=0.0))
    live = (inside if scale.all() else inside[:, scale > 0]) / scale[scale > 0]
    if not live.size:
        return np.empty((len(inside), 0))
    left, values = left_singular(live)
    return left[:, values > values[0] * max(live.shape) * np.finfo(float).eps]


def _left_over(basis: Floats, outside: Floats) -> float:
    """Sum of squares of what no weights at all can remove."""
    rest = outside - basis @ (basis.T @ outside)
    rest -= basis @ (basis.T @ rest)
    return float((rest**2).sum())


def best_alpha(found: Spectrum) -> float:
    """2/(λmax + λmin): the slowest and the fastest direction shrink alike (Polyak 1987, "Introduction to Optimization", 3.1.2)."""
    return found.alpha_of(2.0, 1.0 + 1.0 / found.condition) if found.rank else math.nan
