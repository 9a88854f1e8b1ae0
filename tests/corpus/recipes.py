"""The recipes of the corpus by name: everything that `descend` can be asked for, each thing with each other one somewhere.

No number of them depends on a library: weights and examples are small fractions, alphas are written down, and what the mathematics
library works out (powers, cosines) is asked only where every one gives the same, or is rounded to a 2^20th.
"""

from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

from corpus.dice import Dice

import nodescope as ns

Keywords = dict[str, Any]

TABLE = Path(__file__).parent / "table.csv"
"""20 rows, 4 of them with a hole: means and deviations of its 16 whole rows are exact, in any order of adding."""

RULES: tuple[Any, ...] = (
    "plain", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw",
    {"name": "momentum", "momentum": 0.0}, {"name": "momentum", "momentum": 0.37}, {"name": "momentum", "momentum": 0.99},
    {"name": "nesterov", "momentum": 0.5}, {"name": "nesterov", "momentum": 0.97},
    {"name": "adagrad", "initial": 0.1, "epsilon": 1e-7, "epsilon_inside": True}, {"name": "adagrad", "epsilon": 0.03},
    {"name": "rmsprop", "decay": 0.9, "epsilon": 1e-7, "epsilon_inside": True}, {"name": "rmsprop", "decay": 0.5, "initial": 0.25},
    {"name": "adam", "beta1": 0.8, "beta2": 0.95, "epsilon": 1e-3}, {"name": "adam", "bias_correction": False},
    {"name": "adam", "beta1": 0.0, "epsilon_inside": True}, {"name": "adamw", "decay": 0.1, "beta1": 0.7},
    {"name": "adamw", "decay": 0.0, "bias_correction": False, "epsilon_inside": True},
)  # fmt: skip
LOSSES: tuple[Any, ...] = (
    "squared", "huber", "absolute", {"name": "huber", "threshold": 0.25}, {"name": "huber", "threshold": 3.0},
)  # fmt: skip
ACTIVATIONS = ("identity", "relu", "leaky relu", "tanh", "sigmoid", "softplus", "gelu")
INITIAL = ("glorot", "he", "lecun", "uniform", "zeros")


def rounded(alpha: Callable[[int], float], steps: int) -> list[float]:
    """A schedule's values to a 2^20th, so that the last bits of a cosine or a power are nobody's."""
    return [round(alpha(t) * 2**20) / 2**20 for t in range(steps)]


SCHEDULES: dict[str, Callable[[], Any]] = {
    "list": lambda: [0.3, 0.1, 0.05, 0.0, -0.01, 0.2] * 10,
    "constant": lambda: ns.schedule("constant", start=0.07),
    "steps": lambda: ns.schedule("steps", start=0.25, factor=0.5, every=7),
    "mapping": lambda: {"name": "steps", "start": 0.125, "factor": 0.5, "every": 20},
    "1 over t": lambda: ns.schedule("1/t", start=0.2, decay=0.1, warm_up=3),
    "exponential": lambda: ns.schedule("exponential", start=0.5, factor=0.5),
    "exponential rounded": lambda: rounded(ns.schedule("exponential", start=0.2, factor=0.93, warm_up=5), 60),
    "cosine": lambda: ns.schedule("cosine", start=0.25, steps=1, end=0.0625),
    "cosine rounded": lambda: rounded(ns.schedule("cosine", start=0.2, steps=40, end=0.01), 60),
    "warm-up": lambda: ns.schedule("warm-up", start=0.15, steps=12),
    "function": lambda: lambda t: 0.25 / (1 + t % 5),
}


def recipes() -> dict[str, Keywords]:
    """All of them, in the order of the file."""
    of_nodes, of_networks = (_one_node, _named_ends, _nodes, _wide, _scheduled), (_networks, _drawn_networks, _network_ends)
    return {name: keywords for kind in (*of_nodes, *of_networks, _twins, _tables, _in_parts, _joined) for name, keywords in kind()}


# ---- nodes ----


def _one_node() -> Iterator[tuple[str, Keywords]]:
    """The seed's node, by every rule, from creeping to diverging."""
    seed = {"weight": 0.4, "input": 1, "goal": 0.6}
    for alpha in (0.1, 0.001, 0.7, 0.99999999, 1.0, 1.00000001, 1.125, 1.3, 1.9, 1.99999999, 2.0, 2.00000001, 2.5, -0.1, 0.0):
        yield f"node/plain/alpha {alpha}", {**seed, "alpha": alpha, "steps": 325}
    for i, rule in enumerate(RULES[1:], 1):
        name = rule if isinstance(rule, str) else rule["name"]
        yield f"node/{i:02} {name}/slow", {**seed, "alpha": 0.05, "rule": rule, "steps": 120}
        yield f"node/{i:02} {name}/fast", {**seed, "input": 1.75, "bias": -0.25, "alpha": 1.5, "rule": rule, "steps": 150}


def _named_ends() -> Iterator[tuple[str, Keywords]]:
    """One recipe for each way that a run of nodes can go, written by hand."""
    seed = {"weight": 0.4, "input": 1, "goal": 0.6}
    x, g = [[1.0, 0.5], [-0.25, 2.0], [1.5, -1.0]], [1.0, -0.5, 2.0]
    yield "end/settles, no steps named", {**seed, "alpha": 0.1}
    yield "end/settles, steps beyond all reading", {**seed, "alpha": 0.1, "steps": 10**9}
    yield "end/settles after thousands", {**seed, "alpha": 0.01}
    yield "end/settles too slowly to be stepped", {**seed, "alpha": 1e-5, "steps": 3000}
    yield "end/settled from the start", {"weight": 2.0, "input": [1, 2, 3], "goal": [2, 4, 6], "alpha": 0.1, "steps": 30}
    yield "end/last-bit cycle", {**seed, "alpha": 1.5, "steps": 400}
    yield "end/cycle, steps beyond all reading", {**seed, "alpha": 1.5, "steps": 10**9}
    yield "end/cycle at the limit", {**seed, "alpha": 2.0, "steps": 50}
    yield "end/cycle of contradictions", {"weight": 0.0, "input": [1, 1], "goal": [0, 1], "alpha": 0.5, "steps": 300}
    yield "end/cycle of three examples", {"weight": [0.0, 0.0], "input": x, "goal": g, "alpha": 0.25, "epochs": 400}
    yield "end/diverges", {**seed, "alpha": 2.01}
    yield "end/diverges at once", {**seed, "input": 1e200, "alpha": 1.0, "steps": 9}
    yield "end/diverges, mse infinite first", {**seed, "alpha": 1e10, "steps": 100}
    yield "end/diverges, batch", {"input": x, "goal": g, "alpha": 3.0, "batch": "all"}
    yield "end/diverges, momentum", {"input": x, "goal": g, "alpha": 2.5, "batch": "all", "rule": "momentum", "steps": 2000}
    yield "end/grows and is stopped", {**seed, "alpha": 2.2, "steps": 12}
    yield "end/mse reached", {**seed, "alpha": 0.1, "until_mse": 1e-6}
    yield "end/mse reached at the start", {**seed, "alpha": 0.1, "until_mse": 1.0}
    yield "end/mse reached at an epoch's end", {"input": x, "goal": g, "alpha": 0.2, "bias": True, "until_mse": 0.01, "epochs": 500}
    yield "end/mse out of reach", {"weight": 0.0, "input": [1, 1], "goal": [0, 1], "alpha": 0.1, "until_mse": 0.1, "steps": 90}
    yield "end/mse reached by a batch", {"input": x, "goal": g, "alpha": 0.3, "bias": 0.5, "batch": "all", "until_mse": 1e-4}
    yield "end/zero input", {"weight": 0.4, "input": 0, "goal": 0.6, "alpha": 0.1, "steps": 9}
    yield "end/one column of zeros", {"input": [[1, 0], [2, 0]], "goal": [1, 3], "alpha": 0.1, "steps": 60}
    yield "end/frozen weight", {**seed, "frozen": True, "alpha": 0.1, "steps": 9}
    yield (
        "end/frozen one of two",
        {"weight": [0.5, 1.0], "input": x, "goal": g, "frozen": [True, False], "alpha": 0.1, "steps": 200},
    )
    yield "end/frozen bias", {"input": x, "goal": g, "bias": 0.5, "freeze_bias": True, "alpha": 0.1, "steps": 200}
    yield "end/all frozen but the bias", {"input": x, "goal": g, "bias": True, "frozen": [True, True], "alpha": 0.1, "batch": 2}
    yield "end/subnormal", {"weight": -0.0, "input": 5e-324, "goal": 1e300, "alpha": 1e-300, "steps": 3}
    yield "end/great and small", {"weight": [1.0, 1.0], "input": [1024.0, 1 / 1024], "goal": 1.0, "alpha": 2**-21, "steps": 300}
    yield "end/ill-conditioned", {"input": [[1, 1], [1, 1.0625]], "goal": [0, 1], "alpha": 0.5, "batch": "all", "steps": 300}
    yield "end/crawls", {"input": [[1, 0], [0, 0.03125]], "goal": [1, 1], "alpha": 0.5, "batch": "all", "steps": 500}
    yield "end/wrong sign", {"input": x, "goal": g, "alpha": -0.05, "batch": "all", "steps": 60}
    yield "end/no steps", {"input": x, "goal": g, "alpha": 0.1, "steps": 0}
    yield "end/one step", {**seed, "alpha": 0.1, "steps": 1}
    yield "end/epochs of a short batch", {"input": x, "goal": g, "alpha": 0.1, "batch": 2, "epochs": 33}
    yield "end/more in a batch than there are", {"input": x, "goal": g, "alpha": 0.1, "batch": 64, "epochs": 33}


def _nodes() -> Iterator[tuple[str, Keywords]]:
    """One layer with everything that it can have; which, the dice say."""
    for number in range(90):
        dice = Dice(1000 + number)
        d, k, n = 1 + dice.below(6), dice.one_of((1, 1, 2, 3)), 1 + dice.below(9)
        rule, several = RULES[number % len(RULES)], k > 1
        keywords: Keywords = {
            "input": dice.block(n, d), "goal": dice.block(n, k) if several else dice.row(n), "rule": rule,
            "alpha": dice.one_of((0.01, 0.05, 0.125, 0.3, 0.9)), "steps": dice.one_of((40, 75, 150, 401)),
            "batch": dice.one_of((1, 2, 3, "all")), "order": dice.one_of(("given", "shuffled")), "seed": dice.below(10**6),
            "reduction": dice.one_of(("mean", "sum")), "summation": dice.one_of(("left-to-right", "lanes")),
        }  # fmt: skip
        if dice.below(3):
            keywords["weight"] = dice.block(k, d) if several else dice.row(d)
            if dice.below(3) == 0:
                keywords["frozen"] = dice.mask(k, d) if several else dice.mask(1, d)[0]
        if dice.below(2):
            keywords |= {"bias": True if dice.below(2) else dice.fraction(), "freeze_bias": dice.below(4) == 0}
        yield f"nodes/{number:02} {_rule_name(rule)}", keywords


def _wide() -> Iterator[tuple[str, Keywords]]:
    """More inputs than lanes, in both orders of adding."""
    for d in (5, 8, 16, 17, 24, 33, 70):
        for summation in ("left-to-right", "lanes"):
            dice = Dice(2000 + d)
            yield f"wide/{d} {summation}", {
                "weight": dice.row(d), "input": dice.block(5, d), "goal": dice.row(5), "alpha": 0.0078125 if d < 40 else 0.0625,
                "bias": d % 2 == 1, "batch": (1, 2, "all")[d % 3], "epochs": 20, "summation": summation,
            }  # fmt: skip


def _scheduled() -> Iterator[tuple[str, Keywords]]:
    dice = Dice(3000)
    x, g = dice.block(5, 3), dice.row(5)
    layers = {
        "weights": [dice.block(4, 3), dice.block(1, 4)],
        "biases": [dice.row(4), dice.row(1)],
        "activations": ["tanh", "identity"],
    }
    for name, alpha in SCHEDULES.items():
        yield f"schedule/{name}/node", {"weight": 0.4, "input": 1, "goal": 0.6, "alpha": alpha(), "steps": 60}
        several = {"input": x, "goal": g, "bias": True, "batch": 2, "order": "shuffled", "seed": 5, "rule": "momentum"}
        yield f"schedule/{name}/nodes", several | {"alpha": alpha(), "steps": 60}
        yield (
            f"schedule/{name}/network",
            {"network": layers, "input": x, "goal": g, "batch": 3, "rule": "adam", "alpha": alpha(), "steps": 60},
        )


# ---- networks ----


def _networks() -> Iterator[tuple[str, Keywords]]:
    """One to four layers with weights written down, and everything that a network can have."""
    for number in range(90):
        dice = Dice(4000 + number)
        depth = 1 + number % 4
        sizes = [1 + dice.below(5) for _ in range(depth + 1)]
        weights = [dice.block(k, d) for d, k in pairwise(sizes)]
        layers = {
            "weights": weights,
            "biases": [dice.row(k) if dice.below(3) else None for k in sizes[1:]],
            "activations": [ACTIVATIONS[(number + i) % 7] if i < depth else dice.one_of(ACTIVATIONS) for i in range(1, depth + 1)],
        }
        n, rule = 1 + dice.below(7), RULES[number % len(RULES)]
        keywords: Keywords = {
            "network": layers, "input": dice.block(n, sizes[0]), "goal": dice.block(n, sizes[-1]), "rule": rule,
            "loss": LOSSES[number % len(LOSSES)], "alpha": dice.one_of((0.01, 0.05, 0.125, 0.5)),
            "steps": dice.one_of((20, 45, 90)), "batch": dice.one_of((1, 2, 3, "all")), "order": dice.one_of(("given", "shuffled")),
            "seed": dice.below(10**6), "reduction": dice.one_of(("mean", "sum")),
            "summation": dice.one_of(("left-to-right", "lanes")), "update_order": dice.one_of(("parallel", "sequential")),
        }  # fmt: skip
        if dice.below(3) == 0:
            keywords["frozen"] = [dice.one_of((None, True, dice.mask(len(w), len(w[0])))) for w in weights]
            keywords["freeze_bias"] = dice.below(2) == 0
        yield f"network/{number:02} {_rule_name(rule)} {'-'.join(map(str, sizes))}", keywords


def _drawn_networks() -> Iterator[tuple[str, Keywords]]:
    """Weights drawn by each scheme, for each activation."""
    for number, activation in enumerate(ACTIVATIONS * 2):
        dice = Dice(5000 + number)
        wide = number >= len(ACTIVATIONS)
        drawn: Keywords = {"sizes": [18, 6, 2] if wide else [2, 5, 4, 1], "activation": activation, "seed": number}
        if number % 3:
            drawn["initial"] = INITIAL[number % len(INITIAL)]
        yield f"drawn/{number:02} {activation}", {
            "network": drawn, "input": dice.block(7, 18 if wide else 2), "goal": dice.block(7, 2) if wide else dice.row(7),
            "alpha": 0.02, "epochs": 12, "batch": 3, "order": "shuffled", "seed": number, "rule": RULES[number % 7],
            "summation": "lanes" if number % 2 else "left-to-right", "loss": LOSSES[number % 3],
            "update_order": "sequential" if number % 4 == 3 else "parallel",
        }  # fmt: skip


def _network_ends() -> Iterator[tuple[str, Keywords]]:
    """One recipe for each way that a network's run can go."""
    x, g = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0.0, 1.0, 1.0, 0.0]
    xor = {"sizes": [2, 3, 1], "activation": "tanh", "seed": 3}
    chain = {"weights": [[[0.5]], [[0.75]]], "activations": "identity"}
    dead = {"weights": [[[-1.0, -1.0]], [[1.0]]], "biases": [[-1.0], [0.0]], "activations": ["relu", "identity"]}
    same = {"weights": [[[0.5, 0.5], [0.5, 0.5]], [[0.25, 0.25]]], "biases": True, "activations": ["tanh", "identity"]}
    flat = {
        "weights": [[[30.0, 30.0], [-30.0, 30.0]], [[1.0, 1.0]]],
        "biases": [[15.0, 15.0], [0.0]],
        "activations": ["sigmoid", "identity"],
    }
    deep = {"sizes": [2, 3, 3, 3, 1], "activation": "sigmoid", "seed": 1}
    great = {"weights": [[[8.0, 4.0], [6.0, -8.0]], [[8.0, 8.0], [-8.0, 4.0]], [[8.0, 8.0]]], "activations": "identity"}
    batch = {"input": x, "goal": g, "batch": "all"}
    yield "network end/learns xor", {**batch, "network": xor, "alpha": 0.5, "steps": 1500}
    yield "network end/learns xor to an mse", {**batch, "network": xor, "alpha": 0.5, "until_mse": 0.01}
    yield "network end/xor one at a time", {**batch, "network": xor, "alpha": 0.2, "batch": 1, "epochs": 200}
    yield "network end/mse reached at the start", {**batch, "network": xor, "alpha": 0.2, "until_mse": 100.0}
    yield "network end/one-weight layers settle", {"network": chain, "input": [1.0], "goal": [0.5], "alpha": 0.25}
    yield "network end/one-weight layers cycle", {"network": chain, "input": [1.0], "goal": [0.5], "alpha": 1.9, "steps": 2000}
    yield "network end/one-weight layers diverge", {"network": chain, "input": [1.0], "goal": [0.5], "alpha": 9.0}
    yield "network end/four one-weight layers", {
        "network": {"weights": [[[0.5]], [[1.5]], [[-0.75]], [[1.25]]], "activations": ["tanh", "gelu", "softplus", "identity"]},
        "input": [[1.0], [0.5], [-2.0]], "goal": [0.5, 1.0, 0.25], "alpha": 0.1, "steps": 100,
    }  # fmt: skip
    yield "network end/diverges", {**batch, "network": great, "alpha": 0.5}
    yield "network end/dead node", {**batch, "network": dead, "alpha": 0.1, "steps": 100}
    yield "network end/symmetric nodes", {**batch, "network": same, "alpha": 0.2, "steps": 100}
    yield "network end/saturated nodes", {**batch, "network": flat, "alpha": 0.2, "steps": 100}
    yield "network end/deltas vanish", {**batch, "network": deep, "alpha": 0.2, "steps": 100}
    yield (
        "network end/goal out of range",
        {**batch, "network": {**xor, "output_activation": "sigmoid"}, "goal": [0.0, 3.0, 3.0, 0.0], "alpha": 0.2, "steps": 100},
    )
    yield (
        "network end/unscaled inputs",
        {"network": xor, "input": [[1000.0, 2.0], [3000.0, 1.0]], "goal": [1.0, 0.0], "alpha": 0.01, "steps": 60},
    )
    yield "network end/all frozen", {**batch, "network": xor, "frozen": [True, True], "freeze_bias": True, "alpha": 0.2, "steps": 9}
    yield "network end/first layer frozen", {**batch, "network": xor, "frozen": [True, None], "alpha": 0.2, "steps": 200}
    yield (
        "network end/single biases frozen",
        {**batch, "network": xor, "frozen": [i % 4 == 2 for i in range(13)], "alpha": 0.2, "steps": 60},
    )
    yield "network end/zeros", {**batch, "network": {**xor, "initial": "zeros"}, "alpha": 0.2, "steps": 60}
    yield "network end/no biases", {**batch, "network": {**xor, "bias": False}, "alpha": 0.2, "steps": 60}
    yield "network end/absolute error swings", {**batch, "network": xor, "loss": "absolute", "alpha": 0.25, "steps": 300}
    yield "network end/alpha negative", {**batch, "network": xor, "alpha": -0.1, "steps": 60}
    yield "network end/no steps", {**batch, "network": xor, "alpha": 0.1, "steps": 0}


def _twins() -> Iterator[tuple[str, Keywords]]:
    """A node, and the same node as a network of one layer: they must become the same in everything."""
    seed = {"input": 1.0, "goal": 0.6}
    for alpha in (0.1, 1.0, 1.5, 2.0, 2.5):
        yield f"twin/alpha {alpha}/node", {**seed, "weight": 0.4, "alpha": alpha, "steps": 325}
        one = {"weights": [[[0.4]]], "activations": "identity"}
        yield f"twin/alpha {alpha}/network", {"input": [1.0], "goal": [0.6], "network": one, "alpha": alpha, "steps": 325}
    for number, rule in enumerate(RULES):
        dice = Dice(6500 + number)
        d, k, n = 1 + dice.below(4), dice.one_of((1, 2)), 1 + dice.below(6)
        weight, bias = dice.block(k, d), dice.fraction() if number % 2 else None
        shared: Keywords = {
            "input": dice.block(n, d), "goal": dice.block(n, k), "alpha": dice.one_of((0.05, 0.2)), "steps": 80, "rule": rule,
            "batch": (1, 2, "all")[number % 3], "order": ("given", "shuffled")[number // 3 % 2],
            "reduction": ("mean", "sum")[number // 2 % 2], "summation": ("left-to-right", "lanes")[number // 4 % 2],
        }  # fmt: skip
        layer = {"weights": [weight], "biases": [None if bias is None else [bias] * k], "activations": "identity"}
        yield f"twin/{number:02} {_rule_name(rule)}/node", {**shared, "weight": weight, "bias": bias}
        yield f"twin/{number:02} {_rule_name(rule)}/network", {**shared, "network": layer}


def _tables() -> Iterator[tuple[str, Keywords]]:
    """A file and a mapping; scaled and not; with rows held out and rows left out."""
    dice = Dice(7000)
    mapping = {"a": dice.row(16), "b": dice.row(16), "c": dice.row(16), "y": dice.row(16)}
    file = {"data": str(TABLE), "missing": "drop"}
    for scaled in (False, True):
        word = "scaled" if scaled else "as it is"
        alpha = 0.1 if scaled else 2**-15
        yield f"table/file {word}", {**file, "goal": "price", "standardise": scaled, "alpha": alpha, "epochs": 15}
        yield (
            f"table/file {word}, no bias",
            {**file, "goal": "price", "standardise": scaled, "alpha": alpha, "bias": False, "steps": 100},
        )
        yield f"table/file {word}, a column and two goals", {
            **file, "inputs": ["rooms"], "goal": ["price", "area"], "standardise": scaled, "alpha": alpha, "batch": "all",
            "epochs": 60,
        }  # fmt: skip
        yield f"table/file {word}, network", {
            **file, "goal": "price", "standardise": scaled, "alpha": alpha, "epochs": 15, "batch": 4, "order": "shuffled",
            "seed": 3, "network": {"sizes": [2, 3, 1], "seed": 3},
        }  # fmt: skip
        yield (
            f"table/mapping {word}",
            {"data": mapping, "goal": "y", "alpha": 0.05, "standardise": scaled, "batch": 5, "epochs": 25},
        )
    yield "table/mapping, held out", {"data": mapping, "goal": "y", "alpha": 0.05, "holdout": 0.25, "seed": 11, "epochs": 30}
    yield (
        "table/mapping, half held out and scaled",
        {"data": mapping, "goal": "y", "alpha": 0.05, "holdout": 0.5, "seed": 4, "standardise": True},
    )
    yield "table/mapping, network, held out", {
        "data": mapping, "goal": ["y"], "inputs": ["a", "c"], "alpha": 0.01, "holdout": 0.25, "rule": "adam", "epochs": 30,
        "network": {"sizes": [2, 4, 1], "activation": "softplus"}, "batch": "all",
    }  # fmt: skip
    given = {"mean": [3.0, 80.0], "deviation": [1.5, 25.0]}
    yield "table/scaling given", {**file, "goal": "price", "standardise": given, "alpha": 0.05, "rule": "nesterov", "epochs": 15}
    start = {"weight": [0.5, -0.25, 0.125], "bias": 1.5}
    yield "table/mapping, weights given", {**start, "data": mapping, "goal": "y", "alpha": 0.1, "order": "shuffled", "steps": 90}
    yield (
        "table/mapping, until an mse",
        {"data": mapping, "goal": "y", "alpha": 0.05, "batch": "all", "until_mse": 0.9, "epochs": 300},
    )


def _joined() -> Iterator[tuple[str, Keywords]]:
    """Penalties, clipping and alphas of their own."""
    seed = {"weight": 0.4, "input": 1, "goal": 0.6, "alpha": 0.25}
    x, g = [[1.0, 0.5], [-0.25, 2.0], [1.5, -1.0]], [1.0, -0.5, 2.0]
    several = {"weight": [0.25, -0.5], "input": x, "goal": g, "alpha": 0.125, "epochs": 40}
    xor = {"input": [[0, 0], [0, 1], [1, 0], [1, 1]], "goal": [0, 1, 1, 0]}
    layers = {"network": {"sizes": [2, 3, 1], "activation": "relu", "seed": 5}, **xor, "alpha": 0.25, "steps": 60}
    yield "joined/l2 settles", {**seed, "penalty": 0.25}
    yield "joined/l1 swings about 0", {**seed, "penalty": {"l1": 0.75}, "steps": 90}
    yield "joined/l2 beyond its limit", {**seed, "penalty": {"l2": 7.5}, "steps": 60}
    yield "joined/both, and the bias", {**several, "bias": 0.5, "penalty": {"l2": 0.25, "l1": 0.0625, "bias": True}}
    yield "joined/the bias left alone", {**several, "bias": 0.5, "penalty": {"l2": 0.25}, "batch": 2, "rule": "adam"}
    yield "joined/summed", {**several, "penalty": 0.25, "reduction": "sum", "batch": "all"}
    yield "joined/clipped", {**several, "clip": 0.25, "frozen": [False, True]}
    yield "joined/clipped, momentum", {**several, "bias": True, "clip": 0.5, "rule": "momentum", "order": "shuffled", "seed": 3}
    yield "joined/clipped far out", {**several, "input": [[1e100, 2e100]] * 3, "clip": 1.0, "epochs": 2}
    yield "joined/an alpha a weight", {**several, "alpha_factors": [2.0, 0.25], "batch": "all"}
    sides = {"weight": [0.0, 0.0], "input": x, "goal": [1, 0, 1], "bias": True, "alpha": 0.25}
    yield "joined/perceptron rests", {**sides, "loss": "perceptron", "epochs": 60}
    yield "joined/perceptron goes round", {**sides, "input": [[1, 0]] * 3, "loss": "perceptron", "epochs": 9}
    yield "joined/hinge", {**sides, "loss": "hinge", "epochs": 60, "batch": 2, "rule": "momentum"}
    yield "joined/layers, hinge", {**layers, "loss": "hinge", "penalty": 0.03125}
    yield "joined/layers, penalty", {**layers, "penalty": {"l2": 0.03125, "l1": 0.0078125}}
    yield "joined/layers, penalty, one after another", {**layers, "penalty": 0.0625, "update_order": "sequential"}
    yield "joined/layers, clipped", {**layers, "clip": 0.125, "penalty": {"l2": 0.0625, "bias": True}, "batch": 3}
    yield "joined/layers, an alpha a layer", {**layers, "alpha_factors": [0.5, None], "rule": "nesterov"}


def _in_parts() -> Iterator[tuple[str, Keywords]]:
    """Batches that are added in parts, of nodes and of networks: parts of one, of all but one, of more than there are."""
    for number in range(24):
        dice = Dice(8000 + number)
        n, d, rule = 5 + dice.below(40), 1 + dice.below(20), RULES[number % len(RULES)]
        keywords: Keywords = {
            "input": dice.block(n, d), "goal": dice.row(n), "rule": rule, "alpha": dice.one_of((0.01, 0.05)), "epochs": 12,
            "batch": dice.one_of((2, 7, "all", "all")), "parts": (1, 2, 3, n - 1, 8, n + 1)[number % 6],
            "order": dice.one_of(("given", "shuffled")), "seed": number, "reduction": "mean" if number % 4 else "sum",
        }  # fmt: skip
        if number % 2:
            keywords["network"] = {"sizes": [d, 4, 1], "activation": ACTIVATIONS[number % 7], "seed": number}
            keywords["loss"] = LOSSES[number % len(LOSSES)]
        else:
            keywords |= {"bias": True} if number % 4 else {"until_mse": 0.5}
        yield f"parts/{number:02} {_rule_name(rule)}", keywords


def _rule_name(rule: Any) -> str:
    return rule if isinstance(rule, str) else f"{rule['name']} odd"
