"""scikit-learn's own checks of our classifiers, and what they are beside its own."""

from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import estimator_checks_generator

from nodescope.sklearn import NetworkClassifier, NodeClassifier

SHUFFLED = "sample_weight is not equivalent to removing/repeating samples."
EXPECTED = {
    "check_sample_weight_equivalence_on_dense_data": SHUFFLED,  # scikit-learn's own words, for its own SGDClassifier
    "check_sample_weight_equivalence_on_sparse_data": SHUFFLED,
}
BOTH = [NodeClassifier, NetworkClassifier]
pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def _checks(kind: Any) -> list[Any]:
    found = estimator_checks_generator(kind(), legacy=True, expected_failed_checks=EXPECTED, mark=None)
    return [
        pytest.param(kind, check, id=f"{kind.__name__}-{getattr(check, 'func', check).__name__}-{i}")
        for i, (_, check) in enumerate(found)
    ]


@pytest.mark.parametrize(("kind", "check"), [case for kind in BOTH for case in _checks(kind)])
def test_scikit_learns_own_checks(kind: Any, check: Any):
    name = getattr(check, "func", check).__name__
    if "array_api" in name:
        pytest.skip("nodescope makes no use of the array API")
    try:
        check(kind())
    except AssertionError:
        if name not in EXPECTED:
            raise


@pytest.mark.parametrize("load", [load_iris, load_breast_cancer])
@pytest.mark.parametrize("kind", BOTH)
def test_as_good_as_logistic_regression(load, kind):
    x, y = load(return_X_y=True)
    ours = cross_val_score(kind(random_state=0), x, y, cv=5).mean()
    theirs = cross_val_score(make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)), x, y, cv=5).mean()
    assert ours > theirs - 0.025


def test_the_node_is_logistic_regression():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(300, 3)) * [1, 100, 0.01]
    y = np.where(x @ [1, 0.01, 100] + rng.logistic(size=300) > 0, "yes", "no")
    node = NodeClassifier(max_iter=20_000, tol=None).fit(x, y)
    theirs = make_pipeline(StandardScaler(), LogisticRegression(C=np.inf, tol=1e-10, max_iter=10_000)).fit(x, y)
    np.testing.assert_allclose(node.predict_proba(x), theirs.predict_proba(x), atol=1e-6)
    sums = node.decision_function(x)
    np.testing.assert_allclose(1 / (1 + np.exp(-sums)), node.predict_proba(x)[:, 1], atol=1e-12)


def test_balanced_classes_find_the_rare_one():
    rng = np.random.default_rng(1)
    x = rng.normal(size=(400, 2))
    y = (x[:, 0] + rng.normal(size=400) > 2.4).astype(int)
    plain, balanced = (NodeClassifier(class_weight=weight).fit(x, y) for weight in (None, "balanced"))
    assert balanced.predict(x).sum() > 2 * plain.predict(x).sum()


def test_early_stopping_keeps_the_best_epoch():
    x, y = load_breast_cancer(return_X_y=True)
    fit = NetworkClassifier(max_iter=400, random_state=0).fit(x, y)
    assert fit.run_.recipe.keep == "best"
    assert fit.n_iter_ < 400
