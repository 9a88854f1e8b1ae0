"""Two classes told apart by the side of a line: whether a line parts them, and how many mistakes a perceptron can make.

From weights of 0 (and any alpha) the perceptron's rule makes at most (R/γ)² mistakes, R the longest input, γ the distance of the
nearest example from a line that parts them (Novikoff 1962, "On convergence proofs on perceptrons").
"""

import dataclasses
import math

import numpy as np

from nodescope.arithmetic.losses import CROSS_ENTROPY, Loss
from nodescope.arithmetic.penalty import Penalty
from nodescope.arithmetic.problem import Problem
from nodescope.theory.linear import inputs_with_bias
from nodescope.theory.newton import Lowest, lowest


def line_of(problem: Problem) -> Lowest | None:
    """What Newton's method finds of the log loss of the same examples; None of several layers, and where it is not looked for."""
    if len(problem.layers) > 1:
        return None
    return lowest(dataclasses.replace(problem, loss=Loss(CROSS_ENTROPY), penalty=Penalty(), native=None))


def can_be_parted(problem: Problem) -> bool | None:
    """Whether a line parts the classes; None where that is not known."""
    found = line_of(problem)
    return None if found is None else True if found.parted else False if found.attained else None


def most_mistakes(problem: Problem) -> float | None:
    """(R/γ)² of a line that Newton's method found; another line may have a larger γ. None where none was found."""
    found = line_of(problem)
    if found is None or not found.parted:
        return None
    x = inputs_with_bias(problem)
    with np.errstate(all="ignore"):
        sides = np.where(problem.goal[:, 0] == 1.0, 1.0, -1.0) * (x @ found.weights[0])
        nearest = float(sides.min()) / float(np.linalg.norm(found.weights[0]))
        longest = float(np.einsum("ni,ni->n", x, x).max())
    return longest / (nearest * nearest) if nearest > 0 and math.isfinite(longest) else None
