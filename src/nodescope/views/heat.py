"""What a sweep came to over two of its axes: the least error of each cell, and where the forecast puts alpha's limit.

Cells are at most so many as can be seen; several values of an axis may share one. Over axes that are not shown the least counts.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nodescope.diagnosis.before.foretelling import forecast
from nodescope.diagnosis.sweeps.grid import Axis
from nodescope.diagnosis.sweeps.outcomes import in_order
from nodescope.diagnosis.sweeps.sweep import Sweep
from nodescope.errors import NodescopeError

Floats = NDArray[np.float64]
WIDE, HIGH = 60, 20
DIVERGES = "diverges"
"""The word of runs whose error grew without end, though their numbers are finite still: they say nothing about the others."""


@dataclass(frozen=True, eq=False)
class Heat:
    """A map of cells.

    Attributes
    ----------
    across, down : Axis; down is None where one axis alone is swept
    error : (rows, columns) float64
        The least of the runs in a cell; infinite where all diverge, NaN where none is done.
    of : str
        What the error is.
    limits : (rows,) float64
        Where the forecast's limit of alpha lies, in columns from the left edge; NaN where there is none to show.
    best : (row, column)
    firsts : for each column, and for each row, the place on its axis of the first value in it
    """

    across: Axis
    down: Axis | None
    error: Floats
    of: str
    limits: Floats
    best: tuple[int, int] | None
    firsts: tuple[NDArray[np.intp], NDArray[np.intp]]

    @property
    def span(self) -> tuple[float, float]:
        """Least and largest error above 0 of runs that do not diverge; (1, 1) where there is none."""
        usual = self.error[np.isfinite(self.error) & (self.error > 0)]
        if not usual.size:
            return 1.0, 1.0
        return float(usual.min()), float(usual.max())

    def shade(self, levels: int) -> NDArray[np.int64]:
        """How dark each cell is, 0 (least error) … levels − 1, by the error's logarithm; −1: all diverged, −2: none is done."""
        low, high = self.span
        with np.errstate(all="ignore"):
            part = (np.log(np.maximum(self.error, low)) - math.log(low)) / ((math.log(high) - math.log(low)) or 1.0)
        shade = np.minimum(np.clip(np.nan_to_num(part), 0, 1) * levels, levels - 1).astype(np.int64)
        shade[np.isinf(self.error)] = -1
        shade[np.isnan(self.error)] = -2
        return shade


def heat(sweep: Sweep, wide: int = WIDE, high: int = HIGH) -> Heat:
    """The map of a sweep: alpha across where it is swept over, else the longest axis; the longest of the others down."""
    axes = sweep.grid.axes
    longest = sorted(range(len(axes)), key=lambda i: (axes[i].name == "alpha", len(axes[i])), reverse=True)
    first, second = longest[0], longest[1] if len(longest) > 1 else None
    error = np.full(sweep.grid.size, np.nan)
    error[: sweep.done] = _errors(sweep)
    shown = [first] if second is None else [second, first]
    others = tuple(i for i in range(len(axes)) if i not in shown)
    least = np.fmin.reduce(error.reshape(sweep.grid.shape), axis=others) if others else error.reshape(sweep.grid.shape)
    least = least.reshape(1, -1) if second is None else least if second < first else least.T
    columns, rows = _firsts(least.shape[1], wide), _firsts(least.shape[0], high)
    cells = np.fmin.reduceat(np.fmin.reduceat(least, columns, axis=1), rows, axis=0)
    down = None if second is None else axes[second]
    limits = np.array([_limit(sweep, first, second, int(at)) for at in _middles(rows, least.shape[0])])
    return Heat(
        axes[first], down, cells, sweep.error_is[1], _in_columns(limits, axes[first], columns),
        _best(sweep, first, second, columns, rows), (columns, rows),
    )  # fmt: skip


def _errors(sweep: Sweep) -> Floats:
    """What rows are compared by; infinite of those that diverge."""
    error = np.array(sweep.error, dtype=np.float64)
    diverges = np.array([word == DIVERGES for word in sweep.words or [""]])[sweep.rows["word"][: sweep.done]]
    error[np.isnan(error) | diverges] = np.inf
    return error


def _best(
    sweep: Sweep, first: int, second: int | None, columns: NDArray[np.intp], rows: NDArray[np.intp]
) -> tuple[int, int] | None:
    """The cell of the best run."""
    if not sweep.has_best:
        return None
    places = sweep.grid.places(sweep.best_row)
    column = int(np.searchsorted(columns, places[first], side="right")) - 1
    return (0 if second is None else int(np.searchsorted(rows, places[second], side="right")) - 1), column


def runs_of(sweep: Sweep, shown: Heat) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """For each cell the row whose error it shows, the best of equals (−1 where none is done), and how many rows it holds."""
    error = _errors(sweep)
    places = np.unravel_index(np.arange(sweep.done), sweep.grid.shape)
    names = [axis.name for axis in sweep.grid.axes]
    high, wide = shown.error.shape
    cell = np.searchsorted(shown.firsts[0], places[names.index(shown.across.name)], side="right") - 1
    if shown.down is not None:
        down = np.searchsorted(shown.firsts[1], places[names.index(shown.down.name)], side="right") - 1
        cell = cell + wide * down
    order = in_order(sweep.rows[: sweep.done], error)
    least = order[error[order] == shown.error.ravel()[cell[order]]]
    found = np.full(high * wide, -1, dtype=np.int64)
    found[cell[least[::-1]]] = least[::-1]
    return found.reshape(high, wide), np.bincount(cell, minlength=high * wide).reshape(high, wide)


def _firsts(count: int, most: int) -> NDArray[np.intp]:
    cells = min(count, most)
    return np.arange(cells) * count // cells


def _middles(firsts: NDArray[np.intp], count: int) -> NDArray[np.intp]:
    return np.asarray((firsts + np.append(firsts[1:], count) - 1) // 2)


def _limit(sweep: Sweep, first: int, second: int | None, place: int) -> float:
    """The largest stable alpha by theory at a place of the axis down; NaN where alpha is not across, or nothing is known."""
    axes = sweep.grid.axes
    if axes[first].name != "alpha" or not axes[first].numeric:
        return math.nan
    places = [0] * len(axes)
    if second is not None:
        places[second] = place
    try:
        foretold = forecast(**sweep.grid.keywords_at(places))
    except NodescopeError:  # a row that cannot be run has no limit either, nor one whose table is gone
        return math.nan
    limit = foretold.limit if foretold.limit is not None else foretold.local_limit
    return math.nan if limit is None else limit


def _in_columns(limits: Floats, across: Axis, columns: NDArray[np.intp]) -> Floats:
    """From alphas to columns, between the values that they lie between; NaN beyond the last value, or where alphas do not rise."""
    if not across.numeric or len(across) < 2 or not (np.diff(across.values) > 0).all():
        return np.full(len(limits), np.nan)
    edges = np.append(columns, len(across)).astype(np.float64)
    places = np.interp(limits, across.values, np.arange(len(across)) + 0.5, left=np.nan, right=np.nan)
    return np.asarray(np.interp(places, edges, np.arange(len(edges)), left=np.nan, right=np.nan))
