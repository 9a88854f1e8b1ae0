"""Law: the page's core has the bits of the compiled one, of random nodes and networks with everything that a recipe can have."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import PLAIN, cases
from laws.test_networks import recipe as network_recipe

import nodescope as ns
from nodescope.arithmetic.core import engine
from nodescope.arithmetic.problem import Columns, Cursor
from nodescope.views.scene import recipe_of_page
from nodescope.views.values import plain

FRONTEND = Path(__file__).parents[2] / "frontend"
pytestmark = [
    pytest.mark.skipif(PLAIN, reason="the page's core is held to the compiled one, which is held to plain Python elsewhere"),
    pytest.mark.skipif(
        not (shutil.which("node") and shutil.which("clang-14") and (FRONTEND / "node_modules").is_dir()),
        reason="needs Node, clang 14 and what the page is built with",
    ),
    pytest.mark.timeout(1200),
]


def node_recipe(seed: int) -> dict[str, Any]:
    """A random node, or several over the same inputs."""
    rng = np.random.default_rng(seed)
    d, n, k = int(rng.choice([1, 2, 3, 4, 5, 8, 9, 16, 17, 30, 33])), int(rng.integers(1, 40)), int(rng.choice([1, 1, 1, 2]))
    batch: Any = [1, 1, 2, 7, 8, "all"][int(rng.integers(6))]
    keywords: dict[str, Any] = {
        "weight": rng.normal(size=(k, d)), "input": rng.normal(size=(n, d)) * float(rng.choice([1.0, 1.0, 1e150, 1e-310])),
        "goal": rng.normal(size=(n, k)), "alpha": float(rng.choice([0.01, 0.1, 3.0])), "steps": int(rng.integers(1, 60)),
        "batch": batch,
        "order": str(rng.choice(["given", "shuffled"])), "seed": seed, "reduction": str(rng.choice(["mean", "sum"])),
        "rule": str(rng.choice(["plain", "plain", "plain", "momentum", "nesterov", "adagrad", "rmsprop", "adam"])),
        "summation": str(rng.choice(["left-to-right", "lanes"])),
    }  # fmt: skip
    if batch != 1 and rng.integers(2):
        keywords["parts"] = int(rng.integers(1, 9))
    if rng.integers(2):
        keywords["bias"] = rng.normal(size=k)
    return keywords


def here(recipe: Any, steps: int) -> list[Any]:
    problem, cursor = recipe.problem, Cursor.at(0)
    state, columns = problem.first_state(recipe.start_weights()), Columns.for_steps(recipe.problem, steps, ("mse",))
    alphas = None if recipe.schedule is None else recipe.schedule.until(steps)
    with np.errstate(all="ignore"):
        engine().walk(problem, Cursor.at(0), state.copy(), steps, alphas=alphas, columns=columns)
        outcome = engine().walk(problem, cursor, state, steps, alphas=alphas)
        told = [engine().predict(problem, problem.weights(state)), np.array([engine().mse(problem, problem.weights(state))])]
    assert columns.mse is not None
    told = [state, *told, columns.mse[: cursor.step]]
    return [int(outcome), cursor.step, cursor.last_moved, *(numbers.tobytes().hex() for numbers in told)]


def test_the_page_has_the_same_bits():
    made = [network_recipe(seed) for seed in range(cases(2000))] + [node_recipe(seed) for seed in range(cases(5000))]
    lines, expected = [], []
    for keywords in made:
        steps = keywords.pop("steps")
        recipe = ns.descend(**keywords, steps=0).recipe.with_steps(steps)
        expected.append(here(recipe, steps))  # which has a schedule work its alphas out
        lines.append(json.dumps({"recipe": plain(recipe_of_page(recipe)), "steps": steps}))
    done = subprocess.run(
        ["node", "program.mjs", "same_bits"], cwd=FRONTEND, input="\n".join(lines), capture_output=True, text=True, check=False
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(found) == len(expected)
    for number, (page, core) in enumerate(zip(found, expected, strict=True)):
        assert page == core, made[number]
