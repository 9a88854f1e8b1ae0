"""Alpha worked out for the data, where the answer is known by hand."""

import numpy as np
import pytest

import nodescope as ns


def automatic(x, **more):
    return ns.descend(input=x, goal=np.zeros(len(x)), steps=0, **({"batch": "all"} | more)).recipe.alpha


def test_of_flat_directions_it_is_1_9_over_the_steepest():
    """Second moment diag(8, 8e-6): 2/(λmax + λmin) would be 0.2499998, and would turn the steepest direction round at each step."""
    assert automatic([[4.0, 0.0], [0.0, 0.004]]) == pytest.approx(1.9 / 8, rel=1e-14)


def test_of_directions_alike_it_makes_both_shrink_alike():
    """Second moment diag(8, 2): 2/(8 + 2), and each direction is multiplied by ±0.6."""
    assert automatic([[4.0, 0.0], [0.0, 2.0]]) == pytest.approx(0.2, rel=1e-14)


def test_a_direction_that_only_rounding_makes_counts_for_nothing():
    """Both columns are the same but for the last bits: one direction, λ = 5, and 1/λ solves it in one step; but at most 1.9/λ."""
    x = np.array([[1.0, 1.0], [2.0, 2.0 * (1 + 2**-52)]])
    assert automatic(x) == pytest.approx(1 / 5, rel=1e-12)


def test_one_example_at_a_time_it_is_1_over_the_longest():
    assert automatic([[3.0, 4.0], [1.0, 0.0]], batch=1) == 1 / 25
    assert automatic([[3.0, 4.0], [1.0, 0.0]], batch=1, rule={"name": "momentum", "momentum": 0.75}) == 0.25 / 25
    assert automatic([[3.0, 4.0], [1.0, 0.0], [1.0, 1.0]], batch=2, reduction="sum") == 1 / 50
