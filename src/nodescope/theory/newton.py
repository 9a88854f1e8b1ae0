"""The lowest cross-entropy that one layer can reach, and whether there is one: what least squares is for squares.

Newton's method with halved steps (Bishop 2006, "Pattern Recognition and Machine Learning", section 4.3.3): cross-entropy of one
layer has a single lowest point, or none. Where the weights of some step give every example its class, there is none: twice these
weights do better still, unless a penalty makes them dearer, and so on for ever (Albert, Anderson 1984, "On the existence of
maximum likelihood estimates in logistic regression").

n examples, d inputs (the bias among them), k outputs.
"""

from dataclasses import dataclass

import numpy as np

from nodescope.arithmetic.problem import Floats, Problem
from nodescope.theory.likelihood import log_losses
from nodescope.theory.linear import inputs_with_bias

MOST_STEPS = 60
MOST_WORK, WIDEST = 4 * 10**9, 1500
"""Multiplications that a search may take, and weights; of larger problems the lowest point is not looked for."""
TURNS = 20
"""Steps that a search takes, for what it may take in all."""
ENOUGH, SHORTEST = 1e-4, 1e-6
"""Part of what a step should gain that it has to gain (Armijo 1966); below this part of a step none shorter is tried."""
FLAT = 1e-14
"""Part of the most curvature below which a direction has none: far below what is left of it along a way that never ends, when no
step along it is worth being taken (DONE). Else steps along it are no longer seen, and it is taken for a lowest point."""
DONE = 1e-12
"""Newton's decrement, as a part of the loss, at which the lowest point is found."""
STILL = 0.1
"""At a lowest point Newton's steps stop changing any sum; where there is none each adds about 1 to some, for hardly any gain."""


@dataclass(frozen=True, eq=False)
class Lowest:
    """What Newton's method found.

    Attributes
    ----------
    loss : float
        The lowest mean cross-entropy, an l2 penalty included; where there is none, that of the last weights, and 0 where every
        class can be given.
    weights : (k, width) float64
    parted : bool
        Whether these weights give every example its class: a proof that there is no lowest point.
    attained : bool
        Whether it is a lowest point.
    """

    loss: float
    weights: Floats
    parted: bool
    attained: bool


def lowest(problem: Problem) -> Lowest | None:
    """Of one layer under cross-entropy, none of whose weights is frozen; None elsewhere, and where it would take too long."""
    if len(problem.layers) > 1 or not problem.loss.tells_classes or problem.frozen is not None or problem.penalty.l1:
        return None
    x = inputs_with_bias(problem)
    size = problem.k * x.shape[1]
    if problem.n * size * size * TURNS > MOST_WORK or size > WIDEST or not np.isfinite(x).all():
        return None
    # directions of one length each, so that inputs of any units will do
    units = np.sqrt((x * x).mean(axis=0))
    units[~(units > 0)] = 1.0
    with np.errstate(all="ignore"):
        costs = np.where(problem.blocks(problem.penalised)[0][0], problem.penalty.l2, 0.0) / (units * units)
        found = _search(x / units, problem.goal, costs / (1.0 if problem.mean else problem.batch))
    return Lowest(found.loss, found.weights / units, found.parted, found.attained)


def _search(x: Floats, goal: Floats, costs: Floats) -> Lowest:
    """`costs`: l2 of each weight of an output, in the units of x."""
    n, d, k = len(x), x.shape[1], goal.shape[1]
    weights = np.zeros((k, d))
    sums = x @ weights.T
    every = np.tile(costs, k)

    def cost(at: Floats) -> float:
        return 0.5 * float((costs * at * at).sum())

    loss = float(log_losses(sums, goal).mean())
    for _ in range(MOST_STEPS):
        p = _probabilities(sums)
        gradient = ((p - goal).T @ x / n).ravel() + every * weights.ravel()
        step = np.linalg.lstsq(_hessian(x, p) + np.diag(every), gradient, rcond=FLAT)[0]
        decrement = float(gradient @ step)
        if decrement <= DONE * loss:
            return _at_its_end(loss, weights, x @ step.reshape(k, d).T)
        pace = 1.0
        while pace > SHORTEST:
            ahead = weights - pace * step.reshape(k, d)
            sums = x @ ahead.T
            new = float(log_losses(sums, goal).mean()) + cost(ahead)
            if new <= loss - ENOUGH * pace * decrement:
                break
            pace /= 2
        else:
            return _at_its_end(loss, weights, x @ step.reshape(k, d).T)
        weights, loss = ahead, new
        if all_right(sums, goal) and not costs.any():
            return Lowest(0.0, weights, True, False)
    return Lowest(loss, weights, False, False)


def _at_its_end(loss: float, weights: Floats, moved: Floats) -> Lowest:
    """Where no step gains anything: whether it is a lowest point, `moved` what a whole step would add to the sums."""
    return Lowest(loss, weights, False, bool(np.abs(moved).max() < STILL))


def _probabilities(sums: Floats) -> Floats:
    if sums.shape[1] == 1:
        return np.asarray(1 / (1 + np.exp(-sums)))
    powers = np.exp(sums - sums.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def _hessian(x: Floats, p: Floats) -> Floats:
    n, d, k = len(x), x.shape[1], p.shape[1]
    if k == 1:
        return np.asarray((x * (p * (1 - p))).T @ x / n)
    blocks = np.empty((k, d, k, d))
    for i in range(k):
        for j in range(i, k):
            weight = p[:, i] * ((i == j) - p[:, j])
            blocks[i, :, j, :] = (x * weight[:, None]).T @ x / n
            blocks[j, :, i, :] = blocks[i, :, j, :].T
    return blocks.reshape(k * d, k * d)


def all_right(sums: Floats, goal: Floats) -> bool:
    """Whether every example's class has the largest sum, and no other has as much: then weights twice as large do better still.

    Parameters
    ----------
    sums, goal : (n, k)
    """
    if sums.shape[1] == 1:
        return bool((np.where(goal[:, 0] == 1.0, sums[:, 0], -sums[:, 0]) > 0).all())
    own = (sums * goal).sum(axis=1)
    return bool((own > np.where(goal == 1.0, -np.inf, sums).max(axis=1)).all())
