"""Which run files load in which one field, or one array, is another: a letter for each odd value, L where it loads, r where not.

Words are another matter: Python's own, which stand in some refusals, are others in other versions.
"""

import json
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
from run.test_damaged_files import MADE, arrays_of, put
from sealing import seal

import nodescope as ns

Made = tuple[str, Callable[[], Any]]
ODD: tuple[Any, ...] = (None, -1, 3, 2**40, 0.5, "x", [])
"""In the place of what is there; and nothing at all."""
GONE = object()
OF_AN_ENDING = ("place", "ending")
"""All that is of interest of a file whose recipe is like another's."""
ALIKE = ("settled", "cycling")


def files() -> Iterator[Made]:
    """Of a file of each kind."""
    for name in MADE:
        if name != "plain":  # whose fields the others have as well
            yield f"file: fields, {name}", lambda name=name: of_fields(name)
        yield f"file: arrays, {name}", lambda name=name: of_arrays(name)


def of_fields(name: str) -> dict[str, str]:
    """By place in the header, each odd value there; seconds are never alike."""
    told: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as folder:
        whole = saved(name, folder)
        with closing(sqlite3.connect(whole)) as file:
            header = dict(file.execute("SELECT key, value FROM header"))
        for key in OF_AN_ENDING if name in ALIKE else sorted(header.keys() - {"checksum"}):
            for path in places_in(json.loads(header[key])):
                if path[-1] != "seconds":
                    told[".".join(map(str, (key, *path)))] = "".join(
                        loads(whole, lambda file, o=odd, k=key, p=path: with_field(file, k, p, o)) for odd in (*ODD, GONE)
                    )
    return told


def places_in(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Of lists the first two entries, which are like the others."""
    for at in value if isinstance(value, dict) else range(min(2, len(value))) if isinstance(value, list) else ():
        yield (*path, at)
        yield from places_in(value[at], (*path, at))


def with_field(file: sqlite3.Connection, key: str, path: tuple[Any, ...], odd: Any) -> None:
    value = json.loads(file.execute("SELECT value FROM header WHERE key = ?", (key,)).fetchone()[0])
    holder = value
    for at in path[:-1]:
        holder = holder[at]
    if odd is GONE:
        del holder[path[-1]]
    else:
        holder[path[-1]] = odd
    file.execute("UPDATE header SET value = ? WHERE key = ?", (json.dumps(value), key))


def of_arrays(name: str) -> dict[str, str]:
    """Short, turned, of other types, no numbers, one number, none, with an axis more, zeros; not there."""
    told: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as folder:
        whole = saved(name, folder)
        with closing(sqlite3.connect(whole)) as file:
            arrays = {each: array.copy() for each, array in arrays_of(file).items()}
        for each, array in arrays.items():
            ways = [
                array.ravel()[:-1], array.T, *(np.zeros(array.shape, kind) for kind in ("<i8", bool, "<f4")),
                np.full(array.shape, np.nan), np.zeros(1), array.ravel()[:0], array[None], np.zeros_like(array),
            ]  # fmt: skip
            told[each] = "".join(
                loads(whole, lambda file, e=each, o=odd: put(file, e, np.ascontiguousarray(o).reshape(o.shape))) for odd in ways
            ) + loads(whole, lambda file, e=each: file.execute("DELETE FROM array WHERE name = ?", (e,)))
    return told


def saved(name: str, folder: str) -> Path:
    path = Path(folder) / "whole"
    ns.save(MADE[name](), path)
    return path


def loads(whole: Path, change: Callable[[sqlite3.Connection], Any]) -> str:
    path = whole.with_name("changed")
    path.write_bytes(whole.read_bytes())
    with closing(sqlite3.connect(path)) as file:
        file.executescript("PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY")  # nothing of it is to last
        change(file)
        seal(file)
        file.commit()
    try:
        ns.load(path)
    except (ns.InputError, ns.FileError):
        return "r"
    return "L"
