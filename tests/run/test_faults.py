"""Each single write, sync, rename or opening of a file fails once: what was committed stays, and a person reads one sentence.

NODESCOPE_TESTS=long goes through every number of a call up to the last, with that call failing alone and with all that follow;
else through a few of them.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from faults.disk import KINDS, REASONS
from faults.forked import Ready, Tried, ready

import nodescope as ns

LONG = os.environ.get("NODESCOPE_TESTS") == "long"
SEED = {"weight": 0.4, "input": [1.0, 2.0], "goal": [0.6, 5.0], "alpha": 1e-4}
BEGIN = """
import os, pyarrow.csv, pyarrow.parquet, nodescope as ns, nodescope.cli, nodescope.cli.read, nodescope.hosts.export
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
KEPT = {steps: ns.descend(**SEED, steps=steps).weight for steps in (100, 300, 5000)}


def tried(on: Ready, way: str, folder: Path, letter: str, at: int = 0, reason: int = 0, lasts: bool = False) -> Tried:
    """Do it in a new folder, with the at-th call failing."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    if way in THERE:
        ns.save(ns.descend(**SEED, steps=THERE[way]), folder / "a.nodescope")
    return on.run(WAYS[way], letter, at, reason, lasts)


def looked_at(way: str, folder: Path, done: Tried) -> None:
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
    if path.exists() and way in ("out", "overwrite") and told != "done" and _has_no_step(path):
        assert ns.resume(path, steps=5000).weight == KEPT[5000]
    elif path.exists():
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


def _has_no_step(path: Path) -> bool:
    """Whether not one step could be committed, and the empty log is gone before the disk took the word that there is none."""
    try:
        ns.load(path)
    except ns.FileError as error:
        return "holds a run up to step 0, and was still being written: its last steps were in a.nodescope-wal" in str(error)
    return False


def numbers(last: int) -> list[int]:
    return list(range(1, last + 1)) if LONG else sorted({1, 2 * last // 3 + 1})


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Ready, Path]]:
    """What runs on the disk that fails, and the folder that is on it."""
    home = tmp_path_factory.mktemp("home")
    (home / "disk").mkdir()
    (home / "t.csv").write_text("a,b\n1,2\n2,3\n3,5\n")
    ns.save(ns.descend(data=home / "t.csv", goal="b", epochs=2), home / "f.nodescope")
    with ready(home / "disk", BEGIN.format(path=str(home / "disk" / "a.nodescope"))) as on:
        yield on, home / "disk"


@pytest.mark.timeout(3600 if LONG else 240)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("way", WAYS)
def test_every_call_that_fails(way: str, kind: str, disk: tuple[Ready, Path]):
    on, folder = disk
    letter, count = KINDS[kind], 0
    last = tried(on, way, folder, letter).calls
    for at in numbers(last) if last else []:
        for number, (reason, lasts) in enumerate((reason, lasts) for reason in REASONS.values() for lasts in (False, True)):
            if not LONG and (at + number) % 4:
                continue
            done = tried(on, way, folder, letter, at, reason, lasts)
            count += 1
            try:
                looked_at(way, folder, done)
            except AssertionError as error:
                said = f"{kind} number {at} of {last} failed with {os.strerror(reason)}{', and all after it' * lasts}"
                error.add_note(f"{way}: {said}; {done.stdout}")
                raise
    print(f"{way}, {kind}: {last} calls, {count} tried")
