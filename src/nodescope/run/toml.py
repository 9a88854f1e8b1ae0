"""Recipes as TOML: the keys are `descend`'s keywords, and reading one back gives the same bits."""

import json
import re
import tomllib
from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from nodescope.arithmetic.checks import path_of, shown
from nodescope.data.text_file import bytes_of
from nodescope.errors import FileError, InputError
from nodescope.run.keywords import meant
from nodescope.run.settings import recipe_keys


def read_recipe(path: str | PathLike[str]) -> dict[str, Any]:
    """Keywords for `descend` from a TOML recipe; a relative `data` path counts from the recipe's folder.

    Parameters
    ----------
    path : path
        A file whose keys are the keywords of `descend`.

    Returns
    -------
    dict
        From keywords to values, as `descend` takes them.

    Raises
    ------
    FileError
        The file cannot be read.
    InputError
        It is not TOML, or has a key that `descend` does not know.

    Examples
    --------
    >>> import nodescope as ns
    >>> ns.descend(**ns.read_recipe("examples/sticks.toml")).weight
    0.5999999999999994
    """
    path = path_of("path", path)
    try:
        text = bytes_of(path).decode()
    except OSError as error:
        raise FileError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not a recipe: it is not UTF-8 text") from error
    keywords = parse_recipe(text, where=str(path))
    data = keywords.get("data")
    if isinstance(data, str) and not Path(data).is_absolute():
        keywords["data"] = str(path.parent / data)
    return keywords


def parse_recipe(text: str, where: str = "the recipe") -> dict[str, Any]:
    """Keywords for `descend` from the text of a TOML recipe."""
    try:
        keywords = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # a ValueError that is no TOMLDecodeError: an integer of thousands of digits
        raise InputError(f"{where} is not a TOML recipe: {error}") from error
    for key in keywords:
        if key not in recipe_keys():
            raise InputError(f"{where} has an unknown key {shown(key)}{meant(key)}")
    return keywords


def written(keywords: Mapping[str, Any]) -> str:
    """Keywords as TOML text, numbers so that they read back bit for bit."""
    return "".join(f"{key} = {_value(value)}\n" for key, value in keywords.items())


def _key(key: str) -> str:
    """Columns may be called anything."""
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else _value(key)


def _value(value: Any) -> str:
    """One TOML value; Python's shortest digits of a float are TOML's too."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=True).replace("\\/", "/").replace("\x7f", "\\u007f")
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_key(key)} = {_value(item)}" for key, item in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_value(item) for item in value) + "]"
    return repr(value.item() if isinstance(value, np.generic) else value)
