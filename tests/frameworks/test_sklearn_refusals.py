"""What the estimators cannot take is refused in one clear message."""

from typing import Any

import numpy as np
import pytest
from frameworks.estimators import BOTH, small, table
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

import nodescope as ns
from nodescope.sklearn import NetworkRegressor, NodeRegressor

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


@pytest.mark.parametrize("kind", BOTH)
def test_bad_input_is_one_clear_message(kind: Any):
    x, y = table(30)
    with pytest.raises(ValueError, match="NaN"):
        kind().fit(np.where(x > 6, np.nan, x), y)
    with pytest.raises(ValueError, match="NaN"):
        kind().fit(x, np.where(y > y.mean(), np.nan, y))
    with pytest.raises(ValueError, match="at least one non-zero"):
        kind().fit(x, y, np.zeros(30))
    with pytest.raises(ValueError, match="Negative values"):
        kind().fit(x, y, -np.ones(30))
    with pytest.raises(NotFittedError):
        kind().predict(x)
    with pytest.raises(NotFittedError):
        _ = kind().loss_curve_
    rate = "eta0" if kind is NodeRegressor else "learning_rate_init"
    with pytest.raises(ns.InputError, match=r"[Dd]iverged|Withheld"):
        kind(**{rate: 1e9}, max_iter=3000, **({} if kind is NodeRegressor else {"solver": "sgd", "activation": "identity"})).fit(
            x, y
        )


def test_weights_that_no_double_can_hold_are_refused():
    with pytest.raises(ns.InputError, match="coef_ is beyond the largest double: X is too small"):
        NodeRegressor().fit([[0.0], [5e-324], [1e-323]], [1.0, 2.0, 3.0])


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("NetworkRegressor", {"hidden_layer_sizes": (0,)}, r"hidden_layer_sizes is \(0,\); .* whole numbers of at least 1, such as"),
    ("NetworkRegressor", {"hidden_layer_sizes": (3.7,)}, "hidden_layer_sizes is "),
    ("NetworkRegressor", {"hidden_layer_sizes": ("a",)}, "hidden_layer_sizes is "),
    ("NetworkRegressor", {"hidden_layer_sizes": ((3, 4),)}, "hidden_layer_sizes is "),
    ("NetworkRegressor", {"hidden_layer_sizes": ((3, 4), (5,))}, "hidden_layer_sizes is "),
    ("NetworkRegressor", {"hidden_layer_sizes": {3}}, "hidden_layer_sizes is "),
    ("NetworkRegressor", {"hidden_layer_sizes": (float("nan"),)}, "hidden_layer_sizes is "),
    ("NetworkRegressor", {"hidden_layer_sizes": 0}, "'hidden_layer_sizes' .* Got 0"),
    ("NetworkRegressor", {"hidden_layer_sizes": "8,8"}, "'hidden_layer_sizes' .* Got '8,8'"),
    ("NetworkRegressor", {"hidden_layer_sizes": (10**9,)}, "more than 268,435,456 weights"),
    ("NetworkRegressor", {"learning_rate_init": "0.1"}, "'learning_rate_init' .* {'auto'} .* Got '0.1'"),
    ("NodeRegressor", {"eta0": "0.1"}, "'eta0' .* {'auto'} .* Got '0.1'"),
    ("NodeRegressor", {"eta0": float("inf")}, "'eta0' .* Got inf"),
    ("NodeRegressor", {"solver": "adam"}, "eta0=\"auto\" .* 'adam' needs a number, such as eta0=0.001"),
    ("NodeRegressor", {"max_iter": 0}, "'max_iter' .* Got 0"),
    ("NetworkRegressor", {"max_iter": 0}, "'max_iter' .* Got 0"),
    ("NetworkRegressor", {"max_iter": 10**30}, "'max_iter' .* Got 1000"),
    ("NodeRegressor", {"batch_size": "auto"}, "'batch_size' .* Got 'auto'"),
]


@pytest.mark.parametrize(("kind", "settings", "words"), REFUSED)
def test_settings_that_cannot_be_are_named(kind: str, settings: dict[str, Any], words: str):
    x, y = table(30)
    with pytest.raises(ValueError, match=words):
        {"NodeRegressor": NodeRegressor, "NetworkRegressor": NetworkRegressor}[kind](**settings).fit(x, y)


@pytest.mark.parametrize("layers", [5, [5], np.array([5]), np.int64(5), range(5, 6)])
def test_hidden_layers_in_every_form(layers: Any):
    x, y = table(30)
    assert NetworkRegressor(layers, max_iter=2).fit(x, y).coefs_[0].shape == (3, 5)


@pytest.mark.parametrize("kind", BOTH)
def test_whole_numbers_of_any_size_and_kind(kind: Any):
    x, y = table(30)
    fit = small(kind, max_iter=3, batch_size=30, random_state=0).fit(x, y)
    for batch in (10**30, np.int8(30), "all"):
        assert np.array_equal(
            small(kind, max_iter=np.int64(3), batch_size=batch, random_state=0).fit(x, y).predict(x), fit.predict(x)
        )
    small(kind, max_iter=True, batch_size=True).fit(x, y)  # 1, as for scikit-learn's own


@pytest.mark.parametrize("kind", BOTH)
def test_text_is_refused_by_the_name_of_what_has_it(kind: Any):
    x, y = table(30)
    words = np.array(["a"] * 30)
    for named, given in {"X": (words[:, None], y), "y": (x, words), "sample_weight": (x, y, words)}.items():
        with pytest.raises(ns.InputError, match=rf"^{named} has text where a number is needed .*'a'"):
            small(kind).fit(*given)
    with pytest.raises(ns.InputError, match=r"^X has text"):
        small(kind, max_iter=2).fit(x, y).predict(words[:, None])
    assert np.array_equal(
        small(kind, max_iter=2, random_state=0).fit(x.astype(str), y).predict(x),
        small(kind, max_iter=2, random_state=0).fit(x, y).predict(x),
    )


@pytest.mark.parametrize("kind", BOTH)
def test_going_on_with_another_table_is_refused(kind: Any):
    x, y = table(30)
    two = np.column_stack([y, y])
    for warm in (True, False):
        fit = small(kind, max_iter=3, warm_start=warm, random_state=0)
        on = fit.fit if warm else fit.partial_fit
        on(x, y)
        with pytest.raises(ValueError, match=r"X has 2 features, but .* expecting 3"):
            on(x[:, :2], y)
        with pytest.raises(ns.InputError, match=r"y has 2 targets.* 1; .*warm_start=False"):
            on(x, two)
        assert on(x, y[:, None]).predict(x).shape == (30,)
    both = small(kind, max_iter=3).fit(x, two)
    with pytest.raises(ns.InputError, match=r"y has 1 target.* 2; "):
        both.partial_fit(x, y)


def test_going_on_with_other_layers_is_refused():
    x, y = table(30)
    fit = NetworkRegressor((4,), max_iter=2).fit(x, y)
    for other in ({"hidden_layer_sizes": (5,)}, {"activation": "tanh"}):
        with pytest.raises(
            ns.InputError, match=r"network 3-.* cannot go on from network 3-4-1, relu, identity; .*warm_start=False"
        ):
            clone(fit).set_params(warm_start=True).fit(x, y).set_params(**other).fit(x, y)
        with pytest.raises(ns.InputError, match="cannot go on from"):
            clone(fit).partial_fit(x, y).set_params(**other).partial_fit(x, y)
