"""Runs of random sizes and scales whose cause is known by construction, well away from every threshold. Imports nothing of ours.

Limits are NumPy's eigenvalues; half of the runs are healthy.
"""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from verdicts.cases import Case, case

Rng = np.random.Generator


def _problem(rng: Rng, noise: float = 0.2) -> tuple[np.ndarray, np.ndarray, float]:
    """Inputs of one scale, goals, and the limit of all examples at once."""
    d = int(rng.integers(1, 6))
    n = int(rng.integers(4 * d + 4, 40))
    scale, units = 10.0 ** rng.uniform(-3, 3), 10.0 ** rng.uniform(-3, 3)
    x = rng.normal(size=(n, d))
    weights = rng.uniform(0.5, 1.5, size=d) * rng.choice([-1, 1], size=d)
    goal = (x @ weights + noise * rng.normal(size=n)) * units
    x = x * scale
    return x, goal, 2 / float(np.linalg.eigvalsh(x.T @ x / n)[-1])


def _node(rng: Rng) -> tuple[dict[str, Any], float]:
    """A single weight away from its goal, and its limit."""
    x, goal = rng.normal(size=2) * 10.0 ** rng.uniform(-3, 3, size=2)
    weight = goal / x * (1 + rng.choice([-1, 1]) * rng.uniform(0.1, 2))
    return {"weight": float(weight), "input": float(x), "goal": float(goal)}, 2 / float(x * x)


def _healthy_node(rng: Rng) -> tuple[dict[str, Any], str, str]:
    node, limit = _node(rng)
    return {**node, "alpha": limit * rng.uniform(0.05, 0.9)}, "nothing wrong", ""


def _healthy_all(rng: Rng) -> tuple[dict[str, Any], str, str]:
    x, goal, limit = _problem(rng, rng.choice([0.0, 0.2]))
    return {"input": x, "goal": goal, "batch": "all", "alpha": limit * rng.uniform(0.2, 0.9), "steps": 2000}, "nothing wrong", ""


def _healthy_one_at_a_time(rng: Rng) -> tuple[dict[str, Any], str, str]:
    x, goal, _ = _problem(rng)
    alpha = 0.01 / float((x * x).sum(axis=1).max())
    order = str(rng.choice(["given", "shuffled"]))
    return {"input": x, "goal": goal, "order": order, "alpha": alpha, "epochs": 600}, "nothing wrong", ""


def _healthy_reached(rng: Rng) -> tuple[dict[str, Any], str, str]:
    x, goal, limit = _problem(rng, 0.0)
    return (
        {"input": x, "goal": goal, "batch": "all", "alpha": limit / 2, "until_mse": float(1e-6 * (goal**2).mean())},
        "mse reached, nothing wrong",
        "",
    )


def _healthy_short(rng: Rng) -> tuple[dict[str, Any], str, str]:
    """About half of the steps that bring it to 1 %."""
    node, limit = _node(rng)
    factor = rng.uniform(0.3, 0.98)
    return (
        {**node, "alpha": limit / 2 * (1 - factor), "steps": int(np.log(0.1) / np.log(factor))},
        "not converged, nothing wrong",
        "",
    )


def _runs_away_node(rng: Rng) -> tuple[dict[str, Any], str, str]:
    node, limit = _node(rng)
    return {**node, "alpha": limit * rng.uniform(1.02, 3), "steps": int(rng.integers(3, 400))}, "diverges", ""


def _runs_away_all(rng: Rng) -> tuple[dict[str, Any], str, str]:
    x, goal, limit = _problem(rng)
    return (
        {"input": x, "goal": goal, "batch": "all", "alpha": limit * rng.uniform(1.05, 3), "steps": int(rng.integers(20, 400))},
        "diverges",
        "",
    )


def _runs_away_one_at_a_time(rng: Rng) -> tuple[dict[str, Any], str, str]:
    x, goal, _ = _problem(rng)
    return {"input": x, "goal": goal, "alpha": 2.5 / float((x * x).sum(axis=1).min()), "epochs": 3}, "diverges", ""


def _wrong_sign(rng: Rng) -> tuple[dict[str, Any], str, str]:
    x, goal, limit = _problem(rng)
    return (
        {"input": x, "goal": goal, "batch": "all", "alpha": -limit * rng.uniform(0.01, 0.8), "steps": int(rng.integers(3, 200))},
        "wrong sign",
        "",
    )


def _crawls(rng: Rng) -> tuple[dict[str, Any], str, str]:
    """At least thirty times the steps made are missing in the strongest direction."""
    x, goal, limit = _problem(rng)
    steps = int(rng.integers(5, 300))
    return (
        {"input": x, "goal": goal, "batch": "all", "alpha": limit / steps / rng.uniform(20, 1000), "steps": steps},
        "slow convergence",
        "",
    )


def _zero_input(rng: Rng) -> tuple[dict[str, Any], str, str]:
    x, goal, limit = _problem(rng)
    return (
        {"input": np.column_stack([x, 0 * goal]), "goal": goal, "batch": "all", "alpha": limit / 2, "steps": 2000},
        "zero input",
        "",
    )


def _frozen(rng: Rng) -> tuple[dict[str, Any], str, str]:
    node, limit = _node(rng)
    return {**node, "alpha": limit / 2, "frozen": True, "steps": 50}, "frozen weight", ""


def _at_the_limit(rng: Rng) -> tuple[dict[str, Any], str, str]:
    x = float(2.0 ** rng.integers(-8, 8))
    return (
        {
            "weight": float(rng.normal()),
            "input": x,
            "goal": float(rng.normal()),
            "alpha": 2 / (x * x),
            "steps": int(rng.integers(4, 500)),
        },
        "marginal",
        "",
    )


def _far_apart(rng: Rng) -> tuple[dict[str, Any], str, str]:
    """Two directions a factor of a hundred or more apart, each with its share of the goal."""
    n = int(rng.integers(10, 40))
    x = rng.normal(size=(n, 2))
    goal = x @ [1.0, 1.0]
    x = x * [1.0, 10.0 ** rng.uniform(2, 4)]
    limit = 2 / float(np.linalg.eigvalsh(x.T @ x / n)[-1])
    return (
        {"input": x, "goal": goal, "batch": "all", "alpha": limit * rng.uniform(0.3, 0.9), "steps": int(rng.integers(20, 200))},
        "ill-conditioned",
        "slow convergence",
    )


def _loud(rng: Rng) -> tuple[dict[str, Any], str, str]:
    """One at a time with alpha so large, and goals so noisy, that its cycle lies far from least squares."""
    while True:
        d = int(rng.integers(3, 6))
        x = rng.normal(size=(int(rng.integers(2 * d, 3 * d)), d))
        goal = x.sum(axis=1) + 2 * rng.normal(size=len(x))
        alpha = 0.9 / float((x * x).sum(axis=1).max())
        if _cycle_above(x, goal, alpha) > 0.4:
            return {"input": x, "goal": goal, "alpha": alpha, "epochs": 400}, "noise floor", ""


def _cycle_above(x: np.ndarray, goal: np.ndarray, alpha: float) -> float:
    weights = np.zeros(x.shape[1])
    for _ in range(100):
        for row, g in zip(x, goal, strict=True):
            weights = weights - alpha * (row @ weights - g) * row
    best = np.linalg.lstsq(x, goal, rcond=None)[0]
    least = float(((x @ best - goal) ** 2).mean())
    return float(((x @ weights - goal) ** 2).mean()) / least - 1 if np.isfinite(weights).all() else 0.0


KINDS: dict[str, Callable[[Rng], tuple[dict[str, Any], str, str]]] = {
    "healthy: one weight": _healthy_node,
    "healthy: all at once": _healthy_all,
    "healthy: one at a time": _healthy_one_at_a_time,
    "healthy: mse reached": _healthy_reached,
    "healthy: a bit short": _healthy_short,
    "diverges: one weight": _runs_away_node,
    "diverges: all at once": _runs_away_all,
    "diverges: one at a time": _runs_away_one_at_a_time,
    "wrong sign": _wrong_sign,
    "slow convergence": _crawls,
    "zero input": _zero_input,
    "frozen": _frozen,
    "marginal": _at_the_limit,
    "ill-conditioned": _far_apart,
    "noise floor": _loud,
}


def generate(count: int, seed: int) -> Iterator[tuple[str, Case]]:
    """So many cases with their kinds; as many healthy as sick."""
    rng = np.random.default_rng(seed)
    healthy = [kind for kind in KINDS if kind.startswith("healthy")]
    sick = [kind for kind in KINDS if kind not in healthy]
    for i in range(count):
        kinds = healthy if i % 2 else sick
        kind = kinds[i // 2 % len(kinds)]
        recipe, must, may = KINDS[kind](rng)
        yield kind, case(f"{kind} {i}", recipe, must, may)
