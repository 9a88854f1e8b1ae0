"""A step on paper: every exact line, worked out by Python as it stands there, gives the very number beside it."""

import math
import struct

import numpy as np
import pytest
from conftest import cases
from hypothesis import given, settings
from hypothesis import strategies as st

import nodescope as ns
from nodescope.views.explanation.explain import explain

RULES = ["plain", "momentum", "nesterov", "adagrad", "rmsprop", "adam"]
READS = {"sqrt": math.sqrt, "inf": math.inf, "nan": math.nan, "__builtins__": {}}


def seed_run(**more):
    return ns.descend(**{"weight": 0.4, "input": 1, "goal": 0.6, "alpha": 0.1, "steps": 325, **more})


def several(**more):
    rng = np.random.default_rng(4)
    keywords = {"weight": rng.normal(size=(2, 3)), "input": rng.normal(size=(7, 3)), "goal": rng.normal(size=(7, 2))}
    return ns.descend(**{**keywords, "alpha": 0.01, "bias": True, "batch": 3, "order": "shuffled", "steps": 60, **more})


def line(explanation, name):
    (found,) = [line for line in explanation.lines if line.name == name]
    return found


def bits(value):
    return struct.pack("<d", math.nan if math.isnan(value) else value)


def not_worked_out(lines):
    """The lines that are words, not a formula; every other one must give its value, bit for bit, when Python works it out."""
    words = []
    for one in lines:
        try:
            value = float(eval(one.exactly, READS))
        except SyntaxError:
            words.append(one)
        except (ZeroDivisionError, ValueError):
            assert not math.isfinite(one.value)
        else:
            assert bits(value) == bits(one.value), one
    return words


def test_the_first_step_of_the_seed():
    first = explain(seed_run(), 0)
    numbers = {one.name: one.value for one in first.lines}
    assert numbers == {
        "prediction": 0.4, "delta": -0.19999999999999996, "mse": 0.03999999999999998, "weighted delta": -0.19999999999999996,
        "alpha delta": -0.019999999999999997, "new weight": 0.42000000000000004,
    }  # fmt: skip
    assert first.text.splitlines()[0] == "Step 0 of 325: rule plain, alpha 0.1"
    assert "new weight     = weight − alpha delta   = 0.4 − (-0.02) = 0.42" in first.text
    assert "new weight     = 0.42000000000000004   = 0.4 - (-0.019999999999999997)" in first.text
    assert str(first) == repr(first) == first.text
    assert first._repr_markdown_() == first.markdown
    assert first.numbers["new_weight"] == 0.42000000000000004


def test_why_the_seed_stalls():
    text = explain(seed_run(), 317).text
    assert "1.11e-16 away, and alpha delta, -5.55e-17, is exactly half of that gap, and the tie goes to the even number" in text
    assert "stays" not in explain(seed_run(), 316).text
    run = seed_run(alpha=0.01, steps=5000)
    assert "is less than half of that gap." in explain(ns.descend(weight=0.6, input=1, goal=0.6000000000000001, alpha=0.3), 0).text
    assert "The weight stays" in explain(run, run.settled_after).text


@pytest.mark.parametrize(
    ("keywords", "why"),
    [
        ({"goal": 0.4}, "the prediction is the goal exactly"),
        ({"input": 0}, "its input is 0"),
        ({"alpha": 0.0}, "alpha is 0"),
        ({"input": 1e-200, "goal": 1e-200}, "delta × input is too small for a double"),
        ({"alpha": 1e-320, "goal": 0.39999}, "alpha delta is too small for a double"),
        ({"input": [1.0, 1.0], "goal": [0.0, 0.8], "batch": "all"}, "the examples' shares cancel"),
        ({"input": [1.0, 1.0], "goal": [0.4, 0.4], "batch": "all"}, "every prediction is its goal exactly"),
        ({"frozen": True}, "is frozen: its alpha delta is 0.0"),
    ],
)
def test_why_else_a_weight_stays(keywords, why):
    explanation = explain(seed_run(**{**keywords, "steps": 1}), 0)
    assert why in explanation.text
    assert why in explanation.markdown
    assert line(explanation, "new weight").value == 0.4


def test_a_gap_at_a_power_of_two_is_the_one_on_the_way():
    """Below 1 the doubles are twice as dense as above: the same alpha delta moves one way and not the other."""
    up = ns.descend(weight=1.0, input=1, goal=1.0 + 2**-52, alpha=0.4, steps=1)
    down = ns.descend(weight=1.0, input=1, goal=1.0 - 2**-52, alpha=0.4, steps=1)
    assert "2.22e-16 away" in explain(up, 0).text
    assert "stays" not in explain(down, 0).text
    less = ns.descend(weight=1.0, input=1, goal=1.0 - 2**-52, alpha=0.24, steps=1)
    assert "1.11e-16 away, and alpha delta, 5.33e-17, is less than half of that gap." in explain(less, 0).text


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("step", [0, 1, 30, -1])
def test_every_rule_adds_up(rule, step):
    for run in (
        several(rule=rule),
        seed_run(rule=rule, bias=True),
        several(rule=rule, batch=1, reduction="sum", summation="lanes"),
    ):
        explanation = explain(run, step)
        in_words = {one.name.split()[0] for one in not_worked_out(explanation.lines)}
        assert in_words <= ({"mse"} if run.recipe.batch_size > 1 else {"prediction"} if run.recipe.summation == "lanes" else set())
        row = run.trace[step]
        assert {bits(v) for v in np.ravel(row.new_weight)} <= {
            bits(one.value) for one in explanation.lines if one.name.startswith("new weight")
        }
        for memory in run.recipe.rule.memories:
            assert any(memory.replace("_", " ") in one.name for one in explanation.lines)


@settings(max_examples=cases(300))
@given(st.integers(0, 2**32))
def test_random_recipes_add_up_to_the_trace(seed):
    rng = np.random.default_rng(seed)
    n, d, k = (int(rng.integers(1, most)) for most in (6, 12, 5))
    run = ns.descend(
        weight=rng.normal(size=(k, d)), input=rng.normal(size=(n, d)) * 10.0 ** rng.choice([0, 0, 100, -100]),
        goal=rng.normal(size=(n, k)), alpha=float(10 ** rng.uniform(-3, 2)), steps=9, batch=[1, 2, "all"][rng.integers(3)],
        rule=RULES[rng.integers(6)], bias=bool(rng.integers(2)), frozen=rng.integers(2, size=(k, d)).astype(bool),
        reduction=["mean", "sum"][rng.integers(2)],
    )  # fmt: skip
    if not run.steps:
        return
    explanation = explain(run, int(rng.integers(run.steps)))
    not_worked_out(explanation.lines)
    assert {bits(v) for v in np.ravel(run.trace[explanation.step].delta)[:1]} <= {bits(one.value) for one in explanation.lines}
    assert explanation.text
    assert explanation.markdown.count("```") == 2


def test_contributions_add_up_to_the_prediction_with_the_bias_last():
    run = ns.descend(weight=[1.0, 2.0, 3.0], input=[4.0, 5.0, 6.0], goal=30.0, alpha=0.01, bias=0.5, steps=1)
    rows = [row.split() for row in explain(run, 0).text.splitlines()[3:9]]
    assert [row[-1] for row in rows] == ["contribution", "4", "10", "18", "0.5", "32.5"]
    assert rows[4][:4] == ["bias", "0.5", "×", "1"]


def test_many_inputs_examples_and_nodes_are_counted():
    rng = np.random.default_rng(0)
    run = ns.descend(
        weight=np.ones((6, 40)), input=np.ones((50, 40)), goal=rng.normal(size=(50, 6)), alpha=1e-3, batch="all", steps=2
    )
    explanation = explain(run, 0)
    assert "35 more inputs" in explanation.text
    assert "… and 47 more examples and 4 more nodes, in the same way" in explanation.text
    assert "+ … 47 more) ÷ 50" in explanation.text
    assert "… and 230 more weights, in the same way" in explanation.text
    rows = [row.split() for row in explanation.text.splitlines() if "more inputs" in row]
    assert rows[0][-1] == "35"
    assert len(explanation.text) < 20_000


def test_which_examples_a_step_saw():
    run = ns.descend(weight=[0.0], input=[[1.0], [2.0], [3.0]], goal=[1.0, 2.0, 3.0], alpha=0.01, steps=7)
    assert explain(run, 4).text.splitlines()[0] == "Step 4 of 7 (epoch 1, example 1 of 3): rule plain, alpha 0.01"
    short_batch = ns.descend(weight=[0.0], input=[[1.0], [2.0], [3.0]], goal=[1.0, 2.0, 3.0], alpha=0.01, steps=7, batch=2)
    assert "example 2 of 3" in explain(short_batch, 1).text
    assert "(epoch 0, 2 examples of 3)" in explain(short_batch, 0).text


def test_schedules():
    run = seed_run(alpha=[0.5, 0.25, 0.125], steps=3)
    explanation = explain(run, 2)
    assert explanation.text.startswith("Step 2 of 3: rule plain, alpha 0.125 from its schedule")
    assert line(explanation, "alpha delta").exactly.startswith("0.125 * ")


def test_numbers_that_are_not_finite():
    run = seed_run(alpha=1e200, steps=None)
    assert run.ending is ns.Ending.DIVERGED
    text = explain(run, -1).text
    assert "The first number here that is not finite is the mse: ∞. Doubles end at about 1.8e308; that alone ends nothing." in text
    run = ns.descend(weight=[1e200, -1e200], input=[1e200, 1e200], goal=0, alpha=1.0, steps=3)
    explanation = explain(run, 0)
    assert "The first number here that is not finite is the prediction: NaN" in explanation.text
    assert "∞" in explanation.text
    assert "NaN" in explanation.markdown


def test_names_from_a_table_are_only_ever_text():
    hostile = {"<b>*x*</b>|`y`": [1.0, 2.0, 4.0], "\x1b[31mred\n# z": [0.5, 0.1, 3.0], "goal _g_": [1.0, 2.0, 3.0]}
    run = ns.descend(data=hostile, goal="goal _g_", alpha=0.01, steps=4)
    explanation = explain(run, 1)
    assert "\x1b" not in explanation.text + explanation.markdown
    outside = explanation.markdown.split("```")[0]
    assert "<b>" not in outside
    assert "&lt;b&gt;\\*x\\*&lt;/b&gt;\\|\\`y\\`" in outside
    assert not any(row.startswith("#") for row in explanation.text.splitlines() + explanation.markdown.splitlines())
    widths = {row.count("|") - row.count("\\|") for row in outside.splitlines() if row.startswith("|  |") or "×" in row[:40]}
    assert widths


def test_steps_that_are_not_there():
    run = seed_run()
    assert explain(run, -1).step == 324
    for step in (325, -326):
        with pytest.raises(IndexError) as expected:
            run.trace[step]
        with pytest.raises(IndexError) as found:
            explain(run, step)
        assert str(found.value) == str(expected.value)
    for step in (1.5, "1", True, None, slice(0, 2)):
        with pytest.raises(ns.InputError, match="whole number"):
            explain(run, step)


def test_steps_that_were_never_computed():
    long = seed_run(steps=10**9)
    assert explain(long, 999_999_999).lines == explain(seed_run(), 324).lines
    cycle = seed_run(alpha=1.5, steps=10**9)
    assert line(explain(cycle, -1), "new weight").value == cycle.weight


def test_a_loss_that_is_not_the_square_tells_its_slope():
    """Huber's slope is the error up to the threshold of 1 and 1 beyond; the mse is of errors, not of deltas."""
    run = ns.descend(weight=1.0, input=[1.0, 1.0], goal=[0.5, -2.0], alpha=0.1, steps=1, batch="all", loss="huber")
    explanation = explain(run, 0)
    assert [one.value for one in explanation.lines if one.name.startswith("loss's slope")] == [0.5, 1.0]
    assert line(explanation, "mse").value == (0.25 + 9.0) / 2
    assert "loss's slope of example 1 = slope of huber at prediction − goal = slope at 1 − (-2) = 1" in explanation.text
    assert len(not_worked_out(explanation.lines)) == 2


@pytest.mark.parametrize("loss", ["squared", "huber"])
@pytest.mark.parametrize("rule", RULES)
def test_a_node_written_as_a_layer_gives_the_same_page(rule, loss):
    rng = np.random.default_rng(len(rule))
    weight, x, goal = rng.normal(size=(2, 8)), rng.normal(size=(5, 8)), rng.normal(size=(5, 2))
    more = {"input": x, "goal": goal, "alpha": 0.01, "batch": 2, "rule": rule, "loss": loss, "steps": 7, "freeze_bias": True}
    node = explain(ns.descend(weight=weight, bias=True, **more), 5)
    layer = explain(ns.descend(network=ns.network(weights=[weight], biases=True, activations="identity"), **more), 5)
    assert layer.text == node.text
    assert (layer.markdown, layer.html, layer.lines) == (node.markdown, node.html, node.lines)


@pytest.mark.parametrize("update_order", ["parallel", "sequential"])
@pytest.mark.parametrize("activation", ["tanh", "identity"])
def test_layers_add_up(activation, update_order):
    rng = np.random.default_rng(3)
    run = ns.descend(
        network=ns.network([3, 2, 3, 2], activation=activation, seed=1), input=rng.normal(size=(4, 3)),
        goal=rng.normal(size=(4, 2)), alpha=0.1, batch=2, rule="adam", steps=6, update_order=update_order,
    )  # fmt: skip
    explanation = explain(run, 4)
    in_words = {one.name.split()[0] for one in not_worked_out([one for one in explanation.lines if "tanh" not in one.exactly])}
    assert in_words == {"mse"}  # of more than three errors
    names = [one.name for one in explanation.lines]
    assert len(names) == len(set(names))
    layers = run.trace[4].layers
    for number, layer in enumerate(layers):
        new = {bits(one.value) for one in explanation.lines if one.name.startswith(f"new weight of layer {number}, ")}
        assert new == {bits(v) for v in [*np.ravel(layer.new_weight), *layer.new_bias]}
    assert explanation.numbers["layers[1].delta"].tobytes() == layers[1].delta.tobytes()
    assert "The rule's powers" in explanation.text
    assert ("slope" in explanation.text) == (activation == "tanh")


def test_a_node_that_passes_nothing_on_says_that_its_delta_is_0():
    dead = ns.network(weights=[[[1.0]], [[1.0]]], biases=[[-5.0], None], activations=["relu", "identity"])
    text = explain(ns.descend(network=dead, input=1.0, goal=1.0, alpha=0.1, steps=1), 0, layer=0).text
    assert "The weight stays: its weighted delta is 0, because delta is 0." in text


def test_a_network_that_ends_beyond_the_doubles_says_where():
    """The first hidden sum that overflows, in the order of the computation; else the hidden delta, whose weight is still finite."""
    big = ns.network(weights=[[[1e200]], [[1.0]]], biases=[None, None], activations=["tanh", "identity"])
    text = explain(ns.descend(network=big, input=1e200, goal=1.0, alpha=0.1, steps=1), 0).text
    assert "not finite is the sum of layer 0, node 0: ∞. Doubles" in text
    steep = ns.network(weights=[[[1.0]], [[1e200]]], biases=[None, None], activations=["identity", "identity"])
    text = explain(ns.descend(network=steep, input=1.0, goal=1.0, alpha=0.1, steps=1), 0).text
    assert "not finite is the mse: ∞" in text


def test_layers_are_named_in_the_order_in_which_a_step_goes():
    """Forward from the first, back from the last; every number says its layer and node, also where a layer has one."""
    run = ns.descend(network=[1, 1, 1], input=1.0, goal=2.0, alpha=0.1, steps=1)
    titles = [row for row in explain(run, 0).text.splitlines() if row and row[0] not in " …" and "squared" not in row]
    assert titles[1:] == [
        "Prediction of layer 0, node 0", "Prediction of layer 1, node 0", "Delta of layer 0, node 0",
        "Update of layer 1, node 0, from node 0", "Update of layer 1, node 0, bias", "Update of layer 0, node 0, input 0",
        "Update of layer 0, node 0, bias", "Exactly",
    ]  # fmt: skip


def test_of_one_node_only_its_own_weights_are_counted():
    run = ns.descend(network=[40, 5, 1], input=np.ones((1, 40)), goal=[1.0], alpha=0.01, steps=1)
    text = explain(run, 0, layer=0, node=4).text
    assert "… and 35 more weights of layer 0, in the same way" in text
    assert "more node" not in text
    assert "… and 3 more nodes of layer 0, in the same way" in explain(run, 0).text


def test_only_one_layer_or_one_node():
    run = several()
    assert "node 0" not in explain(run, 0, node=1).text
    assert explain(run, 0, layer=-1).text == explain(run, 0, layer=0).text == explain(run, 0).text
    with pytest.raises(ns.InputError, match=r"layer 1 is not there: the network has 1 layer, counted"):
        explain(run, 0, layer=1)
    with pytest.raises(ns.InputError, match=r"node 2 is not there: layer 0 has 2 nodes"):
        explain(run, 0, node=2)
    deep = ns.descend(network=[1, 2, 1], input=1.0, goal=1.0, alpha=0.1, steps=1)
    with pytest.raises(ns.InputError, match="give layer= too"):
        explain(deep, 0, node=0)


def test_html_holds_the_same_numbers_and_only_text():
    hostile = {"<b>x</b>": [1.0, 2.0, 4.0], "z": [0.5, 0.1, 3.0], "goal": [1.0, 2.0, 3.0]}
    html = explain(ns.descend(data=hostile, goal="goal", alpha=0.01, steps=4), 1)._repr_html_()
    assert "<b>x" not in html
    assert "new weight of &lt;b&gt;x&lt;/b&gt;" in html
    assert html.count("<table>") == html.count("</table>") > 3
