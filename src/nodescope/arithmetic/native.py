"""The structs of core.h, and arrays as arguments: what `core.py` hands over to the library.

Each array that a struct points to lives as long as the struct does, and each argument as long as the call.
"""

import ctypes
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

COLUMN_NAMES = (
    "weight", "weighted_delta", "alpha_delta", "new_weight", "memory", "sum", "prediction", "delta", "mse", "norm", "example",
)  # fmt: skip
SETTINGS = 6
"""A rule has at most so many settings."""
SPAN_NAMES = ("first_weight", "weights", "first_node", "nodes")


class Array:
    """The type of an argument that is an array: ctypes holds the array itself until the call returns. None is NULL."""

    @classmethod
    def from_param(cls, array: NDArray[Any] | None) -> Any:
        """What ctypes makes the argument from."""
        if array is not None and not isinstance(array, np.ndarray):
            raise TypeError(f"{type(array).__name__} is no array")
        return None if array is None else array.ctypes


class Addresses:
    """Where arrays are, as a table that the core reads; each lives as long as it. None is NULL."""

    def __init__(self, arrays: Sequence[NDArray[Any] | None]) -> None:
        self.table = np.zeros(len(arrays), dtype=np.uintp)
        self._kept: dict[int, NDArray[Any]] = {}
        for place, array in enumerate(arrays):
            if array is not None:
                self[place] = array

    def __setitem__(self, place: int, array: NDArray[Any]) -> None:
        self._kept[place], self.table[place] = array, array.ctypes.data


class Struct(ctypes.Structure):
    """A struct of core.h: its fields are set by name, and each array that it points to lives as long as it does."""

    def __init__(self, **values: Any) -> None:
        self.arrays = {}
        for name, value in values.items():
            if isinstance(value, np.ndarray):
                self.arrays[name], values[name] = value, value.ctypes.data
        super().__init__(**values)


class NativeLayer(Struct):
    """`ns_layer` of core.h."""

    _fields_ = [
        (name, ctypes.c_int64) for name in ("inputs", "outputs", "has_bias", "activation", "first_weight", "first_node")
    ]  # ctypes reads a plain list


class NativeProblem(Struct):
    """`ns_problem` of core.h."""

    _fields_ = [  # ctypes reads a plain list
        *[(name, ctypes.c_int64) for name in ("examples", "inputs", "outputs", "batch", "sums", "lanes", "shuffled", "rule")],
        ("seed", ctypes.c_uint64),
        *[(name, ctypes.c_void_p) for name in ("input", "narrow", "goal", "frozen")],
        ("alpha", ctypes.c_double),
        ("setting", ctypes.c_double * SETTINGS),
        ("until_mse", ctypes.c_double),
        ("layers", ctypes.c_int64),
        ("layer", ctypes.POINTER(NativeLayer)),
        ("sequential", ctypes.c_int64),
        ("loss", ctypes.c_int64),
        *[(name, ctypes.c_double) for name in ("threshold", "l2", "l1")],
        ("penalises_bias", ctypes.c_int64),
        ("clip", ctypes.c_double),
        ("factor", ctypes.c_void_p),
        ("part", ctypes.c_int64),
    ]


class NativeColumns(Struct):
    """`ns_columns` of core.h."""

    _fields_ = [  # ctypes reads a plain list
        *[(name, ctypes.c_void_p) for name in COLUMN_NAMES],
        *[(name, ctypes.c_int64) for name in SPAN_NAMES],
    ]


class NativeTeam(Struct):
    """`ns_team` of core.h."""

    _fields_ = [  # ctypes reads a plain list
        ("helpers", ctypes.c_int64), ("rooms", ctypes.c_void_p), ("left", ctypes.c_int64), ("done", ctypes.c_int64),
        ("job", ctypes.c_void_p),
    ]  # fmt: skip


class NativeWhere(Struct):
    """`ns_where` of core.h."""

    _fields_ = [  # ctypes reads a plain list
        *[(name, ctypes.c_void_p) for name in ("state", "saved", "checkpoints", "scratch", "drawn", "alphas")],
        ("alphas_from", ctypes.c_int64),
        ("columns", ctypes.POINTER(NativeColumns)),
        ("team", ctypes.POINTER(NativeTeam)),
    ]


class NativeSweep(Struct):
    """`ns_sweep` of core.h."""

    _fields_ = [  # ctypes reads a plain list
        ("problem", ctypes.POINTER(NativeProblem)),
        ("epochs", ctypes.c_int64),
        *[(name, ctypes.c_void_p) for name in ("alpha", "state", "outcome", "step", "period")],
    ]


class NativeParts(Struct):
    """`ns_parts` of core.h."""

    _fields_ = [  # ctypes reads a plain list
        *[(name, ctypes.c_int64) for name in ("inputs", "outputs", "parts")],
        *[(name, ctypes.c_void_p) for name in ("begin", "input", "goal")],
    ]
