"""A run to be judged, and what a careful expert would find in it. Imports nothing of ours."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Case:
    """One run.

    Attributes
    ----------
    must : names of findings that have to be made
    may : names of warnings or faults that are right too, but need not be made
    """

    name: str
    recipe: dict[str, Any]
    must: frozenset[str] = field(default_factory=frozenset)
    may: frozenset[str] = field(default_factory=frozenset)


def case(name: str, recipe: dict[str, Any], must: str = "", may: str = "") -> Case:
    """Names of findings separated by commas."""
    return Case(name, recipe, _names(must), _names(may))


def _names(text: str) -> frozenset[str]:
    return frozenset(part.strip() for part in text.split(",") if part.strip())


def judged(case: Case, findings: Any) -> Iterator[str]:
    """What is wrong with the findings made of a case: misses, and warnings or faults that nobody should have made."""
    names = {finding.name for finding in findings}
    yield from (f"missed {name!r}" for name in sorted(case.must - names))
    loud = {finding.name for finding in findings if finding.severity != "note"}
    yield from (f"false alarm {name!r}" for name in sorted(loud - case.must - case.may))
