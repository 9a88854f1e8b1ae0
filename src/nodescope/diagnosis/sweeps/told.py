"""A sweep's settings as text beside its rows, so that a file of it can be opened again without the call that made it.

What is text, numbers and lists of these is kept as it is, a table by its path, a network by its weights. Where something is none of
these (a data frame, a schedule, arrays that are too large), no settings are kept, and the same call reads the file as before.
"""

import json
from collections.abc import Mapping
from os import PathLike, fspath
from pathlib import Path
from typing import Any

import numpy as np

from nodescope.data.table import Table
from nodescope.diagnosis.sweeps.grid import AXES, Grid, as_grid
from nodescope.errors import InputError, NodescopeError
from nodescope.run.keywords import without_writing
from nodescope.run.network import Network

LONGEST = 2**22
"""Letters of settings that are kept."""


def settings_of(grid: Grid) -> tuple[Any, dict[str, Any]]:
    """Hidden layers, and the settings that make a grid, axes with all their values in the order of the axes."""
    axes = {axis.name: axis.values for axis in grid.axes}
    hidden = axes.pop("hidden", None)
    settings = dict(grid.fixed)
    for name, values in axes.items():
        if name in AXES:
            settings[name] = values
        else:  # of the rule, whose place among the axes is where its settings stand
            rule = settings.pop("rule", "plain")
            settings["rule"] = {**(rule if isinstance(rule, Mapping) else {"name": rule}), name: values}
    return hidden, settings


def as_text(grid: Grid) -> str | None:
    """The settings of a grid; None where text cannot hold them."""
    hidden, settings = settings_of(grid)
    sizes = [np.size(value) for value in settings.values() if isinstance(value, np.ndarray | list)]
    if sum(sizes) * 8 > LONGEST:
        return None
    try:
        text = json.dumps({"hidden": _plain(hidden), "settings": _plain(settings)})
    except (TypeError, ValueError, RecursionError):
        return None
    return text if len(text) <= LONGEST else None


def grid_of(text: str) -> Grid:
    """The grid that settings make. A table that cannot be read now is named when a row is made.

    Raises
    ------
    InputError
        They are no settings of a sweep.
    """
    hidden, settings = keywords_in(text)
    try:
        return as_grid(hidden, settings)
    except NodescopeError:
        if settings.get("data") is None:
            raise
        return as_grid(hidden, settings, opening=False)


def keywords_in(text: str) -> tuple[Any, dict[str, Any]]:
    """Hidden layers and settings as `as_text` has told them; none that would write a file."""
    told = json.loads(text)
    return told["hidden"], without_writing(told["settings"])


def _plain(value: Any) -> Any:
    """Raise TypeError where it is neither text nor numbers, nor made of them."""
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    if isinstance(value, Table):
        return _place_of(value.path)
    if isinstance(value, Network):
        return value.settings()
    if isinstance(value, Mapping):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple | range):
        return [_plain(item) for item in value]
    if isinstance(value, PathLike):
        return fspath(value)
    if value is None or isinstance(value, str | int | float):
        return value
    raise TypeError(f"{type(value).__name__} is not kept")


def _place_of(path: str | list[str] | None) -> str | list[str]:
    """Where a table is, whichever folder is the present one."""
    if path is None:
        raise TypeError("the table has no path")
    if isinstance(path, list):
        return [str(_place_of(part)) for part in path]
    return path if "://" in path else str(Path(path).absolute())


def refuse_untold(where: str, text: object) -> str:
    """The text of the settings; raise InputError where a file has none."""
    if not isinstance(text, str):
        raise InputError(
            f"{where} keeps no settings of its sweep: it was made of what is only in memory, or by an older version; the same call "
            "of ns.sweep with out= reads it"
        )
    return text
