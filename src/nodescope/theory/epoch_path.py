"""The way of the weights from epoch to epoch where examples come in a given order, and the cycle that it ends in."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from nodescope.theory.epoch import Epoch

Floats = NDArray[np.float64]
LOOKED_AT = 1024
"""Epochs looked at one by one."""
LONGEST_EXACT = 20_000
"""An epoch of at most so many examples is worked out in pairs of doubles where it has to be: about a second."""
MOST_DOUBLINGS = 41
"""2⁴⁰ epochs are thought of at most."""


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
    @np.errstate(all="ignore")
    def _bowl(self) -> tuple[Floats, Floats, float]:
        """Triangle of z, the residual in its coordinates, and the rest: the mse with r × r numbers instead of n."""
        q, r = np.linalg.qr(self.z)
        inside = q.T @ self.residual
        return r, inside, float(((self.residual - q @ inside) ** 2).sum())

    @np.errstate(all="ignore")
    def _mse_of(self, moved: Floats) -> float:
        r, inside, rest = self._bowl
        return (float(((r @ moved + inside) ** 2).sum()) + rest) / self.residual.size

    @np.errstate(all="ignore")
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
        return self._mse_of(self.after(epoch))

    def missing(self, epoch: int) -> float:
        """Mean square of what the distance to the cycle makes of the predictions, after so many epochs."""
        return self._missing_of(self.after(epoch))

    def epochs_to(self, mse: float) -> int | None:
        """The first epoch from which on the mse, looked at after whole epochs, *stays* at most this; None where there is none."""
        return self._stays(lambda moved: self._mse_of(moved) <= mse)

    def epochs_until(self, low: Callable[[Floats], bool]) -> int | None:
        """The first epoch from which on something holds of how far the weights have moved, (r, k); None where there is none."""
        return self._stays(low)

    @np.errstate(all="ignore")
    def _stays(self, low: Callable[[Floats], bool]) -> int | None:
        """The first epoch from which on `low` holds of how far the weights have moved.

        LOOKED_AT epochs are looked at one by one, and as many after the place that is found beyond them: by bisection between
        epochs 1, 2, 4, … further on, at the last of which it did not hold.
        """
        last, moved = self._last_high(np.zeros_like(self.first), low)
        powers = [(np.eye(len(self.shift)) + self.shift, self.first)]
        while len(powers) < MOST_DOUBLINGS:
            matrix, add = powers[-1]
            powers.append((matrix @ matrix, matrix @ add + add))
        high = [power for power, epochs in enumerate(powers) if not low(_apply(epochs, moved))]
        if high and high[-1] == len(powers) - 1:
            return None
        if not high and last < LOOKED_AT:
            return last + 1
        done = LOOKED_AT
        for power in reversed(range(high[-1] + 1 if high else 0)):
            further = _apply(powers[power], moved)
            if not low(further):
                moved, done = further, done + 2**power
        return done + self._last_high(moved, low)[0] + 1

    def _last_high(self, moved: Floats, low: Callable[[Floats], bool]) -> tuple[int, Floats]:
        """The last of LOOKED_AT epochs after which `low` does not hold, −1 where it always does; and where they lead."""
        last = -1
        for epoch in range(LOOKED_AT + 1):
            if epoch:
                moved = moved + (self.shift @ moved + self.first)
            if not low(moved):
                last = epoch
        return last, moved


def _apply(epochs: tuple[Floats, Floats], moved: Floats) -> Floats:
    return epochs[0] @ moved + epochs[1]


def path(epoch: Epoch, alpha: float, goal: Floats) -> EpochPath:
    """The way from weights of 0, with goals (n, k)."""
    if epoch.exact is not None and epoch.lengthens(alpha) and len(epoch.z) <= LONGEST_EXACT:
        return EpochPath(*epoch.moved_exactly(alpha, goal), -goal, epoch.z)
    r = epoch.z.shape[1]
    return EpochPath(epoch.shift(alpha), epoch.carry(alpha, np.zeros((r, goal.shape[1])), goal), -goal, epoch.z)
