"""The command as a program of its own, without a new Python for each: one process gets ready, and each command is a fork of it.

A new Python spends most of a command's time on importing the same things. What is forked has imported them and nothing more: its
arguments, folder, environment, standard input and outputs are the command's own, and it ends as a program does. What a command
imports, how soon, and what Ctrl-C does meanwhile, is asked of real ones (tests/architecture, tests/cli).

`python -m quick_shell` is that process: it reads a line of JSON for each command, and answers with a line.
"""

import atexit
import json
import os
import runpy
import select
import subprocess
import sys
import tempfile
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

SECONDS = 110
"""Until a command is killed; a test has 120."""
LEFT_OUT = ("nodescope.torch", "nodescope.sklearn", "nodescope.hosts", "nodescope.workers", "nodescope.__main__")


def call(*arguments: object, **options: Any) -> "subprocess.CompletedProcess[str]":
    """As `subprocess.run([sys.executable, "-m", "nodescope", …], capture_output=True, text=True)`; takes cwd, env and input."""
    assert options.keys() <= {"cwd", "env", "input"}, options
    process = _ready()
    assert process.stdin is not None
    assert process.stdout is not None
    asked = {
        "arguments": [str(argument) for argument in arguments], "cwd": str(options.get("cwd") or os.getcwd()),
        "env": dict(options.get("env") or os.environ), "input": options.get("input") or "",
    }  # fmt: skip
    process.stdin.write(json.dumps(asked) + "\n")
    process.stdin.flush()
    answer = process.stdout.readline()
    assert answer, "the process that commands are forked from has ended"
    return subprocess.CompletedProcess(["nodescope", *asked["arguments"]], **json.loads(answer))


@cache
def _ready() -> "subprocess.Popen[str]":
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    process = subprocess.Popen([sys.executable, "-m", "quick_shell"], cwd=Path(__file__).parent, **pipes)

    def end() -> None:
        process.communicate()

    atexit.register(end)
    return process


# ---- in that process ----


def serve() -> list[str] | None:
    """Fork for each line; what comes back is, in the fork, what it was asked to do, and None when there are no more lines."""
    for line in sys.stdin:
        asked = json.loads(line)
        with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            given.write(asked["input"].encode())
            given.seek(0)
            child = os.fork()
            if child == 0:
                _become(asked, given.fileno(), out.fileno(), err.fileno())
                return list(asked["arguments"])
            returncode, texts = _ended(child), []
            for file in (out, err):
                file.seek(0)
                texts.append(file.read().decode())
        print(json.dumps({"returncode": returncode, "stdout": texts[0], "stderr": texts[1]}), flush=True)
    return None


def _become(asked: dict[str, Any], given: int, out: int, err: int) -> None:
    for place, file in enumerate((given, out, err)):
        os.dup2(file, place)
    sys.stdin = open(0, closefd=False)  # noqa: SIM115  # the old one may have read ahead
    os.chdir(asked["cwd"])
    os.environ.clear()
    os.environ.update(asked["env"])


def _ended(child: int) -> int:
    """How it ended; it is killed where that takes too long."""
    handle = os.pidfd_open(child)
    try:
        if not select.select([handle], [], [], SECONDS)[0]:
            os.kill(child, 9)
    finally:
        os.close(handle)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def get_ready() -> None:
    """Import what commands import."""
    import nodescope

    room = Path(nodescope.__file__).parent
    for place in sorted(room.rglob("*.py")):
        name = ".".join(["nodescope", *place.relative_to(room).with_suffix("").parts]).removesuffix(".__init__")
        if not name.startswith(LEFT_OUT):
            import_module(name)
    for name in ("numpy", "pyarrow.csv", "pyarrow.parquet", "sqlite3", "rich.table", "rich.console"):
        import_module(name)


if __name__ == "__main__":
    sys.path[:] = [place for place in sys.path if Path(place) != Path(__file__).parent]
    get_ready()
    arguments = serve()
    if arguments is not None:
        sys.argv[1:] = arguments
        sys.path.insert(0, os.getcwd())
        runpy.run_module("nodescope", run_name="__main__", alter_sys=True)
