"""What is said of observed trainings, and of what their loss functions are called on."""

import copy
import itertools
import math
from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import Any

from said.documents import attributes, evidence
from said.oddities import COURSES, NOTHING, RECORDING, SETTINGS, WAYS, WIRING
from said.recordings import BASES, Change

import nodescope as ns
from nodescope.diagnosis.after.observed.about_loss_call import CALLS
from nodescope.diagnosis.after.recorded import RecordedEvidence
from nodescope.run.facts import LossCall
from nodescope.run.recorded import Recorded

Made = tuple[str, Callable[[], Any]]


def recordings() -> Iterator[Made]:
    """Each oddity in each of the trainings where it may be told otherwise."""
    for kind, oddities in {"wiring": WIRING, "ways": WAYS, "settings": SETTINGS, "course": COURSES, "records": RECORDING}.items():
        for name, change in oddities.items():
            for base in BASES if name == "as it is" else ("some", "stuck"):
                yield f"observed: {kind}, {name}, {base}", partial(observed, base, change)
    for name, change in COURSES.items():
        yield f"observed: classes, {name}", partial(observed, "classes", change)


@cache
def _of(base: str) -> Recorded:
    return BASES[base]()


def observed(base: str, change: Change) -> Any:
    """What is said of it and what this rests on, where that is not what is said of the training without anything odd."""
    run = copy.deepcopy(_of(base))
    change(run)
    told, usual = _told(run), _usual(base) if change is not NOTHING else {}
    return {name: facts for name, fact in told.items() if (facts := _unlike(fact, usual.get(name, {})))}


@cache
def _usual(base: str) -> dict[str, dict[str, Any]]:
    return _told(_of(base))


def _told(run: Recorded) -> dict[str, dict[str, Any]]:
    found = ns.diagnose(run)
    of_evidence = {name: fact for name, fact in evidence(RecordedEvidence(run)).items() if name != "inputs"}
    return {
        "verdict": {"": found.verdict}, "evidence": of_evidence,
        "findings": {f"{finding.severity}: {finding.headline}": attributes(finding) for finding in found.findings},
    }  # fmt: skip


def _unlike(facts: dict[str, Any], usual: dict[str, Any]) -> dict[str, Any]:
    """Those that are not as usual, and those that are missing."""
    names = dict.fromkeys([*facts, *usual])
    return {name: facts.get(name, "not told") for name in names if facts.get(name) != usual.get(name)}


# ---- what the loss function is called on ----

BATCH = {"given": (12, 3), "goals": (12,), "calls": 40, "alone": True, "made_by": "linear", "goal_low": 0.0, "goal_high": 2.0}
OPERATIONS = ("linear", "softmax", "sigmoid", "tanh", "relu", "log_softmax")
FUNCTIONS = (
    "cross_entropy", "nll_loss", "kl_div", "binary_cross_entropy_with_logits", "mse_loss", "margin_ranking_loss",
)  # fmt: skip
OTHERS = ("binary_cross_entropy", "l1_loss", "sub", "mul")
ARGUMENTS: dict[str, dict[str, Any]] = {
    "a column": {"given": (12, 1), "goals": (12,)},
    "a column and a column": {"given": (12, 1), "goals": (12, 1)},
    "one number": {"given": (12, 1), "goals": (1,)},
    "a row and a column": {"given": (1, 3), "goals": (12, 1)},
    "a goal of its own axis": {"given": (12, 3), "goals": (12, 1)},
    "a column, not alone": {"given": (12, 1), "goals": (12,), "alone": False},
    "along axis 0": {"axis": 0},
    "along axis 1": {"axis": 1},
    "along the only axis": {"axis": 0, "given": (12,)},
    "rows sum to a little more": {"row_sum": 1.0625, "low": 0.25, "high": 1.0},
    "rows sum to nearly 1": {"row_sum": 1.046875, "low": 0.25, "high": 1.0},
    "rows sum to less": {"row_sum": 0.9375, "low": -0.5, "high": 0.75},
    "rows sum to much": {"row_sum": 3.5, "low": 0.0, "high": 1.25},
    "rows are beyond doubles": {"row_sum": math.inf},
    "goals from −1 to 1": {"goal_low": -1.0, "goal_high": 1.0},
    "goals from 1 to 2": {"goal_low": 1.0, "goal_high": 2.0},
    "goals from 0 to 1": {"goal_low": 0.0, "goal_high": 1.0},
    "goals from 0 to 255": {"goal_low": 0.0, "goal_high": 255.0},
    "goals a little below": {"goal_low": -0.125, "goal_high": 1.0},
    "goals a tenth below": {"goal_low": -0.5, "goal_high": 4.5},
    "goals a tenth beyond": {"goal_low": 0.0, "goal_high": 1.0625},
    "goals farther beyond": {"goal_low": 0.0, "goal_high": 1.25},
    "goals of another network": {"goal_low": -9.0, "goal_high": 9.0, "goals_from": "network"},
    "goals unknown": {"goal_low": math.inf, "goal_high": -math.inf},
    "rows of goals sum to 2": {"goal_sum": 2.0},
    "rows of goals sum to nearly 1": {"goal_sum": 1.046875},
    "rows of goals sum to less": {"goal_sum": 0.9375},
    "swapped": {"swapped": True},
    "all ignored": {"ignored": 1.0},
    "nearly all ignored": {"ignored": 0.99},
    "one class": {"counts": [0, 40, 0]},
    "one class of one": {"counts": [40]},
    "two classes": {"counts": [0, 40, 1]},
    "one class, twice": {"counts": [0, 40, 0], "calls": 2},
    "one class, three times": {"counts": [0, 40, 0], "calls": 3},
    "one class, not alone": {"counts": [0, 40, 0], "alone": False},
    "one goal": {"goal_low": 2.5, "goal_high": 2.5},
    "one goal of one": {"goal_low": 2.5, "goal_high": 2.5, "given": (1, 1), "goals": (1, 1)},
    "a class ignored": {"ignored_class": 2, "ignored": 0.5},
    "a class of sequences ignored": {"ignored_class": 2, "ignored": 0.5, "reshaped": True},
    "a class of pictures ignored": {"ignored_class": 2, "ignored": 0.5, "given": (12, 3, 8, 8)},
}


def calls() -> Iterator[Made]:
    """What is found in a call of each loss function with each argument, behind each operation."""
    for function, made_by in [*itertools.product(FUNCTIONS, OPERATIONS), *itertools.product(OTHERS, ("linear", "relu"))]:
        yield f"observed: call of {function} on {made_by}", partial(called, function, made_by)


def called(function: str, made_by: str) -> Any:
    """What is found in the call as it is, and where something else is found with other arguments."""
    usual = _found(function, made_by, {})
    found = {name: _found(function, made_by, arguments) for name, arguments in ARGUMENTS.items()}
    return {"as it is": usual} | {name: told for name, told in found.items() if told != usual}


def _found(function: str, made_by: str, arguments: dict[str, Any]) -> list[list[Any]]:
    call = LossCall(function, 7, **BATCH | {"made_by": made_by} | arguments)
    found = [finding for judge in CALLS if (finding := judge(call)) is not None]
    return [[one.name, one.text, one.remedy, one.threshold, one.measured, one.where, one.step] for one in found]
