"""Small things that are said and kept of an observed training, each worked out by hand."""

import math
from typing import Any

import numpy as np
import pytest

import nodescope as ns
from nodescope.run.course import Course, update_part
from nodescope.run.facts import Facts, LossCall, Oddities
from nodescope.run.recorded import Record, Recorded, RecordedLayer, Trouble


def recorded(steps: tuple[int, ...] = (0, 4, 8), **more: Any) -> Recorded:
    """Ten steps of one layer; at the second record it was given one example less."""
    layers = (RecordedLayer("fc1", "Linear", 2, 1, (0,)),)
    records = [
        Record(step, 0.1, float(step), ({"input": np.full((2 - (step == 4), 2), float(step)), "weight": np.array([[1.0, 2.0]])},))
        for step in steps
    ]
    return Recorded("a loop", {"name": "sgd"}, layers, [float(10 - step) for step in range(10)], records, **more)


# ---- words ----


@pytest.mark.parametrize(
    ("optimizer", "told"),
    [
        ({"name": "sgd"}, "sgd"), ({"name": "sgd", "alpha": 0.0}, "sgd, alpha 0"), ({"name": "sgd", "momentum": 0.0}, "sgd"),
        ({"name": "adam", "alpha": 0.1234567, "amsgrad": True, "eps": 1e-8}, "adam, alpha 0.123457, amsgrad True, eps 1e-08"),
        ({"alpha": 1}, "None, alpha 1"),
    ],
)  # fmt: skip
def test_an_optimizer_in_words(optimizer: dict[str, Any], told: str):
    assert Recorded("a loop", optimizer, ()).optimizer_told == told


TROUBLE = Trouble(1200, "fc1", 0, None, "sum", math.inf, (), "a sum is inf")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({}, "Interrupted after 0 steps."), ({"losses": [2.0]}, "Interrupted after 1 step; the loss went from 2 to 2."),
        ({"losses": [math.nan, 2.0, 1.0, math.inf]}, "Interrupted after 4 steps; the loss went from 2 to 1."),
        ({"losses": [2.0, 1.0], "ending": ns.Ending.STEPS_USED}, "2 steps observed; the loss went from 2 to 1."),
        ({"losses": [2.0], "ending": ns.Ending.DIVERGED}, "1 step observed; the loss went from 2 to 2."),
        ({"ending": ns.Ending.DIVERGED, "trouble": TROUBLE}, "Diverged: at step 1,200 a number is no longer finite."),
        ({"trouble": TROUBLE}, "Interrupted after 0 steps."),
    ],
)  # fmt: skip
def test_how_it_ended_in_words(more: dict[str, Any], said: str):
    assert Recorded("a loop", {"name": "sgd"}, (), **more).sentence == said


@pytest.mark.parametrize(
    ("layers", "told"), [(1, "1: fc0"), (5, "5: fc0, fc1, fc2, fc3, fc4"), (6, "6: fc0, fc1, fc2, fc3, fc4 …")]
)
def test_five_layers_are_named(layers: int, told: str):
    made = tuple(RecordedLayer(f"fc{number}", "Linear", 1, 1, (0,)) for number in range(layers))
    assert f"\n  layers    {told}\n" in repr(Recorded("a loop", {"name": "sgd"}, made))


# ---- recorded steps ----


def test_steps_by_their_numbers():
    trace = recorded().trace
    assert (len(trace), trace.steps.tolist(), trace[4].step, trace[-2].step, trace[8].loss) == (3, [0, 4, 8], 4, 8, 8.0)
    with pytest.raises(ns.InputError, match="step 5 was not recorded; the nearest that was is 4 "):
        trace[5]
    with pytest.raises(ns.InputError, match="step 7 was not recorded; the nearest that was is 8 "):
        trace[7]
    with pytest.raises(ns.InputError, match="no step was recorded"):
        recorded(()).trace[0]
    assert trace[0:8].step.tolist() == [0, 4]
    assert trace[0:9].step.tolist() == [0, 4, 8]
    assert trace[1:].step.tolist() == [4, 8]


def test_steps_of_fewer_examples_are_filled_with_nothing():
    window = recorded().trace[0:9].layers[0]
    expected = [[[0.0, 0.0]] * 2, [[4.0, 4.0], [math.nan] * 2], [[8.0, 8.0]] * 2]
    np.testing.assert_array_equal(window.input, expected)
    assert window["weight"].shape == (3, 1, 2)
    flat = recorded().trace[4].flat()
    assert {name: column.tolist() for name, column in flat.items()} == {
        "step": [4], "loss": [4.0], "alpha": [0.1], "layers[0].input[0, 0]": [4.0], "layers[0].input[0, 1]": [4.0],
        "layers[0].weight[0, 0]": [1.0], "layers[0].weight[0, 1]": [2.0],
    }  # fmt: skip


# ---- facts ----


def test_reshapes_are_counted_up_to_sixteen_kinds():
    odd = Oddities()
    for count in range(17):
        odd.mix("view", (2, count), (count, 2))
    odd.mix("view", (2, 0), (0, 2))
    odd.mix("reshape", (2, 0), (0, 2))
    odd.mix("view", (2, 15), (15, 2))
    assert len(odd.mixed) == 16
    assert [times for *_, times in odd.mixed] == [2, *[1] * 14, 2]


def test_the_loss_of_each_class_by_its_share():
    assert LossCall("cross_entropy", 0, counts=[2, 0, 2]).chance == pytest.approx(math.log(2))
    assert LossCall("cross_entropy", 0, counts=[1, 3]).chance == pytest.approx(math.log(4) - 0.75 * math.log(3))
    assert math.isnan(LossCall("cross_entropy", 0, counts=[0, 0]).chance)


def test_the_one_loss_function():
    def main(*calls: tuple[str, bool]) -> str | None:
        found = Facts(loss_calls=[LossCall(function, 0, alone=alone) for function, alone in calls]).main_call
        return None if found is None else found.function

    assert main(("mse_loss", True)) == "mse_loss"
    assert main(("mse_loss", True), ("l1_loss", False), ("sub", True), ("mul", True)) == "mse_loss"
    assert main(("mse_loss", False)) is None
    assert main(("mse_loss", True), ("l1_loss", True)) is None
    assert main(("mse_loss", True), ("mse_loss", True)) is None
    assert main(("sub", True)) is None


def test_how_much_of_the_weights_an_update_is():
    layer = {"alpha_delta": np.array([[3.0, 4.0]]), "weight": np.array([[6.0, 8.0]])}
    assert update_part(layer) == 0.5
    assert math.isnan(update_part({"weight": layer["weight"]}))
    assert math.isnan(update_part(layer | {"weight": np.zeros((1, 2))}))


def test_every_second_look_goes_when_there_are_too_many(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("nodescope.run.course.MOST_LOOKS", 4)
    course = Course()
    for step in range(11):
        course.add(step, [float(step)])
    assert (course.spacing, course.steps, course.gradients) == (4, [0, 4, 8], [[0.0], [4.0], [8.0]])
    assert [course.keeps(step) for step in (11, 12, 13)] == [False, True, False]
