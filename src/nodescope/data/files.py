"""CSV, Parquet and Arrow files as tables. A file is what its bytes say; one that is not what its name says is refused."""

import codecs
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from nodescope.data import columns
from nodescope.data.columns import Bad, Floats, first_line
from nodescope.data.csv_file import CsvFile, csv_file, csv_table
from nodescope.data.table import Size, Table, arrow_table, is_index
from nodescope.data.unpacked import memory, open_bytes, packed_by
from nodescope.data.written import Written, checked
from nodescope.errors import FileError, InputError

HEAD = 1 << 16
ARROW = b"ARROW1"
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

_FOREIGN = (
    (b"PK\x03\x04", "a zip archive or a spreadsheet"),
    (b"SQLite format 3\0", "an SQLite database"),
    (b"\x89HDF", "an HDF5 file"),
    (b"\x93NUMPY", "a NumPy file"),
    (b"%PDF", "a PDF"),
)


def open_file(path: Path, said: Mapping[str, Any] | None = None, usual: Written = Written()) -> Table:  # noqa: B008  # frozen
    """A CSV, Parquet or Arrow file, known by its first bytes; its columns' names are read now, its numbers later.

    `said` is what a person says of how a CSV file is written (`written.py`), `usual` what holds where nothing says it.
    """
    head = _head(path)
    suffix = path.suffix.lower()
    if head.startswith(b"PAR1"):
        if suffix in (".csv", ".tsv", ".txt"):
            raise InputError(f"{path} is named {suffix} but is a Parquet file; rename it to .parquet")
        return _parquet(path)
    if suffix in (".parquet", ".pq"):
        raise InputError(f"{path} is named {suffix} but is not a Parquet file; rename it if it is CSV, or write it again")
    if head.startswith(ARROW):
        return _arrow(path)
    return csv_table(csv_at(path, said, usual))


def csv_at(path: Path, said: Mapping[str, Any] | None = None, usual: Written = Written()) -> CsvFile:  # noqa: B008  # frozen
    """What is known of a CSV file from its first block."""
    head = _head(path)
    packed = packed_by(head)
    if packed:
        with open_bytes(path, packed) as file:
            head = file.read(HEAD)
    _refuse_foreign(path, head)
    return csv_file(path, packed, head, len(head) < HEAD, checked(said or {}), usual)


def _arrow(path: Path) -> Table:
    import pyarrow as pa

    with _damaged(path, "Arrow"):
        table = pa.ipc.open_file(pa.OSFile(str(path))).read_all()
    return arrow_table(table, str(path), str(path))


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(HEAD)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise FileError(f"{path} cannot be read: {reason}; check the path") from error


def _refuse_foreign(path: Path, head: bytes) -> None:
    if not head.strip(b"\xef\xbb\xbf \t\r\n"):
        raise InputError(f"{path} is empty; a CSV file has a line of column names and at least one row")
    for magic, kind in _FOREIGN:
        if head.startswith(magic):
            raise InputError(f"{path} is not CSV text but {kind}; export the table as CSV or Parquet")
    if not head.startswith(_UTF_16) and b"\0" in head and not _every_other_is_zero(head):
        raise InputError(f"{path} is not CSV text (it holds zero bytes); export the table as CSV (UTF-8) or Parquet")


def _every_other_is_zero(head: bytes) -> bool:
    """As in UTF-16 text without a mark, whose line of names is ASCII as a rule."""
    some = head[:64]
    return len(some) > 3 and any(
        part.count(0) >= 0.75 * len(part) and not other.count(0)
        for part, other in ((some[::2], some[1::2]), (some[1::2], some[::2]))
    )


def _parquet(path: Path) -> Table:
    import pyarrow.parquet as pq

    with _damaged(path):
        file = pq.ParquetFile(path)
        names = tuple(name for name in file.schema_arrow.names if not is_index(name))

    def chosen(wanted: Sequence[str]) -> list[Any]:
        _refuse_beyond_memory(path, _declared(file).rows, len(wanted))
        table = file.read(columns=list(wanted))
        return [table.column(name) for name in wanted]

    def read(wanted: Sequence[str]) -> list[Floats | Bad]:
        with _damaged(path):
            return [columns.from_arrow(column) for column in chosen(wanted)]

    def stored(wanted: Sequence[str]) -> list[Any] | None:
        with _damaged(path):
            floats = all(str(file.schema_arrow.field(name).type) == "float" for name in wanted)
            return columns.stored(chosen(wanted)) if floats else None

    def cells(name: str) -> list[Any]:
        with _damaged(path):
            return list(file.read(columns=[name]).column(name).to_pylist())

    return Table(str(path), str(path), names, read, declared=lambda _most=0.0: _declared(file), cells=cells, stored=stored)


@contextmanager
def _damaged(path: Path, kind: str = "Parquet") -> Iterator[None]:
    """Whatever damaged bytes make the other library raise, in one sentence."""
    try:
        yield
    except InputError:
        raise
    except MemoryError as error:
        raise InputError(f"{path} takes more memory than there is; choose fewer columns, or write a smaller table") from error
    except Exception as error:
        raise InputError(f"{path} is a damaged {kind} file: {first_line(error)}; write it again") from error


def _declared(file: Any) -> Size:
    """What a Parquet file says of itself, the larger of its words where they differ.

    Columns are not asked one by one: a damaged one would end the process (an exception that pyarrow 26 does not hand on).
    """
    groups = [file.metadata.row_group(i) for i in range(file.metadata.num_row_groups)]
    rows = max(file.metadata.num_rows, sum(group.num_rows for group in groups))
    return Size(rows, sum(max(0, group.total_byte_size) for group in groups))


def _refuse_beyond_memory(path: Path, rows: int, columns: int) -> None:
    """A small file may unpack to any size."""
    needed, there = 16 * rows * columns, memory()
    if needed > there:
        raise InputError(
            f"{path} says that it has {rows:,} rows; {columns:,} columns of them, and what is made of them, take "
            f"{needed / 2**30:,.1f} GiB, and this machine has {there / 2**30:,.1f}; choose fewer columns, or write a smaller table"
        )
