"""One door for every kind of table: a file, a data frame of any library, an Arrow stream, an array,
columns, records.

Each becomes a `Table`: its columns' names, and float64 numbers of the columns asked for (NaN = missing).
Nothing is converted that is not asked for, and no Python runs per row unless a message has to name one.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodescope.arithmetic.given import shown
from nodescope.data import columns
from nodescope.data.columns import Bad
from nodescope.errors import InputError

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Size:
    """What a table says of itself before its numbers are read.

    Attributes
    ----------
    rows : int
        At most so many.
    unpacked : int
        Bytes that it takes in memory, by its own word; 0 where it is there already or is not packed.
    """

    rows: int = 0
    unpacked: int = 0


@dataclass(frozen=True)
class Table:
    """Named columns, read when asked for.

    Attributes
    ----------
    where : str
        What messages call it: a path, "a pandas DataFrame", …
    path : str or None
    names : tuple of str
    read : maps names to their columns: (n,) float64, NaN = missing, or `Bad` for a column that is not numeric
    line_of : the text " (line 7)" for data row 6 where that is certain, else ""
    positional : the columns have no names of their own
    declared : the size that a file declares; nothing is unpacked for it
    """

    where: str
    path: str | None
    names: tuple[str, ...]
    read: Callable[[Sequence[str]], list[Floats | Bad]]
    line_of: Callable[[int], str] = lambda _row: ""
    positional: bool = False
    declared: Callable[[], Size] = Size


def is_table(value: object) -> bool:
    """Is it a table with named columns (or a path to one)? A plain array or a single column is not."""
    if isinstance(value, str | PathLike | Mapping):
        return True
    if isinstance(value, list | tuple):
        return bool(value) and isinstance(value[0], Mapping)
    if isinstance(value, np.ndarray):
        return value.dtype.names is not None
    return hasattr(value, "__arrow_c_stream__") and any(hasattr(value, a) for a in ("columns", "column_names", "schema"))


def open_table(data: Any) -> Table:
    """The table behind any value that can be one; its names are checked, its numbers not yet read."""
    table = _open(data)
    if not table.names:
        raise InputError(f"{table.where} has no columns; a goal and at least one input are needed")
    seen: set[str] = set()
    for name in table.names:
        if name in seen:
            raise InputError(f"{table.where}: the column name {name!r} occurs twice; rename one of them")
        seen.add(name)
    return table


def _open(data: Any) -> Table:
    if isinstance(data, str | PathLike):
        from nodescope.data import files

        return files.open_file(Path(data))
    if isinstance(data, np.ndarray):
        return _fields(data) if data.dtype.names else _array(data, "a NumPy array")
    if hasattr(data, "__arrow_c_stream__"):
        return _stream(data)
    if isinstance(data, Mapping):
        return _mapping({str(name): values for name, values in data.items()}, "a mapping of columns")
    if isinstance(data, list | tuple):
        return _list(data)
    raise InputError(
        f"data is {_a(data)}; give a path to a CSV or Parquet file, a data frame, an Arrow table, "
        "a 2-D array, a mapping of columns or a list of dicts"
    )


def _list(data: Sequence[Any]) -> Table:
    if not data:
        raise InputError("data is an empty list; at least one row is needed")
    if isinstance(data[0], Mapping):
        return _records(data)
    try:
        array = np.array(data)
        array = array if array.dtype.kind in "fiub" else np.array(data, dtype=object)
    except (TypeError, ValueError, RuntimeError):
        raise InputError(
            "data is a list that is neither dicts nor rows of numbers of one length; "
            "give a list of dicts, or a path or a data frame"
        ) from None
    return _array(array, "a list of rows")


def _records(data: Sequence[Mapping[Any, Any]]) -> Table:
    names: dict[str, None] = {}
    for number, record in enumerate(data, 1):
        if not isinstance(record, Mapping):
            raise InputError(f"data is a list of dicts, but row {number} is {record!r:.60}")
        names.update(dict.fromkeys(str(name) for name in record))
    rows = [{str(name): value for name, value in record.items()} for record in data]

    def read(wanted: Sequence[str]) -> list[Floats | Bad]:
        return [columns.from_values([row.get(name) for row in rows]) for name in wanted]

    return Table("a list of dicts", None, tuple(names), read)


def _array(array: NDArray[Any], where: str) -> Table:
    if array.ndim != 2:
        raise InputError(f"data is {where} of shape {array.shape}; a table has two axes: rows and columns")
    names = tuple(str(j) for j in range(array.shape[1]))

    def read(wanted: Sequence[str]) -> list[Floats | Bad]:
        return [columns.from_values(array[:, int(name)]) for name in wanted]

    return Table(where, None, names, read, positional=True)


def _fields(array: NDArray[Any]) -> Table:
    return _mapping({name: array[name] for name in array.dtype.names or ()}, "a NumPy array with fields")


def _mapping(data: Mapping[str, Any], where: str) -> Table:
    lengths = {name: _length(name, values) for name, values in data.items()}
    if len(set(lengths.values())) > 1:
        (first, m), (other, n) = next(((a, x), (b, y)) for a, x in lengths.items() for b, y in lengths.items() if x != y)
        raise InputError(f"{where}: column {first!r} has {m} rows and column {other!r} has {n}; they must have the same number")
    return Table(where, None, tuple(data), lambda wanted: [columns.from_values(data[name]) for name in wanted])


def _length(name: str, values: Any) -> int:
    unordered = isinstance(values, str | bytes | set | frozenset | Mapping)
    if unordered or not hasattr(values, "__len__") or getattr(values, "ndim", 1) == 0:
        raise InputError(f"column {name!r} is {shown(values)}; it must be a list with one value per row")
    return len(values)


def _stream(data: Any) -> Table:
    import pyarrow as pa

    where = _a(data)
    try:
        table = data if isinstance(data, pa.Table) else pa.table(data)
    except (pa.ArrowException, TypeError, ValueError) as error:
        raise InputError(
            f"{where} could not be read as a table of columns: {first_line(error)}; "
            "give each column one type, and each a name of its own"
        ) from error
    hidden = _index_columns(table) if type(data).__module__.startswith("pandas") else set()
    return arrow_table(table, where, None, hidden)


def arrow_table(table: Any, where: str, path: str | None, hidden: Collection[str] = ()) -> Table:
    """A pyarrow Table as ours; a data frame's row labels (its index) are not among its columns."""
    names = tuple(n for n in table.column_names if n not in hidden and not is_index(n))
    return Table(where, path, names, lambda wanted: [columns.from_arrow(table.column(name)) for name in wanted])


def separator_hint(names: Sequence[str]) -> str:
    """What to do where the only column's name holds what divides the cells elsewhere, else nothing."""
    if len(names) != 1 or not any(mark in names[0] for mark in ";\t|"):
        return ""
    return f"its only column is {names[0]!r:.60}: save the file with commas between the cells, and a point in decimal numbers"


def headless(names: Sequence[str]) -> str:
    """The question to ask where all names are numbers, as in a file that begins with a row; counted columns 0, 1, 2 … are names."""
    counted = [[str(i + first) for i in range(len(names))] for first in (0, 1)]
    if not names or list(names) in counted or not all(_is_number(name) for name in names):
        return ""
    listed = ", ".join(f"{name!r:.20}" for name in names[:3]) + (", …" if len(names) > 3 else "")
    return f"the column names are numbers ({listed}): is the line of names missing? Put one before the first row"


def _is_number(name: str) -> bool:
    try:
        float(name)
    except ValueError:
        return False
    return True


def is_index(name: str) -> bool:
    """The name under which pandas hands on row labels that have none."""
    return re.fullmatch(r"__index_level_\d+__", name) is not None


def _index_columns(table: Any) -> set[str]:
    import json

    kept = (table.schema.metadata or {}).get(b"pandas")
    labels = json.loads(kept)["index_columns"] if kept else []
    return {label for label in labels if isinstance(label, str)}


def _a(value: object) -> str:
    kind = type(value)
    library = kind.__module__.split(".")[0]
    name = kind.__name__ if library == "builtins" else f"{library} {kind.__name__}"
    return f"{'an' if name[0] in 'aeiouAEIOU' else 'a'} {name}"


def first_line(error: BaseException) -> str:
    """The first line of another library's message, cut to a length that fits into ours."""
    text = str(error).strip().split("\n")[0]
    return text if len(text) <= 160 else text[:159] + "…"
