"""A setting is written once, in run/settings.py: signatures, docstrings, TOML, run files and the shell's flags follow from it."""

import dataclasses
import inspect
import re

import pytest
from click.testing import CliRunner

import nodescope as ns
from nodescope.cli import cli
from nodescope.run.recipe import Recipe
from nodescope.run.setting import MEANT
from nodescope.run.settings import defaults, plain_names, recipe_keys, table

EXPECTED = {
    "weight": None, "network": None, "input": None, "goal": None, "data": None, "inputs": None, "standardise": False,
    "missing": "refuse", "holdout": 0.0, "fingerprint": None, "alpha": "auto", "steps": None, "epochs": None, "until_mse": None,
    "time_limit": None, "tolerance": None, "keep": "last",
    "batch": 1, "parts": None, "order": "given", "seed": 0, "rule": "plain", "bias": None, "freeze_bias": False,
    "frozen": None, "reduction": "mean", "summation": "auto", "update_order": "parallel", "loss": "squared",
    "classes": None, "method": "steps", "penalty": None, "clip": None, "alpha_factors": None, "memory": "auto", "window": None,
    "indicator": False, "categories": "refuse", "unknown": "refuse", "dates": None, "delimiter": None,
    "decimal": None, "thousands": None, "encoding": None, "header": None, "out": None, "overwrite": False, "to": None,
    "on": None,
}  # fmt: skip


def test_the_table():
    assert defaults() == EXPECTED
    assert set(table()) == set(EXPECTED)
    assert set(recipe_keys()) == set(EXPECTED) - {"out", "overwrite", "to", "on"}


def test_descend_shows_every_keyword_with_its_default_and_its_words():
    signature = inspect.signature(ns.descend)
    assert {name: parameter.default for name, parameter in signature.parameters.items()} == EXPECTED
    assert {parameter.kind for parameter in signature.parameters.values()} == {inspect.Parameter.KEYWORD_ONLY}
    assert signature.parameters["steps"].annotation == int | None
    for name, setting in table().items():
        assert f"    {name} : {setting.kind}" in (ns.descend.__doc__ or "")


def test_a_recipe_has_a_field_for_each_plain_setting():
    fields = {field.name: field.default for field in dataclasses.fields(Recipe)}
    assert set(plain_names()) <= set(fields)
    assert {name: fields[name] for name in plain_names() if name not in ("rule", "loss", "summation", "method", "penalty")} == {
        name: EXPECTED[name] for name in plain_names() if name not in ("rule", "loss", "summation", "method", "penalty")
    }


def test_the_shell_has_a_flag_for_each_that_it_takes():
    flags = set(re.findall(r"--[a-z0-9-]+", CliRunner().invoke(cli, ["run", "--help"]).output))
    for name, setting in table().items():
        assert (f"--{name.replace('_', '-')}" in flags) == bool(setting.shell) or name in ("out", "on"), name


@pytest.mark.parametrize("word", MEANT)
def test_what_others_call_it_is_understood(word):
    with pytest.raises(ns.InputError, match=f"did you mean '{MEANT[word]}'"):
        ns.descend(**{"input": 1, "goal": 1, "alpha": 0.1, word: 1})


def test_hidden_layers_of_a_network_are_enough():
    run = ns.descend(
        network={"hidden": [3, 2], "activation": "relu"}, input=[[1, 2], [3, 4]], goal=[1, 2], alpha=0.01, steps=2, seed=5
    )
    assert run.network.sizes == (2, 3, 2, 1)
    again = ns.descend(
        network=ns.network([2, 3, 2, 1], activation="relu", seed=5), input=[[1, 2], [3, 4]], goal=[1, 2], alpha=0.01, steps=2
    )
    assert again.network.flat().tobytes() == run.network.flat().tobytes()
