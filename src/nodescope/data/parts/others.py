"""Tables of other libraries in pieces: a pyarrow dataset's fragments, a polars LazyFrame's stretches of rows."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from nodescope.data.parts.parquet import kind_of
from nodescope.data.parts.pieces import ROWS, Part, Piece
from nodescope.data.parts.places import reading
from nodescope.data.table import Table, arrow_table


def dataset_part(data: Any) -> Part:
    """A pyarrow dataset, its filter and its partitions' columns included."""
    where = "a pyarrow dataset"
    with reading(where):
        chosen = getattr(data, "_scan_options", {}).get("filter")
        fragments: list[Any] = []
        for fragment in data.get_fragments():
            fragments += fragment.split_by_row_group() if hasattr(fragment, "split_by_row_group") else [fragment]
        names, kinds = tuple(data.schema.names), {field.name: kind_of(field.type) for field in data.schema}
        pieces = []
        for number, fragment in enumerate(fragments):
            shown = f"{getattr(fragment, 'path', '') or where}, fragment {number}"
            rows = _rows(fragment, data.schema, chosen)
            read = partial(_fragment, fragment, data.schema, chosen, shown)
            pieces.append(Piece(shown, rows, number, read))
    return Part(where, names, kinds, tuple(pieces))


def _rows(fragment: Any, schema: Any, chosen: Any) -> int:
    """How many rows a fragment has; its own `count_rows` counts those of the whole file."""
    groups = getattr(fragment, "row_groups", None)
    if chosen is None:
        return sum(group.num_rows for group in groups) if groups is not None else int(fragment.count_rows())
    return int(fragment.to_table(schema=schema, columns=schema.names[:1], filter=chosen, use_threads=False).num_rows)


def _fragment(fragment: Any, schema: Any, chosen: Any, where: str, names: Sequence[str]) -> Table:
    with reading(where):
        table = fragment.to_table(schema=schema, columns=list(names), filter=chosen, use_threads=False)
    return arrow_table(table, where, None)


def lazy_part(data: Any) -> Part:
    """A polars LazyFrame: what it asks for is worked out anew for each stretch of rows."""
    import polars as pl

    where = "a polars LazyFrame"
    with reading(where):
        names = tuple(data.collect_schema().names())
        rows = int(data.select(pl.len()).collect().item())
    pieces = []
    for number, start in enumerate(range(0, rows, ROWS)):
        shown = f"{where}, rows from {start + 1:,} on"
        pieces.append(Piece(shown, min(ROWS, rows - start), number, partial(_slice, data, start, shown)))
    return Part(where, names, {}, tuple(pieces))


def _slice(data: Any, start: int, where: str, names: Sequence[str]) -> Table:
    with reading(where):
        table = data.select(list(names)).slice(start, ROWS).collect().to_arrow()
    return arrow_table(table, where, None)
