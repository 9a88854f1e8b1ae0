"""Exponential, hyperbolic tangent and their kin, by + − × ÷ and powers of two only: the same bits on every machine.

Libraries of C differ from machine to machine in the last bits of these functions, so they are our own. functions.h holds the same
lines in C. How far each may lie from the true value (in units in the last place, against mpmath at 60 digits over the whole
range, denormals included) stands in its docstring and in tests/arithmetic/test_functions.py.
"""

import math
from collections.abc import Sequence

_LN2_HIGH = 0.6931471803691238
"""This is ln 2 with its last 21 bits zero: its products with whole numbers up to 2^20 are exact."""
_LN2_LOW = 1.9082149292705877e-10
_PER_LN2 = 1.4426950408889634
_TO_WHOLE = 6755399441055744.0
"""Adding and subtracting 1.5 × 2^52 rounds to the nearest whole number."""
_LN2 = 0.6931471805599453
_DENSITY_AT_0 = 0.3989422804014327
"""This is 1 / √(2 pi)."""
_SPLIT = 134217729.0
"""2^27 + 1 cuts a double into two halves of 26 bits (Veltkamp 1968)."""
_NO_TAIL = 39.0
"""From here on the density of the normal distribution is below the smallest double."""
_MILLS_MIDDLE = 4.0
_MILLS = (
    1.9122691057008967,
    0.2523725125284086,
    -0.25099213395818415,
    0.11444587513031773,
    -0.03402777542671512,
    0.006580970678082311,
    -0.0006143931997945954,
    -5.585059205071215e-05,
    2.290561190405675e-05,
    -6.286579050038781e-07,
    -6.607765298252239e-07,
    5.4503533328577933e-08,
    2.1515154551350928e-08,
    -2.3268716372590027e-09,
    -8.45758702768206e-10,
    8.063734274855933e-11,
    3.856892954479016e-11,
    -1.8726424882887004e-12,
    -1.8770396449801196e-12,
    -3.8421342783144005e-14,
    8.894576726954552e-14,
    9.863267801526632e-15,
    -3.637832693281299e-15,
    -9.19211544711782e-16,
    9.072142765694321e-17,
    6.278038445025676e-17,
    3.2372508401872586e-18,
    -3.204495113978151e-18,
    -6.724865445775909e-19,
)
"""Chebyshev coefficients of (1 + 2 a) × Mills' ratio in (a − 4) / (a + 4) are these, by mpmath; the first left out is 5e-20."""


def _reduced(x: float) -> tuple[float, float]:
    """(e, k) with exp(x) = 2^k × (1 + e), |e| below 0.42 (Cody, Waite 1980, chapter 6). x within ±746."""
    k = (x * _PER_LN2 + _TO_WHOLE) - _TO_WHOLE
    high, low = x - k * _LN2_HIGH, k * _LN2_LOW
    r = high - low
    lost = (high - r) - low
    p = 1.0 / 6227020800.0
    for divisor in (479001600.0, 39916800.0, 3628800.0, 362880.0, 40320.0, 5040.0, 720.0, 120.0, 24.0, 6.0, 2.0):
        p = p * r + 1.0 / divisor
    return r + (r * r * p + lost), k


def _power_of_two(k: float) -> float:
    return math.ldexp(1.0, int(k))


def exponential(x: float) -> float:
    """e^x within 1 ulp (Taylor's series to the 13th power after halving the range)."""
    if x > 709.8:
        return math.inf
    if x < -745.2:
        return 0.0
    if x != x:
        return x
    e, k = _reduced(x)
    half = math.floor(k * 0.5)
    return (1.0 + e) * _power_of_two(half) * _power_of_two(k - half)


def _log_one_plus(u: float) -> float:
    """ln(1 + u) for u from 0 to 1: twice the series of the inverse hyperbolic tangent."""
    above = u > 0.41421356
    s = (u - 1.0) / (u + 3.0) if above else u / (u + 2.0)
    z = s * s
    p = 1.0 / 23.0
    for divisor in (21.0, 19.0, 17.0, 15.0, 13.0, 11.0, 9.0, 7.0, 5.0, 3.0):
        p = p * z + 1.0 / divisor
    twice = 2.0 * s + 2.0 * (s * z * p)
    return _LN2 + twice if above else twice


def tanh(x: float) -> tuple[float, float]:
    """Hyperbolic tangent within 3 ulp, and its slope 4 u / (1 + u)² with u = exp(−2 |x|), within 5 ulp.

    The textbook's slope, 1 − tanh², loses all digits where the node saturates; this one does not.
    """
    if x != x:
        return x, x
    size = abs(x)
    if size > 400.0:
        return math.copysign(1.0, x), 0.0
    e, k = _reduced(-2.0 * size)
    two_k = _power_of_two(k) if k > -1000.0 else 0.0
    below = two_k * e + (two_k - 1.0)
    u, sum_ = exponential(-2.0 * size), 2.0 + below
    return math.copysign(-below / sum_, x), 4.0 * u / (sum_ * sum_)


def sigmoid(x: float) -> tuple[float, float]:
    """1 / (1 + exp(−x)) within 3 ulp, and its slope u / (1 + u)² with u = exp(−|x|), within 5 ulp."""
    if x != x:
        return x, x
    u = exponential(-abs(x))
    sum_ = 1.0 + u
    return (u / sum_ if x < 0.0 else 1.0 / sum_), u / (sum_ * sum_)


def softmax(sums: Sequence[float]) -> list[float]:
    """exp(sum − largest) ÷ their sum from left to right, of each, within 3 ulp of what the sums make of it."""
    most = sums[0]
    for value in sums[1:]:
        most = value if value > most else most
    powers = [exponential(value - most) for value in sums]
    total = powers[0]
    for power in powers[1:]:
        total = total + power
    return [power / total for power in powers]


def softplus(x: float) -> tuple[float, float]:
    """ln(1 + exp(x)) within 3 ulp, and its slope, the sigmoid, within 3 ulp."""
    if x != x:
        return x, x
    logarithm = _log_one_plus(exponential(-abs(x)))
    return (x + logarithm if x > 0.0 else logarithm), sigmoid(x)[0]


def _normal(a: float) -> tuple[float, float, float]:
    """Mills' ratio (tail ÷ density) of the standard normal distribution at a ≥ 0, and its density as a product of two.

    The ratio is a Chebyshev series (Clenshaw 1955; the change of variable is Shepherd and Laframboise's 1981). The square in the
    density is taken in two halves so that no digit of it is lost.
    """
    t = (a - _MILLS_MIDDLE) / (a + _MILLS_MIDDLE)
    first = second = 0.0
    for coefficient in reversed(_MILLS[1:]):
        first, second = 2.0 * t * first - second + coefficient, first
    ratio = (t * first - second + _MILLS[0]) / (1.0 + 2.0 * a)
    cut = _SPLIT * a
    high = cut - (cut - a)
    return ratio, exponential(-0.5 * high * high), exponential(-0.5 * (a - high) * (a + high)) * _DENSITY_AT_0


def gelu(x: float) -> tuple[float, float]:
    """x × Φ(x), the normal distribution function exactly (no tanh in its place; Hendrycks, Gimpel 2016), within 8 ulp.

    Its slope Φ(x) + x φ(x) is within 8 ulp of the larger of itself and 0.25 (it is 0 near −0.752).
    """
    if x > _NO_TAIL:
        return x, 1.0
    if x < -_NO_TAIL:
        return -0.0, 0.0
    if x != x:
        return x, x
    ratio, density, rest = _normal(abs(x))
    if x < 0.0:  # the smallest factor last: what is lost below the smallest normal double is lost once
        return x * ratio * rest * density, (ratio + x) * rest * density
    tail = ratio * rest * density
    return x * (1.0 - tail), (1.0 - tail) + x * rest * density
