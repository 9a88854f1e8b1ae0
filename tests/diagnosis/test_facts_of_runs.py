"""Facts that sentences are made of, of runs whose numbers are known by hand; and how numbers are written in sentences."""

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import nodescope as ns
from nodescope.diagnosis.after.linear import Linear
from nodescope.diagnosis.live.run_facts import RunFacts
from nodescope.diagnosis.live.say import HOW
from nodescope.run.ending import Ending

NODE: dict[str, Any] = {"weight": 0.4, "input": 1, "goal": 0.6, "alpha": 0.5, "steps": 2}
"""It goes to 0.5 and to 0.55."""
TWO: dict[str, Any] = {"weight": 0.0, "input": [1, 1], "goal": [0, 1], "batch": "all", "alpha": 0.1, "steps": 0}
SIDES: dict[str, Any] = {"input": [1.0, 1.0, 1.0], "goal": [0, 0, 1], "loss": "cross-entropy", "alpha": 1.0, "steps": 0}

FACTS = [
    # what is run, what is known of it
    (NODE, {
        "steps": 2, "last_step": 1, "ending": "STEPS_USED", "settled_after": -1, "cycle_first": -1, "period": 0,
        "until_mse": math.nan, "scheduled": False, "one": True, "alone": True, "predictions": 1, "input": 1.0, "goal": 0.6,
        "bound": False, "first": 0.04, "last": 0.0025, "far": 0.05, "rms": 0.05, "rms_first": 0.2, "weight": 0.55,
        "prediction": 0.55, "grows": False, "classes": False, "least": 0.0, "rms_least": 0.0, "known": True,
        "regime": "converges", "factor": 0.5, "gain": 0.5, "several": False, "alpha": 0.5, "rows": 1, "limit": 2.0,
    }),
    (NODE | {"steps": 400}, {"ending": "SETTLED", "settled_after": 50, "steps": 400, "last_step": 399}),
    (NODE | {"weight": 0.25, "goal": 0.5, "alpha": 2.0, "steps": 10},
     {"ending": "CYCLING", "cycle_first": 0, "period": 2, "a": 0.25, "b": 0.75, "regime": "marginal", "factor": -1.0}),
    (NODE | {"weight": 0.6, "alpha": 3.0}, {"regime": "diverges", "grows": False, "first": 0.0, "last": 0.0}),
    (NODE | {"alpha": 3.0}, {"regime": "diverges", "grows": True, "ending": "STEPS_USED"}),
    (NODE | {"alpha": 3.0, "steps": 5000}, {"ending": "DIVERGED", "grows": True}),
    (NODE | {"frozen": True}, {"bound": True, "regime": "", "known": False, "factor": math.nan, "several": True}),
    (NODE | {"alpha": 0.0}, {"regime": "frozen", "scheduled": False}),
    (NODE | {"alpha": [0.0, 0.0]}, {"regime": "", "scheduled": True, "known": False, "factor": math.nan}),
    (NODE | {"until_mse": 0.01}, {"until_mse": 0.01, "ending": "MSE_REACHED", "steps": 1}),
    (NODE | {"bias": 0.0}, {"one": False, "alone": True}),
    (NODE | {"input": 0}, {"least": 0.0, "first": 0.36}),
    (TWO, {"least": 0.25, "rms_least": 0.5, "rows": 2, "predictions": 2, "alone": False, "one": False, "first": 0.5, "far": 1.0}),
    ({"input": [[1.0], [2.0]], "goal": [[1.0, 2.0], [3.0, 4.0]], "alpha": 0.1, "steps": 0}, {"predictions": 4, "one": False}),
    (SIDES | {"weight": 0.0}, {"classes": True, "right": 2}),
    (SIDES | {"weight": 1.0}, {"classes": True, "right": 1}),
    ({"input": [[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]], "goal": ["a", "b", "c"], "loss": "cross-entropy", "alpha": 1.0, "steps": 0,
      "weight": [[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]]}, {"right": 2}),
    (NODE | {"rule": {"name": "momentum", "momentum": 0.25}}, {"known": True, "factor": 0.5, "gain": 0.5, "several": True}),
    (NODE | {"rule": "adam", "alpha": 0.0}, {"regime": "frozen"}),
    ({"network": {"weights": [[[0.3]]], "activations": "tanh"}, "input": [[1.0]], "goal": [0.6], "alpha": 0.1, "steps": 2},
     {"one": False, "alone": True, "regime": "", "least": 0.0}),
    (NODE | {"rule": "adam"}, {"known": False, "regime": "", "factor": math.nan, "gain": math.nan, "several": True}),
]  # fmt: skip


@pytest.mark.parametrize(("keywords", "known"), FACTS, ids=range(len(FACTS)))
def test_what_is_known_of_a_run(keywords: dict[str, Any], known: dict[str, Any]):
    facts = RunFacts(ns.descend(**keywords))
    assert {name: facts[name] for name in known} == pytest.approx(known, nan_ok=True)


@pytest.mark.parametrize(
    ("inputs", "several"),
    [
        ([[1.0, 0.0], [0.0, 1.0]], False), ([[1.0, 0.0], [0.0, 1.25]], True), ([[1.0, 0.0], [0.0, 1 + 7.5e-10]], True),
        ([[1.0, 0.0], [0.0, 1 + 4e-10]], False), ([[0.0, 0.0], [0.0, 0.0]], False),
        ([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 0.5]], True),
    ],
)  # fmt: skip
def test_directions_that_are_of_several_strengths(inputs: list[list[float]], several: bool):
    """By the squares of inputs that are at right angles, to a part of 1e-9."""
    run = ns.descend(input=inputs, goal=[1.0] * len(inputs), batch="all", alpha=0.1, steps=0)
    assert RunFacts(run)["several"] is several


def test_how_numbers_are_written():
    asked: list[tuple[str, Any, str]] = [
        ("all", 0.1, "0.1"), ("count", 12345, "12,345"), ("part", 0.5, "half"), ("part", 1 / 3, "a third"),
        ("part", 0.5 + 5e-13, "half"), ("part", 0.5 + 1.5e-12, "0.5"), ("part", 2 / 3, "two thirds"), ("part", 0.3, "0.3"),
        ("g6", 1 / 3, "0.333333"), ("g4", 1 / 3, "0.3333"), ("g3", 1 / 3, "0.333"), ("near", 1 + 1.5e-4, "1.00015"),
        ("near", 1 - 0.9e-4, "(1 − 9e-05)"), ("weights", 0.25, "0.25"), ("weights", [1.0, 2.0, 3.0, 4.0], "[1.0, 2.0, 3.0, 4.0]"),
        ("weights", [1.0, 2.0, 3.0, 4.0, 5.0], "[1.0, 2.0, 3.0, 4.0, … 1 more]"), ("word", "late", "late"),
    ]  # fmt: skip
    assert [HOW[how](value) for how, value, _ in asked] == [text for _, _, text in asked]


# ---- one layer, by linear algebra ----


def test_a_run_that_begins_at_its_goal_is_not_marginal_at_any_alpha():
    """Nothing was missing, so that nothing can be said to stay as it is."""
    marginal, at_goal = (Linear(ns.descend(**NODE | {"weight": w, "goal": 0.5, "alpha": 2.0})) for w in (0.25, 0.5))
    assert (marginal.marginal, at_goal.marginal, at_goal.missing_start) == (True, False, 0.0)


@pytest.mark.parametrize(
    ("more", "steps"),
    [
        ({"goal": 0.75}, 2), ({"goal": 0.75, "alpha": 0.0}, None), ({"goal": 0.75, "alpha": -0.5}, None), ({"frozen": True}, None),
        ({"goal": 0.75, "alpha": 1e-320}, None), ({"input": [0.0, 1.0], "goal": [3.0, 4.0], "bias": -1.0, "alpha": 0.3}, 14),
        ({"input": [0.0, 1.0], "goal": [3.0, 8.0], "bias": 2.0, "weight": -1.0, "alpha": 0.7}, 9),
    ],
)  # fmt: skip
def test_steps_of_this_length(more: dict[str, Any], steps: int | None):
    """From 0 to 0.75 by a half, from a bias of −1 to 3 by 0.3, from −1 to 5 by 0.7."""
    assert Linear(ns.descend(**NODE | {"weight": 0.0, "steps": 0} | more)).steps_of_this_length == steps


def test_inputs_that_a_direction_goes_along():
    """At most two, the larger first, each with more than a tenth; directions of the groups one after another."""
    directions = [[0.3, 0.7, 0.65], [0.1, 0.99, -0.05], [-0.2, 0.1000001, 0.97]]
    spectra = [SimpleNamespace(rank=3, directions=np.array(directions)), SimpleNamespace(rank=1, directions=np.array([[1.0]]))]
    groups = [SimpleNamespace(columns=[0, 2, 5]), SimpleNamespace(columns=[4])]
    linear: Any = SimpleNamespace(system=SimpleNamespace(groups=groups, bowls=[SimpleNamespace(spectrum=one) for one in spectra]))
    assert [Linear.columns_of(linear, direction) for direction in range(5)] == [[2, 5], [2], [5, 0], [4], []]


@pytest.mark.parametrize(("steps", "late"), [(1, 0.0), (3, 2.0), (20, 16.0), (40, 33.0), (41, 33.0), (400, 393.0)])
def test_the_late_error_is_that_of_the_last_eight_epochs_of_the_later_half(steps: int, late: float):
    """Epochs of two steps, each with its step as its error."""
    run, recipe = SimpleNamespace(steps=steps), SimpleNamespace(steps_per_epoch=2)
    linear = SimpleNamespace(run=run, recipe=recipe, error_at=lambda step: step)
    assert Linear.late_error.func(linear) == late


def test_endings_of_runs_that_ran_out():
    def ran_out(ending: Ending) -> bool:
        linear: Any = SimpleNamespace(run=SimpleNamespace(ending=ending))
        return bool(Linear.ran_out.fget(linear))  # type: ignore[attr-defined]

    assert {ending.name for ending in Ending if ran_out(ending)} == {"STEPS_USED", "TIME_USED", "INTERRUPTED", "TOLERANCE"}
