"""Whether the error grows at an alpha, judged by running: on nodes whose limit is known by hand."""

import math
from typing import Any

import numpy as np
import pytest

from nodescope.diagnosis.checks import growth
from nodescope.run.making import make_recipe

ONE: dict[str, Any] = {"weight": 0.4, "input": 2, "goal": 0.6}
TWO: dict[str, Any] = {"weight": 0.5, "input": [1, 2], "goal": [1, 0]}


def judges(**keywords: Any) -> list[growth.GrowthJudge]:
    recipe = make_recipe(alpha=0.1, **keywords)
    return growth.judges(recipe.problem, recipe.start_weights())


LIMITS = {
    # an input x is stable below 2 ÷ x²; two in a batch by the mean of their squares, or the sum; with momentum μ times 1 + μ; one
    # after another an epoch multiplies by (1 − α)(1 − 4α), in any order: stable below 1.25
    "one": (ONE, 0.5, 1e-6), "batch": (TWO | {"batch": "all"}, 0.8, 1e-6),
    "summed": (TWO | {"batch": "all", "reduction": "sum"}, 0.4, 1e-6), "momentum": (ONE | {"rule": "momentum"}, 0.95, 1e-4),
    "in turn": (TWO, 1.25, 1e-6), "shuffled": (TWO | {"order": "shuffled"}, 1.25, 1e-3), "bias": (ONE | {"bias": 0.5}, 0.4, 1e-6),
    "a bias that is frozen": (ONE | {"bias": 0.5, "freeze_bias": True}, 0.5, 1e-6),
    "large numbers": ({"weight": 0.4, "input": 2e150, "goal": 0.6}, 0.5e-300, 1e-6),
    "small numbers": ({"weight": 0.4, "input": 2e-100, "goal": 0.6}, 0.5e200, 1e-6),
}  # fmt: skip


@pytest.mark.parametrize("kind", LIMITS)
def test_it_grows_above_the_limit_and_not_below(kind: str):
    keywords, limit, near = LIMITS[kind]
    (judge,) = judges(**keywords)
    grows = [judge.grows(limit * (1.0 + part)) for part in (-0.5, -near, near, 0.5)]
    assert grows == [False, False, True, True]
    assert judge.runs == 4


JUDGED = {
    # from where alphas are tried, by what ratio, and how it is judged
    "one": (ONE, 0.25, 2.0, "the growth of the excess over 64 steps along the top direction"),
    "batch": (TWO | {"batch": "all"}, 0.4, 2.0, "the growth of the excess over 64 steps along the top direction"),
    "summed": (TWO | {"batch": "all", "reduction": "sum"}, 0.2, 2.0,
               "the growth of the excess over 64 steps along the top direction"),
    # ln 1e-9 ÷ ln 0.9 is 196.7
    "momentum": (ONE | {"rule": "momentum"}, 0.025, 2.0, "the growth of the excess over 197 steps along the top direction"),
    "in turn": (TWO, 0.25, 1.02, "what 2³⁴ epochs make of the excess, from one epoch run from every direction"),
    "shuffled": (TWO | {"order": "shuffled"}, 0.25, 1.1, "the growth of the excess over 100 epochs from 8 random directions"),
    "no input": ({"weight": 0.4, "input": 0, "goal": 0.6}, 8e307, 2.0,
                 "every weight that could move has inputs of 0, or there is none"),
    "frozen": (ONE | {"frozen": True}, 8e307, 2.0, "every weight that could move has inputs of 0, or there is none"),
    "adam": (ONE | {"rule": "adam"}, 1e-4, 1.5, "whether the excess of this start is larger after 200 steps"),
    "adam at the best": ({"weight": 0.5, "input": 2, "goal": 1, "rule": "adam"}, 1e-3, 1.5,
                         "whether the excess of this start is larger after 200 steps"),
    "adam, an epoch of 30": ({"weight": 1.0, "input": [1.0] * 30, "goal": [0.0] * 30, "rule": "adam"}, 1e-3, 1.5,
                             "whether the excess of this start is larger after 240 steps"),
}  # fmt: skip


@pytest.mark.parametrize("kind", JUDGED)
def test_how_it_is_judged(kind: str):
    keywords, start, ratio, says = JUDGED[kind]
    (judge,) = judges(**keywords)
    assert (judge.start, judge.ratio, judge.judged) == (pytest.approx(start), ratio, says)


def test_what_never_moves_never_grows():
    for keywords in ({"weight": 0.4, "input": 0, "goal": 0.6}, ONE | {"frozen": True}):
        assert not judges(**keywords)[0].grows(1e300)


def test_adam_grows_where_a_step_is_far_beyond_the_excess():
    (judge,) = judges(**ONE, rule="adam")
    assert [judge.grows(alpha) for alpha in (1e-4, 1e6)] == [False, True]


def test_nodes_that_have_the_same_frozen_weights_are_judged_together():
    x = [[1.0, 2.0], [0.5, -1.0]]
    assert len(judges(input=x, goal=[[1, 2, 3]] * 2, batch="all")) == 1
    assert len(judges(input=x, goal=[[1, 2, 3]] * 2, batch="all", frozen=[[True, False], [False, False], [True, False]])) == 2


def test_growth_of_an_epochs_map():
    """The logarithm of its largest eigenvalue in size, however it is reached."""
    maps = {
        math.log(2.0): np.diag([2.0, 0.5]), math.log(3.0): np.array([[0.0, 3.0], [-3.0, 0.0]]), -math.log(4.0): np.array([[0.25]]),
        -math.inf: np.zeros((2, 2)), math.inf: np.array([[1.0, np.inf], [0.0, 1.0]]),
    }  # fmt: skip
    assert [growth._growth(one) for one in maps.values()] == pytest.approx(list(maps))
    assert growth._growth(np.array([[0.0, 1.0], [0.0, 0.0]])) == -math.inf
    assert 0.0 < growth._growth(np.array([[1.0, 1.0], [0.0, 1.0]])) < 1e-8


def test_directions_that_are_there():
    found, largest = growth._directions(np.array([[2.0, 0.0], [0.0, 0.0]]))
    assert (np.abs(found).tolist(), largest) == ([[1.0, 0.0]], 2.0)
    assert [len(growth._directions(np.array([[1.0, 0.0], [0.0, small]]))[0]) for small in (1e-15, 1e-16)] == [2, 1]
    none, zero = growth._directions(np.zeros((3, 2)))
    assert (none.shape, zero) == ((0, 2), 0.0)


def test_sizes():
    recipe = make_recipe(**TWO, alpha=0.1, rule="momentum", bias=0.0)
    state = np.array([1.0, -3.0, 0.5, -20.0])
    assert [growth._size(recipe.problem, alpha, state) for alpha in (0.1, 0.5)] == [3.0, 10.0]
    assert growth._size(make_recipe(**TWO, alpha=0.1, bias=0.0).problem, 0.1, state[:2]) == 3.0
    x = np.array([[1.0, 2.0], [3.0, 0.0]])
    both = TWO | {"batch": "all"}
    assert growth._largest_square(make_recipe(**both, alpha=0.1).problem, x) == 9.0
    assert growth._largest_square(make_recipe(**both, reduction="sum", alpha=0.1).problem, x) == 18.0
    assert [growth._largest_square(make_recipe(**both, alpha=0.1).problem, x * by) for by in (1e200, 1e-200)] == [1e300, 1e-300]
    sizes = {1.0: 0.5, 3.0: 0.25, 0.3: 2.0, 1e308: 2.0**-1000, 1e-308: 2.0**1000}
    found = [growth._about_one(make_recipe(weight=0, input=size, goal=0, alpha=0.1).problem) for size in sizes]
    assert found == list(sizes.values())


def test_the_excess_is_the_way_to_the_best_weights():
    """By hand: 2 w = 0.6 at 0.3; with a frozen first weight of 1 the other's best is (0.6 − 2) ÷ 1; ones where it starts there."""
    recipe = make_recipe(**ONE, alpha=0.1)
    assert growth._excess(recipe.problem, recipe.start_weights()) == pytest.approx(np.array([[0.1]]))
    recipe = make_recipe(weight=[1.0, 0.5], input=[2, 1], goal=0.6, alpha=0.1, frozen=[True, False])
    assert growth._excess(recipe.problem, recipe.start_weights()) == pytest.approx(np.array([[0.0, 1.9]]))
    recipe = make_recipe(weight=0.5, input=2, goal=1, alpha=0.1)
    assert growth._excess(recipe.problem, recipe.start_weights()).tolist() == [[1.0]]
