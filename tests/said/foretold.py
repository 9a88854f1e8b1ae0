"""What is foretold of recipes of every kind, at both sides of what is stable, slow, parted or known."""

import itertools
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
from said.documents import attributes, given, plain
from said.runs import SEED

import nodescope as ns
from nodescope.diagnosis.live.foretold_facts import ForetoldFacts

Made = tuple[str, Callable[[], Any]]
Keywords = dict[str, Any]
_RNG = np.random.default_rng(SEED + 2)
_X, _G = _RNG.normal(size=(5, 2)).round(2), _RNG.normal(size=5).round(2)
ONE: Keywords = {"weight": 0.4, "input": 1, "goal": 0.6}
FEW: Keywords = {"input": _X, "goal": _G}
SIDES: Keywords = {"input": [[-2.0, 0.3], [-1.0, 0.2], [1.0, -0.1], [2.0, 0.4]], "goal": [0, 0, 1, 1]}
MIXED: Keywords = {"input": [[-2.0, 0.3], [-1.0, 0.2], [1.0, -0.1], [0.4, 0.1]], "goal": [0, 1, 1, 0]}
THREE: Keywords = {"input": _X, "goal": [0, 1, 2, 0, 1], "loss": "cross-entropy", "batch": "all"}
LOSSES = ("cross-entropy", "hinge", "perceptron")
FALLING = ns.schedule("exponential", start=0.1, factor=0.9)
MOMENTUM, NESTEROV = {"name": "momentum", "momentum": 0.5}, {"name": "nesterov", "momentum": 0.9}
RECIPES: dict[str, Keywords] = {
    **{f"one weight, alpha {alpha}": ONE | {"alpha": alpha} for alpha in (
        -0.1, 0.0, 1e-9, 0.0099, 0.01, 0.0101, 0.1, 0.999, 1.0, 1.001, 1.99, 2.0, 2.5, 1e9, 1e300,
    )},
    **{f"one weight under {name}, alpha {alpha}": ONE | {"alpha": alpha, "rule": rule} for (name, rule), alpha in itertools.product(
        {"momentum": MOMENTUM, "nesterov": NESTEROV}.items(), (0.1, 1.3, 4.0),
    )},
    "one weight under adam": ONE | {"alpha": 0.1, "rule": "adam"},
    "one weight, a schedule": ONE | {"alpha": FALLING},
    "one weight, frozen": ONE | {"alpha": 0.1, "frozen": True},
    "one weight, an input of 0": ONE | {"alpha": 0.1, "input": 0},
    "one weight, there from the start": ONE | {"alpha": 0.1, "weight": 0.6},
    "one weight, a goal of 0": ONE | {"alpha": 0.1, "goal": 0},
    "one weight, far away": ONE | {"alpha": 0.005, "weight": 1e12},
    "one weight, squares beyond doubles": ONE | {"alpha": 1e-310, "goal": 1e200, "input": 1e150},
    "one weight, two outputs": {"weight": [[0.4], [3.0]], "input": [1], "goal": [0.6, -1.0], "alpha": 0.003},
    "one weight, two outputs, one quick": {"weight": [[0.4], [3.0]], "input": [1], "goal": [0.6, -1.0], "alpha": 0.3},
    "two weights of one example": {"weight": [0.4, 1.0], "input": [1, 2], "goal": 0.6, "alpha": 0.1, "bias": True},
    "two weights of one example, one frozen": {"weight": [0.4, 1.0], "input": [1, 2], "goal": 0.6, "alpha": 0.3,
    "frozen": [True, False]},
    **{f"few together, alpha {alpha}": FEW | {"alpha": alpha, "batch": "all"} for alpha in (-1.0, 1e-4, 0.3, 0.9, 1.2, 3.0, 90.0)},
    **{f"few in order, alpha {alpha}": FEW | {"alpha": alpha} for alpha in (-1.0, 1e-4, 0.1, 0.9, 1.4, 90.0)},
    **{f"few drawn, alpha {alpha}": FEW | {"alpha": alpha, "order": "shuffled"} for alpha in (-1.0, 0.0, 1e-4, 0.3, 0.6, 90.0)},
    "few together, a bias": FEW | {"alpha": 0.3, "batch": "all", "bias": True},
    "few together, added up": FEW | {"alpha": 0.1, "batch": "all", "reduction": "sum"},
    "few together, momentum": FEW | {"alpha": 0.3, "batch": "all", "rule": MOMENTUM},
    "few together, nesterov": FEW | {"alpha": 0.3, "batch": "all", "rule": NESTEROV},
    "few in order, momentum": FEW | {"alpha": 0.3, "rule": MOMENTUM},
    "few together, adam": FEW | {"alpha": 0.3, "batch": "all", "rule": "adam"},
    "few together, a schedule": FEW | {"alpha": FALLING, "batch": "all"},
    "few, inputs of 0": FEW | {"input": 0 * _X, "alpha": 0.3},
    "few, beyond all numbers": FEW | {"input": 1e200 * _X, "goal": 1e200 * _G, "alpha": 0.3, "batch": "all"},
    "two the same, two goals": {"input": [1.0, 1.0], "goal": [1.0, 2.0], "alpha": 0.3},
    "two the same, one goal": {"input": [1.0, 1.0], "goal": [1.0, 1.0], "alpha": 0.3},
    "inputs nearly the same": {"input": [[1.0, 1.0], [1.0, 1.001]], "goal": [1.0, 2.0], "alpha": 0.3, "batch": "all"},
    **{f"{loss}, {kind}, alpha {alpha}": data | {"loss": loss, "alpha": alpha} for loss, (kind, data), alpha in itertools.product(
        LOSSES, {"parted": SIDES, "mixed": MIXED}.items(), (-0.1, 0.0, 0.1, 30.0),
    )},
    **{f"{loss}, a schedule": MIXED | {"loss": loss, "alpha": FALLING} for loss in LOSSES},
    **{f"{loss}, from other weights": SIDES | {"loss": loss, "alpha": 0.1, "weight": [1.0, 0.0]} for loss in LOSSES},
    **{f"{loss}, drawn": SIDES | {"loss": loss, "alpha": 0.1, "order": "shuffled"} for loss in LOSSES},
    **{f"{loss}, frozen": SIDES | {"loss": loss, "alpha": 0.1, "frozen": [True, False]} for loss in LOSSES},
    **{f"{loss}, a penalty": MIXED | {"loss": loss, "alpha": 0.1, "penalty": {"l2": 0.1}} for loss in LOSSES},
    **{f"{loss}, all together": MIXED | {"loss": loss, "alpha": 0.1, "batch": "all"} for loss in LOSSES},
    **{f"cross-entropy under {rule}": MIXED | {"loss": "cross-entropy", "alpha": 0.1, "rule": rule} for rule in ("momentum",
    "adam")},
    "cross-entropy, added up": MIXED | {"loss": "cross-entropy", "alpha": 0.1, "batch": 2, "reduction": "sum"},
    "cross-entropy, factors": MIXED | {"loss": "cross-entropy", "alpha": 0.1, "alpha_factors": [1.0, 4.0]},
    **{f"three classes, alpha {alpha}": THREE | {"alpha": alpha} for alpha in (0.1, 9.0)},
    **{f"a ridge, alpha {alpha}": {"weight": 0.4, "input": 1, "goal": 0.6, "penalty": {"l2": 1.0}, "alpha": alpha} for alpha in (
        -0.1, 0.0, 0.3, 0.5, 0.7, 1.0, 1.1,
    )},
    "a ridge under momentum": ONE | {"penalty": {"l2": 1.0}, "alpha": 0.7, "rule": MOMENTUM},
    "a ridge under adam": ONE | {"penalty": {"l2": 1.0}, "alpha": 0.7, "rule": "adam"},
    "a ridge, in order": FEW | {"penalty": {"l2": 0.5}, "alpha": 0.1},
    "a ridge, in order, too large": FEW | {"penalty": {"l2": 0.5}, "alpha": 5.0},
    "a ridge, a schedule": FEW | {"penalty": {"l2": 0.5}, "alpha": FALLING},
    "a ridge, factors": FEW | {"penalty": {"l2": 0.5}, "alpha": 0.1, "alpha_factors": [1.0, 3.0], "batch": "all"},
    "a lasso": FEW | {"penalty": {"l1": 0.2}, "alpha": 0.1, "batch": "all"},
    "both penalties": FEW | {"penalty": {"l1": 0.2, "l2": 0.5}, "alpha": 0.1, "batch": "all"},
    **{f"clipped, alpha {alpha}": FEW | {"clip": 0.5, "alpha": alpha, "batch": "all"} for alpha in (-0.1, 0.1, 90.0)},
    **{f"a network, alpha {alpha}": FEW | {"network": ns.network([2, 3, 1], seed=2), "alpha": alpha, "batch": "all"} for alpha in (
        -0.1, 0.0, 0.1, 0.6, 1.3, 9.0,
    )},
    "a network, one at a time": FEW | {"network": ns.network([2, 3, 1], seed=2), "alpha": 0.3},
    "a network under adam": FEW | {"network": ns.network([2, 3, 1], seed=2), "alpha": 0.3, "rule": "adam"},
    "a network, absolute": FEW | {"network": ns.network([2, 3, 1], seed=2), "alpha": 0.3, "loss": "absolute"},
    "a network, a schedule": FEW | {"network": ns.network([2, 3, 1], seed=2), "alpha": FALLING},
    "a node under huber": FEW | {"alpha": 0.3, "loss": "huber"},
    "a node under the absolute error": FEW | {"alpha": 0.3, "loss": "absolute"},
}  # fmt: skip
SHARES = (1.0, 0.3, 1e-3, 1e-9, 0.0)
"""Of the mse at the start."""


def recipes() -> Iterator[Made]:
    for name, keywords in RECIPES.items():
        yield f"foretold: {name}", partial(foretold, keywords)


def foretold(keywords: Keywords) -> Any:
    """Its numbers and sentence, how soon it comes to some errors or why never, and the facts that its sentence is made of."""
    found = ns.forecast(**keywords)
    start = ns.descend(**keywords | {"steps": 0}).mse
    soon = {f"{share:g}": given(lambda s=share: [found.steps_to(s * start), found.why_not(s * start)]) for share in SHARES}
    facts = ForetoldFacts(found)
    names = [name for name in dir(ForetoldFacts) if not name.startswith("_")]
    told = {name: given(lambda n=name: facts[n]) for name in names}
    kept = {name: fact for name, fact in told.items() if fact not in (None, False, "", -1) and fact == fact}
    return plain({"numbers": attributes(found), "soon": soon, "facts": kept})
