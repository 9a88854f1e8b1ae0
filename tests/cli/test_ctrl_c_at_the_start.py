"""Ctrl-C at any moment of a command's first 0.6 seconds prints nothing of ours; NODESCOPE_TESTS=long: 50 moments each."""

import os
import random
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import nodescope as ns

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
