"""A node (or several beside each other) as a scikit-learn regressor."""

from numbers import Integral, Real
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.base import _fit_context
from sklearn.utils._param_validation import Interval, StrOptions

from nodescope.arithmetic.rules import RULES
from nodescope.run.descend import descend
from nodescope.sklearn.estimator import Descending, Floats, Scale

_ONE_LAYER = {"plain", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw"} & set(RULES)


class NodeRegressor(Descending):
    """Linear regression by gradient descent: one node for each target, and the reason why its fit went as it did.

    Parameters
    ----------
    fit_intercept : bool, default True
        A bias for each node.
    standardise : bool, default True
        Inputs to mean 0 and deviation 1 first, so that unscaled columns do no harm. `coef_` and `intercept_` are for the columns as
        they are.
    eta0 : "auto" or float, default "auto"
        The rate, nodescope's alpha: "auto" is the best one for all rows at once, or a safe one for fewer. A step subtracts
        eta0 × *half* the derivative of the mean squared error, as `SGDRegressor` does.
    solver : {"plain", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw"}, default "plain"
        The rule; those that rescale their steps need a number as eta0.
    batch_size : "all" or int, default "all"
        Rows a step.
    max_iter : int, default 1000
        Epochs.
    shuffle : bool, default True
        Another order of the rows in each epoch, where a step has not all of them.
    random_state : int, RandomState or None
    warm_start : bool, default False
        Begin where the last fit ended.

    Attributes
    ----------
    coef_ : (n_features,) or (n_targets, n_features)
    intercept_ : float or (n_targets,)
    run_ : nodescope.Run
        With every number of every step; where rows have weights, its rows are multiplied by their roots, and its bias is an input.
    diagnosis_ : nodescope.Diagnosis
        Why it went so; a fault or a warning among its findings is a `ConvergenceWarning`, whose text is the verdict.
    forecast_ : nodescope.Forecast
    loss_curve_ : list of float
    n_iter_ : int
        Epochs made.
    n_features_in_, feature_names_in_
        As everywhere.

    Raises
    ------
    InputError
        (a ValueError) The fit diverged: the verdict says why, and which eta0 holds.

    Examples
    --------
    >>> from nodescope.sklearn import NodeRegressor
    >>> fit = NodeRegressor().fit([[0.0, 1000.0], [1.0, 3000.0], [2.0, 2000.0], [3.0, 7000.0]], [1.0, 3.0, 5.0, 7.0])
    >>> fit.coef_.round(6).tolist(), round(fit.intercept_, 6)
    ([2.0, 0.0], 1.0)
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "fit_intercept": ["boolean"],
        "standardise": ["boolean"],
        "eta0": [StrOptions({"auto"}), Interval(Real, None, None, closed="neither")],
        "solver": [StrOptions(_ONE_LAYER)],
        "batch_size": [StrOptions({"all"}), Interval(Integral, 1, None, closed="left")],
        "max_iter": [Interval(Integral, 1, None, closed="left")],
        "shuffle": ["boolean"],
        "random_state": ["random_state"],
        "warm_start": ["boolean"],
    }

    def __init__(
        self, *, fit_intercept: bool = True, standardise: bool = True, eta0: Any = "auto", solver: str = "plain",
        batch_size: Any = "all", max_iter: int = 1000, shuffle: bool = True, random_state: Any = None, warm_start: bool = False,
    ) -> None:  # fmt: skip
        self.fit_intercept = fit_intercept
        self.standardise = standardise
        self.eta0 = eta0
        self.solver = solver
        self.batch_size = batch_size
        self.max_iter = max_iter
        self.shuffle = shuffle
        self.random_state = random_state
        self.warm_start = warm_start

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:  # noqa: N803  # scikit-learn's names
        """Fit to rows X (n, d) and targets y (n,) or (n, k), rows weighted by sample_weight (n,)."""
        goes_on = self.warm_start and hasattr(self, "run_")
        x, y, weight = self._checked(X, y, sample_weight, reset=not goes_on)
        if not goes_on:
            self._scale = Scale.of(x, weight, self.standardise)
        return self._descend(x, y, weight, self.max_iter, self._kept() if goes_on else None)

    @_fit_context(prefer_skip_nested_validation=True)
    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:  # noqa: N803
        """One epoch over some rows, from where the weights are; columns are scaled as in the first rows that were seen."""
        goes_on = hasattr(self, "run_")
        x, y, weight = self._checked(X, y, sample_weight, reset=not goes_on)
        if not goes_on:
            self._scale = Scale.of(x, weight, self.standardise)
        return self._descend(x, y, weight, 1, self._kept() if goes_on else None)

    def _kept(self) -> tuple[Floats, Floats]:
        """Weights (k, d) and biases (k,) for the scaled columns."""
        coef, intercept = np.atleast_2d(self.coef_), np.atleast_1d(self.intercept_)
        return coef * self._scale.deviation, intercept + coef @ self._scale.mean

    def _descend(self, x: Floats, y: Floats, weight: Floats | None, epochs: int, start: tuple[Floats, Floats] | None) -> Self:
        k, d = y.shape[1], x.shape[1]
        x = self._scale.apply(x)
        weights, biases = start or (np.zeros((k, d)), np.zeros(k))
        bias: Any = biases if self.fit_intercept else False
        if weight is not None:
            root = np.sqrt(weight / weight.mean())[:, None]
            x = np.column_stack([x, np.ones(len(x))]) if self.fit_intercept else x
            x, y = x * root, y * root
            weights, bias = (np.column_stack([weights, biases]) if self.fit_intercept else weights), False
        run = descend(
            weight=weights, input=np.ascontiguousarray(x), goal=np.ascontiguousarray(y), bias=bias, alpha=self._rate("eta0"),
            rule=self.solver, batch=self.batch_size, epochs=epochs, seed=self._seed(),
            order="shuffled" if self.shuffle else "given",
        )  # fmt: skip
        self._finish(run)
        found = np.asarray(run.weight)
        coef = found[:, :d] / self._scale.deviation
        own = (found[:, d] if weight is not None else np.asarray(run.bias)) if self.fit_intercept else np.zeros(k)
        intercept = own - coef @ self._scale.mean if self.fit_intercept else own
        self.coef_ = coef[0] if self._one_target else coef
        self.intercept_ = float(intercept[0]) if self._one_target else intercept
        return self

    def predict(self, X: Any) -> Floats:  # noqa: N803
        """Predictions (n,) or (n, k) in the targets' units."""
        return self._as_given(self._table(X) @ np.atleast_2d(self.coef_).T + np.atleast_1d(self.intercept_))
