"""One weight and one example: the step as a loop that begins and ends in the weight (780 × 436, as in the page)."""

import math
from collections.abc import Callable, Iterator

import numpy as np

from nodescope.run.trace import Step
from nodescope.views.picture.marks import Mark, Words, arrow, box, circle, diamond, polyline
from nodescope.views.picture.texts import brief, distinct

WIDTH, HEIGHT = 780.0, 436.0
RULER_X, RULER_TOP, RULER_BOTTOM = 652.0, 44.0, 250.0
LONGEST_BAR = 60.0
LABEL = 14.0
WIDE_LETTER = 0.6
"""A bold letter is about so wide, of its size."""


class LoopNumbers:
    """The numbers of a step of one weight, with texts of which no two different ones share one."""

    def __init__(self, step: Step) -> None:
        numbers = step.as_dict() | step.of_layer(0).as_dict()

        def only(name: str) -> float:
            return float(np.ravel(numbers[name])[0])

        self.input, self.goal, self.alpha, self.mse = only("input"), only("goal"), only("alpha"), only("mse")
        self.weight, self.new_weight = only("weight"), only("new_weight")
        self.prediction, self.delta = only("prediction"), only("delta")
        self.weighted_delta, self.alpha_delta = only("weighted_delta"), only("alpha_delta")
        names = (
            "input", "weight", "prediction", "goal", "delta", "weighted_delta", "alpha", "alpha_delta", "new_weight", "mse",
        )  # fmt: skip
        self.text = dict(zip(names, distinct([getattr(self, name) for name in names]), strict=True))


def loop(n: LoopNumbers) -> Iterator[Mark]:
    """The marks of the loop."""
    t = n.text
    yield Words("forward: make a prediction", 4, 22, "go", LABEL)
    yield from arrow([(106, 130), (176, 130)], "go line")
    yield from arrow([(302, 130), (376, 130)], "go line")
    yield circle(62, 130, 44, "go box")
    yield Words("input", 62, 74, "soft", LABEL, "middle")
    yield from big(62, 140, 72, t["input"], n.input)
    yield box(178, 86, 124, 88, "w box", 16)
    yield Words("× weight", 240, 74, "soft", LABEL, "middle")
    yield from big(240, 141, 112, t["weight"], n.weight, "w")
    yield circle(442, 130, 64, "go box")
    yield Words("prediction", 442, 54, "soft", LABEL, "middle")
    yield from big(442, 136, 112, t["prediction"], n.prediction)
    yield Words(f"{brief(t['input'], 'input')} × {brief(t['weight'], 'weight')}", 442, 166, "soft", LABEL, "middle")
    yield from _ruler(n)
    yield Words("back: correct the weight", 186, 286, "fix", LABEL)
    yield from arrow([(RULER_X, 262), (RULER_X, 300)], "fix line dashed")
    yield from arrow([(584, 340), (512, 340)], "fix line dashed")
    yield from arrow([(388, 340), (322, 340)], "fix line dashed")
    bars = _lengths([n.delta, n.weighted_delta, n.alpha_delta], abs(_place(n)(n.prediction) - _place(n)(n.goal)))
    sums = (
        f"{brief(t['prediction'], 'prediction')} − {brief(t['goal'], 'goal')}",
        f"{brief(t['delta'], 'delta')} × input {brief(t['input'], '')}",
        f"{brief(t['weighted_delta'], 'weighted')} × alpha {brief(t['alpha'], '')}",
    )
    places = ((650, 132, "delta"), (450, 124, "weighted_delta"), (252, 136, "alpha_delta"))
    for (x, width, name), told, bar in zip(places, sums, bars, strict=True):
        yield from _pill(x, width, name.replace("_", " "), t[name], getattr(n, name), told, bar)
    yield from arrow([(184, 340), (120, 340), (80, 306), (80, 268)], "fix line dashed")
    yield box(14, 196, 132, 68, "w box", 16)
    yield from big(80, 239, 118, t["new_weight"], n.new_weight, "w")
    yield from arrow([(146, 228), (240, 228), (240, 178)], "w line")
    yield Words("new weight", 156, 218, "soft", LABEL)
    yield Words(f"{brief(t['weight'], 'weight')} − ({brief(t['alpha_delta'], 'alpha delta')})", 156, 250, "soft", LABEL)


def big(x: float, y: float, room: float, text: str, value: float, style: str = "ink", most: float = 36) -> Iterator[Mark]:
    """A number as large as its place allows."""
    size = min(most, max(12.0, room / max(3, len(text)) * 1.58))
    yield Words(text, x, y, style, size, "middle", strong=True, value=value)


def _place(n: LoopNumbers) -> Callable[[float], float]:
    """From a number to its height beside the ruler."""
    finite = [v for v in (0.0, n.goal, n.prediction) if math.isfinite(v)]
    low, high = min(finite), max(finite)
    top, bottom, span = RULER_TOP + 22, RULER_BOTTOM - 12, (high - low) or 1.0

    def place(value: float) -> float:
        if math.isfinite(value) and math.isfinite(span):
            return bottom - (value - low) / span * (bottom - top)
        return RULER_TOP if value > 0 else RULER_BOTTOM

    return place


def _ruler(n: LoopNumbers) -> Iterator[Mark]:
    """Goal and prediction beside one scale, and the square of their gap."""
    place = _place(n)
    goal, prediction, zero = place(n.goal), place(n.prediction), place(0.0)
    gap = abs(prediction - goal)
    side = min(64.0, max(3.0, gap))
    yield polyline([(RULER_X, RULER_TOP - 6), (RULER_X, RULER_BOTTOM + 6)], "rule line")
    yield polyline([(RULER_X - 6, zero), (RULER_X + 6, zero)], "rule line")
    yield Words("0", RULER_X - 12, zero + (18 if n.prediction >= 0 else -8), "soft", LABEL, "end")
    yield box(RULER_X - side - 3, min(goal, prediction), side, side, "fix box")
    yield polyline([(508, 130), (560, 130), (560, prediction), (RULER_X + 6, prediction)], "go line")
    yield diamond(RULER_X, goal, 11, "goal fill")
    yield polyline([(RULER_X, prediction), (RULER_X, goal)], "fix thick")
    if side >= 52:
        yield from _in_square(n, RULER_X - side / 2 - 3, min(goal, prediction) + side / 2, side - 8)
    apart = max(0.0, 20 - gap) / 2 * (1 if goal > prediction else -1)
    yield Words(f"goal {n.text['goal']}", RULER_X + 20, goal + 5 + apart, "goal", 15, strong=True)
    yield Words(n.text["prediction"], RULER_X + 20, prediction + 5 - apart, "go", 15, strong=True)


def _in_square(n: LoopNumbers, x: float, y: float, room: float) -> Iterator[Mark]:
    """The mse within its square: a power of ten in a line of its own, letters no larger than there is room for."""
    lines = n.text["mse"].replace(" × ", "\n× ").split("\n")
    size = min(15.0, room / (WIDE_LETTER * max(map(len, lines))))
    for i, line in enumerate(lines):
        up = (i - (len(lines) - 1) / 2) * 1.2 * size
        yield Words(line, x, y + size / 3 + up, "ink", size, "middle", True, None if i else n.mse)


def _lengths(values: list[float], gap: float) -> list[float]:
    """One scale for the bars under delta, weighted delta and alpha delta: that alpha is a brake is seen."""
    sizes = [abs(v) if math.isfinite(v) else 0.0 for v in values]
    longest, most = min(LONGEST_BAR * 1.4, max(gap, LONGEST_BAR)), max(sizes)
    return [max(2.0, size / most * longest) if most else 2.0 for size in sizes]


def _pill(x: float, width: float, name: str, text: str, value: float, told: str, bar: float) -> Iterator[Mark]:
    yield box(x - width / 2, 302, width, 76, "fix box", 38)
    yield from big(x, 344, width - 18, text, value, most=29)
    yield polyline([(x - bar / 2, 362), (x + bar / 2, 362)], "fix thick")
    yield Words(name, x, 402, "soft", LABEL, "middle")
    yield Words(told, x, 424, "soft", LABEL, "middle")
