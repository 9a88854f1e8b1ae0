"""About a hundred things that a person may hand in by mistake, by name, each made anew."""

import datetime
import decimal
import fractions
import io
import pathlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa


class Hostile:
    """Nothing of it can be asked."""

    def __repr__(self) -> str:
        raise ValueError("no repr")

    def __array__(self, *_: object, **__: object) -> Any:
        raise RuntimeError("no array")

    def __fspath__(self) -> str:
        raise OSError("no path")

    def __len__(self) -> int:
        raise KeyError("no length")

    def __eq__(self, other: object) -> bool:
        raise ArithmeticError("no comparison")

    __hash__ = None  # type: ignore[assignment]


class Lines:
    """Its repr has many lines."""

    def __repr__(self) -> str:
        return "a\nb\r\n\x1b[31mc\u2028d\x85e" * 50


def nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


def around() -> list[Any]:
    value: list[Any] = []
    value.append(value)
    return value


def unaligned() -> Any:
    whole = np.zeros(8 * 3 + 1, dtype=np.uint8)
    return whole[1:].view(np.float64)


def masked(mask: Any) -> Any:
    return np.ma.array([1.0, 2.0, 3.0], mask=mask)


RUBBISH: dict[str, Callable[[], Any]] = {
    "None": lambda: None,
    "a number": lambda: 5,
    "minus one": lambda: -1,
    "half": lambda: 0.5,
    "True": lambda: True,
    "NumPy's True": lambda: np.True_,
    "nan": lambda: float("nan"),
    "infinity": lambda: float("-inf"),
    "a complex number": lambda: 1 + 2j,
    "2**63": lambda: 2**63,
    "2**70": lambda: 2**70,
    "-2**70": lambda: -(2**70),
    "5,000 digits": lambda: 10**5000,
    "a decimal": lambda: decimal.Decimal("0.5"),
    "a signalling NaN": lambda: decimal.Decimal("sNaN"),
    "a decimal of no double": lambda: decimal.Decimal("1e999"),
    "a fraction": lambda: fractions.Fraction(1, 3),
    "a fraction of no double": lambda: fractions.Fraction(10**400),
    "NumPy's longdouble": lambda: np.longdouble("1e4000"),
    "NumPy's half": lambda: np.float16(0.5),
    "NumPy's uint64": lambda: np.uint64(2**64 - 1),
    "an empty text": lambda: "",
    "a text": lambda: "six",
    "a space": lambda: " ",
    "a NUL": lambda: "a\0b",
    "lines": lambda: "a\nb\r\nc",
    "half a character": lambda: "\ud800",
    "5,000 letters": lambda: "a" * 5000,
    "5,000 digits of text": lambda: "9" * 5000,
    "a decimal comma": lambda: "0,1",
    "escapes": lambda: "\x1b[31mred\u2028\u202e",
    "bytes": lambda: b"six",
    "no bytes": lambda: b"",
    "bytes that are no text": lambda: b"\xff\xfe\0",
    "a bytearray": lambda: bytearray(b"six"),
    "a memoryview": lambda: memoryview(b"six"),
    "a date": lambda: datetime.datetime(2020, 1, 1),
    "a timedelta": lambda: datetime.timedelta(1),
    "NaT": lambda: np.datetime64("NaT"),
    "NumPy's timedelta": lambda: np.timedelta64(1, "s"),
    "pandas' NaT": lambda: pd.NaT,
    "pandas' NA": lambda: pd.NA,
    "an object": object,
    "a hostile object": Hostile,
    "an object of many lines": Lines,
    "a class": lambda: int,
    "a module": lambda: np,
    "a function": lambda: len,
    "a function of nothing": lambda: lambda: 1.0,
    "a function that fails": lambda: lambda _: 1 / 0,
    "a function that gives text": lambda: lambda _: "x",
    "an ellipsis": lambda: ...,
    "a slice": lambda: slice(1, 2),
    "a range": lambda: range(3),
    "a generator": lambda: (i for i in range(3)),
    "an open file": lambda: io.StringIO("a,b\n1,2\n"),
    "a path": lambda: pathlib.Path("nowhere"),
    "a path with a NUL": lambda: pathlib.Path("a\0b"),
    "an empty list": list,
    "an empty tuple": tuple,
    "an empty dict": dict,
    "an empty set": set,
    "a set": lambda: {1.0, 2.0},
    "a list of None": lambda: [None],
    "a list of texts": lambda: ["a", "b"],
    "a list of bools": lambda: [True, False],
    "a list of dicts": lambda: [{}],
    "a list with text": lambda: [1.0, "x"],
    "a list with 2**70": lambda: [2**70],
    "a list with 5,000 digits": lambda: [10**5000],
    "a list with nan": lambda: [1.0, float("nan")],
    "a list with a date": lambda: [datetime.date(2020, 1, 1)],
    "a ragged list": lambda: [[1.0, 2.0], [3.0]],
    "a list in a list in a list": lambda: nested(30),
    "a list 5,000 deep": lambda: nested(5000),
    "a list that has itself": around,
    "a list of 10,000": lambda: [0.5] * 10_000,
    "a dict": lambda: {"a": 1},
    "a dict of columns": lambda: {"a": [1.0, 2.0], "b": [2.0, 3.0]},
    "a dict with other keys": lambda: {5: 1, None: 2},
    "a dict with a name": lambda: {"name": "adam"},
    "a dict with a name of 5": lambda: {"name": 5},
    "an empty array": lambda: np.empty(0),
    "an empty table": lambda: np.empty((0, 3)),
    "a table of no columns": lambda: np.empty((3, 0)),
    "an array without axes": lambda: np.array(0.5),
    "text without axes": lambda: np.array("x"),
    "an object without axes": lambda: np.array(None),
    "an array of objects": lambda: np.array([1.0, None, "x"], dtype=object),
    "an array of numbers as objects": lambda: np.array([1.0, 2.0], dtype=object),
    "an array of texts": lambda: np.array(["a", "b"]),
    "an array of bytes": lambda: np.array([b"a"]),
    "an array of bools": lambda: np.array([True, False]),
    "an array of dates": lambda: np.array(["2020-01-01", "NaT"], dtype="datetime64[D]"),
    "an array of complex numbers": lambda: np.array([1j]),
    "an array with names": lambda: np.zeros(2, dtype=[("a", "f8"), ("b", "f8")]),
    "a big-endian array": lambda: np.array([1.0, 2.0], dtype=">f8"),
    "an unaligned array": unaligned,
    "a reversed array": lambda: np.arange(3.0)[::-1],
    "an array of float16": lambda: np.array([1.0, 2.0], dtype=np.float16),
    "an array of longdoubles": lambda: np.array([1.0, np.longdouble("1e4000")], dtype=np.longdouble),
    "an array of uint64": lambda: np.array([2**64 - 1], dtype=np.uint64),
    "an array with nan": lambda: np.array([1.0, np.nan]),
    "a masked array": lambda: masked([0, 1, 0]),
    "masked": lambda: np.ma.masked,
    "five axes": lambda: np.zeros((1, 1, 1, 1, 1)),
    "a matrix": lambda: np.eye(3),
    "a large array": lambda: np.zeros((300, 300)),
    "a frame": lambda: pd.DataFrame({"a": [1.0, 2.0], "b": [2.0, 3.0]}),
    "an empty frame": pd.DataFrame,
    "a frame with a name twice": lambda: pd.DataFrame([[1.0, 2.0]], columns=["a", "a"]),
    "a frame with two rows of names": lambda: pd.DataFrame([[1.0, 2.0]], columns=pd.MultiIndex.from_tuples([("a", 1), ("a", 2)])),
    "a frame of dates": lambda: pd.DataFrame({"a": [pd.NaT]}),
    "a series": lambda: pd.Series([1.0, 2.0]),
    "a series of NA": lambda: pd.Series([1, None], dtype="Int64"),
    "an Arrow table": lambda: pa.table({"a": [1.0], "b": ["x"]}),
    "an Arrow table with a name twice": lambda: pa.table([[1.0], [2.0]], names=["a", "a"]),
    "an Arrow array": lambda: pa.array([1.0, None]),
}  # fmt: skip
