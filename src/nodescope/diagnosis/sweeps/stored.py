"""The finished table of a sweep: as Arrow, as a Parquet file that says which sweep it is, and read back from it."""

import hashlib
import json
import math
import pickle
from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from nodescope.diagnosis.sweeps.grid import Axis, Grid
from nodescope.diagnosis.sweeps.outcomes import ENDINGS, OUTCOME, Rows, Words, are_rows
from nodescope.diagnosis.sweeps.told import as_text, grid_of, refuse_untold
from nodescope.errors import FileError, InputError
from nodescope.run.file.content import explained
from nodescope.run.file.lock import beside, target_of

KEY = b"nodescope.sweep"
_DAMAGE = (
    OSError, LookupError, ValueError, TypeError, AttributeError, ArithmeticError, NotImplementedError, MemoryError, RecursionError
)  # fmt: skip
"""Reading a damaged table can come to any of these; Arrow's own errors are among them."""
AT_ONCE = 2**14
"""Rows of a row group."""


def as_arrow(grid: Grid, rows: Rows, words: list[str], start: int, stop: int) -> Any:
    """Some rows as a pyarrow Table."""
    import pyarrow as pa

    places, part = grid.places_of(start, stop), rows[start:stop]
    columns = {axis.name: _axis_column(axis, places[axis.name]) for axis in grid.axes}
    endings = pa.array([ending.name for ending in ENDINGS])
    settled, unseen = part["settled_after"], part["unseen_rmse"]
    columns |= {
        "ending": pa.DictionaryArray.from_arrays(pa.array(np.ascontiguousarray(part["ending"])), endings),
        "steps": pa.array(np.ascontiguousarray(part["steps"])),
        "settled_after": pa.array(np.ascontiguousarray(settled), mask=settled < 0),
        "mse": pa.array(np.ascontiguousarray(part["mse"])),
        "unseen_rmse": pa.array(np.ascontiguousarray(unseen), mask=np.isnan(unseen)),
        "word": pa.DictionaryArray.from_arrays(pa.array(part["word"].astype(np.int32)), pa.array(words or [""])),
    }
    return pa.table(columns)


def _axis_column(axis: Axis, places: Any) -> Any:
    """Numbers as they are, weights of several inputs as lists, other values as text."""
    import pyarrow as pa

    if axis.numeric:
        return pa.array(axis.values[places])
    if isinstance(axis.values, np.ndarray):
        chosen = axis.values[places].reshape(len(places), math.prod(axis.values.shape[1:]))
        return pa.FixedSizeListArray.from_arrays(pa.array(chosen.ravel()), chosen.shape[1])
    texts = pa.array([axis.text(place) for place in range(len(axis))])
    return pa.DictionaryArray.from_arrays(pa.array(places.astype(np.int32)), texts)


def write(path: str | PathLike[str], grid: Grid, rows: Rows, words: list[str]) -> None:
    """All rows into a Parquet file, which appears under its name when it is whole."""
    import pyarrow.parquet as pq

    told = {"sweep": grid.fingerprint, "rows": grid.size, "words": words, "checksum": _checksum(rows, words)}
    if (settings := as_text(grid)) is not None:
        told["settings"] = settings
    with beside(path) as part:
        schema = as_arrow(grid, rows, words, 0, 0).schema.with_metadata({KEY: json.dumps(told).encode()})
        with pq.ParquetWriter(part, schema) as writer:
            for start in range(0, grid.size, AT_ONCE):
                stop = min(start + AT_ONCE, grid.size)
                writer.write_table(as_arrow(grid, rows, words, start, stop).cast(schema))


def read(path: str | PathLike[str], grid: Grid, *, anew: bool) -> tuple[Rows, list[str]] | None:
    """Rows and words of this very sweep from its file; None where there is no file, or the sweep in it may be replaced.

    Raises
    ------
    FileError
        The file is something else, or damaged.
    """
    target = target_of(path)
    if not target.exists():
        return None
    with explained(path, "read"):
        told = _told(target)
    if told is None:
        raise FileError(f"{path} is there, and holds something else; name another file")
    if anew:
        return None
    if told.get("sweep") != grid.fingerprint:
        raise FileError(f"{path} is there, and holds another sweep; name another file, or replace it with overwrite=True")
    return _believed(path, target, grid, told)


def opened(path: str | PathLike[str]) -> tuple[Grid, Rows, list[str]]:
    """A sweep from its file alone: its grid by the settings that are kept there, its rows and words.

    Raises
    ------
    FileError
        The file is not there, holds something else, or is damaged.
    InputError
        No settings are kept in it.
    """
    target = target_of(path)
    with explained(path, "read"):
        told = _told(target)
    if told is None:
        raise FileError(f"{path} holds no sweep; sweeps are kept with out= of ns.sweep, in the shell with --out")
    text = refuse_untold(str(path), told.get("settings"))
    try:
        grid = grid_of(text)
        if grid.size != told["rows"]:
            raise ValueError("its settings are not those of its rows")
    except (InputError, *_DAMAGE) as error:
        raise FileError(f"{path} is damaged: {str(error).splitlines()[0]:.150}; make the sweep again") from error
    return grid, *_believed(path, target, grid, told)


def refuse_another(path: str | PathLike[str], *, anew: bool) -> None:
    """Raise FileError where a file may not be replaced: it is no sweep, or nobody said so."""
    target = target_of(path)
    if target.exists() and not (anew and is_sweep_file(target)):
        raise FileError(f"{path} is there; name another file, or replace a sweep with overwrite=True")


def is_sweep_file(path: Path) -> bool:
    """By what a Parquet file says of itself."""
    try:
        with path.open("rb") as file:
            return file.read(4) == b"PAR1" and _told(path) is not None
    except OSError:
        return False


def _believed(path: str | PathLike[str], target: Path, grid: Grid, told: dict[str, Any]) -> tuple[Rows, list[str]]:
    """Rows and words, once they are those that were written."""
    try:
        rows, words = _rows(target, grid, told["words"])
        if told["checksum"] != _checksum(rows, words):
            raise ValueError("its rows are not those that were written")
        if not (all(isinstance(word, str) for word in words) and are_rows(rows, words)):
            raise ValueError("its words are no verdicts")
    except _DAMAGE as error:
        why = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise FileError(f"{path} is damaged: {why:.150}; make the sweep again with overwrite=True") from error
    return rows, words


def _checksum(rows: Rows, words: list[str]) -> str:
    """Of everything that is read of a table."""
    hashed = hashlib.sha256(json.dumps(words).encode())
    for start in range(0, len(rows), AT_ONCE):
        part = rows[start : start + AT_ONCE].copy()
        part["unseen_rmse"][np.isnan(part["unseen_rmse"])] = np.nan  # what is null in the file
        hashed.update(part.tobytes())
    return hashed.hexdigest()


def _told(target: Path) -> dict[str, Any] | None:
    """What a Parquet file says of the sweep in it; None of any other file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(target) as file:
            kept = (file.schema_arrow.metadata or {}).get(KEY)
        told = None if kept is None else json.loads(kept)
    except (pa.ArrowException, ValueError):
        return None
    return told if isinstance(told, dict) else None


def _rows(target: Path, grid: Grid, words: list[str]) -> tuple[Rows, list[str]]:
    import pyarrow.parquet as pq

    rows, numbers, at = np.zeros(grid.size, OUTCOME), Words(tuple(words)), 0
    endings = {ending.name: place for place, ending in enumerate(ENDINGS)}
    with pq.ParquetFile(target) as file:
        for batch in file.iter_batches(AT_ONCE, columns=list(OUTCOME.names or ())):
            part = rows[at : at + len(batch)]
            for name, coded in (("ending", endings.__getitem__), ("word", numbers.number)):
                column = batch.column(name)
                column = column if hasattr(column, "dictionary") else column.dictionary_encode()
                codes = np.array([coded(text) for text in column.dictionary.to_pylist()], dtype=OUTCOME[name])
                part[name] = codes[column.indices.to_numpy()]
            for name, missing in (("steps", 0), ("settled_after", -1), ("mse", np.nan), ("unseen_rmse", np.nan)):
                part[name] = batch.column(name).fill_null(missing).to_numpy()
            at += len(batch)
    return rows, numbers.words


def packed(hidden: Any, settings: Mapping[str, Any]) -> bytes:
    """A sweep's keywords for another process.

    Raises
    ------
    InputError
        They cannot be sent there.
    """
    try:
        return pickle.dumps((hidden, dict(settings)))
    except Exception as error:  # of any library's values
        raise InputError(f"the settings cannot be sent to other processes ({error}); leave on= out") from error
