"""Weighted deltas held against central differences of the loss: the check that backpropagation does what it says."""

import dataclasses
from dataclasses import dataclass

import numpy as np

from nodescope.arithmetic.checks import step_of, whole
from nodescope.arithmetic.core import engine
from nodescope.arithmetic.problem import Columns, Floats, Problem
from nodescope.errors import InputError
from nodescope.run.given_run import refuse_no_run
from nodescope.run.offers import Faced
from nodescope.run.replayed_columns import fill
from nodescope.run.run import Run
from nodescope.theory.likelihood import example_losses
from nodescope.theory.network import forward

EPSILON = 2.0**-52
KINKED = ("relu", "leaky relu")
MOST_WORK, CALLS = 2 * 10**10, 4
"""Multiplications that a check may take, and evaluations of the loss for each weight."""
AGREES = 1e-6
"""Relative to the largest weighted delta of the layer, beyond what the difference itself is uncertain by."""
MOST_CHECKED, LEAST_CHECKED = 2000, 24
"""Weights that are checked unless it is said how many."""
ROUNDINGS = 16
"""Doubles that the loss, and predictions, may be off."""


@dataclass(frozen=True)
class Slope:
    """One weight's slope, told twice.

    layer, node, input : its place; input None for the bias
    weighted_delta : as the step has it
    difference : (F(w + ε) − F(w − ε)) / 2ε
    error : how far they are apart, ÷ the largest weighted delta of its layer
    uncertain : how far the difference itself may be off, ÷ the same: its change where ε is doubled, and the rounding of F ÷ ε
    kink : whether a node's sum changes its sign, or an error crosses the loss's kink, between w − ε and w + ε
    """

    layer: int
    node: int
    input: int | None
    weighted_delta: float
    difference: float
    epsilon: float
    error: float
    uncertain: float
    kink: bool

    @property
    def agrees(self) -> bool:
        return self.error <= AGREES + self.uncertain


@dataclass(frozen=True, eq=False)
class GradientCheck(Faced):
    """What `check_gradients` gives back.

    Attributes
    ----------
    step : int
        The step whose weighted deltas were checked.
    slopes : tuple of Slope
    worst : Slope or None
        The one furthest apart, kinks left out.
    passed : bool

    Examples
    --------
    >>> import nodescope as ns
    >>> found = ns.check_gradients(ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1), step=3)
    >>> found.passed, f"{found.worst.weighted_delta:.6f}"
    (True, '-0.145800')
    """

    step: int
    slopes: tuple[Slope, ...]
    worst: Slope | None
    passed: bool

    @property
    def sentence(self) -> str:
        kinks = sum(slope.kink for slope in self.slopes)
        left_out = f" {kinks} at a kink were left out." if kinks else ""
        if self.worst is None:
            return f"No weighted delta of step {self.step:,} could be checked.{left_out}"
        place = f"layer {self.worst.layer}, node {self.worst.node}, " + (
            "bias" if self.worst.input is None else f"input {self.worst.input}"
        )
        how = "agree with" if self.passed else "do NOT agree with"
        return (
            f"{len(self.slopes) - kinks:,} weighted deltas of step {self.step:,} {how} central differences; "
            f"furthest apart at {place}: "
            f"{self.worst.weighted_delta:.9g} beside {self.worst.difference:.9g} ({self.worst.error:.2g} of the "
            f"layer's largest).{left_out}"
        )

    def __str__(self) -> str:
        return self.sentence

    __repr__ = __str__


def check_gradients(run: Run, step: int = 0, *, most: int | None = None) -> GradientCheck:
    """Hold every weighted delta of a step against central differences of what the step makes smaller.

    F is the loss over the step's own examples; the difference (F(w + ε) − F(w − ε))/2ε is wrong by about ε² of its third derivative
    and by rounding of about u·F/ε, least at ε = u^⅓ × (1 + abs w) (Press et al., "Numerical recipes", 3rd edition, section 5.7).

    Parameters
    ----------
    run : Run
        Of a network or of plain nodes.
    step : int
        Counted from 0, negative from the end.
    most : int, optional
        Weights checked at most; of more, evenly spaced ones. Unless given 2,000, or fewer where each takes long: as many as
        20 thousand million multiplications check, but 24. Under update_order="sequential" only the last layer's are slopes.

    Returns
    -------
    GradientCheck
        Every slope told twice, and the one furthest apart.

    Raises
    ------
    InputError
        No such step.

    Examples
    --------
    >>> from nodescope.run.descend import descend
    >>> from nodescope.run.network import network
    >>> run = descend(network=network([2, 3, 1]), input=[[0, 1], [1, 1]], goal=[1, 0], alpha=0.1, steps=5)
    >>> check_gradients(run, 2).passed
    True
    """
    refuse_no_run(run)
    if not run.steps:
        raise InputError("the run made no step: there is no weighted delta to check")
    at, most = step_of("step", step, run.steps), None if most is None else whole("most", most, least=1)
    problem = run.recipe.problem
    weights = np.array(problem.weights(run.replay.state_at(at)), dtype=np.float64).ravel()
    examples = np.atleast_1d(run.trace[at]["example"])
    own = dataclasses.replace(
        problem, input=np.ascontiguousarray(problem.input[examples[examples >= 0]]),
        goal=np.ascontiguousarray(problem.goal[examples[examples >= 0]]), native=None, batch=1,
    )  # fmt: skip
    told = _weighted_deltas(run, at)
    # one layer after another, the earlier layers' deltas come through weights already updated: they are no slope of anything
    begin = problem.weights_of(len(problem.layers) - 1).start if problem.sequential else 0
    wanted = max(LEAST_CHECKED, min(MOST_CHECKED, MOST_WORK // (CALLS * own.size * own.n))) if most is None else most
    every = max(1, -(-(len(weights) - begin) // wanted))
    largest = [float(np.abs(told[problem.weights_of(layer)]).max()) or 1.0 for layer in range(len(problem.layers))]
    slopes = tuple(_slope(problem, own, weights, told, i, largest) for i in range(begin, len(weights), every))
    smooth = [slope for slope in slopes if not slope.kink and np.isfinite(slope.error)]
    worst = max(smooth, key=lambda slope: slope.error - slope.uncertain, default=None)
    return GradientCheck(at, slopes, worst, worst is not None and bool(worst.agrees))


def _weighted_deltas(run: Run, at: int) -> Floats:
    """Of all weights, in the order of a state."""
    room = Columns.for_steps(run.recipe.problem, 1, ("weighted_delta",))
    fill(run.replay, range(at, at + 1), room)
    assert room.weighted_delta is not None
    return np.asarray(room.weighted_delta[0].ravel())


def _slope(problem: Problem, own: Problem, weights: Floats, told: Floats, i: int, largest: list[float]) -> Slope:
    layer = next((l for l in range(len(problem.layers)) if i < problem.weights_of(l).stop), 0)  # noqa: E741
    inputs = problem.layers[layer].inputs
    node, column = divmod(i - problem.weights_of(layer).start, problem.layers[layer].width)
    epsilon = EPSILON ** (1 / 3) * (1 + abs(weights[i]))
    difference, kink, size, noise = _difference(own, weights, i, epsilon, problem.mean)
    doubled, further, _, _ = _difference(own, weights, i, 2 * epsilon, problem.mean)
    uncertain = abs(doubled - difference) + ROUNDINGS * EPSILON * (size / epsilon + noise)
    inputs_place = None if column == inputs else column
    return Slope(
        layer, node, inputs_place, float(told[i]), difference, epsilon, abs(difference - told[i]) / largest[layer],
        uncertain / largest[layer], kink or further,
    )  # fmt: skip


def _difference(own: Problem, weights: Floats, i: int, epsilon: float, mean: bool) -> tuple[float, bool, float, float]:
    """The central difference, whether a kink lies within, the size of F, and what rounding of predictions may do to it."""
    above, below = weights.copy(), weights.copy()
    above[i] += epsilon
    below[i] -= epsilon
    with np.errstate(over="ignore", invalid="ignore"):  # weights of a run that diverged: no difference is told then
        up, down = _loss(own, above, mean), _loss(own, below, mean)
        apart = float(above[i] - below[i])
        noise = float((np.abs(up[2] - down[2]) / apart * (np.abs(up[2]) + np.abs(own.goal))).max())
    return (up[0] - down[0]) / apart, bool((up[1] != down[1]).any()), max(up[0], down[0]), noise


def _loss(problem: Problem, weights: Floats, mean: bool) -> tuple[float, Floats, Floats]:
    """F over a problem's examples, the sides of all kinks that its numbers are on, the predictions."""
    sides = []
    if any(shape.activation.name in KINKED for shape in problem.layers):
        passes = forward(problem.layers, problem.blocks(weights), problem.input)
        sides = [at.sum > 0 for shape, at in zip(problem.layers, passes, strict=True) if shape.activation.name in KINKED]
    predicted = engine().predict(problem, weights)
    error = predicted - problem.goal
    if problem.loss.name == "absolute":
        sides.append(error > 0)
    if problem.loss.name == "huber":
        sides.append(np.abs(error) > problem.loss.threshold)
    if problem.loss.name == "hinge":
        sides.append(np.where(problem.goal == 1.0, 1.0, -1.0) * (error + problem.goal) < 1.0)
    if problem.loss.name == "perceptron":
        sides.append(error + problem.goal > 0.5)
    total = float(example_losses(problem, weights, predicted).sum())
    every_side = np.concatenate([side.ravel() for side in sides]) if sides else np.empty(0)
    return total / len(error) if mean else total, every_side, error + problem.goal
