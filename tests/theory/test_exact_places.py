"""What holds exactly at the place where a line is drawn, and no longer one double, one example or one epoch beyond it."""

import math
from types import SimpleNamespace

import numpy as np
import pytest

import nodescope as ns
from nodescope.theory.automatic import _whole_batch
from nodescope.theory.epoch import Epoch
from nodescope.theory.epoch_path import path as path_of
from nodescope.theory.epoch_stability import Stability
from nodescope.theory.linear import LARGEST_EPOCH, LinearSystem
from nodescope.theory.moments import OF_A_REFLECTION, UNIT, Steps
from nodescope.theory.stall import OneWeight
from nodescope.theory.triangles import LEAF

RNG = np.random.default_rng(8)


def test_below_a_power_of_two_doubles_are_twice_as_near():
    """By hand: 1 − ¾·2⁻⁵³ is rounded to 1 − 2⁻⁵³ and 1 + ¾·2⁻⁵³ to 1, so that a step down moves 1 and a step up does not."""
    part = 0.75 * 2.0**-53
    assert not OneWeight(1.0, 0.0, part).stays(1.0)
    assert OneWeight(1.0, 2.0, part).stays(1.0)
    assert OneWeight(1.0, 0.0, part / 4).stays(1.0)


def test_a_zero_that_changes_its_sign_does_not_stay():
    assert OneWeight(1.0, 0.0, 0.1).stays(0.0)
    assert not OneWeight(1.0, 0.0, 0.1).stays(-0.0)


@pytest.mark.parametrize("width", [10, 100])
def test_an_epoch_is_too_large_by_examples_times_the_square_of_the_weights(width: int):
    def too_large(n: int) -> bool:
        return LinearSystem.too_large.fget(SimpleNamespace(problem=SimpleNamespace(n=n, layers=[SimpleNamespace(width=width)])))

    most = LARGEST_EPOCH // width**2
    assert (too_large(most), too_large(most + 1)) == (False, True)


def test_a_mean_square_that_is_just_met_is_met():
    z, goal = RNG.normal(size=(6, 2)), RNG.normal(size=(6, 1))
    path = path_of(Epoch(z, 2, True), 0.05, goal)
    for epoch in (1, 3, 9):
        assert path.epochs_until_missing(path.missing(epoch)) == epoch
        assert path.epochs_until_missing(math.nextafter(path.missing(epoch), 0.0)) == epoch + 1
        assert path.epochs_to(path.mse(epoch)) == epoch


@pytest.mark.parametrize("rows", [7, 32, 33, 1000, 1024, 1025, 5000, 2**20])
@pytest.mark.parametrize("inputs", [1, 32, 33])
def test_roundings_of_a_triangle_are_counted(rows: int, inputs: int):
    """By counting: blocks of 32 rows of a leaf, of 32 inputs at each level of the tree of leaves, and one reflection more."""
    blocks, level, leaves = math.ceil(min(1024, rows) / 32), math.ceil(inputs / 32), 1
    levels = 1
    while leaves * 1024 < rows:
        leaves, levels = 2 * leaves, levels + 1
    reflections = inputs * (blocks + levels * level) + 1
    x = np.zeros((inputs, 5))
    steps = Steps(x, np.zeros(inputs), np.zeros(5), 0.1, 3, rows)
    counted = 2 * 328.0 * reflections + (rows + 5 + 8) + (inputs + 5 + 8)
    assert (LEAF, OF_A_REFLECTION, UNIT) == (1024, 328.0, 2.0**-53)
    assert steps._rounding() == pytest.approx(counted * 2.0**-53, rel=1e-14)


def test_with_momentum_at_its_limit_nothing_is_ever_reached():
    """By hand: 2(1 + ½)/1 is 3, where the roots are −1 and −½: the weight swings for ever."""
    swinging = {"weight": 0.0, "input": 1, "goal": 1, "rule": {"name": "momentum", "momentum": 0.5}}
    at_limit, below = (ns.forecast(**swinging, alpha=alpha) for alpha in (3.0, 2.9))
    assert at_limit.steps_to(0.5) is None
    assert below.steps_to(0.5) is not None


def test_batches_are_scanned_to_64_times_what_is_surely_stable():
    stability = Stability(Epoch(RNG.normal(size=(6, 2)), 2, True))
    grid = stability._grid()
    assert (grid[0], grid[-1]) == pytest.approx((stability.surely_stable, 64 * stability.surely_stable), rel=1e-12)


def test_inputs_beyond_all_doubles_have_no_automatic_alpha():
    assert math.isnan(_whole_batch(np.array([[1.7e308, 1.7e308]])))
