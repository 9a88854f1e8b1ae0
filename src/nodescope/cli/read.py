"""`trace` and `predict`: numbers of a run, to read or to hand on."""

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click
import numpy as np

import nodescope as ns
from nodescope.cli.opened import opened, read_for
from nodescope.cli.output import Write, note, refuse_precious, say, tell_written, writer
from nodescope.cli.recipe_options import reading_options
from nodescope.errors import InputError
from nodescope.later import Later
from nodescope.run.file.lock import beside
from nodescope.run.recorded import Recorded
from nodescope.run.tabular import Tabular
from nodescope.views import tables
from nodescope.views.numbers import plain_text

if TYPE_CHECKING:
    from nodescope.run import predicting
    from nodescope.views import values
else:
    predicting = Later("nodescope.run.predicting")
    values = Later("nodescope.views.values")

TEN = 10
"""Steps that are shown where no end is named."""


@click.command()
@click.argument("run", type=click.Path())
@click.option("--from", "start", type=int, default=0, help="First step (counted from 0).")
@click.option("--to", "stop", type=int, help="The step after the last (default: ten steps, or ten recorded ones).")
@click.option("--columns", help="Only these: weight,delta (of a network those of the step, else of every layer).")
@click.option("--format", "form", type=click.Choice(["table", "csv", "json", "md", "parquet"]), default="table")
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option("--out", type=click.Path(), help="Write to this file instead.")
def trace(run: str, start: int, stop: int | None, columns: str | None, form: str, as_json: bool, out: str | None) -> None:
    """Write every number of some steps of a RUN. It is a run file, or a recipe, which is run first.

    Of an observed one what was recorded.
    """
    of = opened(run)
    refuse_precious(out, read_for(run, of))
    window = _window(of, start, stop)
    chosen = None if columns is None else tuple(name.strip() for name in columns.split(","))
    window.refuse_unknown(chosen or (), within=True)
    form = "json" if as_json else form
    if form == "parquet":
        _write_parquet(window, chosen, out)
    else:
        with writer(out) as write:
            _WRITERS[form](window, chosen, write)
    tell_written(out)


def _window(run: Any, start: int, stop: int | None) -> Tabular:
    observed = isinstance(run, Recorded)
    _refuse_none(range(run.steps), start, stop)
    if stop is None and start >= 0:
        stop = start + TEN * (run.stride if observed else 1)
    window: Tabular = run.trace[start:stop]
    if observed and not len(window.read("step")["step"]):
        _refuse_unrecorded(run, range(run.steps)[start:stop])
    return window


def _refuse_none(there: range, start: int, stop: int | None) -> None:
    """Say what steps there are, where none of those asked for is among them, or not all."""
    have = f"the run has {len(there):,} steps, counted from 0 to {len(there) - 1:,}" if there else "the run made no step"
    if not there[start:stop]:
        raise InputError(f"there is no step {f'from {start} on' if stop is None else f'from {start} and before {stop}'}: {have}")
    if stop is not None and stop > len(there):
        note(f"{have}: shown to its end")


def _refuse_unrecorded(run: Recorded, asked: range) -> None:
    """Say which recorded step is nearest to those asked for."""
    there = run.trace.steps
    if len(there) and len(asked):
        near = int(there[np.abs(there - asked.start).argmin()])
        raise InputError(
            f"no step from {asked.start} to {asked[-1]} was recorded; the nearest that was is {near} "
            f"(of {run.steps:,} steps, {len(there):,} were)"
        )


def _write_table(window: Tabular, chosen: tuple[str, ...] | None, write: Write) -> None:
    for line in tables.aligned([[plain_text(c) for c in row] for row in tables.window_rows(window, chosen)]):
        write(line + "\n")


def _write_markdown(window: Tabular, chosen: tuple[str, ...] | None, write: Write) -> None:
    for line in tables.markdown([[plain_text(c) for c in row] for row in tables.window_rows(window, chosen)]):
        write(line + "\n")


def _write_csv(window: Tabular, chosen: tuple[str, ...] | None, write: Write) -> None:
    for line in tables.csv_lines(tables.window_rows(window, chosen)):
        write(line)


def _write_json(window: Tabular, chosen: tuple[str, ...] | None, write: Write) -> None:
    write(values.as_json(values.window_values(window, chosen)) + "\n")


_WRITERS: dict[str, Callable[[Tabular, tuple[str, ...] | None, Write], None]] = {
    "table": _write_table,
    "md": _write_markdown,
    "csv": _write_csv,
    "json": _write_json,
}


def _write_parquet(window: Tabular, chosen: tuple[str, ...] | None, out: str | None) -> None:
    if out is None:
        raise InputError("--format parquet needs --out FILE")
    from pyarrow import parquet

    table = window.to_arrow()
    with beside(out) as part:
        parquet.write_table(table.select(tables.numbers_of(window, table.column_names, chosen)), part)


@click.command()
@click.argument("run", type=click.Path())
@click.argument("table", type=click.Path())
@click.option("--format", "form", type=click.Choice(["csv", "json"]), default="csv")
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option("--out", type=click.Path(), help="Write to this file instead.")
def predict(run: str, table: str, form: str, as_json: bool, out: str | None) -> None:
    """Predict the rows of a TABLE by a RUN. The same columns by name, the same scaling."""
    fitted = opened(run)
    if fitted.recipe.source is None:
        raise InputError(f"{run} was not made from a table, and tables are predicted for runs that were; use run.predict in Python")
    refuse_precious(out, [table, *read_for(run, fitted)])
    with writer(out) as write:
        if as_json or form == "json":
            write(values.as_json({"prediction": predicting.told(fitted, table)}) + "\n")
        else:
            for number, part in enumerate(predicting.tables_of(fitted.recipe.source, table)):
                _write_predictions(predicting.told(fitted, part), write, with_names=number == 0)
    tell_written(out)


def _write_predictions(columns: dict[str, Any], write: Write, *, with_names: bool) -> None:
    """Rows of a table, or of a piece of it as it is read."""
    if with_names:
        write(next(tables.csv_lines([list(columns)])))
    for line in tables.csv_lines(predicting.rows_of(columns)):
        write(line)


@click.command()
@click.argument("table", type=click.Path())
@click.option("--goal", help="Columns to predict, which are then no inputs: price, or a,b.")
@click.option("--inputs", help="Only these are inputs: a,b.")
@reading_options
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def inspect(table: str, goal: str | None, inputs: str | None, as_json: bool, **reading: Any) -> None:
    """Look at a TABLE before it is used. Columns, types, ranges, gaps, scale, collinearity, and what alpha they imply."""
    seen = ns.inspect(
        table,
        goal=None if goal is None else [name.strip() for name in goal.split(",")],
        inputs=None if inputs is None else [name.strip() for name in inputs.split(",")],
        **reading,
    )
    if as_json:
        click.echo(values.as_json(dataclasses.asdict(seen)))
    else:
        say(str(seen))
