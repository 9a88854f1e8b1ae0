"""What is foretold of a recipe, by the names of words.txt; each is worked out when a condition or a sentence asks for it."""

import math
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from nodescope.diagnosis.before.numbers import Foretold

NOTHING = 1e-20
"""Of the goals' mean square: what is left to rounding."""
CURVATURE_DIGITS = 6
"""Of the largest curvature of a network's error (facts.ts has the same)."""
STARTS = ("converges", "one step", "oscillates", "marginal")
"""Regimes in which alpha would let a run converge, or stay."""


class ForetoldFacts:
    """Facts of a forecast of one layer under the squared error, and of a network; −1 and NaN stand for what there is not.

    Parameters
    ----------
    foretold : Foretold
    """

    def __init__(self, foretold: "Foretold") -> None:
        self.of = foretold

    def __getitem__(self, name: str) -> Any:
        with np.errstate(all="ignore"):  # of goals and inputs of any finite size squares may be beyond all doubles
            return getattr(self, name)

    @property
    def alpha(self) -> float:
        return self.of.recipe.alpha

    @property
    def rows(self) -> int:
        return self.of.recipe.n

    @property
    def batch(self) -> int:
        return self.of.recipe.batch_size

    @property
    def per(self) -> str:
        return self.of.per

    # ---- what a step does ----

    @property
    def regime(self) -> str:
        return self.of.regime

    @property
    def reason(self) -> str:
        return self.of.regime_reason

    @property
    def can_move(self) -> bool:
        return self.of.system.can_move

    @property
    def foretold(self) -> bool:
        return self.of.is_linear

    @property
    def factor(self) -> float:
        factor = self.of.factor
        return math.nan if factor is None else factor

    @property
    def tells_step(self) -> bool:
        return not math.isnan(self.factor)

    @property
    def size(self) -> float:
        return abs(self.factor)

    @property
    def gain(self) -> float:
        gain = self.of.gain
        return math.nan if gain is None else gain

    @property
    def comes_back(self) -> float:
        return self.of.comes_back

    @property
    def turns_each_time(self) -> bool:
        return self.of.turns_each_time

    # ---- how far alpha may go ----

    @property
    def known(self) -> bool:
        return self.of.limit is not None and math.isfinite(self.of.limit)

    @property
    def limit(self) -> float:
        return math.nan if self.of.limit is None else self.of.limit

    @property
    def bounded(self) -> bool:
        bounds = self.of.limit_bounds
        return bounds is not None and bounds[0] != bounds[1]

    @property
    def surely_not_above(self) -> float:
        bounds = self.of.limit_bounds
        return math.nan if bounds is None else bounds[1]

    @property
    def islands(self) -> str:
        return "".join(f", and again from {low:.6g} to {high:.6g}" for low, high in self.of.islands[:3])

    # ---- of a network: alpha beside the largest that is stable near its start ----

    @property
    def near_limit(self) -> float:
        """NaN where no theory knows one."""
        return math.nan if self.of.local_limit is None else self.of.local_limit

    @property
    def near_ratio(self) -> float:
        """To as many digits as the curvature is known to: an alpha at its limit is then at it for all who work it out."""
        return float(f"{self.alpha / self.near_limit:.{CURVATURE_DIGITS}g}")

    @property
    def near_alone(self) -> float:
        return self.of.local_limit_alone

    @property
    def end_reason(self) -> str:
        return self.of.final_weight_reason

    # ---- where it leads ----

    @property
    def breaks_at_start(self) -> bool:
        several = self.rows > 1 and self.regime not in ("frozen", "diverges")
        return several and self.of.starts_beyond_all_numbers

    @property
    def breaks_at(self) -> int:
        return self.diverges_at if self.rows == 1 and self.regime in STARTS else -1

    @property
    def condition(self) -> float:
        condition = self.of.condition
        return math.nan if condition is None else condition

    @property
    def turns(self) -> float:
        return (self.of.system.bowl.spectrum.condition + 1.0) / 2.0

    @property
    def least_mse(self) -> float:
        least = self.of.least_mse
        return math.nan if least is None else least

    @property
    def cycle_mse(self) -> float:
        """Where few examples at a time end, if that is more than rounding."""
        found, goal = self.of.cycle_mse, self.of.recipe.examples.goal
        told = found is not None and (self.least_mse or found > NOTHING * float((goal * goal).mean()))
        return found if found is not None and told else -1.0

    @property
    def settles_at(self) -> int:
        settles = self.of.settles_at
        return -1 if self.of.final_weight is None or settles is None else settles

    @property
    def settles_exactly(self) -> bool:
        return self.of.settles_exactly

    @property
    def ends_at(self) -> Any:
        weight = self.of.final_weight
        return weight if isinstance(weight, float) else np.asarray(weight).ravel().tolist()

    @property
    def diverges_at(self) -> int:
        return -1 if self.of.diverges_at is None else self.of.diverges_at

    @property
    def repeats(self) -> int:
        return self.of.cycles or 0

    @property
    def blurred(self) -> bool:
        return self.of.final_weight_reason.startswith("rounding")

    @property
    def walked(self) -> int:
        return self.of.steps_allowed
