"""Columns turned to right angles: the core has the definition's bits, and their lengths are LAPACK's singular values."""

import numpy as np
from conftest import cases

from nodescope.arithmetic import walk as plain
from nodescope.arithmetic.core import engine


def test_the_core_has_the_bits_of_the_definition():
    rng = np.random.default_rng(3)
    for trial in range(cases(300)):
        cols, rows = int(rng.integers(1, 9)), int(rng.integers(1, 20))
        x = rng.normal(size=(cols, rows)) * 10.0 ** rng.integers(-8, 9, size=(cols, 1))
        if trial % 3 == 0 and cols > 1:
            x[1] = x[0] * (1 + 1e-9 * rng.normal(size=rows) * (trial % 2))
        if trial % 5 == 0:
            x[-1] = 0.0
        assert engine().directions(x).tobytes() == plain.directions(x).tobytes(), trial


def test_lengths_are_singular_values_and_columns_at_right_angles():
    rng = np.random.default_rng(4)
    for trial in range(cases(300)):
        cols, rows = int(rng.integers(1, 30)), int(rng.integers(1, 60))
        x = rng.normal(size=(cols, rows)) * 10.0 ** rng.integers(-3, 4, size=(cols, 1))
        turned = engine().directions(x)
        lengths = np.sort(np.sqrt((turned**2).sum(axis=1)))[::-1]
        known = np.linalg.svd(x, compute_uv=False)
        assert np.allclose(lengths[: len(known)], known, rtol=1e-9, atol=1e-13 * known[0]), trial
        assert (lengths[len(known) :] <= 1e-12 * known[0]).all()
        products = np.abs(turned @ turned.T) / np.maximum(np.outer(*[np.sqrt((turned**2).sum(axis=1))] * 2), 1e-300)
        there = np.sqrt((turned**2).sum(axis=1)) > 1e-9 * known[0]
        assert products[np.ix_(there, there)][~np.eye(int(there.sum()), dtype=bool)].max(initial=0.0) < 1e-12


def test_a_thousand_columns_of_five_rows_are_turned_as_five():
    """Half a million pairs of columns that can never all be at right angles took half a minute in the page."""
    x = np.random.default_rng(5).normal(size=(1000, 5))
    turned = engine().directions(x)
    assert not turned[5:].any()
    assert np.allclose(np.sort(np.sqrt((turned[:5] ** 2).sum(axis=1)))[::-1], np.linalg.svd(x, compute_uv=False), rtol=1e-13)
