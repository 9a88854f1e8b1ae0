"""`trace` and `predict`: numbers of a run, to read or to hand on."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import numpy as np

from nodescope.cli.opened import opened
from nodescope.cli.output import Write, beside, writer
from nodescope.errors import InputError
from nodescope.views import tables, values
from nodescope.views.numbers import exact, plain_text


@click.command()
@click.argument("run", type=click.Path())
@click.option("--from", "start", type=int, default=0, help="First step (counted from 0).")
@click.option("--to", "stop", type=int, help="The step after the last (default: ten steps).")
@click.option("--columns", help="Only these: weight,delta.")
@click.option("--format", "form", type=click.Choice(["table", "csv", "json", "md", "parquet"]), default="table")
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option("--out", type=click.Path(), help="Write to this file instead.")
def trace(run: str, start: int, stop: int | None, columns: str | None, form: str, as_json: bool, out: str | None) -> None:
    """Every number of some steps of a RUN (a run file, or a recipe that is run first)."""
    window = opened(run).trace[start : start + 10 if stop is None and start >= 0 else stop]
    chosen = None if columns is None else tuple(name.strip() for name in columns.split(","))
    window.refuse_unknown(chosen or ())
    form = "json" if as_json else form
    if form == "parquet":
        _write_parquet(window, chosen, out)
        return
    with writer(out) as write:
        _WRITERS[form](window, chosen, write)


def _write_table(window: Any, chosen: tuple[str, ...] | None, write: Write) -> None:
    for line in tables.aligned([[plain_text(c) for c in row] for row in tables.window_rows(window, chosen)]):
        write(line + "\n")


def _write_markdown(window: Any, chosen: tuple[str, ...] | None, write: Write) -> None:
    for line in tables.markdown([[plain_text(c) for c in row] for row in tables.window_rows(window, chosen)]):
        write(line + "\n")


def _write_csv(window: Any, chosen: tuple[str, ...] | None, write: Write) -> None:
    for line in tables.csv_lines(tables.window_rows(window, chosen)):
        write(line)


def _write_json(window: Any, chosen: tuple[str, ...] | None, write: Write) -> None:
    write(values.as_json(window.read(*(chosen or ()))) + "\n")


_WRITERS: dict[str, Callable[[Any, tuple[str, ...] | None, Write], None]] = {
    "table": _write_table,
    "md": _write_markdown,
    "csv": _write_csv,
    "json": _write_json,
}


def _write_parquet(window: Any, chosen: tuple[str, ...] | None, out: str | None) -> None:
    if out is None:
        raise InputError("--format parquet needs --out FILE")
    from pyarrow import parquet

    table = window.to_arrow()
    names = [name for name in table.column_names if chosen is None or name.split("[")[0] in chosen]
    with beside(Path(out)) as part:
        parquet.write_table(table.select(names), part)


@click.command()
@click.argument("run", type=click.Path())
@click.argument("table", type=click.Path())
@click.option("--format", "form", type=click.Choice(["csv", "json"]), default="csv")
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option("--out", type=click.Path(), help="Write to this file instead.")
def predict(run: str, table: str, form: str, as_json: bool, out: str | None) -> None:
    """Predictions of a RUN for the rows of a TABLE: the same columns by name, the same scaling."""
    fitted = opened(run)
    if fitted.recipe.source is None:
        raise InputError(f"{run} was not made from a table, so no column names go with its inputs; use run.predict in Python")
    prediction = fitted.predict(table)
    names = fitted.recipe.goal_names
    columns = dict(zip(names, np.reshape(prediction, (-1, len(names))).T, strict=True))
    with writer(out) as write:
        if as_json or form == "json":
            write(values.as_json({"prediction": columns}) + "\n")
            return
        write(next(tables.csv_lines([list(columns)])))
        for line in tables.csv_lines([exact(cell) for cell in row] for row in zip(*columns.values(), strict=True)):
            write(line)
