"""Where the numbers come from that printed ones are held against: the package's own trace, or a walk; and what they may be off.

`Shaken` walks differ in the last bits alone, as where sums are taken in another order: how far they are apart says what arithmetic
may be off (Monte Carlo arithmetic: Parker 1997, UCLA CSD-970002).
"""

from collections.abc import Callable
from functools import cached_property
from random import Random
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from nodescope.diagnosis.homework.walk import Walk
from nodescope.diagnosis.homework.ways import Way
from nodescope.run.recipe import Recipe
from nodescope.run.run import Run

Floats = NDArray[np.float64]
Steps = NDArray[np.int64]
FEW = 25_000
"""Steps of which whole columns are kept."""
WALKED = frozenset({"net", "prediction after", "delta after", "mse after", "mse of all", "mse of all after", "terms"})
"""What a trace has no column for."""


class PrintedSource(Protocol):
    """Numbers of steps by quantity."""

    def values(self, name: str, place: int, steps: Steps) -> Floats:
        """One number of the quantity at each of these steps, (T,)."""

    def at(self, name: str, place: int, step: int) -> float:
        """The number at one step."""


class Right:
    """The right numbers: the package's own trace; what a trace has no column for, from the definition."""

    def __init__(self, run: Run, walk: "Walk") -> None:
        self._run, self._walk = run, walk
        self._kept: dict[str, Floats] = {}

    def values(self, name: str, place: int, steps: Steps) -> Floats:
        if name in WALKED:
            return self._walk.values(name, place, steps)
        if len(self._run.trace) > FEW:
            return self._read(name, steps)[:, place]
        if name not in self._kept:
            self._kept[name] = self._read(name, np.arange(len(self._run.trace)))
        kept: Floats = self._kept[name][steps, place]
        return kept

    def at(self, name: str, place: int, step: int) -> float:
        kept = self._kept.get(name)
        return float(self.values(name, place, np.array([step]))[0]) if kept is None else float(kept[step, place])

    def _read(self, name: str, steps: Steps) -> Floats:
        first, last = int(steps[0]), int(steps[-1])
        apart = np.diff(steps)
        stride = int(apart[0]) if len(apart) and (apart == apart[0]).all() and apart[0] > 0 else 1
        column = np.asarray(self._run.trace[first : last + 1 : stride][name], dtype=np.float64)
        picked: Floats = column.reshape(len(column), -1)[(steps - first) // stride]
        return picked


REPLICAS = 4
SAFETY = 4.0


class Shaken:
    """What the numbers of a way may be off by the rounding of its arithmetic: the spread of walks that differ in the last bits."""

    def __init__(self, recipe: Recipe, way: Way, wanted: frozenset[str]) -> None:
        self._of = recipe, way, wanted

    @cached_property
    def _walks(self) -> list[Walk]:
        return [Walk(*self._of, Random(seed)) for seed in range(REPLICAS)]

    def apart(self, numbers_of: Callable[[PrintedSource], Floats], expected: Floats) -> Floats:
        """`SAFETY` times the largest distance from the expected numbers, and two doubles more."""
        with np.errstate(all="ignore"):
            off = np.max([np.abs(numbers_of(walk) - expected) for walk in self._walks], axis=0)
            slack = SAFETY * np.where(np.isfinite(off), off, 0.0) + 2.0 * np.spacing(np.abs(expected))
        return np.where(np.isfinite(slack), slack, 0.0)
