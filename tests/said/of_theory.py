"""Numbers that theory gives, part by part, of problems of every kind: what forecasts and verdicts are made of."""

import itertools
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
from said.documents import given
from said.runs import SEED, SETTINGS

import nodescope as ns
from nodescope.arithmetic.rules import as_rule
from nodescope.run.making import make_recipe
from nodescope.theory import (
    automatic,
    doubled,
    least_squares,
    likelihood,
    limits,
    linear,
    margins,
    moments,
    newton,
    penalised,
    sharpness,
    spectrum,
    stall,
    stepped,
)
from nodescope.theory.epoch import Epoch
from nodescope.theory.epoch_exact import moved_exactly
from nodescope.theory.epoch_path import path
from nodescope.theory.epoch_rounding import carried_roundings
from nodescope.theory.epoch_stability import Stability

Made = tuple[str, Callable[[], Any]]
_RNG = np.random.default_rng(SEED)
X, GOAL, START = _RNG.normal(size=(9, 3)), _RNG.normal(size=(9, 2)), _RNG.normal(size=(3, 2))
RULES = ("plain", {"name": "momentum", "momentum": 0.5}, {"name": "nesterov", "momentum": 0.8})


def theory() -> Iterator[Made]:
    """Of one weight, of epochs, of the way down, of limits, of classes, of large tables."""
    nodes = itertools.product((1e-3, 0.1, 0.7), (1.0, 0.3, -1.1), (0.6, -1.0, 1e-5))
    for alpha, x, goal in nodes:
        node = stall.OneWeight(x, goal, alpha)
        yield f"theory: one weight, {alpha} {x} {goal}", lambda node=node: of_one_weight(node)
    for batch, alpha, mean in itertools.product((1, 2, 4), (0.01, 0.2, 3.0), (True, False)):
        yield f"theory: epoch, {batch} {alpha} {mean}", partial(of_epoch, batch, alpha, mean)
    for number, rule in enumerate(RULES):
        yield f"theory: limits, {number}", lambda rule=rule: of_rule(rule)
    for name, keywords in PROBLEMS.items():
        yield f"theory: {name}", lambda keywords=keywords: of_problem(keywords)
    yield "theory: pairs of doubles", of_pairs
    yield "theory: tables", of_tables


def of_one_weight(node: stall.OneWeight) -> Any:
    ends = [stall.stall(node, start) for start in (0.0, 0.4, -3.0, 1e6)]
    return {
        "ends": [None if end is None else end.hex() for end in ends],
        "steps": [None if end is None else stall.steps_until(node, 0.4, end) for end in ends],
        "before": [None if end is None else stall.before(end, 0.4, 5).hex() for end in ends],
        "within": [stall._steps_within(0.01, far, near) for far, near in ((9000.0, 3.0), (50.0, 0.2), (7000.0, 6800.0))],
    }


def of_epoch(batch: int, alpha: float, mean: bool) -> Any:
    epoch = Epoch(X, batch, mean, exact=(X, np.eye(3)))
    way, stability = path(epoch, alpha, GOAL), Stability(epoch)
    return {
        "carried": epoch.carry(alpha, START, GOAL), "exactly": moved_exactly(epoch, alpha, START, GOAL),
        "matrix": epoch.matrix(alpha),
        "radius": epoch.radius(alpha), "of one": epoch.radius_of_one(np.array([alpha, 2 * alpha])), "shift": epoch.shift(alpha),
        "moments": epoch.moments, "lengthens": epoch.lengthens(alpha), "roundings": carried_roundings(epoch, alpha, START, GOAL),
        "stable": [stability.surely_stable, stability.surely_unstable, [list(pair) for pair in stability.ranges]],
        "grid": [len(stability._grid()), *stability._grid()[[0, 1, -1]]], "candidates": len(stability._candidates()),
        "way": [[way.mse(t), way.missing(t)] for t in (0, 1, 2, 7, 300)], "end": way.end_mse, "cycle": way.cycle,
        "after": way.after(3),
        "epochs": [[given(lambda s=s: way.epochs_to(s * way.mse(0))), way.epochs_until_missing(s)] for s in (0.9, 0.5, 0.1, 1e-6)],
    }  # fmt: skip


def of_rule(name: Any) -> Any:
    rule, products = as_rule(name), np.array([0.0, 0.3, 1.0, 1.9, 2.1, 4.0, 1e120])
    found = limits.roots(rule, products)
    return {
        "momentum": limits.momentum_of(rule), "factor": limits.limit_factor(rule),
        "limit": [limits.limit(rule, c) for c in (0.5, 4.0)],
        "roots": [[complex(r).real, complex(r).imag] for r in [*found.larger[:6], *found.smaller[:6]]], "signed": found.signed[:6],
        "turning": found.turning, "first": found.first[:6],
        "entering": [limits.limit_times_curvature(m, nesterov=n, entering=0.3) for m in (0.0, 0.9) for n in (True, False)],
    }  # fmt: skip


_SIDES = {"input": X[:, :2], "goal": (X[:, 0] + 0.3 * X[:, 1] > 0.2).astype(int), "bias": True, "alpha": 0.1}
_MIXED = _SIDES | {"goal": [0, 1, 0, 1, 1, 0, 1, 0, 1]}
_BENT = {"tanh": "squared", "sigmoid": "huber", "relu": "absolute", "softplus": "squared", "gelu": "huber"}
PROBLEMS: dict[str, dict[str, Any]] = SETTINGS | {
    "two outputs": {"input": X, "goal": GOAL, "alpha": 0.1, "batch": "all"},
    "two outputs, in order": {"input": X, "goal": GOAL, "alpha": 0.1},
    "two outputs, two at a time, added": {"input": X, "goal": GOAL, "alpha": 0.02, "batch": 2, "reduction": "sum"},
    "momentum": {"input": X, "goal": GOAL[:, 0], "alpha": 0.1, "batch": "all", "rule": RULES[1]},
    "nesterov": {"input": X, "goal": GOAL[:, 0], "alpha": 0.1, "batch": "all", "rule": RULES[2]},
    "some frozen": {"input": X, "goal": GOAL, "alpha": 0.1, "frozen": [[True, False, False], [False, False, True]]},
    "classes": _MIXED | {"loss": "cross-entropy"},
    "classes apart": _SIDES | {"loss": "cross-entropy"},
    "three classes": _MIXED | {"loss": "cross-entropy", "goal": [0, 1, 2, 0, 1, 2, 0, 1, 2], "penalty": {"l2": 0.1}},
    "hinge": _MIXED | {"loss": "hinge"},
    "perceptron": _SIDES | {"loss": "perceptron"},
    "absolute": _MIXED | {"loss": "absolute", "batch": "all"},
    "a lasso": {"input": X, "goal": GOAL, "alpha": 0.1, "batch": "all", "penalty": {"l1": 0.2, "l2": 0.1}},
    **{
        f"layers, {bent}, {loss}": {
            "network": ns.network([3, 4, 2], activation=bent, seed=5), "input": X, "goal": GOAL, "loss": loss,
        }
        for bent, loss in _BENT.items()
    },
}  # fmt: skip


def of_problem(keywords: dict[str, Any]) -> Any:
    recipe = make_recipe(**keywords)
    problem, start = recipe.problem, recipe.start_weights()
    facts: dict[str, Callable[[], Any]] = {
        "automatic": lambda: automatic.automatic_alpha(problem, start), "sharpness": lambda: sharpness.sharpness(problem, start),
        "steepest": lambda: sharpness.steepest_example(problem, start), "curvature": lambda: likelihood.most_curvature(problem),
        "losses": lambda: likelihood.example_losses(problem, start), "loss": lambda: likelihood.mean_loss(problem, start),
        "lowest": lambda: newton.lowest(problem), "penalised": lambda: penalised.lowest_point(problem),
        "penalty": lambda: [penalised.scale_of(problem), penalised.objective(problem, start), penalised.steepest(problem, start)],
        "margins": lambda: [margins.can_be_parted(problem), margins.most_mistakes(problem)],
        "walked": lambda: stepped.walk_until_it_ends(problem, start, 300, 0.01),
        "system": lambda: _of_system(linear.LinearSystem(problem, start)) if problem.is_linear else None,
    }  # fmt: skip
    return {name: value for name, fact in facts.items() if (value := given(fact)) is not None}


def _of_system(system: linear.LinearSystem) -> Any:
    names = (
        "together", "in_order", "can_move", "one_plain_example", "effective_alpha", "condition", "best_alpha", "surely_stable",
        "surely_unstable", "stable_ranges", "limit", "rounding_of_epoch", "bowl",
    )  # fmt: skip
    told = {name: given(lambda name=name: getattr(system, name)) for name in names}
    told["eigenvalues"] = given(lambda: np.abs(system.epoch_eigenvalues(0.05)))
    told["distance"] = given(lambda: system.cycle_distance(0.05))
    down = given(lambda: [float(system.descent.mse(np.array([t]))[0]) for t in (0, 1, 5, 50)])
    steps = given(lambda: [system.descent.steps_to(s) for s in (1.0, 0.5, 0.3)])
    below = given(lambda: system.descent.settles_below(system.descent.bowl.lengths**2 / 100))
    return told | {"down": down, "steps": steps, "below": below}


def of_pairs() -> Any:
    a, b = np.array([1.0, 1e16, 1 / 3, -7.1]), np.array([2.0**-60, 1.0, 3.0, 1e-9])
    pairs = {
        "sum": doubled.exact_sum(a, b), "product": doubled.exact_product(a, b), "quotient": doubled.quotient(0.1, 7),
        "added": doubled.add(doubled.exact_sum(a, b), doubled.exact_product(b, a)),
        "multiplied": doubled.multiply(doubled.exact_sum(a, b), doubled.exact_product(a, a)),
    }  # fmt: skip
    return {name: [[float(v).hex() for v in np.atleast_1d(part)] for part in pair] for name, pair in pairs.items()}


def of_tables() -> Any:
    rng = np.random.default_rng(SEED)
    x = rng.normal(size=(9000, 3)) * [1, 20, 0.1] + [5, 0, 2]
    goal = (x @ [1.0, -0.1, 3.0])[:, None] + rng.normal(size=(9000, 1))
    few, aims = moments.taken(x, goal)
    steps = [moments.Steps(few, aims[:, 0], np.zeros(3), alpha, 40, 9000).bound() for alpha in (1e-4, 1e-3, 1e-2)]
    fits = [least_squares.least_squares(x, goal, intercept) for intercept in (True, False)]
    parts = spectrum.triangle(x, goal, exponents=(0, 0), rows=700)
    found = spectrum.spectrum(x)
    return {
        "moments": [few, aims, few.T @ few / len(few)], "bounds": steps, "fits": fits, "triangle": np.abs(parts),
        "spectrum": [found.eigenvalues, found.rank, found.condition, found.products(0.01), found.alpha_of(2.0)],
        "singular": [spectrum.singular(x)[1], spectrum.singular(x[:3, :2])[1], spectrum.left_singular(x[:5])[1]],
    }  # fmt: skip
