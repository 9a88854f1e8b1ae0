"""How far rounding alone may part a run from exact arithmetic where single steps lengthen errors: a bound from an epoch's products.

At step j weights are rounded by about an ulp of what is added up there, and the rest of the epoch multiplies that by the product of
its steps, S_j. Where steps lengthen errors that product reaches millions although the whole epoch shrinks them (Trefethen, Embree
2005, "Spectra and Pseudospectra", section 2: transient growth of non-normal products).
"""

import numpy as np
from numpy.typing import NDArray

from nodescope.theory.epoch import Epoch

Floats = NDArray[np.float64]
LENGTHENS = 2.0
"""Where alpha × a batch's second moment is at most this, no step lengthens an error, and an epoch multiplies none."""


@np.errstate(all="ignore")
def carried_roundings(epoch: Epoch, alpha: float, weights: Floats, goal: Floats) -> float:
    """Σ_j ‖S_j‖ × what step j adds up, from weights (r, k), with goals (n, k): times 2⁻⁵², an epoch's own error at its end.

    Told of predictions: root mean square over the examples. 0 where no step lengthens errors.
    """
    if not abs(alpha) * float(epoch.moments.max(initial=0.0)) > LENGTHENS:
        return 0.0
    total = sum(
        after * size for after, size in zip(_products_after(epoch, alpha), _added_up(epoch, alpha, weights, goal), strict=True)
    )
    return float(total * np.sqrt((epoch.z**2).sum(axis=1).mean()) * (epoch.z.shape[1] + 4))


def _products_after(epoch: Epoch, alpha: float) -> list[float]:
    """‖S_j‖ of each batch: what the batches after it make of an error, at most."""
    product, norms = np.eye(epoch.z.shape[1]), []
    for z, scaled in reversed(list(epoch.batches(alpha))):
        norms.append(float(np.linalg.norm(product)))
        product = product - (product @ scaled.T) @ z
    return norms[::-1]


def _added_up(epoch: Epoch, alpha: float, weights: Floats, goal: Floats) -> list[float]:
    """How large the numbers are that each batch's step adds up."""
    sizes, row = [], 0
    for (z, scaled), moment in zip(epoch.batches(alpha), epoch.moments, strict=True):
        delta = z @ weights - goal[row : row + len(z)]
        row += len(z)
        before, weights = weights, weights - scaled.T @ delta
        sizes.append(float((1 + abs(alpha) * moment) * np.linalg.norm(before) + np.linalg.norm(weights)))
    return sizes
