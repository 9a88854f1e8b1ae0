"""CSV and Parquet files as tables. A file is what its bytes say; one that is not what its name says is
refused."""

import csv
import io
import math
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodescope.data import columns
from nodescope.data.columns import EXACT, Bad, first_line
from nodescope.data.table import Size, Table, is_index, separator_hint
from nodescope.errors import FileError, InputError

Floats = NDArray[np.float64]
HEAD = 1 << 16
BLOCK = 1 << 20
LARGEST_BLOCK = (1 << 31) - 1

_FOREIGN = (
    (b"PK\x03\x04", "a zip archive or a spreadsheet"),
    (b"\x1f\x8b", "compressed (gzip)"),
    (b"(\xb5/\xfd", "compressed (zstd)"),
    (b"SQLite format 3\0", "an SQLite database"),
    (b"\x89HDF", "an HDF5 file"),
    (b"ARROW1", "an Arrow file"),
    (b"\x93NUMPY", "a NumPy file"),
    (b"%PDF", "a PDF"),
)


def open_file(path: Path) -> Table:
    """A CSV or Parquet file, known by its first bytes; its columns' names are read now, its numbers later."""
    head = _head(path)
    suffix = path.suffix.lower()
    if head.startswith(b"PAR1"):
        if suffix in (".csv", ".tsv", ".txt"):
            raise InputError(f"{path} is named {suffix} but is a Parquet file; rename it to .parquet")
        return _parquet(path)
    if suffix in (".parquet", ".pq"):
        raise InputError(f"{path} is named {suffix} but is not a Parquet file; rename it if it is CSV, or write it again")
    _refuse_foreign(path, head)
    return _csv(path, "\t" if suffix == ".tsv" else ",")


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
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InputError(f"{path} is UTF-16 text; save it as UTF-8")
    for magic, kind in _FOREIGN:
        if head.startswith(magic):
            raise InputError(f"{path} is not CSV text but {kind}; export the table as CSV or Parquet")
    if b"\0" in head:
        raise InputError(f"{path} is not CSV text (it holds zero bytes); export the table as CSV (UTF-8) or Parquet")


def _parquet(path: Path) -> Table:
    import pyarrow.parquet as pq

    with _damaged(path):
        file = pq.ParquetFile(path)
        names = tuple(name for name in file.schema_arrow.names if not is_index(name))

    def read(wanted: Sequence[str]) -> list[Floats | Bad]:
        with _damaged(path):
            _refuse_beyond_memory(path, _declared(file).rows, len(wanted))
            table = file.read(columns=list(wanted))
            return [columns.from_arrow(table.column(name)) for name in wanted]

    def cells(name: str) -> list[Any]:
        with _damaged(path):
            return list(file.read(columns=[name]).column(name).to_pylist())

    return Table(str(path), str(path), names, read, declared=lambda: _declared(file), cells=cells)


@contextmanager
def _damaged(path: Path) -> Iterator[None]:
    """Whatever damaged bytes make the other library raise, in one sentence."""
    try:
        yield
    except InputError:
        raise
    except MemoryError as error:
        raise InputError(f"{path} takes more memory than there is; choose fewer columns, or write a smaller table") from error
    except Exception as error:
        raise InputError(f"{path} is a damaged Parquet file: {first_line(error)}; write it again") from error


def _declared(file: Any) -> Size:
    """What a Parquet file says of itself, the larger of its words where they differ.

    Columns are not asked one by one: a damaged one would end the process (an exception that pyarrow 26 does not hand on).
    """
    groups = [file.metadata.row_group(i) for i in range(file.metadata.num_row_groups)]
    rows = max(file.metadata.num_rows, sum(group.num_rows for group in groups))
    return Size(rows, sum(max(0, group.total_byte_size) for group in groups))


def _refuse_beyond_memory(path: Path, rows: int, columns: int) -> None:
    """A small file may unpack to any size."""
    needed, there = 16 * rows * columns, _memory()
    if needed > there:
        raise InputError(
            f"{path} says that it has {rows:,} rows; {columns:,} columns of them, and what is made of them, take "
            f"{needed / 2**30:,.1f} GiB, and this machine has {there / 2**30:,.1f}; choose fewer columns, or write a smaller table"
        )


def _memory() -> float:
    """Bytes of this machine."""
    try:
        return float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    except (AttributeError, ValueError, OSError):  # Windows
        return math.inf


def _csv(path: Path, delimiter: str) -> Table:
    names = _header(path, delimiter)

    def read(wanted: Sequence[str]) -> list[Floats | Bad]:
        return _csv_columns(path, delimiter, len(names), wanted)

    def cells(name: str) -> list[Any]:
        return _csv_text(path, delimiter, len(names), name)

    size, line_of = (lambda: Size(_lines(path))), (lambda row: _line(path, row))
    return Table(str(path), str(path), names, read, line_of=line_of, declared=size, cells=cells)


def _csv_text(path: Path, delimiter: str, width: int, name: str) -> list[Any]:
    """Cells of a column as they are written, without the blanks around them; None where there is nothing."""
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        text = pc.utf8_trim_whitespace(_read(path, delimiter, width, [name], pa.string()).column(name))
    except (pa.ArrowException, UnicodeDecodeError) as error:
        raise _explained(path, delimiter, width, [name]) from error
    absent = set(columns.MISSING)
    return [None if cell is None or cell in absent else cell for cell in text.to_pylist()]


def _lines(path: Path) -> int:
    """Ends of lines, of whatever kind: a CSV file has at most so many rows."""
    feeds = returns = 0
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            feeds, returns = feeds + block.count(b"\n"), returns + block.count(b"\r")
    return feeds if feeds == returns else feeds + returns


def _header(path: Path, delimiter: str) -> tuple[str, ...]:
    limit = csv.field_size_limit(LARGEST_BLOCK)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.reader(file, delimiter=delimiter)
            names = next((row for row in rows if row), [])
    except UnicodeDecodeError:
        return _header_alone(path, delimiter)
    except csv.Error as error:
        raise InputError(f"{path}: the line of column names cannot be read: {error}") from error
    finally:
        csv.field_size_limit(limit)
    return tuple(names)


def _header_alone(path: Path, delimiter: str) -> tuple[str, ...]:
    """The first line, where some later line is not UTF-8 (which matters only in a column that is used)."""
    with path.open("rb") as file:
        line = file.readline()
    try:
        text = line.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(f"{path}: the line of column names is not UTF-8 ({line!r:.60}); save the file as UTF-8") from None
    return tuple(next(csv.reader(io.StringIO(text), delimiter=delimiter)))


def _csv_columns(path: Path, delimiter: str, width: int, wanted: Sequence[str]) -> list[Floats | Bad]:
    import pyarrow as pa

    try:
        table = _read(path, delimiter, width, wanted, pa.float64())
        found = [columns.from_arrow(table.column(name)) for name in wanted]
        if not any(_large(column) for column in found):
            return found
    except pa.ArrowInvalid:
        pass
    try:
        raw = _read(path, delimiter, width, wanted, pa.binary())
    except (pa.ArrowException, UnicodeDecodeError) as error:
        raise _explained(path, delimiter, width, wanted) from error
    return [_exact(raw.column(name)) for name in wanted]


def _read(path: Path, delimiter: str, width: int, wanted: Sequence[str], kind: Any, threads: bool = True) -> Any:
    import pyarrow as pa
    import pyarrow.csv as pc

    def attempt(block: int) -> Any:
        return pc.read_csv(
            pa.OSFile(str(path)),
            read_options=pc.ReadOptions(block_size=block, use_threads=threads),
            parse_options=pc.ParseOptions(delimiter=delimiter, newlines_in_values=True, ignore_empty_lines=width > 1),
            convert_options=pc.ConvertOptions(
                include_columns=list(wanted),
                column_types=dict.fromkeys(wanted, kind),
                null_values=list(columns.MISSING),
            ),
        )

    size = path.stat().st_size + 1
    try:
        return attempt(min(LARGEST_BLOCK, max(BLOCK, 64 * width)))
    except pa.ArrowInvalid as error:
        if "straddling" not in str(error):
            raise
        return attempt(min(LARGEST_BLOCK, size))


def _large(column: Floats | Bad) -> bool:
    """May an integer have been rounded? Only then are the cells looked at as text."""
    return not isinstance(column, Bad) and bool((np.abs(column[np.isfinite(column)]) >= EXACT).any())


def _exact(cells: Any) -> Floats | Bad:
    found = columns.from_text(cells)
    if isinstance(found, Bad):
        return found
    for i in np.flatnonzero(np.abs(found) >= EXACT).tolist():
        text = cells[i].as_py().decode().strip()
        if re.fullmatch(r"[+-]?\d{1,400}", text) and (found[i] in (np.inf, -np.inf) or int(text) != int(found[i])):
            return columns.beyond(i + 1, int(text))
    return found


def _explained(path: Path, delimiter: str, width: int, wanted: Sequence[str]) -> InputError:
    """Read once more, row after row, for the row's number."""
    import pyarrow as pa

    try:
        _read(path, delimiter, width, wanted, pa.binary(), threads=False)
        text = "the file changed while it was read"
    except (pa.ArrowException, UnicodeDecodeError) as error:
        text = first_line(error)
    ragged = re.search(r"Row #(\d+): Expected (\d+) columns, got (\d+)", text)
    if ragged is None:
        return InputError(f"{path} cannot be read as CSV: {text}")
    row, expected, got = (int(part) for part in ragged.groups())
    names = f"there {'is 1 column name' if expected == 1 else f'are {expected} column names'}"
    remedy = separator_hint(_header(path, delimiter)) or "correct the row (a cell with a comma in it needs quotes)"
    return InputError(f"{path}: row {row - 1}{_line(path, row - 1)} has {got} cell{'s' * (got != 1)}, but {names}; {remedy}")


def _line(path: Path, row: int) -> str:
    """The file's line of a data row, where no line is blank and no cell runs over several lines as far as
    that."""
    with path.open("rb") as file:
        for _ in range(row + 1):
            line = file.readline()
            if not line.strip() or line.count(b'"') % 2:
                return ""
    return f" (line {row + 1})"
