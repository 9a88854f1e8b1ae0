"""What an epoch does, held against its steps one by one; limits of a single direction are known by hand."""

import numpy as np
import pytest

from nodescope.theory.epoch import Epoch
from nodescope.theory.epoch_path import path as path_of
from nodescope.theory.epoch_stability import Stability

RNG = np.random.default_rng(3)
Z, GOAL = RNG.normal(size=(150, 3)), RNG.normal(size=(150, 2))


def stepped(z, goal, weights, alpha, batch, mean):
    for start in range(0, len(z), batch):
        rows, wanted = z[start : start + batch], goal[start : start + batch]
        weights = weights - alpha * rows.T @ (rows @ weights - wanted) / (len(rows) if mean else 1)
    return weights


@pytest.mark.parametrize("alpha", [0.01, 0.2, 0.9])
@pytest.mark.parametrize("mean", [True, False])
@pytest.mark.parametrize("batch", [1, 4, 64, 100, 150])
def test_an_epoch_is_its_steps(batch, mean, alpha):
    """150 rows in blocks of 64, short batches at the end of an epoch; 0.2 by blocks or batch by batch, as long as steps are."""
    alpha = alpha if mean else alpha / batch
    epoch, weights = Epoch(Z, batch, mean), RNG.normal(size=(3, 2))
    expected = stepped(Z, GOAL, weights, alpha, batch, mean)
    assert epoch.carry(alpha, weights, GOAL) == pytest.approx(expected, rel=1e-9, abs=1e-9 * np.abs(expected).max())
    matrix = stepped(Z, np.zeros((150, 3)), np.eye(3), alpha, batch, mean)
    assert epoch.matrix(alpha) == pytest.approx(matrix, rel=1e-8, abs=1e-13 + 1e-8 * np.abs(matrix).max())
    assert epoch.radius(alpha) == pytest.approx(np.abs(np.linalg.eigvals(matrix)).max(), rel=1e-6, abs=1e-13)


@pytest.mark.parametrize("batch", [1, 4])
def test_the_way_over_many_epochs(batch):
    path = path_of(Epoch(Z, batch, True), 0.02, GOAL)
    weights, ways = np.zeros((3, 2)), []
    for _ in range(20):
        ways.append(float(((Z @ weights - GOAL) ** 2).mean()))
        weights = stepped(Z, GOAL, weights, 0.02, batch, True)
    assert [path.mse(epoch) for epoch in range(20)] == pytest.approx(ways, rel=1e-10)
    assert path.after(20) == pytest.approx(weights, rel=1e-10)
    for epoch in (0, 1, 5):
        wanted = ways[epoch] * (1 + 1e-9)
        last = max((t for t, mse in enumerate(ways) if mse > wanted), default=-1)
        assert path.epochs_to(wanted) == (last + 1 if last < 15 else None)
    assert path.epochs_to(0.0) is None
    for _ in range(500):
        weights = stepped(Z, GOAL, weights, 0.02, batch, True)
    assert path.cycle == pytest.approx(weights, rel=1e-9)
    assert path.end_mse == pytest.approx(float(((Z @ weights - GOAL) ** 2).mean()), rel=1e-12)
    missing = float(((Z @ (stepped(Z, GOAL, np.zeros((3, 2)), 0.02, batch, True) - weights)) ** 2).mean())
    assert path.missing(1) == pytest.approx(missing, rel=1e-6)


@pytest.mark.parametrize("epochs", [3, 1023, 1024, 1025, 1026, 5000, 10**6 + 1])
def test_late_epochs_are_found_by_bisection(epochs):
    """An input of 1 shrinks by 1 − alpha in an epoch. Story: of epoch 1,025, the first that is not looked at, 1,026 was told."""
    alpha = 3.0 / max(epochs, 100)
    path = path_of(Epoch(np.array([[1.0]]), 1, True), alpha, np.array([[1.0]]))
    wanted = (1 - alpha) ** (2 * epochs)
    assert path.epochs_to(wanted * (1 + 0.1 * alpha)) == epochs
    assert path.epochs_until_missing(wanted * (1 + 0.1 * alpha)) == epochs


def test_where_every_place_is_a_cycle_none_is_told():
    assert path_of(Epoch(np.array([[1.0]]), 1, True), 0.0, np.array([[1.0]])).cycle is None


def test_limits_of_one_direction_with_an_island():
    """Inputs 1 and 2: |1 − a||1 − 4a| < 1 for a < 1.25 but for none beyond; inputs 1 and 3: a < 10/9, (a − 1)(9a − 1) = 1."""
    (found,) = Stability(Epoch(np.array([[1.0], [2.0]]), 1, True)).ranges
    assert found == pytest.approx((0.0, 1.25), rel=1e-9)
    found, island = Stability(Epoch(np.array([[1.0], [3.0]]), 1, True)).ranges
    # between 2/9 and 10/9 the product dips to −16/9, at a = 5/9: unstable there
    low = (10 - np.sqrt(100 - 72)) / 18
    assert found == pytest.approx((0.0, low), rel=1e-9)
    assert island == pytest.approx(((10 + np.sqrt(28)) / 18, 10 / 9), rel=1e-9)


def test_what_is_sure_without_looking():
    epoch = Epoch(np.array([[1.0, 0.0], [0.0, 2.0], [1.0, 1.0]]), 1, True)
    assert Stability(epoch).surely_stable == 0.5
    assert Stability(Epoch(epoch.z, 3, True)).surely_stable == pytest.approx(2 / (7 / 3))
    assert Stability(Epoch(epoch.z, 3, False)).surely_stable == pytest.approx(2 / 7)
    assert Stability(Epoch(epoch.z, 2, True)).surely_unstable == np.inf
    # (a − 1)(4a − 1)(2a − 1) = 1 at the border of volumes
    border = max(root.real for root in np.roots([8, -14, 7, -2]) if abs(root.imag) < 1e-12)
    assert Stability(epoch).surely_unstable == pytest.approx(border, rel=1e-2)
    assert Stability(epoch).surely_unstable >= border
