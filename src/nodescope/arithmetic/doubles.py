"""Doubles in their order, as whole numbers: neighbours differ by one, both zeros are 0."""

import struct


def ordinal(x: float) -> int:
    """Place of a double in the order of all doubles."""
    (bits,) = struct.unpack("<q", struct.pack("<d", x))
    return int(bits) if bits >= 0 else -(int(bits) & 0x7FFFFFFFFFFFFFFF)


def double(place: int) -> float:
    """The double at a place."""
    (x,) = struct.unpack("<d", struct.pack("<q", abs(place)))
    return float(x) if place >= 0 else -float(x)
