"""Silent bugs are found and named, and loops as people run them raise no alarm: a part of what `make check-verdicts` counts."""

import pytest
from conftest import cases
from verdicts import bugs, healed, more_real, real, silent
from verdicts.observed import judged


@pytest.mark.parametrize("kind", silent.KINDS, ids=lambda kind: kind.__name__)
def test_a_silent_bug_is_named(kind):
    assert judged(kind(1)) == []


@pytest.mark.parametrize("kind", real.KINDS, ids=lambda kind: kind.__name__)
def test_a_real_loop_raises_no_alarm(kind):
    assert judged(kind(1)) == []


def _some(kinds):
    """One in six of them, all in the long run."""
    return kinds[:: max(1, 6 // cases(6))]


@pytest.mark.parametrize("kind", _some(bugs.KINDS), ids=lambda kind: kind.__name__)
def test_a_bug_of_a_later_kind_is_named(kind):
    assert judged(kind(1)) == []


@pytest.mark.parametrize("kind", _some(more_real.KINDS), ids=lambda kind: kind.__name__)
def test_another_real_loop_raises_no_alarm(kind):
    assert judged(kind(1)) == []


@pytest.mark.parametrize("each", _some(healed.HEALED), ids=lambda each: each.kind.__name__)
def test_a_remedy_that_is_code_does_what_it_says(each):
    assert healed.wrong_with(each, 1) == []
