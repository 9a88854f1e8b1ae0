"""What a run file says of its recipe is believed only where it fits: each bound from both sides, and what is said, whole."""

import math
from typing import Any

import numpy as np
import pytest
from run.made_files import MADE, ROWS

from nodescope.run.file import stored


@pytest.mark.parametrize("name", MADE)
def test_what_was_saved_is_read(name: str, files):
    run, again = MADE[name](), files(name).read()
    assert (run.ending, run.steps, run.computed, run.settled_after, run.cycle) == (
        again.ending, again.steps, again.computed, again.settled_after, again.cycle,
    )  # fmt: skip
    assert run.recipe == again.recipe
    assert (run.replay.settled, run.replay.cycle) == (again.replay.settled, again.replay.cycle)


@pytest.mark.parametrize(
    ("dtype", "shape", "data", "array"),
    [
        ("<f8", "[]", bytes(8), np.float64(0)), ("<f8", "[2]", bytes(16), np.zeros(2)),
        ("<f4", "[1, 2]", bytes(8), np.zeros((1, 2))),
        ("<i8", "[1]", b"\1" + bytes(7), np.array([1])), ("|b1", "[3]", b"\1\0\1", np.array([True, False, True])),
        ("<f8", "[0, 5]", b"", np.zeros((0, 5))), ("|b1", "[0]", b"", np.zeros(0, bool)),
    ],
)  # fmt: skip
def test_arrays(dtype: str, shape: str, data: bytes, array: np.ndarray):
    found = stored.array_of(dtype, shape, data)
    assert (found.dtype, found.shape, found.tobytes()) == (np.dtype(dtype), array.shape, array.astype(dtype).tobytes())
    assert found.flags.writeable


@pytest.mark.parametrize(
    ("dtype", "shape", "data", "said"),
    [
        (">f8", "[1]", bytes(8), "an array of type '>f8' and shape '[1]'"),
        ("<c16 and more than twenty", "[1]", bytes(16), "an array of type '<c16 and more than  and shape '[1]'"),
        ("<f8", "1", bytes(8), "an array of type '<f8' and shape '1'"),
        ("<f8", '{"1": 1}', bytes(8), "an array of type '<f8' and shape '{\"1\": 1}'"),
        ("<f8", "[true]", bytes(8), "an array of type '<f8' and shape '[true]'"),
        ("<f8", "[1.0]", bytes(8), "an array of type '<f8' and shape '[1.0]'"),
        ("<f8", "[-1, -1]", bytes(8), "an array of type '<f8' and shape '[-1, -1]'"),
        ("<f8", "[-1" + ", -1" * 20 + "]", bytes(8), "an array of type '<f8' and shape '[-1, -1, -1, -1, -1, -1, -1, -1, -1, -1"),
        ("<f8", "[1]", "12345678", "an array of type '<f8' and shape '[1]'"),
        ("<f8", "[2]", bytes(15), "an array of shape [2] and type <f8 in 15 bytes"),
        ("<f8", "[2]", bytes(24), "an array of shape [2] and type <f8 in 24 bytes"),
        ("<f4", "[2]", bytes(16), "an array of shape [2] and type <f4 in 16 bytes"),
        ("|b1", "[3]", b"\0\2\1", "an array of shape [3] and type |b1 in 3 bytes"),
        ("|b1", "[3]", b"\2\0\1", "an array of shape [3] and type |b1 in 3 bytes"),
    ],
)  # fmt: skip
def test_what_is_no_array(dtype: str, shape: str, data: Any, said: str):
    with pytest.raises(ValueError, match=r"^an array") as refused:
        stored.array_of(dtype, shape, data)
    assert str(refused.value) == said


RECIPES: list[tuple[str, str, str, Any, str]] = [
    ("plain", "arrays", "frozen", np.zeros((2, 2)), "ValueError: frozen is of float64"),
    ("plain", "arrays", "weight", np.zeros((2, 2), bool), "ValueError: weight is of bool"),
    ("plain", "arrays", "weight", np.zeros((2, 2), np.float32), "ValueError: weight is of float32"),
    ("plain", "arrays", "goal", np.zeros((3, 2), np.float32), "ValueError: goal is of float32"),
    ("plain", "arrays", "unseen_goal", np.zeros((0, 2), np.int64), "ValueError: unseen_goal is of int64"),
    ("plain", "arrays", "input", np.zeros((3, 2), np.int64), "ValueError: input is of int64"),
    ("plain", "arrays", "unseen_input", np.zeros((0, 2), np.float32), ""),
    ("plain", "arrays", "input", np.zeros(6), "ValueError: its examples are no tables"),
    ("plain", "arrays", "goal", np.zeros((3, 2, 1)), "ValueError: its examples are no tables"),
    ("plain", "arrays", "unseen_input", np.zeros(0), "ValueError: its examples are no tables"),
    ("plain", "arrays", "unseen_goal", np.zeros(0), "ValueError: its examples are no tables"),
    ("plain", "arrays", "goal", np.zeros((2, 2)),
     "ValueError: its examples have the shapes (3, 2), (2, 2), (0, 2), (0, 2)"),
    ("plain", "arrays", "unseen_input", np.zeros((0, 1)),
     "ValueError: its examples have the shapes (3, 2), (3, 2), (0, 1), (0, 2)"),
    ("plain", "arrays", "unseen_goal", np.zeros((0, 1)), "ValueError: its examples have the shapes (3, 2), (3, 2), (0, 2), (0, 1)"),
    ("plain", "arrays", "unseen_goal", np.zeros((1, 2)), "ValueError: its examples have the shapes (3, 2), (3, 2), (0, 2), (1, 2)"),
    ("plain", "arrays", "unseen_input", np.zeros((1, 2)),
     "ValueError: its examples have the shapes (3, 2), (3, 2), (1, 2), (0, 2)"),
    ("plain", "arrays", "goal", np.ones((3, 2)), "ValueError: its examples have another fingerprint than it says"),
    ("plain", "header", "fingerprint", "", "ValueError: its examples have another fingerprint than it says"),
    ("plain", "recipe", "axes", [True, True, 1], "InputError: axes is 1; it may be True or False"),
    ("plain", "recipe", "axes", [True, True], "ValueError: not enough values to unpack (expected 3, got 2)"),
    ("plain", "recipe", "alpha_auto", 0, "InputError: alpha_auto is 0; it may be True or False"),
    ("plain", "recipe", "alpha_auto", True, ""),
    ("plain", "recipe", "alpha", "auto", "InputError: alpha is 'auto'; it must be a number"),
    ("plain", "recipe", "scheduled", 1, "InputError: scheduled is 1; it may be True or False"),
    ("plain", "recipe", "scheduled", True, "KeyError: 'alphas'"),
    ("plain", "recipe", "window", 1, "InputError: window is 1; it must be at least 2"),
    ("plain", "recipe", "window", 2, ""),
    ("plain", "recipe", "window", "2", "InputError: window is '2'; it must be a whole number"),
    ("plain", "recipe", "memory", 0, "InputError: memory is 0; it must be at least 1"),
    ("plain", "recipe", "batch", 0, "InputError: batch is 0; it must be at least 1"),
    ("plain", "recipe", "freeze_bias", 1, "InputError: freeze_bias is 1; it may be True or False"),
    ("plain", "recipe", "activations", ["identity"], "KeyError: 'layer 0 weight'"),
    ("layers", "recipe", "activations", ["identity", "identity", "tanh"], "KeyError: 'layer 2 weight'"),
    ("one example", "recipe", "axes", [True, False, False], "ValueError: its arrays do not have the axes that it says they have"),
    ("layers", "arrays", "alphas", np.full((1, 3), 0.1), "ValueError: alphas has shape (1, 3), not (…,)"),
    ("layers", "arrays", "alphas", np.full(2, 0.1), "ValueError: it has fewer alphas than steps"),
    ("layers", "arrays", "alphas", np.full(4, 0.1), ""),
    ("two classes", "recipe", "classes", ["a", "b", "c"], "ValueError: its goals are not of its 3 classes"),
    ("three classes", "recipe", "classes", ["a", "b"], "ValueError: its goals are not of its 2 classes"),
    ("two classes, two outputs", "recipe", "classes", ["a", "b", "c"], "ValueError: its goals are not of its 3 classes"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "of", "key", "value", "said"), RECIPES, ids=str)
def test_recipes(name: str, of: str, key: str, value: Any, said: str, files):
    file = files(name)
    getattr(file, of)[key] = value
    assert file.said() == said


@pytest.mark.parametrize("name", ["two classes", "two classes, two outputs", "three classes"])
@pytest.mark.parametrize("of", ["goal", "unseen_goal"])
@pytest.mark.parametrize("odd", [2.0, 0.5, -0.0, math.nan])
def test_goals_of_classes_are_zeros_and_ones(name: str, of: str, odd: float, files):
    file = files(name)
    k = file.arrays["goal"].shape[1]
    told = np.eye(max(k, 2))[[0, 1, 0], :k]
    file.arrays |= {"unseen_input": np.zeros((3, 1)), "unseen_goal": told.copy()}
    file.seal()
    assert file.said() == ""
    file.arrays[of][1, 0] = odd
    file.seal()
    assert file.said() == f"ValueError: its goals are not of its {3 if 'three' in name else 2} classes"


SOURCES: list[tuple[dict[str, Any], str]] = [
    ({}, ""),
    ({"inputs": ["a", "b"]}, "ValueError: its table is not the one of its examples"),
    ({"goals": ["y", "z"]}, "ValueError: its table is not the one of its examples"),
    ({"seen_rows": [0, 1]}, "ValueError: its table is not the one of its examples"),
    ({"unseen_rows": [2]}, "ValueError: its table is not the one of its examples"),
    ({"unseen_rows": [2, 4, 5]}, "ValueError: its table is not the one of its examples"),
    ({"where": 5}, "TypeError: where is 5"),
    ({"where": ["x" * 80]}, f"TypeError: where is ['{'x' * 58}"),
    ({"holdout": "x"}, "TypeError: holdout is 'x'"),
    ({"one_goal": 1}, "TypeError: one_goal is 1"),
    ({"seed": 0.5}, "TypeError: seed is 0.5"),
]


@pytest.mark.parametrize(("change", "said"), SOURCES, ids=str)
def test_the_table_that_examples_came_from(change: dict[str, Any], said: str, files):
    file = files("of a table")
    file.recipe["source"] |= change
    assert file.said() == said


def test_one_goal_is_one():
    source = {
        "where": "a", "path": None, "one_goal": True, "missing": "refuse", "holdout": 0.4, "seed": 0, "inputs": ["a"],
        "goals": ["y", "z"], "dropped": [], "seen_rows": [0, 1, 3], "unseen_rows": [2, 4],
    }  # fmt: skip
    for one_goal, k in ((True, 1), (False, 1), (False, 2), (False, 3)):
        kept = source | {"one_goal": one_goal, "goals": ["y", "z", "w"][:k]}
        assert stored._source(kept, 3, 2, 1, k).goals == tuple("yzw"[:k])
        assert stored._source(kept, 3, None, 1, k).goals == tuple("yzw"[:k])
    with pytest.raises(ValueError, match=r"^its table is not the one of its examples$"):
        stored._source(source, 3, 2, 1, 2)
    with pytest.raises(ValueError, match=r"^its table is not the one of its examples$"):
        stored._source(source | {"one_goal": False}, 3, 3, 1, 2)


def test_scales_of_an_older_file_stand_beside_its_table():
    new = {"source": {"scaling": {"mean": [9.0], "deviation": [9.0]}}, "scaling": {"mean": [1.0], "deviation": [2.0]}}
    inputs, goals = stored._scalings(new, 1, 1)
    assert (inputs.centre.tolist(), inputs.unit.tolist(), goals) == ([1.0], [2.0], None)
    old = {"source": {"scaling": {"mean": [3.0], "deviation": [4.0]}, "goal_scaling": {"mean": [5.0], "deviation": [6.0]}}}
    inputs, goals = stored._scalings(old, 1, 1)
    assert (inputs.centre.tolist(), inputs.unit.tolist()) == ([3.0], [4.0])
    assert (goals.centre.tolist(), goals.unit.tolist()) == ([5.0], [6.0])
    both = {"source": None, "scaling": {"goal": {"mean": [5.0], "deviation": [6.0]}}}
    assert stored._scalings(both, 1, 1)[0] is None
    assert stored._scalings(both, 1, 1)[1].unit.tolist() == [6.0]
    assert stored._scalings({"source": None, "scaling": None}, 1, 1) == (None, None)
    assert stored._scalings({"source": None}, 1, 1) == (None, None)


NO_PAIR = "OtherExamples: data is not the pair (input, goal) that the run was made with:"


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("plain", None,
         "OtherExamples: the examples were too large to go into the file; give them: ns.load(path, data=(input, goal))"),
        ("plain", (ROWS["input"], ROWS["goal"]), ""),
        ("plain", (np.array(ROWS["input"], np.float32), ROWS["goal"]), ""),
        ("plain", (ROWS["input"], [[1.0, 2.0], [2.0, 1.0], [0.5, 0.25]]),
         "OtherExamples: the examples are not those that the run was made with (their fingerprint differs)"),
        ("plain", ([[1.0]], [[1.0]], [[1.0]]),
         f"{NO_PAIR} zip() argument 2 is longer than argument 1"),
        ("plain", 5, f"{NO_PAIR} 'int' object is not iterable"),
        ("plain", (1.0, 2.0), f"{NO_PAIR} len() of unsized object"),
        ("two classes", ([1.0, 2.0, 3.0], [0.0, 1.0, 0.0]), ""),
        ("two classes", ([1.0, 2.0, 3.0], [[0.0], [1.0], [0.0]]), ""),
    ],
)  # fmt: skip
def test_examples_that_are_handed_in(name: str, data: Any, said: str, files):
    file = files(name)
    for array in stored.EXAMPLES:
        del file.arrays[array]
    file.data = data
    assert file.said() == said
