"""CSV files in pieces: blocks of whole lines, found again by where they begin.

A line ends where an even number of quotes stands before it, so that a cell may hold line ends. A packed file, or one of UTF-16, can
only be read from its start: a block that lies behind is reached by reading on from there.
"""

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any, BinaryIO

import numpy as np

from nodescope.arithmetic.passes import passing
from nodescope.data.csv_file import CsvFile, csv_table
from nodescope.data.files import csv_at
from nodescope.data.parts.pieces import Part, Piece
from nodescope.data.parts.places import Place, reading
from nodescope.data.table import Table
from nodescope.data.unpacked import open_bytes
from nodescope.errors import InputError

BLOCK = 1 << 22
"""A block has about so many bytes."""
LONGEST = 1 << 28
"""A line of more bytes is none."""


@dataclass(frozen=True)
class _Lines(CsvFile):
    """Some whole lines of a CSV file, without the one of names."""

    lines: bytes = b""

    def _bytes(self) -> Any:
        import pyarrow as pa

        return pa.BufferReader(self.lines)

    def _whole(self) -> int:
        return 2 * len(self.lines) + 1

    def line_of(self, _row: int) -> str:
        return ""


def csv_part(place: Place, said: dict[str, Any]) -> Part:
    """A CSV file, all of which is gone through once, to find where lines end; nothing of it is kept but that."""
    path = place.local
    if path is None:
        raise InputError(f"{place.shown} is a CSV file elsewhere; copy it to this machine, or write it there as Parquet")
    file = csv_at(path, said)
    wide = file.written.encoding.startswith("utf-16")
    lines = replace(file, written=replace(file.written, header=False, encoding="utf-8" if wide else file.written.encoding), first=0)
    stream = _Stream(place, file, wide)
    pieces, before = [], 0
    start, begin = stream.after_names()
    size = 0 if file.packed or wide else place.size
    blocks = ((len(block), (at, block)) for at, block in stream.blocks(start, begin))
    for number, (at, block) in enumerate(passing(f"finding the lines of {path.name}", blocks, size, "bytes")):
        rows = _rows_in(block, file.width) if block else 0
        rows = _parsed(_lines(lines, block)) if rows < 0 else rows
        where = place.shown if before == 0 else f"{place.shown}, after row {before:,}"
        pieces.append(Piece(where, rows, number, partial(_read, stream, lines, at, len(block), where)))
        before += rows
    return Part(place.shown, file.names, {}, tuple(pieces), file.written, file.told)


def _lines(file: CsvFile, lines: bytes) -> _Lines:
    return _Lines(file.path, file.packed, file.written, file.names, file.width, 0, 0, lines)


def _read(stream: "_Stream", file: CsvFile, at: int, length: int, where: str, _names: Sequence[str]) -> Table:
    """A block's table; its cells become numbers when they are asked for."""
    return replace(csv_table(_lines(file, stream.bytes_at(at, length))), where=where)


def _rows_in(block: bytes, width: int) -> int:
    """Lines of a block; −1 where that takes more than counting line ends, as blank lines are no rows."""
    simple = b'"' not in block and b"\n" in block and width > 1
    if not simple or block[:1] in b"\r\n" or b"\n\n" in block or b"\n\r" in block:
        return -1
    return block.count(b"\n") + (not block.endswith(b"\n"))


def _parsed(lines: _Lines) -> int:
    import pyarrow as pa

    return int(lines._read([lines.names[0]], pa.binary()).num_rows)


class _Stream:
    """The bytes of a file as UTF-8 or as they are, unpacked, from any place on."""

    def __init__(self, place: Place, file: CsvFile, wide: bool) -> None:
        self._place, self._file, self._wide = place, file, wide
        self._path, self._seeks = Path(place.path), not (file.packed or wide)
        self._opened: Any = None
        self._at = 0
        self._lock = Lock()

    def bytes_at(self, at: int, length: int) -> bytes:
        """So many bytes from a place on."""
        with self._lock, reading(self._place.shown):
            if self._seeks:
                with self._begin() as file:
                    file.seek(at)
                    return bytes(file.read(length))
            if self._opened is None or at < self._at:
                self._close()
                self._opened, self._at = self._begin(), 0
            while self._at < at and (passed := len(self._opened.read(min(BLOCK, at - self._at)))):
                self._at += passed
            found: bytes = self._opened.read(length)
            self._at += len(found)
            return found

    def _begin(self) -> Any:
        self._place.open().close()  # is it the same file?
        raw = open_bytes(self._path, self._file.packed, bounded=False)
        return _Recoded(raw, self._file.written.encoding) if self._wide else raw

    def _close(self) -> None:
        if self._opened is not None:
            self._opened.close()
            self._opened = None

    __del__ = _close

    def after_names(self) -> tuple[int, bytes]:
        """Where the first row begins, and what was read beyond that."""
        head, at = b"", 0
        while True:
            more = self.bytes_at(len(head), BLOCK)
            head += more
            at = self._after_names(head)
            if at >= 0 or not more or len(head) > LONGEST:
                return max(at, 0), head[max(at, 0) :]

    def _after_names(self, head: bytes) -> int:
        """The place after the line of names and the lines above it; −1 where it is not yet there."""
        at = len(b"\xef\xbb\xbf") if head.startswith(b"\xef\xbb\xbf") else 0
        for _ in range(self._file.first):
            above = re.compile(rb"[^\r\n]*(?:\r\n|\n|\r)").match(head, at)
            at = above.end() if above else at
        if not self._file.written.header:
            return at
        ends = _line_ends(head[at:])
        return at + int(ends[0]) + 1 if len(ends) else -1

    def blocks(self, start: int, begin: bytes) -> Iterator[tuple[int, bytes]]:
        """Blocks of whole lines: where each begins, and its bytes."""
        rest, at, size, ended = begin, start, BLOCK, False
        while True:
            while len(rest) < size and not ended:
                more = self.bytes_at(at + len(rest), size - len(rest))
                rest, ended = rest + more, not more
            if ended and len(rest) <= size:
                if rest:
                    yield at, rest
                return
            ends = _line_ends(rest[:size])
            if len(ends):
                stop = int(ends[-1]) + 1
                yield at, rest[:stop]
                rest, at, size = rest[stop:], at + stop, BLOCK
                continue
            size *= 2
            if size > LONGEST:
                raise InputError(f"{self._place.shown}: a line is longer than {LONGEST:,} bytes; is a quote not closed?")


def _line_ends(block: bytes) -> Any:
    """Places of line ends outside of quotes: "\\n", or "\\r" in a file that has no other."""
    mark = b"\n" if b"\n" in block else b"\r"
    if b'"' not in block:
        last, first = block.rfind(mark), block.find(mark)
        return [first, last] if last >= 0 else []
    numbers = np.frombuffer(block, dtype=np.uint8)
    ends = np.flatnonzero(numbers == mark[0])
    quotes = np.flatnonzero(numbers == ord('"'))
    return ends[np.searchsorted(quotes, ends) % 2 == 0]


class _Recoded(io.RawIOBase):
    """A text of UTF-16 as UTF-8, from its start on."""

    def __init__(self, raw: BinaryIO, encoding: str) -> None:
        self._text = io.TextIOWrapper(raw, encoding, newline="")
        self._rest = b""

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        while size < 0 or len(self._rest) < size:
            more = self._text.read(BLOCK)
            if not more:
                break
            self._rest += more.encode()
        size = len(self._rest) if size < 0 else size
        found, self._rest = self._rest[:size], self._rest[size:]
        return found

    def close(self) -> None:
        self._text.close()
        super().close()
