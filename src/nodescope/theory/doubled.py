"""Numbers of twice the digits of a double, as a pair of doubles: high + low, for products whose partial results are huge.

Sums after Knuth 1969, The Art of Computer Programming 2, section 4.2.2; products after Dekker 1971, A floating-point technique for
extending the available precision. Every pair is of arrays of one shape.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Pair = tuple[Floats, Floats]
SPLIT = 2.0**27 + 1.0


def exact_sum(a: Floats, b: Floats) -> Pair:
    """a + b and what rounding left of it."""
    total = a + b
    part = total - a
    return total, (a - (total - part)) + (b - part)


def exact_product(a: Floats, b: Floats) -> Pair:
    """a × b and what rounding left of it."""
    product = a * b
    (a_high, a_low), (b_high, b_low) = _halves(a), _halves(b)
    return product, ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low


def _halves(a: Floats) -> Pair:
    big = SPLIT * a
    high = big - (big - a)
    return high, a - high


def add(x: Pair, y: Pair) -> Pair:
    """x + y."""
    total, rest = exact_sum(x[0], y[0])
    return exact_sum(total, rest + (x[1] + y[1]))


def multiply(x: Pair, y: Pair) -> Pair:
    """x × y."""
    product, rest = exact_product(x[0], y[0])
    return exact_sum(product, rest + (x[0] * y[1] + x[1] * y[0]))


def quotient(a: float, b: int) -> Pair:
    """a ÷ b."""
    high = np.array(a / b)
    product, rest = exact_product(high, np.array(b))
    return high, np.asarray(((a - product) - rest) / b)


def as_pair(a: Floats) -> Pair:
    """A double as a pair."""
    return a, np.zeros_like(a)
