"""Networks that stand, hop, fade or were never run: the reason that is told is the reason."""

import numpy as np
import pytest

import nodescope as ns

RNG = np.random.default_rng(1)
X = RNG.normal(size=(200, 5))


def names(run: ns.Run, severity: str) -> set[str]:
    return {f.name for f in ns.diagnose(run).findings if f.severity == severity}


def text(run: ns.Run, name: str) -> str:
    return next(f.text for f in ns.diagnose(run).findings if f.name == name)


def test_least_squares_that_settled_is_no_fault():
    """Goals that no inputs explain: what is left is what least squares leaves, and each layer's deltas cancel out."""
    goal = RNG.normal(size=200)
    run = ns.descend(network=ns.network([5, 1], activation="identity"), input=X, goal=goal, alpha=0.1, batch="all", steps=5000)
    best = np.linalg.lstsq(np.column_stack([X, np.ones(200)]), goal, rcond=None)[1][0] / 200
    assert run.mse == pytest.approx(best, rel=1e-12)
    assert not names(run, "fault")
    assert "irreducible error" in ns.diagnose(run)


def test_deltas_that_cancel_are_no_fault():
    """By hand: the same input with goals −½ and ½; a tanh of 0 has slope 1, and the two deltas, ½ and −½, add up to 0."""
    network = ns.network(weights=[[[0.0]]], activations=["tanh"])
    run = ns.descend(network=network, input=[[1.0], [1.0]], goal=[-0.5, 0.5], alpha=0.1, batch="all", steps=20)
    assert not names(run, "fault")
    assert "its deltas cancel out over the examples" in text(run, "stalled")


def test_a_schedule_that_falls_below_0():
    network = ns.network([5, 8, 1])
    run = ns.descend(network=network, input=X, goal=X[:, 0], alpha=lambda t: 0.05 - 0.001 * t, steps=110)
    assert "from step 51 on alpha is below 0 (-0.001)" in text(run, "wrong sign")


def test_an_alpha_that_faded_away():
    fading = ns.schedule("exponential", start=1e-3, factor=0.5)
    run = ns.descend(network=ns.network([5, 8, 1]), input=X, goal=X[:, 0], alpha=fading, steps=300)
    assert "alpha has fallen so far" in text(run, "stalled")


def test_inputs_of_0():
    network = ns.network(weights=[[[0.1, 0.2]] * 3, [[1, 2, 3]]])
    run = ns.descend(network=network, input=np.zeros((4, 2)), goal=[1, 2, 3, 4], alpha=0.1, steps=30)
    assert "its inputs are 0 for every example" in text(run, "stalled")


def test_a_run_of_no_steps_is_not_called_healthy():
    run = ns.descend(network=ns.network([5, 8, 1]), input=X, goal=X[:, 0], alpha=0.1, steps=0)
    assert [f.name for f in ns.diagnose(run).findings] == ["unknown"]


def test_a_hundredth_of_what_adam_needs():
    run = ns.descend(network=ns.network([5, 8, 1]), input=X, goal=X[:, 0], alpha=1e-9, rule="adam", steps=300)
    assert "slow convergence" in names(run, "warning")
    assert all("adam" not in f.remedy for f in ns.diagnose(run).findings)


def test_the_absolute_error_has_no_local_limit():
    run = ns.descend(network=ns.network([5, 8, 1]), input=X, goal=X[:, 0], alpha=0.1, loss="absolute", batch="all", steps=50)
    assert "local limit" not in ns.diagnose(run)
    assert run.recipe.alpha == 0.1
    assert (
        "local limit" not in ns.forecast(network=ns.network([5, 8, 1]), input=X, goal=X[:, 0], alpha=0.1, loss="absolute").sentence
    )


def test_one_at_a_time_has_the_limit_of_its_steepest_example():
    """One layer, identity: |∂prediction/∂weights|² is |x|² + 1, so the limit is 2/(largest |x|² + 1)."""
    network = ns.network([5, 1], activation="identity")
    run = ns.descend(network=network, input=X, goal=X[:, 0], alpha=1e-3, steps=200, loss="huber")
    alone = 2 / ((X**2).sum(axis=1).max() + 1)
    assert f"that of the steepest example alone, {alone:.4g} (converges there, locally)" in text(run, "local limit")


@pytest.mark.parametrize("bias", [40.0, 400.0])
def test_a_flat_start_gives_no_alpha_beyond_all_bounds(bias: float):
    """A sigmoid's slope is at most ¼: with the bias alone it bends 1/16 there, so no alpha above 16."""
    network = ns.network(weights=[np.ones((4, 5)), np.ones((1, 4))], biases=[np.zeros(4), [bias]], activations=["tanh", "sigmoid"])
    run = ns.descend(network=network, input=X, goal=(X[:, 0] > 0) * 1.0, batch="all", steps=2)
    assert 0 < run.recipe.alpha <= 16


def test_worse_than_the_mean_is_not_healthy():
    goal = np.sin(X[:, 0]) * X[:, 1]
    run = ns.descend(network=ns.network([5, 16, 1]), input=X, goal=goal, alpha=0.3, rule="adam", batch=10, epochs=20)
    assert run.mse > goal.var()
    assert "plateau" in names(run, "warning")
    assert "nothing wrong" not in ns.diagnose(run)


def test_a_robust_line_beside_outliers_is_healthy():
    """Huber's loss is convex in one layer: where it has no slope left there is no better place, however large the mse."""
    goal = X @ [1.0, -2.0, 0.5, 0.0, 3.0] + 50.0 * (np.arange(len(X)) % 20 == 0)
    run = ns.descend(input=X, goal=goal, alpha=0.3, bias=True, loss="huber", batch="all", steps=3000)
    assert run.mse > 0.5 * goal.var()
    assert "nothing wrong" in ns.diagnose(run)
    slow = ns.descend(input=X, goal=goal, alpha=1e-9, bias=True, loss="huber", batch="all", steps=300)
    assert ns.diagnose(slow).headline == "It has hardly moved: alpha is far too small."


@pytest.mark.parametrize("loss", ["squared", "huber", "absolute"])
def test_one_step_that_overshoots_is_judged(loss: str):
    run = ns.descend(network=ns.network([5, 3, 1]), input=X, goal=X[:, 0], alpha=50.0, batch="all", steps=1, loss=loss)
    assert "diverges" in names(run, "fault")


def test_a_last_example_of_zeros_does_not_stall_its_layer():
    """One at a time; the last example of each epoch is 0, so its step moves nothing, and all the others do."""
    x = np.vstack([X[:20], np.zeros((1, 5))])
    network = ns.network(weights=[np.full((3, 5), 0.1) * [[1], [2], [3]], np.ones((1, 3))], activations=["tanh", "identity"])
    run = ns.descend(network=network, input=x, goal=x[:, 0], alpha=0.01, epochs=3)
    last = run.trace[-1].layers[0]
    assert not np.any(last.alpha_delta)
    assert "stalled" not in ns.diagnose(run)


def test_an_error_that_grew_is_not_said_to_fall():
    run = ns.descend(network=ns.network([5, 8, 1], activation="identity"), input=X, goal=X[:, 0], alpha=0.9, batch="all", steps=6)
    found = ns.diagnose(run)
    assert run.mse > 1e3 * run.start_mse
    assert "edge of stability" not in found
    assert not any("falls" in finding.text for finding in found.findings)


def test_start_weights_that_are_far_too_small_are_named_however_small_alpha_is_beside_its_limit():
    """Weights of 0.02, nodes nearly alike: the error stands; drawn as large as 1, the same alpha and steps learn it."""
    draws = [np.random.default_rng(8).standard_normal(shape) for shape in ((4, 2), (1, 4))]
    recipe = {"input": [[0, 0], [0, 1], [1, 0], [1, 1]], "goal": [1, 0, 0, 1], "batch": "all", "alpha": 0.12, "steps": 30_000}

    def found(size):
        network = ns.network(weights=[draw * size for draw in draws], biases=True, activations="sigmoid")
        return ns.diagnose(ns.descend(network=network, **recipe))

    small = found(0.02)
    assert small.findings[0].name == "plateau"
    assert "The start weights are too small" in small.verdict
    assert not {"plateau", "slow convergence"} & {finding.name for finding in found(1.0).findings}
