"""One example, or batch, at a time in a given order: what an epoch does to the weights, and when that stays stable.

n examples, r directions that are there, k outputs. An epoch is an affine map w ↦ P·w + q with P the product of the (I − alpha·H_b)
over its batches, H_b = mean (or sum) of x·xᵀ over batch b. It is stable where the spectral radius of P, restricted to
the row space of the inputs, is below 1 (Kaczmarz 1937 with relaxation; Strohmer, Vershynin 2009, section 1; for a fixed order
Bertsekas 1999, "Nonlinear Programming", section 1.5.2). It ends in the cycle through the fixed point of that map.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
ROWS_AT_ONCE = 64
SCANNED = 32
"""Alphas at which the spectral radius is looked at between a stable one and one that certainly is not."""
VOLUMES = 4 * 10**6
"""Logarithms taken in all while volumes are compared."""
VOLUMES_AT_ONCE = 2**18
FINE = 20_000
"""The same for a single direction, where one costs next to nothing; and alphas at which only volumes are compared."""


@dataclass(eq=False)
class Epoch:
    """An epoch in the coordinates of the directions that are there.

    Attributes
    ----------
    z : (n, r) float64
        Inputs in these coordinates.
    batch : examples a step
    mean : averaged (True) or summed over a batch
    """

    z: Floats
    batch: int
    mean: bool

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
        if alpha * float(self._moments.max()) > 4.0:
            return self._carry_batches(alpha, weights, goal)
        with np.errstate(all="ignore"):
            for rows, earlier in self._blocks:
                delta = self.z[rows] @ weights - (0.0 if goal is None else goal[rows])
                if earlier.any():
                    delta = np.asarray(np.linalg.solve(np.eye(len(earlier)) + alpha * earlier, delta), dtype=np.float64)
                weights = weights - alpha * (self.z[rows] * self._scale[rows, None]).T @ delta
        return weights

    def _carry_batches(self, alpha: float, weights: Floats, goal: Floats | None) -> Floats:
        scaled = alpha * self._scale[:, None] * self.z
        with np.errstate(all="ignore"):
            for start in range(0, len(self.z), self.batch):
                rows = slice(start, start + self.batch)
                delta = self.z[rows] @ weights - (0.0 if goal is None else goal[rows])
                weights = weights - scaled[rows].T @ delta
        return weights

    def shift(self, alpha: float) -> Floats:
        """P − I, (r, r): what an epoch adds to each unit of missing error; keeps its digits where P is nearly I."""
        r = self.z.shape[1]
        return self.carry(alpha, np.zeros((r, r)), -self.z)

    def matrix(self, alpha: float) -> Floats:
        """P, (r, r)."""
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
            return float(self._radius_of_one(np.array([alpha]))[0])
        return float(abs(self.eigenvalues(alpha)[0]))

    def _radius_of_one(self, alpha: Floats) -> Floats:
        """A single direction: the product of 1 − alpha·h over the batches."""
        shrink, h = np.ones_like(alpha), self._moments
        with np.errstate(all="ignore"):
            for value in h:
                shrink *= 1.0 - alpha * value
        return np.where(np.isnan(shrink), np.inf, np.abs(shrink))

    @cached_property
    def _moments(self) -> Floats:
        """Trace of each batch's H_b, at least its largest eigenvalue; equal to it for single examples."""
        squares = np.einsum("nr,nr->n", self.z, self.z) * self._scale
        return np.add.reduceat(squares, np.arange(0, len(squares), self.batch))

    @property
    def surely_stable(self) -> float:
        """Below this alpha no single step lengthens the missing error: 2/max|x|² for single examples."""
        return 2.0 / float(self._moments.max())

    @property
    def surely_unstable(self) -> float:
        """From this alpha on every epoch blows up volumes, whatever the order: the product of |1 − alpha·|x|²| stays above 1.

        For single examples; infinite otherwise.
        """
        if self.batch > 1:
            return math.inf
        grid = self._grid()
        shrinks = np.flatnonzero(self._volume(grid) <= 0.0)
        return float(grid[min(shrinks[-1] + 1, len(grid) - 1)]) if shrinks.size else float(grid[0])

    def _grid(self) -> Floats:
        """From surely stable up to where every single step lengthens the missing error in its own direction."""
        low = self.surely_stable
        positive = self._moments[self._moments > 0]
        high = max(2.0 / float(positive.min()), 1.0001 * low) if self.batch == 1 else 64.0 * low
        return np.geomspace(low, high, max(64, min(FINE, VOLUMES // len(self._moments))))

    def _volume(self, alpha: Floats) -> Floats:
        """Logarithm of |det P| for single examples."""
        total = np.zeros_like(alpha)
        with np.errstate(divide="ignore"):
            for values in np.array_split(self._moments, -(-len(self._moments) * len(alpha) // VOLUMES_AT_ONCE)):
                total += np.log(np.abs(1.0 - np.multiply.outer(values, alpha))).sum(axis=0)
        return total

    @cached_property
    def stable_ranges(self) -> list[tuple[float, float]]:
        """Ranges of alpha that are stable, from 0 upward. The first ends at the limit; the others are islands.

        Looked for from 2/max|x|², below which it always is, to where volumes grow in any case, at SCANNED alphas (a single
        direction: FINE): an island narrower than their spacing can be missed.
        """
        grid = self._candidates()
        stable = self._are_stable(grid)
        ranges, start = [], 0.0
        for i in range(1, len(grid)):
            if stable[i - 1] and not stable[i]:
                ranges.append((start, self._border(float(grid[i - 1]), float(grid[i]))))
            elif stable[i] and not stable[i - 1]:
                start = self._border(float(grid[i]), float(grid[i - 1]))
        if stable[-1]:
            ranges.append((start, float(grid[-1])))
        return ranges

    def _candidates(self) -> Floats:
        grid = self._grid()
        if self.z.shape[1] == 1:
            return np.concatenate([[grid[0] * (1 - 1e-9)], grid])
        if self.batch == 1:
            volume = self._volume(grid)
            last = np.flatnonzero(volume <= 0.0)
            first_growing = int(np.argmax(volume > 0.0)) if (volume > 0).any() else len(grid) - 1
            near = np.geomspace(grid[0] * (1 - 1e-9), grid[first_growing] * (1 + 1e-9), SCANNED)
            beyond = last[last > first_growing]
            more = grid[beyond[:: max(1, len(beyond) // SCANNED)]] if beyond.size else np.empty(0)
            return np.concatenate([near, more, [grid[-1] * 1.01]])
        return np.concatenate([[grid[0] * (1 - 1e-9)], np.geomspace(grid[0], grid[-1], 2 * SCANNED)])

    def _are_stable(self, alphas: Floats) -> NDArray[np.bool_]:
        if self.z.shape[1] == 1:
            return self._radius_of_one(alphas) < 1.0
        return np.array([True, *(self.radius(float(a)) < 1.0 for a in alphas[1:])])

    def _border(self, stable: float, unstable: float) -> float:
        """The alpha between the two at which the spectral radius is 1."""
        return _root(lambda a: math.log(max(self.radius(a), 1e-300)), stable, unstable)

    def path(self, alpha: float, goal: Floats) -> "EpochPath":
        """The way from weights of 0, with goals (n, k)."""
        r = self.z.shape[1]
        return EpochPath(self.shift(alpha), self.carry(alpha, np.zeros((r, goal.shape[1])), goal), -goal, self.z)


def _root(f: Callable[[float], float], a: float, b: float) -> float:
    """Where f changes sign between a and b (f(a) < 0 ≤ f(b)), to twelve digits: regula falsi, Illinois variant."""
    fa, fb = f(a), f(b)
    for _ in range(60):
        usable = math.isfinite(fb) and math.isfinite(fa) and fa != fb
        c = b - fb * (b - a) / (fb - fa) if usable else (a + b) / 2
        if not min(a, b) < c < max(a, b):
            break
        fc = f(c)
        if fc < 0:
            a, fa = c, fc
            fb /= 2
        else:
            b, fb = c, fc
            fa /= 2
        if abs(b - a) <= 1e-12 * abs(b):
            break
    return b


@dataclass(frozen=True, eq=False)
class EpochPath:
    """The way of an epoch's map from the start, in exact arithmetic; weights are told by how far they are from where they started.

    Attributes
    ----------
    shift : (r, r)
        P − I.
    first : (r, k)
        What the first epoch adds to the weights.
    residual : (n, k)
        Prediction − goal at the start.
    z : (n, r)
    """

    shift: Floats
    first: Floats
    residual: Floats
    z: Floats

    @cached_property
    def cycle(self) -> Floats | None:
        """Where the cycle that it ends in begins, (r, k): what an epoch leaves as it is; None where there is no one such."""
        try:
            found = np.asarray(np.linalg.solve(-self.shift, self.first), dtype=np.float64)
        except np.linalg.LinAlgError:
            return None
        return found if np.isfinite(found).all() else None

    @cached_property
    def _bowl(self) -> tuple[Floats, Floats, float]:
        """Triangle of z, the residual in its coordinates, and the rest: the mse with r × r numbers instead of n."""
        q, r = np.linalg.qr(self.z)
        inside = q.T @ self.residual
        return r, inside, float(((self.residual - q @ inside) ** 2).sum())

    def _mse_of(self, moved: Floats) -> float:
        r, inside, rest = self._bowl
        return (float(((r @ moved + inside) ** 2).sum()) + rest) / self.residual.size

    def _missing_of(self, moved: Floats) -> float:
        assert self.cycle is not None
        return float(((self._bowl[0] @ (moved - self.cycle)) ** 2).sum()) / self.residual.size

    def after(self, epochs: int) -> Floats:
        """How far the weights have moved after so many epochs, (r, k)."""
        with np.errstate(all="ignore"):
            moved, matrix, add = np.zeros_like(self.first), np.eye(len(self.shift)) + self.shift, self.first
            # x ↦ matrix·x + add is one epoch, then two, four, …
            while epochs:
                if epochs & 1:
                    moved = matrix @ moved + add
                matrix, add = matrix @ matrix, matrix @ add + add
                epochs >>= 1
        return moved

    @property
    def end_mse(self) -> float | None:
        """mse over all examples at the end of an epoch, once it goes round."""
        return None if self.cycle is None else self._mse_of(self.cycle)

    def mse(self, epoch: int) -> float:
        """mse over all examples after so many epochs."""
        with np.errstate(all="ignore"):
            return self._mse_of(self.after(epoch))

    def missing(self, epoch: int) -> float:
        """Mean square of what the distance to the cycle makes of the predictions, after so many epochs."""
        with np.errstate(all="ignore"):
            return self._missing_of(self.after(epoch))

    def epochs_to(self, mse: float, most: int = 2**40) -> int | None:
        """The first epoch after which the mse is at most this; None where there is none up to `most`.

        The first 1,024 are looked at one by one; later ones by bisection, taking the mse to fall steadily by then.
        """
        return self._first(lambda moved: self._mse_of(moved) <= mse, most)

    def epochs_until_missing(self, square: float, most: int = 2**40) -> int | None:
        """The same for the mean square of the missing error."""
        return None if self.cycle is None else self._first(lambda moved: self._missing_of(moved) <= square, most)

    @np.errstate(all="ignore")
    def _first(self, reached: Callable[[Floats], bool], most: int) -> int | None:
        moved = np.zeros_like(self.first)
        for epoch in range(min(most, 1024) + 1):
            if reached(moved):
                return epoch
            moved = moved + (self.shift @ moved + self.first)
        done, powers = 1025, [(np.eye(len(self.shift)) + self.shift, self.first)]
        while done + 2 ** len(powers) < most and not reached(_apply(powers[-1], moved)):
            matrix, add = powers[-1]
            powers.append((matrix @ matrix, matrix @ add + add))
        if not reached(_apply(powers[-1], moved)):
            return None
        for power in reversed(range(len(powers))):
            further = _apply(powers[power], moved)
            if not reached(further):
                moved, done = further, done + 2**power
        return done + 1


def _apply(epochs: tuple[Floats, Floats], moved: Floats) -> Floats:
    return epochs[0] @ moved + epochs[1]
