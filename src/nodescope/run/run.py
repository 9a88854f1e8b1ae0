"""A finished run: the recipe, how it ended, and the way to every number of it."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nodescope.arithmetic.core import engine
from nodescope.arithmetic.problem import Floats
from nodescope.arithmetic.rows import Rows, in_parts
from nodescope.errors import InputError
from nodescope.later import Later
from nodescope.run.ending import Ending, sentence
from nodescope.run.network import Network
from nodescope.run.offers import FacedInText, FacedInWidgets, OffersOfReplayed
from nodescope.run.recipe import Recipe
from nodescope.run.replay import Cycle, Replay
from nodescope.run.shapes import as_floats, refuse_not_finite, shape_text
from nodescope.run.watch import Watch
from nodescope.theory.likelihood import mean_loss

if TYPE_CHECKING:
    from nodescope.arithmetic import streamed
    from nodescope.data import classes as of_classes
    from nodescope.data.source import Source
    from nodescope.run import class_score as class_scores
    from nodescope.run import score as scores
    from nodescope.run import streamed_score
    from nodescope.run import trace as traces
    from nodescope.run.class_score import ClassScore
    from nodescope.run.score import Score
    from nodescope.run.trace import Trace
    from nodescope.theory import moments
else:
    streamed = Later("nodescope.arithmetic.streamed")
    streamed_score = Later("nodescope.run.streamed_score")
    moments = Later("nodescope.theory.moments")
    of_classes = Later("nodescope.data.classes")
    class_scores = Later("nodescope.run.class_score")
    scores = Later("nodescope.run.score")
    traces = Later("nodescope.run.trace")


@dataclass(eq=False, repr=False)
class Run(OffersOfReplayed, FacedInText, FacedInWidgets):
    """What `descend` gives back.

    n examples, d inputs, k outputs.

    Attributes
    ----------
    recipe : Recipe
        Everything needed to do it again.
    ending : Ending
        Why it is over; `sentence` says it with this run's numbers.
    steps : int
        Updates: those asked for where it settled or cycles, else those made.
    computed : int
        Updates that had to be worked out. The others repeat earlier ones and cost nothing; of a settled run it is `settled_after`.
    settled_after : int or None
        1 + index of the last update that changed a weight, where no weight will ever change again.
    cycle : Cycle or None
        (first step, period in steps), where the weights repeat.
    replay : Replay
        The states kept, and the way from them to any step.
    seconds : float
        Time that it took.
    gone : int or None
        With `keep="best"` the updates that were made before the best weights were gone back to; None where nothing was cut.
    watch : Watch or None
        What was seen of the error after its epochs, where the recipe has it looked at.

    Examples
    --------
    >>> import nodescope as ns
    >>> run = ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1, steps=325)
    >>> run.weight, run.ending.name, run.settled_after
    (0.5999999999999994, 'SETTLED', 317)
    >>> run.trace[7].delta
    -0.09565937999999996
    """

    recipe: Recipe
    ending: Ending
    steps: int
    computed: int
    settled_after: int | None
    cycle: Cycle | None
    replay: Replay
    seconds: float = 0.0
    gone: int | None = None
    watch: Watch | None = None

    @cached_property
    def _final(self) -> Floats:
        """Flat, in the order of a state."""
        return self.recipe.problem.weights(self.replay.state_at(self.steps))

    @property
    def weight(self) -> Any:
        """Weights after the last step (parameters): float, (d,) or (k, d); of a network a list, a (k, d) block per layer."""
        if self.recipe.in_layers:
            return list(self.network.weights)
        return self.recipe.axes.weight_as_given(self.network.weights[0])

    @property
    def bias(self) -> Any:
        """Bias after the last step (intercept): None, float, or (k,); of a network a list, (k,) or None per layer."""
        if self.recipe.in_layers:
            return list(self.network.biases)
        (biases,) = self.network.biases
        return None if biases is None else self.recipe.axes.of_outputs(biases)

    @cached_property
    def network(self) -> Network:
        """The layers after the last step; plain nodes are one layer."""
        return self.recipe.network.with_flat(self._final)

    @cached_property
    def loss(self) -> float:
        """What the steps make smaller, at the final weights: the recipe's loss summed over outputs, averaged over all examples.

        For squared errors that is half the sum of their squares; `reduction` does not change it. Cross-entropy: the mean of −ln of
        the probability that each example's class was given (log loss). What a penalty adds is told by `penalty_cost`.
        """
        if self.recipe.loss.codes_classes:
            return mean_loss(self.recipe.problem, self._final)
        errors = (
            error
            for part in in_parts(self.recipe.problem)
            for error in (engine().predict(part, self._final) - part.goal).ravel().tolist()
        )
        return sum(self.recipe.loss.at(error) for error in errors) / self.recipe.n

    @cached_property
    def penalty_cost(self) -> float:
        """What the recipe's penalty costs at the final weights: ½ · l2 · Σ weight² + l1 · Σ |weight|."""
        problem = self.recipe.problem
        return problem.penalty.of(self._final[problem.penalised]) if problem.penalty else 0.0

    @cached_property
    def mse(self) -> float:
        """Mean squared error over all examples (and outputs) at the final weights."""
        return self._both_mses[1] if self.recipe.streams else engine().mse(self.recipe.problem, self._final)

    @cached_property
    def start_mse(self) -> float:
        """Mean squared error over all examples (and outputs) at the start weights."""
        return self._both_mses[0] if self.recipe.streams else engine().mse(self.recipe.problem, self.recipe.start_weights())

    @cached_property
    def _both_mses(self) -> list[float]:
        """At the start and at the end, for one reading of all rows."""
        return streamed.mses(engine().predict, self.recipe.problem, [self.recipe.start_weights(), self._final])

    @property
    def sentence(self) -> str:
        """How it ended, with its numbers."""
        return sentence(
            self.ending,
            steps=self.steps,
            settled_after=self.settled_after,
            cycle=self.cycle,
            start_mse=self.start_mse,
            mse=self.mse,
            losses=self._log_losses,
            loss_name=self.recipe.loss.name,
            gone=self.gone,
        )

    @property
    def _log_losses(self) -> tuple[float, float] | None:
        """Of classes: what the steps make smaller, at the start and at the end."""
        if not self.recipe.loss.codes_classes:
            return None
        with np.errstate(all="ignore"):
            return mean_loss(self.recipe.problem, self.recipe.start_weights()), self.loss

    @cached_property
    def trace(self) -> "Trace":
        """Every number at every step: `run.trace[7].delta`, `run.trace[0:10]["new_weight"]`."""
        return traces.Trace(self.replay, self.steps)

    def predict(self, table: Any) -> Any:
        """Predictions at the final weights; of goals that are classes the likeliest class of each example.

        Parameters
        ----------
        table : table or array
            A table with the same column names, where the run was made from one; else an array in the shape of `input`: (m,) for
            a scalar weight, (d,) or (m, d) otherwise, m examples.

        Returns
        -------
        float, (m,), (k,) or (m, k); of classes one of them, or (m,)
            In the units of the goal.

        Raises
        ------
        InputError
            Columns or shapes that do not fit, missing or non-finite numbers.

        Examples
        --------
        >>> import nodescope as ns
        >>> ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1, steps=325).predict([1.0, 2.0])
        array([0.6, 1.2])
        """
        x, one = self._inputs_of(table)
        if self.recipe.classes is None:
            return self._predicted(x, one=one)
        told = self.predictions(x)
        if self.recipe.loss.name == "hinge":
            told = (told > 0.0).astype(np.float64)
        labels = of_classes.decoded(told, self.recipe.classes)
        return labels[0] if one else np.array(labels)

    def predict_probabilities(self, table: Any) -> NDArray[np.float64]:
        """How likely each class is, at the final weights.

        Parameters
        ----------
        table : table or array
            As `predict` takes it.

        Returns
        -------
        (m, c) or (c,) float64
            A column for each of `recipe.classes`, in their order.

        Raises
        ------
        InputError
            The goals are no classes; or as `predict` raises it.

        Examples
        --------
        >>> import nodescope as ns
        >>> run = ns.descend(input=[-1.0, 1.0], goal=["no", "yes"], loss="cross-entropy", alpha=1.0, steps=6)
        >>> run.recipe.classes, run.predict_probabilities([2.0]).round(2).tolist()
        (('no', 'yes'), [[0.03, 0.97]])
        """
        if self.recipe.classes is None:
            raise InputError('the goals of this run are numbers, so there are no probabilities: loss="cross-entropy" tells classes')
        if not self.recipe.loss.tells_classes:
            raise InputError('this run tells sides, not probabilities: loss="cross-entropy" tells how likely each class is')
        x, one = self._inputs_of(table)
        p = self.predictions(x)
        both = np.column_stack([1.0 - p, p]) if p.shape[1] == 1 else p
        return both[0] if one else both

    def _inputs_of(self, table: Any) -> tuple[Floats, bool]:
        """Inputs (m, d) as the run takes them, and whether they were one example without an axis."""
        if self.recipe.source is not None:
            return self.recipe.examples.scaled(self.recipe.source.matrix(table)), False
        x = as_floats("input", table)
        refuse_not_finite("input", x)
        one_dimensional = x.ndim == (1 if self.recipe.has_inputs_axis else 0)
        fits = x.ndim <= 2 and x.shape[-1] == self.recipe.d if self.recipe.has_inputs_axis and x.ndim else x.ndim <= 1
        if not fits or (self.recipe.has_inputs_axis and x.ndim == 0):
            allowed = f"({self.recipe.d},) or (m, {self.recipe.d})" if self.recipe.has_inputs_axis else "scalar or (m,)"
            raise InputError(f"input has shape {shape_text(x.shape)}; allowed are {allowed}")
        return self.recipe.examples.scaled(x.reshape(-1, self.recipe.d)), one_dimensional

    def _predicted(self, x: Floats, one: bool) -> NDArray[np.float64] | float:
        prediction = self.recipe.examples.in_own_units(self.predictions(x))
        if not self.recipe.has_outputs_axis:
            prediction = prediction[:, 0]
        if not one:
            return prediction
        return prediction[0] if self.recipe.has_outputs_axis else float(prediction[0])

    @cached_property
    def score(self) -> "Score | ClassScore | None":
        """How good it is on seen and unseen rows, in the goal's units; None without a table, unless the goals are classes.

        RMSE and R² beside "always the mean" and least squares; of classes accuracy, log loss and who is taken for whom, beside the
        most frequent class and the class frequencies.
        """
        source = self.recipe.source
        if self.recipe.classes is not None:
            fit = "this node" if len(self.recipe.problem.layers) == 1 else "this network"
            goals = ("class",) if source is None else source.goals
            return class_scores.class_score(self.recipe.problem, self._final, self.recipe.examples, goals, fit)
        if source is None:
            return None
        if isinstance(self.recipe.examples.unseen_input, Rows):
            return self._streamed_score(source)
        if not self.recipe.problem.is_least_squares:
            return scores.score(source, self.recipe.examples, self.predictions, fit="this network")
        weight, bias = self._line
        return scores.score(source, self.recipe.examples, scores.linear(weight, bias), intercept=bias is not None)

    def _streamed_score(self, source: "Source") -> "Score":
        problem, examples = self.recipe.problem, self.recipe.examples
        unseen = replace(problem, input=examples.unseen_input, goal=examples.unseen_goal, batch=1, shuffled=False, native=None)
        linear_one = problem.is_least_squares
        weight, bias = self._line
        predictions = scores.linear(weight, bias) if linear_one else self.predictions
        fit, intercept = ("this node", bias is not None) if linear_one else ("this network", True)
        return streamed_score.streamed_score(source, examples, (problem, unseen), predictions, intercept, fit)

    def predictions(self, x: Floats) -> Floats:
        """Predictions at the final weights for examples scaled as the run's were; nothing is checked.

        Parameters
        ----------
        x : (m, d) float64
            Examples, rows contiguous.

        Returns
        -------
        (m, k) float64
            In the units of the run's goals.

        Examples
        --------
        >>> import numpy as np
        >>> import nodescope as ns
        >>> ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1).predictions(np.array([[2.0]]))
        array([[1.2]])
        """
        problem = replace(self.recipe.problem, input=np.ascontiguousarray(x), goal=np.zeros((len(x), self.recipe.k)), native=None)
        return engine().predict(problem, self._final)

    @cached_property
    def row_difference(self) -> float | None:
        """Of a run on moments: its weights are within this, in the norm of a node's weights, of where steps on the rows lead.

        0.0 where steps were taken on the rows; None where no bound is known (frozen weights, schedules, other rules than plain).
        """
        recipe, problem = self.recipe, self.recipe.problem
        if recipe.method.name == "steps":
            return 0.0
        if recipe.schedule is not None or recipe.frozen is not None or recipe.rule.name != "plain":
            return None
        return moments.difference(problem, recipe.start_weights(), self.steps, recipe.rows)

    @property
    def method_sentence(self) -> str:
        """What the steps were taken on, where not on the rows, and how batches were added, where not in one; else nothing."""
        if self.recipe.method.name == "steps":
            parts = self.recipe.parts
            return "" if parts is None else f"Each batch is added in parts of {parts:,}, and the parts' sums in pairs."
        bound = self.row_difference
        within = "it is not known how far from" if bound is None else f"weights within {bound:.2g} of"
        few = f"Steps on {self.recipe.n:,} examples with the moments of {self.recipe.rows:,} rows, by QR in a fixed order"
        return f"{few}; {within} steps on the rows."

    @property
    def _line(self) -> tuple[Floats, Floats | None]:
        """Final weights (k, d) and biases (k,) of the first layer."""
        return self.network.weights[0], self.network.biases[0]

    @cached_property
    def _in_table_units(self) -> tuple[Floats, Floats | None] | None:
        scaling = self.recipe.examples.scaling
        if self.recipe.in_layers or (self.recipe.source is None and scaling is None):
            return None
        weight, bias = self._line
        return (weight, bias) if scaling is None else scaling.in_table_units(weight, bias)

    @property
    def table_weight(self) -> Any:
        """Weights for the person's own numbers, before any scaling: (d,) or (k, d), or a float for scalar inputs.

        None where there is neither a table nor a scaling, and of a network.
        """
        pair = self._in_table_units
        return None if pair is None else self.recipe.axes.weight_as_given(pair[0].copy())

    @property
    def table_bias(self) -> Any:
        """The bias that goes with `table_weight`: float or (k,); None where there is none."""
        pair = self._in_table_units
        if pair is None or pair[1] is None:
            return None
        return self.recipe.axes.of_outputs(pair[1].copy())

    @property
    def finished(self) -> bool:
        """False where going on (`ns.resume`) would make more steps."""
        return self.ending not in (Ending.INTERRUPTED, Ending.TIME_USED)
