"""Where a slow node stops: held against the node itself, step by step, where the update is exactly half the gap between doubles."""

import math
import random

import pytest

import nodescope as ns
from nodescope.theory.stall import OneWeight, before, stall, steps_until

STEPS = 3000


def walked(start: float, x: float, goal: float, alpha: float) -> float | None:
    """The weight that stays, by going there; None where that takes long."""
    weight = start
    for _ in range(STEPS):
        new = weight - alpha * ((weight * x - goal) * x)
        if new == weight:
            return weight
        weight = new
    return None


def nearby(weight: float, doubles: int) -> float:
    for _ in range(abs(doubles)):
        weight = math.nextafter(weight, math.copysign(math.inf, doubles))
    return weight


@pytest.mark.parametrize("goal", [1.0, -1.0])
def test_in_a_long_stretch_of_ties_the_first_even_double_is_the_end(goal):
    """Story: of a stretch of 2⁵² doubles whose update is exactly half a gap the last was told, or one of those 64 before it."""
    start = math.copysign(2.0**-55 * (1 + 2.0**-52), goal)
    next_one = math.copysign(2.0**-55 * (1 + 2.0**-51), goal)
    assert walked(start, 1.0, goal, 2.0**-108) == next_one
    assert stall(OneWeight(1.0, goal, 2.0**-108), start) == next_one


def test_ends_among_ties_are_those_of_the_walk():
    """Alphas made so that at some double near the start the update is half the gap, of inputs whose products skip doubles."""
    rng, compared, odd = random.Random(5), 0, 0
    while compared < 1500:
        x, weight = rng.uniform(0.5, 4.0) * rng.choice([1, -1]), rng.uniform(-2.0, 2.0)
        goal = weight * x * (1 + rng.choice([-1, 1]) * 2.0 ** rng.uniform(-49, -30))
        delta = weight * x - goal
        alpha = 0.5 * math.ulp(weight) / abs(delta * x)
        if not 0 < alpha * x * x < 0.25:
            continue
        start = nearby(weight, rng.choice([-1, 1]) * rng.randrange(40))
        end = walked(start, x, goal, alpha)
        if end is None:
            continue
        compared += 1
        assert stall(OneWeight(x, goal, alpha), start) == end, (start, x, goal, alpha)
        odd += math.frexp(end)[0] * 2**53 % 2 == 1
    assert odd > 100  # both kinds are among them


def test_a_zero_below_zero_is_a_zero_after_one_step():
    """−0.0 − (−0.0) is 0.0, which stays: two weights that are equal, and not the same bits."""
    found = ns.forecast(weight=-0.0, input=-0.04, goal=-0.0, alpha=3e-321)
    assert str(found.final_weight) == "0.0"
    assert found.settles_at == 1


def counted(start: float, x: float, goal: float, alpha: float) -> int | None:
    """Updates until the weight stays, one by one; None where that takes long."""
    weight = start
    for step in range(30_000):
        new = weight - alpha * ((weight * x - goal) * x)
        if new == weight:
            return step
        weight = new
    return None


def test_how_many_steps_it_takes_is_what_is_counted():
    """Through several binades, from either side, and from so near that every step is a few doubles long."""
    rng, compared = random.Random(8), 0
    for number in range(150):
        x, goal = rng.uniform(0.5, 2.0) * rng.choice([1, -1]), rng.uniform(0.1, 3.0) * rng.choice([1, -1])
        alpha = 10.0 ** rng.uniform(-2.7, -0.7) / x**2
        start = rng.choice([0.0, rng.uniform(-9, 9), 1e-9, 1e6]) if number % 2 else nearby(goal / x, rng.choice([-1, 1]) * 4000)
        steps, node = counted(start, x, goal, alpha), OneWeight(x, goal, alpha)
        end = stall(node, start)
        if steps is None or end is None:
            continue
        compared += 1
        assert steps_until(node, start, end) == pytest.approx(steps, rel=0.01, abs=4), (start, x, goal, alpha)
    assert compared > 100


def test_no_steps_where_it_is_there_already_and_none_that_can_be_said_where_they_are_too_small():
    assert steps_until(OneWeight(1.0, 1.0, 0.1), 0.5, 0.5) == 0
    assert steps_until(OneWeight(1.0, 1.0, 1e-280), 0.5, 0.6) is not None
    assert steps_until(OneWeight(1.0, 1.0, 0.9e-280), 0.5, 0.6) is None


@pytest.mark.parametrize(("start", "expected"), [(0.0, -3), (2.0, 3)])
def test_doubles_before_the_end_lie_on_the_side_of_the_start(start: float, expected: int):
    assert before(0.7, start, 3) == nearby(0.7, expected)
    assert before(0.7, nearby(0.7, expected), 3) == nearby(0.7, expected)
    assert before(0.7, nearby(0.7, expected), 4) == nearby(0.7, expected)


def test_a_node_that_would_leave_the_numbers_stops_nowhere():
    assert stall(OneWeight(1e200, 1.0, 1e200), 1.0) is None
    assert stall(OneWeight(1.0, 0.6, 0.1), 0.6) == 0.6
