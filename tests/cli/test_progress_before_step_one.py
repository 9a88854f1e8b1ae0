"""Passes over the rows before the first step: told on a terminal with rows a second and time left; Ctrl-C there leaves nothing."""

import os
import pty
import re
import signal
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from nodescope.arithmetic.passes import Pass, passing, telling
from nodescope.data.parts.found import pieces_of
from nodescope.data.parts.reading import stream_examples

SLOW = """
import sys, time
import nodescope.data.parts.pieces as pieces
from nodescope.cli import output, main
from nodescope.data.parts.parquet import _Reader
read = _Reader.read
def slowly(*given):
    time.sleep({seconds})
    return read(*given)
_Reader.read = slowly
output.PROGRESS_AFTER = 0.1
sys.argv = ["nodescope", *{words!r}]
main()
"""


def rows(path: Path, n: int = 2000) -> Path:
    """Two columns of numbers with gaps, and a goal."""
    x = np.random.default_rng(0).normal(size=(n, 2))
    x[::5, 0] = np.nan
    table = pa.table({"a": x[:, 0], "b": x[:, 1], "y": np.nan_to_num(x).sum(axis=1)})
    pq.write_table(table, path / "t.parquet", row_group_size=100)
    return path / "t.parquet"


def test_each_pass_is_told_with_its_rows(tmp_path: Path) -> None:
    told: list[Pass] = []
    with telling(told.append):
        stream_examples(
            pieces_of(rows(tmp_path)), memory=5000, goal="y", missing="median", standardise=True, holdout=0.1,
            opening={"indicator": True},
        )  # fmt: skip
    whole = [(at.what, at.done) for at in told if at.done == at.total]
    assert whole == [
        ("looking for what columns hold", 2000), ("counting rows", 2000),
        *[("looking for medians", 1800)] * 2, *[("looking for scales", 1800)] * 3,
    ]  # fmt: skip
    assert all(a.done < b.done or a.done == a.total for a, b in pairwise(told))
    assert all(at.unit == "rows" and at.seconds >= 0 for at in told)


def test_nothing_is_told_where_nobody_looks() -> None:
    assert list(passing("reading", [(1, "a"), (2, "b")], 3)) == ["a", "b"]


def shown(words: list[str], seconds: float, until: str | None = None) -> tuple[int, str]:
    """Exit code, and what a terminal shows; Ctrl-C once it shows what is waited for."""
    leader, follower = pty.openpty()
    code = SLOW.format(seconds=seconds, words=words)
    done = subprocess.Popen(
        [sys.executable, "-c", code], stdin=follower, stdout=follower, stderr=follower, start_new_session=True,
        env={**os.environ, "COLUMNS": "120", "TERM": "xterm"},
    )  # fmt: skip
    os.close(follower)
    text, began, asked = "", time.monotonic(), False
    while time.monotonic() - began < 100:
        try:
            more = os.read(leader, 65536)
        except OSError:  # the other side is closed
            break
        if not more:
            break
        text += more.decode(errors="replace")
        if until is not None and until in text and not asked:
            done.send_signal(signal.SIGINT)
            asked = True
    os.close(leader)
    return done.wait(20), re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", text)


@pytest.mark.usefixtures("ctrl_c")
@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo terminals")
def test_a_terminal_shows_rows_a_second_and_ctrl_c_leaves_nothing(tmp_path: Path) -> None:
    words = ["run", "--data", str(rows(tmp_path)), "--goal", "y", "--memory", "5000", "--missing", "mean", "--standardise"]
    code, text = shown([*words, "--epochs", "1", "--out", str(tmp_path / "r.nodescope")], 0.03, "rows: looking for means")
    assert code == 130
    assert re.search(r"[\d,]+ rows: counting rows .* [\d,]+ a second \d:\d\d:\d\d Ctrl-C ends the run", text)
    assert "Traceback" not in text
    assert os.listdir(tmp_path) == ["t.parquet"]
