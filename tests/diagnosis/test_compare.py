"""Which of two runs is better: differences whose standard errors are known by hand."""

import math

import pytest

import nodescope as ns


def compared(standard_errors: float):
    """Two nodes that predict 0 and 1. By squares they differ by 2 goal − 1 = m ± 1: of four rows m√3 standard errors."""
    m = standard_errors / math.sqrt(3)
    goals = [(m + 1 + sign) / 2 for sign in (1, -1, 1, -1)]
    nothing, one = (
        ns.descend(weight=weight, input=[1, 1, 1, 1], goal=goals, batch="all", alpha=0.1, steps=0) for weight in (0.0, 1.0)
    )
    return ns.compare(nothing, one)


@pytest.mark.parametrize(
    ("standard_errors", "better"), [(2.1, "b"), (1.9, None), (1.1, None), (0.0, None), (-1.1, None), (-1.9, None), (-2.1, "a")]
)
def test_better_is_from_two_standard_errors_on(standard_errors, better):
    found = compared(standard_errors)
    assert found.standard_errors == pytest.approx(standard_errors, abs=1e-12)
    assert found.better == better
    assert ("Neither is clearly better" in found.sentence) == (better is None)
    assert f"{abs(found.standard_errors):.2g} standard errors" in found.sentence


def test_of_rows_that_all_say_the_same_there_is_no_doubt():
    same = {"input": [1, 1, 1], "goal": [1, 1, 1], "batch": "all", "alpha": 0.1, "steps": 0}
    found = ns.compare(ns.descend(weight=1.0, **same), ns.descend(weight=0.0, **same))
    assert (found.better, found.standard_errors, found.a, found.b) == ("a", -math.inf, 0.0, 1.0)
    assert "standard errors" not in found.sentence


def test_other_goals_are_refused():
    one, other = (ns.descend(weight=0.0, input=1, goal=goal, alpha=0.1, steps=0) for goal in (1, 2))
    with pytest.raises(ns.InputError, match="did not learn the same goals"):
        ns.compare(one, other)
