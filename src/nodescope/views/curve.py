"""The error over the steps, drawn in characters: braille dots, or ASCII where the terminal has no more."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nodescope.run.run import Run
from nodescope.views.numbers import short

POINTS = 400
"""So many steps are looked at; of longer runs evenly spaced ones."""
EPOCHS = 120
STEPS_OF_AN_EPOCH = 1000
"""At most so many of an epoch's first steps are read."""
LOG_FROM = 1000.0
"""The scale is logarithmic where the largest error is so many times the smallest."""
_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))


def error_curve(run: Run, width: int = 60, height: int = 8, unicode: bool = True) -> list[str]:
    """Lines that show the mse over the run; none where there are fewer than two points.

    Where an epoch has several steps, a point is the mean over an epoch's steps: evenly spaced single steps could
    meet the same few examples again and again.
    """
    last = run.steps if run.settled_after is None else min(run.steps, run.settled_after + 1)
    per_epoch = run.recipe.steps_per_epoch
    if per_epoch == 1 or last < 2 * per_epoch:
        window = run.trace[0 : last : max(1, last // POINTS)]
        return draw(window["step"].tolist(), window["mse"].tolist(), width, height, unicode)
    epochs = range(0, last // per_epoch, max(1, last // per_epoch // EPOCHS))
    means = [_mean(run.trace[e * per_epoch : e * per_epoch + min(per_epoch, STEPS_OF_AN_EPOCH)]["mse"]) for e in epochs]
    return draw(list(epochs), means, width, height, unicode, "epochs")


def _mean(mse: NDArray[np.float64]) -> float:
    with np.errstate(over="ignore", invalid="ignore"):
        return float(mse.mean())


def draw(steps: Sequence[int], values: Sequence[float], width: int, height: int, unicode: bool, of: str = "steps") -> list[str]:
    """Values over steps (or epochs); infinities and NaN leave a gap."""
    finite = [(t, v) for t, v in zip(steps, values, strict=True) if math.isfinite(v)]
    if len(finite) < 2:
        return []
    above = [v for _, v in finite if v > 0]
    logarithmic = bool(above) and max(above) / min(above) > LOG_FROM
    points = [(t, math.log10(v)) for t, v in finite if v > 0] if logarithmic else finite
    low, high = min(y for _, y in points), max(y for _, y in points)
    columns, rows = (2 * width, 4 * height) if unicode else (width, height)
    grid = np.zeros((rows, columns), dtype=bool)
    reach = (max(t for t, _ in points) - steps[0]) or 1
    for t, y in points:
        across = round((t - steps[0]) / reach * (columns - 1))
        down = round((high - y) / (high - low) * (rows - 1)) if high > low else rows - 1
        grid[down, across] = True
    labels = [short(10**high if logarithmic else high, 3), short(10**low if logarithmic else low, 3)]
    lines = [_braille(grid, r) for r in range(height)] if unicode else ["".join("*" if c else " " for c in row) for row in grid]
    margin = max(map(len, labels))
    bar = "│" if unicode else "|"
    texts = [labels[0], *[""] * (height - 2), labels[1]]
    body = [f"{text:>{margin}} {bar}{line}" for text, line in zip(texts, lines, strict=True)]
    corner, rule = ("└", "─") if unicode else ("+", "-")
    name = f"mse{' (log scale)' if logarithmic else ''} over {of} {steps[0]:,} to {steps[-1]:,}"
    if not unicode:
        body = [line.replace("≈", "~").replace("−", "-") for line in body]
    return [*body, f"{'':>{margin}} {corner}{rule * width}", f"{'':>{margin}}  {name}"]


def _braille(grid: NDArray[np.bool_], line: int) -> str:
    cells = grid[4 * line : 4 * line + 4].reshape(4, -1, 2)
    codes = [sum(_DOTS[y][x] for y in range(4) for x in range(2) if cells[y, c, x]) for c in range(cells.shape[1])]
    return "".join(chr(0x2800 + code) if code else " " for code in codes)
