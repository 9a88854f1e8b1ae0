"""Remedies that name a number, applied: runs made sick in a known way, what the remedy says is done, and the finding has to go.

Each kind makes a run, reads the numbers out of the remedy as a person would, and makes the run that it asks for.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from verdicts.generated import Rng, _node, _problem

import nodescope as ns

NUMBER = r"(\d[\d,]*\.?\d*(?:e[+-]?\d+)?)"


@dataclass(frozen=True)
class Remedied:
    """One run before and after: the finding, the remedy that was read, and whether it did what it says."""

    kind: str
    remedy: str
    worked: bool


def numbers(pattern: str, text: str) -> list[float]:
    """The numbers that stand where # stands in a pattern; none where it does not occur."""
    found = re.search(pattern.replace("#", NUMBER), text)
    return [] if found is None else [float(part.rstrip(",.").replace(",", "")) for part in found.groups()]


def remedy_of(recipe: dict[str, Any], name: str) -> str:
    """The remedy of a finding; empty where it is not made."""
    return next((f.remedy for f in ns.diagnose(ns.descend(**recipe)).findings if f.name == name), "")


def cured(recipe: dict[str, Any], *names: str) -> bool:
    """Whether none of these is found in a run."""
    diagnosis = ns.diagnose(ns.descend(**recipe))
    return not diagnosis.withheld and not {"diverges", *names} & {finding.name for finding in diagnosis.findings}


SLOW = ("slow convergence", "not converged", "ill-conditioned")


def _too_large(rng: Rng) -> tuple[str, bool]:
    x, goal, limit = _problem(rng)
    batch: Any = rng.choice(["all", "1", "3"])
    recipe = {"input": x, "goal": goal, "batch": batch if batch == "all" else int(batch), "alpha": limit * 60.0, "epochs": 8}
    remedy = remedy_of(recipe, "diverges")
    (most,) = numbers(r"below # holds", remedy) or [np.nan]
    return remedy, cured({**recipe, "alpha": most * 0.98}) and not cured({**recipe, "alpha": most * 1.02})


def _wrong_sign(rng: Rng) -> tuple[str, bool]:
    x, goal, limit = _problem(rng)
    recipe = {"input": x, "goal": goal, "batch": "all", "alpha": -limit * rng.uniform(0.01, 0.8), "steps": 50}
    remedy = remedy_of(recipe, "wrong sign")
    (most,) = numbers(r"below #", remedy) or [np.nan]
    return remedy, cured({**recipe, "alpha": 0.5 * most, "steps": 5000}, "wrong sign", *SLOW)


def _no_alpha(rng: Rng) -> tuple[str, bool]:
    x, goal, _ = _problem(rng)
    recipe = {"input": x, "goal": goal, "batch": "all", "alpha": 0.0, "steps": 50}
    remedy = remedy_of(recipe, "alpha is zero")
    (good,) = numbers(r"Half the limit, #,", remedy) or [np.nan]
    return remedy, cured({**recipe, "alpha": good, "steps": 5000}, "alpha is zero", *SLOW)


def _at_limit(rng: Rng) -> tuple[str, bool]:
    x = float(2.0 ** rng.integers(-8, 8))
    recipe = {"weight": float(rng.normal()), "input": x, "goal": float(rng.normal()), "alpha": 2 / (x * x), "steps": 50}
    remedy = remedy_of(recipe, "marginal")
    (good,) = numbers(r"Half the limit, #,", remedy) or [np.nan]
    return remedy, cured({**recipe, "alpha": good}, "marginal", *SLOW)


def _slow(rng: Rng) -> tuple[str, bool]:
    x, goal, limit = _problem(rng)
    steps = int(rng.integers(5, 300))
    recipe = {"input": x, "goal": goal, "batch": "all", "alpha": limit / steps / rng.uniform(20, 1000), "steps": steps}
    remedy = remedy_of(recipe, "slow convergence")
    good, many = numbers(r"Alpha # would do it in about # step", remedy) or [np.nan, 0]
    return remedy, cured({**recipe, "alpha": good, "steps": int(np.ceil(many * 1.02)) + 1}, *SLOW)


def _stopped(rng: Rng) -> tuple[str, bool]:
    """On its way, by any rule and order that has a closed form; a little less than what is asked for must not do."""
    x, goal, limit = _problem(rng, rng.choice([0.0, 0.2]))
    rule, batch = [("plain", "all"), ("momentum", "all"), ("nesterov", "all"), ("plain", 1)][rng.integers(4)]
    alpha = limit * rng.uniform(0.05, 0.4) if batch == "all" else rng.uniform(0.05, 0.3) / float((x * x).sum(axis=1).max())
    recipe = {"input": x, "goal": goal, "batch": batch, "rule": rule, "alpha": alpha}
    for steps in (4, 8, 16, 32):
        steps *= 1 if batch == "all" else len(x)
        remedy = remedy_of({**recipe, "steps": steps}, "not converged")
        if more := numbers(r"about # step", remedy):
            enough, few = steps + int(np.ceil(1.02 * more[0])) + 1, steps + int(0.8 * more[0]) - 2
            return remedy, cured({**recipe, "steps": enough}, *SLOW) and (
                few <= steps or not cured({**recipe, "steps": few}, *SLOW)
            )
    return "", True


def _wild_units(rng: Rng) -> tuple[str, bool]:
    """An input thousands of times as large as another: standardised, with the alpha and the steps that are named."""
    n = int(rng.integers(12, 40))
    x = rng.normal(size=(n, 2)) + rng.normal(size=2)
    goal = x @ rng.uniform(0.5, 2, size=2) + 0.1 * rng.normal(size=n) + rng.normal()
    x = x * [1.0, 10.0 ** rng.uniform(2, 4)]
    with_bias = np.column_stack([x, np.ones(n)])
    limit = 2 / float(np.linalg.eigvalsh(with_bias.T @ with_bias / n)[-1])
    alpha = limit * rng.choice([0.5, 3.0])
    recipe = {"input": x, "goal": goal, "bias": True, "batch": "all", "alpha": alpha, "steps": 60}
    remedy = remedy_of(recipe, "ill-conditioned")
    good, many = numbers(r"alpha #, all examples in a step, then takes about # step", remedy) or [np.nan, 0]
    scaled = (x - x.mean(axis=0)) / x.std(axis=0)
    return remedy, cured({**recipe, "input": scaled, "alpha": good, "steps": int(np.ceil(1.05 * many)) + 1}, *SLOW)


def _noisy(rng: Rng) -> tuple[str, bool]:
    d = int(rng.integers(2, 5))
    x = rng.normal(size=(3 * d + 4, d))
    goal = x.sum(axis=1) + 2 * rng.normal(size=len(x))
    recipe = {"input": x, "goal": goal, "alpha": 0.7 / float((x * x).sum(axis=1).max()), "epochs": 300}
    remedy = remedy_of(recipe, "noise floor")
    if not remedy:
        return "", True
    (less,) = [part / 100 for part in numbers(r"stays about # %", remedy)] or [np.nan]
    run = ns.descend(**{**recipe, "alpha": recipe["alpha"] / 10, "epochs": 3000})
    best = np.linalg.lstsq(x, goal, rcond=None)[0]
    least = float(((x @ best - goal) ** 2).mean())
    return remedy, abs((run.mse / least - 1) - less) <= 0.05 * less + 1e-9


def _short_of_goal(rng: Rng) -> tuple[str, bool]:
    node, limit = _node(rng)
    recipe = {**node, "alpha": limit * rng.uniform(0.002, 0.05)}
    finding = next((f for f in ns.diagnose(ns.descend(**recipe)).findings if f.name == "rounding floor"), None)
    if finding is None or not (told := numbers(r"alpha # would stop", finding.remedy)):
        return "", True
    (before,) = numbers(r", # doubles? short", finding.text)
    after = next((f for f in ns.diagnose(ns.descend(**{**recipe, "alpha": told[0]})).findings if f.name == "rounding floor"), None)
    return finding.remedy, after is None or numbers(r", # doubles? short", after.text)[0] < before


def _nearly_alike(rng: Rng) -> tuple[str, bool]:
    """Start weights of a thousandth of what Glorot draws, on XOR or a product: drawn as large as is named, it learns."""
    draws = [rng.standard_normal(shape) for shape in ((6, 2), (1, 6))]
    recipe = {"input": [[0, 0], [0, 1], [1, 0], [1, 1]], "goal": [0, 1, 1, 0], "batch": "all", "alpha": 1.0, "steps": 20_000}

    def started(size: float, last: float) -> dict[str, Any]:
        weights = [draws[0] * size, draws[1] * last]
        return {**recipe, "network": ns.network(weights=weights, biases=True, activations=["tanh", "sigmoid"])}

    remedy = remedy_of(started(1e-3, 1e-3), "plateau") or remedy_of(started(1e-3, 1e-3), "slow convergence")
    if not remedy:
        return "", True
    return remedy, bool(numbers(r"about # as Glorot", remedy)) and cured(started(1.0, 1.0), "plateau", "slow convergence")


KINDS: dict[str, Callable[[Rng], tuple[str, bool]]] = {
    "diverges: an alpha below": _too_large,
    "wrong sign: an alpha between": _wrong_sign,
    "alpha is zero: half the limit": _no_alpha,
    "marginal: half the limit": _at_limit,
    "slow: an alpha, in steps": _slow,
    "not converged: steps more": _stopped,
    "ill-conditioned: standardise": _wild_units,
    "noise floor: a tenth of alpha": _noisy,
    "rounding floor: an alpha": _short_of_goal,
    "plateau: larger start weights": _nearly_alike,
}


def remedied(count: int, seed: int) -> Iterator[Remedied]:
    """So many, of all kinds in turn; where the run has no such remedy there is nothing to apply, and none is given."""
    rng = np.random.default_rng(seed)
    names = list(KINDS)
    for i in range(count):
        kind = names[i % len(names)]
        remedy, worked = KINDS[kind](rng)
        if remedy or not worked:
            yield Remedied(kind, remedy, worked)
