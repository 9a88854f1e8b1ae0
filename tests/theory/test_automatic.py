"""An alpha worked out for the data by the words of `automatic_alpha`: of layers from a Hessian of differences of differences."""

import itertools

import numpy as np
import pytest
from naive_network import activate

import nodescope as ns
from nodescope.run.making import make_recipe
from nodescope.theory.automatic import automatic_alpha

RNG = np.random.default_rng(11)
X = RNG.normal(size=(6, 2))


def automatic(**keywords) -> float:
    return make_recipe(**keywords).alpha


def outputs(layers: list, flat: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Predictions of one example, by the words."""
    at, values = 0, list(x)
    for nodes, has_bias, name in layers:
        made = []
        for _ in range(nodes):
            total = float(np.dot(flat[at : at + len(values)], values)) + (flat[at + len(values)] if has_bias else 0.0)
            at += len(values) + has_bias
            made.append(activate(name, total)[0])
        values = made
    return np.array(values)


def hessian(f, at: np.ndarray, h: float = 1e-4) -> np.ndarray:
    found = np.empty((len(at), len(at)))
    for i, j in itertools.product(range(len(at)), repeat=2):
        a, b = np.eye(len(at))[i] * h, np.eye(len(at))[j] * h
        found[i, j] = (f(at + a + b) - f(at + a - b) - f(at - a + b) + f(at - a - b)) / (4 * h * h)
    return found


def slope_of(layers: list, start: np.ndarray, x: np.ndarray) -> float:
    """Sum of the squares of what an example's predictions change by with each weight."""
    ways = np.eye(len(start)) * 1e-6
    return float(sum((((outputs(layers, start + d, x) - outputs(layers, start - d, x)) / 2e-6) ** 2).sum() for d in ways))


def curvatures(layers: list, start: np.ndarray, goal: np.ndarray, batch: int, mean: bool) -> list[float]:
    """λmax; the longest slope of an example where a step sees fewer than all; what the last layer alone may curve by."""
    times = 1.0 if mean else batch

    def f(flat: np.ndarray) -> float:
        return times * 0.5 * float(np.mean([((outputs(layers, flat, x) - g) ** 2).sum() for x, g in zip(X, goal, strict=True)]))

    found = [float(np.linalg.eigvalsh(hessian(f, start))[-1])]
    if batch < len(X):
        slopes = [
            sum(
                ((outputs(layers, start + d, x) - outputs(layers, start - d, x)) / 2e-6) ** 2 for d in np.eye(len(start)) * 1e-6
            ).sum()
            for x in X
        ]
        found.append(times * max(slopes))
    inside = [outputs(layers[:-1], start, x) for x in X]
    steepest = 0.25 if layers[-1][2] == "sigmoid" else 1.0
    found.append(steepest**2 * float(np.mean([(values**2).sum() + layers[-1][1] for values in inside])))
    return found


@pytest.mark.parametrize(
    ("hidden", "last", "size"),
    [("tanh", "identity", 1.0), ("softplus", "sigmoid", 0.1), ("tanh", "sigmoid", 9.0), ("sigmoid", "tanh", 2.0)],
)
@pytest.mark.parametrize(("batch", "mean"), [(1, True), (2, False), (6, True), (6, False)])
@pytest.mark.parametrize("bias", [True, False])
def test_of_layers_it_is_one_over_the_most_that_may_curve(hidden: str, last: str, size: float, batch: int, mean: bool, bias: bool):
    """Small and large weights, so that each of the three is the largest somewhere."""
    network = ns.network([2, 3, 2], activation=hidden, output_activation=last, bias=bias, seed=5)
    network = network.with_flat(size * network.flat())
    goal = RNG.uniform(0.1, 0.9, size=(6, 2))
    most = curvatures([(3, bias, hidden), (2, bias, last)], network.flat(), goal, batch, mean)
    found = automatic(network=network, input=X, goal=goal, batch=batch, reduction="mean" if mean else "sum")
    assert 1 / found == pytest.approx(max(most), rel=1e-4)


def test_each_of_the_three_is_the_largest_somewhere():
    """So that the test above asks all of them."""
    largest = set()
    for hidden, last, size in (("tanh", "identity", 1.0), ("softplus", "sigmoid", 0.1), ("tanh", "sigmoid", 9.0)):
        network = ns.network([2, 3, 2], activation=hidden, output_activation=last, seed=5)
        for batch in (1, 6):
            layers = [(3, True, hidden), (2, True, last)]
            found = curvatures(layers, size * network.flat(), np.full((6, 2), 0.5), batch, True)
            largest.add((len(found), int(np.argmax(found))))
    assert largest >= {(3, 1), (2, 0), (2, 1)}


def test_layers_that_cannot_curve_have_an_alpha_of_one():
    network = ns.network(weights=[[[0.0]], [[0.0]]], activations="relu")
    assert automatic(network=network, input=[[0.0]], goal=[0.0]) == 1.0
    problem = make_recipe(network=network, input=[[0.0]], goal=[1.0], alpha=0.3, rule={"name": "momentum", "momentum": 0.75})
    assert automatic_alpha(problem.problem, network.flat()) == 0.25


def test_layers_whose_numbers_no_double_holds_have_none():
    network = ns.network(weights=[[[1e200]], [[1e200]]], activations="identity")
    with pytest.raises(ns.InputError, match="the curvature at the start is not finite; standardise the inputs, draw smaller"):
        automatic(network=network, input=[[1e10]], goal=[0.0])


def curvature(x: np.ndarray) -> float:
    """1 over the automatic alpha of all examples at once, by the words: the mean of the ends of the spectrum, or λmax ÷ 1.9."""
    values = np.linalg.eigvalsh(x.T @ x / len(x))
    there = values[values > 1e-12 * values[-1]]
    return max((there[-1] + there[0]) / 2.0, there[-1] / 1.9)


@pytest.mark.parametrize("more", [
    {}, {"bias": True}, {"bias": True, "freeze_bias": True}, {"frozen": [True, False]}, {"reduction": "sum"},
    {"penalty": 0.7}, {"penalty": 0.7, "reduction": "sum"}, {"alpha_factors": [3.0, 0.5]}, {"alpha_factors": [0.25, 0.5]},
    {"rule": {"name": "momentum", "momentum": 0.75}}, {"rule": {"name": "nesterov", "momentum": 0.75}},
], ids=str)  # fmt: skip
@pytest.mark.parametrize("batch", [1, 2, "all"])
def test_of_one_node(more: dict, batch: object):
    x = np.column_stack([X, np.ones(6)]) if more.get("bias") and not more.get("freeze_bias") else X
    x = x[:, 1:] if "frozen" in more else x
    most = curvature(x) if batch == "all" else float((x**2).sum(axis=1).max())
    most *= (6 if batch == "all" else batch) if "reduction" in more else 1
    most = (most + more.get("penalty", 0.0)) * max(more.get("alpha_factors", [1.0]))
    expected = (0.25 if "rule" in more else 1.0) / most
    assert automatic(input=X, goal=np.arange(6.0), batch=batch, **more) == pytest.approx(expected, rel=1e-12)


def test_of_several_nodes_a_weight_counts_unless_it_is_frozen_in_all():
    frozen = [[True, False], [True, True]]
    found = automatic(input=X, goal=np.zeros((6, 2)), weight=np.zeros((2, 2)), frozen=frozen)
    assert 1 / found == pytest.approx(float((X[:, 1] ** 2).max()), rel=1e-12)


@pytest.mark.parametrize("batch", [1, "all"])
@pytest.mark.parametrize(("classes", "part"), [(2, 0.25), (3, 0.5)])
def test_of_classes_it_is_that_of_the_most_that_cross_entropy_curves(classes: int, part: float, batch: object):
    most = curvature(X) if batch == "all" else float((X**2).sum(axis=1).max())
    found = automatic(input=X, goal=np.arange(6) % classes, loss="cross-entropy", batch=batch)
    assert 1 / found == pytest.approx(part * most, rel=1e-12)


@pytest.mark.parametrize("batch", [1, 2, "all"])
def test_inputs_that_are_all_zero_have_an_alpha_of_one(batch: object):
    """An example of zeros says nothing; where all are, any alpha will do. Nor do factors that are all 0 make it none."""
    assert automatic(input=np.zeros((4, 2)), goal=np.zeros(4), batch=batch) == 1.0
    assert automatic(input=[[0.0], [2.0], [0.0]], goal=np.zeros(3), batch=batch, alpha_factors=[0.0]) == pytest.approx(
        0.25 if batch != "all" else 1 / (4 / 3), rel=1e-12
    )


@pytest.mark.parametrize("size", [1e-200, 1e200])
@pytest.mark.parametrize("batch", [1, "all"])
def test_inputs_whose_squares_no_double_holds_are_refused(size: float, batch: object):
    with pytest.raises(ns.InputError, match="the squares of the inputs are too large or too small for doubles"):
        automatic(input=[[size], [size]], goal=[1.0, 2.0], batch=batch)


def test_rules_that_rescale_have_the_customary_one():
    found = {name: automatic(input=X, goal=np.zeros(6), rule=name) for name in ("adagrad", "rmsprop", "adam", "adamw")}
    assert found == {"adagrad": 0.01, "rmsprop": 0.001, "adam": 0.001, "adamw": 0.001}
