"""Settings for all tests: fewer random recipes where the engine is plain Python, the same ones every time in CI."""

import os
import sys
from pathlib import Path

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
