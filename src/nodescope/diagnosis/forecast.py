"""Before a run: what will happen, from theory alone. Nothing is trained on data; a bare one-example node may be stepped a little.

The seed's step is delta × input, *half* the derivative of the squared error: every alpha here is that one. A library that
differentiates mse itself (k outputs) takes the same step at alpha·k/2.
"""

import dataclasses
from functools import cached_property
from typing import Any

import numpy as np

from nodescope.arithmetic.problem import Floats, Outcome, Problem
from nodescope.diagnosis.system import LINEAR_RULES, System
from nodescope.run.making import make_recipe
from nodescope.run.recipe import Recipe
from nodescope.theory.bare import Walked, walk_until_it_ends
from nodescope.theory.factors import as_float, exact_product
from nodescope.theory.quadratic import best_alpha
from nodescope.theory.stall import Node, before, stall, steps_until

CREEPING_STEPS = 2**17
"""A bare node that creeps is stepped at most this often."""
SWINGING_STEPS = 1_000_000
PROVED_FROM = 512
"""Doubles before the place where a slow node stops, from which it is stepped to prove it."""
SAME = 1e-12
"""Factors of several examples are known to about this much."""


def forecast(**keywords: Any) -> "Forecast":
    """What `descend` with the same keywords will do, without doing it.

    One example with input x: the missing error is multiplied by 1 − alpha·|x|² in each step (a bias counts as an input of 1, frozen
    weights do not count), so it is stable for 0 < alpha < 2/|x|² (Bertsekas 1999, "Nonlinear Programming", section 1.3). All
    examples in a step: by 1 − alpha·λ in each direction, λ the eigenvalues of XᵀX/n. One at a time in a given order: by the
    eigenvalues of the epoch's product of the I − alpha·x·xᵀ. The way of a single weight to its last bit: `theory/stall.py`.

    Parameters
    ----------
    **keywords
        `descend`'s. `steps`, `epochs`, `until_mse` and `time_limit` change nothing: a forecast tells where it leads when let run.

    Returns
    -------
    Forecast

    Raises
    ------
    InputError
        As `descend` raises it.

    Examples
    --------
    >>> foretold = forecast(weight=0.4, input=1, goal=0.6, alpha=0.1)
    >>> foretold.limit, foretold.factor, foretold.regime, foretold.final_weight, foretold.settles_at
    (2.0, 0.9, 'creeps', 0.5999999999999994, 317)
    """
    keywords.pop("out", None)
    recipe = make_recipe(**keywords)
    if not recipe.problem.is_linear:
        from nodescope.diagnosis.networks.forecast import NetworkForecast

        return NetworkForecast(recipe)
    return Forecast(recipe)


class Forecast:
    """What will happen. Each number is worked out when it is asked for.

    Attributes
    ----------
    recipe : Recipe
    """

    def __init__(self, recipe: Recipe) -> None:
        self.recipe = recipe

    @cached_property
    def system(self) -> System:
        """The recipe as a linear system."""
        return System(self.recipe)

    @property
    def is_linear(self) -> bool:
        """Whether closed forms cover the rule and the order: plain steps, or momentum with all examples in a step."""
        name = self.recipe.rule.name
        return name == "plain" or (name in LINEAR_RULES and self.system.together)

    @property
    def per(self) -> str:
        """What `factor` belongs to: "step", or "epoch" where a step does not see all examples."""
        return "step" if self.system.together else "epoch"

    @cached_property
    def limit(self) -> float | None:
        """Largest stable alpha: up from 0 it is stable until there. 2/|x|² for one example; infinite where nothing can move.

        For a drawn order (or very many examples in a given one) the largest that is *surely* stable: `limit_bounds` has both
        bounds. None where no theory covers the rule.
        """
        return self.system.limit if self.is_linear else None

    @cached_property
    def limit_bounds(self) -> tuple[float, float] | None:
        """Surely stable below the first, surely not above the second; equal where the limit is known."""
        if self.limit is None:
            return None
        if self.system.together or self.system.in_order or not self.system.can_move:
            return self.limit, self.limit
        return self.limit, min(epoch.surely_unstable for epoch in self.system.epochs)

    @cached_property
    def islands(self) -> tuple[tuple[float, float], ...]:
        """Ranges of alpha above the limit that are stable again (one example at a time in a given order; one group of outputs)."""
        if not (self.is_linear and self.system.in_order and len(self.system.epochs) == 1):
            return ()
        return tuple(self.system.epochs[0].stable_ranges[1:])

    @cached_property
    def factors(self) -> Floats | None:
        """What the missing error is multiplied by in each direction, largest in size first; per step or per epoch (`per`).

        Complex pairs are given by their size, negative where they point backwards. None where theory does not say.
        """
        if not self.is_linear or self.recipe.schedule is not None:
            return None
        if not self.system.can_move:
            return np.empty(0)
        if self.recipe.n == 1 and self.recipe.rule.name == "plain":
            products = {as_float(1 - exact_product(self.recipe.alpha, g.x[0])) for g in self.system.groups if g.x.any()}
            return np.array(sorted(products, key=abs, reverse=True))
        if self.system.together:
            found = self.system.descent.factors()
        elif self.system.in_order:
            values = np.concatenate([epoch.eigenvalues(self.recipe.alpha) for epoch in self.system.epochs])
            found = np.where(values.real < 0, -1.0, 1.0) * np.abs(values)
        else:
            return None
        return np.asarray(found[np.argsort(-np.abs(found), kind="stable")])

    @property
    def factor(self) -> float | None:
        """What the missing error is multiplied by, signed: the largest of `factors` in size. 1.0 where nothing can move."""
        if self.factors is None:
            return None
        return float(self.factors[0]) if self.factors.size else 1.0

    @cached_property
    def _regime(self) -> tuple[str, str]:
        """Regime, and where it is unknown the reason."""
        recipe = self.recipe
        if not self.system.can_move or (recipe.alpha == 0.0 and recipe.schedule is None):
            return "frozen", ""
        if recipe.schedule is not None:
            return "unknown", "alpha follows a schedule"
        if not self.is_linear:
            return "unknown", _no_theory(recipe)
        if recipe.n == 1 and recipe.rule.name == "plain":
            return self._regime_of_one(), ""
        if self.factor is None:
            return self._regime_drawn()
        return _regime_of(self.factor), ""

    def _regime_of_one(self) -> str:
        """Decided without rounding: alpha·|x|² against 0, 1 and 2."""
        products = [exact_product(self.recipe.alpha, g.x[0]) for g in self.system.groups if g.x.any()]
        worst = max(products, key=lambda product: abs(1 - product))
        if worst < 0 or worst > 2:
            return "runs away"
        return "one step" if worst == 1 else "creeps" if worst < 1 else "swings"

    def _regime_drawn(self) -> tuple[str, str]:
        alpha, bounds = self.recipe.alpha, self.limit_bounds
        if bounds is None or alpha < 0 or alpha > bounds[1]:
            return "runs away", ""
        if alpha <= bounds[0] / 2:
            return "creeps", ""
        where = "it is stable for certain" if alpha < bounds[0] else "whether it is stable depends on the order"
        why = "the order is drawn" if self.recipe.order == "shuffled" else "there are too many examples for their product"
        return "unknown", f"{why}; {where}: surely below {bounds[0]:.6g}, surely not above {bounds[1]:.6g}"

    @property
    def regime(self) -> str:
        """`creeps` 0 < factor < 1, `one step` 0, `swings` −1 ≤ factor < 0, `runs away`, `frozen`; or `unknown`."""
        return self._regime[0]

    @property
    def regime_reason(self) -> str:
        """Why the regime is unknown; empty where it is not."""
        return self._regime[1]

    @property
    def reason(self) -> str:
        """Why something is not foretold: the regime where that is unknown, else the final weight; empty where all is."""
        return self.regime_reason or self.final_weight_reason

    @property
    def stable(self) -> bool | None:
        """Whether the missing error stays bounded; None where theory does not say."""
        if self.regime != "unknown":
            return self.regime != "runs away"
        known = self.is_linear and self.recipe.schedule is None and self.limit is not None and 0 < self.recipe.alpha < self.limit
        return True if known else None

    @cached_property
    def best_alpha(self) -> float:
        """The alpha that shrinks the slowest and the fastest direction alike, all examples in a step: 2/(λmax + λmin)."""
        alpha = best_alpha(self.system.bowl.spectrum.eigenvalues)
        return alpha / self.recipe.batch_size if self.recipe.reduction == "sum" else alpha

    @property
    def condition(self) -> float:
        """λmax/λmin of the inputs' second moment, over the directions that are there."""
        return self.system.condition

    @property
    def least_mse(self) -> float:
        """What no weights can beat (those that cannot move left as they are): by QR."""
        return self.system.bowl.least_mse

    @cached_property
    def cycle_mse(self) -> float | None:
        """mse over all examples that examples in a given order end up at (looked at after whole epochs); None elsewhere."""
        if not (self.is_linear and self.system.in_order and self.recipe.schedule is None and self.stable and self.system.can_move):
            return None
        return self.system.epoch_path.end_mse

    # ---- one example: to the last bit ----

    @cached_property
    def _end(self) -> "_End":
        recipe = self.recipe
        if recipe.n > 1:
            return _End(reason="several examples: a forecast trains nothing on data; least_mse says how good it can get")
        if recipe.schedule is not None:
            return _End(reason="alpha follows a schedule")
        problem = dataclasses.replace(recipe.problem, until_mse=-1.0, native=None)
        slow = self._slow_end(problem)
        return slow or _stepped(problem, recipe.start_weights(), self._steps_allowed)

    @property
    def _steps_allowed(self) -> int:
        """Fewer for wide nodes, whose steps take longer."""
        steps = SWINGING_STEPS if self.regime in ("swings", "runs away") else CREEPING_STEPS
        return max(4096, steps * 8 // max(8, self.recipe.problem.size))

    def _slow_end(self, problem: Problem) -> "_End | None":
        """By bisection over the doubles, where a creeping single weight is too slow to be stepped."""
        one_weight = problem.layers[0].width == 1 and problem.frozen is None
        if self.regime != "creeps" or self.recipe.rule.name != "plain" or not one_weight:
            return None
        if self.factor is None or self.factor < 0.99:
            return None
        ends = [_slow_node(problem, j, float(self.recipe.start_weights()[j])) for j in range(problem.k)]
        if all(steps is not None and steps < CREEPING_STEPS for _, steps in ends):
            return None
        counted = [steps for _, steps in ends if steps is not None]
        settles_at = max(counted) if len(counted) == len(ends) else None
        weights = [weight for weight, _ in ends]
        if any(weight is None for weight in weights):
            return _End(settles_at=settles_at, exactly=False, reason="rounding on the way blurs the place where it stops")
        return _End(np.array(weights, dtype=np.float64)[:, None], settles_at, exactly=False)

    @property
    def final_weight(self) -> Any:
        """The weight (or weights) at which it stops, exact to the bit; None with `final_weight_reason`."""
        block = self._end.weights
        if block is None:
            return None
        weights = self.recipe.axes.weights_as_given(block[:, : self.recipe.d].copy())
        return weights if weights.ndim else float(weights)

    @property
    def final_bias(self) -> Any:
        """The bias that goes with `final_weight`."""
        if self._end.weights is None or self.recipe.bias is None:
            return None
        return self.recipe.axes.of_outputs(self._end.weights[:, -1].copy())

    @property
    def final_weight_reason(self) -> str:
        """Why `final_weight` (and perhaps `settles_at`) is None; empty where it is not."""
        return self._end.reason

    @property
    def settles_at(self) -> int | None:
        """Updates until no weight ever changes again (the run's `settled_after`); to about a part in a thousand where
        `settles_exactly` is False."""
        return self._end.settles_at

    @property
    def settles_exactly(self) -> bool:
        return self._end.exactly

    @property
    def cycles(self) -> int | None:
        """Period in steps of the cycle of rounded weights that one example ends in; None where it does not, or it is not known."""
        return self._end.period

    @property
    def diverges_at(self) -> int | None:
        """The step at which a number of one example ceases to be finite; None where none does, or it is not known."""
        return self._end.diverges_at

    # ---- how long until ----

    def steps_to(self, mse: float) -> int | None:
        """Updates until the mse over all examples is at most this; None where it never is (`why_not` says why).

        Exact for one example that is stepped; else from closed forms in exact arithmetic.
        """
        return self._steps_to(mse)[0]

    def why_not(self, mse: float) -> str:
        """Why `steps_to(mse)` is None; empty where it is not."""
        return self._steps_to(mse)[1]

    def _steps_to(self, mse: float) -> tuple[int | None, str]:
        if self.recipe.n == 1 and self.recipe.schedule is None:
            known = self._stepped_to(mse)
            if known is not None:
                return known
        if not self.is_linear or self.recipe.schedule is not None:
            return None, self.regime_reason or _no_theory(self.recipe)
        if not (self.system.together or self.system.in_order):
            return None, "only bounds are known where the order is drawn, or the examples are very many"
        if mse < self.least_mse:
            return None, f"no weights can beat {self.least_mse:.6g}"
        if self.system.together:
            steps = self.system.descent.steps_to(mse)
            return steps, "" if steps is not None else self._never()
        epochs = self.system.epoch_path.epochs_to(mse)
        if epochs is None:
            return None, self._never()
        return epochs * self.system.steps_per_turn, ""

    def _stepped_to(self, mse: float) -> tuple[int | None, str] | None:
        problem = dataclasses.replace(self.recipe.problem, until_mse=mse, native=None)
        walked = walk_until_it_ends(problem, self.recipe.start_weights(), self._steps_allowed)
        if walked.outcome is Outcome.MSE_REACHED:
            return walked.steps, ""
        if walked.outcome is Outcome.WENT:
            if self._end.weights is not None and _mse_of(problem, self._end.weights) > mse:
                return None, f"it stops before, at an mse of {_mse_of(problem, self._end.weights):.6g}"
            return None if self.is_linear else (None, f"not within the {walked.steps:,} steps that a forecast makes")
        if walked.outcome is Outcome.DIVERGED:
            return None, "it runs away"
        return None, f"it stops before, at an mse of {_mse_of(problem, problem.weights(walked.state)):.6g}"

    def _never(self) -> str:
        if self.regime == "runs away":
            return "it runs away"
        if self.cycle_mse is not None:
            return f"one at a time it ends in a cycle around an mse of {self.cycle_mse:.6g}"
        return "nothing moves" if self.regime == "frozen" else "not in any number of steps that could be made"

    @property
    def sentence(self) -> str:
        """All of it in a sentence or two."""
        from nodescope.diagnosis.forecast_words import sentence

        return sentence(self)

    def __repr__(self) -> str:
        return self.sentence

    __str__ = __repr__


@dataclasses.dataclass(frozen=True, eq=False)
class _End:
    """Where one example leads."""

    weights: Floats | None = None
    settles_at: int | None = None
    exactly: bool = True
    period: int | None = None
    diverges_at: int | None = None
    reason: str = ""


def _stepped(problem: Problem, start: Floats, steps: int) -> _End:
    walked: Walked = walk_until_it_ends(problem, start, steps)
    if walked.settled_after is not None:
        return _End(problem.blocks(walked.state)[0].copy(), walked.settled_after)
    if walked.period is not None:
        return _End(period=walked.period, reason=f"it ends in a cycle of {walked.period:,} steps")
    if walked.outcome is Outcome.DIVERGED:
        return _End(diverges_at=walked.steps - 1, reason=f"it runs away: at step {walked.steps - 1:,} a number is not finite")
    return _End(reason=f"it has not settled within {walked.steps:,} steps, as many as a forecast makes")


def _slow_node(problem: Problem, j: int, start: float) -> tuple[float | None, int | None]:
    """Where output j's single weight stops (None where that is not proved), and after how many steps."""
    node = Node(float(problem.input[0, 0]), float(problem.goal[0, j]), problem.alpha)
    end = stall(node, start)
    if end is None:
        return None, None
    (layer,) = problem.layers
    goal = np.ascontiguousarray(problem.goal[:, j : j + 1])
    own = dataclasses.replace(problem, goal=goal, layers=(dataclasses.replace(layer, outputs=1),), native=None)
    near = np.array([before(end, start, PROVED_FROM)])
    walked = walk_until_it_ends(own, near, 64 * PROVED_FROM)
    proved = walked.settled_after is not None and walked.state[0] == end
    return end if proved else None, steps_until(node, start, end)


def _mse_of(problem: Problem, weights: Floats) -> float:
    from nodescope.arithmetic.core import engine

    return engine().mse(problem, weights)


def _regime_of(factor: float) -> str:
    if not abs(factor) <= 1.0 + SAME:
        return "runs away"
    if abs(factor) <= SAME:
        return "one step"
    return "creeps" if factor > 0 else "swings"


def _no_theory(recipe: Recipe) -> str:
    name = recipe.rule.name
    if name in LINEAR_RULES:
        return f"no closed form covers rule {name!r} where a step does not see all examples"
    return f"rule {name!r} rescales its steps by what it has seen: no closed form covers it"
