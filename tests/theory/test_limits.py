"""The limit of every rule, held against the spectral radius of its two-term recurrence and against runs that are really made."""

import numpy as np
import pytest

import nodescope as ns
from nodescope.arithmetic.rules import RULES, as_rule
from nodescope.theory.limits import limit, limit_times_curvature, roots

MOMENTA = [0.0, 0.1, 0.5, 0.9, 0.99]


def recurrence(product: float, momentum: float, nesterov: bool, entering: float = 1.0) -> np.ndarray:
    """One step of (distance, velocity) where the gradient is 1 × the distance and alpha is `product`, written out."""
    velocity = np.array([entering, momentum])
    step = np.array([1.0, 0.0]) + momentum * velocity if nesterov else velocity
    return np.array([np.array([1.0, 0.0]) - product * step, velocity])


def radius(*parts: float | bool) -> float:
    return float(np.abs(np.linalg.eigvals(recurrence(*parts))).max())


@pytest.mark.parametrize("entering", [1.0, 0.3])
@pytest.mark.parametrize("nesterov", [False, True])
@pytest.mark.parametrize("momentum", MOMENTA)
def test_below_the_limit_the_spectral_radius_is_below_1_and_above_it_above(momentum: float, nesterov: bool, entering: float):
    found = limit_times_curvature(momentum, nesterov=nesterov, entering=entering)
    assert max(radius(part * found, momentum, nesterov, entering) for part in np.linspace(0.001, 0.999999, 200)) < 1.0
    assert radius(1.000001 * found, momentum, nesterov, entering) > 1.0


def test_known_limits():
    assert limit(as_rule("plain"), 4.0) == 0.5
    assert limit(as_rule({"name": "momentum", "momentum": 0.5}), 1.0) == 3.0
    assert limit(as_rule("nesterov"), 1.0) == pytest.approx(1.357142857142857, rel=1e-15)
    assert limit_times_curvature(0.9, entering=1.0 - 0.9) == pytest.approx(38.0)  # Adam's, of the curvature that it feels
    assert limit(as_rule("plain"), -1.0) == limit(as_rule("plain"), 0.0) == np.inf
    assert [name for name in RULES if limit(RULES[name](), 1.0) is None] == ["adagrad", "rmsprop", "adam", "adamw"]


@pytest.mark.parametrize("name", ["plain", "momentum", "nesterov"])
@pytest.mark.parametrize("momentum", MOMENTA)
def test_roots_are_the_eigenvalues_of_the_recurrence(name: str, momentum: float):
    rule = as_rule(name if name == "plain" else {"name": name, "momentum": momentum})
    m = 0.0 if name == "plain" else momentum
    for product in np.linspace(0.01, 4.5, 37):
        found = roots(rule, np.array([product]))
        expected = np.linalg.eigvals(recurrence(product, m, name == "nesterov"))
        assert np.sort(np.abs([found.larger[0], found.smaller[0]])) == pytest.approx(np.sort(np.abs(expected)), abs=1e-7)
        two_steps = np.linalg.matrix_power(recurrence(product, m, name == "nesterov"), 1) @ [1.0, 0.0]
        assert found.first[0] == pytest.approx(two_steps[0])


@pytest.mark.parametrize(("name", "factor"), [("plain", 1.0), ("momentum", 1.0), ("nesterov", 1.9)])
def test_factors_whose_squares_no_double_holds(name: str, factor: float):
    found = roots(as_rule(name), np.array([1e200, np.inf]))
    assert found.signed[0] == pytest.approx(-factor * 1e200)
    assert found.signed[1] == -np.inf
    assert np.isfinite(found.smaller).all()


@pytest.mark.parametrize("rule", ["plain", "momentum", "nesterov"])
def test_the_local_limit_of_a_network_of_identities_is_where_its_runs_diverge(rule: str):
    """Of y = 2x with a frozen first weight of 1: λ is the mean of x², 5."""
    keywords = {"input": [[1.0], [3.0]], "goal": [2.0, 6.0], "batch": "all", "rule": rule, "frozen": [True, None]}
    network = ns.network(weights=[[[1.0]], [[2.0 + 1e-6]]], activations="identity")
    foretold = ns.forecast(network=network, **keywords, alpha=0.1)
    assert foretold.local_limit == pytest.approx({"plain": 2.0, "momentum": 3.8, "nesterov": 3.8 / 2.8}[rule] / 5.0, rel=1e-6)
    ends = [ns.descend(network=network, **keywords, alpha=part * foretold.local_limit, steps=2000).mse for part in (0.99, 1.01)]
    assert ends[0] < 1e-12 < ends[1]
