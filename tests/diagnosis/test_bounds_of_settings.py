"""From where on a setting of an observed training is a finding: both sides of each bound, and what is told, worked out by hand."""

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
from diagnosis.evidence_by_hand import at_its_bounds

from nodescope.diagnosis.after.observed import about_settings as settings

ABOVE, BELOW = math.inf, -math.inf
NONE, NOTE, WARNING, FAULT = "", "note", "warning", "fault"


def parameter(**more: Any) -> Any:
    usual = {"name": "a.weight", "layer": "a", "kind": "Linear", "dtype": "float32", "stepped": True, "gradients": True, "size": 4}
    return SimpleNamespace(**{**usual, "start": 2.0, "end": 1.0, **more})


def layers(*weights: float) -> Any:
    return SimpleNamespace(layers=[SimpleNamespace(weight=np.full((2, 2), weight)) for weight in weights])


DECAY = {
    "recorded.optimizer": {"weight_decay": 1.0}, "recorded.steps": 10, "recorded.facts.parameters": [parameter()],
    "recorded.facts.rates": [-0.1, 0.05], "finite": True, "hardly_fell": True,
}  # fmt: skip
"""Each step takes off a tenth, ten of them all; half of the weights' size is left."""
CLIPPED = {
    "recorded.facts.kept": [0.01] * 9 + [1.0], "recorded.facts.norms": [20 * 2.0**-20], "converged": False, "hardly_fell": True,
    "rescales": False, "recorded.optimizer": {"eps": 2.0**-20}, "recorded.facts.parameters": [parameter()],
}  # fmt: skip
"""Of four weights a gradient of 20 · 2⁻²⁰ in length has 10 · 2⁻²⁰ each."""
ENDS = {
    "recorded.facts.rates": [1.0] * 8 + [-1e-4] * 2, "recorded.facts.first_rate": 0.5, "converged": False,
    "recorded.optimizer": {"name": "SGD"},
}  # fmt: skip
ZEROS = {
    "snapshots": [1], "converged": False, "recorded.steps": 9, "depth": 3, "first": layers(0, 0, 1), "last": layers(0, 0, 1),
    "all_alike": lambda _: False, "one_number": lambda _: False, "hardly_fell": False, "nothing_learned": False,
    "layer_name": "layer {}".format,
}  # fmt: skip
LARGE_START = {
    "recorded.facts.main_call": SimpleNamespace(counts=True), "chance": 0.5, "finite": True, "nothing_learned": True,
    "losses_seen": [math.nextafter(5.0, ABOVE)], "inputs": (np.ones((3, 2)), ("a", "b")), "surely_converged": False,
}  # fmt: skip
LARGE_RATE = {
    "recorded.facts.rates": [0.25], "recorded.optimizer": {"weight_decay": 1.0}, "changed_at_first": 0.5, "rescales": True,
    "finite": True, "converged": False, "recorded.steps": 8, "start": 1.0, "end": 2.0, "lowest": 0.5, "nothing_learned": False,
}  # fmt: skip
"""A quarter of the weights' size is decay, another quarter the update."""
SMALL_RATE = LARGE_RATE | {"start": 2.0, "lowest": 1.0}


def call(**more: Any) -> Any:
    usual = {"goals_from": "data", "function": "mse_loss", "goal_low": -30.0, "goal_high": 0.0, "size": 1.0, "goal_variance": 4.0}
    return SimpleNamespace(**usual | more)


UNSCALED = {"recorded.facts.main_call": call(), "finite": True, "nothing_learned": True, "end": 4.0}
HALF = {
    "recorded.facts.parameters": [parameter(dtype="bfloat16")], "updates_lost": 0.75, "converged": False, "recorded.steps": 9,
    "recorded.layers": [], "layer_name": "layer {}".format,
}  # fmt: skip
EPS = {
    "recorded.optimizer": {"eps": 1e-8}, "recorded.facts.parameters": [parameter(dtype="float16")], "finite": True,
    "recorded.layers": [], "layer_name": "layer {}".format,
}  # fmt: skip
BETAS = {"recorded.optimizer": {"betas": (0.5, 0.2)}}
MOMENTUM = {"recorded.optimizer": {"momentum": 1 - 2.0**-10}, "recorded.steps": 1024, "converged": False}
DROPPED = {"recorded.facts.modes": SimpleNamespace(dropped=0.9, dropped_by="drop"), "converged": False, "hardly_fell": True}
WARM = {
    "recorded.facts.rates": [-0.01, 0.02, 0.02, 0.02, 0.02, 0.02, 0.02, 0.04], "recorded.facts.first_rate": 1.0,
    "converged": False, "hardly_fell": True,
}  # fmt: skip


def modes(dropped: float) -> Any:
    return SimpleNamespace(dropped=dropped, dropped_by="drop")


BOUNDS: dict[str, tuple[Any, dict[str, Any], dict[str, tuple[dict[str, Any], str]]]] = {
    "weight decay": (settings.weight_decay, DECAY, {
        "as it is": ({}, WARNING),
        "no decay": ({"recorded.optimizer": {}}, NONE),
        "nine steps": ({"recorded.steps": 9}, NONE),
        "eight steps": ({"recorded.steps": 8, "recorded.facts.rates": [0.125]}, WARNING),
        "seven steps": ({"recorded.steps": 7, "recorded.facts.rates": [1.0]}, NONE),
        "no rates": ({"recorded.facts.rates": []}, NONE),
        "more than half is left": ({"recorded.facts.parameters": [parameter(end=1.001)]}, NONE),
        "not finite": ({"finite": False}, NONE),
        "it fell": ({"hardly_fell": False}, NONE),
        "of a norm": ({"recorded.facts.parameters": [parameter(kind="LayerNorm")]}, NONE),
        "of no layer": ({"recorded.facts.parameters": [parameter(kind="")]}, NONE),
        "not stepped": ({"recorded.facts.parameters": [parameter(stepped=False)]}, NONE),
        "no gradients": ({"recorded.facts.parameters": [parameter(gradients=False)]}, NONE),
        "from 0": ({"recorded.facts.parameters": [parameter(start=0.0)]}, NONE),
        "a bias": ({"recorded.facts.parameters": [parameter(name="a.bias")]}, NONE),
    }),
    "clipping": (settings.clipping, CLIPPED, {
        "as it is": ({}, WARNING),
        "eight of ten": ({"recorded.facts.kept": [0.01] * 8 + [1.0] * 2}, NONE),
        "one that is hardly shorter": ({"recorded.facts.kept": [0.01] * 8 + [1 - 1e-6, 1.0]}, NONE),
        "one that is a little shorter": ({"recorded.facts.kept": [0.01] * 8 + [1 - 2e-6, 1.0]}, WARNING),
        "more is left": ({"recorded.facts.kept": [0.0101] * 9 + [1.0]}, NONE),
        "two": ({"recorded.facts.kept": [0.01] * 2}, NONE),
        "three": ({"recorded.facts.kept": [0.01] * 3}, WARNING),
        "two, and a 0": ({"recorded.facts.kept": [0.01, 0.01, 0.0]}, NONE),
        "two, others are no numbers": ({"recorded.facts.kept": [0.01, 0.01, 0.0, math.nan, math.inf]}, NONE),
        "converged": ({"converged": True}, NONE),
        "it fell": ({"hardly_fell": False}, NONE),
        "scaled, at ten eps": ({"rescales": True}, NONE),
        "scaled, below ten eps": ({"rescales": True, "recorded.facts.norms": [19 * 2.0**-20, 0.0, math.inf]}, WARNING),
        "scaled, a length of 0": ({"rescales": True, "recorded.facts.norms": [20 * 2.0**-20, 0.0]}, NONE),
        "scaled, one weight": ({"rescales": True, "recorded.facts.parameters": [parameter(size=1)],
                                "recorded.facts.norms": [9 * 2.0**-20]}, WARNING),
        "scaled, no eps": ({"rescales": True, "recorded.optimizer": {}}, NONE),
        "scaled, no lengths": ({"rescales": True, "recorded.facts.norms": []}, NONE),
        "scaled, no weights": ({"rescales": True, "recorded.facts.parameters": [parameter(stepped=False)]}, NONE),
    }),
    "a schedule that ends": (settings.schedule_ends, ENDS, {
        "as it is": ({}, WARNING),
        "in the last tenth": ({"recorded.facts.rates": [1.0] * 9 + [1e-4]}, NONE),
        "eight steps": ({"recorded.facts.rates": [1.0] * 6 + [1e-4] * 2}, WARNING),
        "seven steps": ({"recorded.facts.rates": [1.0] * 5 + [1e-4] * 2}, NONE),
        "seven steps that are numbers": ({"recorded.facts.rates": [1.0] * 5 + [1e-4] * 2 + [math.nan]}, NONE),
        "a thousandth": ({"recorded.facts.rates": [1.0] * 8 + [1e-3] * 2}, NONE),
        "a thousandth of the first": ({"recorded.facts.rates": [1.0] * 8 + [1e-3] * 2, "recorded.facts.first_rate": 2.0}, WARNING),
        "it rises at last": ({"recorded.facts.rates": [1e-4] * 9 + [1.0]}, NONE),
        "always": ({"recorded.facts.rates": [1e-4] * 9}, WARNING),
        "zeros": ({"recorded.facts.rates": [0.0] * 9, "recorded.facts.first_rate": 0.0}, NONE),
        "converged": ({"converged": True}, NONE),
        "by hand": ({"recorded.optimizer": {"name": "updates by hand"}}, NONE),
    }),
    "zeros": (settings.start_of_zeros, ZEROS, {
        "as it is": ({}, WARNING),
        "nothing learned": ({"nothing_learned": True}, FAULT),
        "one layer": ({"first": layers(0, 1, 1), "last": layers(0, 1, 1)}, NONE),
        "at the start alone": ({"last": layers(1, 0, 1)}, NONE),
        "at the end alone": ({"first": layers(1, 0, 1)}, NONE),
        "one of two that are alike": ({"first": layers(1, 1, 1), "all_alike": lambda n: n == 1}, WARNING),
        "outputs that are alike": ({"first": layers(1, 1, 1), "all_alike": lambda n: n == 2}, NONE),
        "one number": ({"first": layers(1, 1, 1), "one_number": lambda n: n == 0, "hardly_fell": True}, WARNING),
        "one number, and it fell": ({"first": layers(1, 1, 1), "one_number": lambda n: n == 0}, NONE),
        "converged": ({"converged": True}, NONE),
        "no step": ({"recorded.steps": 0}, NONE),
        "no records": ({"snapshots": []}, NONE),
    }),
    "a large start": (settings.start_too_large, LARGE_START, {
        "as it is": ({}, WARNING),
        "ten times": ({"losses_seen": [5.0]}, NONE),
        "of numbers": ({"recorded.facts.main_call": SimpleNamespace(counts=False)}, NONE),
        "a thousand times, of numbers": ({"recorded.facts.main_call": SimpleNamespace(counts=False), "losses_seen": [500.0]}, NONE),
        "more, of numbers": ({"recorded.facts.main_call": SimpleNamespace(counts=False), "losses_seen": [500.1]}, WARNING),
        "large inputs": ({"inputs": (np.full((3, 2), 200.0), ("a", "b"))}, NONE),
        "not finite": ({"finite": False}, NONE),
        "learned": ({"nothing_learned": False}, NONE),
        "guessing is not known": ({"chance": None}, NONE),
        "no call": ({"recorded.facts.main_call": None}, NONE),
    }),
    "a large rate": (settings.rate_too_large, LARGE_RATE, {
        "as it is": ({}, WARNING),
        "a fifth": ({"changed_at_first": 0.2, "recorded.optimizer": {}}, NONE),
        "more than a fifth": ({"changed_at_first": 0.201, "recorded.optimizer": {}}, WARNING),
        "decay alone": ({"changed_at_first": 0.25}, NONE),
        "decay alone, upward": ({"changed_at_first": 0.25, "recorded.facts.rates": [-0.25]}, NONE),
        "seven steps": ({"recorded.steps": 7}, NONE),
        "not scaled": ({"rescales": False}, NONE),
        "not finite": ({"finite": False}, NONE),
        "converged": ({"converged": True}, NONE),
        "as at the start, twice the lowest": (SMALL_RATE, NONE),
        "more than twice the lowest": (SMALL_RATE | {"lowest": 0.99}, WARNING),
        "a low lowest": (SMALL_RATE | {"lowest": 0.1}, WARNING),
        "a lowest of 0": (SMALL_RATE | {"lowest": 0.0}, NONE),
        "nothing learned": (SMALL_RATE | {"nothing_learned": True}, WARNING),
    }),
    "goals": (settings.unscaled_goals, UNSCALED, {
        "as it is": ({}, WARNING),
        "nearly 30": ({"recorded.facts.main_call": call(goal_low=-29.9, size=0.1)}, NONE),
        "above": ({"recorded.facts.main_call": call(goal_low=0.0, goal_high=31.0)}, WARNING),
        "endless": ({"recorded.facts.main_call": call(goal_high=math.inf)}, NONE),
        "learned": ({"nothing_learned": False}, NONE),
        "learned, not finite": ({"nothing_learned": False, "finite": False}, WARNING),
        "predictions nearly as large": ({"recorded.facts.main_call": call(size=1.1)}, NONE),
        "as large, and more is left": ({"recorded.facts.main_call": call(size=1.1), "end": 4.1}, WARNING),
        "as large, not finite": ({"recorded.facts.main_call": call(size=1.1), "finite": False}, WARNING),
        "of a model": ({"recorded.facts.main_call": call(goals_from="model")}, NONE),
        "of another loss": ({"recorded.facts.main_call": call(function="cross_entropy")}, NONE),
        "no call": ({"recorded.facts.main_call": None}, NONE),
    }),
    "half precision": (settings.lost_to_rounding, HALF, {
        "as it is": ({}, WARNING),
        "half of them": ({"updates_lost": 0.5}, NONE),
        "not known": ({"updates_lost": math.nan}, NONE),
        "converged": ({"converged": True}, NONE),
        "not stepped": ({"recorded.facts.parameters": [parameter(dtype="float16", stepped=False)]}, NONE),
        "whole precision": ({"recorded.facts.parameters": [parameter()]}, NONE),
    }),
    "an eps": (settings.eps_lost, EPS, {
        "as it is": ({}, WARNING),
        "not finite": ({"finite": False}, FAULT),
        "one that is there": ({"recorded.optimizer": {"eps": 1e-4}}, NONE),
        "a zero": ({"recorded.optimizer": {"eps": 0.0}}, NONE),
        "none": ({"recorded.optimizer": {}}, NONE),
        "not stepped": ({"recorded.facts.parameters": [parameter(dtype="float16", stepped=False)]}, NONE),
        "bfloat16": ({"recorded.facts.parameters": [parameter(dtype="bfloat16")]}, NONE),
    }),
    "betas": (settings.betas_swapped, BETAS, {
        "as it is": ({}, WARNING),
        "at the root": ({"recorded.optimizer": {"betas": [0.5, 0.25]}}, NONE),
        "as a list": ({"recorded.optimizer": {"betas": [0.5, 0.2]}}, WARNING),
        "one": ({"recorded.optimizer": {"betas": (0.9,)}}, NONE),
        "none": ({"recorded.optimizer": {}}, NONE),
    }),
    "momentum": (settings.momentum_too_long, MOMENTUM, {
        "as it is": ({}, WARNING),
        "a step more": ({"recorded.steps": 1025}, NONE),
        "converged": ({"converged": True}, NONE),
        "for ever": ({"recorded.optimizer": {"momentum": 1.0}, "converged": True}, WARNING),
        "0.999": ({"recorded.optimizer": {"momentum": 0.999}, "recorded.steps": 9}, WARNING),
        "shorter": ({"recorded.optimizer": {"momentum": 0.998}, "recorded.steps": 9}, NONE),
        "none": ({"recorded.optimizer": {}}, NONE),
    }),
    "dropout": (settings.dropout_of_all, DROPPED, {
        "as it is": ({}, WARNING),
        "less": ({"recorded.facts.modes": modes(0.89)}, NONE),
        "converged": ({"converged": True}, NONE),
        "it fell": ({"hardly_fell": False}, NONE),
        "all, and it fell": ({"recorded.facts.modes": modes(1.0), "hardly_fell": False}, WARNING),
    }),
    "a warm-up": (settings.warms_up_for_ever, WARM, {
        "as it is": ({}, WARNING),
        "of a smaller rate": ({"recorded.facts.first_rate": 0.5}, NONE),
        "as high as at the start": ({"recorded.facts.rates": [0.04] + [0.01] * 6 + [0.04]}, NONE),
        "a twentieth": ({"recorded.facts.rates": [0.01] * 7 + [0.05]}, NONE),
        "no rise": ({"recorded.facts.rates": [0.04] * 8}, NONE),
        "seven steps": ({"recorded.facts.rates": [0.01] * 6 + [0.04, math.inf]}, NONE),
        "converged": ({"converged": True}, NONE),
        "it fell": ({"hardly_fell": False}, NONE),
    }),
}  # fmt: skip

test_from_where_on_it_is_found = at_its_bounds(BOUNDS)
