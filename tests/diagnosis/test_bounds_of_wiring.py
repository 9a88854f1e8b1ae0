"""From where on it is found that a training does not hang together: both sides of each bound, worked out by hand."""

from types import SimpleNamespace
from typing import Any

import numpy as np
from diagnosis.evidence_by_hand import at_its_bounds

from nodescope.diagnosis.after.observed import about_wiring as wiring

NONE, NOTE, WARNING, FAULT = "", "note", "warning", "fault"


def parameter(**more: Any) -> Any:
    """One of the model's and the optimizer's that learns as it should."""
    usual = {
        "name": "a.weight", "layer": "a", "kind": "Linear", "stepped": True, "asks": True, "of_model": True, "gradients": 8,
        "moved": True, "uses": 8, "uses_apart": 0, "cut_by": "", "largest": 1.0, "uncleared": 0, "size": 6,
    }  # fmt: skip
    return SimpleNamespace(**usual | more)


def stray(name: str = "", **more: Any) -> Any:
    return SimpleNamespace(**{"name": name, "moved": False, "uses": 1, "kind": "Linear", **more})


def of(*parameters: Any, **more: Any) -> dict[str, Any]:
    """Facts of a training of eight steps, each with its backward pass."""
    return {
        "recorded.facts.parameters": list(parameters), "recorded.steps": 8, "recorded.facts.backwards": 8, "recorded.layers": [],
        "recorded.facts.reached": 8, "recorded.facts.rootless": 0, "recorded.facts.wiped": 0, "recorded.facts.strays": [],
        "converged": False, "snapshots": [], "depth": 2, "losses_seen": np.array([1.0, 1.0]), "start": 1.0, "share_left": 0.95,
        "nothing_learned": True, "kept_from": lambda _: "", "moved_by_others": lambda _: False, "layer_name": "layer {}".format,
        "recorded.facts.modes": modes(),
    } | more  # fmt: skip


def modes(**more: Any) -> Any:
    return SimpleNamespace(**{"layers": ["drop"], "evaluating": 0, "since": None, "apart": 0, "always_on": False} | more)


FINE, LOST = parameter(), parameter(gradients=0, moved=False)
DEAD = parameter(largest=0.0, moved=False)
RATE_0 = {"snapshots": [1], "kept_from": lambda number: "its rate is 0" if number == 1 else ""}
BOUNDS: dict[str, tuple[Any, dict[str, Any], dict[str, tuple[dict[str, Any], str]]]] = {
    "no update": (wiring.no_update, of(FINE, **{"recorded.steps": 0}), {
        "as it is": ({}, FAULT),
        "a step": ({"recorded.steps": 1}, NONE),
        "no backward": ({"recorded.facts.backwards": 0}, NONE),
    }),
    "apart from the loss": (wiring.apart_from_the_loss, of(FINE, **{"recorded.facts.reached": 0}), {
        "as it is": ({}, FAULT),
        "reached once": ({"recorded.facts.reached": 1}, NONE),
        "no backward": ({"recorded.facts.backwards": 0}, NONE),
        "no step": ({"recorded.steps": 0}, NONE),
    }),
    "under no_grad": (wiring.layers_under_no_grad, of(FINE, parameter(gradients=0, moved=False, uses=0, uses_apart=1)), {
        "as it is": ({}, WARNING),
        "used otherwise": (of(parameter(gradients=0, moved=False, uses_apart=1)), NONE),
        "used nowhere": (of(parameter(gradients=0, moved=False, uses=0)), NONE),
        "not reached": ({"recorded.facts.reached": 0}, NONE),
        "it moved": (of(parameter(gradients=0, uses=0, uses_apart=1)), NONE),
        "a gradient": (of(parameter(gradients=1, moved=False, uses=0, uses_apart=1)), NONE),
    }),
    "cut off": (wiring.layers_cut_off, of(FINE, LOST), {
        "as it is": ({}, WARNING),
        "not at work": (of(parameter(gradients=0, moved=False, uses=0)), NONE),
        "not reached": ({"recorded.facts.reached": 0}, NONE),
        "not stepped": (of(parameter(gradients=0, moved=False, stepped=False)), NONE),
        "asks for none": (of(parameter(gradients=0, moved=False, asks=False)), NONE),
        "not of the model": (of(parameter(gradients=0, moved=False, of_model=False)), NONE),
        "it moved": (of(parameter(gradients=0)), NONE),
    }),
    "gradients of 0": (wiring.zero_gradients, of(FINE, DEAD), {
        "as it is": ({}, NOTE),
        "in steps": (of(FINE, parameter(largest=0.0, cut_by="round")), WARNING),
        "in steps, converged": (of(FINE, parameter(largest=0.0, cut_by="round"), converged=True), WARNING),
        "converged": ({"converged": True}, NONE),
        "all of them": (of(DEAD), NONE),
        "it moved": (of(FINE, parameter(largest=0.0)), NONE),
        "hardly 0": (of(FINE, parameter(largest=1e-300, moved=False)), NONE),
        "three": (of(FINE, parameter(largest=0.0, moved=False, gradients=3)), NOTE),
        "two": (of(FINE, parameter(largest=0.0, moved=False, gradients=2)), NONE),
        "the other has two": (of(parameter(gradients=2), DEAD), NONE),
        "not stepped": (of(FINE, parameter(largest=0.0, moved=False, stepped=False)), NONE),
        "asks for none": (of(FINE, parameter(largest=0.0, moved=False, asks=False)), NONE),
    }),
    "not cleared": (wiring.not_cleared, of(parameter(uncleared=3)), {
        "as it is": ({}, WARNING),
        "two": (of(parameter(uncleared=2, gradients=2)), NONE),
        "a quarter": (of(parameter(uncleared=3, gradients=12)), NONE),
        "more than a quarter": (of(parameter(uncleared=3, gradients=11)), WARNING),
        "no gradient counted": (of(parameter(uncleared=3, gradients=0)), WARNING),
        "no step": (of(parameter(uncleared=3), **{"recorded.steps": 0}), WARNING),
    }),
    "cleared too early": (wiring.cleared_too_early, of(FINE, **{"recorded.facts.wiped": 3}), {
        "as it is": ({}, WARNING),
        "two": ({"recorded.facts.wiped": 2, "recorded.steps": 4}, NONE),
        "a quarter": ({"recorded.steps": 12}, NONE),
        "more than a quarter": ({"recorded.steps": 11}, WARNING),
        "nine of ten": ({"recorded.facts.wiped": 9, "recorded.steps": 10}, FAULT),
        "fewer": ({"recorded.facts.wiped": 8, "recorded.steps": 10}, WARNING),
    }),
    "not in the model": (wiring.not_in_the_model, of(FINE, **{"recorded.facts.strays": [stray("kept.0.weight")]}), {
        "as it is": ({}, WARNING),
        "a plain tensor": ({"recorded.facts.strays": [stray("scale", kind="Tensor")]}, WARNING),
        "moved": ({"recorded.facts.strays": [stray("kept.0.weight", moved=True)]}, NONE),
        "six made anew": ({"recorded.facts.strays": [stray()] * 6}, WARNING),
        "five made anew": ({"recorded.facts.strays": [stray()] * 5}, NONE),
        "five, and one used twice": ({"recorded.facts.strays": [stray()] * 5 + [stray(uses=2)]}, NONE),
        "six in three steps": ({"recorded.facts.strays": [stray()] * 6, "recorded.steps": 3}, WARNING),
        "six in two steps": ({"recorded.facts.strays": [stray()] * 6, "recorded.steps": 2}, NONE),
        "none": ({"recorded.facts.strays": []}, NONE),
    }),
    "not in the optimizer": (wiring.not_in_the_optimizer, of(FINE, parameter(stepped=False, moved=False)), {
        "as it is": ({}, WARNING),
        "at work alone": (of(parameter(stepped=False, moved=False, gradients=0)), WARNING),
        "gradients alone": (of(parameter(stepped=False, moved=False, uses=0)), WARNING),
        "neither": (of(parameter(stepped=False, moved=False, gradients=0, uses=0)), NONE),
        "moved": (of(parameter(stepped=False)), NONE),
        "asks for none": (of(parameter(stepped=False, moved=False, asks=False)), NONE),
        "not of the model": (of(parameter(stepped=False, moved=False, of_model=False)), NONE),
        "no step": ({"recorded.steps": 0}, NONE),
    }),
    "frozen": (wiring.frozen, of(FINE, parameter(asks=False, moved=False, size=2)), {
        "as it is": ({}, WARNING),
        "it learned": ({"nothing_learned": False}, NOTE),
        "nine tenths are left": ({"share_left": 0.9}, NOTE),
        "no losses": ({"losses_seen": np.array([])}, NOTE),
        "from 0": ({"start": 0.0}, NOTE),
        "from a half": ({"start": 0.5}, WARNING),
        "it moved": (of(FINE, parameter(asks=False)), NONE),
        "not of the model": (of(FINE, parameter(asks=False, moved=False, of_model=False)), NONE),
        "no step": ({"recorded.steps": 0}, NONE),
        "a rate of 0": (of(FINE, **RATE_0, nothing_learned=False), WARNING),
        "a rate of 0, moved by others": (of(FINE, **RATE_0, moved_by_others=lambda _: True), NONE),
        "a rate of 0, no records": (of(FINE, **RATE_0 | {"snapshots": []}), NONE),
        "a rate of 0 past the last layer": (of(FINE, **RATE_0, depth=1), NONE),
    }),
    "modes": (wiring.wrong_mode, of(FINE), {
        "as it is": ({}, NONE),
        "evaluating": (of(FINE, **{"recorded.facts.modes": modes(evaluating=8)}), WARNING),
        "evaluating, nine of ten": (of(FINE, **{"recorded.facts.modes": modes(evaluating=9), "recorded.steps": 10}), WARNING),
        "evaluating, eight of ten": (of(FINE, **{"recorded.facts.modes": modes(evaluating=8), "recorded.steps": 10}), NONE),
        "evaluating, nothing there": (of(FINE, **{"recorded.facts.modes": modes(evaluating=8, layers=[])}), NONE),
        "two steps": (of(FINE, **{"recorded.facts.modes": modes(evaluating=2), "recorded.steps": 2}), NONE),
        "three steps": (of(FINE, **{"recorded.facts.modes": modes(evaluating=3), "recorded.steps": 3}), WARNING),
        "since three": (of(FINE, **{"recorded.facts.modes": modes(since=5)}), WARNING),
        "since two": (of(FINE, **{"recorded.facts.modes": modes(since=6)}), NONE),
        "since a tenth": (of(FINE, **{"recorded.facts.modes": modes(since=36), "recorded.steps": 40}), WARNING),
        "since less": (of(FINE, **{"recorded.facts.modes": modes(since=37), "recorded.steps": 40}), NONE),
        "since the start": (of(FINE, **{"recorded.facts.modes": modes(since=0)}), WARNING),
        "apart, a third": (of(FINE, **{"recorded.facts.modes": modes(apart=3), "recorded.steps": 9}), WARNING),
        "apart, more": (of(FINE, **{"recorded.facts.modes": modes(apart=4), "recorded.steps": 9}), NONE),
        "apart, once": (of(FINE, **{"recorded.facts.modes": modes(apart=1)}), WARNING),
        "always on": (of(FINE, **{"recorded.facts.modes": modes(always_on=True)}), WARNING),
    }),
}  # fmt: skip

test_from_where_on_it_is_found = at_its_bounds(BOUNDS)


def test_some_names_and_how_many_more():
    assert wiring.named("abcab") == "a, b, c"
    assert wiring.named("abcde") == "a, b, c, d, e"
    assert wiring.named("abcdefg") == "a, b, c, d, e and 2 more"
