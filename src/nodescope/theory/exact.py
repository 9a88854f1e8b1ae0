"""alpha·|x|² of one example without rounding: it decides on which side of a limit an alpha lies, of any size."""

import math
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def exact_product(alpha: float, x: Floats) -> Fraction:
    """alpha·|x|², as a fraction without rounding."""
    return Fraction(alpha) * exact_square(x)


def exact_square(x: Floats) -> Fraction:
    """|x|², as a fraction without rounding."""
    return sum((Fraction(value) ** 2 for value in x.tolist()), Fraction(0))


def as_float(exact: Fraction) -> float:
    """The nearest double; infinity beyond the largest."""
    try:
        return float(exact)
    except OverflowError:
        return math.inf if exact > 0 else -math.inf
