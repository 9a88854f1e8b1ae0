"""Gaps filled, text opened up, dates taken apart: known inputs, the same way back from TOML and run files, and at prediction."""

import datetime
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

import nodescope as ns
from nodescope.cli import cli
from nodescope.data.reading import read_examples

NAN = float("nan")
BIRDS = """island,mass,wing,sex,goal
Torgersen,3750,181,male,1
Biscoe,,186,female,2
Dream,3250,NA,,3
Biscoe,3450,193,male,4
Biscoe,3650,190,male,
"""


@pytest.fixture
def birds(tmp_path: Path) -> Path:
    (tmp_path / "birds.csv").write_text(BIRDS)
    return tmp_path / "birds.csv"


FILLED = {
    "mean": [3750.0, (3750 + 3250 + 3450) / 3, 3250.0, 3450.0],
    "median": [3750.0, 3450.0, 3250.0, 3450.0],
    "zero": [3750.0, 0.0, 3250.0, 3450.0],
}


@pytest.mark.parametrize("way", FILLED)
def test_gaps_are_filled_by_the_seen_rows_and_rows_without_a_goal_left_out(way: str, birds: Path) -> None:
    examples = read_examples(birds, inputs=["mass", "wing"], goal="goal", missing=way)
    assert examples.input[:, 0].tolist() == FILLED[way]
    assert examples.goal[:, 0].tolist() == [1.0, 2.0, 3.0, 4.0]
    assert examples.source is not None
    assert examples.source.dropped == (5,)
    assert f"2 gaps filled with {'zero' if way == 'zero' else f'the {way}'}" in examples.source.notes
    assert "left out for want of a goal: row 5" in examples.source.notes


def test_unseen_rows_say_nothing_of_what_fills_gaps() -> None:
    table = {"x": [NAN, *range(1, 10)], "y": [float(i) for i in range(10)]}
    examples = read_examples(table, goal="y", missing="mean", holdout=0.5, seed=3)
    assert examples.source is not None
    seen = [i for i in examples.source.seen_rows.tolist() if i > 0]
    assert examples.source.fills == (sum(seen) / len(seen),)


def test_an_indicator_says_where_there_was_no_value(birds: Path) -> None:
    examples = read_examples(birds, inputs=["mass", "island"], goal="goal", missing="zero",
                             opening={"indicator": True, "categories": "one-hot"})  # fmt: skip
    assert examples.source is not None
    assert examples.source.inputs == ("mass", "mass missing", "island=Biscoe", "island=Dream", "island=Torgersen")
    assert examples.input.tolist() == [[3750, 0, 0, 0, 1], [0, 1, 1, 0, 0], [3250, 0, 0, 1, 0], [3450, 0, 1, 0, 0]]


def test_a_category_without_a_value_is_none_of_them(birds: Path) -> None:
    examples = read_examples(birds, inputs=["sex"], goal="goal", missing="mean", opening={"categories": "one-hot"})
    assert examples.input.tolist() == [[0, 1], [1, 0], [0, 0], [0, 1]]


def test_categories_keep_the_order_given() -> None:
    table = {"kind": ["b", "a", "b"], "floor": [2, 1, 3], "y": [1.0, 2, 3]}
    examples = read_examples(table, goal="y", opening={"categories": {"kind": ["b", "a", "c"], "floor": "one-hot"}})
    assert examples.source is not None
    assert examples.source.inputs == ("kind=b", "kind=a", "kind=c", "floor=1", "floor=2", "floor=3")
    assert examples.input.tolist() == [[1, 0, 0, 0, 1, 0], [0, 1, 0, 1, 0, 0], [1, 0, 0, 0, 0, 1]]


FRAMES = {
    "pandas": pd.DataFrame({"kind": ["a", "b", None], "y": [1.0, 2, 3]}),
    "pandas categories": pd.DataFrame({"kind": pd.Categorical(["a", "b", None]), "y": [1.0, 2, 3]}),
    "Arrow": pa.table({"kind": ["a", "b", None], "y": [1.0, 2, 3]}),
    "records": [{"kind": "a", "y": 1}, {"kind": "b", "y": 2}, {"y": 3}],
    "columns": {"kind": ["a", "b", None], "y": [1.0, 2, 3]},
    "array": {"kind": np.array(["a", "b", ""]), "y": np.array([1.0, 2, 3])},
}


@pytest.mark.parametrize("kind", FRAMES)
def test_text_of_any_table_is_opened_up(kind: str) -> None:
    examples = read_examples(FRAMES[kind], goal="y", missing="zero", opening={"categories": "one-hot"})
    assert examples.input[:, -2:].tolist() == [[1, 0], [0, 1], [0, 0]]


DAYS = ["2020-02-29", "2021-12-31", "2020-03-02"]
"""A Saturday, a Friday, a Monday."""
PARTS = ["year", "month", "weekday", "days"]
KNOWN = [[2020, 2, 5, 0], [2021, 12, 4, 671], [2020, 3, 0, 2]]
DATES: dict[str, Any] = {
    "text": DAYS,
    "dates": [datetime.date.fromisoformat(day) for day in DAYS],
    "pandas": pd.DataFrame({"when": pd.to_datetime(DAYS), "y": [1.0, 2, 3]}),
    "Arrow": pa.table({"when": pa.array([datetime.date.fromisoformat(day) for day in DAYS]), "y": [1.0, 2, 3]}),
}


@pytest.mark.parametrize("kind", DATES)
def test_dates_are_taken_apart(kind: str) -> None:
    table = {"when": DATES[kind], "y": [1.0, 2, 3]} if isinstance(DATES[kind], list) else DATES[kind]
    examples = read_examples(table, goal="y", opening={"dates": PARTS})
    assert examples.input.tolist() == KNOWN
    assert examples.source is not None
    assert examples.source.inputs == ("when year", "when month", "when weekday", "when days")
    with pytest.raises(ns.InputError, match="'when'"):
        read_examples(table, goal="y", opening={"categories": "one-hot"})


def test_days_may_be_parts_of_one() -> None:
    table = {"when": ["2020-01-01 06:00", "2020-01-02T12:00:00", "2019-12-31"], "y": [1.0, 2, 3]}
    assert read_examples(table, goal="y", opening={"dates": "days"}).input[:, 0].tolist() == [1.25, 2.5, 0.0]


ALL: dict[str, Any] = {"missing": "mean", "indicator": True, "categories": "one-hot", "dates": PARTS, "standardise": True}


def written(folder: Path) -> Path:
    rows = [f"{'ab'[i % 2]};{i},5;2020-01-{i + 1:02};{'' if i == 3 else i * i};{i + 1}" for i in range(12)]
    (folder / "t.csv").write_text("kind;x;when;gappy;y\n" + "\n".join(rows) + "\n")
    return folder / "t.csv"


def test_the_way_back(tmp_path: Path) -> None:
    """TOML gives the same bits, and a run file predicts without the table: new rows with a gap and a further column."""
    run = ns.descend(data=written(tmp_path), goal="y", holdout=0.25, epochs=2, batch="all", **ALL)
    (tmp_path / "r.toml").write_text(run.recipe.to_toml())
    again = ns.descend(**ns.read_recipe(tmp_path / "r.toml"))
    assert again.recipe == run.recipe
    assert again.weight.tobytes() == run.weight.tobytes()
    ns.save(run, tmp_path / "r.nodescope")
    ns.save(again, tmp_path / "again.nodescope")
    new = {"more": ["?"], "x": [1.5], "gappy": [None], "when": ["2020-02-01"], "kind": ["b"]}
    told = run.predict(new)
    (tmp_path / "t.csv").unlink()
    for kept in ("r", "again"):
        loaded = ns.load(tmp_path / f"{kept}.nodescope")
        assert loaded.predict(new).tobytes() == told.tobytes()
        assert loaded.recipe.input_names == run.recipe.input_names
        assert loaded.recipe.to_toml() == run.recipe.to_toml()
        assert ns.resume(tmp_path / f"{kept}.nodescope", epochs=4).steps == 4
    (tmp_path / "new.csv").write_text("more,x,gappy,when,kind\n?,1.5,,2020-02-01,b\n")
    assert loaded.predict(tmp_path / "new.csv").tobytes() == told.tobytes()


def test_a_prediction_by_hand() -> None:
    """Weights 1, 10, 100, bias 1000: what each part of a new row adds."""
    table = {"kind": ["a", "b", "a"], "x": [1.0, 3.0, None], "y": [1.0, 2, 3]}
    run = ns.descend(data=table, goal="y", categories="one-hot", missing="mean", weight=[1, 10, 100], bias=1000, alpha=1.0, steps=0)
    assert run.recipe.input_names == ("kind=a", "kind=b", "x")
    assert run.predict({"kind": ["a", "b", None], "x": [4, None, 0]}).tolist() == [1401.0, 1210.0, 1000.0]
    told = "row 2, column 'kind' has 'c', which is none of the values known ('a', 'b')"
    with pytest.raises(ns.InputError) as caught:
        run.predict({"kind": ["a", "c"], "x": [1, 2]})
    assert told in str(caught.value)
    assert 'unknown="ignore"' in str(caught.value)
    ignoring = ns.descend(data=table, goal="y", categories="one-hot", unknown="ignore", missing="mean", weight=[1, 10, 100],
                          bias=1000, alpha=1.0, steps=0)  # fmt: skip
    assert ignoring.predict({"kind": ["a", "c"], "x": [1, 2]}).tolist() == [1101.0, 1200.0]


REFUSED: dict[str, tuple[dict[str, Any], list[str]]] = {
    "an indicator alone": ({"indicator": True}, ["indicator goes with gaps that are filled: give missing='mean'"]),
    "a word": ({"categories": "two-hot"}, ["categories is 'two-hot'", "'one-hot'"]),
    "a part": ({"dates": ["hour"]}, ["dates is 'hour'", "'year'"]),
    "twice": ({"dates": ["year", "year"]}, ["names a part twice"]),
    "by column": ({"dates": {"when": ["year", "month"]}}, ["which names 'when'", 'give these alone, dates=["year", "month"]']),
    "no values": ({"categories": {"x": []}}, ["categories: 'x' has"]),
    "no such column": ({"categories": {"z": "one-hot"}}, ["'z'", "not there"]),
    "no such way": ({"unknown": "x"}, ["unknown is 'x'", "'ignore'"]),
    "fills of others": ({"missing": {"by": "mean", "values": {"z": 1.0}}}, ["missing: values and inputs differ"]),
    "text": ({}, ["'kind'", 'categories="one-hot"']),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_does_not_fit_is_refused(kind: str) -> None:
    keywords, said = REFUSED[kind]
    text = {"kind": ["a", "b"]} if kind == "text" else {}
    with pytest.raises(ns.InputError) as caught:
        ns.descend(data={**text, "x": [1.0, 2.0], "y": [1.0, 2.0]}, goal="y", **keywords)
    assert [part for part in said if part not in str(caught.value)] == []


def test_a_column_of_names_is_no_category() -> None:
    table = {"name": [f"n{i}" for i in range(1001)], "y": np.arange(1001.0)}
    with pytest.raises(ns.InputError, match=r"'name' has more than 1,000 different values, too many for a category; leave it out"):
        ns.descend(data=table, goal="y", categories="one-hot")


def test_what_teaches_nothing_is_told() -> None:
    table = {"one": [1.0, 1, 1], "x": [1.0, 2, 3], "same": [1.0, 2, 3], "y": [1.0, 2, 4]}
    notes = read_examples(table, goal="y").source.notes  # type: ignore[union-attr]
    assert notes == ("the same in every row, so that nothing is learned from it: 'one'", "'same' repeats 'x'")


def test_the_shell(birds: Path) -> None:
    out = birds.parent / "r.nodescope"
    asked = ["run", "--data", str(birds), "--goal", "goal", "--missing", "mean", "--indicator", "--categories", "one-hot",
             "--standardise", "--epochs", "3", "--out", str(out), "--json"]  # fmt: skip
    done = CliRunner().invoke(cli, asked, catch_exceptions=False)
    assert done.exit_code == 0
    assert "opened up: 'island' (3 values), 'sex' (2 values)" in done.stderr
    assert "3 gaps filled with the mean" in done.stderr
    run = ns.descend(data=birds, goal="goal", missing="mean", indicator=True, categories="one-hot", standardise=True, epochs=3)
    assert json.loads(done.stdout)["weight"] == run.weight.tolist()
    (birds.parent / "new.csv").write_text("island;wing;mass;sex\nDream;190,5;;male\n")
    told = CliRunner().invoke(cli, ["predict", str(out), str(birds.parent / "new.csv"), "--json"], catch_exceptions=False)
    new = {"island": ["Dream"], "wing": [190.5], "mass": [None], "sex": ["male"]}
    assert json.loads(told.stdout)["prediction"]["goal"] == run.predict(new).tolist()


def test_parquet_with_text_and_gaps(tmp_path: Path) -> None:
    pq.write_table(pa.table({"kind": ["a", None, "b"], "x": [1.0, 2.0, None], "y": [1, 2, 3]}), tmp_path / "t.parquet")
    examples = read_examples(tmp_path / "t.parquet", goal="y", missing="zero", opening={"categories": "one-hot"})
    assert examples.input.tolist() == [[1, 0, 1], [0, 0, 2], [0, 1, 0]]
