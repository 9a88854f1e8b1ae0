"""`run`, `forecast`, `diagnose`, `verify`, `explain`, `export`: what was foretold, what happened, and why."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import click

import nodescope as ns
from nodescope.cli.opened import opened, read_for
from nodescope.cli.output import note, plain_lines, progress, refuse_precious, say, tell_written, terminal
from nodescope.cli.recipe_options import Options, keywords_of, on_option, recipe_options
from nodescope.cli.words import in_shell_words
from nodescope.errors import FileError, InputError, NodescopeError
from nodescope.later import Later
from nodescope.run.descending import descend_with
from nodescope.run.recipe import Recipe

if TYPE_CHECKING:
    from nodescope.data import table as tables
    from nodescope.views import report, values
else:
    report = Later("nodescope.views.report")
    values = Later("nodescope.views.values")
    tables = Later("nodescope.data.table")


@click.command()
@click.argument("recipe", required=False, type=click.Path())
@recipe_options
@click.option("--out", type=click.Path(), help="Keep the run in this file.")
@click.option("--force", is_flag=True, help="With --out: replace a run that is there.")
@click.option("--resume", type=click.Path(), help="Go on with the run in this file.")
@on_option
@click.option("--full", is_flag=True, help="Tables and curve also where the output is no terminal.")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def run(recipe: str | None, resume: str | None, out: str | None, force: bool, full: bool, as_json: bool, **given: Any) -> None:
    """Run a RECIPE (TOML), or what the options say. Options go before the recipe's own keys."""
    before = None if resume is None else _stamp(resume)
    if resume is not None:
        with _what_is_kept_is_told(resume):
            finished = _resumed(resume, recipe, out, given | {"force": force or None})
    else:
        keywords = keywords_of(recipe, given)
        with progress() as tell, _what_is_kept_is_told(out):
            finished = descend_with(tell, out=out, overwrite=force, **keywords)
        _tell_of_table(finished.recipe)
    diagnosis = ns.diagnose(finished)
    if as_json:
        click.echo(values.as_json(values.run_values(finished) | values.judgement_values(diagnosis)))
    elif full or sys.stdout.isatty():
        click.echo(in_shell_words("\n".join(report.story(finished, diagnosis, *terminal()))))
    else:
        click.echo(in_shell_words("\n".join(report.result(finished, diagnosis))))
    if resume is not None and before == _stamp(resume):
        note(f"{resume} is as it was: the run had come to its end, and has nothing to go on with")
    else:
        tell_written(resume or out)


def _stamp(path: str) -> int | None:
    """When a file was last written; None where it is not there."""
    try:
        return os.stat(path).st_mtime_ns
    except (OSError, ValueError):
        return None


def _resumed(path: str, recipe: str | None, out: str | None, given: Options) -> ns.Run:
    others = [name for name, value in given.items() if value is not None and name not in ("steps", "epochs", "on")]
    if recipe is not None or out is not None or others:
        raise InputError(
            "--resume goes on with the run as it is: beside it only --steps or --epochs (the new total), --on and --json go"
        )
    return ns.resume(path, steps=given["steps"], epochs=given["epochs"], on=given["on"])


@contextmanager
def _what_is_kept_is_told(path: str | None) -> Iterator[None]:
    """Where a run cannot be written any more: how far it got, what of it is in the file, and how it goes on."""
    try:
        yield
    except FileError as error:
        if path is None or error.run is None:
            raise
        kept = 0
        with suppress(NodescopeError):
            kept = ns.load(path).steps
        there = (
            f"{path} has it up to step {kept:,}, and `nodescope run --resume {path}` goes on from there" if kept else "none is kept"
        )
        raise FileError(f"{error}. The run had got to step {error.run.steps:,}: {there}") from error


def _tell_of_table(recipe: Recipe) -> None:
    """Say how a table was read and what was made of it, and where the first line may have been a row."""
    source = recipe.source
    if source is None:
        return
    for line in recipe.examples.notes:
        note(line)
    names = (*source.columns, *source.goals)
    if source.reading.get("header", True) and (question := tables.headless(names)):
        note(f"{source.where}: {question}")


@click.command()
@click.argument("recipe", required=False, type=click.Path())
@recipe_options
@click.option("--mse", type=float, help="Also: after how many steps the mean squared error is at most this.")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def forecast(recipe: str | None, mse: float | None, as_json: bool, **given: Any) -> None:
    """Say before a run what will happen. That is: limit, regime, where it ends and when. Trains nothing."""
    foretold = ns.forecast(**keywords_of(recipe, given))
    if as_json:
        click.echo(values.as_json(values.forecast_values(foretold, mse)))
    else:
        click.echo(in_shell_words("\n".join(report.foretold(foretold, mse))))


@click.command()
@click.argument("run", type=click.Path())
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def diagnose(run: str, as_json: bool) -> None:
    """Say why a RUN went as it did, with the proof. It is a run file, or a recipe, which is run first."""
    diagnosis = ns.diagnose(opened(run))
    click.echo(
        values.as_json(values.judgement_values(diagnosis)) if as_json else in_shell_words("\n".join(report.judgement(diagnosis)))
    )


@click.command()
@click.argument("run", type=click.Path())
@click.option("--time-limit", type=float, help="Seconds for walking the kept states again.")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def verify(run: str, time_limit: float | None, as_json: bool) -> None:
    """Recompute a RUN, bit for bit. Kept states by the core, windows of steps by the plain definition."""
    certificate = ns.verify(opened(run), time_limit=time_limit)
    if as_json:
        click.echo(values.as_json(values.certificate_values(certificate)))
    else:
        say(certificate.sentence)


@click.command()
@click.argument("run", type=click.Path())
@click.option("--step", type=int, required=True, help="Counted from 0; from the end where negative.")
@click.option("--layer", type=int, help="Of a network: only this layer.")
@click.option("--node", type=int, help="Only this node of the layer.")
@click.option("--format", "form", type=click.Choice(["text", "md"]), default="text")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def explain(run: str, step: int, layer: int | None, node: int | None, form: str, as_json: bool) -> None:
    """Write out the arithmetic of one step of a RUN, as on paper."""
    page = ns.explain(opened(run), step, layer, node)
    if as_json:
        click.echo(values.as_json(values.explanation_values(page)))
    else:
        click.echo(plain_lines(page.markdown if form == "md" else page.text))


@click.command()
@click.argument("run", type=click.Path())
@click.argument("out", type=click.Path())
@click.option("--step", type=int, help="Of a picture or .tex: which step (default: the one that tells most).")
@click.option("--theme", type=click.Choice(["light", "dark"]), default="light", help="Of a picture.")
def export(run: str, out: str, step: int | None, theme: str) -> None:
    """Write a RUN to OUT, whose ending says as what.

    \b
    .html                 one offline page: all steps, run again in it
    .svg .png .pdf        a picture of one step
    .csv .parquet .npz    every number of every step
    .md                   the report as text
    .ipynb                a notebook that makes the run again
    .tex                  the arithmetic of one step, for LaTeX
    .py .c .onnx          what was learned, to predict with it without nodescope
    """
    of = opened(run)
    refuse_precious(out, read_for(run, of))
    ns.export(of, out, step, theme)
    tell_written(out)


@click.command()
@click.argument("a", type=click.Path())
@click.argument("b", type=click.Path())
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def compare(a: str, b: str, as_json: bool) -> None:
    """Say which of two RUNs is better, and how their recipes differ. On rows that neither has seen, where there are any."""
    compared = ns.compare(opened(a), opened(b))
    if as_json:
        from dataclasses import asdict

        click.echo(values.as_json(asdict(compared)))
    else:
        say(str(compared))
