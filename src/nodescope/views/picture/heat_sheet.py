"""A sweep's map as a picture: a cell a colour, what diverged crossed out, the forecast's limit of alpha as a line over it."""

import math
from collections.abc import Iterator

from nodescope.diagnosis.sweeps.sweep import Sweep
from nodescope.views.heat import Heat, heat
from nodescope.views.picture.marks import Mark, Picture, Words, box, circle, polyline
from nodescope.views.picture.texts import text_of

WIDTH, HEIGHT = 760.0, 470.0
_PLACE = (110.0, 70.0, 730.0, 370.0)
LEVELS = 9
COLUMNS, ROWS = 62, 40


def heat_sheet(sweep: Sweep) -> Picture:
    """The picture of a sweep."""
    shown = heat(sweep, COLUMNS, ROWS)
    axes = shown.across.name if shown.down is None else f"{shown.across.name} and {shown.down.name}"
    title = f"{shown.of[:1].upper()}{shown.of[1:]} over {axes}"
    marks = [
        Words(title, 24, 36, "ink", 20, strong=True),
        *_cells(shown),
        *_limit(shown),
        *_best(shown),
        *_axes(shown),
        *_legend(shown),
    ]
    return Picture(WIDTH, HEIGHT, tuple(marks), title, str(sweep))


def _to(shown: Heat, column: float, row: float) -> tuple[float, float]:
    """A place counted in cells; numbers rise upwards."""
    left, top, right, bottom = _PLACE
    rows, columns = shown.error.shape
    down = (bottom - top) * row / rows
    upwards = shown.down is not None and shown.down.numeric
    return left + (right - left) * column / columns, bottom - down if upwards else top + down


def _cells(shown: Heat) -> Iterator[Mark]:
    shade = shown.shade(LEVELS)
    for row, column in ((r, c) for r in range(shade.shape[0]) for c in range(shade.shape[1])):
        (x0, y0), (x1, y1) = _to(shown, column, row), _to(shown, column + 1, row + 1)
        level, top, height = int(shade[row, column]), min(y0, y1), abs(y1 - y0)
        if level == -2:
            continue
        yield box(x0, top, x1 - x0, height, f"heat-{level} fill" if level >= 0 else "card fill")
        if level == -1:
            yield polyline([(x0, top + height), (x1, top)], "fix thin")


def _limit(shown: Heat) -> Iterator[Mark]:
    """From row to row, broken where there is none."""
    rows = [r for r, limit in enumerate(shown.limits) if not math.isnan(limit)]
    for r in rows:
        points = [_to(shown, float(shown.limits[r]), r), _to(shown, float(shown.limits[r]), r + 1)]
        if r + 1 in rows:
            points.append(_to(shown, float(shown.limits[r + 1]), r + 1))
        yield polyline(points, "go line")
    if rows:
        upwards = shown.down is not None and shown.down.numeric
        top = (max(rows), 1) if upwards else (min(rows), 0)
        x, y = _to(shown, float(shown.limits[top[0]]), sum(top))
        yield Words("alpha's limit, as forecast", x, y - 8, "go", 14, "end" if x > WIDTH / 2 else "start", True)


def _best(shown: Heat) -> Iterator[Mark]:
    if shown.best is not None:
        row, column = shown.best
        x, y = _to(shown, column + 0.5, row + 0.5)
        yield circle(x, y, 6, "goal ring")


def _axes(shown: Heat) -> Iterator[Mark]:
    left, top, right, bottom = _PLACE
    yield polyline([(left, top), (right, top), (right, bottom), (left, bottom)], "rule thin", closed=True)
    across = shown.across
    yield Words(across.text(0), left, bottom + 22, "soft", 14)
    yield Words(across.text(len(across) - 1), right, bottom + 22, "soft", 14, "end")
    yield Words(across.name, (left + right) / 2, bottom + 22, "ink", 15, "middle", True)
    if shown.down is None:
        return
    first, last = shown.down.text(0), shown.down.text(len(shown.down) - 1)
    below, above = (first, last) if shown.down.numeric else (last, first)
    yield Words(below[:12], left - 8, bottom, "soft", 14, "end")
    yield Words(above[:12], left - 8, top + 12, "soft", 14, "end")
    yield Words(shown.down.name[:12], left - 8, (top + bottom) / 2, "ink", 15, "end", True)


def _legend(shown: Heat) -> Iterator[Mark]:
    low, high = shown.span
    x, y = _PLACE[0], 420.0
    for level in range(LEVELS):
        yield box(x + 24 * level, y, 24, 16, f"heat-{level} fill")
    end = x + 24 * LEVELS
    yield Words(text_of(low), x, y + 34, "soft", 14, value=low)
    yield Words(text_of(high), end, y + 34, "soft", 14, "end", value=high)
    yield circle(end + 40, y + 8, 6, "goal ring")
    yield Words("the best", end + 54, y + 13, "soft", 14)
    yield box(end + 134, y, 24, 16, "card fill")
    yield polyline([(end + 134, y + 16), (end + 158, y)], "fix thin")
    yield Words("diverged", end + 166, y + 13, "soft", 14)
