"""From where on it is found of an observed training's loss and rate: both sides of each bound, worked out by hand."""

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from diagnosis.evidence_by_hand import at_its_bounds, evidence

from nodescope.diagnosis.after import about_recording as recording
from nodescope.diagnosis.after.finding import Finding

NONE, NOTE, WARNING, FAULT = "", "note", "warning", "fault"


def bend(alpha: float = 0.1, limit: float = 0.05, step: int = 3, shares: tuple[float, ...] = (0.25, 0.5, 0.25)) -> Any:
    return SimpleNamespace(step=step, alpha=alpha, limit=limit, shares=shares)


def trouble(step: int = 9, irreversible_from: int = 9) -> Any:
    return SimpleNamespace(
        step=step, irreversible_from=irreversible_from, text="a sum is inf", quantity="weighted_delta", value=math.inf,
        where="layer 0", layer=0,
    )  # fmt: skip


def losses(*of: float) -> dict[str, Any]:
    seen = np.array(of)
    return {"losses_seen": seen, "start": of[0] if of else math.nan, "end": of[-1] if of else math.nan}


RUN = {
    "recorded.trouble": None, "recorded.bends": [], "recorded.facts.recovered": False, "recorded.facts.main_call": "call",
    "recorded.facts.loss_calls": ["call"], "recorded.facts.ended": None, "recorded.facts.backwards": 0, "recorded.facts.reached": 0,
    "recorded.steps": 40, "recorded.layers": [SimpleNamespace(name="fc1"), SimpleNamespace(name="fc2")], "finite": True,
    "direction": 1.0, "supervised": False, "nothing_moved": False, "hardly_fell": True, "depth": 2, "bend": bend(),
    "snapshots": [1],
} | losses(*[1.0] * 40)  # fmt: skip
NOT_FINITE = RUN | {"recorded.trouble": trouble()}
UPWARD = RUN | {"direction": -1.0} | losses(1.0, 1.5)
ENDLESS = RUN | losses(*[1.0] * 10, *[-50.0] * 10, *[-101.0] * 10)
GROWN = RUN | losses(*[1.0] * 39, 20.1)
BOUNDS: dict[str, tuple[Any, dict[str, Any], dict[str, tuple[dict[str, Any], str]]]] = {
    "not finite": (recording.first_not_finite, NOT_FINITE, {
        "as it is": ({}, FAULT), "it went on": ({"recorded.facts.recovered": True}, WARNING),
        "none": ({"recorded.trouble": None}, NONE),
    }),
    "the limit": (recording.rate_against_limit, RUN, {
        "as it is": ({}, NOTE), "not known": ({"bend": None}, NONE), "none": ({"bend": bend(limit=math.inf)}, NONE),
        "no rate": ({"bend": bend(limit=0.0)}, NONE), "three times": ({"bend": bend(0.75, 0.25)}, NOTE),
        "more": ({"bend": bend(0.76, 0.25)}, NONE), "more, and it grew": ({"bend": bend(0.76, 0.25), "end": 1.1}, NOTE),
        "more, to the end": ({"bend": bend(0.76, 0.25), "finite": False}, NOTE),
    }),
    "upward": (recording.told_to_go_up, UPWARD, {
        "as it is": ({}, FAULT), "down": ({"direction": 1.0}, NONE), "it stood": ({"end": 1.0}, NONE),
        "from 0": ({"start": 0.0}, NOTE), "a score": ({"start": -1.0}, NOTE),
    }),
    "without end": (recording.without_end, ENDLESS, {
        "as it is": ({}, FAULT), "a hundred times": (losses(*[1.0] * 10, *[-50.0] * 10, *[-100.0] * 10), NONE),
        "above 0": (losses(*[0.001] * 10, *[-5.0] * 19, 1.0), NONE), "two": (losses(0.001, -5.0), NONE),
        "three": (losses(0.001, -5.0, -9.0), NONE), "it came back": (losses(*[1.0] * 10, *[-300.0] * 10, *[-101.0] * 10), NONE),
        "it was larger before": (losses(*[-1.02] * 10, *[-50.0] * 10, *[-101.0] * 10), NONE),
        "it was large at the third": (losses(1, 1, 1.02, *[0.5] * 7, *[-50.0] * 10, *[-101.0] * 10), NONE),
        "it was large at the fourth": (losses(1, 1, 1, 1.02, *[0.5] * 6, *[-50.0] * 10, *[-101.0] * 10), FAULT),
        "it rose first": (losses(*[1.0] * 10, *[1.0] * 10, *[-101.0] * 10), NONE),
        "from nothing": (losses(0.0, 0.0, 0.0, -1.0, -1.0, -2.0), FAULT),
    }),
    "grown": (recording.loss_diverges, GROWN, {
        "as it is": ({}, WARNING), "twenty times": ({"end": 20.0}, NONE), "a thousand times": ({"end": 1000.0}, WARNING),
        "more": ({"end": 1001.0}, FAULT), "below 0": ({"end": -20.1}, NOTE), "not finite": ({"finite": False}, NONE),
        "of nothing": (losses(*[0.0] * 39, 9.0), NONE), "nothing was seen": (losses(), NONE),
        "not at first": (losses(1, 1, 1, 1.1, *[0.1] * 35, 20.5), NONE),
    }),
    "not seen": (recording.loss_not_seen, RUN | losses(), {
        "as it is": ({}, WARNING), "seen": (losses(1.0), NONE), "no step": ({"recorded.steps": 0}, NONE),
        "not finite": ({"finite": False}, NONE), "ended": ({"recorded.facts.ended": 3}, NONE),
        "of other weights": ({"recorded.facts.backwards": 4}, NONE),
        "of these": ({"recorded.facts.backwards": 4, "recorded.facts.reached": 1}, WARNING),
    }),
    "nothing": (recording.nothing_recorded, RUN | {"snapshots": []}, {
        "as it is": ({}, NOTE), "no step": ({"recorded.steps": 0}, WARNING), "ended": ({"recorded.facts.ended": 0}, WARNING),
        "records": ({"snapshots": [1]}, NONE), "not finite": ({"finite": False}, NONE),
        "no step after backward": ({"recorded.steps": 0, "recorded.facts.backwards": 2}, NONE),
        "steps after backward": ({"recorded.facts.backwards": 2}, NOTE),
    }),
}  # fmt: skip

test_from_where_on_it_is_found = at_its_bounds(BOUNDS)


def test_what_led_to_a_number_that_is_not_finite():
    def text(**more: Any) -> str:
        found = recording.first_not_finite(evidence(NOT_FINITE | {f"recorded.{name}": fact for name, fact in more.items()}))
        assert found is not None
        return found.text

    against = "the rate 0.1 is 2 times the local limit 0.05, set by layer 1 (fc2)"
    assert text() == "a sum is inf."
    assert text(trouble=trouble(9, 8)) == "a sum is inf; from step 8 on the loss never came back."
    assert text(bends=[bend(), bend(step=9), bend(step=10)]) == f"a sum is inf; at step 9 {against}."
    assert text(bends=[bend(0.05)]) == text(bends=[bend(step=10)]) == "a sum is inf."
    assert text(bends=[bend(step=1), bend(step=2)], trouble=trouble(0, 0)) == f"a sum is inf; at step 1 {against}."
    others = text(bends=[bend(shares=(0.25, 0.25, 0.5))])
    assert others.endswith("set by parameters outside the layers told.")


@pytest.mark.parametrize(
    ("change", "asked"),
    [
        ({}, None), ({"supervised": True}, "grew"), ({"recorded.facts.main_call": None}, None),
        ({"recorded.facts.main_call": None, "recorded.facts.loss_calls": []}, "grew"),
        ({"recorded.facts.main_call": None, "recorded.facts.loss_calls": [], "depth": 0}, None),
        ({"recorded.facts.main_call": None, "recorded.facts.loss_calls": []} | losses(0.0, 1.0), "grew"),
        ({"recorded.facts.main_call": None, "recorded.facts.loss_calls": []} | losses(-0.1, 1.0), None),
        ({"supervised": True, "hardly_fell": False}, "grew"), ({"supervised": True, "hardly_fell": False, "end": 0.9}, None),
        ({"supervised": True, "end": 0.9}, "grew"),
    ],
)  # fmt: skip
def test_of_what_losses_it_is_asked_whether_they_grew(change: dict[str, Any], asked: str | None, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(recording, "error_grew", lambda _: Finding("grew", "fault", ""))
    found = recording.loss_diverges(evidence(RUN | change))
    assert (None if found is None else found.name) == asked


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({}, False), ({"supervised": True}, True), ({"supervised": True, "end": 0.95}, False),
        ({"supervised": True, "end": 0.96}, True),
        ({"nothing_moved": True, "end": 0.5}, True), ({"nothing_moved": True, "supervised": True, "end": 0.5}, True),
    ],
)  # fmt: skip
def test_of_what_losses_it_is_asked_whether_they_hardly_fell(change: dict[str, Any], found: bool, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(recording, "hardly_any_progress", lambda _: Finding("slow convergence", "warning", ""))
    assert (recording.loss_hardly_falls(evidence(RUN | change)) is not None) is found
