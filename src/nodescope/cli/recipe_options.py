"""The options that say what to run, shared by every command that takes a recipe, and their way to `descend`'s keywords."""

from collections.abc import Callable
from typing import Any

import click

from nodescope.errors import InputError
from nodescope.hosts.typed import numbers, one_or_each_step
from nodescope.run.recipe import fitting_network
from nodescope.run.toml import read_recipe

Options = dict[str, Any]
Command = Callable[..., Any]

_OPTIONS = (
    click.option("--weight", help="Start weights: 0.4, or 0.4,0.4, or [[…], […]]."),
    click.option("--input", help="Inputs: 1, or 0,1,2, or [[…], […]]."),
    click.option("--goal", help="Goals; with --data the goal's column, or columns a,b."),
    click.option("--data", type=click.Path(), help="A table: CSV or Parquet."),
    click.option("--inputs", help="With --data: input columns a,b,c (default: all others)."),
    click.option(
        "--standardise/--no-standardise",
        default=None,
        help="With --data: inputs (of a network goals too) to mean 0 and deviation 1.",
    ),
    click.option("--missing", type=click.Choice(["refuse", "drop"]), help="With --data: rows that lack a number."),
    click.option("--holdout", type=float, help="With --data: fraction of the rows kept unseen."),
    click.option("--alpha", help='Learning rate, the brake: "auto" or a number.'),
    click.option("--steps", type=int),
    click.option("--epochs", type=int, help="Passes over the examples."),
    click.option("--until-mse", type=float, help="Stop when the mean squared error is at most this."),
    click.option("--time-limit", type=float, help="Seconds."),
    click.option("--batch", help='Examples a step: a number, or "all".'),
    click.option("--order", type=click.Choice(["given", "shuffled"])),
    click.option("--seed", type=int),
    click.option("--rule", help="plain, momentum, nesterov, adagrad, rmsprop, adam or adamw."),
    click.option("--hidden", help="A network: nodes of each hidden layer, 8,8."),
    click.option("--activation", help="Of the hidden layers: tanh, relu, leaky relu, sigmoid, softplus, gelu or identity."),
    click.option("--output-activation", help="Of the last layer: identity unless given."),
    click.option("--initial", help="How a network's weights are drawn: glorot, he, lecun, uniform or zeros."),
    click.option("--loss", help="Of a network: squared, huber or absolute."),
    click.option("--update-order", type=click.Choice(["parallel", "sequential"])),
    click.option("--bias/--no-bias", default=None),
    click.option("--freeze-bias/--no-freeze-bias", default=None),
    click.option("--reduction", type=click.Choice(["mean", "sum"])),
    click.option("--summation", type=click.Choice(["left-to-right", "lanes"])),
)


_OF_NETWORK = ("hidden", "activation", "output_activation", "initial")


def recipe_options(command: Command) -> Command:
    """Give a command all options of a recipe."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def keywords_of(recipe: str | None, given: Options) -> Options:
    """Keywords for `descend` from a recipe's file and options."""
    keywords = {} if recipe is None else read_recipe(recipe)
    layers = {name: value for name in _OF_NETWORK if (value := given.pop(name)) is not None}
    with_table = given["data"] is not None or "data" in keywords
    for name, value in given.items():
        if value is not None:
            keywords[name] = _converted(name, value, with_table)
    if not keywords:
        raise InputError(
            "nothing to run: name a recipe (nodescope run examples/sticks.toml), or give --input and --goal, or --data"
        )
    if layers:
        keywords["network"] = _network(layers, keywords)
    if given["steps"] is not None and given["epochs"] is None:
        keywords.pop("epochs", None)
    if given["epochs"] is not None and given["steps"] is None:
        keywords.pop("steps", None)
    return keywords


def _network(layers: Options, keywords: dict[str, Any]) -> dict[str, Any]:
    if "hidden" not in layers:
        raise InputError(f"--{next(iter(layers)).replace('_', '-')} goes with --hidden, such as --hidden 8,8")
    hidden = numbers("--hidden", layers["hidden"])
    drawn = {name: value for name, value in layers.items() if name != "hidden"}
    return fitting_network(keywords, hidden if isinstance(hidden, list) else [hidden], **drawn)


def _converted(name: str, value: Any, with_table: bool) -> Any:
    if name == "inputs" or (name == "goal" and with_table):
        names = [part.strip() for part in value.split(",")]
        return names[0] if name == "goal" and len(names) == 1 else names
    if name in ("weight", "input", "goal"):
        return numbers(f"--{name}", value)
    if (name == "alpha" and value != "auto") or (name == "batch" and value != "all"):
        return one_or_each_step(f"--{name}", value)
    return value
