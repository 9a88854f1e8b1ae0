"""Curvature of networks whose Hessian is known by hand."""

import numpy as np
import pytest

import nodescope as ns
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
