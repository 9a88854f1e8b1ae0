"""What a run file says is believed only where it fits: each bound from both sides, and what is said, whole."""

import copy
import json
import math
import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import Any

import numpy as np
import pytest

import nodescope as ns
from nodescope.data import Examples
from nodescope.run.file import stored

ROWS = {"input": [[1.0, 2.0], [3.0, 4.0], [5.0, 7.0]], "goal": [[1.0, 2.0], [2.0, 1.0], [0.5, 0.0]]}
ONE = {"input": [[1.0], [2.0], [3.0]], "alpha": 0.1, "steps": 3}
MADE: dict[str, Callable[[], ns.Run]] = {
    "plain": lambda: ns.descend(
        **ROWS, weight=[[0.1, 0.2], [0.3, 0.4]], bias=True, frozen=[[True, False], [False, False]], alpha=0.01, steps=10
    ),
    "settled": lambda: ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1, steps=1000),
    "settled by itself": lambda: ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1),
    "cycling": lambda: ns.descend(weight=0.4, input=1, goal=0.6, alpha=1.5, steps=1000),
    "cycling by itself": lambda: ns.descend(weight=0.4, input=1, goal=0.6, alpha=1.5),
    "diverged": lambda: ns.descend(weight=0.4, input=1, goal=0.6, alpha=2.5),
    "of a table": lambda: ns.descend(
        data={"a": [1.0, 2.0, 4.0, 3.0, 5.0], "y": [1.0, 3.0, 2.0, 5.0, 4.0]}, goal="y", standardise=True, holdout=0.4, alpha=0.01,
        epochs=3,
    ),
    "three classes": lambda: ns.descend(**ONE, goal=["a", "b", "c"], loss="cross-entropy"),
    "two classes": lambda: ns.descend(**ONE, goal=["a", "b", "a"], loss="cross-entropy"),
    "two classes, two outputs": lambda: ns.descend(**ONE, goal=["a", "b", "a"], loss="cross-entropy", weight=[[0.0], [0.0]]),
    "layers": lambda: ns.descend(
        network=ns.network(weights=[[[1.0], [2.0]], [[0.5, 0.25]]], biases=[[0.1, 0.2], None]), input=[[1.0], [2.0]],
        goal=[[1.0], [2.0]], alpha=[0.1, 0.2, 0.3], steps=3,
    ),
    "a table of classes": lambda: ns.descend(
        data={"a": [1.0, 2.0, 4.0, 3.0], "y": ["p", "q", "r", "p"]}, goal="y", loss="cross-entropy", alpha=0.01, epochs=3
    ),
    "a table of two classes": lambda: ns.descend(
        data={"a": [1.0, 2.0, 4.0, 3.0], "y": ["p", "q", "q", "p"]}, goal="y", loss="cross-entropy", alpha=0.01, epochs=3
    ),
    "one example of a class": lambda: ns.descend(
        input=[1.0, 2.0], goal="a", classes=["a", "b"], loss="cross-entropy", alpha=0.1, steps=3
    ),
    "one example": lambda: ns.descend(network=ns.network(weights=[[[0.5]]]), input=[1.0], goal=[0.5], alpha=0.1, steps=3),
}  # fmt: skip


def said_of(does: Callable[[], object]) -> str:
    """What is raised; nothing where it is not."""
    try:
        does()
    except (ValueError, TypeError, LookupError) as error:
        return f"{type(error).__name__}: {error}"
    return ""


class File:
    """What is in a run file: headers, arrays and checkpoints."""

    def __init__(self, run: ns.Run, path: Any) -> None:
        ns.save(run, path)
        with closing(sqlite3.connect(path)) as connection:
            self.header = {key: json.loads(value) for key, value in connection.execute("SELECT key, value FROM header")}
            rows = connection.execute("SELECT name, dtype, shape, data FROM array").fetchall()
            self.arrays = {name: stored.array_of(dtype, shape, data) for name, dtype, shape, data in rows}
            self.rows = connection.execute("SELECT step, state FROM checkpoint").fetchall()
        path.unlink()
        self.place, self.ending, self.recipe = self.header["place"], self.header["ending"], self.header["recipe"]
        self.data: Any = None

    def seal(self) -> None:
        """The fingerprint of the examples that are in it."""
        examples = Examples(*(self.arrays[name] for name in stored.EXAMPLES), source=None)
        self.header["fingerprint"] = examples.fingerprint

    def read(self) -> ns.Run:
        recipe = stored.recipe_of(self.header, self.arrays, self.data)
        return stored.run_of(stored.descent_of(recipe, self.header, self.arrays, self.rows), self.header.get("ending"))

    def said(self) -> str:
        """What is said when it is read; nothing where it is."""
        return said_of(self.read)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], File]:
    kept: dict[str, File] = {}

    def of(name: str) -> File:
        if name not in kept:
            kept[name] = File(MADE[name](), tmp_path_factory.mktemp("made") / "a")
        return copy.deepcopy(kept[name])

    return of


@pytest.mark.parametrize("name", MADE)
def test_what_was_saved_is_read(name: str, files):
    run, again = MADE[name](), files(name).read()
    assert (run.ending, run.steps, run.computed, run.settled_after, run.cycle) == (
        again.ending, again.steps, again.computed, again.settled_after, again.cycle,
    )  # fmt: skip
    assert run.recipe == again.recipe
    assert (run.replay.settled, run.replay.cycle) == (again.replay.settled, again.replay.cycle)


# ---- arrays ----


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


# ---- the recipe ----


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


# ---- where it stands ----

PLACES: list[tuple[dict[str, Any], str]] = [
    ({"step": 8, "spacing": 4, "kept": 2}, ""),
    ({"step": 8, "spacing": 4, "kept": 3}, ""),
    ({"step": 8, "spacing": 4, "kept": 1}, "its checkpoints do not fit where it stands"),
    ({"step": 8, "spacing": 4, "kept": 4}, "its checkpoints do not fit where it stands"),
    ({"step": 9, "spacing": 4, "kept": 3}, ""),
    ({"step": 9, "spacing": 4, "kept": 2}, "its checkpoints do not fit where it stands"),
    ({"step": 9, "spacing": 4, "kept": 4}, "its checkpoints do not fit where it stands"),
    ({"step": 1, "spacing": 1, "kept": 1}, ""),
    ({"step": 1, "spacing": 1, "kept": 2}, ""),
    ({"step": 1, "spacing": 1, "kept": 0}, "its checkpoints do not fit where it stands"),
    ({"step": 0, "spacing": 1, "kept": 0}, ""),
    ({"step": 0, "spacing": 1, "kept": 1}, ""),
    ({"step": 0, "spacing": 1, "kept": 2}, "its checkpoints do not fit where it stands"),
    ({"last_moved": 9}, ""), ({"last_changed": 9, "last_moved": -1}, ""),
    ({"last_moved": 10}, "its checkpoints do not fit where it stands"),
    ({"last_changed": 10}, "its checkpoints do not fit where it stands"),
    ({"step": 0, "kept": 0, "last_moved": 0}, "its checkpoints do not fit where it stands"),
    ({"step": 0, "kept": 0, "last_changed": 0}, "its checkpoints do not fit where it stands"),
    ({"last_moved": -2}, "last_moved is -2; it must be at least -1"),
    ({"last_changed": -2}, "last_changed is -2; it must be at least -1"),
    ({"power": 0}, "power is 0; it must be at least 1"), ({"power": 4, "length": 3}, ""),
    ({"length": -1}, "length is -1; it must be at least 0"),
    ({"spacing": 0}, "spacing is 0; it must be at least 1"), ({"step": -1}, "step is -1; it must be at least 0"),
    ({"kept": -1}, "kept is -1; it must be at least 0"), ({"kept": 0.5}, "kept is 0.5; it must be a whole number"),
    ({"seconds": -0.5}, "seconds is -0.5; it must be finite and at least 0"), ({"seconds": 0.0}, ""),
]  # fmt: skip


@pytest.mark.parametrize(("place", "said"), PLACES, ids=str)
def test_where_it_stands(place: dict[str, Any], said: str, files):
    file = files("plain")
    del file.header["ending"]
    file.place |= place
    if file.place["step"] < 10 and "last_moved" not in place and "last_changed" not in place:
        file.place |= {"last_moved": -1, "last_changed": -1}
    elif file.place["step"] == 0:
        file.place |= {"last_moved": -1, "last_changed": -1} | place
    state, spacing, kept = file.rows[0][1], file.place["spacing"], file.place["kept"]
    file.rows = [(i * spacing, state) for i in range(math.ceil(kept))] if kept > 0 else []
    assert file.said().partition(": ")[2] == said
    if not said:
        run = file.read()
        assert (run.ending, run.steps, run.computed, run.settled_after, run.cycle) == (
            ns.Ending.INTERRUPTED, file.place["step"], file.place["step"], None, None,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([(0, 8), (256, 8)], ""),
        ([(0, 8)], "its checkpoints do not fit where it stands"),
        ([(0, 8), (256, 8), (512, 8)], "its checkpoints do not fit where it stands"),
        ([(0, 8), (255, 8)], "its checkpoints do not fit where it stands"),
        ([(256, 8), (0, 8)], "its checkpoints do not fit where it stands"),
        ([(1, 8), (257, 8)], "its checkpoints do not fit where it stands"),
        ([(0, 8), (256, 7)], "its checkpoints do not fit its recipe"),
        ([(0, 16), (256, 8)], "its checkpoints do not fit its recipe"),
        ([(0, 8), (256, "12345678")], "its checkpoints do not fit its recipe"),
    ],
)
def test_checkpoints(rows: list[tuple[int, Any]], said: str, files):
    file = files("settled")
    file.rows = [(step, bytes(state) if isinstance(state, int) else state) for step, state in rows]
    assert file.said().partition(": ")[2] == said


@pytest.mark.parametrize(
    ("name", "key", "value", "said"),
    [
        ("settled", "state", np.array([math.nan]), "ValueError: a state of it is not finite"),
        ("settled", "state", np.array([math.inf]), "ValueError: a state of it is not finite"),
        ("diverged", "state", np.array([math.inf]), ""),
        ("settled", "saved", np.array([math.nan]), ""),
        ("settled", "state", np.zeros(2), "ValueError: state has shape (2,), not (1,)"),
        ("settled", "state", np.zeros((1, 1)), "ValueError: state has shape (1, 1), not (1,)"),
        ("settled", "saved", np.zeros(0), "ValueError: saved has shape (0,), not (1,)"),
    ],
)
def test_states(name: str, key: str, value: np.ndarray, said: str, files):
    file = files(name)
    file.arrays[key] = value
    assert file.said() == said


def test_checkpoints_of_a_run_that_diverged_are_finite_still(files):
    file = files("diverged")
    file.rows[-1] = (file.rows[-1][0], np.array([math.nan]).tobytes())
    assert file.said() == "ValueError: a state of it is not finite"


def test_a_file_without_a_place_has_no_steps(files):
    file = files("settled")
    del file.header["place"], file.header["ending"]
    run = file.read()
    assert (run.ending, run.steps, run.computed, run.weight) == (ns.Ending.INTERRUPTED, 0, 0, 0.4)


# ---- its ending ----

ENDINGS: list[tuple[str, dict[str, Any], bool]] = [
    ("plain", {}, True),
    ("plain", {"steps": 9}, False), ("plain", {"steps": 11}, False), ("plain", {"computed": 9}, False),
    ("plain", {"settled": True}, False), ("plain", {"settled_after": 10}, False),
    ("plain", {"name": "TIME_USED"}, True), ("plain", {"name": "INTERRUPTED"}, True),
    ("plain", {"name": "CYCLING"}, False), ("plain", {"name": "SETTLED"}, False), ("plain", {"repeats": [2, 3]}, False),
    ("settled", {}, True),
    ("settled", {"steps": 999}, False), ("settled", {"steps": 318}, False), ("settled", {"computed": 318}, False),
    ("settled", {"settled_after": 318}, False), ("settled", {"settled_after": None}, False), ("settled", {"settled": False}, False),
    ("settled", {"repeats": [317, 1], "settled": False}, True), ("settled", {"repeats": [316, 2], "settled": False}, True),
    ("settled", {"repeats": [318, 1], "settled": False}, False), ("settled", {"repeats": [317, 1]}, False),
    ("settled", {"name": "STEPS_USED"}, False),
    ("settled", {"name": "CYCLING"}, False),
    ("settled by itself", {}, True), ("settled by itself", {"steps": 317}, False), ("settled by itself", {"steps": 319}, False),
    ("settled by itself", {"repeats": [300, 1], "settled": False, "steps": 301}, True),
    ("settled by itself", {"repeats": [300, 1], "settled": False}, False),
    ("cycling", {}, True),
    ("cycling", {"repeats": [50, 15]}, True), ("cycling", {"repeats": [50, 16]}, False), ("cycling", {"repeats": None}, False),
    ("cycling", {"steps": 65}, False), ("cycling", {"settled": True}, False), ("cycling", {"computed": 64}, False),
    ("cycling by itself", {}, True), ("cycling by itself", {"steps": 65}, False),
    ("cycling by itself", {"repeats": [49, 2]}, False),
    ("cycling by itself", {"repeats": [49, 3]}, True),
    ("diverged", {}, True), ("diverged", {"steps": 1753}, False),
]  # fmt: skip


@pytest.mark.parametrize(("name", "change", "fits"), ENDINGS, ids=str)
def test_endings(name: str, change: dict[str, Any], fits: bool, files):
    file = files(name)
    file.ending |= change
    ending, steps = file.ending["name"], file.ending["steps"]
    assert file.said() == ("" if fits else f"ValueError: its ending, {ending} after {steps} steps, does not fit where it stands")
    if fits:
        repeats = file.ending["repeats"]
        run = file.read()
        assert run.cycle == (None if ending != "CYCLING" else tuple(repeats))
        assert run.replay.cycle == (None if repeats is None else tuple(repeats))
        assert run.replay.settled == file.ending["settled"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": "OVER"}, "KeyError: 'OVER'"),
        ({"steps": -1}, "InputError: steps is -1; it must be at least 0"),
        ({"repeats": [-1, 3]}, "InputError: cycle is -1; it must be at least 0"),
        ({"repeats": [50, 0]}, "InputError: period is 0; it must be at least 1"),
        ({"repeats": [50]}, "ValueError: not enough values to unpack (expected 2, got 1)"),
        ({"gone": 64}, "InputError: gone is 64; it must be at least 65"),
        ({"gone": 65}, ""), ({"gone": None}, ""), ({"gone": 100}, ""),
    ],
)  # fmt: skip
def test_endings_of_another_kind(change: dict[str, Any], said: str, files):
    file = files("cycling")
    file.ending |= change
    assert file.said() == said
    if not said:
        assert file.read().gone == change["gone"]
