"""Logs of SQLite made by hand, from the description of the format: which of them have lost something that was committed."""

import struct
from functools import cache
from itertools import product
from pathlib import Path

import pytest

from nodescope.run.file.log import is_damaged

SIZES = (512, 1024, 2048, 4096, 8192, 16384, 32768, 65536)
SALTS, OTHERS = b"saltSALT", b"tlasTLAS"
LITTLE, BIG = 0x377F0682, 0x377F0683


def summed(content: bytes, sums: tuple[int, int], magic: int) -> tuple[int, int]:
    """s0 += x0 + s1; s1 += x1 + s0, over pairs of 32-bit words."""
    words = struct.unpack(f"{'<' if magic == LITTLE else '>'}{len(content) // 4}I", content)
    s0, s1 = sums
    for x0, x1 in zip(words[::2], words[1::2], strict=True):
        s0 = (s0 + x0 + s1) % 2**32
        s1 = (s1 + x1 + s0) % 2**32
    return s0, s1


@cache
def log_of(commits: str, size: int = 512, magic: int = LITTLE, salts: bytes = SALTS) -> bytes:
    """A log with a frame for each letter: "C" ends a transaction, "-" does not."""
    head = struct.pack(">IIII", magic, 3007000, size, 5) + salts
    sums = summed(head, (0, 0), magic)
    log = bytearray(head + struct.pack(">II", *sums))
    for number, commit in enumerate(commits):
        front, page = struct.pack(">II", number + 1, 77 if commit == "C" else 0), bytes([255 - number]) * size
        sums = summed(front + page, sums, magic)
        log += front + salts + struct.pack(">II", *sums) + page
    return bytes(log)


def index_of(frames: int, folded: int = 0, salts: bytes = SALTS, made: int = 1) -> bytearray:
    """Two copies of 48 bytes: at 12 whether it is made, at 16 the last frame that counts, at 32 salts; then what is folded in."""
    head = bytearray(48)
    head[12], head[32:40] = made, salts
    head[16:20] = struct.pack("=I", frames)
    return head + head + struct.pack("=I", folded) + bytes(32)


@pytest.fixture
def lost(tmp_path: Path):
    """Whether something is lost of a log and an index."""

    def told(log: bytes | None, index: bytes | None = None) -> bool:
        paths = tmp_path / "a-wal", tmp_path / "a-shm"
        for path, content in zip(paths, (log, index), strict=True):
            path.unlink(missing_ok=True)
            if content is not None:
                path.write_bytes(content)
        return is_damaged(*paths)

    return told


def at(frame: int, byte: int, size: int = 512) -> int:
    """Where a byte of a frame (counted from 0) is."""
    return 32 + frame * (24 + size) + byte


def flipped(log: bytes, place: int) -> bytes:
    return log[:place] + bytes([log[place] ^ 1]) + log[place + 1 :]


@pytest.mark.parametrize(("size", "magic"), [(512, BIG), *product(SIZES, (LITTLE,))])
def test_a_whole_log_of_each_size_and_order_of_bytes(lost, size, magic):
    log = log_of("CC", size, magic)
    assert not lost(log, index_of(2))
    assert lost(log, index_of(3))
    assert not lost(flipped(log, at(1, 24, size)))
    assert lost(flipped(log, at(0, 24, size)))


@pytest.mark.parametrize(
    ("commits", "wrong", "is_lost"),
    [
        ("C", 0, False), ("CC", 1, False), ("CC", 0, True), ("CCC", 1, True), ("CCC", 2, False), ("-C", 0, False), ("-C", 1, False),
        ("-C-C", 0, True), ("-C-C", 1, True), ("-C-C", 2, False), ("--", 0, False), ("C--", 0, False), ("C--C", 1, False),
        ("C--CC", 1, True),
    ],
)  # fmt: skip
def test_two_transactions_behind_a_wrong_frame_are_lost(lost, commits, wrong, is_lost):
    """One alone may be what a power cut left of the last; whichever part of the frame is wrong."""
    log = log_of(commits)
    assert not lost(log)
    for byte in (0, 3, 16, 19, 20, 23, 24, 24 + 511):
        assert lost(flipped(log, at(wrong, byte))) == is_lost, byte
    assert lost(log[: at(wrong, 300)], index_of(wrong)) is False
    assert lost(log[: at(wrong, 300)], index_of(wrong + 1))
    assert lost(log[: at(wrong + 1, -1)], index_of(wrong + 1))
    assert not lost(log[: at(wrong + 1, 0)], index_of(wrong + 1))
    assert lost(log[: at(wrong + 1, 0)], index_of(wrong + 2))


def test_frames_of_an_earlier_log_are_not_missed(lost):
    """SQLite begins again at the front: what follows with other salts was in the file already."""
    log, before = log_of("CC"), log_of("CCCCC", salts=OTHERS)
    assert not lost(log + before[len(log) :], index_of(2))
    assert lost(log + before[len(log) :], index_of(3))
    assert not lost(log[: at(1, 0)] + before[at(1, 0) :], index_of(1))


def test_a_frame_with_other_salts_is_not_right_whatever_its_sum(lost):
    log = bytearray(log_of("CCC"))
    log[at(1, 8) : at(1, 16)] = OTHERS
    assert not lost(log, index_of(1))
    assert lost(log, index_of(2))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("place", [3, 7, 11, 15, 16, 23, 24, 31])
def test_a_wrong_header_loses_all(lost, size, place):
    """Frames are known by the salts that they have in common, wherever the header's are wrong or its sum is."""
    assert lost(flipped(log_of("CC", size), place)), "two transactions"
    assert not lost(flipped(log_of("-C", size), place)), "one, which a power cut may have torn"
    assert not lost(flipped(log_of("C", size), place))
    assert lost(flipped(log_of("-C", size), place), index_of(2))


def test_a_wrong_header_and_an_unusual_size_of_pages(lost):
    for size in (511, 513, 256, 131072, 1):
        head = struct.pack(">IIII", LITTLE, 3007000, size, 5) + SALTS
        log = head + struct.pack(">II", *summed(head, (0, 0), LITTLE)) + log_of("CC")[32:]
        assert lost(log), size
    strange = flipped(log_of("CC"), 11)[:32] + bytes(8) + SALTS + bytes(range(256)) * 10
    assert not lost(strange), "frames that have no salts in common"
    assert not lost(strange, index_of(0))
    assert lost(strange, index_of(1))


def test_a_wrong_header_before_frames_of_two_logs(lost):
    log = log_of("CC")
    assert lost(flipped(log, 16) + log_of("CCC", salts=OTHERS)[len(log) :])


@pytest.mark.parametrize("length", [0, 1, 31, 32, 55, 56, 57, 32 + 24 + 511])
def test_a_log_without_a_whole_frame(lost, length):
    log = log_of("C")[:length]
    assert not lost(log)
    assert not lost(log, index_of(0))
    assert lost(log, index_of(1))


def test_of_an_empty_log_the_index_knows_what_is_folded_in(lost):
    """With nothing in the log, as many frames are missing as are not in the file itself."""
    for log in (b"", None):
        assert lost(log, index_of(3, folded=2)) == (log is not None)
        assert not lost(log, index_of(3, folded=3))
        assert not lost(log, index_of(3, folded=4))
        assert not lost(log, index_of(0, folded=0))
    assert lost(b"", index_of(1, folded=0))


def test_an_index_that_says_nothing_of_this_log(lost):
    log = log_of("CC")
    assert lost(log, index_of(3))
    assert not lost(log, index_of(3, salts=OTHERS))
    assert not lost(flipped(log_of("C"), at(0, 24)), index_of(3, salts=OTHERS))
    assert not lost(log, index_of(3, made=0))
    assert not lost(log, index_of(3)[:99])
    assert lost(log, index_of(3)[:100])
    for byte in (0, 12, 16, 32, 47):
        assert not lost(log, flipped(index_of(3), byte)), "its two copies differ"
        assert not lost(log, flipped(index_of(3), 48 + byte))
