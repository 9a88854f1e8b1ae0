"""What a run file says of itself where its log or the log's index is missing, stayed behind, or is another's."""

import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from faults.disk import run_on

import nodescope as ns

SEED = {"weight": 0.4, "input": [1, 2], "goal": [0.6, 5], "alpha": 1e-12}
KILLED = """
import os, signal, nodescope as ns
from nodescope.run.file import runfile
runfile.SECONDS_BETWEEN_COMMITS = 0.0
def progress(step, asked, seconds):
    if step > 3000: os.kill(os.getpid(), signal.SIGKILL)
from nodescope.run.descend import descend_with
descend_with(progress, weight=0.4, input=[1, 2], goal=[0.6, 5], alpha=1e-12, steps=10**9, out={path!r})
"""
FOLLOWING = ("-wal", "-shm")


@pytest.fixture
def killed(tmp_path: Path) -> Path:
    """A run that was killed after some 3,000 steps: its file, log and index."""
    path = tmp_path / "made" / "a.nodescope"
    path.parent.mkdir()
    done = subprocess.run([sys.executable, "-c", KILLED.format(path=str(path))], check=False)
    assert done.returncode == -signal.SIGKILL
    assert {p.name for p in path.parent.iterdir()} == {path.name, *(f"{path.name}{end}" for end in FOLLOWING)}
    return path


def moved(path: Path, *ends: str) -> Path:
    """Some of the three files, elsewhere."""
    to = path.parent.parent / "moved"
    to.mkdir()
    for end in ("", *ends):
        shutil.copy(f"{path}{end}", to)
    return to / path.name


def contents(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in folder.iterdir() if not p.name.endswith("-shm")}


def test_reading_a_killed_run_writes_nothing(killed: Path):
    before = contents(killed.parent)
    steps = ns.load(killed).steps
    assert steps > 3000
    assert contents(killed.parent) == before
    assert ns.load(killed).steps == steps


def test_without_the_index_it_is_whole(killed: Path):
    assert ns.load(moved(killed, "-wal")).steps == ns.load(killed).steps


@pytest.mark.parametrize("ends", [("-wal",), ("-wal", "-shm"), ()])
def test_in_a_folder_that_cannot_be_written(ends: tuple[str, ...], killed: Path):
    """Story: "damaged: unable to open database file"."""
    path, steps = moved(killed, *ends), ns.load(killed).steps
    done = run_on(path.parent, f"import nodescope as ns; print(ns.load({str(path)!r}).steps)", readonly=1)
    if ends:
        assert done.stdout.strip() == str(steps), done.stderr
    else:
        assert "holds a run up to step 0, and was still being written" in done.stderr.splitlines()[-1]
    done = run_on(path.parent, f"import nodescope as ns; ns.resume({str(path)!r}, steps=10**6)", readonly=1)
    assert f"{path} cannot be written: " in done.stderr.splitlines()[-1]
    assert sorted(p.name for p in path.parent.iterdir()) == sorted([path.name, *(f"{path.name}{end}" for end in ends)])


def test_a_finished_run_in_a_folder_that_cannot_be_written(tmp_path: Path):
    path = tmp_path / "f" / "a.nodescope"
    path.parent.mkdir()
    ns.save(ns.descend(**SEED, steps=50), path)
    done = run_on(path.parent, f"import nodescope as ns; print(ns.load({str(path)!r}).steps)", readonly=1)
    assert done.stdout.strip() == "50", done.stderr


def test_without_its_log_it_says_so_and_goes_on(killed: Path):
    """Story: a killed run copied without its log was "interrupted after 0 steps; everything up to there is kept"."""
    path = moved(killed)
    words = (
        r"holds a run up to step \d+, and was still being written: its last steps were in a.nodescope-wal, which is not beside it"
    )
    for _ in range(2):
        with pytest.raises(ns.FileError, match=words):
            ns.load(path)
    whole = ns.descend(**SEED, steps=4000)
    assert ns.resume(path, steps=4000).weight == whole.weight
    assert ns.load(path).weight == whole.weight
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_a_run_killed_before_it_had_a_log_has_no_steps(tmp_path: Path):
    """Its name is there, and that there is to be a log, but not yet a log."""
    path = tmp_path / "a.nodescope"
    dies = "runfile.RunFile._say_that_there_is_a_log = lambda _: os.kill(os.getpid(), signal.SIGKILL)"
    code = KILLED.format(path=str(path)).replace("def progress", f"{dies}\ndef progress")
    subprocess.run([sys.executable, "-c", code], check=False)
    for end in FOLLOWING:
        Path(f"{path}{end}").unlink(missing_ok=True)
    assert (ns.load(path).ending, ns.load(path).steps) == (ns.Ending.INTERRUPTED, 0)
    assert ns.resume(path, steps=20).weight == ns.descend(**SEED, steps=20).weight
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_a_log_that_stayed_behind_is_not_the_next_files(killed: Path):
    """The file was moved away, another put in its place."""
    other = killed.with_name("other")
    ns.save(ns.descend(**SEED, steps=50), other)
    other.replace(killed)
    before = contents(killed.parent)
    assert ns.load(killed).steps == 50
    with pytest.raises(ns.FileError, match=r"cannot be written: a.nodescope-wal beside it is the log of another file"):
        ns.resume(killed, steps=60)
    assert contents(killed.parent) == before


def test_a_run_that_is_over_is_one_file(tmp_path: Path):
    path = tmp_path / "a.nodescope"
    ns.descend(**SEED, steps=5000, out=path)
    assert [p.name for p in tmp_path.iterdir()] == [path.name]
    with closing(sqlite3.connect(f"{path.as_uri()}?immutable=1", uri=True)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
