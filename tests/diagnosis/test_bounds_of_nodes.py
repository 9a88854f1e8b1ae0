"""From where on it is found what nodes and layers do: both sides of each bound, worked out by hand."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from diagnosis.evidence_by_hand import at_its_bounds, evidence

from nodescope.diagnosis.after import about_layers, about_nodes
from nodescope.diagnosis.after.snapshot import LayerSnapshot

NONE, NOTE, WARNING, FAULT = "", "note", "warning", "fault"


def layer(slope: Any = 1.0, activation: str = "relu", nodes: int = 4, rows: int = 20, **more: Any) -> LayerSnapshot:
    """Of two inputs; all its numbers are 1 but those that are given."""
    ones = np.ones((rows, nodes))
    usual = {
        "weight": np.ones((nodes, 2)), "bias": None, "weighted_delta": np.ones((nodes, 2)), "bias_weighted_delta": None,
        "input": np.ones((rows, 2)), "sum": ones, "prediction": ones, "delta": ones, "numbers": np.arange(nodes), "of": nodes,
    }  # fmt: skip
    return LayerSnapshot(activation=activation, slope=ones * slope, **usual | more)  # type: ignore[arg-type]


def at(*layers: LayerSnapshot, step: int = 10, alpha: float = 0.1) -> Any:
    return SimpleNamespace(layers=layers, step=step, alpha=alpha)


def always(*layers: LayerSnapshot) -> dict[str, Any]:
    """Layers that are as they are from the start to the end."""
    return {"first": at(*layers, step=0), "last": at(*layers), "lately": (at(*layers, step=5), at(*layers))}


FED = layer(nodes=1, activation="identity", weight=np.array([[1.0, 2.0, 3.0, 4.0]]))
RUN = {
    "solved": False, "converged": False, "finite": True, "rescales": False, "layer_name": "layer {}".format, "run.steps": 10,
    "share_left": 1.0, "numbered": True, "depth": 2, "faded": 1.0, "frozen": lambda _: False, "end": 1.0,
    "local_limit": lambda _: 0.05, "moved_by_others": lambda _: False, "unmoved": lambda n: n == 0,
}  # fmt: skip
HALF, QUARTER, ALL = (np.array(slope) for slope in ([0.0, 0, 1, 1], [0.0, 1, 1, 1], [0.0, 0, 0, 0]))
DEAD = RUN | always(layer(HALF), FED)
FLAT = np.ones((20, 4))
FLAT[:19, :2] = 0.02
ROW_LESS = FLAT.copy()
ROW_LESS[18, :2] = 0.0201
SATURATED = RUN | always(layer(FLAT, "tanh"), FED)
TWINS = np.array([[1.0, 2.0], [1.0, 2.0], [3.0, 2.0]])
IN, OUT = layer(nodes=3, weight=TWINS), layer(nodes=1, weight=np.array([[5.0, 5.0, 6.0]]))
ALIKE = RUN | always(IN, OUT)


def one_node(delta: list[float], **more: Any) -> LayerSnapshot:
    return layer(nodes=1, rows=2, delta=np.array(delta)[:, None], activation="identity", **more)


STILL = RUN | always(layer(), FED)
SILENT = layer(np.array([[0.0], [0.0], [1.0], [1.0]]), rows=4, prediction=np.array([[0.0], [0.0], [1.0], [1.0]]) * np.ones(4))


def wrong(*deltas: float) -> LayerSnapshot:
    return layer(nodes=1, rows=4, delta=np.array(deltas)[:, None], activation="identity")


EXAMPLES = RUN | always(SILENT, wrong(2, 1, 1, 1))
GOALS = RUN | {"last": at(layer(activation="sigmoid")), "recipe.examples.goal": np.array([[0.5], [0.0], [1.0], [2.0]])}


def back(first: float, last: float = 1.0, **more: Any) -> Any:
    """Three layers, the deltas of the first and the last; the one between has as many as the last."""
    return at(layer(delta=np.full((2, 4), first), **more), layer(delta=np.full((2, 4), last)), layer(delta=np.full((2, 4), last)))


def ways(*several: Any) -> dict[str, Any]:
    return {"snapshots": list(several), "last": several[-1], "depth": 3}


LAYERS = RUN | ways(back(1e-5))
BOUNDS: dict[str, tuple[Any, dict[str, Any], dict[str, tuple[dict[str, Any], str]]]] = {
    "dead": (about_nodes.dead_nodes, DEAD, {
        "as it is": ({}, WARNING), "a quarter": (always(layer(QUARTER), FED), NOTE), "all": (always(layer(ALL), FED), FAULT),
        "all of those told": (always(layer(ALL, of=5), FED), WARNING), "converged": ({"converged": True}, NOTE),
        "solved": ({"solved": True}, NONE), "none": (always(layer(), FED), NONE),
        "not before": ({"lately": (at(layer()), at(layer(HALF)))}, NONE), "flat ends": (always(layer(HALF, "tanh"), FED), NONE),
        "sums that are not finite": (always(layer(HALF, sum=np.full((20, 4), np.inf)), FED), NONE),
        "no example": (always(layer(HALF, rows=0), FED), NONE),
        "many of a large layer": (always(layer(0.0, nodes=32, of=64), FED), FAULT),
        "hardly many": (always(layer(0.0, nodes=31, of=64), FED), WARNING),
    }),
    "saturated": (about_nodes.saturated_nodes, SATURATED, {
        "as it is": ({}, WARNING), "for fewer examples": (always(layer(ROW_LESS, "tanh"), FED), NONE),
        "sigmoid": (always(layer(FLAT / 4, "sigmoid"), FED), WARNING), "no flat ends": (always(layer(FLAT), FED), NONE),
        "sigmoid, steeper": (always(layer(FLAT / 3.9, "sigmoid"), FED), NONE), "converged": ({"converged": True}, NOTE),
        "a hidden layer": (always(layer(0.0, "tanh"), FED), FAULT), "no example": (always(layer(0.0, "tanh", rows=0), FED), NONE),
        "the last layer": (always(layer(0.0, "tanh")), WARNING), "the last node": (always(layer(0.0, "tanh", nodes=1)), FAULT),
        "a quarter": (always(layer(np.where(np.arange(4) < 1, FLAT, 1.0), "tanh"), FED), NOTE),
    }),
    "alike": (about_nodes.symmetric_nodes, ALIKE, {
        "as it is": ({}, WARNING),
        "all": (always(layer(nodes=2, weight=TWINS[:2]), layer(nodes=1, weight=np.array([[5.0, 5.0]]))), FAULT),
        "converged": ({"converged": True}, NOTE), "one layer": (always(IN), NONE),
        "other biases": (always(layer(nodes=3, weight=TWINS, bias=np.array([1.0, 2.0, 1.0])), OUT), NONE),
        "the same biases": (always(layer(nodes=3, weight=TWINS, bias=np.array([1.0, 1.0, 1.0])), OUT), WARNING),
        "other weights behind": (always(IN, layer(nodes=1, weight=np.array([[5.0, 6.0, 6.0]]))), NONE),
        "no longer": ({"last": at(layer(nodes=3, weight=TWINS + np.arange(3)[:, None]), OUT)}, NONE),
        "no chain": (always(IN, layer(nodes=1, weight=np.array([[5.0, 5.0]]))), NONE),
        "a later layer": (always(layer(nodes=2, weight=np.eye(2)), IN, OUT), WARNING),
    }),
    "out of range": (about_nodes.goal_out_of_range, GOALS, {
        "as it is": ({}, WARNING), "a quarter of the error": ({"end": 0.99}, FAULT),
        "half of them": ({"end": 9.0, "recipe.examples.goal": np.array([[0.5], [0.5], [2.0], [-1.0]])}, WARNING),
        "most of them": ({"end": 9.0, "recipe.examples.goal": np.array([[0.5], [2.0], [2.0], [-1.0]])}, FAULT),
        "none": ({"recipe.examples.goal": np.array([[0.0], [1.0]])}, NONE), "not known": ({"last": at(layer(activation=""))}, NONE),
        "any number": ({"last": at(layer(activation="identity"))}, NONE),
    }),
    "still": (about_nodes.stalled, STILL, {
        "as it is": ({}, WARNING), "every layer": ({"unmoved": lambda _: True}, FAULT), "converged": ({"converged": True}, NOTE),
        "none": ({"unmoved": lambda _: False}, NONE), "solved": ({"solved": True}, NONE), "no step": ({"run.steps": 0}, NONE),
        "no alpha": ({"last": at(layer(), FED, alpha=0.0)}, NONE), "others move it": ({"moved_by_others": lambda _: True}, NONE),
        "few are told": (always(layer(of=5), FED), NONE), "many are told": (always(layer(nodes=32, of=64), FED), WARNING),
        "meant": ({"frozen": lambda _: True}, NOTE), "not used": (always(layer(weighted_delta=None), FED), NOTE),
    }),
    "examples": (about_nodes.stalled_examples, EXAMPLES, {
        "as it is": ({}, WARNING), "converged": ({"converged": True}, NONE), "not finite": ({"finite": False}, NONE),
        "no step": ({"run.steps": 0}, NONE), "half": (always(SILENT, wrong(1, 1, 1, 1)), NONE),
        "nearly all": (always(SILENT, wrong(9, 1, 1, 1)), FAULT),
        "less than nearly all": (always(SILENT, wrong(6, 1, 1, 1)), WARNING),
        "not worth telling": ({"share_left": 0.139}, NONE), "worth telling": ({"share_left": 0.141}, WARNING),
        "not a moment before": ({"lately": (at(layer(rows=4)), None)}, NONE),
        "rows without numbers": ({"lately": (at(layer(rows=4)), None), "numbered": False}, WARNING),
        "all": (always(layer(0.0, rows=4, prediction=np.zeros((4, 4))), wrong(2, 1, 1, 1)), NONE),
        "places of a picture": (always(SILENT, FED), NONE),
        "few are told": (always(layer(0.0, rows=4, of=9), wrong(2, 1, 1, 1)), NONE),
    }),
    "vanishing": (about_layers.vanishing_gradients, LAYERS, {
        "as it is": ({}, WARNING), "enough arrives": (ways(back(1e-4)), NONE), "vanished": (ways(back(0.9e-8)), FAULT),
        "hardly vanished": (ways(back(1.1e-8)), WARNING), "half is left": (ways(back(0.9e-8)) | {"share_left": 0.5}, WARNING),
        "converged": ({"converged": True}, NOTE), "one layer": ({"depth": 1}, NONE),
        "nothing at the end": (ways(back(1e-5, 0.0)), NONE),
        "off": (ways(back(1e-5, slope=0.0)), NONE), "off at the end": (ways(back(1e-5), back(1e-5, slope=0.0)), NONE),
        "off at the start": (ways(back(1e-5, slope=0.0), back(1.0)), NONE),
        "mostly": (ways(back(1.0), back(1e-5), back(1e-6)), WARNING),
        "at first": (ways(back(1e-5), back(1.0), back(1.0)), WARNING), "later": (ways(back(1.0), back(1.0), back(1e-5)), NONE),
        "not finite": (ways(back(np.inf)), NONE),
    }),
    "exploding": (about_layers.exploding_gradients, LAYERS | ways(back(1.0), back(1e4)), {
        "as it is": ({}, WARNING), "less": (ways(back(0.99e4)), NONE), "heavy": (ways(back(1e8)), WARNING),
        "exploded": (ways(back(1.1e8)), FAULT), "diverged": ({"finite": False}, FAULT), "converged": ({"converged": True}, NOTE),
        "one layer": ({"depth": 1}, NONE), "nothing at the end": (ways(back(1e4, 0.0)), NONE),
    }),
}  # fmt: skip

test_from_where_on_it_is_found = at_its_bounds(BOUNDS)


UP_AND_DOWN = one_node([1.0, -1.0])
WHY: list[tuple[str, dict[str, Any]]] = [
    ("underflow", {}), ("frozen", {"frozen": lambda n: n == 0}), ("unused", always(layer(weighted_delta=None), FED)),
    ("bottom", always(UP_AND_DOWN)), ("least", always(UP_AND_DOWN) | {"depth": 1}),
    ("bottom", always(layer(nodes=1, rows=2, delta=UP_AND_DOWN.delta)) | {"depth": 1}),
    ("bottom", always(one_node([1.0, -1.0 + 1.8e-9]))), ("underflow", always(one_node([1.0, -1.0 + 2.2e-9]))),
    ("no input", always(layer(input=np.zeros((20, 2))), FED)),
    ("underflow", always(layer(input=np.zeros((20, 2)), bias=np.ones(4)), FED)), ("dead", always(layer(0.0), FED)),
    ("dead", always(layer(), layer(0.0))), ("saturated", always(layer(), layer(0.0, "tanh"))),
    ("underflow", always(layer(HALF), FED)),
    ("zeros", always(layer(), layer(weight=np.zeros((4, 4))))), ("underflow", always(layer(weight=np.zeros((4, 2))), FED)),
    ("faded", {"faded": 0.9e-3}), ("underflow", {"faded": 1e-3}), ("solved", always(layer(), layer(delta=np.zeros((20, 4))))),
]  # fmt: skip


@pytest.mark.parametrize(("why", "change"), WHY, ids=range(len(WHY)))
def test_why_a_layer_stands_still(why: str, change: dict[str, Any]):
    e = evidence(STILL | change)
    assert about_nodes._why_still(e, 0) == why
    found = about_nodes.stalled(e)
    assert found is not None
    assert (found.text.partition(": ")[2], found.remedy) == (about_nodes._REASONS[why] + ".", about_nodes._REMEDIES[why])


def test_deltas_of_other_rows_than_inputs_do_not_cancel():
    assert about_nodes.deltas_cancel(UP_AND_DOWN)
    others: list[dict[str, Any]] = [{"input": np.ones((3, 2))}, {"input": np.ones((2, 3))}, {"weighted_delta": None}]
    assert not any(about_nodes.deltas_cancel(one_node([1.0, -1.0], **other)) for other in others)
    assert not about_nodes.deltas_cancel(one_node([0.0, 0.0]))


def test_which_layers_stand_still():
    three = always(layer(), layer(), FED)
    told = [about_nodes.stalled(evidence(STILL | three | {"unmoved": still.__contains__})) for still in ((0,), (0, 1), (0, 1, 2))]
    assert [(one.where, one.text.partition(":")[0], one.headline.partition(":")[0]) for one in told if one] == [
        ("layer 0", "layer 0 stands still", "A layer stands still"),
        ("layer 0, layer 1", "layer 0, layer 1 stand still", "A layer stands still"),
        ("every layer", "every layer stands still", "Nothing moves"),
    ]


def test_since_when_nodes_are_off():
    for first, since in ((HALF, "from the start."), (QUARTER, "1 of them from the start."), (np.ones(4), "not at the start.")):
        found = about_nodes.dead_nodes(evidence(DEAD | {"first": at(layer(first), FED)}))
        assert found is not None
        assert found.text == f"in layer 0 nodes 0, 1 of 4 (relu) are off for every example, {since}"
        assert (found.measured, found.step) == (0.5, 10)
    one = about_nodes.dead_nodes(evidence(DEAD | always(layer(QUARTER), FED)))
    assert one is not None
    assert one.text == "in layer 0 node 0 of 4 (relu) is off for every example, from the start."


@pytest.mark.parametrize(
    ("change", "thrown"),
    [
        ({}, True), ({"local_limit": lambda _: 0.1}, False), ({"rescales": True}, False), ({"converged": True}, False),
        ({"first": at(layer(FLAT, "tanh"), FED, step=0)}, False),
    ],
)  # fmt: skip
def test_what_threw_nodes_onto_their_flat_ends(change: dict[str, Any], thrown: bool):
    found = about_nodes.saturated_nodes(evidence(SATURATED | {"first": at(layer(activation="tanh"), FED, step=0)} | change))
    assert found is not None
    assert ("Alpha is 2 times its local limit at the start: too large a step threw them there." in found.text) is thrown
    assert ("from the start: the slope there is about 0.02" in found.text) is ("first" in change)
    assert (found.measured, found.predicted) == (0.02, 1.0)


def test_states_of_nodes_and_their_names():
    told = list(about_nodes.all_nodes(at(layer(HALF), layer(FLAT, "tanh", nodes=4))))
    assert [state for *_, state in told] == ["dead", "dead", "", "", "saturated", "saturated", "", ""]
    assert [place for *place, _ in told] == [[number, node] for number in (0, 1) for node in range(4)]
    named = [about_nodes.nodes_named(list(range(count))) for count in (1, 2, 5, 6, 1006)]
    assert named == [
        "node 0",
        "nodes 0, 1",
        "nodes 0, 1, 2, 3, 4",
        "nodes 0, 1, 2, 3, 4 and 1 more",
        "nodes 0, 1, 2, 3, 4 and 1,001 more",
    ]


def test_which_goals_cannot_be_reached():
    found = [
        about_nodes.goal_out_of_range(evidence(GOALS | {"recipe.examples.goal": np.array([[0.5], [goal]])})) for goal in (3, -1)
    ]
    assert [(one.measured, one.predicted) for one in found if one] == [(3.0, 2.0), (-1.0, 0.5)]


def test_nodes_that_give_next_to_nothing():
    """A sigmoid up to 0.02 of its height and of its slope, a relu at 0, a tanh never."""
    asked = [("sigmoid", 0.02, 0.005), ("sigmoid", 0.021, 0.005), ("sigmoid", 0.02, 0.0051), ("relu", 0.0, 0.0),
             ("relu", 0.01, 0.0), ("tanh", 0.0, 0.0)]  # fmt: skip
    told = [about_nodes._off(layer(slope, name, 1, 1, prediction=np.full((1, 1), value))).item() for name, value, slope in asked]
    assert told == [True, False, False, True, False, False]


def test_what_each_layer_keeps_of_the_deltas():
    vanishing, exploding = about_layers.vanishing_gradients, about_layers.exploding_gradients
    told = [vanishing(evidence(LAYERS | ways(back(1e-6, activation=name)))) for name in ("relu", "tanh", "sigmoid")]
    assert all(one is not None and "each layer on the way back keeps 0.001 of them" in one.text for one in told)
    kept = "Weights drawn by Glorot or He, fewer layers"
    assert [one.remedy for one in told if one] == [
        f"{kept}.",
        f"{kept}, or relu in place of tanh.",
        f"{kept}, or relu in place of sigmoid.",
    ]
    nothing = vanishing(evidence(LAYERS | ways(back(0.0))))
    assert nothing is not None
    assert "0 is left in the first layer: the rest is below the smallest double" in nothing.text
    typical = vanishing(evidence(LAYERS | ways(back(1.0), back(1e-5), back(1e-6))))
    assert typical is not None
    assert typical.measured == pytest.approx(1e-5)
    heavy = exploding(evidence(LAYERS | ways(back(1e4), back(1e6), back(1e5))))
    assert heavy is not None
    assert heavy.measured == pytest.approx(1e6)
    assert "makes them 1e+03 times as large" in heavy.text
