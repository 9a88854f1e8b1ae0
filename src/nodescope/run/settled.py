"""Proof that no order of the examples will ever move a weight again, for drawn batches of several examples.

An epoch that changed nothing proves it for batches of one example. For larger ones it does not: the next epoch puts other
examples together, and sums that each rounded to nothing may not do so in other company. What proves it: rounding is monotone,
so the weighted delta of *any* batch lies between those of a batch of only the smallest and of only the largest products.
"""

import numpy as np

from nodescope.arithmetic.core import engine
from nodescope.arithmetic.problem import Floats, Problem
from nodescope.arithmetic.rows import in_parts
from nodescope.run.recipe import Recipe


@np.errstate(all="ignore")  # an overflow proves nothing, and is not the reader's concern
def no_order_moves_a_weight(recipe: Recipe, state: Floats) -> bool:
    """True where it is proved; False says nothing."""
    if recipe.rule.name != "plain" or recipe.schedule is not None or not recipe.problem.is_linear:
        return False
    problem = recipe.problem
    (weights,) = problem.blocks(problem.weights(state))
    least, most = _extremes(problem, problem.weights(state))
    sizes = {recipe.batch_size, recipe.n - (recipe.steps_per_epoch - 1) * recipe.batch_size}
    for i in range(weights.shape[1]):
        for extreme in (least[:, i], most[:, i]):
            if not all(_stays(recipe, weights[:, i], extreme, size, i) for size in sizes):
                return False
    return True


def _extremes(problem: Problem, weights: Floats) -> tuple[Floats, Floats]:
    """The smallest and the largest product of a delta and an input over all examples, (k, width) each."""
    found = []
    for part in in_parts(problem):
        delta = engine().predict(part, weights) - part.goal
        columns = [*part.input.T, *([np.ones(part.n)] if problem.layers[0].has_bias else [])]
        found.append([(products.min(axis=0), products.max(axis=0)) for column in columns for products in [delta * column[:, None]]])
    ends = np.array(found)
    return ends[:, :, 0].min(axis=0).T, ends[:, :, 1].max(axis=0).T


def _stays(recipe: Recipe, weight: Floats, product: Floats, size: int, i: int) -> bool:
    total = product.copy()
    for _ in range(size - 1):
        total = total + product
    if recipe.reduction == "mean":
        total = total / size
    new = weight - recipe.alpha * total
    if (frozen := recipe.frozen_block) is not None:
        new = np.where(frozen[:, i], weight, new)
    return new.tobytes() == weight.tobytes()
