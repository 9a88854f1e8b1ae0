"""Layers of nodes as a scikit-learn regressor."""

import dataclasses
from numbers import Integral, Real
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.base import _fit_context
from sklearn.utils._param_validation import Interval, StrOptions

from nodescope.arithmetic.activations import ACTIVATIONS
from nodescope.arithmetic.core import engine
from nodescope.arithmetic.order import HOLDOUT_EPOCH, positions
from nodescope.arithmetic.rules import RULES
from nodescope.run.descend import descend
from nodescope.run.network import Network, network
from nodescope.sklearn.estimator import Descending, Floats, Scale

FEWEST = 20
"""Rows from which some are kept for early stopping."""
SMALL = 200
"""Rows of a step where batch_size is "auto"."""
FINE = 64
"""Parts of the mean weight that a row's weight is rounded to, where weights are not whole multiples of the smallest."""
_NAMES = {"logistic": "sigmoid"}
_SOLVERS = {"sgd": "plain"}


class NetworkRegressor(Descending):
    """Regression by a network of dense layers, and the reason why its fit went as it did.

    Parameters
    ----------
    hidden_layer_sizes : sequence of int, default (64,)
        Nodes of each hidden layer; () is a linear regression.
    activation : {"relu", "tanh", "leaky relu", "sigmoid" (or "logistic"), "softplus", "gelu", "identity"}, default "relu"
        Of the hidden layers.
    solver : {"adam", "adamw", "plain" (or "sgd"), "momentum", "nesterov", "adagrad", "rmsprop"}, default "adam"
        The rule.
    learning_rate_init : "auto" or float, default "auto"
        The rate, nodescope's alpha: "auto" is half of the local limit at the start, or the customary rate of a rule that rescales
        its steps (Adam 0.001). The loss is *half* the squared error, as that of `MLPRegressor` is.
    batch_size : "auto", "all" or int, default "auto"
        Rows a step: "auto" is 200, or all where there are fewer, as for `MLPRegressor`.
    max_iter : int, default 200
        Epochs.
    shuffle : bool, default True
    random_state : int, RandomState or None
        Of the first weights, the order, and the rows kept unseen.
    standardise : bool, default True
        Inputs and targets to mean 0 and deviation 1 first; predictions are in the targets' units.
    early_stopping : bool, default True
        Of 20 rows or more keep some unseen, and take the weights of the epoch that did best on them. As every step can be had
        again, this is decided afterwards: `run_` has all epochs.
    validation_fraction : float, default 0.1
    warm_start : bool, default False
        Begin where the last fit ended.

    Attributes
    ----------
    coefs_ : list of (inputs, nodes)
        Of each layer, for standardised columns, as `MLPRegressor` has them.
    intercepts_ : list of (nodes,)
    run_, diagnosis_, forecast_, loss_curve_, n_iter_
        As for `NodeRegressor`.
    best_iter_ : int
        The epoch whose weights are used.
    validation_scores_ : list of float, or None
        R² of the rows kept unseen after each epoch.

    Notes
    -----
    A row's weight is how often it is there: multiples of the smallest weight are exact, others are rounded to 1/64 of the mean.

    Raises
    ------
    InputError
        (a ValueError) The fit diverged: the verdict says why.

    Examples
    --------
    >>> from nodescope.sklearn import NetworkRegressor
    >>> x = [[i / 10] for i in range(-30, 30)]
    >>> fit = NetworkRegressor((8,), learning_rate_init=0.05, random_state=0).fit(x, [abs(row[0]) for row in x])
    >>> fit.score(x, [abs(row[0]) for row in x]) > 0.95
    True
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "hidden_layer_sizes": ["array-like"],
        "activation": [StrOptions(set(ACTIVATIONS) | set(_NAMES))],
        "solver": [StrOptions(set(RULES) | set(_SOLVERS))],
        "learning_rate_init": [StrOptions({"auto"}), Interval(Real, None, None, closed="neither")],
        "batch_size": [StrOptions({"auto", "all"}), Interval(Integral, 1, None, closed="left")],
        "max_iter": [Interval(Integral, 1, None, closed="left")],
        "shuffle": ["boolean"],
        "random_state": ["random_state"],
        "standardise": ["boolean"],
        "early_stopping": ["boolean"],
        "validation_fraction": [Interval(Real, 0, 1, closed="neither")],
        "warm_start": ["boolean"],
    }

    def __init__(
        self, hidden_layer_sizes: Any = (64,), activation: str = "relu", *, solver: str = "adam", learning_rate_init: Any = "auto",
        batch_size: Any = "auto", max_iter: int = 200, shuffle: bool = True, random_state: Any = None, standardise: bool = True,
        early_stopping: bool = True, validation_fraction: float = 0.1, warm_start: bool = False,
    ) -> None:  # fmt: skip
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.solver = solver
        self.learning_rate_init = learning_rate_init
        self.batch_size = batch_size
        self.max_iter = max_iter
        self.shuffle = shuffle
        self.random_state = random_state
        self.standardise = standardise
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.warm_start = warm_start

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:  # noqa: N803  # scikit-learn's names
        """Fit to rows X (n, d) and targets y (n,) or (n, k), rows weighted by sample_weight (n,)."""
        return self._fit(X, y, sample_weight, self.max_iter, goes_on=self.warm_start, keep_some=self.early_stopping)

    @_fit_context(prefer_skip_nested_validation=True)
    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:  # noqa: N803
        """One epoch over some rows, from where the weights are; columns are scaled as in the first rows that were seen."""
        return self._fit(X, y, sample_weight, 1, goes_on=True, keep_some=False)

    def _fit(self, x: Any, y: Any, sample_weight: Any, epochs: int, *, goes_on: bool, keep_some: bool) -> Self:
        goes_on = goes_on and hasattr(self, "run_")
        x, y, weight = self._checked(x, y, sample_weight, reset=not goes_on)
        seed = self._seed()
        unseen = self._kept_unseen(len(x), seed) if keep_some else np.zeros(len(x), dtype=bool)
        kept, rest = (np.flatnonzero(unseen), np.flatnonzero(~unseen))
        if not goes_on:
            of_rest = None if weight is None else weight[rest]
            self._scale, self._target = (Scale.of(part[rest], of_rest, self.standardise) for part in (x, y))
            function = _NAMES.get(self.activation, self.activation)
            sizes = [x.shape[1], *map(int, self.hidden_layer_sizes), y.shape[1]]
            self._network: Network = network(sizes, activation=function, seed=seed)
        x, y = self._scale.apply(x), self._target.apply(y)
        rows = rest if weight is None else np.repeat(rest, _times(weight[rest]))
        run = descend(
            network=self._network, input=x[rows], goal=y[rows], alpha=self._rate("learning_rate_init"), epochs=epochs,
            rule=_SOLVERS.get(self.solver, self.solver), batch=SMALL if self.batch_size == "auto" else self.batch_size,
            order="shuffled" if self.shuffle else "given", seed=seed,
        )  # fmt: skip
        self._unit = float(np.sqrt((self._target.deviation**2).mean()))
        self._finish(run)
        self._choose(x[kept], y[kept], None if weight is None else weight[kept])
        return self

    def _kept_unseen(self, n: int, seed: int) -> Any:
        """Which rows are kept unseen."""
        unseen = np.zeros(n, dtype=bool)
        if n >= FEWEST:
            unseen[positions(n, seed, HOLDOUT_EPOCH, 0, max(1, round(self.validation_fraction * n)))] = True
        return unseen

    def _choose(self, x: Floats, y: Floats, weight: Floats | None) -> None:
        """The weights of the epoch that did best on rows kept unseen, or of the last."""
        run, ends = self.run_, self._epoch_ends()
        problem = run.recipe.problem
        flats = (problem.weights(run.replay.state_at(step)) for step in ends)
        self.validation_scores_: list[float] | None = None
        best = len(ends) - 1
        if len(x):
            kept = dataclasses.replace(problem, input=x, goal=np.zeros((len(x), y.shape[1])), native=None, batch=1)
            errors = [np.average(((engine().predict(kept, flat) - y) ** 2).mean(axis=1), weights=weight) for flat in flats]
            spread = np.average(((y - np.average(y, axis=0, weights=weight)) ** 2).mean(axis=1), weights=weight) or 1.0
            self.validation_scores_ = [float(1 - error / spread) for error in errors]
            best = int(np.argmin(errors))
        self.best_iter_ = ends[best] // run.recipe.steps_per_epoch
        assert run.recipe.network is not None
        self._network = run.recipe.network.with_flat(problem.weights(run.replay.state_at(ends[best])))
        self.coefs_ = [block.T.copy() for block in self._network.weights]
        self.intercepts_ = [np.zeros(0) if bias is None else bias.copy() for bias in self._network.biases]

    def predict(self, X: Any) -> Floats:  # noqa: N803
        """Predictions (n,) or (n, k) in the targets' units."""
        rows = self._table(X)
        x = self._scale.apply(rows)
        problem = dataclasses.replace(
            self.run_.recipe.problem, input=x, goal=np.zeros((len(x), len(self._target.mean))), native=None, batch=1
        )
        return self._as_given(self._target.undo(engine().predict(problem, self._network.flat())))


def _times(weight: Floats) -> Any:
    """How often each row is there."""
    times = weight / weight.min()
    if not np.allclose(times, np.round(times), rtol=1e-9) or times.mean() > 1000:
        times = FINE * weight / weight.mean()
    return np.maximum(np.round(times).astype(np.int64), 0)
