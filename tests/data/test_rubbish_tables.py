"""A hundred kinds of what is no column, no table, no name, no path and no file: InputError or FileError, one line, or a run.

Each was tried at every place that takes a table; the files also with bytes turned at random.
"""

import datetime
import decimal
import fractions
import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from conftest import cases
from pyarrow import parquet

import nodescope as ns
from nodescope.data.files import open_file
from nodescope.data.open import open_table

LONGEST = 700


class NoLength:
    def __len__(self) -> int:
        return 3

    def __iter__(self) -> Any:
        raise RuntimeError("no\nway")


class NoArray:
    def __array__(self, *_: object) -> Any:
        raise KeyError("x")


class NoStream:
    columns = ("x",)

    def __arrow_c_stream__(self, _schema: object = None) -> Any:
        raise RuntimeError("no\nway")


class NoText:
    def __repr__(self) -> str:
        raise RuntimeError("no way")


class NoFloat(float):
    def __float__(self) -> float:
        raise RuntimeError("no way")


HUGE = 10**5000
COLUMNS: dict[str, Callable[[], Any]] = {
    "None": lambda: None,
    "a number": lambda: 5,
    "bytes": lambda: b"abc",
    "text": lambda: "abc",
    "text with NUL": lambda: "a\0b",
    "objects": lambda: np.array([1, None, "x"], dtype=object),
    "only objects": lambda: np.array([object()] * 3),
    "NaT": lambda: np.array(["NaT"] * 3, dtype="M8[s]"),
    "timedelta": lambda: np.array([1, 2, 3], dtype="m8[s]"),
    "dates": lambda: [datetime.date(2020, 1, 1)] * 3,
    "pandas timedelta": lambda: pd.Series(pd.to_timedelta([1, 2, 3])),
    "pandas NaT": lambda: pd.Series([pd.NaT] * 3),
    "categories": lambda: pd.Series(["a", "b", "c"], dtype="category"),
    "complex": lambda: np.array([1j, 2, 3]),
    "integers beyond 64 bits": lambda: [2**70, 1, 2],
    "integers of 5,000 digits": lambda: [HUGE, -HUGE, 2],
    "no axes": lambda: np.array(5.0),
    "two axes": lambda: np.ones((2000, 2)),
    "ragged": lambda: [[1, 2], [3], [4]],
    "a set": lambda: {1, 2, 3},
    "a mapping": lambda: {"a": 1},
    "a generator": lambda: (i for i in range(3)),
    "no length": NoLength,
    "no array": NoArray,
    "no stream": NoStream,
    "no text": lambda: [NoText()] * 3,
    "one without text": NoText,
    "no float": lambda: [NoFloat(1)] * 3,
    "text numbers": lambda: ["1", "2", "3"],
    "long text": lambda: ["x" * 5000, "1", "2"],
    "text with line breaks": lambda: ["a\nb\n" * 50, "1", "2"],
    "half a character": lambda: ["\ud800", "1", "2"],
    "byte strings": lambda: [b"1", b"2", b"3"],
    "big-endian": lambda: np.array([1, 2, 3], dtype=">f8"),
    "big-endian integers": lambda: np.array([1, 2, 3], dtype=">i4"),
    "half precision": lambda: np.array([1, 2, 3], dtype="f2"),
    "long double": lambda: np.array([1, 2, 3], dtype=np.longdouble) * np.longdouble("1e4000"),
    "unaligned": lambda: np.frombuffer(b"\0" + np.arange(3.0).tobytes(), dtype="u1")[1:].view("f8"),
    "masked": lambda: np.ma.array([1.0, 2, 3], mask=[0, 1, 0]),
    "masked objects": lambda: np.ma.array([1, "x", 3], mask=[0, 1, 0], dtype=object),
    "two masked axes": lambda: np.ma.array(np.ones((2000, 2)), mask=False),
    "empty": list,
    "an empty array": lambda: np.zeros(0),
    "backwards": lambda: np.arange(3.0)[::-1],
    "every second": lambda: np.arange(6.0)[::2],
    "fields": lambda: np.zeros(3, dtype=[("a", "f8")]),
    "void": lambda: np.zeros(3, dtype="V8"),
    "unicode": lambda: np.array(["a", "b", "c"]),
    "a range": lambda: range(3),
    "a memory view": lambda: memoryview(np.arange(3.0)),
    "a byte array": lambda: bytearray(b"abc"),
    "signalling NaN": lambda: [decimal.Decimal("NaN"), decimal.Decimal("sNaN"), 1],
    "large decimals": lambda: [decimal.Decimal("1e999999"), 1, 2],
    "large fractions": lambda: [fractions.Fraction(10**400, 1), 1, 2],
    "a type": lambda: int,
    "a function": lambda: len,
    "ellipsis": lambda: [..., 1, 2],
    "NaN": lambda: [float("nan")] * 3,
    "infinity": lambda: [float("inf")] * 3,
    "Arrow lists": lambda: pa.array([[1], [2], [3]]),
    "Arrow structs": lambda: pa.array([{"a": 1}] * 3),
    "Arrow times": lambda: pa.array([datetime.datetime(2020, 1, 1)] * 3),
    "Arrow durations": lambda: pa.array([datetime.timedelta(1)] * 3),
    "Arrow dictionary": lambda: pa.array(["a", "b", "a"]).dictionary_encode(),
    "Arrow nulls": lambda: pa.nulls(3),
    "Arrow bytes": lambda: pa.array([b"a"] * 3),
    "Arrow far dates": lambda: pa.array([2**30] * 3, pa.int32()).cast(pa.date32()),
    "an Arrow scalar": lambda: pa.scalar(1),
    "polars text": lambda: pl.Series(["a", "b", "c"]),
    "polars objects": lambda: pl.Series([object()] * 3),
    "polars dates": lambda: pl.Series([datetime.date(2020, 1, 1)] * 3),
    "polars lists": lambda: pl.Series([[1], [2], [3]]),
}
GOOD = {"x": [1.0, 2, 3], "y": [1.0, 2, 3]}
PLACES: dict[str, Callable[[Any], object]] = {
    "a column": lambda value: fit({"x": value, "y": [1.0, 2, 3]}),
    "the goal's column": lambda value: fit({"x": [1.0, 2, 3], "y": value}),
    "the table": lambda value: fit(value),
    "the table, counted": lambda value: fit(value, goal="0"),
    "rows": lambda value: fit([value, value], goal="0"),
    "a cell": lambda value: fit([{"x": 1, "y": 2}, {"x": value, "y": 3}]),
    "a record": lambda value: fit([{"x": 1, "y": 2}, value]),
    "goal": lambda value: fit(GOOD, goal=value),
    "inputs": lambda value: fit(GOOD, inputs=value),
    "an input": lambda value: fit(GOOD, inputs=[value]),
    "standardise": lambda value: fit(GOOD, standardise=value),
    "mean and deviation": lambda value: fit(GOOD, standardise={"mean": value, "deviation": value}),
    "missing": lambda value: fit(GOOD, missing=value),
    "holdout": lambda value: fit(GOOD, holdout=value),
    "a data frame": lambda value: fit(frame_of("x", value)),
    "predict": lambda value: RUN.predict(value),
    "a column to predict from": lambda value: RUN.predict({"x": value}),
    "load": lambda value: ns.load(value),
    "resume": lambda value: ns.resume(value),
    "read_recipe": lambda value: ns.read_recipe(value),
    "a run to save": lambda value: ns.save(value, os.devnull),
    "a run to export": lambda value: ns.export(value, "x.html"),
    "a theme": lambda value: ns.export(RUN, os.devnull + ".svg", theme=value),
    "a step": lambda value: ns.export(RUN, os.devnull + ".svg", step=value),
}


def fit(data: Any, **keywords: Any) -> ns.Run:
    return ns.descend(**{"data": data, "goal": "y", "epochs": 1, **keywords})


RUN = fit(GOOD)


def frame_of(name: Any, column: Any) -> Any:
    """A data frame, or a good one where pandas takes no such column."""
    try:
        return pd.DataFrame({name: column, "y": [1.0, 2, 3]})
    except Exception:
        return pd.DataFrame(GOOD)


def refused_or_done(act: Callable[[], object]) -> str:
    """The sentence; "" where it was done. Any other exception is the test's failure."""
    try:
        act()
    except (ns.InputError, ns.FileError) as error:
        said = str(error)
        assert said.strip()
        assert "\n" not in said, said[:200]
        assert len(said) < LONGEST, said[:200]
        assert " array(" not in said, said
        return said
    return ""


@pytest.mark.parametrize("place", PLACES)
def test_what_is_no_table(place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for make in COLUMNS.values():
        refused_or_done(lambda make=make: PLACES[place](make()))


NAMES = {"NUL": "a\0b", "long": "n" * 5000, "half a character": "\ud800", "line break": "a\nb", "empty": "", "None": None, "int": 3,
    "tuple": ("a", "b"), "float": 1.5, "bytes": b"a", "terminal": "\x1b[31m"}  # fmt: skip


@pytest.mark.parametrize("kind", NAMES)
def test_names_of_any_kind(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    name = NAMES[kind]
    for column in ([1.0, 2, 3], ["a", "b", "c"], [None, 1, 2]):
        for goal in ("y", name, "absent"):
            refused_or_done(lambda column=column, goal=goal: fit({name: column, "y": [1.0, 2, 3]}, goal=goal))
            refused_or_done(lambda column=column, goal=goal: fit(frame_of(name, column), goal=goal))
    for keyword in ("goal", "inputs"):
        refused_or_done(lambda keyword=keyword: fit(GOOD, **{keyword: [name]}))
    for read in (ns.load, ns.resume, ns.read_recipe, fit, RUN.predict):
        assert refused_or_done(lambda read=read: read(name)) or isinstance(name, tuple)
    if not isinstance(name, str) or kind in ("NUL", "long", "half a character"):
        assert refused_or_done(lambda: ns.save(RUN, name))
        assert refused_or_done(lambda: ns.export(RUN, f"{name}.csv" if isinstance(name, str) else name))


def test_frames_of_many_kinds() -> None:
    frames: list[Callable[[], Any]] = [
        lambda: pd.DataFrame(np.ones((3, 2)), columns=pd.MultiIndex.from_tuples([("a", 1), ("b", 2)])),
        lambda: pd.DataFrame({"x": [1, 2], "y": [3, 4]}, index=pd.MultiIndex.from_tuples([(1, 2), (3, 4)])),
        lambda: pd.DataFrame(np.ones((3, 3)), columns=["x", "y", "x"]),
        lambda: pd.DataFrame(np.ones((3, 3)), columns=["x", 1, "y"]),
        lambda: pd.DataFrame(),
        lambda: pd.DataFrame({"x": [], "y": []}),
        lambda: pd.DataFrame({"x": pd.date_range("2020", periods=3), "y": [1.0, 2, 3]}),
        lambda: pd.DataFrame({"x": pd.interval_range(0, 3), "y": [1.0, 2, 3]}),
        lambda: pd.DataFrame({"x": pd.period_range("2020", periods=3), "y": [1.0, 2, 3]}),
        lambda: pd.DataFrame({"x": pd.arrays.SparseArray([1.0, 0, 2]), "y": [1.0, 2, 3]}),
        lambda: pl.LazyFrame({"x": [1], "y": [2]}),
        lambda: np.zeros((2, 2, 2)),
        lambda: np.array([[1, "x"], [2, None]], dtype=object),
        lambda: {1: [1.0, 2], "1": [1.0, 2]},
    ]
    for make in frames:
        for goal in ("y", "0", ("a", 1)):
            refused_or_done(lambda make=make, goal=goal: fit(make(), goal=goal))
    assert "Duplicate column names" in refused_or_done(lambda: fit(frames[2]()))
    assert refused_or_done(lambda: fit(frames[0](), goal="('b', 2)")) == ""


FILES = {
    "lone carriage returns": b"x,y\r1,2\r3,4\r",
    "line ends of each kind": b"x,y\n1,2\r3,4\r\n5,6",
    "a carriage return in quotes": b'x,y\n"1\r",2\n',
    "latin-1 and carriage returns": "x,y\r\u00e9,2\r".encode("latin-1"),
    "a latin-1 header in quotes": b'"x\rz",y\n\xe9,2\n',
    "a long latin-1 header": b"\xe9" * 100_000 + b",y\n1,2",
    "with a mark": b"\xef\xbb\xbfx,y\n1,2\n3,4",
    "utf-16": "x,y\n1,2".encode("utf-16-le"),
    "no names": b",,\n1,2,3\n",
    "an integer of 5,000 digits": b"x,y\n" + b"9" * 5000 + b",1\n2,3\n",
    "beyond float64": b"x,y\n1e999,1\n2,3\n",
    "a cell of 3 MB": b"x,y\n" + b"x" * 3_000_000 + b",1\n",
    "an open quote": b'x,y\n"1,2\n',
    "an open quote in the header": b'"x,y\n1,2\n',
    "NUL in a name": b"x\0b,y\n1,2\n",
    "only commas": b",,,,\n,,,,\n",
    "a form feed": b"\x0c\n",
    "line separators": "x,y\u20281,2\n".encode(),
    "infinity": b"x,y\ninf,1\n-inf,2\n",
    "no UTF-8": b"x,y\n\xff\xfe,2\n3,4\n",
    "many returns": b"x,y\r\r\n1,2\r\r\n",
}


@pytest.mark.parametrize("kind", FILES)
def test_files_of_text(kind: str, tmp_path: Path) -> None:
    for name in ("t.csv", "t.tsv", "t.txt", "t", "t.parquet"):
        path = tmp_path / name
        path.write_bytes(FILES[kind])
        for goal in ("y", "absent"):
            refused_or_done(lambda path=path, goal=goal: fit(path, goal=goal))
        refused_or_done(lambda path=path: RUN.predict(path))
        refused_or_done(lambda path=path: ns.grade(path, weight=0.4, input=1, goal=0.6, alpha=0.1))
        refused_or_done(lambda path=path: ns.read_recipe(path))


RECIPES = [
    b"input = 1\ngoal = " + b"9" * 5000, b"steps = " + b"9" * 400 + b"\ninput = 1\ngoal = 1", b'data = "a\\u0000b"\ngoal = "y"',
    b"k" * 5000 + b" = 1", b"# \xe9\n", b"input = 2020-01-01\ngoal = 1", b"[input]\na = 1", b"[[input]]\na = 1\n",
    b"input = " + b"[" * 3000 + b"]" * 3000, b".".join([b"a"] * 5000) + b" = 1", b"input = true\ngoal = false", b"",
    b"data = 5\ngoal = 1",
    b'input = 1\ngoal = 1\nalpha = {name = "steps"}', b"input = 1\ngoal = 1\nalpha = 12:00:00", b"input = 1\rgoal = 1",
    b"input = 1\ngoal = 1\nnetwork = {sizes = [1, -1, 1]}", b"input = nan\ngoal = 1", b'input = 1\ngoal = 1\nbias = "x"',
]  # fmt: skip


@pytest.mark.parametrize("number", range(len(RECIPES)))
def test_recipes(number: int, tmp_path: Path) -> None:
    (tmp_path / "r.toml").write_bytes(RECIPES[number])
    assert refused_or_done(lambda: ns.descend(**ns.read_recipe(tmp_path / "r.toml")))
    assert refused_or_done(lambda: ns.forecast(**ns.read_recipe(tmp_path / "r.toml")))


def test_paths_that_lead_nowhere(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "no" / "x", os.devnull, tmp_path / ("x" * 300), "x" * 5000, "~/x", tmp_path / "a\nb"):
        for read in (ns.load, ns.resume, ns.read_recipe, fit, RUN.predict):
            said = refused_or_done(lambda path=path, read=read: read(path))
            assert said or (path, read) == (os.devnull, ns.read_recipe), "an empty recipe is one"


def parquets(path: Path) -> list[bytes]:
    table = pa.table({"x": np.arange(200.0), "y": np.arange(200) % 7, "s": [str(i % 5) for i in range(200)]})
    made = []
    for options in (
        {},
        {"compression": "zstd", "row_group_size": 50},
        {"use_dictionary": False, "write_page_checksum": True},
        {"data_page_version": "2.0", "write_statistics": False},
    ):
        parquet.write_table(table, path, **options)
        made.append(path.read_bytes())
    return made


def test_parquet_with_bytes_turned_at_random(tmp_path: Path) -> None:
    """Story: one of them ended the process, in the other library's own code."""
    path = tmp_path / "t.parquet"
    good, dice = parquets(path), random.Random(7)
    for turn in range(cases(2000)):
        content = bytearray(dice.choice(good))
        first = max(0, len(content) - 600) if turn % 2 else 0
        for _ in range(dice.randint(1, 4)):
            content[dice.randrange(first, len(content))] = dice.randrange(256)
        path.write_bytes(content[: dice.randrange(len(content))] if turn % 5 == 0 else content)
        refused_or_done(lambda: open_table(path).declared())
        refused_or_done(lambda: fit(path, inputs="x"))
        refused_or_done(lambda: fit(path))


def test_sizes_are_declared_before_anything_is_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Story: a Parquet file of 446 kB, of 60 million rows, took 1.9 GB."""
    path, rows = tmp_path / "t.parquet", 3_000_000
    parquet.write_table(pa.table({"x": pa.array(np.zeros(rows)), "y": pa.array(np.zeros(rows))}), path)
    assert path.stat().st_size < 100_000
    size = open_file(path).declared()
    assert size.rows == rows
    assert size.unpacked < path.stat().st_size * 10, "runs of one value stay short in the file itself"
    monkeypatch.setattr("nodescope.data.files.memory", lambda: 16.0 * 2 * rows - 1)
    monkeypatch.setattr("pyarrow.parquet.ParquetFile.read", lambda *_, **__: pytest.fail("it was unpacked"))
    assert "says that it has 3,000,000 rows" in refused_or_done(lambda: fit(path))
    for text, least in ((b"x,y\n1,2\n3,4", 1), (b"x\r1\r2\r", 3), (b"x\r\n1\r\n", 2)):
        (tmp_path / "t.csv").write_bytes(text)
        assert open_file(tmp_path / "t.csv").declared().rows >= least
