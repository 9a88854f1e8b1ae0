"""TensorBoard's event files, byte for byte: the bytes below follow from the formats' descriptions by hand."""

import math
import os
import re
import socket
import struct
import time

import pytest

from nodescope.run import event_files
from nodescope.run.event_files import EventFile, masked_crc

CLOCK = 1.5
OF_CLOCK = b"\x09" + bytes.fromhex("000000000000f83f")
"""Field 1, eight bytes: 1.5."""


def crc32c(data: bytes) -> int:
    """Castagnoli's checksum bit by bit, from the division of polynomials."""
    rest = 0xFFFFFFFF
    for byte in data:
        rest ^= byte
        for _ in range(8):
            rest, out = divmod(rest, 2)
            rest ^= 0x82F63B78 * out
    return rest ^ 0xFFFFFFFF


def masked(data: bytes) -> bytes:
    crc = crc32c(data)
    return ((((crc >> 15) + (crc << 17)) % 2**32 + 0xA282EAD8) % 2**32).to_bytes(4, "little")


def record(data: bytes) -> bytes:
    length = len(data).to_bytes(8, "little")
    return length + masked(length) + data + masked(data)


@pytest.mark.parametrize(
    ("data", "crc"),
    [(b"123456789", 0xE3069283), (bytes(32), 0x8A9136AA), (b"\xff" * 32, 0x62A8AB43), (bytes(range(32)), 0x46DD794E)],
)
def test_known_checksums(data: bytes, crc: int):
    """RFC 3720, B.4, and the check value of every catalogue of checksums."""
    assert crc32c(data) == crc
    assert masked_crc(data).to_bytes(4, "little") == masked(data)


def test_every_byte_has_its_checksum():
    for byte in range(256):
        assert masked_crc(bytes([byte])).to_bytes(4, "little") == masked(bytes([byte]))


@pytest.mark.parametrize(
    ("number", "told"),
    [
        (0, "00"), (1, "01"), (127, "7f"), (128, "8001"), (129, "8101"), (255, "ff01"), (300, "ac02"), (16383, "ff7f"),
        (16384, "808001"), (2**63 - 1, "ffffffffffffffff7f"), (-1, "ffffffffffffffffff01"), (-2, "feffffffffffffffff01"),
        (2**64, "00"),
    ],
)  # fmt: skip
def test_numbers_of_seven_bits_a_byte(number: int, told: str):
    assert event_files._varint(number).hex() == told


@pytest.mark.parametrize(
    ("number", "value", "single", "told"),
    [
        (1, 1.0, False, "09 000000000000f03f"), (2, 1.0, True, "15 0000803f"), (2, 5, False, "10 05"), (15, 300, False, "78 ac02"),
        (16, 1, False, "8001 01"), (3, "é", False, "1a 02 c3a9"), (3, b"", False, "1a 00"),
        (5, b"\x01" * 128, False, "2a 8001" + "01" * 128),
    ],
)  # fmt: skip
def test_fields(number: int, value: object, single: bool, told: str):
    assert event_files._field(number, value, single).hex() == told.replace(" ", "")


LARGEST = struct.unpack("<f", bytes.fromhex("ffff7f7f"))[0]


@pytest.mark.parametrize(
    ("value", "fits"),
    [
        (LARGEST, LARGEST), (-LARGEST, -LARGEST), (math.nextafter(LARGEST, math.inf), math.inf), (-1e39, -math.inf), (0.0, 0.0),
        (math.inf, math.inf), (-math.inf, -math.inf), (1e-50, 1e-50),
    ],
)  # fmt: skip
def test_what_is_too_large_for_single_precision(value: float, fits: float):
    assert event_files._single(value) == fits
    assert math.isnan(event_files._single(math.nan))


@pytest.fixture
def written(tmp_path, monkeypatch):
    """What is in the file after the head and what `does` told it."""
    monkeypatch.setattr(time, "time", lambda: CLOCK)
    monkeypatch.setattr(socket, "gethostname", lambda: "here")
    monkeypatch.setattr(os, "getpid", lambda: 7)

    def of(does):
        file = EventFile(tmp_path / "a" / "b")
        (path,) = (tmp_path / "a" / "b").iterdir()
        assert path.name == "events.out.tfevents.1.500000.here.7"
        head = record(OF_CLOCK + b"\x1a\x0dbrain.Event:2")
        assert path.read_bytes() == head
        does(file)
        content = path.read_bytes()
        file.close()
        with pytest.raises(ValueError, match="closed"):
            file.figures(0, {})
        assert content.startswith(head)
        return content[len(head) :]

    return of


def test_figures(written):
    """Step 300 is ac02; a value is its tag (field 1) and a float (field 2); values are field 1 of a summary, which is field 5."""
    one, other = b"\x0a\x01a" + b"\x15" + struct.pack("<f", 0.5), b"\x0a\x02bc" + b"\x15" + struct.pack("<f", -math.inf)
    summary = b"\x0a\x08" + one + b"\x0a\x09" + other
    told = written(lambda file: file.figures(300, {"a": 0.5, "bc": -1e300}))
    assert told == record(OF_CLOCK + b"\x10\xac\x02" + b"\x2a" + bytes([len(summary)]) + summary)


@pytest.mark.parametrize(
    ("does", "name", "text"),
    [
        (lambda file: file.text("verdict", "good"), b"verdict", b"good"),
        (lambda file: file.alert("Stop.", "It is over."), b"alert", b"**Stop.** It is over."),
    ],
)
def test_texts(written, does, name: bytes, text: bytes):
    """The plugin "text" is field 1 of 1 of 9; the tensor (8) is of strings (type 7), its shape one 1, and holds the text (8)."""
    plugin = b"\x4a\x08\x0a\x06\x0a\x04text"
    inside = b"\x08\x07" + b"\x12\x04\x12\x02\x08\x01" + b"\x42" + bytes([len(text)]) + text
    value = b"\x0a" + bytes([len(name)]) + name + plugin + b"\x42" + bytes([len(inside)]) + inside
    summary = b"\x0a" + bytes([len(value)]) + value
    assert written(does) == record(OF_CLOCK + b"\x10\x00" + b"\x2a" + bytes([len(summary)]) + summary)


def test_a_folder_may_be_there_already_and_a_file_may_not(tmp_path, monkeypatch):
    monkeypatch.setattr(time, "time", lambda: CLOCK)
    EventFile(tmp_path).close()
    with pytest.raises(FileExistsError, match=re.escape("events.out.tfevents.1.5")):
        EventFile(tmp_path)
