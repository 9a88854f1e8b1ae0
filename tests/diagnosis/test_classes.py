"""What is said of goals that are classes: before a run, after it, and how good it is; held to scikit-learn."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, confusion_matrix, log_loss

import nodescope as ns
from nodescope.theory.newton import lowest


def table(seed: int, n: int = 120, k: int = 2, noise: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 3)) * [1.0, 2.0, 0.5]
    sums = x @ np.random.default_rng(k).normal(size=(3, k)) + noise * rng.gumbel(size=(n, k))
    return x, np.array(["ant", "bee", "cat", "dog"])[sums.argmax(axis=1)]


@pytest.mark.parametrize("k", [2, 3, 4])
def test_newton_finds_what_logistic_regression_does(k):
    x, goal = table(k, k=k)
    problem = ns.descend(input=x, goal=goal, loss="cross-entropy", bias=True, steps=0).recipe.problem
    theirs = LogisticRegression(C=np.inf, tol=1e-12, max_iter=10_000).fit(x, goal)
    found = lowest(problem)
    assert found is not None
    assert found.attained
    assert found.loss == pytest.approx(log_loss(goal, theirs.predict_proba(x)), rel=1e-9)
    if k == 2:
        np.testing.assert_allclose(found.weights, np.column_stack([theirs.coef_, theirs.intercept_]), rtol=1e-4)


@pytest.mark.parametrize("k", [2, 3])
def test_below_its_limit_no_step_goes_up(k):
    for seed in range(8):
        x, goal = table(seed, n=30, k=k)
        keywords = {"input": x, "goal": goal, "loss": "cross-entropy", "bias": True, "batch": "all"}
        limit = ns.forecast(**keywords).limit
        biased = np.column_stack([x, np.ones(30)])
        by_hand = {2: 8, 3: 4}[k] / np.linalg.eigvalsh(biased.T @ biased / 30)[-1]
        assert limit == pytest.approx(by_hand, rel=1e-12)
        before = np.inf
        for steps in range(0, 60, 3):
            loss = ns.descend(**keywords, alpha=0.999 * limit, steps=steps).loss
            assert loss <= before + 1e-15
            before = loss


def test_a_forecast_says_where_it_leads():
    x, goal = table(1)
    told = ns.forecast(input=x, goal=goal, loss="cross-entropy", bias=True, batch="all", alpha=0.5)
    assert told.regime == "converges"
    assert "Stable for certain up to alpha" in told.sentence
    assert "No weights can beat a log loss of" in told.sentence


@pytest.mark.parametrize("batch", [1, 10, "all"])
@pytest.mark.parametrize("k", [2, 3])
@pytest.mark.parametrize("steps", [30, 3000])
def test_classes_that_can_be_parted_are_never_healthy(batch, k, steps):
    x, goal = table(7, k=k, noise=0.0)
    keywords = {"input": x, "goal": goal, "loss": "cross-entropy", "bias": True, "batch": batch}
    told = ns.forecast(**keywords).sentence
    assert "the error has no lowest point: the weights grow for ever; stop early or add a penalty" in told
    found = ns.diagnose(ns.descend(**keywords, steps=steps))
    assert "no lowest point" in found
    assert found.findings[0].severity != "note"


def test_a_run_that_was_stopped_early_did_what_the_remedy_says():
    x, goal = table(7, noise=0.0)
    keywords = {"input": x, "goal": goal, "loss": "cross-entropy", "bias": True, "batch": "all"}
    assert "tolerance=1e-4" in ns.diagnose(ns.descend(**keywords, steps=500)).findings[0].remedy
    stopped = ns.diagnose(ns.descend(**keywords, steps=50_000, tolerance=1e-2))
    assert {f.name: f.severity for f in stopped.findings}["no lowest point"] == "note"


def test_one_class_aside_may_be_parted_without_being_all_right():
    """Points on the border: no weights give every example its class, and still there is no lowest point."""
    x = np.array([[-2.0], [-1.0], [0.0], [0.0], [1.0], [2.0]])
    found = lowest(ns.descend(input=x, goal=[0, 0, 0, 1, 1, 1], loss="cross-entropy", steps=0).recipe.problem)
    assert found is not None
    assert not found.attained


@pytest.mark.parametrize(
    ("keywords", "name", "severity"),
    [
        ({"batch": "all", "steps": 400}, "nothing wrong", "note"),
        ({"batch": "all", "steps": 4}, "not converged", "note"),
        ({"batch": "all", "steps": 400, "alpha": 1e-4}, "slow convergence", "warning"),
        ({"alpha": 300.0, "epochs": 20}, "diverges", "fault"),
        ({"alpha": -0.1, "steps": 40}, "wrong sign", "fault"),
        ({"alpha": 3.0, "epochs": 40}, "noise floor", "warning"),
        ({"network": {"hidden": [5]}, "epochs": 60, "alpha": 0.05}, "nothing wrong", "note"),
    ],
)
def test_findings(keywords, name, severity):
    x, goal = table(3, n=200)
    found = ns.diagnose(ns.descend(**{"input": x, "goal": goal, "loss": "cross-entropy", **keywords}))
    assert not found.withheld
    assert name in found
    assert next(f.severity for f in found.findings if f.name == name) == severity
    assert found.findings[0].severity == severity


@pytest.mark.parametrize("k", [2, 4])
@pytest.mark.parametrize("hidden", [False, True])
def test_scores_are_those_of_scikit_learn(k, hidden):
    x, goal = table(5, n=300, k=k)
    data = {"a": x[:, 0], "b": x[:, 1], "c": x[:, 2], "kind": goal.tolist()}
    network = {"hidden": [4]} if hidden else None
    run = ns.descend(data=data, goal="kind", loss="cross-entropy", standardise=True, holdout=0.3, epochs=5, network=network)
    rows = run.recipe.source.unseen_rows
    unseen = {name: np.asarray(column)[rows] for name, column in data.items()}
    said, likely = run.predict(unseen), run.predict_probabilities(unseen)
    np.testing.assert_allclose(likely.sum(axis=1), 1.0, rtol=1e-14)
    score = run.score.unseen
    assert score.accuracy == accuracy_score(goal[rows], said)
    assert score.log_loss == pytest.approx(log_loss(goal[rows], likely, labels=list(run.recipe.classes)), rel=1e-10)
    np.testing.assert_array_equal(score.confusion, confusion_matrix(goal[rows], said, labels=list(run.recipe.classes)))
    most = max(set(goal), key=goal.tolist().count)
    assert run.score.most_frequent == most
    assert run.score.always[1].accuracy == pytest.approx((goal[rows] == most).mean())
    assert "class frequencies" in repr(run.score)


def test_numbers_have_no_probabilities():
    run = ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1)
    with pytest.raises(ns.InputError, match="the goals of this run are numbers, so there are no probabilities"):
        run.predict_probabilities(1)


@pytest.mark.parametrize("loss", ["hinge", "perceptron"])
def test_alpha_below_0_leads_to_no_line(loss):
    """Each step goes away from the side on which its example should be: nothing is found, however the classes lie."""
    sides = {"input": [[-2.0], [-1.0], [1.0], [2.0]], "goal": [0, 0, 1, 1], "loss": loss, "alpha": -0.1}
    foretold = ns.forecast(**sides)
    assert foretold.sentence == "Diverges: alpha is below 0, so each step makes the error larger."
    assert (foretold.regime, foretold.stable) == ("diverges", False)
    run = ns.descend(**sides, epochs=50)
    assert run.score.seen.accuracy == 0.0
    assert run.diagnose().findings[0].name == "wrong sign"
