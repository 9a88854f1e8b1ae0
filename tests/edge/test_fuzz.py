"""The fuzz of fuzz.py: once through all kinds here, half an hour with NODESCOPE_TESTS=long; NODESCOPE_SEED chooses what is made up.

What it found is told in FOUND, so that it is tried every time.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import nodescope as ns

LONG = os.environ.get("NODESCOPE_TESTS") == "long"
SECONDS = 1800 if LONG else 0
SEED = {"weight": 0.4, "input": 1, "goal": 0.6, "alpha": 0.1}
FOUND = {
    "a sheet of which nothing is a column": lambda: ns.grade("\ufffdu\x11^\ufffd\x17]\ufffd,4;0,42t`JD\x1dum438\n", **SEED),
    "a name that no trace of many inputs has": lambda: ns.grade(
        "step,prediction\n0,0.4\n", input=[[0.5] * 20, [0.1] * 20], goal=[0.1, 0.2], batch=2
    ),
    "a name of 400 digits, which took for ever": lambda: ns.grade(f"Error: 0.04 Prediction: {'9' * 400}.x4\n", **SEED),
    "a name of 400 digits in a line of names": lambda: ns.grade(f"step,w{'9' * 400}x\n0,0.4\n", **SEED),
    "a name of 5,000 spaces": lambda: ns.grade(f"step,a{' ' * 5000}x\n0,0.4\n", **SEED),
}


@pytest.mark.timeout(2 * SECONDS + 120)
def test_rubbish_that_is_made_up(tmp_path: Path):
    command = [sys.executable, str(Path(__file__).with_name("fuzz.py")), str(SECONDS), os.environ.get("NODESCOPE_SEED", "15")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, f"{done.stdout[-4000:]}\n{done.stderr[-3000:]}"


@pytest.mark.timeout(20)
@pytest.mark.parametrize("name", FOUND)
def test_what_it_found(name: str):
    try:
        assert str(FOUND[name]())
    except ns.InputError as error:
        assert len(str(error)) < 300  # noqa: PT017
