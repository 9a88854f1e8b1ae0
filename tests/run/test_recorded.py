"""A run that another program made, its numbers put in by hand: what it says, shows and refuses."""

import copy
import dataclasses
import math
import pickle

import numpy as np
import pytest

import nodescope as ns
from nodescope.run.course import MOST_LOOKS, Course, update_part
from nodescope.run.facts import Facts, LossCall, Oddities, facts_from
from nodescope.run.recorded import Curvature, Record, Recorded, RecordedLayer, RecordedWindow, Trouble


def columns(nodes: int, inputs: int, examples: int, first: float) -> dict[str, np.ndarray]:
    shapes = {
        "input": (examples, inputs),
        "weight": (nodes, inputs),
        "bias": (nodes,),
        "sum": (examples, nodes),
        "alpha_delta": (nodes, inputs),
    }
    return {name: first + np.arange(float(math.prod(shape))).reshape(shape) for name, shape in shapes.items()}


def recorded(**more) -> Recorded:
    layers = (RecordedLayer("a", "Linear", 3, 2, (0, 1), "tanh"), RecordedLayer("b", "Linear", 2, 1, (0,)))
    records = [
        Record(t, 0.1 * (t + 1), 9.0 - t, (columns(2, 3, m, t), columns(1, 2, m, 50.0 + t))) for t, m in ((0, 2), (4, 2), (8, 1))
    ]
    return Recorded(**{
        "program": "X 1", "optimizer": {"name": "SGD", "alpha": 0.0, "momentum": 0, "nesterov": True}, "layers": layers,
        "losses": [9.0 - t for t in range(10)], "records": records, "stride": 4,
    } | more)  # fmt: skip


def test_how_it_ended_is_a_sentence():
    assert recorded().sentence == "Interrupted after 10 steps; the loss went from 9 to 0."
    assert recorded(losses=[2.0]).sentence == "Interrupted after 1 step; the loss went from 2 to 2."
    assert (
        recorded(losses=[math.nan, 2.0, math.inf, 1.5, math.nan]).sentence
        == "Interrupted after 5 steps; the loss went from 2 to 1.5."
    )
    assert recorded(losses=[]).sentence == "Interrupted after 0 steps."
    assert recorded(ending=ns.Ending.STEPS_USED).sentence == "10 steps observed; the loss went from 9 to 0."
    assert recorded(ending=ns.Ending.DIVERGED).sentence == "10 steps observed; the loss went from 9 to 0."
    trouble = Trouble(7, "a", 0, 1, "sum", math.inf, (), "it grew")
    assert recorded(ending=ns.Ending.DIVERGED, trouble=trouble).sentence == "Diverged: at step 7 a number is no longer finite."
    assert recorded(trouble=trouble).sentence.startswith("Interrupted")


def test_what_it_shows():
    run = recorded(notes=["slow"])
    assert run.optimizer_told == "SGD, alpha 0, nesterov True"
    assert repr(run).splitlines() == [
        "Run observed in X 1: INTERRUPTED", "  Interrupted after 10 steps; the loss went from 9 to 0.", "  layers    2: a, b",
        "  optimizer SGD, rate 0.0", "  recorded  3 of 10 steps", "  note      slow",
    ]  # fmt: skip
    layer = run.layers[0]
    assert "layers    6: a, a, a, a, a …" in repr(recorded(layers=(layer,) * 6))
    assert "layers    5: a, a, a, a, a\n" in repr(recorded(layers=(layer,) * 5))
    assert repr(run.trace[:]) == "columns: step, loss, alpha; 2 layers"
    assert repr(run.trace[0].layers[1]) == "columns: input, weight, bias, sum, alpha_delta"


def test_steps_are_found_by_their_numbers():
    trace = recorded().trace
    assert (len(trace), trace.steps.tolist(), trace[4].step, trace[-2].step) == (3, [0, 4, 8], 4, 8)
    assert trace[0:5]["step"].tolist() == trace[:5:4]["step"].tolist() == [0, 4]
    assert trace[1:]["loss"].tolist() == [5.0, 1.0]
    assert (trace[4].loss, trace[4].alpha) == (5.0, 0.5)
    for key, near in ((3, 4), (1, 0), (-1, 8)):
        with pytest.raises(ns.InputError, match=rf"step {key} was not recorded; the nearest that was is {near} \(run.trace.steps"):
            trace[key]
    with pytest.raises(ns.InputError, match="no step was recorded"):
        recorded(records=[]).trace[0]
    with pytest.raises(ns.InputError, match="there is no 'weigth' here; it has step, loss, alpha"):
        trace[:]["weigth"]
    with pytest.raises(AttributeError):
        _ = trace[:].weigth
    assert "loss" in trace[:]
    assert list(trace[0]) == ["step", "loss", "alpha"]


def test_columns_are_no_secrets():
    """What Python asks of a window while it is copied is no column of it."""
    window = recorded().trace[0]
    for again in (copy.copy(window), pickle.loads(pickle.dumps(window))):
        assert again.read() == window.read()
        assert again.layers[1].bias.tolist() == window.layers[1].bias.tolist()
    with pytest.raises(AttributeError, match=r"^_secret$"):
        _ = RecordedWindow({"_secret": 1})._secret
    assert RecordedWindow({"open": 1}).open == 1


def test_a_step_with_fewer_examples_is_filled_with_nan():
    window = recorded().trace[:].layers[0]
    assert window["input"].shape == (3, 2, 3)
    assert np.isnan(window["input"][2, 1]).all()
    assert window["input"][2, 0].tolist() == [8.0, 9.0, 10.0]
    assert not np.isnan(window["weight"]).any()
    assert list(window.read("bias")) == ["bias"]
    assert list(window.read()) == ["input", "weight", "bias", "sum", "alpha_delta"] == list(window.as_dict())


def test_a_column_a_number():
    whole, one = recorded().trace[:].flat(), recorded().trace[4].flat()
    assert list(whole)[:3] == ["step", "loss", "alpha"]
    assert list(whole) == list(one)
    assert whole["layers[0].weight[1, 2]"].tolist() == [5.0, 9.0, 13.0]
    assert one["layers[0].weight[1, 2]"].tolist() == [9.0]
    assert one["layers[1].bias[0]"].tolist() == [54.0]
    assert one["step"].tolist() == [4]
    assert whole["layers[1].sum[1, 0]"].tolist()[:2] == [51.0, 55.0]


def test_columns_that_some_steps_lack():
    run = recorded()
    run.records[1] = Record(4, 0.5, 5.0, ({"weight": np.ones((2, 3))}, {}))
    window = run.trace[:].layers[1]
    assert np.isnan(window["bias"][1]).all()
    assert window["bias"][[0, 2], 0].tolist() == [50.0, 58.0]
    assert run.trace[4:5].layers[1].columns == ()


def test_figures_over_time():
    run = recorded()
    run.facts.course.add(0, [1.0, 2.0])
    run.facts.course.add(4, [3.0, 4.0])
    run.facts.course.add(9, [5.0, 6.0])
    run.facts.rates.extend(0.1 * t for t in range(10))
    over = run.over_time
    assert over["step"].tolist() == [0, 4, 9]
    assert over["loss"].tolist() == [9.0, 5.0, 0.0]
    assert over["alpha"] == pytest.approx([0.0, 0.4, 0.9])
    assert over["gradient"].tolist() == [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]
    part = np.linalg.norm(4.0 + np.arange(6)) / np.linalg.norm(4.0 + np.arange(6))
    assert over["update"][1] == pytest.approx([part, 1.0])
    assert np.isnan(over["update"][2]).all()
    assert math.isnan(update_part({"weight": np.ones(2)}))
    assert math.isnan(update_part({"weight": np.zeros(2), "alpha_delta": np.ones(2)}))
    assert update_part({"weight": np.array([[3.0, 4.0]]), "alpha_delta": np.array([[0.0, 1.0]])}) == 0.2


def test_a_long_course_keeps_every_second_step():
    course = Course()
    for step in range(MOST_LOOKS):
        course.add(step, [float(step)])
    assert (course.spacing, len(course.steps)) == (1, MOST_LOOKS)
    course.add(MOST_LOOKS, [0.5])
    assert (course.spacing, len(course.steps), course.steps[:3], course.steps[-1]) == (
        2,
        MOST_LOOKS // 2 + 1,
        [0, 2, 4],
        MOST_LOOKS,
    )
    assert course.gradients[:2] == [[0.0], [2.0]]
    course.add(MOST_LOOKS + 1, [0.5])
    course.add(MOST_LOOKS + 2, [0.5])
    assert course.steps[-1] == MOST_LOOKS + 2


def test_layers_are_put_in_order():
    run = recorded(
        bends=[Curvature(4, 0.1, 2.0, 1.0, (0.5, 0.3, 0.2))], trouble=Trouble(7, "b", 1, 0, "sum", math.inf, (), "it grew")
    )
    run.facts.course.add(0, [1.0, 2.0])
    before = repr(run)
    run.put_in_order([0, 1])
    assert repr(run) == before
    run.put_in_order([1, 0])
    assert [layer.name for layer in run.layers] == ["b", "a"]
    assert run.trace[0].layers[0].bias.tolist() == [50.0]
    assert run.bends[0].shares == (0.3, 0.5, 0.2)
    assert run.facts.course.gradients == [[2.0, 1.0]]
    assert run.trouble.layer == 0
    assert run.records[0].nbytes == sum(column.nbytes for layer in run.records[0].layers for column in layer.values())


def test_figures_of_ones_own():
    run = recorded()
    run.note(validation=0.5, other=np.float64(2.0))
    run.losses.append(1.0)
    run.note(validation=0.25)
    assert run.facts.noted == {"validation": [(10, 0.5), (11, 0.25)], "other": [(10, 2.0)]}
    for value in ("much", None, [1.0, 2.0]):
        with pytest.raises(ns.InputError, match=r"other is .*; it must be a number: loss.item\(\) of a tensor"):
            run.note(other=value)


@pytest.mark.parametrize(("calls", "main"), [
    ([("mse_loss", True)], "mse_loss"), ([("mse_loss", False)], None), ([("sub", True)], None),
    ([("mul", True), ("mse_loss", True)], "mse_loss"),
    ([("mse_loss", True), ("l1_loss", True)], None), ([("mse_loss", True), ("mse_loss", True)], None),
    ([("mse_loss", True), ("l1_loss", False)], "mse_loss"),
    ([], None),
])  # fmt: skip
def test_the_one_loss_that_a_loss_is(calls: list, main: str | None):
    facts = Facts(loss_calls=[LossCall(function, 0, alone=alone) for function, alone in calls])
    assert (facts.main_call and facts.main_call.function) == main


def test_a_loss_of_chance_is_the_entropy_of_the_goals():
    assert LossCall("cross_entropy", 0, counts=[5, 5, 0]).chance == pytest.approx(math.log(2))
    assert LossCall("cross_entropy", 0, counts=[1, 3]).chance == pytest.approx(-(0.25 * math.log(0.25) + 0.75 * math.log(0.75)))
    assert math.isnan(LossCall("cross_entropy", 0).chance)


def test_reshapes_are_counted_up_to_sixteen_kinds():
    odd = Oddities()
    for number in range(18):
        odd.mix("view", (number, 2), (2, number))
    odd.mix("view", (3, 2), (2, 3))
    odd.mix("view", (17, 2), (2, 17))
    odd.mix("reshape", (3, 2), (2, 3))
    assert len(odd.mixed) == 16
    assert odd.mixed[3] == ("view", (3, 2), (2, 3), 2)
    assert odd.mixed[4] == ("view", (4, 2), (2, 4), 1)


def test_facts_start_at_nothing_and_come_back_from_plain_ones():
    facts = Facts()
    plain = dataclasses.asdict(facts)
    assert {name: value for name, value in plain.items() if value not in ([], {}, 0, 0.0, None)} == {
        "modes": plain["modes"], "odd": plain["odd"], "course": {"spacing": 1, "steps": [], "gradients": []}, "from_data": True,
    }  # fmt: skip
    assert [value for value in plain["modes"].values() if value] == [value for value in plain["odd"].values() if value] == []
    assert facts_from(plain) == facts == facts_from({})
    facts.odd.mix("view", (1, 2), (2, 1))
    facts.noted["a"] = [(1, 2.0)]
    facts.loss_calls.append(LossCall("mse_loss", 3, given=(2, 1), goals=(2, 1), right=[(1, 0.5)]))
    assert facts_from({**dataclasses.asdict(facts), "of a later version": 1}) == facts
