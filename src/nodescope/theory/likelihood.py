"""What examples count for under a problem's loss at given weights; cross-entropy from the sums, so that it is never infinite.

Of sums s and the example's class g, cross-entropy is ln Σ exp(s[j]) − s[g] (Bishop 2006, "Pattern Recognition and Machine
Learning", equations 4.90 and 4.108): here ln(1 + Σ exp(s[j] − s[g])) over the others, term by term, which overflows nowhere and
keeps its digits where it is small. Logarithm and exponential are our own (`softplus`), so it has the same bits on every machine.

n examples, k outputs.
"""

from dataclasses import replace

import numpy as np

from nodescope.arithmetic.activations import ACTIVATIONS
from nodescope.arithmetic.core import engine
from nodescope.arithmetic.losses import Loss
from nodescope.arithmetic.problem import Floats, Problem
from nodescope.arithmetic.rows import in_parts

STEEPEST = (0.25, 0.5)
"""Cross-entropy curves at most so much over a sum: p (1 − p) of one output; diag(p) − p pᵀ of several (Böhning 1992)."""


def most_curvature(problem: Problem) -> float:
    """The most that the loss curves over the sums of an example's outputs."""
    return STEEPEST[problem.k > 1] if problem.loss.tells_classes else 1.0


def output_sums(problem: Problem, weights: Floats) -> Floats:
    """Sums (n, k) of the outputs for all examples."""
    last = replace(problem.layers[-1], activation=ACTIVATIONS["identity"])
    return engine().predict(replace(problem, layers=(*problem.layers[:-1], last), loss=Loss(), native=None), weights)


def log_losses(sums: Floats, goal: Floats) -> Floats:
    """Cross-entropy (n,) of each example, from sums and goals (n, k)."""
    if sums.shape[1] == 1:
        return _softplus(np.where(goal[:, 0] == 1.0, -sums[:, 0], sums[:, 0]))
    own = goal.argmax(axis=1)
    with np.errstate(invalid="ignore", over="ignore"):
        beyond = sums - sums[np.arange(len(sums)), own][:, None]
        total = np.full(len(sums), -np.inf)
        for j in range(sums.shape[1]):
            total = np.where(own == j, total, _log_of_both(total, beyond[:, j]))
    return _softplus(total)


def _log_of_both(a: Floats, b: Floats) -> Floats:
    """ln(exp(a) + exp(b))."""
    high, low = np.maximum(a, b), np.minimum(a, b)
    return np.where(np.isneginf(low), high, high + _softplus(np.where(np.isneginf(low), 0.0, low - high)))


def _softplus(x: Floats) -> Floats:
    return engine().activation(ACTIVATIONS["softplus"], np.ascontiguousarray(x))[0]


def margin_losses(loss: Loss, sums: Floats, goal: Floats) -> Floats:
    """Hinge or perceptron loss (n,) of each example, from sums and goals (n, 1)."""
    sides = np.where(goal == 1.0, sums, -sums)
    missing = (1.0 if loss.name == "hinge" else 0.0) - sides
    return np.asarray(np.where(missing <= 0.0, 0.0, missing).sum(axis=1))


def example_losses(problem: Problem, weights: Floats, predicted: Floats | None = None) -> Floats:
    """What each example counts for (n,), summed over its outputs; `predicted` (n, k) where the weights' predictions are known."""
    if problem.loss.tells_classes:
        return log_losses(output_sums(problem, weights), problem.goal)
    if problem.loss.codes_classes:
        return margin_losses(problem.loss, output_sums(problem, weights), problem.goal)
    predicted = engine().predict(problem, weights) if predicted is None else predicted
    return np.asarray(problem.loss.of(predicted - problem.goal).sum(axis=1))


def mean_loss(problem: Problem, weights: Floats) -> float:
    """What the steps make smaller, averaged over all examples, added from the first to the last.

    Python's own `sum` makes up for rounding from 3.12 on, so that its last bits would depend on the version.
    """
    total = 0.0
    for part in in_parts(problem):
        losses = example_losses(part, weights)
        losses[0] = total + losses[0]
        total = float(np.add.accumulate(losses)[-1])
    return total / problem.n
