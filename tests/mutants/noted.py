"""A pytest plugin for the run before anything is changed: which test goes through which line, and how long each takes.

Coverage's own contexts know functions whose names begin with "test": what Hypothesis calls, and fixtures do, would be nobody's.
"""

import json
import os
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import coverage
import pytest

SECONDS: dict[str, float] = defaultdict(float)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    watching = coverage.Coverage.current()
    assert watching is not None
    watching.switch_context(item.nodeid)
    done = yield
    watching.switch_context("")
    return done


def pytest_runtest_logreport(report: Any) -> None:
    SECONDS[report.nodeid] += report.duration


def pytest_sessionfinish() -> None:
    Path(os.environ["NODESCOPE_SECONDS"]).write_text(json.dumps(SECONDS))
