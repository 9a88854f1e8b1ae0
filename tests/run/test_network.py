"""Networks: published examples to their printed digits, starts, schedules, tables, and one message for what cannot be."""

import math
import tomllib

import numpy as np
import pytest
from conftest import PLAIN

import nodescope as ns
from nodescope.arithmetic.problem import LayerShape

XOR = {"input": [[0, 0], [0, 1], [1, 0], [1, 1]], "goal": [0, 1, 1, 0]}


def mazur(**more) -> ns.Run:
    """Mazur 2015, "A step by step backpropagation example": 2-2-2, sigmoid, ½ squared error, alpha 0.5; biases are not updated."""
    network = ns.network(
        weights=[[[0.15, 0.20], [0.25, 0.30]], [[0.40, 0.45], [0.50, 0.55]]],
        biases=[[0.35, 0.35], [0.60, 0.60]],
        activations="sigmoid",
    )
    return ns.descend(network=network, input=[0.05, 0.10], goal=[0.01, 0.99], alpha=0.5, freeze_bias=True, **more)


def test_mazurs_printed_digits():
    run = mazur(steps=10_000)
    first, second = run.trace[0].layers
    assert f"{first.sum[0]:.4f}" == "0.3775"
    assert f"{first.prediction[0]:.9f}" == "0.593269992"
    assert f"{first.prediction[1]:.9f}" == "0.596884378"
    assert f"{second.prediction[0]:.8f}" == "0.75136507"
    assert f"{second.prediction[1]:.9f}" == "0.772928465"
    assert f"{run.trace[0].mse:.9f}" == "0.298371109"  # two outputs: their mean square is ½ the sum of squares
    assert f"{second.delta[0]:.8f}" == "0.13849856"
    assert f"{second.weighted_delta[0, 0]:.9f}" == "0.082167041"
    assert [f"{w:.9f}" for w in second.new_weight.ravel()] == ["0.358916480", "0.408666186", "0.511301270", "0.561370121"]
    assert f"{first.weighted_delta[0, 0]:.9f}" == "0.000438568"
    assert [f"{w:.9f}" for w in first.new_weight.ravel()] == ["0.149780716", "0.199561432", "0.249751144", "0.299502287"]
    assert f"{run.trace[9999].mse:.10f}" == "0.0000351085"


def test_mazurs_digits_that_need_the_other_update_order():
    """Printed after the first round, and the outputs at the end: made with the last layer's weights updated first."""
    run = mazur(steps=10_000, update_order="sequential")
    assert f"{run.trace[1].mse:.9f}" == "0.291027924"
    assert [f"{p:.9f}" for p in run.predict([0.05, 0.10])] == ["0.015912196", "0.984065734"]
    assert f"{mazur(steps=2).trace[1].mse:.9f}" != "0.291027924"


def test_trasks_streetlights():
    """Trask 2019, "Grokking deep learning", chapter 6: relu between, no biases, one at a time; the errors that the book prints."""
    random = np.random.RandomState(1)
    first, second = 2 * random.random_sample((3, 4)) - 1, 2 * random.random_sample((4, 1)) - 1
    lights, walk = [[1, 0, 1], [0, 1, 1], [0, 0, 1], [1, 1, 1]], [1, 1, 0, 0]
    network = ns.network(weights=[first.T, second.T], activations=["relu", "identity"])
    run = ns.descend(network=network, input=lights, goal=walk, alpha=0.2, epochs=60)
    sums = run.trace[:]["mse"].reshape(60, 4).sum(axis=1)[9::10]
    printed = ["0.634231159844", "0.358384076763", "0.0830183113303", "0.0064670549571", "0.000329266900075", "1.50556226651e-05"]
    assert [f"{error:.12g}" for error in sums] == printed


def test_two_nodes_in_a_row_by_pencil():
    run = ns.descend(network=ns.network(weights=[[[0.5]], [[2.0]]]), input=1, goal=0.6, alpha=0.1, steps=1)
    first, second = run.trace[0].layers
    assert (first.prediction[0], second.prediction[0], second.delta[0]) == (0.5, 1.0, 0.4)
    assert first.delta[0] == 0.4 * 2.0
    assert (second.new_weight[0, 0], first.new_weight[0, 0]) == (2.0 - 0.1 * (0.4 * 0.5), 0.5 - 0.1 * (0.8 * 1.0))


def test_one_layer_after_another():
    """update_order="sequential": the first layer's delta comes through the weight already updated."""
    keywords = {"network": ns.network(weights=[[[0.5]], [[2.0]]]), "input": 1, "goal": 0.6, "alpha": 0.1, "steps": 1}
    run = ns.descend(**keywords, update_order="sequential")
    assert run.trace[0].layers[0].delta[0] == 0.4 * (2.0 - 0.1 * (0.4 * 0.5))


@pytest.mark.parametrize(
    ("initial", "half"),
    [("glorot", math.sqrt(6 / 500)), ("he", math.sqrt(6 / 300)), ("lecun", math.sqrt(3 / 300)), ("uniform", math.sqrt(1 / 300))],
)
def test_weights_are_drawn_evenly_up_to_the_schemes_bound(initial: str, half: float):
    network = ns.network([300, 200, 1], initial=initial, seed=7)
    drawn = network.weights[0]
    assert np.abs(drawn).max() <= half
    assert np.abs(drawn).max() > 0.999 * half
    assert abs(drawn.std() * math.sqrt(3) / half - 1) < 0.01
    assert ns.network([300, 200, 1], initial=initial, seed=7).weights[0].tobytes() == drawn.tobytes()
    assert not np.array_equal(ns.network([300, 200, 1], initial=initial, seed=8).weights[0], drawn)


def test_named_schedules():
    values = {
        "constant": (ns.schedule("constant", start=0.5), [0.5] * 4),
        "steps": (ns.schedule("steps", start=0.8, factor=0.5, every=2), [0.8, 0.8, 0.4, 0.4]),
        "1/t": (ns.schedule("1/t", start=1.0, decay=1.0), [1.0, 0.5, 1 / 3, 0.25]),
        "exponential": (ns.schedule("exponential", start=1.0, factor=0.5), [1.0, 0.5, 0.25, 0.125]),
        "warm-up": (ns.schedule("constant", start=1.0, warm_up=4), [0.25, 0.5, 0.75, 1.0]),
    }
    for name, (alpha, expected) in values.items():
        run = ns.descend(network=ns.network([2, 2, 1]), **XOR, alpha=alpha, steps=4)
        assert run.trace[:]["alpha"].tolist() == pytest.approx(expected), name
    cosine = ns.schedule("cosine", start=1.0, end=0.0, steps=10)
    assert cosine(0) == 1.0
    assert abs(cosine(5) - 0.5) < 1e-12
    assert abs(cosine(10)) < 1e-12


def test_goals_of_a_table_are_scaled_for_the_run_alone(tmp_path):
    """Predictions are goals' mean + deviation × what the layers give; kept in a recipe and in a file."""
    rng = np.random.default_rng(3)
    x = rng.normal(size=80)
    table = {"x": x, "y": 5000 + 900 * np.tanh(x)}
    run = ns.descend(data=table, goal="y", standardise=True, holdout=0.25, network=[1, 4, 1], batch="all", epochs=300)
    goal = run.recipe.examples.goal_scaling
    seen = table["y"][run.recipe.source.seen_rows]
    assert (goal.centre[0], goal.unit[0]) == (pytest.approx(seen.mean()), pytest.approx(seen.std()))
    inner = run.predictions((x[:5, None] - run.recipe.examples.scaling.centre) / run.recipe.examples.scaling.unit)
    assert run.predict({"x": x[:5]}) == pytest.approx(goal.centre[0] + goal.unit[0] * inner[:, 0], rel=1e-14)
    errors = run.predict({"x": x})[run.recipe.source.unseen_rows] - table["y"][run.recipe.source.unseen_rows]
    assert run.score.unseen.rmse == pytest.approx(np.sqrt((errors**2).mean()), rel=1e-12)
    best = run.score.least_squares
    slope, offset = np.polyfit(x[run.recipe.source.seen_rows], seen, 1)
    assert (best.weight[0], best.bias) == (pytest.approx(slope), pytest.approx(offset))
    assert run.score.unseen.rmse < best.unseen.rmse
    ns.save(run, tmp_path / "run.nodescope")
    assert ns.load(tmp_path / "run.nodescope").score.unseen.rmse == run.score.unseen.rmse


@pytest.mark.parametrize("call", [ns.bisect_alpha, lambda **keywords: ns.grade([0.5], **keywords)])
def test_what_is_for_one_layer_says_so(call):
    with pytest.raises(
        ns.InputError, match="is for one layer of identity nodes under the squared error, and the recipe has a network 2-2-1"
    ):
        call(network=[2, 2, 1], input=[[1, 2]], goal=[1])


@pytest.mark.skipif(PLAIN, reason="thousands of steps of a network: the compiled run has them")
def test_a_table_with_rows_kept_unseen():
    rng = np.random.default_rng(0)
    table = {"a": rng.uniform(-2, 2, 300), "b": rng.uniform(-2, 2, 300)}
    table["y"] = np.sin(2 * table["a"]) * table["b"]
    keywords = {"data": table, "goal": "y", "standardise": True, "holdout": 0.3, "seed": 1}
    plain = ns.descend(**keywords, alpha="auto", epochs=30)
    network = ns.descend(**keywords, network=ns.network([2, 16, 16, 1]), rule="adam", alpha=0.01, batch=16, epochs=150)
    compared = ns.compare(plain, network)
    assert compared.better == "b"
    assert "rows that neither has seen" in compared.judged_by
    assert {"network", "rule", "alpha"} <= set(compared.differences)
    assert ns.compare(network, network).better is None
    assert network.score.unseen.r2 > 0.9 > plain.score.unseen.r2
    predicted = network.predict({"a": table["a"][:5], "b": table["b"][:5]})
    assert np.abs(predicted - table["y"][:5]).max() < 0.8
    with pytest.raises(ns.InputError, match="did not learn the same goals"):
        ns.compare(network, ns.descend(**{**keywords, "seed": 2}, alpha="auto", epochs=2))


def test_alpha_auto_is_half_the_local_limit():
    run = ns.descend(network=ns.network([2, 8, 1]), **XOR, alpha="auto", batch="all", steps=200)
    foretold = ns.forecast(network=ns.network([2, 8, 1]), **XOR, alpha=0.1, batch="all")
    assert math.isclose(run.recipe.alpha, foretold.local_limit / 2, rel_tol=1e-6)
    assert run.mse < run.start_mse
    assert foretold.sentence.startswith("At the start it converges: ")


def test_shapes_of_a_window():
    run = ns.descend(network=ns.network([2, 3, 1]), **XOR, alpha=0.1, batch=3, steps=5)
    layer = run.trace[0:4].layers[0]
    shapes = {name: layer[name].shape for name in ("input", "weight", "bias", "sum", "prediction", "slope", "delta", "new_weight")}
    assert shapes == {
        "input": (4, 3, 2), "weight": (4, 3, 2), "bias": (4, 3), "sum": (4, 3, 3), "prediction": (4, 3, 3), "slope": (4, 3, 3),
        "delta": (4, 3, 3), "new_weight": (4, 3, 2),
    }  # fmt: skip
    assert np.isnan(layer["delta"][1, 1:]).all()
    assert run.trace[0:4]["prediction"].shape == (4, 3)
    assert run.trace[:].layers[1]["input"].tobytes() == run.trace[:].layers[0]["prediction"].tobytes()
    table = run.trace[0:2].to_arrow()
    assert "layers[1].weight[0, 2]" in table.column_names


@pytest.mark.skipif(PLAIN, reason="160,000 weights: the compiled run has them")
def test_a_wide_network_gives_a_layer_without_the_others():
    run = ns.descend(network=ns.network([10, 400, 400, 1]), input=np.ones((2, 10)), goal=[0, 1], alpha=1e-3, steps=4)
    assert run.recipe.problem.layers[1] == LayerShape(400, 400, True, run.recipe.network.activations[1])
    assert run.trace[0:2].layers[2]["weight"].shape == (2, 1, 400)
    assert run.replay.checkpoints.states.nbytes <= 64 * 2**20


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"network": {"sizes": [2, 0, 1]}}, "the number of nodes of layer 0 is 0"),
        ({"network": {"sizes": [3, 2, 1]}}, "3 inputs"),
        ({"network": {"sizes": [2]}}, "at least two"),
        ({"network": {"sizes": [2, 2, 1], "activation": "rellu"}}, "did you mean 'relu'"),
        ({"network": {"sizes": [2, 2, 1], "initial": "glorrot"}}, "did you mean 'glorot'"),
        ({"network": {"weights": [[[1, 2]], [[1, 2]]]}}, "layers do not chain: layer 0 has 1 nodes, but weights.1. has 2 columns"),
        ({"network": {"weights": [[[1, math.nan]], [[1]]]}}, "every number must be finite"),
        ({"network": {"weights": [[[1, 2]]], "biases": [[1, 2]]}}, r"biases\[0\] has shape"),
        ({"network": [2, 2, 1], "loss": "hubber"}, "did you mean 'huber'"),
        ({"network": [2, 2, 1], "alpha": lambda _: "much"}, "alpha of step 0 is 'much'; it must be a finite number"),
        ({"network": [2, 2, 1], "alpha": lambda _: math.inf}, "alpha of step 0 is inf"),
        ({"network": [2, 2, 1], "frozen": [True]}, "2 layers"),
        ({"network": [2, 2, 1], "weight": [1, 2]}, "weight= and network= are both given"),
        ({"weight": [1, 2], "update_order": "sequential"}, "update_order is 'sequential', which says in what order layers are"),
    ],
)
def test_what_cannot_be_is_said(keywords: dict, message: str):
    with pytest.raises(ns.InputError, match=message):
        ns.descend(**{**XOR, "alpha": 0.1, "steps": 3, **keywords})


def test_a_schedule_that_returns_rubbish_later_is_said():
    with pytest.raises(ns.InputError, match="alpha of step 7 is None"):
        ns.descend(network=[2, 2, 1], **XOR, alpha=lambda step: 0.1 if step < 7 else None, steps=20)


def test_explain_a_node_of_a_layer():
    run = mazur(steps=3)
    page = ns.explain(run, 0, layer=1, node=0)
    lines = {line.name: line for line in page.lines}
    assert f"{lines['delta of layer 1, node 0'].value:.8f}" == "0.13849856"
    assert eval(lines["new weight of layer 1, node 0, from node 0"].exactly) == run.trace[0].layers[1].new_weight[0, 0]
    assert "layer 0" not in page.text
    everything = ns.explain(run, 0)
    for line in everything.lines:
        if not any(word in line.exactly for word in ("sigmoid", "frozen", "sum", "slope")):
            assert eval(line.exactly) == line.value, line.name
    with pytest.raises(ns.InputError, match="layer 1 has 2 nodes"):
        ns.explain(run, 0, layer=1, node=5)


def test_single_biases_that_are_frozen_come_back_from_toml():
    x = np.random.default_rng(0).normal(size=(20, 2))
    mask = np.arange(13) == 12
    run = ns.descend(network=ns.network([2, 3, 1]), input=x, goal=x[:, 0], alpha=0.1, steps=20, frozen=mask)
    again = ns.descend(**tomllib.loads(run.recipe.to_toml()))
    assert again.recipe == run.recipe
    assert again.mse == run.mse
    assert again.network.biases[1] == run.recipe.network.biases[1]
