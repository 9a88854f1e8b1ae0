"""How a linear system behaves at its alpha: in the standard terms, from the factors of its directions."""

from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from nodescope.arithmetic.problem import Floats
from nodescope.run.recipe import Recipe
from nodescope.theory.exact import as_float, exact_product
from nodescope.theory.limits import TURNING, turning
from nodescope.theory.linear import LinearSystem

SAME = 1e-12
"""Factors of several examples are known to about this much."""


@dataclass(frozen=True, eq=False)
class Regime:
    """How a run with this recipe behaves.

    Attributes
    ----------
    name : str
        "converges", "one step", "oscillates", "marginal", "diverges" or "frozen"; empty where only bounds are known.
    factors : float64, largest in size first, of equally large ones one that turns, or None
        What is missing is multiplied by in each direction; complex pairs by their size, negative where they point backwards.
    turns_each_time : bool
        Whether the slowest direction's factor is a negative number, not one of a complex pair.
    gain : float
        The part of what is missing that a step or epoch makes up in the slowest direction, where it converges; with all its digits
        also where the factor is nearly 1.
    comes_back : float
        What is left on the other side of the goal where a direction first passes it, as a part of its start; the largest.
    """

    name: str
    factors: Floats | None
    turns_each_time: bool = False
    gain: float = 0.0
    comes_back: float = 0.0


def regime_of(system: LinearSystem) -> Regime:
    """Of a system that closed forms cover. One example with plain steps is judged without rounding."""
    if not system.can_move:
        return Regime("frozen", np.empty(0))
    if system.one_plain_example:
        return _exact(system)
    if system.together:
        regime = _named(system.descent.roots.larger)
        products = system.bowl.spectrum.products(system.effective_alpha)
        return regime if system.descent.roots.smaller.any() else replace(regime, gain=float(products[-1]))
    return _named(system.epoch_eigenvalues(system.problem.alpha)) if system.in_order else Regime("", None)


def between_bounds(recipe: Recipe, bounds: tuple[float, float] | None) -> tuple[str, str]:
    """Regime, and where it is unknown the reason, where only bounds of alpha are known."""
    alpha = recipe.alpha
    if bounds is None or alpha < 0 or alpha > bounds[1]:
        return "diverges", ""
    if alpha <= bounds[0] / 2:
        return "converges", ""
    where = ", though it is stable for certain" if alpha < bounds[0] else ", and whether it is stable depends on that"
    why = "the order is drawn" if recipe.order == "shuffled" else "there are too many examples for their product"
    return "unknown", f"{why}{where}"


def _exact(system: LinearSystem) -> Regime:
    """alpha·|x|² of each group against 0, 1 and 2."""
    products = [exact_product(system.problem.alpha, g.x[0]) for g in system.groups if g.x.any()]
    factors = np.array(sorted({as_float(1 - product) for product in products}, key=abs, reverse=True))
    worst = max(products, key=lambda product: abs(1 - product))
    beyond = max(0.0, *(-float(factor) for factor in factors)) if len(factors) > 1 else 0.0
    return Regime(_exact_name(worst), factors, bool(worst > 1), as_float(worst), beyond)


def _exact_name(product: Fraction) -> str:
    if product < 0 or product > 2:
        return "diverges"
    if product == 2:
        return "marginal"
    return "converges" if product < 1 else "one step" if product == 1 else "oscillates"


def _named(roots: NDArray[np.complex128]) -> Regime:
    """By the largest in size; of equally large ones, by one that turns."""
    signed = np.where(roots.real < 0, -1.0, 1.0) * np.abs(roots)
    size = float(np.abs(signed).max())
    sizes = np.where(np.abs(signed) >= size * (1.0 - SAME), size, np.abs(signed))
    factors = signed[np.lexsort((signed, -sizes))]
    slowest = roots[np.abs(roots) >= size * (1.0 - SAME)]
    turns, real = bool(turning(slowest).any()), bool((np.abs(slowest.imag) <= TURNING * size).all())
    if not size <= 1.0 + SAME:
        return Regime("diverges", factors)
    if size <= SAME:
        return Regime("one step", factors)
    if not turns:
        return Regime("converges", factors, gain=1.0 - size, comes_back=_beyond(roots))
    return Regime("oscillates" if size < 1.0 - SAME else "marginal", factors, real)


def _beyond(roots: NDArray[np.complex128]) -> float:
    """A root turns half round in π ÷ its angle steps, and is then on the other side: so much of it is left."""
    angle = np.abs(np.angle(roots))
    round_ = angle > TURNING
    return float((np.abs(roots[round_]) ** (np.pi / angle[round_])).max(initial=0.0))
