"""What is foretold of penalties is what scikit-learn's Ridge, Lasso and LogisticRegression find, and what runs do at the limit."""

import numpy as np
import pytest
from sklearn.linear_model import Lasso, LogisticRegression, Ridge

import nodescope as ns

RNG = np.random.default_rng(5)
X = RNG.normal(size=(60, 4))
Y = X @ [1.0, -2.0, 0.5, 0.0] + 0.7 + 0.3 * RNG.normal(size=60)
SHARED = {"input": X, "goal": Y, "weight": np.zeros(4), "bias": True, "batch": "all"}


def test_the_lowest_point_of_l2_is_ridge_and_steps_lead_there():
    ridge = Ridge(alpha=0.3 * 60).fit(X, Y)
    found = ns.forecast(**SHARED, alpha=0.1, penalty=0.3).lowest_point
    assert np.allclose(found.weights, [*ridge.coef_, ridge.intercept_], atol=1e-12)
    run = ns.descend(**SHARED, alpha=0.3, penalty={"l2": 0.3}, steps=400)
    assert np.allclose(run.weight, ridge.coef_, atol=1e-12)
    assert run.loss + run.penalty_cost == pytest.approx(found.value, rel=1e-12)


def test_the_lowest_point_of_l1_is_lasso_and_steps_hover_around_it():
    lasso = Lasso(alpha=0.2, tol=1e-14, max_iter=100_000).fit(X, Y)
    found = ns.forecast(**SHARED, alpha=0.01, penalty={"l1": 0.2}).lowest_point
    assert np.allclose(found.weights, [*lasso.coef_, lasso.intercept_], atol=1e-10)
    run = ns.descend(**SHARED, alpha=0.01, penalty={"l1": 0.2}, steps=3000)
    assert np.abs(run.weight - lasso.coef_).max() <= 0.01 * 0.2


@pytest.mark.parametrize("bias", [False, True])
def test_the_limit_is_the_largest_curvature_and_the_penalty(bias: bool):
    """Eigenvalues of XᵀX/n, l2 added along the weights that it counts."""
    columns = np.column_stack([X, np.ones(60)])
    most = np.linalg.eigvalsh(columns.T @ columns / 60 + np.diag([3.0] * 4 + [3.0 * bias]))[-1]
    penalty = {"l2": 3.0, "bias": bias}
    assert ns.forecast(**SHARED, alpha=0.1, penalty=penalty).limit == pytest.approx(2 / most, rel=1e-12)
    for factor, regime in ((0.99, "oscillates"), (1.01, "diverges")):
        at = {"alpha": factor * 2 / most, "penalty": penalty}
        assert ns.forecast(**SHARED, **at).regime == regime
        assert (ns.descend(**SHARED, **at, steps=60_000).ending is ns.Ending.DIVERGED) == (regime == "diverges")


def test_the_limit_of_alphas_of_their_own():
    factors = [1.0, 4.0, 0.25, 2.0]
    roots = np.sqrt(factors)
    most = np.linalg.eigvalsh(roots[:, None] * (X.T @ X / 60 + 0.5 * np.eye(4)) * roots)[-1]
    shared = {"input": X, "goal": Y, "weight": np.zeros(4), "batch": "all", "penalty": 0.5, "alpha_factors": factors}
    assert ns.forecast(**shared, alpha=0.1).limit == pytest.approx(2 / most, rel=1e-12)
    assert ns.descend(**shared, alpha=2.02 / most, steps=60_000).ending is ns.Ending.DIVERGED
    assert ns.descend(**shared, alpha=1.98 / most, steps=60_000).ending is not ns.Ending.DIVERGED


def test_a_network_curves_by_the_penalty_too():
    shared = {"network": ns.network([4, 3, 1], seed=2), "input": X, "goal": Y, "batch": "all", "alpha": 0.1}
    bare, dear = (ns.forecast(**shared, penalty=penalty).local_limit for penalty in (None, {"l2": 5.0, "bias": True}))
    assert 2 / dear == pytest.approx(2 / bare + 5.0, rel=1e-5)


@pytest.mark.parametrize("classes", [2, 3])
def test_classes_with_a_penalty_have_a_lowest_point_even_where_they_can_be_parted(classes: int):
    x = np.array([[-2.0], [-1.0], [1.0], [2.0], [4.0], [5.0]])
    y = np.array([0, 0, 1, 1, 2, 2]) % classes if classes == 3 else np.array([0, 0, 1, 1, 1, 1])
    shared = {"input": x, "goal": y, "loss": "cross-entropy", "weight": np.zeros((classes, 1)) if classes > 2 else [0.0]}
    shared |= {"bias": True, "batch": "all"}
    parted = ns.forecast(**shared, alpha=0.1)
    assert parted.lowest is None or not parted.lowest.attained
    found = ns.forecast(**shared, alpha=0.1, penalty=0.1).lowest
    fitted = LogisticRegression(C=1 / (0.1 * 6), tol=1e-12, max_iter=10_000).fit(x, y)
    p = fitted.predict_proba(x)
    value = -np.log(p[np.arange(6), y]).mean() + 0.05 * (fitted.coef_**2).sum()
    assert found.attained
    assert found.loss == pytest.approx(value, rel=1e-9)
    run = ns.descend(**shared, alpha=0.5, penalty=0.1, steps=5000)
    assert run.loss + run.penalty_cost == pytest.approx(value, rel=1e-9)
    assert "no lowest point" not in [finding.name for finding in ns.diagnose(run).findings]


def test_the_automatic_alpha_counts_penalty_and_factors():
    alone = ns.forecast(input=X, goal=Y, weight=np.zeros(4)).recipe.alpha
    dear = ns.forecast(input=X, goal=Y, weight=np.zeros(4), penalty=2.0).recipe.alpha
    assert 1 / dear == pytest.approx(1 / alone + 2.0, rel=1e-12)
    fast = ns.forecast(input=X, goal=Y, weight=np.zeros(4), alpha_factors=[4, 1, 1, 1]).recipe.alpha
    assert fast == pytest.approx(alone / 4, rel=1e-12)


def test_a_weight_without_inputs_stays_at_nothing():
    """Under l1 nothing curves along it, and nothing pulls."""
    found = ns.forecast(input=X * [1.0, 1.0, 0.0, 1.0], goal=Y, batch="all", alpha=0.1, penalty={"l1": 0.2}).lowest_point
    assert found.weights[2] == 0.0
    assert np.isfinite(found.weights).all()
    assert np.isfinite(found.value)
