"""Settings of networks, schedules, rules and losses that cannot be: one line says what was seen, where, and the remedy.

And those that look odd but can be: numbers of NumPy's own types, `biases=False`, whole numbers with a point.
"""

import json
import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

import nodescope as ns
from nodescope.views.values import run_values

XOR = {"input": [[0, 0], [0, 1], [1, 0], [1, 1]], "goal": [0, 1, 1, 0]}
WEIGHTS = [[[1.0, 2.0]], [[1.0]]]
HUGE = 10**400


def said_by(refuse) -> str:
    with pytest.raises(ns.InputError) as refused:
        refuse()
    message = str(refused.value)
    assert "\n" not in message
    assert len(message) < 300
    return message


@pytest.mark.parametrize(
    ("keywords", "words"),
    [
        ({"sizes": np.array(3)}, ["sizes is an array without axes (3)", "must be a list", "inputs, (hidden nodes, …) outputs"]),
        ({"sizes": [2, 3.5, 1]}, ["the number of nodes of layer 0 is 3.5", "whole number"]),
        ({"sizes": [2, HUGE]}, ["the number of nodes of layer 0 is 1000", "at most"]),
        ({"weights": 5}, ["weights is 5", "must be a list", "a (nodes, inputs) block per layer"]),
        ({"weights": (block for block in WEIGHTS)}, ["weights is a", "generator", "must be a list"]),
        ({"weights": {"a": 1}}, ["weights is {'a': 1}", "must be a list"]),
        ({"weights": WEIGHTS, "biases": 5}, ["biases is 5", "must be a list", "True or False for all layers"]),
        ({"weights": WEIGHTS, "biases": "ab"}, ["biases is 'ab'", "must be a list"]),
        ({"weights": WEIGHTS, "activations": 5}, ["activations is 5", "must be a list", "one name for all layers"]),
        ({"weights": WEIGHTS, "activations": {"a", "b"}}, ["activations is {", "must be a list"]),
        ({"sizes": [2, 3, 1], "initial": ["he"]}, ["initial is ['he']", "'he'"]),
        ({"sizes": [2, 3, 1], "initial": {}}, ["initial is {}", "'glorot'"]),
        ({"sizes": [2, 3, 1], "initial": "Glorot"}, ["initial is 'Glorot'", "did you mean 'glorot'"]),
        ({"sizes": [2, 3, 1], "seed": 1.5}, ["seed is 1.5", "whole number"]),
        ({"sizes": [2, 3, 1], "bias": np.zeros(2, bool)}, ["bias is an array of shape (2,) and type bool", "True or False"]),
        ({"sizes": [2, 3, 1], "activation": [["tanh"] * 99]}, ["activation is [['tanh', ", "…", "gelu"]),
    ],
)
def test_networks_refused(keywords, words):
    message = said_by(lambda: ns.network(**keywords))
    assert [word for word in words if word not in message] == []


def test_a_misspelt_setting_of_a_network_in_a_recipe():
    assert "network has no 'activaton'; did you mean 'activation'?" in said_by(
        lambda: ns.descend(network={"sizes": [2, 1], "activaton": "relu"}, **XOR, alpha=0.1, steps=1)
    )


def test_networks_that_can_be():
    assert ns.network(weights=WEIGHTS, biases=False).biases == (None, None)
    assert [bias.tolist() for bias in ns.network(weights=WEIGHTS, biases=True).biases] == [[0.0], [0.0]]
    assert repr(ns.network(weights=WEIGHTS, activations=ns.network([1, 1], output_activation="relu").activations[0])).endswith(
        "relu, relu"
    )
    drawn = ns.network([2, 3, 1], seed=1)
    for same in (ns.network([2.0, np.int64(3), np.float32(1)], seed=1.0), ns.network(np.array([2, 3, 1]), seed=np.uint8(1))):
        assert same.flat().tobytes() == drawn.flat().tobytes()
    run = ns.descend(network=np.array([2, 3, 1]), **XOR, alpha=0.1, steps=1)
    assert run.network.sizes == (2, 3, 1)


@pytest.mark.parametrize(
    ("keywords", "words"),
    [
        ({"frozen": [[[True], [True, False]], None]}, ["frozen[0]", "(3, 2)", "booleans"]),
        ({"frozen": 5}, ["frozen is 5", "an entry for each of the network's 2 layers"]),
        ({"rule": {"name": "adagrad", "epsilon": HUGE}}, ["epsilon of rule 'adagrad' is 1000", "too large for a double"]),
        ({"rule": {"name": "adagrad", "initial": HUGE}}, ["initial of rule 'adagrad' is 1000", "too large for a double"]),
        ({"rule": {"name": "adamw", "decay": HUGE}}, ["decay of rule 'adamw' is 1000", "too large for a double"]),
        ({"rule": {"name": "adamw", "decay": "big"}}, ["decay of rule 'adamw' is 'big'", "a number"]),
        ({"rule": {"name": "adam", "epsilon_inside": np.zeros(2)}}, ["epsilon_inside of rule 'adam'", "True or False"]),
        ({"rule": {"name": "adam", "bias_corection": False}}, ["no setting 'bias_corection'", "did you mean 'bias_correction'"]),
        ({"rule": ["adam"]}, ["rule is ['adam']", "the rules are plain"]),
        ({"loss": {"name": "huber", "threshold": HUGE}}, ["threshold of loss 'huber' is 1000", "too large for a double"]),
        ({"loss": {"name": "huber", "threshold": 0}}, ["threshold of loss 'huber' is 0", "above 0"]),
        ({"loss": {"name": "huber", "threshold": "a"}}, ["threshold of loss 'huber' is 'a'", "a number"]),
        ({"loss": {"name": "huber", "treshold": 1}}, ["'huber'", "no setting 'treshold'", "did you mean 'threshold'"]),
        ({"loss": {"name": "squared", "threshold": np.ones(2)}}, ["'squared' has no setting 'threshold'"]),
        ({"loss": np.array(["huber"])}, ["loss is an array of shape (1,)", "the losses are squared, huber, absolute"]),
        ({"loss": "Huber"}, ["loss is 'Huber'", "did you mean 'huber'"]),
        ({"fingerprint": 5}, ["fingerprint is 5", "text"]),
        ({"wieght": 1}, ["there is no keyword 'wieght'", "did you mean 'weight'"]),
        ({"learning_rate": 1}, ["there is no keyword 'learning_rate'", "did you mean 'alpha'"]),
        ({"holdout": np.ones(2)}, ["holdout goes with data=", "give the table"]),
        ({"missing": np.ones(2)}, ["missing goes with data=", "give the table"]),
        ({"alpha": [[0.1, 0.2], [0.3]]}, ["alpha of step 0 is [0.1, 0.2]", "a finite number"]),
        ({"alpha": b"ab"}, ["alpha is b'ab'", "auto"]),
        ({"batch": HUGE}, ["batch is 1000", "at most"]),
        (
            {"input": np.ma.masked_array(XOR["input"], mask=[[0, 0], [0, 1], [0, 0], [0, 0]])},
            ["input[1][1] is masked", "fill it in, or leave it out"],
        ),
        ({"goal": [np.ma.masked_array([1.0], mask=[True])] * 4}, ["goal", "masked"]),
    ],
)
def test_keywords_refused(keywords, words):
    given = {"network": [2, 3, 1], **XOR, "alpha": 0.1, "steps": 3, **keywords}
    message = said_by(lambda: ns.descend(**given))
    assert [word for word in words if word not in message] == []
    assert said_by(lambda: ns.forecast(**given)) == message


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"out": 5}, ["out is 5", "the path of a file"]),
        ({"epochs": 10**5000}, ["steps=3 and epochs=int of too many digits", "give one of them"]),
        ({"frozen": [[True], [True, False]]}, ["frozen is [[True], [True, False]]", "no rectangle", "(2,)"]),
        ({"missing": "drop"}, ["missing", "data="]),
    ],
)
def test_keywords_of_a_node_refused(change, words):
    message = said_by(lambda: ns.descend(**{"weight": [0.1, 0.2], "input": [1, 2], "goal": 1, "alpha": 0.1, "steps": 3, **change}))
    assert [word for word in words if word not in message] == []


def test_a_tensor_with_gradients():
    tensor = pytest.importorskip("torch").ones(2, requires_grad=True)
    assert "input is not a rectangle of numbers: Can't call numpy()" in said_by(
        lambda: ns.descend(input=tensor, goal=[1, 2], alpha=0.1)
    )


def test_a_mask_without_a_masked_number_is_as_no_mask():
    plain = ns.descend(network=[2, 3, 1], **XOR, alpha=0.1, steps=3)
    assert ns.descend(network=[2, 3, 1], **{**XOR, "input": np.ma.masked_array(XOR["input"])}, alpha=0.1, steps=3).mse == plain.mse


@pytest.mark.parametrize("half", [np.float32(0.5), np.float64(0.5), np.array(0.5)])
def test_numbers_of_numpys_are_numbers(half):
    one = ns.descend(network=[2, 3, 1], **XOR, alpha=half, rule={"name": "momentum", "momentum": half}, steps=np.int64(3))
    two = ns.descend(network=[2, 3, 1], **XOR, alpha=0.5, rule={"name": "momentum", "momentum": 0.5}, steps=3)
    assert one.recipe == two.recipe
    assert ns.descend(network=[2, 3, 1], **XOR, alpha=0.1, rule={"name": "momentum", "momentum": np.int64(0)}, steps=3).steps == 3
    run = ns.descend(network=[2, 3, 1], **XOR, alpha=0.1, loss={"name": "huber", "threshold": half}, steps=3)
    assert run.recipe.loss.threshold == 0.5
    assert ns.schedule("steps", start=half, factor=half, every=np.int64(2))(5) == 0.125


@pytest.mark.parametrize(
    ("name", "settings", "words"),
    [
        ("constant", {"start": HUGE}, ["start of schedule 'constant' is 1000", "too large for a double"]),
        ("cosine", {"start": 0.1, "steps": HUGE}, ["steps of schedule 'cosine' is 1000", "at most"]),
        ("cosine", {"start": 0.1, "steps": 0}, ["steps of schedule 'cosine' is 0", "at least 1"]),
        ("constant", {"start": 0.1, "warm_up": HUGE}, ["warm_up of schedule 'constant' is 1000", "at most"]),
        ("constant", {"start": 0.1, "warm_up": -1}, ["warm_up of schedule 'constant' is -1", "at least 0"]),
        ("constant", {"start": math.nan}, ["start of schedule 'constant' is nan", "finite"]),
        ("1/t", {"start": 0.1, "decay": -1}, ["decay of schedule '1/t' is -1", "at least 0"]),
        ("1/t", {"start": 0.1, "decy": 1}, ["no setting 'decy'", "did you mean 'decay'"]),
        ("exponental", {"start": 0.1}, ["schedule is 'exponental'", "did you mean 'exponential'"]),
    ],
)
def test_schedules_refused(name, settings, words):
    message = said_by(lambda: ns.schedule(name, **settings))
    assert [word for word in words if word not in message] == []


@pytest.mark.parametrize(
    "alpha", [ns.schedule("exponential", start=0.1, factor=1e10), {"name": "exponential", "start": 0.1, "factor": 1e10}]
)
def test_a_named_schedule_that_leaves_the_doubles_is_refused_before_the_run(alpha):
    message = said_by(lambda: ns.descend(weight=0, input=0, goal=1, alpha=alpha, steps=400))
    assert "alpha of step 31 of schedule 'exponential' is too large for a double" in message
    assert "ask for at most 31 steps" in message
    assert ns.descend(weight=0, input=0, goal=1, alpha=alpha, steps=31).steps == 31


@pytest.mark.parametrize(
    ("at_seven", "words"),
    [
        (lambda: None, "alpha of step 7 is None; it must be a finite number"),
        (lambda: HUGE, "alpha of step 7 is 1000"),
        (lambda: math.nan, "alpha of step 7 is nan; it must be finite"),
        (lambda: 1 / 0, "alpha of step 7: the function raised ZeroDivisionError: division by zero; it must give"),
    ],
)
def test_a_function_that_fails_on_the_way_leaves_the_steps_before_it(at_seven, words, tmp_path):
    path = tmp_path / "a.nodescope"
    given = {"network": [2, 2, 1], **XOR, "steps": 20, "alpha": lambda step: 0.1 if step < 7 else at_seven()}
    with pytest.raises(ns.InputError) as refused:
        ns.descend(**given, out=path)
    assert words in str(refused.value)
    seven = ns.descend(**{**given, "steps": 7})
    for run in (refused.value.run, ns.load(path)):
        assert (run.steps, run.ending) == (7, ns.Ending.INTERRUPTED)
        assert run.network.flat().tobytes() == seven.network.flat().tobytes()
        assert run.trace[:]["mse"].tobytes() == seven.trace[:]["mse"].tobytes()


def test_a_named_schedule_is_asked_for_steps_alone():
    for step, words in ((-5, "step is -5; it must be at least 0"), ("a", "step is 'a'; it must be a whole number")):
        assert words in said_by(lambda step=step: ns.schedule("steps", start=0.1, every=2)(step))


def test_a_function_of_the_wrong_kind():
    assert "alpha of step 0: the function raised TypeError" in said_by(
        lambda: ns.descend(weight=0, input=1, goal=1, alpha=lambda: 0.1, steps=3)
    )


def test_a_function_is_asked_for_no_step_that_is_not_made():
    asked = []
    ns.descend(weight=0, input=1, goal=1, alpha=lambda step: (asked.append(step), [0.001] * 100)[1][step], steps=100)
    assert asked == list(range(100))


def test_a_list_that_is_too_short_ends_the_run_where_no_steps_are_asked_for():
    assert ns.descend(weight=0, input=1, goal=1, alpha=[0.001] * 100).steps == 100


@pytest.mark.parametrize(
    ("x", "goal", "sizes"),
    [
        ([1, 2], [1, 2], [1, 3, 1]),
        ([1], [1], [1, 3, 1]),
        (1, 2, [1, 3, 1]),
        ([1, 2], 1, [2, 3, 1]),
        ([1, 2], [1, 2, 3], [2, 3, 3]),
        ([1, 2], [1], [2, 3, 1]),
        ([[1, 2], [3, 4]], [1, 2], [2, 3, 1]),
        ([[1, 2], [3, 4]], [[1], [2]], [2, 3, 1]),
        ([[1], [3]], [[1, 2], [2, 3]], [1, 3, 2]),
    ],
)
def test_hidden_layers_change_nothing_in_what_the_arrays_mean(x, goal, sizes):
    """`--input 1,2 --goal 1,2` is two examples, and `--hidden 3` keeps them two."""
    node = ns.descend(input=x, goal=goal, alpha=0.01, steps=1).recipe
    layers = ns.descend(network={"hidden": [3]}, input=x, goal=goal, alpha=0.01, steps=1).recipe
    assert list(layers.network.sizes) == sizes
    assert (layers.n, layers.d, layers.k) == (node.n, node.d, node.k)


@pytest.mark.parametrize(
    ("d", "k", "told"),
    [(16, 1, "left-to-right"), (17, 1, "lanes"), (40, 1, "lanes"), (17, 2, "left-to-right"), (40, 3, "left-to-right")],
)
def test_how_a_node_adds_where_nobody_says(d: int, k: int, told: str):
    """Above 16 inputs in eight lanes, a node written as a network too; the recipe keeps which, and need not say it."""
    rng = np.random.default_rng(d)
    x, goal = rng.normal(size=(5, d)), rng.normal(size=(5, k) if k > 1 else 5)
    node = ns.descend(input=x, goal=goal, alpha=0.01, steps=9)
    layer = ns.descend(network=ns.network(weights=[np.zeros((k, d))], biases=None), input=x, goal=goal, alpha=0.01, steps=9)
    said = ns.descend(input=x, goal=goal, alpha=0.01, steps=9, summation=told)
    assert node.recipe.summation == layer.recipe.summation == told
    assert np.ravel(node.weight).tobytes() == np.ravel(layer.weight[0]).tobytes() == np.ravel(said.weight).tobytes()
    assert "summation" not in said.recipe.to_toml()
    other = ns.descend(input=x, goal=goal, alpha=0.01, steps=9, summation="lanes" if told == "left-to-right" else "left-to-right")
    assert f'summation = "{other.recipe.summation}"' in other.recipe.to_toml()
    assert other.recipe.summation != told


def test_inputs_of_arrays_have_the_names_that_are_given():
    houses = ["straw", "sticks", "stone"]
    run = ns.descend(weight=[0.4] * 3, input=[0, 1, 2], inputs=houses, goal=0.6, alpha=0.1, steps=3)
    bare = ns.descend(weight=[0.4] * 3, input=[0, 1, 2], goal=0.6, alpha=0.1, steps=3)
    assert run.weight.tobytes() == bare.weight.tobytes()
    assert run.recipe.input_names == tuple(houses)
    assert "new weight of stone" in str(ns.explain(run, step=0))
    assert "input 'straw' is 0" in str(ns.diagnose(run))
    assert f"inputs = {json.dumps(houses)}" in run.recipe.to_toml()
    for wrong in (["a"], ["a", "a", "b"], [1, 2, 3], {"a", "b", "c"}, ["a", "", "b"], 5):
        message = said_by(lambda given=wrong: ns.descend(weight=[0.4] * 3, input=[0, 1, 2], inputs=given, goal=0.6, alpha=0.1))
        assert message.startswith("inputs ")
        assert "3 inputs" in message


def test_names_of_inputs_are_kept_in_a_run_file(tmp_path):
    run = ns.descend(weight=[0.4, 0.4], input=[[0, 1], [1, 2]], inputs=("a", "b"), goal=[0.6, 0.7], alpha=0.1, steps=3)
    ns.save(run, tmp_path / "r.nodescope")
    assert ns.load(tmp_path / "r.nodescope").recipe.input_names == ("a", "b")
    assert run_values(run)["inputs"] == ("a", "b")  # as text and files have them
    assert "inputs" not in run_values(ns.descend(weight=[0.4, 0.4], input=[[0, 1], [1, 2]], goal=[0.6, 0.7], alpha=0.1, steps=3))


NAMES_OF_TWO: dict[str, Any] = {
    "list": ["x", "z"], "tuple": ("x", "z"), "array": np.array(["x", "z"]), "objects": np.array(["x", "z"], dtype=object),
    "index": pd.Index(["x", "z"]), "series": pd.Series(["x", "z"]), "keys": {"x": 1, "z": 2}.keys(),
}  # fmt: skip


@pytest.mark.parametrize("kind", NAMES_OF_TWO)
def test_names_of_inputs_are_read_alike_beside_arrays_and_tables(kind):
    names = NAMES_OF_TWO[kind]
    of_arrays = ns.descend(input=[[0, 1], [1, 2]], inputs=names, goal=[0.6, 0.7], alpha=0.1, steps=3)
    of_table = ns.descend(data={"x": [0, 1], "z": [1, 2], "y": [0.6, 0.7]}, inputs=names, goal="y", alpha=0.1, steps=3)
    assert of_arrays.recipe.input_names == of_table.recipe.input_names == ("x", "z")


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["x", "x"], "^inputs names an input twice; give each of the 2 inputs a name of its own$"),
        (["x"], "^inputs has 1 name for 2 inputs; give each input one$"),
        ("x", "^inputs has 1 name for 2 inputs; give each input one$"),
        (["x", "x", "z"], "^inputs has 3 names for 2 inputs; give each input one$"),
        ([], "^inputs has 0 names for 2 inputs; give each input one$"),
        ({"x", "z"}, "beside input= give a list of names, one for each of its 2 inputs$"),
        ({"x": 1, "z": 2}, "beside input= give a list of names, one for each of its 2 inputs$"),
        (7, "beside input= give a list of names, one for each of its 2 inputs$"),
        (["x", 7], "beside input= give a list of names, one for each of its 2 inputs$"),
        (["x", ""], "beside input= give a list of names, one for each of its 2 inputs$"),
    ],
)
def test_names_that_are_not_one_for_each_input_are_refused(names, message):
    with pytest.raises(ns.InputError, match=message):
        ns.descend(input=[[0, 1], [1, 2]], inputs=names, goal=[0.6, 0.7], alpha=0.1, steps=3)
