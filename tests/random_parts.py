"""Random problems whose batches are added up in parts."""

from itertools import pairwise

import numpy as np

from nodescope.arithmetic.activations import ACTIVATIONS
from nodescope.arithmetic.problem import LayerShape, Problem
from nodescope.arithmetic.rules import as_rule


def problem_of(rng: np.random.Generator, trial: int) -> Problem:
    """A node or a network over some rows, in parts."""
    nodes = trial % 3 == 0
    sizes = [int(rng.integers(1, 40)), 1] if nodes else [int(size) for size in rng.integers(1, 18, size=rng.integers(2, 5))]
    names = ["identity"] if nodes else [str(rng.choice(list(ACTIVATIONS))) for _ in sizes[1:]]
    layers = tuple(
        LayerShape(inputs, outputs, bool(rng.integers(2)), ACTIVATIONS[name])
        for (inputs, outputs), name in zip(pairwise(sizes), names, strict=True)
    )
    n, size = int(rng.integers(2, 300)), sum(layer.size for layer in layers)
    return Problem(
        input=rng.normal(size=(n, sizes[0])) * float(rng.choice([1.0, 1.0, 1e150])), goal=rng.normal(size=(n, sizes[-1])),
        layers=layers, rule=as_rule(str(rng.choice(["plain", "momentum", "adam"]))), alpha=float(rng.choice([0.01, 0.1, 3.0])),
        batch=int(rng.integers(2, n + 1)), part=int(rng.integers(1, n + 2)), shuffled=bool(rng.integers(2)), seed=trial,
        mean=bool(rng.integers(2)), lanes=bool(rng.integers(2)), until_mse=float(rng.choice([-1, -1, 0.5])),
        frozen=rng.random(size) < 0.3 if rng.random() < 0.2 else None,
    )  # fmt: skip
