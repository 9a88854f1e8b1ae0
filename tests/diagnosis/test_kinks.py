"""Slopes at a kink: central differences are of both sides, so they say nothing of the slope on one, and are left out."""

import pytest

import nodescope as ns

NEAR, FAR = 1e-7, 0.25
"""A step to either side of a weight of about 0 is 6e-6 long."""


def checked(weight, activation, loss="squared", goal=1.0):
    network = ns.network(weights=[[[weight]]], activations=activation)
    return ns.check_gradients(ns.descend(network=network, input=1, goal=goal, loss=loss, alpha=0.1, steps=1))


@pytest.mark.parametrize("activation", ["relu", "leaky relu"])
@pytest.mark.parametrize("weight", [NEAR, -NEAR])
def test_a_sum_near_the_kink_of_its_activation(activation, weight):
    found = checked(weight, activation)
    (slope,) = found.slopes
    assert slope.kink
    assert not slope.agrees
    assert (found.worst, found.passed) == (None, False)
    assert found.sentence == "No weighted delta of step 0 could be checked. 1 at a kink were left out."


@pytest.mark.parametrize("loss", ["absolute", {"name": "huber", "threshold": 1.0}])
def test_an_error_near_the_kink_of_its_loss(loss):
    at_kink = NEAR if loss == "absolute" else 1.0 + NEAR
    assert [slope.kink for slope in checked(at_kink, "identity", loss, goal=0.0).slopes] == [True]
    assert [slope.kink for slope in checked(-at_kink, "identity", loss, goal=0.0).slopes] == [True]


@pytest.mark.parametrize(("activation", "loss"), [("relu", "squared"), ("leaky relu", "squared"), ("identity", "absolute")])
def test_away_from_the_kink_all_is_checked(activation, loss):
    found = checked(FAR, activation, loss)
    assert [slope.kink for slope in found.slopes] == [False]
    assert found.passed


def test_a_kink_that_only_the_doubled_step_meets():
    """6e-6 to either side stay on the flat side, 12e-6 do not: what the difference is uncertain by would be wrong."""
    found = checked(-9e-6, "relu")
    assert [slope.kink for slope in found.slopes] == [True]


def test_the_others_of_the_network_are_checked_all_the_same():
    """Of two relu nodes one stands at its kink: its input's weight and bias are left out, the second node's and layer's are not."""
    network = ns.network(weights=[[[NEAR], [0.5]], [[1.0, 1.0]]], biases=[[0.0, 0.1], [0.0]], activations=["relu", "identity"])
    found = ns.check_gradients(ns.descend(network=network, input=1, goal=1, alpha=0.1, steps=1))
    assert [(slope.layer, slope.node, slope.input) for slope in found.slopes if slope.kink] == [(0, 0, 0), (0, 0, None)]
    assert found.passed
    assert found.sentence.startswith("5 weighted deltas of step 0 agree")
    assert found.sentence.endswith(" 2 at a kink were left out.")


def test_the_rounding_of_a_large_error_is_no_wrong_gradient():
    """Errors of ±1e6 whose mean is −0.001: the loss, 5e11, is known to 6e-5, which is 10 in its difference over 6e-6."""
    run = ns.descend(weight=0, input=[1, 1], goal=[1e6, -1e6 + 0.002], alpha=0.1, batch="all", steps=1)
    checked = ns.check_gradients(run, 0)
    assert checked.slopes[0].weighted_delta == pytest.approx(-0.001)
    assert checked.slopes[0].uncertain > 1000
    assert checked.passed
