"""Parquet files in pieces: row groups, the large ones a stretch of rows at a time, so that little is in memory.

`read_row_group` and `iter_batches` without buffering ahead stay flat; with pyarrow's defaults memory grows to the file's size.
"""

from collections.abc import Iterator, Sequence
from functools import partial
from threading import Lock
from typing import Any

from nodescope.data.parts.pieces import ROWS, Part, Piece
from nodescope.data.parts.places import Place, reading
from nodescope.data.table import Table, arrow_table, is_index

OPEN_AT_ONCE = 8
BUFFER = 1 << 20


def parquet_part(place: Place) -> Part:
    """A Parquet file, of which only the footer is read now."""
    import pyarrow.parquet as pq

    with place.open() as handle, reading(place.shown):
        file = pq.ParquetFile(handle)
        schema = file.schema_arrow
        sizes = [file.metadata.row_group(group).num_rows for group in range(file.metadata.num_row_groups)]
    names = tuple(name for name in schema.names if not is_index(name))
    kinds = {name: kind_of(schema.field(name).type) for name in names}
    reader, pieces = _Reader(place), []
    for group, rows in enumerate(sizes):
        where = place.shown if len(sizes) == 1 else f"{place.shown}, row group {group}"
        for number, start in enumerate(range(0, rows, ROWS)):
            count = min(ROWS, rows - start)
            of_them = where if rows <= ROWS else f"{where}, rows from {start + 1:,} on"
            pieces.append(Piece(of_them, count, group, partial(reader.read, of_them, group, number, rows <= ROWS)))
    return Part(place.shown, names, kinds, tuple(pieces))


def kind_of(kind: Any) -> str:
    """What a column of this type is, in a word."""
    import pyarrow as pa

    if pa.types.is_dictionary(kind):
        return kind_of(kind.value_type)
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return "text"
    if pa.types.is_temporal(kind):
        return "dates"
    numeric = (pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal, pa.types.is_boolean, pa.types.is_null)
    return "numbers" if any(test(kind) for test in numeric) else str(kind)


class _Reader:
    """An open file, and how far one of its row groups has been read."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._file: Any = None
        self._batches: Iterator[Any] = iter(())
        self._next: tuple[tuple[str, ...], int, int] | None = None

    def read(self, where: str, group: int, number: int, whole: bool, names: Sequence[str]) -> Table:
        """Columns of a row group, or of its stretch of that number; those before it are passed over."""
        with _TURN:
            self._take_turn()
            with reading(where):
                if whole:
                    table = self._file.read_row_group(group, columns=list(names), use_threads=False)
                else:
                    table = self._stretch(group, number, tuple(names))
        return arrow_table(table, where, self._place.path)

    def _stretch(self, group: int, number: int, names: tuple[str, ...]) -> Any:
        import pyarrow as pa

        if self._next is None or self._next[:2] != (names, group) or self._next[2] > number:
            self._batches = self._file.iter_batches(ROWS, row_groups=[group], columns=list(names), use_threads=False)
            self._next = (names, group, 0)
        for _ in range(number - self._next[2]):
            next(self._batches)
        batch = next(self._batches)
        self._next = (names, group, number + 1)
        return pa.Table.from_batches([batch])

    def _take_turn(self) -> None:
        if self in _OPEN:
            return
        import pyarrow.parquet as pq

        handle = self._place.open()
        with reading(self._place.shown):
            self._file = pq.ParquetFile(handle, pre_buffer=False, buffer_size=BUFFER)
        self._next = None
        while len(_OPEN) >= OPEN_AT_ONCE:
            _OPEN.pop(0).close()
        _OPEN.append(self)

    def close(self) -> None:
        """Let go of the file; it is opened again when it is read again."""
        self._batches, self._file, self._next = iter(()), None, None


_OPEN: list[_Reader] = []
"""Of many files only so many are open at once."""
_TURN = Lock()
