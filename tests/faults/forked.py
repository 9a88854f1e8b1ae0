"""Code on a disk that fails when it is told to, many times: one process gets ready, and each try is a fork of it.

A new Python for every try spends most of its time on importing the same things. `python -m faults.forked` is that process: it reads
a line of JSON for each try, and answers with a line.
"""

import json
import os
import select
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from faults.disk import environment_of

SECONDS = 60


@dataclass(frozen=True)
class Tried:
    """What came of one try."""

    returncode: int
    stdout: str
    stderr: str
    calls: int
    """Calls that were counted."""


@dataclass(frozen=True)
class Ready:
    """A process that has got ready."""

    process: "subprocess.Popen[str]"

    def run(self, code: str, calls: str, at: int = 0, reason: int = 0, on: bool = False) -> Tried:
        """Run code with the at-th of the calls failing, or all from it on."""
        stdin, stdout = self.process.stdin, self.process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(json.dumps({"code": code, "calls": calls, "at": at, "errno": reason, "on": on}) + "\n")
        stdin.flush()
        told = stdout.readline()
        assert told, "the process has ended"
        return Tried(**json.loads(told))


@contextmanager
def ready(folder: Path, code: str) -> Iterator[Ready]:
    """A process on the failing disk that has run the code, whose names every try finds."""
    command = [sys.executable, "-W", "ignore", "-m", "faults.forked", code]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, env=environment_of(folder), cwd=folder.parent, **pipes) as process:
        yield Ready(process)


# ---- in that process ----


def serve(code: str) -> None:
    names: dict[str, Any] = {}
    exec(code, names)
    for line in sys.stdin:
        with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err, tempfile.TemporaryFile("w+") as count:
            child = os.fork()
            if child == 0:
                _try(json.loads(line), names, out.fileno(), err.fileno(), count.fileno())
            returncode = _ended(child)
            texts = []
            for file in (out, err, count):
                file.seek(0)
                texts.append(file.read())
        told = {"returncode": returncode, "stdout": texts[0], "stderr": texts[1], "calls": int(texts[2] or -1)}
        print(json.dumps(told), flush=True)


def _try(asked: dict[str, Any], names: dict[str, Any], out: int, err: int, count: int) -> None:
    import ctypes

    failed = 1
    try:
        os.dup2(out, 1)
        os.dup2(err, 2)
        seen = ctypes.CDLL(None).faults_seen
        seen.restype = ctypes.c_long
        before = seen()
        told = {"FAULT_CALLS": asked["calls"], "FAULT_AT": str(before + asked["at"] if asked["at"] else 0)}
        os.environ |= told | {"FAULT_ERRNO": str(asked["errno"])} | ({"FAULT_ON": "1"} if asked["on"] else {})
        exec(asked["code"], names)
        sys.stdout.flush()
        os.write(count, str(seen() - before).encode())
        failed = 0
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(failed)


def _ended(child: int) -> int:
    """How it ended; it is killed where that takes too long."""
    handle = os.pidfd_open(child)
    try:
        if not select.select([handle], [], [], SECONDS)[0]:
            os.kill(child, 9)
    finally:
        os.close(handle)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


if __name__ == "__main__":
    serve(sys.argv[1])
