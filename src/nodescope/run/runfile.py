"""A run in one SQLite file: what was committed survives a kill, a full disk and a power cut.

Tables: `header` (recipe, ending, place; JSON), `array` (the numbers of recipe and place), `checkpoint` (a state per row).
While a run is written the journal is a write-ahead log; when it is finished the file stands alone. The file's name appears
only once its recipe is committed.
"""

import json
import os
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from os import PathLike
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from nodescope.arithmetic.losses import as_loss
from nodescope.arithmetic.problem import Cursor
from nodescope.arithmetic.rules import as_rule
from nodescope.data import Examples, Source
from nodescope.errors import FileError, InputError
from nodescope.run import recordedfile
from nodescope.run.checkpoints import Checkpoints
from nodescope.run.descend import Descent, go
from nodescope.run.ending import Ending
from nodescope.run.network import Network
from nodescope.run.network import network as make_network
from nodescope.run.recipe import Recipe
from nodescope.run.recorded import Recorded
from nodescope.run.replay import Cycle, Replay
from nodescope.run.run import Run
from nodescope.run.schedule import Schedule
from nodescope.run.shapes import Axes, as_floats
from nodescope.run.toml import examples_fingerprint

APPLICATION = 0x6E6F6465
"""SQLite's application id: "node" in ASCII."""
VERSION = 3
"""1: one layer of nodes; 2: networks, losses, update orders too; 3: observed runs too."""
EMBED_UP_TO = 64 * 2**20
"""Bytes of examples kept in the file; larger arrays are known by their fingerprint only."""
SECONDS_BETWEEN_COMMITS = 1.0

_SCHEMA = """
CREATE TABLE header (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE array (name TEXT PRIMARY KEY, dtype TEXT NOT NULL, shape TEXT NOT NULL, data BLOB NOT NULL);
CREATE TABLE checkpoint (step INTEGER PRIMARY KEY, state BLOB NOT NULL);
"""
_BLANK = f"PRAGMA application_id={APPLICATION}; PRAGMA user_version={VERSION}; {_SCHEMA}"
_PLAIN_FIELDS = (
    "alpha", "alpha_auto", "freeze_bias", "steps", "epochs", "until_mse", "time_limit", "batch", "order", "seed",
    "reduction", "summation", "update_order",
)  # fmt: skip
_CURSOR_FIELDS = ("step", "last_moved", "last_changed", "power", "length", "spacing", "kept")
_EXAMPLE_ARRAYS = ("input", "goal", "unseen_input", "unseen_goal")


@contextmanager
def _explained(path: Path, doing: str) -> Iterator[None]:
    """Turn what the disk or SQLite says into one sentence with the file's name."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        if isinstance(error, FileError):
            raise
        raise FileError(f"{path} cannot be {doing}: {error}") from error


class RunFile:
    """A run file being written."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._last_commit = 0.0
        self._kept: tuple[int, int] | None = None
        """Spacing and number of the checkpoints in the file; None where that is not known."""

    @classmethod
    def create(cls, path: str | PathLike[str], recipe: Recipe) -> "RunFile":
        """A new file that holds the recipe, in place of any older one of that name."""
        target = Path(path)
        with _explained(target, "written"):
            handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)
            os.close(handle)
            part = Path(name)
            try:
                part.chmod(0o666 & ~_umask())
                with closing(sqlite3.connect(part, isolation_level=None)) as connection:
                    connection.executescript(_BLANK)
                    _write_recipe(connection, recipe)
                if target.is_dir():
                    raise FileError(f"{target} cannot be written: it is a folder")
                for old in (f"{target}-wal", f"{target}-shm"):
                    Path(old).unlink(missing_ok=True)
                part.replace(target)
            finally:
                part.unlink(missing_ok=True)
            file = cls(target)
            file._connection.execute("PRAGMA journal_mode=WAL")
            return file

    @classmethod
    def reopen(cls, path: Path) -> "RunFile":
        """A file to go on writing."""
        with _explained(path, "written"):
            file = cls(path)
            file._connection.execute("PRAGMA journal_mode=WAL")
            return file

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Fold the log into the file, so that it stands alone."""
        with _explained(self.path, "written"), closing(self._connection):
            self._connection.execute("PRAGMA journal_mode=DELETE")

    def keep(self, descent: Descent) -> None:
        """Commit where the run stands, about once a second."""
        if time.monotonic() - self._last_commit >= SECONDS_BETWEEN_COMMITS:
            self._write(descent, {})
            self._last_commit = time.monotonic()

    def finish(self, descent: Descent, run: Run) -> None:
        """Commit the end of the run."""
        self._write(descent, _ending_header(run))

    def _write(self, descent: Descent, header: dict[str, Any]) -> None:
        with _explained(self.path, "written"), _transaction(self._connection) as connection:
            place = {name: getattr(descent.cursor, name) for name in _CURSOR_FIELDS}
            for key, value in {"place": {**place, "seconds": descent.seconds}, **header}.items():
                _put_header(connection, key, value)
            _put_array(connection, "state", descent.state)
            _put_array(connection, "saved", descent.saved)
            if descent.recipe.schedule is not None:
                _put_array(connection, "alphas", descent.recipe.schedule.values)
            self._write_checkpoints(connection, descent)

    def _write_checkpoints(self, connection: sqlite3.Connection, descent: Descent) -> None:
        spacing, kept = descent.cursor.spacing, descent.cursor.kept
        old_spacing, old_kept = self._kept or (0, 0)
        if old_spacing != spacing:
            connection.execute("DELETE FROM checkpoint")
            old_kept = 0
        states = descent.checkpoints.states
        connection.executemany(
            "INSERT OR REPLACE INTO checkpoint VALUES (?, ?)",
            ((i * spacing, states[i].tobytes()) for i in range(old_kept, kept)),
        )
        self._kept = (spacing, kept)


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


def save(run: Run | Recorded, path: str | PathLike[str]) -> None:
    """Write a run to one file: recipe, ending, checkpoints. Examples up to 64 MB go with it, larger ones by fingerprint.

    The file is written beside its target and renamed, so that its name never holds half a run.

    Raises
    ------
    FileError
        The file cannot be written.
    """
    target = Path(path)
    with _explained(target, "written"):
        if target.is_dir():
            raise FileError(f"{target} cannot be written: it is a folder")
        with tempfile.TemporaryDirectory(prefix=f".{target.name}.", suffix=".part", dir=target.parent) as folder:
            part = Path(folder) / target.name
            if isinstance(run, Recorded):
                _write_recorded(part, run)
            else:
                _write_run(part, run)
            with part.open("rb+") as written:
                os.fsync(written.fileno())
            for old in (f"{target}-wal", f"{target}-shm"):
                Path(old).unlink(missing_ok=True)
            part.replace(target)


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
            _put_header(connection, "recorded", recordedfile.header_of(run))
            for name, column in recordedfile.columns_of(run).items():
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
    kept = _read(Path(path), data)
    if isinstance(kept, Recorded):
        return kept
    descent, header = kept
    recipe = descent.recipe
    ended = header.get("ending")
    cursor = descent.cursor
    descent.checkpoints.trim(cursor.kept)
    replay = Replay(recipe, descent.checkpoints, cursor.step, descent.state, cursor.last_moved, cursor.last_changed)
    if ended is None:
        return Run(recipe, Ending.INTERRUPTED, replay.last_step, replay.last_step, None, None, replay, descent.seconds)
    replay.settled = ended["settled"]
    replay.cycle = None if ended["repeats"] is None else Cycle(*ended["repeats"])
    ending = Ending[ended["name"]]
    cycle = replay.cycle if ending is Ending.CYCLING else None
    return Run(
        recipe, ending, ended["steps"], ended["computed"], ended["settled_after"], cycle, replay, descent.seconds
    )  # fmt: skip


def resume(path: str | PathLike[str], *, steps: int | None = None, data: Any = None) -> Run:
    """Go on with a run that was interrupted, killed, or ran out of time or steps; the file is kept up to date.

    The numbers are those of a run that was never interrupted, bit for bit.

    Parameters
    ----------
    path : path of a run file
    steps : int, optional
        Total number of steps to go to; what the recipe asks for unless given.
    data : as for `load`
    """
    target = Path(path)
    kept = _read(target, data)
    if isinstance(kept, Recorded):
        raise InputError(f"{target} holds a run that was observed in {kept.program}: go on with it there")
    descent, header = kept
    if steps is not None:
        descent.recipe = descent.recipe.with_steps(steps)
    ended = header.get("ending")
    if ended is not None and Ending[ended["name"]] not in (Ending.INTERRUPTED, Ending.TIME_USED, Ending.STEPS_USED):
        ended_run: Run = load(target, data)
        return ended_run
    with RunFile.reopen(target) as file:
        file._connection.execute("DELETE FROM header WHERE key = 'ending'")
        _put_header(file._connection, "recipe", _recipe_header(descent.recipe))
        return go(descent.recipe, descent, keep=file.keep, finish=file.finish)


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
        **{name: getattr(recipe, name) for name in _PLAIN_FIELDS},
        "axes": [recipe.axes.examples, recipe.axes.inputs, recipe.axes.outputs],
        "rule": {"name": recipe.rule.name, **recipe.rule.settings()},
        "scheduled": recipe.schedule is not None,
        "source": None if source is None else source.to_dict(),
        "loss": recipe.loss.settings(),
        "activations": None if recipe.network is None else [activation.name for activation in recipe.network.activations],
    }


def _write_recipe(connection: sqlite3.Connection, recipe: Recipe) -> None:
    examples = recipe.examples
    with _transaction(connection):
        _put_header(connection, "recipe", _recipe_header(recipe))
        _put_header(connection, "fingerprint", examples_fingerprint(examples))
        for name in ("weight", "bias", "frozen"):
            if (value := getattr(recipe, name)) is not None:
                _put_array(connection, name, value)
        for name, value in _layer_arrays(recipe.network):
            _put_array(connection, name, value)
        if recipe.schedule is not None:
            _put_array(connection, "alphas", recipe.schedule.values)
        if sum(getattr(examples, name).nbytes for name in _EXAMPLE_ARRAYS) <= EMBED_UP_TO:
            for name in _EXAMPLE_ARRAYS:
                _put_array(connection, name, getattr(examples, name))


def _layer_arrays(network: Network | None) -> Iterator[tuple[str, NDArray[Any]]]:
    if network is None:
        return
    for l, (weight, bias) in enumerate(zip(network.weights, network.biases, strict=True)):  # noqa: E741  # l for layer
        yield f"layer {l} weight", weight
        if bias is not None:
            yield f"layer {l} bias", bias


def _network(kept: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> Network | None:
    names = kept.get("activations")
    if names is None:
        return None
    weights = [arrays[f"layer {l} weight"] for l in range(len(names))]  # noqa: E741
    return make_network(weights=weights, biases=[arrays.get(f"layer {l} bias") for l in range(len(names))], activations=names)  # noqa: E741


def _put_header(connection: sqlite3.Connection, key: str, value: Any) -> None:
    connection.execute("INSERT OR REPLACE INTO header VALUES (?, ?)", (key, json.dumps(value)))


def _put_array(connection: sqlite3.Connection, name: str, array: NDArray[Any]) -> None:
    whole = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<")).reshape(array.shape)
    row = (name, whole.dtype.str, json.dumps(whole.shape), whole.tobytes())
    connection.execute("INSERT OR REPLACE INTO array VALUES (?, ?, ?, ?)", row)


def _read(path: Path, data: Any) -> tuple[Descent, dict[str, Any]] | Recorded:
    """Everything in a run file; sizes that do not fit together are refused before anything is built from them."""
    _refuse_foreign(path)
    try:
        with closing(sqlite3.connect(path)) as connection:
            _refuse_newer(path, connection)
            header = {key: json.loads(value) for key, value in connection.execute("SELECT key, value FROM header")}
            arrays = {
                name: _array(dtype, shape, blob)
                for name, dtype, shape, blob in connection.execute("SELECT name, dtype, shape, data FROM array")
            }
            if "recorded" in header:
                return recordedfile.recorded_from(header["recorded"], arrays)
            recipe = _recipe(header, arrays, data)
            return _descent(recipe, header, arrays, connection), header
    except FileError:
        raise
    except InputError as error:
        raise InputError(f"{path}: {error}") from error
    except (sqlite3.Error, KeyError, ValueError, TypeError) as error:
        raise FileError(f"{path} is damaged: {error}") from error


def _refuse_foreign(path: Path) -> None:
    with _explained(path, "read"), path.open("rb") as file:
        head = file.read(100)
    if len(head) < 100 or not head.startswith(b"SQLite format 3\0") or int.from_bytes(head[68:72]) != APPLICATION:
        raise FileError(f"{path} is not a nodescope run file")


def _refuse_newer(path: Path, connection: sqlite3.Connection) -> None:
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > VERSION:
        raise FileError(f"{path} was written by a newer nodescope (format {version}; this one reads {VERSION}): upgrade nodescope")


def _array(dtype: str, shape: str, blob: bytes) -> NDArray[Any]:
    if dtype not in ("<f8", "<f4", "<i8", "|b1"):
        raise ValueError(f"an array of type {dtype!r}")
    return np.frombuffer(blob, dtype=dtype).reshape(json.loads(shape)).copy()


def _recipe(header: dict[str, Any], arrays: dict[str, NDArray[Any]], data: Any) -> Recipe:
    kept = header["recipe"]
    source = None if kept["source"] is None else Source.from_dict(kept["source"])
    schedule = Schedule(arrays["alphas"]) if kept["scheduled"] else None
    return Recipe(
        examples=_examples(header, arrays, source, data),
        axes=Axes(*kept["axes"]),
        weight=arrays["weight"],
        bias=arrays.get("bias"),
        frozen=arrays.get("frozen"),
        rule=as_rule(kept["rule"]),
        schedule=schedule,
        network=_network(kept, arrays),
        loss=as_loss(kept.get("loss", "squared")),
        **{name: kept[name] for name in _PLAIN_FIELDS if name in kept},
    )


def _examples(header: dict[str, Any], arrays: dict[str, NDArray[Any]], source: Source | None, data: Any) -> Examples:
    if "input" in arrays:
        examples = Examples(**{name: arrays[name] for name in _EXAMPLE_ARRAYS}, source=source)
    elif data is None:
        raise InputError("the examples were too large to go into the file; give them: ns.load(path, data=(input, goal))")
    else:
        x, g = (as_floats(name, value) for name, value in zip(("input", "goal"), data, strict=True))
        k = header["recipe"]["axes"][2]
        x = x.reshape(len(x), -1)
        g = g.reshape(len(x), -1) if k or g.ndim == 1 else g
        examples = Examples(x, g, np.empty((0, x.shape[1])), np.empty((0, g.shape[1])), source)
    if examples_fingerprint(examples) != header["fingerprint"]:
        raise InputError("the examples are not those that the run was made with (their fingerprint differs)")
    return examples


def _descent(recipe: Recipe, header: dict[str, Any], arrays: dict[str, NDArray[Any]], connection: sqlite3.Connection) -> Descent:
    if "place" not in header:
        return Descent.start(recipe)
    place, length = header["place"], recipe.problem.state_length
    rows = connection.execute("SELECT step, state FROM checkpoint ORDER BY step").fetchall()
    states = np.array([np.frombuffer(state) for _, state in rows], dtype=np.float64).reshape(len(rows), length)
    if [step for step, _ in rows] != [i * place["spacing"] for i in range(place["kept"])] or len(arrays["state"]) != length:
        raise ValueError("its checkpoints do not fit its recipe")
    cursor = Cursor(**{name: place[name] for name in _CURSOR_FIELDS})
    checkpoints = Checkpoints(states, place["spacing"])
    if not len(states):
        checkpoints = Checkpoints(np.empty((2, length)), place["spacing"])
    cursor.capacity = len(checkpoints.states)
    return Descent(recipe, cursor, arrays["state"], arrays["saved"], checkpoints, place["seconds"])
