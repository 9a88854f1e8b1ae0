"""Evidence that is written down fact by fact, so that a finding is asked at both sides of each of its bounds."""

from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

Facts = Mapping[str, Any]
Finding = Callable[[Any], Any]


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


def errors(*of: float) -> dict[str, Any]:
    """Facts of a run whose error was this at steps 0, 10, 20, …"""
    return {
        "errors": np.array(of),
        "end": of[-1],
        "start": of[0],
        "true_start": of[0],
        "error_steps": [10 * i for i in range(len(of))],
    }


def severities(finding: Finding, base: Facts, changes: Mapping[str, Facts]) -> dict[str, str]:
    """What is found where some facts are others: its severity, "" where there is nothing."""
    found = {name: finding(evidence({**base, **change})) for name, change in changes.items()}
    return {name: "" if one is None else one.severity for name, one in found.items()}


def at_its_bounds(
    bounds: Mapping[str, tuple[Finding, Facts, Mapping[str, tuple[Facts, str]]]],
) -> Callable[[str], None]:
    """A test: of each finding, the facts that it begins from, and of each case those that are others and how severe it is then."""

    @pytest.mark.parametrize("name", bounds)
    def test(name: str) -> None:
        finding, base, cases = bounds[name]
        found = severities(finding, base, {case: change for case, (change, _) in cases.items()})
        expected = {case: severity for case, (_, severity) in cases.items()}
        wrong = {case: f"{found[case]!r}, not {expected[case]!r}" for case in cases if found[case] != expected[case]}
        assert not wrong, wrong

    return test


def told(name: str, finding: Finding, base: Facts, changes: Mapping[str, Mapping[str, Facts]]) -> dict[Any, Any]:
    """By a finding's name and case, its step, place and numbers, what is said, and the remedy; what is not found is left out."""
    cases = {"as it is": {}, **changes.get(name, {})}
    found = {case: finding(evidence({**base, **change})) for case, change in cases.items()}
    return {(name, case): (f.step, f.where, f.measured, f.predicted, f.text, f.remedy) for case, f in found.items() if f}
