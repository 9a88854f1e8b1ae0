"""An alpha that is stable for the data, worked out once and kept in the recipe as a number."""

import math

import numpy as np
from numpy.typing import NDArray

from nodescope.errors import InputError
from nodescope.run.recipe import Recipe

DAMPED = 1.9
"""× 1/λmax: the most that is taken for all examples at once."""
CUSTOMARY = {"adagrad": 0.01, "rmsprop": 0.001, "adam": 0.001, "adamw": 0.001}
"""Of rules that rescale their steps: Kingma and Ba's for Adam, Keras's and PyTorch's for the others."""


def automatic_alpha(recipe: Recipe) -> float:
    """One at a time 1/max|x|²; all at once 2/(λmax + λmin>0) of the inputs' second moment, at most 1.9/λmax.

    The step is delta × input, *half* the derivative of the squared error, so alpha is stable below 2/|x|² for one example
    and below 2/λmax for all at once. 2/(λmax + λmin) makes the slowest and the fastest direction shrink alike (Polyak 1987,
    "Introduction to Optimization", section 3.1.2), but of ill-conditioned inputs it turns the fastest round at each step and
    hardly damps it: 1.9/λmax leaves 0.9 of it, and is at most 5 % slower for the rest. The λ come from singular values of the
    inputs, never from XᵀX. A bias counts as an input of 1; inputs whose weights are frozen do not count. Batches in between take
    the one-at-a-time value, which is stable for their mean; under reduction="sum" it is divided by their size. With momentum it
    is multiplied by 1 − momentum.

    Raises
    ------
    InputError
        The squares of the inputs overflow or underflow.
    """
    settings = recipe.rule.settings()
    if recipe.rule.name in CUSTOMARY:
        return CUSTOMARY[recipe.rule.name]
    if not recipe.problem.is_linear:
        return _of_network(recipe) * (1.0 - settings.get("momentum", 0.0))
    columns = recipe.examples.input if recipe.bias is None else np.column_stack([recipe.examples.input, np.ones(recipe.n)])
    live = columns if recipe.frozen_block is None else columns[:, ~recipe.frozen_block.all(axis=0)]
    alpha = _whole_batch(live) if recipe.batch_size == recipe.n else _one_at_a_time(live)
    if recipe.reduction == "sum":
        alpha /= recipe.batch_size
    alpha *= 1.0 - settings.get("momentum", 0.0)
    if not (math.isfinite(alpha) and alpha > 0.0):
        raise InputError("the squares of the inputs are too large or too small for doubles; standardise the inputs, or give alpha=")
    return alpha


def _of_network(recipe: Recipe) -> float:
    """Half the local limit at the start: 1/λmax of the Hessian, where a step sees all examples.

    Where it does not, 1 ÷ the largest |∂prediction/∂weights|² of one example, which is what |x|² is to a single node; or 1/λmax
    where that is smaller. Local: further on the network may bend more; where the last layer's activation is nearly flat, it will,
    so it is taken to bend as much as it does at its steepest.
    """
    from nodescope.theory.sharpness import sharpness, steepest_example

    problem, start = recipe.problem, recipe.start_weights()
    bend = sharpness(problem, start).value
    if recipe.batch_size < recipe.n:
        bend = max(bend, steepest_example(problem, start) * (recipe.batch_size if recipe.reduction == "sum" else 1))
    bend = max(bend, _unsaturated(recipe))
    if not math.isfinite(bend):
        raise InputError("the curvature at the start is not finite; standardise the inputs, draw smaller weights, or give alpha=")
    return 1.0 / bend if bend > 0 else 1.0


def _unsaturated(recipe: Recipe) -> float:
    """What the last layer's own weights would bend at the greatest slope of their activation: slope² × mean |input|²."""
    from nodescope.theory.network import Surface
    from nodescope.theory.sharpness import looked_at

    problem = recipe.problem
    last = problem.layers[-1]
    given = Surface(problem, recipe.start_weights(), looked_at(problem)).passes[-1].input
    slope = 0.25 if last.activation.name == "sigmoid" else 1.0
    with np.errstate(over="ignore"):
        return slope * slope * float((given * given).sum(axis=1).mean() + last.has_bias)


def _one_at_a_time(x: NDArray[np.float64]) -> float:
    with np.errstate(all="ignore"):
        largest = float(np.einsum("ni,ni->n", x, x).max()) if x.size else 0.0
        return 1.0 / largest if largest or x.any() else 1.0


def _whole_batch(x: NDArray[np.float64]) -> float:
    if not x.any():
        return 1.0
    with np.errstate(all="ignore"):
        try:
            values = np.linalg.svd(x, compute_uv=False) / math.sqrt(len(x))
        except np.linalg.LinAlgError:
            return math.nan
        above = values[values > values[0] * max(x.shape) * np.finfo(float).eps]
        if not above.size:
            return math.nan
        steepest, flattest = above[0] * above[0], above[-1] * above[-1]
        return float(min(2.0 / (steepest + flattest), DAMPED / steepest))
