"""Small pictures of the start page, as SVG: the way of a weight, shares of inputs, what a network computes, dots, an error's curve.

They are coloured by classes of start.css, since the page's policy allows no style inside an element.
"""

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from nodescope.views.picture.texts import text_of

WIDE, HIGH, EDGE = 200, 76, 8
_LOG_FROM = 1000.0


def _svg(body: str, wide: int = WIDE, high: int = HIGH, told: str = "") -> str:
    """A picture; `told` is what it says by ear, where nothing beside it does."""
    by_ear = f'role="img" aria-label="{told}"' if told else 'aria-hidden="true"'
    return f'<svg viewBox="0 0 {wide} {high}" width="{wide}" height="{high}" {by_ear}>{body}</svg>'


def scaled(values: NDArray[np.float64], low: float, high: float, to: tuple[float, float]) -> NDArray[np.float64]:
    """Values from `low` to `high` at places between two ends."""
    part = (values - low) / ((high - low) or 1.0)
    places: NDArray[np.float64] = to[0] + part * (to[1] - to[0])
    return places


def line(x: NDArray[np.float64], y: NDArray[np.float64], kind: str) -> str:
    """A line through places, of a class."""
    points = "L".join(f"{a:.1f} {b:.1f}" for a, b in zip(x, y, strict=True))
    return f'<path class="{kind}" d="M{points}"/>'


def way(weights: Sequence[float], goal: float) -> str:
    """A weight over its first steps, a dot for each, beside its goal."""
    values = np.asarray(weights)
    low, high = min(values.min(), goal), max(values.max(), goal)
    x = np.linspace(EDGE, WIDE - EDGE, len(values))
    y = scaled(values, low, high, (HIGH - EDGE, EDGE))
    level = float(scaled(np.array([goal]), low, high, (HIGH - EDGE, EDGE))[0])
    dots = "".join(f'<circle class="p-w" cx="{a:.1f}" cy="{b:.1f}" r="2.6"/>' for a, b in zip(x, y, strict=True))
    return _svg(f'<path class="p-goal" d="M{EDGE} {level:.1f}H{WIDE - EDGE}"/>' + line(x, y, "p-way") + dots)


def shares(contributions: Sequence[float], goal: float) -> str:
    """What each input brings, one after another, and how far their sum is from the goal."""
    ends = np.concatenate([[0.0], np.cumsum(contributions)])
    x = scaled(np.append(ends, goal), min(ends.min(), goal), max(ends.max(), goal), (24, WIDE - 24))
    room = (HIGH - 2 * EDGE) / (len(contributions) + 1)
    bars = "".join(
        f'<rect class="p-bar" x="{min(a, b):.1f}" y="{EDGE + i * room + 1:.1f}" width="{max(abs(b - a), 0.5):.1f}" '
        f'height="{room - 5:.1f}"/>'
        for i, (a, b) in enumerate(pairwise(x[:-1]))
    )
    foot = HIGH - EDGE - 2
    return _svg(
        f'{bars}<path class="p-goal" d="M{x[-1]:.1f} {EDGE - 4}V{foot}"/><path class="p-miss" d="M{x[-1]:.1f} {foot}H{x[-2]:.1f}"/>'
    )


def surface(values: NDArray[np.float64], marks: Sequence[tuple[float, float, bool]]) -> str:
    """What is computed over two inputs, (rows, columns) from 0 to 1 with the first row at the top, and examples on it."""
    rows, columns = values.shape
    side, shade = HIGH - 4, np.clip(values, 0.0, 1.0)
    left = (WIDE - side) / 2
    cells = "".join(
        f'<rect class="p-cell" x="{left + c * side / columns:.2f}" y="{2 + r * side / rows:.2f}" '
        f'width="{side / columns + 0.4:.2f}" height="{side / rows + 0.4:.2f}" fill-opacity="{shade[r, c]:.2f}"/>'
        for r in range(rows)
        for c in range(columns)
    )
    dots = "".join(
        f'<path class="{"p-high" if high else "p-low"}" d="M{left + x * side:.1f} {2 + (1 - y) * side - 6:.1f}l6 6l-6 6l-6 -6z"/>'
        for x, y, high in marks
    )
    return _svg(cells + dots)


def cloud(goals: NDArray[np.float64], predictions: NDArray[np.float64]) -> str:
    """Prediction against goal; on the line it is right."""
    low, high = float(min(goals.min(), predictions.min())), float(max(goals.max(), predictions.max()))
    x, y = scaled(goals, low, high, (30, WIDE - 30)), scaled(predictions, low, high, (HIGH - EDGE, EDGE))
    dots = "".join(f'<circle class="p-dot" cx="{a:.1f}" cy="{b:.1f}" r="2.4"/>' for a, b in zip(x, y, strict=True))
    return _svg(f'<path class="p-goal" d="M30 {HIGH - EDGE}L{WIDE - 30} {EDGE}"/>{dots}')


def sparkline(errors: Sequence[float]) -> str:
    """An error over the steps; by powers of ten where it spans many."""
    above = [value for value in errors if value > 0]
    if len(above) < 2:
        return ""
    logarithmic = max(above) / min(above) > _LOG_FROM
    values = np.array([math.log10(value) for value in above] if logarithmic else list(errors))
    x = np.linspace(2, 88, len(values))
    y = scaled(values, values.min(), values.max(), (24, 3)) if values.max() > values.min() else np.full(len(values), 24.0)
    first, last, most = errors[0], errors[-1], max(errors)
    between = f", {text_of(most)} on the way" if most > max(first, last) else ""
    return _svg(line(x, y, "p-error"), 90, 27, f"from {text_of(first)} to {text_of(last)}{between}")
