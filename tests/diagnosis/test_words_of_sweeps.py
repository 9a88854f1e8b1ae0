"""What a sweep says of its runs in a sentence: of each word that a verdict may begin with, for one run and for several."""

import ast
from pathlib import Path

import pytest

import nodescope as ns
from nodescope.diagnosis.sweeps.outcomes import WITHHELD
from nodescope.diagnosis.sweeps.said import SAID, sentence

AFTER = Path(ns.__file__).parent / "diagnosis" / "after"


def first_words() -> set[str]:
    """Names of findings that may stand first in a verdict: all that are not notes always, and those that stand alone."""
    found = set()
    for path in AFTER.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Finding":
                name, severity = node.args[:2]
                if isinstance(name, ast.Constant) and not (isinstance(severity, ast.Constant) and severity.value == "note"):
                    found.add(name.value)
    return {*found, "nothing wrong", "unknown", WITHHELD}


def test_every_word_that_a_verdict_may_begin_with_has_a_sentence() -> None:
    assert first_words() == set(SAID)
    assert len(SAID) > 25


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        ({"nothing wrong": 286, "diverges": 26}, "286 of 312 runs have nothing wrong, 26 diverge"),
        ({"plateau": 12, "slow convergence": 1}, "12 of 13 runs stay on a plateau, 1 converges slowly"),
        ({"nothing wrong": 1}, "1 of 1 run has nothing wrong"),
        ({"diverges": 1234, "of an older file": 1}, '1,234 of 1,235 runs diverge, 1 has the verdict “of an older file”'),
        ({"withheld": 2}, "2 of 2 runs have their verdicts withheld"),
    ],
)  # fmt: skip
def test_by_hand(counts: dict[str, int], told: str) -> None:
    assert sentence(counts, sum(counts.values())) == told


def test_a_sweep_shows_it() -> None:
    swept = ns.sweep(weight=0.4, input=1, goal=0.6, alpha=[0.1, 0.5, 2.5, 3.0], steps=100)
    assert str(swept).splitlines()[1] == "  2 of 4 runs have nothing wrong, 2 diverge"
