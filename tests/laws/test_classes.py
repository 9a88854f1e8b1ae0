"""Laws for goals that are classes: the step is the derivative of cross-entropy, written down from its words; nothing overflows."""

import math

import numpy as np
import pytest
from conftest import PLAIN, cases

import nodescope as ns
from nodescope.arithmetic.losses import as_loss
from nodescope.theory.likelihood import example_losses, log_losses, mean_loss
from nodescope.theory.network import Surface

MANY = cases(200, 20)
NAMES = ["emu", "cat", "dog", "ant", "fox", "bee"]


def examples(seed: int, n: int = 30, d: int = 3, k: int = 3) -> tuple[np.ndarray, list[str]]:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, d))
    goals = np.argmax(x @ rng.normal(size=(d, k)) + rng.normal(size=(n, k)), axis=1)
    goals[:k] = range(k)
    return x, [NAMES[g] for g in goals]


def by_hand(weights: list[list[float]], x: list[float], goal: int, alpha: float) -> list[list[float]]:
    """One step of softmax regression as a textbook has it."""
    sums = [sum(w * v for w, v in zip(row, x, strict=True)) for row in weights]
    powers = [math.exp(s) for s in sums]
    deltas = [p / sum(powers) - (j == goal) for j, p in enumerate(powers)]
    return [[w - alpha * delta * v for w, v in zip(row, x, strict=True)] for row, delta in zip(weights, deltas, strict=True)]


@pytest.mark.parametrize("k", [3, 4, 6])
def test_steps_of_softmax_by_hand(k):
    x, goal = examples(k, k=k)
    run = ns.descend(input=x, goal=goal, loss="cross-entropy", alpha=0.2, steps=90)
    weights, names = [[0.0] * 3 for _ in range(k)], sorted(set(goal))
    for t in range(90):
        weights = by_hand(weights, x[t % 30].tolist(), names.index(goal[t % 30]), 0.2)
    np.testing.assert_allclose(run.weight, weights, rtol=0, atol=1e-13)
    assert run.recipe.classes == tuple(names)


def test_steps_of_the_logistic_node_by_hand():
    x, goal = examples(1, k=2)
    run = ns.descend(input=x, goal=goal, loss="cross-entropy", alpha=0.2, steps=90, bias=True)
    w, b = [0.0] * 3, 0.0
    for t in range(90):
        row = x[t % 30].tolist()
        delta = 1 / (1 + math.exp(-(sum(v * u for v, u in zip(w, row, strict=True)) + b))) - (goal[t % 30] == "emu")
        w, b = [v - 0.2 * delta * u for v, u in zip(w, row, strict=True)], b - 0.2 * delta
    np.testing.assert_allclose([*run.weight, run.bias], [*w, b], rtol=0, atol=1e-13)


def problem_of(seed: int, hidden: bool, k: int) -> tuple:
    x, goal = examples(seed, k=k)
    network = {"hidden": [4], "seed": seed} if hidden else None
    run = ns.descend(input=x, goal=goal, loss="cross-entropy", network=network, steps=0, batch="all")
    rng = np.random.default_rng(seed)
    problem = run.recipe.problem
    return problem, rng.normal(size=problem.size), rng.normal(size=problem.size)


@pytest.mark.parametrize("k", [2, 3, 5])
@pytest.mark.parametrize("hidden", [False, True])
def test_gradient_and_curvature_are_differences(hidden, k):
    for seed in range(5):
        problem, weights, direction = problem_of(seed, hidden, k)
        surface, step = Surface(problem, weights), 1e-6
        up, down = weights + step * direction, weights - step * direction
        slope = (mean_loss(problem, up) - mean_loss(problem, down)) / (2 * step)
        assert slope == pytest.approx(float(surface.gradient @ direction), rel=1e-6, abs=1e-8)
        bend = (Surface(problem, up).gradient - Surface(problem, down).gradient) / (2 * step)
        np.testing.assert_allclose(surface.hessian_times(direction), bend, rtol=1e-5, atol=1e-7)


def test_the_weighted_deltas_of_a_step_are_differences_of_the_log_loss():
    for seed in range(4):
        x, goal = examples(seed, k=2 + seed)
        run = ns.descend(input=x, goal=goal, loss="cross-entropy", network={"hidden": [4]}, steps=9, batch=7, alpha=0.3)
        assert ns.check_gradients(run, 8).passed


def test_log_loss_of_enormous_sums():
    """From sums of 1e4 no logarithm of zero: what exact arithmetic gives."""
    one = np.array([[1e4], [-1e4], [800.0], [0.0]])
    np.testing.assert_array_equal(log_losses(one, np.array([[1.0], [1.0], [0.0], [1.0]])), [0.0, 1e4, 800.0, math.log(2)])
    several = np.array([[1e4, 0.0, -1e4], [1e4, 1e4, 1e4], [40.0, 0.0, 0.0]])
    told = log_losses(several, np.array([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [1.0, 0.0, 0.0]]))
    np.testing.assert_allclose(told, [2e4, math.log(3), 2 * math.exp(-40)], rtol=1e-14)


def test_a_step_from_enormous_sums_is_finite():
    for goal, weight in ((["a", "b"], [1e4]), (["a", "b", "c"], [[1e4], [0.0], [-1e4]])):
        x = np.linspace(-1, 1, len(goal))[:, None]
        run = ns.descend(weight=weight, input=x, goal=goal, loss="cross-entropy", alpha=1.0, steps=50)
        assert run.ending is not ns.Ending.DIVERGED
        assert math.isfinite(run.loss)


@pytest.mark.parametrize("seed", range(0, 12, 1 if not PLAIN else 4))
def test_saved_and_written_runs_come_back_to_the_bit(seed, tmp_path):
    x, goal = examples(seed, k=2 + seed % 4)
    labels = [goal, [NAMES.index(g) for g in goal]][seed % 2]
    network = {"hidden": [3]} if seed % 3 == 0 else None
    rule = ["plain", "momentum", "adam"][seed % 3]
    run = ns.descend(
        input=x, goal=labels, loss="cross-entropy", network=network, steps=40, batch=4, order="shuffled", rule=rule, alpha=0.1
    )
    assert run.verify().passed
    ns.save(run, tmp_path / "run.nodescope")
    again = ns.load(tmp_path / "run.nodescope")
    (tmp_path / "run.toml").write_text(run.recipe.to_toml(), encoding="utf-8")
    anew = ns.descend(**ns.read_recipe(tmp_path / "run.toml"))
    for other in (again, anew):
        assert other.recipe == run.recipe
        assert other.replay.last_state.tobytes() == run.replay.last_state.tobytes()
        assert other.trace[3:9]["mse"].tobytes() == run.trace[3:9]["mse"].tobytes()
        assert other.recipe.classes == run.recipe.classes


def test_two_outputs_may_tell_two_classes():
    x, goal = examples(3, k=2)
    run = ns.descend(weight=np.zeros((2, 3)), input=x, goal=goal, loss="cross-entropy", steps=30, alpha=0.1)
    assert run.recipe.network.activations[-1].name == "softmax"
    assert run.weight.shape == (2, 3)
    one = ns.descend(input=x, goal=goal, loss="cross-entropy", steps=30, alpha=0.2)
    np.testing.assert_allclose(run.weight[1] - run.weight[0], one.weight, atol=1e-13)  # the same node, twice as slow


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"goal": [0.5, 1.0, 0.0]}, r"goal\[0\] is 0.5; classes are text or whole numbers: to predict a number take loss"),
        ({"goal": ["a", "a", "a"]}, "goal has only the class 'a'; there is something to learn from two on"),
        ({"goal": ["a", None, "b"]}, r"goal\[1\] is None; a class is text or a whole number"),
        ({"goal": ["a", "b", "c"], "classes": ["a", "b"]}, "goal has the class 'c', which is not among classes"),
        ({"goal": ["a", "b", "a"], "classes": ["a", "a"]}, "names a class twice"),
        ({"goal": ["a", 1, "b"]}, "goal has text beside numbers"),
        ({"goal": [0, 1, 0], "network": {"sizes": [2, 1], "output_activation": "tanh"}}, "the last layer has tanh; under loss"),
        ({"goal": [0.0, 1.0, 0.0], "loss": "squared", "classes": [0, 1]}, 'which goes with loss="cross-entropy"'),
        (
            {"goal": [0.0, 1.0, 0.0], "loss": "squared", "network": {"sizes": [2, 1], "output_activation": "softmax"}},
            "softmax is for",
        ),
    ],
)
def test_refusals(keywords, message):
    with pytest.raises(ns.InputError, match=message):
        ns.descend(**{"input": [[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], "loss": "cross-entropy", "steps": 1, **keywords})


def test_the_loss_is_that_of_the_predictions():
    x, goal = examples(2)
    run = ns.descend(input=x, goal=goal, loss="cross-entropy", steps=30)
    own = [sorted(set(goal)).index(g) for g in goal]
    assert run.loss == pytest.approx(-np.log(run.predictions(x)[np.arange(30), own]).mean(), rel=1e-12)
    assert example_losses(run.recipe.problem, run.recipe.start_weights()) == pytest.approx(np.log(3), rel=1e-15)
    assert as_loss("cross-entropy").told() == "cross-entropy"


def test_a_table_with_text_for_its_goal(tmp_path):
    x, goal = examples(5, n=60)
    path = tmp_path / "animals.csv"
    rows = [f"{a!r},{b!r},{c!r},{name}" for (a, b, c), name in zip(x.tolist(), goal, strict=True)]
    path.write_text("\n".join(["a,b,c,kind", *rows]), encoding="utf-8")
    run = ns.descend(data=path, goal="kind", loss="cross-entropy", standardise=True, holdout=0.2, epochs=3)
    assert run.recipe.classes == tuple(sorted(set(goal)))
    assert run.recipe.n == 48
    kept = run.recipe.source.unseen_rows.tolist()
    for name in run.recipe.classes:  # of each class a fifth, rounded
        assert abs(sum(goal[row] == name for row in kept) - 0.2 * goal.count(name)) < 1
    again = ns.descend(**{**run.recipe.keywords()})
    assert again.recipe == run.recipe
    ns.save(run, tmp_path / "run.nodescope")
    assert ns.load(tmp_path / "run.nodescope").recipe == run.recipe
