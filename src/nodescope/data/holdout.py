"""Which rows are kept unseen: drawn by the seed alone, of classes the same share of each."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from nodescope.arithmetic.order import HOLDOUT_EPOCH, positions
from nodescope.errors import InputError

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]
Bits = NDArray[np.uint8]
AT_ONCE = 1 << 20
"""So many rows are drawn at a time."""


def hold_out(rows: Rows, fraction: float, seed: int, codes: Floats | None = None) -> tuple[Rows, Rows]:
    """Rows seen and unseen; with the classes of the rows the same share of each class."""
    bits = hidden_bits(len(rows), fraction, seed, None if codes is None else codes.astype(np.int64))
    if bits is None:
        return rows, rows[:0]
    hidden = np.unpackbits(bits)[: len(rows)].astype(bool)
    return rows[~hidden], rows[hidden]


def hidden_bits(n: int, fraction: float, seed: int, codes: NDArray[np.integer] | None = None) -> Bits | None:
    """A bit for each of n rows, set for those that are kept unseen; None where none are. `codes` are the classes of the rows."""
    if fraction == 0:
        return None
    count = max(1, round(fraction * n))
    if count >= n:
        seen = f"holdout={fraction!r} of {n} row{'s' if n > 1 else ''} leaves no row to learn from"
        raise InputError(f"{seen}; make it smaller, or give more rows")
    bits = np.zeros(-(-n // 8), dtype=np.uint8)
    if codes is None:
        for drawn in _drawn(n, seed, count):
            _set(bits, drawn)
        return bits
    left = _shares(codes, count)
    for drawn in _drawn(n, seed, n):
        of = codes[drawn]
        for kind in np.flatnonzero(left).tolist():
            first = drawn[of == kind][: left[kind]]
            _set(bits, first)
            left[kind] -= len(first)
        if not left.any():
            break
    return bits


def _drawn(n: int, seed: int, count: int) -> Iterator[Rows]:
    """The first `count` of n rows in their drawn order, some at a time."""
    for start in range(0, count, AT_ONCE):
        yield positions(n, seed, HOLDOUT_EPOCH, start, min(AT_ONCE, count - start))


def _set(bits: Bits, rows: Rows) -> None:
    np.bitwise_or.at(bits, rows >> 3, np.uint8(128) >> (rows & 7).astype(np.uint8))


def _shares(codes: NDArray[np.integer], count: int) -> Rows:
    """How many of each class, `count` in all: its share rounded down, then one more where most was rounded away."""
    all_sizes = np.bincount(codes)
    kinds = np.flatnonzero(all_sizes)
    sizes = all_sizes[kinds]
    exact = sizes * (count / len(codes))
    shares = np.floor(exact).astype(np.int64)
    more = np.argsort(shares - exact, kind="stable")[: count - int(shares.sum())]
    shares[more] += 1
    told = np.zeros(len(all_sizes), dtype=np.int64)
    told[kinds] = np.minimum(shares, np.maximum(sizes - 1, 0))  # one of each class is always learned from
    return told
