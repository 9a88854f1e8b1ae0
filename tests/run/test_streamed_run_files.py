"""Run files of rows that are read as they are needed: found again, missed, damaged; what is said of them, and what is refused."""

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
from run.streamed_rows import NUMBERS, SIZES, SMALL, N, X, Y, bits, folder

import nodescope as ns
from nodescope.cli import cli
from nodescope.data.parts import pieces


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
