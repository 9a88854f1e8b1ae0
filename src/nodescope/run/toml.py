"""Recipes as TOML: the keys are `descend`'s keywords, and reading one back gives the same bits."""

import json
import tomllib
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from nodescope.data import Examples, Source, fingerprint
from nodescope.errors import FileError, InputError
from nodescope.run.recipe import Recipe, frozen_in


def examples_fingerprint(examples: Examples) -> str:
    """Fingerprint of the numbers that take part in a run."""
    return fingerprint(examples.input) + fingerprint(examples.goal)


def read_recipe(path: str | PathLike[str]) -> dict[str, Any]:
    """Keywords for `descend` from a TOML recipe; a relative `data` path counts from the recipe's folder.

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
    path = Path(path)
    try:
        text = path.read_bytes().decode()
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
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise InputError(f"{where} is not a TOML recipe: {error}") from error
    for key in keywords:
        if key not in KEYS:
            from difflib import get_close_matches

            near = get_close_matches(key, KEYS, 1)
            hint = f"did you mean {near[0]!r}? " if near else ""
            raise InputError(f"{where} has an unknown key {key!r}; {hint}The keys are {', '.join(KEYS)}")
    return keywords


KEYS = (
    "weight", "network", "input", "goal", "data", "inputs", "standardise", "missing", "holdout", "fingerprint", "alpha", "steps",
    "epochs", "until_mse", "time_limit", "batch", "order", "seed", "rule", "bias", "freeze_bias", "frozen", "reduction",
    "summation", "update_order", "loss",
)  # fmt: skip


def to_toml(recipe: Recipe) -> str:
    """The recipe as TOML text; what has its default value is left out, numbers are written so that they read back bit for bit."""
    return "".join(f"{key} = {_value(value)}\n" for key, value in recipe_keywords(recipe).items())


def recipe_keywords(recipe: Recipe) -> dict[str, Any]:
    """`descend`'s keywords that make this recipe; those that have their default value are left out."""
    keywords = {**_examples(recipe), "alpha": recipe.alpha}
    keywords |= _start(recipe)
    if recipe.loss.name != "squared":
        keywords["loss"] = recipe.loss.settings()
    if recipe.schedule is not None:
        keywords["alpha"] = recipe.schedule.values.tolist()
    if recipe.frozen is not None and (frozen := _frozen(recipe)) is not None:
        keywords["frozen"] = frozen
    if recipe.rule.name != "plain":
        keywords["rule"] = {"name": recipe.rule.name, **recipe.rule.settings()}
    defaults = {
        "steps": None, "epochs": None, "until_mse": None, "time_limit": None, "batch": 1, "order": "given", "seed": 0,
        "freeze_bias": False, "reduction": "mean", "summation": "left-to-right", "update_order": "parallel",
    }  # fmt: skip
    for key, default in defaults.items():
        if (value := getattr(recipe, key)) != default:
            keywords[key] = value
    return keywords


def _start(recipe: Recipe) -> dict[str, Any]:
    """Start weights and biases as the person wrote them."""
    if recipe.in_layers:
        return {"network": recipe.network.settings()}
    weight, bias = recipe.weight.tolist(), recipe.bias
    if bias is not None:
        return {"weight": weight, "bias": bias.tolist() if recipe.has_outputs_axis else float(bias[0])}
    is_table = recipe.source is not None and recipe.source.path is not None
    return {"weight": weight, "bias": False} if is_table else {"weight": weight}


def _frozen(recipe: Recipe) -> Any:
    """What `frozen` says beside `freeze_bias`; None where that says it all."""
    mask, problem = recipe.frozen, recipe.problem
    assert mask is not None
    by_layer = [block[:, : shape.inputs] for block, shape in zip(problem.blocks(mask), problem.layers, strict=True)]
    if not recipe.in_layers:
        return recipe.axes.weights_as_given(by_layer[0]).tolist() if by_layer[0].any() else None
    again = frozen_in(recipe.network, [block.tolist() for block in by_layer], recipe.freeze_bias)
    whole = again is not None and np.array_equal(again, mask)  # else single biases are frozen
    return [block.tolist() for block in by_layer] if whole else mask.tolist()


def _examples(recipe: Recipe) -> dict[str, Any]:
    source, examples, axes = recipe.source, recipe.examples, recipe.axes
    if source is not None and source.path is not None:
        return {
            "data": source.path,
            "inputs": list(source.inputs),
            "goal": source.goals[0] if source.one_goal else list(source.goals),
            "standardise": _standardise(source),
            "missing": source.missing,
            "holdout": source.holdout,
            "fingerprint": examples_fingerprint(examples),
        }
    x, goal = axes.as_given(examples.input, examples.goal)
    return {"input": x.tolist(), "goal": goal.tolist()}


def _standardise(source: Source) -> Any:
    if source.scaling is None:
        return False
    goals = source.goal_scaling
    return source.scaling.settings() | ({} if goals is None else {"goal": goals.settings()})


def _value(value: Any) -> str:
    """One TOML value; Python's shortest digits of a float are TOML's too."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=True).replace("\\/", "/").replace("\x7f", "\\u007f")
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_value(item)}" for key, item in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_value(item) for item in value) + "]"
    return repr(value.item() if isinstance(value, np.generic) else value)
