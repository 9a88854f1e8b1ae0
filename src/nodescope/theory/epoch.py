"""One example, or batch, at a time in a given order: what an epoch does to the weights.

n examples, r directions that are there, k outputs. An epoch is an affine map w ↦ P·w + q with P the product of the (I − alpha·H_b)
over its batches, H_b = mean (or sum) of x·xᵀ over batch b. It is stable where the spectral radius of P, restricted to
the row space of the inputs, is below 1 (Kaczmarz 1937 with relaxation; Strohmer, Vershynin 2009, section 1; for a fixed order
Bertsekas 1999, "Nonlinear Programming", section 1.5.2). It ends in the cycle through the fixed point of that map.

Inputs here are divided by the power of two that makes the largest about 1, and alpha multiplied by its square: nothing that is
worked out then leaves the doubles, whatever units the inputs have.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
ROWS_AT_ONCE = 64
LONG_STEP = 4.0
"""Where alpha × a batch's second moment is above this (a step lengthens its own error 3 times), products lose digits."""


@dataclass(eq=False)
class Epoch:
    """An epoch in the coordinates of the directions that are there.

    Attributes
    ----------
    z : (n, r) float64
        Inputs in these coordinates, the largest about 1.
    batch : examples a step
    mean : averaged (True) or summed over a batch
    exact : (n, d) and (r, d), optional
        The inputs themselves and the directions: where steps lengthen errors much, that of rounding z would be too.
    """

    z: Floats
    batch: int
    mean: bool
    exact: tuple[Floats, Floats] | None = None

    @cached_property
    def _scale(self) -> Floats:
        """Weight of each example within its batch."""
        n = len(self.z)
        last = n % self.batch
        scale = np.full(n, 1.0 / self.batch if self.mean else 1.0)
        if self.mean and last:
            scale[-last:] = 1.0 / last
        return scale

    @cached_property
    def _blocks(self) -> list[tuple[slice, Floats]]:
        """Stretches of whole batches, and how each delta in them depends on the ones before it (divided by alpha)."""
        size = max(1, ROWS_AT_ONCE // self.batch) * self.batch
        blocks = []
        for start in range(0, len(self.z), size):
            rows = slice(start, min(start + size, len(self.z)))
            turn = np.arange(rows.start, rows.stop) // self.batch
            gram = (self.z[rows] @ self.z[rows].T) * self._scale[rows]
            blocks.append((rows, np.where(turn[:, None] > turn[None, :], gram, 0.0)))
        return blocks

    def carry(self, alpha: float, weights: Floats, goal: Floats | None = None) -> Floats:
        """An epoch's effect on the columns of weights (r, m), with goals (n, m), or 0.

        Block by block; where single steps lengthen errors much, batch by batch: solving for a block would lose digits then.
        """
        if self.lengthens(alpha):
            return self._carry_batches(alpha, weights, goal)
        with np.errstate(all="ignore"):
            for rows, earlier in self._blocks:
                delta = self.z[rows] @ weights - (0.0 if goal is None else goal[rows])
                if earlier.any():
                    delta = np.asarray(np.linalg.solve(np.eye(len(earlier)) + alpha * earlier, delta), dtype=np.float64)
                weights = weights - alpha * (self.z[rows] * self._scale[rows, None]).T @ delta
        return weights

    def lengthens(self, alpha: float) -> bool:
        """Whether single steps lengthen errors so much that products of many lose digits."""
        return not abs(alpha) * float(self.moments.max()) <= LONG_STEP

    def _carry_batches(self, alpha: float, weights: Floats, goal: Floats | None) -> Floats:
        with np.errstate(all="ignore"):
            for i, (z, scaled) in enumerate(self.batches(alpha)):
                delta = z @ weights - (0.0 if goal is None else goal[i * self.batch : (i + 1) * self.batch])
                weights = weights - scaled.T @ delta
        return weights

    def batches(self, alpha: float) -> Iterator[tuple[Floats, Floats]]:
        """Each batch's inputs, and the same times alpha and its examples' weights."""
        scaled = alpha * self._scale[:, None] * self.z
        for start in range(0, len(self.z), self.batch):
            rows = slice(start, start + self.batch)
            yield self.z[rows], scaled[rows]

    def shift(self, alpha: float) -> Floats:
        """P − I, (r, r): what an epoch adds to each unit of missing error; keeps its digits where P is nearly I."""
        r = self.z.shape[1]
        return self.carry(alpha, np.zeros((r, r)), -self.z)

    def matrix(self, alpha: float) -> Floats:
        """The product P of an epoch at this alpha, (r, r)."""
        return np.eye(self.z.shape[1]) + self.shift(alpha)

    def eigenvalues(self, alpha: float) -> NDArray[np.complex128]:
        """Of P, largest in size first; infinite where P overflows."""
        matrix = self.matrix(alpha)
        if not np.isfinite(matrix).all():
            return np.full(len(matrix), np.inf, dtype=np.complex128)
        values = np.linalg.eigvals(matrix).astype(np.complex128)
        return np.asarray(values[np.argsort(-np.abs(values))])

    def radius(self, alpha: float) -> float:
        """Spectral radius: what the missing error is multiplied by in an epoch, in the long run."""
        if self.z.shape[1] == 1:
            return float(self.radius_of_one(np.array([alpha]))[0])
        return float(abs(self.eigenvalues(alpha)[0]))

    def radius_of_one(self, alpha: Floats) -> Floats:
        """A single direction: the product of 1 − alpha·h over the batches."""
        shrink, h = np.ones_like(alpha), self.moments
        with np.errstate(all="ignore"):
            for value in h:
                shrink *= 1.0 - alpha * value
        return np.where(np.isnan(shrink), np.inf, np.abs(shrink))

    @cached_property
    def moments(self) -> Floats:
        """Trace of each batch's H_b, at least its largest eigenvalue; equal to it for single examples."""
        squares = np.einsum("nr,nr->n", self.z, self.z) * self._scale
        return np.add.reduceat(squares, np.arange(0, len(squares), self.batch))
