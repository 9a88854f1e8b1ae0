"""Activations and their slopes against mpmath at 60 digits, over all doubles; and the same bits in C as in Python."""

import math
import struct

import mpmath
import numpy as np
import pytest
from conftest import PLAIN

from nodescope.arithmetic.activations import ACTIVATIONS
from nodescope.arithmetic.core import engine

mpmath.mp.dps = 60
# units in the last place: of the value, and of max(|slope|, 0.25), as the docstrings state them
BOUNDS = {
    "identity": (0, 0), "relu": (0, 0), "leaky relu": (0.5, 0), "tanh": (3, 5), "sigmoid": (3, 5), "softplus": (3, 3),
    "gelu": (8, 8),
}  # fmt: skip
COUNT = 300 if PLAIN else 1500


def true(name: str, x: float) -> tuple[mpmath.mpf, mpmath.mpf]:
    z = mpmath.mpf(x)
    if name == "tanh":
        return mpmath.tanh(z), mpmath.sech(z) ** 2
    if name == "sigmoid":
        value = 1 / (1 + mpmath.exp(-z))
        return value, mpmath.exp(-abs(z)) / (1 + mpmath.exp(-abs(z))) ** 2
    if name == "softplus":
        # log1p keeps its digits where exp(−x) is below them
        return (mpmath.log1p(mpmath.exp(z)) if z < 0 else z + mpmath.log1p(mpmath.exp(-z))), 1 / (1 + mpmath.exp(-z))
    if name == "gelu":
        if abs(x) > 1e4:
            return max(z, 0), mpmath.mpf(x > 0)
        below = mpmath.erfc(-z / mpmath.sqrt(2)) / 2
        return z * below, below + z * mpmath.npdf(z)
    if name == "relu":
        return max(z, 0), mpmath.mpf(x > 0)
    return (z if name == "identity" or x > 0 else mpmath.mpf(0.01) * z), mpmath.mpf(1 if name == "identity" or x > 0 else 0.01)


def places() -> np.ndarray:
    """All sizes of doubles, both signs, and closely where the functions bend."""
    rng = np.random.default_rng(1)
    sizes = 10.0 ** rng.uniform(-320, 3.5, COUNT)
    near = rng.uniform(-45, 45, COUNT)
    small = rng.uniform(-1.5, 1.5, COUNT)
    edges = [0.0, -0.0, 5e-324, -5e-324, 1.0, -1.0, 0.5, 22.0, 36.7, 37.0, 38.5, 39.0, 709.7, 745.1, 746.0, 1e308, -1e308]
    return np.concatenate([sizes, -sizes, near, small, edges, np.negative(edges)])


def ulps(seen: float, wanted: mpmath.mpf, least: float = 0.0) -> float:
    size = max(abs(float(wanted)), least)
    return float(abs(mpmath.mpf(seen) - wanted) / mpmath.mpf(math.ulp(size)))


@pytest.mark.parametrize("name", BOUNDS)
def test_within_the_stated_bounds(name: str):
    value_bound, slope_bound = BOUNDS[name]
    x = places()
    values, slopes = engine().activation(ACTIVATIONS[name], x)
    for at, value, slope in zip(x.tolist(), values.tolist(), slopes.tolist(), strict=True):
        wanted, wanted_slope = true(name, at)
        if abs(wanted) > mpmath.mpf(2) ** 1023:
            continue
        assert ulps(value, wanted) <= value_bound, at
        assert ulps(slope, wanted_slope, 0.25) <= slope_bound, at


@pytest.mark.parametrize("name", BOUNDS)
def test_infinities_and_nan_go_through(name: str):
    values, slopes = engine().activation(ACTIVATIONS[name], np.array([math.inf, -math.inf, math.nan]))
    activation = ACTIVATIONS[name]
    assert values[0] == activation.most
    assert values[1] == (0.0 if name in ("gelu", "relu", "softplus", "sigmoid") else activation.least)
    assert math.isnan(values[2])
    assert not np.isnan(slopes[:2]).any()


@pytest.mark.parametrize("name", BOUNDS)
def test_the_same_bits_in_c_as_in_python(name: str):
    activation = ACTIVATIONS[name]
    x = places()
    values, slopes = engine().activation(activation, x)
    for at, value, slope in zip(x.tolist(), values.tolist(), slopes.tolist(), strict=True):
        assert struct.pack("<dd", *activation.at(at)) == struct.pack("<dd", value, slope), at
