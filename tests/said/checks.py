"""What is said of pairs of runs, of tables, of sweeps and of alphas that were looked for: one of each kind."""

import copy
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
from said.documents import attributes, given
from said.runs import SEED

import nodescope as ns

Made = tuple[str, Callable[[], Any]]
Keywords = dict[str, Any]
_RNG = np.random.default_rng(SEED + 1)
_X = _RNG.normal(size=(8, 3)).round(2)
_EIGHT: Keywords = {"input": _X, "goal": (_X @ [1.0, -2.0, 0.5] + 0.3).round(2), "epochs": 6, "alpha": 0.1}
_SIDES: Keywords = _EIGHT | {"goal": [0, 1, 1, 0, 1, 0, 0, 1], "loss": "cross-entropy"}
_TABLE: Keywords = {
    "data": {name: _RNG.normal(size=40).round(2) for name in ("a", "b", "y")}, "goal": "y", "alpha": 0.05,
    "holdout": 0.3, "epochs": 5,
}  # fmt: skip
_GOAL = _EIGHT["goal"]


def every() -> Iterator[Made]:
    for name, (one, other) in PAIRS.items():
        yield f"compared: {name}", partial(beside, one, other)
    for name, recipe in BOUNDARIES.items():
        yield f"bisected: {name}", partial(bisected, recipe)
    for name, recipe in GRIDS.items():
        yield f"swept: {name}", partial(swept, recipe)
    for name, recipe in CHECKED.items():
        yield f"checked: {name}", partial(checked, recipe)
        yield f"checked: {name}, a bit changed", partial(damaged, recipe)
    for name, (table, keywords) in TABLES.items():
        yield f"table: {name}", partial(looked_into, table, keywords)


# ---- two runs ----

PAIRS: dict[str, tuple[Keywords, Keywords]] = {
    "four weights and five": (
        _EIGHT | {"weight": [0.0, 0.0, 0.0]},
        {"input": np.ones((8, 5)), "goal": _GOAL, "weight": [0.0] * 5, "alpha": 0.1, "epochs": 6},
    ),
    "no step and some": (_EIGHT | {"epochs": None, "steps": 0}, _EIGHT),
    "a rule and its settings": (_EIGHT | {"rule": {"name": "momentum", "momentum": 0.5}}, _EIGHT | {"rule": "nesterov"}),
    "a network and a node": (_EIGHT | {"network": ns.network([3, 4, 1], seed=1)}, _EIGHT),
    "networks of two shapes": tuple(_EIGHT | {"network": ns.network([3, nodes, 1], seed=1)} for nodes in (4, 5)),
    "one that diverged": (_EIGHT | {"alpha": 9.0, "epochs": 400}, _EIGHT),
    "both diverged": (_EIGHT | {"alpha": 9.0, "epochs": 400}, _EIGHT | {"alpha": 8.0, "epochs": 400}),
    "classes": (_SIDES, _SIDES | {"alpha": 0.5}),
    "classes by weights and by inputs": (_SIDES, _SIDES | {"input": _X[:, :2]}),
    "classes and squares": (_SIDES, _SIDES | {"loss": "squared"}),
    "rows unseen": (_TABLE, _TABLE | {"inputs": ["a"]}),
    "rows unseen, a mean and its inputs": (_TABLE | {"epochs": 40}, _TABLE | {"standardise": True}),
    "other goals": (_EIGHT, _EIGHT | {"goal": _X[:, 0]}),
    "a schedule and a number": (_EIGHT | {"alpha": ns.schedule("exponential", start=0.1, factor=0.9)}, _EIGHT),
    "many steps alike": (_EIGHT | {"alpha": 1e-3, "epochs": 30}, _EIGHT | {"alpha": 1e-3, "epochs": 31, "until_mse": 1e-30}),
    "two outputs": (_EIGHT | {"goal": _X[:, :2]}, _EIGHT | {"goal": _X[:, :2], "alpha": 0.05, "bias": True}),
}  # fmt: skip


def beside(one: Keywords, other: Keywords) -> Any:
    def told() -> Any:
        found = ns.compare(ns.descend(**one), ns.descend(**other))
        return attributes(found) | {"text": str(found)}

    return given(told)


# ---- alphas that were looked for ----

BOUNDARIES: dict[str, Keywords] = {
    "one weight": {"weight": 0.4, "input": 2, "goal": 0.6},
    "an input of 0": {"weight": 0.4, "input": 0, "goal": 0.6},
    "all frozen": {"weight": [0.4, 1.0], "input": [1, 2], "goal": 0.6, "frozen": [True, True]},
    "one of two frozen, two outputs": {
        "input": _X[:, :2], "goal": _X[:, :2], "frozen": [[True, False], [False, False]], "batch": "all",
    },
    "all together": {"input": _X, "goal": _GOAL, "batch": "all", "bias": True},
    "added up": {"input": _X, "goal": _GOAL, "batch": "all", "reduction": "sum"},
    "momentum": {"input": _X, "goal": _GOAL, "batch": "all", "rule": {"name": "momentum", "momentum": 0.9}},
    "nesterov": {"input": _X, "goal": _GOAL, "batch": "all", "rule": {"name": "nesterov", "momentum": 0.9}},
    "in order": {"input": _X, "goal": _GOAL},
    "in order, with momentum": {"input": _X[:, :2], "goal": _GOAL, "batch": 3, "rule": "momentum"},
    "drawn": {"input": _X[:4, :2], "goal": _GOAL[:4], "order": "shuffled", "batch": 2},
    "adam": {"input": _X[:4, :1], "goal": _GOAL[:4], "rule": "adam", "weight": [3.0]},
    "rmsprop, some frozen": {
        "input": _X[:4], "goal": _GOAL[:4], "rule": "rmsprop", "frozen": [True, False, False], "weight": [3.0] * 3,
    },
    "adam at the best": {"weight": 2.0, "input": 1, "goal": 2, "rule": "adam"},
    "small inputs": {"weight": 0.4, "input": 1e-160, "goal": 0.6},
    "large inputs": {"weight": 0.4, "input": 1e160, "goal": 0.6},
}  # fmt: skip


def bisected(recipe: Keywords) -> Any:
    return given(lambda: attributes(ns.bisect_alpha(**recipe)))


# ---- sweeps ----

GRIDS: dict[str, Keywords] = {
    "alphas and weights of one example": {
        "weight": [0.0, 0.4, 1e3], "input": 1.5, "goal": 0.6, "steps": 60,
        "alpha": [0.0, -0.1, 1e-5, 1e-3, 0.1, 0.4, 0.8, 0.88, 0.89, 3.0],
    },
    "a bias, few steps": {
        "weight": 0.4, "input": 1.5, "goal": -0.6, "alpha": [1e-4, 0.01, 0.2, 0.61, 0.62], "bias": True, "steps": 7,
    },
    "weights of two inputs": {
        "weight": [[0.0, 1.0], [2.0, -1.0]], "input": [1.0, 0.5], "goal": 0.6, "alpha": [0.1, 0.7], "steps": 100,
    },
    "a goal of 0": {"weight": 0.4, "input": 1.5, "goal": 0.0, "alpha": [0.01, 0.1, 0.88], "steps": 400},
    "rules and seeds": {
        "input": _X, "goal": _GOAL, "rule": {"name": "momentum", "momentum": [0.1, 0.9]}, "seed": range(2),
        "order": "shuffled", "alpha": 0.05, "epochs": 3,
    },
    "names of rules, batches": {
        "input": _X, "goal": _GOAL, "rule": ["plain", "adam"], "batch": [1, 4], "alpha": 0.05, "epochs": 3,
    },
    "hidden": {"input": _X, "goal": _GOAL, "hidden": [2, [3, 2]], "alpha": "auto", "epochs": 3},
    "rows unseen": {**_TABLE, "alpha": [0.01, 0.1, 90.0]},
    "nothing": {"input": 1, "goal": 1, "alpha": 0.1},
    "an empty axis": {"input": 1, "goal": 1, "alpha": []},
    "weights of too many axes": {"input": 1, "goal": 1, "alpha": 0.1, "weight": [[[1.0]]]},
    "an alpha that is none": {"input": 1, "goal": 1, "alpha": [0.1, float("nan")]},
}  # fmt: skip


def swept(recipe: Keywords) -> Any:
    try:
        found = ns.sweep(**recipe)
    except ns.NodescopeError as error:
        return {"refused": str(error)}
    told = {"text": str(found), "told": given(found.told), "counts": given(found.counts), "best": given(lambda: found.best_row)}
    return {"sweep": attributes(found), "table": found.to_arrow().to_pydict(), "fingerprint": len(found.grid.fingerprint)} | told


# ---- certificates and gradients ----

_LAYERS: Keywords = {"network": ns.network([3, 3, 2], activation="relu", seed=4), "input": _X, "goal": _X[:, :2], "alpha": 0.1}
CHECKED: dict[str, Keywords] = {
    "to and fro from the start": {"weight": 0.0, "input": 1, "goal": 1, "alpha": 2.0, "steps": 30},
    "to and fro in order": {"weight": 0.0, "input": [1.0, 2.0], "goal": [1.0, 1.5], "alpha": 0.1, "epochs": 900},
    "settled": {"weight": 0.4, "input": 1, "goal": 0.6, "alpha": 0.1, "steps": 400},
    "diverged": {"weight": 0.4, "input": 1, "goal": 0.6, "alpha": 9.0, "steps": 5000},
    "met its error": {"weight": 0.4, "input": 1, "goal": 0.6, "alpha": 0.1, "until_mse": 1e-4},
    "no step": _EIGHT | {"epochs": None, "steps": 0},
    "one step": _EIGHT | {"epochs": None, "steps": 1},
    "short last batches": _EIGHT | {"batch": 3, "bias": True, "rule": "adam"},
    "drawn, a schedule": _EIGHT | {"order": "shuffled", "batch": 3, "alpha": ns.schedule("exponential", start=0.1, factor=0.9)},
    "layers": _LAYERS | {"epochs": 3, "batch": 3},
    "layers, one after another": _LAYERS | {"epochs": 3, "update_order": "sequential"},
    "layers of a kink": _LAYERS | {"epochs": 2, "loss": "huber"},
    "an absolute error": _EIGHT | {"loss": "absolute"},
    "a hinge": _SIDES | {"loss": "hinge"},
    "a perceptron": _SIDES | {"loss": "perceptron"},
    "classes": _SIDES,
    "a penalty": _EIGHT | {"penalty": {"l2": 0.3}},
    "two outputs": _EIGHT | {"goal": _X[:, :2], "frozen": [[True, False, False], [False, False, True]]},
    "huge": _EIGHT | {"input": 1e160 * _X, "alpha": 1e-322, "batch": "all"},
}  # fmt: skip


def checked(recipe: Keywords) -> Any:
    """By certificates of all steps, of none and of some, and by slopes at several steps."""
    run = ns.descend(**recipe)
    certificates = {str(most): given(lambda m=most: _certified(ns.verify(run, most_steps=m))) for most in (None, 0, 1, 16, 40)}
    asked = ((0, None), (-1, 4), (3, 1))
    slopes = [given(lambda s=step, m=most: _slopes(ns.check_gradients(run, s, most=m))) for step, most in asked]
    return {"certificates": certificates, "slopes": slopes}


def _certified(found: Any) -> Any:
    return [
        found.sentence,
        found.complete,
        found.first_difference,
        *(f"{rows.start}-{rows.stop}" for rows in found.checked.steps[:9]),
    ]


def _slopes(found: Any) -> Any:
    told = [" ".join(map(str, (one.layer, one.node, one.input, one.kink, one.agrees))) for one in found.slopes[:8]]
    return [found.step, len(found.slopes), found.passed, *told, *(float(f"{one.difference:.4g}") for one in found.slopes[:3])]


def damaged(recipe: Keywords) -> Any:
    """What is said where one bit of the last state, of an input or of a goal is another."""
    told = {}
    for place in ("state", "input", "goal"):
        run = ns.descend(**copy.deepcopy(recipe))
        array = {"state": run.replay.last_state, "input": run.recipe.examples.input, "goal": run.recipe.examples.goal}[place]
        array.flags.writeable = True
        array.reshape(-1).view(np.uint64)[-1] ^= np.uint64(1 << 40)
        certificate = given(lambda r=run: _certified(ns.verify(r, most_steps=16)))
        told[place] = [certificate, given(lambda r=run: ns.diagnose(r).verdict)]
    return told


# ---- tables ----

_A, _B = _RNG.normal(size=50).round(3), _RNG.normal(size=50).round(3)
_DAYS = [f"2024-{1 + i // 28:02}-{1 + i % 28:02}" for i in range(50)]
TABLES: dict[str, tuple[Any, Keywords]] = {
    "scales ten times apart": ({"a": [0.0, 2.0] * 5, "b": [0.0, 20.0] * 5, "y": _A[:10]}, {"goal": "y"}),
    "scales less than ten times apart": ({"a": [0.0, 2.0] * 5, "b": [0.0, 19.9] * 5, "y": [0.0, 3.0] * 5}, {}),
    "columns that nearly go together": ({"a": _A, "b": _A + 0.3 * _B, "c": _A + 0.35 * _B}, {}),
    "columns the other way round": ({"a": _A, "b": -_A, "c": _B}, {"inputs": ["a", "b"]}),
    "one of the inputs": ({"a": _A, "b": _B, "y": _A}, {"inputs": "a", "goal": ["y"]}),
    "as many rows as columns": ({"a": _A[:3], "b": _B[:3], "c": [1.0, 2.0, 4.0]}, {}),
    "as many rows as weights": ({"a": _A[:3], "b": _B[:3]}, {}),
    "one row": ({"a": [1.0], "b": [2.0]}, {}),
    "dates and words": ({"day": _DAYS, "word": ["x", "y z"] * 25, "a": _A}, {"goal": "a"}),
    "all words": ({"word": ["x", "y"], "other": ["1 kg", "2 kg"]}, {}),
    "gaps in words": ({"word": ["x", None, "y", "x"], "a": [1.0, None, 3.0, 4.0]}, {}),
    "nothing but gaps": ({"a": [None, None], "b": [1.0, 2.0]}, {}),
    "many words": ({"word": [f"w{i % 30}" for i in range(60)], "a": list(range(60))}, {}),
    "huge numbers": ({"a": [1e200, -1e200, 3e200], "b": [1.0, 2.0, 3.5]}, {}),
    "numbers beyond doubles": ({"a": [1.0, float("inf"), 3.0], "b": [1.0, 2.0, 3.5]}, {}),
    "no such goal": ({"a": [1.0, 2.0]}, {"goal": "b"}),
    "more pairs than are told": ({f"c{i}": _A * (1 + i) + 0.01 * i * _B for i in range(6)}, {}),
}  # fmt: skip


def looked_into(table: Any, keywords: Keywords) -> Any:
    def told() -> Any:
        found = ns.inspect(table, **keywords)
        return attributes(found) | {"text": str(found)}

    return given(told)
