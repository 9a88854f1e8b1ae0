"""The largest stable alpha, found the hard way: by running again and again, and looking whether the error grows."""

import dataclasses
import math
from typing import Any

from nodescope.diagnosis.before.forecast import Forecast
from nodescope.diagnosis.checks.growth import MOST_ALPHA, GrowthJudge, judges
from nodescope.errors import InputError
from nodescope.run.keywords import takes_settings, without_writing
from nodescope.run.making import make_recipe, refuse_network
from nodescope.run.offers import Faced
from nodescope.run.settings import settings as table

WIDTH = 1e-7
"""Relative width of the bracket at the end: a little under six digits are asked for."""
MOST_HALVINGS = 1200
DOWN = 16
"""Times smaller: the next alpha while none was stable."""


@dataclasses.dataclass(frozen=True)
class Boundary(Faced):
    """Where stability ends, up from 0.

    Attributes
    ----------
    alpha : float
        The boundary: the middle of the bracket; infinite where no alpha makes the error grow.
    stable, unstable : float
        The bracket: the largest alpha seen to be stable, the smallest above it seen not to be.
    runs : int
        How often it was run again.
    forecast : float or None
        The limit that theory gives, to be held beside it.
    judged : str
        What "stable" was judged by.

    Examples
    --------
    >>> import nodescope as ns
    >>> found = ns.bisect_alpha(weight=0.4, input=2, goal=0.6)
    >>> round(found.alpha, 5), found.forecast
    (0.5, 0.5)
    """

    alpha: float
    stable: float
    unstable: float
    runs: int
    judged: str
    forecast: float | None = None

    @property
    def sentence(self) -> str:
        """What was found, and the forecast beside it."""
        if not math.isfinite(self.alpha):
            return f"No alpha was found at which the error grows ({self.judged}; {self.runs} runs).{self._beside()}"
        return (
            f"Stable below alpha {self.alpha:.6g}: found by {self.runs} runs (stable at {self.stable:.8g}, not at "
            f"{self.unstable:.8g}), judged by {self.judged}.{self._beside()}"
        )

    def _beside(self) -> str:
        return "" if self.forecast is None else f" The forecast says {self.forecast:.6g}."

    def __str__(self) -> str:
        return self.sentence


@takes_settings(table)
def bisect_alpha(**settings: Any) -> Boundary:
    """Find the largest stable alpha by running again and again.

    The step is *half* the derivative of the squared error: for one example of input x the boundary is 2/|x|².

    All examples in a step: started along the top direction of the live inputs (their top right singular vector), where growth
    shows at once, and judged over 64 steps, after the rule's memory has fallen in with it. In a given order: an epoch is run from
    every direction (weights, and the rule's memory of them), which tells all that many epochs can do; judged by what 2³⁴ of
    them do. Stability may come and go there: alphas are tried upward in steps of 2 %, and the first boundary seen is given. In a
    drawn order, or with more than 192 numbers to a node: from a few random directions, over a few hundred epochs; about two digits.
    For the other rules no boundary holds for every start: judged from *this* start, by the excess after a window.

    `alpha` is what is looked for, and must be left out; `steps`, `epochs`, `until_mse`, `time_limit` and `out` change nothing.

    Parameters
    ----------
    **settings

    Returns
    -------
    Boundary
        The alpha, its bracket, and the forecast beside it.

    Raises
    ------
    InputError
        alpha is given, or as `descend` raises it.

    Examples
    --------
    >>> found = bisect_alpha(weight=0.4, input=2, goal=0.6)
    >>> round(found.alpha, 5)
    0.5
    """
    if "alpha" in settings:
        raise InputError("alpha is what bisect_alpha finds: leave alpha= out")
    recipe = make_recipe(**{**without_writing(settings), "alpha": 1.0})
    refuse_network("bisect_alpha", recipe)
    found = [_search(judge) for judge in judges(recipe.problem, recipe.start_weights())]
    runs = sum(boundary.runs for boundary in found)
    lowest = min(found, key=lambda boundary: boundary.alpha)
    return dataclasses.replace(lowest, runs=runs, forecast=Forecast(recipe).limit)


def _search(judge: GrowthJudge) -> Boundary:
    """Up from a stable alpha to the first that is not, then bisection."""
    low, high = 0.0, judge.start
    while not judge.grows(high):
        low, high = high, high * judge.ratio
        if not high < MOST_ALPHA:
            return Boundary(math.inf, low, math.inf, judge.runs, judge.judged)
    for _ in range(MOST_HALVINGS):
        if low > 0.0 and high - low <= WIDTH * high:
            break
        # nothing stable yet: by orders of magnitude
        middle = low + (high - low) / 2 if low > 0.0 else high / DOWN
        if middle in (low, high):
            break
        low, high = (low, middle) if judge.grows(middle) else (middle, high)
    return Boundary(low + (high - low) / 2, low, high, judge.runs, judge.judged)
