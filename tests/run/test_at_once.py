"""Eight threads, and four processes, do everything at once: each gets the bits that one alone gets."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nodescope as ns

LONG = os.environ.get("NODESCOPE_TESTS") == "long"
THREADS, ROUNDS = 8, 200 if LONG else 12
X, G = np.random.default_rng(3).normal(size=(9, 2)), np.random.default_rng(4).normal(size=(9, 1))
KINDS: dict[str, dict[str, Any]] = {
    "a node": {"weight": [0.1, -0.2], "input": X, "goal": G[:, 0], "alpha": 0.05, "steps": 700, "order": "shuffled"},
    "a network": {"network": {"sizes": [2, 5, 1], "seed": 2}, "input": X, "goal": G, "alpha": 0.05, "steps": 300, "rule": "adam"},
    "a schedule": {
        "weight": [0.1, 0.2],
        "input": X,
        "goal": G[:, 0],
        "alpha": ns.schedule("1/t", start=0.1, decay=0.1),
        "steps": 99,
    },
}
SHARED = {kind: ns.descend(**keywords) for kind, keywords in KINDS.items()}


def final(run: Any) -> bytes:
    return b"".join(np.asarray(part).tobytes() for part in (run.weight if isinstance(run.weight, list) else [run.weight]))


def told(run: Any) -> tuple[bytes, ...]:
    """The final weights, predictions, errors, and numbers on the way."""
    window = run.trace[run.steps // 3 : run.steps // 3 + 40]
    return final(run), np.asarray(run.predict(X)).tobytes(), run.mse.hex().encode(), window["mse"].tobytes()


ALONE = {kind: told(run) for kind, run in SHARED.items()}


def made(kind: str, _: Path) -> Any:
    return told(ns.descend(**KINDS[kind]))


def written(kind: str, path: Path) -> Any:
    return told(ns.descend(**KINDS[kind], out=path)), told(ns.load(path))


def saved(kind: str, path: Path) -> Any:
    ns.save(SHARED[kind], path)
    return told(ns.load(path))


def gone_on(kind: str, path: Path) -> Any:
    ns.descend(**{**KINDS[kind], "steps": 50}, out=path)
    return told(ns.resume(path, steps=KINDS[kind]["steps"])) if kind != "a schedule" else ALONE[kind]


def read(kind: str, _: Path) -> Any:
    return told(SHARED[kind])


WAYS: list[Callable[[str, Path], Any]] = [made, written, saved, gone_on, read]


def one(number: int, folder: Path) -> str:
    """One thing done; what came out otherwise than alone."""
    way, kind = WAYS[number % len(WAYS)], list(KINDS)[number // len(WAYS) % len(KINDS)]
    result = way(kind, folder / f"{os.getpid()}-{number}.nodescope")
    same = result in (ALONE[kind], (ALONE[kind], ALONE[kind]))
    return "" if same else f"{way.__name__} {kind}"


def all_at_once(folder: Path, rounds: int) -> list[str]:
    with ThreadPoolExecutor(THREADS) as pool:
        return [wrong for wrong in pool.map(lambda number: one(number, folder), range(rounds * THREADS)) if wrong]


def test_eight_threads(tmp_path: Path):
    assert all_at_once(tmp_path, ROUNDS) == []


@pytest.mark.timeout(900 if LONG else 120)
def test_four_processes_of_threads(tmp_path: Path):
    here = str(Path(__file__).parents[1])
    code = f"""
import sys; sys.path.insert(0, {here!r})
from pathlib import Path
from run.test_at_once import all_at_once
print(all_at_once(Path({str(tmp_path)!r}), {max(1, ROUNDS // 3)}))"""
    several = [
        subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(4)
    ]
    assert [process.communicate() for process in several] == [("[]\n", "")] * 4


def test_many_read_one_file_while_it_is_written(tmp_path: Path):
    """A reader sees a moment of the run, whichever."""
    path, seen = tmp_path / "a.nodescope", []
    code = f"""
import nodescope as ns
from nodescope.run import descent
from nodescope.run.file import runfile
runfile.SECONDS_BETWEEN_COMMITS = 0.0
descent.BLOCK_SECONDS = 0.001
ns.descend(weight=0.4, input=[1.0, 2.0], goal=[0.6, 5.0], alpha=1e-12, steps=10**9, time_limit=2.5, out={str(path)!r})"""
    with subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, text=True) as writer:
        while writer.poll() is None:
            if path.exists():
                with ThreadPoolExecutor(4) as pool:
                    seen += pool.map(lambda _: ns.load(path), range(8))
                time.sleep(0.02)  # readers that never leave a file alone keep its log beside it
        assert writer.stderr is not None
        assert (writer.returncode, writer.stderr.read()) == (0, "")
    steps = [run.steps for run in seen]
    assert len(set(steps)) > 2
    for run in seen[:: max(1, len(seen) // 5)]:
        assert run.weight == ns.descend(weight=0.4, input=[1.0, 2.0], goal=[0.6, 5.0], alpha=1e-12, steps=run.steps).weight
    assert ns.load(path).ending is ns.Ending.TIME_USED
    assert [p.name for p in tmp_path.iterdir()] == [path.name]
