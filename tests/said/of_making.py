"""What is made of every keyword in every shape, and what is refused: the recipe that comes of it, or the sentence that does."""

import datetime
import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from said.documents import attributes, given

import nodescope as ns
from nodescope.run.making import make_recipe

Made = tuple[str, Callable[[], Any]]
X = np.arange(12.0).reshape(6, 2) % 5 - 1
NODE: dict[str, Any] = {"input": X, "goal": X @ [2.0, -1.0] + 0.5, "alpha": 0.05, "steps": 4}
LAYERS: dict[str, Any] = NODE | {"network": ns.network([2, 3, 1], seed=3)}
TWO: dict[str, Any] = NODE | {"goal": np.column_stack([X[:, 0], X[:, 1]])}
TABLE: dict[str, Any] = {
    "data": {"a": [1.0, 2.0, 4.0, 3.0], "b": [0.5, 0.25, 2.0, 1.0], "y": [1.0, 3.0, 2.0, 5.0]}, "goal": "y", "alpha": 0.1,
    "steps": 4,
}  # fmt: skip
CLASSES: dict[str, Any] = {"input": X, "goal": ["a", "b"] * 3, "alpha": 0.1, "steps": 4, "loss": "cross-entropy"}


def making() -> Iterator[Made]:
    """Of nodes, layers, tables and classes each keyword changed; networks; schedules."""
    for name, (base, changes) in CHANGED.items():
        for number, change in enumerate(changes):
            yield f"made: {name}, {number} {', '.join(change)}", lambda base=base, change=change: made(base | change)
    for number, call in enumerate(NETWORKS):
        yield f"made: network, {number}", lambda call=call: given(lambda: ns.network(**call))
    for number, call in enumerate(SCHEDULES):
        yield f"made: schedule, {number}", lambda call=call: given(lambda: alphas(call))


def made(keywords: dict[str, Any]) -> Any:
    """The recipe, as text and in numbers."""
    try:
        recipe = make_recipe(**keywords)
    except ns.NodescopeError as error:
        return f"{type(error).__name__}: {error}"
    told = attributes(recipe)
    return {name: value for name, value in told.items() if name != "examples"} | {
        "toml": given(recipe.to_toml), "again": given(lambda: make_recipe(**recipe.keywords()) == recipe),
        "frozen": given(lambda: recipe.frozen), "factors": given(lambda: recipe.factors), "start": given(recipe.start_weights),
    }  # fmt: skip


def alphas(call: dict[str, Any]) -> Any:
    alpha = ns.schedule(**call)
    return [alpha(t) for t in (0, 1, 2, 3, 9, 10, 11, 50)]


_SHAPES: list[dict[str, Any]] = [
    {"weight": w, "input": x, "goal": g}
    for w, x, g in (
        (0.4, 1.0, 0.6), (0.4, [1.0, 2.0], [0.6, 1.0]), (0.4, [1.0], [0.6]), ([0.1, 0.2], [1.0, 2.0], 0.6), ([0.1], [1.0], 0.6),
        ([0.1, 0.2], [[1.0, 2.0], [3.0, 4.0]], [0.6, 1.0]), ([[0.1, 0.2]], [1.0, 2.0], [0.6]),
        ([[0.1], [0.2]], [1.0], [0.6, 1.0]),
        ([[0.1, 0.2], [0.3, 0.4]], [[1.0, 2.0]], [[0.6, 1.0]]), (0.4, [[1.0]], [[0.6]]), ([0.1, 0.2], [1.0, 2.0, 3.0], 0.6),
        ([0.1, 0.2], [[1.0, 2.0]], [[0.6]]), ([[0.1, 0.2]], [[1.0, 2.0]], [0.6]), ([[[0.1]]], [1.0], [0.6]), (0.4, 1.0, [0.6]),
        (0.4, [1.0, 2.0], 0.6), ([], [], []), (None, 1.0, 0.6), (None, [1.0, 2.0], [0.6, 1.0]), (None, [1.0, 2.0], 0.6),
        (None, [1.0, 2.0], [0.6]), (None, [1.0, 2.0], [[0.6]]), (None, X, X[:, 0]), (None, X, X), (None, X, [[X]]),
        (None, X, 0.6),
        (None, 1.0, [0.6]), (None, [[[1.0]]], [0.6]), (None, np.ones((1,) * 6), 1.0), (None, [], []),
    )
]  # fmt: skip
_NET = {"network": [2, 3, 1]}
_NET_SHAPES: list[dict[str, Any]] = [
    {"network": sizes, "input": x, "goal": g}
    for sizes, x, g in (
        ([2, 1], X, X[:, 0]), ([2, 1], X, X[:, :1]), ([2, 2], X, X), ([2, 2], X, X[:, 0]), ([2, 1], [1.0, 2.0], 0.6),
        ([2, 1], [1.0, 2.0], [0.6]), ([2, 2], [1.0, 2.0], [0.6, 1.0]), ([1, 1], 1.0, 0.6), ([1, 1], [1.0, 2.0], [0.6, 1.0]),
        ([1, 1], [1.0], [0.6]), ([1, 2], [1.0, 2.0], [[0.6, 1.0], [0.1, 0.2]]), ([1, 2], 1.0, [0.6, 1.0]),
        ([1, 2], [1.0], [0.6, 1.0]),
        ([3, 1], X, X[:, 0]), ([3, 2], X, X), ([2, 1], [[]], [0.6]), ([2, 1], X, X), ([2, 1], 1.0, 0.6), ([1, 1], [[1.0]], [0.6]),
    )
]  # fmt: skip
_FIRST = [[True, False, False], [False, True, False], [True, True, True]]
CHANGED: dict[str, tuple[dict[str, Any], list[dict[str, Any]]]] = {
    "shapes": ({"alpha": 0.1, "steps": 2}, _SHAPES),
    "shapes of layers": ({"alpha": 0.1, "steps": 2}, _NET_SHAPES),
    "node": (NODE, [
        {"alpha": "auto"}, {"alpha": [0.1, 0.2, 0.3, 0.4]}, {"alpha": [0.1, 0.2]}, {"alpha": []}, {"alpha": "fast"},
        {"alpha": None},
        {"alpha": {"name": "steps", "start": 0.1, "every": 2}}, {"alpha": {"start": 0.1}}, {"alpha": np.array(0.25)},
        {"alpha": {"name": "exponential", "start": 0.1, "factor": 1e200}, "steps": 9},
        {"steps": None}, {"steps": 0}, {"steps": -1}, {"steps": 2, "epochs": 3}, {"steps": None, "epochs": 3, "batch": 4},
        {"steps": None, "epochs": 2**62}, {"batch": 4}, {"batch": 6}, {"batch": 7}, {"batch": "all"}, {"batch": 0},
        {"batch": "some"},
        {"bias": True}, {"bias": False}, {"bias": 0.5}, {"bias": [0.5]}, {"bias": math.nan}, {"bias": True, "freeze_bias": True},
        {"freeze_bias": True}, {"frozen": [True, False]}, {"frozen": [False, False]}, {"frozen": True}, {"frozen": [1, 0]},
        {"frozen": [[True], [False, True]]}, {"frozen": [True, False], "bias": 1.0, "freeze_bias": True},
        {"alpha_factors": [1.0, 0.5]}, {"alpha_factors": 1.0}, {"alpha_factors": 2.0},
        {"alpha_factors": [0.0, 2.0], "bias": True},
        {"alpha_factors": [-1.0, 2.0]}, {"alpha_factors": [1.0]}, {"alpha_factors": [math.inf, 1.0]},
        {"penalty": 0.5}, {"penalty": {"l1": 0.1, "bias": True}, "bias": True}, {"penalty": -1}, {"penalty": {"l3": 1}},
        {"clip": 1.0},
        {"clip": 0}, {"loss": "huber"}, {"loss": {"name": "huber", "threshold": 0.0}}, {"loss": "hubber"}, {"rule": "adam"},
        {"rule": {"name": "momentum", "momentum": 0.5}}, {"rule": "adm"}, {"order": "shuffled", "seed": 2**64 - 1},
        {"order": "shuffled", "seed": 2**64}, {"order": "other"}, {"reduction": "sum"}, {"summation": "lanes"},
        {"summation": "all"},
        {"update_order": "sequential"}, {"standardise": True}, {"standardise": "ddof 1"}, {"standardise": "min-max"},
        {"standardise": "max"}, {"until_mse": 0.5}, {"until_mse": -1}, {"time_limit": 0}, {"time_limit": -1}, {"tolerance": 0.01},
        {"tolerance": {"change": 0.1, "patience": 2}}, {"tolerance": 1.0}, {"keep": "best"}, {"keep": "first"}, {"parts": 2},
        {"parts": 2, "batch": "all"}, {"parts": 0, "batch": 4}, {"method": "moments"}, {"method": "moments", "batch": "all"},
        {"method": "moments", "batch": "all", "reduction": "sum"}, {"method": "moments", "batch": "all", "loss": "absolute"},
        {"method": "moments", "batch": "all", "parts": 2}, {"method": "moments", "batch": "all", "penalty": 1.0},
        {"method": "moments", "batch": "all", "input": X[:3], "goal": X[:3, 0]}, {"method": {"name": "steps", "rows": 3}},
        {"method": {"name": "moments", "rows": 9}, "batch": "all"}, {"method": {"rows": 9, "row": 1}}, {"fingerprint": "0" * 64},
        {"fingerprint": 7}, {"missing": "drop"}, {"missing": "drop", "holdout": 0.2}, {"holdout": 0}, {"holdout": False},
        {"memory": 10}, {"window": 4}, {"classes": ["a", "b"]}, {"data": TABLE["data"]}, {"goal": None}, {"input": None},
        {"input": TABLE["data"]}, {"input": "one"}, {"input": [[math.nan, 1.0]] * 6}, {"weight": [math.inf, 0.0]},
        {"weight": [0.1, 0.2], "network": [2, 1]}, {"bias": 1.0, "network": [2, 1]}, {"learning_rate": 0.1}, {"stepps": 4},
    ]),
    "two nodes": (TWO, [
        {}, {"bias": True}, {"bias": 0.5}, {"bias": [0.5, 1.0]}, {"bias": [0.5, 1.0, 2.0]},
        {"frozen": [[True, False], [False, True]]},
        {"frozen": [True, False]}, {"alpha_factors": [[1.0, 2.0], [3.0, 4.0]]}, {"alpha_factors": 3.0}, {"summation": "auto"},
        {"frozen": [[False, False], [False, False]], "bias": True, "freeze_bias": True},
    ]),
    "many inputs": ({"alpha": 0.1, "steps": 1}, [
        {"input": np.ones((2, d)), "goal": [1.0, 2.0]} for d in (16, 17)
    ] + [{"input": np.ones((2, 17)), "goal": np.ones((2, 2))},
    {"network": [17, 1], "input": np.ones((2, 17)), "goal": [1.0, 2.0]}]),
    "layers": (LAYERS, [
        {}, {"frozen": [True, None]}, {"frozen": [None, None]}, {"frozen": [True]}, {"frozen": [None, [[True, False, True]]]},
        {"frozen": [True, False] * 6 + [True]}, {"frozen": [False] * 13}, {"frozen": [True] * 12}, {"freeze_bias": True},
        {"frozen": [True, None], "freeze_bias": True}, {"alpha_factors": [1.0, 0.1]}, {"alpha_factors": [1.0, 1.0]},
        {"alpha_factors": [None, [[1.0, 2.0, 3.0]]]}, {"alpha_factors": list(range(13))}, {"alpha_factors": [1.0] * 13},
        {"alpha_factors": [2.0]}, {"alpha_factors": [None, [[1.0, 2.0]]]}, {"network": {"hidden": 4}},
        {"network": {"hidden": [4, 2]}},
        {"network": {"hidden": [4], "activation": "relu"}, "seed": 3}, {"network": {"hidden": []}}, {"network": {"hiden": [4]}},
        {"network": {"sizes": [2, 2, 1], "bias": False}}, {"network": [2]}, {"network": "2-3-1"}, {"network": [3, 1]}, _NET,
        {"update_order": "sequential"}, {"update_order": "sequential", "clip": 1.0},
        {"update_order": "sequential", "batch": 2, "parts": 2},
        {"update_order": "other"}, {"method": "moments", "batch": "all"}, {"parts": 3, "batch": "all"}, {"standardise": True},
        {"network": {"sizes": [2, 3, 1], "output_activation": "softmax"}},
        {"network": {"sizes": [2, 3, 1], "activation": "softmax"}},
        {"network": {"sizes": [2, 3, 1], "output_activation": "step"}}, {"network": {"sizes": [2, 3, 1], "activation": "step"}},
        {"input": np.ones((2**19 + 1, 2)), "goal": np.full(2**19 + 1, np.nan), "steps": 0, "alpha": 0.1},
        {"input": np.ones((2**19, 2)), "goal": np.full(2**19, np.nan)},
    ]),
    "table": (TABLE, [
        {}, {"steps": None}, {"steps": None, "epochs": 3}, {"inputs": ["a"]}, {"inputs": "b"}, {"inputs": ["c"]},
        {"goal": ["a", "y"]},
        {"goal": ["y"]}, {"goal": "z"}, {"goal": None}, {"weight": [0.1, 0.2]}, {"weight": [0.1]}, {"weight": [[0.1, 0.2]]},
        {"goal": ["a", "y"], "weight": [[0.1], [0.2]]}, {"bias": False}, {"bias": 2.0}, {"standardise": True}, {"holdout": 0.5},
        {"holdout": 1.0}, {"network": [2, 2, 1]}, {"network": [3, 2, 1]}, {"network": [2, 2, 2]}, {"network": {"hidden": [2]}},
        {"input": X}, {"classes": [1]}, {"loss": "cross-entropy"}, {"loss": "cross-entropy", "goal": ["a", "y"]},
        {"loss": "cross-entropy", "network": [2, 1]}, {"loss": "cross-entropy", "network": {"hidden": [2]}},
        {"loss": "cross-entropy", "classes": [1, 2, 3, 5], "weight": np.zeros((4, 2))}, {"missing": "mean"}, {"missing": "max"},
        {"categories": "one-hot"}, {"delimiter": ";"}, {"indicator": True}, {"memory": "1 MB"}, {"window": 1},
        {"summation": "lanes"},
        {"freeze_bias": True}, {"bias": False, "freeze_bias": True}, {"fingerprint": "0" * 64}, {"alpha": "auto"},
    ]),
    "classes": (CLASSES, [
        {}, {"classes": ["b", "a"]}, {"classes": ["a", "b", "c"]}, {"classes": ["a"]}, {"goal": [0, 1, 2] * 2},
        {"goal": [0, 1] * 3},
        {"goal": [0.5, 1] * 3}, {"weight": [[0.0, 0.0], [0.0, 0.0]]}, {"weight": [[0.0, 0.0]]},
        {"goal": [0, 1, 2] * 2, "weight": [0.0, 0.0]},
        {"input": [1.0, 2.0], "goal": "a", "classes": ["a", "b"]}, {"input": 1.0, "goal": "a", "classes": ["a", "b"]},
        {"network": [2, 2, 1]}, {"network": [2, 2, 2]}, {"network": [2, 2, 3]}, {"network": {"hidden": [2]}},
        {"network": {"sizes": [2, 2, 1], "output_activation": "tanh"}},
        {"network": {"sizes": [2, 2, 2], "output_activation": "tanh"}},
        {"network": {"sizes": [2, 2, 1], "output_activation": "sigmoid"}},
        {"network": {"sizes": [2, 2, 2], "output_activation": "sigmoid"}},
        {"loss": "hinge"}, {"loss": "perceptron"}, {"loss": "hinge", "goal": [0, 1, 2] * 2},
        {"loss": "perceptron", "network": [2, 2, 2]},
        {"loss": "hinge", "network": {"sizes": [2, 2, 1], "output_activation": "step"}}, {"loss": "hinge", "network": [2, 2, 1]},
        {"loss": "perceptron", "network": {"sizes": [2, 2, 1], "output_activation": "step"}},
        {"loss": "perceptron", "network": {"sizes": [2, 2, 1], "output_activation": "tanh"}},
        {"loss": "hinge", "network": {"sizes": [2, 2, 1], "activation": "step"}}, {"standardise": True},
        {"standardise": True, "network": [2, 1]},
        {"goal": [[1, 0], [0, 1]] * 3}, {"goal": [datetime.date(2020, 1, 1)] * 6}, {"goal": ["a"] * 6}, {"goal": ["a", "b"]},
    ]),
}  # fmt: skip
NETWORKS: list[dict[str, Any]] = [
    {}, {"sizes": [2, 1], "weights": [[[1.0]]]}, {"sizes": [2, 3, 1]}, {"sizes": [2, 3, 1], "activation": "relu"},
    {"sizes": [2, 1], "activation": "relu"}, {"sizes": [2, 1], "activation": "relu", "output_activation": "relu"},
    {"sizes": [2, 1], "activation": "identity"}, {"sizes": [2]}, {"sizes": [2, 0]}, {"sizes": [2, 2.5]}, {"sizes": [0, 1]},
    {"sizes": [2**14, 2**14]}, {"sizes": [2**14 - 1, 2**14, 1]}, {"sizes": [2, 1], "seed": -1}, {"sizes": [2, 1], "bias": 3},
    {"sizes": "2-1"},
    {"sizes": [2, 3, 1], "bias": False}, {"sizes": [2, 3, 1], "initial": "zeros"}, {"sizes": [2, 1], "initial": "small"},
    {"sizes": [2, 1], "biases": [True]}, {"sizes": [2, 1], "activations": "tanh"}, {"weights": [[[1.0, 2.0]]]}, {"weights": []},
    {"weights": [[[1.0, 2.0]]], "biases": True}, {"weights": [[[1.0, 2.0]]], "biases": [0.5]},
    {"weights": [[[1.0, 2.0]]], "biases": [[0.5]]},
    {"weights": [[[1.0, 2.0]]], "biases": [[math.inf]]}, {"weights": [[[1.0, 2.0]]], "biases": [False, True]},
    {"weights": [[[1.0, 2.0]]], "biases": [None]}, {"weights": [[[1.0, 2.0]], [[1.0, 1.0]]]}, {"weights": [[1.0, 2.0]]},
    {"weights": [[[]]]},
    {"weights": [[[1.0], [2.0]], [[1.0, 1.0]]], "activations": ["tanh", "relu"]},
    {"weights": [[[1.0]]], "activations": ["tanh", "relu"]},
    {"weights": [[[1.0]]], "activation": "tanh"}, {"weights": [[[1.0]]], "bias": True}, {"weights": [[[1.0]]], "seed": 0},
    {"weights": [[[1.0]]], "initial": "he"}, {"weights": [[[1.0]]], "output_activation": "tanh"},
    {"weights": [[[1.0]]], "activations": "tan"},
    *({"sizes": [3, 2, 1], "activation": name, "seed": 4} for name in ("leaky relu", "softplus", "gelu", "sigmoid", "identity",
    "tanh")),
]  # fmt: skip
SCHEDULES: list[dict[str, Any]] = [
    {"name": "constant", "start": 0.5}, {"name": "steps", "start": 0.8, "every": 3},
    {"name": "steps", "start": 0.8, "every": 3, "factor": 2.0},
    {"name": "1/t", "start": 1.0, "decay": 0.5}, {"name": "1/t", "start": 1.0, "decay": -0.5},
    {"name": "exponential", "start": 1.0, "factor": 0.5},
    {"name": "exponential", "start": 1.0, "factor": 1e40}, {"name": "cosine", "start": 1.0, "steps": 10},
    {"name": "cosine", "start": 1.0},
    {"name": "cosine", "start": 1.0, "steps": 10, "end": 0.25}, {"name": "cosine", "start": 1.0, "steps": 0},
    {"name": "warm-up", "start": 1.0, "steps": 5},
    {"name": "warmup", "start": 1.0, "steps": 1}, {"name": "WARM_UP", "start": 1.0, "steps": 2},
    {"name": "invscaling", "start": 1.0},
    {"name": "invscaling", "start": 1.0, "power": 1.0}, {"name": "plateau", "start": 1.0},
    {"name": "plateau", "start": 1.0, "warm_up": 4},
    {"name": "plateau", "start": 1.0, "factor": 1.0}, {"name": "plateau", "start": 1.0, "patience": 1.5},
    {"name": "plateau", "start": 1.0, "least": 2.0},
    {"name": "plateau", "start": 1.0, "change": -0.1}, {"name": "constant", "start": 0.5, "warm_up": 3},
    {"name": "cosine", "start": 1.0, "steps": 10, "warm_up": 3},
    {"name": "constant", "start": 0.5, "warm_up": -1}, {"name": "constant", "start": math.inf}, {"name": "constant"},
    {"name": "constant", "strat": 1.0},
    {"name": "linear", "start": 1.0}, {"name": 3, "start": 1.0}, {"name": "steps", "start": 1.0, "every": 0},
]  # fmt: skip
