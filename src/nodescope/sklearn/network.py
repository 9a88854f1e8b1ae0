"""Layers of nodes as a scikit-learn regressor."""

import dataclasses
from numbers import Integral, Real
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.utils._param_validation import Interval, StrOptions

from nodescope.arithmetic.activations import ACTIVATIONS
from nodescope.arithmetic.core import engine
from nodescope.arithmetic.problem import Problem
from nodescope.arithmetic.rules import RULES
from nodescope.data.scaling import Scaling
from nodescope.errors import InputError
from nodescope.run.making import make_recipe
from nodescope.run.network import Network, network
from nodescope.sklearn.estimator import MOST_EPOCHS, Floats, Regressing, epoch_ends, kept_unseen, measured, unscaled
from nodescope.sklearn.weights import SOLVERS, activation_name, hidden_sizes, times


class NetworkRegressor(Regressing):
    """Regression by a network of dense layers, and the reason why its fit went as it did.

    Parameters
    ----------
    hidden_layer_sizes : sequence of int, or int, default (64,)
        Nodes of each hidden layer; () is a linear regression, a number is one layer.
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
        Another order of the rows in each epoch, where a step has not all of them.
    random_state : int, RandomState or None
        Of the first weights, the order, and the rows kept unseen.
    standardise : bool, default True
        Inputs and targets to mean 0 and deviation 1 first; predictions are in the targets' units.
    early_stopping : bool, default True
        Of 20 rows or more keep some unseen, and take the weights of the epoch that did best on them. As every step can be had
        again, this is decided afterwards: `run_` has all epochs.
    validation_fraction : float above 0 and below 1, default 0.1
        Of the rows, how many early stopping keeps unseen: one at least, and one at least is left to learn from.
    alpha : float, default 0.0
        L2 penalty, divided by the rows of a step, as that of `MLPRegressor` is.
    tol : float or None, default None
        Stop when the error, of the rows kept unseen where there are any, no longer improves by this part of itself for
        `n_iter_no_change` epochs one after another.
    n_iter_no_change : int, default 10
    warm_start : bool, default False
        Begin with the weights of the last fit, its columns scaled as in it; what the solver remembered is forgotten.

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

    Raises
    ------
    InputError
        (a ValueError) The fit diverged: the verdict says why. Or text in place of numbers, layers that cannot be, other targets or
        layers than those of the fit to go on from. The estimator is then as it was before.

    Notes
    -----
    A row's weight is how often it is there: multiples of the smallest weight are exact where the mean is at most 16 times that;
    others are rounded to 1/16 of the mean weight, and an epoch has 16 times the rows.

    Examples
    --------
    >>> from nodescope.sklearn import NetworkRegressor
    >>> x = [[i / 10] for i in range(-30, 30)]
    >>> fit = NetworkRegressor((8,), learning_rate_init=0.05, random_state=0).fit(x, [abs(row[0]) for row in x])
    >>> fit.score(x, [abs(row[0]) for row in x]) > 0.95
    True
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "hidden_layer_sizes": ["array-like", Interval(Integral, 1, None, closed="left")],
        "activation": [StrOptions(set(ACTIVATIONS) | {"logistic"})],
        "solver": [StrOptions(set(RULES) | set(SOLVERS))],
        "learning_rate_init": [StrOptions({"auto"}), Interval(Real, None, None, closed="neither")],
        "batch_size": [StrOptions({"auto", "all"}), Interval(Integral, 1, None, closed="left")],
        "max_iter": [Interval(Integral, 1, MOST_EPOCHS, closed="both")],
        "shuffle": ["boolean"],
        "random_state": ["random_state"],
        "standardise": ["boolean"],
        "early_stopping": ["boolean"],
        "validation_fraction": [Interval(Real, 0, 1, closed="neither")],
        "alpha": [Interval(Real, 0, None, closed="left")],
        "tol": [None, Interval(Real, 0, 1, closed="left")],
        "n_iter_no_change": [Interval(Integral, 1, None, closed="left")],
        "warm_start": ["boolean"],
    }

    def __init__(
        self, hidden_layer_sizes: Any = (64,), activation: str = "relu", *, solver: str = "adam", learning_rate_init: Any = "auto",
        batch_size: Any = "auto", max_iter: int = 200, shuffle: bool = True, random_state: Any = None, standardise: bool = True,
        early_stopping: bool = True, validation_fraction: float = 0.1, alpha: float = 0.0, tol: float | None = None,
        n_iter_no_change: int = 10, warm_start: bool = False,
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
        self.alpha = alpha
        self.tol = tol
        self.n_iter_no_change = n_iter_no_change
        self.warm_start = warm_start

    def _fit(self, x: Floats, y: Floats, weight: Floats | None, *, goes_on: bool, partial: bool) -> Self:
        seed = self._seed()
        unseen = kept_unseen(self, len(x), seed, partial)
        kept, rest = np.flatnonzero(unseen), np.flatnonzero(~unseen)
        start = self._start([x.shape[1], *hidden_sizes(self.hidden_layer_sizes), y.shape[1]], seed, goes_on)
        if not goes_on:
            of_rest = None if weight is None else weight[rest]
            self._scaling, self._target = (self._scaling_of(part[rest], of_rest) for part in (x, y))
        x, y = self._scaling.apply(x), self._target.apply(y)
        rows = rest if weight is None else np.repeat(rest, times(weight[rest]))
        batch = self._batch(len(rows))
        recipe = make_recipe(
            network=start, input=x[rows], goal=y[rows], alpha=self._rate("learning_rate_init"), epochs=self._epochs(partial),
            rule=SOLVERS.get(self.solver, self.solver), batch=batch, seed=seed, order="shuffled" if self.shuffle else "given",
            penalty=float(self.alpha) / (len(rows) if batch == "all" else batch),
        )  # fmt: skip
        if self.tol is not None and not partial:
            recipe = dataclasses.replace(recipe, tolerance=self._tolerance())
            if len(kept):
                examples = dataclasses.replace(recipe.examples, unseen_input=x[kept], unseen_goal=y[kept])
                recipe = dataclasses.replace(recipe, examples=examples)
        self._finish(self._go(recipe))
        self._units = self._target.unit
        self._choose(x[kept], y[kept], None if weight is None else weight[kept])
        return self

    def _start(self, sizes: list[int], seed: int, goes_on: bool) -> Network:
        """The network to begin with."""
        chosen = activation_name(self.activation) if len(sizes) > 2 else None
        fresh = network(sizes, activation=chosen, seed=seed)
        if not goes_on:
            return fresh
        if repr(fresh) != repr(self._network):
            raise InputError(
                f"{fresh!r} cannot go on from {self._network!r}; "
                "keep hidden_layer_sizes and activation, or begin anew: fit with warm_start=False"
            )
        return self._network

    def _scaling_of(self, x: Floats, weight: Floats | None) -> Scaling:
        return measured(x, weight) if self.standardise else unscaled(x.shape[1])

    def _choose(self, x: Floats, y: Floats, weight: Floats | None) -> None:
        """The weights of the epoch that did best on rows kept unseen, or of the last."""
        run, ends = self.run_, epoch_ends(self.run_)
        problem = run.recipe.problem
        self.validation_scores_: list[float] | None = None
        best = len(ends) - 1
        if len(x):
            kept = _with_rows(problem, x)
            flats = (problem.weights(run.replay.state_at(step)) for step in ends)
            errors = [np.average(((engine().predict(kept, flat) - y) ** 2).mean(axis=1), weights=weight) for flat in flats]
            spread = np.average(((y - np.average(y, axis=0, weights=weight)) ** 2).mean(axis=1), weights=weight) or 1.0
            self.validation_scores_ = [float(1 - error / spread) for error in errors]
            best = int(np.argmin(errors))
        self.best_iter_ = -(-ends[best] // run.recipe.steps_per_epoch)
        self._network = run.recipe.network.with_flat(problem.weights(run.replay.state_at(ends[best])))
        self.coefs_ = [block.T.copy() for block in self._network.weights]
        self.intercepts_ = [np.zeros(0) if bias is None else bias.copy() for bias in self._network.biases]

    def predict(self, X: Any) -> Floats:  # noqa: N803
        """Predictions (n,) or (n, k) in the targets' units."""
        table = self._table(X)
        rows = _with_rows(self.run_.recipe.problem, self._scaling.apply(table))
        return self._as_given(self._target.undo(engine().predict(rows, self._network.flat())))


def _with_rows(problem: Problem, x: Floats) -> Problem:
    """The same layers before other rows."""
    return dataclasses.replace(problem, input=x, goal=np.zeros((len(x), problem.k)), native=None, batch=1)
