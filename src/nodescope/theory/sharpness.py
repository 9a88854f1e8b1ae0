"""The largest curvature of the loss at given weights, and the local limit of alpha that follows from it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from nodescope.arithmetic.order import uniform
from nodescope.arithmetic.problem import Floats, Problem
from nodescope.theory.network import Surface

MOST_EXAMPLES = 2048
"""Examples over which curvature is worked out; of more, evenly spaced ones."""
MOST_TURNS = 96
"""Hessian-vector products at most."""
SURE, ROUGHLY = 1e-6, 1e-3
"""Relative change of the largest eigenvalue between two turns that ends the search; of those that take long."""
QUICK = 2 * 10**7
"""Weights times examples: a product takes long where there are more."""
AT_RIGHT_ANGLES = 2
"""Times that a product is set at right angles to those before it: once leaves what rounding made."""
NOTHING = 1e-14
"""Part of the largest eigenvalue: a product of which so little is new adds no direction."""


@dataclass(frozen=True, eq=False)
class Sharpness:
    """The largest eigenvalue of the Hessian, where it is, and how well it is known.

    Attributes
    ----------
    value : float
        λmax; negative where the surface bends down in every direction, nan where numbers are not finite.
    direction : float64, flat
        Its unit eigenvector.
    residual : float
        |H v − λ v|, which bounds the distance to an eigenvalue.
    shares : float64
        Part of the direction's square length in each layer.
    """

    value: float
    direction: Floats
    residual: float
    shares: Floats


def looked_at(problem: Problem) -> slice:
    """Examples over which curvature is worked out."""
    return slice(None, None, max(1, -(-problem.n // MOST_EXAMPLES)))


def sharpness(problem: Problem, weights: Floats) -> Sharpness:
    """λmax of the Hessian of what the steps make smaller, at these weights: by Lanczos on exact Hessian-vector products.

    Local: it holds where the loss is nearly a bowl around these weights (Cohen et al. 2021, "Gradient descent on neural networks
    typically occurs at the edge of stability", section 2). Where weights have alphas of their own, of the Hessian whose rows and
    columns are multiplied by the roots of their factors: alpha × that is what a step is judged by.
    """
    surface = Surface(problem, weights, looked_at(problem))
    sure = SURE if problem.size * len(surface.goal) <= QUICK else ROUGHLY
    roots = 1.0 if problem.factors is None else np.sqrt(problem.factors)

    def times(direction: Floats) -> Floats:
        return np.asarray(roots * surface.hessian_times(roots * direction))

    value, direction, residual = largest_eigenvalue(times, problem.size, surface.free, sure=sure)
    shares = np.array([float((direction[problem.weights_of(l)] ** 2).sum()) for l in range(len(problem.layers))])  # noqa: E741
    return Sharpness(value, direction, residual, shares)


def steepest_example(problem: Problem, weights: Floats) -> float:
    """What λmax is where a step sees one example: the largest |∂prediction/∂weights|² of any, as |x|² is of a single node."""
    steepest = Surface(problem, weights, looked_at(problem)).steepest_example() + problem.penalty.l2
    return steepest if problem.factors is None else steepest * float(problem.factors.max())


def largest_eigenvalue(
    times: Callable[[Floats], Floats], size: int, free: Floats, turns: int = MOST_TURNS, sure: float = SURE
) -> tuple[float, Floats, float]:
    """Largest eigenvalue of a symmetric matrix that is given by its products, its eigenvector, and the residual.

    Lanczos 1950 with full reorthogonalisation (Golub, Van Loan, "Matrix computations", 4th edition, section 10.3.5). The
    start is the same every time.
    """
    start = (uniform(0, 0, size) - 0.5) * free
    norm = float(np.linalg.norm(start))
    if not norm:
        return 0.0, np.zeros(size), 0.0
    basis, before = [start / norm], np.inf
    alphas: list[float] = []
    betas: list[float] = []
    for _ in range(min(turns, int(free.sum()))):
        product = times(basis[-1])
        if not np.all(np.isfinite(product)):
            return float("nan"), np.zeros(size), float("nan")
        alphas.append(float(basis[-1] @ product))
        values, vectors = np.linalg.eigh(np.diag(alphas) + np.diag(betas, 1) + np.diag(betas, -1))
        rows = np.array(basis)
        for _ in range(AT_RIGHT_ANGLES):
            product = product - rows.T @ (rows @ product)
        left = float(np.linalg.norm(product))
        bound = left * abs(float(vectors[-1, -1]))
        near = sure * abs(float(values[-1]))
        if left <= NOTHING * float(np.abs(values).max()) or (bound <= near and abs(values[-1] - before) <= near):
            break
        before = float(values[-1])
        betas.append(left)
        basis.append(product / left)
    found = np.array(basis[: len(alphas)]).T @ vectors[:, -1]
    return float(values[-1]), found / np.linalg.norm(found), bound
