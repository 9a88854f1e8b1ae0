"""For every finding of a run a recipe that has it, and what is said of it: those that the verdicts are tested on."""

import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nodescope as ns

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from verdicts import classes, named, networks  # the tests' own cases

LONGEST = 150
"""Letters of a recipe that are still read in a table."""


def examples() -> Iterator[tuple[str, str, str, str]]:
    """Finding, severity, the run that has it, what is said: the first case, the shortest recipes first, of each name."""
    cases = [*named.HEALTHY, *named.SICK, *networks.SICK, *(case for _, case in classes.NAMED)]
    told: dict[str, tuple[str, str, str]] = {}
    for case in sorted(cases, key=lambda one: _shown(one.recipe) is None):
        if not case.must - told.keys():
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            findings = ns.diagnose(ns.descend(**case.recipe)).findings
        for finding in findings:
            shown = _shown(case.recipe)
            told.setdefault(finding.name, (finding.severity, f"`{shown}`" if shown else case.name, finding.text))
    yield from ((name, *told[name]) for name in sorted(told))


def _shown(recipe: dict[str, Any]) -> str | None:
    """As it is called, or None where it is too long to be read."""
    if any(not isinstance(value, int | float | str | list | bool) for value in recipe.values()):
        return None
    text = f"ns.descend({', '.join(f'{key}={value!r}' for key, value in recipe.items())})"
    return text if len(text) <= LONGEST else None
