"""Settings for all tests: what runs where, and how many random cases; the same ones every time in CI.

NODESCOPE_ENGINE, "compiled" or "plain", is what nodescope itself reads: `make test` runs all tests on the compiled core, and
those of `ON_BOTH` on plain Python too.
NODESCOPE_TESTS is "short" (under sanitizers, which slow the core down), "default" or "long" (`make test-long`).
"""

import gc
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import pytest
import same_products  # noqa: F401  # before NumPy
from hypothesis import HealthCheck, settings

PLAIN = os.environ.get("NODESCOPE_ENGINE") == "plain"
ON_BOTH = (
    "arithmetic", "corpus", "data/test_nist.py", "diagnosis/test_diagnose.py", "laws",
    "run/test_automatic_alpha.py", "run/test_network.py", "run/test_refusals.py",
    "run/test_runfile.py", "run/test_schedules_that_pause.py", "run/test_score.py", "run/test_seed.py", "run/test_settings.py",
    "run/test_standardise.py", "run/test_stops.py", "theory/test_stepped.py",
)  # fmt: skip
"""What runs on plain Python too: what asks an engine for each thing that one can be asked for. Laws hold the two engines against
each other in one process, bit for bit; what reads finished runs, or writes them to a disk, would see the same bits again."""
LENGTH = os.environ.get("NODESCOPE_TESTS") or "default"
SHARE = {"short": 0.05, "default": 0.1, "long": 1.0}[LENGTH]
"""Of the random cases that the long run goes through."""
TESTS = Path(__file__).parent
ROOT = TESTS.parent


def cases(compiled: int, plain: int = 0) -> int:
    """How many random cases a test goes through: on the compiled core in the long run, and on plain Python however long that is.

    Those of a file that is not in `ON_BOTH` need no second number.
    """
    return plain if PLAIN else max(1, round(SHARE * compiled))


settings.register_profile(
    "nodescope",
    max_examples=cases(5000, 40),
    deadline=None,
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile("nodescope")


def until(holds: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait until something holds, however busy the machine is; it fails where it never does."""
    ends = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < ends, f"not even after {seconds:g} seconds"
        time.sleep(0.02)


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Leave to the compiled run what is not in `ON_BOTH`."""
    if not PLAIN or not collection_path.name.startswith("test_"):
        return None
    return None if any(collection_path.is_relative_to(TESTS / place) for place in ON_BOTH) else True


def pytest_collection_finish() -> None:
    """What thousands of tests have imported and made by now stays: no collector need look at it again."""
    gc.collect()
    gc.freeze()


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Nothing is left out without a word."""
    if PLAIN:
        terminalreporter.write_line(
            f"On plain Python: {', '.join(ON_BOTH)}; all else is left to the compiled run (tests/conftest.py)."
        )


@pytest.fixture
def ctrl_c() -> Iterator[Callable[[Any], None]]:
    """Ctrl-C as a person's terminal has it, for a test that sends it, whoever has started the tests; gives what sets it otherwise.

    A shell that starts something in the background (`make test &` in a script) has it ignored there, and in all that is started
    from there, so that such a test would fail, or run for ever. Processes that the test starts get what is set here.
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield lambda handling: signal.signal(signal.SIGINT, handling)
    signal.signal(signal.SIGINT, before)
