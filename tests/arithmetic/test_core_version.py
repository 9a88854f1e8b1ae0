"""A core that was compiled from another core.h is refused in one sentence; story: it ended the process without a word.

A library is compiled here for each case, the way a stale one would lie about.
"""

import hashlib
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from nodescope.arithmetic import core

HEADER = Path(core.__file__).with_name("core.h")
DECLARED = (10, "a31465b426636476")
"""The version, and the first digits of what core.h declares. Where a test says that they differ: count up NS_VERSION of core.h and
VERSION of core.py, and put both here."""
SEED = "import nodescope as ns; print(ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1).weight)"
REMEDY = "install nodescope again (in a checkout: pip install --editable .), or set NODESCOPE_ENGINE=plain to do without"


def declared() -> tuple[int, str]:
    code = re.sub(r"/\*.*?\*/", " ", HEADER.read_text(), flags=re.DOTALL)
    version = re.search(r"#define NS_VERSION (\d+)", code)
    assert version
    words = " ".join(code.replace(version[0], "").split())
    return int(version[1]), hashlib.sha256(words.encode()).hexdigest()[:16]


def test_what_core_h_declares_has_a_version_of_its_own():
    assert declared() == DECLARED
    assert declared()[0] == core.VERSION


def compiled(folder: Path, code: str) -> Path:
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None or not sys.platform.startswith("linux"):
        pytest.skip("needs Linux and a C compiler")
    (folder / "core.c").write_text(code)
    subprocess.run([compiler, "-shared", "-fPIC", "-o", str(folder / "core.so"), str(folder / "core.c")], check=True)
    return folder / "core.so"


STALE = {
    "older than its versions": "void ns_walk(void) {}",
    "of version 7777": "long ns_version(void) { return 7777; }",
    "of version -1": "int ns_version(void) { return -1; }",
}


def said_of(path: Path, monkeypatch: pytest.MonkeyPatch, code: str = SEED) -> subprocess.CompletedProcess[str]:
    monkeypatch.setenv("NODESCOPE_CORE", str(path))
    monkeypatch.delenv("NODESCOPE_ENGINE", raising=False)
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("seen", STALE)
def test_a_stale_core_is_one_sentence(seen: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = compiled(tmp_path, STALE[seen])
    done = said_of(path, monkeypatch)
    assert done.returncode == 1
    kind, _, said = done.stderr.splitlines()[-1].partition(": ")
    assert kind == "nodescope.errors.NodescopeError"
    assert said == f"the compiled core {path} is {seen}, and this nodescope needs version {core.VERSION}: {REMEDY}"


def test_in_the_shell_it_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = compiled(tmp_path, STALE["older than its versions"])
    monkeypatch.setenv("NODESCOPE_CORE", str(path))
    monkeypatch.setenv("NODESCOPE_ENGINE", "compiled")
    command = [sys.executable, "-m", "nodescope", "run", "--weight", "0.4", "--input", "1", "--goal", "0.6"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1), done.stderr
    assert REMEDY in done.stderr


@pytest.mark.parametrize("content", [b"", b"not a library", b"\x7fELF" + bytes(60)])
def test_what_is_no_library_is_one_sentence(content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "core.so").write_bytes(content)
    done = said_of(tmp_path / "core.so", monkeypatch)
    assert done.returncode == 1
    said = done.stderr.splitlines()[-1]
    assert said.startswith("nodescope.errors.NodescopeError: the compiled core cannot be loaded (")
    assert said.endswith(REMEDY)


def test_the_plain_engine_does_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = compiled(tmp_path, STALE["older than its versions"])
    done = said_of(path, monkeypatch, f"import os; os.environ['NODESCOPE_ENGINE'] = 'plain'; {SEED}")
    assert done.stdout.split() == ["0.5999999999999994"], done.stderr
