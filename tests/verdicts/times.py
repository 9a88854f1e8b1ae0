"""Runs whose error grew and that no closed form covers: "N times what it was at the start" is held against NumPy's own mse."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from verdicts.generated import Rng

import nodescope as ns

Made = dict[str, Any]
NUMBER = r"(\d[\d,]*\.?\d*(?:e[+-]?\d+)?)"
GROWN = 4.0
"""Times that an error has surely grown."""


@np.errstate(all="ignore")
def mse_by_numpy(recipe: Made, weights: list[np.ndarray], biases: list[np.ndarray | None]) -> float:
    """Of tanh layers and a last one without activation."""
    x = np.asarray(recipe["input"])
    for number, (weight, bias) in enumerate(zip(weights, biases, strict=True)):
        x = x @ weight.T + (0.0 if bias is None else bias)
        x = np.tanh(x) if number < len(weights) - 1 else x
    return float(((x - np.reshape(recipe["goal"], x.shape)) ** 2).mean())


def _data(rng: Rng) -> Made:
    x = rng.normal(size=(int(rng.integers(4, 20)), int(rng.integers(1, 4))))
    goal = x @ rng.uniform(0.5, 2, size=x.shape[1]) + 0.1 * rng.normal(size=len(x))
    return {"input": x, "goal": goal, "weight": rng.normal(size=x.shape[1])}


def _rescaled(rng: Rng) -> Made:
    """A rule that rescales its steps, with steps far too long."""
    rule = str(rng.choice(["adam", "rmsprop", "adagrad", "adamw"]))
    return _data(rng) | {"rule": rule, "alpha": 10.0 ** rng.uniform(0, 3), "batch": "all", "steps": int(rng.integers(3, 30))}


def _momentum_one_at_a_time(rng: Rng) -> Made:
    data = _data(rng)
    alpha = rng.uniform(1, 4) / float((data["input"] ** 2).sum(axis=1).mean())
    return data | {"rule": str(rng.choice(["momentum", "nesterov"])), "alpha": alpha, "steps": int(rng.integers(4, 60))}


def _scheduled(rng: Rng) -> Made:
    data, steps = _data(rng), int(rng.integers(4, 40))
    alpha = rng.uniform(2.2, 4) * len(data["goal"]) / float(np.linalg.eigvalsh(data["input"].T @ data["input"])[-1])
    return data | {"alpha": np.linspace(alpha, 0.9 * alpha, steps).tolist(), "batch": "all", "steps": steps}


def _network(rng: Rng) -> Made:
    data = _data(rng)
    d = data["input"].shape[1]
    del data["weight"]
    weights = [rng.normal(size=(5, d)), rng.normal(size=(1, 5))]
    network = ns.network(weights=weights, biases=[np.zeros(5), np.zeros(1)], activations=["tanh", "identity"])
    alpha, steps = 10.0 ** rng.uniform(0, 1), int(rng.integers(3, 20))
    return data | {"network": network, "alpha": alpha, "batch": rng.choice(["all", "1"]), "steps": steps}


def _healthy(rng: Rng) -> Made:
    """The same rules with steps that suit: no word of growth."""
    data = _data(rng)
    alpha = 0.05 if (rule := str(rng.choice(["adam", "momentum", "nesterov"]))) == "adam" else 0.005
    scale = float((data["input"] ** 2).sum(axis=1).mean()) if rule != "adam" else 1.0
    return data | {"rule": rule, "alpha": alpha / scale, "epochs": 300}


KINDS: dict[str, Callable[[Rng], Made]] = {
    "grew: steps rescaled": _rescaled,
    "grew: momentum, one at a time": _momentum_one_at_a_time,
    "grew: a schedule": _scheduled,
    "grew: a network": _network,
    "fell": _healthy,
}


def _layers(network: Any) -> tuple[list[np.ndarray], list[np.ndarray | None]]:
    return [np.asarray(w) for w in network.weights], [None if b is None else np.asarray(b) for b in network.biases]


def times_told(text: str) -> float | None:
    """The number before "times what it was at the start"."""
    found = re.search(NUMBER + " times what it was at the start", text)
    return None if found is None else float(found.group(1).replace(",", ""))


def wrong_in(recipe: Made) -> list[str]:
    """A ratio told that is not the true one to its three digits; growth not told, or told beside a fall."""
    run = ns.descend(**recipe | {"batch": 1 if recipe.get("batch") == "1" else recipe.get("batch", 1)})
    before, after = (mse_by_numpy(recipe, *_layers(network)) for network in (run.recipe.network, run.network))
    if run.ending is ns.Ending.DIVERGED:
        return [] if any(finding.severity == "fault" for finding in ns.diagnose(run).findings) else ["missed: it diverged"]
    found, ratio = ns.diagnose(run), after / before
    grew = next((finding for finding in found.findings if finding.name == "diverges"), None)
    told = times_told(str(grew))
    wrong = ["false alarm: withheld"] if found.withheld else []
    wrong += [f"missed: it says {told:g} times, true {ratio:.6g}"] if told is not None and abs(told / ratio - 1) > 6e-3 else []
    saturated = "saturated nodes" in found
    wrong += ["missed: the error grew"] if ratio > GROWN and grew is None and not saturated else []
    wrong += ["false alarm: it fell"] if ratio < 0.5 and grew is not None and told is not None else []
    wrong += ["false alarm: grew and not converged in one verdict"] if grew is not None and "not converged" in found else []
    return wrong


def generate(count: int, seed: int) -> Iterator[tuple[str, Made]]:
    """So many, of all kinds in turn."""
    rng = np.random.default_rng(seed)
    names = list(KINDS)
    for i in range(count):
        kind = names[i % len(names)]
        yield kind, KINDS[kind](rng)
