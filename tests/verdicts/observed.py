"""Loops of `silent` and `real`, trained under observation and judged: what was missed, what was a false alarm."""

import warnings
from typing import Any

from verdicts.loop import Loop

import nodescope as ns
from nodescope.torch import observe


def trained(loop: Loop) -> ns.Recorded:
    """Once, under observation."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PyTorch's own hints at what is wrong, and they must not be needed
        with observe(loop.model, loop.optimizer) as run:
            loop.run()
    return run


def diagnosed(loop: Loop) -> ns.Diagnosis:
    """What is said of it."""
    return ns.diagnose(trained(loop))


def judged(loop: Loop) -> list[str]:
    """What is wrong with the verdict; nothing where it is right."""
    found = diagnosed(loop)
    loud = [finding for finding in found.findings if finding.severity != "note"]
    if not loop.words:
        return [f"false alarm ({finding.severity}) {finding.name!r}: {finding.text}" for finding in loud]
    said = " ".join(f"{finding.name} {finding.text} {finding.remedy}" for finding in loud)
    wrong = [] if any(word in said for word in loop.words) else [f"missed any of {loop.words}, said {_names(loud)}"]
    if not wrong and loop.layer and loop.layer not in said:
        wrong.append(f"does not name {loop.layer!r}")
    return wrong


def _names(findings: list[Any]) -> list[str]:
    return [finding.name for finding in findings] or ["nothing"]
