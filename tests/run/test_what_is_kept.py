"""A disk that fills, a process that is killed or forked: the run is kept, in memory or in the file, and nothing is left about."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from faults.disk import REASONS, run_on

import nodescope as ns

SEED = {"weight": 0.4, "input": [1.0, 2.0], "goal": [0.6, 5.0], "alpha": 1e-4}
FILLS = """
import nodescope as ns
from nodescope.run import descent
from nodescope.run.file import runfile
runfile.SECONDS_BETWEEN_COMMITS = descent.BLOCK_SECONDS = descent.FIRST_PRODUCTS = 0
try:
    ns.descend(weight=0.4, input=[1.0, 2.0], goal=[0.6, 5.0], alpha=1e-4, steps=200, out={path!r})
except ns.FileError as error:
    run = error.run
    print(run.ending.name, run.steps, run.weight.hex(), flush=True)
    print(error)
"""


def test_a_disk_that_fills_keeps_the_run_in_memory(tmp_path: Path):
    path = tmp_path / "full" / "a.nodescope"
    path.parent.mkdir()
    done = run_on(path.parent, FILLS.format(path=str(path)), calls="w", at=200, on=1, errno=REASONS["ENOSPC"])
    told, sentence = done.stdout.splitlines()
    ending, steps, weight = told.split()
    assert sentence.startswith(f"{path} cannot be written: "), done.stderr
    assert ".part" not in sentence
    assert (ending, weight) == ("INTERRUPTED", ns.descend(**SEED, steps=int(steps)).weight.hex())
    kept = ns.load(path)
    assert kept.weight == ns.descend(**SEED, steps=kept.steps).weight
    assert ns.resume(path, steps=200).weight == ns.descend(**SEED, steps=200).weight
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_a_folded_log_that_does_not_fit_loses_nothing(tmp_path: Path):
    """All is committed, and the disk is full when the log goes into the file."""
    path = tmp_path / "full" / "a.nodescope"
    path.parent.mkdir()
    code = FILLS.format(path=str(path)).replace("runfile.SECONDS", "finish = runfile.RunFile.finish\n" + FULL + "\nrunfile.SECONDS")
    done = run_on(path.parent, code, errno=REASONS["ENOSPC"], on=1, at=1)
    assert done.stdout.splitlines()[0].split()[:2] == ["STEPS_USED", "200"], done.stderr
    assert ns.load(path).weight == ns.descend(**SEED, steps=200).weight


FULL = """
import ctypes
setenv = ctypes.CDLL(None).setenv
def then_full(file, descent, run):
    finish(file, descent, run)
    setenv(b"FAULT_CALLS", b"w", 1)
runfile.RunFile.finish = then_full
"""


@pytest.mark.parametrize(
    "what", ["ns.save(run, {path!r})", "ns.descend(weight=1, input=1, goal=2, out={path!r})", "ns.export(run, {path!r} + '.csv')"]
)
def test_a_full_disk_names_the_persons_path(what: str, tmp_path: Path):
    path = tmp_path / "full" / "a"
    path.parent.mkdir()
    code = "import nodescope as ns; run = ns.descend(weight=0.4, input=1, goal=0.6, steps=5); " + what.format(path=str(path))
    done = run_on(path.parent, code, calls="w", at=1, on=1, errno=REASONS["ENOSPC"])
    assert done.stderr.splitlines()[-1].startswith(f"nodescope.errors.FileError: {path}"), done.stderr
    assert ".part" not in done.stderr.splitlines()[-1]
    assert list(path.parent.iterdir()) == []


# ---- left by the killed ----

HALF = """
import os, signal, time, nodescope as ns
from nodescope.run.file import saving
def stop(*_):
    print("here", flush=True)
    {stop}
saving.write_place = stop
ns.save(ns.descend(weight=0.4, input=1, goal=0.6, steps=5), {path!r})
"""


def half_way(path: Path, stop: str) -> subprocess.Popen[str]:
    process = subprocess.Popen([sys.executable, "-c", HALF.format(path=str(path), stop=stop)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "here\n"
    return process


@pytest.mark.parametrize("writer", [ns.save, ns.export])
def test_what_a_killed_process_left_is_removed_by_the_next_writer_there(writer, tmp_path: Path):
    with half_way(tmp_path / "a.nodescope", "os.kill(os.getpid(), signal.SIGKILL)"):
        pass
    (left,) = tmp_path.iterdir()
    assert left.name.endswith(".part")
    kept = [tmp_path / ".mine.part", tmp_path / ".b.abcdefgh.part"]
    for folder in kept:
        folder.mkdir()
        (folder / "thesis.txt").write_text("mine")
    writer(ns.descend(**SEED, steps=5), tmp_path / "b.csv")
    assert sorted(tmp_path.iterdir()) == sorted([tmp_path / "b.csv", *kept])
    assert all((folder / "thesis.txt").exists() for folder in kept)


def test_what_somebody_is_still_writing_is_left_alone(tmp_path: Path):
    with half_way(tmp_path / "a.nodescope", "time.sleep(100)") as process:
        ns.save(ns.descend(**SEED, steps=5), tmp_path / "b.nodescope")
        assert len(list(tmp_path.iterdir())) == 2
        process.kill()
    ns.save(ns.descend(**SEED, steps=5), tmp_path / "c.nodescope")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["b.nodescope", "c.nodescope"]


# ---- forked ----

CHILDREN = {
    "goes on": "pass",
    "exits": "sys.exit(0)",
    "fails": "raise RuntimeError('child')",
    "is killed": "os.kill(os.getpid(), signal.SIGKILL)",
    "is interrupted": "raise KeyboardInterrupt",
}
FORKED = """
import os, signal, sys, nodescope as ns
from nodescope.run.file import runfile
runfile.SECONDS_BETWEEN_COMMITS = 0.0
children = []
def alpha(step):
    if step == 500 and not children:
        children.append(os.fork())
        if children[0] == 0:
            {child}
    if step == 900 and children[0]:
        os.waitpid(children[0], 0)
    return 1e-4
run = ns.descend(weight=0.4, input=[1.0, 2.0], goal=[0.6, 5.0], alpha=alpha, steps=3000, out={path!r})
if children[0]:
    print(run.weight.hex())
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.parametrize("child", CHILDREN)
def test_a_fork_within_a_run_leaves_the_file_to_its_parent(child: str, tmp_path: Path):
    path = tmp_path / "a.nodescope"
    code = FORKED.format(child=CHILDREN[child], path=str(path))
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=False, timeout=60)
    whole = ns.descend(**SEED, steps=3000).weight
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [whole.hex()]
    assert (ns.load(path).weight, ns.load(path).steps) == (whole, 3000)
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("block", [0.03, 0.0001])
def test_a_child_that_lives_on_does_not_keep_the_file(block: float, tmp_path: Path):
    """Story: on a busy machine blocks are short, and more steps were kept than the test went on to."""
    path = tmp_path / "a.nodescope"
    lives = "print(os.getpid(), flush=True); os.dup2(2, 1); signal.pause()"
    code = FORKED.format(child=lives, path=str(path)).replace("os.waitpid(children[0], 0)", "os.kill(os.getpid(), signal.SIGKILL)")
    code = f"from nodescope.run import descent; descent.BLOCK_SECONDS = {block}\n{code}"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.wait()
        try:
            steps = len(ns.load(path).recipe.schedule.values)
            assert ns.resume(path, steps=steps).weight == ns.descend(**SEED, steps=steps).weight
        finally:
            os.kill(child, signal.SIGKILL)
