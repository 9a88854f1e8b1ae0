"""What both estimators share: checking and scaling of tables, the run and its verdict, how they show themselves."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, MultiOutputMixin, RegressorMixin, _fit_context
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_random_state
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from nodescope.arithmetic.core import engine
from nodescope.arithmetic.order import HOLDOUT_EPOCH, positions
from nodescope.data.scaling import Scaling
from nodescope.diagnosis.after.verdict import Diagnosis, diagnose
from nodescope.diagnosis.before.forecast import Forecast
from nodescope.errors import InputError
from nodescope.run.descent import go
from nodescope.run.ending import Ending
from nodescope.run.recipe import Recipe
from nodescope.run.run import Run
from nodescope.run.watch import Tolerance
from nodescope.sklearn.callbacks import HAS_CALLBACKS, CallbackSupportMixin, fit_is_over, told_of_epochs, with_callbacks

Floats = NDArray[np.float64]
MOST_LOSSES = 1000
"""Epochs of `loss_curve_` at which the error is looked at."""
SMALL = 200
"""Rows of a step where batch_size is "auto"."""
FEWEST = 20
"""Rows from which some are kept for early stopping."""
MOST_EPOCHS = 2**62
"""What `descend` can count to."""
_USERS_LINE = 7 if HAS_CALLBACKS else 6
"""Frames from `_finish` to the line that calls `fit`, scikit-learn's wrappers of `fit` included."""


class Descending(CallbackSupportMixin, BaseEstimator):
    """An estimator that is fitted by gradient descent."""

    run_: Run
    diagnosis_: Diagnosis
    tol: float | None
    n_iter_no_change: int

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "run_")

    @property
    def forecast_(self) -> Forecast:
        """What could be said before the fit: limit of the rate, where it leads."""
        check_is_fitted(self)
        forecast: Forecast = self.diagnosis_.forecast
        return forecast

    def _epochs(self, partial: bool) -> int:
        return 1 if partial else int(self.max_iter)

    def _batch(self, n: int) -> Any:
        """Rows of a step, of n."""
        return "all" if self.batch_size == "all" else min(SMALL if self.batch_size == "auto" else int(self.batch_size), n)

    def _seed(self) -> int:
        return int(check_random_state(self.random_state).randint(2**31 - 1))

    def _rate(self, name: str) -> Any:
        value = getattr(self, name)
        return value if isinstance(value, str) else float(value)

    def _tolerance(self) -> Tolerance | None:
        return None if self.tol is None else Tolerance(float(self.tol), int(self.n_iter_no_change))

    def _go(self, recipe: Recipe) -> Run:
        """The run, told to scikit-learn's callbacks epoch by epoch."""
        x, y = recipe.examples.input, recipe.examples.goal
        tell = told_of_epochs(self, recipe.epochs or 1, x, y)
        run = go(recipe, keep=tell, finish=None if tell is None else lambda descent, _run: tell(descent))
        if tell is not None:
            fit_is_over(self, x, y)
        return run

    def _finish(self, run: Run) -> None:
        """Keep the run and its verdict; say the verdict where it is one of a fault or a warning, or of a fit interrupted."""
        told = diagnose(run)
        if run.ending is Ending.DIVERGED:
            raise InputError(told.verdict)
        self.run_, self.diagnosis_ = run, told
        self.n_iter_ = max(1, -(-run.steps // run.recipe.steps_per_epoch))
        troubled = told.withheld or any(finding.severity != "note" for finding in told.findings)
        if troubled or run.ending is Ending.INTERRUPTED:
            warnings.warn(told.verdict, ConvergenceWarning, stacklevel=_USERS_LINE)

    # ---- predicting and showing ----

    def _table(self, x: Any) -> Floats:
        """Rows to predict."""
        check_is_fitted(self)
        with naming_text():
            return _dense(validate_data(self, x, accept_sparse="csr", dtype=np.float64, reset=False))

    def _repr_html_inner(self) -> str:
        return self._with_verdict(super()._repr_html_inner())

    def _html_repr(self) -> str:
        return self._with_verdict(super()._html_repr())

    def _with_verdict(self, html: str) -> str:
        told = getattr(self, "diagnosis_", None)
        mark = '<p class="nodescope-verdict">'
        return html if told is None or mark in html else f"{html}{mark}{escape(told.verdict)}</p>"


class Regressing(MultiOutputMixin, RegressorMixin, Descending):
    """What both regressors share."""

    _units: Any = 1.0
    """Of each target, in the run."""

    @property
    def loss_curve_(self) -> list[float]:
        """Mean squared error over the rows learned from, in the targets' units, after each epoch (1,000 at most, with the last)."""
        check_is_fitted(self)
        problem, replay = self.run_.recipe.problem, self.run_.replay
        flats = (problem.weights(replay.state_at(step)) for step in epoch_ends(self.run_))
        with np.errstate(over="ignore"):
            errors = ((engine().predict(problem, flat) - problem.goal) * self._units for flat in flats)
            return [float((error**2).mean()) for error in errors]

    # ---- fitting ----

    @_fit_context(prefer_skip_nested_validation=True)
    @with_callbacks
    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:  # noqa: N803  # scikit-learn's names
        """Fit to rows X (n, d) and targets y (n,) or (n, k), rows weighted by sample_weight (n,)."""
        return self._all_or_nothing(X, y, sample_weight, partial=False)

    @_fit_context(prefer_skip_nested_validation=True)
    @with_callbacks
    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:  # noqa: N803
        """One epoch over some rows, from where the weights are; columns are scaled as in the first rows that were seen."""
        return self._all_or_nothing(X, y, sample_weight, partial=True)

    def _all_or_nothing(self, x: Any, y: Any, sample_weight: Any, *, partial: bool) -> Self:
        """A fit that fails leaves the estimator as it was."""
        before = self.__dict__.copy()
        goes_on = hasattr(self, "run_") and (partial or self.warm_start)
        try:
            return self._fit(*self._checked(x, y, sample_weight, goes_on), goes_on=goes_on, partial=partial)
        except BaseException:
            self.__dict__ = before
            raise

    def _fit(self, x: Floats, y: Floats, weight: Floats | None, *, goes_on: bool, partial: bool) -> Self:
        raise NotImplementedError

    def _checked(self, x: Any, y: Any, sample_weight: Any, goes_on: bool) -> tuple[Floats, Floats, Floats | None]:
        """Dense float64 X (n, d), y (n, k), weights (n,) of the rows whose weight is above 0, the largest 1."""
        with naming_text(y=y, sample_weight=sample_weight):
            x, y = validate_data(
                self, x, y, reset=not goes_on, accept_sparse="csr", dtype=np.float64, multi_output=True, y_numeric=True,
            )  # fmt: skip
            y = _dense(y)
            if sample_weight is not None:
                sample_weight = _check_sample_weight(sample_weight, x, dtype=np.float64, ensure_non_negative=True)
        if not goes_on:
            self._one_target = y.ndim == 1
        x, y = _dense(x), y.reshape(len(y), -1)
        if goes_on:
            self._refuse_other_targets(y.shape[1])
        if sample_weight is None:
            return x, y, None
        if not sample_weight.any():  # scikit-learn says so itself from 1.9 on
            raise InputError("sample_weight is 0 for every row; give at least one non-zero weight")
        weight = sample_weight / sample_weight.max()
        live = weight > 0
        return x[live], y[live], weight[live]

    def _refuse_other_targets(self, k: int) -> None:
        had = self.run_.recipe.problem.k
        if k != had:
            raise InputError(
                f"y has {k} {'target' if k == 1 else 'targets'}, the fit to go on from {had}; "
                "give as many, or begin anew: fit with warm_start=False"
            )

    def _as_given(self, prediction: Floats) -> Floats:
        return prediction[:, 0] if self._one_target else prediction


def kept_unseen(estimator: Any, n: int, seed: int, partial: bool) -> Any:
    """Which of n rows early stopping keeps unseen; one is left to learn from."""
    unseen = np.zeros(n, dtype=bool)
    if estimator.early_stopping and not partial and n >= FEWEST:
        wanted = round(estimator.validation_fraction * n)
        unseen[positions(n, seed, HOLDOUT_EPOCH, 0, min(max(1, wanted), n - 1))] = True
    return unseen


def epoch_ends(run: Run) -> list[int]:
    """Steps after which an epoch is over, evenly spaced where there are many; the run's last step in any case."""
    before_last = range(run.recipe.steps_per_epoch, run.steps, run.recipe.steps_per_epoch)
    spacing = -(-(len(before_last) + 1) // MOST_LOSSES)
    return [*before_last[-spacing::-spacing][::-1], run.steps]


def measured(x: Floats, weight: Floats | None, *, centred: bool = True) -> Scaling:
    """Mean and deviation of each column by the weights of the rows; not centred, the deviation from 0.

    Columns are divided by their largest number first, so that no square leaves the doubles.
    """
    low, high = x.min(axis=0), x.max(axis=0)
    size = np.maximum(np.maximum(np.abs(low), np.abs(high)), np.finfo(float).tiny)
    mean = np.zeros(x.shape[1])
    if centred:
        mean = np.where(low == high, low, size * np.average(x / size, axis=0, weights=weight))
    deviation = size * np.sqrt(np.average((x / size - mean / size) ** 2, axis=0, weights=weight))
    return Scaling(mean, np.where(deviation > 0, deviation, 1.0))


def unscaled(d: int) -> Scaling:
    """The scaling that leaves d columns as they are."""
    return Scaling(np.zeros(d), np.ones(d))


def _dense(x: Any) -> Floats:
    """Steps need every number of a row, so sparse rows are written out."""
    return np.ascontiguousarray(x.toarray() if hasattr(x, "toarray") else x, dtype=np.float64)


@contextmanager
def naming_text(**given: Any) -> Iterator[None]:
    """A refusal of text says which argument has it: one of those given, else X."""
    try:
        yield
    except ValueError as error:
        if "could not convert" not in str(error):
            raise
        name = next((name for name, value in given.items() if _has_text(value)), "X")
        remedy = "turn it into numbers first, such as with OneHotEncoder"
        raise InputError(f"{name} has text where a number is needed ({error}); {remedy}") from None


def _has_text(value: Any) -> bool:
    try:
        np.asarray(value).astype(np.float64)
    except (TypeError, ValueError) as error:
        return "could not convert" in str(error)
    return False
