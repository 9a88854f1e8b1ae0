"""Directions of few examples of very many inputs, which go by way of a small triangle: the ones that they were made of."""

import math

import numpy as np
import pytest

from nodescope.theory.spectrum import LARGE, exponent_of, scaled_by, singular, spectrum


def made_of(values: list[float], d: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """x = left · values · right, right vectors with an entry each, left ones two turns of the axes."""
    n = len(values)
    left, right = np.eye(n), np.zeros((n, d))
    left[:2, :2] = [[0.6, -0.8], [0.8, 0.6]]
    for i in range(n):
        right[i, i * (d // n)] = 1.0
    return left, right, (left * values) @ right


@pytest.mark.parametrize("values", [[5.0, 3.0, 2.0], [1.0, 1e-3, 1e-9], [4.0, 1.0, 0.0], [0.5, 0.25, 1e-7]])
def test_directions_of_far_more_inputs_than_examples(values: list[float]):
    left, right, x = made_of(values, LARGE)
    seen_left, seen, directions = singular(x)
    np.testing.assert_allclose(seen, values, rtol=1e-15 * 64, atol=values[0] * 1e-15)
    there = np.array(values) > values[0] * 1e-11
    np.testing.assert_allclose(np.abs(seen_left.T @ left)[there][:, there], np.eye(there.sum()), atol=1e-6)
    np.testing.assert_allclose(np.abs(directions @ right.T)[there][:, there], np.eye(there.sum()), atol=1e-6)
    kept = directions[there]
    np.testing.assert_allclose(kept @ kept.T, np.eye(there.sum()), atol=1e-14)


def test_the_spectrum_is_that_of_lapack():
    x = np.random.default_rng(0).normal(size=(5, LARGE)) * 3.0
    found = spectrum(x)
    np.testing.assert_allclose(found.eigenvalues, np.linalg.svd(x, compute_uv=False) ** 2 / 5, rtol=1e-13)
    np.testing.assert_allclose(found.directions @ found.directions.T, np.eye(5), atol=1e-14)


def test_many_rows_have_lapacks_spectrum():
    x = np.random.default_rng(1).normal(size=(10_000, 4)) * [1.0, 10.0, 1e-3, 2.0]
    np.testing.assert_allclose(spectrum(x).eigenvalues, np.linalg.svd(x, compute_uv=False) ** 2 / 10_000, rtol=1e-12)


def test_scaling_by_a_power_of_two_has_the_bits_of_ldexp():
    values = np.array([1.0, -3.7, 5e-324, 1e-310, 1.7e308, 0.0, -0.0, 2.0**-1022 * 1.37])
    for exponent in (*range(-1100, 1101, 7), -999, 999, 1000, -1000):
        with np.errstate(all="ignore"):
            assert scaled_by(values, exponent).tobytes() == np.ldexp(values, exponent).tobytes()


def test_the_largest_number_may_be_negative():
    assert exponent_of(np.array([1.0, -9.0])) == math.frexp(9.0)[1] == 4


def test_inputs_of_nothing_have_no_directions():
    found = spectrum(np.zeros((3, 2)))
    assert (found.rank, found.exponent, found.directions.shape, found.eigenvalues.tolist()) == (0, 0, (0, 2), [])
    assert math.isnan(found.condition)
