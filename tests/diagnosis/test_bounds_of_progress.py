"""From where on it is found how far a run came: both sides of each bound, worked out by hand."""

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
from diagnosis.evidence_by_hand import at_its_bounds, errors, evidence
from diagnosis.test_bounds_of_alpha import layer

from nodescope.diagnosis.after import about_progress as progress
from nodescope.diagnosis.after.finding import CLASSES, CLOSED_FORM, CURVED, GOALS, LINEAR, STEPS
from nodescope.run.ending import Ending

NONE, NOTE, WARNING, FAULT = "", "note", "warning", "fault"


def way(**more: Any) -> Any:
    """Where theory tells the whole way: it was stopped at a half, with so many steps missing."""
    usual = {
        "stable": True, "marginal": False, "ran_out": True, "passing": False, "left": 0.5, "left_in_slowest": 0.5,
        "missing_before": np.array([1.0, 1.0]), "slowest": 1, "columns_of": lambda _: (1, 2), "steps_missing": 101, "least": 0.25,
        "forecast": SimpleNamespace(limit=2.0, regime_reason="", islands=[]), "recipe": SimpleNamespace(alpha=0.1),
        "system": SimpleNamespace(condition=1.0, together=False, best_alpha=1.0), "steps_of_this_length": 40,
    }  # fmt: skip
    return SimpleNamespace(**usual | more)


def at(step: int, weight: float = 1.0, alpha: float = 0.1, sums: float = 0.5, activation: str = "tanh") -> Any:
    one = layer(sums)
    return SimpleNamespace(step=step, alpha=alpha, layers=[SimpleNamespace(
        weight=np.full((2, 2), weight), nodes=2, slope=one.slope, delta=one.delta, activation=activation, sum=one.sum, of=2,
        stands_for_all=True, prediction=one.prediction, input=one.input,
    )])  # fmt: skip


RUN = {
    "run.ending": Ending.STEPS_USED, "run.steps": 10, "run.gone": None, "can_move": True, "alphas": np.array([0.1]),
    "solved": False,
    "converged": False, "finite": True, "rescales": False, "depth": 2, "first": at(0), "last": at(10), "faded": 1.0,
    "recipe.until_mse": 0.5, "recipe.rule.name": "plain", "local_limit": lambda _: 20.0, "share_left": 0.8, "spread": 1.0,
    "part_of": "the goals' variance", "input_name": "input {}".format, "layer_name": "layer {}".format, "penalised_excess": None,
    "snapshots": [1], "whole_batch": True,
}  # fmt: skip
KNOWN = RUN | errors(1.0, 0.9, 0.8) | {"offers": frozenset({LINEAR, CLOSED_FORM, GOALS, STEPS}), "is_linear": True, "linear": way()}
CURVED_RUN = RUN | errors(*[1.0] * 8) | {"offers": frozenset({CURVED, GOALS, STEPS}), "is_linear": False}
SLOW = CURVED_RUN | {"local_limit": lambda _: 10.1}
RESCALES = CURVED_RUN | {"rescales": True, "last": at(10, 1.0078125), "run.steps": 8}
FAR = KNOWN | errors(1.0, 0.96, 0.96, 0.96, 0.96) | {
    "offers": frozenset({LINEAR, GOALS, STEPS}), "linear": way(stable=None, left=0.51), "rescales": False,
}  # fmt: skip
STOOD = CURVED_RUN | {"run.steps": 20, "share_left": 0.5, "local_limit": lambda _: 1.0}
FALLING = RUN | errors(*[1.0] * 14, 0.9, 0.9, 0.5, 0.5, 0.5, 0.8) | {
    "offers": frozenset({CURVED, GOALS, STEPS}), "is_linear": False, "run.steps": 8,
}  # fmt: skip
UNKNOWN = FAR | errors(*[1.0] * 5) | {"linear": way(stable=None)}
BOUNDS: dict[str, tuple[Any, dict[str, Any], dict[str, tuple[dict[str, Any], str]]]] = {
    "asked for": (progress.mse_reached, KNOWN, {"as it is": ({}, NONE), "reached": ({"run.ending": Ending.MSE_REACHED}, NOTE)}),
    "solved": (progress.solved, KNOWN, {"as it is": ({}, NONE), "solved": ({"solved": True}, NOTE)}),
    "slow by theory": (progress.slow_convergence, KNOWN, {
        "as it is": ({}, WARNING), "ten times": ({"linear": way(steps_missing=100)}, NONE),
        "more than can be foretold": ({"linear": way(steps_missing=None)}, WARNING),
        "a look": ({"run.steps": 1}, WARNING), "a look, ten times ten": ({"run.steps": 1, "linear": way(steps_missing=100)}, NONE),
        "twenty steps": ({"run.steps": 20}, NONE), "converged": ({"converged": True}, NONE),
        "at its end": ({"linear": way(ran_out=False)}, NONE), "not stable": ({"linear": way(stable=False)}, NONE),
        "marginal": ({"linear": way(marginal=True)}, NONE), "nothing moves": ({"can_move": False}, NONE),
        "alpha of 0": ({"alphas": np.array([0.0])}, NONE),
    }),
    "far below its limit": (progress.hardly_any_progress, SLOW, {
        "as it is": ({}, WARNING), "a hundredth": ({"local_limit": lambda _: 10.0}, NONE), "converged": ({"converged": True}, NONE),
        "not finite": ({"finite": False}, NONE), "no alpha": ({"first": at(0, alpha=0.0)}, NONE),
        "settled": ({"run.ending": Ending.SETTLED}, NONE), "cycling": ({"run.ending": Ending.CYCLING}, NONE),
        "nothing seen": ({"offers": frozenset({CURVED, GOALS})}, NONE), "no limit": ({"local_limit": lambda _: math.inf}, NONE),
        "flat": ({"first": at(0, sums=400.0)}, NONE),
        "half is left": (errors(1.0, 0.5) | {"share_left": 0.5}, NONE),
        "more than half": (errors(1.0, 0.51) | {"share_left": 0.5}, WARNING),
        "half of the variance": (errors(1.0, 0.4) | {"share_left": 0.51}, WARNING),
        "it rose": (errors(1.0, 1.1), NONE),
        "classes, nine tenths": (errors(1.0, 0.9) | {"offers": frozenset({CURVED, GOALS, STEPS, CLASSES})}, NONE),
        "classes, more": (errors(1.0, 0.91) | {"offers": frozenset({CURVED, GOALS, STEPS, CLASSES})}, WARNING),
        "small start weights": ({"first": at(0, 0.05)}, NONE),
    }),
    "hardly moved": (progress.hardly_any_progress, RESCALES, {
        "as it is": ({}, WARNING), "seven steps": ({"run.steps": 7}, NONE), "more": ({"last": at(10, 1.0101)}, NONE),
        "not at all": ({"last": at(10)}, NONE), "from 0": ({"first": at(0, 0.0), "last": at(10, 0.0078125)}, WARNING),
        "of large ones": ({"first": at(0, 2.0), "last": at(10, 2.015625)}, WARNING),
        "nine tenths are left": (errors(1.0, 0.9), NONE), "more is left": (errors(1.0, 0.91), WARNING),
        "no error": (errors(0.0, 0.0), NONE),
    }),
    "far to go": (progress.hardly_any_progress, FAR, {
        "as it is": ({}, WARNING), "a half": ({"linear": way(stable=None, left=0.5)}, NONE), "nine steps": ({"run.steps": 9}, NONE),
        "it stands": (errors(*[1.0] * 5), NONE), "it rises at one of four": (errors(1.0, 0.95, 0.97, 0.96, 0.96), NONE),
        "it rises at one of five": (errors(1.0, 0.95, 0.97, 0.96, 0.96, 0.96), NONE),
        "it rises at one of six": (errors(1.0, 0.95, 0.97, 0.96, 0.96, 0.96, 0.96), WARNING),
    }),
    "a plateau": (progress.plateau, STOOD, {
        "as it is": ({}, WARNING), "nineteen steps": ({"run.steps": 19}, NONE), "less is left": ({"share_left": 0.49}, NONE),
        "converged": ({"converged": True}, NONE), "not finite": ({"finite": False}, NONE),
        "classes": ({"offers": frozenset({CURVED, GOALS, STEPS, CLASSES})}, NONE),
        "a fiftieth": (errors(*[1.0] * 6, 0.981, 0.981), WARNING), "more": (errors(*[1.0] * 6, 0.97, 0.97), NONE),
        "noisy": (errors(*[1.0] * 4, 0.9, 1.1, 0.9, 1.1) | {"spread": 1.1}, NONE),
        "noisy, no better than the mean": (errors(*[1.0] * 4, 0.9, 1.1, 0.9, 1.1), WARNING),
        "noisy, and falling": (errors(*[1.0] * 4, 1.1, 1.3, 1.0, 1.2), NONE), "slow": ({"local_limit": lambda _: 10.1}, NONE),
    }),
    "still falling": (progress.not_converged, FALLING, {
        "as it is": ({}, NOTE), "seven steps": ({"run.steps": 7}, NONE), "a twentieth": ({"end": 0.856}, NONE),
        "more": ({"end": 0.854}, NOTE), "reached": ({"run.ending": Ending.MSE_REACHED}, NONE),
        "settled": ({"run.ending": Ending.SETTLED}, NONE), "cycling": ({"run.ending": Ending.CYCLING}, NONE),
        "not finite": ({"finite": False}, NONE), "hardly any is left": ({"share_left": 0.99e-4}, NONE),
        "a little is left": ({"share_left": 1.01e-4}, NOTE), "as at the start": ({"start": 0.8}, NONE),
        "one layer of classes": ({"offers": frozenset({CURVED, GOALS, STEPS, CLASSES}), "depth": 1}, NONE),
        "layers of classes": ({"offers": frozenset({CURVED, GOALS, STEPS, CLASSES})}, NOTE),
    }),
    "stopped": (progress.not_converged, KNOWN | {"linear": way(steps_missing=100)}, {
        "as it is": ({}, NOTE), "slow": ({"linear": way()}, NONE), "not known": ({"linear": way(steps_missing=None)}, NONE),
        "converged": ({"converged": True}, NONE),
    }),
    "not known": (progress.unknown, UNKNOWN, {
        "as it is": ({}, NOTE), "known": ({"linear": way()}, NONE), "converged": ({"converged": True}, NONE),
        "nothing moves": ({"can_move": False}, NONE), "alpha of 0": ({"alphas": np.array([0.0])}, NONE),
        "no step": ({"run.steps": 0}, NONE), "it grew": (errors(1.0, 1.0, 1.0, 1.0, 3.0), NONE),
        **{ending.name: ({"run.ending": ending}, NONE if ending in (
            Ending.MSE_REACHED, Ending.DIVERGED, Ending.SETTLED, Ending.CYCLING) else NOTE) for ending in Ending},
    }),
}  # fmt: skip

test_from_where_on_it_is_found = at_its_bounds(BOUNDS)


def test_where_it_was_stopped():
    found = [progress.stopped_where(evidence({"run.gone": gone})) for gone in (None, 3)]
    assert found == ["It was stopped on its way.", "It was cut back to where the unseen rows were best off."]
