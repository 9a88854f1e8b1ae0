"""From where on something is found on the way from the loss back, and of how far a training came: both sides of each bound."""

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
from diagnosis.evidence_by_hand import at_its_bounds

from nodescope.diagnosis.after.observed import about_progress as progress
from nodescope.diagnosis.after.observed import about_ways as ways

NONE, NOTE, WARNING, FAULT = "", "note", "warning", "fault"


def odd(**more: Any) -> dict[str, Any]:
    usual = {"set_back": 0, "put_back": 0, "mixed": [], "over_batch": 0, "looks": 8, "upside_down": 0}
    return {"recorded.facts.odd": SimpleNamespace(**usual | more)}


def call(**more: Any) -> Any:
    usual = {"function": "mse_loss", "axis": None, "goals_from": "data", "factor": 1.0, "counts": [], "right": [], "chance": 1.0}
    return SimpleNamespace(**usual | more)


def noted(*values: float, steps: int = 10) -> dict[str, Any]:
    return {"recorded.facts.noted": {"validation": [(steps * i, value) for i, value in enumerate(values)]}}


EIGHT = {"recorded.steps": 8, "recorded.facts.loss_calls": [], "end": -2.0}
LARGER = {"recorded.facts.main_call": call(factor=-1.0), "losses_seen": np.array([1.0]), "start": -1.0, "end": -2.0}
STANDS = {
    "finite": True, "recorded.steps": 20, "stands": True, "converged": False, "chance": 2.0, "end": 1.94, "supervised": True,
    "start": 1.0, "share_left": 0.97, "part_of": "the loss at the start", "faded": 1.0, "recorded.facts.main_call": call(),
    "losses_seen": np.ones(20), "errors": np.ones(20), "true_start": 1.0, "direction": 1.0, "recorded.optimizer": {},
    "recorded.facts.rates": [0.1], "lowest": 1.0, "rescales": False, "run.ending": None, "run.steps": 0, "bend": None,
    "nothing_learned": True,
    "offers": frozenset(), "alphas": np.array([0.1]), "hardly_fell": True,
}  # fmt: skip
UNKNOWN = STANDS | {"chance": None, "share_left": 0.95}
RIGHT = {
    "recorded.facts.main_call": call(counts=[1, 3], right=[(0, 0.1), (10, 0.5)], chance=0.5), "finite": True, "chance": 0.56,
    "losses_seen": np.ones(3), "end": 0.25,
}  # fmt: skip
TURNED = noted(6.0, 2.0, 4.0, 4.0) | {"recorded.losses": [4.0] * 40, "end": 1.0}
MIXED = ("reshape", (2, 3, 4), (2, 4, 3), 3)
BOUNDS: dict[str, tuple[Any, dict[str, Any], dict[str, tuple[dict[str, Any], str]]]] = {
    "set back": (ways.cleared_between_parts, EIGHT | odd(set_back=4), {
        "as it is": ({}, WARNING), "less than half": ({"recorded.steps": 9}, NONE),
        "three": (odd(set_back=3) | {"recorded.steps": 3}, WARNING), "two": (odd(set_back=2) | {"recorded.steps": 2}, NONE),
        "no step": ({"recorded.steps": 0}, WARNING),
    }),
    "put back": (ways.put_back, EIGHT | odd(put_back=3), {"as it is": ({}, FAULT), "two": (odd(put_back=2), NONE)}),
    "axes": (ways.mixed_axes, EIGHT | odd(mixed=[MIXED]), {
        "as it is": ({}, WARNING), "twice": (odd(mixed=[(*MIXED[:3], 2)]), NONE),
        "twice in two steps": (odd(mixed=[(*MIXED[:3], 2)]) | {"recorded.steps": 2}, WARNING),
        "once in none": (odd(mixed=[(*MIXED[:3], 1)]) | {"recorded.steps": 0}, WARNING),
        "never in none": (odd(mixed=[(*MIXED[:3], 0)]) | {"recorded.steps": 0}, NONE), "none": (odd(), NONE),
    }),
    "over the batch": (ways.shares_of_the_batch, EIGHT | odd(over_batch=4), {
        "as it is": ({}, WARNING), "less than half": (odd(over_batch=3), NONE), "never": (odd(looks=0), NONE),
        "told of its call": ({"recorded.facts.loss_calls": [call(function="nll_loss", axis=0)]}, NONE),
        "another axis": ({"recorded.facts.loss_calls": [call(function="nll_loss", axis=1)]}, WARNING),
        "another call": ({"recorded.facts.loss_calls": [call(function="kl_div", axis=0)]}, WARNING),
    }),
    "upside down": (ways.upside_down, EIGHT | odd(upside_down=4), {
        "as it is": ({}, FAULT), "less than half": (odd(upside_down=3), NONE), "never": (odd(looks=0), NONE),
    }),
    "made larger": (ways.made_larger, LARGER, {
        "as it is": ({}, FAULT), "no minus": ({"recorded.facts.main_call": call(factor=0.0)}, NONE),
        "of a model": ({"recorded.facts.main_call": call(factor=-1.0, goals_from="network")}, NONE),
        "no call": ({"recorded.facts.main_call": None}, NONE), "no losses": ({"losses_seen": np.array([])}, NONE),
        "it stands": ({"end": -1.0}, NONE),
    }),
    "guessing": (progress.no_better_than_guessing, STANDS, {
        "as it is": ({}, WARNING), "better": ({"end": 1.939}, NONE), "nineteen steps": ({"recorded.steps": 19}, NONE),
        "it falls": ({"stands": False}, NONE), "not finite": ({"finite": False}, NONE), "converged": ({"converged": True}, NONE),
        "guessing is not known": (UNKNOWN, WARNING), "less is left": (UNKNOWN | {"share_left": 0.949}, NONE),
        "goals are not known": (UNKNOWN | {"supervised": False}, NONE), "from 0": (UNKNOWN | {"start": 0.0}, NONE),
        "from a half": (UNKNOWN | {"start": 0.5}, WARNING),
    }),
    "how many are right": (progress.classified, RIGHT, {
        "as it is": ({}, NOTE), "not finite": ({"finite": False}, NONE), "no call": ({"recorded.facts.main_call": None}, NONE),
        "not seen": ({"recorded.facts.main_call": call(counts=[1, 3])}, NONE),
        "no classes": ({"recorded.facts.main_call": call(right=[(0, 0.1)])}, NONE),
    }),
    "validation": (progress.overfitted, TURNED, {
        "as it is": ({}, WARNING), "three": (noted(3.0, 1.0, 2.0), NONE), "a tenth": (noted(3.0, 1.0, 1.1, 1.1), NONE),
        "more than a tenth": (noted(3.0, 1.0, 1.1, 1.11), WARNING), "lowest but one": (noted(3.0, 3.0, 1.0, 2.0), NONE),
        "lowest of five but two": (noted(3.0, 3.0, 1.0, 2.0, 2.0), WARNING), "no number": (noted(3.0, 1.0, 2.0, math.nan), NONE),
        "to 0": (noted(3.0, 0.0, 2.0, 2.0), NONE), "no fall": ({"end": 4.0}, NONE),
        "no losses before": ({"recorded.losses": [math.nan] * 40}, NONE), "nothing noted": ({"recorded.facts.noted": {}}, NONE),
        "of ten the last two": (noted(3.0, 1.0, *[1.0] * 6, 1.0, 1.3), WARNING),
        "of ten the last one": (noted(3.0, 1.0, *[1.0] * 6, 1.0, 1.15), NONE),
        "fallen since": ({"recorded.losses": [4.0] * 10 + [0.5] + [4.0] * 29}, NONE),
    }),
}  # fmt: skip

test_from_where_on_it_is_found = at_its_bounds(BOUNDS)
