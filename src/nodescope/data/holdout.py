"""Which rows are kept unseen: drawn by the seed alone, of classes the same share of each."""

import numpy as np
from numpy.typing import NDArray

from nodescope.arithmetic.order import HOLDOUT_EPOCH, positions
from nodescope.errors import InputError

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]


def hold_out(rows: Rows, fraction: float, seed: int, codes: Floats | None = None) -> tuple[Rows, Rows]:
    """Rows seen and unseen; with the classes of the rows the same share of each class."""
    n = len(rows)
    if fraction == 0:
        return rows, rows[:0]
    count = max(1, round(fraction * n))
    if count >= n:
        seen = f"holdout={fraction!r} of {n} row{'s' if n > 1 else ''} leaves no row to learn from"
        raise InputError(f"{seen}; make it smaller, or give more rows")
    hidden = np.zeros(n, dtype=bool)
    if codes is None:
        hidden[positions(n, seed, HOLDOUT_EPOCH, 0, count)] = True
    else:
        drawn = positions(n, seed, HOLDOUT_EPOCH, 0, n)
        hidden[_share_of_each(drawn, codes[drawn], count)] = True
    return rows[~hidden], rows[hidden]


def _share_of_each(drawn: Rows, codes: Floats, count: int) -> Rows:
    """The first drawn of each class, `count` in all: its share rounded down, then one more where most was rounded away."""
    kinds, sizes = np.unique(codes, return_counts=True)
    exact = sizes * (count / len(drawn))
    shares = np.floor(exact).astype(int)
    more = np.argsort(shares - exact, kind="stable")[: count - int(shares.sum())]
    shares[more] += 1
    shares = np.minimum(shares, np.maximum(sizes - 1, 0))  # one of each class is always learned from
    return np.concatenate([drawn[codes == kind][:share] for kind, share in zip(kinds, shares, strict=True)])
