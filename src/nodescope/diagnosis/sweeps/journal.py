"""The rows of a sweep that is on its way, in a file that a kill leaves whole up to its last block.

The first line is JSON: which sweep it is. Blocks follow, each with its length and a checksum; what is torn is cut off, and
the sweep goes on from there. The finished table takes its place under the name asked for.
"""

import json
import struct
import zlib
from os import PathLike
from pathlib import Path
from types import TracebackType

import numpy as np

from nodescope.arithmetic.checks import path_of
from nodescope.diagnosis.sweeps.outcomes import OUTCOME, Rows, Words, are_rows
from nodescope.errors import FileError
from nodescope.run.file.content import explained
from nodescope.run.file.lock import Lock, has_a_writer, target_of

_HEAD = struct.Struct("<qqqI")
"""First row, number of rows, bytes of the words, checksum of all that follows."""
ENDING = ".unfinished"
LONGEST_HEAD = 1000
"""Bytes of the first line; it has less than 150."""


def unfinished_of(path: str | PathLike[str]) -> Path:
    """Where the rows of a sweep that is on its way to `path` are."""
    target = target_of(path_of("out", path))
    return target.with_name(f".{target.name}{ENDING}")


def finished_of(place: Path) -> Path:
    """Where the finished table goes whose rows are there."""
    return place.with_name(place.name.removeprefix(".").removesuffix(ENDING))


def left_in(path: str | PathLike[str]) -> tuple[int, int] | None:
    """Of a sweep that was left on its way to a file, how many rows are done, and of how many; None where there is none, or somebody
    is at it. No row of it is looked at."""
    place, done = unfinished_of(path), 0
    try:
        if place.is_symlink() or not place.is_file() or has_a_writer(place):
            return None
        end = place.stat().st_size
        with place.open("rb") as file:
            size = int(json.loads(file.readline(LONGEST_HEAD))["rows"])
            while len(head := file.read(_HEAD.size)) == _HEAD.size:
                start, count, length, _ = _HEAD.unpack(head)
                if start != done or count < 1 or length < 0 or file.seek(length + count * OUTCOME.itemsize, 1) > end:
                    break
                done += count
    except (OSError, ValueError, LookupError, TypeError, OverflowError, RecursionError):
        return None
    return min(done, size), size


def left_at(path: str | PathLike[str], fingerprint: str, size: int) -> tuple[Rows, list[str], int]:
    """Rows and words of a sweep that was left on its way to a file, and how many are done.

    Raises
    ------
    FileError
        There is none, it is another sweep's, or somebody is at it.
    """
    if not unfinished_of(path).is_file():
        raise FileError(f"{path} is not there, and no sweep is on its way to it; make the sweep anew")
    with Journal(path, fingerprint, size, anew=False) as journal:
        return journal.rows, journal.words.words, journal.done


class Journal:
    """Rows so far, and where the next ones go.

    Parameters
    ----------
    path : what messages call the file
    fingerprint : of the sweep
    size : rows of it in all
    anew : begin again, whatever is there

    Raises
    ------
    FileError
        Somebody else writes it, it is another sweep's, or the disk refuses.
    """

    def __init__(self, path: str | PathLike[str], fingerprint: str, size: int, *, anew: bool) -> None:
        self.path, self.words, self.done = path, Words(), 0
        self.rows: Rows = np.zeros(size, OUTCOME)
        self.place = unfinished_of(path)
        with explained(path, "written"):
            if self.place.is_symlink() or (self.place.exists() and not self.place.is_file()):
                raise FileError(f"{path} cannot be written: {self.place.name} beside it is no file of a sweep; remove it")
            self._file = self.place.open("r+b" if self.place.exists() and not anew else "w+b", buffering=0)
            self._lock = Lock(path, self.place)
            self._go_on(json.dumps({"sweep": fingerprint, "rows": size}).encode() + b"\n")

    def _go_on(self, head: bytes) -> None:
        first = self._file.readline(LONGEST_HEAD)
        if not first.endswith(b"\n") and len(first) < LONGEST_HEAD:
            self._file.seek(0)
            self._file.truncate()
            self._file.write(head)
        elif first != head:
            self.close()
            raise FileError(
                f"{self.path} cannot be written: another sweep is on its way to it ({self.place.name}); name another file, or "
                "begin anew with overwrite=True"
            )
        else:
            self._read_blocks()

    def _read_blocks(self) -> None:
        good = self._file.tell()
        while len(head := self._file.read(_HEAD.size)) == _HEAD.size:
            start, count, length, checksum = _HEAD.unpack(head)
            if start != self.done or not 0 < count <= len(self.rows) - start or not 0 <= length < 2**24:
                break
            body = self._file.read(length + count * OUTCOME.itemsize)
            if len(body) != length + count * OUTCOME.itemsize or zlib.crc32(body) != checksum:
                break
            words, rows = json.loads(body[:length]), np.frombuffer(body[length:], OUTCOME)
            if not isinstance(words, list) or not are_rows(rows, words):
                break
            self.words, self.rows[start : start + count] = Words(tuple(words)), rows
            self.done, good = start + count, self._file.tell()
        self._file.seek(good)
        self._file.truncate()

    def add(self, rows: Rows) -> None:
        """The next rows, their words numbered as in `words`."""
        words = json.dumps(self.words.words).encode()
        body = words + rows.tobytes()
        with explained(self.path, "written"):
            whole = _HEAD.pack(self.done, len(rows), len(words), zlib.crc32(body)) + body
            if self._file.write(whole) != len(whole):
                raise OSError(28, "No space left on device")
        self.rows[self.done : self.done + len(rows)] = rows
        self.done += len(rows)

    def close(self) -> None:
        self._file.close()
        self._lock.release()

    def remove(self) -> None:
        """After the table is whole."""
        self.place.unlink(missing_ok=True)

    def __enter__(self) -> "Journal":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()
