"""Whether a log (SQLite's write-ahead log) is whole: SQLite reads it up to its first damaged frame, and says nothing of the rest.

A frame is a page as it was changed; the last one of a transaction says so. Each has a checksum that goes on from the one before,
and two numbers (salts) that all frames since the log was last folded in have in common. A log that was cut off by a kill or a power
cut ends in the middle of its last transaction: nothing that was committed is missing. It is damaged where

- whole transactions follow the first frame that is not right. One alone may be what a power cut left of the last one, whose parts
  the disk writes in any order; two cannot be, since the first of them was synced before the second began;
- or its index (`-shm`), where that is of the same log, knows of more committed frames than there are.

What cannot be told is a change in the very last transaction of a log without its index, or a log cut off between two: that is what
an earlier moment of the run looks like. About a second of the run is in a transaction.

Formats: sqlite.org/fileformat2.html#the_write_ahead_log and sqlite.org/walformat.html#the_wal_index_header.
"""

import struct
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_HEAD, _FRAME = 32, 24
"""Bytes of the log's header, and of a frame's before its page."""
_BIG_END_FIRST = 0x377F0683
"""The first word of a log whose checksums are taken of words in this order of bytes."""
_SIZES = (512, 1024, 2048, 4096, 8192, 16384, 32768, 65536)
"""Of pages."""
_INDEX_HEAD = 48
"""Bytes of the index's header, of which there are two copies; then it says how many frames are in the file itself by now."""
_WORD = 2**32 - 1
_ONE_MAY_BE_TORN = 1
"""So many transactions after a wrong frame are what a power cut may leave."""


@dataclass(frozen=True)
class _Frame:
    salts: bytes
    commits: bool
    sums: tuple[int, int]
    content: bytes
    """What the checksum is of: the beginning of its header, and its page."""


def is_damaged(log: Path, index: Path) -> bool:
    """Whether something that was committed to a log cannot be read any more."""
    with suppress(OSError):
        whole = log.read_bytes()
        frames, salts, right = _frames_of(whole)
        lost = sum(frame.commits and frame.salts == salts for frame in frames[right:])
        return lost > _ONE_MAY_BE_TORN or _committed(index, salts) > right
    return False


def _frames_of(log: bytes) -> tuple[list[_Frame], bytes, int]:
    """All frames, the salts of this log, and how many frames from the first on are right."""
    if not log[_HEAD + _FRAME :]:
        return [], b"", 0
    magic, _, size = struct.unpack(">III", log[:12])
    order = ">" if magic == _BIG_END_FIRST else "<"
    sums = _summed(log[: _HEAD - 8], (0, 0), order)
    if size not in _SIZES or sums != struct.unpack(">II", log[_HEAD - 8 : _HEAD]):
        return _frames_without_header(log)
    frames, salts = _cut(log, size), log[16:24]
    right = 0
    for frame in frames:
        sums = _summed(frame.content, sums, order)
        if frame.salts != salts or sums != frame.sums:
            break
        right += 1
    return frames, salts, right


def _frames_without_header(log: bytes) -> tuple[list[_Frame], bytes, int]:
    """The frames of a log whose header is damaged: pages of the usual sizes are tried."""
    first = log[_HEAD + 8 : _HEAD + 16]
    for size in _SIZES:
        frames = _cut(log, size)
        if all(frame.salts == first for frame in frames[:2]):
            return frames, first, 0
    return [], first, 0


def _cut(log: bytes, size: int) -> list[_Frame]:
    several = []
    for at in range(_HEAD, len(log) - _FRAME - size + 1, _FRAME + size):
        head = log[at : at + _FRAME]
        sums = struct.unpack(">II", head[16:])
        several.append(_Frame(head[8:16], head[4:8] != bytes(4), sums, head[:8] + log[at + _FRAME : at + _FRAME + size]))
    return several


def _summed(content: bytes, sums: tuple[int, int], order: str) -> tuple[int, int]:
    """SQLite's checksum, gone on with."""
    first, second = sums
    for one, other in struct.iter_unpack(f"{order}II", content):
        first = (first + one + second) & _WORD
        second = (second + other + first) & _WORD
    return first, second


def _committed(index: Path, salts: bytes) -> int:
    """How many frames a log had, as its index knows; of a log that is empty, those that are not in the file itself.

    0 where there is no index, or it is another log's.
    """
    with suppress(OSError):
        with index.open("rb") as file:
            told = file.read(2 * _INDEX_HEAD + 4)
        head = told[:_INDEX_HEAD]
        if len(told) == 2 * _INDEX_HEAD + 4 and head == told[_INDEX_HEAD : 2 * _INDEX_HEAD] and head[12]:
            had, folded = struct.unpack("=I", head[16:20])[0], struct.unpack("=I", told[-4:])[0]
            if not salts:
                return int(had) if had > folded else 0
            return int(had) if salts == head[32:40] else 0
    return 0
