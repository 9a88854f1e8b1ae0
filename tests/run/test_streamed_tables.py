"""Tables with gaps, text, dates and classes, read as their rows are needed: the recipe and the bits of all rows in memory."""

import datetime
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from conftest import cases

import nodescope as ns
from nodescope.data import middles
from nodescope.data.parts import csv_blocks

NAN = float("nan")
SMALL = 9000
"""Bytes of rows in memory: a part of a table."""


def drawn(rng: np.random.Generator) -> pa.Table:
    """A table with gaps in numbers, text and goals; some text looks like numbers in most rows."""
    n = int(rng.integers(60, 400))

    def gaps(values: Any, share: float) -> list[Any]:
        return [None if gone else value for value, gone in zip(list(values), rng.random(n) < share, strict=True)]

    numbers = np.round(rng.normal(size=(n, 3)) * 10.0 ** rng.integers(-3, 4, size=3), 3)
    number_like = np.where(rng.random(n) < 0.05, "A", rng.integers(1, 4, size=n).astype(str))
    day = datetime.date(2020, 1, 1)
    return pa.table(
        {
            "a": pa.array(gaps(numbers[:, 0].tolist(), 0.2), pa.float64()),
            "b": pa.array(gaps(rng.integers(0, 9, size=n).tolist(), 0.1), pa.int64()),
            "c": pa.array(numbers[:, 2].tolist()),
            "kind": pa.array(gaps(rng.choice(["red", "green", "blau", "é"], size=n).tolist(), 0.1), pa.string()),
            "code": pa.array(number_like.tolist(), pa.string()),
            "day": pa.array(gaps([day + datetime.timedelta(int(d)) for d in rng.integers(0, 900, size=n)], 0.05), pa.date32()),
            "y": pa.array(gaps((numbers[:, 0] - numbers[:, 2]).tolist(), 0.05), pa.float64()),
            "label": pa.array(gaps(rng.choice(["no", "yes", "why", "1"], size=n, p=[0.6, 0.2, 0.15, 0.05]).tolist(), 0.05)),
            "number": pa.array(rng.integers(0, 2, size=n)),
        }
    )


def in_files(path: Path, table: pa.Table, rng: np.random.Generator, ending: str) -> Path:
    """The table in files of uneven sizes."""
    path.mkdir()
    cuts = np.unique(rng.integers(1, table.num_rows, size=4))
    for i, (start, stop) in enumerate(zip([0, *cuts], [*cuts, table.num_rows], strict=True)):
        part = table.slice(start, stop - start)
        if ending == "csv":
            pa.csv.write_csv(part, path / f"{i}.csv")
        else:
            pq.write_table(part, path / f"{i}.parquet", row_group_size=int(rng.integers(20, 200)))
    return path


def asked(rng: np.random.Generator) -> dict[str, Any]:
    """Keywords that go with such a table."""
    way = str(rng.choice(["drop", "mean", "median", "zero"]))
    given: dict[str, Any] = {
        "missing": way, "categories": "one-hot", "holdout": float(rng.choice([0.0, 0.2, 0.37])), "seed": int(rng.integers(99)),
        "standardise": rng.choice([True, "min-max"]).item() if rng.random() < 0.5 else True, "epochs": 2, "alpha": 0.01,
        "inputs": [*rng.permutation(["a", "b", "c", "kind", "code"]).tolist()],
    }  # fmt: skip
    if given["standardise"] == "True":
        given["standardise"] = True
    if rng.random() < 0.4:
        given |= {"inputs": [*given["inputs"], "day"], "dates": ["year", "weekday", "days"]}
    if way != "drop" and rng.random() < 0.5:
        given["indicator"] = True
    goal = str(rng.choice(["y", "label", "number"]))
    given["goal"] = goal
    if goal != "y":
        given["loss"] = "cross-entropy"
    if rng.random() < 0.3:
        given["network"] = {"hidden": [3]}
    return given


def bits(run: ns.Run) -> tuple[Any, ...]:
    """Weights, errors and some steps."""
    window = run.trace[max(0, run.steps - 30) :].flat()
    return run.network.flat().tobytes(), run.mse.hex(), run.loss.hex(), {name: of.tobytes() for name, of in window.items()}


def how(run: ns.Run) -> dict[str, Any]:
    """What the recipe says was done to the table, without where it was read and what is told of rows one by one."""
    kept = run.recipe.source.to_dict()
    for name in ("where", "path", "dropped", "seen_rows", "unseen_rows", "in_pieces", "notes"):
        kept.pop(name, None)
    return kept | {"scaling": run.recipe.examples.scaling_told(), "classes": run.recipe.classes}


@pytest.mark.parametrize("number", range(cases(200)))
def test_the_recipe_and_the_bits_of_all_rows_in_memory(tmp_path: Path, number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(number)
    table, ending = drawn(rng), str(rng.choice(["parquet", "csv"]))
    monkeypatch.setattr(csv_blocks, "BLOCK", 2000)
    data, given = in_files(tmp_path / "parts", table, rng, ending), asked(rng)
    held = ns.descend(data=data, memory="all", **given)
    streamed = ns.descend(data=data, memory=SMALL, **given)
    assert streamed.recipe.streams
    assert not held.recipe.streams
    assert how(streamed) == how(held)
    assert bits(streamed) == bits(held)
    assert streamed.recipe.source.left_out == held.recipe.source.left_out
    told = [note for note in held.recipe.source.notes if note.startswith(("opened up", "dates")) or "filled" in note]
    assert [note for note in streamed.recipe.source.notes if "left out" not in note] == told
    other = table.drop_null().slice(0, 30)
    assert [str(p) for p in streamed.predict(other)] == [str(p) for p in held.predict(other)]
    ns.save(streamed, tmp_path / "r.nodescope")
    loaded = ns.load(tmp_path / "r.nodescope")
    assert bits(loaded) == bits(streamed)
    assert ns.verify(loaded, most_steps=5).passed
    (tmp_path / "r.toml").write_text(streamed.recipe.to_toml())
    again = ns.descend(**ns.read_recipe(tmp_path / "r.toml"))
    assert again.recipe == streamed.recipe
    assert bits(again) == bits(streamed)


# ---- means and medians, whose answers are known ----


def blocks_of(values: np.ndarray, sizes: list[int]) -> middles.Blocks:
    """Rows in blocks of uneven sizes."""
    cuts = np.cumsum(sizes)
    return lambda: np.split(values, cuts[cuts < len(values)])


@pytest.mark.parametrize("room", [0, 40, 3000, 1e9])
def test_medians_are_those_of_all_values_sorted(room: float) -> None:
    rng = np.random.default_rng(5)
    values = np.column_stack(
        [
            rng.normal(size=2001), rng.integers(-3, 3, size=2001).astype(float), 10.0 ** rng.uniform(-300, 300, size=2001),
            np.full(2001, -0.0), np.nextafter(1.0, 2.0) ** 1 + np.arange(2001) * 2.0**-52, -np.abs(rng.normal(size=2001)),
        ]
    )  # fmt: skip
    values[rng.random(values.shape) < 0.3] = NAN
    values[1:, 3] = NAN
    values[0, 3] = -0.0
    blocks = blocks_of(values, [7, 1000, 1, 300])
    extent = middles.extent_of(blocks, values.shape[1])
    found = middles.medians(blocks, extent, room)
    for j, column in enumerate(values.T):
        there = sorted(column[~np.isnan(column)].tolist())
        low, high = there[(len(there) - 1) // 2], there[len(there) // 2]
        assert found[j] == (low if low == high else (low + high) / 2)
    assert str(found[3]) == "0.0"


def test_a_median_between_huge_numbers_is_finite() -> None:
    blocks = blocks_of(np.array([[1.5e308], [1.7e308]]), [1])
    assert middles.medians(blocks, middles.extent_of(blocks, 1), 0)[0] == pytest.approx(1.6e308)


def test_means_do_not_know_the_blocks() -> None:
    values = np.random.default_rng(3).normal(size=(200_000, 2)) * [1e300, 1.0]
    values[::7, 1] = NAN
    found = set()
    for sizes in ([1], [65536, 65536], [10, 99_990, 17], [199_999]):
        blocks = blocks_of(values, sizes)
        found.add(middles.means(blocks, middles.extent_of(blocks, 2)).tobytes())
    assert len(found) == 1
    np.testing.assert_allclose(np.frombuffer(found.pop()), np.nanmean(values / 1e10, axis=0) * 1e10, rtol=1e-9)


# ---- kept, killed, changed ----

KEPT: dict[str, Any] = {
    "goal": "label", "loss": "cross-entropy", "missing": "median", "categories": "one-hot", "indicator": True, "holdout": 0.2,
    "standardise": True, "inputs": ["a", "b", "c", "kind", "code"], "alpha": 0.01,
}  # fmt: skip


KILLED = """
import os, signal
from nodescope.run import descent
from nodescope.run.descend import descend_with
from nodescope.run.file import runfile
runfile.SECONDS_BETWEEN_COMMITS = descent.BLOCK_SECONDS = 0.0
def progress(step, asked, seconds, seen=[]):
    seen.append(step)
    if step > 5 * max(1, seen[0]): os.kill(os.getpid(), signal.SIGKILL)
descend_with(progress, **{given!r})
"""


def test_a_run_killed_in_the_middle_goes_on(tmp_path: Path) -> None:
    """kill −9: gaps, categories and rows of each class kept unseen are those of a run that was never stopped."""
    rng = np.random.default_rng(1)
    data, out = in_files(tmp_path / "parts", drawn(rng), rng, "parquet"), tmp_path / "r.nodescope"
    given = {"data": str(data), "memory": SMALL, "epochs": 60, **KEPT}
    assert subprocess.run([sys.executable, "-c", KILLED.format(given=given | {"out": str(out)})]).returncode == -signal.SIGKILL
    assert 0 < ns.load(out).steps < ns.descend(**given).steps
    assert bits(ns.resume(out)) == bits(ns.descend(**given))


def test_classes_that_changed_are_told(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    table = drawn(rng)
    data, out = in_files(tmp_path / "parts", table, rng, "parquet"), tmp_path / "r.nodescope"
    run = ns.descend(data=data, memory=SMALL, epochs=1, out=out, **KEPT)
    first = pq.read_table(data / "0.parquet")
    turned = ["yes" if label == "no" else label for label in first["label"].to_pylist()]
    group = pq.ParquetFile(data / "0.parquet").metadata.row_group(0).num_rows
    place = first.column_names.index("label")
    pq.write_table(first.set_column(place, "label", pa.array(turned)), data / "0.parquet", row_group_size=group)
    loaded = ns.load(out)
    assert loaded.network.flat().tobytes() == run.network.flat().tobytes()
    with pytest.raises(ns.DataChanged, match=r"is not what it was|has other classes or gaps than when the run was made"):
        loaded.trace[0:5].read()


# ---- other tables ----


@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_other_tables_are_answered_as_in_memory(tmp_path: Path, ending: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(2)
    table = drawn(rng)
    monkeypatch.setattr(csv_blocks, "BLOCK", 2000)
    data = in_files(tmp_path / "parts", table, rng, ending)
    other = in_files(tmp_path / "other", table.append_column("more", pa.array(range(table.num_rows))), rng, ending)
    for unknown in ("refuse", "ignore"):
        given = KEPT | {"unknown": unknown, "epochs": 1}
        held, streamed = ns.descend(data=data, memory="all", **given), ns.descend(data=data, memory=SMALL, **given)
        assert streamed.predict(other).tolist() == held.predict(other).tolist()
        assert repr(streamed.score) == repr(held.score)
        strange = table.slice(0, 40).set_column(3, "kind", pa.array(["violet", *["red"] * 39]))
        if unknown == "ignore":
            assert streamed.predict(strange).tolist() == held.predict(strange).tolist()
            continue
        for run in (held, streamed):
            with pytest.raises(ns.InputError, match=r"column 'kind' has 'violet', which is none of the values known"):
                run.predict(strange)
    gone = ns.descend(data=data, memory=SMALL, epochs=1, **{**KEPT, "missing": "drop", "indicator": False})
    with pytest.raises(ns.InputError, match="a prediction needs every input"):
        gone.predict(other)


def test_what_cannot_be_opened_up_is_refused_with_its_file(tmp_path: Path) -> None:
    names = [f"name {i}" for i in range(1500)]
    pq.write_table(pa.table({"name": names, "y": [float(i % 7) for i in range(1500)]}), tmp_path / "t.parquet", row_group_size=400)
    given: dict[str, Any] = {"data": tmp_path / "t.parquet", "goal": "y", "memory": SMALL}
    with pytest.raises(ns.InputError, match=r"'name' has more than 1,000 different values, too many for a category"):
        ns.descend(categories="one-hot", **given)
    pq.write_table(
        pa.table({"a": [None] * 9, "y": [1.0] * 9}, pa.schema([("a", pa.float64()), ("y", pa.float64())])), tmp_path / "t.parquet"
    )
    for way in ("mean", "median"):
        with pytest.raises(ns.InputError, match=r"column 'a' has no values in the seen rows; leave it out of inputs"):
            ns.descend(missing=way, **given)
