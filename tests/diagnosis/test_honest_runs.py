"""Thousands of random honest runs of every kind: each has a verdict, none withheld, nothing raised; theory and record agree."""

from typing import Any

import numpy as np
from conftest import cases

import nodescope as ns

RULES = ("plain", "plain", "plain", "momentum", "nesterov", "adam", "rmsprop", "adagrad")


def _inputs(rng: np.random.Generator, n: int, d: int) -> np.ndarray:
    columns = 10.0 ** rng.uniform(-3, 3, size=d) ** rng.integers(0, 2)
    x = rng.normal(size=(n, d)) * 10.0 ** rng.uniform(-8, 8) * columns
    if rng.integers(6) == 0:
        x[:, 0] = 0.0
    if rng.integers(8) == 0 and d > 1:
        x[:, 1] = x[:, 0]
    return x


def honest_recipe(rng: np.random.Generator) -> dict[str, Any]:
    n, d, k = (int(rng.integers(1, most)) for most in (12, 6, 4))
    x = _inputs(rng, n, d)
    alpha = 10.0 ** rng.uniform(-4, 1) / float((x * x).sum(axis=1).max() + 1)
    alpha *= rng.choice([1.0] * 20 + [-1.0, 0.0])
    recipe: dict[str, Any] = {
        "input": x,
        "goal": rng.normal(size=(n, k)) * 10.0 ** rng.uniform(-8, 8) * (rng.integers(10) > 0),
        "weight": rng.normal(size=(k, d)) * 10.0 ** rng.uniform(-8, 8),
        "bias": bool(rng.integers(2)),
        "batch": ["all", 1, 2, 3][rng.integers(4)],
        "order": ["given", "shuffled"][rng.integers(2)],
        "rule": RULES[rng.integers(len(RULES))],
        "reduction": ["mean", "sum"][rng.integers(2)],
        "summation": ["left-to-right", "lanes"][rng.integers(2)],
        "alpha": [float(alpha)] * 500 if rng.integers(10) == 0 else float(alpha),
        "steps": int(rng.choice([0, 1, 2, 7, 100, 500])),
    }
    if rng.integers(4) == 0:
        recipe["frozen"] = rng.integers(0, 2, size=(k, d)).astype(bool)
    if rng.integers(5) == 0:
        recipe["until_mse"] = float(10.0 ** rng.uniform(-10, 10))
    return recipe


def test_every_honest_run_has_a_verdict():
    rng = np.random.default_rng(31)
    for _ in range(cases(2000)):
        recipe = honest_recipe(rng)
        found = ns.diagnose(ns.descend(**recipe))
        assert not found.withheld, (found.verdict, recipe)
        assert found.findings
        assert str(found.forecast)


def as_network(recipe: dict[str, Any]) -> dict[str, Any]:
    """The same recipe, its weights and bias told as a layer's."""
    weight = np.asarray(recipe["weight"], dtype=float)
    start = np.full(len(weight), 0.25) if recipe["bias"] else None
    network = ns.network(weights=[weight], biases=[start], activations=["identity"])
    told = {name: value for name, value in recipe.items() if name not in ("weight", "bias", "frozen")}
    frozen = {"frozen": [recipe["frozen"]]} if "frozen" in recipe else {}
    return {**told, **frozen, "network": network}


def test_the_same_diagnosis():
    rng = np.random.default_rng(77)
    for _ in range(cases(1000)):
        recipe = honest_recipe(rng)
        node = {**recipe, "bias": np.full(len(recipe["weight"]), 0.25) if recipe["bias"] else False}
        one, other = (ns.diagnose(ns.descend(**keywords)) for keywords in (node, as_network(recipe)))
        assert str(one) == str(other), recipe
        assert one.headline == other.headline
        assert [(row.predicted, row.recorded) for row in one.proof] == [(row.predicted, row.recorded) for row in other.proof]


def test_a_network_of_one_layer_has_the_closed_form():
    network = ns.network(weights=[[[0.4]]], activations=["identity"])
    found = ns.diagnose(ns.descend(network=network, input=[[1.0]], goal=[0.6], alpha=2.5, steps=20))
    (finding,) = (finding for finding in found.findings if finding.severity == "fault")
    assert (finding.name, finding.predicted) == ("diverges", -1.5)
