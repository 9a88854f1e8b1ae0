"""Runs drawn at random, of every kind of data, rule, order and length, with alphas at both sides of what is stable.

Alphas have three digits, so that the last bits of eigenvalues, which differ between processors, decide nothing.
"""

import random
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
from said.documents import attributes, evidence, given, plain
from said.runs import SEED

import nodescope as ns
from nodescope.diagnosis.after.verdict import _evidence_of
from nodescope.diagnosis.live.run_facts import RunFacts
from nodescope.diagnosis.live.say import say

Made = tuple[str, Callable[[], Any]]
Keywords = dict[str, Any]
NODES, NETWORKS, CLASSES = 150, 80, 60
PARTS = (0.0005, 0.02, 0.3, 0.49, 0.51, 0.9, 0.998, 1.002, 1.3, 40.0)
"""Of the largest alpha that is stable."""
RULES: tuple[Any, ...] = (
    *["plain"] * 4, {"name": "momentum", "momentum": 0.9}, {"name": "nesterov", "momentum": 0.5}, "adam", "adagrad", "rmsprop",
    {"name": "adamw", "decay": 0.1},
)  # fmt: skip
LEFT_OUT = {"judgement", "verdict", "headline", "sentence", "threshold", "source"}
"""What follows from the rest, or is the same words each time: others hold it."""


def runs() -> Iterator[Made]:
    """Nodes, networks, and nodes that tell classes apart."""
    for kind, make, count in (("node", a_node, NODES), ("network", a_network, NETWORKS), ("classes", of_classes, CLASSES)):
        for number in range(count):
            yield f"drawn: {kind} {number}", partial(said, make, number)


def said(make: Callable[[random.Random], Keywords], number: int) -> Any:
    keywords = make(random.Random(f"{make.__name__} {number} {SEED}"))
    try:
        run, foretold = ns.descend(**keywords), ns.forecast(**keywords)
    except ns.NodescopeError as error:
        return {"refused": str(error)}
    found = ns.diagnose(run)
    diagnosis = {
        "findings": [_kept(attributes(finding)) for finding in found.findings], "cause": str(found.cause),
        "proof": [plain((row.step, row.quantity, row.predicted, row.recorded, row.relation, row.agrees)) for row in found.proof],
        "withheld": found.withheld,
    }  # fmt: skip
    deep = {"forecast": attributes(foretold), "diagnosis": diagnosis, "evidence": evidence(_evidence_of(run)), "repr": repr(run)}
    return deep | ({"live": live(run)} if number % 3 == 0 else {})


def live(run: ns.Run) -> Any:
    """What the page and the terminal say of it, and the facts that this is made of."""
    facts = RunFacts(run)
    names = [name for name in dir(RunFacts) if not name.startswith("_")]
    told = {name: given(lambda n=name: facts[n]) for name in names}
    kept = {name: fact for name, fact in told.items() if fact not in (None, False, "", -1) and fact == fact}
    return plain({name: given(lambda n=name: say(n, facts)) for name in ("head", "why", "step", "fate")} | {"facts": kept})


def _kept(told: dict[str, Any]) -> dict[str, Any]:
    return {name: fact for name, fact in told.items() if name not in LEFT_OUT}


def _data(rng: random.Random) -> Keywords:
    """Inputs and goals: exact, with noise, all the same, inputs alike, of other sizes, or 0."""
    numbers = np.random.default_rng(rng.randrange(10**6))
    n, d, k = rng.choice((1, 2, 3, 6, 14)), rng.choice((1, 2, 3)), rng.choice((1, 1, 1, 2))
    x = numbers.normal(size=(n, d)).round(3)
    goal = (x @ numbers.normal(size=(d, k)) + 0.5).round(3)
    kind = rng.choice(("exact", "noise", "noise", "same goal", "twins", "scales", "a column of 0", "centred", "one far off"))
    if kind == "noise":
        goal += numbers.normal(size=(n, k)).round(3)
    if kind == "same goal":
        goal[:] = goal[0]
    if kind == "twins":
        x[-1] = x[0]
    if kind == "scales":
        x[:, 0] *= 300
    if kind == "a column of 0":
        x[:, -1] = 0
    if kind == "centred":
        goal -= goal.mean(axis=0)
    if kind == "one far off":
        goal[0] += 100
    return {"input": x, "goal": goal if k > 1 else goal[:, 0]}


def _way(rng: random.Random, n: int) -> Keywords:
    """In what order, by what rule, and how long."""
    keywords: Keywords = {"batch": rng.choice((1, 2, "all", "all")), "rule": rng.choice(RULES)}
    if rng.random() < 0.25:
        keywords |= {"order": "shuffled", "seed": rng.randrange(9)}
    if rng.random() < 0.2:
        keywords["reduction"] = "sum"
    keywords["epochs"] = rng.choice((1, 2, 7, 10, 11, 40, 40, 300, 2000) if n < 14 else (1, 7, 40))
    return keywords


def a_node(rng: random.Random) -> Keywords:
    keywords = _data(rng)
    d, k = keywords["input"].shape[1], 1 if keywords["goal"].ndim == 1 else 2
    keywords |= _way(rng, len(keywords["input"]))
    if rng.random() < 0.5:
        keywords["bias"] = True
    if rng.random() < 0.15:
        keywords["frozen"] = [True] + [False] * (d - 1) if k == 1 else [[True] + [False] * (d - 1)] * k
    if rng.random() < 0.2:
        keywords["weight"] = np.full(d if k == 1 else (k, d), rng.choice((1.0, 1e4, -1e-3)))
    if rng.random() < 0.15:
        keywords["penalty"] = rng.choice(({"l2": 0.1}, {"l1": 0.05}, {"l2": 3.0, "l1": 0.01}))
    if rng.random() < 0.1:
        keywords["clip"] = 0.3
    if rng.random() < 0.15:
        keywords["loss"] = rng.choice(("huber", "absolute"))
    return keywords | {"alpha": _alpha(rng, keywords)}


def a_network(rng: random.Random) -> Keywords:
    keywords = _data(rng)
    k = 1 if keywords["goal"].ndim == 1 else 2
    hidden: list[int] = rng.choice(([3], [4], [2, 3], []))
    how: Keywords = {
        "output_activation": rng.choice(("identity", "identity", "identity", "sigmoid", "relu")),
        "seed": rng.randrange(9),
    }
    bent = rng.choice(("tanh", "relu", "sigmoid", "softplus", "identity"))
    keywords["network"] = ns.network([keywords["input"].shape[1], *hidden, k], **how | ({"activation": bent} if hidden else {}))
    keywords |= _way(rng, 14) | {"epochs": rng.choice((3, 20, 21, 60, 200))}
    if rng.random() < 0.2:
        keywords["loss"] = rng.choice(("huber", "absolute"))
    if rng.random() < 0.15:
        keywords["update_order"] = "sequential"
    return keywords | {"alpha": _alpha(rng, keywords)}


def of_classes(rng: random.Random) -> Keywords:
    numbers = np.random.default_rng(rng.randrange(10**6))
    n, classes, spread = rng.choice((4, 9, 24)), rng.choice((2, 2, 3)), rng.choice((0.05, 1.0, 30.0))
    x = numbers.normal(size=(n, 2)).round(3)
    goal = ((x[:, 0] + spread * numbers.normal(size=n)) * 1.4 + 1).round().clip(0, classes - 1).astype(int)
    goal[:classes] = range(classes)
    loss = rng.choice(("cross-entropy", "cross-entropy", "hinge", "perceptron")) if classes == 2 else "cross-entropy"
    keywords: Keywords = {"input": x, "goal": goal.tolist(), "loss": loss} | _way(rng, n)
    if rng.random() < 0.3 and loss == "cross-entropy":
        keywords["network"] = ns.network([2, 4, 1 if classes == 2 else classes], seed=rng.randrange(9))
    elif rng.random() < 0.6:
        keywords["bias"] = True
    if rng.random() < 0.2:
        keywords["penalty"] = {"l2": 0.05}
    return keywords | {"alpha": float(f"{rng.choice((0.003, 0.1, 0.7, 3.0, 30.0)):.3g}")}


def _alpha(rng: random.Random, keywords: Keywords) -> Any:
    """Near what is stable; now and then 0, below 0, a schedule, or the automatic one."""
    if rng.random() < 0.12:
        return rng.choice((0.0, -0.01, "auto", ns.schedule("exponential", start=0.05, factor=0.9)))
    foretold = ns.forecast(**keywords | {"alpha": 1.0})
    limit = foretold.limit if foretold.limit is not None else foretold.local_limit
    usable = limit is not None and 0 < limit < 1e6
    return float(f"{rng.choice(PARTS) * (limit if usable else 0.1):.3g}")
