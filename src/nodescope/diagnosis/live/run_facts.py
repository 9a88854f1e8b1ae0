"""What is known of a run, by the names of words.txt: what it did, as the core has it, and what its recipe let expect."""

import math
from functools import cached_property

import numpy as np

from nodescope.arithmetic.core import engine
from nodescope.arithmetic.problem import Floats
from nodescope.diagnosis.before.forecast import Forecast
from nodescope.diagnosis.live.foretold_facts import ForetoldFacts
from nodescope.run.ending import Ending
from nodescope.run.run import Run

ALIKE = 1e-9
"""Directions whose strengths differ by no more than this part are one."""


class RunFacts(ForetoldFacts):
    """Facts of a run that can be replayed.

    Parameters
    ----------
    run : Run
    """

    def __init__(self, run: Run) -> None:
        super().__init__(Forecast(run.recipe))
        self.run, self.recipe, self.problem = run, run.recipe, run.recipe.problem

    # ---- the run ----

    @property
    def steps(self) -> int:
        return self.run.steps

    @property
    def last_step(self) -> int:
        return self.run.steps - 1

    @property
    def ending(self) -> str:
        return self.run.ending.name

    @property
    def settled_after(self) -> int:
        return -1 if self.run.settled_after is None else self.run.settled_after

    @property
    def cycle_first(self) -> int:
        return -1 if self.run.cycle is None else self.run.cycle.first

    @property
    def period(self) -> int:
        return 0 if self.run.cycle is None else self.run.cycle.period

    @property
    def until_mse(self) -> float:
        return math.nan if self.recipe.until_mse is None else self.recipe.until_mse

    @property
    def scheduled(self) -> bool:
        return self.recipe.schedule is not None

    @property
    def one(self) -> bool:
        return self.problem.is_linear and self.rows == self.problem.size == 1

    @property
    def alone(self) -> bool:
        return self.predictions == 1

    @property
    def predictions(self) -> int:
        return self.rows * self.recipe.k

    @property
    def input(self) -> float:
        return float(self.recipe.examples.input[0, 0])

    @property
    def goal(self) -> float:
        return float(self.recipe.examples.goal[0, 0])

    @property
    def bound(self) -> bool:
        return self.problem.frozen is not None and bool(self.problem.frozen.ravel()[0])

    # ---- its start and its end ----

    def _weights_at(self, step: int) -> Floats:
        return np.asarray(self.problem.weights(self.run.replay.state_at(step)))

    @cached_property
    def _predictions(self) -> Floats:
        with np.errstate(all="ignore"):
            return engine().predict(self.problem, self._weights_at(self.steps))

    @cached_property
    def first(self) -> float:
        return engine().mse(self.problem, self._weights_at(0))

    @cached_property
    def last(self) -> float:
        return engine().mse(self.problem, self._weights_at(self.steps))

    @cached_property
    def far(self) -> float:
        with np.errstate(all="ignore"):
            missed = np.abs(self._predictions - self.recipe.examples.goal)
        return float(missed[np.isfinite(missed)].max(initial=0.0))

    @property
    def rms(self) -> float:
        return math.sqrt(self.last)

    @property
    def rms_first(self) -> float:
        return math.sqrt(self.first)

    @property
    def weight(self) -> float:
        return float(self._weights_at(self.steps)[0])

    @property
    def prediction(self) -> float:
        return float(self._predictions.flat[0])

    @property
    def a(self) -> float:
        return float(self._weights_at(self.cycle_first)[0])

    @property
    def b(self) -> float:
        return float(self._weights_at(self.cycle_first + 1)[0])

    @property
    def grows(self) -> bool:
        return self.run.ending is Ending.DIVERGED or (self.regime == "diverges" and not self.last <= self.first)

    @property
    def classes(self) -> bool:
        return self.recipe.loss.tells_classes

    @property
    def right(self) -> int:
        """Examples that get their own class."""
        told, goal = self._predictions, self.recipe.examples.goal
        same = (told > 0.5) == (goal > 0.5) if self.recipe.k == 1 else told.argmax(axis=1) == goal.argmax(axis=1)
        return int(np.asarray(same).sum())

    @cached_property
    def least(self) -> float:
        """Least mse of any weights, worth telling of several examples; 0 where it is not known."""
        found = self.of.least_mse
        return found if self.rows > 1 and found is not None and 0 < found < math.inf else 0.0

    @property
    def rms_least(self) -> float:
        return math.sqrt(self.least)

    # ---- what alpha does ----

    @property
    def _is_live(self) -> bool:
        """Whether what alpha does follows from curvatures alone: plain steps of one layer that see all examples."""
        plain = self.of.has_closed_form and self.recipe.rule.name == "plain"
        return plain and self.of.system.together and self.problem.frozen is None

    @property
    def known(self) -> bool:
        return super().known and not self.scheduled

    @property
    def regime(self) -> str:
        known = self._is_live or self.known or (self.alpha == 0 and not self.scheduled)
        return self.of.regime if known else ""

    @property
    def factor(self) -> float:
        return super().factor if self._is_live or self.known else math.nan

    @property
    def gain(self) -> float:
        return super().gain if self._is_live else 1.0 - self.factor

    @property
    def several(self) -> bool:
        return not self._is_live or self.condition > 1 + ALIKE
