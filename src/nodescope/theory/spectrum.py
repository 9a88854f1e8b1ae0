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

from nodescope.arithmetic.core import engine

Floats = NDArray[np.float64]
WIDE, LARGE = 4, 2**16
"""Inputs that are so many times as many as the examples, and so many numbers in all, are first reduced to a triangle."""
TURNED = 2**17
"""So many numbers are turned at once."""


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
    if abs(exponent) < 1000:  # the same bits in a fifth of the time
        return np.asarray(values * 2.0**exponent)
    return np.asarray(np.ldexp(values, exponent))


def exponent_of(values: Floats) -> int:
    """The power of two that the largest of some numbers is just below; 0 where all are 0, or there are none."""
    return math.frexp(max(float(values.max(initial=0.0)), -float(values.min(initial=0.0))))[1]


def spectrum(x: Floats) -> Spectrum:
    """Spectrum of inputs (n, d), through singular values.

    Directions with singular values below max(n, d) × 2⁻⁵² of the largest are not told apart from nothing. Many rows are first
    reduced to a triangle (QR, in blocks), which has the same singular values.

    >>> import numpy as np
    >>> spectrum(np.array([[1.0, 0.0], [0.0, 3.0]])).eigenvalues.tolist()
    [4.5, 0.5]
    """
    return spectrum_and_left(x)[0]


def spectrum_and_left(x: Floats) -> tuple[Spectrum, Floats]:
    """The spectrum, and the left vectors of the rows, or of their triangle, that belong to its directions."""
    if not x.any():
        return Spectrum(np.empty(0), 0, np.empty((0, x.shape[1]))), np.empty((len(x), 0))
    exponent = exponent_of(x)
    left, values, directions = singular(triangle(x, exponents=(exponent,)))
    there = values > values[0] * max(x.shape) * np.finfo(float).eps
    if not there.all():
        left, values, directions = left[:, there], values[there], directions[there]
    return Spectrum(values**2 / len(x), exponent, directions), left


def triangle(*columns: Floats, exponents: tuple[int, ...], rows: int = 4096) -> Floats:
    """R of the QR of matrices side by side, each divided by a power of two: the same singular values in few rows, block by block.

    No copy of all rows is made; where there are few, they are given back as they are.
    """
    d, n = sum(part.shape[1] for part in columns), len(columns[0])
    size = max(rows, 2 * d)

    def block(start: int, stop: int) -> Floats:
        parts = [scaled_by(part[start:stop], -exponent) for part, exponent in zip(columns, exponents, strict=True)]
        return parts[0] if len(parts) == 1 else np.concatenate(parts, axis=1)

    if n <= 2 * d + 1:
        return block(0, n)
    if n <= size:
        return np.asarray(np.linalg.qr(block(0, n), mode="r"))
    r = np.zeros((d, d))
    for start in range(0, n, size):
        r = _put_under(block(start, start + size), r)
    return r


def _put_under(rows: Floats, r: Floats) -> Floats:
    """The triangle of rows and of those that `r` stands for: by the core, in a quarter of LAPACK's time, where it is there."""
    core = engine("fastest")
    if core.name == "plain":
        return np.asarray(np.linalg.qr(np.concatenate([r, rows]), mode="r"))
    return core.triangle(rows, r)


def singular(x: Floats) -> tuple[Floats, Floats, Floats]:
    """Left vectors (n, r), singular values (r,) and right vectors (r, d), r the smaller of n and d, of numbers scaled to about 1.

    Of far more inputs than examples a triangle as small as the examples has the left ones (Chan 1982, "An improved algorithm for
    computing the singular value decomposition"); the right ones are what the inputs make of them, set at right angles once more.
    """
    if not _is_wide(x):
        whole = np.linalg.svd(x, full_matrices=False)
        return whole.U, whole.S, whole.Vh
    left, values = left_singular(x)
    there = values > 0
    found = (left[:, there] / values[there]).T @ x
    found = np.linalg.inv(_lower(found)) @ found  # nearly 1, so its inverse is as good as solving, in a fifth of the time
    if there.all():
        return left, values, found
    right = np.zeros(x.shape)
    right[there] = found
    return left, values, right


def left_singular(x: Floats) -> tuple[Floats, Floats]:
    """The first two of `singular`, which of far more inputs than examples are had in a third of the time."""
    if not _is_wide(x):
        return singular(x)[:2]
    left, values, _ = np.linalg.svd(_lower(x))
    return left, np.where(values > values[0] * x.shape[1] * np.finfo(float).eps, values, 0.0)


def _is_wide(x: Floats) -> bool:
    n, d = x.shape
    return bool(d >= WIDE * n and n * d >= LARGE)


def _lower(x: Floats) -> Floats:
    """L (n, n) with x xᵀ = L Lᵀ, of rows that are longer than they are many; they are turned in pieces that stay in the cache."""
    r = np.zeros((len(x), len(x)))
    size = max(len(x), TURNED // len(x))
    for start in range(0, x.shape[1], size):
        r = _put_under(np.ascontiguousarray(x[:, start : start + size].T), r)
    return r.T
