"""A run in one SQLite file: what was committed survives a kill, a full disk and a power cut.

Tables: `header` (recipe, ending, place; JSON), `array` (the numbers of recipe and place), `checkpoint` (a state per row).
While a run is written the journal is a write-ahead log; when it is finished the file stands alone. The file's name appears
only once its recipe is committed.
"""

import json
import os
import sqlite3
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from os import PathLike
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from nodescope.arithmetic.given import shown, whole
from nodescope.arithmetic.problem import Cursor
from nodescope.errors import FileError, InputError
from nodescope.run.descent import Descent, go
from nodescope.run.ending import Ending
from nodescope.run.file import observed, stored
from nodescope.run.file.lock import MOST_OF_A_NAME, Lock, being_written, held_here, target_of, unfinished
from nodescope.run.recipe import Recipe
from nodescope.run.recorded import Recorded
from nodescope.run.run import Run

APPLICATION = 0x6E6F6465
"""SQLite's application id: "node" in ASCII."""
VERSION = 3
"""1: one layer of nodes; 2: networks, losses, update orders too; 3: observed runs too."""
EMBED_UP_TO = 64 * 2**20
"""Bytes of examples kept in the file; larger arrays are known by their fingerprint only."""
SECONDS_BETWEEN_COMMITS = 1.0
MOST_OF_A_REASON = 200
"""Characters of what is wrong with a damaged file."""

_SCHEMA = """
CREATE TABLE header (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE array (name TEXT PRIMARY KEY, dtype TEXT NOT NULL, shape TEXT NOT NULL, data BLOB NOT NULL);
CREATE TABLE checkpoint (step INTEGER PRIMARY KEY, state BLOB NOT NULL);
"""
_BLANK = f"PRAGMA application_id={APPLICATION}; PRAGMA user_version={VERSION}; {_SCHEMA}"
_DAMAGE = (sqlite3.Error, LookupError, ValueError, TypeError, AttributeError, ArithmeticError, RecursionError, MemoryError)
"""What reading a damaged file can come to."""


@contextmanager
def _explained(path: str | PathLike[str], doing: str) -> Iterator[None]:
    """Turn what the disk or SQLite says into one sentence with the file's name."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        if isinstance(error, FileError):
            raise
        raise FileError(f"{path} cannot be {doing}: {getattr(error, 'strerror', None) or error}") from error


class RunFile:
    """A run file being written; as long as it is, nobody else writes it.

    Parameters
    ----------
    path : what messages call it
    target : Path
        Links followed.
    lock : Lock
        Of the file; released at the end.
    """

    def __init__(self, path: str | PathLike[str], target: Path, lock: Lock) -> None:
        self.path = Path(path)
        self._target, self._lock = target, lock
        self._connection = sqlite3.connect(target, isolation_level=None, check_same_thread=False)
        self._last_commit = 0.0
        self._kept: tuple[int, int] | None = None
        """Spacing and number of the checkpoints in the file; None where that is not known."""
        self._connection.execute("PRAGMA journal_mode=WAL")

    @classmethod
    def create(cls, path: str | PathLike[str], recipe: Recipe, overwrite: bool = False) -> "RunFile":
        """A new file that holds the recipe; an older run file of that name is replaced only where that is asked for."""
        with _explained(path, "written"), _replaceable(path, overwrite) as (target, free):
            handle, name = tempfile.mkstemp(prefix=f".{target.name[:MOST_OF_A_NAME]}.", suffix=".part", dir=target.parent)
            os.close(handle)
            part = Path(name)
            try:
                part.chmod(0o666 & ~_umask())
                with closing(sqlite3.connect(part, isolation_level=None)) as connection:
                    connection.executescript(_BLANK)
                    _write_recipe(connection, recipe)
                lock = Lock(path, part)
                try:
                    _take_name(path, part, target, free)
                    return cls(path, target, lock)
                except BaseException:
                    lock.release()
                    raise
            finally:
                part.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Fold the log into the file, so that it stands alone."""
        try:
            with self._explained(), closing(self._connection):
                self._connection.execute("PRAGMA journal_mode=DELETE")
        finally:
            self._lock.release()

    def go_on(self, recipe: Recipe) -> None:
        """Take the ending away: the run goes on, by this recipe."""
        with self._explained(), _transaction(self._connection) as connection:
            connection.execute("DELETE FROM header WHERE key = 'ending'")
            _put_header(connection, "recipe", _recipe_header(recipe))

    def keep(self, descent: Descent) -> None:
        """Commit where the run stands, about once a second."""
        if time.monotonic() - self._last_commit >= SECONDS_BETWEEN_COMMITS:
            self._write(descent, {})
            self._last_commit = time.monotonic()

    def finish(self, descent: Descent, run: Run) -> None:
        """Commit the end of the run."""
        self._write(descent, _ending_header(run))

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """What went wrong in one sentence; a file that is no longer there is the reason for anything else."""
        try:
            with _explained(self.path, "written"):
                yield
        except FileError as error:
            if self._lock.is_of(self._target):
                raise
            raise FileError(f"{self.path} cannot be written: it was deleted or replaced while the run was going on") from error

    def _write(self, descent: Descent, header: dict[str, Any]) -> None:
        with self._explained(), _transaction(self._connection) as connection:
            place = {name: getattr(descent.cursor, name) for name in stored.PLACE}
            for key, value in {"place": {**place, "seconds": descent.seconds}, **header}.items():
                _put_header(connection, key, value)
            _put_array(connection, "state", descent.state)
            _put_array(connection, "saved", descent.saved)
            if descent.recipe.schedule is not None:
                _put_array(connection, "alphas", descent.recipe.schedule.values)
            self._write_checkpoints(connection, descent)

    def _write_checkpoints(self, connection: sqlite3.Connection, descent: Descent) -> None:
        spacing, count = descent.cursor.spacing, descent.cursor.kept
        old_spacing, old_kept = self._kept or (0, 0)
        if old_spacing != spacing:
            connection.execute("DELETE FROM checkpoint")
            old_kept = 0
        states = descent.checkpoints.states
        connection.executemany(
            "INSERT OR REPLACE INTO checkpoint VALUES (?, ?)",
            ((i * spacing, states[i].tobytes()) for i in range(old_kept, count)),
        )
        self._kept = (spacing, count)


@contextmanager
def _replaceable(path: str | PathLike[str], overwrite: bool) -> Iterator[tuple[Path, bool]]:
    """The file that a path means and whether the name is free; else it is a run file that nobody is writing and may be replaced."""
    target = target_of(path)
    if not target.exists():
        yield target, True
        return
    if target.stat().st_size and not is_run_file(target):
        raise FileError(f"{path} is there and is not a nodescope run file: name another file, or delete it first")
    lock = Lock(path, target)
    try:
        if target.stat().st_size and not overwrite:
            raise FileError(f"{path} is there and holds a run; overwrite=True replaces it, or name another file")
        yield target, False
    finally:
        lock.release()


def is_run_file(path: Path) -> bool:
    """By SQLite's application id."""
    if held_here(path):
        return True
    with path.open("rb") as file:
        head = file.read(100)
    return len(head) == 100 and head.startswith(b"SQLite format 3\0") and int.from_bytes(head[68:72]) == APPLICATION


def _take_name(path: str | PathLike[str], part: Path, target: Path, free: bool) -> None:
    """Give a file its name; where that was free, only if it still is."""
    if not free:
        _forget_log(target)
        part.replace(target)
        return
    try:
        os.link(part, target)
        part.unlink()
    except FileExistsError:
        raise being_written(path) from None
    except OSError:  # a drive without links
        part.replace(target)
    _forget_log(target)


def _forget_log(target: Path) -> None:
    """What an older file of that name had not yet folded in belongs to no other."""
    for log in (f"{target}-wal", f"{target}-shm"):
        Path(log).unlink(missing_ok=True)


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
    except BaseException:
        connection.rollback()
        raise
    connection.commit()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def save(run: Run | Recorded, path: str | PathLike[str], *, overwrite: bool = False) -> None:
    """Write a run to one file: recipe, ending, checkpoints. Examples up to 64 MB go with it, larger ones by fingerprint.

    The file is written beside its target and renamed, so that its name never holds half a run.

    Parameters
    ----------
    run : Run or Recorded
    path : path
    overwrite : bool
        Replace a run that is there.

    Raises
    ------
    FileError
        The file cannot be written, is there and is no run file (or is one, without `overwrite`), or is being written by another
        program.
    """
    if not isinstance(run, (Run, Recorded)):
        raise InputError(f"run is {shown(run)}; it must be a run, as ns.descend or ns.load gives it")
    with _explained(path, "written"), _replaceable(path, overwrite) as (target, free), unfinished(target) as folder:
        part = Path(folder) / "part"
        if isinstance(run, Recorded):
            _write_recorded(part, run)
        else:
            _write_run(part, run)
        with part.open("rb+") as written:
            os.fsync(written.fileno())
        _take_name(path, part, target, free)


def _write_run(path: Path, run: Run) -> None:
    replay = run.replay
    cursor = Cursor.at(replay.last_step)
    cursor.spacing, cursor.kept = replay.checkpoints.spacing, len(replay.checkpoints.states)
    cursor.last_moved, cursor.last_changed = replay.last_moved, replay.last_changed
    descent = Descent(run.recipe, cursor, replay.last_state, replay.last_state, replay.checkpoints, run.seconds)
    with RunFile.create(path, run.recipe) as file:
        file.finish(descent, run)


def _write_recorded(path: Path, run: Recorded) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.executescript(_BLANK)
        with _transaction(connection):
            _put_header(connection, "recorded", observed.header_of(run))
            for name, column in observed.columns_of(run).items():
                _put_array(connection, name, column)


def load(path: str | PathLike[str], data: Any = None) -> Any:
    """The run in a file, with the same bits; a run that was killed is given as far as it was kept, as INTERRUPTED.

    A `Run`, or a `Recorded` where it was observed in another program.

    Parameters
    ----------
    path : path of a run file
    data : (input, goal), optional
        The arrays of a run whose examples were too large to go into the file.

    Raises
    ------
    FileError
        No run file, a damaged one, or one of a newer version.
    InputError
        The examples are not in the file and `data` is missing, or is not what the run was made with.
    """
    found = _read(Path(path), data)
    return found if isinstance(found, Recorded) else found[1]


def resume(path: str | PathLike[str], *, steps: int | None = None, epochs: int | None = None, data: Any = None) -> Run:
    """Go on with a run that was interrupted, killed, or ran out of time or steps; the file is kept up to date.

    The numbers are those of a run that was never interrupted, bit for bit.

    Parameters
    ----------
    path : path of a run file
    steps : int, optional
        Total number of steps to go to; what the recipe asks for unless given.
    epochs : int, optional
        The same in passes over the examples.
    data : as for `load`

    Raises
    ------
    FileError
        As for `load`; or another program is writing the file.
    InputError
        As for `load`; a run that was observed elsewhere; fewer alphas in the file than steps to go.
    """
    with _explained(path, "read"):
        target = target_of(path)
        lock = Lock(path, target)
    try:
        found = _read(Path(path), data)
        if isinstance(found, Recorded):
            raise InputError(f"{path} holds a run that was observed in {found.program}: go on with it there")
        descent, run = found
        if run.ending not in (Ending.INTERRUPTED, Ending.TIME_USED, Ending.STEPS_USED):
            return run
        if (total := _total(descent.recipe, steps, epochs)) is not None:
            descent.recipe = descent.recipe.with_steps(total)
        _refuse_without_alphas(path, descent)
        with _explained(path, "written"):
            file = RunFile(path, target, lock)
        with file:
            file.go_on(descent.recipe)
            return go(descent.recipe, descent, keep=file.keep, finish=file.finish)
    finally:
        lock.release()


def _total(recipe: Recipe, steps: int | None, epochs: int | None) -> int | None:
    """Steps in all; None where the recipe says how many."""
    if steps is not None and epochs is not None:
        raise InputError("steps and epochs are both given; give one of them")
    return steps if epochs is None else whole("epochs", epochs) * recipe.steps_per_epoch


def _refuse_without_alphas(path: str | PathLike[str], descent: Descent) -> None:
    """A file keeps the alphas that a function gave, not the function."""
    schedule, asked = descent.recipe.schedule, descent.steps_asked
    if schedule is not None and asked > len(schedule.values):
        raise InputError(
            f"{path} keeps the alphas of {len(schedule.values):,} steps, and {asked:,} steps are asked for: resume it with at most "
            "so many (steps=), or run it anew"
        )


# ---- what is in the file ----


def _ending_header(run: Run) -> dict[str, Any]:
    return {
        "ending": {
            "name": run.ending.name,
            "steps": run.steps,
            "computed": run.computed,
            "settled_after": run.settled_after,
            "settled": run.replay.settled,
            "repeats": run.replay.cycle,
        }
    }


def _recipe_header(recipe: Recipe) -> dict[str, Any]:
    source = recipe.source
    return {
        **recipe.plain_settings(),
        "alpha": recipe.alpha,
        "alpha_auto": recipe.alpha_auto,
        "axes": [recipe.axes.examples, recipe.axes.inputs, recipe.axes.outputs],
        "scheduled": recipe.schedule is not None,
        "source": None if source is None else source.to_dict(),
        "activations": [activation.name for activation in recipe.network.activations] if recipe.in_layers else None,
    }


def _write_recipe(connection: sqlite3.Connection, recipe: Recipe) -> None:
    examples = recipe.examples
    with _transaction(connection):
        _put_header(connection, "recipe", _recipe_header(recipe))
        _put_header(connection, "fingerprint", examples.fingerprint)
        for name, value in _weight_arrays(recipe):
            _put_array(connection, name, value)
        if recipe.schedule is not None:
            _put_array(connection, "alphas", recipe.schedule.values)
        if sum(getattr(examples, name).nbytes for name in stored.EXAMPLES) <= EMBED_UP_TO:
            for name in stored.EXAMPLES:
                _put_array(connection, name, getattr(examples, name))


def _weight_arrays(recipe: Recipe) -> Iterator[tuple[str, NDArray[Any]]]:
    """Start weights, biases and what is frozen, as the person wrote them: of layers by their numbers."""
    for l, (weight, bias) in enumerate(zip(recipe.network.weights, recipe.network.biases, strict=True)):  # noqa: E741  # l for layer
        place = f"layer {l} " if recipe.in_layers else ""
        yield f"{place}weight", weight if recipe.in_layers else recipe.axes.weights_as_given(weight)
        if bias is not None:
            yield f"{place}bias", bias
    if (frozen := recipe.frozen_block) is not None:
        mask = recipe.frozen if recipe.in_layers else recipe.axes.weights_as_given(frozen[:, : recipe.d])
        assert mask is not None
        yield "frozen", mask


def _put_header(connection: sqlite3.Connection, key: str, value: Any) -> None:
    connection.execute("INSERT OR REPLACE INTO header VALUES (?, ?)", (key, json.dumps(value)))


def _put_array(connection: sqlite3.Connection, name: str, array: NDArray[Any]) -> None:
    whole = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<")).reshape(array.shape)
    row = (name, whole.dtype.str, json.dumps(whole.shape), whole.tobytes())
    connection.execute("INSERT OR REPLACE INTO array VALUES (?, ?, ?, ?)", row)


def _read(path: Path, data: Any) -> tuple[Descent, Run] | Recorded:
    """The run in a file; what does not fit together is refused before anything is built from it."""
    with _explained(path, "read"):
        if stat.S_ISDIR(path.stat().st_mode):
            raise FileError(f"{path} cannot be read: it is a folder")
        if not path.is_file() or not is_run_file(path):
            raise FileError(f"{path} is not a nodescope run file")
    try:
        with closing(sqlite3.connect(path.absolute())) as connection:
            _refuse_other_tables(path, connection)
            return _found(connection, data)
    except FileError:
        raise
    except stored.OtherExamples as error:
        raise InputError(f"{path}: {error}") from error
    except _DAMAGE as error:
        seen = str(error) or type(error).__name__
        raise FileError(f"{path} is damaged: {seen.splitlines()[0]:.{MOST_OF_A_REASON}}") from error


def _refuse_other_tables(path: Path, connection: sqlite3.Connection) -> None:
    """Of a newer version, or with views and triggers, which would be programs."""
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > VERSION:
        raise FileError(f"{path} was written by a newer nodescope (format {version}; this one reads {VERSION}): upgrade nodescope")
    tables = {f"{sql};" for (sql,) in connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")}
    if tables != set(_SCHEMA.split("\n")[1:-1]):
        raise ValueError("its tables are not those of a run file")


def _found(connection: sqlite3.Connection, data: Any) -> tuple[Descent, Run] | Recorded:
    header = {key: json.loads(value) for key, value in connection.execute("SELECT key, value FROM header")}
    rows = connection.execute("SELECT name, dtype, shape, data FROM array")
    arrays = {name: stored.array_of(dtype, shape, blob) for name, dtype, shape, blob in rows}
    if "recorded" in header:
        recorded = observed.recorded_from(header["recorded"], arrays)
        stored.refuse_misfit_records(recorded)
        return recorded
    recipe = stored.recipe_of(header, arrays, data)
    states = connection.execute("SELECT step, state FROM checkpoint ORDER BY step").fetchall()
    descent = stored.descent_of(recipe, header, arrays, states)
    return descent, stored.run_of(descent, header.get("ending"))
