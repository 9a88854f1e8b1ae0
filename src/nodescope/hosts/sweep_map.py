"""The map of a sweep as SVG for a page: every cell a link or a place to rest on, with its sentence; coloured by sweep.css.

What a cell says stands in the cell and is shown below the map while somebody points at it or has come to it by key: no script is
needed for it. `map.js`, where it runs, makes the cells one stop of the Tab key, between which the arrow keys walk.
"""

import math
from collections.abc import Callable, Iterator
from html import escape

import numpy as np

from nodescope.diagnosis.sweeps.grid import Axis
from nodescope.diagnosis.sweeps.sweep import Sweep
from nodescope.views.heat import Heat, heat, runs_of
from nodescope.views.heat_words import outcome_of
from nodescope.views.numbers import plain_text, short

COLUMNS, ROWS, LEVELS = 40, 20, 9
WIDE, LEFT, TOP, EDGE, ROW = 960, 120, 30, 16, 20
LEAST_HIGH = 60
MOST_LETTERS = 14
"""Of a value beside the map."""
Link = Callable[[int], str | None]
"""From a row to the address of its run; None where it has none."""


def map_of(sweep: Sweep, link: Link) -> str:
    """The map, its axes, what its signs mean, and the sentence of the cell that is looked at."""
    shown = heat(sweep, COLUMNS, ROWS)
    high = max(LEAST_HIGH, ROW * shown.error.shape[0])
    drawn = _Drawn(sweep, shown, high)
    name = f"{_capital(shown.of)} over {shown.across.name}" + (f" and {shown.down.name}" if shown.down else "")
    best = drawn.place_of_best()
    body = "".join([*drawn.cells(link), *drawn.limit(), *drawn.best(), *drawn.ticks(), *drawn.legend()])
    return (
        f'<div class="runs" tabindex="0"><svg class="heat" viewBox="0 0 {WIDE} {TOP + high + 150}" role="group" '
        f'data-best="{best}" aria-label="{escape(name)}">{body}</svg></div>'
    )


class _Drawn:
    """A map that is so high, being written."""

    def __init__(self, sweep: Sweep, shown: Heat, high: int) -> None:
        self.sweep, self.shown, self.high = sweep, shown, high
        self.rows, self.columns = shown.error.shape
        self.upwards = shown.down is not None and shown.down.numeric

    def at(self, column: float, row: float) -> tuple[float, float]:
        """A place counted in cells; numbers rise upwards."""
        down = self.high * row / self.rows
        return LEFT + (WIDE - EDGE - LEFT) * column / self.columns, TOP + (self.high - down if self.upwards else down)

    def cells(self, link: Link) -> Iterator[str]:
        """From the top left, line by line, as they are read."""
        shade, (first, counts) = self.shown.shade(LEVELS), runs_of(self.sweep, self.shown)
        order = range(self.rows - 1, -1, -1) if self.upwards else range(self.rows)
        for line, row in enumerate(order):
            for column in range(self.columns):
                if first[row, column] >= 0:
                    where = f"{line} {column}", self.at(column, row), self.at(column + 1, row + 1)
                    yield self._cell(int(first[row, column]), int(counts[row, column]), int(shade[row, column]), where, link)

    def _cell(
        self, run: int, count: int, level: int, where: tuple[str, tuple[float, float], tuple[float, float]], link: Link
    ) -> str:
        place, (x0, y0), (x1, y1) = where
        top, low = min(y0, y1), max(y0, y1)
        what, became = self.sweep.grid.text(run), outcome_of(self.sweep, run)
        if count > 1:
            became += f"; the best of {count:,} runs here"
        area = f'<rect class="{f"h{level}" if level >= 0 else "gone"}" x="{x0:.1f}" y="{top:.1f}" width="{x1 - x0:.1f}" '
        area += f'height="{low - top:.1f}"/>'
        if level < 0:
            area += f'<path class="gone" d="M{x0:.1f} {low:.1f}L{x1:.1f} {top:.1f}"/>'
        foot = TOP + self.high + 62
        told = escape(plain_text(f"{what}: {became}"))
        tip = f'<g class="tip" aria-hidden="true">{_words(LEFT, foot, f"{what}:", "strong")}{_words(LEFT, foot + 22, became)}</g>'
        to = link(run)
        if to is None:
            return f'<g class="cell" data-at="{place}" tabindex="0" role="img" aria-label="{told}">{area}{tip}</g>'
        return f'<a class="cell" data-at="{place}" href="{escape(to)}" aria-label="{told}">{area}{tip}</a>'

    def limit(self) -> Iterator[str]:
        """From row to row, broken where there is none."""
        rows = [row for row, limit in enumerate(self.shown.limits) if not math.isnan(limit)]
        for row in rows:
            limit = float(self.shown.limits[row])
            ends = [self.at(limit, row), self.at(limit, row + 1)]
            if row + 1 in rows:
                ends.append(self.at(float(self.shown.limits[row + 1]), row + 1))
            yield f'<path class="limit" d="M{"L".join(f"{x:.1f} {y:.1f}" for x, y in ends)}"/>'
        if rows:
            top = (max(rows), 1) if self.upwards else (min(rows), 0)
            x, y = self.at(float(self.shown.limits[top[0]]), sum(top))
            yield _words(x, y - 9, "alpha’s limit, as forecast", "limit" + (" e" if x > WIDE / 2 else ""))

    def place_of_best(self) -> str:
        """Line and column of the best cell, as cells have them."""
        if self.shown.best is None:
            return ""
        row, column = self.shown.best
        return f"{self.rows - 1 - row if self.upwards else row} {column}"

    def best(self) -> Iterator[str]:
        if self.shown.best is not None:
            row, column = self.shown.best
            x, y = self.at(column + 0.5, row + 0.5)
            yield f'<circle class="best" cx="{x:.1f}" cy="{y:.1f}" r="7"/>'

    def ticks(self) -> Iterator[str]:
        """Values of some cells' first runs beside them."""
        across, down = self.shown.across, self.shown.down
        y = TOP + self.high + 18
        for column in _some(self.columns, 6):
            yield _words(self.at(column + 0.5, 0)[0], y, _value(across, int(self.shown.firsts[0][column])), "m")
        yield _words((LEFT + WIDE - EDGE) / 2, y + 20, plain_text(across.name), "m strong")
        if down is not None:
            yield _words(LEFT - 10, TOP - 10, plain_text(down.name)[:MOST_LETTERS], "e strong")
            for row in _some(self.rows, 6):
                value = _value(down, int(self.shown.firsts[1][row]))
                yield _words(LEFT - 10, self.at(0, row + 0.5)[1] + 5, value, "e")

    def legend(self) -> Iterator[str]:
        low, high = self.shown.span
        y = TOP + self.high + 104
        for level in range(LEVELS):
            yield f'<rect class="h{level}" x="{LEFT + 24 * level}" y="{y}" width="24" height="16"/>'
        end = LEFT + 24 * LEVELS
        yield _words(LEFT, y + 34, short(low))
        yield _words(end, y + 34, short(high), "e")
        yield f'<circle class="best" cx="{end + 40}" cy="{y + 8}" r="7"/>' + _words(end + 54, y + 13, "the best")
        yield (
            f'<rect class="gone" x="{end + 140}" y="{y}" width="24" height="16"/><path class="gone" d="M{end + 140} {y + 16}'
            f'L{end + 164} {y}"/>' + _words(end + 172, y + 13, "diverged")
        )


def _some(count: int, most: int) -> list[int]:
    """Places among so many, evenly spread, ends and all."""
    return sorted({int(place) for place in np.linspace(0, count - 1, min(count, most)).round()})


def _value(axis: Axis, place: int) -> str:
    text = plain_text(axis.text(place))
    return text if len(text) <= MOST_LETTERS else text[: MOST_LETTERS - 1] + "…"


def _words(x: float, y: float, text: str, kind: str = "") -> str:
    named = f' class="{kind}"' if kind else ""
    return f'<text{named} x="{x:.1f}" y="{y:.1f}">{escape(plain_text(text))}</text>'


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
