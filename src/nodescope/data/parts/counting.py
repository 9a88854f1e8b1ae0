"""How many rows of each piece are taken, and which are kept unseen: by the seed alone, or of classes the same share of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from nodescope.data.gap_ways import FILLING
from nodescope.data.holdout import Bits, hidden_bits
from nodescope.data.parts.layout import Layout
from nodescope.data.parts.looking import pieces_read
from nodescope.data.parts.pieces import Pieces
from nodescope.errors import InputError

Numbers = NDArray[np.int64]


class Counts:
    """How many rows of each piece are taken, and which of all those are kept unseen.

    Parameters
    ----------
    rows, complete : (pieces,) int64
    groups : (groups + 1,) int64
        The first piece of each group.
    hidden : (complete rows / 8,) uint8 or None
        A bit for each row that is taken.
    unseen : list of int, optional
        Rows of each piece that are kept unseen, where the bits are only found when the first row is read (`drawn`).
    """

    def __init__(self, rows: Numbers, complete: Numbers, groups: Numbers, hidden: Bits | None, unseen: Sequence[int] = ()) -> None:
        self.rows, self.complete, self.groups = rows, complete, groups
        self._hidden = hidden
        self.unseen = np.array(unseen, dtype=np.int64) if len(unseen) else self._unseen()

    def _unseen(self) -> Numbers:
        """Rows of each piece that are kept unseen."""
        ends = np.concatenate([[0], np.cumsum(self.complete)])
        return np.array([self.hidden_in(a, b).sum() for a, b in pairwise(ends.tolist())], dtype=np.int64)

    @property
    def to_draw(self) -> bool:
        """Whether it is still to be found which rows are kept unseen."""
        return self._hidden is None and bool(self.unseen.any())

    def draw(self, hidden: Bits | None) -> bool:
        """Which rows are kept unseen; False where they are not as many in each piece as they were."""
        self._hidden = hidden
        return np.array_equal(self._unseen(), self.unseen)

    def hidden_in(self, start: int, stop: int) -> NDArray[np.bool_]:
        """Which of the rows taken from one on to another are kept unseen."""
        if self._hidden is None:
            return np.zeros(stop - start, dtype=bool)
        first = start // 8
        bits = np.unpackbits(self._hidden[first : -(-stop // 8)])
        return bits[start - 8 * first : stop - 8 * first].astype(bool)


@dataclass(frozen=True, eq=False)
class Counted:
    """What a pass over the rows counts.

    Attributes
    ----------
    complete : (pieces,) int64
    codes : (complete rows,) uint16 or None
        Where goals are classes and rows of each are kept unseen: two bytes a row, until it is found which.
    filled : int
        Gaps of inputs that are filled.
    """

    complete: Numbers
    codes: NDArray[np.uint16] | None
    filled: int


def counted(pieces: Pieces, layout: Layout, by_classes: bool) -> Counted:
    """Rows that are taken; they are looked through only where some are left out, gaps are filled or classes are to be counted."""
    if layout.way == "refuse" and not by_classes:
        return Counted(np.array([piece.rows for piece in pieces.pieces], dtype=np.int64), None, 0)
    layout = layout if layout.way != "refuse" else layout.goals_alone
    at = layout.gaps_at if layout.way in FILLING else np.empty(0, dtype=np.intp)
    complete, codes, filled = [], [], 0
    for piece in pieces_read(pieces, "counting rows"):
        table = piece.read([*layout.names, *layout.goals])
        values = layout.values(table)
        rows = layout.complete(table, values)
        complete.append(int(rows.sum()))
        filled += int(np.isnan(values.input[rows][:, at]).sum()) if len(at) and not values.whole else 0
        if by_classes:
            codes.append(values.goal[rows, 0].astype(np.uint16))
    if not any(complete):
        raise InputError(f"{pieces.where}: every row has a missing value; leave columns out with inputs=[…]")
    return Counted(np.array(complete, dtype=np.int64), np.concatenate(codes) if by_classes else None, filled)


def counts_of(pieces: Pieces, found: Counted, fraction: float, seed: int) -> Counts:
    """The counts of the pieces and which rows are kept unseen."""
    rows = np.array([piece.rows for piece in pieces.pieces], dtype=np.int64)
    number_of = np.array([piece.group for piece in pieces.pieces])
    groups = np.concatenate([np.flatnonzero(np.diff(number_of, prepend=-1)), [len(rows)]])
    hidden = hidden_bits(int(found.complete.sum()), fraction, seed, found.codes)
    return Counts(rows, found.complete, groups, hidden)
