"""Every example runs, and shows what its two lines say; README and docstrings do what they print."""

import doctest
import importlib
import os
import pkgutil
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import nodescope as ns

ROOT = Path(__file__).parents[2]
RECIPES = sorted((ROOT / "examples").glob("*.toml"))
SCRIPTS = sorted((ROOT / "examples").glob("*.py"))

FACTS = {
    "sticks": lambda run: (run.weight, run.settled_after) == (0.5999999999999994, 317),
    "three_little_pigs": lambda run: [round(w, 12) for w in run.weight] == [0.4, 0.28, 0.16] and run.weight[0] == 0.4,
    "three_pigs_as_examples": lambda run: run.cycle == (168, 3),
    "why_squares": lambda run: run.trace[0].mse == 4.0 and run.trace[0].delta.mean() == 0.0,
    "two_nodes": lambda run: [layer.new_weight.item() for layer in run.trace[0].layers] == [2.05, 0.7],
    "xor": lambda run: run.ending is ns.Ending.MSE_REACHED,
    "penguins_network": lambda run: run.score.unseen.rmse < 0.8 * run.score.least_squares.unseen.rmse,
    "penguins": lambda run: run.score.unseen.rmse < 1.02 * run.score.least_squares.unseen.rmse,
}
SAYS = {
    "the_loop": ["0.42000000000000004 0.42000000000000004 True", "all 325 the same: True", "Settled after 317 steps"],
    "the_guess": ["prediction 0.6", "weighted delta 1.200000, slope of the error 1.200000"],
    "sklearn_pipeline": ["NodeRegressor: RMSE 56.4", "would do it in about", "Converges. Each step makes up"],
    "your_torch_model": ["loss nan", "log of 0 is -inf", "Healthy: nothing is wrong"],
    "the_slip": ["0.396", "0.3918384", "-inf"],
}


def test_each_example_has_its_facts():
    assert {path.stem for path in RECIPES} == set(FACTS)
    assert {path.stem for path in SCRIPTS} == set(SAYS)


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_recipe(path):
    assert path.read_text().count("# Notice: ") == 2
    assert FACTS[path.stem](ns.descend(**ns.read_recipe(path)))


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_script(path):
    assert path.read_text().count("Notice: ") == 2
    said = subprocess.run([sys.executable, path], capture_output=True, text=True, check=True, env=os.environ).stdout
    for words in SAYS[path.stem]:
        assert words in said


@pytest.fixture
def _in_the_tree(monkeypatch):
    monkeypatch.chdir(ROOT)


@pytest.mark.usefixtures("_in_the_tree")
def test_readme():
    result = doctest.testfile(str(ROOT / "README.md"), module_relative=False)
    assert result.failed == 0
    assert result.attempted > 10


@pytest.mark.usefixtures("_in_the_tree")
def test_docstrings():
    found = 0
    for module in pkgutil.walk_packages(ns.__path__, "nodescope."):
        if not module.name.endswith(("_core", "__main__")):
            result = doctest.testmod(importlib.import_module(module.name))
            assert result.failed == 0, module.name
            found += result.attempted
    assert found >= 3


def test_the_shell_commands_of_readme(tmp_path):
    """All but `open`, which serves until it is stopped; what they make is nothing that git would see."""
    readme = (ROOT / "README.md").read_text()
    assert ". .venv/bin/activate" in readme
    block = re.search(r"## In the shell.*?```\n(.*?)```", readme, re.DOTALL).group(1).replace("\\\n", " ")
    commands = [shlex.split(line, comments=True) for line in block.splitlines()]
    assert len(commands) > 10
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    said = {}
    for nodescope, *arguments in commands:
        assert nodescope == "nodescope"
        if arguments != ["open"]:
            call = [sys.executable, "-m", "nodescope", *arguments]
            done = subprocess.run(call, cwd=tmp_path, capture_output=True, text=True, check=False, env=os.environ)
            assert done.returncode == 0, (arguments, done.stderr)
            said[arguments[0]] = done.stdout
    assert "The first wrong cell: row 2, new_weight: printed 0.4552, expected 0.45420000000000005. 1 mistake" in said["grade"]
    made = sorted(path.name for path in tmp_path.iterdir() if path.name != "examples")
    assert made == ["penguins.nodescope", "sticks.html", "sticks.nodescope", "worksheets"]
    ignored = subprocess.run(["git", "check-ignore", *made], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ignored.stdout.split() == made
