"""How many more steps are said to be missing, of plain, momentum and Nesterov steps: held against whole numbers of 2⁻²²⁰.

Inputs stand at right angles, so that each direction is a recurrence of its own: v ← m·v + λ·e, e ← e − alpha·v (Nesterov:
alpha·(λ·e + m·v)). The oracle steps it until nothing that is above a hundredth can come any more.
"""

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import numpy as np
from verdicts.generated import Rng
from verdicts.withheld import BITS, _whole

import nodescope as ns

Made = dict[str, Any]
LEFT = ("not converged", "slow convergence", "ill-conditioned")
FACTOR = 0.9
"""Of momentum, for all."""
QUIET = 1e-6
"""Of the start: with error and memory below it, what is above a hundredth never comes again."""
MOST = 200_000


def errors_of(recipe: Made, column: int) -> Iterator[tuple[float, bool]]:
    """Error of one weight ÷ the smaller of its start's and its best value, after each step; whether it is quiet for good."""
    x, goal = np.asarray(recipe["input"]), np.asarray(recipe["goal"])
    row = int(np.flatnonzero(x[:, column])[0])
    unit, one = _whole(x[row, column]), 1 << BITS
    best = (_whole(goal[row]) << BITS) // unit
    error, memory = _whole(recipe["weight"][column]) - best, 0
    strength = (unit * unit >> BITS) // len(x)
    scale = min(abs(error), abs(best))
    momentum = 0 if recipe["rule"] == "plain" else _whole(FACTOR)
    alpha = _whole(recipe["alpha"])
    while True:
        quiet = abs(error) < QUIET * scale and (not momentum or abs(memory * alpha >> BITS) < QUIET * scale)
        yield error / scale, quiet
        pull = strength * error >> BITS
        memory = pull + (momentum * memory >> BITS)
        step = pull + (momentum * memory >> BITS) if recipe["rule"] == "nesterov" else memory
        error -= alpha * step // one


def true_steps(recipe: Made) -> int | None:
    """Updates after which a hundredth or less is left along each direction, and stays so; None beyond what is looked at."""
    needed = 0
    for column in range(len(recipe["weight"])):
        last = -1
        for step, (left, quiet) in enumerate(errors_of(recipe, column)):
            if quiet:
                break
            last = step if abs(left) > 0.01 else last
            if step > MOST:
                return None
        needed = max(needed, last + 1)
    return needed


def turns(recipe: Made) -> int:
    """How often an error changes its sign on the way, at most of all directions; below a thousandth it is not looked at."""
    most = 0
    for column in range(len(recipe["weight"])):
        signs = []
        for left, quiet in errors_of(recipe, column):
            if quiet:
                break
            signs += [left > 0] if abs(left) > 1e-3 else []
        most = max(most, sum(a != b for a, b in pairwise(signs)))
    return most


def _made(rng: Rng, rule: str, d: int, within: float) -> Made:
    sizes = rng.uniform(0.3, 1.0, size=d) * 10.0 ** rng.uniform(-2, 2)
    best = rng.uniform(0.5, 2, size=d) * rng.choice([-1, 1], size=d) * 10.0 ** rng.uniform(-3, 3)
    start = best * (1 + rng.choice([-1, 1], size=d) * rng.uniform(0.3, 3, size=d))
    limit = {"plain": 2.0, "momentum": 2 * (1 + FACTOR), "nesterov": 2 * (1 + FACTOR) / (1 + 2 * FACTOR)}[rule]
    alpha = float(limit * within / (sizes.max() ** 2 / d))
    recipe = {"input": np.diag(sizes), "goal": sizes * best, "weight": start, "rule": rule, "alpha": alpha, "batch": "all"}
    return recipe | {"steps": int(rng.integers(1, 60))}


KINDS: dict[str, Callable[[Rng], Made]] = {
    f"{rule}: {name}": lambda rng, rule=rule, d=d, low=low, high=high: _made(rng, rule, d, 10.0 ** rng.uniform(low, high))
    for rule in ("plain", "momentum", "nesterov")
    for name, d, low, high in (("one weight", 1, -3, -0.05), ("several", 3, -2, -0.05), ("passes its goal", 1, -1.2, -0.05))
}


def wrong_in(recipe: Made) -> list[str]:
    """Steps that are said to be missing and are not these; or that nothing is missing, where something is."""
    run = ns.descend(**recipe)
    needed = true_steps(recipe)
    if needed is None or run.ending is not ns.Ending.STEPS_USED:
        return []
    found = ns.diagnose(run)
    told = next((finding for finding in found.findings if finding.name in ("not converged", "slow convergence")), None)
    missing = max(0, needed - recipe["steps"])
    wrong = [] if not found.withheld else ["false alarm: withheld"]
    if told is None:
        wrong += [f"missed: {missing} steps are missing"] if missing > 1 else []
    elif missing == 0 and needed != recipe["steps"]:
        wrong += [f"false alarm: {told.name}"]
    elif told.predicted is None or abs(told.predicted - missing) > 1:
        wrong += [f"missed: {told.predicted} steps told, {missing} true"]
    return wrong + list(_foretold_wrongly(recipe))


def _foretold_wrongly(recipe: Made) -> Iterator[str]:
    """A forecast that converges steadily of a run that passes its goal, or one that comes back of one that never does."""
    foretold, passes = ns.forecast(**recipe), turns(recipe)
    if foretold.regime == "converges":
        comes_back = "comes back" in str(foretold)
        if passes > 1 and not comes_back:
            yield f"missed: it passes its goal {passes} times: {foretold}"
        if passes == 0 and comes_back:
            yield f"false alarm: it never passes its goal: {foretold}"


def generate(count: int, seed: int) -> Iterator[tuple[str, Made]]:
    """So many, of all kinds in turn."""
    rng = np.random.default_rng(seed)
    names = list(KINDS)
    for i in range(count):
        kind = names[i % len(names)]
        yield kind, KINDS[kind](rng)
