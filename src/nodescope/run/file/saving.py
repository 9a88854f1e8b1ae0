"""`save`, `load` and `resume`: runs into files, out of them, and on from there."""

import json
import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import nullcontext
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nodescope.arithmetic.checks import path_of, whole, yes_or_no
from nodescope.arithmetic.problem import Cursor
from nodescope.errors import FileError, InputError
from nodescope.later import Later
from nodescope.run.descent import Descent, go
from nodescope.run.ending import Ending
from nodescope.run.file import observed, stored
from nodescope.run.file.checksum import Sums, add, refuse_changed
from nodescope.run.file.content import (
    SCHEMA,
    VERSION,
    Content,
    ending_header,
    explained,
    is_run_file,
    refuse_other_format,
    write_place,
    write_recipe,
)
from nodescope.run.file.lock import Lock, remove_left_behind, target_of, unfinished
from nodescope.run.file.opening import Log, is_in_the_way, log_beside, log_of, opened, refuse_foreign_log
from nodescope.run.file.runfile import RunFile, blank, replaceable, take_name
from nodescope.run.given_run import refuse_no_run
from nodescope.run.recipe import Recipe
from nodescope.run.recorded import Recorded
from nodescope.run.run import Run

if TYPE_CHECKING:
    from nodescope.run import team as teams
else:
    teams = Later("nodescope.run.team")

MOST_OF_A_REASON = 200
"""A message has at most so many characters of what is wrong with a damaged file."""
_DAMAGE = (sqlite3.Error, LookupError, ValueError, TypeError, AttributeError, ArithmeticError, RecursionError, MemoryError)
"""Reading a damaged file can come to any of these."""


def save(run: Run | Recorded, path: str | PathLike[str], *, overwrite: bool = False) -> None:
    """Write a run to one file: recipe, ending, checkpoints. Examples up to 64 MB go with it, larger ones by fingerprint.

    The file is written beside its target and renamed, so that its name never holds half a run.

    Parameters
    ----------
    run : Run or Recorded
        Made now, loaded or observed.
    path : path
        Any name; ".nodescope" is the custom.
    overwrite : bool
        Replace a run that is there.

    Raises
    ------
    FileError
        The file cannot be written, is there and is no run file (or is one, without `overwrite`), or is being written by another
        program.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import nodescope as ns
    >>> run = ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     ns.save(run, pathlib.Path(folder) / "sticks.nodescope")
    ...     ns.load(pathlib.Path(folder) / "sticks.nodescope").weight == run.weight
    True
    """
    refuse_no_run(run)
    path, overwrite = path_of("path", path), yes_or_no("overwrite", overwrite)
    with explained(path, "written"), replaceable(path, overwrite) as (target, free), unfinished(target) as part:
        with blank(part) as content:
            if isinstance(run, Recorded):
                _write_recorded(content, run)
            else:
                write_recipe(content, run.recipe)
                write_place(content, _descent_of(run), ending_header(run))
        with part.open("rb+") as written:
            os.fsync(written.fileno())
        take_name(path, part, target, free)


def _descent_of(run: Run) -> Descent:
    """Where a finished run stands."""
    replay = run.replay
    cursor = Cursor.at(replay.last_step)
    cursor.spacing, cursor.kept = replay.checkpoints.spacing, len(replay.checkpoints.states)
    cursor.last_moved, cursor.last_changed = replay.last_moved, replay.last_changed
    return Descent(run.recipe, cursor, replay.last_state, replay.last_state, replay.checkpoints, run.seconds, run.watch)


def _write_recorded(content: Content, run: Recorded) -> None:
    with content.transaction():
        content.put_header("recorded", observed.header_of(run))
        for name, column in observed.columns_of(run).items():
            content.put_array(name, column)


def load(path: str | PathLike[str], data: Any = None) -> Any:
    """The run in a file, with the same bits; a run that was killed is given as far as it was kept, as INTERRUPTED.

    Parameters
    ----------
    path : path
        A run file.
    data : (input, goal), optional
        The arrays of a run whose examples were too large to go into the file.

    Returns
    -------
    Run or Recorded
        A `Recorded` where it was observed in another program.

    Raises
    ------
    FileError
        No run file, a damaged one, or one of a newer version; one that was still being written and whose log is damaged or not
        beside it.
    InputError
        The examples are not in the file and `data` is missing, or is not what the run was made with.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import nodescope as ns
    >>> run = ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     ns.save(run, pathlib.Path(folder) / "sticks.nodescope")
    ...     ns.load(pathlib.Path(folder) / "sticks.nodescope").ending.name
    'SETTLED'
    """
    path = path_of("path", path)
    log = _looked_at(path)
    found, in_log = _read(path, data, log)
    if in_log and log in (Log.MISSING, Log.DAMAGED) and not isinstance(found, Recorded):
        _refuse_without_log(path, found[1], log)
    return found if isinstance(found, Recorded) else found[1]


def resume(
    path: str | PathLike[str], *, steps: int | None = None, epochs: int | None = None, data: Any = None, on: Any = None
) -> Run:
    """Go on with a run that was interrupted, killed, or ran out of time or steps; the file is kept up to date.

    The numbers are those of a run that was never interrupted, bit for bit.

    Parameters
    ----------
    path : path
        A run file.
    steps : int, optional
        Total number of steps to go to; what the recipe asks for unless given.
    epochs : int, optional
        The same in passes over the examples.
    data : (input, goal), optional
        As for `load`.
    on : int, str, Client or object with map, optional
        Who adds up the parts of each step, as `descend` takes it.

    Returns
    -------
    Run
        The whole of it, from the first step on.

    Raises
    ------
    FileError
        As for `load`; or another program is writing the file.
    InputError
        As for `load`; a run that was observed elsewhere; fewer steps than the file has; fewer alphas in it than steps to go.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import nodescope as ns
    >>> run = ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1, steps=100)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     ns.save(run, pathlib.Path(folder) / "sticks.nodescope")
    ...     ns.resume(pathlib.Path(folder) / "sticks.nodescope", steps=325).settled_after
    317
    """
    path = path_of("path", path)
    log = _looked_at(path)
    with explained(path, "read"):
        target = target_of(path)
        lock = Lock(path, target)
    try:
        found, _ = _read(path, data, log)
        if isinstance(found, Recorded):
            raise InputError(f"{path} holds a run that was observed in {found.program}: go on with it there")
        descent, run = found
        if (total := _total(descent.recipe, steps, epochs)) is not None:
            _refuse_fewer(path, run.steps, total)
        if run.ending not in (Ending.INTERRUPTED, Ending.TIME_USED, Ending.STEPS_USED):
            return run
        if total is not None:
            descent.recipe = descent.recipe.with_steps(total)
        _refuse_without_alphas(path, descent)
        refuse_foreign_log(path, target, log)
        with explained(path, "written"):
            remove_left_behind(target.parent)
            file = RunFile(path, target, lock)
        with file, nullcontext() if on is None else teams.sharing(on, descent.recipe) as team:
            file.go_on(descent.recipe)
            return go(descent.recipe, descent, keep=file.keep, finish=file.finish, team=team)
    finally:
        lock.release()


def _total(recipe: Recipe, steps: int | None, epochs: int | None) -> int | None:
    """Steps in all; None where the recipe says how many."""
    if steps is not None and epochs is not None:
        raise InputError("steps and epochs are both given; give one of them")
    if epochs is not None:
        return whole("epochs", epochs) * recipe.steps_per_epoch
    return None if steps is None else whole("steps", steps)


def _refuse_fewer(path: str | PathLike[str], made: int, total: int) -> None:
    """What was made is kept; and with fewer steps than there are the ending would not be true."""
    if total < made:
        raise InputError(
            f"{path} has {made:,} steps already, and {total:,} are asked for in all: ask for more, or leave it as it is"
        )


def _refuse_without_alphas(path: str | PathLike[str], descent: Descent) -> None:
    """A file keeps the alphas that a function gave, not the function."""
    schedule, asked = descent.recipe.schedule, descent.steps_asked
    if schedule is not None and asked > len(schedule.values):
        raise InputError(
            f"{path} keeps the alphas of {len(schedule.values):,} steps, and {asked:,} steps are asked for: resume it with at most "
            "so many (steps=), or run it anew"
        )


# ---- what is read ----


def _read(path: Path, data: Any, log: Log) -> tuple[tuple[Descent, Run] | Recorded, bool]:
    """The run in a file, and whether its last steps are in a log; what does not fit is refused before anything is built from it."""
    try:
        with opened(Path(os.path.realpath(path)), log) as connection:
            version = _format_of(path, connection)
            return _found(connection, version, data)
    except FileError:
        raise
    except stored.OtherExamples as error:
        raise InputError(f"{path}: {error}") from error
    except _DAMAGE as error:
        if is_in_the_way(error):
            raise FileError(f"{path} cannot be read: {error}") from error
        seen = str(error) or type(error).__name__
        raise FileError(f"{path} is damaged: {seen.splitlines()[0]:.{MOST_OF_A_REASON}}") from error


def _looked_at(path: str | PathLike[str]) -> Log:
    """What is beside a run file; FileError where the path is of none."""
    file = Path(path)
    with explained(path, "read"):
        if stat.S_ISDIR(file.stat().st_mode):
            raise FileError(f"{path} cannot be read: it is a folder")
        if not file.is_file() or not is_run_file(file):
            raise FileError(f"{path} is not a nodescope run file")
        return log_beside(Path(os.path.realpath(file)))


def _format_of(path: Path, connection: sqlite3.Connection) -> int:
    """Its version. One that is newer is refused, and one with views and triggers, which would be programs."""
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if version > VERSION:
        raise FileError(f"{path} was written by a newer nodescope (format {version}; this one reads {VERSION}): upgrade nodescope")
    tables = {f"{sql};" for (sql,) in connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")}
    if tables != set(SCHEMA.split("\n")[1:-1]):
        raise ValueError("its tables are not those of a run file")
    return version


def _found(connection: sqlite3.Connection, version: int, data: Any) -> tuple[tuple[Descent, Run] | Recorded, bool]:
    sums: Sums = {}
    texts = dict(_rows(connection, "header", sums))
    arrays = {name: stored.array_of(dtype, shape, blob) for name, dtype, shape, blob in _rows(connection, "array", sums)}
    states = list(_rows(connection, "checkpoint", sums))
    if "checksum" in texts:
        refuse_changed(sums, json.loads(texts["checksum"]))
    header = {key: json.loads(value) for key, value in texts.items()}
    refuse_other_format(version, header)
    if "recorded" in header:
        recorded = observed.recorded_from(header["recorded"], arrays)
        stored.refuse_misfit_records(recorded)
        return recorded, False
    recipe = stored.recipe_of(header, arrays, data)
    descent = stored.descent_of(recipe, header, arrays, states)
    return (descent, stored.run_of(descent, header.get("ending"))), "log" in header and "ending" not in header


def _rows(connection: sqlite3.Connection, table: str, sums: Sums) -> Iterator[tuple[Any, ...]]:
    """The rows of a table in their order, added to the checksums."""
    for row in connection.execute(f"SELECT * FROM {table} ORDER BY 1"):
        if (table, row[0]) != ("header", "checksum"):
            add(sums, table, *row)
        yield row


def _refuse_without_log(path: Path, run: Run, log: Log) -> None:
    """A run that was being written, whose last steps are not there: it is said which are, and how to have them."""
    why = "which is not beside it. Put that back" if log is Log.MISSING else "which is damaged. Put a copy there that is whole"
    raise FileError(
        f"{path} holds a run up to step {run.steps:,}, and was still being written: its last steps were in {log_of(path).name}, "
        f"{why}, or go on from step {run.steps:,}: ns.resume(path, steps=…)"
    )
