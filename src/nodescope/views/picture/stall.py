"""The last bits: weight and goal among the neighbouring doubles, and how far the update would go (780 × 150)."""

import math
from collections.abc import Iterator

from nodescope.views.numbers import exact
from nodescope.views.picture.loop import LoopNumbers
from nodescope.views.picture.marks import Mark, Words, circle, diamond, polyline

NEAR = 12
"""Up to so many doubles between weight and goal are drawn each."""
FAR = 4096
"""With more doubles between them it is no matter of last bits."""
_LEFT, _WIDE = 40.0, 700.0


def doubles_between(weight: float, best: float, most: int = FAR) -> int | None:
    """How many doubles from one to the other, None where more than `most`."""
    if not (math.isfinite(weight) and math.isfinite(best)) or abs(best - weight) > 2 * most * math.ulp(max(abs(weight), abs(best))):
        return None
    count = 0
    while weight != best and count <= most:
        weight = math.nextafter(weight, best)
        count += 1
    return count if count <= most else None


def is_near(n: LoopNumbers) -> bool:
    """Whether only neighbouring doubles tell the weight from the one that reaches the goal."""
    return bool(n.input and doubles_between(n.weight, n.goal / n.input))


def stall(n: LoopNumbers) -> Iterator[Mark]:
    """The marks; only where `is_near`."""
    best = n.goal / n.input
    size = doubles_between(n.weight, best) or 0
    shown = min(size, NEAR)
    gap = abs(math.nextafter(n.weight, best) - n.weight)
    part = abs(n.alpha_delta) / gap
    unit = _WIDE / (shown + 3)

    def x(k: float) -> float:
        return _LEFT + (k + 1) * unit

    yield polyline([(_LEFT, 70), (_LEFT + _WIDE, 70)], "rule line")
    for k in range(-1, shown + 2):
        yield polyline([(x(k), 62), (x(k), 78)], "soft thin")
    yield polyline([(x(0.5), 56), (x(0.5), 84)], "fix thin dashed")
    yield Words("half-way", x(0.5), 104, "soft", 14, "middle")
    yield polyline([(x(0), 70), (x(0) + max(2.0, min(part, shown + 1) * unit), 70)], "fix thick")
    yield circle(x(0), 70, 9, "w fill")
    yield Words(f"weight {exact(n.weight)}", x(0), 40, "w", 15, "start" if x(0) < 150 else "middle", True, n.weight)
    if size <= NEAR:
        yield diamond(x(size), 70, 12, "goal fill")
        yield Words(f"goal’s weight {exact(best)}", min(x(size), _LEFT + _WIDE - 60), 128, "goal", 15, "end", True, best)
    else:
        yield Words(f"goal’s weight {exact(best)} lies {size} doubles on", _LEFT + _WIDE, 128, "goal", 15, "end", True, best)


def stall_words(n: LoopNumbers) -> str:
    """What becomes of the update."""
    best = n.goal / n.input
    size, gap, update = doubles_between(n.weight, best) or 0, abs(math.nextafter(n.weight, best) - n.weight), abs(n.alpha_delta)
    how = "exactly half" if update == gap / 2 else "less than half" if update < gap / 2 else "more than half"
    if n.new_weight != n.weight:
        end = ": the weight moves."
    elif update == gap / 2:
        end = ", and the tie goes to the even number: the weight it already has."
    else:
        end = ": it rounds to nothing."
    return f"{size} {'double' if size == 1 else 'doubles'} short. The update {exact(update)} is {how} the gap of {exact(gap)}{end}"
