"""For every finding a run that has it, and what is said of it: mostly recipes and trainings that the verdicts are tested on."""

import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nodescope as ns

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from frameworks.test_gates import remembering  # the tests' own cases
from verdicts import classes, named, networks, silent
from verdicts.observed import diagnosed

LONGEST = 150
"""Letters of a recipe that are still read in a table."""
_BOARD = {"input": [0, 1, 2, 3, 4, 5], "goal": ["no", "no", "yes", "no", "yes", "yes"], "bias": True}
OWN: tuple[dict[str, Any], ...] = (
    {"input": [1, 2, 3], "goal": [10, 20, 30], "alpha": 0.01, "clip": 0.5, "batch": "all", "epochs": 200},
    {"input": [1, 2, 3], "goal": [1, 2, 3], "alpha": 0.05, "penalty": 5, "batch": "all", "epochs": 200},
    {**_BOARD, "alpha": 0.1, "batch": "all", "epochs": 300, "loss": "hinge"},
    {
        "network": [2, 4, 1],
        "input": [[0, 0], [0, 1], [1, 0], [1, 1]],
        "goal": [0, 1, 1, 0],
        "alpha": 0.6,
        "batch": "all",
        "epochs": 500,
    },
)
"""What no case of the tests has to have."""
LOOPS = (
    silent.never_cleared, silent.detached, silent.in_a_list, silent.no_backward, silent.broadcast, silent.softmax_twice,
    silent.decayed,
)  # fmt: skip
"""PyTorch trainings for what is found in no run of ours."""
Told = tuple[str, str, str, str]


def examples() -> Iterator[Told]:
    """Finding, severity, the run that has it, what is said: the first of each name, the shortest recipes first."""
    told: dict[str, Told] = {}
    for one in (*_of_runs(), *_of_trainings()):
        told.setdefault(one[0], one)
    yield from (told[name] for name in sorted(told))


def _of_runs() -> Iterator[Told]:
    cases = [*named.HEALTHY, *named.SICK, *networks.SICK, *(case for _, case in classes.NAMED)]
    names = {case.name: case.must for case in cases}
    recipes = [(case.recipe, case.name) for case in cases] + [(recipe, "") for recipe in OWN]
    have: set[str] = set()
    for recipe, name in sorted(recipes, key=lambda one: _shown(one[0]) is None):
        if name and not names[name] - have:
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            findings = ns.diagnose(ns.descend(**recipe)).findings
        have |= {finding.name for finding in findings}
        shown = _shown(recipe)
        yield from ((one.name, one.severity, f"`{shown}`" if shown else name, one.text) for one in findings)


def _of_trainings() -> Iterator[Told]:
    for loop in LOOPS:
        training = f"PyTorch: {loop.__name__.replace('_', ' ')}"
        yield from ((one.name, one.severity, training, one.text) for one in diagnosed(loop(0)).findings)
    shut = ns.diagnose(remembering(-15.0))
    yield from ((one.name, one.severity, "PyTorch: an LSTM that forgets at once", one.text) for one in shut.findings)


def _shown(recipe: dict[str, Any]) -> str | None:
    """As it is called, or None where it is too long to be read."""
    if any(not isinstance(value, int | float | str | list | bool) for value in recipe.values()):
        return None
    text = f"ns.descend({', '.join(f'{key}={value!r}' for key, value in recipe.items())})"
    return text if len(text) <= LONGEST else None
