"""What is in a run file: its tables, and recipe, place, ending and arrays as rows of them.

Tables: `header` (recipe, ending, place; JSON), `array` (the numbers of recipe and place), `checkpoint` (a state per row).
"""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodescope.errors import FileError
from nodescope.run.descent import Descent
from nodescope.run.file.checksum import RECORDS, Sums, add, as_text, from_text, part_of
from nodescope.run.file.handles import in_use, read_at
from nodescope.run.file.reasons import reason
from nodescope.run.recipe import Recipe
from nodescope.run.run import Run

PLACE = ("step", "last_moved", "last_changed", "power", "length", "spacing", "kept")
"""Where a run has got to, in numbers."""
EXAMPLES = ("input", "goal", "unseen_input", "unseen_goal")
"""Arrays of examples, where they are in the file."""
APPLICATION = 0x6E6F6465
"""SQLite's application id is "node" in ASCII."""
VERSION = 4
"""Version 1 holds one layer of nodes; 2 networks, losses and update orders too; 3 observed runs too; 4 has checksums."""
SINCE = {"recorded": 3, "checksum": 4, "log": 4, "pieces": 4}
"""Headers that an older format did not have; "log" says that there is one, in the file itself, once there is."""
RECIPE_SINCE = {
    "update_order": 2,
    "loss": 2,
    "activations": 2,
    "classes": 4,
    "names": 4,
    "tolerance": 4,
    "keep": 4,
    "method": 4,
    "penalty": 4,
    "clip": 4,
    "parts": 4,
    "memory": 4,
    "window": 4,
}
"""These settings of a recipe came with these formats."""
EMBED_UP_TO = 64 * 2**20
"""Examples up to so many bytes are kept in the file; larger arrays are known by their fingerprint only."""

SCHEMA = """
CREATE TABLE header (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE array (name TEXT PRIMARY KEY, dtype TEXT NOT NULL, shape TEXT NOT NULL, data BLOB NOT NULL);
CREATE TABLE checkpoint (step INTEGER PRIMARY KEY, state BLOB NOT NULL);
"""
BLANK = f"PRAGMA application_id={APPLICATION}; PRAGMA user_version={VERSION}; {SCHEMA}"


@contextmanager
def explained(path: str | PathLike[str], doing: str) -> Iterator[None]:
    """Turn what the disk or SQLite says into one sentence with the file's name."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        if isinstance(error, FileError):
            raise
        raise FileError(f"{path} cannot be {doing}: {reason(error)}") from error


def is_run_file(path: Path) -> bool:
    """By SQLite's application id."""
    with in_use(path) as handle:
        head = read_at(handle, 100, 0)
    return len(head) == 100 and head.startswith(b"SQLite format 3\0") and int.from_bytes(head[68:72]) == APPLICATION


class Content:
    """What a run file holds, as it is written: each transaction ends with the checksums of all parts.

    Parameters
    ----------
    connection : of the file, in autocommit mode
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self._sums = _sums_in(connection)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is written within is written, or nothing is."""
        before = dict(self._sums)
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._insert("header", "checksum", json.dumps(as_text(self._sums)))
            self.connection.execute(f"PRAGMA user_version={VERSION}")  # of an older file that goes on
            self.connection.commit()
        except BaseException:
            self._sums = before
            self.connection.rollback()
            raise

    def put_header(self, key: str, value: Any) -> None:
        self._put("header", key, json.dumps(value))

    def remove_header(self, key: str) -> None:
        self.connection.execute("DELETE FROM header WHERE key = ?", (key,))
        self._sums.pop(part_of("header", key), None)

    def put_array(self, name: str, array: NDArray[Any]) -> None:
        whole = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<")).reshape(array.shape)
        self._put("array", name, whole.dtype.str, json.dumps(whole.shape), whole.tobytes())

    def put_checkpoint(self, step: int, state: bytes) -> None:
        """One that is not there yet."""
        add(self._sums, "checkpoint", step, state)
        self._insert("checkpoint", step, state)

    def remove_checkpoints(self) -> None:
        self.connection.execute("DELETE FROM checkpoint")
        self._sums.pop(part_of("checkpoint", 0), None)

    def _put(self, table: str, name: str, *fields: str | bytes) -> None:
        if not name.startswith(RECORDS):
            self._sums.pop(part_of(table, name), None)
        add(self._sums, table, name, *fields)
        self._insert(table, name, *fields)

    def _insert(self, table: str, *row: str | bytes | int) -> None:
        self.connection.execute(f"INSERT OR REPLACE INTO {table} VALUES ({', '.join('?' * len(row))})", row)


def _sums_in(connection: sqlite3.Connection) -> Sums:
    """Checksums of what is in a file already; of one of an older format, which has none, worked out."""
    kept = connection.execute("SELECT value FROM header WHERE key = 'checksum'").fetchone()
    if kept is not None:
        return from_text(json.loads(kept[0]))
    sums: Sums = {}
    for table in ("header", "array", "checkpoint"):
        for row in connection.execute(f"SELECT * FROM {table}"):
            add(sums, table, *row)
    return sums


def refuse_other_format(version: int, header: Mapping[str, Any]) -> None:
    """Raise ValueError where a file has what its format did not have yet, or lacks what it has."""
    recipe = header.get("recipe")
    settings = recipe if isinstance(recipe, dict) else {}
    later = [name for since, held in ((SINCE, header), (RECIPE_SINCE, settings)) for name in since if name in held]
    later = [name for name in later if {**SINCE, **RECIPE_SINCE}[name] > version]
    if not 1 <= version <= VERSION:
        raise ValueError(f"it says that its format is {version}; there never was such a one")
    if later:
        raise ValueError(f"it says that its format is {version}, which had no {', '.join(later)}")
    if version >= SINCE["checksum"] and "checksum" not in header:
        raise ValueError("its checksums are gone")


def ending_header(run: Run) -> dict[str, Any]:
    return {
        "ending": {
            "name": run.ending.name,
            "steps": run.steps,
            "computed": run.computed,
            "settled_after": run.settled_after,
            "settled": run.replay.settled,
            "repeats": run.replay.cycle,
            **({} if run.gone is None else {"gone": run.gone}),
        }
    }


def recipe_header(recipe: Recipe) -> dict[str, Any]:
    source = recipe.source
    return {
        **recipe.plain_settings(),
        "alpha": recipe.alpha,
        "alpha_auto": recipe.alpha_auto,
        "axes": [recipe.axes.examples, recipe.axes.inputs, recipe.axes.outputs],
        "scheduled": recipe.schedule is not None,
        "source": None if source is None else source.to_dict(),
        "scaling": recipe.examples.scaling_told(),
        **({} if recipe.classes is None else {"classes": list(recipe.classes)}),
        **({} if recipe.examples.names is None else {"names": list(recipe.examples.names)}),
        "activations": [activation.name for activation in recipe.network.activations] if recipe.in_layers else None,
    }


def write_recipe(content: Content, recipe: Recipe) -> None:
    examples = recipe.examples
    with content.transaction():
        content.put_header("recipe", recipe_header(recipe))
        content.put_header("fingerprint", "" if examples.streams else examples.fingerprint)
        for name, value in _weight_arrays(recipe):
            content.put_array(name, value)
        if recipe.schedule is not None:
            content.put_array("alphas", recipe.schedule.values)
        in_memory = [name for name in EXAMPLES if isinstance(getattr(examples, name), np.ndarray)]
        if sum(getattr(examples, name).nbytes for name in in_memory) <= EMBED_UP_TO:
            for name in in_memory:
                content.put_array(name, getattr(examples, name))


def write_place(
    content: Content, descent: Descent, header: Mapping[str, Any], kept: tuple[int, int] | None = None
) -> tuple[int, int]:
    """Where a run stands, in one transaction.

    Parameters
    ----------
    header : more headers to go with it
    kept : spacing and number of the checkpoints that are in the file; None where that is not known

    Returns
    -------
    spacing and number of those that are in it now
    """
    with content.transaction():
        place = {name: getattr(descent.cursor, name) for name in PLACE}
        watched = {} if descent.watch is None else {"watch": descent.watch.kept()}
        for key, value in {"place": {**place, **watched, "seconds": descent.seconds}, **header}.items():
            content.put_header(key, value)
        content.put_array("state", descent.state)
        content.put_array("saved", descent.saved)
        if descent.recipe.schedule is not None:
            content.put_array("alphas", descent.recipe.schedule.values)
        if (digests := descent.recipe.examples.digests) is not None:
            content.put_header("pieces", digests)
            content.put_header("notes", list(descent.recipe.examples.notes))
        return _write_checkpoints(content, descent, kept)


def _write_checkpoints(content: Content, descent: Descent, kept: tuple[int, int] | None) -> tuple[int, int]:
    spacing, count = descent.cursor.spacing, descent.cursor.kept
    old_spacing, old_kept = kept or (0, 0)
    if old_spacing != spacing or old_kept > count:
        content.remove_checkpoints()
        old_kept = 0
    for i in range(old_kept, count):
        content.put_checkpoint(i * spacing, descent.checkpoints.states[i].tobytes())
    return spacing, count


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
    if recipe.factors is not None:
        blocks = recipe.problem.blocks(recipe.factors)
        yield "factors", recipe.factors if recipe.in_layers else recipe.axes.weights_as_given(blocks[0][:, : recipe.d])
