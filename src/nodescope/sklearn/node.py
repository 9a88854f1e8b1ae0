"""A node (or several beside each other) as a scikit-learn regressor."""

from dataclasses import dataclass, replace
from numbers import Integral, Real
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.utils._param_validation import Interval, StrOptions

from nodescope.arithmetic.rules import RULES
from nodescope.data.scaling import Scaling
from nodescope.errors import InputError
from nodescope.run.fit_choices import with_a_good_way
from nodescope.run.making import make_recipe
from nodescope.run.recipe import Recipe
from nodescope.sklearn.estimator import MOST_EPOCHS, Floats, Regressing, kept_unseen, measured, unscaled
from nodescope.theory.automatic import CUSTOMARY

USUAL_EPOCHS = 1000


@dataclass(frozen=True, eq=False)
class _Rows:
    """Rows as the node sees them: multiplied by the roots of their weights, where they have some.

    An intercept is then one more input, of ones before they are multiplied; or, where weights cost something and it must not,
    it is what is left between the rows' means.
    """

    x: Floats
    y: Floats
    root: Floats | None = None
    has_ones: bool = False
    means: tuple[Floats, Floats] | None = None

    @classmethod
    def of(cls, x: Floats, y: Floats, weight: Floats | None, unseen: Any, *, intercept: bool, apart: bool) -> "_Rows":
        """`unseen` rows take no part in any mean; `apart`: the intercept is no weight among others."""
        if weight is None:
            return cls(x, y)
        seen = weight[~unseen]
        root = np.sqrt(weight / seen.mean())[:, None]
        if intercept and apart:
            means = (np.average(x[~unseen], axis=0, weights=seen), np.average(y[~unseen], axis=0, weights=seen))
            return cls((x - means[0]) * root, (y - means[1]) * root, root, means=means)
        x = np.column_stack([x, np.ones(len(x))]) if intercept else x
        return cls(x * root, y * root, root, has_ones=intercept)

    def line_of(self, found: Floats, bias: Any) -> tuple[Floats, Any]:
        """Weights (k, d) and biases (k,) or None for the rows as they were."""
        if self.has_ones:
            return found[:, :-1], found[:, -1]
        if self.means is not None:
            return found, self.means[1] - found @ self.means[0]
        return found, bias


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
    solver : {"auto", "plain", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw"}, default "auto"
        The rule; those that rescale their steps need a number as eta0. "auto" is Nesterov's for all rows at once and eta0="auto":
        rate, momentum and epochs from the data, as `nodescope.fit` takes them; else it is "plain".
    batch_size : "all" or int, default "all"
        Rows a step.
    max_iter : int or None, default None
        Epochs; None is as many as `nodescope.fit` takes, or 1000 where the solver is not chosen by it.
    shuffle : bool, default True
        Another order of the rows in each epoch, where a step has not all of them.
    random_state : int, RandomState or None
    alpha : float, default 0.0
        L2 penalty: ½ · alpha · Σ weight² is added to half the mean squared error, the intercept left alone, as `SGDRegressor` has
        it; `Ridge` calls it alpha ÷ n. With `standardise` it is the weights of the standardised columns that cost.
    tol : float or None, default None
        Stop when the error no longer improves by this part of itself for `n_iter_no_change` epochs one after another: that of the
        rows kept unseen, or of all with the penalty.
    n_iter_no_change : int, default 10
    early_stopping : bool, default False
        Of 20 rows or more keep some unseen, and take the epoch that did best on them.
    validation_fraction : float, default 0.1
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
        "solver": [StrOptions({"auto"} | set(RULES))],
        "batch_size": [StrOptions({"all"}), Interval(Integral, 1, None, closed="left")],
        "max_iter": [None, Interval(Integral, 1, MOST_EPOCHS, closed="both")],
        "shuffle": ["boolean"],
        "random_state": ["random_state"],
        "alpha": [Interval(Real, 0, None, closed="left")],
        "tol": [None, Interval(Real, 0, 1, closed="left")],
        "n_iter_no_change": [Interval(Integral, 1, None, closed="left")],
        "early_stopping": ["boolean"],
        "validation_fraction": [Interval(Real, 0, 1, closed="neither")],
        "warm_start": ["boolean"],
    }

    def __init__(
        self, *, fit_intercept: bool = True, standardise: bool = True, eta0: Any = "auto", solver: str = "auto",
        batch_size: Any = "all", max_iter: int | None = None, shuffle: bool = True, random_state: Any = None, alpha: float = 0.0,
        tol: float | None = None, n_iter_no_change: int = 10, early_stopping: bool = False, validation_fraction: float = 0.1,
        warm_start: bool = False,
    ) -> None:  # fmt: skip
        self.fit_intercept = fit_intercept
        self.standardise = standardise
        self.eta0 = eta0
        self.solver = solver
        self.batch_size = batch_size
        self.max_iter = max_iter
        self.shuffle = shuffle
        self.random_state = random_state
        self.alpha = alpha
        self.tol = tol
        self.n_iter_no_change = n_iter_no_change
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.warm_start = warm_start

    def _fit(self, x: Floats, y: Floats, weight: Floats | None, *, goes_on: bool, partial: bool) -> Self:
        self._refuse_auto()
        seed = self._seed()
        unseen = kept_unseen(self, len(x), seed, partial)
        of_rest = None if weight is None else weight[~unseen]
        scaling = self._scaling_of(x[~unseen], of_rest, goes_on)
        weights, biases = self._kept(scaling) if goes_on else (np.zeros((y.shape[1], x.shape[1])), np.zeros(y.shape[1]))
        rows = _Rows.of(scaling.apply(x), y, weight, unseen, intercept=self.fit_intercept, apart=self.alpha > 0)
        x, y = rows.x, rows.y
        bias: Any = biases if self.fit_intercept and rows.root is None else False
        if rows.has_ones:
            weights = np.column_stack([weights, biases])
        recipe = make_recipe(
            weight=weights, input=np.ascontiguousarray(x[~unseen]), goal=np.ascontiguousarray(y[~unseen]), bias=bias,
            alpha=self._rate("eta0"), rule="plain" if self.solver == "auto" else self.solver,
            batch=self._batch(int((~unseen).sum())), epochs=self._epochs(partial),
            seed=seed, order="shuffled" if self.shuffle else "given", penalty=float(self.alpha),
        )  # fmt: skip
        if (self.solver, self.eta0, partial) == ("auto", "auto", False) and recipe.problem.batch == recipe.problem.n:
            recipe = self._good_way(recipe)
        recipe = replace(recipe, tolerance=None if partial else self._tolerance())
        if unseen.any():
            recipe = replace(recipe, examples=replace(recipe.examples, unseen_input=x[unseen], unseen_goal=y[unseen]), keep="best")
        run = self._go(recipe)
        self._finish(run)
        self._scaling = scaling
        with np.errstate(all="ignore"):
            self._keep(*scaling.in_table_units(*rows.line_of(np.asarray(run.weight), run.bias)))
        return self

    def _good_way(self, recipe: Recipe) -> Recipe:
        good = with_a_good_way(recipe)
        return good if self.max_iter is None else replace(good, epochs=int(self.max_iter))

    def _epochs(self, partial: bool) -> int:
        return USUAL_EPOCHS if self.max_iter is None and not partial else super()._epochs(partial)

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
