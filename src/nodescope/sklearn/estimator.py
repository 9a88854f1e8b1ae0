"""What both estimators share: checking and scaling of tables, the run and its verdict, how they show themselves."""

import warnings
from dataclasses import dataclass
from html import escape
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, MultiOutputMixin, RegressorMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_random_state
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from nodescope.arithmetic.core import engine
from nodescope.diagnosis.forecast import Forecast
from nodescope.diagnosis.verdict import Diagnosis, diagnose
from nodescope.errors import InputError
from nodescope.run.ending import Ending
from nodescope.run.run import Run

Floats = NDArray[np.float64]
MOST_LOSSES = 1000
"""Epochs of `loss_curve_` at which the error is looked at."""


@dataclass(frozen=True, eq=False)
class Scale:
    """Mean and deviation of each column, by the weights of the rows."""

    mean: Floats
    deviation: Floats

    @classmethod
    def of(cls, x: Floats, weight: Floats | None, wanted: bool) -> "Scale":
        if not wanted:
            return cls(np.zeros(x.shape[1]), np.ones(x.shape[1]))
        mean = np.average(x, axis=0, weights=weight)
        deviation = np.sqrt(np.average((x - mean) ** 2, axis=0, weights=weight))
        spread = deviation > 1e-12 * np.abs(x).max(axis=0, initial=0.0)
        return cls(mean, np.where(spread, deviation, 1.0))

    def apply(self, x: Floats) -> Floats:
        return np.ascontiguousarray((x - self.mean) / self.deviation)

    def undo(self, x: Floats) -> Floats:
        return x * self.deviation + self.mean


class Descending(MultiOutputMixin, RegressorMixin, BaseEstimator):
    """An estimator that is fitted by `nodescope.descend`."""

    run_: Run
    diagnosis_: Diagnosis

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags

    @property
    def forecast_(self) -> Forecast:
        """What could be said before the fit: limit of the rate, where it leads."""
        check_is_fitted(self)
        forecast: Forecast = self.diagnosis_.forecast
        return forecast

    @property
    def loss_curve_(self) -> list[float]:
        """Mean squared error over the rows learned from, in the target's units, after each epoch (1,000 of them at most)."""
        check_is_fitted(self)
        return [value * self._unit**2 for value in self._mses(self.run_.recipe.problem)]

    def _mses(self, problem: Any) -> list[float]:
        states = (self.run_.replay.state_at(step) for step in self._epoch_ends())
        return [engine().mse(problem, problem.weights(state)) for state in states]

    def _epoch_ends(self) -> list[int]:
        """Steps after which an epoch is over."""
        per = self.run_.recipe.steps_per_epoch
        ends = list(range(per, self.run_.steps + 1, per)) or [self.run_.steps]
        return ends[:: -(-len(ends) // MOST_LOSSES)]

    _unit = 1.0
    """Of the target, in the run."""

    # ---- fitting ----

    def _checked(self, x: Any, y: Any, sample_weight: Any, reset: bool) -> tuple[Floats, Floats, Floats | None]:
        """Dense float64 X (n, d), y (n, k), weights (n,) of the rows whose weight is above 0."""
        x, y = validate_data(
            self, x, y, accept_sparse="csr", dtype=np.float64, multi_output=True, y_numeric=True, reset=reset, ensure_min_samples=1
        )
        x, y = _dense(x), np.asarray(y, dtype=np.float64)
        if reset:
            self._one_target = y.ndim == 1
        y = y.reshape(len(y), -1)
        if sample_weight is None:
            return x, y, None
        weight = _check_sample_weight(sample_weight, x, dtype=np.float64, ensure_non_negative=True)
        live = weight > 0
        return x[live], y[live], weight[live]

    def _seed(self) -> int:
        return int(check_random_state(self.random_state).randint(2**31 - 1))

    def _rate(self, name: str) -> Any:
        value = getattr(self, name)
        return value if isinstance(value, str) else float(value)

    def _finish(self, run: Run) -> Self:
        """Keep the run and its verdict; say the verdict where it is one of a fault or a warning."""
        if run.ending is Ending.DIVERGED:
            raise InputError(f"{diagnose(run).verdict}")
        self.run_, self.diagnosis_ = run, diagnose(run)
        self.n_iter_ = max(1, -(-run.steps // run.recipe.steps_per_epoch))
        if self.diagnosis_.withheld or any(finding.severity != "note" for finding in self.diagnosis_.findings):
            warnings.warn(self.diagnosis_.verdict, ConvergenceWarning, stacklevel=3)
        return self

    def _table(self, x: Any) -> Floats:
        """Rows to predict."""
        check_is_fitted(self)
        return _dense(validate_data(self, x, accept_sparse="csr", dtype=np.float64, reset=False))

    def _as_given(self, prediction: Floats) -> Floats:
        return prediction[:, 0] if self._one_target else prediction

    def _repr_html_inner(self) -> str:
        return self._with_verdict(super()._repr_html_inner())

    def _html_repr(self) -> str:
        return self._with_verdict(super()._html_repr())

    def _with_verdict(self, html: str) -> str:
        told = getattr(self, "diagnosis_", None)
        mark = '<p class="nodescope-verdict">'
        return html if told is None or mark in html else f"{html}{mark}{escape(told.verdict)}</p>"


def _dense(x: Any) -> Floats:
    """Steps need every number of a row, so sparse rows are written out."""
    return np.ascontiguousarray(x.toarray() if hasattr(x, "toarray") else x, dtype=np.float64)
