"""Runs that are not where they should be although their error is a small part of what it was; and healthy ones that look strange.

What is left is known from NumPy's eigenvectors of the inputs' second moment: along each, 1 − alpha·λ to the power of the steps.
"""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from verdicts.generated import Rng

import nodescope as ns

Made = tuple[dict[str, Any], bool]
"""A recipe, and whether it is unfinished."""
UNFINISHED = {"ill-conditioned", "slow convergence", "not converged"}


def left_along(recipe: dict[str, Any]) -> np.ndarray:
    """Distance from the best weights along each direction at the end, ÷ the smaller of that at the start and the best weights'."""
    x = np.column_stack([recipe["input"], np.ones(len(recipe["input"]))]) if recipe.get("bias") is not None else recipe["input"]
    values, vectors = np.linalg.eigh(x.T @ x / len(x))
    best = np.linalg.lstsq(x, recipe["goal"], rcond=None)[0]
    start = np.append(recipe["weight"], recipe["bias"]) if recipe.get("bias") is not None else np.asarray(recipe["weight"])
    away, size = vectors.T @ (start - best), vectors.T @ best
    end = away * (1 - recipe["alpha"] * values) ** recipe["steps"]
    return np.abs(end) / np.minimum(np.abs(away), np.abs(size))


def _line(rng: Rng) -> Made:
    """A line far from the origin: the slope is found at once, the intercept takes thousands of steps."""
    n, first = int(rng.integers(20, 200)), float(rng.uniform(0, 50))
    x = first + np.arange(float(n))
    goal = rng.uniform(1, 5) * x + rng.uniform(2, 9)
    limit = 2 / float(np.linalg.eigvalsh(np.column_stack([x, np.ones(n)]).T @ np.column_stack([x, np.ones(n)]) / n)[-1])
    steps = int(10.0 ** rng.uniform(1.5, 4.5))
    return {
        "input": x[:, None], "goal": goal, "weight": rng.uniform(-1, 1, 1), "bias": float(rng.uniform(-1, 1)), "batch": "all",
        "alpha": limit * rng.uniform(0.2, 0.9), "steps": steps,
    }, True  # fmt: skip


def _far_start(rng: Rng) -> Made:
    """A start a million times as far as the goals are: a hundredth of that is far."""
    d = int(rng.integers(1, 4))
    x = rng.normal(size=(20, d))
    goal = x @ rng.uniform(0.5, 2, size=d)
    limit = 2 / float(np.linalg.eigvalsh(x.T @ x / 20)[-1])
    start = 10.0 ** rng.uniform(4, 7) * rng.choice([-1, 1], size=d)
    return {
        "input": x, "goal": goal, "weight": start, "batch": "all", "alpha": limit * rng.uniform(0.05, 0.4),
        "steps": int(rng.integers(10, 120)),
    }, True  # fmt: skip


def _two_units(rng: Rng) -> Made:
    """Two inputs of different units and goals without noise: most of the error goes with the large one."""
    x = rng.normal(size=(30, 2)) * [1.0, 10.0 ** rng.uniform(1, 2.5)]
    goal = x @ rng.uniform(0.5, 2, size=2)
    limit = 2 / float(np.linalg.eigvalsh(x.T @ x / 30)[-1])
    return {
        "input": x, "goal": goal, "weight": np.zeros(2), "batch": "all", "alpha": limit * rng.uniform(0.2, 0.9),
        "steps": int(10.0 ** rng.uniform(1, 4)),
    }, True  # fmt: skip


def _given_time(rng: Rng) -> Made:
    """The same stiff and far ones, with all the steps that they need."""
    recipe, _ = (_line, _far_start, _two_units)[rng.integers(3)](rng)
    for _ in range(40):
        if float(left_along(recipe).max()) < 1e-3:
            break
        recipe["steps"] *= 2
    return recipe, False


def _sparse(rng: Rng) -> Made:
    """Rows with one input each, one at a time: the last example moves a single weight."""
    d = int(rng.integers(2, 8))
    x = np.eye(d)[rng.permutation(np.arange(4 * d) % d)] * rng.uniform(0.5, 2, size=(4 * d, 1))
    goal = x @ rng.uniform(-2, 2, size=d)
    return {"input": x, "goal": goal, "weight": np.zeros(d), "alpha": 0.3, "epochs": 200}, False


def _steady_column(rng: Rng) -> Made:
    """A column that never varies, beside others, and goals that do not need it."""
    x = np.column_stack([rng.normal(size=25), np.full(25, rng.uniform(0.5, 2))])
    return {"input": x, "goal": 2 * x[:, 0] + 1, "weight": np.zeros(2), "batch": "all", "alpha": 0.3, "steps": 800}, False


def _one_example(rng: Rng) -> Made:
    x = rng.normal(size=(1, int(rng.integers(2, 9))))
    return {
        "input": x,
        "goal": rng.normal(size=1),
        "weight": rng.normal(size=x.shape[1]),
        "alpha": 0.5 / float((x**2).sum()),
    }, False


def _other_units(rng: Rng) -> Made:
    """Inputs and goals of any size that squares can have."""
    size, units = 10.0 ** rng.uniform(-60, 60, size=2)
    x = rng.normal(size=(12, 2))
    limit = 2 / float(np.linalg.eigvalsh(x.T @ x / 12)[-1])
    goal = x @ [1.0, -2.0] * units
    alpha = limit / 2 / size / size
    return {"input": x * size, "goal": goal, "weight": np.zeros(2), "batch": "all", "alpha": alpha, "steps": 3000}, False


def _at_its_goal(rng: Rng) -> Made:
    """It starts where it belongs, or nearly."""
    x, weights = rng.normal(size=(15, 2)), rng.uniform(0.5, 2, size=2)
    start = weights * (1 + rng.choice([0.0, 1e-14]))
    return {"input": x, "goal": x @ weights, "weight": start, "batch": "all", "alpha": 0.3, "steps": 50}, False


def _lengthening(rng: Rng) -> Made:
    """One at a time, each step lengthens the error of its own example, and the epoch shrinks it."""
    half = int(rng.integers(20, 60))
    x = np.arange(-float(half), float(half))
    alpha = rng.uniform(4.2, 6.0) / half**2
    return {"input": x[:, None], "goal": 20 * x + 5, "weight": [0.5], "bias": -0.3, "alpha": alpha, "epochs": 400}, False


KINDS: dict[str, Callable[[Rng], Made]] = {
    "unfinished: a line far off": _line,
    "unfinished: a far start": _far_start,
    "unfinished: two units": _two_units,
    "strange: given time": _given_time,
    "strange: sparse rows": _sparse,
    "strange: a constant column": _steady_column,
    "strange: one example": _one_example,
    "strange: other units": _other_units,
    "strange: at its goal": _at_its_goal,
    "strange: lengthening steps": _lengthening,
}


def wrong_in(made: Made) -> list[str]:
    """What is wrong with the verdict: an unfinished run that is not called so, a healthy one with a warning; a verdict withheld."""
    recipe, unfinished = made
    diagnosis = ns.diagnose(ns.descend(**recipe))
    names = {finding.name for finding in diagnosis.findings}
    loud = {finding.name for finding in diagnosis.findings if finding.severity != "note"}
    wrong = ["missed: nothing is said of what is left"] if unfinished and not names & UNFINISHED else []
    wrong += [f"false alarm {name!r}" for name in sorted(loud - (UNFINISHED if unfinished else set()))]
    wrong += ["false alarm: it is there"] if not unfinished and names & UNFINISHED else []
    return wrong + (["withheld"] if diagnosis.withheld else [])


def generate(count: int, seed: int) -> Iterator[tuple[str, Made]]:
    """So many runs of all kinds in turn; of the unfinished only those of which 3 % is left along some direction, clearly."""
    rng = np.random.default_rng(seed)
    names = list(KINDS)
    for i in range(count):
        kind = names[i % len(names)]
        recipe, unfinished = KINDS[kind](rng)
        if unfinished and not float(left_along(recipe).max()) > 0.03:
            unfinished = False
            if float(left_along(recipe).max()) > 3e-3:
                continue  # too near the border to judge
        yield kind, (recipe, unfinished)
