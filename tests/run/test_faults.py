"""Each single write, sync, rename or opening of a file fails once: what was committed stays, and a person reads one sentence.

NODESCOPE_TESTS=long goes through every number of a call up to the last; else through a few of them.
"""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from faults.disk import KINDS, REASONS, run_on

import nodescope as ns

LONG = os.environ.get("NODESCOPE_TESTS") == "long"
SEED = {"weight": 0.4, "input": [1.0, 2.0], "goal": [0.6, 5.0], "alpha": 1e-4}
BEGIN = """
import ctypes, os, nodescope as ns, nodescope.cli
from nodescope.run import descent
from nodescope.run.file import runfile
runfile.SECONDS_BETWEEN_COMMITS = 0.0
path, seed = {path!r}, dict(weight=0.4, input=[1.0, 2.0], goal=[0.6, 5.0], alpha=1e-4)
run = ns.descend(**seed, steps=300)
fitted, table = (os.path.join(os.path.dirname(path), "..", name) for name in ("f.nodescope", "t.csv"))
def told(what):
    try:
        what()
        print("done")
    except ns.FileError as error:
        print(f"refused {{-1 if error.run is None else error.run.steps}}: {{error}}")
ctypes.CDLL(None).setenv(b"FAULT_CALLS", os.environ["CALLS_LATER"].encode(), 1)
"""
WAYS = {
    "out": "told(lambda: ns.descend(**seed, steps=5000, out=path))",
    "overwrite": "told(lambda: ns.descend(**seed, steps=5000, out=path, overwrite=True))",
    "save": "told(lambda: ns.save(run, path))",
    "save over": "told(lambda: ns.save(run, path, overwrite=True))",
    "resume": "told(lambda: ns.resume(path, steps=5000))",
    "csv": "told(lambda: ns.export(run, path + '.csv'))",
    "parquet": "told(lambda: ns.export(run, path + '.parquet'))",
    "html": "told(lambda: ns.export(run, path + '.html'))",
    "svg": "told(lambda: ns.export(run, path + '.svg'))",
    "md": "told(lambda: ns.export(run, path + '.md'))",
    "predict": "told(lambda: ns.cli.cli(['predict', fitted, table, '--out', path + '.predict'], standalone_mode=False))",
}
THERE = {"overwrite": 100, "save over": 100, "resume": 100}
"""Steps of the run that is there before."""
END = "\nprint(ctypes.CDLL(None).faults_seen())"
KEPT = {steps: ns.descend(**SEED, steps=steps).weight for steps in (100, 300, 5000)}


def tried(way: str, folder: Path, letter: str, at: int, reason: int) -> subprocess.CompletedProcess[str]:
    """Do it in a new folder, with the at-th call failing."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    path = folder / "a.nodescope"
    if way in THERE:
        ns.save(ns.descend(**SEED, steps=THERE[way]), path)
    table = folder.parent / "t.csv"
    if way == "predict" and not table.exists():
        table.write_text("a,b\n1,2\n2,3\n3,5\n")
        ns.save(ns.descend(data=table, goal="b", epochs=2), folder.parent / "f.nodescope")
    os.environ["CALLS_LATER"] = letter
    return run_on(folder, BEGIN.format(path=str(path)) + WAYS[way] + END, at=at, errno=reason)


def looked_at(way: str, folder: Path, done: subprocess.CompletedProcess[str]) -> None:
    """What was told, and what is there."""
    assert done.returncode == 0, done.stderr
    told, path = done.stdout.splitlines()[0], folder / "a.nodescope"
    assert told == "done" or told.split(": ", 1)[1].startswith(str(path)), done.stdout
    assert len(told) < 300
    assert ".part" not in told
    assert not any(name.endswith(".part") for name in os.listdir(folder))
    if way in ("csv", "parquet", "html", "svg", "md", "predict"):
        assert [p.suffix for p in folder.iterdir()] == ([f".{way}"] if told == "done" else [])
        return
    if path.exists():
        run = ns.load(path)
        assert run.weight == ns.descend(**SEED, steps=run.steps).weight
        if told == "done":
            assert run.steps == {"save": 300, "save over": 300}.get(way, 5000)
            assert len(list(folder.iterdir())) == 1
        if way == "resume":
            assert run.steps >= 100
            assert ns.resume(path, steps=5000).weight == KEPT[5000]
    else:
        assert told != "done"
        assert way not in ("resume", "save over"), "the run that was there is lost"
        assert list(folder.iterdir()) == []


def numbers(last: int) -> list[int]:
    return list(range(1, last + 1)) if LONG else sorted({1, 2 * last // 3 + 1})


@pytest.mark.timeout(3600 if LONG else 240)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("way", WAYS)
def test_every_call_that_fails(way: str, kind: str, tmp_path: Path):
    folder = tmp_path / "disk"
    last = int(tried(way, folder, KINDS[kind], 0, 0).stdout.splitlines()[-1])
    for at in numbers(last) if last else []:
        for number, reason in enumerate(REASONS.values()):
            if LONG or (at + number) % 2:
                done = tried(way, folder, KINDS[kind], at, reason)
                try:
                    looked_at(way, folder, done)
                except AssertionError as error:
                    error.add_note(f"{way}: {kind} number {at} of {last} failed with {os.strerror(reason)}; {done.stdout}")
                    raise
