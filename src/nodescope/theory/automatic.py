"""An alpha that is stable for the data, worked out once and kept in the recipe as a number."""

import math

import numpy as np

from nodescope.arithmetic.problem import Floats, Problem
from nodescope.arithmetic.rows import in_parts
from nodescope.errors import InputError
from nodescope.theory.likelihood import most_curvature
from nodescope.theory.limits import momentum_of
from nodescope.theory.linear import inputs_with_bias
from nodescope.theory.network import Surface
from nodescope.theory.sharpness import looked_at, sharpness, steepest_example

DAMPED = 1.9
"""× 1/λmax: the most that is taken for all examples at once."""
CUSTOMARY = {"adagrad": 0.01, "rmsprop": 0.001, "adam": 0.001, "adamw": 0.001}
"""Of rules that rescale their steps: Kingma and Ba's for Adam, Keras's and PyTorch's for the others."""


def automatic_alpha(problem: Problem, start: Floats) -> float:
    """One at a time 1/max|x|²; all at once 2/(λmax + λmin>0) of the inputs' second moment, at most 1.9/λmax.

    The step is delta × input, *half* the derivative of the squared error, so alpha is stable below 2/|x|² for one example
    and below 2/λmax for all at once. 2/(λmax + λmin) makes the slowest and the fastest direction shrink alike (Polyak 1987,
    "Introduction to Optimization", section 3.1.2), but of ill-conditioned inputs it turns the fastest round at each step and
    hardly damps it: 1.9/λmax leaves 0.9 of it, and is at most 5 % slower for the rest. The λ come from singular values of the
    inputs, never from XᵀX. A bias counts as an input of 1; inputs whose weights are frozen do not count. Batches in between take
    the one-at-a-time value, which is stable for their mean; under reduction="sum" it is divided by their size. With momentum it
    is multiplied by 1 − momentum. An l2 penalty is added to each λ; where weights have alphas of their own, the largest of them
    is the one that is worked out. Under cross-entropy the same with λ ÷ 4 for one output and λ ÷ 2 for several, the most that it
    can curve. Networks: half the local limit at the start. Rules that rescale their steps: what is customary.

    Raises
    ------
    InputError
        The squares of the inputs overflow or underflow, or the curvature at the start of a network is not finite.
    """
    rule = problem.rule
    if rule.rescales:
        return CUSTOMARY[rule.name]
    alpha = (_of_one_layer(problem) if problem.is_least_squares or _is_logistic(problem) else _of_network(problem, start)) * (
        1.0 - momentum_of(rule)
    )
    if not (math.isfinite(alpha) and alpha > 0.0):
        raise InputError("the squares of the inputs are too large or too small for doubles; standardise the inputs, or give alpha=")
    return alpha


def _of_one_layer(problem: Problem) -> float:
    if problem.batch == problem.n:
        alpha = _whole_batch(np.concatenate([_live(part) for part in in_parts(problem)]))
    else:
        alpha = min((_one_at_a_time(x) for part in in_parts(problem) if (x := _live(part)).any()), default=1.0)
    alpha /= most_curvature(problem)
    return _with_the_rest(problem, alpha if problem.mean else alpha / problem.batch)


def _with_the_rest(problem: Problem, alpha: float) -> float:
    """Of an alpha that suits the loss alone: with the penalty's curvature, and so that no weight's own alpha is above it."""
    alpha = alpha / (1.0 + alpha * problem.penalty.l2)
    most = 1.0 if problem.factors is None else float(problem.factors.max())
    return alpha / most if most > 0.0 else alpha


def _live(problem: Problem) -> Floats:
    """Inputs (n, …) whose weights are not all frozen, the bias's included."""
    live = inputs_with_bias(problem)
    return live if problem.frozen is None else live[:, ~problem.blocks(problem.frozen)[0].all(axis=0)]


def _is_logistic(problem: Problem) -> bool:
    """Whether it is one layer under cross-entropy: its sums are linear in the weights, and their curvature has a bound."""
    return len(problem.layers) == 1 and problem.loss.tells_classes


def _of_network(problem: Problem, start: Floats) -> float:
    """Half the local limit at the start: 1/λmax of the Hessian, where a step sees all examples.

    Where it does not, 1 ÷ the largest |∂prediction/∂weights|² of one example, which is what |x|² is to a single node; or 1/λmax
    where that is smaller. Local: further on the network may curve more; where the last layer's activation is nearly flat, it will,
    so it is taken to curve as much as it does at its steepest.
    """
    curvature = sharpness(problem, start).value
    if problem.batch < problem.n:
        curvature = max(curvature, steepest_example(problem, start) * (1 if problem.mean else problem.batch))
    curvature = max(curvature, _unsaturated(problem, start))
    if not math.isfinite(curvature):
        raise InputError("the curvature at the start is not finite; standardise the inputs, draw smaller weights, or give alpha=")
    return 1.0 / curvature if curvature > 0 else 1.0


def _unsaturated(problem: Problem, start: Floats) -> float:
    """What the last layer's own weights would curve at the greatest slope of their activation: slope² × mean |input|²."""
    last = problem.layers[-1]
    given = Surface(problem, start, looked_at(problem)).passes[-1].input
    slope = 0.25 if last.activation.name == "sigmoid" else 1.0
    most = most_curvature(problem) if problem.loss.tells_classes else slope * slope
    with np.errstate(over="ignore"):
        return most * float((given * given).sum(axis=1).mean() + last.has_bias)


def _one_at_a_time(x: Floats) -> float:
    with np.errstate(all="ignore"):
        return float(1.0 / np.einsum("ni,ni->n", x, x).max())


def _whole_batch(x: Floats) -> float:
    if not x.any():
        return 1.0
    with np.errstate(all="ignore"):
        values = np.linalg.svd(x, compute_uv=False) / math.sqrt(len(x))
        above = values[values > values[0] * max(x.shape) * np.finfo(float).eps]
        if not above.size:
            return math.nan
        steepest, flattest = above[0] * above[0], above[-1] * above[-1]
        return float(min(2.0 / (steepest + flattest), DAMPED / steepest))
