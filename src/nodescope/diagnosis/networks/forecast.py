"""Before a network's run: what can be said at its start. Its error is no bowl, so theory is local, and says so."""

from functools import cached_property
from typing import Any

from nodescope.arithmetic.problem import Floats
from nodescope.diagnosis.forecast import Forecast
from nodescope.theory.sharpness import Sharpness, sharpness, steepest_example


class NetworkForecast(Forecast):
    """What is known of a network before it is run: the local limit of alpha at the start, and that the rest is not known.

    Attributes
    ----------
    local_limit : float or None
        2/λmax of the Hessian at the start weights; None for rules that rescale their steps, and for the absolute error.
    """

    @cached_property
    def sharpness(self) -> Sharpness:
        """λmax at the start."""
        return sharpness(self.recipe.problem, self.recipe.start_weights())

    @cached_property
    def local_limit(self) -> float | None:
        known = self.recipe.rule.name == "plain" and self.recipe.schedule is None and self.recipe.problem.loss.name != "absolute"
        return self.sharpness.limit if known else None

    @property
    def is_linear(self) -> bool:
        return False

    @property
    def per(self) -> str:
        return "step" if self.recipe.batch_size == self.recipe.n else "epoch"

    limit: Any = None
    limit_bounds: Any = None
    islands: Any = ()
    factors: Floats | None = None
    factor: float | None = None
    best_alpha: Any = None
    condition: Any = None
    least_mse: Any = None
    cycle_mse: Any = None
    final_weight: Any = None
    final_bias: Any = None
    settles_at: Any = None
    settles_exactly: Any = False
    cycles: Any = None
    diverges_at: Any = None

    @property
    def regime(self) -> str:
        return "unknown"

    @property
    def regime_reason(self) -> str:
        return "a network's error is no bowl: theory holds only near the weights where it is asked"

    @property
    def final_weight_reason(self) -> str:
        return self.regime_reason

    @property
    def stable(self) -> bool | None:
        return None

    def _steps_to(self, mse: float) -> tuple[int | None, str]:
        return None, self.regime_reason

    @property
    def _alone(self) -> str:
        steepest = steepest_example(self.recipe.problem, self.recipe.start_weights())
        alone = f"; that of the steepest example alone is {2 / steepest:.4g}" if steepest > 0 else ""
        return f", were all examples in a step{alone}"

    @property
    def sentence(self) -> str:
        """What can be said, and what cannot."""
        if self.local_limit is None:
            return f"Where it leads is not known: {self.regime_reason}."
        alpha, limit = self.recipe.alpha, self.local_limit
        ratio = alpha / limit
        word = "runs away" if alpha < 0 or ratio > 1 else "creeps" if ratio < 0.5 else "swings"
        batch = "" if self.recipe.batch_size == self.recipe.n else self._alone
        return (
            f"At the start alpha is {ratio:.3g} times its local limit {limit:.4g}: locally it {word}{batch}. "
            f"Where it leads is not known: {self.regime_reason}."
        )
