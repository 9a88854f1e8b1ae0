"""A pytest plugin for the run before anything is changed: which test goes through which line, and how long each takes.

Coverage's own contexts know functions whose names begin with "test": what Hypothesis calls, and fixtures do, would be nobody's.
"""

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

import coverage
import pytest

SECONDS: dict[str, float] = {}
"""Of processor time."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """No test has a limit of its own: beside coverage, and other tests, it takes some times as long."""
    for item in items:
        item.own_markers = [mark for mark in item.own_markers if mark.name != "timeout"]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    watching = coverage.Coverage.current()
    assert watching is not None
    watching.switch_context(item.nodeid)
    before = time.process_time()
    done = yield
    SECONDS[item.nodeid] = time.process_time() - before
    watching.switch_context("")
    return done


def pytest_sessionfinish() -> None:
    Path(os.environ["NODESCOPE_SECONDS"]).write_text(json.dumps(SECONDS))
