"""Runs whose goals are classes, named and generated, about half of them healthy. Imports nothing of ours.

How much the classes overlap, and how far alpha lies from its limit, is worked out here from the inputs, so that the truth is known.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from verdicts.cases import Case, case

WELL = "nothing wrong"


def table(seed: int, n: int = 150, d: int = 3, k: int = 2, noise: float = 1.5) -> dict[str, Any]:
    """Classes by the largest of k sums with Gumbel noise, which is softmax exactly; without noise they can be parted."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, d))
    sums = 1.5 * x @ rng.normal(size=(d, k)) + noise * rng.gumbel(size=(n, k))
    goal = sums.argmax(axis=1)
    goal[:k] = np.arange(k) if noise else goal[:k]
    return {"input": x, "goal": [f"class {label}" for label in goal], "loss": "cross-entropy", "bias": True}


def limit(recipe: dict[str, Any], one: bool = False) -> float:
    """Alpha below which a plain step is surely stable: 8/λmax, of several outputs 4/λmax."""
    x = np.column_stack([recipe["input"], np.ones(len(recipe["input"]))])
    steepest = (x**2).sum(axis=1).max() if one else np.linalg.eigvalsh(x.T @ x / len(x))[-1]
    return float((8 if len(set(recipe["goal"])) == 2 else 4) / steepest)


def _network(recipe: dict[str, Any], hidden: int) -> dict[str, Any]:
    return {**{name: value for name, value in recipe.items() if name != "bias"}, "network": {"hidden": [hidden]}}


def healthy(seed: int, k: int, kind: int) -> tuple[str, dict[str, Any], str]:
    """Noisy classes, and a way down that suits them: name, recipe, findings that have to be made."""
    recipe = table(seed, k=k)
    if kind == 0:
        return "all rows", {**recipe, "batch": "all", "alpha": 0.5 * limit(recipe), "steps": 600}, WELL
    if kind == 1:
        return "one row", {**recipe, "alpha": 0.02 * limit(recipe, one=True), "epochs": 150}, WELL
    if kind == 2:
        return "few steps", {**recipe, "batch": "all", "alpha": 0.5 * limit(recipe), "steps": 3}, f"not converged, {WELL}"
    return "network", {**_network(recipe, 5), "alpha": 0.05, "batch": 10, "order": "shuffled", "epochs": 60}, WELL


def sick(seed: int, k: int, kind: int) -> tuple[str, dict[str, Any], str, str]:
    """Name, recipe, findings that have to be made, and those that may be."""
    recipe = table(seed, k=k)
    parted = table(seed, k=k, noise=0.0)
    if kind == 0:
        return "parted", {**parted, "batch": "all", "alpha": 0.5 * limit(parted), "steps": 500}, "no lowest point", ""
    if kind == 1:
        return "wrong sign", {**recipe, "batch": "all", "alpha": -0.3 * limit(recipe), "steps": 60}, "wrong sign", "diverges"
    if kind == 2:
        small = {**recipe, "batch": "all", "alpha": 1e-4 * limit(recipe), "steps": 300}
        return "hardly moves", small, "slow convergence", ""
    return "leaps", {**recipe, "alpha": 40 * limit(recipe, one=True), "epochs": 20}, "", "diverges, noise floor"


def _named() -> Iterator[tuple[bool, Case]]:
    for seed in range(4):
        for k in (2, 3):
            for kind in range(4):
                name, recipe, must = healthy(seed, k, kind)
                yield True, case(f"{name}, {k} classes, {seed}", recipe, must)
                word, other, needed, may = sick(seed, k, kind)
                yield False, case(f"{word}, {k} classes, {seed}", other, needed, may)


NAMED = list(_named())


def kinds(count: int, seed: int) -> Iterator[tuple[str, Case]]:
    """The same, each with its kind."""
    for one in generate(count, seed):
        yield f"classes: {one.name.partition(': ')[2]}", one


def generate(count: int, seed: int) -> Iterator[Case]:
    """Of either sort in turn, over sizes and classes drawn by chance."""
    rng = np.random.default_rng(seed)
    for number in range(count):
        drawn, k, kind = int(rng.integers(2**31)), int(rng.integers(2, 5)), int(rng.integers(4))
        if number % 2:
            name, recipe, must = healthy(drawn, k, kind)
            yield case(f"{number}: {name}", recipe, must)
        else:
            name, recipe, must, may = sick(drawn, k, kind)
            yield case(f"{number}: {name}", recipe, must, may)
