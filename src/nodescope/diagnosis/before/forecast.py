"""What is told of a run before it is made."""

import dataclasses
from functools import cached_property

from nodescope.arithmetic.problem import Outcome
from nodescope.diagnosis.before import words
from nodescope.diagnosis.before.numbers import LOCAL, Foretold
from nodescope.diagnosis.before.of_penalties import JOINED
from nodescope.run.offers import Faced
from nodescope.theory.stepped import mse_of, walk_until_it_ends


class Forecast(Foretold, Faced):
    """What will happen. Each number is worked out when it is asked for; of a node and of a network of one layer they are the same.

    Attributes
    ----------
    recipe : Recipe

    Examples
    --------
    >>> import nodescope as ns
    >>> foretold = ns.forecast(weight=0.4, input=1, goal=0.6, alpha=0.1)
    >>> foretold.limit, foretold.factor, foretold.settles_at
    (2.0, 0.9, 317)
    """

    @property
    def sentence(self) -> str:
        """All of it in a sentence or two."""
        return words.sentence(self)

    def __repr__(self) -> str:
        return self.sentence

    __str__ = __repr__

    # ---- how long until ----

    def steps_to(self, mse: float) -> int | None:
        """The number of updates from which on the mse over all examples *stays* at most this.

        With momentum the mse may dip below it earlier and rise again; `descend(until_mse=…)` stops at such a dip. Exact for one
        example that is stepped; else from closed forms in exact arithmetic. Where a step does not see all examples the mse is
        looked at after whole epochs. Of a rule that rescales its steps no theory says whether the mse stays low: then it is the
        first number of updates after which it is.

        Parameters
        ----------
        mse : float
            In the squared units of the goals, as the run has them.

        Returns
        -------
        int or None
            None where it never does; `why_not` says why.

        Examples
        --------
        >>> import nodescope as ns
        >>> ns.forecast(weight=0.4, input=1, goal=0.6, alpha=0.1).steps_to(1e-6)
        51
        """
        return self._steps_to(mse)[0]

    def why_not(self, mse: float) -> str:
        """Why `steps_to(mse)` is None; empty where it is not.

        Parameters
        ----------
        mse : float
            As `steps_to` takes it.

        Returns
        -------
        str
            A clause, without a full stop.

        Examples
        --------
        >>> import nodescope as ns
        >>> ns.forecast(weight=0.4, input=1, goal=0.6, alpha=2.5).why_not(1e-6)
        'it diverges'
        """
        return self._steps_to(mse)[1]

    @cached_property
    def _asked(self) -> dict[float, tuple[int | None, str]]:
        """What was answered of each mse: whoever asks `steps_to` asks `why_not` next, and either may take many steps to answer."""
        return {}

    def _steps_to(self, mse: float) -> tuple[int | None, str]:
        asked = float(mse)
        if asked not in self._asked:
            self._asked[asked] = self._found_to(mse)
        return self._asked[asked]

    def _found_to(self, mse: float) -> tuple[int | None, str]:
        if self.is_one_layer and self.recipe.n == 1 and self.recipe.schedule is None:
            return self._stepped_to(mse)
        return self._closed_form_to(mse)

    def _closed_form_to(self, mse: float) -> tuple[int | None, str]:
        if not self.has_closed_form:
            return None, self.regime_reason or self._no_theory if self.is_one_layer else JOINED if self.is_joined else LOCAL
        if not (self.system.together or self.system.in_order):
            return None, "only bounds are known where the order is drawn, or the examples are very many"
        if mse < self.system.bowl.least_mse:
            return None, f"no weights can beat {self.least_mse:.6g}"
        system = self.system
        turns = system.descent.steps_to(mse) if system.together else system.epoch_path.epochs_to(mse)
        return (None, self._never()) if turns is None else (turns * system.steps_per_turn, "")

    def _stepped_to(self, mse: float) -> tuple[int | None, str]:
        problem = dataclasses.replace(self.recipe.problem, until_mse=-1.0, native=None)
        walked = walk_until_it_ends(problem, self.recipe.start_weights(), self.steps_allowed, mse)
        if self.recipe.rule.rescales and walked.first_low is not None:
            return walked.first_low, ""
        if walked.outcome is Outcome.DIVERGED:
            return None, "it diverges"
        if walked.outcome is not Outcome.WENT:
            stops = f"it stops before, at an mse of {mse_of(problem, walked.state):.6g}"
            return (walked.last_above + 1, "") if walked.stays_low else (None, stops)
        stop = self._stop.weights
        if stop is not None and not (end := mse_of(problem, stop.ravel())) <= mse:
            return None, f"it stops before, at an mse of {end:.6g}"
        if not self.is_linear:
            return None, f"not within the {walked.steps:,} steps that a forecast makes"
        steps, why = self._closed_form_to(mse)
        return (walked.last_above + 1, "") if steps is not None and steps <= walked.steps and walked.stays_low else (steps, why)

    def _never(self) -> str:
        if self.regime == "diverges":
            return "it diverges"
        if self.cycle_mse is not None:
            return f"one at a time it ends in a cycle around an mse of {self.cycle_mse:.6g}"
        return "nothing moves" if self.regime == "frozen" else "not in any number of steps that could be made"
