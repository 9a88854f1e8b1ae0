"""The physical limits of this machine as functions to be timed: chains of operations, reading, multiplications and additions."""

import ctypes
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

CHAIN, PIPES = 2_000_000, 25_600_000


@cache
def _library() -> ctypes.CDLL | None:
    compiler = shutil.which("cc")
    if compiler is None:
        return None
    source = Path(__file__).with_name("limits.c")
    made = Path(tempfile.mkdtemp()) / "limits.so"
    flags = ["-O3", "-march=native", "-mprefer-vector-width=512", "-ffp-contract=off", "-fno-tree-vectorize", "-shared", "-fPIC"]
    subprocess.run([compiler, *flags, str(source), "-o", str(made)], check=True)
    library = ctypes.CDLL(str(made))
    for name, kinds in {
        "chain": [ctypes.c_int64, *[ctypes.c_double] * 4],
        "chain_of_rows": [ctypes.c_int64, ctypes.c_int64, *[ctypes.c_double] * 4],
        "reading": [ctypes.c_void_p, ctypes.c_int64],
        "pipes": [ctypes.c_int64, ctypes.c_double],
    }.items():
        getattr(library, name).argtypes, getattr(library, name).restype = kinds, ctypes.c_double
    return library


def chain() -> Any:
    """CHAIN steps of a node that does nothing else; None without a compiler."""
    return (library := _library()) and (lambda: library.chain(CHAIN, 0.4, 1.0, 0.6, 1e-9))


def chain_of_rows(rows: int, inputs: int) -> Any:
    """So many rows whose products are added up left to right, each waiting for the one before, and which do nothing else."""
    return (library := _library()) and (lambda: library.chain_of_rows(rows, inputs - 1, 0.4, 1.0, 0.6, 1e-9))


def reading(array: np.ndarray) -> Any:
    """One look at every number of an array."""
    return (library := _library()) and (lambda: library.reading(array.ctypes.data, array.size))


def pipes() -> Any:
    """PIPES multiplications and additions that wait for nothing."""
    return (library := _library()) and (lambda: library.pipes(PIPES, 1.0000001))
