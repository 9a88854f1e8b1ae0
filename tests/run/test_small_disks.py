"""A disk that is full and a folder that is read-only, where they can be mounted (Linux, as root): one sentence, nothing lost."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import quick_shell

import nodescope as ns

SEED: dict[str, Any] = {"weight": 0.4, "input": [1.0, 2.0], "goal": [0.6, 5.0], "alpha": 1e-4}
SHELL = ["--weight", "0.4", "--input", "[1,2]", "--goal", "[0.6,5]", "--alpha", "1e-9"]
RUN = ns.descend(**SEED, steps=300)
FORMS = ("csv", "parquet", "html", "svg", "png", "md")
FULL = "cannot be written: the disk is full; make room, or name a file on another disk"


@contextmanager
def mounted(folder: Path, *how: str) -> Iterator[Path]:
    done = subprocess.run(["mount", *how, str(folder)], capture_output=True, check=False)
    if done.returncode:
        pytest.skip("nothing can be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A disk of 200 kB."""
    (tmp_path / "small").mkdir()
    with mounted(tmp_path / "small", "-t", "tmpfs", "-o", "size=200k", "none") as folder:
        yield folder


def fill(folder: Path, free: int = 0) -> Path:
    """Leave at most so many bytes free."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            file.truncate(max(0, file.tell() - free))
    return filler


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


WAYS: dict[str, Any] = {
    "out": lambda folder: ns.descend(**SEED, steps=3000, out=folder / "b.nodescope"),
    "save": lambda folder: ns.save(RUN, folder / "b.nodescope"),
    "save over": lambda folder: ns.save(RUN, folder / "a.nodescope", overwrite=True),
    **{form: lambda folder, form=form: ns.export(RUN, folder / f"x.{form}") for form in FORMS},
}


@pytest.mark.parametrize("way", WAYS)
def test_where_there_is_no_room(way: str, small: Path):
    ns.save(RUN, small / "a.nodescope")
    fill(small)
    with pytest.raises(ns.FileError, match=FULL):
        WAYS[way](small)
    assert names(small) == ["a.nodescope", "filler"]
    assert ns.load(small / "a.nodescope").weight == RUN.weight


def test_a_run_that_fills_the_disk_says_what_is_kept(small: Path):
    """Story: "database or disk is full", and nothing of how far it had got."""
    filler, path = fill(small, 130_000), small / "a.nodescope"
    command = [sys.executable, "-m", "nodescope", "run", *SHELL, "--steps", "3000000000", "--out", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2, done.stderr
    (said,) = done.stderr.splitlines()
    assert FULL in said
    assert "The run had got to step " in said
    kept = ns.load(path)
    assert f"has it up to step {kept.steps:,}, and `nodescope run --resume {path}` goes on from there" in said
    filler.unlink()
    more = kept.steps + 10
    assert ns.resume(path, steps=more).weight == ns.descend(**SEED | {"alpha": 1e-9}, steps=more).weight


def test_going_on_where_there_is_no_room(small: Path):
    path = small / "a.nodescope"
    ns.save(RUN, path)
    filler = fill(small)
    with pytest.raises(ns.FileError, match=FULL):
        ns.resume(path, steps=5000)
    filler.unlink()
    assert ns.resume(path, steps=5000).weight == ns.descend(**SEED, steps=5000).weight


READ_ONLY = "is read-only; name a file elsewhere"


def test_a_folder_that_is_read_only(tmp_path: Path):
    folder = tmp_path / "kept"
    folder.mkdir()
    ns.save(RUN, folder / "a.nodescope")
    with mounted(folder, "--bind", str(folder)):
        subprocess.run(["mount", "-o", "remount,ro,bind", str(folder)], check=True)
        for way in WAYS:
            with pytest.raises(ns.FileError, match=f"cannot be written: .*{READ_ONLY}"):
                WAYS[way](folder)
        with pytest.raises(ns.FileError, match=f"cannot be written: .*{READ_ONLY}"):
            ns.resume(folder / "a.nodescope", steps=5000)
        assert ns.load(folder / "a.nodescope").weight == RUN.weight
        assert names(folder) == ["a.nodescope"]


def test_nothing_is_written_to_a_device_that_is_full(tmp_path: Path):
    (tmp_path / "full.csv").symlink_to("/dev/full")
    for way in (
        lambda: ns.save(RUN, "/dev/full"),
        lambda: ns.descend(**SEED, steps=9, out="/dev/full"),
        lambda: ns.export(RUN, tmp_path / "full.csv"),
    ):
        with pytest.raises(ns.FileError, match="cannot be written: it is a device; name a file"):
            way()


def test_a_run_that_had_ended_is_not_said_to_be_written(tmp_path: Path):
    """Story: in a read-only folder "wrote a.nodescope" of a run that had settled long before."""
    path = tmp_path / "a.nodescope"
    ns.save(ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1, steps=325), path)
    done = quick_shell.call("run", "--resume", path, "--steps", "10000")
    assert (done.returncode, done.stderr) == (
        0,
        f"{path} is as it was: the run had come to its end, and has nothing to go on with\n",
    )


FIT = ["fit", "t.csv", "--goal", "y"]


def fitted(folder: Path, *more: str) -> "subprocess.CompletedProcess[str]":
    (folder / "t.csv").write_text("x,y\n1,2\n2,3\n3,5\n4,4\n")
    return quick_shell.call(*FIT, *more, cwd=folder)


def test_a_recipe_of_a_fit_is_whole_or_is_not_there(small: Path, tmp_path: Path):
    """Story: an empty recipe was left on a full disk, and one that was there was gone."""
    (small / "r.toml").write_text("# mine")
    fill(small)
    done = fitted(tmp_path, "--recipe", str(small / "r.toml"))
    assert done.returncode == 2
    assert FULL in done.stderr
    assert (small / "r.toml").read_text() == "# mine"
    assert names(small) == ["filler", "r.toml"]


def test_a_fit_replaces_a_run_where_it_is_told_to(tmp_path: Path):
    assert fitted(tmp_path, "--out", "a.nodescope").returncode == 0
    assert "is there and holds a run; --force replaces it" in fitted(tmp_path, "--out", "a.nodescope").stderr
    assert fitted(tmp_path, "--out", "a.nodescope", "--force").returncode == 0
    before = (tmp_path / "t.csv").read_bytes()
    assert "it is read here" in fitted(tmp_path, "--out", "t.csv", "--force").stderr
    assert (tmp_path / "t.csv").read_bytes() == before
