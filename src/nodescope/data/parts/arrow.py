"""Arrow files (also called IPC files, Feather 2) in pieces: their record batches."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from nodescope.data.parts.parquet import kind_of
from nodescope.data.parts.pieces import ROWS, Part, Piece
from nodescope.data.parts.places import Place, reading
from nodescope.data.table import Table, arrow_table, is_index


def arrow_part(place: Place) -> Part:
    """An Arrow file; of each batch one column is looked at, for its number of rows."""
    import pyarrow as pa

    with place.open() as handle, reading(place.shown):
        file = pa.ipc.open_file(handle)
        schema, count = file.schema, file.num_record_batches
        few = pa.ipc.IpcReadOptions(included_fields=[0])
        counting = pa.ipc.open_file(handle, options=few)
        sizes = [counting.get_batch(number).num_rows for number in range(count)]
    names = tuple(name for name in schema.names if not is_index(name))
    kinds = {name: kind_of(schema.field(name).type) for name in names}
    pieces = []
    for number, rows in enumerate(sizes):
        where = place.shown if count == 1 else f"{place.shown}, batch {number}"
        for start in range(0, rows, ROWS):
            few_rows = min(ROWS, rows - start)
            pieces.append(Piece(where, few_rows, number, partial(_read, place, where, number, start, few_rows)))
    return Part(place.shown, names, kinds, tuple(pieces))


def _read(place: Place, where: str, number: int, start: int, rows: int, names: Sequence[str]) -> Table:
    import pyarrow as pa

    with place.open() as handle, reading(where):
        schema = pa.ipc.open_file(handle).schema
        options = pa.ipc.IpcReadOptions(included_fields=[schema.get_field_index(name) for name in names])
        batch: Any = pa.ipc.open_file(handle, options=options).get_batch(number)
        return arrow_table(pa.Table.from_batches([batch.slice(start, rows)]), where, place.path)
