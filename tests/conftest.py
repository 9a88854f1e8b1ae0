"""Settings for all tests: fewer random recipes where the engine is plain Python, the same ones every time in CI."""

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
SHORT = os.environ.get("NODESCOPE_EXAMPLES") == "short"
"""For a core that is slowed down by sanitizers."""
ROOT = Path(__file__).parent.parent

settings.register_profile(
    "nodescope",
    max_examples=80 if PLAIN else 500 if SHORT else 5000,
    deadline=None,
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile("nodescope")


@pytest.fixture
def ctrl_c() -> Iterator[Callable[[Any], None]]:
    """Ctrl-C as a person's terminal has it, for a test that sends it, whoever has started the tests; gives what sets it otherwise.

    A shell that starts something in the background (`make test &` in a script) has it ignored there, and in all that is started
    from there, so that such a test would fail, or run for ever. Processes that the test starts get what is set here.
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield lambda handling: signal.signal(signal.SIGINT, handling)
    signal.signal(signal.SIGINT, before)
