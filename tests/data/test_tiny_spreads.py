"""Standardising columns whose spread is at the end of the doubles."""

import numpy as np
import pytest

import nodescope as ns

SMALLEST, TINY = 5e-324, 2.2250738585072014e-308


def scaled(column):
    table = {"a": column, "y": [0.0] * len(column)}
    run = ns.descend(data=table, goal="y", standardise=True, alpha=0.1, steps=1)
    return run.recipe.examples.input[:, 0], run.recipe.examples.scaling


def test_a_spread_below_the_smallest_double_is_a_constant_column():
    """Of three zeros and the smallest double the deviation, 0.43 of it, rounds to 0: nothing could be divided by that."""
    numbers, scaling = scaled([0.0, 0.0, 0.0, SMALLEST])
    assert (scaling.centre.tolist(), scaling.unit.tolist()) == ([0.0], [1.0])
    assert numbers.tolist() == [0.0, 0.0, 0.0, SMALLEST]


def test_a_column_of_zeros_is_a_constant_column():
    numbers, scaling = scaled([0.0, 0.0])
    assert (scaling.centre.tolist(), scaling.unit.tolist(), numbers.tolist()) == ([0.0], [1.0], [0.0, 0.0])


@pytest.mark.parametrize("size", [1e-320, TINY, 1.0, 1e300])
def test_a_column_of_any_size_is_scaled_to_minus_one_and_one(size):
    numbers, scaling = scaled([-size, size])
    assert (scaling.centre.tolist(), scaling.unit.tolist()) == ([0.0], [size])
    assert numbers.tolist() == [-1.0, 1.0]


def test_the_largest_doubles_have_a_mean_and_a_spread():
    largest = np.finfo(float).max
    numbers, scaling = scaled([largest, largest / 2])
    assert scaling.centre == pytest.approx(largest * 0.75, rel=1e-15)
    assert numbers == pytest.approx([1.0, -1.0], rel=1e-15)
