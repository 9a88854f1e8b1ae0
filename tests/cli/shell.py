"""The command as a person or a program calls it."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import quick_shell

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "nodescope"]
SEED = ["--weight", "0.4", "--input", "1", "--goal", "0.6", "--alpha", "0.1"]
PENGUINS = str(ROOT / "examples" / "penguins.csv")
FIT = ["--data", PENGUINS, "--goal", "body_mass_g", "--inputs", "flipper_length_mm,bill_length_mm", "--standardise"]


def call(*arguments, code=0, **options):
    if options.keys() <= {"cwd", "env", "input"}:
        done = quick_shell.call(*arguments, **options)
    else:
        done = subprocess.run([*COMMAND, *map(str, arguments)], capture_output=True, text=True, check=False, **options)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return done


def on_a_terminal(*arguments, **environment):
    """What a person sees in a terminal of 80 columns."""
    leader, follower = pty.openpty()
    env = {**os.environ, "COLUMNS": "80", "TERM": "xterm", "PYTHONIOENCODING": "utf-8", **environment}
    process = subprocess.Popen([*COMMAND, *map(str, arguments)], stdout=follower, stderr=follower, stdin=follower, env=env)
    os.close(follower)
    said = b""
    try:
        while chunk := os.read(leader, 65536):
            said += chunk
    except OSError:
        pass  # the terminal is gone once the program is
    os.close(leader)
    assert process.wait() == 0
    return said.decode()
