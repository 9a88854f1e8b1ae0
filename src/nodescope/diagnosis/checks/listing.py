"""The run files of a folder: how each ended, how good it is, its verdict in a word; damaged ones by name, with why."""

import math
import os
from collections.abc import Iterator
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from nodescope.arithmetic.checks import path_of, shown
from nodescope.diagnosis.after.verdict import diagnose
from nodescope.diagnosis.sweeps.outcomes import word_of
from nodescope.errors import FileError, InputError, NodescopeError
from nodescope.run.class_score import ClassScore
from nodescope.run.file.content import explained, is_run_file
from nodescope.run.file.lock import has_a_writer
from nodescope.run.file.saving import load
from nodescope.run.recorded import Recorded
from nodescope.run.run import Run

SUFFIX = ".nodescope"


@dataclass(frozen=True)
class Listed:
    """A run file of a folder.

    Attributes
    ----------
    name : its file's name
    ending, steps, settled_after, mse : as of the run; the mse of an observed one is its last loss
    unseen_rmse : the error on the rows kept unseen, in the goal's units (of several goals the root of the mean square); None where
        there are none
    unseen_right : of classes the part of those rows that is right
    word : the verdict in a word or two
    being_written : somebody is writing it: it is as far as it was kept
    wrong : why it cannot be read, and then nothing else is known of it; "" where it can
    """

    name: str
    ending: str = ""
    steps: int | None = None
    settled_after: int | None = None
    mse: float | None = None
    unseen_rmse: float | None = None
    unseen_right: float | None = None
    word: str = ""
    being_written: bool = False
    wrong: str = ""


def runs_in(folder: str | PathLike[str]) -> Iterator[Listed]:
    """The run files of a folder by name, one opened at a time; folders within it are left alone.

    A run file is known by its bytes, whatever it is called, and by its name, whatever has become of its bytes.

    Raises
    ------
    FileError
        The folder cannot be read.
    InputError
        There is no run file in it.
    """
    found = False
    for path in _files(path_of("folder", folder)):
        found = True
        yield _listed(path)
    if not found:
        raise InputError(f"{folder} holds no run files; runs are kept with out= or save, in the shell with --out")


def run_in(folder: str | PathLike[str], name: str) -> Any:
    """The run of that name in a folder; the usual ending may be left off.

    Raises
    ------
    FileError
        It is not there, or cannot be read.
    """
    names = [path.name for path in _files(path_of("folder", folder))]
    taken = next((one for one in (name, f"{name}{SUFFIX}") if one in names), None)
    if taken is None:
        told = ", ".join(shown(one) for one in names[:6]) + (f" and {len(names) - 6:,} more" if len(names) > 6 else "")
        raise FileError(f"{folder} holds no run file {shown(name)}; it holds {told or 'none'}")
    return load(Path(folder) / taken)


def _files(folder: Path) -> Iterator[Path]:
    with explained(folder, "read"):
        names = sorted(os.listdir(folder))
    return (folder / name for name in names if _is_one(folder / name))


def _is_one(path: Path) -> bool:
    try:
        return path.is_file() and (path.name.endswith(SUFFIX) or is_run_file(path))
    except (OSError, NodescopeError):  # it went while we looked, or may not be opened: by its name it is told
        return path.name.endswith(SUFFIX)


def _listed(path: Path) -> Listed:
    try:
        run = load(path)
        told = _of_recorded(path.name, run) if isinstance(run, Recorded) else _of_run(path, run)
    except NodescopeError as error:
        return Listed(path.name, wrong=str(error))
    return told


def _of_run(path: Path, run: Run) -> Listed:
    right = rmse = None
    unseen = getattr(run.score, "unseen", None)
    if isinstance(run.score, ClassScore):
        right = None if unseen is None else float(unseen.accuracy)
    elif unseen is not None:
        with np.errstate(all="ignore"):
            rmse = float(np.sqrt(np.mean(np.square(unseen.rmse))))
    being_written = has_a_writer(Path(os.path.realpath(path)))
    return Listed(
        path.name, run.ending.name, run.steps, run.settled_after, run.mse, rmse, right, word_of(diagnose(run)), being_written
    )


def _of_recorded(name: str, run: Recorded) -> Listed:
    loss = float(run.losses[-1]) if len(run.losses) else math.nan
    return Listed(name, run.ending.name, run.steps, mse=loss, word=word_of(diagnose(run)))
