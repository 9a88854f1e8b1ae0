"""Runs with strongly non-normal epochs, with far starts, and changed after they were made: which verdicts may be withheld.

The oracle steps in whole numbers of 2⁻²²⁰: 50 digits and more. Where each step lengthens its own example's error the products of an
epoch reach millions, so that a prediction in doubles alone would lose its digits.
"""

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from verdicts.generated import Rng

import nodescope as ns

BITS = 220
Made = tuple[dict[str, Any], bool]
"""A recipe, and whether the run is changed afterwards."""


def _whole(number: float) -> int:
    """As a whole number of 2^−BITS, exactly for what these runs hold."""
    numerator, denominator = float(number).as_integer_ratio()
    return (numerator << BITS) // denominator


def true_mse(recipe: dict[str, Any], epochs: int) -> float:
    """After so many epochs, in exact arithmetic but for the 220th binary digit."""
    x = [[_whole(v) for v in row] + [1 << BITS] for row in np.asarray(recipe["input"]).tolist()]
    goal, alpha, batch = [_whole(g) for g in np.asarray(recipe["goal"]).tolist()], _whole(recipe["alpha"]), recipe["batch"]
    weights = [_whole(w) for w in recipe["weight"]] + [_whole(recipe["bias"])]

    def delta(row: list[int], g: int) -> int:
        return sum(a * b for a, b in zip(row, weights, strict=True)) // (1 << BITS) - g

    for _ in range(epochs):
        for first in range(0, len(x), batch):
            rows = range(first, min(first + batch, len(x)))
            deltas = [delta(x[i], goal[i]) for i in rows]
            for j in range(len(weights)):
                total = sum(d * x[i][j] for i, d in zip(rows, deltas, strict=True)) >> BITS
                weights[j] -= (alpha * total >> BITS) // len(rows)
    deltas = [delta(row, g) for row, g in zip(x, goal, strict=True)]
    return float(np.mean([(d / (1 << BITS)) ** 2 for d in deltas]))


def _radius(x: np.ndarray, alpha: float, batch: int) -> float:
    """Spectral radius of an epoch, by its product."""
    with_bias = np.column_stack([x, np.ones(len(x))])
    product = np.eye(with_bias.shape[1])
    for first in range(0, len(x), batch):
        part = with_bias[first : first + batch]
        product = product - alpha / len(part) * part.T @ (part @ product)
    return float(np.abs(np.linalg.eigvals(product)).max())


def _recipe(rng: Rng, x: np.ndarray, alpha: float, batch: int) -> dict[str, Any]:
    goal = x @ rng.uniform(-20, 20, size=x.shape[1]) + rng.uniform(-9, 9) + rng.choice([0.0, 0.3]) * rng.normal(size=len(x))
    weight = rng.uniform(-1, 1, size=x.shape[1])
    return {
        "input": x, "goal": goal, "weight": weight, "bias": float(rng.uniform(-1, 1)), "alpha": alpha, "batch": batch,
        "epochs": int(rng.integers(3, 60)),
    }  # fmt: skip


def _stretches(rng: Rng) -> dict[str, Any]:
    """Inputs that rise from −half to half: in their middle an epoch forgets what its ends have lengthened."""
    while True:
        half, batch = int(rng.integers(8, 40)), int(rng.choice([1, 1, 2]))
        x = np.arange(-float(half), float(half))[:, None] * rng.uniform(0.5, 2)
        alpha = float(rng.uniform(2.5, 8.0) * batch / float((x**2).max()))
        if _radius(x, alpha, batch) < 0.98:
            return _recipe(rng, x, alpha, batch)


def _random_rows(rng: Rng) -> dict[str, Any]:
    """Rows of unlike length, some beyond 2/|x|²."""
    while True:
        d, batch = int(rng.integers(1, 4)), int(rng.choice([1, 1, 2, 3]))
        x = rng.normal(size=(int(rng.integers(4, 30)), d)) * rng.uniform(0.1, 2, size=(1, d))
        alpha = float(rng.uniform(1.5, 7.0) / float((x**2).sum(axis=1).max()))
        if _radius(x, alpha, batch) < 0.98:
            return _recipe(rng, x, alpha, batch)


def _far_starts(rng: Rng) -> dict[str, Any]:
    """Weights up to 10¹² times as far away as the best ones, which leave an error that the start's rounding is larger than."""
    d = int(rng.integers(1, 4))
    x = rng.normal(size=(d + int(rng.integers(2, 6)), d))
    with_bias = np.column_stack([x, np.ones(len(x))])
    alpha = float(rng.uniform(0.3, 0.9)) / float(np.linalg.eigvalsh(with_bias.T @ with_bias / len(x))[-1])
    recipe = _recipe(rng, x, alpha, len(x)) | {"goal": rng.normal(size=len(x)), "epochs": 400}
    return recipe | {"weight": recipe["weight"] * 10 ** rng.uniform(3, 12)}


SHORT = {"epochs": 3}
"""So few that it does not cycle: a cycle's states are read from elsewhere than the end."""
KINDS: dict[str, Callable[[Rng], Made]] = {
    "honest: rising inputs": lambda rng: (_stretches(rng), False),
    "honest: rows of any length": lambda rng: (_random_rows(rng), False),
    "honest: far starts": lambda rng: (_far_starts(rng), False),
    "changed: rising inputs": lambda rng: (_stretches(rng) | SHORT, True),
    "changed: rows of any length": lambda rng: (_random_rows(rng) | SHORT, True),
    "changed: far starts": lambda rng: (_far_starts(rng) | SHORT, True),
}


def wrong_in(made: Made) -> list[str]:
    """A verdict withheld from an honest run, or given of a changed one; a prediction further from the truth than it says."""
    recipe, changed = made
    run = ns.descend(**recipe)
    if changed:
        state = run.replay.last_state * 1.01 + 0.01
        run = dataclasses.replace(run, replay=dataclasses.replace(run.replay, last_state=state))
    found = ns.diagnose(run)
    if changed or found.withheld:
        return (
            [] if changed and found.withheld else ["missed: the change" if changed else f"false alarm: withheld: {found.verdict}"]
        )
    wrong = []
    for row in found.proof:
        if row.quantity == "mse" and row.relation == "about":
            true = true_mse(recipe, row.step // -(-len(recipe["goal"]) // recipe["batch"]))
            bound = 2e-6 * max(abs(true), row.predicted) + row.uncertain
            wrong += [f"missed: step {row.step}: predicted {row.predicted!r}, true {true!r}"] * (abs(row.predicted - true) > bound)
            wrong += [f"false alarm: step {row.step}: said to disagree"] * (not row.agrees)
    return wrong


def generate(count: int, seed: int) -> Iterator[tuple[str, Made]]:
    """So many, of all kinds in turn."""
    rng = np.random.default_rng(seed)
    names = list(KINDS)
    for i in range(count):
        kind = names[i % len(names)]
        yield kind, KINDS[kind](rng)
