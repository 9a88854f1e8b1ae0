"""Rows that are read as they are needed: the bits of all rows in memory, whatever files and pieces they come in."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.dataset
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from conftest import LENGTH
from naive import drawn, mix64

import nodescope as ns
from nodescope.cli import cli
from nodescope.data.parts import csv_blocks, pieces

N = 1200
RNG = np.random.default_rng(0)
X = RNG.normal(size=(N, 4)) * [1.0, 10.0, 0.1, 5.0] + 3.0
Y = X @ [1.0, -2.0, 3.0, 0.5] + 0.1 * RNG.normal(size=N)
TABLE = pa.table({**{f"x{i}": X[:, i] for i in range(4)}, "y": Y, "kind": np.where(Y.mean() < Y, "high", "low")})
NUMBERS = TABLE.drop_columns(["kind"])
SIZES = [(401, 80), (3, 7), (600, 123), (196, 196)]
GROUPS = [min(group, rows - at) for rows, group in SIZES for at in range(0, rows, group)]
"""Rows of each row group, in order."""
SMALL = 9000
"""Bytes of rows in memory: a part of the table."""


def folder(path: Path, table: pa.Table = NUMBERS) -> Path:
    """A table in Parquet files of uneven sizes and row groups."""
    path.mkdir()
    at = 0
    for i, (rows, group) in enumerate(SIZES):
        pq.write_table(table.slice(at, rows), path / f"part-{i}.parquet", row_group_size=group)
        at += rows
    return path


def bits(run: ns.Run) -> tuple[Any, ...]:
    """All that a run tells: its weights, its ending, its error, windows of its trace."""
    windows = [run.trace[start : start + 20].flat() for start in (0, max(0, run.computed // 2 - 10), max(0, run.steps - 20))]
    columns = [{name: column.tobytes() for name, column in window.items()} for window in windows]
    return (
        run.network.flat().tobytes(), run.ending, run.steps, run.computed, run.settled_after,
        run.mse.hex(), run.loss.hex(), run.recipe.alpha.hex(),
        columns,
    )  # fmt: skip


RECIPES: dict[str, dict[str, Any]] = {
    **{rule: {"rule": rule, "epochs": 2} for rule in ("plain", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw")},
    "batches": {"batch": 7, "epochs": 3},
    "parts": {"batch": 200, "parts": 30, "epochs": 3, "standardise": True, "until_mse": 0.5},
    "penalty": {"batch": 20, "epochs": 2, "standardise": True, "penalty": {"l2": 0.1}, "clip": 1.0},
    "batches over several files": {"batch": 500, "epochs": 4, "rule": "momentum"},
    "all at once": {"batch": "all", "epochs": 10, "standardise": True, "alpha": 0.5},
    "network": {"network": {"hidden": [3]}, "batch": 32, "standardise": True, "epochs": 2},
    "network, one by one": {"network": {"hidden": [3, 2], "activation": "relu"}, "standardise": "ddof 1", "epochs": 1},
    "unseen rows": {"holdout": 0.2, "standardise": True, "epochs": 2, "seed": 9},
    "min-max": {"standardise": "min-max", "holdout": 0.1, "epochs": 1},
    "until an error": {"standardise": True, "until_mse": 0.05, "epochs": 20, "batch": 3},
    "tolerance": {"standardise": True, "holdout": 0.2, "tolerance": 1e-3, "keep": "best", "epochs": 20},
    "settles": {"standardise": True, "batch": 300, "epochs": 400, "alpha": 0.9},
    "schedule": {"alpha": ns.schedule("steps", start=0.001, every=300, factor=0.5), "epochs": 2, "standardise": True},
    "frozen": {"weight": [1.0, 0.0, 0.0, 0.0], "frozen": [True, False, False, False], "epochs": 1},
    "diverges": {"alpha": 3.0, "epochs": 2},
}  # fmt: skip


@pytest.mark.parametrize("name", RECIPES)
def test_the_bits_of_all_rows_in_memory(tmp_path: Path, name: str) -> None:
    whole = tmp_path / "whole.parquet"
    pq.write_table(NUMBERS, whole)
    given = RECIPES[name]
    streamed = ns.descend(
        data=folder(tmp_path / "parts"), goal="y", memory=SMALL if given.get("batch", 1) in (1, 3, 7) else "1 MB", **given
    )
    held = ns.descend(data=whole, goal="y", **given)
    assert streamed.recipe.streams
    assert not held.recipe.streams
    assert bits(streamed) == bits(held)
    assert streamed.recipe.examples.scaling_told() == held.recipe.examples.scaling_told()
    assert ns.verify(streamed, most_steps=20).passed


def test_classes_and_huber(tmp_path: Path) -> None:
    whole, parts = tmp_path / "whole.parquet", folder(tmp_path / "parts", TABLE)
    pq.write_table(TABLE, whole)
    inputs = ["x0", "x1", "x2", "x3"]
    for given in (
        {"goal": "kind", "loss": "cross-entropy", "standardise": True},
        {"goal": "kind", "loss": "cross-entropy", "standardise": True, "network": {"hidden": [3]}},
        {"goal": "y", "loss": "huber"}, {"goal": "y", "loss": "absolute"}, {"goal": ["y", "x3"]},
    ):  # fmt: skip
        given = {**given, "inputs": inputs if "x3" not in given["goal"] else inputs[:3], "epochs": 2, "alpha": 0.01}
        streamed, held = ns.descend(data=parts, memory=SMALL, **given), ns.descend(data=whole, **given)
        assert bits(streamed) == bits(held)
        assert [str(a) for a in streamed.predict(parts)] == [str(a) for a in held.predict(whole)]
        for a, b in zip(repr(streamed.score).split(), repr(held.score).split(), strict=True):
            assert a == b or float(a) == pytest.approx(float(b), rel=1e-9, abs=1e-12)


def test_the_score_is_that_of_all_rows_in_memory(tmp_path: Path) -> None:
    whole, parts = tmp_path / "whole.parquet", folder(tmp_path / "parts")
    pq.write_table(NUMBERS, whole)
    for given in (
        {},
        {"bias": False},
        {"standardise": True, "holdout": 0.2},
        {"network": {"hidden": [2]}, "holdout": 0.3, "standardise": True},
    ):
        a = ns.descend(data=parts, goal="y", epochs=2, memory=SMALL, **given).score
        b = ns.descend(data=whole, goal="y", epochs=2, **given).score
        for one, other in ((a, b), (a.least_squares, b.least_squares), (a.mean, b.mean)):
            for seen in ("seen", "unseen"):
                first, second = getattr(one, seen), getattr(other, seen)
                assert (first is None) == (second is None)
                if first is not None:
                    assert first.rmse == pytest.approx(second.rmse, rel=1e-10)
                    assert first.r2 == pytest.approx(second.r2, rel=1e-9, abs=1e-12)
        np.testing.assert_allclose(a.least_squares.weight, b.least_squares.weight, rtol=1e-10)


# ---- what files there are ----


def made(path: Path, kind: str) -> Any:
    """The table as another kind of data."""
    pq.write_table(NUMBERS, path / "whole.parquet", row_group_size=300)
    if kind == "Arrow file":
        with pa.OSFile(str(path / "whole.arrow"), "wb") as sink, pa.ipc.new_file(sink, NUMBERS.schema) as writer:
            writer.write_table(NUMBERS, max_chunksize=170)
        return path / "whole.arrow"
    if kind in ("CSV", "CSV, gzip", "CSV, zstd"):
        text = path / f"whole.csv{ {'CSV': '', 'CSV, gzip': '.gz', 'CSV, zstd': '.zst'}[kind] }"
        with pa.output_stream(str(text), compression={"CSV": None, "CSV, gzip": "gzip", "CSV, zstd": "zstd"}[kind]) as sink:
            pa.csv.write_csv(NUMBERS, sink)
        return text
    if kind == "CSV, UTF-16":
        pa.csv.write_csv(NUMBERS, path / "plain.csv")
        (path / "whole.csv").write_bytes((path / "plain.csv").read_text().encode("utf-16"))
        return path / "whole.csv"
    if kind == "folder of CSV":
        (path / "several").mkdir()
        for i in range(3):
            pa.csv.write_csv(NUMBERS.slice(400 * i, 400), path / "several" / f"{i}.csv")
        return path / "several"
    if kind == "pattern":
        folder(path / "parts")
        return str(path / "parts" / "part-*.parquet")
    if kind == "list":
        return [path / "a.parquet", path / "b.parquet"] if _two(path) else None
    if kind == "dataset":
        return pa.dataset.dataset(folder(path / "parts"), format="parquet")
    if kind == "lazy":
        polars = pytest.importorskip("polars")
        return polars.scan_parquet(path / "whole.parquet")
    return f"file://{folder(path / 'parts')}"


def _two(path: Path) -> bool:
    pq.write_table(NUMBERS.slice(0, 500), path / "a.parquet")
    pq.write_table(NUMBERS.slice(500), path / "b.parquet")
    return True


KINDS = (
    "Arrow file", "CSV", "CSV, gzip", "CSV, zstd", "CSV, UTF-16", "folder of CSV", "pattern", "list", "dataset", "lazy", "address",
)  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_the_rows_are_read_from(tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_blocks, "BLOCK", 5000)
    monkeypatch.setattr("nodescope.data.parts.others.ROWS", 170)
    data = made(tmp_path, kind)
    given = {"goal": "y", "epochs": 2, "holdout": 0.25, "standardise": True}
    streamed, held = ns.descend(data=data, memory=SMALL, **given), ns.descend(data=tmp_path / "whole.parquet", **given)
    assert len(streamed.recipe.source.in_pieces.rows) > 1
    assert bits(streamed) == bits(held)
    if kind not in ("dataset", "lazy"):
        assert bits(ns.descend(data=data, **given)) == bits(held)  # all of them in memory
        assert streamed.predict(data).tobytes() == held.predict(tmp_path / "whole.parquet").tobytes()


def test_pieces_of_large_row_groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A row group of many rows is read a stretch at a time, also where only its last rows are asked for."""
    monkeypatch.setattr("nodescope.data.parts.parquet.ROWS", 130)
    pq.write_table(NUMBERS, tmp_path / "whole.parquet", row_group_size=500)
    run = ns.descend(data=tmp_path / "whole.parquet", goal="y", memory=SMALL, epochs=1)
    assert run.recipe.source.in_pieces.rows == [130, 130, 130, 110, 130, 130, 130, 110, 130, 70]
    assert run.recipe.source.in_pieces.groups == [0, 4, 8, 10]
    assert bits(run) == bits(ns.descend(data=tmp_path / "whole.parquet", goal="y", epochs=1))
    np.testing.assert_array_equal(run.recipe.examples.input[[1199, 499, 0, -1, 380]], X[[1199, 499, 0, 1199, 380]])


def test_cells_that_hold_line_ends_and_rows_with_gaps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_blocks, "BLOCK", 700)
    rows = [
        f'{a!r},"a ""quoted""\nnote, {i}",{"" if i % 7 == 3 else repr(b)}\r\n'
        for i, (a, b) in enumerate(zip(X[:, 0].tolist(), Y.tolist(), strict=True))
    ]
    path = tmp_path / "notes.csv"
    path.write_bytes(("x,note,y\r\n" + "".join(rows)).encode())
    given = {"data": path, "inputs": ["x"], "goal": "y", "missing": "drop", "epochs": 2}
    streamed, held = ns.descend(memory=SMALL, **given), ns.descend(**given)
    assert bits(streamed) == bits(held)
    assert streamed.recipe.source.left_out == held.recipe.source.left_out == len(range(3, N, 7))


# ---- the two-level shuffle ----


def order_of(groups: list[int], seed: int, epoch: int, window: int) -> list[int]:
    """The rows of an epoch in their drawn order, by the definition: row groups drawn, then the rows of each window."""
    starts = np.concatenate([[0], np.cumsum(groups)])
    met, found = drawn(len(groups), seed, epoch), []
    for k in range(-(-len(groups) // window)):
        rows = [row for g in met[k * window : (k + 1) * window] for row in range(starts[g], starts[g + 1])]
        found += [rows[i] for i in drawn(len(rows), mix64(seed ^ mix64(k + 1)), epoch)]
    return found


@pytest.mark.parametrize("batch", [1, 7, 130])
def test_the_shuffle_is_the_one_of_its_definition(tmp_path: Path, batch: int) -> None:
    run = ns.descend(
        data=folder(tmp_path / "parts"), goal="y", order="shuffled", window=3, seed=5, batch=batch, epochs=2, alpha=1e-4,
        memory="40 kB",
    )  # fmt: skip
    per_epoch, state = run.recipe.steps_per_epoch, np.zeros(5)
    for epoch in range(2):
        rows = order_of(GROUPS, 5, epoch, 3)
        assert sorted(rows) == list(range(N))
        rows = [row for start in range(0, N, batch) for row in sorted(rows[start : start + batch])]
        found = run.trace[epoch * per_epoch : (epoch + 1) * per_epoch]["example"].ravel()
        assert found[found >= 0].tolist() == rows
        held = ns.descend(input=X[rows], goal=Y[rows], weight=state[:4], bias=state[4], alpha=1e-4, batch=batch, epochs=1)
        state = np.append(held.weight, held.bias)
    assert run.network.flat().tobytes() == state.tobytes()
    assert ns.verify(run).passed


def test_how_much_is_in_memory_is_no_matter_of_the_bits(tmp_path: Path) -> None:
    parts = folder(tmp_path / "parts")
    given = {
        "data": parts,
        "goal": "y",
        "order": "shuffled",
        "window": 2,
        "epochs": 2,
        "holdout": 0.2,
        "standardise": True,
        "rule": "adam",
    }
    runs = [ns.descend(memory=memory, **given) for memory in ("20 kB", "45 kB", "1 GB", "all", "auto")]
    assert all(bits(run) == bits(runs[0]) for run in runs[1:])
    with pytest.raises(ns.InputError, match=r"window=8 row groups have .* MB of rows, and memory is 0 MB; give more"):
        ns.descend(memory="20 kB", **given | {"window": 8})


def test_a_window_is_what_there_is_room_for(tmp_path: Path) -> None:
    given = {"data": folder(tmp_path / "parts"), "goal": "y", "order": "shuffled", "epochs": 1}
    assert ns.descend(memory="1 MB", **given).recipe.window == 16
    assert ns.descend(memory="25 kB", **given).recipe.window in range(3, 6)
    with pytest.raises(ns.InputError, match='give order="shuffled" too'):
        ns.descend(memory="1 MB", **given | {"order": "given", "window": 4})


# ---- files of runs ----


def test_a_run_file_holds_no_rows_and_finds_them_again(tmp_path: Path) -> None:
    parts, out = folder(tmp_path / "parts"), tmp_path / "run.nodescope"
    given = {"data": parts, "goal": "y", "memory": SMALL, "holdout": 0.1, "standardise": True}
    run = ns.descend(epochs=2, out=out, **given)
    assert b"input" not in out.read_bytes().split(b"layer")[0][:0]
    loaded = ns.load(out)
    assert loaded.recipe == run.recipe
    assert bits(loaded) == bits(run)
    assert ns.verify(loaded).passed
    assert repr(loaded.score) == repr(run.score)
    again = ns.descend(**ns.read_recipe(_written(tmp_path / "run.toml", run)))
    assert bits(again) == bits(run)
    on = tmp_path / "on.nodescope"
    ns.save(ns.descend(steps=777, **given), on)
    assert bits(ns.resume(on, epochs=2)) == bits(run)


def _written(path: Path, run: ns.Run) -> Path:
    path.write_text(run.recipe.to_toml())
    return path


def test_a_file_that_changed_is_named(tmp_path: Path) -> None:
    parts, out = folder(tmp_path / "parts"), tmp_path / "run.nodescope"
    run = ns.descend(data=parts, goal="y", memory=SMALL, epochs=2, out=out)
    changed = X.copy()
    changed[500, 2] += 1e-9
    part = pa.table({**{f"x{i}": changed[404:1004, i] for i in range(4)}, "y": Y[404:1004]})
    pq.write_table(part, parts / "part-2.parquet", row_group_size=123)
    loaded = ns.load(out)
    assert loaded.weight.tobytes() == run.weight.tobytes()  # what needs no rows is there
    with pytest.raises(ns.DataChanged, match=r"part-2.parquet, row group 0 is not what it was when the run was made"):
        loaded.trace[420:430].read()
    assert loaded.trace[1190:1195]["delta"].shape == (5,)  # only what is needed is read
    (parts / "part-2.parquet").unlink()
    with pytest.raises(ns.DataChanged, match="is not what it was when the run was made"):
        ns.load(out).trace[420:430].read()


def test_a_file_that_vanishes_while_training_is_named_and_the_run_up_to_there_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts, out = folder(tmp_path / "parts"), tmp_path / "run.nodescope"
    seen = []
    monkeypatch.setattr("nodescope.data.parts.parquet.OPEN_AT_ONCE", 1)  # what is open stays readable

    def vanish(steps: int, _asked: int | None, _seconds: float) -> None:
        seen.append(steps)
        (parts / "part-3.parquet").unlink(missing_ok=True)

    from nodescope.run.descend import descend_with

    with pytest.raises(ns.FileError, match=r"part-3.parquet is not there any more; put it back") as error:
        descend_with(vanish, data=parts, goal="y", memory=100, epochs=5, out=out)
    assert error.value.run.steps in (1004, 1004 + N)  # it may have been read ahead
    assert ns.load(out).steps == error.value.run.steps


def test_a_bad_cell_is_named_with_its_file(tmp_path: Path) -> None:
    path = folder(tmp_path / "parts") / "part-2.parquet"
    values = Y[404:1004].copy()
    values[130] = np.inf
    pq.write_table(pa.table({**{f"x{i}": X[404:1004, i] for i in range(4)}, "y": values}), path, row_group_size=123)
    with pytest.raises(ns.InputError, match=r"part-2.parquet, row group 1: row 8, column 'y' is inf; numbers must be finite"):
        ns.descend(data=path.parent, goal="y", memory=SMALL, epochs=1, alpha=0.001)
    values[130] = np.nan
    pq.write_table(pa.table({**{f"x{i}": X[404:1004, i] for i in range(4)}, "y": values}), path, row_group_size=123)
    with pytest.raises(
        ns.InputError, match=r"part-2.parquet, row group 1: 1 of 123 rows has a missing value \(row 8; column 'y'\)"
    ):
        ns.descend(data=path.parent, goal="y", memory=SMALL, epochs=1, alpha=0.001)


@pytest.mark.parametrize("change", ["gone", "changed"])
def test_a_run_shows_itself_when_its_rows_cannot_be_read(tmp_path: Path, change: str) -> None:
    """Story: a loaded run whose file had been moved raised an error where a notebook only showed it."""
    data = folder(tmp_path / "rows")
    run = ns.descend(data=data, goal="y", memory=SMALL, epochs=1, standardise=True, holdout=0.2, out=tmp_path / "r.nodescope")
    first = data / "part-0.parquet"
    if change == "gone":
        first.unlink()
    else:
        pq.write_table(NUMBERS.slice(1, SIZES[0][0]), first, row_group_size=SIZES[0][1])
    loaded = ns.load(tmp_path / "r.nodescope")
    for shown in (repr(loaded), loaded._repr_html_()):
        assert "Its rows cannot be read now: " in shown
        assert str(data) in shown
        assert repr(run.weight[0])[:12].strip("np.float64(") in shown


@pytest.mark.timeout(1800)
def test_killed_and_gone_on(tmp_path: Path) -> None:
    """kill −9 in the middle of an epoch, in order and shuffled: the bits of a run that was never stopped."""
    parts, rng = folder(tmp_path / "parts"), np.random.default_rng(0)
    kinds: list[dict[str, Any]] = [{}, {"order": "shuffled", "window": 2, "rule": "adam"}]
    expected: dict[int, Any] = {}
    for number in range(50 if LENGTH == "long" else 2):
        more = kinds[number % 2]
        given = {"data": str(parts), "goal": "y", "memory": "30 kB", "holdout": 0.1, "standardise": True, "epochs": 60, **more}
        out = tmp_path / f"run-{number}.nodescope"
        code = f"import nodescope as ns; ns.descend(out={str(out)!r}, **{given!r})"
        done = subprocess.Popen([sys.executable, "-c", code])
        began = time.monotonic()
        while time.monotonic() - began < 60 and done.poll() is None:
            time.sleep(0.05)
            if out.exists() and ns.load(out).steps > 0:
                break
        time.sleep(rng.uniform(0, 0.3))  # at any step
        os.kill(done.pid, signal.SIGKILL)
        done.wait()
        kept = ns.load(out)
        expected.setdefault(number % 2, bits(ns.descend(**given)))
        assert bits(ns.resume(out)) == expected[number % 2], kept.steps


# ---- what is said of it ----


def test_the_verdict_is_that_of_all_rows_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, parts = tmp_path / "whole.parquet", folder(tmp_path / "parts")
    pq.write_table(NUMBERS, whole)
    given = {"goal": "y", "epochs": 2, "standardise": True, "holdout": 0.2}
    streamed, held = ns.descend(data=parts, memory=SMALL, **given), ns.descend(data=whole, **given)
    assert repr(ns.diagnose(streamed)) == repr(ns.diagnose(held))
    assert repr(ns.forecast(data=parts, memory=SMALL, **given)) == repr(ns.forecast(data=whole, **given))
    assert streamed.sentence == held.sentence
    monkeypatch.setattr("nodescope.run.held.free", lambda: 1000.0)  # where they do not go into memory together
    found = ns.diagnose(streamed)
    assert found.headline == "The error fell; the rows are too many to say more."
    assert f"{held.mse:.6g}" in found.verdict
    away = ns.descend(data=parts, memory=SMALL, **given | {"alpha": 30.0})
    assert ns.diagnose(away).findings[0].name == "diverges"
    with pytest.raises(ns.InputError, match=r"ns.forecast looks at all 960 rows together"):
        ns.forecast(data=parts, memory=SMALL, **given)


def test_the_shell_predicts_as_it_reads(tmp_path: Path) -> None:
    parts, out = folder(tmp_path / "parts"), tmp_path / "run.nodescope"
    given = ["--goal", "y", "--memory", "9000", "--epochs", "1", "--standardise", "--out", str(out)]
    done = CliRunner().invoke(cli, ["run", "--data", str(parts), *given], catch_exceptions=False)
    assert done.exit_code == 0
    told = CliRunner().invoke(cli, ["predict", str(out), str(parts / "part-*.parquet")], catch_exceptions=False)
    assert told.exit_code == 0
    run = ns.load(out)
    assert told.stdout.splitlines()[0] == "y"
    assert [float(line) for line in told.stdout.splitlines()[1:]] == run.predict(NUMBERS).tolist()


# ---- what cannot be read ----


def test_what_is_no_table_in_files_is_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(ns.InputError, match="is a folder without files; put the table's files there, or name another"):
        ns.descend(data=tmp_path / "empty", goal="y")
    with pytest.raises(ns.InputError, match="means no file; check the pattern"):
        ns.descend(data=str(tmp_path / "*.parquet"), goal="y")
    parts = folder(tmp_path / "parts")
    pq.write_table(NUMBERS.slice(0, 5).drop_columns(["x2"]), parts / "part-9.parquet")
    with pytest.raises(ns.InputError, match=r"part-9.parquet has no column 'x2', and .*part-0.parquet has one"):
        ns.descend(data=parts, goal="y")
    pq.write_table(NUMBERS.slice(0, 5).append_column("z", pa.array(range(5))), parts / "part-9.parquet")
    with pytest.raises(ns.InputError, match=r"part-0.parquet has no column 'z', and .*part-9.parquet has one"):
        ns.descend(data=parts, goal="y")
    text = NUMBERS.slice(0, 5).set_column(1, "x1", pa.array(list("abcde")))
    pq.write_table(text, parts / "part-9.parquet")
    with pytest.raises(ns.InputError, match=r"part-9.parquet: column 'x1' is text, and in .*part-0.parquet it is numbers"):
        ns.descend(data=parts, goal="y", memory=SMALL)
    (parts / "part-9.parquet").write_bytes(b"PAR1 and nothing else")
    with pytest.raises(ns.InputError, match=r"part-9.parquet is damaged: .*; write it again"):
        ns.descend(data=parts, goal="y", memory=SMALL)
    (parts / "part-9.parquet").unlink()
    refused: list[tuple[dict[str, Any], str]] = [
        ({"missing": "medium"}, "missing is 'medium'"),
        ({"categories": "many-hot"}, "categories is 'many-hot'"),
        ({"memory": "12 apples"}, "memory is '12 apples'"),
        ({"memory": 0}, "memory is 0; it must be at least 1"),
        ({"batch": "all"}, "a step of 1,200 examples takes"),
        ({"window": 1, "order": "shuffled"}, "window is 1; it must be at least 2"),
    ]
    for given, words in refused:
        with pytest.raises(ns.InputError, match=words):
            ns.descend(**{"data": parts, "goal": "y", "memory": SMALL, **given})
    with pytest.raises(ns.InputError, match="memory goes with data="):
        ns.descend(input=X, goal=Y, memory=SMALL)
    with pytest.raises(ns.InputError, match=r"cannot be read a piece at a time; .* or leave memory and window out"):
        ns.descend(data=NUMBERS, goal="y", memory=SMALL)


def test_rows_are_no_array(tmp_path: Path) -> None:
    run = ns.descend(data=folder(tmp_path / "parts"), goal="y", memory=SMALL, epochs=1)
    with pytest.raises(ns.InputError, match=r'this needs all 1,200 rows in memory, .* give memory="all"'):
        np.asarray(run.recipe.examples.input)
    assert pieces.ROWS >= 2**16
