"""One door for every kind of table: a file, a data frame of any library, an Arrow stream, an array, columns, records."""

from collections.abc import Mapping, Sequence
from os import PathLike
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nodescope.arithmetic.checks import path_of, shown
from nodescope.data import columns
from nodescope.data.columns import Bad, first_line
from nodescope.data.table import Floats, Table, arrow_table, index_columns
from nodescope.data.written import Written
from nodescope.errors import InputError
from nodescope.later import Later

if TYPE_CHECKING:
    from nodescope.data import files
    from nodescope.data.parts import found, kinds
else:
    files = Later("nodescope.data.files")
    found = Later("nodescope.data.parts.found")
    kinds = Later("nodescope.data.parts.kinds")


def open_table(data: Any, said: Mapping[str, Any] | None = None, usual: Written = Written()) -> Table:  # noqa: B008  # frozen
    """The table behind any value that can be one; its names are checked, its numbers not yet read.

    `said` is what a person says of how a CSV file is written: delimiter, decimal, thousands, encoding, header (`written.py`);
    `usual` is taken where neither that nor the file itself says it.
    """
    table = _open(data, said or {}, usual)
    if not table.names:
        raise InputError(f"{table.where} has no columns; a goal and at least one input are needed")
    seen: set[str] = set()
    for name in table.names:
        if name in seen:
            raise InputError(f"{table.where}: the column name {shown(name)} occurs twice; rename one of them")
        seen.add(name)
    return table


def _open(data: Any, said: Mapping[str, Any], usual: Written) -> Table:
    if isinstance(data, Table):
        return data
    if kinds.is_several(data):
        return found.pieces_of(data, said).table()
    if isinstance(data, str | PathLike):
        return files.open_file(path_of("data", data), said, usual)
    if told := [name for name, value in said.items() if value is not None]:
        raise InputError(f"{told[0]} says how a CSV file is written, and data is {_a(data)}; leave it out")
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
    except Exception:  # of any library's arrays
        raise InputError(
            "data is a list that is neither dicts nor rows of numbers of one length; "
            "give a list of dicts, or a path or a data frame"
        ) from None
    return _array(array, "a list of rows")


def _records(data: Sequence[Mapping[Any, Any]]) -> Table:
    names: dict[str, None] = {}
    for number, record in enumerate(data, 1):
        if not isinstance(record, Mapping):
            raise InputError(f"data is a list of dicts, but row {number} is {shown(record)}")
        names.update(dict.fromkeys(str(name) for name in record))
    rows = [{str(name): value for name, value in record.items()} for record in data]

    def read(wanted: Sequence[str]) -> list[Floats | Bad]:
        return [columns.from_values([row.get(name) for row in rows]) for name in wanted]

    return Table("a list of dicts", None, tuple(names), read, cells=lambda name: [row.get(name) for row in rows])


def _array(array: NDArray[Any], where: str) -> Table:
    if array.ndim != 2:
        raise InputError(f"data is {where} of shape {array.shape}; a table has two axes: rows and columns")
    names = tuple(str(j) for j in range(array.shape[1]))

    def read(wanted: Sequence[str]) -> list[Floats | Bad]:
        return [columns.from_values(array[:, int(name)]) for name in wanted]

    return Table(
        where, None, names, read, positional=True, cells=lambda name: array[:, int(name)].tolist(),
        stored=lambda wanted: columns.stored([array[:, int(name)] for name in wanted]),
    )  # fmt: skip


def _fields(array: NDArray[Any]) -> Table:
    return _mapping({name: array[name] for name in array.dtype.names or ()}, "a NumPy array with fields")


def _mapping(data: Mapping[str, Any], where: str) -> Table:
    lengths = {name: _length(name, values) for name, values in data.items()}
    if len(set(lengths.values())) > 1:
        (first, m), (other, n) = next(((a, x), (b, y)) for a, x in lengths.items() for b, y in lengths.items() if x != y)
        raise InputError(
            f"{where}: column {shown(first)} has {m} rows and column {shown(other)} has {n}; they must have the same number"
        )
    return Table(
        where, None, tuple(data), lambda wanted: [columns.from_values(data[name]) for name in wanted],
        cells=lambda name: _listed(data[name]), stored=lambda wanted: columns.stored([data[name] for name in wanted]),
    )  # fmt: skip


def _listed(values: Any) -> list[Any]:
    return list(values.tolist() if hasattr(values, "tolist") else values)


def _length(name: str, values: Any) -> int:
    unordered = isinstance(values, str | bytes | set | frozenset | Mapping)
    if unordered or not hasattr(values, "__len__") or getattr(values, "ndim", 1) == 0:
        raise InputError(f"column {shown(name)} is {shown(values)}; it must be a list with one value per row")
    return len(values)


def _stream(data: Any) -> Table:
    import pyarrow as pa

    where = _a(data)
    if type(data).__module__.startswith("pandas") and hasattr(data, "columns"):
        data = data.set_axis([str(name) for name in data.columns], axis=1)
    try:
        table = data if isinstance(data, pa.Table) else pa.table(data)
    except Exception as error:  # of any library's tables
        raise InputError(
            f"{where} could not be read as a table of columns: {first_line(error)}; "
            "give each column one type, and each a name of its own"
        ) from error
    hidden = index_columns(table) if type(data).__module__.startswith("pandas") else set()
    return arrow_table(table, where, None, hidden)


def _a(value: object) -> str:
    kind = type(value)
    library = kind.__module__.split(".")[0]
    name = kind.__name__ if library == "builtins" else f"{library} {kind.__name__}"
    return f"{'an' if name[0] in 'aeiouAEIOU' else 'a'} {name}"
