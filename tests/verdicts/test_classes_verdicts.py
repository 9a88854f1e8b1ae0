"""Runs whose goals are classes, judged as an expert would: named ones, and a fresh lot of generated ones."""

import pytest
from conftest import cases
from verdicts.cases import Case
from verdicts.check import wrong_in
from verdicts.classes import NAMED, generate


@pytest.mark.parametrize("case", [case for _, case in NAMED], ids=lambda case: case.name)
def test_named(case: Case):
    assert wrong_in(case) == []


def test_half_of_the_named_are_healthy():
    assert len(NAMED) >= 60
    assert 0.4 < sum(well for well, _ in NAMED) / len(NAMED) < 0.6


def test_generated():
    """Misses and false alarms in one of a hundred at most."""
    made = list(generate(cases(500, 5), 18))
    wrong = {case.name: found for case in made if (found := wrong_in(case))}
    assert len(wrong) <= len(made) / 100, wrong
