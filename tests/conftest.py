"""Settings for all tests: what runs where, and how many random cases; the same ones every time in CI.

NODESCOPE_ENGINE, "compiled" or "plain", is what nodescope itself reads: `make test` runs the tests on both, side by side. `ONCE`
names those that are left to the compiled run.
NODESCOPE_TESTS is "short" (under sanitizers, which slow the core down), "default" or "long" (`make test-long`).
"""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

sys.path.insert(0, str(Path(__file__).parent))

PLAIN = os.environ.get("NODESCOPE_ENGINE") == "plain"
ONCE = (
    "architecture", "browser", "cli/test_rubbish.py", "data/test_examples.py", "data/test_rubbish_tables.py",
    "diagnosis/test_bisect.py", "diagnosis/test_grade.py", "diagnosis/test_network_reasons.py", "frameworks", "homework", "hosts",
    "verdicts", "views",
)  # fmt: skip
"""What asks no engine for anything, or reads finished runs, whose bits are those of the other engine: tests/laws."""
LENGTH = os.environ.get("NODESCOPE_TESTS") or "default"
SHARE = {"short": 0.05, "default": 0.2, "long": 1.0}[LENGTH]
"""Of the random cases that the long run goes through."""
TESTS = Path(__file__).parent
ROOT = TESTS.parent


def cases(compiled: int, plain: int) -> int:
    """How many random cases a test goes through: on the compiled core in the long run, and on plain Python however long."""
    return plain if PLAIN else max(1, round(SHARE * compiled))


settings.register_profile(
    "nodescope",
    max_examples=cases(5000, 40),
    deadline=None,
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile("nodescope")


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Leave out on plain Python what the compiled run has."""
    return True if PLAIN and any(collection_path == TESTS / place for place in ONCE) else None


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Nothing is left out without a word."""
    if PLAIN:
        terminalreporter.write_line(f"Left to the compiled run (ONCE in tests/conftest.py): {', '.join(ONCE)}.")


@pytest.fixture
def ctrl_c() -> Iterator[Callable[[Any], None]]:
    """Ctrl-C as a person's terminal has it, for a test that sends it, whoever has started the tests; gives what sets it otherwise.

    A shell that starts something in the background (`make test &` in a script) has it ignored there, and in all that is started
    from there, so that such a test would fail, or run for ever. Processes that the test starts get what is set here.
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield lambda handling: signal.signal(signal.SIGINT, handling)
    signal.signal(signal.SIGINT, before)
