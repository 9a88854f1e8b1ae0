"""Nothing is lost by writing: no device, link, table or recipe makes way for a file, and two never write the same one."""

import os
import resource
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

import nodescope as ns
from nodescope.run.file import runfile

SEED = {"weight": 0.4, "input": 1, "goal": 0.6, "alpha": 0.1, "steps": 50}
LONG = "ns.descend(weight=0.4, input=[1, 2], goal=[0.6, 5], alpha=1e-12, steps=10**12, out={path!r})"
RUN = ns.descend(**SEED)
WRITERS = {
    "save": lambda path: ns.save(RUN, path, overwrite=True),
    "out": lambda path: ns.descend(**SEED, out=path, overwrite=True),
    "csv": lambda path: ns.export(RUN, path),
}


def name_for(writer: str) -> str:
    return "x.csv" if writer == "csv" else "x.nodescope"


@pytest.mark.parametrize("writer", WRITERS)
def test_a_pipe_a_device_and_a_folder_stay_what_they_are(writer, tmp_path):
    """Story: --out /dev/null as root replaced the machine's null device by a run file."""
    for kind, make in (
        ("pipe", os.mkfifo),
        ("folder", os.mkdir),
        ("device", lambda path: os.symlink("/dev/null", path)),
    ):
        path = tmp_path / kind / name_for(writer)
        path.parent.mkdir()
        make(path)
        before = path.lstat()
        with pytest.raises(ns.FileError, match=f"cannot be written: it is a {kind}; name a file"):
            WRITERS[writer](path)
        assert (path.lstat().st_ino, path.lstat().st_mode) == (before.st_ino, before.st_mode)
        assert [p.name for p in path.parent.iterdir()] == [path.name]
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)


@pytest.mark.parametrize("writer", WRITERS)
def test_a_link_leads_to_its_file(writer, tmp_path):
    real, link, far = tmp_path / "far" / "real", tmp_path / name_for(writer), tmp_path / "far"
    far.mkdir()
    link.symlink_to(real)
    for _ in range(2):  # there is no such file yet; then there is
        WRITERS[writer](link)
        assert link.is_symlink()
        assert real.stat().st_size > 100
        assert [p.name for p in far.iterdir()] == ["real"]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["far", link.name]
    around = tmp_path / "y" / name_for(writer)
    around.parent.mkdir()
    around.symlink_to(around)
    with pytest.raises(ns.FileError, match="cannot be written"):
        WRITERS[writer](around)


@pytest.mark.parametrize("writer", ["save", "out"])
@pytest.mark.parametrize("content", [b"a,b\n1,2\n", b"SQLite format 3\0" + bytes(84), b"x"])
def test_what_is_no_run_file_is_not_replaced(writer, content, tmp_path):
    """Story: `--data p.csv --out p.csv` replaced the table by a run."""
    path = tmp_path / "thesis.docx"
    path.write_bytes(content)
    with pytest.raises(ns.FileError, match="is there and is not a nodescope run file: name another file, or delete it first"):
        WRITERS[writer](path)
    assert path.read_bytes() == content
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("writer", ["save", "out"])
def test_a_run_file_and_an_empty_one_are_replaced(writer, tmp_path):
    path = tmp_path / "a.nodescope"
    path.touch()
    for _ in range(2):
        WRITERS[writer](path)
        assert ns.load(path).steps == 50
    assert len(list(tmp_path.iterdir())) == 1


KEEPERS = {
    "save": lambda path, **more: ns.save(ns.descend(**SEED | {"steps": 7}), path, **more),
    "out": lambda path, **more: ns.descend(**SEED | {"steps": 7}, out=path, **more),
}


@pytest.mark.parametrize("writer", KEEPERS)
def test_a_run_is_replaced_only_where_that_is_asked_for(writer, tmp_path):
    path = tmp_path / "a.nodescope"
    ns.save(RUN, path)
    before = path.read_bytes()
    for more in ({}, {"overwrite": False}):
        with pytest.raises(ns.FileError, match="is there and holds a run; overwrite=True replaces it, or name another file"):
            KEEPERS[writer](path, **more)
        assert path.read_bytes() == before
        assert len(list(tmp_path.iterdir())) == 1
    KEEPERS[writer](path, overwrite=True)
    assert ns.load(path).steps == 7


def test_long_names(tmp_path):
    for name in ("ä" * 120, "x" * 240):
        WRITERS["out"](tmp_path / name)
        WRITERS["save"](tmp_path / name)
        assert ns.load(tmp_path / name).steps == 50


# ---- one writer at a time ----


def started(path: Path) -> subprocess.Popen:
    code = f"import nodescope as ns; {LONG.format(path=str(path))}"
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not path.exists() and process.poll() is None:
        time.sleep(0.01)
    return process


def test_a_second_writer_is_refused_while_the_first_lives(tmp_path):
    path = tmp_path / "w.nodescope"
    first = started(path)
    try:
        for second in (WRITERS["out"], WRITERS["save"], ns.resume):
            with pytest.raises(ns.FileError, match="another nodescope is writing it"):
                second(path)
        assert ns.load(path).ending is ns.Ending.INTERRUPTED  # reading it meanwhile is allowed
        assert first.poll() is None
    finally:
        first.send_signal(signal.SIGKILL)
        first.wait()
    steps = ns.load(path).steps
    assert ns.resume(path, steps=steps + 5).steps == steps + 5
    WRITERS["out"](path)
    assert ns.load(path).steps == 50


def test_of_several_that_start_at_once_one_goes_on(tmp_path):
    path = tmp_path / "w.nodescope"
    resting = "alpha=lambda step: time.sleep(0.05) or 1e-12"  # the one that goes on leaves the machine to the others
    long = SEED | {"steps": 10**12, "time_limit": 4, "out": str(path)}
    del long["alpha"]
    code = f"import nodescope as ns, time; print('ready', flush=True); input(); ns.descend(**{long!r}, {resting})"
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    several = [subprocess.Popen([sys.executable, "-c", code], **pipes, text=True) for _ in range(4)]
    assert [process.stdout.readline() for process in several] == ["ready\n"] * 4
    for process in several:
        process.stdin.write("\n")
        process.stdin.flush()
    said = [process.communicate()[1] for process in several]
    assert sorted(process.returncode for process in several) == [0, 1, 1, 1], said
    assert sum("another nodescope is writing it" in text for text in said) == 3, said
    assert ns.load(path).ending is ns.Ending.TIME_USED
    assert len(list(tmp_path.iterdir())) == 1


def test_a_second_writer_in_the_same_process(tmp_path):
    path = tmp_path / "a.nodescope"
    seen = []

    def meanwhile(step: int) -> float:
        if step == 100:
            other = threading.Thread(target=lambda: seen.extend(_refusals(path)))
            other.start()
            other.join()
        return 0.1

    ns.descend(weight=0.4, input=1, goal=0.6, alpha=meanwhile, steps=300, out=path)
    assert seen == [True] * 3
    assert ns.load(path).steps == 300
    WRITERS["save"](path)


def _refusals(path: Path) -> list[bool]:
    refused = []
    for second in (WRITERS["out"], WRITERS["save"], ns.resume):
        try:
            second(path)
            refused.append(False)
        except ns.FileError as error:
            refused.append("another nodescope" in str(error))
    return refused


def test_a_file_deleted_while_it_is_written_is_the_reason_told(tmp_path, monkeypatch):
    monkeypatch.setattr(runfile, "SECONDS_BETWEEN_COMMITS", 0.0)
    path = tmp_path / "a.nodescope"

    def alpha(step: int) -> float:
        if step == 200:
            path.unlink()
        return 0.1

    with pytest.raises(ns.FileError, match="it was deleted or replaced while the run was going on"):
        ns.descend(weight=0.4, input=1, goal=0.6, alpha=alpha, steps=100_000, out=path)


def test_the_log_of_a_deleted_run_is_not_taken_for_the_new_ones(tmp_path):
    path, log = tmp_path / "w.nodescope", tmp_path / "w.nodescope-wal"
    first = started(path)
    while not log.exists() or not log.stat().st_size:
        assert first.poll() is None
    first.send_signal(signal.SIGKILL)
    first.wait()
    path.unlink()
    WRITERS["out"](path)
    assert ns.load(path).steps == 50
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_going_on_where_the_disk_is_full(tmp_path):
    """Story: a traceback of sqlite3.OperationalError."""
    path = tmp_path / "a.nodescope"
    ns.save(ns.descend(**SEED), path)
    code = f"import nodescope as ns; ns.resume({str(path)!r}, steps=60)"

    def no_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, preexec_fn=no_room)
    assert done.stderr.splitlines()[-1].startswith(f"nodescope.errors.FileError: {path} cannot be written: "), done.stderr
    assert ns.resume(path, steps=60).steps == 60


def test_going_on_where_the_first_write_fails(tmp_path, monkeypatch):
    path = tmp_path / "a.nodescope"
    ns.save(RUN, path)
    made = runfile.RunFile.__init__

    def refusing(self, *given) -> None:
        made(self, *given)
        self._connection.execute("PRAGMA query_only=ON")

    monkeypatch.setattr(runfile.RunFile, "__init__", refusing)
    with pytest.raises(
        ns.FileError, match=r"a\.nodescope cannot be written: it, or its folder, is read-only; name a file elsewhere"
    ):
        ns.resume(path, steps=60)
    monkeypatch.undo()
    assert ns.load(path).ending is ns.Ending.STEPS_USED
    assert ns.resume(path, steps=60).steps == 60


def test_a_file_that_another_program_has_locked(tmp_path):
    path = tmp_path / "a.nodescope"
    ns.save(RUN, path)
    with sqlite3.connect(path) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(ns.FileError, match="cannot be written: database is locked"):
            ns.resume(path, steps=60)
    other.close()


@pytest.mark.parametrize("alpha", [[0.1] * 10, lambda t: 0.1 / (1 + t)], ids=["list", "function"])
def test_a_run_that_cannot_go_on_is_left_as_it_was(alpha, tmp_path):
    """Story: a finished run was "interrupted" ever after, because its ending was taken away first."""
    path = tmp_path / "a.nodescope"
    ns.save(ns.descend(weight=0.4, input=[1, 2], goal=[0.6, 5], alpha=alpha, steps=10), path)
    before = path.read_bytes()
    with pytest.raises(ns.InputError, match="alpha gives 10 values, but 5000 steps are asked for"):
        ns.resume(path, steps=5000)
    assert path.read_bytes() == before
    assert ns.resume(path, steps=10).ending is ns.Ending.STEPS_USED


@pytest.mark.usefixtures("ctrl_c")
def test_a_killed_run_whose_function_is_gone_is_left_as_it_was(tmp_path):
    path = tmp_path / "a.nodescope"

    def alpha(step: int) -> float:
        if step == 400:
            os.kill(os.getpid(), signal.SIGINT)
        return 0.1 / (1 + step)

    assert ns.descend(weight=0.4, input=[1, 2], goal=[0.6, 5], alpha=alpha, steps=10**9, out=path).ending is ns.Ending.INTERRUPTED
    before = path.read_bytes()
    with pytest.raises(ns.InputError, match=r"keeps the alphas of [\d,]+ steps, and 1,000,000,000 steps are asked for"):
        ns.resume(path)
    assert path.read_bytes() == before


def test_only_runs_are_saved(tmp_path):
    with pytest.raises(ns.InputError, match="run is 5; it must be a run"):
        ns.save(5, tmp_path / "a.nodescope")
