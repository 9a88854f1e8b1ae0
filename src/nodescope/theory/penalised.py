"""One layer of identity nodes whose weights cost something: the curvature that bounds alpha, and the lowest point there is.

What steps make smaller is F = half the mean squared error (summed over outputs; × the batch where it is summed) + the penalty.
Over the weights it is a bowl still: an l2 penalty adds its number to every curvature, so that plain steps are stable below
2/(λmax + l2) (Hoerl, Kennard 1970, "Ridge regression"); an l1 penalty adds none, but a kink at 0.

n examples, d inputs (the bias among them), k outputs.
"""

from dataclasses import dataclass

import numpy as np

from nodescope.arithmetic.problem import Floats, Problem
from nodescope.theory.linear import inputs_with_bias
from nodescope.theory.sharpness import sharpness

WIDEST = 1500
"""Of more inputs no matrix of all pairs of them is made."""
MOST_ROUNDS = 2000
SURE = 1e-14
"""A round over all weights that moves none of them by more than this part of the largest has found the lowest point."""


@dataclass(frozen=True, eq=False)
class LowestPoint:
    """Where F is lowest.

    Attributes
    ----------
    weights : (size,) float64
        Flat.
    value : float
        F there.
    """

    weights: Floats
    value: float


def scale_of(problem: Problem) -> float:
    """What the mean over all examples is multiplied by in F."""
    return 1.0 if problem.mean else float(problem.batch)


def objective(problem: Problem, weights: Floats) -> float:
    """F of one layer of identity nodes under the squared error."""
    (block,) = problem.blocks(weights)
    with np.errstate(all="ignore"):
        error = inputs_with_bias(problem) @ block.T - problem.goal
        return scale_of(problem) * 0.5 * float((error * error).sum()) / problem.n + problem.penalty.of(weights[problem.penalised])


def steepest(problem: Problem, start: Floats) -> float:
    """The largest curvature along what can move, each weight's alpha factor counted in; where a step sees all examples."""
    x = inputs_with_bias(problem)
    if x.shape[1] > WIDEST:
        return sharpness(problem, start).value
    with np.errstate(all="ignore"):
        moments = scale_of(problem) * (x.T @ x) / problem.n
        found = {one.tobytes(): one for one in _of_outputs(problem)}
        return max(_steepest(moments, one) for one in found.values())


def _of_outputs(problem: Problem) -> list[Floats]:
    """For each output (2, width): the l2 that its weights cost, and the roots of their factors, 0 where they are frozen."""
    (counts,) = problem.blocks(problem.penalised)
    (factors,) = problem.blocks(np.ones(problem.size) if problem.factors is None else problem.factors)
    (frozen,) = problem.blocks(np.zeros(problem.size, dtype=bool) if problem.frozen is None else problem.frozen.ravel())
    return [
        np.stack([problem.penalty.l2 * count, np.where(mask, 0.0, np.sqrt(factor))])
        for count, factor, mask in zip(counts, factors, frozen, strict=True)
    ]


def _steepest(moments: Floats, one: Floats) -> float:
    costs, roots = one
    matrix = roots[:, None] * (moments + np.diag(costs)) * roots
    return float(np.linalg.eigvalsh(matrix)[-1]) if np.isfinite(matrix).all() else float("inf")


def steepest_alone(problem: Problem) -> float:
    """The same where a step sees only the longest example."""
    x = inputs_with_bias(problem)
    with np.errstate(all="ignore"):
        longest = float(np.einsum("ni,ni->n", x, x).max()) * scale_of(problem) + problem.penalty.l2
        return longest * (1.0 if problem.factors is None else float(problem.factors.max()))


def lowest_point(problem: Problem) -> LowestPoint | None:
    """Of a layer of identity nodes under the squared error and a penalty, none of whose weights is frozen; None elsewhere.

    For l2 alone by the normal equations, which the penalty keeps well-conditioned; for l1 weight after weight (Friedman, Hastie,
    Tibshirani 2010, "Regularization paths for generalized linear models via coordinate descent", equation 5).
    """
    x = inputs_with_bias(problem)
    if not problem.is_least_squares or problem.frozen is not None or x.shape[1] > WIDEST or not problem.penalty:
        return None
    (counts,) = problem.blocks(problem.penalised)
    scale = scale_of(problem) / problem.n
    with np.errstate(all="ignore"):
        moments, aims = scale * (x.T @ x), scale * (x.T @ problem.goal)
        if not (np.isfinite(moments).all() and np.isfinite(aims).all()):
            return None
        costs = problem.penalty.l2 * counts[0]
        if problem.penalty.l1 == 0.0:
            found = np.linalg.lstsq(moments + np.diag(costs), aims, rcond=None)[0].T
        else:
            kinks = problem.penalty.l1 * counts[0]
            found = np.array([_round_by_round(moments, aim, costs, kinks) for aim in aims.T])
    weights = np.ascontiguousarray(found).ravel()
    return LowestPoint(weights, objective(problem, weights))


def _round_by_round(moments: Floats, aim: Floats, costs: Floats, kinks: Floats) -> Floats:
    weights = np.zeros(len(aim))
    for _ in range(max(3, min(MOST_ROUNDS, 10**7 // len(aim) ** 2))):
        before = weights.copy()
        for i in range(len(aim)):
            curve = moments[i, i] + costs[i]
            pull = aim[i] - moments[i] @ weights + moments[i, i] * weights[i]
            weights[i] = np.sign(pull) * max(abs(pull) - kinks[i], 0.0) / curve if curve > 0 else 0.0
        if np.abs(weights - before).max() <= SURE * np.abs(weights).max():
            break
    return weights
