"""What homework is held against: the steps done in every known way, and sheets in which somebody slipped."""

import itertools
import random
import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
from homework.sheets import CONVENTIONS, LAYOUTS, generated
from said.others import graded

from nodescope.diagnosis.homework import walk, ways
from nodescope.run.making import make_recipe

Made = tuple[str, Callable[[], Any]]
SEED = 29
_RNG = np.random.default_rng(SEED)
_X, _G = _RNG.normal(size=(5, 2)).round(2), _RNG.normal(size=(5, 2)).round(2)
_ALPHAS = [0.1, 0.2, 0.05, 0.1, 0.1, 0.3, 0.1]
NODES: dict[str, dict[str, Any]] = {
    "one weight": {"weight": 0.4, "input": 1.5, "goal": 0.6, "alpha": 0.1},
    "two weights and a bias": {"input": _X, "goal": _G[:, 0], "alpha": 0.1, "batch": 2, "bias": 0.3, "weight": [0.5, -0.2]},
    "two outputs": {"input": _X, "goal": _G, "alpha": 0.1, "batch": "all", "bias": [0.3, -0.1], "weight": [[0.5, 0], [0.1, 1]]},
    "one at a time, added up": {"input": _X[:, 0], "goal": _G[:, 0], "alpha": 0.2, "reduction": "sum"},
    "drawn, a schedule": {
        "input": _X, "goal": _G[:, 0], "alpha": _ALPHAS, "steps": 7, "order": "shuffled", "seed": 3, "batch": 3,
        "weight": [0.5, -0.2],
    },
    "momentum, one frozen": {
        "input": _X, "goal": _G[:, 0], "alpha": 0.1, "rule": "momentum", "batch": 2, "bias": 0.3, "weight": [0.5, -0.2],
        "frozen": [True, False],
    },
    "nesterov": {"input": _X, "goal": _G[:, 0], "alpha": 0.1, "rule": {"name": "nesterov", "momentum": 0.5}},
    "adamw": {"input": _X, "goal": _G[:, 0], "alpha": 0.1, "rule": "adamw", "bias": True},
    "standardised": {"input": _X, "goal": _G[:, 0], "alpha": 0.1, "standardise": True, "bias": True, "batch": "all"},
}  # fmt: skip
COMBINED = 24
"""Of combinations so many are looked at."""
PRINTED = frozenset({"weight", "weighted_delta", "mse", "prediction"})


def homework() -> Iterator[Made]:
    """Ways and slips."""
    for name in NODES:
        yield f"sheet: ways, {name}", partial(every_way, NODES[name], PRINTED)
    yield "sheet: ways, weights alone", partial(every_way, NODES["two weights and a bias"], frozenset({"weight"}))
    for name in NODES:
        yield f"sheet: combined ways, {name}", partial(combined_ways, NODES[name])
    rng = random.Random(SEED)
    for convention, slip in zip(CONVENTIONS, itertools.cycle(SLIPS), strict=False):
        layout = rng.choice([layout for layout in LAYOUTS if layout != "weights before"])  # of those every combination is tried
        yield f"sheet: {slip} in {convention}, {layout}", partial(slipped, convention, layout, slip)


def every_way(node: dict[str, Any], printed: frozenset[str]) -> Any:
    """Each way that may be told apart by what is printed: its name, its words, and some of its numbers."""
    recipe = make_recipe(**node)
    choices = [*ways.single_choices(recipe, printed), *ways.right_choices(recipe)]
    return {
        f"{number}: {one.says}": [one.name, one.axis, one.weak, one.fitted, numbers(recipe, ways.Done((one,)))]
        for number, one in enumerate(choices)
    }


def combined_ways(node: dict[str, Any]) -> Any:
    """Those of several choices: how many, and the numbers of some."""
    recipe = make_recipe(**node)
    done = list(ways.combined(ways.single_choices(recipe, PRINTED)))
    some = done[:: max(1, len(done) // COMBINED)]
    return {"all": len(done)} | {f"{number}: {one.says}": [one.name, numbers(recipe, one)] for number, one in enumerate(some)}


def numbers(recipe: Any, done: Any) -> str:
    """Of steps 3 and 4, what may be printed; and of a step that goes on from other weights."""
    steps = walk.Walk(recipe, done.way)
    at = np.array([3, 4])
    width = recipe.k * recipe.d
    names = ["new_weight", "weighted_delta", "alpha_delta"]
    told = [steps.values(name, place, at) for name in names for place in range(width)]
    told += [steps.values(name, 0, at) for name in ("prediction", "delta", "mse", "mse after", "mse of all", "mse of all after")]
    told += [steps.values("new_bias", 0, at)] if recipe.bias is not None else []
    anew = walk.Walk(recipe, done.way).from_state(2, [[1.0] * len(row) for row in recipe.problem.blocks(recipe.start_weights())[0]])
    return " ".join(f"{value:.6g}" for value in [*np.ravel(told).tolist(), *anew["new_weight"], *anew["new_bias"], *anew["mse"]])


# ---- slips ----


def _sign(text: str) -> str:
    return text[1:] if text.startswith("-") else f"-{text}"


def _point(text: str) -> str:
    return f"{10 * float(text):.6g}"


def _swapped(text: str) -> str:
    places = [i for i in range(len(text) - 1) if text[i : i + 2].isdigit() and text[i] != text[i + 1]]
    return text if not places else text[: places[-1]] + text[places[-1] + 1] + text[places[-1]] + text[places[-1] + 2 :]


SLIPS: dict[str, Callable[[str], str]] = {"a sign": _sign, "the point": _point, "two digits swapped": _swapped}
_CELL = r"-?\d+[.,]\d+"


def _with(slip: Callable[[str], str], text: str) -> str:
    changed = slip(text.replace(",", "."))
    return changed.replace(".", ",") if "," in text else changed


def slipped(convention: str, layout: str, slip: str) -> Any:
    """A sheet of whole digits cut to six, one of whose cells in the middle is not what it was."""
    made = generated(convention, layout, 6 if convention != "float32" else 17, SEED)
    if made is None:
        return None
    lines = made[0].splitlines()
    row = len(lines) // 2
    cells = list(re.finditer(_CELL, lines[row]))
    cell = cells[-1]
    lines[row] = lines[row][: cell.start()] + _with(SLIPS[slip], cell[0]) + lines[row][cell.end() :]
    return graded("\n".join(lines), **made[1])
