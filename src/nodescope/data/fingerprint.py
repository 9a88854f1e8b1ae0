"""Know an array again: a short text that changes when any bit, the shape or the type of it changes."""

import hashlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodescope.arithmetic.narrow import Narrow, wide

BLOCK = 1 << 20


def fingerprint(array: NDArray[Any]) -> str:
    """Digest (BLAKE2b, 32 bytes, hexadecimal) of type, shape and bytes in C order.

    Whole arrays in C order are read where they lie; others are copied a block of rows at a time. Of float32 that is taken as
    float64 (`narrow.py`) it is that of the numbers as float64.
    """
    if isinstance(array, Narrow):
        return _of_doubles(array)
    digest = hashlib.blake2b(f"{array.dtype.str}{array.shape}".encode(), digest_size=32)
    if array.flags.c_contiguous:
        flat = array.reshape(-1)
        step = max(1, BLOCK // max(1, array.itemsize))
        for start in range(0, flat.size, step):
            digest.update(flat[start : start + step].view(np.uint8).data)
    else:
        step = max(1, BLOCK * len(array) // max(1, array.nbytes))
        for start in range(0, len(array), step):
            digest.update(np.ascontiguousarray(array[start : start + step]).reshape(-1).view(np.uint8).data)
    return digest.hexdigest()


def _of_doubles(array: Narrow) -> str:
    digest = hashlib.blake2b(f"{np.dtype(np.float64).str}{array.shape}".encode(), digest_size=32)
    step = max(1, BLOCK * len(array) // max(1, array.nbytes))
    for start in range(0, len(array), step):
        digest.update(np.ascontiguousarray(wide(array[start : start + step])).reshape(-1).view(np.uint8).data)
    return digest.hexdigest()
