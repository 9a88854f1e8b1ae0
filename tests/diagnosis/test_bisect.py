"""The boundary found by running again: held against eigenvalues and spectral radii worked out here."""

import math

import numpy as np
import pytest

import nodescope as ns
from nodescope.diagnosis.checks.bisect import bisect_alpha

DIGITS = 1e-6


def ill_conditioned(rng, n, d, condition):
    """Inputs whose second moment has this condition number."""
    u, _, v = np.linalg.svd(rng.normal(size=(n, d)), full_matrices=False)
    return np.ascontiguousarray(u @ np.diag(np.geomspace(1.0, condition**-0.5, len(v))) @ v * 10 ** rng.uniform(-3, 3))


def largest_eigenvalue(x, mean=True):
    return float(np.linalg.eigvalsh(x.T @ x / (len(x) if mean else 1))[-1])


def radius(x, alpha):
    """Spectral radius of an epoch of single examples, on the row space."""
    epoch = np.eye(x.shape[1])
    for row in x:
        epoch = (np.eye(x.shape[1]) - alpha * np.outer(row, row)) @ epoch
    v = np.linalg.svd(x, full_matrices=False)[2]
    return float(np.abs(np.linalg.eigvals(v @ epoch @ v.T)).max())


@pytest.mark.parametrize("seed", range(150))
def test_all_at_once_it_is_two_over_the_largest_eigenvalue(seed):
    rng = np.random.default_rng(seed)
    n, d, mean = int(rng.integers(2, 60)), int(rng.integers(1, 31)), bool(rng.integers(2))
    x = ill_conditioned(rng, n, d, 10 ** rng.uniform(0, 6))
    found = bisect_alpha(
        weight=rng.normal(size=d), input=x, goal=rng.normal(size=n), batch="all", reduction="mean" if mean else "sum"
    )
    limit = 2.0 / largest_eigenvalue(x, mean)
    assert found.alpha == pytest.approx(limit, rel=DIGITS)
    assert found.stable < found.alpha < found.unstable < found.stable * (1 + 1e-6)


@pytest.mark.parametrize("seed", range(40))
def test_one_example(seed):
    rng = np.random.default_rng(seed)
    x, bias = rng.normal(size=int(rng.integers(1, 6))) * 10 ** rng.uniform(-4, 4), bool(rng.integers(2))
    found = bisect_alpha(weight=np.zeros(len(x)), input=x, goal=1.0, bias=bias)
    assert found.alpha == pytest.approx(2.0 / (x @ x + bias), rel=DIGITS)


@pytest.mark.parametrize("momentum", [0.0, 0.3, 0.9, 0.99])
@pytest.mark.parametrize("rule", ["momentum", "nesterov"])
def test_momentum(rule, momentum):
    x = np.random.default_rng(5).normal(size=(20, 4))
    found = bisect_alpha(weight=np.zeros(4), input=x, goal=x[:, 0], batch="all", rule={"name": rule, "momentum": momentum})
    limit = 2 * (1 + momentum) / (1 if rule == "momentum" else 1 + 2 * momentum) / largest_eigenvalue(x)
    assert found.alpha == pytest.approx(limit, rel=DIGITS)


def test_in_order_the_first_boundary_is_given_and_not_an_island():
    """Inputs 1 and 3: (1 − alpha)(1 − 9 alpha) = −1 at 0.2616, and stable again from 0.85 on."""
    found = bisect_alpha(weight=0, input=[1.0, 3.0], goal=[1.0, 1.0])
    assert found.alpha == pytest.approx((10 - math.sqrt(28)) / 18, rel=DIGITS)


@pytest.mark.parametrize("seed", range(20))
def test_in_order_the_spectral_radius_passes_one(seed):
    rng = np.random.default_rng(seed)
    n, d = int(rng.integers(2, 20)), int(rng.integers(1, 6))
    x = rng.normal(size=(n, d))
    found = bisect_alpha(weight=np.zeros(d), input=x, goal=rng.normal(size=n))
    assert radius(x, found.alpha * (1 - DIGITS)) < 1.0 < radius(x, found.alpha * (1 + DIGITS))
    below = [radius(x, alpha) for alpha in np.linspace(0.001, 0.999, 50) * found.alpha]
    assert max(below) <= 1.0 + 1e-12


def test_momentum_in_order():
    x, m = np.random.default_rng(3).normal(size=(6, 2)), 0.9
    found = bisect_alpha(weight=[0.0, 0.0], input=x, goal=np.ones(6), rule="momentum")

    def epoch_radius(alpha):
        epoch = np.eye(4)
        for row in x:
            h = np.outer(row, row)
            epoch = np.block([[np.eye(2) - alpha * h, -alpha * m * np.eye(2)], [h, m * np.eye(2)]]) @ epoch
        return float(np.abs(np.linalg.eigvals(epoch)).max())

    assert epoch_radius(found.alpha * (1 - DIGITS)) < 1.0 < epoch_radius(found.alpha * (1 + DIGITS))


def test_frozen_weights_do_not_count():
    x = np.random.default_rng(1).normal(size=(9, 3))
    found = bisect_alpha(
        weight=np.ones(3), input=x, goal=x[:, 0], batch="all", frozen=[False, True, False], bias=True, freeze_bias=True
    )
    assert found.alpha == pytest.approx(2 / largest_eigenvalue(x[:, [0, 2]]), rel=DIGITS)


def test_of_several_nodes_the_first_to_go_decides():
    x = np.diag([1.0, 3.0])
    frozen = [[False, True], [True, False]]
    found = bisect_alpha(weight=np.zeros((2, 2)), input=x, goal=np.ones((2, 2)), batch="all", frozen=frozen)
    assert found.alpha == pytest.approx(2 / 4.5, rel=DIGITS)


@pytest.mark.parametrize("keywords", [{"input": 0.0}, {"input": 1.0, "frozen": True}, {"input": 1e-200}])
def test_where_nothing_grows_at_any_alpha(keywords):
    found = bisect_alpha(weight=0.5, goal=1.0, **keywords)
    assert found.alpha == math.inf
    assert "No alpha" in found.sentence


@pytest.mark.parametrize("size", [1e-150, 1e-100, 1e100, 1e150])
def test_inputs_whose_squares_are_at_the_ends_of_the_doubles(size):
    assert bisect_alpha(weight=0.0, input=size, goal=0.0).alpha == pytest.approx(2 / size / size, rel=DIGITS)


def test_squares_beyond_the_doubles():
    """The limit is a denormal, which has few digits."""
    assert bisect_alpha(weight=0.0, input=1e160, goal=0.0).alpha == pytest.approx(2e-320, rel=1e-3)


@pytest.mark.parametrize("seed", range(10))
def test_in_order_directions_in_which_next_to_nothing_happens_do_not_count(seed):
    """One minus nothing is 1, a little more or less where it is rounded: no growth."""
    rng = np.random.default_rng(seed)
    x = ill_conditioned(rng, 12, 5, 1e16)
    found = bisect_alpha(weight=np.zeros(5), input=x, goal=x[:, 0])
    assert found.alpha > 0.999 / np.square(x).sum(axis=1).max()
    assert radius(x, 0.9 * found.alpha) < 1.0 + 1e-10
    assert radius(x, 10 * found.alpha) > 1.0 + 1e-10


@pytest.mark.parametrize("seed", range(60))
def test_momentum_of_any_inputs(seed):
    rng = np.random.default_rng(seed)
    x, rule = ill_conditioned(rng, 20, 8, 10 ** rng.uniform(0, 6)), ["momentum", "nesterov"][seed % 2]
    found = bisect_alpha(weight=np.zeros(8), input=x, goal=x[:, 0], batch="all", rule=rule)
    assert found.alpha == pytest.approx(2 * 1.9 / (1 if rule == "momentum" else 2.8) / largest_eigenvalue(x), rel=DIGITS)


def test_a_drawn_order_is_about_right():
    x = np.random.default_rng(2).normal(size=(50, 3))
    keywords = {"weight": np.zeros(3), "input": x, "goal": x[:, 0], "order": "shuffled"}
    found = bisect_alpha(**keywords)
    low, high = ns.forecast(**keywords, alpha=0.1).limit_bounds
    assert low < found.alpha < high
    assert ns.descend(**keywords, alpha=0.9 * found.alpha, steps=10**5).mse < 1e-20
    assert not ns.descend(**keywords, alpha=1.1 * found.alpha, steps=10**5).mse < 1.0


@pytest.mark.parametrize("rule", ["adagrad", "rmsprop", "adam"])
def test_rules_that_rescale_are_judged_from_this_start(rule):
    found = bisect_alpha(weight=[3.0, -1.0], input=[[1.0, 2.0], [2.0, -1.0]], goal=[0.0, 1.0], batch="all", rule=rule)
    assert found.alpha > 0.1
    assert "this start" in found.sentence


def test_what_the_boundary_says_of_itself():
    found = bisect_alpha(weight=0.4, input=2, goal=0.6)
    assert found.forecast == 0.5
    assert found.runs > 20
    assert str(found) == found.sentence
    assert found.sentence.startswith("Stable below alpha 0.5: ")
    assert found.sentence.endswith("The forecast says 0.5.")


def test_alpha_is_not_asked_for():
    with pytest.raises(ns.InputError, match="leave alpha= out"):
        bisect_alpha(weight=0.4, input=1, goal=0.6, alpha=0.1)
    with pytest.raises(ns.InputError, match="these shapes do not fit together"):
        bisect_alpha(weight=[1.0, 2.0], input=[1.0, 2.0, 3.0], goal=0.6)
