"""The command line: parse, call, print. Bad input gets one clear message and exit code 2; a diverged run is a result."""

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import numpy as np

import nodescope as ns
from nodescope.errors import FileError, InputError, NodescopeError
from nodescope.run.descend import Progress, descend_with
from nodescope.run.toml import read_recipe
from nodescope.views import report, tables, values
from nodescope.views.numbers import exact, plain_text

Options = dict[str, Any]
PROGRESS_AFTER = 1.0
"""Seconds."""


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(ns.__version__)
def cli() -> None:
    """See, run and understand gradient-descent nodes: every number of every step, exactly."""


@cli.command()
@click.argument("recipe", required=False, type=click.Path())
@click.option("--weight", help="Start weights: 0.4, or 0.4,0.4, or [[…], […]].")
@click.option("--input", help="Inputs: 1, or 0,1,2, or [[…], […]].")
@click.option("--goal", help="Goals; with --data the goal's column, or columns a,b.")
@click.option("--data", type=click.Path(), help="A table: CSV or Parquet.")
@click.option("--inputs", help="With --data: input columns a,b,c (default: all others).")
@click.option("--standardise/--no-standardise", default=None, help="With --data: inputs to mean 0 and deviation 1.")
@click.option("--missing", type=click.Choice(["refuse", "drop"]), help="With --data: rows that lack a number.")
@click.option("--holdout", type=float, help="With --data: fraction of the rows kept unseen.")
@click.option("--alpha", help='Learning rate, the brake: "auto" or a number.')
@click.option("--steps", type=int)
@click.option("--epochs", type=int, help="Passes over the examples.")
@click.option("--until-mse", type=float, help="Stop when the mean squared error is at most this.")
@click.option("--time-limit", type=float, help="Seconds.")
@click.option("--batch", help='Examples a step: a number, or "all".')
@click.option("--order", type=click.Choice(["given", "shuffled"]))
@click.option("--seed", type=int)
@click.option("--rule", help="plain, momentum, nesterov, adagrad, rmsprop or adam.")
@click.option("--bias/--no-bias", default=None)
@click.option("--freeze-bias/--no-freeze-bias", default=None)
@click.option("--reduction", type=click.Choice(["mean", "sum"]))
@click.option("--summation", type=click.Choice(["left-to-right", "lanes"]))
@click.option("--out", type=click.Path(), help="Keep the run in this file.")
@click.option("--resume", type=click.Path(), help="Go on with the run in this file.")
@click.option("--full", is_flag=True, help="Tables and curve also where the output is no terminal.")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def run(recipe: str | None, resume: str | None, out: str | None, full: bool, as_json: bool, **given: Any) -> None:
    """Run a RECIPE (TOML), or what the options say; options go before the recipe's own keys."""
    if resume is not None:
        finished = _resumed(resume, recipe, out, given)
    else:
        keywords = _keywords(recipe, given)
        with _progress() as progress:
            finished = descend_with(progress, out=out, **keywords)
    _show(finished, full, as_json)


def _resumed(path: str, recipe: str | None, out: str | None, given: Options) -> ns.Run:
    others = [name for name, value in given.items() if value is not None and name != "steps"]
    if recipe is not None or out is not None or others:
        raise InputError("--resume goes on with the run as it is: beside it only --steps (the new total) and --json are allowed")
    return ns.resume(path, steps=given["steps"])


def _keywords(recipe: str | None, given: Options) -> Options:
    """Keywords for `descend` from a recipe's file and options."""
    keywords = {} if recipe is None else read_recipe(recipe)
    with_table = given["data"] is not None or "data" in keywords
    for name, value in given.items():
        if value is not None:
            keywords[name] = _converted(name, value, with_table)
    if not keywords:
        raise InputError(
            "nothing to run: name a recipe (nodescope run examples/sticks.toml), or give --input and --goal, or --data"
        )
    if given["steps"] is not None and given["epochs"] is None:
        keywords.pop("epochs", None)
    if given["epochs"] is not None and given["steps"] is None:
        keywords.pop("steps", None)
    return keywords


def _converted(name: str, value: Any, with_table: bool) -> Any:
    if name == "inputs" or (name == "goal" and with_table):
        names = [part.strip() for part in value.split(",")]
        return names[0] if name == "goal" and len(names) == 1 else names
    if name in ("weight", "input", "goal") or (name == "alpha" and value != "auto"):
        return _numbers(name, value)
    if name == "batch" and value != "all":
        return _numbers(name, value)
    return value


def _numbers(name: str, text: str) -> Any:
    """A number, a comma list, or nested lists as JSON."""
    try:
        if text.lstrip().startswith("["):
            return json.loads(text)
        parts = [int(part) if part.strip().lstrip("+-").isdigit() else float(part) for part in text.split(",")]
    except ValueError as error:
        raise InputError(
            f"--{name} is {text!r}; it must be a number, a list such as 0,1,2, or nested lists such as [[0,1],[2,3]]"
        ) from error
    return parts[0] if len(parts) == 1 else parts


@contextmanager
def _progress() -> Iterator[Progress | None]:
    """A bar on a terminal's stderr once a run takes longer than a second."""
    if not sys.stderr.isatty():
        yield None
        return
    bar: list[Any] = []

    def tell(steps: int, total: int | None, seconds: float) -> None:
        if seconds < PROGRESS_AFTER:
            return
        if not bar:
            from rich.console import Console
            from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

            columns = [
                TextColumn("{task.completed:,.0f} steps"),
                BarColumn(),
                TimeRemainingColumn(),
                TextColumn("Ctrl-C ends the run"),
            ]
            bar.append(Progress(*columns, console=Console(stderr=True), transient=True))
            bar[0].start()
            bar.append(bar[0].add_task("", total=total))
        bar[0].update(bar[1], completed=steps)

    try:
        yield tell
    finally:
        if bar:
            bar[0].stop()


def _show(finished: ns.Run, full: bool, as_json: bool) -> None:
    if as_json:
        click.echo(values.as_json(values.run_values(finished)))
    elif full or sys.stdout.isatty():
        encoding = (sys.stdout.encoding or "ascii").lower()
        unicode = encoding.replace("-", "") == "utf8" and os.environ.get("TERM") != "dumb"
        width = shutil.get_terminal_size().columns
        click.echo("\n".join(report.story(finished, width, unicode)))
    else:
        click.echo("\n".join(report.result(finished)))


@cli.command()
@click.argument("run", type=click.Path())
@click.option("--from", "start", type=int, default=0, help="First step (counted from 0).")
@click.option("--to", "stop", type=int, help="The step after the last (default: ten steps).")
@click.option("--columns", help="Only these: weight,delta.")
@click.option("--format", "form", type=click.Choice(["table", "csv", "json", "md", "parquet"]), default="table")
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option("--out", type=click.Path(), help="Write to this file instead.")
def trace(run: str, start: int, stop: int | None, columns: str | None, form: str, as_json: bool, out: str | None) -> None:
    """Every number of some steps of a RUN (a run file, or a recipe that is run first)."""
    window = _opened(run).trace[start : start + 10 if stop is None and start >= 0 else stop]
    chosen = None if columns is None else tuple(name.strip() for name in columns.split(","))
    window.refuse_unknown(chosen or ())
    form = "json" if as_json else form
    if form == "parquet":
        _write_parquet(window, chosen, out)
        return
    with _writer(out) as write:
        _WRITERS[form](window, chosen, write)


def _opened(path: str) -> ns.Run:
    return ns.descend(**read_recipe(path)) if path.endswith(".toml") else ns.load(path)


Write = Callable[[str], object]


def _write_table(window: Any, chosen: tuple[str, ...] | None, write: Write) -> None:
    for line in tables.aligned([[plain_text(c) for c in row] for row in tables.window_rows(window, chosen)]):
        write(line + "\n")


def _write_markdown(window: Any, chosen: tuple[str, ...] | None, write: Write) -> None:
    for line in tables.markdown([[plain_text(c) for c in row] for row in tables.window_rows(window, chosen)]):
        write(line + "\n")


def _write_csv(window: Any, chosen: tuple[str, ...] | None, write: Write) -> None:
    for row in tables.window_rows(window, chosen):
        write(",".join(_csv_cell(text) for text in row) + "\r\n")


def _csv_cell(text: str) -> str:
    """A cell that a spreadsheet takes for text or a number, never for a formula."""
    try:
        float(text)
    except ValueError:
        text = "'" + text if text[:1] in "=+-@\t\r" and text else text
    return '"' + text.replace('"', '""') + '"' if any(c in text for c in ',"\r\n') else text


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
    with _beside(Path(out)) as part:
        parquet.write_table(table.select(names), part)


@cli.command()
@click.argument("run", type=click.Path())
@click.argument("table", type=click.Path())
@click.option("--format", "form", type=click.Choice(["csv", "json"]), default="csv")
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option("--out", type=click.Path(), help="Write to this file instead.")
def predict(run: str, table: str, form: str, as_json: bool, out: str | None) -> None:
    """Predictions of a RUN for the rows of a TABLE: the same columns by name, the same scaling."""
    fitted = _opened(run)
    if fitted.recipe.source is None:
        raise InputError(f"{run} was not made from a table, so no column names go with its inputs; use run.predict in Python")
    prediction = fitted.predict(table)
    names = fitted.recipe.goal_names
    columns = dict(zip(names, np.reshape(prediction, (-1, len(names))).T, strict=True))
    with _writer(out) as write:
        if as_json or form == "json":
            write(values.as_json({"prediction": columns}) + "\n")
            return
        write(",".join(_csv_cell(name) for name in columns) + "\r\n")
        for row in zip(*columns.values(), strict=True):
            write(",".join(exact(cell) for cell in row) + "\r\n")


@contextmanager
def _writer(out: str | None) -> Iterator[Write]:
    """Standard output, or a file that appears only when it is whole."""
    if out is None:
        yield sys.stdout.write
        return
    with _beside(Path(out)) as part, part.open("w", encoding="utf-8", newline="") as file:
        yield file.write
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """A file beside its target, renamed to it at the end."""
    try:
        with tempfile.TemporaryDirectory(prefix=f".{target.name}.", suffix=".part", dir=target.parent) as folder:
            part = Path(folder) / target.name
            yield part
            part.replace(target)
    except OSError as error:
        if isinstance(error, NodescopeError):
            raise
        raise FileError(f"{target} cannot be written: {error.strerror or error}") from error


def main() -> None:
    """Entry point: every failure that has an explanation is one message on stderr and exit code 2."""
    try:
        cli(standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except NodescopeError as error:
        click.echo(f"nodescope: {plain_message(error)}", err=True)
        sys.exit(2)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (KeyboardInterrupt, click.Abort):
        sys.exit(130)


def plain_message(error: Exception) -> str:
    """The message, without characters that a terminal would obey."""
    return "\n".join(plain_text(line) for line in str(error).split("\n"))


if __name__ == "__main__":
    main()
