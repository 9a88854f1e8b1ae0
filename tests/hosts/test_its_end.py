"""However the page ends, its folder goes: at once where it can, else with the next page; never while somebody lives in it."""

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from conftest import ROOT

from nodescope.hosts.folder import own_folder

pytest.importorskip("fcntl")


def launched(folder: Path) -> "subprocess.Popen[str]":
    """`nodescope open`, once it answers. Signals are not ignored in it, whatever started the tests."""
    command = [sys.executable, "-m", "nodescope", "open", "--no-browser", str(ROOT / "examples" / "sticks.toml")]

    def heed() -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)

    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    process = subprocess.Popen(command, text=True, env={**os.environ, "TMPDIR": str(folder)}, preexec_fn=heed, **pipes)
    assert process.stdout is not None
    assert re.search(r"127\.0\.0\.1:(\d+)", process.stdout.readline())
    assert "Ctrl-C" in process.stdout.readline()
    return process


def test_who_asks_as_soon_as_the_address_is_told_is_answered(tmp_path: Path):
    """It was told before anybody listened: a fast browser was refused."""
    command = [sys.executable, "-m", "nodescope", "open", "--no-browser"]
    with subprocess.Popen(command, text=True, env={**os.environ, "TMPDIR": str(tmp_path)}, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        told = re.search(r"127\.0\.0\.1:(\d+)", process.stdout.readline())
        assert told
        with socket.create_connection(("127.0.0.1", int(told[1])), timeout=20) as asking:
            asking.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            assert asking.recv(8) == b"HTTP/1.1"
        process.terminate()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name)
def test_a_signal_leaves_nothing_behind(number: signal.Signals, tmp_path: Path):
    process = launched(tmp_path)
    assert len(list(tmp_path.iterdir())) == 1
    process.send_signal(number)
    _, said = process.communicate(timeout=20)
    assert said.strip() == ""
    assert process.returncode == 128 + number
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_page_left_is_removed_by_the_next(tmp_path: Path):
    killed, alive = launched(tmp_path), launched(tmp_path)
    try:
        killed.kill()
        killed.communicate(timeout=20)
        (left,) = [folder for folder in tmp_path.iterdir() if folder != lived_in(alive, tmp_path)]
        third = launched(tmp_path)
        try:
            assert not left.exists()
            assert len(list(tmp_path.iterdir())) == 2, "the page that lives keeps its folder"
        finally:
            third.terminate()
            third.communicate(timeout=20)
    finally:
        alive.terminate()
        alive.communicate(timeout=20)
    assert list(tmp_path.iterdir()) == []


def lived_in(process: "subprocess.Popen[str]", within: Path) -> Path:
    """The folder whose lock a process holds open."""
    handles = Path(f"/proc/{process.pid}/fd")
    if not handles.is_dir():
        pytest.skip("needs /proc")
    locks = [Path(os.readlink(handle)) for handle in handles.iterdir() if os.readlink(handle).startswith(str(within))]
    return locks[0].parent


def test_what_is_not_ours_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "lock").write_text("")
    (tmp_path / "nodescope-page-link").symlink_to(elsewhere)
    (tmp_path / "nodescope-page-file").write_text("somebody's")
    (tmp_path / "nodescope-page-without-lock").mkdir()
    (tmp_path / "nodescope-page-left").mkdir()
    (tmp_path / "nodescope-page-left" / "lock").write_text("")
    (tmp_path / "nodescope-page-linked-lock").mkdir()
    (tmp_path / "nodescope-page-linked-lock" / "lock").symlink_to(elsewhere / "lock")
    with own_folder() as folder, own_folder() as another:
        assert folder.exists()
        assert another.exists()
    names = {path.name for path in tmp_path.iterdir()}
    ours = {"link", "file", "without-lock", "linked-lock"}
    assert names == {"elsewhere", *(f"nodescope-page-{name}" for name in ours)}
