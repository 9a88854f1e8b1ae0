"""Runs whose pages are looked at, and that what stands in a page's table is the trace's bits."""

from collections.abc import Callable
from typing import Any

import numpy as np
from browser.conftest import go

import nodescope as ns

SEED = {"weight": 0.4, "input": 1, "goal": 0.6}
Open = Callable[..., Any]


def seed(**more: Any) -> ns.Run:
    return ns.descend(**{**SEED, "alpha": 0.1, "steps": 325, **more})


def exact(page: Any) -> dict[tuple[str, str], str]:
    """Every number of the step in view, as it stands in the table: (quantity, of what) → text."""
    cells = page.locator("td.exact")
    cells.first.wait_for()
    rows = cells.evaluate_all("all => all.map(c => [c.dataset.quantity, c.dataset.of, c.textContent])")
    return {(quantity, of): text for quantity, of, text in rows}


def as_python(value: float) -> str:
    return repr(float(value))


def same_as_the_trace(page: Any, run: ns.Run, step: int) -> None:
    go(page, step)
    numbers, told = exact(page), run.trace[step]
    for name in ("weight", "prediction", "goal", "delta", "mse", "weighted_delta", "alpha_delta", "new_weight"):
        shown = [text for (quantity, _), text in numbers.items() if quantity == name.replace("_", " ")]
        expected = [as_python(v) for v in np.ravel(told[name])]
        if name in ("prediction", "goal", "delta"):
            expected = [text for text in expected if text != "nan"]  # a last batch that is short
        bias = {"weight": "bias", "weighted_delta": "bias_weighted_delta", "alpha_delta": "bias_delta", "new_weight": "new_bias"}
        if name in bias and bias[name] in told.columns:
            outputs = np.ravel(told[bias[name]])
            blocks = np.reshape(told[name], (len(outputs), -1))
            expected = [as_python(v) for row, b in zip(blocks, outputs, strict=True) for v in [*row, b]]
        assert shown == expected, (name, step)


RUNS = {
    "seed": seed,
    "settled long ago": lambda: seed(steps=10**9),
    "cycling": lambda: seed(alpha=1.5, steps=10**6),
    "diverged": lambda: ns.descend(**SEED, alpha=2.5),
    "several inputs": lambda: ns.descend(weight=[0.4, 0.1, -1.0], input=[1, 0, 2.5], goal=0.6, alpha=0.1, bias=True, steps=40),
    "momentum, two nodes": lambda: ns.descend(
        weight=[[0.4, 1], [2, 3]], input=[[1, 2], [3, 4]], goal=[[1, 2], [3, 4]], alpha=0.01, rule="momentum", steps=60
    ),
    "adam": lambda: seed(rule="adam", steps=100),
    "shuffled batches": lambda: ns.descend(
        input=np.arange(14.0).reshape(7, 2), goal=np.arange(7.0), alpha=0.001, batch=3, order="shuffled", seed=5, epochs=9
    ),
    "frozen, lanes, summed": lambda: ns.descend(
        weight=np.ones(9), input=np.eye(9), goal=np.arange(9.0), alpha=0.05, batch="all", reduction="sum", summation="lanes",
        frozen=np.arange(9) % 2 == 0, steps=30,
    ),
    "schedule": lambda: ns.descend(**SEED, alpha=[0.5, 0.25, 0.1, 0.05]),
}  # fmt: skip
NETWORKS = {
    "small": lambda: ns.descend(
        network=ns.network([2, 3, 1], seed=2), input=[[0, 1], [1, 1], [2, -1]], goal=[1, 0, 0.5], alpha=0.1, batch=2, steps=50
    ),
    "adamw, relu, two outputs": lambda: ns.descend(
        network=ns.network([3, 5, 4, 2], activation="relu"), input=np.arange(12.0).reshape(4, 3) / 10, goal=np.eye(4)[:, :2],
        alpha=ns.schedule("cosine", start=0.05, end=0.001, steps=80), rule={"name": "adamw", "epsilon_inside": True},
        order="shuffled", seed=3, steps=80,
    ),
    "gelu, softplus, huber, one after another": lambda: ns.descend(
        network=ns.network([2, 4, 4, 1], activation="gelu", output_activation="softplus"), input=np.arange(10.0).reshape(5, 2) / 5,
        goal=np.arange(5.0), alpha=0.05, loss={"name": "huber", "threshold": 0.5}, update_order="sequential", batch="all", steps=60,
        frozen=[True, None, None], summation="lanes",
    ),
}  # fmt: skip


def table() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(3)
    inputs = rng.normal(size=(12, 3)) * [1, 2, 0.6]
    return inputs, inputs @ [1, -0.5, 2] + rng.normal(size=12) * 0.5
