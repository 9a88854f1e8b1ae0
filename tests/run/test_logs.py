"""What a run file says of itself where its log or the log's index is missing, stayed behind, or is another's."""

import os
import random
import re
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
from nodescope.run import descent
from nodescope.run.descend import descend_with
descend_with(progress, weight=0.4, input=[1, 2], goal=[0.6, 5], alpha=1e-12, steps=10**9, out={path!r})
"""
FOLLOWING = ("-wal", "-shm")
LONG = os.environ.get("NODESCOPE_TESTS") == "long"
MANY = KILLED.replace("progress(step, asked, seconds)", "progress(step, asked, seconds, seen=[])").replace(
    "if step > 3000:", "descent.BLOCK_SECONDS = 0.001; seen.append(step)\n    if len(seen) > 30:"
)
"""Killed after its thirtieth commit."""


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


# ---- a log that is damaged ----


@pytest.fixture(scope="module")
def of_many_commits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("many") / "a.nodescope"
    assert subprocess.run([sys.executable, "-c", MANY.format(path=str(path))], check=False).returncode == -signal.SIGKILL
    return path


def commits_of(log: bytes) -> list[int]:
    """Where transactions end, by the format's own description: the header is 32 bytes, a frame 24 and its page."""
    size = 24 + int.from_bytes(log[8:12], "big")
    return [at + size for at in range(32, len(log), size) if log[at + 4 : at + 8] != bytes(4)]


@pytest.mark.parametrize("index", [True, False], ids=["with its index", "alone"])
def test_a_flip_in_a_log_is_told(index: bool, of_many_commits: Path, tmp_path: Path):
    """Story: a flipped byte in a log gave an earlier moment of the run without a word."""
    whole, ends = ns.load(moved_to(tmp_path / "w", of_many_commits, index)).steps, commits_of(log_of(of_many_commits))
    assert len(ends) > 6
    told, places = 0, random.Random(2)
    many, few = (30, 10) if LONG else (12, 5)
    committed = [places.randrange(32, ends[-3]) for _ in range(many)]  # how much is behind them is the machine's pace
    for number, at in enumerate([3, 9, 17, 26, 40, *committed, *(places.randrange(ends[-3], ends[-1]) for _ in range(few))]):
        path = moved_to(tmp_path / str(number), of_many_commits, index)
        log = bytearray(log_of(path))
        log[at] ^= 4
        Path(f"{path}-wal").write_bytes(log)
        for _ in range(2):  # what a look leaves behind changes nothing
            try:
                steps = ns.load(path).steps
            except ns.FileError as error:
                assert re.search(r"holds a run up to step [\d,]+, .* were in a\.nodescope-wal, which is damaged\. ", str(error))  # noqa: PT017
                told += 1
            else:
                assert steps == whole or (not index and at >= ends[-3]), f"{at}: {steps} of {whole}, in silence"
    assert ns.resume(path, steps=whole + 9).weight == ns.descend(**SEED, steps=whole + 9).weight
    assert told > many


@pytest.mark.parametrize("part", [0, 20, 0.3, 0.9, 0.99])
def test_a_log_cut_off_is_told_where_its_index_is_there(part: float, of_many_commits: Path, tmp_path: Path):
    path = moved_to(tmp_path / "cut", of_many_commits, True)
    log = log_of(path)
    Path(f"{path}-wal").write_bytes(log[: int(part * len(log)) if 0 < part < 1 else int(part)])
    for _ in range(2):
        with pytest.raises(ns.FileError, match="which is damaged"):
            ns.load(path)


def test_what_a_power_cut_leaves_of_the_last_transaction_is_no_damage(of_many_commits: Path, tmp_path: Path):
    """Its parts came to the disk in any order; all that was committed before is there."""
    path = moved_to(tmp_path / "torn", of_many_commits, False)
    log = bytearray(log_of(path))
    before, end = commits_of(bytes(log))[-2:]
    log[before + 30] ^= 1
    Path(f"{path}-wal").write_bytes(log[:end])
    assert 0 < ns.load(path).steps < ns.load(of_many_commits).steps


def log_of(path: Path) -> bytes:
    return Path(f"{path}-wal").read_bytes()


def moved_to(folder: Path, path: Path, index: bool) -> Path:
    folder.mkdir()
    for end in ("", "-wal", "-shm") if index else ("", "-wal"):
        shutil.copy(f"{path}{end}", folder)
    return folder / path.name


def test_a_run_that_is_over_is_one_file(tmp_path: Path):
    path = tmp_path / "a.nodescope"
    ns.descend(**SEED, steps=5000, out=path)
    assert [p.name for p in tmp_path.iterdir()] == [path.name]
    with closing(sqlite3.connect(f"{path.as_uri()}?immutable=1", uri=True)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)


@pytest.mark.timeout(30)
@pytest.mark.parametrize("end", ["-wal", "-shm", "-journal"])
def test_what_stands_where_a_log_would_is_never_waited_for(end: str, tmp_path: Path):
    """Story: a pipe called like a run's journal was opened, and waited for, for ever."""
    path = tmp_path / "a.nodescope"
    ns.save(ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1), path)
    beside = Path(f"{path}{end}")
    for make in (lambda: os.mkfifo(beside), beside.mkdir):
        make()
        for use in (ns.load, lambda path: ns.resume(path, steps=10**7)):
            with pytest.raises(ns.FileError, match=f"cannot be read: a.nodescope{end} beside it is no file of a run; move it away"):
                use(path)
        with pytest.raises(ns.FileError, match=f"cannot be written: a.nodescope{end} beside it is no file of a run"):
            ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1, steps=9, out=path, overwrite=True)
        beside.rmdir() if beside.is_dir() else beside.unlink()
    with beside.open("wb") as file:
        file.truncate(100 * 2**30)  # that holds no byte on the disk
    with pytest.raises(ns.FileError, match=f"a.nodescope{end} beside it has 107,374,182,400 bytes, more than a run's has"):
        ns.load(path)
