"""Rows moved about without arithmetic: columns laid side by side, rows gathered in any order, a digest of numbers.

The definitions in NumPy, and the core's own (`moved.h`, `digest.h`), which does each of them in one pass over the numbers.

n examples, d inputs, k outputs.
"""

import ctypes
import hashlib
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np

from nodescope.arithmetic.native import Addresses, Array, NativeParts
from nodescope.arithmetic.order import positions
from nodescope.arithmetic.problem import FARTHEST, Floats, Numbers, Parts, refuse_misfit

Room = Callable[[int], Floats]
"""It gives memory for so many numbers."""
LANES, BLOCK, BYTES = 8, 128, 32
"""Numbers of a digest go to so many lanes, in blocks of so many; a lane's digest has so many bytes."""


class Mover(Protocol):
    """Who moves rows about."""

    def laid(self, columns: Sequence[Floats], rows: int, room: Room = np.empty) -> tuple[Floats, bool]:
        """Columns of so many numbers each side by side, (rows, columns), and whether all numbers are finite; `room` is for them."""
        ...

    def gathered(self, parts: Parts, examples: Numbers) -> tuple[Floats, Floats]:
        """Inputs (m, d) and goals (m, k) of examples in any order; parts that hold none of them are not read."""
        ...

    def drawn(self, seed: int, epoch: int, start: int, count: int, begin: Numbers, shift: Numbers) -> Numbers:
        """Examples at `count` positions of a drawn window.

        Its rows are those of its members one after another: member m begins at row begin[m], whose example is begin[m] + shift[m];
        the last of `begin` is the number of rows.
        """
        ...

    def digest(self, numbers: Floats) -> bytes:
        """A digest of numbers in memory order, 256 bytes: it knows them again, and nobody finds as many others that have it.

        Lane l of eight takes the numbers l, l + 8, … as BLAKE2b does, 32 bytes long; behind the last number come zeros up to whole
        blocks of 128, at least one.
        """
        ...


class InNumPy:
    """The definitions."""

    @staticmethod
    def laid(columns: Sequence[Floats], rows: int, room: Room = np.empty) -> tuple[Floats, bool]:
        together = room(rows * len(columns)).reshape(rows, len(columns))
        for j, column in enumerate(columns):
            together[:, j] = column
        return together, bool(np.isfinite(together).all())

    @staticmethod
    def gathered(parts: Parts, examples: Numbers) -> tuple[Floats, Floats]:
        """One part after another, and none of them kept: they need not be in memory together."""
        d, k = parts.widths
        x, goal = np.empty((len(examples), d)), np.empty((len(examples), k))
        order = np.argsort(examples, kind="stable")
        ascending = examples[order]
        ends = np.searchsorted(ascending, parts.starts)
        for part in np.flatnonzero(np.diff(ends)).tolist():
            some = slice(ends[part], ends[part + 1])
            of_part, rows, at = parts.part(part), ascending[some] - parts.starts[part], order[some]
            x[at], goal[at] = of_part[0][rows], of_part[1][rows]
        return x, goal

    @staticmethod
    def drawn(seed: int, epoch: int, start: int, count: int, begin: Numbers, shift: Numbers) -> Numbers:
        rows = positions(int(begin[-1]), seed, epoch, start, count)
        return np.asarray(rows + shift[np.searchsorted(begin[1:], rows, side="right")])

    @staticmethod
    def digest(numbers: Floats) -> bytes:
        padded = np.zeros(max(1, -(-numbers.size // BLOCK)) * BLOCK)
        padded[: numbers.size] = numbers.ravel()
        lanes = np.ascontiguousarray(padded.reshape(-1, LANES).T)
        return b"".join(hashlib.blake2b(lane.tobytes(), digest_size=BYTES).digest() for lane in lanes)


class InCore:
    """The core's.

    Parameters
    ----------
    library : ctypes.CDLL
    """

    def __init__(self, library: ctypes.CDLL) -> None:
        struct, whole, key = ctypes.c_void_p, ctypes.c_int64, ctypes.c_uint64
        array: Any = Array
        self._lay = library.ns_lay
        self._lay.argtypes = [array, whole, whole, array]
        self._lay.restype = whole
        self._gather = library.ns_gather
        self._gather.argtypes = [struct, array, whole, array, array]
        self._gather.restype = whole
        self._draw = library.ns_draw_window
        self._draw.argtypes = [whole, key, key, whole, whole, array, array, whole, array]
        self._draw.restype = None
        self._digest = library.ns_digest
        self._digest.argtypes = [array, whole, array]
        self._digest.restype = None

    def laid(self, columns: Sequence[Floats], rows: int, room: Room = np.empty) -> tuple[Floats, bool]:
        for column in columns:
            refuse_misfit("column", column, rows)
        together = room(rows * len(columns)).reshape(rows, len(columns))
        refuse_misfit("room", together, rows * len(columns), written=True)
        at = Addresses(columns)
        return together, bool(self._lay(at.table, len(columns), rows, together))

    def gathered(self, parts: Parts, examples: Numbers) -> tuple[Floats, Floats]:
        (d, k), starts = parts.widths, parts.starts
        x, goal = np.empty((len(examples), d)), np.empty((len(examples), k))
        refuse_misfit("starts", starts, len(starts), np.int64)
        refuse_misfit("examples", examples, len(examples), np.int64)
        if len(examples) and not 0 <= examples.min() <= examples.max() < starts[-1]:
            raise ValueError(f"examples beyond 0 … {starts[-1] - 1}")
        inputs, goals = (Addresses([None] * (len(starts) - 1)) for _ in range(2))
        of = NativeParts(inputs=d, outputs=k, parts=len(starts) - 1, begin=starts, input=inputs.table, goal=goals.table)
        done = 0
        while done < len(examples):
            done += self._gather(ctypes.byref(of), examples[done:], len(examples) - done, x[done:], goal[done:])
            if done < len(examples):
                self._fetch(parts, int(np.searchsorted(starts, examples[done], side="right")) - 1, inputs, goals)
        return x, goal

    @staticmethod
    def _fetch(parts: Parts, number: int, inputs: Addresses, goals: Addresses) -> None:
        """Put a part at hand."""
        rows = int(parts.starts[number + 1] - parts.starts[number])
        for side, width, at in zip(parts.part(number), parts.widths, (inputs, goals), strict=True):
            refuse_misfit("part", side, rows * width)
            at[number] = side

    def drawn(self, seed: int, epoch: int, start: int, count: int, begin: Numbers, shift: Numbers) -> Numbers:
        n, members = int(begin[-1]), len(shift)
        refuse_misfit("begin", begin, members + 1, np.int64)
        refuse_misfit("shift", shift, members, np.int64)
        if not 1 <= n <= FARTHEST or not 0 <= start <= start + count <= n:
            raise ValueError(f"{count} examples from position {start} on of a window of {n}")
        found = np.empty(count, dtype=np.int64)
        self._draw(n, seed, epoch, start, count, begin, shift, members, found)
        return found

    def digest(self, numbers: Floats) -> bytes:
        refuse_misfit("numbers", numbers, numbers.size)
        found = np.empty(LANES * BYTES // 8, dtype="<u8")
        self._digest(numbers, numbers.size, found)
        return found.tobytes()
