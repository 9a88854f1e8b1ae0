"""What is in a run file: its tables, and recipe, place, ending and arrays as rows of them.

Tables: `header` (recipe, ending, place; JSON), `array` (the numbers of recipe and place), `checkpoint` (a state per row).
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodescope.errors import FileError
from nodescope.run.file import stored
from nodescope.run.file.lock import held_here
from nodescope.run.recipe import Recipe
from nodescope.run.run import Run

APPLICATION = 0x6E6F6465
"""SQLite's application id is "node" in ASCII."""
VERSION = 3
"""Version 1 holds one layer of nodes; 2 networks, losses and update orders too; 3 observed runs too."""
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
        raise FileError(f"{path} cannot be {doing}: {getattr(error, 'strerror', None) or error}") from error


def is_run_file(path: Path) -> bool:
    """By SQLite's application id."""
    if held_here(path):
        return True
    with path.open("rb") as file:
        head = file.read(100)
    return len(head) == 100 and head.startswith(b"SQLite format 3\0") and int.from_bytes(head[68:72]) == APPLICATION


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
    except BaseException:
        connection.rollback()
        raise
    connection.commit()


def ending_header(run: Run) -> dict[str, Any]:
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


def recipe_header(recipe: Recipe) -> dict[str, Any]:
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


def write_recipe(connection: sqlite3.Connection, recipe: Recipe) -> None:
    examples = recipe.examples
    with transaction(connection):
        put_header(connection, "recipe", recipe_header(recipe))
        put_header(connection, "fingerprint", examples.fingerprint)
        for name, value in _weight_arrays(recipe):
            put_array(connection, name, value)
        if recipe.schedule is not None:
            put_array(connection, "alphas", recipe.schedule.values)
        if sum(getattr(examples, name).nbytes for name in stored.EXAMPLES) <= EMBED_UP_TO:
            for name in stored.EXAMPLES:
                put_array(connection, name, getattr(examples, name))


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


def put_header(connection: sqlite3.Connection, key: str, value: Any) -> None:
    connection.execute("INSERT OR REPLACE INTO header VALUES (?, ?)", (key, json.dumps(value)))


def put_array(connection: sqlite3.Connection, name: str, array: NDArray[Any]) -> None:
    whole = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<")).reshape(array.shape)
    row = (name, whole.dtype.str, json.dumps(whole.shape), whole.tobytes())
    connection.execute("INSERT OR REPLACE INTO array VALUES (?, ?, ?, ?)", row)
