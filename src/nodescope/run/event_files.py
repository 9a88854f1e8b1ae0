"""TensorBoard's event files, written without TensorBoard: length, checksum and a protocol buffer (TensorFlow's event.proto)."""

import math
import os
import socket
import struct
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

_POLYNOMIAL = 0x82F63B78
"""CRC-32C (Castagnoli), bits turned around."""


def _table() -> list[int]:
    found = []
    for byte in range(256):
        crc = byte
        for _ in range(8):
            crc = crc >> 1 ^ (_POLYNOMIAL if crc & 1 else 0)
        found.append(crc)
    return found


_TABLE = _table()


def masked_crc(data: bytes) -> int:
    """The checksum of a record, turned and moved as TFRecord wants it.

    Examples
    --------
    >>> hex(masked_crc(b"123456789"))
    '0xc78ab0e5'
    """
    crc = 0xFFFFFFFF
    for byte in data:
        crc = _TABLE[(crc ^ byte) & 255] ^ crc >> 8
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def _varint(number: int) -> bytes:
    found = bytearray()
    number &= 2**64 - 1
    while number > 127:
        found.append(number & 127 | 128)
        number >>= 7
    return bytes([*found, number])


def _field(number: int, value: bytes | str | int | float, single: bool = False) -> bytes:
    """One field of a protocol buffer: bytes and text by their length, whole numbers, doubles, or floats of single precision."""
    if isinstance(value, float):
        return _varint(number << 3 | (5 if single else 1)) + struct.pack("<f" if single else "<d", value)
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value)
    raw = value.encode() if isinstance(value, str) else value
    return _varint(number << 3 | 2) + _varint(len(raw)) + raw


def _single(value: float) -> float:
    """What fits into single precision; what is larger is infinite there."""
    return math.copysign(math.inf, value) if abs(value) > 3.4028234663852886e38 else value


class EventFile:
    """A tracker that writes figures and texts for TensorBoard into a folder.

    Parameters
    ----------
    folder : path
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        place = Path(folder)
        place.mkdir(parents=True, exist_ok=True)
        name = f"events.out.tfevents.{time.time():.6f}.{socket.gethostname()}.{os.getpid()}"
        self._file = open(place / name, "xb")  # noqa: SIM115  # open until `close`
        self._write(_field(3, "brain.Event:2"))

    def figures(self, step: int, figures: Mapping[str, float]) -> None:
        """Numbers by name, at a step."""
        values = (_field(1, _field(1, name) + _field(2, _single(float(value)), single=True)) for name, value in figures.items())
        self._event(step, values)

    def text(self, name: str, text: str) -> None:
        """A text by name."""
        plugin = _field(9, _field(1, _field(1, "text")))
        tensor = _field(8, _field(1, 7) + _field(2, _field(2, _field(1, 1))) + _field(8, text))
        self._event(0, [_field(1, _field(1, name) + plugin + tensor)])

    def alert(self, headline: str, text: str) -> None:
        """TensorBoard has no alerts: it is a text of that name."""
        self.text("alert", f"**{headline}** {text}")

    def close(self) -> None:
        """No more comes."""
        self._file.close()

    def _event(self, step: int, values: Iterable[bytes]) -> None:
        self._write(_field(2, step) + _field(5, b"".join(values)))

    def _write(self, event: bytes) -> None:
        data = _field(1, time.time()) + event
        length = struct.pack("<Q", len(data))
        self._file.write(length + struct.pack("<I", masked_crc(length)) + data + struct.pack("<I", masked_crc(data)))
        self._file.flush()
