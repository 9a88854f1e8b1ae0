"""What `data=` means where it is more than one file: a folder, a pattern, a list, a dataset; and any of them in pieces."""

import glob
from collections.abc import Mapping
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import Any

from nodescope.arithmetic.checks import path_of, shown
from nodescope.data.parts.arrow import arrow_part
from nodescope.data.parts.csv_blocks import csv_part
from nodescope.data.parts.kinds import is_dataset, is_elsewhere, is_lazy, is_pattern
from nodescope.data.parts.others import dataset_part, lazy_part
from nodescope.data.parts.parquet import parquet_part
from nodescope.data.parts.pieces import Part, Pieces, joined
from nodescope.data.parts.places import Place, files_in, files_like, place_of, system_of
from nodescope.errors import InputError


def pieces_of(data: Any, said: Mapping[str, Any] | None = None) -> Pieces:
    """Any table that can be read a piece at a time, in pieces; `said` is how its CSV files are written.

    Raises
    ------
    InputError
        It is none; a folder is empty, a pattern meets no file; files whose columns differ, or that are damaged.
    FileError
        A file cannot be read.
    """
    return replace(_pieces(data, said), data=data, said=said)


def _pieces(data: Any, said: Mapping[str, Any] | None) -> Pieces:
    if is_dataset(data):
        return joined([dataset_part(data)], "a pyarrow dataset", None)
    if is_lazy(data):
        return joined([lazy_part(data)], "a polars LazyFrame", None)
    places, where, given = _places(data)
    told = {name: value for name, value in (said or {}).items() if value is not None}
    return joined([_part(place, told) for place in places], where, given)


def elsewhere_too(data: Any) -> Any:
    """The same table for a process that was started in another folder."""
    if isinstance(data, list | tuple):
        return [elsewhere_too(each) for each in data]
    is_path = isinstance(data, str | PathLike) and not (isinstance(data, str) and is_elsewhere(data))
    return str(Path(path_of("data", data)).absolute()) if is_path else data


def _part(place: Place, said: dict[str, Any]) -> Part:
    head = place.head()
    if head.startswith(b"PAR1"):
        return parquet_part(place)
    return arrow_part(place) if head.startswith(b"ARROW1") else csv_part(place, said)


def _places(data: Any) -> tuple[list[Place], str, Any]:
    """The files, what they are called together, and how they were given."""
    if isinstance(data, list | tuple):
        found = [_places(each) for each in data]
        places = [place for some, _, _ in found for place in some]
        where = found[0][1] if len(found) == 1 else f"{found[0][1]} and {len(found) - 1} more"
        return places, where, [given for _, _, given in found]
    if not isinstance(data, str | PathLike):
        raise InputError(
            f"data is {shown(data)}, which cannot be read a piece at a time; give a path, a folder, a pattern, a pyarrow dataset "
            "or a polars LazyFrame, or leave memory and window out"
        )
    text = str(path_of("data", data)) if not (isinstance(data, str) and is_elsewhere(data)) else data
    if isinstance(data, str) and is_elsewhere(data):
        system, path = system_of(data)
        if is_pattern(path):
            return files_like(system, path, text), text, text
        is_folder = path.endswith("/") or not Path(path).suffix
        return (files_in(system, path, text) if is_folder else [place_of(system, path, text)]), text, text
    from pyarrow import fs

    local = fs.LocalFileSystem()
    if Path(text).is_dir():
        return files_in(local, text, text), text, text
    if is_pattern(text) and not Path(text).exists():
        paths = sorted(path for path in glob.glob(text, recursive=True) if Path(path).is_file())
        if not paths:
            raise InputError(f"{text} means no file; check the pattern, and the folder that it begins with")
        return [place_of(local, path, path) for path in paths], text, text
    return [place_of(local, text, text)], text, text
