"""The ways in: lists, arrays, frames, mappings, files and pasted text as columns of printed numbers.

Text is never read through a reader that makes floats of it: its digits tell how it was printed (`texts.py`). What can be read in
two ways is given back in both, the likelier first: the sheet itself tells which one is meant.
"""

import re
from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from nodescope.arithmetic.checks import path_of, shown
from nodescope.data.columns import Bad
from nodescope.data.named import is_table
from nodescope.data.open import open_table
from nodescope.data.text_file import bytes_of
from nodescope.diagnosis.homework.printed import Printed, from_numbers, from_texts, is_number, quoted
from nodescope.diagnosis.homework.texts import MOST_BYTES, Columns, read_text, refuse_size
from nodescope.errors import FileError, InputError


def read_printed(printed: Any, one: bool = True) -> list[Columns]:
    """Columns by name; or without names (a bare list, or text without a header), in their order. Each way to read it.

    `one`: there is one weight, so that numbers without names are one column, however they are broken into lines.

    Raises
    ------
    InputError
        Nothing in it, ragged rows, a cell that is no number, more than 1,000,000 cells.
    """
    if isinstance(printed, PathLike) or (isinstance(printed, str) and _is_path(printed)):
        return _file(path_of("printed", printed), one)
    if isinstance(printed, str):
        return read_text(printed, "the printed text", one)
    if isinstance(printed, Mapping):
        return [_mapping(printed)]
    if isinstance(printed, (list, tuple)) and printed:
        if isinstance(printed[0], str):
            return read_text("\n".join(map(str, printed)), "the printed list", one)
        if all(isinstance(row, Mapping) for row in printed):
            return [_mapping(_records(printed))]
    if is_table(printed):
        return [_frame(printed)]
    return [_array("printed", printed)]


def _records(rows: Any) -> dict[Any, Any]:
    """A list of mappings, one a step, by column."""
    names = list(rows[0])
    if any(list(row) != names for row in rows):
        raise InputError("the printed rows do not all have the same names; give each row the same ones")
    return {name: [row[name] for row in rows] for name in names}


def _is_path(text: str) -> bool:
    """A line that is no number and no header: somebody's file."""
    if "\n" in text or not text.strip() or re.search(r"[A-Za-z)\]]\s*[:=]\s*[+-]?\.?\d", text):
        return False
    return not is_number(re.split(r"[\s,;\[\]()]+", text.strip(" [](),;"))[0])


def _file(path: Path, one: bool) -> list[Columns]:
    try:
        with path.open("rb") as file:
            head = file.read(4)
        size = path.stat().st_size
    except (OSError, ValueError) as error:
        raise FileError(f"{str(path)[:200]} cannot be read: {getattr(error, 'strerror', None) or error}; check the path") from error
    table = open_table(path)  # an empty, foreign or damaged file is refused there
    if head == b"PAR1":
        return [_frame(path)]
    if size > MOST_BYTES:
        raise InputError(f"{path} has {size:,} bytes; printed tables of up to {MOST_BYTES:,} are graded: leave rows out")
    try:
        return read_text(bytes_of(path).decode("utf-8-sig"), table.where, one)
    except UnicodeDecodeError:
        raise InputError(f"{path} is not UTF-8 text; save it as UTF-8") from None


def _frame(data: Any) -> dict[str, Printed]:
    table = open_table(data)
    columns = table.read(table.names)
    for name, column in zip(table.names, columns, strict=True):
        if isinstance(column, Bad):
            raise InputError(f"{table.where}: column {quoted(name)} is not numbers; leave it out, or give it as numbers")
    refuse_size(sum(len(column) for column in columns if not isinstance(column, Bad)))
    given = {name: data.iloc[:, i] if _has_dtype(data) else columns[i] for i, name in enumerate(table.names)}
    out = {name: from_numbers(np.asarray(values)) for name, values in given.items()}
    return _refuse_empty(out, table.where)


def _has_dtype(data: Any) -> bool:
    """A pandas frame's columns tell whether they are float32; of other tables only the values are looked at."""
    return type(data).__module__.startswith("pandas")


def _mapping(data: Mapping[Any, Any]) -> dict[str, Printed]:
    out: dict[str, Printed] = {}
    for name, values in data.items():
        if isinstance(values, (list, tuple)) and values and all(isinstance(value, str) for value in values):
            out[str(name)] = from_texts(list(values), str(name), "the printed table")
            continue
        parts = _array(str(name), values)
        if len(parts) == 1:
            out[str(name)] = parts[0]
        else:
            out.update({f"{name}[{i}]": part for i, part in enumerate(parts)})
    lengths = {name: len(column.value) for name, column in out.items()}
    if len(set(lengths.values())) > 1:
        (first, m), (other, n) = next((a, b) for a in lengths.items() for b in lengths.items() if a[1] != b[1])
        raise InputError(f"column {quoted(first)} has {m} rows and column {quoted(other)} has {n}; they must have the same number")
    return _refuse_empty(out, "the printed table")


def _refuse_empty(columns: dict[str, Printed], where: str) -> dict[str, Printed]:
    if not columns or not len(next(iter(columns.values())).value):
        raise InputError(f"{where} has no rows; give at least one row of numbers below the column names")
    return columns


def _array(name: str, values: Any) -> list[Printed]:
    """Numbers in rows as columns; a list of one axis is one column."""
    try:
        array = np.asarray(values)
    except Exception as error:  # of any library's arrays
        raise InputError(f"{quoted(name)} is not a rectangle of numbers: rows of different lengths") from error
    if array.dtype.kind not in "fiu" or array.ndim == 0:
        raise InputError(f"{quoted(name)} must be numbers, a list or rows of them; seen: {shown(values)}")
    if not array.size:
        raise InputError(f"{quoted(name)} is empty; give at least one printed number")
    refuse_size(array.size)
    return [from_numbers(column) for column in array.reshape(len(array), -1).T]
