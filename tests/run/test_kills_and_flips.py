"""Killed at any moment a training goes on to the bits of one that never was; a flipped bit or a cut is never believed.

NODESCOPE_TESTS=long kills 200 times and damages 500 files of each kind.
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nodescope as ns
from nodescope.run.recorded import Record, Recorded, RecordedLayer

LONG = os.environ.get("NODESCOPE_TESTS") == "long"
KILLS, DAMAGES = (200, 500) if LONG else (7, 60)
SEED = int(os.environ.get("NODESCOPE_SEED", "1"))
X, G = np.random.default_rng(5).normal(size=(11, 3)), np.random.default_rng(6).normal(size=(11, 2))
TRAININGS: dict[str, dict[str, Any]] = {
    "a node": {"weight": 0.4, "input": [1.0, 2.0], "goal": [0.6, 5.0], "alpha": 1e-9},
    "shuffled": {"input": X, "goal": G, "order": "shuffled", "batch": 2, "rule": "momentum", "alpha": 1e-7, "bias": True},
    "frozen, adam": {"input": X, "goal": G, "rule": "adam", "alpha": 1e-8, "frozen": np.eye(2, 3, dtype=bool)},
    "a table": {"data": {"a": X[:, 0], "y": G[:, 0]}, "goal": "y", "standardise": True, "holdout": 0.2, "alpha": 1e-8},
    "a network": {"network": {"sizes": [3, 4, 2], "seed": 1}, "input": X, "goal": G, "alpha": 1e-7, "batch": 3},
    "layer by layer": {
        "network": {"sizes": [3, 4, 2], "seed": 1}, "input": X, "goal": G, "alpha": 1e-7, "update_order": "sequential",
        "loss": "huber", "rule": "nesterov", "order": "shuffled",
    },
    "a schedule": {"input": X, "goal": G, "alpha": {"name": "1/t", "start": 1e-6, "decay": 1e-3}, "batch": 5},
}  # fmt: skip


def final(run: Any) -> bytes:
    return b"".join(np.asarray(part).tobytes() for part in (run.weight if isinstance(run.weight, list) else [run.weight]))


def killed_in_the_middle(kind: str, folder: Path, after: float) -> Path:
    """A training's file, its process killed so many seconds after the name appeared."""
    path = folder / "a.nodescope"
    code = f"""
import sys; sys.path.insert(0, {str(Path(__file__).parents[1])!r})
from nodescope.run.file import runfile
runfile.SECONDS_BETWEEN_COMMITS = 0.0
from run.test_kills_and_flips import TRAININGS, ns
ns.descend(**TRAININGS[{kind!r}], steps=10**9, out={str(path)!r})"""
    with subprocess.Popen([sys.executable, "-W", "ignore", "-c", code]) as process:
        while not path.exists() and process.poll() is None:
            time.sleep(0.001)
        time.sleep(after)
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    return path


@pytest.mark.timeout(3600 if LONG else 240)
@pytest.mark.parametrize("number", range(KILLS))
def test_killed_and_gone_on_with_it_is_as_if_it_never_was(number: int, tmp_path: Path):
    kind = list(TRAININGS)[number % len(TRAININGS)]
    path = killed_in_the_middle(kind, tmp_path, random.Random(f"{SEED} {number}").uniform(0, 0.4))
    kept = ns.load(path)
    assert kept.ending is ns.Ending.INTERRUPTED
    further = kept.steps + 37
    if kind == "a schedule":  # its alphas are kept, not its function
        further = max(1, len(kept.recipe.schedule.values))
    whole = ns.descend(**{**TRAININGS[kind], "steps": kept.steps})
    assert final(kept) == final(whole)
    resumed, unbroken = ns.resume(path, steps=further), ns.descend(**{**TRAININGS[kind], "steps": further})
    assert final(resumed) == final(unbroken)
    assert final(ns.load(path)) == final(unbroken)
    assert resumed.trace[-20:]["mse"].tobytes() == unbroken.trace[-20:]["mse"].tobytes()
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


# ---- flips and cuts ----


def observed() -> Recorded:
    columns = {"weight": np.ones((1, 2)), "input": np.ones((3, 2)), "sum": np.ones((3, 1)), "delta": np.ones((3, 1))}
    layers = (RecordedLayer("a", "Linear", 2, 1, (0,)),)
    records = [Record(step, 0.1, 1.0, (columns,)) for step in range(4)]
    return Recorded("X 1", {"name": "SGD", "alpha": 0.1}, layers, [1.0] * 5, records)


FILES: dict[str, Any] = {kind: lambda kind=kind: ns.descend(**TRAININGS[kind], steps=600) for kind in TRAININGS}
FILES["observed"] = observed
FILES["with a log"] = None


def bits(run: Any) -> Any:
    """All that is believed of a run."""
    if isinstance(run, Recorded):
        flat = {name: column.tobytes() for name, column in run.trace[:].flat().items()}
        return run.steps, run.losses, repr(run.layers), repr(run.optimizer), flat
    return run.ending.name, run.steps, final(run), run.recipe.to_toml(), run.replay.checkpoints.states.tobytes()


def damaged(path: Path, chance: random.Random) -> str:
    """One bit turned, or the end cut off, of the file or of its log."""
    log = Path(f"{path}-wal")
    of = chance.choice([path, log]) if log.exists() else path
    content = bytearray(of.read_bytes())
    if chance.random() < 0.2:
        size = chance.randrange(len(content))
        of.write_bytes(content[:size])
        return f"{of.suffix} cut to {size}"
    at, bit = chance.randrange(len(content)), chance.randrange(8)
    content[at] ^= 1 << bit
    of.write_bytes(content)
    return f"{of.suffix} bit {bit} of byte {at}"


def whole_file(kind: str, folder: Path) -> Path:
    if kind == "with a log":
        return killed_in_the_middle("shuffled", folder, 0.3)
    path = folder / "a.nodescope"
    ns.save(FILES[kind](), path)
    return path


@cache
def final_after(steps: int) -> bytes:
    """Most damages leave the same first part of a log."""
    return final(ns.descend(**TRAININGS["shuffled"], steps=steps))


def believed(kind: str, path: Path, known: Any) -> bool:
    """Whether what a damaged file gives is what was written: all of it, or, of one whose log is torn, its first part."""
    try:
        run = ns.load(path)
    except (ns.FileError, ns.InputError) as error:
        assert len(str(error).splitlines()) == 1  # noqa: PT017
        assert len(str(error)) < 400 + len(str(path))  # noqa: PT017
        return False
    if kind == "with a log":
        assert final(run) == final_after(run.steps)
    else:
        assert bits(run) == known
    return True


@pytest.mark.timeout(3600 if LONG else 240)
@pytest.mark.parametrize("kind", FILES)
def test_a_flip_or_a_cut_gives_the_same_bits_or_a_sentence(kind: str, tmp_path: Path):
    """Story: of 500 single flips two gave other weights without a word."""
    first = whole_file(kind, tmp_path)
    with tempfile.TemporaryDirectory() as copied:
        for end in ("", "-wal"):
            if Path(f"{first}{end}").exists():
                shutil.copy(f"{first}{end}", copied)
        known = bits(ns.load(first))
        refused = 0
        for number in range(DAMAGES):
            folder = Path(tempfile.mkdtemp(dir=tmp_path))
            for file in Path(copied).iterdir():
                shutil.copy(file, folder)
            told = damaged(folder / first.name, random.Random(f"{SEED} {kind} {number}"))
            try:
                refused += not believed(kind, folder / first.name, known)
            except Exception as error:
                error.add_note(f"{kind}, number {number}: {told}")
                raise
            shutil.rmtree(folder)
    assert refused < DAMAGES
    assert refused or kind == "with a log"  # whatever is damaged of that, its first part may be whole
