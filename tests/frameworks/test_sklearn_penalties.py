"""L2 penalties, tolerance, early stopping and callbacks of the estimators, beside scikit-learn's own."""

import numpy as np
import pytest
import sklearn
from sklearn.linear_model import LogisticRegression, Ridge

import nodescope as ns
from nodescope.sklearn import NetworkClassifier, NetworkRegressor, NodeClassifier, NodeRegressor
from nodescope.sklearn.callbacks import HAS_CALLBACKS

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
RNG = np.random.default_rng(6)
X = RNG.normal(size=(80, 3)) + np.array([1.0, 0.0, -2.0])
Y = X @ [2.0, -1.0, 0.5] + 3.0 + RNG.normal(size=80)
CLASS = np.where(Y > 3.0, "high", "low")


@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("weighted", [True, False])
def test_a_node_with_alpha_is_ridge(intercept, weighted):
    weight = RNG.uniform(0.5, 2.0, 80) if weighted else None
    ours = NodeRegressor(alpha=0.4, standardise=False, fit_intercept=intercept, max_iter=20_000).fit(X, Y, weight)
    total = 80 if weight is None else weight.sum()
    ridge = Ridge(alpha=0.4 * total, fit_intercept=intercept, tol=1e-12).fit(X, Y, weight)
    assert np.allclose(ours.coef_, ridge.coef_, rtol=1e-7)
    assert ours.intercept_ == pytest.approx(ridge.intercept_, rel=1e-7)
    assert np.allclose(ours.predict(X), ridge.predict(X), rtol=1e-7)


def test_a_classifier_with_alpha_is_logistic_regression():
    ours = NodeClassifier(alpha=0.05, standardise=False, max_iter=20_000, tol=None).fit(X, CLASS)
    theirs = LogisticRegression(C=1 / (0.05 * 80), tol=1e-10, max_iter=10_000).fit(X, CLASS)
    assert np.allclose(ours.coef_, theirs.coef_, rtol=1e-5)
    assert np.allclose(ours.predict_proba(X), theirs.predict_proba(X), atol=1e-6)


def test_a_networks_alpha_is_that_of_a_perceptron_of_layers():
    settings = {"activation": "tanh", "solver": "sgd", "learning_rate_init": 0.05, "max_iter": 5, "shuffle": False}
    settings |= {"standardise": False, "early_stopping": False, "random_state": 0}
    ours = NetworkRegressor((4,), alpha=2.0, batch_size=20, **settings).fit(X, Y)
    first = ours.run_.recipe.network
    blocks = [(w.T.copy(), b.copy()) for w, b in zip(first.weights, first.biases, strict=True)]
    for _ in range(5):
        for i in range(0, 80, 20):
            x, y = X[i : i + 20], Y[i : i + 20, None]
            hidden = np.tanh(x @ blocks[0][0] + blocks[0][1])
            out = (hidden @ blocks[1][0] + blocks[1][1] - y) / 20
            back = (out @ blocks[1][0].T) * (1 - hidden**2)
            slopes = [(x.T @ back + 2.0 / 20 * blocks[0][0], back.sum(0)), (hidden.T @ out + 2.0 / 20 * blocks[1][0], out.sum(0))]
            blocks = [(w - 0.05 * dw, b - 0.05 * db) for (w, b), (dw, db) in zip(blocks, slopes, strict=True)]
    for (w, b), coef, intercept in zip(blocks, ours.coefs_, ours.intercepts_, strict=True):
        assert np.allclose(coef, w, rtol=1e-9)
        assert np.allclose(intercept, b, rtol=1e-9)
    assert NetworkClassifier((3,), alpha=5.0, random_state=0).fit(X, CLASS).run_.recipe.penalty.l2 > 0


def test_tol_ends_a_fit_whose_error_stands():
    short = NodeRegressor(tol=1e-3, n_iter_no_change=3, max_iter=5000).fit(X, Y)
    assert short.run_.ending is ns.Ending.TOLERANCE
    assert short.n_iter_ < 200
    network = NetworkRegressor((4,), tol=1e-2, n_iter_no_change=2, max_iter=2000, random_state=0).fit(X, Y)
    assert network.n_iter_ < 2000
    assert network.best_iter_ <= network.n_iter_


def test_early_stopping_of_a_node_keeps_the_best_epoch_of_rows_it_has_not_seen():
    noise = RNG.normal(size=(60, 40))
    goal = noise[:, 0] + 3 * RNG.normal(size=60)
    ours = NodeRegressor(early_stopping=True, validation_fraction=0.25, max_iter=3000, random_state=1).fit(noise, goal)
    examples = ours.run_.recipe.examples
    assert len(examples.unseen_goal) == 15
    assert ours.run_.recipe.keep == "best"
    fresh = RNG.normal(size=(2000, 40))
    whole = NodeRegressor(max_iter=3000).fit(noise, goal)
    assert ((ours.predict(fresh) - fresh[:, 0]) ** 2).mean() < ((whole.predict(fresh) - fresh[:, 0]) ** 2).mean()


@pytest.mark.skipif(not HAS_CALLBACKS, reason=f"scikit-learn {sklearn.__version__} has no callbacks")
@pytest.mark.parametrize("kind", [NodeRegressor, NetworkRegressor, NodeClassifier, NetworkClassifier])
def test_callbacks_are_told_of_every_epoch_and_may_stop(kind):
    class Listening:
        def __init__(self, most):
            self.most, self.epochs, self.ended = most, 0, 0

        def setup(self, estimator, context):
            self.began = context.max_subtasks

        def on_fit_task_begin(self, estimator, context):
            pass

        def on_fit_task_end(self, estimator, context):
            self.epochs += context.task_name == "epoch"
            self.ended += context.task_name == "fit"
            return self.epochs >= self.most

        def teardown(self, estimator, context):
            self.over = True

    goal = CLASS if "Classifier" in kind.__name__ else Y
    given = {"max_iter": 30, "tol": None, "random_state": 0, "early_stopping": False}
    all_of_them, some = Listening(10**6), Listening(1)
    whole = kind(**given).set_callbacks(all_of_them).fit(X, goal)
    gone = whole.run_.replay.last_step // whole.run_.recipe.steps_per_epoch  # one that has settled goes no further
    told = (all_of_them.epochs, all_of_them.began, all_of_them.ended, all_of_them.over)
    assert told == (gone, 30, 1, True) or whole.run_.ending is ns.Ending.SETTLED
    assert np.array_equal(whole.predict(X), kind(**given).fit(X, goal).predict(X))
    stopped = kind(**given | {"max_iter": 10**6}).set_callbacks(some).fit(X, goal)
    assert stopped.n_iter_ < 10**6 or stopped.run_.ending is ns.Ending.SETTLED  # before it was asked
