"""Directions in the inputs and how much a step moves along each: eigenvalues of the inputs' second moment, of inputs of any size.

The step is `weight -= alpha * delta * input`: half the derivative of the squared error. With all examples in a step the distance to
the best weights is multiplied by I − alpha·H, H = XᵀX/n (XᵀX where a batch is summed): by 1 − alpha·λ in each direction, so it is
stable for 0 < alpha < 2/λmax (Bertsekas 1999, "Nonlinear Programming", 2nd ed., section 1.3). The λ are squared singular values
of X; XᵀX itself is never formed, since that squares the condition number. Squares of inputs may be beyond all doubles: so inputs
are divided by a power of two first, which costs no bit, and its exponent is carried along.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Spectrum:
    """Directions in the inputs that a weight can move along.

    n examples, d inputs (a bias counts as an input of 1), r directions that are there.

    Attributes
    ----------
    scaled : (r,) float64, descending
        Eigenvalues of the second moment XᵀX/n of inputs divided by 2^exponent.
    exponent : int
    directions : (r, d) float64
        Unit vectors; row i belongs to eigenvalue i.
    """

    scaled: Floats
    exponent: int
    directions: Floats

    @property
    def eigenvalues(self) -> Floats:
        """Of the second moment of the inputs; 0 or infinite where no double holds them."""
        return scaled_by(self.scaled, 2 * self.exponent)

    @property
    def rank(self) -> int:
        return len(self.scaled)

    @property
    def condition(self) -> float:
        """λmax/λmin over the directions that are there; NaN where there is none."""
        with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
            return float(self.scaled[0] / self.scaled[-1]) if self.rank else math.nan

    def products(self, alpha: float) -> Floats:
        """alpha·λ, (r,), also where λ itself is beyond the doubles."""
        mantissa, exponent = math.frexp(alpha)
        return scaled_by(self.scaled * mantissa, 2 * self.exponent + exponent)

    def alpha_of(self, product: float, times: float = 1.0) -> float:
        """The alpha at which alpha·λmax·times is this."""
        return float(scaled_by(product / (self.scaled[0] * times), -2 * self.exponent))


@np.errstate(over="ignore", under="ignore")
def scaled_by(values: Floats | float, exponent: int) -> Floats:
    """Values × 2^exponent; 0 or infinite where no double holds them."""
    return np.asarray(np.ldexp(values, exponent))


def exponent_of(values: Floats) -> int:
    """The power of two that the largest of some numbers is just below; 0 where all are 0, or there are none."""
    return math.frexp(float(np.abs(values).max(initial=0.0)))[1]


def spectrum(x: Floats) -> Spectrum:
    """Spectrum of inputs (n, d), through singular values.

    Directions with singular values below max(n, d) × 2⁻⁵² of the largest are not told apart from nothing. Many rows are first
    reduced to a triangle (QR, in blocks), which has the same singular values.

    >>> import numpy as np
    >>> spectrum(np.array([[1.0, 0.0], [0.0, 3.0]])).eigenvalues.tolist()
    [4.5, 0.5]
    """
    if not x.any():
        return Spectrum(np.empty(0), 0, np.empty((0, x.shape[1])))
    exponent = exponent_of(x)
    _, values, directions = np.linalg.svd(triangle(x, exponents=(exponent,)), full_matrices=False)
    there = values > values[0] * max(x.shape) * np.finfo(float).eps
    return Spectrum(values[there] ** 2 / len(x), exponent, directions[there])


def triangle(*columns: Floats, exponents: tuple[int, ...], rows: int = 4096) -> Floats:
    """R of the QR of matrices side by side, each divided by a power of two: the same singular values in few rows, block by block.

    No copy of all rows is made; where there are few, they are given back as they are.
    """
    d, n = sum(part.shape[1] for part in columns), len(columns[0])
    size = max(rows, 2 * d)

    def block(start: int, stop: int) -> Floats:
        parts = zip(columns, exponents, strict=True)
        return np.concatenate([scaled_by(part[start:stop], -exponent) for part, exponent in parts], axis=1)

    if n <= 2 * d + 1:
        return block(0, n)
    r = np.linalg.qr(block(0, size), mode="r")
    for start in range(size, n, size):
        r = np.linalg.qr(np.concatenate([r, block(start, start + size)]), mode="r")
    return np.asarray(r)
