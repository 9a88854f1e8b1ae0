"""Means and medians of columns whose rows come in blocks: the same numbers, to the bit, whatever blocks they are.

A mean is a sum over stretches of `STRETCH` values, each added up by NumPy, which end at the same values however the rows come. A
median is found by counting: of the values' bits in ascending order, 16 a pass, until those that are left go into memory.

d columns; NaN is no value.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nodescope.data.columns import Floats

Blocks = Callable[[], Iterable[Floats]]
"""The rows (m, d) anew, from the first on."""
Keys = NDArray[np.uint64]
STRETCH = 1 << 16
DIGIT = 16
"""Bits that a pass tells apart."""
_SIGN = np.uint64(1 << 63)


@dataclass(frozen=True, eq=False)
class Extent:
    """How many values each column has, and the largest of their sizes, (d,) each."""

    counts: NDArray[np.int64]
    sizes: Floats


def extent_of(blocks: Blocks, d: int) -> Extent:
    """One pass over the rows."""
    counts, sizes = np.zeros(d, dtype=np.int64), np.zeros(d)
    for rows in blocks():
        there = ~np.isnan(rows)
        counts += there.sum(axis=0)
        np.maximum(sizes, np.abs(np.where(there, rows, 0.0)).max(axis=0, initial=0.0), out=sizes)
    return Extent(counts, sizes)


def means(blocks: Blocks, extent: Extent) -> Floats:
    """Of each column (d,), in one pass; values are divided by the largest of them, so that no sum overflows."""
    d = len(extent.counts)
    sizes = np.where(extent.sizes == 0, 1.0, extent.sizes)
    stretch, filled, totals = np.empty((d, STRETCH)), [0] * d, [0.0] * d
    for rows in blocks():
        for j in range(d):
            there = rows[:, j][~np.isnan(rows[:, j])] / sizes[j]
            start = 0
            while start < len(there):
                part = there[start : start + STRETCH - filled[j]]
                stretch[j, filled[j] : filled[j] + len(part)] = part
                filled[j], start = filled[j] + len(part), start + len(part)
                if filled[j] == STRETCH:
                    totals[j], filled[j] = totals[j] + float(stretch[j].sum()), 0
    sums = [total + float(stretch[j, : filled[j]].sum()) for j, total in enumerate(totals)]
    return np.asarray([total / max(1, count) for total, count in zip(sums, extent.counts.tolist(), strict=True)]) * sizes


def medians(blocks: Blocks, extent: Extent, room: float) -> Floats:
    """Of each column (d,), exactly; `room` values may be in memory, beside half a MB of counts for each column.

    A search looks for the value of a rank among those whose first `known` bits are its prefix.
    """
    counts = np.repeat(extent.counts, 2)
    columns, prefixes = np.repeat(np.arange(len(extent.counts)), 2), np.zeros(len(counts), dtype=np.uint64)
    ranks, left, known = np.stack([(extent.counts - 1) // 2, extent.counts // 2], axis=1).ravel(), counts.copy(), 0
    while known < 64 and _together(columns, prefixes, left) > room:
        histograms = _counted(blocks, columns, prefixes, known)
        for i in np.flatnonzero(counts).tolist():
            ends = np.cumsum(histograms[int(columns[i]), int(prefixes[i])])
            digit = int(np.searchsorted(ends, ranks[i], side="right"))
            before = int(ends[digit - 1]) if digit else 0
            ranks[i], left[i] = ranks[i] - before, int(ends[digit]) - before
            prefixes[i] = (int(prefixes[i]) << DIGIT) | digit
        known += DIGIT
    found = prefixes if known == 64 else _gathered(blocks, columns, prefixes, known, ranks, counts)
    low, high = _values(found).reshape(-1, 2).T
    with np.errstate(over="ignore"):
        middle = (low + high) / 2
    return np.where(low == high, low, np.where(np.isfinite(middle), middle, low / 2 + high / 2))


def _together(columns: NDArray[np.int64], prefixes: Keys, left: NDArray[np.int64]) -> int:
    """How many values all searches have left, of two that go the same way those of one."""
    return sum(dict(zip(zip(columns.tolist(), prefixes.tolist(), strict=True), left.tolist(), strict=True)).values())


def _counted(blocks: Blocks, columns: NDArray[np.int64], prefixes: Keys, known: int) -> dict[tuple[int, int], NDArray[np.int64]]:
    """How many values have each next digit, of those with a prefix."""
    searched = dict.fromkeys(zip(columns.tolist(), prefixes.tolist(), strict=True))
    counted = {each: np.zeros(1 << DIGIT, dtype=np.int64) for each in searched}
    for rows in blocks():
        for (column, prefix), histogram in counted.items():
            digits = _with_prefix(_keys(rows[:, column]), prefix, known) >> np.uint64(64 - known - DIGIT)
            histogram += np.bincount((digits & np.uint64((1 << DIGIT) - 1)).astype(np.int64), minlength=1 << DIGIT)
    return counted


def _gathered(
    blocks: Blocks, columns: NDArray[np.int64], prefixes: Keys, known: int, ranks: NDArray[np.int64], counts: NDArray[np.int64]
) -> Keys:
    """The key of each rank, of the values that are left."""
    searches = list(zip(columns.tolist(), prefixes.tolist(), strict=True))
    kept: dict[tuple[int, int], list[Keys]] = {each: [] for each in searches}
    for rows in blocks():
        for (column, prefix), keys in kept.items():
            keys.append(_with_prefix(_keys(rows[:, column]), prefix, known))
    found, whole = prefixes.copy(), {each: np.concatenate(keys) for each, keys in kept.items()}
    for i in np.flatnonzero(counts).tolist():
        found[i] = np.partition(whole[searches[i]], ranks[i])[ranks[i]]
    return found


def _with_prefix(keys: Keys, prefix: int, known: int) -> Keys:
    return keys if known == 0 else keys[keys >> np.uint64(64 - known) == np.uint64(prefix)]


def _keys(column: Floats) -> Keys:
    """The values that are there as whole numbers in the same order; -0.0 is 0.0."""
    bits = (column[~np.isnan(column)] + 0.0).view(np.uint64)
    return np.where(bits & _SIGN, ~bits, bits | _SIGN)


def _values(keys: Keys) -> Floats:
    return np.where(keys & _SIGN, keys & ~_SIGN, ~keys).view(np.float64)
