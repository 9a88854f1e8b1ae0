"""From where on something is found of classes, penalties, clipping and squares: both sides of each bound, worked out by hand."""

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from diagnosis.evidence_by_hand import at_its_bounds, evidence

from nodescope.diagnosis.after import about_classes as classes
from nodescope.diagnosis.after import about_penalties, about_squares
from nodescope.run.ending import Ending

NONE, NOTE, WARNING = "", "note", "warning"
RUN = {
    "run.ending": Ending.STEPS_USED, "run.gone": None, "run.steps": 100, "finite": True, "converged": False, "depth": 1,
    "parted": False, "excess": 0.21, "start": 1.0, "end": 0.5, "lowest.loss": 0.25, "errors": np.full(10, 0.5), "spread": 0.7,
    "whole_batch": True, "recipe.steps_per_epoch": 1, "recipe.batch_size": 2, "recipe.n": 20, "recipe.alpha": 0.1, "faded": 1.0,
    "rescales": False, "foretold.sure_limit": 2.0, "at_the_least": False, "flat_at": lambda _: np.array([0.5, -3.0]), "wrong": 0.25,
    "error_is": "the loss is", "problem.loss.name": "perceptron", "part_of": "them",
}  # fmt: skip
EARLY = {"ended where it was asked": ({"run.ending": Ending.MSE_REACHED}, NOTE), "cut back": ({"run.gone": 120}, NOTE)}
ROUND = RUN | {"whole_batch": False, "recipe.steps_per_epoch": 25}


def lately(before: float) -> dict[str, Any]:
    """Errors of ten moments, one a little before the last quarter."""
    return {"errors": np.array([9.0] * 7 + [before] + [9.0] * 2)}


def parts(**more: Any) -> dict[str, Any]:
    """A penalty at its lowest point, of two examples that a line meets."""
    x = np.array([[1.0], [2.0]])
    known = {"penalty": True, "mean": True, "batch": 2, "layers": [SimpleNamespace(has_bias=False)]}
    return {
        "problem": SimpleNamespace(**known), "run.penalty_cost": 1.0, "run.loss": 3.0, "run.steps": 9, "finite": True, "end": 1.0,
        "converged": True, "penalised_excess": 0.0, "spread": 1.0, "share_left": 0.5, "recipe.examples.input": x,
        "recipe.examples.goal": x,
    } | more  # fmt: skip


def clipped(of_32: int, steps: int = 32) -> dict[str, Any]:
    factors = [{"clip_factor": 0.25 if step < of_32 else 1.0} for step in range(steps)]
    return {"recipe.clip": 1.0, "run.steps": steps, "run.trace": factors, "converged": False}


def off(first: float, last: float, **more: Any) -> dict[str, Any]:
    residuals = {0: np.array([first]), 9: np.array([0.0, -last])}
    usual = {"run.ending": Ending.STEPS_USED, "run.steps": 9, "recipe.examples.goal": np.array([-2.0, 1.0]), "solved": False}
    return usual | {"residual_at": residuals.__getitem__, "start": math.inf, "end": math.inf} | more


HALVES = {"recipe.examples.input": np.array([[1.0], [1.0]]), "recipe.examples.goal": np.array([[0.0], [1.0]])}
ONES = {"recipe.examples.input": np.array([[1.0], [2.0]]), "recipe.examples.goal": np.array([[5.0], [6.0]])}
BIASED = SimpleNamespace(penalty=True, mean=True, batch=2, layers=[SimpleNamespace(has_bias=True)])
BOUNDS: dict[str, tuple[Any, dict[str, Any], dict[str, tuple[dict[str, Any], str]]]] = {
    "no lowest point": (classes.no_lowest_point, RUN | {"parted": True}, {
        "as it is": ({}, WARNING), "hidden layers": ({"depth": 2}, NOTE), "not parted": ({"parted": False}, NONE),
        "not finite": ({"finite": False}, NONE), "no longer better": ({"run.ending": Ending.TOLERANCE}, NOTE), **EARLY,
    }),
    "far": (classes.far_from_the_lowest, RUN, {
        "as it is": ({}, WARNING), "a fifth": ({"excess": 0.2}, NOTE), "a twentieth": (lately(0.25 + 0.25 / 0.96), WARNING),
        "more than that": (lately(0.25 + 0.25 / 0.94), NOTE), "an epoch": ({"recipe.steps_per_epoch": 100}, WARNING),
        "less than an epoch": ({"recipe.steps_per_epoch": 101}, NOTE), "two steps": ({"run.steps": 2}, WARNING),
        "one step": ({"run.steps": 1}, NONE), "it stood": ({"end": 1.0}, NONE), "converged": ({"converged": True}, NONE),
        "settled": ({"run.ending": Ending.SETTLED}, NONE), "cycling": ({"run.ending": Ending.CYCLING}, NONE),
        "parted": ({"parted": True}, NONE), "not known": ({"excess": None}, NONE), "not finite": ({"finite": False}, NONE),
        "it goes round": (ROUND, NONE), "four epochs hardly": (ROUND | {"recipe.steps_per_epoch": 26}, WARNING),
        "alpha fades": (ROUND | {"faded": 0.5}, WARNING), "a rule that rescales": (ROUND | {"rescales": True}, WARNING),
        "still falling": (ROUND | lately(0.25 + 0.25 / 0.94), NOTE), "too few looks": ({"errors": np.array([0.5])}, WARNING),
        "at the lowest before": (lately(0.25), WARNING),
    }),
    "round the best": (classes.noise_floor_of_classes, ROUND, {
        "as it is": ({}, WARNING), "a quarter above": (lately(0.3125) | {"end": 0.3125}, NOTE),
        "a hundredth": (lately(0.2526) | {"end": 0.2526}, NOTE),
        "less": (lately(0.2524) | {"end": 0.2524}, NONE), "no use": (lately(0.3) | {"end": 0.3, "spread": 0.305}, WARNING),
        "of some use": (lately(0.3) | {"end": 0.3, "spread": 0.31}, NOTE), "all examples": ({"whole_batch": True}, NONE),
        "parted": ({"parted": True}, NONE), "not known": ({"excess": None}, NONE), "not finite": ({"finite": False}, NONE),
        "settled": (lately(9.0) | {"run.ending": Ending.SETTLED}, WARNING), "falling": (lately(9.0), NONE),
        "cycling": (lately(9.0) | {"run.ending": Ending.CYCLING}, WARNING),
    }),
    "frequencies": (classes.no_better_than_frequencies, RUN | {"excess": None, "end": 0.7}, {
        "as it is": ({}, WARNING), "better": ({"end": 0.685}, NONE), "hardly better": ({"end": 0.687}, WARNING),
        "few rows": ({"recipe.n": 19}, NONE), "one class": ({"spread": 0.0}, NONE), "not finite": ({"finite": False}, NONE),
        "an epoch": ({"recipe.steps_per_epoch": 100}, WARNING), "less": ({"recipe.steps_per_epoch": 101}, NONE),
        "one layer": ({"excess": 0.1}, NONE), "nothing better": ({"at_the_least": True}, NONE),
    }),
    "inputs tell nothing": (classes.inputs_tell_nothing, RUN | {"at_the_least": True, "lowest.loss": 0.687}, {
        "as it is": ({}, NOTE), "something": ({"lowest.loss": 0.685}, NONE), "not there": ({"at_the_least": False}, NONE),
        "not known": ({"lowest": None}, NONE),
    }),
    "never at rest": (classes.never_at_rest, RUN, {
        "as it is": ({}, WARNING), "not known": ({"parted": None}, NONE), "parted": ({"parted": True}, NONE),
        "hinge": ({"problem.loss.name": "hinge"}, NONE), "not finite": ({"finite": False}, NONE),
        "cut back": ({"run.gone": 9}, NONE),
    }),
    "not at rest yet": (classes.not_at_rest_yet, RUN | {"parted": True}, {
        "as it is": ({}, NOTE), "not known": ({"parted": None}, NONE), "found": ({"wrong": 0.0}, NONE),
        "not finite": ({"finite": False}, NONE), "settled": ({"run.ending": Ending.SETTLED}, NONE),
        "cycling": ({"run.ending": Ending.CYCLING}, NONE),
    }),
    "sides": (classes.on_the_wrong_side, RUN, {"as it is": ({}, NOTE), "not finite": ({"finite": False}, NONE)}),
    "penalty": (about_penalties.penalty, parts(), {
        "as it is": ({}, WARNING), "not at its lowest": ({"converged": False}, NOTE), "one goal": ({"spread": 0.0}, NOTE),
        "less is left": ({"share_left": 0.49}, NOTE), "not one layer": ({"penalised_excess": None}, NOTE),
        "half is left without it": (HALVES | {"end": 0.51}, WARNING), "more than half": (HALVES | {"end": 0.49}, NOTE),
        "a line through 4": (ONES, NOTE), "with a bias": (ONES | {"problem": BIASED}, WARNING),
        "not finite": ({"finite": False}, NONE),
        "none": ({"problem": SimpleNamespace(penalty=False)}, NONE),
    }),
    "clipping": (about_penalties.clipping, clipped(29), {
        "as it is": ({}, WARNING), "less": (clipped(28), NOTE), "converged": ({"converged": True}, NOTE),
        "fewer steps": (clipped(31, 31), NOTE), "all of many": (clipped(999, 320), WARNING), "no step": ({"run.steps": 0}, NONE),
        "no clip": ({"recipe.clip": None}, NONE),
    }),
    "overflow": (about_squares.squares_overflow, off(100.0, 1.01), {
        "as it is": ({}, WARNING), "a hundredth": (off(100.0, 1.0), NOTE), "of the goals": (off(0.0, 0.02), NOTE),
        "more of the goals": (off(0.0, 0.021), WARNING), "at the end alone": (off(1.0, 1.0, start=1.0), NONE),
        "at the start alone": (off(1.0, 1.0, end=1.0), NONE), "diverged": (off(1.0, 1.0) | {"run.ending": Ending.DIVERGED}, NONE),
    }),
    "underflow": (about_squares.squares_underflow, off(100.0, 1.01, end=0.0), {
        "as it is": ({}, WARNING), "a hundredth": (off(100.0, 1.0, end=0.0), NOTE), "solved": ({"solved": True}, NONE),
        "an error": ({"end": 5e-324}, NONE),
    }),
}  # fmt: skip

test_from_where_on_it_is_found = at_its_bounds(BOUNDS)


def test_what_is_said_to_do_of_classes():
    larger = "Alpha 1, half of what is surely stable; or standardise the inputs."
    scaled = "Standardise the inputs, or take a rule that scales its steps (adam)."
    asked: list[tuple[dict[str, Any], str]] = [
        ({}, larger), ({"recipe.alpha": 0.5}, scaled), ({"recipe.alpha": 0.49}, larger), ({"foretold.sure_limit": None}, scaled),
        ({"excess": 0.1}, "More steps bring more."), ({"excess": 0.1, "run.gone": 120}, ""),
    ]  # fmt: skip
    found = [classes.far_from_the_lowest(evidence(RUN | change)) for change, _ in asked]
    assert [one.remedy for one in found if one] == [remedy for _, remedy in asked]
    endless = [classes.no_lowest_point(evidence(RUN | {"parted": True, "depth": depth})) for depth in (1, 2)]
    assert [one.remedy for one in endless if one] == [classes.STOP_EARLY, ""]
    assert all("the largest is 3, the log loss 0.5" in one.text for one in endless if one)
    sides = [classes.on_the_wrong_side(evidence(RUN | {"wrong": wrong})) for wrong in (0.25, 0.0)]
    assert [one.headline for one in sides if one] == ["Some examples are on the wrong side.", "Every example is on its side."]


def test_what_part_a_penalty_is():
    summed = SimpleNamespace(penalty=True, mean=False, batch=2, layers=[SimpleNamespace(has_bias=False)])
    nothing = parts() | {"run.penalty_cost": 0.0, "run.loss": 0.0}
    found = [about_penalties.penalty(evidence(facts)) for facts in (parts(), parts(problem=summed), nothing)]
    assert [one.measured for one in found if one] == pytest.approx([0.25, 1 / 7, 0.0])


def test_how_many_steps_were_clipped():
    found = [about_penalties.clipping(evidence(facts)) for facts in (clipped(0), clipped(8), clipped(1, 3), clipped(1, 1))]
    assert [one.text for one in found if one] == [
        "of 32 steps looked at none were clipped.", "of 32 steps looked at 25% were clipped, to 0.25 of their length at most.",
        "of 3 steps looked at 33% were clipped, to 0.25 of their length at most.",
        "of 1 steps looked at 100% were clipped, to 0.25 of their length at most.",
    ]  # fmt: skip
