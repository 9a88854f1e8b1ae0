"""Named runs, half of them healthy, each with what an expert would say of it, worked out by hand. Imports nothing of ours."""

from typing import Any

import numpy as np
from verdicts.cases import Case, case

SEED = {"weight": 0.4, "input": 1, "goal": 0.6}
WELL = "nothing wrong"


def _seed(**more: Any) -> dict[str, Any]:
    return {**SEED, "steps": 325, **more}


def _line(n: int = 40, d: int = 3, noise: float = 0.3, seed: int = 0, scale: Any = 1.0, **more: Any) -> dict[str, Any]:
    """A straight relation with noise; inputs of deviation 1, times scale."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, d))
    return {"input": x * scale, "goal": x @ np.linspace(1, 2, d) + noise * rng.normal(size=n), **more}


def _table(rows: int, inputs: int, noise: float, seed: int = 3) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, inputs))
    return {f"x{i}": x[:, i] for i in range(inputs)} | {"y": x[:, 0] + noise * rng.normal(size=rows)}


def _fit(rows: int, inputs: int, noise: float, **more: Any) -> dict[str, Any]:
    return {"data": _table(rows, inputs, noise), "goal": "y", "holdout": 0.5, "batch": "all", **more}


def _grown(**more: Any) -> dict[str, Any]:
    """Inputs in wildly different units."""
    return _line(scale=np.array([1.0, 30.0, 1000.0]), **more)


HEALTHY = [
    case("the seed", _seed(alpha=0.1), "rounding floor, nothing wrong"),
    case("the seed for ever", {**SEED, "alpha": 0.1}, "rounding floor, nothing wrong"),
    case("the seed, alpha 0.7", _seed(alpha=0.7), "solved, nothing wrong"),
    case("one step and there", _seed(alpha=1), "solved, nothing wrong"),
    case("swings in", _seed(alpha=1.5), "oscillates, last-bit cycle, nothing wrong"),
    case("swings in, slowly", {**SEED, "alpha": 1.9}, "oscillates, nothing wrong"),
    case("mse reached", _seed(alpha=0.1, until_mse=1e-6), "mse reached, nothing wrong"),
    case("mse reached at once", _seed(weight=0.6, alpha=0.1, until_mse=1e-6), "mse reached, nothing wrong"),
    case("starts at the goal", _seed(weight=0.6, alpha=0.1), "solved, nothing wrong"),
    case("a few steps short", _seed(alpha=0.1, steps=20), "not converged, nothing wrong"),
    case("half way", _seed(alpha=0.01, steps=200), "not converged, nothing wrong"),
    case("negative input", {"weight": 1, "input": -2, "goal": 3, "alpha": 0.1}, WELL),
    case("large numbers", {"weight": 0, "input": 1e6, "goal": 3e6, "alpha": 5e-13}, WELL),
    case("small numbers", {"weight": 0, "input": 1e-6, "goal": 3e-6, "alpha": 5e11}, WELL),
    case("three inputs", {"weight": [0.4, 0.4, 0.4], "input": [1, 1, 2], "goal": 0.6, "alpha": 0.1}, WELL),
    case(
        "one frozen of two",
        {"weight": [0.4, 0.4], "input": [1, 2], "goal": 0.6, "alpha": 0.1, "frozen": [True, False]},
        f"frozen weight, {WELL}",
    ),
    case("bias frozen", _seed(alpha=0.1, bias=0.1, freeze_bias=True), f"frozen weight, {WELL}"),
    case("weight and bias", _seed(alpha=0.1, bias=True), WELL),
    case("two nodes", {"weight": [[0.4], [0.1]], "input": [2], "goal": [0.6, 0.5], "alpha": 0.1}, WELL),
    case("regression, all at once", _line(batch="all", bias=True), f"irreducible error, {WELL}"),
    case("regression without noise", _line(noise=0, batch="all", alpha=0.5), WELL),
    case("regression, one at a time", _line(alpha=0.002, epochs=400, bias=True), f"irreducible error, {WELL}"),
    case("regression, shuffled", _line(alpha=0.002, epochs=400, order="shuffled"), f"irreducible error, {WELL}"),
    case("regression, in fives", _line(alpha=0.01, epochs=300, batch=5), f"irreducible error, {WELL}"),
    case("regression, in fives, shuffled", _line(alpha=0.01, epochs=300, batch=5, order="shuffled"), f"irreducible error, {WELL}"),
    case("regression, momentum", _line(batch="all", rule="momentum", alpha=0.1, steps=600), f"irreducible error, {WELL}"),
    case("regression, nesterov", _line(batch="all", rule="nesterov", alpha=0.1, steps=600), f"irreducible error, {WELL}"),
    case("regression, adam", _line(batch="all", rule="adam", alpha=0.05, steps=3000), f"irreducible error, {WELL}"),
    case("regression, summed", _line(batch="all", reduction="sum", alpha=0.01, steps=500), f"irreducible error, {WELL}"),
    case(
        "why squares", {"weight": 2, "input": [1, -1], "goal": [0, 0], "alpha": 0.1, "batch": "all"}, "errors cancel, nothing wrong"
    ),
    case("consistent examples", {"input": [[1, 0], [0, 2], [1, 1]], "goal": [1, 4, 3], "alpha": 0.2}, WELL),
    case("schedule", _seed(alpha=list(np.full(200, 0.1)), steps=200), WELL),
    case("table, fitted", _fit(200, 3, 0.5), f"irreducible error, {WELL}"),
    case("more inputs than rows", _line(n=4, d=9, noise=0, batch="all", steps=3000), WELL),
    case("unscaled, but given time", _line(scale=np.array([1.0, 3.0, 1.0]), batch="all", steps=5000), f"irreducible error, {WELL}"),
]

SICK = [
    case("alpha just above its limit", _seed(alpha=2.01), "diverges"),
    case("alpha far too large", {**SEED, "alpha": 5}, "diverges"),
    case("diverged", {**SEED, "alpha": 2.5}, "diverges"),
    case(
        "too large for three inputs", {"weight": [0.4] * 3, "input": [1, 2, 3], "goal": 0.6, "alpha": 0.2, "steps": 50}, "diverges"
    ),
    case("too large for the bias", _seed(alpha=1.1, bias=True, steps=50), "diverges"),
    case("too large for all at once", _line(batch="all", alpha=5, steps=100), "diverges"),
    case("too large, one at a time", _line(alpha=2, epochs=5), "diverges"),
    case("between the islands", {"input": [1, 3], "goal": [1, 2], "alpha": 0.5, "epochs": 20}, "diverges"),
    case("too large, shuffled", _line(alpha=20, epochs=5, order="shuffled"), "diverges"),
    case("too large, summed", _line(batch="all", reduction="sum", alpha=0.5, steps=60), "diverges"),
    case("too large for momentum", _seed(alpha=4, rule="momentum", steps=200), "diverges"),
    case("schedule too large", _seed(alpha=[3.0] * 60, steps=60), "diverges"),
    case("marginal", _seed(alpha=2), "marginal"),
    case("marginal of two", {"weight": [1.0, 0.5], "input": [1, 1], "goal": 0, "alpha": 1, "steps": 100}, "marginal"),
    case("wrong sign", _seed(alpha=-0.1), "wrong sign"),
    case("wrong sign, diverged", {**SEED, "alpha": -3}, "wrong sign"),
    case("wrong sign, all at once", _line(batch="all", alpha=-0.1, steps=50), "wrong sign"),
    case("wrong sign, one at a time", _line(alpha=-0.01, epochs=3), "wrong sign"),
    case("alpha 0", _seed(alpha=0), "alpha is zero"),
    case("alpha 0 for all", _line(batch="all", alpha=0, steps=5), "alpha is zero"),
    case("input 0", {"weight": 0.5, "input": 0, "goal": 1, "alpha": 0.1, "steps": 10}, "zero input"),
    case("a column of 0", _line(batch="all", scale=np.array([1.0, 0.0, 1.0])), "zero input"),
    case("everything frozen", _seed(alpha=0.1, frozen=True), "frozen weight"),
    case("crawls", _seed(alpha=0.001), "slow convergence"),
    case("hardly moves", _seed(alpha=1e-9), "slow convergence"),
    case("crawls, all at once", _line(batch="all", alpha=1e-4, steps=100), "slow convergence"),
    case("crawls, one at a time", _line(alpha=1e-6, epochs=10), "slow convergence"),
    case("crawls, shuffled", _line(alpha=1e-6, epochs=10, order="shuffled"), "slow convergence"),
    case("ran out of time at once", {**SEED, "alpha": 1e-5, "time_limit": 0.0}, "slow convergence"),
    case("stops early by rounding", {"weight": 1.0, "input": 1, "goal": 1.001, "alpha": 1e-14}, "rounding floor"),
    case("units far apart", _grown(batch="all", steps=300), "ill-conditioned", "slow convergence"),
    case("units far apart, one at a time", _grown(alpha=3e-7, epochs=10), "ill-conditioned", "slow convergence"),
    case("goes round far from the best", _line(noise=2, alpha=0.25, epochs=300), "noise floor"),
    case("goes round far from the best, shuffled", _line(noise=2, alpha=0.2, epochs=300, order="shuffled"), "noise floor"),
    case("overfitted", _fit(40, 17, 1.0, steps=20_000), "overfitting", "ill-conditioned"),
    case("numbers too large", {"weight": 1e200, "input": 1e150, "goal": 0, "alpha": 1e-301}, "overflow"),
    case("contradiction", {"input": [1, 1], "goal": [0, 1], "alpha": 0.1, "batch": "all"}, "irreducible error, errors cancel"),
    case(
        "only errors that cancel",
        {"input": [1, 1], "goal": [-2, 2], "alpha": 0.1, "batch": "all"},
        "irreducible error, errors cancel",
    ),
]

CASES: list[Case] = HEALTHY + SICK
