"""Without a compiler the package is the same: what the shell says of an example is the same on both engines, letter by letter."""

import os
from pathlib import Path

import pytest
import quick_shell

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    "arguments",
    [
        ["run", "--full", "examples/sticks.toml"],
        ["forecast", "examples/sticks.toml"],
        ["run", "--full", "examples/three_pigs_as_examples.toml"],
        ["run", "examples/xor.toml", "--steps", "200"],
    ],
    ids=" ".join,
)
def test_it_says_the_same(arguments: list[str]):
    said = []
    for engine in ("plain", "compiled"):
        done = quick_shell.call(*arguments, cwd=ROOT, env=os.environ | {"NODESCOPE_ENGINE": engine})
        assert done.returncode == 0, done.stderr
        said.append(done.stdout)
    assert said[0] == said[1]
    assert len(said[0]) > 40
