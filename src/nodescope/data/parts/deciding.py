"""Whether a table is read as its rows are needed, and how many of them may be in memory."""

import os
from collections.abc import Mapping
from os import PathLike
from typing import TYPE_CHECKING, Any

import numpy as np

from nodescope.arithmetic.problem import Floats
from nodescope.arithmetic.rows import Rows
from nodescope.data.parts.kinds import is_several
from nodescope.data.unpacked import memory
from nodescope.errors import InputError
from nodescope.later import Later

if TYPE_CHECKING:
    from nodescope.data.parts import found
    from nodescope.data.parts.pieces import Pieces
else:
    found = Later("nodescope.data.parts.found")

SHARE = 4
"""All rows are in memory where they, and what is made of them, take less than this part of what is free."""
USUAL = 500_000_000
"""Bytes of rows in memory at most, where the table is too large and nothing else is said."""
WINDOW = 16
SMALL = 1 << 24
"""A file of fewer bytes is not asked how many rows it has: it fits."""


def to_stream(
    data: Any, asked: int | str, window: int | None, said: Mapping[str, Any] | None, known: bool
) -> "tuple[Pieces, float] | None":
    """The pieces of a table whose rows are read as they are needed, and the bytes of them in memory; None where all are there.

    Parameters
    ----------
    data : table
    asked : int, "auto" or "all"
    window : int or None
        It mixes row groups, so that the table is in pieces even where all of them are in memory.
    said : how a CSV file is written
    known : bool
        The recipe has a fingerprint of the table: unless it says otherwise, its run had all rows in memory.
    """
    if isinstance(asked, int):
        return found.pieces_of(data, said), asked
    if asked == "all" or known:
        return (found.pieces_of(data, said), float("inf")) if window is not None else None
    if not is_several(data) and not isinstance(data, str | PathLike):
        return None if window is None else (found.pieces_of(data, said), float("inf"))
    if window is None and not is_several(data) and _size(data) < SMALL:
        return None
    pieces = found.pieces_of(data, said)
    if 16 * pieces.rows * len(pieces.names) * SHARE < free():
        return None if window is None else (pieces, float("inf"))
    return pieces, min(USUAL, free() / SHARE)


def is_large(data: Any) -> bool:
    """Whether a table in files is better read a piece at a time, where each row is looked at once."""
    return is_several(data) or (isinstance(data, str | PathLike) and _size(data) >= SMALL)


def _size(data: Any) -> int:
    try:
        return os.path.getsize(data)
    except Exception:  # somebody's own class; no file
        return 0


def free() -> float:
    """Bytes of memory that nothing uses."""
    try:
        with open("/proc/meminfo") as lines:
            told = dict(line.split(":", 1) for line in lines)
        return 1024.0 * int(told["MemAvailable"].split()[0])
    except (OSError, KeyError, ValueError):  # no Linux
        return memory() / 2


def window_of(x: Floats, asked: int | None, budget: float) -> int:
    """How many row groups of the examples are mixed at a time: as asked, else 16, or as many as there is room for.

    Raises
    ------
    InputError
        So many do not go into the memory that there is.
    """
    assert isinstance(x, Rows)
    side = x.parts
    sizes = np.sort(np.diff(side.starts[side.groups]))[::-1] * 8.0 * sum(side.widths)
    if asked is None:
        fitting = int(np.searchsorted(np.cumsum(sizes), budget, side="right"))
        asked = WINDOW if fitting == len(sizes) else min(WINDOW, max(2, fitting))
    needed = float(sizes[:asked].sum())
    if needed > budget:
        raise InputError(
            f"window={asked} row groups have {_room(needed)} of rows, and memory is {_room(budget)}; give more, "
            'write smaller row groups, or take order="given"'
        )
    return asked


def refuse_large_batch(rows: int, width: int, budget: float) -> None:
    """Raise InputError where the examples of one step do not go into the memory that there is."""
    needed = 8.0 * rows * width
    if needed > budget:
        raise InputError(
            f"a step of {rows:,} examples takes {_room(needed)} of rows, and memory is {_room(budget)}; give a "
            'smaller batch, more memory, or of a linear node batch="all" with method="moments"'
        )


def _room(size: float) -> str:
    """So many bytes: whole MB, or kB where there are few."""
    return f"{size / 1e6:,.0f} MB" if size >= 1e7 else f"{size / 1e3:,.0f} kB"
