"""Layers given and drawn: every way to write them, each scheme's bounds, and what is refused, whole."""

import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

import nodescope as ns
from nodescope.arithmetic.activations import ACTIVATIONS
from nodescope.run.network import MOST_WEIGHTS, as_network, of_each

HALVES = {
    "glorot": lambda d, k: math.sqrt(6 / (d + k)), "he": lambda d, _: math.sqrt(6 / d), "lecun": lambda d, _: math.sqrt(3 / d),
    "uniform": lambda d, _: math.sqrt(1 / d), "zeros": lambda *_: 0.0,
}  # fmt: skip


def drawn(seed: int, sizes: list[int], halves: list[float]) -> list[np.ndarray]:
    """Weights as they would be were their halves 1, from a network whose halves are known: uniform, of one input."""
    numbers = sum(d * k for d, k in pairwise(sizes))
    line = ns.network([1, numbers], initial="uniform", bias=False, seed=seed).weights[0].ravel()
    found, at = [], 0
    for (d, k), half in zip(pairwise(sizes), halves, strict=True):
        found.append((half * line[at : at + d * k]).reshape(k, d))
        at += d * k
    return found


@pytest.mark.parametrize("scheme", HALVES)
@pytest.mark.parametrize("sizes", [[3, 5, 2], [4, 1], [2, 3, 3, 1]], ids=str)
def test_weights_are_one_line_of_numbers_stretched_to_each_layers_half(scheme: str, sizes: list[int]):
    network = ns.network(sizes, initial=scheme, seed=9)
    expected = drawn(9, sizes, [HALVES[scheme](d, k) for d, k in pairwise(sizes)])
    for weight, known in zip(network.weights, expected, strict=True):
        assert weight == pytest.approx(known, rel=1e-14)
        assert weight.shape == known.shape
    assert all(not bias.any() for bias in network.biases)
    assert [bias.shape for bias in network.biases] == [(k,) for k in sizes[1:]]


@pytest.mark.parametrize(
    ("activation", "scheme"),
    [("relu", "he"), ("leaky relu", "he"), ("softplus", "he"), ("gelu", "he"), ("tanh", "glorot"), ("sigmoid", "glorot"),
     ("identity", "lecun")],
)  # fmt: skip
def test_each_activation_has_its_scheme(activation: str, scheme: str):
    network = ns.network([3, 4, 2], activation=activation, output_activation=activation, seed=2)
    told = ns.network([3, 4, 2], activation=activation, output_activation=activation, seed=2, initial=scheme)
    assert network.flat().tobytes() == told.flat().tobytes()
    assert [function.name for function in network.activations] == [activation, activation]


def test_what_is_not_said():
    network = ns.network([3, 4, 5, 2])
    assert [function.name for function in network.activations] == ["tanh", "tanh", "identity"]
    assert network.flat().tobytes() == ns.network([3, 4, 5, 2], seed=0, bias=True).flat().tobytes()
    assert ns.network([3, 2], bias=False).biases == (None,)
    assert ns.network([3, 2], bias=True).sizes == (3, 2)


@pytest.mark.parametrize(
    ("biases", "kept"),
    [
        (None, [None, None]), (False, [None, None]), (True, [[0.0, 0.0], [0.0]]), ([True, False], [[0.0, 0.0], None]),
        ([None, True], [None, [0.0]]), ([[1.0, 2.0], [3.0]], [[1.0, 2.0], [3.0]]), (np.True_, [[0.0, 0.0], [0.0]]),
        ([np.False_, [3.0]], [None, [3.0]]),
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    ("activations", "names"),
    [(None, ["identity"] * 2), ("tanh", ["tanh"] * 2), (["relu", "tanh"], ["relu", "tanh"]), (ACTIVATIONS["relu"], ["relu"] * 2)],
    ids=str,
)
def test_given_layers(biases: Any, kept: list[Any], activations: Any, names: list[str]):
    first, last = np.array([[1.0], [2.0]]), np.array([[3.0, 4.0]])
    network = ns.network(weights=[first, last], biases=biases, activations=activations)
    assert [None if bias is None else bias.tolist() for bias in network.biases] == kept
    assert [function.name for function in network.activations] == names
    first[:] = 9.0
    assert network.weights[0].tolist() == [[1.0], [2.0]]


TWO = [[[1.0], [2.0]], [[3.0, 4.0]]]
CALLS: list[tuple[dict[str, Any], str]] = [
    ({}, "give either sizes, such as [2, 8, 1], or weights=[…], a block per layer"),
    ({"sizes": [1, 1], "weights": TWO}, "give either sizes, such as [2, 8, 1], or weights=[…], a block per layer"),
    ({"sizes": [3]}, "sizes is [3]; it must be a list of at least two: inputs, (hidden nodes, …) outputs"),
    ({"sizes": [0, 1]}, "the number of inputs is 0; it must be at least 1"),
    ({"sizes": [1, 0]}, "the number of nodes of layer 0 is 0; it must be at least 1"),
    ({"sizes": [1, 2, 0.5]}, "the number of nodes of layer 1 is 0.5; it must be a whole number"),
    ({"sizes": [MOST_WEIGHTS, 1]}, "sizes [268435456, 1] have more than 268,435,456 weights; take fewer nodes"),
    ({"sizes": [1, 1], "biases": True}, "biases and activations go with weights=[…]; with sizes give bias, activation and "
     "output_activation"),
    ({"sizes": [1, 1], "activations": "tanh"}, "biases and activations go with weights=[…]; with sizes give bias, activation and "
     "output_activation"),
    ({"sizes": [2, 1], "activation": "relu"}, "activation='relu' is for hidden layers, and sizes [2, 1] have none: "
     "output_activation='relu' bends the last layer, [2, 8, 1] has a hidden one"),
    ({"sizes": [2, 1], "seed": 2**64}, "seed is 18446744073709551616; it must be at most 18446744073709551615"),
    ({"sizes": [2, 1], "bias": 1}, "bias is 1; it may be True or False"),
    ({"weights": TWO, "seed": 0}, "seed= goes with sizes, whose weights are drawn, and weights=[…] are given: leave it out"),
    ({"weights": TWO, "initial": "he"},
     "initial= goes with sizes, whose weights are drawn, and weights=[…] are given: leave it out"),
    ({"weights": TWO, "bias": False},
     "bias= goes with sizes, whose weights are drawn, and weights=[…] are given: leave it out; with "
     "weights give biases=[…]"),
    ({"weights": TWO, "activation": "tanh"},
     "activation= goes with sizes, whose weights are drawn, and weights=[…] are given: leave it "
     "out; with weights give activations=[…]"),
    ({"weights": []}, "weights is empty; give a (nodes, inputs) block per layer"),
    ({"weights": [[1.0]]}, "weights[0] has shape (1,); it must be (nodes, inputs), at least one of each: a row per node"),
    ({"weights": [[[]]]}, "weights[0] has shape (1, 0); it must be (nodes, inputs), at least one of each: a row per node"),
    ({"weights": [TWO[0], [[3.0]]]},
     "layers do not chain: layer 0 has 2 nodes, but weights[1] has 1 columns; a column per node of the "
     "layer before"),
    ({"weights": [[[math.nan]]]}, "weights[0][0][0] is nan; every number must be finite: mend or leave out what is not"),
    ({"weights": TWO, "biases": [True]},
     "biases has 1 entries for 2 layers; give an entry per layer, or True or False for all layers"),
    ({"weights": TWO, "biases": [[1.0], None]}, "biases[0] has shape (1,); its layer has 2 nodes, so it must be (2,)"),
    ({"weights": TWO, "biases": [None, [math.inf]]},
     "biases[1][0] is inf; every number must be finite: mend or leave out what is not"),
    ({"weights": TWO, "activations": ["tanh"] * 3},
     "activations has 3 entries for 2 layers; give a name per layer, or one name for all "
     "layers"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "said"), CALLS, ids=[str(number) for number in range(len(CALLS))])
def test_refused(call: dict[str, Any], said: str):
    with pytest.raises(ns.InputError) as refused:
        ns.network(**call)
    assert str(refused.value) == said


def test_the_most_weights_are_counted_with_their_biases(monkeypatch: pytest.MonkeyPatch):
    """3-2-1 has (3 + 1) × 2 and (2 + 1) × 1: eleven."""
    monkeypatch.setattr("nodescope.run.network.MOST_WEIGHTS", 11)
    ns.network([3, 2, 1])
    monkeypatch.setattr("nodescope.run.network.MOST_WEIGHTS", 10)
    with pytest.raises(ns.InputError, match=r"have more than 10 weights"):
        ns.network([3, 2, 1])


@pytest.mark.parametrize(
    ("sizes", "keywords", "has"),
    [
        ([2, 1], {"activation": "identity"}, ("identity",)),
        ([2, 1], {"activation": "relu", "output_activation": "relu"}, ("relu",)),
        ([2, 2, 1], {"activation": "relu"}, ("relu", "identity")),
        ([2, 2, 1], {"activation": "relu", "output_activation": "tanh"}, ("relu", "tanh")),
    ],
)
def test_an_activation_that_some_layer_has(sizes: list[int], keywords: dict[str, Any], has: tuple[str, ...]):
    assert [activation.name for activation in ns.network(sizes, **keywords).activations] == [*has]


def test_networks_from_what_else():
    network = ns.network([2, 3, 1], seed=4)
    assert as_network(network) is network
    for same in ({"sizes": [2, 3, 1], "seed": 4}, {"sizes": (2, 3, 1), "seed": 4}):
        assert as_network(same).flat().tobytes() == network.flat().tobytes()
    assert as_network([2, 3, 1]).flat().tobytes() == ns.network([2, 3, 1]).flat().tobytes()
    with pytest.raises(ns.InputError) as refused:
        as_network({"size": [2, 1]})
    assert str(refused.value) == (
        "network has no 'size'; did you mean 'sizes'?; it has sizes, activation, output_activation, initial, bias, seed, weights, "
        "biases, activations"
    )


@pytest.mark.parametrize(
    ("sizes", "adds"),
    [([16, 1], "left-to-right"), ([17, 1], "lanes"), ([17, 2], "left-to-right"), ([17, 1, 1], "left-to-right")],
)
def test_how_its_nodes_add_where_nobody_says(sizes: list[int], adds: str):
    assert ns.network(sizes).usual_summation == adds


def test_an_entry_for_each():
    assert of_each("a", "x", (str,), 3, "words") == ["x"] * 3
    assert of_each("a", ["x", 2], (str,), 2, "words") == ["x", 2]
    with pytest.raises(ns.InputError, match=r"^a has 2 entries for 3 layers; give words$"):
        of_each("a", [1, 2], (str,), 3, "words")
