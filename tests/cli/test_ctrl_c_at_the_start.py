"""Ctrl-C at any moment of a command's first 0.6 seconds prints nothing of ours; NODESCOPE_TESTS=long: 50 moments each."""

import ctypes
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import nodescope as ns
from nodescope.cli import main

MOMENTS = 50 if os.environ.get("NODESCOPE_TESTS") == "long" else 3
NODE = ["--weight", "0.4", "--input", "1", "--goal", "0.6", "--alpha", "0.1"]
FILE = "r.nodescope"
COMMANDS = {
    "run": ["--weight", "0.4", "--input", "[1,2]", "--goal", "[0.6,5]", "--alpha", "1e-12", "--steps", "1000000000"],
    "forecast": NODE, "diagnose": [FILE], "verify": [FILE], "explain": [FILE, "--step", "3"], "trace": [FILE],
    "predict": ["f.nodescope", "t.csv"], "compare": [FILE, FILE], "grade": ["t.csv", *NODE], "export": [FILE, "x.html"],
    "open": ["--no-browser", FILE], "worksheet": ["w", "--students", "2"], "runs": ["."],
}  # fmt: skip
OF_PYTHON_ITSELF = ("init_import_site", "init_sys_streams", "frozen site", "frozen runpy", "Could not import runpy")
"""Where a traceback begins that Python prints before our first line is run."""
OURS = re.compile(r'File "[^"]*[/\\]nodescope[/\\](?!__init__\.py|starting\.py)')
"""Of a file of ours, behind the first one, which sees to it that nothing is printed."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    ns.save(ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1, steps=300), folder / FILE)
    (folder / "t.csv").write_text("a,b\n1,2\n2,3\n3,5\n")
    ns.save(ns.descend(data=folder / "t.csv", goal="b"), folder / "f.nodescope")
    return folder


@pytest.mark.timeout(20 * MOMENTS + 60)
@pytest.mark.parametrize("command", COMMANDS)
def test_it_ends_without_a_word(command: str, home: Path):
    chance = random.Random(command)
    for _ in range(MOMENTS):
        moment = chance.uniform(0, 0.6)
        process = subprocess.Popen(
            [sys.executable, "-m", "nodescope", command, *COMMANDS[command]],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, preexec_fn=heeding, cwd=home,
        )  # fmt: skip
        time.sleep(moment)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=20)
        if any(place in said for place in OF_PYTHON_ITSELF) and not OURS.search(said):
            continue
        assert "Traceback" not in said, f"after {moment:.3f} s: {said}"
        assert "KeyboardInterrupt" not in said
        assert process.returncode in (-signal.SIGINT, 130, 0, 2), (process.returncode, said)


def heeding() -> None:
    """Whatever started the tests."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


class Struck:
    """An argument during whose look Ctrl-C comes."""

    @classmethod
    def from_param(cls, _value: object) -> object:
        raise KeyboardInterrupt


def handed_over() -> None:
    function = ctypes.CFUNCTYPE(None)(lambda: None)
    function.argtypes = [Struck]
    function(1)


def made_of_a_class() -> None:
    class Named:
        def __set_name__(self, owner: type, name: str) -> None:
            raise KeyboardInterrupt

    type("Made", (), {"at": Named()})


@pytest.fixture
def at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the command changes of its process stays as it is."""
    monkeypatch.setattr(sys, "unraisablehook", sys.unraisablehook)
    monkeypatch.setattr("nodescope.cli.end_quietly", lambda: None)


@pytest.mark.usefixtures("at_home")
@pytest.mark.parametrize(
    ("struck", "becomes"),
    [(handed_over, ctypes.ArgumentError), (made_of_a_class, (RuntimeError, KeyboardInterrupt))],  # from Python 3.12 on itself
)
def test_what_it_becomes_elsewhere_is_still_ctrl_c(struck: Callable[[], None], becomes: Any, monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(becomes):
        struck()
    monkeypatch.setattr("nodescope.cli._do_and_tell", struck)
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 130


@pytest.mark.usefixtures("at_home")
def test_another_failure_stays_one(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("nodescope.cli._do_and_tell", lambda: int("x"))
    with pytest.raises(ValueError, match="invalid literal"):
        main()
