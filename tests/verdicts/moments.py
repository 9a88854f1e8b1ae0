"""Layers that a single step shows otherwise than the run: the last example is all zeros, or the last step moves none.

Truth by construction: layers learn from the other examples, so that some weight of each moves in the last epoch; or no example
moves anything at all.
"""

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import numpy as np
from verdicts.generated import Rng

import nodescope as ns

Made = tuple[dict[str, Any], bool]
"""A recipe, and whether a hidden layer really stands still."""
STANDS = {"stalled", "dead nodes", "saturated nodes"}


def _weights(rng: Rng, sizes: list[int]) -> list[np.ndarray]:
    return [rng.normal(size=(k, d)) / np.sqrt(d) for d, k in pairwise(sizes)]


def _network(rng: Rng, d: int, activation: str, biases: bool = False) -> Any:
    hidden = [int(rng.integers(4, 9))] * int(rng.integers(1, 3))
    weights = _weights(rng, [d, *hidden, 1])
    start = [np.zeros(len(w)) for w in weights] if biases else None
    return ns.network(weights=weights, biases=start, activations=[activation] * len(hidden) + ["identity"])


def _trained(rng: Rng, x: np.ndarray, activation: str, biases: bool = False) -> dict[str, Any]:
    goal = np.tanh(x @ rng.uniform(-1, 1, size=x.shape[1]))
    network = _network(rng, x.shape[1], activation, biases)
    return {"network": network, "input": x, "goal": goal, "alpha": 0.05, "epochs": int(rng.integers(30, 150))}


def _activation(rng: Rng) -> str:
    return str(rng.choice(["tanh", "relu", "leaky relu", "gelu"]))


def _last_is_zeros(rng: Rng) -> Made:
    """Nothing goes through: no bias, and the example that the run ends on has only zero inputs."""
    x = rng.normal(size=(int(rng.integers(6, 20)), int(rng.integers(2, 5))))
    x[-int(rng.integers(1, 4)) :] = 0.0
    return _trained(rng, x, _activation(rng)), False


def _one_input_each(rng: Rng) -> Made:
    """Each example has one input, so that the last one moves few weights of the first layer."""
    d = int(rng.integers(3, 7))
    x = np.eye(d)[np.arange(3 * d) % d] * rng.choice([-1.0, 1.0], size=(3 * d, 1)) * rng.uniform(0.5, 1.5, size=(3 * d, 1))
    return _trained(rng, x, _activation(rng)), False


def _last_is_solved(rng: Rng) -> Made:
    """Zeros with goal 0 and a bias in no layer: its error is exactly 0 at every step; the run stops within an epoch."""
    x = rng.normal(size=(int(rng.integers(6, 20)), int(rng.integers(2, 5))))
    x[:: int(rng.integers(2, 4))] = 0.0
    recipe = _trained(rng, x, _activation(rng))
    steps = recipe.pop("epochs") * len(x) + int(rng.integers(1, len(x)))
    return {**recipe, "steps": steps}, False


def _rests(rng: Rng) -> Made:
    """A schedule whose alpha is 0 at the last steps of some epochs, the run's last among them."""
    x = rng.normal(size=(int(rng.integers(6, 12)), 2))
    recipe = _trained(rng, x, "tanh", True)
    steps = recipe.pop("epochs") * len(x)
    alpha = np.full(steps, 0.05)
    alpha[-int(rng.integers(1, 3)) :] = 0.0
    return {**recipe, "steps": steps, "alpha": alpha.tolist()}, False


def _dead(rng: Rng) -> Made:
    """Inputs above 0, weights below 0, relu: no example goes through the first layer, at any step."""
    x = rng.uniform(0.2, 2, size=(int(rng.integers(6, 20)), int(rng.integers(2, 5))))
    weights = _weights(rng, [x.shape[1], 6, 1])
    weights[0] = -np.abs(weights[0]) - 0.05
    network = ns.network(weights=weights, biases=[np.full(6, -0.1), np.zeros(1)], activations=["relu", "identity"])
    goal = x @ rng.uniform(0.5, 1, size=x.shape[1])
    return {"network": network, "input": x, "goal": goal, "alpha": 0.05, "epochs": int(rng.integers(20, 100))}, True


def _zeros(rng: Rng) -> Made:
    """Both layers begin with zeros, and tanh of 0 is 0: no delta comes back, at any step."""
    x = rng.normal(size=(int(rng.integers(6, 20)), int(rng.integers(2, 5))))
    network = ns.network(weights=[np.zeros((4, x.shape[1])), np.zeros((1, 4))], biases=None, activations=["tanh", "identity"])
    return {"network": network, "input": x, "goal": x.sum(axis=1), "alpha": 0.05, "epochs": int(rng.integers(20, 100))}, True


KINDS: dict[str, Callable[[Rng], Made]] = {
    "learns: last example zeros": _last_is_zeros,
    "learns: one input each": _one_input_each,
    "learns: last example solved": _last_is_solved,
    "learns: alpha rests": _rests,
    "stands: dead": _dead,
    "stands: zeros": _zeros,
}


def moved_lately(run: ns.Run) -> bool:
    """Whether some weight of each layer was moved in the last epoch that had an alpha, by the steps that are written down."""
    last = run.trace[max(0, run.steps - run.recipe.steps_per_epoch - 2) : run.steps]
    return all(np.nan_to_num(last.layers[n]["alpha_delta"]).any() for n in range(len(run.recipe.network.weights)))


def wrong_in(made: Made) -> list[str]:
    """A layer that learns and is said to stand still, or the other way round."""
    recipe, stands = made
    run = ns.descend(**recipe)
    if moved_lately(run) == stands:
        return ["missed: the run is not what it was made to be"]
    found = ns.diagnose(run)
    names = {finding.name for finding in found.findings if finding.severity != "note"}
    wrong = ["false alarm: withheld"] if found.withheld else []
    if stands:
        return wrong + ([] if names & (STANDS | {"symmetric nodes"}) else ["missed: a layer stands still"])
    wrong += [f"false alarm {name!r}" for name in sorted(names & STANDS) if not dead_all_along(run, name)]
    return [] if wrong == ["false alarm 'stalled'"] and examples_off(run) > 0.5 else wrong


def examples_off(run: ns.Run) -> float:
    """Part of the squared errors at the end in examples for which a relu layer gives nothing: by NumPy, weights without biases."""
    network, x = run.network, run.recipe.examples.input
    off = np.zeros(len(x), dtype=bool)
    for weights, activation in zip(network.weights[:-1], network.activations, strict=False):
        if activation.name != "relu":
            return 0.0
        x = np.maximum(x @ weights.T, 0.0)
        off |= ~x.any(axis=1)
    errors = ((x @ network.weights[-1].T - run.recipe.examples.goal) ** 2).sum(axis=1)
    return float(errors[off].sum() / errors.sum())


def dead_all_along(run: ns.Run, name: str) -> bool:
    """Whether half of a layer's relu nodes really gave nothing for any example, by NumPy: then a warning is right."""
    if name == "saturated nodes":
        return False
    size, first = run.recipe.steps_per_epoch, max(0, run.steps - 2 * run.recipe.steps_per_epoch)
    hidden = [run.trace[first : first + 2 * size].layers[n]["prediction"] for n in range(len(run.recipe.network.weights) - 1)]
    return any(((layer == 0).reshape(-1, layer.shape[-1]).all(axis=0)).mean() >= 0.5 for layer in hidden)


def generate(count: int, seed: int) -> Iterator[tuple[str, Made]]:
    """So many, of all kinds in turn."""
    rng = np.random.default_rng(seed)
    names = list(KINDS)
    for i in range(count):
        kind = names[i % len(names)]
        yield kind, KINDS[kind](rng)
