"""The core's curvature is that of its definition in Python, and both are what differences of gradients say."""

from itertools import pairwise

import numpy as np
import pytest
from conftest import cases

import nodescope as ns
from nodescope.arithmetic.core import engine
from nodescope.theory.network import Surface
from nodescope.theory.sharpness import sharpness, steepest_example

ACTIVATIONS = ["relu", "leaky-relu", "tanh", "sigmoid", "softplus", "gelu", "identity"]
DIGITS = 1e-9
"""Relative: sums of a few thousand terms in another order."""


def a_run(seed: int) -> ns.Run:
    """A random network with all that curvature depends on, one step long."""
    rng = np.random.default_rng(seed)
    sizes = [int(rng.integers(1, 11)) for _ in range(int(rng.integers(2, 5)))]
    n, k = int(rng.integers(1, 12)), sizes[-1]
    biases = [rng.normal(size=outputs) if rng.random() < 0.7 else None for outputs in sizes[1:]]
    weights = [rng.normal(size=(k, d)) * 0.7 for d, k in pairwise(sizes)]
    names = [str(rng.choice(ACTIVATIONS)) for _ in sizes[1:]]
    loss = ["squared", "squared", {"name": "huber", "threshold": 0.5}, "cross-entropy"][seed % 4]
    goal = rng.normal(size=(n, k))
    if loss == "cross-entropy":
        names[-1] = "softmax" if k > 1 else "sigmoid"
        goal = np.eye(k)[rng.integers(k, size=n)] if k > 1 else rng.integers(2, size=(n, 1)).astype(float)
    more: dict = {"frozen": [rng.random(w.shape) < 0.3 for w in weights]} if rng.random() < 0.3 else {}
    if rng.random() < 0.3:
        more["penalty"] = {"l2": 0.3}
    return ns.descend(
        network=ns.network(weights=weights, biases=biases, activations=names), input=rng.normal(size=(n, sizes[0])), goal=goal,
        alpha=1e-3, steps=1, loss=loss, batch=int(rng.integers(1, n + 1)), reduction=str(rng.choice(["mean", "sum"])), **more,
    )  # fmt: skip


def asked(run: ns.Run) -> tuple:
    problem = run.recipe.problem
    weights = run.recipe.start_weights()
    core = engine()
    if core.name == "plain":
        pytest.skip("the definition is Python's own")
    return problem, weights, core.curving(problem, weights)


def near(found: np.ndarray | float, known: np.ndarray | float) -> bool:
    return bool(np.abs(np.asarray(found) - known).max() <= DIGITS * max(1e-6, float(np.abs(known).max())))


def test_the_core_has_the_curvature_of_the_definition():
    for seed in range(cases(400)):
        problem, weights, curving = asked(a_run(seed))
        direction = np.random.default_rng(seed).normal(size=problem.size)
        assert near(curving.times(direction), Surface(problem, weights).hessian_times(direction)), seed
        assert near(curving.steepest(), steepest_example(problem, weights)), seed
        found = sharpness(problem, weights)
        assert abs(curving.sharpness() - found.value) <= 2e-6 * abs(found.value) + 1e-12, seed


def test_it_is_what_the_whole_matrix_says():
    for seed in range(cases(60)):
        problem, _, curving = asked(a_run(seed))
        matrix = np.array([curving.times(unit) for unit in np.eye(problem.size)])
        known = float(np.linalg.eigvalsh((matrix + matrix.T) / 2).max()) if problem.size else 0.0
        if problem.frozen is not None and problem.frozen.any():
            free = ~problem.frozen.ravel()
            known = float(np.linalg.eigvalsh(matrix[np.ix_(free, free)]).max()) if free.any() else 0.0
        assert abs(curving.sharpness() - known) <= 1e-8 * max(np.abs(matrix).max(), 1e-9), seed
