"""Runs of which everything that is said is written down: some of every kind that the tests have."""

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np
from corpus import record
from said.documents import attributes, evidence, given
from verdicts import classes, extreme, generated, moments, named, networks, steps_missing, times, unfinished, withheld

import nodescope as ns
from nodescope.diagnosis.after.verdict import _evidence_of

EVERY = 3
"""Of the recipes of the corpus, which is held to its names and numbers by its own tests, one in so many."""
SEED = 23
KINDS: dict[str, Any] = {
    "numbers of any size": extreme, "withheld": withheld, "moments": moments, "steps missing": steps_missing, "times": times,
    "unfinished": unfinished,
}  # fmt: skip
SHARES = (2, 100, 1e6)
"""Of the mse at the start: how many steps it takes to come to so small a part of it."""

Keywords = dict[str, Any]


def recipes() -> Iterator[tuple[str, Keywords]]:
    """By name; where a run is changed after it was made, as it was before."""
    for name in list(record.all_recipes())[::EVERY]:
        yield f"corpus: {name}", record.all_recipes()[name]
    for case in [*named.CASES, *networks.CASES[::2], *(case for _, case in classes.NAMED[::2])]:
        yield f"named: {case.name}", case.recipe
    made = [(f"generated: {kind} {number}", case.recipe) for number, (kind, case) in enumerate(generated.generate(40, SEED))]
    made += [(f"generated networks: {kind}", case.recipe) for kind, case in networks.generate(8, SEED)]
    for kind, module in KINDS.items():
        of_kind = itertools.islice(module.generate(12, SEED), 12)
        made += [(f"{kind}: {name} {number}", _recipe(one)) for number, (name, one) in enumerate(of_kind)]
    yield from ((name, keywords) for name, keywords in made if keywords.get("batch") != "1")
    yield from SETTINGS.items()


def _recipe(made: Any) -> Keywords:
    recipe = made[0] if isinstance(made, tuple) else made
    return dict(getattr(recipe, "recipe", recipe))


def said_of(keywords: Keywords, deep: bool) -> dict[str, Any]:
    """Before the run and after it; where it is looked at deeply, also what the findings rest on."""
    try:
        run, foretold = ns.descend(**keywords), ns.forecast(**keywords)
    except ns.NodescopeError as error:
        return {"refused": str(error)}
    return {
        "forecast": attributes(foretold) | {"steps_to": [given(lambda s=s: foretold.steps_to(run.start_mse / s)) for s in SHARES]},
        "diagnosis": attributes(ns.diagnose(run)),
        "run": attributes(run),
    } | ({"evidence": evidence(_evidence_of(run))} if deep else {})


_X = np.arange(12.0).reshape(6, 2) % 5 - 1
_SIX: Keywords = {"input": _X, "goal": _X @ [2.0, -1.0] + 0.5, "bias": True, "epochs": 9}
_LAYERS: Keywords = {"network": ns.network([2, 4, 1], seed=3), "input": _X, "goal": np.sin(_X[:, 0]), "epochs": 30}
_TABLE: Keywords = {
    "data": {"a": list(range(30)), "y": [round(0.1 * i * i % 7, 3) for i in range(30)]}, "goal": "y", "standardise": True,
    "holdout": 0.3, "epochs": 40,
}  # fmt: skip
SETTINGS: dict[str, Keywords] = {
    "settings: warm up, cosine": _SIX | {"alpha": ns.schedule("cosine", start=0.1, end=0.01, steps=40, warm_up=5)},
    "settings: exponential": _SIX | {"alpha": ns.schedule("exponential", start=0.1, factor=0.9)},
    "settings: plateau": _SIX | {"alpha": ns.schedule("plateau", start=0.05, patience=3), "epochs": 60},
    "settings: penalty l1": _SIX | {"alpha": 0.05, "penalty": {"l1": 0.1}, "batch": "all"},
    "settings: penalty l2": _SIX | {"alpha": 0.05, "penalty": {"l2": 5.0}, "batch": "all", "epochs": 400},
    "settings: clipped": _SIX | {"alpha": 0.05, "clip": 0.5},
    "settings: clipped layers": _LAYERS | {"alpha": 0.05, "clip": 0.5},
    "settings: tolerance": _SIX | {"alpha": 0.05, "tolerance": 0.01, "epochs": 300},
    "settings: best kept": _TABLE | {"network": ns.network([1, 6, 1], seed=2), "alpha": 0.3, "keep": "best", "order": "shuffled"},
    "settings: a table": _TABLE | {"alpha": 0.1, "order": "shuffled", "epochs": 5},
    "settings: moments": _SIX | {"alpha": 0.05, "batch": "all", "method": "moments"},
    "settings: huber": _SIX | {"alpha": 0.05, "loss": {"name": "huber", "threshold": 0.5}},
    "settings: one after another": _LAYERS | {"alpha": 0.05, "update_order": "sequential"},
    "settings: a mean squared error that is met": _SIX | {"alpha": 0.05, "until_mse": 1.0},
    "settings: factors": _LAYERS | {"alpha": 0.05, "alpha_factors": [1.0, 0.1]},
    "settings: factors of a node": _SIX | {"alpha": 0.05, "alpha_factors": [1.0, 0.5]},
    "settings: lanes": {"input": np.sin(np.arange(80.0)).reshape(4, 20), "goal": [1, 2, 3, 4], "alpha": 0.02, "epochs": 50},
    "settings: automatic": _SIX,
    "settings: automatic, layers": _LAYERS,
    "settings: automatic, all": _SIX | {"batch": "all"},
    "settings: standardised": _SIX | {"standardise": True, "batch": 2, "order": "shuffled", "seed": 4},
    "settings: between 0 and 1": _SIX | {"standardise": "min-max", "alpha": 0.1},
    "settings: nothing moves": _SIX | {"alpha": 0.1, "frozen": [True, True], "freeze_bias": True},
}
