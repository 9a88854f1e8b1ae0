"""A node and the same node written as a network of one layer are foretold alike: numbers, words, pictures of themselves."""

import numpy as np
import pytest
from conftest import cases

import nodescope as ns
from nodescope.views.scene import scene
from nodescope.views.values import as_json, forecast_values

RECIPES = cases(2000, 5)


def a_pair(rng: np.random.Generator) -> tuple[dict[str, object], dict[str, object]]:
    """Keywords of a node, and of its network."""
    n, d, k = int(rng.integers(1, 7)), int(rng.integers(1, 5)), int(rng.integers(1, 3))
    x, weight, bias = rng.normal(size=(n, d)), rng.normal(size=(k, d)), rng.normal(size=k) if rng.integers(2) else None
    batch = [1, 2, "all"][rng.integers(3)]
    alpha = float(rng.uniform(0.01, 2.2)) / float((x * x).sum(axis=1).max() + (bias is not None))
    both = {
        "input": x, "goal": rng.normal(size=(n, k)), "alpha": alpha if rng.integers(8) else "auto", "batch": batch,
        "rule": ["plain", "plain", "momentum", "nesterov", "adam"][rng.integers(5)], "reduction": ["mean", "sum"][rng.integers(2)],
        "order": ["given", "shuffled"][rng.integers(2)], "seed": int(rng.integers(100)),
    }  # fmt: skip
    mask = rng.random((k, d)) < 0.3 if rng.integers(5) == 0 else None
    node = both | {"weight": weight, "bias": bias} | ({} if mask is None else {"frozen": mask})
    network = ns.network(weights=[weight], biases=[bias])
    return node, both | {"network": network} | ({} if mask is None else {"frozen": [mask]})


def test_forecasts_are_the_same():
    rng = np.random.default_rng(51)
    for _ in range(RECIPES):
        node, layer = (ns.forecast(**keywords) for keywords in a_pair(rng))
        assert as_json(forecast_values(node, 0.1)) == as_json(forecast_values(layer, 0.1)), node.recipe.to_toml()
        assert repr(node) == repr(layer)
        assert node._repr_html_() == layer._repr_html_()


def test_boundaries_are_the_same():
    rng = np.random.default_rng(52)
    for _ in range(cases(20, 1)):
        node, layer = ({key: value for key, value in keywords.items() if key != "alpha"} for keywords in a_pair(rng))
        fixed = {"order": "given", "rule": "plain"}
        assert ns.bisect_alpha(**node | fixed) == ns.bisect_alpha(**layer | fixed)


@pytest.mark.timeout(300)
def test_runs_are_the_same_bit_for_bit_and_are_judged_and_shown_alike():
    """States, endings, every column of the layer, verdict, findings, proof, explanation and the page's document."""
    rng = np.random.default_rng(53)
    for _ in range(cases(2000, 5)):
        node, layer = (ns.descend(**keywords | {"steps": 30}) for keywords in a_pair(rng))
        assert [bytes(state) for state in node.replay.checkpoints.states] == [bytes(s) for s in layer.replay.checkpoints.states]
        assert node.replay.last_state.tobytes() == layer.replay.last_state.tobytes()
        assert (node.ending, node.steps, node.settled_after, node.cycle, node.mse) == (
            layer.ending, layer.steps, layer.settled_after, layer.cycle, layer.mse,
        )  # fmt: skip
        told, columns = node.trace[:].of_layer(0).read(), layer.trace[:].layers[0].read()
        assert {name: column.tobytes() for name, column in told.items()} == {n: c.tobytes() for n, c in columns.items()}
        one, other = ns.diagnose(node), ns.diagnose(layer)
        assert (one.headline, one.verdict, one.findings, one.proof) == (
            other.headline, other.verdict, other.findings, other.proof,
        )  # fmt: skip
        assert str(ns.explain(node, 0)) == str(ns.explain(layer, 0))
        pages = [scene(run, judged) for run, judged in ((node, one), (layer, other))]
        for page in pages:
            del page["python"]  # the recipe as it was written
        assert as_json(pages[0]) == as_json(pages[1])
