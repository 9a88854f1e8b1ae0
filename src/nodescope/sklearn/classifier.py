"""Nodes and networks as scikit-learn classifiers: cross-entropy, and the reason why a fit went as it did."""

from dataclasses import replace
from numbers import Integral, Real
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.base import ClassifierMixin, _fit_context
from sklearn.utils import column_or_1d, compute_sample_weight
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_sample_weight, validate_data

from nodescope.arithmetic.activations import ACTIVATIONS
from nodescope.arithmetic.penalty import Penalty
from nodescope.arithmetic.rules import RULES
from nodescope.data.holdout import hold_out
from nodescope.errors import InputError
from nodescope.run.fit_choices import with_a_good_way
from nodescope.run.making import make_recipe
from nodescope.run.recipe import Recipe
from nodescope.sklearn.callbacks import with_callbacks
from nodescope.sklearn.estimator import MOST_EPOCHS, Descending, Floats, measured, naming_text, unscaled
from nodescope.sklearn.weights import SOLVERS, activation_name, hidden_sizes, times
from nodescope.theory.likelihood import mean_loss

FEWEST = 20
"""Rows from which some are kept for early stopping."""
_CONSTRAINTS: dict[str, list[Any]] = {
    "solver": [StrOptions({"auto"} | set(RULES) | set(SOLVERS))],
    "batch_size": [StrOptions({"auto", "all"}), Interval(Integral, 1, None, closed="left")],
    "max_iter": [Interval(Integral, 1, MOST_EPOCHS, closed="both")],
    "tol": [None, Interval(Real, 0, 1, closed="left")],
    "n_iter_no_change": [Interval(Integral, 1, None, closed="left")],
    "early_stopping": ["boolean"],
    "validation_fraction": [Interval(Real, 0, 1, closed="neither")],
    "class_weight": [None, StrOptions({"balanced"}), dict],
    "alpha": [Interval(Real, 0, None, closed="left")],
    "standardise": ["boolean"],
    "shuffle": ["boolean"],
    "random_state": ["random_state"],
}


class Classifying(ClassifierMixin, Descending):
    """What both classifiers share."""

    early_stopping: bool
    validation_fraction: float
    class_weight: Any
    alpha: float
    solver: str
    standardise: bool
    shuffle: bool
    max_iter: int

    @_fit_context(prefer_skip_nested_validation=True)
    @with_callbacks
    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:  # noqa: N803  # scikit-learn's names
        """Fit to rows X (n, d) and their classes y (n,), rows weighted by sample_weight (n,)."""
        before = self.__dict__.copy()
        try:
            return self._fit_classes(*self._checked_classes(X, y, sample_weight))
        except BaseException:
            self.__dict__ = before
            raise

    def _checked_classes(self, x: Any, y: Any, sample_weight: Any) -> tuple[Floats, Any, Floats | None]:
        """Dense X, places among the classes, weights of the rows whose weight is above 0."""
        with naming_text(sample_weight=sample_weight):
            x, y = validate_data(self, x, y, accept_sparse="csr", dtype=np.float64)
            check_classification_targets(y)
            y = column_or_1d(y, warn=True)
            if sample_weight is not None:
                sample_weight = _check_sample_weight(sample_weight, x, dtype=np.float64, ensure_non_negative=True)
        if self.class_weight is not None:
            of_class = compute_sample_weight(self.class_weight, y)
            sample_weight = of_class if sample_weight is None else sample_weight * of_class
        x = np.ascontiguousarray(x.toarray() if hasattr(x, "toarray") else x, dtype=np.float64)
        self.classes_, codes = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise InputError(f"y has one class, {self.classes_[0]}; a classifier needs two or more")
        if sample_weight is None:
            return x, codes, None
        live = sample_weight > 0
        if len(np.unique(codes[live])) < 2:
            raise InputError("sample_weight leaves fewer than two classes with a weight above 0; a classifier needs two or more")
        return x[live], codes[live], sample_weight[live] / sample_weight.max()

    def _fit_classes(self, x: Floats, codes: Any, weight: Floats | None) -> Self:
        seed = self._seed()
        kept, rest = self._parts(codes, seed)
        self._scaling = measured(x[rest], None if weight is None else weight[rest]) if self.standardise else unscaled(x.shape[1])
        x = self._scaling.apply(x)
        rows = rest if weight is None else np.repeat(rest, times(weight[rest]))
        recipe = self._recipe(x[rows], codes[rows], seed)
        if len(kept):
            k = recipe.k
            goal = codes[kept, None].astype(np.float64) if k == 1 else np.eye(k)[codes[kept]]
            recipe = replace(recipe, examples=replace(recipe.examples, unseen_input=x[kept], unseen_goal=goal), keep="best")
        self._finish(self._go(recipe))
        return self

    def _parts(self, codes: Any, seed: int) -> tuple[Any, Any]:
        """Rows kept unseen, the same share of each class, and the others."""
        n = len(codes)
        if not self.early_stopping or n < FEWEST:
            return np.arange(0), np.arange(n)
        rest, kept = hold_out(np.arange(n), min(self.validation_fraction, 1 - 2 / n), seed, codes.astype(np.float64))
        return kept, rest

    def _recipe(self, x: Floats, codes: Any, seed: int) -> Recipe:
        solver = SOLVERS.get(self.solver, self.solver)
        auto = solver == "auto"
        recipe = make_recipe(
            input=np.ascontiguousarray(x), goal=codes.tolist(), classes=list(range(len(self.classes_))), loss="cross-entropy",
            alpha=1.0 if auto else self._rate(self._rate_name), rule="plain" if auto else solver, batch=self._batch(len(x)),
            epochs=int(self.max_iter), seed=seed, order="shuffled" if self.shuffle else "given", **self._layers(seed),
        )  # fmt: skip
        recipe = replace(recipe, penalty=Penalty(l2=self._l2(len(x))))
        if auto:
            good = with_a_good_way(recipe)
            recipe = replace(good, epochs=int(self.max_iter), batch=good.batch if self.batch_size == "auto" else recipe.batch)
        return replace(recipe, tolerance=self._tolerance())

    _rate_name: ClassVar[str]

    def _l2(self, n: int) -> float:
        """The penalty's l2, of a fit to n rows."""
        return float(self.alpha)

    def _batch(self, n: int) -> Any:
        return "all" if self.batch_size == "auto" and self._rate_name == "eta0" else super()._batch(n)

    def _layers(self, seed: int) -> dict[str, Any]:
        raise NotImplementedError

    @property
    def loss_curve_(self) -> list[float]:
        """Log loss after the fit; of every epoch: `run_`."""
        first = self.run_.recipe
        return [mean_loss(first.problem, first.start_weights()), self.run_.loss]

    def predict_proba(self, X: Any) -> Floats:  # noqa: N803
        """How likely each of `classes_` is, (n, c)."""
        table = self._table(X)
        p = self.run_.predictions(self._scaling.apply(table))
        return np.column_stack([1.0 - p, p]) if p.shape[1] == 1 else p

    def predict_log_proba(self, X: Any) -> Floats:  # noqa: N803
        """The logarithm of `predict_proba`."""
        with np.errstate(divide="ignore"):
            return np.asarray(np.log(self.predict_proba(X)))

    def predict(self, X: Any) -> Any:  # noqa: N803
        """The likeliest class of each row, (n,)."""
        likely = self.predict_proba(X)
        return self.classes_[likely.argmax(axis=1)]


class NodeClassifier(Classifying):
    """Logistic regression by gradient descent: one node for two classes, one for each of more, and why the fit went as it did.

    Parameters
    ----------
    fit_intercept : bool, default True
        A bias for each node.
    standardise : bool, default True
        Inputs to mean 0 and deviation 1 first. `coef_` and `intercept_` are for the columns as they are.
    solver : "auto" or a rule, default "auto"
        "auto" is Nesterov's rule, its rate and momentum from the data, as `nodescope.fit` takes them.
    eta0 : "auto" or float, default "auto"
        The rate of another solver, nodescope's alpha.
    batch_size : "auto", "all" or int, default "auto"
        Rows a step: "auto" is all.
    max_iter : int, default 1000
        Epochs.
    tol : float or None, default 1e-6
        Stop when the log loss no longer improves by this part of itself for `n_iter_no_change` epochs one after another.
    n_iter_no_change : int, default 10
    early_stopping : bool, default False
        Of 20 rows or more keep some unseen, stop by their log loss, and keep the best epoch.
    validation_fraction : float, default 0.1
    class_weight : dict, "balanced" or None
    alpha : float, default 0.0
        L2 penalty: ½ · alpha · Σ weight² is added to the mean log loss, biases left alone; `LogisticRegression` calls it 1 ÷ (C n).
        With `standardise` it is the weights of the standardised columns that cost.
    shuffle : bool, default True
    random_state : int, RandomState or None

    Attributes
    ----------
    classes_ : (n_classes,)
    coef_ : (1 or n_classes, n_features)
    intercept_ : (1 or n_classes,)
    run_, diagnosis_, forecast_, n_iter_
        As for `NodeRegressor`.

    Raises
    ------
    InputError
        (a ValueError) The fit diverged: the verdict says why. Or fewer than two classes. The estimator is then as it was before.

    Examples
    --------
    >>> from nodescope.sklearn import NodeClassifier
    >>> x = [[0.0], [1.0], [2.0], [3.0], [4.0], [5.0]]
    >>> NodeClassifier().fit(x, ["no", "no", "yes", "no", "yes", "yes"]).predict([[0.5], [4.5]]).tolist()
    ['no', 'yes']
    """

    _rate_name = "eta0"
    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **_CONSTRAINTS,
        "fit_intercept": ["boolean"],
        "eta0": [StrOptions({"auto"}), Interval(Real, None, None, closed="neither")],
    }

    def __init__(
        self, *, fit_intercept: bool = True, standardise: bool = True, solver: str = "auto", eta0: Any = "auto",
        batch_size: Any = "auto", max_iter: int = 1000, tol: float | None = 1e-6, n_iter_no_change: int = 10,
        early_stopping: bool = False, validation_fraction: float = 0.1, class_weight: Any = None, alpha: float = 0.0,
        shuffle: bool = True, random_state: Any = None,
    ) -> None:  # fmt: skip
        self.fit_intercept = fit_intercept
        self.standardise = standardise
        self.solver = solver
        self.eta0 = eta0
        self.batch_size = batch_size
        self.max_iter = max_iter
        self.tol = tol
        self.n_iter_no_change = n_iter_no_change
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.class_weight = class_weight
        self.alpha = alpha
        self.shuffle = shuffle
        self.random_state = random_state

    def _layers(self, seed: int) -> dict[str, Any]:
        return {"bias": bool(self.fit_intercept)}

    @property
    def _line(self) -> tuple[Floats, Floats]:
        block, bias = self.run_.network.weights[0], self.run_.network.biases[0]
        return self._scaling.in_table_units(block, bias)

    @property
    def coef_(self) -> Floats:
        """Weights (1 or n_classes, n_features) for the columns as they are."""
        return self._line[0]

    @property
    def intercept_(self) -> Floats:
        """Biases that go with `coef_`."""
        return self._line[1]

    def decision_function(self, X: Any) -> Floats:  # noqa: N803
        """Sums before the sigmoid (n,) or softmax (n, c)."""
        table = self._table(X)
        sums = table @ self.coef_.T + self.intercept_
        return np.asarray(sums[:, 0] if sums.shape[1] == 1 else sums)


class NetworkClassifier(Classifying):
    """Classification by a network of dense layers, and the reason why its fit went as it did.

    Parameters
    ----------
    hidden_layer_sizes : sequence of int, or int, default (64,)
        Nodes of each hidden layer.
    activation : {"relu", "tanh", "leaky relu", "sigmoid" (or "logistic"), "softplus", "gelu", "identity"}, default "relu"
        Of the hidden layers.
    solver : "auto" or a rule, default "auto"
        "auto" is Adam at the rate that `nodescope.fit` takes.
    learning_rate_init : "auto" or float, default "auto"
        The rate of another solver.
    batch_size : "auto", "all" or int, default "auto"
    max_iter : int, default 200
    tol : float or None, default 1e-4
    n_iter_no_change : int, default 10
    early_stopping : bool, default True
        Of 20 rows or more keep some unseen, stop by their log loss, and keep the best epoch.
    validation_fraction : float, default 0.1
    class_weight : dict, "balanced" or None
    alpha : float, default 0.0
        L2 penalty, divided by the rows of a step, as that of `MLPClassifier` is.
    standardise, shuffle : bool, default True
    random_state : int, RandomState or None

    Attributes
    ----------
    classes_ : (n_classes,)
    coefs_, intercepts_ : lists, one for each layer
        For standardised columns, as `MLPClassifier` has them.
    run_, diagnosis_, forecast_, n_iter_
        As for `NodeRegressor`.

    Raises
    ------
    InputError
        (a ValueError) The fit diverged: the verdict says why. Or fewer than two classes, or layers that cannot be.

    Examples
    --------
    >>> from nodescope.sklearn import NetworkClassifier
    >>> x = [[i / 10] for i in range(-30, 30)]
    >>> fit = NetworkClassifier((16,), random_state=0, early_stopping=False).fit(x, [abs(row[0]) > 1 for row in x])
    >>> fit.score(x, [abs(row[0]) > 1 for row in x]) > 0.9
    True
    """

    _rate_name = "learning_rate_init"
    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **_CONSTRAINTS,
        "hidden_layer_sizes": ["array-like", Interval(Integral, 1, None, closed="left")],
        "activation": [StrOptions(set(ACTIVATIONS) | {"logistic"})],
        "learning_rate_init": [StrOptions({"auto"}), Interval(Real, None, None, closed="neither")],
    }

    def __init__(
        self, hidden_layer_sizes: Any = (64,), activation: str = "relu", *, solver: str = "auto", learning_rate_init: Any = "auto",
        batch_size: Any = "auto", max_iter: int = 200, tol: float | None = 1e-4, n_iter_no_change: int = 10,
        early_stopping: bool = True, validation_fraction: float = 0.1, class_weight: Any = None, alpha: float = 0.0,
        standardise: bool = True, shuffle: bool = True, random_state: Any = None,
    ) -> None:  # fmt: skip
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.solver = solver
        self.learning_rate_init = learning_rate_init
        self.batch_size = batch_size
        self.max_iter = max_iter
        self.tol = tol
        self.n_iter_no_change = n_iter_no_change
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.class_weight = class_weight
        self.alpha = alpha
        self.standardise = standardise
        self.shuffle = shuffle
        self.random_state = random_state

    def _l2(self, n: int) -> float:
        rows = self._batch(n)
        return float(self.alpha) / (n if rows == "all" else rows)

    def _layers(self, seed: int) -> dict[str, Any]:
        hidden = hidden_sizes(self.hidden_layer_sizes)
        return {"network": {"hidden": hidden, "activation": activation_name(self.activation), "seed": seed}}

    @property
    def coefs_(self) -> list[Floats]:
        """Of each layer (inputs, nodes)."""
        return [block.T.copy() for block in self.run_.network.weights]

    @property
    def intercepts_(self) -> list[Floats]:
        """Of each layer (nodes,)."""
        return [np.zeros(0) if bias is None else bias.copy() for bias in self.run_.network.biases]
