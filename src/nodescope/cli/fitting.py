"""`fit`: a table fitted well without being told how."""

from typing import Any

import click

import nodescope as ns
from nodescope.arithmetic.checks import shown
from nodescope.cli.output import progress, refuse_precious, refuse_read_here, say, tell_written, writer
from nodescope.cli.recipe_options import fit_options, of_fit, reading_options
from nodescope.errors import InputError
from nodescope.run.fit import fit_with
from nodescope.views import values


@click.command()
@click.argument("table", type=click.Path())
@click.option("--goal", required=True, help="The column to predict; several of numbers: a,b.")
@click.option("--inputs", help="Columns to predict from: a,b. All that may tell something unless given.")
@click.option("--hidden", help="A network: nodes of each hidden layer, 8,8; or auto, which tries a few.")
@click.option("--loss", help="squared, huber, absolute or cross-entropy (classes); chosen by the goal unless given.")
@click.option("--missing", help="What to do with gaps among the inputs.")
@click.option("--holdout", type=float, help="The part of the rows that is kept unseen (0.2).")
@click.option("--seed", type=int, default=0, help="What is drawn by chance follows from it.")
@reading_options
@fit_options
@click.option("--out", type=click.Path(), help="Keep the run in this file.")
@click.option("--recipe", type=click.Path(), help="Write the recipe (TOML) into this file: nodescope run makes the same run of it.")
@click.option("--force", is_flag=True, help="With --out: replace a run that is there.")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def fit(
    table: str, goal: str, inputs: str | None, hidden: str | None, out: str | None, recipe: str | None, force: bool, as_json: bool,
    **given: Any,
) -> None:  # fmt: skip
    """Fit a TABLE well without being told how. Says how far off it is, what was decided, and what to do next."""
    refuse_read_here(out, [table])
    refuse_precious(recipe, [table])
    goals = _names(goal)
    common = {name: given.pop(name) for name in ("loss", "missing", "holdout", "seed")}
    with progress() as tell:
        fitted = fit_with(
            tell, table, goal=goals[0] if len(goals) == 1 else goals, inputs=None if inputs is None else _names(inputs),
            hidden=_layers(hidden), **common, **of_fit(given),
        )  # fmt: skip
    if out is not None:
        ns.save(fitted.run, out, overwrite=force)
    if recipe is not None:
        with writer(recipe) as write:
            write(fitted.to_toml())
    if as_json:
        click.echo(values.as_json(fitted.told() | values.run_values(fitted.run)))
    else:
        say(repr(fitted))
    tell_written(out)
    tell_written(recipe)


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _layers(text: str | None) -> Any:
    if text is None or text.strip() == "auto":
        return text if text is None else "auto"
    try:
        return [int(part) for part in text.split(",")]
    except ValueError:
        raise InputError(f"--hidden is {shown(text)}; it may be auto, or the nodes of each hidden layer, 8,8") from None
