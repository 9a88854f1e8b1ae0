"""Silent bugs are found and named, and loops as people run them raise no alarm: a part of what `make check-verdicts` counts."""

from collections.abc import Iterator

import pytest
import torch
from verdicts import real, silent
from verdicts.observed import judged


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """Small matrices are slower on many."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.mark.parametrize("kind", silent.KINDS, ids=lambda kind: kind.__name__)
def test_a_silent_bug_is_named(kind):
    assert judged(kind(1)) == []


@pytest.mark.parametrize("kind", real.KINDS, ids=lambda kind: kind.__name__)
def test_a_real_loop_raises_no_alarm(kind):
    assert judged(kind(1)) == []
