"""Every example runs, and shows what its two lines say; README, the tour and docstrings do what they print."""

import doctest
import importlib.util
import os
import pkgutil
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import quick_shell

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
    "on_a_cluster": [
        "moments, 1,000 steps: the same bits",
        "steps in parts: the same bits",
        "What asking costs a step, of four parts: ",
    ],
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


PAGES = {"README.md": 10, "docs/tour.md": 40}
"""Pages whose blocks are sessions, and how many lines of them are typed at least."""
SHELL = {
    "README.md": ["penguins.nodescope"],
    "docs/howto/shell.md": ["penguins.nodescope", "sticks.html", "sticks.nodescope", "worksheets"],
}
"""Pages with commands of the shell, and what these make."""


@pytest.mark.parametrize("page", PAGES)
def test_sessions(page, monkeypatch, tmp_path):
    """What they write lands beside the examples that they read."""
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    monkeypatch.chdir(tmp_path)
    result = doctest.testfile(str(ROOT / page), module_relative=False, optionflags=doctest.REPORT_NDIFF)
    assert result.failed == 0
    assert result.attempted >= PAGES[page]


def test_readme_is_in_the_order_of_a_newcomer():
    """A picture, one sentence, two commands, three stories of about ten lines, links that lead somewhere."""
    text = (ROOT / "README.md").read_text()
    assert re.findall(r"^## (.*)", text, re.MULTILINE) == ["The node", "My table", "My PyTorch loop", "Then"]
    assert (
        text.index("![")
        < text.index("**See every number")
        < text.index("make run")
        < text.index("make test")
        < text.index("## The")
    )
    for story in text.split("\n## ")[1:4]:
        typed = [line for line in story.splitlines() if line.startswith((">>> ", "... ", "nodescope "))]
        assert len(typed) <= 12, typed
    links = re.findall(r"\]\(([^)#]+)\)", text)
    assert len(links) > 10
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_picture_is_what_is_drawn_today(tmp_path):
    run = ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1, steps=325)
    ns.export(run, tmp_path / "node.svg", step=7)
    assert (tmp_path / "node.svg").read_bytes() == (ROOT / "docs" / "node.svg").read_bytes(), "make picture draws it anew"


OF_OTHERS = {"keras", "lightning", "skorch", "transformers"}
"""Modules of nodescope.torch that are classes of a library of that name, which is not installed for development."""


@pytest.mark.usefixtures("_in_the_tree")
def test_docstrings(monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    found = 0
    for module in pkgutil.walk_packages(ns.__path__, "nodescope."):
        name = module.name.rpartition(".")[2]
        if name in OF_OTHERS and importlib.util.find_spec(name) is None:
            with pytest.raises(ns.InputError, match=r"needs .*: pip install 'nodescope\["):
                importlib.import_module(module.name)
        elif name not in ("_core", "__main__"):
            result = doctest.testmod(importlib.import_module(module.name))
            assert result.failed == 0, module.name
            found += result.attempted
    assert found >= 3


@pytest.mark.parametrize("page", SHELL)
def test_the_commands(page, tmp_path):
    """All but `open`, which serves until it is stopped; what they make is nothing that git would see."""
    text = (ROOT / page).read_text()
    assert ". .venv/bin/activate" in text
    block = "".join(re.findall(r"```\n(nodescope.*?)```", text, re.DOTALL)).replace("\\\n", " ")
    commands = [shlex.split(line, comments=True) for line in block.splitlines()]
    assert len(commands) >= 4
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    said = {}
    for nodescope, *arguments in commands:
        assert nodescope == "nodescope"
        if arguments[0] != "open":
            done = quick_shell.call(*arguments, cwd=tmp_path)
            assert done.returncode == 0, (arguments, done.stderr)
            said[arguments[0]] = done.stdout
    if "grade" in said:
        assert "row 2, new_weight: printed 0.4552, expected 0.45420000000000005. 1 mistake" in said["grade"]
    made = sorted(path.name for path in tmp_path.iterdir() if path.name != "examples")
    assert made == SHELL[page]
    ignored = subprocess.run(["git", "check-ignore", *made], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ignored.stdout.split() == made
