"""The estimators among scikit-learn's own tools: pipelines, searches, frames, pickles, warnings."""

import pickle
import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from frameworks.estimators import BOTH, small, table
from sklearn import config_context
from sklearn.base import clone
from sklearn.compose import TransformedTargetRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler

from nodescope.sklearn import NetworkRegressor, NodeRegressor

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


@pytest.mark.parametrize("kind", BOTH)
def test_two_targets_sparse_rows_and_frames(kind: Any):
    x, y = table(60)
    both = np.column_stack([y, -2 * y])
    fit = kind(max_iter=60, random_state=0).fit(x, both)
    assert fit.predict(x[:7]).shape == (7, 2)
    dense, sparse = (
        kind(max_iter=30, random_state=0).fit(x, y),
        kind(max_iter=30, random_state=0).fit(scipy.sparse.csr_matrix(x), y),
    )
    assert np.array_equal(dense.predict(x), sparse.predict(scipy.sparse.csr_matrix(x)))
    frame = pd.DataFrame(x, columns=["<script>", "b", "c"])
    named = kind(max_iter=5).fit(frame, y)
    assert named.feature_names_in_.tolist() == ["<script>", "b", "c"]
    with pytest.raises(ValueError, match="feature names should match"):
        named.predict(frame.rename(columns={"b": "z"}))


@pytest.mark.parametrize("kind", BOTH)
def test_at_home_in_pipelines_searches_and_jobs(kind: Any):
    x, y = table(150)
    rate = {"NodeRegressor": "noderegressor__eta0", "NetworkRegressor": "networkregressor__learning_rate_init"}[kind.__name__]
    pipe = make_pipeline(PolynomialFeatures(2, include_bias=False), kind(max_iter=150, random_state=0))
    search = GridSearchCV(pipe, {rate: ["auto", 1e-4]}, cv=3, n_jobs=2).fit(x, y)
    assert search.best_params_ == {rate: "auto"}
    assert cross_val_score(search.best_estimator_, x, y, cv=3).mean() > 0.8
    assert clone(search.best_estimator_).get_params()[rate] == "auto"
    turned = TransformedTargetRegressor(kind(max_iter=150, random_state=0), func=np.log1p, inverse_func=np.expm1).fit(
        x, y - y.min()
    )
    assert turned.score(x, y - y.min()) > 0.5
    with config_context(enable_metadata_routing=True):
        routed = GridSearchCV(
            kind(max_iter=20).set_fit_request(sample_weight=True).set_score_request(sample_weight=True),
            {"shuffle": [True, False]},
            cv=2,
        )
        assert routed.fit(x, y, sample_weight=np.ones(len(y))).best_score_ is not None


@pytest.mark.parametrize("kind", BOTH)
def test_pickled_and_back(kind: Any):
    x, y = table(60)
    fit = kind(max_iter=20, random_state=0).fit(x, y)
    again = pickle.loads(pickle.dumps(fit))
    assert np.array_equal(again.predict(x), fit.predict(x))
    assert again.run_.trace[3].mse == fit.run_.trace[3].mse
    assert again.diagnosis_.verdict == fit.diagnosis_.verdict


@pytest.mark.parametrize("kind", BOTH)
def test_going_on(kind: Any):
    x, y = table(60)
    rate = {"eta0": 0.1} if kind is NodeRegressor else {"learning_rate_init": 0.01, "early_stopping": False}
    once = kind(max_iter=2, shuffle=False, warm_start=True, random_state=0, **rate).fit(x, y)
    twice = once.predict(x)
    error = ((twice - y) ** 2).mean()
    once.set_params(max_iter=40).fit(x, y)
    assert ((once.predict(x) - y) ** 2).mean() < error
    parts = kind(random_state=0, **rate)
    for _ in range(30):
        parts.partial_fit(x[:30], y[:30]).partial_fit(x[30:], y[30:])
    assert parts.score(x, y) > kind(max_iter=1, random_state=0, **rate).fit(x, y).score(x, y)


@pytest.mark.parametrize("kind", BOTH)
def test_the_page_says_the_verdict_and_nothing_else_runs(kind: Any):
    x, y = table(40)
    fit = kind(max_iter=20, random_state=0).fit(x, y)
    html = fit._repr_html_()
    assert "nodescope-verdict" in html
    assert fit.diagnosis_.verdict.split(".")[0] in html
    object.__setattr__(fit.diagnosis_, "verdict", "<script>alert(1)</script>")
    assert "<script>alert(1)" not in fit._repr_html_()
    assert "nodescope-verdict" not in kind()._repr_html_()


@pytest.mark.parametrize("fit", [NodeRegressor(eta0=1e-5), NetworkRegressor((4,), learning_rate_init=-1e-3, max_iter=3)])
@pytest.mark.parametrize("how", ["fit", "partial_fit"])
def test_warnings_are_the_verdict_and_point_at_the_line_that_fits(fit: Any, how: str):
    x, y = table()
    with pytest.warns(ConvergenceWarning) as caught:
        getattr(clone(fit), how)(x, y)
    assert caught[0].filename == __file__


def test_warnings_are_the_verdict():
    x, y = table()
    with pytest.warns(ConvergenceWarning) as caught:
        fit = NodeRegressor(eta0=1e-5).fit(x, y)
    assert str(caught[0].message) == fit.diagnosis_.verdict
    assert "alpha" in fit.diagnosis_.verdict.lower()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        NodeRegressor().fit(x, y)


@pytest.mark.parametrize("kind", BOTH)
def test_targets_come_back_in_the_shape_they_had(kind: Any):
    x, y = table(30)
    flat = small(kind, max_iter=3, random_state=0).fit(x, y).predict(x)
    column, frame = y[:, None], pd.DataFrame({"a": y, "b": 2 * y})
    shapes = {
        (30,): [pd.Series(y, index=range(5, 35)), y.tolist()],
        (30, 1): [column, frame[["a"]], scipy.sparse.csr_matrix(column)],
    }
    for shape, given in shapes.items():
        for targets in given:
            found = small(kind, max_iter=3, random_state=0).fit(x, targets).predict(x)
            assert found.shape == shape
            assert np.array_equal(found.ravel(), flat)
    assert small(kind, max_iter=3).fit(x, frame).predict(x).shape == (30, 2)


def test_behind_a_transformer_that_gives_frames():
    x, y = table(30)
    pipe = make_pipeline(StandardScaler(), NodeRegressor()).set_output(transform="pandas").fit(x, y)
    assert pipe[-1].feature_names_in_.tolist() == ["x0", "x1", "x2"]
    assert pipe.predict(x) == pytest.approx(LinearRegression().fit(x, y).predict(x))
