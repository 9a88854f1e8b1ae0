"""A CSV file as a table, however it is written: its names are read now, its numbers when asked for, exactly."""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from nodescope.data import columns
from nodescope.data.columns import EXACT, Bad, Floats, first_line
from nodescope.data.table import Size, Table, separator_hint
from nodescope.data.unpacked import declared_size, open_bytes
from nodescope.data.written import Written, found
from nodescope.errors import InputError

BLOCK = 1 << 20
LARGEST_BLOCK = (1 << 31) - 1


@dataclass(frozen=True)
class CsvFile:
    """What is known of a CSV file once its first block was looked at.

    Attributes
    ----------
    path : Path
    packed : "", "gzip" or "zstd"
    written : Written
    names : tuple of str
        Of the columns that are there.
    width : int
        Cells in a row; more than names where columns at the end are blank.
    first : int
        Lines above the line of names.
    remarks : int
        Those of them that are not blank, and are left out.
    """

    path: Path
    packed: str
    written: Written
    names: tuple[str, ...]
    width: int
    first: int
    remarks: int

    @property
    def told(self) -> str:
        """In a line how it is written, where that is not usual, and what of it was left out."""
        blank = self.width - len(self.names)
        left = f"{blank} blank column{'s' if blank > 1 else ''} at the end left out" if blank else ""
        above = f"{self.remarks} line{'s' if self.remarks > 1 else ''} above the names left out" if self.remarks else ""
        packed = f"packed by {self.packed}" if self.packed else ""
        return ", ".join(part for part in (packed, str(self.written), above, left) if part)

    def read(self, wanted: Sequence[str]) -> list[Floats | Bad]:
        """Columns as numbers."""
        import pyarrow as pa

        try:
            table = self._read(wanted, pa.float64())
            read = [columns.from_arrow(table.column(name)) for name in self._internal(wanted)]
            if not any(_large(column) for column in read):
                return read
        except (pa.ArrowInvalid, UnicodeError):
            pass
        try:
            raw = self._read(wanted, pa.binary())
        except (pa.ArrowException, UnicodeError) as error:
            raise self._explained(wanted) from error
        return [_exact(raw.column(name), self.written) for name in self._internal(wanted)]

    def cells(self, name: str) -> list[Any]:
        """Cells of a column as they are written, without the blanks around them; None where there is nothing."""
        import pyarrow as pa
        import pyarrow.compute as pc

        try:
            text = pc.utf8_trim_whitespace(self._read([name], pa.string()).column(self._internal([name])[0]))
        except (pa.ArrowException, UnicodeError) as error:
            raise self._explained([name]) from error
        absent, coded = set(columns.MISSING), text.combine_chunks().dictionary_encode()
        values = [None if cell is None or cell in absent else cell for cell in coded.dictionary.to_pylist()]
        return [values[i] if i >= 0 else None for i in coded.indices.fill_null(-1).to_pylist()]

    def size(self, most: float = float("inf")) -> Size:
        """At most so many rows; of a packed file no more is unpacked than `most` bytes."""
        own = declared_size(self.path, self.packed) if self.packed else 0
        if own > most:
            return Size(0, own)
        feeds = returns = total = 0
        with open_bytes(self.path, self.packed) as file:
            while (block := file.read(BLOCK)) and not (self.packed and total > most):
                feeds, returns, total = feeds + block.count(b"\n"), returns + block.count(b"\r"), total + len(block)
        return Size(feeds if feeds == returns else feeds + returns, total if self.packed else 0)

    def line_of(self, row: int) -> str:
        """The file's line of a data row, where no line is blank and no cell runs over several lines as far as that."""
        last = self.first + (row if self.written.header else row - 1)
        with self._text() as file:
            for at in range(last + 1):
                line = file.readline()
                if at >= self.first and (not line.strip() or line.count('"') % 2):
                    return ""
        return f" (line {last + 1})"

    def _text(self) -> TextIO:
        import io

        return io.TextIOWrapper(open_bytes(self.path, self.packed), self.written.encoding, "replace", newline="\n")

    def _internal(self, wanted: Sequence[str]) -> list[str]:
        """What columns are called here, whatever the file calls them."""
        at = {name: i for i, name in enumerate(self.names)}
        return [f"c{at[name]}" for name in wanted]

    def _read(self, wanted: Sequence[str], kind: Any, threads: bool = True) -> Any:
        import pyarrow as pa

        try:
            return self._attempt(wanted, kind, threads, min(LARGEST_BLOCK, max(BLOCK, 64 * self.width)))
        except pa.ArrowInvalid as error:
            if "straddling" not in str(error):
                raise
            return self._attempt(wanted, kind, threads, LARGEST_BLOCK if self.packed else self._whole())

    def _bytes(self) -> Any:
        """What pyarrow reads the cells from."""
        import pyarrow as pa

        return pa.PythonFile(open_bytes(self.path, self.packed)) if self.packed else pa.OSFile(str(self.path))

    def _whole(self) -> int:
        return min(LARGEST_BLOCK, 2 * self.path.stat().st_size + 1)

    def _attempt(self, wanted: Sequence[str], kind: Any, threads: bool, block: int) -> Any:
        import pyarrow as pa
        import pyarrow.csv as pc

        blank = [f"c{i}" for i in range(len(self.names), self.width)]
        file = self._bytes()
        encoding = "utf8" if self.written.encoding == "utf-8" else self.written.encoding
        table = pc.read_csv(
            file,
            read_options=pc.ReadOptions(
                block_size=block,
                use_threads=threads,
                encoding=encoding,
                skip_rows=self.first,
                skip_rows_after_names=int(self.written.header),
                column_names=[f"c{i}" for i in range(self.width)],
            ),
            parse_options=pc.ParseOptions(
                delimiter=self.written.delimiter, newlines_in_values=True, ignore_empty_lines=self.width > 1
            ),
            convert_options=pc.ConvertOptions(
                include_columns=[*self._internal(wanted), *blank],
                column_types=dict.fromkeys(self._internal(wanted), kind) | dict.fromkeys(blank, pa.binary()),
                null_values=list(columns.MISSING),
                decimal_point=self.written.decimal,
            ),
        )
        self._refuse_filled(table, blank)
        return table

    def _refuse_filled(self, table: Any, blank: Sequence[str]) -> None:
        """A column at the end is left out because it is blank; where some cell of it is not, it is not blank."""
        import pyarrow.compute as pc

        for name in blank:
            filled = pc.not_equal(pc.binary_length(table.column(name)), 0)
            row = pc.index(filled, True).as_py()
            if row >= 0:
                seen = f"column {int(name[1:]) + 1} has no name, and row {row + 1}{self.line_of(row + 1)}"
                raise InputError(f"{self.path}: {seen} has {table.column(name)[row].as_py()!r:.60} in it; give it a name")

    def _explained(self, wanted: Sequence[str]) -> InputError:
        """Read once more, row after row, for the row's number."""
        import pyarrow as pa

        try:
            self._read(wanted, pa.binary(), threads=False)
            text = "the file changed while it was read"
        except (pa.ArrowException, UnicodeError) as error:
            text = first_line(error)
            if isinstance(error, UnicodeError):
                return _encoded_otherwise(self.path, self.written.encoding, error)
        ragged = re.search(r"Row #(\d+): Expected (\d+) columns, got (\d+)", text)
        if ragged is None:
            return InputError(f"{self.path} cannot be read as CSV: {text}")
        counted, expected, got = (int(part) for part in ragged.groups())
        row = counted - int(self.written.header) - self.first
        names = f"there {'is 1 column name' if expected == 1 else f'are {expected} column names'}"
        mark = {",": "a comma", "\t": "a tab"}.get(self.written.delimiter, repr(self.written.delimiter))
        remedy = separator_hint(self.names) or f"correct the row (a cell with {mark} in it needs quotes)"
        return InputError(f"{self.path}: row {row}{self.line_of(row)} has {got} cell{'s' * (got != 1)}, but {names}; {remedy}")


def csv_file(path: Path, packed: str, head: bytes, whole: bool, said: dict[str, Any], usual: Written) -> CsvFile:
    """What is known of a CSV file that begins with `head` (unpacked), which is the whole of it or its first block."""
    if path.name.lower().removesuffix(".gz").removesuffix(".zst").endswith(".tsv"):
        usual = replace(usual, delimiter="\t")
    try:
        written, rows, above = found(head if whole else _whole_lines(head), usual, said)
        first = _names(path, packed, written, above.lines) if written.header else [str(i) for i in range(len(rows[0]))]
    except UnicodeError as error:
        raise _encoded_otherwise(path, said.get("encoding", "utf-8"), error) from error
    names, width = _sides(first, rows)
    return CsvFile(path, packed, written, names, width, above.lines, above.told)


def csv_table(file: CsvFile) -> Table:
    """The table of a CSV file."""
    return Table(
        str(file.path), str(file.path), file.names, file.read, file.line_of, positional=not file.written.header,
        declared=file.size, cells=file.cells, told=file.told, written=file.written,
    )  # fmt: skip


def _encoded_otherwise(path: Path, encoding: str, error: UnicodeError) -> InputError:
    said = f"not all of it is {encoding} text ({first_line(error):.100})"
    return InputError(f'{path} cannot be read as CSV: {said}; say how it is encoded, such as encoding="latin-1"')


def _whole_lines(head: bytes) -> bytes:
    """Without the line that is cut."""
    end = max(head.rfind(b"\n"), head.rfind(b"\r"))
    return head[: end + 1 + (head[end + 1 : end + 2] == b"\0")] if end > 0 else head


def _sides(first: list[str], rows: Sequence[Sequence[str]]) -> tuple[tuple[str, ...], int]:
    """Names without the blank ones at the end, and how many cells a row has."""
    widths = [len(row) for row in rows[1:]]
    usual = max(set(widths), key=widths.count) if widths else len(first)
    longer = usual > len(first) and all(not cell.strip() for row in rows[1:] for cell in row[len(first) :])
    shorter = usual < len(first) and all(not name.strip() for name in first[usual:])
    width = usual if longer or shorter else len(first)
    names = first[:width]
    while len(names) > 1 and not names[-1].strip() and _blank(rows[1:], len(names) - 1):
        names.pop()
    return tuple(names), width


def _blank(rows: Sequence[Sequence[str]], column: int) -> bool:
    return not any(cell.strip() for row in rows for cell in row[column : column + 1])


def _names(path: Path, packed: str, written: Written, above: int) -> list[str]:
    """The line of names, however long it is, without the blanks around them."""
    limit = csv.field_size_limit(LARGEST_BLOCK)
    import io

    encoding = "utf-8-sig" if written.encoding == "utf-8" else written.encoding
    try:
        with io.TextIOWrapper(open_bytes(path, packed), encoding, "replace", newline="") as file:
            for _ in range(above):
                file.readline()
            names = next((row for row in csv.reader(file, delimiter=written.delimiter) if row), [])
    except csv.Error as error:
        raise InputError(f"{path}: the line of column names cannot be read: {error}") from error
    finally:
        csv.field_size_limit(limit)
    return [name.removeprefix("\ufeff").strip(" \t") for name in names]


def _large(column: Floats | Bad) -> bool:
    """May an integer have been rounded? Only then are the cells looked at as text."""
    return not isinstance(column, Bad) and bool((np.abs(column[np.isfinite(column)]) >= EXACT).any())


def _exact(cells: Any, written: Written) -> Floats | Bad:
    read = columns.from_text(cells, written)
    if isinstance(read, Bad):
        return read
    for i in np.flatnonzero(np.abs(read) >= EXACT).tolist():
        text = written.plain(cells[i].as_py().decode())
        if re.fullmatch(r"[+-]?\d{1,400}", text) and (read[i] in (np.inf, -np.inf) or int(text) != int(read[i])):
            return columns.beyond(i + 1, int(text))
    return read
