"""Curvature of networks whose Hessian is known by hand."""

import numpy as np
import pytest

import nodescope as ns
from nodescope.theory import sharpness as module
from nodescope.theory.sharpness import largest_eigenvalue, looked_at, sharpness, steepest_example


def at_start(run: ns.Run):
    return run.recipe.problem, run.recipe.start_weights()


def two_in_a_row(w1: float, w2: float, goal: float, **more):
    network = ns.network(weights=[[[w1]], [[w2]]], activations="identity")
    return ns.descend(
        **{"network": network, "input": [[1.0]], "goal": np.atleast_1d(goal), "alpha": 0.1, "steps": 0, "batch": "all"} | more
    )


@pytest.mark.parametrize(("w1", "w2", "goal"), [(1.0, 1.0, 0.0), (2.0, 0.5, 3.0), (0.1, -0.2, 1.0)])
def test_two_identity_nodes_in_a_row(w1, w2, goal):
    """F = ½ (w₂ w₁ − goal)², its Hessian [[w₂², 2 w₁ w₂ − goal], [·, w₁²]]."""
    problem, start = at_start(two_in_a_row(w1, w2, goal))
    values, vectors = np.linalg.eigh([[w2 * w2, 2 * w1 * w2 - goal], [2 * w1 * w2 - goal, w1 * w1]])
    found = sharpness(problem, start)
    assert found.value == pytest.approx(values[-1], rel=1e-10)
    assert np.abs(found.direction) == pytest.approx(np.abs(vectors[:, -1]), abs=1e-8)
    assert found.shares == pytest.approx(vectors[:, -1] ** 2, abs=1e-8)
    assert found.residual < 1e-9
    assert steepest_example(problem, start) == pytest.approx(w1 * w1 + w2 * w2, rel=1e-14)


def test_frozen_weights_do_not_bend():
    problem, start = at_start(two_in_a_row(2.0, 0.5, 3.0, frozen=[[[True]], [[False]]]))
    assert sharpness(problem, start).value == pytest.approx(4.0, rel=1e-12)
    problem, start = at_start(two_in_a_row(2.0, 0.5, 3.0, frozen=[[[True]], [[True]]]))
    assert sharpness(problem, start).value == 0.0


def test_a_sum_bends_as_often_as_it_adds():
    alike = {"input": [[1.0]] * 4}
    mean, total, pairs = (
        sharpness(*at_start(two_in_a_row(1.0, 1.0, [0.0] * 4, **alike, reduction=reduction, batch=batch))).value
        for reduction, batch in (("mean", "all"), ("sum", "all"), ("sum", 2))
    )
    assert (mean, total, pairs) == pytest.approx((3.0, 12.0, 6.0), rel=1e-10)


@pytest.mark.parametrize("loss", ["absolute", {"name": "huber", "threshold": 0.5}])
def test_far_from_the_goal_these_losses_bend_by_their_network_alone(loss):
    """Slope −1 or −½ of the loss, whose own curvature is 0: the Hessian is [[0, slope], [slope, 0]]."""
    slope = 1.0 if loss == "absolute" else 0.5
    assert sharpness(*at_start(two_in_a_row(1.0, 1.0, 5.0, loss=loss))).value == pytest.approx(slope, rel=1e-10)


def test_of_many_examples_some_are_looked_at():
    for n, step, seen in ((2048, 1, 2048), (2049, 2, 1025), (5000, 3, 1667)):
        problem = ns.descend(input=np.ones((n, 1)), goal=np.ones(n), alpha=0.1, steps=0).recipe.problem
        assert looked_at(problem).step == step
        assert len(problem.input[looked_at(problem)]) == seen


def test_the_largest_eigenvalue_of_a_known_matrix():
    """Not the largest in size; of equal ones it stops after a turn; of none that is free it is 0."""
    for values in ([3.0, -7.0, 1.0, 2.9], [1.0, 1.0, 1.0, 1.0], [-1.0, -2.0, -3.0, -4.0], [1e-9, 1.0, 1e9, 5.0]):
        matrix = np.diag(values)
        value, vector, residual = largest_eigenvalue(lambda v, m=matrix: m @ v, 4, np.ones(4))
        assert value == pytest.approx(max(values), rel=1e-9)
        assert np.linalg.norm(matrix @ vector - value * vector) <= residual + 1e-6 * abs(value)
        assert np.linalg.norm(vector) == pytest.approx(1.0)
    assert largest_eigenvalue(lambda v: v, 4, np.zeros(4))[0] == 0.0
    assert np.isnan(largest_eigenvalue(lambda v: v * np.nan, 4, np.ones(4))[0])


def test_products_are_few_where_few_tell_all():
    calls = []

    def times(v):
        calls.append(1)
        return v * np.array([2.0, 2.0, 5.0, 5.0])

    assert largest_eigenvalue(times, 4, np.ones(4))[0] == pytest.approx(5.0, rel=1e-12)
    assert len(calls) == 2
    assert largest_eigenvalue(lambda v: v * np.arange(1.0, 101.0), 100, np.ones(100), turns=3)[0] < 100.0


@pytest.mark.parametrize(("values", "sure", "products"), [
    (np.arange(1.0, 101.0), 1e-6, 47), (np.arange(1.0, 101.0), 1e-3, 30), (2.0 ** -np.arange(40.0), 1e-6, 7),
    (np.array([5.0, *np.linspace(0.0, 1.0, 50)]), 1e-6, 7), (np.array([-9.0, *np.linspace(0.0, 1.0, 50)]), 1e-6, 35),
    (np.array([1.0, 1.0, 1.0, -1.0]), 1e-6, 2), (np.zeros(5), 1e-6, 1),
])  # fmt: skip
def test_how_many_products_a_spectrum_takes(values: np.ndarray, sure: float, products: int):
    """Written down: more would be for nothing, and fewer would not be as sure."""
    asked: list[np.ndarray] = []
    found, vector, residual = largest_eigenvalue(
        lambda v: asked.append(v) or values * v, len(values), np.ones(len(values)), sure=sure
    )
    assert found == pytest.approx(values.max(), rel=10 * sure)
    assert len(asked) == products
    assert residual == pytest.approx(float(np.linalg.norm(values * vector - found * vector)), rel=1e-3, abs=1e-13)
    angles = np.array(asked) @ np.array(asked).T
    assert angles == pytest.approx(np.eye(products), abs=1e-14)


def test_the_search_starts_from_the_same_direction_over_what_is_free():
    """Of three weights the second is frozen: both others are asked for, and the first direction is written down."""
    asked: list[np.ndarray] = []
    free = np.array([1.0, 0.0, 1.0])
    found, vector, _ = largest_eigenvalue(lambda v: asked.append(v) or np.array([1.0, 9.0, 2.0]) * v, 3, free)
    assert found == pytest.approx(2.0, rel=1e-12)
    assert np.abs(vector) == pytest.approx([0.0, 0.0, 1.0], abs=1e-12)
    assert len(asked) == 2
    assert asked[0] == pytest.approx([0.62914634, 0.0, -0.77728687], rel=1e-7)


def test_of_large_problems_it_is_known_roughly(monkeypatch):
    """The search ends where the eigenvalue changes by less than a thousandth, instead of a millionth."""
    problem, start = at_start(two_in_a_row(1.0, 1.0, 0.0))
    for most, sure in ((2, 1e-6), (1, 1e-3)):
        told = []
        monkeypatch.setattr(module, "QUICK", most)
        monkeypatch.setattr(module, "largest_eigenvalue", lambda *_, sure, t=told: t.append(sure) or (1.0, np.zeros(2), 0.0))
        module.sharpness(problem, start)
        assert told == [sure]


def test_alphas_of_their_own_and_penalties_count():
    problem, start = at_start(two_in_a_row(2.0, 0.5, 1.0, alpha_factors=[4.0, 0.25], penalty=0.5))
    roots = np.array([2.0, 0.5])
    matrix = roots[:, None] * np.array([[0.25 + 0.5, 1.0], [1.0, 4.0 + 0.5]]) * roots
    assert sharpness(problem, start).value == pytest.approx(np.linalg.eigvalsh(matrix)[-1], rel=1e-10)
    assert steepest_example(problem, start) == pytest.approx(4.0 * (4.25 + 0.5), rel=1e-14)
