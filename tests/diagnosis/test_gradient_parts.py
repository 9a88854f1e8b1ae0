"""The check of weighted deltas, part by part: its sentences, which weights it takes, what a difference is, where a kink lies."""

import math
from typing import Any

import numpy as np
import pytest

import nodescope as ns
from nodescope.diagnosis.checks import gradients
from nodescope.diagnosis.checks.gradients import GradientCheck, Slope
from nodescope.run.making import make_recipe


def slope(error: float = 0.0, uncertain: float = 0.0, place: int | None = 1, kink: bool = False) -> Slope:
    return Slope(0, 2, place, 0.125, 0.25, 1e-5, error, uncertain, kink)


SENTENCES = {
    "No weighted delta of step 1,234 could be checked.": GradientCheck(1234, (), None, False),
    "No weighted delta of step 0 could be checked. 1 at a kink were left out.": GradientCheck(0, (slope(kink=True),), None, False),
    "2 weighted deltas of step 1,234 agree with central differences; furthest apart at layer 0, node 2, input 1: 0.125 beside 0.25 "
    "(0.5 of the layer's largest). 1 at a kink were left out.": GradientCheck(
        1234, (slope(0.5), slope(), slope(kink=True)), slope(0.5), True
    ),
    "1 weighted deltas of step 0 do NOT agree with central differences; furthest apart at layer 0, node 2, bias: 0.125 beside 0.25 "
    "(0.5 of the layer's largest).": GradientCheck(0, (slope(0.5, place=None),), slope(0.5, place=None), False),
}


def test_what_is_said():
    assert [str(found) for found in SENTENCES.values()] == list(SENTENCES)


def test_what_agrees():
    """Within a millionth, and what the difference is uncertain by."""
    asked = [(1e-6, 0.0), (1.5e-6, 0.0), (0.2, 0.25), (0.3, 0.25)]
    assert [slope(error, uncertain).agrees for error, uncertain in asked] == [True, False, True, False]


@pytest.mark.parametrize(("most", "count"), [(None, 13), (13, 13), (12, 7), (5, 5), (1, 1), (100, 13)])
def test_how_many_are_checked(most: int | None, count: int):
    """Evenly spaced ones of the 13 weights of 2 inputs, 3 nodes and 1."""
    network: dict[str, Any] = {"network": ns.network([2, 3, 1], seed=0), "input": [[0, 1], [1, 1]], "goal": [1, 0], "alpha": 0.1}
    run = ns.descend(**network, steps=3)
    found = ns.check_gradients(run, 1, most=most)
    assert (len(found.slopes), found.passed, found.step) == (count, True, 1)
    places = [(one.layer, one.node, one.input) for one in ns.check_gradients(run, -1).slopes]
    assert places == [
        *((0, node, place) for node in range(3) for place in (0, 1, None)),
        *((1, 0, place) for place in (0, 1, 2, None)),
    ]
    in_turn = ns.descend(**network, steps=3, update_order="sequential")
    assert [one.layer for one in ns.check_gradients(in_turn).slopes] == [1] * 4


def test_a_slope_by_hand():
    """Of ½ (w − 0.6)² at 0.4: −0.2, by a difference over 2 ε, with ε a cube root of 2⁻⁵² times 1.4."""
    (one,) = ns.check_gradients(ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1, steps=2)).slopes
    assert one.epsilon == pytest.approx(1.4 * 2.0 ** (-52 / 3))
    assert (one.weighted_delta, one.difference) == (pytest.approx(-0.2), pytest.approx(-0.2))
    assert one.error == pytest.approx(abs(one.difference - one.weighted_delta) / 0.2)
    least = 16 * 2.0**-52 * 0.02 / one.epsilon / 0.2
    assert least < one.uncertain < 1e-8
    assert (one.layer, one.node, one.input, one.kink, one.agrees) == (0, 0, 0, False, True)


def test_nothing_can_be_checked_of_no_step():
    with pytest.raises(ns.InputError, match=r"^the run made no step: there is no weighted delta to check$"):
        ns.check_gradients(ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1, steps=0))


SIDES = {
    # predictions are 0.5, 1 and −2
    "squared": ({}, [0.0, 1.0, 1.0], []), "absolute": ({"loss": "absolute"}, [0.0, 1.0, 1.0], [True, False, False]),
    "huber": ({"loss": {"name": "huber", "threshold": 0.5}}, [0.0, 1.0, 1.0], [False, False, True]),
    "hinge": ({"loss": "hinge"}, [0, 1, 0], [True, False, False]),
}  # fmt: skip


def loss_at(weight: float, settings: dict[str, Any], goal: list[float]) -> tuple[float, list[bool]]:
    problem = make_recipe(weight=weight, input=[0.5, 1.0, -2.0], goal=goal, alpha=0.1, batch="all", **settings).problem
    total, sides, predictions = gradients._loss(problem, np.array([weight]), True)
    assert predictions.ravel() == pytest.approx(np.array([0.5, 1.0, -2.0]) * weight)
    assert gradients._loss(problem, np.array([weight]), False)[0] == pytest.approx(3 * total)
    return total, sides.tolist()


def test_the_loss_and_the_sides_of_its_kinks():
    found = {kind: loss_at(1.0, settings, goal)[1] for kind, (settings, goal, _) in SIDES.items()}
    assert found == {kind: sides for kind, (_, _, sides) in SIDES.items()}
    assert loss_at(1.0, {}, [0.0, 1.0, 1.0])[0] == pytest.approx((0.5**2 + 0 + 3**2) / 2 / 3)
    assert loss_at(1.0, {"loss": "absolute"}, [0.0, 1.0, 1.0])[0] == pytest.approx((0.5 + 0 + 3) / 3)


def test_a_kink_between_the_two():
    """The sum of a ReLU changes its sign within ε of 0."""

    def kinks(weight: float) -> list[bool]:
        network = ns.network(weights=[[[weight]]], activations=["relu"])
        return [
            one.kink
            for one in ns.check_gradients(ns.descend(network=network, input=[[1.0]], goal=[1.0], alpha=0.1, steps=1)).slopes
        ]

    epsilon = 2.0 ** (-52 / 3)
    assert kinks(0.5) == [False]
    assert kinks(0.9 * epsilon) == [True]
    assert kinks(1.9 * epsilon) == [True]  # where ε is doubled
    assert kinks(2.2 * epsilon) == [False]
    assert math.isclose(epsilon, 6.055454452393343e-06)
