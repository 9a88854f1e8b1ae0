"""From where on inputs, goals and what is frozen are a finding: both sides of each bound, worked out by hand."""

import math
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import numpy as np
from diagnosis.evidence_by_hand import at_its_bounds

from nodescope.diagnosis.after import about_data as data
from nodescope.diagnosis.after.finding import CLASSES

NONE, NOTE, WARNING, FAULT = "", "note", "warning", "fault"


class Layers:
    """A problem of layers, from numbers of inputs to outputs; biases stand last in each node's row."""

    def __init__(self, *sizes: int, frozen: Any = None, bias: bool = False) -> None:
        self.layers = [SimpleNamespace(outputs=k, inputs=d, has_bias=bias) for d, k in pairwise(sizes)]
        self.frozen = None if frozen is None else np.array(frozen)

    def blocks(self, flat: Any) -> list[Any]:
        found, at = [], 0
        for layer in self.layers:
            found.append(flat[at : at + layer.outputs * layer.inputs].reshape(layer.outputs, layer.inputs))
            at += layer.outputs * layer.inputs
        return found


def zeros(*columns: int, of: int = 4) -> Any:
    x = np.ones((3, of))
    x[:, list(columns)] = 0.0
    return x


NAMED = {"input_name": "input {}".format, "layer_name": "layer {}".format, "weight_name": "the weight {}, {}, {}".format}
ZERO = NAMED | {"problem": Layers(4, 1), "recipe.examples.input": zeros(1), "can_move": True, "depth": 1}
FROZEN = NAMED | {"problem": Layers(3, 2, frozen=[1, 0, 0, 0, 1, 1]), "solved": False, "depth": 1}
DEEP = {"problem": Layers(3, 2, 1, frozen=[1, 1, 0, 0, 0, 0, 1, 1]), "depth": 2}
SIZES = {
    "inputs": (np.array([[1.0, 200.0], [-1.0, -200.0]]), ("a", "b")), "surely_converged": False,
}  # fmt: skip


def sizes(*of: float) -> dict[str, Any]:
    return {"inputs": (np.array([of, [-size for size in of]]), ("a", "b", "c")[: len(of)])}


def unseen(*errors: float, rows: int = 200) -> dict[str, Any]:
    return {"unseen_errors": np.array(errors), "recipe.examples.unseen_goal": np.zeros((rows, 1))}


TURNED = unseen(4.0, 2.0, 2.5) | {
    "finite": True, "errors": np.array([4.0, 2.0, 1.0]), "error_steps": [0, 10, 20], "is_linear": False, "end": 1.0,
}  # fmt: skip
"""Of 200 rows chance explains 1 + 1.5 / 10 of the lowest."""
APART = unseen(9.0, 8.0, 6.5) | {
    "finite": True, "errors": np.array([4.0, 2.0, 1.0]), "error_steps": [0, 10, 20], "is_linear": True, "end": 2.0,
    "linear.system.groups": [SimpleNamespace(columns=(0, 1)), SimpleNamespace(columns=(0, 1, 2))], "recipe.rows": 9,
    "run.steps": 20,
}  # fmt: skip
"""Of 200 rows and nine that were seen, for three weights chance explains 12/6 × 1.3 = 2.6 times the seen error."""
CANCEL = {
    "recipe.n": 2, "offers": frozenset(), "run.steps": 7, "end": 1.0, "start": 4.0, "spread": 2.0,
    "residual_at": lambda _: np.array([[1.0 + 1e-6], [-1.0 + 1e-6]]),
}  # fmt: skip
LEAST = {
    "recipe.n": 2, "can_move": True, "linear.least": 1.0, "linear.goal_power": 1.0,
    "recipe.examples.input": np.array([[1.0], [2.0]]),
    "recipe.examples.goal": np.array([[1.0], [3.0]]), "problem": Layers(1, 1, bias=True), "finite": False, "run.steps": 5,
    "end": 2.0,
    "spread": 1.0, "recipe.d": 1, "recipe.k": 1,
}  # fmt: skip
GUESSING = LEAST | {"finite": True}
BOUNDS: dict[str, tuple[Any, dict[str, Any], dict[str, tuple[dict[str, Any], str]]]] = {
    "an input of 0": (data.zero_input, ZERO, {
        "as it is": ({}, WARNING), "none": ({"recipe.examples.input": zeros()}, NONE),
        "nothing moves": ({"can_move": False}, FAULT),
        "of layers": ({"depth": 2}, NOTE), "of layers that do not move": ({"depth": 2, "can_move": False}, FAULT),
        "frozen": ({"problem": Layers(4, 1, frozen=[0, 1, 0, 0])}, NONE),
        "another frozen": ({"problem": Layers(4, 1, frozen=[1, 0, 0, 0])}, WARNING),
        "of two nodes one frozen": ({"problem": Layers(4, 2, frozen=[0, 1, 0, 0, 0, 0, 0, 0])}, WARNING),
        "of two nodes both frozen": ({"problem": Layers(4, 2, frozen=[0, 1, 0, 0, 0, 1, 0, 0])}, NONE),
        "in two of three examples": ({"recipe.examples.input": np.array([[0.0], [0.0], [1e-300]])}, NONE),
    }),
    "frozen": (data.frozen_weight, FROZEN, {
        "as it is": ({}, NOTE), "none": ({"problem": Layers(3, 2, frozen=[0] * 6)}, NONE),
        "not asked": ({"problem": Layers(3, 2)}, NONE),
        "all": ({"problem": Layers(3, 2, frozen=[1] * 6)}, WARNING),
        "all, and solved": ({"problem": Layers(3, 2, frozen=[1] * 6), "solved": True}, NOTE),
    }),
    "sizes": (data.unscaled_inputs, SIZES, {
        "as it is": ({}, WARNING), "a hundred times": (sizes(0.5, 50.0), NONE), "more": (sizes(0.5, 50.5), WARNING),
        "a hundred": (sizes(100.0, 100.0), NONE), "more in size": (sizes(100.5, 100.5), WARNING),
        "converged": ({"surely_converged": True}, NOTE), "a 0 beside": (sizes(0.0, 1.0), NONE), "zeros": (sizes(0.0, 0.0), NONE),
        "no rows": ({"inputs": (np.zeros((0, 2)), ("a", "b"))}, NONE),
    }),
    "unseen rows": (data.overfitting, TURNED, {
        "as it is": ({}, WARNING), "by chance": (unseen(4.0, 2.0, 2.3), NONE),
        "more than by chance": (unseen(4.0, 2.0, 2.31), WARNING),
        "of very many a tenth": (unseen(4.0, 2.0, 2.2, rows=20_000), NONE),
        "of very many more": (unseen(4.0, 2.0, 2.21, rows=20_000), WARNING), "ten rows": (unseen(4.0, 1.0, 2.5, rows=10), WARNING),
        "nine rows": (unseen(4.0, 1.0, 2.5, rows=9), NONE), "none": ({"unseen_errors": None}, NONE),
        "not finite": ({"finite": False}, NONE), "no numbers": (unseen(math.inf, math.nan, math.inf), NONE),
        "as the seen ones": ({"errors": np.array([4.0, 1.0, 1.0])}, NONE), "from 0": (unseen(4.0, 0.0, 2.5), NONE),
    }),
    "apart": (data.overfitting, APART, {
        "as it is": ({}, WARNING), "by chance": (unseen(9.0, 8.0, 5.2), NONE), "more": (unseen(9.0, 8.0, 5.22), WARNING),
        "not linear": ({"is_linear": False}, NONE), "seen rows without error": ({"end": 0.0}, WARNING),
        "no error at all": ({"end": 0.0} | unseen(0.0, 0.0, 0.0), NONE), "as many weights": ({"recipe.rows": 3}, NONE),
        "nearly as many": (unseen(9.9, 9.9, 10.0) | {"recipe.rows": 4}, NONE),
    }),
    "errors that cancel": (data.errors_cancel, CANCEL, {
        "as it is": ({}, NOTE), "a little more": ({"residual_at": lambda _: np.array([[1.0 + 1e-5], [-1.0 + 1e-5]])}, NONE),
        "less than half": ({"spread": 2.1, "start": 0.0}, NONE), "one example": ({"recipe.n": 1}, NONE),
        "classes": ({"offers": frozenset({CLASSES})}, NONE), "no errors": ({"end": 0.0, "start": 0.0}, NONE),
        "at the start": ({"end": 0.0}, NOTE), "not finite": ({"end": math.inf, "start": math.nan}, NONE),
        "a number that is none": ({"residual_at": lambda _: np.array([[math.nan], [0.0]])}, NONE),
    }),
    "what is left": (data.irreducible_error, LEAST, {
        "as it is": ({}, NOTE), "one example": ({"recipe.n": 1}, NONE), "nothing moves": ({"can_move": False}, NONE),
        "rounding": ({"linear.least": 2.0**-40, "linear.goal_power": 2.0**-40 / data.LEAST_LEFT}, NONE),
        "more than rounding": ({"linear.least": 1.1e-12}, NOTE),
        "guessing": ({"finite": True}, WARNING), "better than guessing": (GUESSING | {"spread": 1.02}, NOTE),
        "hardly better": (GUESSING | {"linear.least": 0.99}, WARNING),
        "frozen": (GUESSING | {"problem": Layers(1, 1, frozen=[0])}, NOTE),
        "goals alike": (GUESSING | {"spread": 0.0}, NOTE),
        "inputs alike": (GUESSING | {"recipe.examples.input": np.array([[1.0], [1.0]])}, NOTE),
        "a bias would do": (GUESSING | {"problem": Layers(1, 1)}, WARNING),
        "no bias would do": (GUESSING | {"problem": Layers(1, 1), "recipe.examples.input": np.array([[1.0], [2.0], [3.0]]),
                             "recipe.examples.goal": np.array([[0.0], [2.0], [0.0]])}, NOTE),
    }),
}  # fmt: skip

test_from_where_on_it_is_found = at_its_bounds(BOUNDS)
