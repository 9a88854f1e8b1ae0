"""Every number of a forecast, worked out when it is asked for; `words` puts them into sentences.

The seed's step is delta × input, *half* the derivative of the squared error: every alpha here is that one. A library that
differentiates mse itself (k outputs) takes the same step at alpha·k/2.
"""

import dataclasses
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from nodescope.arithmetic.problem import Floats
from nodescope.diagnosis.before import stopping
from nodescope.diagnosis.before.of_classes import STRIDE, OfClasses, OfMargins, logistic_regime
from nodescope.diagnosis.before.of_penalties import JOINED, OfPenalties, joined_regime
from nodescope.diagnosis.before.regime import Regime, between_bounds, regime_of
from nodescope.diagnosis.before.stopping import Stop
from nodescope.later import Later
from nodescope.run.recipe import Recipe
from nodescope.theory.limits import limit
from nodescope.theory.linear import LinearSystem

if TYPE_CHECKING:
    from nodescope.theory import sharpness as steepness
else:
    steepness = Later("nodescope.theory.sharpness")

LOCAL = "theory sees only the place where a network stands, and its error is no simple bowl"
"""Why there is no more than a local limit."""


class Foretold(OfClasses, OfMargins, OfPenalties):
    """The numbers of a forecast.

    Attributes
    ----------
    recipe : Recipe
    """

    def __init__(self, recipe: Recipe) -> None:
        self.recipe = recipe

    @cached_property
    def is_one_layer(self) -> bool:
        """Whether it is a layer without an activation, under the squared error: closed forms hold for nothing else."""
        return self.recipe.problem.is_linear

    @cached_property
    def system(self) -> LinearSystem:
        """The recipe as a linear system; has a meaning for one layer only."""
        return LinearSystem(self.recipe.problem, self.recipe.start_weights())

    @property
    def is_linear(self) -> bool:
        """Whether closed forms cover the layers, the rule and the order: plain steps, or momentum with all examples in a step."""
        rule = self.recipe.rule
        return self.is_one_layer and not rule.rescales and (rule.name == "plain" or self.system.together)

    @property
    def has_closed_form(self) -> bool:
        """`is_linear`, and alpha is one number."""
        return self.is_linear and self.recipe.schedule is None

    @property
    def per(self) -> str:
        """What `factor` belongs to: "step", or "epoch" where a step does not see all examples."""
        return "step" if self.recipe.steps_per_epoch == 1 else "epoch"

    # ---- how far alpha may go ----

    @cached_property
    def limit(self) -> float | None:
        """Largest stable alpha: up from 0 it is stable until there. 2/|x|² for one example; infinite where nothing can move.

        For a drawn order (or very many examples in a given one) the largest that is *surely* stable: `limit_bounds` has both
        bounds. None where no theory covers the rule or the layers.
        """
        if self.is_linear or self.recipe.schedule is not None:
            return self.system.limit if self.is_linear else None
        return self.joined_limit if self.is_joined else self.sure_limit

    @cached_property
    def limit_bounds(self) -> tuple[float, float] | None:
        """Surely stable below the first, surely not above the second; equal where the limit is known."""
        if self.limit is None:
            return None
        if self.is_linear and (self.system.together or self.system.in_order or not self.system.can_move):
            return self.limit, self.limit
        known = self.is_joined and self.limit_is_exact
        return self.limit, self.system.surely_unstable if self.is_linear else self.limit if known else np.inf

    @cached_property
    def islands(self) -> tuple[tuple[float, float], ...]:
        """Ranges of alpha above the limit that are stable again (one example at a time, in order; one group of outputs)."""
        if not (self.is_linear and self.system.in_order and len(self.system.stable_ranges) == 1):
            return ()
        return tuple(self.system.stable_ranges[0][1:])

    @cached_property
    def sharpness(self) -> "steepness.Sharpness":
        """Curvature, λmax of the Hessian of what the steps make smaller, at the start weights of a network."""
        return steepness.sharpness(self.recipe.problem, self.recipe.start_weights())

    @cached_property
    def local_limit(self) -> float | None:
        """The limit of alpha for small moves from a network's start, all examples in a step: the rule's, at its Hessian's λmax.

        None for one layer, whose `limit` holds everywhere, for rules that rescale their steps, for schedules, and for the absolute
        error.
        """
        bowl_like = not self.is_one_layer and not self.recipe.problem.loss.has_stride
        known = bowl_like and self.recipe.schedule is None and not self.recipe.rule.rescales
        return limit(self.recipe.rule, self.sharpness.value) if known else None

    @property
    def local_limit_alone(self) -> float:
        """The same where a step sees only the steepest of the examples; infinite where none is steep."""
        found = limit(self.recipe.rule, steepness.steepest_example(self.recipe.problem, self.recipe.start_weights()))
        return np.inf if found is None else found

    @property
    def best_alpha(self) -> float | None:
        """The alpha that shrinks the slowest and the fastest direction alike, all examples in a step: 2/(λmax + λmin)."""
        return self.system.best_alpha if self.is_one_layer else None

    @property
    def condition(self) -> float | None:
        """Condition number, λmax/λmin, of the inputs' second moment, over the directions that are there."""
        return self.system.condition if self.is_one_layer else None

    # ---- what a step does ----

    @cached_property
    def factors(self) -> Floats | None:
        """What is missing is multiplied by in each direction, largest in size first; per step or per epoch (`per`).

        Complex pairs are given by their size, negative where they point backwards. None where theory does not say.
        """
        return None if self._behaviour is None else self._behaviour.factors

    @cached_property
    def _behaviour(self) -> Regime | None:
        return regime_of(self.system) if self.has_closed_form else None

    @property
    def comes_back(self) -> float:
        """What is left on the other side of the goal where a direction first passes it, as a part of its start; the largest."""
        return 0.0 if self._behaviour is None else self._behaviour.comes_back

    @property
    def turns_each_time(self) -> bool:
        """Whether what is missing changes its sign with each step (or epoch), where it oscillates."""
        return self._behaviour is not None and self._behaviour.turns_each_time

    @property
    def gain(self) -> float | None:
        """The part of what is missing that each step (or epoch) makes up in the slowest direction, where it converges."""
        return self._behaviour.gain if self._behaviour is not None and self.regime in ("converges", "one step") else None

    @property
    def starts_beyond_all_numbers(self) -> bool:
        """Whether a weighted delta of the first epoch is too large for a double where weights are as at the start."""
        with np.errstate(all="ignore"):
            return not all(np.isfinite(np.abs(g.x).max(initial=0.0) * np.abs(g.residual).max()) for g in self.system.groups)

    @property
    def factor(self) -> float | None:
        """What is missing is multiplied by, signed: the largest of `factors` in size. 1.0 where nothing can move."""
        return None if self.factors is None else float(self.factors[0]) if self.factors.size else 1.0

    @cached_property
    def _regime(self) -> tuple[str, str]:
        """Regime, and where it is unknown the reason."""
        recipe = self.recipe
        if recipe.alpha == 0.0 and recipe.schedule is None:
            return "frozen", ""
        if self.is_logistic and recipe.schedule is None:
            return logistic_regime(self)
        if self.is_joined and recipe.schedule is None:
            return joined_regime(self)
        if self.is_sided:
            return ("diverges", "") if recipe.alpha < 0 and recipe.schedule is None else ("unknown", STRIDE)
        if not self.is_one_layer:
            return "unknown", LOCAL
        if not self.system.can_move:
            return "frozen", ""
        if recipe.schedule is not None:
            return "unknown", "alpha follows a schedule"
        if self._behaviour is None:
            return "unknown", self._no_theory
        return (self._behaviour.name, "") if self._behaviour.name else between_bounds(recipe, self.limit_bounds)

    @property
    def regime(self) -> str:
        """How what is missing behaves, in a word.

        `converges` (0 < factor < 1), `one step` (0), `oscillates` (−1 < factor < 0, or a complex pair), `marginal` (−1),
        `diverges`, `frozen`; or `unknown`.
        """
        return self._regime[0]

    @property
    def regime_reason(self) -> str:
        """Why the regime is unknown; empty where it is not."""
        return self._regime[1]

    @property
    def _no_theory(self) -> str:
        name = self.recipe.rule.name
        if self.recipe.rule.rescales:
            return f"{name} makes its steps longer or shorter by what it has seen on the way"
        return f"no closed form covers rule {name!r} where a step does not see all examples"

    @property
    def reason(self) -> str:
        """Why something is not foretold: the regime where that is unknown, else the final weight; empty where all is."""
        return self.regime_reason or self.final_weight_reason

    @property
    def stable(self) -> bool | None:
        """Whether what is missing stays bounded; None where theory does not say."""
        if self.regime != "unknown":
            return self.regime != "diverges"
        known = self.has_closed_form and self.limit is not None and 0 < self.recipe.alpha < self.limit
        return True if known else None

    @property
    def least_mse(self) -> float | None:
        """What no weights can beat (those that cannot move left as they are): by QR."""
        return self.system.bowl.least_mse if self.is_one_layer else None

    @cached_property
    def cycle_mse(self) -> float | None:
        """The mse over all examples that examples in a given order end up at, after whole epochs; None elsewhere."""
        if not (self.has_closed_form and self.system.in_order and self.stable and self.system.can_move):
            return None
        return self.system.epoch_path.end_mse

    # ---- one example: to the last bit ----

    @cached_property
    def _stop(self) -> Stop:
        recipe = self.recipe
        if not self.is_one_layer:
            return Stop(exactly=False, reason=JOINED if self.is_joined else LOCAL)
        if recipe.n > 1:
            return Stop(reason="several examples: a forecast trains nothing on data; least_mse says how good it can get")
        if recipe.schedule is not None:
            return Stop(reason="alpha follows a schedule")
        problem = dataclasses.replace(recipe.problem, until_mse=-1.0, native=None)
        slow = stopping.slow_stop(problem, recipe.start_weights()) if self._is_slow else None
        return slow or stopping.stepped_stop(problem, recipe.start_weights(), self.steps_allowed)

    @property
    def _is_slow(self) -> bool:
        """Whether a single plain weight per output converges so slowly that bisection may find where it stops."""
        problem = self.recipe.problem
        single = self.system.one_plain_example and problem.size == problem.k and problem.frozen is None
        return single and self.regime == "converges" and self.factor is not None and self.factor >= stopping.SLOW

    @property
    def steps_allowed(self) -> int:
        """Steps of one example that a forecast makes at most; fewer for wide nodes, whose steps take longer."""
        long = self.regime in ("oscillates", "marginal", "diverges")
        return max(4096, (stopping.OTHER_STEPS if long else stopping.CONVERGING_STEPS) * 8 // max(8, self.recipe.problem.size))

    @property
    def final_weight(self) -> Any:
        """The weight (or weights) at which it stops, exact to the bit; None with `final_weight_reason`."""
        block = self._stop.weights
        if block is None:
            return None
        weights = self.recipe.axes.weights_as_given(block[:, : self.recipe.d].copy())
        return weights if weights.ndim else float(weights)

    @property
    def final_bias(self) -> Any:
        """The bias that goes with `final_weight`."""
        block = self._stop.weights
        if block is None or block.shape[1] == self.recipe.d:
            return None
        return self.recipe.axes.of_outputs(block[:, -1].copy())

    @property
    def final_weight_reason(self) -> str:
        """Why `final_weight` (and perhaps `settles_at`) is None; empty where it is not."""
        return self._stop.reason

    @property
    def settles_at(self) -> int | None:
        """Updates until no weight ever changes again: the run's `settled_after`.

        To about a part in a thousand where `settles_exactly` is False.
        """
        return self._stop.settles_at

    @property
    def settles_exactly(self) -> bool:
        """Whether `settles_at` is the step itself, not only near it."""
        return self._stop.exactly

    @property
    def cycles(self) -> int | None:
        """Period in steps of the cycle of rounded weights that one example ends in; None where it does not, or it is not known."""
        return self._stop.period

    @property
    def diverges_at(self) -> int | None:
        """The step at which a number of one example ceases to be finite; None where none does, or it is not known."""
        return self._stop.diverges_at
