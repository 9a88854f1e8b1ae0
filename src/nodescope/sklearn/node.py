"""A node (or several beside each other) as a scikit-learn regressor."""

from numbers import Integral, Real
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.utils._param_validation import Interval, StrOptions

from nodescope.arithmetic.rules import RULES
from nodescope.data.scaling import Scaling
from nodescope.errors import InputError
from nodescope.run.descend import descend
from nodescope.sklearn.estimator import MOST_EPOCHS, Floats, Regressing, measured, unscaled
from nodescope.theory.automatic import CUSTOMARY


class NodeRegressor(Regressing):
    """Linear regression by gradient descent: one node for each target, and the reason why its fit went as it did.

    Parameters
    ----------
    fit_intercept : bool, default True
        A bias for each node.
    standardise : bool, default True
        Inputs to mean 0 and deviation 1 first, so that unscaled columns do no harm; without an intercept to mean square 1, about 0.
        `coef_` and `intercept_` are for the columns as they are.
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
        Begin with the weights of the last fit, its columns scaled as in it.

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
        (a ValueError) The fit diverged: the verdict says why, and which eta0 holds. Or text in place of numbers, eta0="auto" with a
        solver that needs a number, other targets than those of the fit to go on from. The estimator is then as it was before.

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
        "solver": [StrOptions(set(RULES))],
        "batch_size": [StrOptions({"all"}), Interval(Integral, 1, None, closed="left")],
        "max_iter": [Interval(Integral, 1, MOST_EPOCHS, closed="both")],
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

    def _fit(self, x: Floats, y: Floats, weight: Floats | None, *, goes_on: bool, partial: bool) -> Self:
        self._refuse_auto()
        scaling = self._scaling_of(x, weight, goes_on)
        weights, biases = self._kept(scaling) if goes_on else (np.zeros((y.shape[1], x.shape[1])), np.zeros(y.shape[1]))
        bias: Any = biases if self.fit_intercept else False
        d, x = x.shape[1], scaling.apply(x)
        if weight is not None:
            root = np.sqrt(weight / weight.mean())[:, None]
            x = np.column_stack([x, np.ones(len(x))]) if self.fit_intercept else x
            x, y = x * root, y * root
            weights, bias = (np.column_stack([weights, biases]) if self.fit_intercept else weights), False
        run = descend(
            weight=weights, input=np.ascontiguousarray(x), goal=np.ascontiguousarray(y), bias=bias, alpha=self._rate("eta0"),
            rule=self.solver, batch=self._batch(len(x)), epochs=self._epochs(partial), seed=self._seed(),
            order="shuffled" if self.shuffle else "given",
        )  # fmt: skip
        self._finish(run)
        found = np.asarray(run.weight)
        own = None if not self.fit_intercept else run.bias if weight is None else found[:, d]
        self._scaling = scaling
        with np.errstate(all="ignore"):
            self._keep(*scaling.in_table_units(found[:, :d], own))
        return self

    def _refuse_auto(self) -> None:
        if self.eta0 == "auto" and self.solver in CUSTOMARY:
            plain = ", ".join(f'"{rule}"' for rule in RULES if rule not in CUSTOMARY)
            raise InputError(f'eta0="auto" is for the solvers {plain}; {self.solver!r} needs a number, such as eta0=0.001')

    def _scaling_of(self, x: Floats, weight: Floats | None, goes_on: bool) -> Scaling:
        """Of the first rows seen; without an intercept columns keep their means, as nothing could make up for them."""
        if goes_on:
            return self._scaling if self.fit_intercept else Scaling(np.zeros(x.shape[1]), self._scaling.unit)
        return measured(x, weight, centred=self.fit_intercept) if self.standardise else unscaled(x.shape[1])

    def _kept(self, scaling: Scaling) -> tuple[Floats, Floats]:
        """Weights (k, d) and biases (k,) for the scaled columns."""
        coef, intercept = np.atleast_2d(self.coef_), np.atleast_1d(self.intercept_)
        return coef * scaling.unit, intercept + coef @ scaling.centre

    def _keep(self, coef: Floats, intercept: Floats) -> None:
        """Weights (k, d) and biases (k,) for the columns as they are."""
        if not (np.isfinite(coef).all() and np.isfinite(intercept).all()):
            raise InputError("coef_ is beyond the largest double: X is too small, or y too large; bring both to numbers near 1")
        self.coef_ = coef[0] if self._one_target else coef
        self.intercept_ = float(intercept[0]) if self._one_target else intercept

    def predict(self, X: Any) -> Floats:  # noqa: N803
        """Predictions (n,) or (n, k) in the targets' units."""
        return self._as_given(self._table(X) @ np.atleast_2d(self.coef_).T + np.atleast_1d(self.intercept_))
