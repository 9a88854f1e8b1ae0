"""Examples read a piece at a time: the rows behind a recipe that does not hold them.

What is read is kept while there is room for it; the piece that is needed next is read by a thread meanwhile. The first time that a
piece is read its numbers get a fingerprint, or are held against the one that they had when the run was made.

n examples, m unseen ones, d inputs, k goals.
"""

import hashlib
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nodescope.data.alike import Alike
from nodescope.data.columns import Floats
from nodescope.data.holdout import hidden_bits
from nodescope.data.parts.counting import Counts, counted
from nodescope.data.parts.found import elsewhere_too, pieces_of
from nodescope.data.parts.layout import OLDER, Layout, Values
from nodescope.data.parts.pieces import Piece, Pieces
from nodescope.data.parts.room import Room
from nodescope.data.table import Table
from nodescope.errors import DataChanged

KEPT_ELSEWHERE = 500_000_000
"""Bytes of rows that a store keeps in another process."""


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
    drawn : (float, int)
        The fraction that is kept unseen, and the seed, where that is yet to be found.
    """

    def __init__(
        self, pieces: Again, layout: Layout, counts: Counts, memory: float, digests: Sequence[str] = (),
        drawn: tuple[float, int] = (0.0, 0),
    ) -> None:  # fmt: skip
        self.layout, self.counts, self.memory, self._drawn = layout, counts, memory, drawn
        self.digests = list(digests) or [""] * len(counts.rows)
        self._older = any(len(digest) == OLDER for digest in self.digests)
        """Whether all digests are made as they once were: a store of some older ones makes no others."""
        self._pieces = pieces
        self._first = np.concatenate([[0], np.cumsum(counts.complete)])
        self._read: dict[int, Future[Read]] = {}
        self._looked_at: set[int] = set()
        self._alike = Alike()
        self._reader = ThreadPoolExecutor(1, "nodescope-reads")
        """One thread reads all, so that what reading takes in memory is taken once."""
        self._room = Room()
        self._needed: set[int] = set()

    def __reduce__(self) -> tuple[type["Store"], tuple[Any, ...]]:
        """Elsewhere it reads its rows itself, and whoever asks for them keeps them."""
        return Store, (self._pieces, self.layout, self.counts, min(self.memory, KEPT_ELSEWHERE), self.digests, self._drawn)

    def laid_out(self, **changes: Any) -> "Store":
        """The same rows with other fills or scales."""
        return Store(self._pieces, replace(self.layout, **changes), self.counts, self.memory, self.digests, self._drawn)

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

    @property
    def found(self) -> list[str]:
        """What is to be told of the inputs, once each piece was read; of scaled ones that was known before."""
        return self._alike.told(self.layout.inputs) if len(self._looked_at) == len(self.digests) else []

    def fingerprint(self) -> str:
        """Of the numbers of all pieces; those that were not read yet are read."""
        for number, digest in enumerate(self.digests):
            if not digest or (len(digest) == OLDER) != self._older:
                self.piece(number)
        return _of_all(self.digests)

    def older_fingerprint(self) -> str:
        """The same of digests as they were once made: one more pass, unless these are of that kind."""
        if self._older:
            return self.fingerprint()
        numbers = range(len(self.digests))
        return _of_all([self._reader.submit(self._values, number).result()[2].older_digest() for number in numbers])

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

    def _values(self, number: int) -> tuple[Piece, Table, Values]:
        piece = self._whole().pieces[number]
        table = piece.read([*self.layout.names, *self.layout.goals])
        return piece, table, self.layout.values(table, self._room)

    def _take(self, number: int) -> Read:
        self._draw(self._whole())
        piece, table, values = self._values(number)
        is_new = number not in self._looked_at
        self._check(number, piece.where, values)
        rows = self.layout.complete(table, values)
        start = int(self._first[number])
        if int(rows.sum()) != self.counts.complete[number]:
            raise _changed(piece.where)
        values = values.of(rows)
        read = self._parted(values, self.counts.hidden_in(start, start + len(values.goal)))
        if is_new and self.layout.scaling is None:
            self._alike.look(read.input)
        return read

    def _parted(self, values: Values, hidden: NDArray[np.bool_]) -> Read:
        """Seen and unseen rows as a run takes them."""
        if not hidden.any():
            d, k = len(self.layout.inputs), self.layout.outputs
            return Read(*self.layout.taken(values), np.empty((0, d)), np.empty((0, k)))
        unseen = values.of(hidden)
        return Read(*self.layout.taken(values.of(~hidden)), *self.layout.taken(unseen))

    def _draw(self, whole: Pieces) -> None:
        """Of a run read from a file: find which rows of each class are kept unseen, by one pass over the goals."""
        if not self.counts.to_draw:
            return
        found = counted(whole, self.layout, by_classes=True)
        same = np.array_equal(found.complete, self.counts.complete)
        if not same or not self.counts.draw(hidden_bits(int(found.complete.sum()), *self._drawn, found.codes)):
            raise DataChanged(
                f"{whole.where} has other classes or gaps than when the run was made; put the old files back, or run it anew"
            )

    def _check(self, number: int, where: str, values: Values) -> None:
        if number in self._looked_at:
            return
        known = self.digests[number]
        older = len(known) == OLDER or (not known and self._older)
        digest = values.older_digest() if older else values.digest()
        if known not in ("", digest):
            raise _changed(where)
        self.digests[number] = digest if older == self._older else values.older_digest()
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


def _of_all(digests: Sequence[str]) -> str:
    return hashlib.blake2b("".join(digests).encode(), digest_size=32).hexdigest()


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
        self.ask, self.fingerprint, self.older_fingerprint = store.ask, store.fingerprint, store.older_fingerprint

    def part(self, number: int) -> tuple[Floats, Floats]:
        """Inputs and goals of a piece's rows."""
        read = self.store.piece(number)
        return (read.unseen_input, read.unseen_goal) if self._unseen else (read.input, read.goal)
