"""What a fit is going to do, decided before any step: columns, keywords, networks to try, and what is refused, whole."""

from typing import Any

import numpy as np
import pytest

import nodescope as ns
from nodescope.run.fit_plan import AUTO, plan

ROWS = 50
TABLE = {"a": np.arange(ROWS) * 1.0, "b": np.arange(ROWS) ** 2.0, "y": np.arange(ROWS) * 0.5, "z": np.arange(ROWS) * 0.25 + 1}
USUAL = {
    "goal": "y", "inputs": ["a", "b", "z"], "loss": "squared", "standardise": True, "seed": 0, "keep": "best", "holdout": 0.2,
    "dates": None, "indicator": False, "penalty": None, "classes": None, "missing": "mean", "unknown": "ignore",
}  # fmt: skip


def keywords(**more: Any) -> dict[str, Any]:
    return {
        name: value for name, value in plan(more.pop("data", TABLE), **({"goal": "y"} | more)).keywords.items() if name != "data"
    }


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({}, {}), ({"inputs": ["a"]}, {"inputs": ["a"]}), ({"inputs": "a"}, {"inputs": ["a"]}),
        ({"goal": ["y", "z"]}, {"goal": ["y", "z"], "inputs": ["a", "b"]}), ({"goal": ["y"]}, {"goal": ["y"]}),
        ({"data": {**TABLE, "y": ["p", "q"] * 25}}, {"loss": "cross-entropy"}), ({"loss": "huber"}, {"loss": "huber"}),
        ({"holdout": 0.5}, {"holdout": 0.5}), ({"holdout": 0}, {"holdout": 0}),
        ({"data": {name: column[:49] for name, column in TABLE.items()}}, {"holdout": 0.0}),
        ({"seed": 3, "standardise": False, "missing": "drop", "unknown": "refuse", "penalty": 0.5, "indicator": True},
         {"seed": 3, "standardise": False, "missing": "drop", "unknown": "refuse", "penalty": 0.5, "indicator": True}),
        ({"data": {**TABLE, "b": ["p", "q"] * 25}}, {"categories": "one-hot"}),
        ({"data": {**TABLE, "b": ["p", "q"] * 25}, "categories": "count"}, {"categories": "count"}),
        ({"data": {**TABLE, "y": ["p", "q"] * 25}, "classes": ["q", "p"]}, {"loss": "cross-entropy", "classes": ["q", "p"]}),
    ],
)  # fmt: skip
def test_keywords(more: dict[str, Any], told: dict[str, Any]):
    assert keywords(**more) == USUAL | told


@pytest.mark.parametrize(
    ("hidden", "kept", "sizes"),
    [
        (None, (), ((),)), ("auto", "auto", ((), (16,), (64,), (32, 32))), (8, (8,), ((8,),)), ([8, 4], (8, 4), ((8, 4),)),
        ((3,), (3,), ((3,),)), (np.array([5, 2]), (5, 2), ((5, 2),)), (np.int64(7), (7,), ((7,),)), (np.array(6), (6,), ((6,),)),
        ([], (), ((),)), (1, (1,), ((1,),)),
    ],
)  # fmt: skip
def test_hidden_layers(hidden: Any, kept: Any, sizes: Any):
    found = plan(TABLE, goal="y", hidden=hidden)
    assert (found.hidden, found.sizes, found.activation, found.way) == (kept, sizes, "relu", {})
    assert AUTO == ((), (16,), (64,), (32, 32))


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"inputs": ["a", "y"]}, "a mapping of columns: the column 'y' is both goal and input; take it out of inputs"),
    ({"goal": "x y"}, "a mapping of columns has no column 'x y'; the columns are 'a', 'b', 'y', 'z'"),
    ({"inputs": ["a", "bb"]}, "a mapping of columns has no column 'bb'; did you mean 'b'?"),
    ({"goal": 2}, "a mapping of columns has no column 2; the columns are 'a', 'b', 'y', 'z'"),
    ({"goal": -1}, "goal is -1; it must be at least 0"),
    ({"goal": 2**31 + 1}, "goal is 2147483649; it must be at most 2147483648"),
    ({"goal": True}, "goal is True; it must be a list: the names of columns"),
    ({"goal": [0.5]}, "goal is 0.5; it must be a column's name or a whole number"),
    ({"inputs": []}, "a mapping of columns: no column is left to predict from; name at least one input"),
    (
        {"data": {"a": [1.0, 1.0], "y": [1.0, 2.0]}},
        "a mapping of columns: no column is left to predict from; left out: a (always 1)",
    ),
    ({"hidden": "many"}, "hidden is 'many'; it may be \"auto\", or the nodes of each hidden layer, such as [8, 8]"),
    ({"hidden": [8, 0]}, "hidden is 0; it must be at least 1"),
    ({"hidden": 0.5}, 'hidden is 0.5; it must be "auto", a list with the nodes of each layer, or a whole number'),
]


@pytest.mark.parametrize(("more", "said"), REFUSED, ids=[str(number) for number in range(len(REFUSED))])
def test_refused(more: dict[str, Any], said: str):
    with pytest.raises(ns.InputError) as refused:
        keywords(**more)
    assert str(refused.value) == said


def test_of_many_columns_ten_are_named():
    with pytest.raises(ns.InputError) as refused:
        plan({f"column {number}": [1.0, 2.0] for number in range(12)}, goal="qq")
    names = ", ".join(repr(f"column {number}") for number in range(10))
    assert str(refused.value) == f"a mapping of columns has no column 'qq'; the columns are {names}"


def test_a_recipe_for_each_size():
    node, network = plan(TABLE, goal="y", hidden="auto", seed=5).recipes().__next__(), plan(TABLE, goal="y", hidden=[3], seed=5)
    (of_layers,) = network.recipes()
    assert (node.network.sizes, node.order, node.batch, node.penalty.l2) == ((3, 1), "given", "all", 0.0)
    assert (of_layers.network.sizes, of_layers.order, of_layers.seed, of_layers.rule.name) == ((3, 3, 1), "shuffled", 5, "adam")
    assert of_layers.network.activations[0].name == "relu"
    assert of_layers.network.flat().tobytes() == ns.network([3, 3, 1], activation="relu", seed=5).flat().tobytes()
    (other,) = plan(TABLE, goal="y", hidden=[3], activation="tanh").recipes()
    assert other.network.activations[0].name == "tanh"


def test_a_way_of_ones_own():
    (recipe,) = plan(TABLE, goal="y", way={"rule": "adam", "epochs": 3}).recipes()
    assert (recipe.rule.name, recipe.alpha, recipe.epochs, recipe.batch) == ("adam", 1.0, 3, 1)
    (recipe,) = plan(TABLE, goal="y", way={"alpha": 0.5}).recipes()
    assert (recipe.rule.name, recipe.alpha, recipe.epochs) == ("plain", 0.5, 1)


@pytest.mark.parametrize(("penalty", "l2"), [(None, 1 / 40), (0.5, 0.5), (0.0, 0.0)])
def test_classes_have_a_penalty_unless_one_is_given(penalty: Any, l2: float):
    (recipe,) = plan({**TABLE, "y": ["p", "q"] * 25}, goal="y", penalty=penalty).recipes()
    assert recipe.penalty.l2 == l2
