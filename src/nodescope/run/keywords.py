"""Functions that take the keywords of `descend`: their signature and words, and what is made of what they are given."""

import inspect
from collections.abc import Callable, Mapping
from functools import cache
from textwrap import fill
from typing import Any, Concatenate, ParamSpec, TypeVar, get_type_hints

from nodescope.arithmetic.checks import near
from nodescope.errors import InputError
from nodescope.run.setting import MEANT, WRITING
from nodescope.run.settings import defaults, plain_names, recipe_keys, table

P = ParamSpec("P")
R = TypeVar("R")


def takes_settings(of: Callable[P, object]) -> Callable[[Callable[..., R]], Callable[P, R]]:
    """Give a function the signature of `of` (the table), and its docstring the settings' words in place of ``**settings``."""

    def told(function: Callable[..., R]) -> Callable[P, R]:
        _tell(function, of)
        return function

    return told


def takes_settings_after_one(of: Callable[P, object]) -> Callable[[Callable[..., R]], Callable[Concatenate[Any, P], R]]:
    """The same for a function whose first argument is one of its own."""

    def told(function: Callable[..., R]) -> Callable[Concatenate[Any, P], R]:
        _tell(function, of)
        return function

    return told


def _tell(function: Callable[..., object], of: Callable[..., object]) -> None:
    own = inspect.signature(function)
    first = [parameter for parameter in own.parameters.values() if parameter.kind is not parameter.VAR_KEYWORD]
    hints = get_type_hints(of)
    rest = [parameter.replace(annotation=hints[name]) for name, parameter in inspect.signature(of).parameters.items()]
    function.__signature__ = own.replace(parameters=[*first, *rest])  # type: ignore[attr-defined]
    if function.__doc__ is not None:
        function.__doc__ = function.__doc__.replace("    **settings\n", documented())


@cache
def documented(indent: str = "    ") -> str:
    """The settings as numpydoc parameters."""
    lines = []
    for name, setting in table().items():
        default = defaults()[name]
        kind = setting.kind if default is None or "optional" in setting.kind else f"{setting.kind}, default {default!r}"
        lines += [f"{indent}{name} : {kind}", fill(setting.words, 120, initial_indent=2 * indent, subsequent_indent=2 * indent)]
    return "\n".join(lines) + "\n"


# ---- what is given ----


def checked(given: Mapping[str, object]) -> dict[str, Any]:
    """The plain settings, each checked, with defaults for those that are not given."""
    usual = defaults()
    return {name: of if given[name] is usual[name] else _checked(name, given[name]) for name, of in _checked_defaults().items()}


def _checked(name: str, value: object) -> Any:
    check = table()[name].check
    assert check is not None
    return check(name, value)


@cache
def _checked_defaults() -> dict[str, Any]:
    """What the checks make of the defaults: most of what is given, so that it is asked once."""
    return {name: _checked(name, defaults()[name]) for name in plain_names()}


def filled(given: Mapping[str, object]) -> dict[str, Any]:
    """All settings: those given, the others with their defaults.

    Raises
    ------
    InputError
        There is no such keyword; the message has the one that is meant.
    """
    for name in given:
        if name not in recipe_keys():
            raise InputError(f"there is no keyword {name!r}{meant(name)}")
    return {**defaults(), **given}


def without_writing(given: Mapping[str, Any]) -> dict[str, Any]:
    """Settings given, but for where the run is written."""
    return {name: value for name, value in given.items() if name not in WRITING}


def meant(name: object) -> str:
    """The end of a message about a keyword that is not there."""
    word = str(name).lower()
    if (known := MEANT.get(str(name)) or MEANT.get(word)) is not None:
        return f"; did you mean {known!r}?"
    return near(name, table()) or "; help(ns.descend) lists them all"
