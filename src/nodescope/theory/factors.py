"""What one step, or one epoch, multiplies the missing error by; from the eigenvalues of the inputs' second moment.

The step is `weight -= alpha * delta * input`: half the derivative of the squared error. With all examples in a step the distance to
the best weights is multiplied by I − alpha·H, H = XᵀX/n (XᵀX where a batch is summed): by 1 − alpha·λ in each direction, so it is
stable for 0 < alpha < 2/λmax (Bertsekas 1999, "Nonlinear Programming", 2nd ed., section 1.3). The λ are squared singular values
of X; XᵀX itself is never formed, since that squares the condition number.
"""

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Spectrum:
    """Directions in the inputs that a weight can move along.

    n examples, d inputs (a bias counts as an input of 1), r directions that are there.

    Attributes
    ----------
    eigenvalues : (r,) float64, descending
        Of the second moment of the inputs, XᵀX/n.
    directions : (r, d) float64
        Unit vectors; row i belongs to eigenvalue i.
    """

    eigenvalues: Floats
    directions: Floats

    @property
    def rank(self) -> int:
        return len(self.eigenvalues)

    @property
    def condition(self) -> float:
        """λmax/λmin over the directions that are there; NaN where there is none."""
        return float(self.eigenvalues[0] / self.eigenvalues[-1]) if self.rank else math.nan

    def scaled(self, by: float) -> "Spectrum":
        """Eigenvalues times a number (n, where a batch is summed)."""
        return Spectrum(self.eigenvalues * by, self.directions)


def spectrum(x: Floats) -> Spectrum:
    """Spectrum of inputs (n, d), through singular values.

    Directions with singular values below max(n, d) × 2⁻⁵² of the largest are not told apart from nothing. Many rows are first
    reduced to a triangle (QR, in blocks), which has the same singular values.

    >>> import numpy as np
    >>> spectrum(np.array([[1.0, 0.0], [0.0, 3.0]])).eigenvalues.tolist()
    [4.5, 0.5]
    """
    largest = float(np.abs(x).max()) if x.size else 0.0
    if largest == 0.0:
        return Spectrum(np.empty(0), np.empty((0, x.shape[1])))
    # a power of two keeps squares in range and costs no bit
    scale = 2.0 ** min(1000, max(-1000, math.frexp(largest)[1]))
    _, values, directions = np.linalg.svd(triangle(x, by=(1.0 / scale,)), full_matrices=False)
    there = values > values[0] * max(x.shape) * np.finfo(float).eps
    with np.errstate(over="ignore"):
        return Spectrum((values[there] * scale) ** 2 / len(x), directions[there])


def triangle(*columns: Floats, by: tuple[float, ...], rows: int = 4096) -> Floats:
    """R of the QR of matrices side by side, each times a number: the same singular values in few rows, merged block by block.

    No copy of all rows is made; where there are few, they are given back as they are.
    """
    d, n = sum(part.shape[1] for part in columns), len(columns[0])
    size = max(rows, 2 * d)

    def block(start: int, stop: int) -> Floats:
        return np.concatenate([part[start:stop] * scale for part, scale in zip(columns, by, strict=True)], axis=1)

    if n <= 2 * d + 1:
        return block(0, n)
    r = np.linalg.qr(block(0, size), mode="r")
    for start in range(size, n, size):
        r = np.linalg.qr(np.concatenate([r, block(start, start + size)]), mode="r")
    return np.asarray(r)


def exact_product(alpha: float, x: Floats) -> Fraction:
    """alpha·|x|² of one example without rounding: decides on which side of a limit an alpha lies."""
    return Fraction(alpha) * exact_square(x)


def exact_square(x: Floats) -> Fraction:
    """|x|² of one example without rounding."""
    return sum((Fraction(value) ** 2 for value in x.tolist()), Fraction(0))


def as_float(exact: Fraction) -> float:
    """The nearest double; infinity beyond the largest."""
    try:
        return float(exact)
    except OverflowError:
        return math.inf if exact > 0 else -math.inf


def momentum_factors(rule: str, momentum: float, alpha: float, eigenvalues: Floats) -> NDArray[np.complex128]:
    """Larger root of each direction's recurrence, with momentum m and h = 1 − alpha·λ.

    Momentum: z² − (m + h) z + m = 0 (Polyak 1964, "Some methods of speeding up the convergence of iteration methods").
    Nesterov: z² − (1 + m) h z + m h = 0 (Nesterov 1983; in this form Lessard, Recht, Packard 2016, section 3). Plain: m = 0.
    """
    h = 1.0 - alpha * eigenvalues
    b, c = ((1 + momentum) * h, momentum * h) if rule == "nesterov" else (momentum + h, momentum + 0.0 * h)
    root = np.sqrt((b * b - 4.0 * c).astype(np.complex128))
    return np.where(np.abs(b + root) >= np.abs(b - root), (b + root) / 2, (b - root) / 2)


def momentum_limit(rule: str, momentum: float, largest: float) -> float:
    """Largest stable alpha for the largest eigenvalue: 2(1 + m)/λ for momentum (Polyak 1964), 2(1 + m)/((1 + 2m)λ) for Nesterov.

    Where the roots of `momentum_factors` reach −1; at m = 0 both are 2/λ.
    """
    numerator = 2.0 * (1.0 + momentum)
    with np.errstate(over="ignore", divide="ignore"):
        return float(np.float64(numerator) / largest / (1.0 + 2.0 * momentum if rule == "nesterov" else 1.0))
