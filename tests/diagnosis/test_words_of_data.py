"""What is told of inputs, goals and what is frozen: step, place, numbers, sentence and remedy, written down, and read."""

import math
from typing import Any

import numpy as np
import pytest
from diagnosis.evidence_by_hand import told
from diagnosis.test_bounds_of_data import BOUNDS, DEEP, GUESSING, Layers, sizes, zeros

CHANGED: dict[str, dict[str, dict[str, Any]]] = {
    "an input of 0": {
        "nothing moves": {"can_move": False},
        "two": {"recipe.examples.input": zeros(0, 3)},
        "three": {"recipe.examples.input": zeros(0, 1, 3)},
        "all four": {"recipe.examples.input": zeros(0, 1, 2, 3)},
        "of two nodes": {"problem": Layers(4, 2)},
    },
    "frozen": {
        "one": {"problem": Layers(3, 2, frozen=[0, 0, 0, 0, 1, 0])},
        "four": {"problem": Layers(3, 2, frozen=[1, 1, 0, 0, 1, 1])},
        "in both of two layers": DEEP,
        "one of two layers": DEEP | {"problem": Layers(3, 2, 1, frozen=[0, 0, 0, 0, 0, 0, 1, 1])},
        "all": {"problem": Layers(3, 2, frozen=[1] * 6)},
    },
    "sizes": {
        "large": sizes(100.5, 101.0),
        "small": sizes(0.001, 1.0, 0.5),
        "converged": {"surely_converged": True},
    },
    "unseen rows": {"linear": {"is_linear": True}},
    "apart": {"seen rows without error": {"end": 0.0}},
    "errors that cancel": {"at the start": {"end": 0.0}},
    "what is left": {
        "no bias": {"problem": Layers(1, 1)},
        "guessing": {"finite": True},
        "a bias would do": GUESSING | {
            "problem": Layers(1, 1), "recipe.examples.input": np.array([[1.0], [2.0], [3.0]]),
            "recipe.examples.goal": np.array([[1.0], [3.0], [5.3]]),
        },
        "alike, with two goals": {
            "recipe.examples.input": np.array([[1.0, 0.0], [2.0, 1.0], [1.0, 0.0]]),
            "recipe.examples.goal": np.array([[1.0], [3.0], [2.0]]),
        },
        "one goal far off": GUESSING | {
            "recipe.n": 10, "recipe.examples.input": np.arange(10.0)[:, None],
            "recipe.examples.goal": np.array([[0.0]] * 6 + [[100.0]] + [[0.0]] * 3),
        },
        "one goal far off, of nine": GUESSING | {
            "recipe.n": 9, "recipe.examples.input": np.arange(9.0)[:, None],
            "recipe.examples.goal": np.array([[0.0]] * 6 + [[100.0]] + [[0.0]] * 2),
        },
    },
}  # fmt: skip
"""What else is told, where some facts are others."""
TOLD: dict[tuple[str, str], tuple[Any, ...]] = {
    ("an input of 0", "as it is"): (
        0, "input 1", 0.0, 0.0,
        "input 1 is 0 in every example: delta × 0 is 0, so its weight never moves.",
        "Leave it out, give it another number (a bias does what a constant input would), or add examples where it is not 0.",
    ),
    ("an input of 0", "nothing moves"): (
        0, "input 1", 0.0, 0.0,
        "input 1 is 0 in every example: delta × 0 is 0, so its weight never moves, and nothing else can.",
        "Leave it out, give it another number (a bias does what a constant input would), or add examples where it is not 0.",
    ),
    ("an input of 0", "two"): (
        0, "input 0, input 3", 0.0, 0.0,
        "input 0, input 3 are 0 in every example: delta × 0 is 0, so their weights never move.",
        "Leave it out, give it another number (a bias does what a constant input would), or add examples where it is not 0.",
    ),
    ("an input of 0", "three"): (
        0, "input 0, input 1, input 3", 0.0, 0.0,
        "input 0, input 1, input 3 are 0 in every example: delta × 0 is 0, so their weights never move.",
        "Leave it out, give it another number (a bias does what a constant input would), or add examples where it is not 0.",
    ),
    ("an input of 0", "all four"): (
        0, "input 0, input 1, input 2 and 1 more", 0.0, 0.0,
        "input 0, input 1, input 2 and 1 more are 0 in every example: delta × 0 is 0, so their weights never move.",
        "Leave it out, give it another number (a bias does what a constant input would), or add examples where it is not 0.",
    ),
    ("an input of 0", "of two nodes"): (
        0, "input 1", 0.0, 0.0,
        "input 1 is 0 in every example: delta × 0 is 0, so their weights never move.",
        "Leave it out, give it another number (a bias does what a constant input would), or add examples where it is not 0.",
    ),
    ("frozen", "as it is"): (
        0, "the weight 0, 0, 0, the weight 0, 1, 1, the weight 0, 1, 2", 0.5, 0.0,
        "the weight 0, 0, 0, the weight 0, 1, 1, the weight 0, 1, 2 are frozen.",
        "",
    ),
    ("frozen", "one"): (
        0, "the weight 0, 1, 1", 0.16666666666666666, 0.0,
        "the weight 0, 1, 1 is frozen.",
        "",
    ),
    ("frozen", "four"): (
        0, "layer 0", 0.6666666666666666, 0.0,
        "4 of 6 weights are frozen, in layer 0.",
        "",
    ),
    ("frozen", "in both of two layers"): (
        0, "layer 0, layer 1", 0.5, 0.0,
        "4 of 8 weights are frozen, in layer 0, layer 1.",
        "",
    ),
    ("frozen", "one of two layers"): (
        0, "layer 1", 0.25, 0.0,
        "the weight 1, 0, 0, the weight 1, 0, 1 are frozen.",
        "",
    ),
    ("frozen", "all"): (
        0, "layer 0", 1.0, 0.0,
        "6 of 6 weights are frozen, in layer 0: nothing can move.",
        "Free a weight.",
    ),
    ("sizes", "as it is"): (
        None, "input 'b'", 200.0, None,
        "input 'b' is 200 times as large as input 'a': alpha must be small enough for the large one, and is then "
        "too small for the rest.",
        "Standardise the inputs.",
    ),
    ("sizes", "large"): (
        None, "input 'b'", 101.0, None,
        "input 'b' is about 101 in size: alpha must be small enough for the large one, and is then too small for the rest.",
        "Standardise the inputs.",
    ),
    ("sizes", "small"): (
        None, "input 'b'", 1000.0, None,
        "input 'b' is 1e+03 times as large as input 'a': alpha must be small enough for the large one, and is "
        "then too small for the rest.",
        "Standardise the inputs.",
    ),
    ("sizes", "converged"): (
        None, "input 'b'", 200.0, None,
        "input 'b' is 200 times as large as input 'a': alpha must be small enough for the large one, and is then "
        "too small for the rest.",
        "",
    ),
    ("unseen rows", "as it is"): (
        10, "", 1.25, 1.0,
        "on the 200 rows kept unseen the error was lowest after step 10 and is 1.25 times that now, while that of "
        "the seen rows went on falling.",
        "Stop after about 10 steps, or take fewer nodes, or more rows.",
    ),
    ("unseen rows", "linear"): (
        10, "", 1.25, 1.0,
        "on the 200 rows kept unseen the error was lowest after step 10 and is 1.25 times that now, while that of "
        "the seen rows went on falling.",
        "Stop after about 10 steps, or take fewer inputs, or more rows.",
    ),
    ("apart", "as it is"): (
        20, "", 3.25, 2.6,
        "on the 200 rows kept unseen the mse is 3.25 times that of the seen rows; chance explains up to 2.6.",
        "Fewer inputs, more rows, or fewer steps; or the unseen rows come from elsewhere.",
    ),
    ("apart", "seen rows without error"): (
        20, "", math.inf, 2.6,
        "on the 200 rows kept unseen the mse is inf times that of the seen rows; chance explains up to 2.6.",
        "Fewer inputs, more rows, or fewer steps; or the unseen rows come from elsewhere.",
    ),
    ("errors that cancel", "as it is"): (
        7, "", 9.999999999732445e-07, 1.0,
        "at step 7 the errors cancel (their mean is 1e-06) although the mse is 1: a mean error of 0 says nothing.",
        "",
    ),
    ("errors that cancel", "at the start"): (
        0, "", 9.999999999732445e-07, 2.0,
        "at step 0 the errors cancel (their mean is 1e-06) although the mse is 4: a mean error of 0 says nothing.",
        "",
    ),
    ("what is left", "as it is"): (
        5, "", 2.0, 1.0,
        "no weights give every example its goal: the mse cannot fall below 1.",
        "",
    ),
    ("what is left", "no bias"): (
        5, "", 2.0, 1.0,
        "no weights give every example its goal: the mse cannot fall below 1.",
        "A bias, or further inputs, may lower it.",
    ),
    ("what is left", "guessing"): (
        5, "", 2.0, 1.0,
        "no weights give every example its goal: the mse cannot fall below 1, and always saying the mean of the "
        "goals leaves 1.",
        "A hidden layer with a bent activation, network=[1, 8, 1]; or the inputs tell nothing of the goals.",
    ),
    ("what is left", "a bias would do"): (
        5, "", 2.0, 1.0,
        "no weights give every example its goal: the mse cannot fall below 1, and always saying the mean of the "
        "goals leaves 1.",
        "A bias (bias=True) lowers it to 0.005.",
    ),
    ("what is left", "alike, with two goals"): (
        5, "", 2.0, 1.0,
        "no weights give every example its goal (examples 0 and 2 have the same inputs and different goals): the "
        "mse cannot fall below 1.",
        "",
    ),
    ("what is left", "one goal far off"): (
        5, "", 2.0, 1.0,
        "no weights give every example its goal: the mse cannot fall below 1, and always saying the mean of the "
        "goals leaves 1.",
        "Look at example 6: its goal, 100, alone makes 90 % of that. Correct it if it is a slip, or take "
        'loss="huber", which heeds it less.',
    ),
    ("what is left", "one goal far off, of nine"): (
        5, "", 2.0, 1.0,
        "no weights give every example its goal: the mse cannot fall below 1, and always saying the mean of the "
        "goals leaves 1.",
        "A hidden layer with a bent activation, network=[1, 8, 1]; or the inputs tell nothing of the goals.",
    ),
}  # fmt: skip
"""Its step, place and numbers, what is said, and the remedy."""


@pytest.mark.parametrize("name", BOUNDS)
def test_what_is_told(name: str):
    finding, base, _ = BOUNDS[name]
    assert told(name, finding, base, CHANGED) == {key: answer for key, answer in TOLD.items() if key[0] == name}
