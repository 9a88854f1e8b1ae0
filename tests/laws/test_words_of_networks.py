"""Law: the verdict that the page gives of a network which is changed under the hand is the one that Python's findings make.

Each case is a network that is shown and what becomes of it: another alpha, other weights, other steps. Everything that can be wrong
with one is drawn: nodes that are off, flat or alike, inputs of unlike size, weights of 0, alphas far too small and far too large.
"""

import json
from collections import Counter
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from conftest import cases
from laws.test_networks import recipe as any_recipe
from laws.test_page import pytestmark as pytestmark
from laws.test_words import said_by_the_page

import nodescope as ns
from nodescope.hosts.again import changed_recipe
from nodescope.run.descent import go
from nodescope.views.scene import scene
from nodescope.views.values import plain

HIDDEN = ["tanh", "tanh", "relu", "relu", "sigmoid", "leaky relu", "identity", "gelu", "softplus"]
TIMES = [1.0] * 12 + [0.3] * 4 + [3.0] * 3 + [30.0, -1.0, 0.0]
"""What becomes of alpha."""


def weights_of(rng: np.random.Generator, sizes: list[int]) -> tuple[list[Any], list[Any]]:
    """Start weights and biases, with what goes wrong where they are drawn badly."""
    scale = float(rng.choice([1.0, 1.0, 1.0, 0.3, 0.01, 30.0]))
    weights = [rng.normal(size=(k, d)) * scale / np.sqrt(d) for d, k in pairwise(sizes)]
    biases = [rng.normal(size=k) * 0.3 if rng.random() < 0.6 else None for k in sizes[1:]]
    wrong = rng.random()
    if wrong < 0.08:
        weights = [np.full_like(w, 0.3) for w in weights]
        biases = [None if b is None else np.full_like(b, 0.1) for b in biases]
    elif wrong < 0.14:
        weights[-1] = weights[-1] * 0.0
    elif wrong < 0.2:
        weights = [w * 0.0 for w in weights]
    elif wrong < 0.28 and biases[0] is not None:
        biases[0] = biases[0] - 10.0
    elif wrong < 0.34:
        weights[0][: len(weights[0]) // 2 + 1] *= 1e3
    return weights, biases


def keywords(seed: int) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    depth = int(rng.choice([1, 1, 1, 2, 2, 5]))
    of_classes = rng.random() < 0.2
    k = int(rng.choice([1, 1, 1, 3]))
    sizes = [int(rng.integers(1, 4)), *(int(rng.integers(1, 8)) for _ in range(depth)), k]
    n = int(rng.choice([2, 4, 8, 25, 40]))
    weights, biases = weights_of(rng, sizes)
    x = rng.normal(size=(n, sizes[0])) * float(rng.choice([1.0, 1.0, 1.0, 1e-3, 300.0]))
    if rng.random() < 0.1:
        x[:, 0] *= 1e4
    told = np.sin(x @ rng.normal(size=(sizes[0], k))) if rng.random() < 0.6 else rng.normal(size=(n, k))
    goal = told * float(rng.choice([1.0, 1.0, 0.1, 20.0]))
    last, loss = str(rng.choice(["identity", "identity", "identity", "tanh", "sigmoid", "relu"])), "squared"
    if of_classes:
        last, loss = ("sigmoid", "cross-entropy") if k == 1 else ("softmax", "cross-entropy")
        goal = rng.integers(0, 2, n) if k == 1 or rng.random() < 0.3 else told.argmax(axis=1)
    elif last != "identity" and rng.random() < 0.8:
        goal = 0.5 + 0.4 * np.tanh(goal)
    elif rng.random() < 0.15:
        loss = str(rng.choice(["huber", "absolute"]))
    kinds = [str(rng.choice(HIDDEN)) for _ in range(depth)] if rng.random() < 0.5 else [str(rng.choice(HIDDEN))] * depth
    frozen = None
    if rng.random() < 0.06:
        frozen = [np.full(w.shape, bool(rng.random() < 0.7)) for w in weights]
        biases = [None for _ in biases]
    return {
        "network": ns.network(weights=weights, biases=biases, activations=[*kinds, last]),
        "input": x, "goal": goal, "loss": loss, "frozen": frozen, "classes": list(range(max(k, 2))) if of_classes else None,
        "alpha": float(rng.choice([0.1, 0.1, 0.3, 0.03, 1.0, 1e-3, 1e-5, 1e-7, 10.0])),
        "steps": int(rng.choice([1, 5, 12, 40, 150, 600])),
        "batch": ["all", "all", 1, 3][int(rng.integers(4))],
        "order": str(rng.choice(["given", "shuffled"])), "seed": seed,
        "rule": str(rng.choice(["plain", "plain", "plain", "plain", "momentum", "adam", "rmsprop"])),
        "until_mse": 1e-2 if rng.random() < 0.05 else None,
    }  # fmt: skip


def compared(seed: int, first: dict[str, Any], changed: dict[str, Any]) -> tuple[str, str, Any]:
    """What the page is asked, and Python's headline for the run that it makes."""
    shown = ns.descend(**first)
    other = changed_recipe(shown.recipe, changed)
    return json.dumps({"scene": plain(scene(shown)), "recipe": changed}), ns.diagnose(go(other)).headline, seed


@pytest.mark.timeout(3000)
def test_verdicts_of_networks_are_those_of_python():
    made = []
    for seed in range(cases(2000)):
        rng = np.random.default_rng([seed, 1])
        first = keywords(seed)
        changed: dict[str, Any] = {"alpha": first["alpha"] * float(rng.choice(TIMES))}
        made.append(compared(seed, first, changed))
    told = [page["judged"] for page in said_by_the_page([asked for asked, *_ in made])]
    pairs = [(seed, page, python) for page, (_, python, seed) in zip(told, made, strict=True)]
    wrong = [one for one in pairs if one[1] and one[1] != one[2]]
    heard = Counter(page for _, page, _ in pairs)
    print(f"{len(pairs) - heard['']:,} of {len(pairs):,} verdicts of networks told, {len(heard)} different ones, and alike")
    assert not wrong, "\n".join(map(str, wrong))
    assert heard[""] < 0.02 * len(pairs)
    assert len(heard) > (25 if len(pairs) > 1000 else 15), heard


@pytest.mark.timeout(3000)
def test_of_networks_of_any_size_of_numbers_too():
    """A few steps of networks with everything that a recipe can have, some of whose numbers are beyond all doubles."""
    made = []
    for seed in range(cases(2000)):
        rng = np.random.default_rng([seed, 2])
        first = any_recipe(seed)
        if len(first["network"].sizes) < 3:
            continue
        changed: dict[str, Any] = {}
        if isinstance(first["alpha"], float):
            changed["alpha"] = first["alpha"] * float(rng.choice([1.0, 0.5, 3.0, 10.0, 30.0, 1000.0, -1.0, 0.0]))
        made.append(compared(seed, first, changed))
    told = [page["judged"] for page in said_by_the_page([asked for asked, *_ in made])]
    wrong = [(seed, page, python) for page, (_, python, seed) in zip(told, made, strict=True) if page and page != python]
    assert not wrong, "\n".join(map(str, wrong))
    assert sum(page != "" for page in told) > 0.8 * len(told)
