"""Every kind of table gives the same numbers; every fault gives one message with file, row, column and
remedy."""

import random
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from nodescope.data.fingerprint import fingerprint
from nodescope.data.named import is_table
from nodescope.data.reading import read_examples
from nodescope.data.source import Source
from nodescope.errors import FileError, InputError

COLUMNS = {"a": [1.5, 2.0, 4.0], "b": [10, 20, 30]}
TABLES = {
    "pandas": pd.DataFrame(COLUMNS),
    "pandas with row labels": pd.DataFrame(COLUMNS, index=[5, 3, 9]),
    "polars": pl.DataFrame(COLUMNS),
    "pyarrow": pa.table(COLUMNS),
    "mapping": COLUMNS,
    "records": [{"a": 1.5, "b": 10}, {"a": 2.0, "b": 20}, {"b": 30, "a": 4.0}],
}


@pytest.mark.parametrize("kind", TABLES)
def test_every_kind_of_table_gives_the_same_numbers(kind: str) -> None:
    examples = read_examples(TABLES[kind], goal="b")
    assert is_table(TABLES[kind])
    assert examples.input.tolist() == [[1.5], [2.0], [4.0]]
    assert examples.goal.tolist() == [[10.0], [20.0], [30.0]]
    assert examples.source is not None
    assert examples.source.inputs == ("a",)


def test_an_array_has_numbered_columns() -> None:
    examples = read_examples(np.arange(6.0).reshape(3, 2), goal=1)  # type: ignore[arg-type]
    assert (examples.input.tolist(), examples.goal.tolist()) == ([[0.0], [2.0], [4.0]], [[1.0], [3.0], [5.0]])


def test_parquet(tmp_path: Path) -> None:
    pq.write_table(pa.table(COLUMNS), tmp_path / "t.parquet")
    assert read_examples(tmp_path / "t.parquet", goal="b").input.tolist() == [[1.5], [2.0], [4.0]]


def test_csv_numbers_are_those_of_float(tmp_path: Path) -> None:
    drawn = random.Random(1)
    texts = []
    while len(texts) < 10_000:
        bits = struct.unpack("d", drawn.randbytes(8))[0]
        text = (
            repr(bits)
            if len(texts) % 2
            else f"{drawn.randint(-(10**19), 10**19)}.{drawn.randint(0, 10**20)}e-{drawn.randint(0, 320)}"
        )
        if np.isfinite(float(text)):
            texts.append(text)
    (tmp_path / "t.csv").write_text("a,b\n" + "".join(f"{text},1\n" for text in texts))
    read = read_examples(tmp_path / "t.csv", goal="b").input[:, 0]
    assert read.tobytes() == np.array([float(text) for text in texts]).tobytes()


FAULTS: dict[str, tuple[bytes, dict[str, Any], list[str]]] = {
    "empty": (b"", {}, ["t.csv", "empty"]),
    "header only": (b"a,b\n", {}, ["no rows"]),
    "ragged": (b"a,b\n1,2\n3\n", {}, ["t.csv", "row 2 (line 3)", "1 cell,", "2 column names"]),
    "same name twice": (b"a,a,b\n1,2,3\n", {}, ["'a' occurs twice"]),
    "cell in Latin-1": (b"a,b\n1,2\n\xe9,3\n", {}, ["row 2 (line 3)", "'a'", "the text '\u00e9'"]),
    "not UTF-8 far down": (
        b"a,b\n" + b"1,2\n" * 30_000 + b"\xe9,3\n",
        {},
        ["row 30001 (line 30002)", "'a'", "not UTF-8", 'encoding="latin-1"'],
    ),
    "too exact": (b"a,b\n1,2\n9007199254740993,3\n", {}, ["row 2", "'a'", "9007199254740993", "2**53"]),
    "infinite": (b"a,b\n1,-inf\n", {}, ["row 1 (line 2)", "'b'", "-inf", "finite"]),
    "overflow": (b"a,b\n1e400,1\n", {}, ["row 1", "'a'", "finite"]),
    "semicolons that were said to be commas": (b"a;b\n1;2\n", {"reading": {"delimiter": ","}}, ["'a;b'", "delimiter"]),
    "text": (b"a,b,c\nx,2,3\n", {"inputs": ["a"]}, ["row 1 (line 2)", "'a'", "'x'", "leave the column out"]),
    "text not asked for": (b"a,b,c\nx,2,3\n", {}, ["'a'", "inputs=['c']"]),
    "missing": (b"a,b\n1,2\nNA,3\n,4\n", {}, ["2 of 3 rows", "rows 2, 3", "'a'", 'missing="drop"']),
    "all missing": (b"a,b\nNA,3\n", {"missing": "drop"}, ["every row", "'a'"]),
    "goal among inputs": (b"a,b\n1,2\n", {"inputs": ["a", "b"]}, ["'b' is both goal and input"]),
    "unknown": (b"alpha,b\n1,2\n", {"inputs": ["alhpa"]}, ["'alhpa'", "did you mean 'alpha'?"]),
    "no input": (b"b\n1\n", {}, ["no column is left"]),
    "nothing seen": (b"a,b\n1,2\n", {"holdout": 0.5}, ["1 row", "no row to learn from"]),
    "holdout": (b"a,b\n1,2\n", {"holdout": 1.0}, ["holdout is 1.0"]),
    "Parquet named csv": (b"PAR1....PAR1", {}, ["named .csv", "Parquet"]),
    "zip": (b"PK\x03\x04", {}, ["zip"]),
    "scaling": (b"a,b\n1,2\n", {"standardise": {"mean": [0], "deviation": [0]}}, ["deviation 0 is 0.0"]),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_named_with_its_place_and_remedy(fault: str, tmp_path: Path) -> None:
    content, keywords, said = FAULTS[fault]
    (tmp_path / "t.csv").write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_examples(tmp_path / "t.csv", **{"goal": "b", **keywords})
    assert [part for part in said if part not in str(caught.value)] == []


MASKED = np.ma.masked_array([1, 2, 3], mask=[False, True, False])
MORE_FAULTS: dict[str, tuple[Any, dict[str, Any], list[str]]] = {
    "masked": ({"a": MASKED, "b": [1, 2, 3]}, {}, ["1 of 3 rows has a missing value (row 2; column 'a')"]),
    "masked table": (np.ma.masked_array(np.ones((2, 2)), mask=[[0, 0], [1, 0]]), {"goal": 1}, ["row 2; column '0'"]),
    "text in lists": ([[1, "2"], [3, 4]], {"goal": 0}, ["a list of rows: row 1, column '1' has the text '2'"]),
    "huge in lists": ([[10**400, 1]], {"goal": 1}, ["row 1, column '0'", "too large for float64"]),
    "too exact in lists": ([[2**53 + 1, 1]], {"goal": 1}, ["row 1, column '0'", "9007199254740993"]),
    "ragged lists": ([[1, 2], [3]], {"goal": 1}, ["neither dicts nor rows of numbers of one length"]),
    "a set as column": ({"a": {1, 2}, "b": [1, 2]}, {}, ["column 'a' is {1, 2}", "a list"]),
    "a mapping as column": ({"a": {"x": 1}, "b": [1]}, {}, ["column 'a' is {'x': 1}", "a list"]),
    "no axis as column": ({"a": np.array(3.0), "b": [1]}, {}, ["column 'a' is an array without axes (3.0)", "a list"]),
    "a set of names": (COLUMNS, {"inputs": {"a"}}, ["inputs is {'a'}", "a list"]),
    "no axis of names": (COLUMNS, {"goal": np.array("b")}, ["goal is an array without axes ('b')", "a list"]),
    "holdout in quotes": (COLUMNS, {"holdout": "0.5"}, ["holdout is '0.5'", "a fraction of the rows"]),
    "holdout nan": (COLUMNS, {"holdout": np.nan}, ["holdout is nan", "at least 0 and below 1"]),
    "missing": (COLUMNS, {"missing": "dorp"}, ["missing is 'dorp'", "'refuse' or 'drop'", "did you mean 'drop'"]),
    "missing array": (COLUMNS, {"missing": np.zeros(2)}, ["missing is an array of shape (2,)"]),
    "scaling in quotes": (
        COLUMNS,
        {"standardise": {"mean": ["1"], "deviation": [1]}},
        ["standardise: mean must be numbers", "['1']"],
    ),
    "scaling masked": (COLUMNS, {"standardise": {"mean": MASKED, "deviation": [1]}}, ["standardise: mean[1] is masked"]),
    "scaling nan": (COLUMNS, {"standardise": {"mean": [np.nan], "deviation": [1]}}, ["standardise: mean[0] is nan"]),
    "scaling of goals": (COLUMNS, {"standardise": {"mean": [1], "deviation": [1], "goal": 5}}, ["'goal', which is for networks"]),
    "scaling huge": (COLUMNS, {"standardise": 10**5000}, ["standardise is int of too many digits", "True, False"]),
}


@pytest.mark.parametrize("fault", MORE_FAULTS)
def test_a_fault_in_memory_is_named_too(fault: str) -> None:
    table, keywords, said = MORE_FAULTS[fault]
    with pytest.raises(InputError) as caught:
        read_examples(table, **{"goal": "b", **keywords})
    assert [part for part in said if part not in str(caught.value)] == []


def test_tensors_with_gradients() -> None:
    torch = pytest.importorskip("torch")
    tensor = torch.ones(2, requires_grad=True)
    with pytest.raises(InputError, match=r"column 'a' has a Tensor that is no array \(Can't call numpy\(\) on Tensor"):
        read_examples({"a": tensor, "b": [1, 2]}, goal="b")


def test_masked_rows_are_dropped_where_asked_for() -> None:
    examples = read_examples({"a": MASKED, "b": np.ma.masked_array([4.0, 5.0, 6.0])}, goal="b", missing="drop")
    assert (examples.input.tolist(), examples.goal.tolist()) == ([[1.0], [3.0]], [[4.0], [6.0]])


def test_names_may_come_from_a_table_itself() -> None:
    frame = pd.DataFrame(COLUMNS)
    for names in (frame.columns[:1], (name for name in "a"), {"a": 1}.keys(), np.array(["a"])):
        assert read_examples(frame, goal="b", inputs=names).input.tolist() == [[1.5], [2.0], [4.0]]
    assert read_examples([[1, None, 2], [3, 4, 5]], goal=np.int64(2), inputs=[np.int64(0)]).goal.tolist() == [[2.0], [5.0]]


def test_files_that_are_not_there_or_not_what_they_say(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="No such file"):
        read_examples(tmp_path / "no.csv", goal="b")
    (tmp_path / "t.parquet").write_bytes(b"a,b\n1,2\n")
    with pytest.raises(InputError, match="not a Parquet file"):
        read_examples(tmp_path / "t.parquet", goal="b")


@pytest.mark.parametrize("column", [pd.Categorical(["x"]), pd.to_datetime(["2020-01-01"]), ["1"], [[1]]])
def test_columns_that_are_not_numbers(column: Any) -> None:
    with pytest.raises(InputError, match="row 1, column 'a'"):
        read_examples(pd.DataFrame({"a": column, "b": [1]}), goal="b")


def test_hostile_names_and_line_breaks(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text('"<script>\n","=1+1",b,note\n1,2,3,"x\ny"\n')
    source = read_examples(tmp_path / "t.csv", goal="b", inputs=["<script>\n", "=1+1"]).source
    assert source is not None
    assert source.inputs == ("<script>\n", "=1+1")


def test_dropped_rows_and_hold_out_are_recorded() -> None:
    table = {"a": [1.0, None, 3.0, 4.0, 5.0, 6.0], "b": [1, 2, 3, 4, 5, 6]}
    examples = read_examples(table, goal="b", missing="drop", holdout=0.4, seed=3)
    source = examples.source
    assert source is not None
    assert source.dropped == (2,)
    assert len(source.unseen_rows) == 2
    assert sorted([*source.seen_rows, *source.unseen_rows]) == [0, 2, 3, 4, 5]
    assert examples.input[:, 0].tolist() == [row + 1.0 for row in source.seen_rows]


def test_scaling_by_hand_and_there_and_back() -> None:
    table = {"a": [1.0, 3.0], "c": [0.1, 0.1], "b": [5.0, 9.0]}
    examples = read_examples(table, goal="b", standardise=True)
    assert examples.input.tolist() == [[-1.0, 0.0], [1.0, 0.0]]
    source = examples.source
    assert source is not None
    assert examples.scaling is not None
    matrix = Source.from_dict(source.to_dict()).matrix({"c": [0.1], "a": [5.0]})
    assert examples.scaled(matrix).tolist() == [[3.0, 0.0]]
    weight, bias = examples.scaling.in_table_units(np.array([[2.0, 0.0]]), np.array([7.0]))
    assert (weight.tolist(), bias.tolist()) == ([[2.0, 0.0]], [3.0])
    with pytest.raises(InputError, match="did you mean 'aa'"):
        source.matrix({"aa": [1.0], "c": [1.0]})
    with pytest.raises(InputError, match="row 2; column 'a'"):
        source.matrix({"a": [1.0, None], "c": [1.0, 1.0]})


def test_fingerprint_knows_bits_shapes_and_types() -> None:
    x = np.zeros((2, 3))
    others = [np.zeros((3, 2)), np.zeros(6), -x, np.zeros((2, 3), np.int64)]
    assert len({fingerprint(a) for a in [x, *others]}) == 5
    assert fingerprint(np.asfortranarray(np.arange(6.0).reshape(2, 3))) == fingerprint(np.arange(6.0).reshape(2, 3))


def test_penguins() -> None:
    path = Path(__file__).parents[2] / "examples" / "penguins.csv"
    with pytest.raises(InputError, match=r"2 of 344 rows have a missing value \(rows 4, 272"):
        read_examples(path, inputs=["flipper_length_mm"], goal="body_mass_g")
    assert read_examples(path, inputs=["flipper_length_mm"], goal="body_mass_g", missing="drop").input.shape == (342, 1)
