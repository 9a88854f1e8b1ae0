"""Values that are not there: refused, their rows left out, or filled with what the seen rows say.

n rows, d inputs.
"""

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nodescope.arithmetic.checks import as_floats, choice, refuse_not_finite, shown
from nodescope.data.columns import Floats
from nodescope.data.gap_ways import FILLING, WAYS
from nodescope.data.names import listed_names, numbered
from nodescope.data.table import Table
from nodescope.errors import InputError
from nodescope.later import Later

if TYPE_CHECKING:
    from nodescope.data import middles
else:
    middles = Later("nodescope.data.middles")

Rows = NDArray[np.int64]


def way_of(missing: Any) -> tuple[str, Mapping[str, Any] | None]:
    """The value of `missing`, checked: a word, and the numbers of an earlier run, {"by": "mean", "values": {input: number}}."""
    if not isinstance(missing, Mapping):
        return choice("missing", missing, *WAYS), None
    values = missing.get("values")
    if set(missing) != {"by", "values"} or not isinstance(values, Mapping):
        raise InputError(f'missing is {shown(missing)}; as a mapping it has "by", a word, and "values", a number for each input')
    return choice("missing: by", missing["by"], *FILLING), values


def complete_rows(table: Table, names: Sequence[str], values: Floats, way: str) -> tuple[Rows, tuple[int, ...]]:
    """Rows to take, and those left out (from 1); `names` are the columns that the values are from."""
    if way == "refuse":
        refuse_missing(table, names, values, 'fill them in, or give missing="drop" to leave these rows out ("mean" fills inputs)')
        return np.arange(len(values)), ()
    gaps = np.isnan(values).any(axis=1)
    rows = np.flatnonzero(~gaps)
    if not len(rows):
        seen = f"every row has a missing value in {_gaps(names, values)}"
        raise InputError(f"{table.where}: {seen}; leave columns out with inputs=[…]")
    return rows, tuple((np.flatnonzero(gaps) + 1).tolist())


def refuse_missing(table: Table, names: Sequence[str], values: Floats, remedy: str) -> None:
    """Raise InputError where a value is not there."""
    gaps = np.isnan(values).any(axis=1)
    if gaps.any():
        rows = (np.flatnonzero(gaps) + 1).tolist()
        count = f"{len(rows)} of {len(values)} rows have" if len(rows) > 1 else f"1 of {len(values)} rows has"
        which = f"row{'s' if len(rows) > 1 else ''} {numbered(rows)}"
        raise InputError(f"{table.where}: {count} a missing value ({which}; {_gaps(names, values)}); {remedy}")


def _gaps(names: Sequence[str], values: Floats) -> str:
    found = list(dict.fromkeys(names[j] for j in np.flatnonzero(np.isnan(values).any(axis=0)).tolist()))
    return f"column{'s' if len(found) > 1 else ''} {listed_names(found)}"


def fills_of(
    names: Sequence[str], is_number: Sequence[bool], seen: "middles.Blocks", way: str, where: str, room: float = math.inf
) -> tuple[float, ...]:
    """What stands for a gap in each input (d,), by the seen rows (n, d), of which `room` numbers may be in memory.

    Of a category it is none of its values.
    """
    if way == "zero" or not any(is_number):
        return (0.0,) * len(names)
    numbers = np.flatnonzero(is_number)
    blocks = seen if len(numbers) == len(names) else lambda: (rows[:, numbers] for rows in seen())
    extent = middles.extent_of(blocks, len(numbers))
    for j, count in zip(numbers.tolist(), extent.counts.tolist(), strict=True):
        if not count:
            raise InputError(f"{where}: column {shown(names[j])} has no values in the seen rows; leave it out of inputs")
    fills = np.zeros(len(names))
    fills[numbers] = middles.medians(blocks, extent, room) if way == "median" else middles.means(blocks, extent)
    return tuple(fills.tolist())


def fills_given(names: Sequence[str], given: Mapping[str, Any]) -> tuple[float, ...]:
    """The numbers of an earlier run, one for each input."""
    if set(given) != set(names):
        odd = next(iter(set(given) ^ set(names)))
        raise InputError(f"missing: values and inputs differ in {shown(odd)}; a number for each input is needed")
    numbers = as_floats("missing: values", [given[name] for name in names])
    refuse_not_finite("missing: values", numbers)
    return tuple(numbers.tolist())


def fill(values: Floats, fills: Sequence[float]) -> None:
    """Write the fills (d,) where values (n, d) have gaps."""
    for j, number in enumerate(fills):
        gaps = np.isnan(values[:, j])
        values[gaps, j] = number
