"""The options that say what to run, shared by every command that takes a recipe, and their way to `descend`'s keywords."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, get_args

import click

from nodescope.data.scaling import WAYS
from nodescope.errors import InputError
from nodescope.hosts.typed import numbers, one_or_each_step
from nodescope.later import Later
from nodescope.run.setting import READING, Setting
from nodescope.run.settings import settings_type, table

if TYPE_CHECKING:
    from nodescope.run import toml
else:
    toml = Later("nodescope.run.toml")

Options = dict[str, Any]
Command = Callable[..., Any]

_TYPES: dict[str, Any] = {"path": click.Path(), "whole": int, "number": float, "names": str, "text": str}
_ALONE = "ddof 0"
"""What `--standardise` says where nothing follows it."""
_LAYERS = (
    click.option("--hidden", help="A network: nodes of each hidden layer, 8,8."),
    click.option("--activation", help="Of the hidden layers: tanh, relu, leaky relu, sigmoid, softplus, gelu or identity."),
    click.option("--output-activation", help="Of the last layer: identity unless given."),
    click.option("--initial", help="How a network's weights are drawn: glorot, he, lecun, uniform or zeros."),
)


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _option(name: str, setting: Setting, as_text: bool) -> Callable[[Command], Command]:
    """A setting's flag: `until_mse` is `--until-mse`, a switch `--bias/--no-bias`; its help is the setting's first sentence."""
    flag, words = _flag(name), re.sub(r"`(\w+)`", lambda named: _flag(named[1]), setting.words.partition(". ")[0].rstrip(".") + ".")
    if setting.shell == "switch":
        return click.option(f"{flag}/--no-{flag[2:]}", default=None, help=words)
    if setting.shell == "scale":
        return click.option(flag, is_flag=False, flag_value=_ALONE, type=click.Choice([_ALONE, *WAYS, "no"]), help=words)
    if setting.shell == "choice":
        return click.option(flag, type=click.Choice(get_args(settings_type(name))), help=words)
    if isinstance(setting.shell, tuple):
        return click.option(flag, type=str if as_text else click.Choice(setting.shell), help=words)
    return click.option(flag, type=str if as_text else _TYPES[setting.shell], help=words)


_OF_NETWORK = ("hidden", "activation", "output_activation", "initial")


def recipe_options(command: Command) -> Command:
    """Give a command all options of a recipe."""
    return recipe_options_with_texts()(command)


def recipe_options_with_texts(*texts: str) -> Callable[[Command], Command]:
    """The same, some of them as the text that was typed."""

    def given(command: Command) -> Command:
        options = [_option(name, setting, name in texts) for name, setting in table().items() if setting.shell]
        for option in reversed([*options, *_LAYERS]):
            command = option(command)
        return command

    return given


class _On(click.ParamType[Any]):
    """A number of processes, or the address of a scheduler."""

    name = "processes or address"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        return int(value) if str(value).isascii() and str(value).isdecimal() and len(str(value)) < 9 else value


on_option = click.option("--on", type=_On(), help="Who makes it: so many processes, or a Dask scheduler at tls://host:8786.")


def reading_options(command: Command) -> Command:
    """Give a command the options that say how a CSV file is written."""
    for name in reversed(READING):
        command = _option(name, table()[name], False)(command)
    return command


OF_FIT = ("categories", "unknown", "dates", "indicator", "standardise")
"""What `fit` takes of what becomes of a table's columns."""


def fit_options(command: Command) -> Command:
    """Give a command the options that say what becomes of a table's columns."""
    for name in reversed(OF_FIT):
        command = _option(name, table()[name], False)(command)
    return command


def of_fit(given: Options) -> Options:
    """Keywords for `fit` from these options; what was not said is left out."""
    return {name: _converted(name, value, True) for name, value in given.items() if value is not None}


def keywords_of(recipe: str | None, given: Options) -> Options:
    """Keywords for `descend` from a recipe's file and options."""
    keywords = {} if recipe is None else toml.read_recipe(recipe)
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
        keywords["network"] = _network(layers)
    if given["steps"] is not None and given["epochs"] is None:
        keywords.pop("epochs", None)
    if given["epochs"] is not None and given["steps"] is None:
        keywords.pop("steps", None)
    return keywords


def _network(layers: Options) -> dict[str, Any]:
    if "hidden" not in layers:
        raise InputError(f"--{next(iter(layers)).replace('_', '-')} goes with --hidden, such as --hidden 8,8")
    hidden = numbers("--hidden", layers["hidden"])
    return {**layers, "hidden": hidden if isinstance(hidden, list) else [hidden]}


def _converted(name: str, value: Any, with_table: bool) -> Any:
    if name in ("inputs", "dates") or (name == "goal" and with_table):
        names = [part.strip() for part in value.split(",")]
        return names[0] if name == "goal" and len(names) == 1 else names
    if name == "standardise":
        return {_ALONE: True, "no": False}.get(value, value)
    if name in ("weight", "input", "goal"):
        return numbers(f"--{name}", value)
    if (name == "alpha" and value != "auto") or (name == "batch" and value != "all"):
        return one_or_each_step(f"--{name}", value)
    return value
