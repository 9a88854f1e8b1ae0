"""What a release says of itself is said once, and each command helps with examples that can be typed."""

import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import click
import pytest

import nodescope as ns
from nodescope.cli import cli
from nodescope.cli.examples import EXAMPLES

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
TOP = click.Context(cli, info_name="nodescope")


def test_the_version_stands_in_one_place():
    assert "version" not in PROJECT["project"]
    assert PROJECT["tool"]["scikit-build"]["metadata"]["version"]["input"] == "src/nodescope/_version.py"
    cited = re.search(r"^version: (.*)$", (ROOT / "CITATION.cff").read_text(), re.MULTILINE)
    assert cited is not None
    assert cited[1] == ns.__version__
    assert f"## {ns.__version__}" in (ROOT / "CHANGELOG.md").read_text()


def test_conda_asks_for_what_pip_asks_for():
    recipe = (ROOT / "conda" / "meta.yaml").read_text()
    run = recipe[recipe.index("  run:") : recipe.index("test:")]
    asked = {line.strip("- ").replace(" ", "") for line in run.splitlines()[1:] if line.strip()}
    needed = {name.partition(";")[0] for name in PROJECT["project"]["dependencies"]}  # where there are no sockets there is no conda
    assert asked == {*needed, f"python{PROJECT['project']['requires-python']}"}


def test_wheels_are_never_made_without_a_core_in_silence():
    assert PROJECT["tool"]["cibuildwheel"]["environment"] == {"NODESCOPE_MUST_COMPILE": "1"}
    (override,) = PROJECT["tool"]["scikit-build"]["overrides"]
    assert override["if"] == {"failed": True, "env": {"NODESCOPE_MUST_COMPILE": False}}


@pytest.mark.parametrize("name", cli.list_commands(TOP))
def test_help_has_examples(name):
    command = cli.get_command(TOP, name)
    assert command is not None
    if name in EXAMPLES:
        with click.Context(command, parent=TOP, info_name=name) as context:
            assert "Examples:" in command.get_help(context)


def test_no_sentence_is_cut():
    """At the width of a usual terminal, and at the narrowest that click writes for."""
    for width in (80, 78):
        with click.Context(cli, info_name="nodescope", terminal_width=width, max_content_width=width) as context:
            assert "..." not in cli.get_help(context).partition("Commands:")[2]


def test_help_is_there_however_often_a_command_was_asked_for():
    """Story: each time wrapped its help anew, until a process that asked a thousand times had a RecursionError."""
    for _ in range(1200):
        command = cli.get_command(TOP, "verify")
    assert EXAMPLES["verify"][0] in command.get_help(click.Context(command, info_name="nodescope verify"))


@pytest.mark.parametrize("line", [line for lines in EXAMPLES.values() for line in lines])
def test_examples_can_be_typed(line):
    _, name, *arguments = shlex.split(line)
    command = cli.get_command(TOP, name)
    assert command is not None
    command.make_context(name, arguments, parent=TOP)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_complete(shell):
    call = [sys.executable, "-c", "from nodescope.cli import cli; cli(prog_name='nodescope')"]
    done = subprocess.run(
        call, capture_output=True, text=True, check=False, env=os.environ | {"_NODESCOPE_COMPLETE": f"{shell}_source"}
    )
    if shell == "bash" and "4.4" in done.stderr:
        pytest.skip("this bash is too old")
    assert "nodescope" in done.stdout
    assert f"_NODESCOPE_COMPLETE={shell}_source" in (ROOT / "docs" / "howto" / "shell.md").read_text()
