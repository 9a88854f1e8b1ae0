"""Measured facts of a finished run, beside what theory says of its recipe. Numbers only; `findings.py` judges them.

E is the mse over all examples, L the least that any weights that can move give, M = √(E − L) the missing error: what some weights
could still remove. M is measured by projecting the residual, never by subtraction.
"""

import math
from functools import cached_property

import numpy as np

from nodescope.arithmetic.core import engine
from nodescope.arithmetic.problem import Floats
from nodescope.diagnosis.before.forecast import Forecast
from nodescope.run.ending import Ending
from nodescope.run.recipe import Recipe
from nodescope.run.run import Run
from nodescope.theory.bowl import bowl
from nodescope.theory.full_batch import FullBatchPath
from nodescope.theory.linear import LinearSystem, inputs_with_bias

THERE = 0.01
"""Of the missing error at the start: when this little is left, it is there."""
LOOKED_AT = 8
"""Epochs at the end over which the mse of a drawn order is averaged."""


class Evidence:
    """What a run did and what it was foretold to do."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.recipe: Recipe = run.recipe
        self.forecast = Forecast(run.recipe)

    @property
    def system(self) -> LinearSystem:
        return self.forecast.system

    # ---- measured ----

    def weights_at(self, step: int) -> Floats:
        """(k, width), biases last."""
        return self.recipe.problem.blocks(self.run.replay.state_at(step))[0]

    def mse_at(self, step: int) -> float:
        """Over all examples, after so many updates."""
        return engine().mse(self.recipe.problem, self.weights_at(step))

    @np.errstate(all="ignore")
    def residual_at(self, step: int) -> Floats:
        """Prediction − goal of all examples, (n, k)."""
        return np.asarray(inputs_with_bias(self.recipe.problem) @ self.weights_at(step).T - self.recipe.examples.goal)

    @cached_property
    def start(self) -> float:
        """E at the start."""
        return self.run.start_mse

    @cached_property
    def end(self) -> float:
        """E at the end."""
        return self.run.mse

    @property
    def least(self) -> float:
        """L."""
        return self.system.bowl.least_mse

    @property
    def goal_power(self) -> float:
        """Mean square of the goals."""
        with np.errstate(over="ignore"):
            return float((self.recipe.examples.goal**2).mean())

    @cached_property
    def missing_start(self) -> float:
        """M at the start."""
        return math.sqrt(self.system.bowl.missing)

    @cached_property
    def missing_end(self) -> float:
        """M at the end."""
        return self.missing_at(self.run.steps)

    def missing_at(self, step: int) -> float:
        residual = self.residual_at(step)
        if not np.isfinite(residual).all():
            return math.inf
        parts = [bowl(g.x, residual[:, g.outputs]).missing * len(g.outputs) for g in self.system.groups]
        return math.sqrt(sum(parts) / self.recipe.k)

    @property
    def turns(self) -> int:
        """Steps made where each sees all examples, else whole epochs."""
        return self.run.steps // self.system.steps_per_turn

    @cached_property
    def late_mse(self) -> float:
        """Mean of E over the last few epoch ends, all in the later half of the run."""
        size = self.recipe.steps_per_epoch
        last = self.run.steps // size
        first = min(last, max(last // 2 + 1, last - LOOKED_AT + 1))
        return float(np.mean([self.mse_at(epoch * size) for epoch in range(first, last + 1)]))

    # ---- foretold ----

    @property
    def has_theory(self) -> bool:
        """Whether closed forms cover the run: its rule, its one alpha, its order."""
        return self.forecast.is_linear and self.recipe.schedule is None

    @cached_property
    def stable(self) -> bool | None:
        return self.forecast.stable if self.has_theory else None

    @property
    def factor(self) -> float | None:
        return self.forecast.factor if self.has_theory else None

    @cached_property
    def at_the_limit(self) -> bool:
        """The factor is −1 or so near it that the error neither shrinks nor grows, and most of the missing error lies there.

        Not at the alpha that suits the strongest and the weakest direction alike: no other is faster, however slow it is.
        """
        factor = self.factor
        if factor is None or not abs(1.0 + factor) <= 1e-4 or not self.missing_start > 0:
            return False
        if self.system.together:
            amounts, there = self.system.bowl.amounts, np.abs(1.0 + self.system.descent.factors()) <= 1e-4
            fastest = self.system.condition > 1 + 1e-9 and self.recipe.alpha <= self.system.best_alpha * (1 + 1e-9)
            if fastest or not amounts[there].sum() >= 0.5 * amounts.sum():
                return False
        return 0.1 <= self.missing_end / self.missing_start <= 10.0

    @cached_property
    def mean_way(self) -> FullBatchPath:
        """The way of all examples in a step; for a drawn order the way of its mean, nearly."""
        if self.system.together:
            return self.system.descent
        return FullBatchPath(self.system.bowl, self.system.effective_alpha)

    @cached_property
    def left(self) -> float:
        """Part of the missing error (or of the distance to the cycle that it ends in) that is still there at the end."""
        if self.missing_start == 0.0:
            return 0.0
        if self.has_theory and self.system.in_order and self.stable and (path := self.system.epoch_path).cycle is not None:
            away = self.residual_at(self.turns * self.system.steps_per_turn) - (path.residual + path.z @ path.cycle)
            start = math.sqrt(path.missing(0))
            return float(np.sqrt((away**2).mean())) / start if start else 0.0
        if self.has_theory and self.stable and not self.system.together:
            return math.sqrt(float(self.mean_way.missing(self.run.steps)[0])) / self.missing_start
        return self.missing_end / self.missing_start

    @property
    def there(self) -> bool:
        return self.left <= THERE

    @cached_property
    def steps_missing(self) -> int | None:
        """More steps until it would be there; None where theory does not say."""
        if not self.has_theory or not self.stable:
            return None
        if self.system.in_order:
            path = self.system.epoch_path
            epochs = None if path.cycle is None else path.epochs_until_missing(THERE**2 * path.missing(0))
            return None if epochs is None else max(0, epochs * self.system.steps_per_turn - self.run.steps)
        steps = self.mean_way.steps_to(self.system.bowl.rest + THERE**2 * self.system.bowl.missing)
        return None if steps is None else max(0, steps - self.run.steps)

    @property
    def ran_out(self) -> bool:
        """It ended because steps, time or patience did."""
        return self.run.ending in (Ending.STEPS_USED, Ending.TIME_USED, Ending.INTERRUPTED)

    @cached_property
    def goal_spread(self) -> float:
        """Variance of the goals, mean over outputs."""
        with np.errstate(over="ignore", invalid="ignore"):
            return float(self.recipe.examples.goal.var(axis=0).mean())

    @property
    def alphas(self) -> Floats:
        """The alpha of every step, or the one that holds at all."""
        if self.recipe.schedule is None:
            return np.array([self.recipe.alpha])
        return self.recipe.schedule.values[: max(1, self.run.steps)]

    def input_name(self, column: int) -> str:
        """In words, with the column's name where it has one."""
        if column == self.recipe.d:
            return "the bias"
        name = self.recipe.input_names[column]
        return f"input {name!r}" if self.recipe.source else f"input {name}" if self.recipe.d > 1 else "the input"

    def weight_name(self, output: int, column: int) -> str:
        node = f"node {output}, " if self.recipe.k > 1 else ""
        return node + ("the bias" if column == self.recipe.d else f"the weight of {self.input_name(column)}")
