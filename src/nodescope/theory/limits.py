"""How far alpha may go, for every rule, once: nodes, networks, forecasts, findings and observed optimizers ask here.

Along a direction in which the gradient grows by the curvature λ, a rule without rescaling is a recurrence of two terms: the
weight's distance from the best one, and the velocity v' = m·v + e·g (m the momentum, e the part of a gradient that enters, 1
unless dampened). The distance is multiplied by the roots of

    momentum    z² − (1 + m − e·alpha·λ) z + m = 0                        (Polyak 1964)
    Nesterov    z² − (1 + m)(1 − alpha·λ) z + m (1 − alpha·λ) = 0         (Nesterov 1983; Lessard, Recht, Packard 2016, section 3)

and plain steps by 1 − alpha·λ, either one at m = 0. It is stable while both roots are within the unit circle; the first to leave it
leaves through −1. The step is `weight -= alpha × delta × input`: λ is the curvature of *half* the squared error.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nodescope.arithmetic.rules import Nesterov, Rule

Floats = NDArray[np.float64]
LARGE = 1e100
"""Of alpha·λ: from here on a recurrence's larger root is its linear term to the last bit, and squares need not be formed."""
TURNING = 1e-7
"""Of a root's size: an imaginary part this small is rounding of two equal roots."""


def momentum_of(rule: Rule) -> float:
    """The part of a velocity that is kept; 0 for rules without."""
    return float(rule.settings().get("momentum", 0.0))


def limit_times_curvature(momentum: float = 0.0, *, nesterov: bool = False, entering: float = 1.0) -> float:
    """Largest stable alpha × λ: 2(1 + m)/e; with Nesterov's look ahead 2(1 + m)/(1 + m + e·m).

    Adam's is that of momentum β₁ with 1 − β₁ entering, where λ is the curvature divided by what it divides its steps by
    (Cohen et al. 2022, "Adaptive gradient methods at the edge of stability", section 2).
    """
    return 2.0 * (1.0 + momentum) / (1.0 + momentum + entering * momentum if nesterov else entering)


def limit_factor(rule: Rule) -> float | None:
    """Limit × λ of a rule; None where it rescales its steps by what it has seen, so that no curvature bounds alpha."""
    return None if rule.rescales else limit_times_curvature(momentum_of(rule), nesterov=isinstance(rule, Nesterov))


def limit(rule: Rule, curvature: float) -> float | None:
    """Largest stable alpha where the curvature is λ; infinite where nothing curves up; None where the rule rescales its steps."""
    factor = limit_factor(rule)
    if factor is None:
        return None
    with np.errstate(over="ignore"):
        return float(np.float64(factor) / curvature) if curvature > 0.0 else math.inf


@dataclass(frozen=True, eq=False)
class Roots:
    """What each direction's distance is multiplied by in a step, r directions.

    Attributes
    ----------
    larger, smaller : (r,) complex128
        In size. Plain steps have but one: the smaller is 0.
    first : (r,) float64
        What the first step, from rest, multiplies it by.
    """

    larger: NDArray[np.complex128]
    smaller: NDArray[np.complex128]
    first: Floats

    @property
    def signed(self) -> Floats:
        """Size of the larger root, negative where it points backwards."""
        return np.where(self.larger.real < 0, -1.0, 1.0) * np.abs(self.larger)

    @property
    def turning(self) -> NDArray[np.bool_]:
        """Whether a direction passes its best weight on the way: where the larger root is negative, or one of a complex pair."""
        return turning(self.larger)


def turning(roots: NDArray[np.complex128]) -> NDArray[np.bool_]:
    """Whether powers of these change sign."""
    with np.errstate(invalid="ignore"):
        return np.asarray((roots.real < 0) | (np.abs(roots.imag) > TURNING * np.abs(roots)))


@np.errstate(over="ignore", invalid="ignore", divide="ignore")
def roots(rule: Rule, product: Floats) -> Roots:
    """Of a rule that does not rescale its steps, for each direction's alpha·λ.

    >>> import numpy as np
    >>> from nodescope.arithmetic.rules import Rule, Momentum
    >>> roots(Rule(), np.array([0.25])).signed.tolist(), roots(Momentum(0.25), np.array([0.5])).signed.tolist()
    ([0.75], [0.5])
    """
    h, m = 1.0 - product, momentum_of(rule)
    if m == 0.0:
        return Roots(h.astype(np.complex128), np.zeros(len(h), dtype=np.complex128), h)
    ahead = isinstance(rule, Nesterov)
    b, c = ((1 + m) * h, m * h) if ahead else (m + h, m + 0.0 * h)
    root = np.sqrt((b * b - 4.0 * c).astype(np.complex128))
    larger = np.where(np.abs(b + root) >= np.abs(b - root), (b + root) / 2, (b - root) / 2)
    smaller = np.where(larger == 0, 0.0, c / larger)
    far = np.abs(h) > LARGE
    larger, smaller = np.where(far, b, larger), np.where(far, m / (1 + m) if ahead else 0.0, smaller)
    # from rest momentum makes a plain step, Nesterov one that is 1 + m times as long
    return Roots(larger, smaller, 1.0 - (1.0 + m) * (1.0 - h) if ahead else h)
