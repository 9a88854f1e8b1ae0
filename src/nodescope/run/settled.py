"""Proof that no order of the examples will ever move a weight again, for drawn batches of several examples.

An epoch that changed nothing proves it for batches of one example. For larger ones it does not: the next epoch puts other
examples together, and sums that each rounded to nothing may not do so in other company. What proves it: rounding is monotone,
so the weighted delta of *any* batch lies between those of a batch of only the smallest and of only the largest products.
"""

import numpy as np

from nodescope.arithmetic.core import engine
from nodescope.arithmetic.problem import Floats
from nodescope.run.recipe import Recipe


@np.errstate(all="ignore")  # an overflow proves nothing, and is not the reader's concern
def no_order_moves_a_weight(recipe: Recipe, state: Floats) -> bool:
    """True where it is proved; False says nothing."""
    if recipe.rule.name != "plain" or recipe.schedule is not None or not recipe.problem.is_linear:
        return False
    problem = recipe.problem
    (weights,) = problem.blocks(problem.weights(state))
    delta = engine().predict(problem, problem.weights(state)) - problem.goal
    sizes = {recipe.batch_size, recipe.n - (recipe.steps_per_epoch - 1) * recipe.batch_size}
    for i in range(weights.shape[1]):
        column = problem.input[:, i] if i < recipe.d else np.ones(recipe.n)
        products = delta * column[:, None]
        for extreme in (products.min(axis=0), products.max(axis=0)):
            if not all(_stays(recipe, weights[:, i], extreme, size, i) for size in sizes):
                return False
    return True


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
