"""Measured facts of a network's training, beside what local theory says. Numbers only; the findings judge them."""

import math
from functools import cached_property

import numpy as np

from nodescope.arithmetic.core import engine
from nodescope.arithmetic.problem import Floats
from nodescope.diagnosis.networks.snapshot import Snapshot, snapshots
from nodescope.run.ending import Ending
from nodescope.run.run import Run
from nodescope.theory.limits import limit
from nodescope.theory.sharpness import Sharpness, sharpness, steepest_example

MSES = 65
"""Steps at which the error is looked at."""
MOST_NUMBERS = 2 * 10**8
"""Multiplications that looking at the error may cost; of larger trainings it is looked at less often."""
FADED = 1e-3
"""Of its largest: an alpha this small has stopped the run."""
THERE = 0.05
"""Of the goals' variance: an error this small is a fit."""


class NetworkEvidence:
    """What a network's run did."""

    def __init__(self, run: Run) -> None:
        self.run, self.recipe = run, run.recipe
        self.problem = run.recipe.problem

    @cached_property
    def looks(self) -> list[Snapshot]:
        """Snapshots, first and last among them; of a diverged run only those with finite weights."""
        return [look for look in snapshots(self.run) if all(np.all(np.isfinite(layer.weight)) for layer in look.layers)]

    numbered = True
    """Whether rows of a snapshot are examples by their numbers."""
    left = "the mse is"
    """What `end` is."""
    left_of = "the goals' variance"
    """What `share_left` is a part of."""

    @property
    def depth(self) -> int:
        """Number of layers."""
        return len(self.problem.layers)

    @property
    def inputs(self) -> tuple[Floats, tuple[str, ...]]:
        """What the first layer is given (n, d), and the names of it."""
        return self.recipe.examples.input, self.recipe.input_names

    @property
    def surely_there(self) -> bool:
        """`there`, where the goals themselves say so."""
        return self.there

    @property
    def solved(self) -> bool:
        """Whether slopes of 0 mean that nothing is left to do."""
        return self.end == 0.0

    def frozen(self, number: int) -> bool:
        """Whether none of a layer's weights may move."""
        frozen = self.problem.frozen
        return frozen is not None and bool(frozen.ravel()[self.problem.weights_of(number)].all())

    def moved_by_others(self, number: int) -> bool:
        """Whether something besides this training's rule moves a layer's weights."""
        return False

    def layer_name(self, number: int) -> str:
        """What a reader calls it."""
        return f"layer {number}"

    @property
    def first(self) -> Snapshot:
        return self.looks[0]

    @property
    def last(self) -> Snapshot:
        return self.looks[-1]

    @cached_property
    def steps(self) -> list[int]:
        """Numbers of updates after which the error is looked at."""
        cost = self.problem.n * self.problem.size
        count = max(5, min(MSES, MOST_NUMBERS // max(1, cost)))
        return sorted({round(i * self.run.steps / (count - 1)) for i in range(count)})

    @cached_property
    def mses(self) -> Floats:
        """mse over all examples at `steps`."""
        states = (self.run.replay.state_at(step) for step in self.steps)
        return np.array([engine().mse(self.problem, self.problem.weights(state)) for state in states])

    @cached_property
    def unseen_mses(self) -> Floats | None:
        """The same over rows kept unseen."""
        unseen = self.recipe.examples.unseen_goal
        if not len(unseen):
            return None
        import dataclasses

        kept = dataclasses.replace(
            self.problem, input=np.ascontiguousarray(self.recipe.examples.unseen_input), goal=unseen, native=None, batch=1
        )
        return np.array([engine().mse(kept, kept.weights(self.run.replay.state_at(step))) for step in self.steps])

    @property
    def start(self) -> float:
        return self.run.start_mse

    @property
    def end(self) -> float:
        return self.run.mse

    @cached_property
    def spread(self) -> float:
        """Variance of the goals: the error of always saying their mean."""
        with np.errstate(all="ignore"):
            return float(self.recipe.examples.goal.var(axis=0).mean())

    @property
    def share_left(self) -> float:
        """The error at the end as a part of the goals' variance, or of the error at the start where the goals do not vary."""
        of = self.spread if self.spread > 0 else self.start
        return self.end / of if of > 0 else 0.0

    @property
    def there(self) -> bool:
        """Whether the error is that of a fit."""
        return self.share_left <= THERE or self.end == 0.0 or self.run.ending is Ending.MSE_REACHED

    @property
    def finite(self) -> bool:
        return self.run.ending is not Ending.DIVERGED and math.isfinite(self.end)

    # ---- local theory ----

    def sharpness_at(self, look: Snapshot) -> Sharpness:
        """λmax at a snapshot's weights."""
        if look.step not in self._bends:
            self._bends[look.step] = sharpness(self.problem, self.problem.weights(self.run.replay.state_at(look.step)))
        return self._bends[look.step]

    @cached_property
    def _bends(self) -> dict[int, Sharpness]:
        return {}

    @property
    def whole_batch(self) -> bool:
        return self.recipe.batch_size == self.recipe.n

    @property
    def scales_itself(self) -> bool:
        """Whether the rule divides its steps by what it has seen, so that 2/λmax is no limit for alpha."""
        return self.recipe.rule.rescales

    def edge(self, look: Snapshot) -> float:
        """The largest alpha that is stable here, locally: the rule's limit at λmax.

        Infinite for the absolute error, whose steps do not shrink with the error: no curvature bounds them.
        """
        return math.inf if self.hops else self._limit(self.sharpness_at(look).value)

    def edge_alone(self, look: Snapshot) -> float:
        """The same where a step sees only the steepest of the examples."""
        steepest = steepest_example(self.problem, self.problem.weights(self.run.replay.state_at(look.step)))
        return self._limit(steepest)

    @property
    def hops(self) -> bool:
        """Whether steps stay as long as they are, however small the error."""
        return self.problem.loss.name == "absolute"

    def _limit(self, curvature: float) -> float:
        found = limit(self.recipe.rule, curvature)
        return math.inf if found is None else found

    @property
    def faded(self) -> float:
        """Alpha of the last step as a part of the largest."""
        sizes = np.abs(self.alphas())
        return float(sizes[-1] / sizes.max()) if len(sizes) and sizes.max() > 0 else 1.0

    def alphas(self) -> Floats:
        """Alpha of each step, or one for all of them."""
        schedule = self.recipe.schedule
        return np.array([self.recipe.alpha]) if schedule is None else schedule.values[: self.run.steps]
