"""Trainings of networks and what a careful expert would find in them: named, generated, and TensorFlow Playground's two."""

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import numpy as np
from verdicts.cases import Case, case

import nodescope as ns

Floats = np.ndarray
HALF = 6.0
"""Playground's points lie in a square from −6 to 6."""


def plane(x: Floats) -> Floats:
    """Playground's "plane": (x + y) / 10."""
    return (x[:, 0] + x[:, 1]) / 10


def gaussian(x: Floats) -> Floats:
    """Playground's "multi Gaussian": six hills of height ±1, falling straight to 0 within 2; of several, the one larger in size."""
    label = np.zeros(len(x))
    for centre_x, centre_y, sign in ((-4, 2.5, 1), (0, 2.5, -1), (4, 2.5, 1), (-4, -2.5, -1), (0, -2.5, 1), (4, -2.5, -1)):
        hill = sign * np.clip(1 - np.hypot(x[:, 0] - centre_x, x[:, 1] - centre_y) / 2, 0, 1)
        label = np.where(np.abs(hill) > np.abs(label), hill, label)
    return label


def playground(target: Callable[[Floats], Floats], seed: int) -> dict[str, Any]:
    """500 points, half of them kept unseen; 2-4-2-1, tanh; weights within ±½, biases 0.1; batches of 10, alpha 0.03."""
    rng = np.random.default_rng(seed)
    x = rng.uniform(-HALF, HALF, (500, 2))
    weights = [rng.uniform(-0.5, 0.5, (k, d)) for d, k in ((2, 4), (4, 2), (2, 1))]
    network = ns.network(weights=weights, biases=[np.full(k, 0.1) for k in (4, 2, 1)], activations=["tanh", "tanh", "identity"])
    data = {"x": x[:, 0], "y": x[:, 1], "label": target(x)}
    return {
        "data": data,
        "goal": "label",
        "holdout": 0.5,
        "seed": seed,
        "network": network,
        "alpha": 0.03,
        "batch": 10,
        "epochs": 400,
    }


TARGETS: dict[str, Callable[[Floats], Floats]] = {
    "line": lambda x: x @ np.arange(1, x.shape[1] + 1) / 2,
    "sine": lambda x: np.sin(2 * x[:, 0]) + 0.3 * x[:, -1],
    "product": lambda x: x[:, 0] * x[:, -1],
    "bump": lambda x: np.exp(-(x**2).sum(axis=1)).round(12),  # NumPy's last digit is the processor's
}


def _problem(target: str, n: int = 60, d: int = 2, noise: float = 0.0, seed: int = 0) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    x = rng.uniform(-1.5, 1.5, (n, d))
    return {"input": x, "goal": TARGETS[target](x) + noise * rng.normal(size=n)}


def _learned(target: str, sizes: list[int], activation: str, rule: Any, alpha: Any, **more: Any) -> dict[str, Any]:
    seed = more.pop("seed", 0)
    shape = ns.network([2, *sizes, 1], activation=activation, seed=seed)
    return {**_problem(target, seed=seed), "network": shape, "rule": rule, "alpha": alpha, "batch": "all", "steps": 1500, **more}


def _twice() -> dict[str, Any]:
    """No function tells 0.6 from 1.4: what is left is a third of their variance, and all deltas cancel."""
    network = ns.network([1, 8, 1], seed=2)
    return {
        "input": [[0], [0], [1], [1]],
        "goal": [-1.4, -0.6, 0.6, 1.4],
        "network": network,
        "alpha": 0.1,
        "batch": "all",
        "steps": 20000,
    }


HEALTHY = [
    case(f"{target}, {activation}, {rule}", _learned(target, [8, 8], activation, rule, alpha))
    for target, activation, rule, alpha in (
        ("line", "tanh", "plain", 0.1), ("line", "relu", "plain", 0.05), ("line", "sigmoid", "adam", 0.02),
        ("line", "leaky relu", "momentum", 0.01), ("line", "softplus", "adam", 0.01), ("line", "gelu", "nesterov", 0.02),
        ("sine", "tanh", "adam", 0.01), ("sine", "relu", "adam", 0.01), ("sine", "gelu", "adamw", 0.01),
        ("sine", "softplus", "rmsprop", 0.003), ("sine", "leaky relu", "adam", 0.01), ("sine", "tanh", "momentum", 0.05),
        ("product", "tanh", "adam", 0.01), ("product", "relu", "adam", 0.01), ("product", "gelu", "adam", 0.01),
        ("bump", "tanh", "adam", 0.01), ("bump", "relu", "adam", 0.01), ("bump", "sigmoid", "adam", 0.03),
        ("line", "identity", "plain", 0.05), ("line", "tanh", "adagrad", 0.1),
    )
] + [
    case("automatic alpha", _learned("line", [8], "tanh", "plain", "auto")),
    case("one at a time", _learned("line", [8], "tanh", "plain", 0.05, batch=1, steps=4000)),
    case("shuffled batches", _learned("sine", [12], "tanh", "adam", 0.01, batch=8, order="shuffled", steps=6000)),
    case("cosine schedule", _learned("sine", [12], "tanh", "adam", ns.schedule("cosine", start=0.02, end=1e-4, steps=1500))),
    case("huber loss", _learned("line", [8], "tanh", "adam", 0.01, loss="huber")),
    case("one layer after another", _learned("line", [8, 8], "tanh", "plain", 0.1, update_order="sequential")),
    case("two goals for each input: as good as can be", _twice()),
    case("Playground: plane", playground(plane, 0)),
    case("Playground: Gaussian", playground(gaussian, 0)),
]  # fmt: skip


def _sick(name: str, recipe: dict[str, Any], must: str, may: str = "") -> Case:
    return case(name, recipe, must, may)


def _deep(activation: str, layers: int, scale: float, seed: int = 0, bias: float = 0.0) -> ns.Network:
    rng = np.random.default_rng(seed)
    sizes = [2, *[6] * layers, 1]
    weights = [rng.normal(size=(k, d)) * scale / np.sqrt(d) for d, k in pairwise(sizes)]
    biases = [np.full(k, bias) for k in sizes[1:-1]] + [np.zeros(1)]
    return ns.network(weights=weights, biases=biases, activations=[activation] * layers + ["identity"])


_LINE = _problem("line")
_AFTER = "plateau, stalled, vanishing gradients, saturated nodes, dead nodes, exploding gradients"
_NOISE = {"input": _LINE["input"], "goal": np.random.default_rng(9).normal(size=60)}
_FAR = {"input": _LINE["input"] * 1000, "goal": _LINE["goal"]}
_TABLE = {f"x{i}": np.random.default_rng(i).normal(size=60) for i in range(6)} | {"y": np.random.default_rng(99).normal(size=60)}
SICK = [
    _sick(
        "zeros, tanh",
        {**_LINE, "network": ns.network([2, 6, 1], initial="zeros"), "alpha": 0.1, "steps": 800},
        "symmetric nodes",
        _AFTER,
    ),
    _sick(
        "zeros, relu",
        {**_LINE, "network": ns.network([2, 6, 1], activation="relu", initial="zeros"), "alpha": 0.1, "steps": 800},
        "symmetric nodes",
        _AFTER + ", diverges",
    ),
    _sick(
        "all weights alike",
        {
            **_problem("product"),
            "network": ns.network(weights=[np.full((5, 2), 0.3), np.full((1, 5), 0.3)], activations=["tanh", "identity"]),
            "alpha": 0.05,
            "batch": "all",
            "steps": 500,
        },
        "symmetric nodes",
        _AFTER,
    ),
    *[
        _sick(
            f"dead from the start: {depth} layers",
            {**_LINE, "network": _deep("relu", depth, 1.0, bias=-50.0), "alpha": 0.02, "steps": 500},
            "dead nodes, stalled",
            _AFTER,
        )
        for depth in (1, 2, 3)
    ],
    *[
        _sick(
            f"saturated from the start: {name}, {depth} layers",
            {**_LINE, "network": _deep(name, depth, 300.0), "alpha": 1e-3, "batch": "all", "steps": 60},
            "saturated nodes",
            _AFTER + ", diverges, non-finite",
        )
        for name in ("tanh", "sigmoid")
        for depth in (2, 3)
    ],
    *[
        _sick(
            f"vanishing: sigmoid, {depth} layers",
            {**_LINE, "network": _deep("sigmoid", depth, 0.5), "alpha": 0.1, "batch": "all", "steps": 300},
            "vanishing gradients",
            _AFTER,
        )
        for depth in (7, 9, 12)
    ],
    *[
        _sick(
            f"exploding: identity, {depth} layers",
            {**_LINE, "network": _deep("identity", depth, 8.0), "alpha": 1e-30, "batch": "all", "steps": 20},
            "exploding gradients",
            _AFTER + ", slow convergence",
        )
        for depth in (6, 8)
    ],
    *[
        _sick(
            f"alpha too large: {name}",
            {**_LINE, "network": ns.network([2, 8, 1], activation=name), "alpha": 20.0, "batch": "all", "steps": 3000},
            "non-finite",
            _AFTER + ", diverges",
        )
        for name in ("identity", "relu", "softplus", "gelu", "leaky relu")
    ],
    _sick(
        "wrong sign",
        {**_LINE, "network": ns.network([2, 8, 1]), "alpha": -0.05, "batch": "all", "steps": 200},
        "wrong sign",
        _AFTER + ", diverges, non-finite",
    ),
    _sick(
        "alpha 0", {**_LINE, "network": ns.network([2, 8, 1]), "alpha": 0.0, "batch": "all", "steps": 50}, "alpha is zero", _AFTER
    ),
    *[
        _sick(
            f"goals out of range: {name}",
            {
                **_LINE,
                "goal": _LINE["goal"] * 5 + shift,
                "alpha": 0.1,
                "batch": "all",
                "steps": 400,
                "network": ns.network([2, 8, 1], output_activation=name),
            },
            "goal out of range",
            _AFTER,
        )
        for name, shift in (("sigmoid", 0), ("tanh", 0), ("relu", -3), ("softplus", -3))
    ],
    _sick(
        "slow convergence",
        {**_LINE, "network": ns.network([2, 8, 1]), "alpha": 1e-5, "batch": "all", "steps": 400},
        "slow convergence",
        "plateau",
    ),
    _sick(
        "inputs tell nothing", {**_NOISE, "network": ns.network([2, 3, 1]), "alpha": 0.05, "batch": "all", "steps": 400}, "plateau"
    ),
    *[
        _sick(
            f"inputs in thousands: {name}",
            {**_FAR, "network": ns.network([2, 8, 1], activation=name), "alpha": 1e-3, "batch": "all", "steps": 300},
            "unscaled inputs",
            _AFTER + ", diverges, non-finite, slow convergence",
        )
        for name in ("tanh", "sigmoid", "relu")
    ],
    _sick(
        "overfitting",
        {
            "data": _TABLE,
            "goal": "y",
            "holdout": 0.4,
            "network": ns.network([6, 40, 40, 1]),
            "rule": "adam",
            "alpha": 0.01,
            "batch": "all",
            "steps": 800,
        },
        "overfitting",
    ),
    _sick(
        "alpha falls below 0 on the way",
        {**_LINE, "network": ns.network([2, 8, 1]), "alpha": lambda t: 0.05 - 0.001 * t, "steps": 110},
        "wrong sign",
        _AFTER + ", diverges",
    ),
    _sick(
        "adam crawls",
        {**_LINE, "network": ns.network([2, 8, 1]), "alpha": 1e-9, "rule": "adam", "batch": "all", "steps": 300},
        "slow convergence",
        "plateau",
    ),
    _sick(
        "alpha fades away",
        {**_NOISE, "network": ns.network([2, 8, 1]), "alpha": ns.schedule("exponential", start=1e-3, factor=0.5), "steps": 300},
        "stalled",
        "plateau, slow convergence",
    ),
    _sick(
        "inputs are 0",
        {**_LINE, "input": np.zeros((60, 2)), "network": _deep("tanh", 1, 1.0, bias=0.0), "alpha": 0.0, "steps": 30},
        "alpha is zero",
        _AFTER,
    ),
    _sick(
        "adam goes up and down",
        {**_problem("product"), "network": ns.network([2, 16, 1]), "alpha": 1.0, "rule": "adam", "batch": 10, "epochs": 60},
        "plateau",
        _AFTER + ", diverges",
    ),
    _sick(
        "everything frozen",
        {**_LINE, "network": ns.network([2, 4, 1]), "frozen": [True, True], "freeze_bias": True, "alpha": 0.1, "steps": 200},
        "frozen weight, stalled",
        "plateau",
    ),
]
CASES = HEALTHY + SICK


def healthy(count: int, seed: int) -> Iterator[tuple[str, Case]]:
    """Random trainings that nothing is wrong with: whatever warning they get, none may be a fault."""
    rng = np.random.default_rng(seed)
    for i in range(count):
        target, activation = (
            str(rng.choice(list(TARGETS))),
            str(rng.choice(["tanh", "relu", "gelu", "leaky relu", "softplus", "sigmoid"])),
        )
        rule = str(rng.choice(["plain", "momentum", "adam", "adamw", "rmsprop"]))
        alpha = {"plain": 0.05, "momentum": 0.008, "adam": 0.01, "adamw": 0.01, "rmsprop": 0.003}[rule] * float(
            rng.uniform(0.3, 1.2)
        )
        sizes = [int(rng.integers(6, 17)) for _ in range(int(rng.integers(1, 3)))]
        recipe = _learned(target, sizes, activation, rule, alpha, seed=int(rng.integers(10**6)), steps=int(rng.integers(400, 1600)))
        yield (
            "healthy",
            case(
                f"healthy {seed}.{i}: {target}, {sizes}, {activation}, {rule}, {alpha:.3g}", recipe, "", "plateau, slow convergence"
            ),
        )


def generate(count: int, seed: int) -> Iterator[tuple[str, Case]]:
    """Of each three one healthy; the others made sick in one way, drawn."""
    rng = np.random.default_rng(seed)
    kinds = [c for c in SICK if "thousands" not in c.name and c.name not in ("overfitting", "adam goes up and down")]
    fit = healthy(count, seed + 1)
    for i in range(count):
        if i % 3 == 0:
            yield next(fit)
            continue
        one = kinds[int(rng.integers(len(kinds)))]
        recipe = dict(one.recipe)
        order = rng.permutation(len(recipe["input"]))
        turned = rng.choice([-1.0, 1.0], size=recipe["input"].shape[1])
        recipe |= {"input": recipe["input"][order] * turned, "goal": recipe["goal"][order]}
        network = recipe["network"]
        jitter = [w * (1 + 0.1 * rng.uniform(-1, 1, w.shape)) if "symmetric nodes" not in one.must else w for w in network.weights]
        recipe["network"] = ns.network(
            weights=jitter, biases=list(network.biases), activations=[a.name for a in network.activations]
        )
        yield one.name.split(":")[0], Case(f"{one.name} {seed}.{i}", recipe, one.must, one.may)
