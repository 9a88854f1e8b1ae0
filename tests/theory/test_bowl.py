"""The bowl and the way down it, both known by hand: inputs along the axes, so that each direction is a weight of its own."""

import numpy as np
import pytest

from nodescope.arithmetic.rules import Momentum, Nesterov, Rule
from nodescope.theory import full_batch
from nodescope.theory.bowl import Bowl, Inputs, best_alpha
from nodescope.theory.bowl import bowl as bowl_over
from nodescope.theory.full_batch import FullBatchPath

X = np.array([[2.0, 0.0], [0.0, 1.0], [0.0, 0.0], [0.0, 0.0]])
"""XᵀX/4 is diag(1, ¼)."""
RESIDUAL = np.array([[6.0], [4.0], [2.0], [0.0]])
"""Squares 36, 16 and 4 of 4 numbers: 9 goes with the first direction, 4 with the second, 1 with none."""


def bowl(x: np.ndarray, residual: np.ndarray) -> Bowl:
    return bowl_over(Inputs(x), residual)


def test_what_lies_in_each_direction_and_what_no_weights_can_remove():
    found = bowl(X, RESIDUAL)
    assert found.spectrum.eigenvalues == pytest.approx([1.0, 0.25], rel=1e-14)
    assert np.abs(found.spectrum.directions) == pytest.approx(np.eye(2), abs=1e-14)
    assert found.amounts == pytest.approx([9.0, 4.0], rel=1e-14)
    assert (found.rest, found.least_mse, found.missing) == pytest.approx((1.0, 1.0, 13.0), rel=1e-14)


def test_two_outputs_share_the_mean():
    found = bowl(X, np.column_stack([RESIDUAL, np.zeros(4)]))
    assert found.amounts == pytest.approx([4.5, 2.0], rel=1e-14)
    assert found.rest == pytest.approx(0.5, rel=1e-14)


def test_a_residual_that_weights_can_remove_leaves_exactly_nothing():
    found = bowl(X, X @ np.array([[3.0], [-7.0]]))
    assert (found.rest, found.least_mse) == (0.0, 0.0)
    assert found.missing == pytest.approx((36.0 + 49.0) / 4, rel=1e-14)


def test_a_direction_too_weak_to_be_told_apart_is_no_direction_but_some_weights_beat_it():
    """A second column of 1e-20 is none for gradient descent; least squares reaches what lies along it."""
    x = X * [1.0, 1e-20]
    found = bowl(x, RESIDUAL)
    assert found.amounts == pytest.approx([9.0], rel=1e-14)
    assert (found.rest, found.least_mse) == pytest.approx((5.0, 1.0), rel=1e-14)


def test_many_rows_and_numbers_of_any_size_make_the_same_bowl():
    for size in (1e-150, 1.0, 1e150):
        found = bowl(np.tile(X, (3000, 1)) * size, np.tile(RESIDUAL, (3000, 1)))
        assert found.spectrum.eigenvalues == pytest.approx(np.array([1.0, 0.25]) * size**2, rel=1e-12)
        assert (*found.amounts, found.rest) == pytest.approx((9.0, 4.0, 1.0), rel=1e-12)


def test_without_inputs_nothing_can_be_removed():
    found = bowl(np.zeros((2, 1)), np.array([[1.0], [3.0]]))
    assert (found.missing, found.rest, found.least_mse, found.spectrum.rank) == (0.0, 5.0, 5.0, 0)


def stepped(rule: str, momentum: float, alpha: float, steps: int) -> list[float]:
    """The mse of each step, by the rules' own words, of λ = 1 and ¼ from distances 3 and 2 (squares 9 and 4), and 1 left over."""
    found, distance, velocity = [], np.array([3.0, 4.0]), np.zeros(2)
    values = np.array([1.0, 0.25])
    for _ in range(steps):
        found.append(float((values * distance**2).sum() + 1.0))
        g = values * distance
        velocity = momentum * velocity + g
        distance = distance - alpha * (g + momentum * velocity if rule == "nesterov" else velocity)
    return found


@pytest.mark.parametrize("alpha", [0.1, 0.5, 1.0, 1.9, 2.1])
@pytest.mark.parametrize("rule", [Rule(), Momentum(0.5), Momentum(0.9), Nesterov(0.5)], ids=str)
def test_the_way_down_is_that_of_the_steps(rule, alpha):
    down = FullBatchPath(bowl(X, RESIDUAL), alpha, rule)
    ways = stepped(rule.name, rule.settings().get("momentum", 0.0), alpha, 40)
    assert down.mse(np.arange(40)) == pytest.approx(ways, rel=1e-10)
    for wanted in (15.0, 13.9, 3.0, 1.5, 1.0001):
        last = max((t for t, mse in enumerate(ways) if mse > wanted), default=-1)
        if last < 30 and alpha < 2:
            assert down.steps_to(wanted) == last + 1, wanted


def test_nesterovs_first_step_may_be_the_only_one():
    """Story: at alpha = 1/λ both roots are 0, and the mse after the first step was told as that of the bottom.

    From rest the first step is 1 + m times as long: what is left is −m of the distance, and the second step takes that away.
    """
    one = Bowl(bowl(X[:, :1], RESIDUAL).spectrum, np.array([3.0]), 0.0, 0.0)
    assert FullBatchPath(one, 1.0, Nesterov(0.5)).missing(np.arange(4)) == pytest.approx([9.0, 2.25, 0.0, 0.0], abs=1e-13)


def test_two_equal_roots_are_one_direction_stepped():
    """Momentum ¼ with λ·alpha = ¼: z² − z + ¼ has the root ½ twice."""
    down = FullBatchPath(Bowl(bowl(X[:, :1], RESIDUAL).spectrum, np.array([3.0]), 0.0, 0.0), 0.25, Momentum(0.25))
    distance, velocity, ways = 3.0, 0.0, []
    for _ in range(30):
        ways.append(distance**2)
        velocity = 0.25 * velocity + distance
        distance -= 0.25 * velocity
    assert down.missing(np.arange(30)) == pytest.approx(ways, rel=1e-12)
    assert down.factors() == pytest.approx([0.5], rel=1e-12)


def test_what_is_never_reached_is_none():
    found = bowl(X, RESIDUAL)
    assert FullBatchPath(found, 0.1).steps_to(0.999) is None
    assert FullBatchPath(found, 0.1).steps_to(14.0) == 0
    assert FullBatchPath(found, 2.5).steps_to(9.0) is None  # it grows
    assert FullBatchPath(found, 2.5, Momentum(0.1)).steps_to(2.0) is None
    assert FullBatchPath(bowl(np.zeros((2, 1)), np.ones((2, 1))), 0.1).steps_to(0.5) is None


def test_far_away_steps_are_counted_without_stepping():
    down = FullBatchPath(bowl(X[:, :1], RESIDUAL[:1].repeat(4, 0) * [[1], [0], [0], [0]]), 1e-9)
    steps = down.steps_to(9.0 * 0.5)
    assert steps == pytest.approx(np.log(0.5) / 2 / np.log1p(-1e-9), rel=1e-6)


def test_the_best_alpha_makes_both_ends_shrink_alike():
    assert best_alpha(bowl(X, RESIDUAL).spectrum) == pytest.approx(1.6, rel=1e-14)
    assert np.isnan(best_alpha(bowl(np.zeros((2, 1)), np.ones((2, 1))).spectrum))


@pytest.mark.parametrize(("numbers", "first"), [(16, 0), (17, 0), (15, 8), (2, 8)])
def test_how_far_back_it_is_looked_for_the_last_time_that_it_is_too_much(monkeypatch, numbers: int, first: int):
    """Of two directions before step 8, all of which are low: where all are looked at it is low from the start, else from 8 on."""
    monkeypatch.setattr(full_batch, "LOOKED_AT", numbers)
    down = FullBatchPath(bowl(X, RESIDUAL), 0.5, Momentum(0.5))
    assert down._last_above(lambda left: np.ones(len(left), dtype=bool), 8) == first


@pytest.mark.parametrize("at_once", [1, 2, 6, 1000])
def test_however_many_are_looked_at_at_once_the_last_is_found(monkeypatch, at_once: int):
    monkeypatch.setattr(full_batch, "AT_ONCE", at_once)
    down = FullBatchPath(bowl(X, RESIDUAL), 0.5, Momentum(0.9))
    mses = down.mse(np.arange(400))
    for wanted in (13.9, 5.0, 1.5, 1.01):
        assert down.steps_to(wanted) == np.flatnonzero(mses > wanted)[-1] + 1
