"""Examples read a piece at a time: the rows behind a recipe that does not hold them.

What is read is kept while there is room for it; the piece that is needed next is read by a thread meanwhile. The first time that a
piece is read its numbers get a fingerprint, or are held against the one that they had when the run was made.

n examples, m unseen ones, d inputs, k goals.
"""

import hashlib
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nodescope.arithmetic.order import HOLDOUT_EPOCH, positions
from nodescope.data.block import block_of, refuse_text
from nodescope.data.classes import Classes, column_codes, opened
from nodescope.data.columns import Floats
from nodescope.data.fingerprint import fingerprint
from nodescope.data.gaps import FILLING, fill, refuse_missing
from nodescope.data.openings import Opening
from nodescope.data.parts.found import elsewhere_too, pieces_of
from nodescope.data.parts.pieces import Pieces
from nodescope.data.scaling import Scaling
from nodescope.data.table import Table
from nodescope.errors import DataChanged, InputError

Numbers = NDArray[np.int64]
REMEDY = 'fill them in, or give missing="drop" to leave these rows out'
KEPT_ELSEWHERE = 500_000_000
"""Bytes of rows that a store keeps in another process."""
DIGEST = 32
"""Letters of a piece's fingerprint."""


@dataclass(frozen=True, eq=False)
class Layout:
    """How the columns of a piece become numbers.

    Attributes
    ----------
    names, goals : tuple of str
        Columns.
    openings : tuple of Opening
        How each column of `names` becomes inputs.
    unknown, way : str
        What becomes of values that were never seen, and of gaps.
    fills : tuple of float
        What stands for a gap in each input.
    classes : tuple or None
        Where goals are classes.
    outputs : int
        k.
    scaling, goal_scaling : Scaling or None
    """

    names: tuple[str, ...]
    goals: tuple[str, ...]
    openings: tuple[Opening, ...]
    unknown: str = "refuse"
    way: str = "refuse"
    fills: tuple[float, ...] = ()
    classes: Classes | None = None
    outputs: int = 1
    scaling: Scaling | None = None
    goal_scaling: Scaling | None = None

    @property
    def inputs(self) -> tuple[str, ...]:
        return tuple(name for opening in self.openings for name in opening.inputs)

    def values(self, table: Table) -> Floats:
        """Inputs and goals (or places among the classes) side by side, (rows, d + goals); NaN where there is nothing."""
        names = (*self.names, *self.goals)
        if self.classes is None:
            columns = table.read(names)
        else:
            columns = [*table.read(self.names), column_codes(table, self.goals[0], list(self.classes))[0]]
        refuse_text(table, names, columns, self.openings)
        return block_of(table, names, columns, self.openings, self.unknown)

    def complete(self, table: Table, values: Floats) -> NDArray[np.bool_]:
        """Which rows are taken."""
        d = len(self.inputs)
        needed = values[:, d:] if self.way in FILLING else values
        if self.way == "refuse":
            owners = [opening.name for opening in self.openings for _ in opening.inputs]
            refuse_missing(table, (*owners, *self.goals), values, REMEDY)
        return np.asarray(~np.isnan(needed).any(axis=1))

    def taken(self, values: Floats) -> tuple[Floats, Floats]:
        """Inputs and goals of complete rows as a run takes them."""
        d = len(self.inputs)
        x, goal = np.ascontiguousarray(values[:, :d]), np.ascontiguousarray(values[:, d:])
        fill(x, self.fills)
        if self.classes is not None:
            goal = opened(goal, self.classes, self.outputs) if len(goal) else np.empty((0, self.outputs))
        for scaling, numbers in ((self.scaling, x), (self.goal_scaling, goal)):
            if scaling is not None and len(numbers):
                scaling.apply_in_place(numbers)
        return x, goal


@dataclass(frozen=True, eq=False)
class Counts:
    """How many rows of each piece are taken, and which of all those are kept unseen.

    Attributes
    ----------
    rows, complete : (pieces,) int64
    hidden : (complete rows / 8,) uint8 or None
        A bit for each row that is taken; a rule of the seed alone, worked out anew whenever it is needed.
    groups : (groups + 1,) int64
        The first piece of each group.
    """

    rows: Numbers
    complete: Numbers
    hidden: NDArray[np.uint8] | None
    groups: Numbers

    @property
    def unseen(self) -> Numbers:
        """Rows of each piece that are kept unseen."""
        if self.hidden is None:
            return np.zeros(len(self.complete), dtype=np.int64)
        ends = np.concatenate([[0], np.cumsum(self.complete)])
        return np.array([self.hidden_in(a, b).sum() for a, b in pairwise(ends.tolist())], dtype=np.int64)

    def hidden_in(self, start: int, stop: int) -> NDArray[np.bool_]:
        """Which of the rows taken from one on to another are kept unseen."""
        if self.hidden is None:
            return np.zeros(stop - start, dtype=bool)
        first = start // 8
        bits = np.unpackbits(self.hidden[first : -(-stop // 8)])
        return bits[start - 8 * first : stop - 8 * first].astype(bool)


def hidden_bits(n: int, fraction: float, seed: int) -> NDArray[np.uint8] | None:
    """A bit for each of n rows, set for those that `hold_out` keeps unseen: the same ones, in an eighth of a byte each."""
    if fraction == 0:
        return None
    count = max(1, round(fraction * n))
    if count >= n:
        raise InputError(f"holdout={fraction!r} of {n} rows leaves no row to learn from; make it smaller, or give more rows")
    bits = np.zeros(-(-n // 8), dtype=np.uint8)
    for start in range(0, count, 1 << 20):
        drawn = positions(n, seed, HOLDOUT_EPOCH, start, min(1 << 20, count - start))
        np.bitwise_or.at(bits, drawn >> 3, np.uint8(128) >> (drawn & 7).astype(np.uint8))
    return bits


class Again:
    """The pieces of a table, found when they are first asked for; sent elsewhere, it finds them there.

    Parameters
    ----------
    data, said : the table, and how its CSV files are written
    found : Pieces, optional
    """

    def __init__(self, data: Any, said: Mapping[str, Any] | None, found: Pieces | None = None) -> None:
        self._data, self._said, self._found = data, said, found

    def __call__(self) -> Pieces:
        if self._found is None:
            self._found = pieces_of(self._data, self._said)
        return self._found

    def __reduce__(self) -> tuple[Any, ...]:
        return Again, (elsewhere_too(self._data), self._said)


class Read(NamedTuple):
    """A piece, read."""

    input: Floats
    goal: Floats
    unseen_input: Floats
    unseen_goal: Floats


class Store:
    """The examples of a table in pieces.

    Parameters
    ----------
    pieces : Again
        The pieces, which are asked for when the first of them is read.
    layout : Layout
    counts : Counts
    memory : int
        Bytes of rows that are kept at most, beside those that are needed together.
    digests : list of str, optional
        Fingerprints of the pieces when the run was made, "" where one was not read.
    """

    def __init__(self, pieces: Again, layout: Layout, counts: Counts, memory: float, digests: Sequence[str] = ()) -> None:
        self.layout, self.counts, self.memory = layout, counts, memory
        self.digests = list(digests) or [""] * len(counts.rows)
        self._pieces = pieces
        self._first = np.concatenate([[0], np.cumsum(counts.complete)])
        self._read: dict[int, Future[Read]] = {}
        self._looked_at: set[int] = set()
        self._reader = ThreadPoolExecutor(1, "nodescope-reads")
        """One thread reads all, so that what reading takes in memory is taken once."""
        self._needed: set[int] = set()

    def __reduce__(self) -> tuple[type["Store"], tuple[Any, ...]]:
        """Elsewhere it reads its rows itself, and whoever asks for them keeps them."""
        return Store, (self._pieces, self.layout, self.counts, min(self.memory, KEPT_ELSEWHERE), self.digests)

    def scaled(self, scaling: Scaling | None, goal_scaling: Scaling | None) -> "Store":
        """The same rows on other scales."""
        layout = replace(self.layout, scaling=scaling, goal_scaling=goal_scaling)
        return Store(self._pieces, layout, self.counts, self.memory, self.digests)

    def side(self, *, unseen: bool) -> "Side":
        """Its seen or its unseen rows."""
        return Side(self, unseen)

    def piece(self, number: int) -> Read:
        """A piece, read now unless it is there."""
        reading = self._begun(number)
        try:
            return reading.result()
        except BaseException:
            self._read.pop(number, None)
            raise

    def ask(self, now: Sequence[int], soon: Sequence[int]) -> None:
        """Say which pieces are needed together, and which next: these are read meanwhile where there is room for them."""
        needed = {*now, *soon}
        if needed == self._needed:
            return
        self._needed = needed
        self._make_room(0)
        total = sum(map(self._bytes, now))
        for number in (*now, *soon):
            total += 0 if number in now else self._bytes(number)
            if number in now or total <= self.memory:
                self._begun(number)

    def _begun(self, number: int) -> "Future[Read]":
        found = self._read.get(number)
        if found is None:
            self._make_room(self._bytes(number))
            found = self._read[number] = self._reader.submit(self._take, number)
        return found

    def fingerprint(self) -> str:
        """Of the numbers of all pieces; those that were not read yet are read."""
        for number, digest in enumerate(self.digests):
            if not digest:
                self.piece(number)
        return hashlib.blake2b("".join(self.digests).encode(), digest_size=32).hexdigest()

    def _bytes(self, number: int) -> int:
        d, k = len(self.layout.inputs), self.layout.outputs
        return 8 * int(self.counts.complete[number]) * (d + k)

    def _make_room(self, more: int) -> None:
        total = more + sum(map(self._bytes, self._read))
        for number in list(self._read):
            if total <= self.memory:
                return
            if number not in self._needed:
                total -= self._bytes(number)
                self._read.pop(number, None)

    def _take(self, number: int) -> Read:
        piece = self._whole().pieces[number]
        table = piece.read([*self.layout.names, *self.layout.goals])
        values = self.layout.values(table)
        self._check(number, piece.where, values)
        rows = self.layout.complete(table, values)
        start = int(self._first[number])
        if int(rows.sum()) != self.counts.complete[number]:
            raise _changed(piece.where)
        values = values if rows.all() else values[rows]
        hidden = self.counts.hidden_in(start, start + len(values))
        if not hidden.any():
            d, k = len(self.layout.inputs), self.layout.outputs
            return Read(*self.layout.taken(values), np.empty((0, d)), np.empty((0, k)))
        return Read(*self.layout.taken(values[~hidden]), *self.layout.taken(values[hidden]))

    def _check(self, number: int, where: str, values: Floats) -> None:
        if number in self._looked_at:
            return
        digest = fingerprint(values)[:DIGEST]
        if self.digests[number] not in ("", digest):
            raise _changed(where)
        self.digests[number] = digest
        self._looked_at.add(number)

    def _whole(self) -> Pieces:
        whole = self._pieces()
        sizes = [piece.rows for piece in whole.pieces]
        if len(sizes) != len(self.counts.rows) or not np.array_equal(sizes, self.counts.rows):
            at = next((i for i, (a, b) in enumerate(zip(sizes, self.counts.rows, strict=False)) if a != b), len(sizes) - 1)
            raise DataChanged(
                f"{whole.where} is not what it was when the run was made: {whole.pieces[at].where} has {sizes[at]:,} rows; put the "
                "old files back, or run it anew"
            )
        return whole


def _changed(where: str) -> DataChanged:
    return DataChanged(f"{where} is not what it was when the run was made; put the old file back, or run it anew")


class Side:
    """The seen or the unseen rows of a store: what `Rows` are read from."""

    def __init__(self, store: Store, unseen: bool) -> None:
        self.store, self._unseen = store, unseen
        hidden = store.counts.unseen
        sizes = hidden if unseen else store.counts.complete - hidden
        self.starts = np.concatenate([[0], np.cumsum(sizes)])
        self.groups = store.counts.groups
        self.widths = len(store.layout.inputs), store.layout.outputs
        self.ask, self.fingerprint = store.ask, store.fingerprint

    def part(self, number: int) -> tuple[Floats, Floats]:
        """Inputs and goals of a piece's rows."""
        read = self.store.piece(number)
        return (read.unseen_input, read.unseen_goal) if self._unseen else (read.input, read.goal)
