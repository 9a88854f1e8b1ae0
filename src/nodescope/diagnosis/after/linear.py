"""What linear algebra says of a run whose predictions are weighted sums, and what closed forms say of its whole way.

E is the mse over all examples, L the least that any weights that can move give, M = √(E − L) the missing error: what some weights
could still remove. M is measured by projecting the residual, never by subtraction; it is told along each direction in the inputs,
since a direction that hardly moves is lost in a sum.
"""

import math
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from nodescope.arithmetic.core import engine
from nodescope.arithmetic.problem import Floats
from nodescope.diagnosis.before.forecast import Forecast
from nodescope.later import Later
from nodescope.run.ending import Ending
from nodescope.run.recipe import Recipe
from nodescope.run.run import Run
from nodescope.theory.bowl import bowl
from nodescope.theory.full_batch import FullBatchPath
from nodescope.theory.limits import momentum_of
from nodescope.theory.linear import LinearSystem, inputs_with_bias

if TYPE_CHECKING:
    from nodescope.theory import least_squares
else:
    least_squares = Later("nodescope.theory.least_squares")

DONE = 0.01
"""A direction is done when this part of its missing error is left, of what was missing at the start and of what its goals need."""
LAST_BITS = 1e-6
"""What lies below this part of the missing error is rounding."""
LEAST_GOAL = 1e-6
"""A direction that the goals hardly need is judged as if it held this part of their mean square."""
STANDARD_ERROR = 0.01
"""A direction is done, too, at this part of the mean square by which chance moves its best weight: L/n."""
ROUNDED = 1e-24
"""Below this part of the goals' mean square nothing is told from rounding."""
LAST_EPOCHS = 8
"""The mse of a drawn order is averaged over so many epochs at the end."""
MARGINAL = 1e-4
"""Distance of a factor from −1 within which the error neither shrinks nor grows."""
EQUAL = 1e-9
"""Relatively: a condition so near 1 is 1, and an alpha so near the best is the best."""
MARGINAL_STAYS = (0.1, 10.0)
"""Missing error at the end ÷ at the start, between which a marginal run stays as it is."""
GOES_ALONG = 0.1
"""A direction goes along an input from this part of it on."""


class Linear:
    """The bowl that a run went down, and the way that was foretold.

    Attributes
    ----------
    run : Run
    recipe : Recipe
    forecast : Forecast
    """

    def __init__(self, run: Run) -> None:
        self.run = run
        self.recipe: Recipe = run.recipe
        self.forecast = Forecast(self.recipe)

    @property
    def system(self) -> LinearSystem:
        return self.forecast.system

    # ---- measured ----

    def weights_at(self, step: int) -> Floats:
        """The weights at a step, (k, width), biases last."""
        return self.recipe.problem.blocks(self.run.replay.state_at(step))[0]

    def error_at(self, step: int) -> float:
        """mse over all examples, after so many updates."""
        return engine().mse(self.recipe.problem, self.recipe.problem.weights(self.run.replay.state_at(step)))

    @np.errstate(all="ignore")
    def residual_at(self, step: int) -> Floats:
        """Prediction − goal of all examples, (n, k)."""
        return np.asarray(inputs_with_bias(self.recipe.problem) @ self.weights_at(step).T - self.recipe.examples.goal)

    @property
    def least(self) -> float:
        """The least mse that any weights have."""
        return self.system.bowl.least_mse

    @cached_property
    def goal_power(self) -> float:
        """Mean square of the goals."""
        with np.errstate(over="ignore"):
            return float((self.recipe.examples.goal**2).mean())

    @cached_property
    def missing_start(self) -> float:
        """The root of what is missing at the start."""
        return math.sqrt(self.system.bowl.missing)

    @cached_property
    def missing_end(self) -> float:
        """The root of what is missing at the end."""
        return self.missing_at(self.run.steps)

    def missing_at(self, step: int) -> float:
        residual = self.residual_at(step)
        return math.sqrt(float(self._amounts(residual).sum())) if np.isfinite(residual).all() else math.inf

    def _amounts(self, residual: Floats) -> Floats:
        """Part of the mse that each direction could remove, (r,), the groups' directions one after another."""
        return self._of_groups([residual[:, group.outputs] for group in self.system.groups])

    def _of_groups(self, residuals: list[Floats]) -> Floats:
        pairs = zip(self.system.groups, residuals, strict=True)
        return np.concatenate([bowl(g.inputs, residual).amounts * (len(g.outputs) / self.recipe.k) for g, residual in pairs])

    @property
    def turns(self) -> int:
        """Steps made where each sees all examples, else whole epochs."""
        return self.run.steps // self.system.steps_per_turn

    @cached_property
    def late_error(self) -> float:
        """Mean of E over the last few epoch ends, all in the later half of the run."""
        size = self.recipe.steps_per_epoch
        last = self.run.steps // size
        first = min(last, max(last // 2 + 1, last - LAST_EPOCHS + 1))
        return float(np.mean([self.error_at(epoch * size) for epoch in range(first, last + 1)]))

    # ---- foretold ----

    @property
    def has_closed_form(self) -> bool:
        """Whether closed forms cover the run: its rule, its one alpha, its order."""
        return self.forecast.has_closed_form

    @cached_property
    def stable(self) -> bool | None:
        return self.forecast.stable if self.has_closed_form else None

    @property
    def factor(self) -> float | None:
        return self.forecast.factor if self.has_closed_form else None

    @cached_property
    def marginal(self) -> bool:
        """The factor is −1 or so near it that the error neither shrinks nor grows, and most of the missing error lies there.

        Not at the alpha that suits the strongest and the weakest direction alike: no other is faster, however slow it is.
        """
        factor = self.factor
        if factor is None or not abs(1.0 + factor) <= MARGINAL or not self.missing_start > 0:
            return False
        if self.system.together:
            amounts, at_limit = self.system.bowl.amounts, np.abs(1.0 + self.system.descent.factors()) <= MARGINAL
            fastest = self.system.condition > 1 + EQUAL and self.recipe.alpha <= self.system.best_alpha * (1 + EQUAL)
            if fastest or not amounts[at_limit].sum() >= 0.5 * amounts.sum():
                return False
        return MARGINAL_STAYS[0] <= self.missing_end / self.missing_start <= MARGINAL_STAYS[1]

    @cached_property
    def mean_way(self) -> FullBatchPath:
        """The way of all examples in a step; for a drawn order the way of its mean, nearly."""
        if self.system.together:
            return self.system.descent
        return FullBatchPath(self.system.bowl, self.system.effective_alpha)

    # ---- what is left, along each direction ----

    @cached_property
    def _ends_at(self) -> Floats:
        """Residual that it is on its way to: of the best weights, or of the cycle that a given order ends in; (n, k)."""
        if self.has_closed_form and self.system.in_order and self.stable and (path := self.system.epoch_path).cycle is not None:
            return np.asarray(path.residual + path.z @ path.cycle)
        return np.zeros_like(self.recipe.examples.goal)

    @cached_property
    def missing_before(self) -> Floats:
        """Mean square of the missing error (or of the distance to the cycle) along each direction at the start, (r,)."""
        return self._amounts(self.residual_at(0) - self._ends_at)

    @cached_property
    def missing_now(self) -> Floats:
        """The same at the end; foretold where the order is drawn, since the last examples throw it to and fro."""
        if self.has_closed_form and self.stable and not self.system.together and not self.system.in_order:
            return self.missing_before * self._shrinks ** (2.0 * self.run.steps)
        residual = self.residual_at(self.turns * self.system.steps_per_turn) - self._ends_at
        return self._amounts(residual) if np.isfinite(residual).all() else np.full_like(self.missing_before, np.inf)

    @cached_property
    def _eigenvalues(self) -> Floats:
        return np.concatenate([b.spectrum.eigenvalues for b in self.system.bowls])

    @property
    def _shrinks(self) -> Floats:
        """What a plain step leaves of each direction."""
        return np.abs(1.0 - self.system.effective_alpha * self._eigenvalues)

    @cached_property
    def at_stake(self) -> Floats:
        """Mean square along each direction that what is left is held against, (r,).

        A far start does not make it larger, nor a start that is nearly there: the smaller of what was missing and of what the goals
        need counts.
        """
        needed = np.maximum(self._of_groups([-group.goal for group in self.system.groups]), LEAST_GOAL * self.goal_power)
        return np.minimum(self.missing_before, needed) if self.goal_power > 0 else self.missing_before

    @cached_property
    def done_below(self) -> Floats:
        """Mean square along each direction at which nothing that matters is missing, (r,).

        What chance alone moves the best weights by need not be removed.
        """
        floor = max(STANDARD_ERROR * self.least / self.recipe.rows, ROUNDED * self.goal_power)
        return np.maximum(DONE**2 * self.at_stake, floor)

    @property
    def more_than_last_bits(self) -> bool:
        """Whether along some direction more is left than the last digits of doubles."""
        return bool(np.any(self.missing_now > np.maximum(LAST_BITS**2 * self.at_stake, ROUNDED * self.goal_power)))

    @property
    def converged(self) -> bool:
        """Whether every direction is done, and stays so."""
        return bool(np.all(self.missing_now <= self.done_below)) and not self.passing

    @cached_property
    def passing(self) -> bool:
        """Whether momentum still carries it past the place where it is, so that it is not there for good."""
        carried = self.has_closed_form and self.system.together and momentum_of(self.recipe.rule) > 0
        return carried and bool(np.all(self.missing_now <= self.done_below)) and bool(self.steps_missing)

    @cached_property
    def slowest(self) -> int:
        """The direction that is furthest from being done."""
        with np.errstate(divide="ignore", invalid="ignore"):
            far = np.where(self.missing_now > self.done_below, self.missing_now / self.done_below, 0.0)
        return int(np.argmax(far)) if far.size else 0

    @cached_property
    def left(self) -> float:
        """Part of the missing error that is still there at the end, all directions together."""
        before = float(self.missing_before.sum())
        return math.sqrt(float(self.missing_now.sum()) / before) if before > 0 else 0.0

    @property
    def left_in_slowest(self) -> float:
        """The same along the direction that is furthest from being done."""
        before = float(self.missing_before[self.slowest]) if self.missing_before.size else 0.0
        return math.sqrt(float(self.missing_now[self.slowest]) / before) if before > 0 else 0.0

    def columns_of(self, direction: int) -> list[int]:
        """The inputs (d for the bias) that a direction goes along most, at most two, the first the largest."""
        for group, one in zip(self.system.groups, self.system.bowls, strict=True):
            if direction < one.spectrum.rank:
                along = np.abs(one.spectrum.directions[direction])
                most = np.argsort(-along)[:2]
                return [group.columns[i] for i in most if along[i] > GOES_ALONG]
            direction -= one.spectrum.rank
        return []

    @cached_property
    def steps_missing(self) -> int | None:
        """More steps until every direction is done, and stays so; None where theory does not say."""
        if not self.has_closed_form or not self.stable:
            return None
        if self.system.in_order:
            path = self.system.epoch_path
            epochs = None if path.cycle is None else path.epochs_until(self._done_in_cycle)
            return None if epochs is None else max(0, epochs * self.system.steps_per_turn - self.run.steps)
        steps = self.mean_way.settles_below(self.in_order_of_bowl(self.done_below))
        return None if steps is None else max(0, steps - self.run.steps)

    @property
    def steps_of_this_length(self) -> int | None:
        """Steps as long as alpha from the start to the best weights, along the farthest weight; None where they are unknown."""
        recipe = self.recipe
        if recipe.problem.frozen is not None or not recipe.alpha > 0:
            return None
        best = least_squares.least_squares(recipe.examples.input, recipe.examples.goal, intercept=recipe.bias is not None)
        away = [np.abs(best.weight - recipe.weight).max()]
        if recipe.bias is not None:
            away.append(np.abs(np.asarray(best.bias) - recipe.bias).max())
        steps = float(max(away)) / recipe.alpha
        return math.ceil(steps) if math.isfinite(steps) else None

    def in_order_of_bowl(self, along: Floats) -> Floats:
        """Numbers of the groups' directions one after another, in the order of all of them by strength."""
        return along[np.argsort(-self._eigenvalues)] if len(self.system.groups) > 1 else along

    def _done_in_cycle(self, moved: Floats) -> bool:
        path = self.system.epoch_path
        assert path.cycle is not None
        away = ((moved - path.cycle) ** 2).sum(axis=1) * (path.z**2).mean(axis=0) / self.recipe.k
        return bool(np.all(away <= self.done_below))

    @property
    def ran_out(self) -> bool:
        """It ended because steps, time or patience did."""
        return self.run.ending in (Ending.STEPS_USED, Ending.TIME_USED, Ending.INTERRUPTED, Ending.TOLERANCE)
