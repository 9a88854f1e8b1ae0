"""Up to which alpha epochs are stable: held against their products at many alphas, and against borders known by hand."""

import itertools
import math

import numpy as np
import pytest

from nodescope.theory import epoch_stability
from nodescope.theory.epoch import Epoch
from nodescope.theory.epoch_stability import COARSE, FINE, JUST, SCANNED, VOLUMES, Stability, _root


def radius(z: np.ndarray, batch: int, mean: bool, alpha: float) -> float:
    """Of the product of I − alpha·H over the batches, written out."""
    product = np.eye(z.shape[1])
    for start in range(0, len(z), batch):
        rows = z[start : start + batch]
        product = product - alpha * rows.T @ (rows @ product) / (len(rows) if mean else 1)
    return float(np.abs(np.linalg.eigvals(product)).max())


CASES = [(n, r, batch, mean) for n, r in ((2, 1), (2, 2), (3, 3), (5, 3)) for batch in (1, 2) for mean in (True, False)]


@pytest.mark.parametrize(("n", "r", "batch", "mean"), CASES)
def test_ranges_are_where_the_product_shrinks(n: int, r: int, batch: int, mean: bool):
    """Inside of each range it does, beyond its ends it does not; what lies between two of them grows where it was looked at."""
    z = np.random.default_rng(10 * n + r).normal(size=(n, r))
    stability = Stability(Epoch(z / np.abs(z).max(), batch, mean))
    z, ranges = stability.epoch.z, stability.ranges
    assert ranges[0][0] == 0.0
    assert radius(z, batch, mean, 0.5 * stability.surely_stable) < 1.0
    for low, high in ranges:
        assert radius(z, batch, mean, high * (1 - 1e-9)) < 1.0 < radius(z, batch, mean, high * (1 + 1e-9))
        if low:
            assert radius(z, batch, mean, low * (1 - 1e-9)) > 1.0 > radius(z, batch, mean, low * (1 + 1e-9))
    for alpha in stability._candidates()[1:]:
        inside = any(low < alpha < high for low, high in ranges)
        assert inside == (radius(z, batch, mean, float(alpha)) < 1.0)


def test_islands_are_found():
    """Of 40 random orders some are stable again beyond their limit, as the product of two numbers is of inputs 1 and 3."""
    rng, islands = np.random.default_rng(4), 0
    for _ in range(40):
        z = rng.normal(size=(3, 2)) * [1.0, 0.3]
        ranges = Stability(Epoch(z, 1, True)).ranges
        assert all(low < high for low, high in ranges)
        assert all(before[1] < after[0] for before, after in itertools.pairwise(ranges))
        islands += len(ranges) > 1
    assert islands == 9


@pytest.mark.parametrize("at_once", [1, 7, 2**18])
def test_volumes_are_the_determinants(monkeypatch, at_once: int):
    monkeypatch.setattr(epoch_stability, "VOLUMES_AT_ONCE", at_once)
    z = np.random.default_rng(2).normal(size=(5, 3))
    alphas = np.array([0.01, 0.3, 2.0, 50.0])
    found = Stability(Epoch(z, 1, True))._volume(alphas)
    for alpha, volume in zip(alphas, found, strict=True):
        product = np.eye(3)
        for row in z:
            product = (np.eye(3) - alpha * np.outer(row, row)) @ product
        assert volume == pytest.approx(np.log(abs(np.linalg.det(product))), rel=1e-9)
    assert Stability(Epoch(np.array([[1.0], [2.0]]), 1, True))._volume(np.array([1.0])) == -np.inf


def test_an_example_too_weak_to_say_how_far_to_look_does_not():
    """Second moments 1, 10⁻⁵⁹ and 10⁻⁶¹: looked at is up to 2·10⁵⁹, from where on the last alone still shrinks."""
    z = np.sqrt(np.array([[1.0], [1e-59], [1e-61]]))
    grid = Stability(Epoch(z, 1, True))._grid()
    assert (grid[0], grid[-1]) == pytest.approx((2.0, 2e59), rel=1e-12)
    shrinking = Stability(Epoch(np.sqrt(np.array([[1e-61], [1.0]])), 1, True))
    assert shrinking.surely_unstable == shrinking._grid()[1]


def test_examples_of_one_length_are_looked_at_a_little_beyond_what_is_sure():
    stability = Stability(Epoch(np.array([[0.6, 0.8], [1.0, 0.0]]), 1, True))
    grid = stability._grid()
    assert (grid[0], grid[-1]) == pytest.approx((2.0, 2.0002), rel=1e-12)
    assert stability.surely_unstable == pytest.approx(2.0, rel=1e-6)


@pytest.mark.parametrize(("n", "alphas"), [(1, FINE), (200, FINE), (400, VOLUMES // 400), (10**5, COARSE)])
def test_the_more_examples_the_fewer_alphas(n: int, alphas: int):
    assert len(Stability(Epoch(np.linspace(0.5, 1.0, n)[:, None], 1, True))._grid()) == alphas


def test_which_alphas_are_looked_at():
    """One direction: all of the grid. Batches: evenly from what is stable for certain on. Single examples: closely to where volumes
    first grow, and beyond it where they shrink again."""
    one = Stability(Epoch(np.array([[1.0], [0.1]]), 1, True))
    assert one._candidates().tolist() == [one._grid()[0] * (1 - JUST), *one._grid()]
    z = np.array([[1.0, 0.0], [0.0, 0.3], [0.2, 0.2]])
    batches = Stability(Epoch(z, 2, True))
    grid = batches._grid()
    assert batches._candidates().tolist() == [grid[0] * (1 - JUST), *np.geomspace(grid[0], grid[-1], 2 * SCANNED)]
    single = Stability(Epoch(z, 1, True))
    grid, found = single._grid(), single._candidates()
    growing = next(i for i, alpha in enumerate(grid) if single._volume(np.array([alpha]))[0] > 0)
    assert found[:SCANNED] == pytest.approx(np.geomspace(grid[0] * (1 - JUST), grid[growing] * (1 + JUST), SCANNED), rel=1e-14)
    beyond = [alpha for alpha in grid[growing:] if single._volume(np.array([alpha]))[0] <= 0]
    assert found[-1] == grid[-1] * 1.01
    assert found[SCANNED:-1].tolist() == beyond[:: max(1, len(beyond) // SCANNED)]
    assert len(beyond) > SCANNED


@pytest.mark.parametrize(("f", "a", "b", "root", "looks"), [
    (lambda x: x - 2.0, 1.0, 5.0, 2.0, 3), (lambda x: x**3 - 2.0, 0.0, 4.0, 2 ** (1 / 3), 14),
    (lambda x: -1.0 / x + 1, 0.01, 9.0, 1.0, 20),
    (lambda x: -math.inf if x < 1 else x - 3.0, 0.0, 9.0, 3.0, 5), (lambda x: math.inf if x > 4 else x - 3.0, 0.0, 9.0, 3.0, 6),
    (lambda x: 2.0 - x, 5.0, 1.0, 2.0, 3),
])  # fmt: skip
def test_a_border_is_found_to_twelve_digits_from_its_far_side(f, a: float, b: float, root: float, looks: int):
    """How often a function is asked is written down: more often than that would be for nothing."""
    asked = []

    def told(x: float) -> float:
        asked.append(x)
        return f(x)

    found = _root(told, a, b)
    assert found == pytest.approx(root, rel=2e-12)
    assert f(found) >= 0.0
    assert len(asked) == looks
