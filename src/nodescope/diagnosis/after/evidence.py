"""Measured facts of a run, beside what theory says of it where it says something. Numbers only; the findings judge them.

One evidence for a single node, a network and an observed training: what only some of them have is asked for by name (`offers`).
"""

import dataclasses
import math
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from nodescope.arithmetic.core import engine
from nodescope.arithmetic.problem import Floats, Problem
from nodescope.diagnosis.after.finding import CLOSED_FORM, CURVED, ERRORS, GOALS, LINEAR, REPLAY, STEPS
from nodescope.diagnosis.after.linear import Linear
from nodescope.diagnosis.after.snapshot import MOST_EXAMPLES, Snapshot, snapshots
from nodescope.diagnosis.before.forecast import Forecast
from nodescope.later import Later
from nodescope.run.ending import Ending
from nodescope.run.run import Run
from nodescope.theory.limits import limit

if TYPE_CHECKING:
    from nodescope.theory import sharpness as steepness
    from nodescope.theory.sharpness import Sharpness
else:
    steepness = Later("nodescope.theory.sharpness")

ERRORS_LOOKED_AT = 65
"""The error is looked at after so many numbers of steps, evenly spaced."""
MOST_NUMBERS = 2 * 10**8
"""Multiplications that looking at the error may cost; of larger trainings it is looked at less often."""
FADED = 1e-3
"""An alpha that has become this part of its largest has stopped the run."""
SLOW = 0.01
"""Slow is an alpha below this part of the local limit; or weights that moved by less than this part of their layer's largest."""
LEAST_STOOD = 3
"""Weights stand still that have not moved for an epoch, and for so many steps."""
AT_LOWEST = 1e-3
"""One layer with a penalty has converged where this part of what could be gained is left."""
FIT = 0.05
"""An error of this part of the goals' variance is a fit."""
LEAST_LOOKED_AT = 5
"""The error is looked at after so many numbers of steps at least."""


class Evidence:
    """What a run did, in the numbers that findings are judged by."""

    error_is = "the mse is"
    """How a sentence begins that tells `end`."""
    part_of = "the goals' variance"
    """What `share_left` is a part of."""

    def __init__(self, run: Run) -> None:
        self.run, self.recipe = run, run.recipe
        self.problem = run.recipe.problem

    @cached_property
    def offers(self) -> frozenset[str]:
        """The kinds of evidence that there are."""
        found = {GOALS, REPLAY, ERRORS, LINEAR if self.is_linear else CURVED}
        if self.is_linear and self.linear.has_closed_form:
            found.add(CLOSED_FORM)
        return frozenset(found | ({STEPS} if self.snapshots else set()))

    @property
    def is_linear(self) -> bool:
        """Whether predictions are weighted sums under the squared loss."""
        return self.problem.is_linear

    @cached_property
    def foretold(self) -> Forecast:
        """What the recipe let expect."""
        return self.linear.forecast if self.is_linear else Forecast(self.recipe)

    @cached_property
    def linear(self) -> Linear:
        """Of a linear problem only (LINEAR): its bowl and its closed forms."""
        return Linear(self.run)

    # ---- layers and nodes ----

    @cached_property
    def snapshots(self) -> list[Snapshot]:
        """Evenly spaced, first and last among them; of a diverged run only those with finite weights."""
        return [one for one in snapshots(self.run) if all(np.all(np.isfinite(layer.weight)) for layer in one.layers)]

    @property
    def first(self) -> Snapshot:
        return self.snapshots[0]

    @property
    def last(self) -> Snapshot:
        return self.snapshots[-1]

    @cached_property
    def lately(self) -> tuple[Snapshot, Snapshot]:
        """Two moments at the end, an epoch apart: what is said of a node has to hold at both."""
        earlier = max(0, self.last.step - self.recipe.steps_per_epoch)
        return snapshots(self.run, [earlier])[0], self.last

    @property
    def depth(self) -> int:
        """Number of layers."""
        return len(self.problem.layers)

    @property
    def inputs(self) -> tuple[Floats, tuple[str, ...]]:
        """What the first layer is given (n, d), and the names of it."""
        return self.recipe.examples.input, self.recipe.input_names

    def frozen(self, number: int) -> bool:
        """Whether none of a layer's weights may move."""
        frozen = self.problem.frozen
        return frozen is not None and bool(frozen[self.problem.weights_of(number)].all())

    def moved_by_others(self, number: int) -> bool:
        """Whether something besides this training's rule moves a layer's weights."""
        return False

    def unmoved(self, number: int) -> bool:
        """Whether a layer's weights have stood as they are for the last epoch, at each of several moments."""
        part, epoch = self.problem.weights_of(number), self.recipe.steps_per_epoch
        before = {max(0, self.run.steps - back) for back in (1, 2, LEAST_STOOD, -(-epoch // 2), epoch)}
        return all(np.array_equal(self.flat_at(step)[part], self.flat_at(self.run.steps)[part]) for step in before)

    def layer_name(self, number: int) -> str:
        """What a reader calls it."""
        return f"layer {number}"

    def input_name(self, column: int) -> str:
        """In words, with the column's name where it has one."""
        if column == self.recipe.d:
            return "the bias"
        name = self.recipe.input_names[column]
        return f"input {name!r}" if self.recipe.has_names else f"input {name}" if self.recipe.d > 1 else "the input"

    def weight_name(self, number: int, node: int, column: int) -> str:
        """A weight in words: its layer and node where there are several, and its input."""
        shape = self.problem.layers[number]
        place = [f"layer {number}"] * (self.depth > 1) + [f"node {node}"] * (shape.outputs > 1)
        if column == shape.inputs:
            name = "the bias"
        elif number:
            name = f"the weight of node {column} of the layer before"
        else:
            name = f"the weight of {self.input_name(column)}"
        return ", ".join([*place, name])

    # ---- the error ----

    def flat_at(self, step: int) -> Floats:
        """All weights after so many updates, one after another."""
        return np.asarray(self.problem.weights(self.run.replay.state_at(step)))

    @cached_property
    def error_steps(self) -> list[int]:
        """Numbers of updates after which the error is looked at."""
        cost = self.problem.n * self.problem.size
        count = max(LEAST_LOOKED_AT, min(ERRORS_LOOKED_AT, MOST_NUMBERS // max(1, cost)))
        return sorted({round(i * self.run.steps / (count - 1)) for i in range(count)})

    def error_at(self, problem: Problem, step: int) -> float:
        """What the steps make smaller, over a problem's examples after so many updates: the mse, where a run has no other error."""
        return engine().mse(problem, self.flat_at(step))

    @cached_property
    def errors(self) -> Floats:
        """The error over all examples at `error_steps`."""
        return np.array([self.error_at(self.problem, step) for step in self.error_steps])

    @cached_property
    def unseen_errors(self) -> Floats | None:
        """The same over rows kept unseen."""
        unseen = self.recipe.examples.unseen_goal
        if not len(unseen):
            return None
        kept = np.ascontiguousarray(self.recipe.examples.unseen_input)
        problem = dataclasses.replace(self.problem, input=kept, goal=unseen, native=None, batch=1)
        return np.array([self.error_at(problem, step) for step in self.error_steps])

    @np.errstate(all="ignore")
    def residual_at(self, step: int) -> Floats:
        """Prediction − goal of all examples, (n, k)."""
        return np.asarray(engine().predict(self.problem, self.flat_at(step)) - self.recipe.examples.goal)

    @property
    def start(self) -> float:
        """The error at the start, to judge by."""
        return self.run.start_mse

    @property
    def true_start(self) -> float:
        """The error at the very start, to be told."""
        return self.start

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

    @cached_property
    def converged(self) -> bool:
        """Whether nothing that matters is left to do: by each direction where there are directions, else by the error of a fit."""
        if self.run.ending is Ending.MSE_REACHED or self.solved:
            return True
        if math.isfinite(self.start) and not math.isfinite(self.end):
            return False  # what is left along a direction is beyond all doubles then, and so is what may be left
        if self.penalised_excess is not None:
            return self.penalised_excess <= AT_LOWEST
        return self.linear.converged if self.is_linear else self.share_left <= FIT

    @cached_property
    def penalised_excess(self) -> float | None:
        """The part of what could be gained that is left, of one layer of identity nodes with a penalty; None elsewhere."""
        lowest = self.foretold.lowest_point
        if lowest is None or not self.finite:
            return None
        start, end = (self.foretold.value_at(self.flat_at(step)) for step in (0, self.run.steps))
        gain = start - lowest.value
        return max(0.0, end - lowest.value) / gain if gain > 0 else 0.0

    @property
    def surely_converged(self) -> bool:
        """`converged`, where the goals themselves say so."""
        return self.converged

    @cached_property
    def solved(self) -> bool:
        """Whether nothing is left to do: every error is 0, not only its square, which may be less than any double."""
        return self.end == 0.0 and not self.residual_at(self.run.steps).any()

    @property
    def finite(self) -> bool:
        return self.run.ending is not Ending.DIVERGED and math.isfinite(self.end)

    # ---- alpha ----

    @cached_property
    def alphas(self) -> Floats:
        """Alpha of each step, or one for all of them."""
        schedule = self.recipe.schedule
        return np.array([self.recipe.alpha]) if schedule is None else schedule.values[: max(1, self.run.steps)]

    @property
    def faded(self) -> float:
        """Alpha of the last step as a part of the largest."""
        sizes = np.abs(self.alphas)
        return float(sizes[-1] / sizes.max()) if len(sizes) and sizes.max() > 0 else 1.0

    @property
    def can_move(self) -> bool:
        """Whether any weight that is not frozen has an input that is not 0."""
        return self.linear.system.can_move if self.is_linear else self.problem.frozen is None or not self.problem.frozen.all()

    @property
    def numbered(self) -> bool:
        """Whether rows of a snapshot are examples by their numbers."""
        return self.problem.n <= MOST_EXAMPLES

    @property
    def whole_batch(self) -> bool:
        return self.recipe.batch_size == self.recipe.n

    @property
    def rescales(self) -> bool:
        """Whether the rule divides its steps by what it has seen, so that 2/λmax is no limit for alpha."""
        return self.recipe.rule.rescales

    @property
    def keeps_its_stride(self) -> bool:
        """Whether steps stay as long as they are, however small the error, as under the absolute error."""
        return self.problem.loss.has_stride

    # ---- local theory ----

    def sharpness_at(self, snapshot: Snapshot) -> "Sharpness":
        """λmax at a snapshot's weights."""
        if snapshot.step not in self._sharpness:
            self._sharpness[snapshot.step] = steepness.sharpness(self.problem, self.flat_at(snapshot.step))
        return self._sharpness[snapshot.step]

    @cached_property
    def _sharpness(self) -> "dict[int, Sharpness]":
        return {}

    def local_limit(self, snapshot: Snapshot) -> float:
        """The largest alpha that is stable here, locally: the rule's limit at λmax.

        Infinite where steps keep their stride: no curvature bounds them.
        """
        return math.inf if self.keeps_its_stride else self._limit_for(self.sharpness_at(snapshot).value)

    def local_limit_of_one(self, snapshot: Snapshot) -> float:
        """The same where a step sees only the steepest of the examples."""
        return self._limit_for(steepness.steepest_example(self.problem, self.flat_at(snapshot.step)))

    def _limit_for(self, curvature: float) -> float:
        found = limit(self.recipe.rule, curvature)
        return math.inf if found is None else found
