"""The local limit of a network's alpha, where the curvature is known by hand."""

import pytest

import nodescope as ns

PLAIN, MOMENTUM = {"name": "plain"}, {"name": "momentum", "momentum": 0.5}


def local_limit(alpha, rule, batch="all"):
    """A layer on one side of its kink; by its inputs the curvature is diag(2, ½), so 2/λmax is 1, and of (2, 0) alone it is ½."""
    network = ns.network(weights=[[[0.1, 0.2]]], activations="leaky relu")
    run = ns.descend(network=network, input=[[2, 0], [0, 1]], goal=[1, 1], alpha=alpha, rule=rule, batch=batch, steps=1)
    return next(f for f in ns.diagnose(run).findings if f.name == "local limit")


@pytest.mark.parametrize(("rule", "limit"), [(PLAIN, 1.0), (MOMENTUM, 1.5)])
def test_momentum_moves_the_limit_by_one_and_its_damping(rule, limit):
    """Polyak 1964: stable below 2(1 + m)/λmax."""
    assert local_limit(0.75, rule).predicted == pytest.approx(limit, rel=1e-9)


def test_an_alpha_that_momentum_makes_stable_is_not_called_too_large():
    assert "1.2 times the local limit 1 " in local_limit(1.2, PLAIN).text
    assert "0.8 times the local limit 1.5 " in local_limit(1.2, MOMENTUM).text


@pytest.mark.parametrize(("rule", "alone"), [(PLAIN, "0.5 "), (MOMENTUM, "0.75 ")])
def test_the_steepest_example_alone_has_the_same_damping(rule, alone):
    assert f"that of the steepest example alone, {alone}" in local_limit(0.25, rule, batch=1).text
