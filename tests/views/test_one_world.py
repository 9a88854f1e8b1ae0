"""A node written as a network of one layer looks the same, in words and as a picture; and every public object shows itself."""

import json

import numpy as np
import pytest

import nodescope as ns
from nodescope.run.recorded import Record, RecordedLayer, RecordedWindow
from nodescope.views import report, values
from nodescope.views.picture.sheet import sheet
from nodescope.views.picture.svg import svg

SETTINGS = {
    "one weight": {"weight": [[0.4]], "input": [[2.0]], "goal": [0.6], "alpha": 0.1, "steps": 30},
    "adam": {"weight": [[0.4]], "input": [[2.0]], "goal": [0.6], "alpha": 0.1, "steps": 30, "rule": "adam"},
    "huber": {"weight": [[0.4]], "input": [[2.0]], "goal": [9.0], "alpha": 0.1, "steps": 30, "loss": "huber"},
    "inputs": {
        "weight": [[0.4, 1.0]], "input": [[2.0, 1.0], [0.5, 3.0]], "goal": [1.0, 2.0], "alpha": 0.1, "steps": 30, "batch": "all",
    },
    "nodes": {"weight": [[0.4], [1.0]], "input": [[2.0], [1.0]], "goal": [[1.0, 2.0], [3.0, 4.0]], "alpha": 0.1, "steps": 9},
}  # fmt: skip


def both_ways(settings):
    """The run of nodes, and of the same nodes written as a layer."""
    rest = {name: value for name, value in settings.items() if name != "weight"}
    weight = settings["weight"] if np.ndim(settings["goal"]) == 2 else settings["weight"][0]
    layer = ns.network(weights=[settings["weight"]], activations="identity")
    return ns.descend(weight=weight, **rest), ns.descend(network=layer, **rest)


@pytest.mark.parametrize("name", SETTINGS)
def test_the_same_picture_and_words(name):
    node, layer = both_ways(SETTINGS[name])
    for step in (0, -1):
        assert svg(sheet(layer, step)) == svg(sheet(node, step))
    assert report.title(layer) == report.title(node)
    assert report.result(layer, ns.diagnose(layer)) == report.result(node, ns.diagnose(node))
    assert repr(layer).splitlines()[:3] == repr(node).splitlines()[:3]


def test_a_huber_loss_is_no_bowl():
    """Its picture tells the error, and draws neither the parabola nor a limit that is the square's alone."""
    node, _ = both_ways(SETTINGS["huber"])
    picture = svg(sheet(node, 0))
    assert "Error for every weight" not in picture
    assert "Too low by 8.2" in picture


def columns_of(layer: RecordedLayer, seed: int) -> dict[str, np.ndarray]:
    """Of four examples."""
    rng = np.random.default_rng(seed)
    weights = ("weight", "weighted_delta", "alpha_delta", "new_weight")
    shapes = dict.fromkeys(weights, (layer.nodes, layer.inputs)) | dict.fromkeys(("sum", "prediction", "delta"), (4, layer.nodes))
    return {name: rng.normal(size=shape) for name, shape in {**shapes, "input": (4, layer.inputs)}.items()}


def observed() -> ns.Recorded:
    """Two steps of two layers, as `nodescope.torch.observe` leaves them."""
    layers = (RecordedLayer("fc1", "Linear", 2, 3, (0, 1, 2), "tanh"), RecordedLayer("fc2", "Linear", 3, 1, (0,), "identity"))
    records = [Record(t, 0.1, 2.0 - t, tuple(columns_of(layer, t) for layer in layers)) for t in range(2)]
    told = {"name": "SGD", "alpha": 0.1}
    return ns.Recorded(program="PyTorch", optimizer=told, layers=layers, losses=[2.0, 1.0], records=records, notes=["<b>"])


def shown_of(run: ns.Run) -> list[object]:
    """What can be had of a run."""
    judged = ns.diagnose(run)
    checked = [ns.explain(run, 0), ns.verify(run), ns.check_gradients(run), ns.compare(run, run)]
    return [run, run.recipe, run.network, run.ending, judged, judged.forecast, *judged.findings[:1], *checked]


RUNS = {
    "node": lambda: ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1),
    "layer": lambda: both_ways(SETTINGS["inputs"])[1],
    "network": lambda: ns.descend(network=[2, 3, 1], input=[[1, 2], [3, 4]], goal=[0.2, 0.4], alpha=0.1, steps=30),
    "diverged": lambda: ns.descend(network=[1, 2, 1], input=[[1e150]], goal=[1e150], alpha=1e10, steps=30),
}
SHEET = {"step": [0, 1], "weight": [0.4, 0.42]}


def every_object() -> dict[str, list[object]]:
    node = {"weight": 0.4, "input": 1, "goal": 0.6}
    graded = ns.grade(SHEET, **node, alpha=0.1)
    table = {"<b>": [1.0, 2.0, 3.0, 4.0, 5.0], "y": [2.0, 4.1, 5.9, 8.0, 10.1]}
    of_tables = [ns.inspect(table), ns.fit(table, goal="y"), ns.sweep(**node, alpha=[0.1, 2.1], steps=9)]
    rest = [graded, ns.ClassList({"a": graded, "b": "no such column"}), ns.bisect_alpha(**node), *of_tables]
    seen = observed()
    return {name: shown_of(make()) for name, make in RUNS.items()} | {
        "rest": rest,
        "observed": [seen, ns.diagnose(seen), seen.trace[:]],
    }


def test_every_public_object_shows_itself():
    """Law 8: as text, as HTML that lets no markup through, and as JSON that reads back."""
    made = [one for objects in every_object().values() for one in objects]
    for one in made:
        assert not repr(one).startswith("<nodescope."), one
        told = json.loads(values.as_json(values.values_of(one)))
        assert told
        if not isinstance(one, (ns.Ending, RecordedWindow)):
            html = one._repr_html_()
            assert html.startswith(("<p>", "<table>"))
            assert "<b></" not in html
            assert '<td style="text-align:right"><b>' not in html
    classes = {
        kind for kind in (getattr(ns, name) for name in ns.__all__) if isinstance(kind, type) and not issubclass(kind, Exception)
    }
    assert classes <= {type(one) for one in made}
