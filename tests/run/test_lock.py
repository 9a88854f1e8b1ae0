"""A lock is of the file that is there: one that was taken of a file just replaced is none."""

import os
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

import nodescope as ns
from nodescope.run.file import handles, opening
from nodescope.run.file.handles import in_use, read_at
from nodescope.run.file.lock import remove_left_behind, unfinished
from nodescope.run.file.opening import Log, opened

fcntl = pytest.importorskip("fcntl", reason="no such locks on this system")


def test_a_file_that_is_replaced_while_the_lock_is_taken_is_refused(tmp_path, monkeypatch):
    """Another process puts a new file in its place between the opening of the old one and the lock on it."""
    path, other = tmp_path / "a.nodescope", tmp_path / "b.nodescope"
    for place in (path, other):
        ns.save(ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1, steps=5), place)
    whole, flock = other.read_bytes(), fcntl.flock

    def too_late(handle: int, operation: int) -> None:
        if other.exists():
            os.replace(other, path)
        flock(handle, operation)

    monkeypatch.setattr(fcntl, "flock", too_late)
    with pytest.raises(ns.FileError, match="another nodescope is writing it"):
        ns.resume(path, steps=10)
    assert path.read_bytes() == whole
    assert ns.resume(path, steps=10).steps == 10  # nothing is held any more


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="what is open is told by Linux")
def test_a_file_that_is_written_leaves_nothing_open(tmp_path):
    before = len(os.listdir("/proc/self/fd"))
    for number in range(3):
        with unfinished(tmp_path / f"{number}") as part:
            part.write_bytes(b"whole")
    assert len(os.listdir("/proc/self/fd")) == before


def test_a_look_into_a_file_leaves_a_readers_lock(tmp_path):
    """Story: a run's end was written under the hand of a reader whose process had looked into the file once more: "malformed"."""
    path = tmp_path / "a.nodescope"
    ns.save(ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1), path)
    code = f"import sqlite3; sqlite3.connect({str(path)!r}, timeout=0, isolation_level=None).execute('BEGIN EXCLUSIVE')"
    with opened(path, Log.NONE):
        assert ns.load(path).ending is ns.Ending.SETTLED
        asked = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
        assert asked.stderr.endswith("database is locked\n")
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    assert not handles._IN_USE


def test_a_folder_that_somebody_takes_for_left_behind_is_not_used(tmp_path, monkeypatch):
    """Story: with four processes at once a run's unfinished file was removed before it was held: "disk I/O error"."""
    made = tempfile.mkdtemp
    taken: list[Path] = []
    holding: list[int] = []

    def taken_at_once(**how) -> str:
        folder = Path(made(**how))
        if not taken:
            holding.append(os.open(folder, os.O_RDONLY))
            fcntl.flock(holding[0], fcntl.LOCK_EX)
            taken.append(folder)
        return str(folder)

    monkeypatch.setattr(tempfile, "mkdtemp", taken_at_once)
    with unfinished(tmp_path / "a.nodescope") as part:
        assert part.parent not in taken
    os.close(holding[0])


def test_where_the_folder_is_gone_it_is_told(tmp_path, monkeypatch):
    """Story: an error of Python's own, about a name of ours."""
    run = ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1, steps=9)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    for write in (
        lambda: ns.save(run, "a.nodescope"),
        lambda: ns.export(run, "a.svg"),
        lambda: ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1, steps=9, out="a.nodescope"),
        lambda: ns.sweep(weight=0.4, input=1, goal=0.6, alpha=[0.1, 0.2], steps=9, out="a.nodescope"),
    ):
        with pytest.raises(ns.FileError, match=r"cannot be written: the folder that this program was started in is gone"):
            write()
    with pytest.raises(ns.FileError, match=r"a.nodescope cannot be read"):
        ns.load("a.nodescope")
    assert ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1, steps=9).weight == run.weight


@pytest.mark.parametrize(("code", "ours", "writers", "told"), [
    (sqlite3.SQLITE_CANTOPEN, False, [False, False], False), (sqlite3.SQLITE_CANTOPEN, True, [True, True], False),
    (sqlite3.SQLITE_CANTOPEN, False, [True, False], None), (sqlite3.SQLITE_CANTOPEN, False, [False, True], None),
    (sqlite3.SQLITE_CORRUPT, False, [False, False], None), (None, False, [True, True], True),
])  # fmt: skip
def test_a_file_that_sqlite_would_have_to_write_to_is_copied_unless_somebody_else_writes_it(monkeypatch, code, ours, writers, told):
    """No copy is taken of a file that another program is writing; of one that this process holds one is, once it has waited."""
    looks = iter(writers * 2)

    def begin(_connection: object) -> None:
        if code is not None:
            error = sqlite3.OperationalError("in the way")
            error.sqlite_errorcode = code
            raise error

    for name, value in (("_begin", begin), ("held_here", lambda _: ours), ("has_a_writer", lambda _: next(looks)),
                        ("SECONDS_OF_A_LOOK", -1.0), ("SECONDS_TO_WAIT", -1.0)):  # fmt: skip
        monkeypatch.setattr(opening, name, value)
    if told is None:
        with pytest.raises(sqlite3.OperationalError):
            opening._begun_in_time(None, None)
    else:
        assert opening._begun_in_time(None, None) is told


@pytest.mark.skipif(not hasattr(os, "pread"), reason="Windows reads where the handle stands")
def test_readers_of_one_handle_do_not_move_each_other(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"0123456789")
    with in_use(path) as handle:
        assert [read_at(handle, 3, place) for place in (0, 4, 8)] == [b"012", b"456", b"89"]
        assert os.lseek(handle, 0, os.SEEK_CUR) == 0


def test_only_folders_that_were_left_behind_are_removed(tmp_path: Path) -> None:
    """Of the names that unfinished files have; no links to other folders, nor files."""
    mine, left = tmp_path / "mine", tmp_path / ".f.abcdefgh.part"
    for folder in (mine, left):
        folder.mkdir()
        (folder / "part").write_text("half a run")
    (tmp_path / ".c.part").mkdir()
    (tmp_path / ".d.abcdefgh.part").symlink_to(mine)
    (tmp_path / ".e.abcdefgh.part").write_text("a file")
    remove_left_behind(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".c.part", ".d.abcdefgh.part", ".e.abcdefgh.part", "mine"]
    assert (mine / "part").exists()
