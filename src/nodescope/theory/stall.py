"""Where a slowly creeping node of one weight stops, to the last bit, and when: found without running it.

The weight moves towards goal ÷ input in steps that shrink. It stops at the first double on its way at which
`weight - alpha * (weight * input - goal) * input`, rounded as the node rounds it, is the weight that it already was. Each
operation rounds monotonically, so within one binade (where neighbouring doubles are equally far apart) the update only
shrinks on the way, and "moves" turns into "stops" once: bisection over the doubles themselves finds the place, however many
steps lie before it. Bits are compared, never "less than half a gap": in the seed's own stall the update *is* half the gap.
Where it is, ties go to the even double: the even ones stay and the odd ones among them move. So the bisection is over even
doubles, and of the one that it finds only the odd neighbour before it is asked too.

Valid for alpha × input² well below 1/2: near the end the weight then moves by single doubles and leaves none out.
Source: monotonicity of correct rounding (Muller et al., "Handbook of Floating-Point Arithmetic", 2nd ed., section 2.2).
"""

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

import numpy as np
from numpy.typing import NDArray

from nodescope.arithmetic.doubles import double, ordinal
from nodescope.theory.exact import as_float

LARGEST = 1.7976931348623157e308
FEWEST = 1e-280
"""alpha × input² below which a run would take longer than anybody could say."""
COUNTED = 64
"""Step lengths, in doubles, that are counted one by one; longer steps follow the closed form to a few parts in 10⁵."""


@dataclass(frozen=True)
class OneWeight:
    """One weight's input, goal and alpha."""

    input: float
    goal: float
    alpha: float

    def alpha_delta(self, weight: float) -> float:
        prediction = weight * self.input
        delta = prediction - self.goal
        return self.alpha * (delta * self.input)

    def stays(self, weight: float) -> bool:
        """Whether the next weight is this one, bit for bit."""
        new = weight - self.alpha_delta(weight)
        return new == weight and math.copysign(1.0, new) == math.copysign(1.0, weight)


def stall(node: OneWeight, start: float) -> float | None:
    """The double at which a slowly creeping node started at `start` stops; None where it would leave the finite numbers."""
    new = start - node.alpha_delta(start)
    if not math.isfinite(new):
        return None
    if new == start:  # or −0.0 that becomes 0.0, and stays so
        return new
    edges = _edges(node, start)
    stops = [i for i, fixed in enumerate(_stay(node, edges)) if fixed]
    if not stops:
        return None
    before = start if stops[0] == 0 else float(edges[stops[0] - 1])
    return _first_that_stays(node, before, float(edges[stops[0]]))


def steps_until(node: OneWeight, start: float, end: float) -> int | None:
    """About how many updates lead from `start` to `end`, the place where it stops.

    Far from the end the distance shrinks by 1 − alpha·input² a step. Near it the update is rounded to whole doubles: where it is
    k of them, a stretch of m doubles takes m/k steps. None where that is beyond all counting.
    """
    if start == end:
        return 0
    rate = float(Fraction(node.alpha) * Fraction(node.input) ** 2)
    if rate < FEWEST:
        return None
    target = Fraction(node.goal) / Fraction(node.input)
    edges = _edges(node, start)
    way = np.concatenate([[start], edges[(edges > min(start, end)) & (edges < max(start, end))], [end]])
    with np.errstate(all="ignore"):
        distance = np.abs(way - edges[-1])
        gap = np.spacing(np.minimum(np.abs(way[:-1]), np.abs(way[1:])))
        shrinking = rate * distance[1:] > (COUNTED + 0.5) * gap
        steps = float(np.sum(np.log(distance[:-1][shrinking] / distance[1:][shrinking]))) / -math.log1p(-rate)
    for i in np.flatnonzero(~shrinking):
        far, near = (as_float(abs(Fraction(w) - target) / Fraction(float(gap[i]))) for w in way[i : i + 2].tolist())
        steps += _steps_within(rate, far, near)
    return round(steps) if math.isfinite(steps) else None


def _steps_within(rate: float, far: float, near: float) -> float:
    """Updates from one distance to a smaller one, counted in doubles that are equally far apart."""
    border = (COUNTED + 0.5) / rate
    steps = math.log(far / max(near, border)) / -math.log1p(-rate) if far > border else 0.0
    for k in range(1, COUNTED + 1):
        steps += max(0.0, min(far, (k + 0.5) / rate) - max(near, (k - 0.5) / rate if k > 1 else near)) / k
    return steps


def _edges(node: OneWeight, start: float) -> NDArray[np.float64]:
    """First and last even double of every binade between start and the goal's weight, in the order of the way, and that weight."""
    with np.errstate(all="ignore"):
        target = float(np.clip(np.float64(node.goal) / np.float64(node.input), -LARGEST, LARGEST))
    edges = _all_edges()
    first, last = np.searchsorted(edges, min(start, target), "right"), np.searchsorted(edges, max(start, target), "left")
    way = edges[first:last] if start < target else edges[first:last][::-1]
    return np.append(way, target)


@cache
def _all_edges() -> NDArray[np.float64]:
    powers = np.ldexp(1.0, np.arange(-1022, 1024))
    positive = np.concatenate([powers, np.nextafter(np.nextafter(powers, 0.0), 0.0)])
    return np.sort(np.concatenate([-positive, positive]))


def _stay(node: OneWeight, weight: NDArray[np.float64]) -> NDArray[np.bool_]:
    """`OneWeight.stays` for many weights: NumPy's operations round like the node's."""
    with np.errstate(all="ignore"):
        return np.asarray(weight - node.alpha * ((weight * node.input - node.goal) * node.input) == weight)


def _first_that_stays(node: OneWeight, moves: float, stays: float) -> float:
    low, high = ordinal(moves), ordinal(stays)
    while abs(high - low) > 2:
        middle = (low + high) // 2
        middle += middle % 2  # an even one, still between them
        if node.stays(double(middle)):
            high = middle
        else:
            low = middle
    way = 1 if high > low else -1
    return next(w for w in map(double, range(low + way, high + way, way)) if node.stays(w))


def before(end: float, start: float, doubles: int) -> float:
    """The double that lies `doubles` doubles before `end` on the way from `start`, at most at `start`."""
    place, first = ordinal(end), ordinal(start)
    return start if abs(place - first) <= doubles else double(place + (doubles if first > place else -doubles))
