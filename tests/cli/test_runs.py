"""`nodescope runs`: what is in a folder, with answers known beforehand; what is damaged, still written, or no run."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from conftest import until

import nodescope as ns
from nodescope.cli import cli
from nodescope.diagnosis.checks.listing import runs_in
from nodescope.run.recorded import Record, Recorded, RecordedLayer

NODE = {"weight": 0.4, "input": 1, "goal": 0.6, "alpha": 0.1, "steps": 325}
HEAD = ["run", "ending", "steps", "mse", "unseen", "verdict"]


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """Runs of each kind, and what is none."""
    folder = tmp_path / "kept"
    folder.mkdir()
    ns.save(ns.descend(**NODE), folder / "a.nodescope")
    ns.save(ns.descend(**{**NODE, "alpha": 2.5, "steps": 20}), folder / "b.nodescope")
    ns.save(ns.descend(**{**NODE, "alpha": 0.0, "steps": 5}), folder / "no ending of ours.sav")
    rng = np.random.default_rng(1)
    x = rng.normal(size=100)
    table = {"x": x, "y": 2 * x + rng.normal(size=100), "z": np.where(x > 0, "yes", "no")}
    ns.save(ns.descend(data=table, inputs=["x"], goal="y", holdout=0.2, epochs=5), folder / "c.nodescope")
    ns.save(ns.descend(data=table, inputs=["x"], goal="z", loss="cross-entropy", holdout=0.2, epochs=5), folder / "d.nodescope")
    columns = {"weight": np.ones((1, 2)), "input": np.ones((3, 2)), "sum": np.ones((3, 1)), "delta": np.ones((3, 1))}
    layer = RecordedLayer("a", "Linear", 2, 1, (0,))
    observed = Recorded(
        "X 1", {"name": "SGD", "alpha": 0.1}, (layer,), [1.0] * 5, [Record(t, 0.1, 1.0, (columns,)) for t in range(4)]
    )
    ns.save(observed, folder / "e.nodescope")
    (folder / "f.nodescope").write_bytes((folder / "a.nodescope").read_bytes()[:5000])
    (folder / "g.nodescope").write_text("hello")
    (folder / "notes.txt").write_text("hello")
    (folder / "h.nodescope").mkdir()
    os.mkfifo(folder / "i.nodescope")
    (folder / "j.nodescope").symlink_to("nowhere")
    return folder


def said(*arguments: object, code: int = 0) -> str:
    done = CliRunner().invoke(cli, ["runs", *map(str, arguments)], standalone_mode=False)
    assert done.exit_code == code, done.output
    return done.stdout


def test_each_run_is_a_row(kept: Path):
    listed = {run["name"]: run for run in json.loads(said(kept, "--json"))["runs"]}
    assert list(listed) == [*(f"{letter}.nodescope" for letter in "abcdefg"), "no ending of ours.sav"]
    a, b = listed["a.nodescope"], listed["b.nodescope"]
    assert (a["ending"], a["steps"], a["settled_after"], a["word"]) == ("SETTLED", 325, 317, "nothing wrong")
    assert a["mse"] == (0.5999999999999994 - 0.6) * (0.5999999999999994 - 0.6)
    assert (b["ending"], b["steps"], b["word"]) == ("STEPS_USED", 20, "diverges")
    assert (listed["no ending of ours.sav"]["ending"], listed["no ending of ours.sav"]["word"]) == ("SETTLED", "alpha is zero")
    for name in ("f.nodescope", "g.nodescope"):
        assert (listed[name]["ending"], listed[name]["mse"]) == ("", None)
        assert listed[name]["wrong"].startswith(f"{kept / name} is ")


def test_errors_are_those_of_the_runs_own_scores(kept: Path):
    listed = {run.name: run for run in runs_in(kept)}
    fit, classes = ns.load(kept / "c.nodescope"), ns.load(kept / "d.nodescope")
    assert listed["c.nodescope"].unseen_rmse == pytest.approx(fit.score.unseen.rmse, rel=1e-15)
    assert listed["c.nodescope"].unseen_right is None
    assert listed["d.nodescope"].unseen_right == classes.score.unseen.accuracy
    assert listed["d.nodescope"].unseen_rmse is None
    assert listed["e.nodescope"].mse == 1.0


def test_as_a_table_as_csv_and_as_markdown(kept: Path, tmp_path: Path):
    lines = said(kept).splitlines()
    assert lines[0].split() == HEAD
    assert lines[1].split() == ["a.nodescope", "SETTLED", "325", "3.08149e-31", "nothing", "wrong"]
    assert [line.split()[:4] for line in lines if "f.nodescope" in line] == [["f.nodescope", "cannot", "be", "read"]]
    rows = list(csv.DictReader(said(kept, "--format", "csv").splitlines()))
    assert [row["run"] for row in rows][:2] == ["a.nodescope", "b.nodescope"]
    assert float(rows[0]["mse"]) == ns.load(kept / "a.nodescope").mse
    assert said(kept, "--format", "md").splitlines()[0] == f"| {' | '.join(HEAD)} |"
    assert said(kept, "--format", "csv", "--out", tmp_path / "runs.csv") == ""
    assert (tmp_path / "runs.csv").read_text().splitlines()[1].startswith("a.nodescope,SETTLED,325,317,")


def test_any_two_are_compared(kept: Path):
    ns.save(ns.descend(**{**NODE, "alpha": 0.5}), kept / "fast.nodescope")
    for names in (("a", "fast"), ("a.nodescope", "fast.nodescope")):
        assert said(kept, "--compare", *names).splitlines()[2] == "  alpha: 0.1 | 0.5"
    assert json.loads(said(kept, "--compare", "a", "fast", "--json"))["differences"] == {"alpha": [0.1, 0.5]}
    for outside in ("nix", "../a", "/etc/passwd", ""):
        with pytest.raises(ns.FileError, match=r"holds no run file '.*'; it holds 'a.nodescope', .* and 3 more$"):
            cli.main(["runs", str(kept), "--compare", "a", outside], standalone_mode=False)
    with pytest.raises(ns.FileError, match=r"f\.nodescope is damaged"):
        cli.main(["runs", str(kept), "--compare", "a", "f"], standalone_mode=False)


def test_a_folder_without_runs_and_no_folder(tmp_path: Path):
    for folder, wrong, says in (
        (tmp_path, ns.InputError, "holds no run files; runs are kept with out= or save, in the shell with --out"),
        (tmp_path / "nowhere", ns.FileError, "cannot be read"),
        (Path("/dev/null"), ns.FileError, "cannot be read"),
    ):
        with pytest.raises(wrong, match=says):
            list(runs_in(folder))


def test_one_that_is_being_written_says_so(tmp_path: Path):
    path = tmp_path / "a.nodescope"
    code = (
        f"import nodescope as ns; ns.descend(weight=0.4, input=[1, 2], goal=[0.6, 5], alpha=1e-12, steps=10**15, out={str(path)!r})"
    )
    with subprocess.Popen([sys.executable, "-c", code]) as process:
        try:
            until(path.exists)
            assert said(tmp_path).splitlines()[1].split()[1:3] == ["still", "running"]
        finally:
            process.kill()
    (row,) = runs_in(tmp_path)
    assert (row.ending, row.being_written, row.wrong) == ("INTERRUPTED", False, "")


def test_a_run_of_classes_without_unseen_rows_has_no_share_that_is_right(tmp_path: Path) -> None:
    rows = {"x": [1.0, 2.0, 3.0, 4.0], "z": ["no", "no", "yes", "yes"]}
    ns.save(ns.descend(data=rows, inputs=["x"], goal="z", loss="cross-entropy", epochs=5), tmp_path / "all.nodescope")
    (told,) = runs_in(tmp_path)
    assert (told.wrong, told.unseen_rmse, told.unseen_right) == ("", None, None)
