"""Rows of many runs side by side."""

import limits
import numpy as np
from rows import Row, peers

import nodescope as ns
from nodescope.arithmetic.core import engine


def rows(quick: bool) -> list[Row]:
    runs = 100_000 if quick else 1_000_000
    return [_sweep(runs, 1000, 1e-9, 1e-8, "none ends"), _sweep(runs, 1000, 0.0, 2.0, "alpha from 0 to 2")]


def _sweep(runs: int, steps: int, low: float, high: float, which: str) -> Row:
    alphas, states = np.linspace(low, high, runs), np.full((runs, 1), 0.4)
    problem = ns.descend(weight=0.4, input=1.0, goal=0.6, alpha=0.1, steps=1).recipe.problem

    def numpy(block: int = 2000):
        def work():
            a, w, delta = alphas[:block], np.full(block, 0.4), np.empty(block)
            for _ in range(steps):
                np.subtract(w, 0.6, out=delta)
                np.multiply(delta, 1.0, out=delta)
                np.multiply(delta, a, out=delta)
                np.subtract(w, delta, out=w)

        return block * steps, work

    return Row(
        f"{runs:,} runs × {steps} steps, {which}", "run-step", runs * steps,
        lambda: engine().sweep(problem, alphas, states, steps), peers(NumPy=numpy),
        ("multiplications and additions, five a step", limits.PIPES / 5, limits.pipes()), {"NumPy": 5.0},
        "finding endings and repeats exactly: a comparison a step",
    )  # fmt: skip
