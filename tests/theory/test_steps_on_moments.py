"""How far steps on a few examples may be from those on the rows: the bound by its words, summed up step by step."""

import math

import numpy as np
import pytest

from nodescope.theory.moments import PART, UNIT, Steps, taken, triangles_of
from nodescope.theory.triangles import LEAF


def by_its_words(steps: Steps) -> float:
    """The docstring's sums, one step after another."""
    c, size = len(steps.inputs), np.sqrt((steps.inputs**2).mean(axis=0))
    moments = steps.inputs.T @ steps.inputs / c
    values, directions = np.linalg.eigh(moments)
    factors = 1.0 - steps.alpha * values
    slopes = directions.T @ (steps.inputs.T @ (steps.goal - steps.inputs @ steps.start)) / c
    still, growing = [], []
    for factor, slope in zip(factors, slopes, strict=True):
        power, total, most = 1.0, 0.0, 0.0
        for _ in range(steps.steps):
            total += power
            power *= factor
            most = max(most, abs(total))
        (growing if abs(factor) > 1.0 else still).append(abs(steps.alpha * slope) * most)
    far, away = np.linalg.norm(steps.start) + np.linalg.norm(still), np.linalg.norm(growing)
    grows = np.abs(factors).max() * (1 + 4 * UNIT * c)
    added = sum(grows**t for t in range(steps.steps))
    each = abs(steps.alpha) * steps._rounding() * np.linalg.norm(size)
    of_weights, of_goal = each * size.sum() + 4 * UNIT, each * math.sqrt((steps.goal**2).mean())
    if grows > 1.0 + 1e-12:
        found = added * (of_goal + of_weights * far) + of_weights * away * steps.steps / grows
        return float(found * math.exp(steps.steps * of_weights))
    found = 0.0
    for _ in range(2):
        found = added * (of_goal + of_weights * (far + away + found))
    return float(found)


@pytest.mark.parametrize("alpha", [0.01, 0.3, 0.9, 1.4, -0.2])
@pytest.mark.parametrize("count", [1, 2, 7, 60])
@pytest.mark.parametrize("flat", [False, True])
def test_the_bound_is_the_one_of_its_words(alpha: float, count: int, flat: bool):
    """Shrinking, turning round, growing; with a direction that no example has, whose factor is 1."""
    rng = np.random.default_rng(6)
    x = rng.normal(size=(5, 3))
    x[:, 2] = 2 * x[:, 1] if flat else x[:, 2]
    steps = Steps(x / np.linalg.norm(x, 2) * math.sqrt(5), rng.normal(size=5), rng.normal(size=3), 2 * alpha, count, 5000)
    wanted = by_its_words(steps)
    if alpha > 1 and count % 2 == 0:  # of a sum that swings wider and wider the one more is taken that would be larger
        assert wanted * (1 - 1e-9) < steps.bound() < 1.5 * wanted
    else:
        assert steps.bound() == pytest.approx(wanted, rel=1e-7, abs=0)


def test_what_no_double_holds_is_infinite():
    ones = np.ones((2, 1))
    assert Steps(1e200 * ones, np.ones(2), np.ones(1), 1.0, 5, 2).bound() == math.inf
    assert Steps(ones, np.ones(2), np.ones(1), 1e3, 10**6, 2).bound() > 1e290


class _Door:
    """It makes its tasks here, and writes down what they were."""

    def __init__(self, at_once: int) -> None:
        self.at_once, self.tasks = at_once, []

    def hold(self, make, given):
        return make(given)

    def map(self, function, tasks):
        for task in tasks:
            self.tasks.append(task)
            yield function(*task)


@pytest.mark.parametrize(("rows", "at_once", "size"), [
    (3 * PART, 1, PART // 2), (4 * PART, 1, PART), (PART, 2, PART // 8), (PART, 10**4, LEAF), (100, 2, LEAF), (LEAF + 1, 1, LEAF),
])  # fmt: skip
def test_each_who_makes_triangles_has_four_parts_to_make(rows: int, at_once: int, size: int):
    """Of 2^h leaves, where there are so many; each is sent its own rows of an array."""
    x, goal, door = np.arange(float(rows))[:, None], np.ones((rows, 1)), _Door(at_once)
    few = taken(x, goal, door)
    sizes = [len(held[0]) for held, _, _ in door.tasks]
    assert sizes == [size] * (rows // size) + [rows % size] * (rows % size > 0)
    assert [(start, stop) for _, start, stop in door.tasks] == [(0, length) for length in sizes]
    assert [part.tobytes() for part in few] == [part.tobytes() for part in taken(x, goal)]


def test_rows_are_read_at_most_so_many_at_a_time():
    class Asked(np.ndarray):
        def __getitem__(self, rows):
            if isinstance(rows, slice):
                asked.append((rows.start, rows.stop))
            return super().__getitem__(rows)

    asked = []
    triangles_of(np.ones((2 * PART + 5, 1)).view(Asked), np.ones((2 * PART + 5, 1)), 3, 2 * PART + 4)
    assert asked == [(3, PART + 3), (PART + 3, 2 * PART + 3), (2 * PART + 3, 2 * PART + 4)]
