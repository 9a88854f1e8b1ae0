"""Python on a disk that fails when it is told to (faults.c), in a process of its own."""

import errno
import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

import pytest

KINDS = {"write": "w", "sync": "s", "rename": "r", "open": "o"}
REASONS = {"EIO": errno.EIO, "ENOSPC": errno.ENOSPC}


@cache
def library() -> Path:
    """The compiled faults; the test is skipped where they cannot be."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None or not sys.platform.startswith("linux"):
        pytest.skip("needs Linux and a C compiler")
    place = Path(tempfile.mkdtemp(prefix="nodescope-faults-")) / "faults.so"
    source = Path(__file__).with_name("faults.c")
    subprocess.run([compiler, "-O1", "-shared", "-fPIC", "-o", str(place), str(source), "-ldl"], check=True)
    return place


def environment_of(folder: Path, **faults: object) -> dict[str, str]:
    """Where files under a folder fail; faults are those of faults.c, in lower case: calls="w", at=3."""
    told = {f"FAULT_{name.upper()}": str(value) for name, value in faults.items()}
    ours = {"LD_PRELOAD": str(library()), "FAULT_UNDER": str(folder), "PYTHONPATH": str(Path(__file__).parents[1])}
    return {**os.environ, **ours, **told}


def run_on(folder: Path, code: str, **faults: object) -> subprocess.CompletedProcess[str]:
    """Run Python code on a disk that fails."""
    command = [sys.executable, "-W", "ignore", "-c", code]
    given = {"env": environment_of(folder, **faults), "cwd": folder.parent, "timeout": 60}
    return subprocess.run(command, capture_output=True, text=True, check=False, **given)
