"""Functions that take the keywords of `descend` have their signature and their words."""

import inspect
from collections.abc import Callable
from functools import cache
from textwrap import fill
from typing import Any, Concatenate, ParamSpec, TypeVar, get_type_hints

from nodescope.run.settings import defaults, table

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
