"""A sweep as a file for others: a page, its map as a picture, or its table. The end of the file's name says which."""

from pathlib import Path

from nodescope.diagnosis.sweeps import stored
from nodescope.diagnosis.sweeps.sweep import Sweep
from nodescope.errors import InputError
from nodescope.hosts import sweep_page
from nodescope.run.file.lock import beside
from nodescope.views.picture.drawn import drawn
from nodescope.views.picture.heat_sheet import heat_sheet
from nodescope.views.picture.svg import svg

PICTURES, TABLES = (".svg", ".png", ".pdf"), (".csv", ".parquet")
ENDINGS = (".html", *PICTURES, *TABLES)


def export_sweep(sweep: Sweep, target: Path, theme: str) -> None:
    """Write a sweep.

    Raises
    ------
    InputError
        Another ending, or no matplotlib for one that needs it.
    FileError
        The file cannot be written.
    """
    form = target.suffix.lower()
    if form not in ENDINGS:
        ends = f"{target.name!r:.80} ends in {target.suffix!r:.20}"
        raise InputError(f"{ends}; a sweep can be written as {', '.join(ENDINGS)}")
    if form in PICTURES:
        picture = heat_sheet(sweep)
        written = svg(picture, theme).encode() if form == ".svg" else drawn(picture, form[1:], theme)
        with beside(target) as part:
            part.write_bytes(written)
        return
    if form == ".html":
        text = sweep_page.file(sweep)
        with beside(target) as part:
            part.write_text(text, encoding="utf-8", newline="\n")
        return
    if form == ".parquet" and sweep.done == len(sweep):
        stored.write(target, sweep.grid, sweep.rows, sweep.words)
        return
    with beside(target) as part:
        _write_table(sweep, part, form)


def _write_table(sweep: Sweep, part: Path, form: str) -> None:
    import pyarrow as pa
    from pyarrow import csv, parquet

    table = sweep.to_arrow()
    if form == ".parquet":
        parquet.write_table(table, part)
        return
    plain = [column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column for column in table.columns]
    texts = [_lists_as_text(column) for column in plain]
    csv.write_csv(pa.table(texts, names=table.column_names), part)


def _lists_as_text(column: object) -> object:
    """CSV has no lists: a weight of several inputs is its numbers with spaces between."""
    import pyarrow as pa

    if not isinstance(column, pa.ChunkedArray) or not pa.types.is_fixed_size_list(column.type):
        return column
    return pa.array([" ".join(map(repr, value)) for value in column.to_pylist()])
