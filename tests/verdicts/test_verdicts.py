"""Named runs judged as an expert would, and a fresh lot of generated ones."""

import pytest
from conftest import PLAIN
from verdicts.cases import Case
from verdicts.check import wrong_in
from verdicts.generated import generate
from verdicts.named import CASES, HEALTHY


@pytest.mark.parametrize("case", CASES[:: 12 if PLAIN else 1], ids=lambda case: case.name)
def test_named(case: Case):
    assert wrong_in(case) == []


def test_half_of_the_named_are_healthy():
    assert len(CASES) >= 60
    assert 0.4 < len(HEALTHY) / len(CASES) < 0.6


def test_generated():
    cases = list(generate(4 if PLAIN else 300, 11))
    wrong = {case.name: found for _, case in cases if (found := wrong_in(case))}
    assert len(wrong) <= len(cases) / 100, wrong
