"""Evidence that is written down fact by fact, so that a finding is asked at both sides of each of its bounds."""

from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

Facts = Mapping[str, Any]


def evidence(facts: Facts) -> Any:
    """A thing that has these facts; "a.b" is the fact b of its a."""
    root = SimpleNamespace()
    for name, fact in facts.items():
        *above, last = name.split(".")
        at = root
        for part in above:
            if not hasattr(at, part):
                setattr(at, part, SimpleNamespace())
            at = getattr(at, part)
        setattr(at, last, fact)
    return root


def severities(finding: Callable[[Any], Any], base: Facts, changes: Mapping[str, Facts]) -> dict[str, str]:
    """What is found where some facts are others: its severity, "" where there is nothing."""
    found = {name: finding(evidence({**base, **change})) for name, change in changes.items()}
    return {name: "" if one is None else one.severity for name, one in found.items()}
