"""Files packed by gzip or zstd, unpacked as they are read: never more of them than this machine could hold.

What a file says of its own size is looked at first. It may lie, so what comes out is counted as well.
"""

import io
import math
import os
import struct
from pathlib import Path
from typing import Any, BinaryIO

from nodescope.errors import InputError

_MAGIC = {b"\x1f\x8b": "gzip", b"(\xb5/\xfd": "zstd"}


def packed_by(head: bytes) -> str:
    """ "gzip" or "zstd"; "" for a file that is not packed."""
    return next((kind for magic, kind in _MAGIC.items() if head.startswith(magic)), "")


def declared_size(path: Path, kind: str) -> int:
    """Bytes that a packed file says it unpacks to; 0 where it says nothing."""
    with path.open("rb") as file:
        if kind == "gzip":
            file.seek(max(0, os.path.getsize(path) - 4))
            last = file.read(4)
            return int(struct.unpack("<I", last)[0]) if len(last) == 4 else 0
        return _zstd_size(file.read(18))


def _zstd_size(head: bytes) -> int:
    """Frame_Content_Size of the first frame (RFC 8878, section 3.1.1.1)."""
    flags = head[4] if len(head) > 4 else 0
    single = flags >> 5 & 1
    at = 5 + (0 if single else 1) + (0, 1, 2, 4)[flags & 3]
    width = {0: single, 1: 2, 2: 4, 3: 8}[flags >> 6]
    size = int.from_bytes(head[at : at + width], "little")
    return size + 256 if width == 2 else size


class Unpacking(io.RawIOBase):
    """The bytes of a packed file; more than the machine could hold are refused, and so is damage."""

    def __init__(self, path: Path, kind: str, *, bounded: bool = True) -> None:
        import pyarrow as pa

        self._path, self._kind = path, kind
        self._most = memory() if bounded else math.inf
        self._refuse_beyond(declared_size(path, kind))
        self._stream: Any = pa.CompressedInputStream(pa.OSFile(str(path)), kind)
        self._count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        """The next bytes, as many as there is room for."""
        data = self._next(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def _next(self, size: int) -> bytes:
        try:
            data: bytes = self._stream.read(size)
        except Exception as error:  # of the unpacking library
            raise InputError(f"{self._path} is a damaged {self._kind} file; write it again") from error
        self._count += len(data)
        self._refuse_beyond(self._count)
        return data

    def _refuse_beyond(self, size: int) -> None:
        if size > self._most:
            raise InputError(
                f"{self._path} unpacks to more than {size / 2**30:,.1f} GiB, and this machine has {self._most / 2**30:,.1f}; write "
                "the table as Parquet, and choose columns"
            )


def open_bytes(path: Path, kind: str, *, bounded: bool = True) -> BinaryIO:
    """A file's bytes, unpacked where it is packed; `bounded`: no more of them than the machine could hold."""
    return io.BufferedReader(Unpacking(path, kind, bounded=bounded), 1 << 20) if kind else path.open("rb")


def memory() -> float:
    """Bytes of this machine."""
    try:
        return float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    except (AttributeError, ValueError, OSError):  # Windows
        return math.inf
