"""What a fit chooses, in small tables whose answer is known: columns and why not, the loss, the way down."""

import datetime
import math
from typing import Any

import numpy as np
import pytest

import nodescope as ns
from nodescope.data.open import open_table
from nodescope.run import fit_choices
from nodescope.run.fit_choices import (
    choose_columns,
    choose_loss,
    fingerprint_of,
    reasons,
    table_keywords,
    with_a_good_way,
    with_a_penalty,
)
from nodescope.run.making import make_recipe

NAN = math.nan
DAY = datetime.date(2020, 1, 1)
AS_DATES = 'write it as 2020-12-31 and give dates=["year", "month", "weekday", "days"], or leave the column out'
UNITS = "write the number alone and put the unit into the column's name, or leave the column out"
COMMAS = 'give decimal="," if the comma is a decimal comma, thousands="," if it divides thousands; or leave the column out'
GROUPS = 'say what divides the thousands (thousands="space", decimal=","), or leave the column out'
USELESS: list[tuple[list[Any], str]] = [
    ([1.0, 2.0, NAN], ""), ([3.0, 3.0, NAN], "always 3"), ([2.5, 2.5, 2.5], "always 2.5"), ([NAN, NAN, NAN], "no values"),
    ([True, False, True], ""), (["x", "y", "z"], ""), (["x", "x", "x"], "always the same text"),
    (["x", None, "x"], "always the same text"), (["x", "y", None], ""), ([None, None, None], "no values"),
    (["1", "2", "x"], "numbers but for 'x' in row 3; correct the cell, or leave the row out"),
    (["x", "1", "2"], "numbers but for 'x' in row 1; correct the cell, or leave the row out"),
    (["1", "x", "y"], ""), (["1", "x", "y", "2"], ""),
    (["1", "x", "3", None], "numbers but for 'x' in row 2; correct the cell, or leave the row out"),
    (["1", "2", "3"], "numbers written as text, such as '1' in row 1; give them as numbers"),
    ([None, "2", "3"], "numbers written as text, such as '2' in row 2; give them as numbers"),
    (["x", "1 kg", "2 kg"], f"numbers with a unit or currency, such as '1 kg' in row 2; {UNITS}"),
    (["1,5", "2,5", "x"], f"numbers with a comma that may mean two things, such as '1,5' in row 1; {COMMAS}"),
    (["1 000 000", "2 000 000", "x"], f"numbers whose marks may mean two things, such as '1 000 000' in row 1; {GROUPS}"),
    (["1.2.2020", "2.2.2020", "x"], f"dates, such as '1.2.2020' in row 1; {AS_DATES}"),
    ([DAY, DAY, None], "dates"),
    ([f"t{number}" for number in range(50)], ""),
    ([f"t{number}" for number in range(51)], "text, 51 different values"),
    ([f"t{number}" for number in range(1234)], "text, 1,234 different values"),
]  # fmt: skip


@pytest.mark.parametrize(("column", "reason"), USELESS, ids=str)
def test_why_a_column_is_left_out(column: list[Any], reason: str):
    table = open_table({"a": column, "y": np.arange(len(column)) * 1.0}, {})
    assert reasons(table) == ({"a": reason} if reason else {})
    chosen = choose_columns(table, ["y"], None)
    assert (chosen.inputs, chosen.left_out, chosen.rows) == (
        ((), (f"a ({reason})",), 0) if reason else (("a",), (), len(column))
    )  # fmt: skip
    asked = choose_columns(table, ["y"], ["a"])
    missing = sum(cell is None or cell != cell for cell in column)
    assert (asked.inputs, asked.left_out, asked.rows, asked.gaps) == (("a",), (), len(column), missing)


def test_the_thousand_cells_that_are_looked_at():
    """Where most of them are numbers, what comes after does not matter; half is not most."""
    for numbers, texts, reason in ((501, 499, True), (500, 500, False), (1000, 2000, True), (999, 1, True)):
        column = ["1"] * numbers + [f"x{n % 40}" for n in range(texts)]
        table = open_table({"a": column, "y": np.arange(len(column)) * 1.0}, {})
        assert ("a" in reasons(table)) == reason, numbers
    before = ["x", *["y"] * 499, *["1"] * 500, *["1"] * 900]
    assert "a" not in reasons(open_table({"a": before, "y": np.arange(len(before)) * 1.0}, {}))


@pytest.mark.parametrize(
    ("categories", "left_out"),
    [
        (None, ("b (text, 51 different values)",)), ("one-hot", ("b (text, 51 different values)",)),
        ("refuse", ("a (text, 2 different values)", "b (text, 51 different values)")), ({"a": "one-hot", "b": "count"}, ()),
        ({"b": "count"}, ("a (text, 2 different values)",)), ({"a": "one-hot"}, ("b (text, 51 different values)",)),
    ],
)  # fmt: skip
def test_categories_that_were_asked_for(categories: Any, left_out: tuple[str, ...]):
    table = open_table({"a": ["p", "q", *["q"] * 49], "b": [f"t{n}" for n in range(51)], "y": np.arange(51.0)}, {})
    chosen = choose_columns(table, ["y"], None, categories=categories)
    assert chosen.left_out == left_out
    assert chosen.inputs == chosen.text == tuple(name for name in "ab" if not any(told.startswith(name) for told in left_out))


def test_dates_are_taken_where_they_are_asked_for(tmp_path):
    (tmp_path / "a.csv").write_text("a,b,c,y\n2020-01-01,p,1,1\n2020-01-02,q,,2\n2020-01-04,,3,3\n")
    table = open_table(tmp_path / "a.csv", {})
    taken, left = choose_columns(table, ["y"], None, dates=["year"]), choose_columns(table, ["y"], None)
    assert (taken.inputs, taken.left_out, taken.text, taken.gaps, taken.rows) == (("a", "b", "c"), (), ("b",), 2, 3)
    assert (left.inputs, left.left_out, left.text, left.gaps) == (
        ("b", "c"), (f"a (dates, such as '2020-01-01' in row 1; {AS_DATES})",), ("b",), 2,
    )  # fmt: skip
    assert choose_columns(table, ["y"], ["a"]).text == ("a",)
    assert choose_columns(table, ["y"], ["a"], dates=["year"]).text == ()


def test_columns_that_repeat_each_other():
    table = open_table({"a": [1.0, 2.0, 4.0], "b": [1.0, 2.0, 3.0], "c": [1.0, 2.0, 4.0], "y": [1.0, 2.0, 4.0]}, {})
    chosen = choose_columns(table, ["y"], None)
    assert (chosen.inputs, chosen.left_out) == (("a", "b"), ("c (the same as a)",))
    assert choose_columns(table, ["y"], ["a", "c"]).inputs == ("a", "c")
    assert choose_columns(table, ["a", "c"], None).inputs == ("b", "y")
    assert fingerprint_of(np.arange(6.0)[::2]) == fingerprint_of(np.array([0.0, 2.0, 4.0])) != fingerprint_of(np.arange(3.0))


@pytest.mark.parametrize(
    ("goal", "loss"),
    [
        ([1.0, 2.0, 1.0], "cross-entropy"), ([5.0, -3.0, 5.0], "cross-entropy"), ([0.5, 1.0, 1.0], "squared"),
        ([1.0, 1.0, 1.0], "squared"), ([0.0, 1.0, 2.0], "cross-entropy"), ([1.0, 2.0, 3.0], "squared"),
        ([0.0, 1.0, 3.0], "squared"),
        ([0.0, 1.0, 2.5], "squared"), ([NAN, 1.0, 2.0], "cross-entropy"), (list(np.arange(10.0)), "cross-entropy"),
        (list(np.arange(11.0)), "squared"), ([NAN, NAN, NAN], "squared"), (["a", "b", None], "cross-entropy"),
        ([f"t{n}" for n in range(10)], "cross-entropy"), ([f"t{n % 5}" for n in range(11)], "cross-entropy"),
        ([f"t{n % 6}" for n in range(12)], "cross-entropy"), ([f"t{n}" for n in range(6)] + [None] * 9, "cross-entropy"),
    ],
)  # fmt: skip
def test_the_loss_that_goals_ask_for(goal: list[Any], loss: str):
    assert choose_loss(open_table({"y": goal}, {}), "y") == loss


@pytest.mark.parametrize(
    ("goal", "said"),
    [
        ([f"t{n % 7}" for n in range(12)],
         "the goal 'y' is text with 7 different values in 12 rows, too many to be classes; choose another column, or say "
         'loss="cross-entropy" if they are'),
        (["1 kg", "2 kg", "3 kg"], f"the goal 'y' has numbers with a unit or currency, such as '1 kg' in row 1; {UNITS}"),
    ],
)  # fmt: skip
def test_goals_that_tell_no_classes(goal: list[Any], said: str):
    with pytest.raises(ns.InputError) as refused:
        choose_loss(open_table({"y": goal}, {}), "y")
    assert str(refused.value) == f"a mapping of columns: {said}"


@pytest.mark.parametrize(
    ("text", "missing", "categories", "told"),
    [
        ((), None, None, {"missing": "mean", "unknown": "ignore"}), (("a",), None, None, {"categories": "one-hot"}),
        (("a",), "drop", "count", {"missing": "drop", "categories": "count"}),
        ((), None, {"a": "count"}, {"categories": {"a": "count"}}),
    ],
)  # fmt: skip
def test_keywords_of_a_table(text: Any, missing: Any, categories: Any, told: dict[str, Any]):
    columns = fit_choices.Columns(("a",), (), text, 0, 3)
    usual = {"missing": "mean", "unknown": "ignore"}
    assert table_keywords(columns, missing, categories, "ignore") == usual | told


# ---- the way down ----

STRETCHED = np.array([[2.0, 1.0], [2.0, -1.0], [-2.0, 1.0], [-2.0, -1.0]])
"""Its moments are 4 and 1, its mean is 0."""


def way(x: np.ndarray, **more: Any) -> Any:
    usual = {"input": x, "goal": np.array([0.0, 1.0, 0.0, 1.0])[: len(x)], "alpha": 1.0, "epochs": 1, "standardise": False}
    return with_a_good_way(make_recipe(**(usual | more)))


@pytest.mark.parametrize("bias", [False, True])
def test_one_layer_goes_by_its_curvatures(bias: bool):
    """κ is 4: alpha ¼, momentum (2 − 1)/(2 + 1), and 12 × 2 + 100 epochs."""
    recipe = way(STRETCHED, bias=bias)
    assert (recipe.alpha, recipe.rule.name, recipe.epochs, recipe.batch, recipe.keep) == (0.25, "nesterov", 124, "all", "last")
    assert recipe.rule.told() == {"name": "nesterov", "momentum": pytest.approx(1 / 3, rel=1e-12)}
    assert not recipe.alpha_auto


def test_a_bias_counts_as_an_input_of_ones():
    """Moments of x = 3, 1 with ones: [[5, 2], [2, 1]], whose eigenvalues are 3 ± √8."""
    recipe = way(np.array([[3.0], [1.0]]), bias=True)
    assert recipe.alpha == pytest.approx(1 / (3 + math.sqrt(8)), rel=1e-12)
    root = 3 + math.sqrt(8)  # its square is the one by the other
    assert recipe.rule.told()["momentum"] == pytest.approx((root - 1) / (root + 1), rel=1e-9)
    assert recipe.epochs == math.ceil(12 * root) + 100


def test_log_losses_curve_less_where_rows_are_told_apart():
    """A quarter of the moments, the least a tenth of that: κ = 40; a penalty adds to both."""
    recipe = way(STRETCHED, loss="cross-entropy", goal=["a", "b", "a", "b"])
    assert recipe.alpha == pytest.approx(1.0, rel=1e-12)
    root = math.sqrt(40)
    assert recipe.rule.told()["momentum"] == pytest.approx((root - 1) / (root + 1), rel=1e-9)
    with_it = way(STRETCHED, loss="cross-entropy", goal=["a", "b", "a", "b"], penalty={"l2": 0.5})
    assert with_it.alpha == pytest.approx(1 / 1.5, rel=1e-12)
    root = math.sqrt(1.5 / 0.525)
    assert with_it.rule.told()["momentum"] == pytest.approx((root - 1) / (root + 1), rel=1e-9)
    squared = way(STRETCHED, penalty={"l2": 0.5})
    assert squared.alpha == pytest.approx(1 / 4.5, rel=1e-12)
    assert squared.rule.told()["momentum"] == pytest.approx((math.sqrt(3) - 1) / (math.sqrt(3) + 1), rel=1e-9)


@pytest.mark.parametrize(
    ("flat", "rule", "momentum", "epochs"),
    [(1.0, "plain", None, 112), (1e-4, "nesterov", 0.9995, 20_000), (1.3e-5, "nesterov", 0.9995, 20_000),
     (0.9e-5, "plain", None, 112),
     (0.0, "plain", None, 112)],
)  # fmt: skip
def test_directions_that_are_hardly_there(flat: float, rule: str, momentum: float | None, epochs: int):
    """A direction below a ten-thousand-millionth of the strongest is none; moments are squares."""
    recipe = way(STRETCHED / [2.0, 1.0] * [1.0, flat])
    assert (recipe.rule.name, recipe.epochs) == (rule, epochs)
    assert momentum is None or recipe.rule.told()["momentum"] == momentum


def test_a_direction_of_just_that_part_is_none():
    """Moments of 1.5²/2 and a ten-thousand-millionth of it, to the last bit."""
    recipe = way(np.array([[1.5, 0.0], [0.0, 1.5e-5]]))
    assert (recipe.rule.name, recipe.epochs) == ("plain", 112)


def test_inputs_that_are_all_nothing():
    recipe = way(np.zeros((4, 2)))
    assert (recipe.alpha, recipe.rule.name, recipe.epochs) == (1.0, "plain", 112)


@pytest.mark.parametrize(("products", "epochs"), [(2 * 8 * 50, 50), (2 * 8 * 50 - 1, 49), (2 * 8 * 21, 21), (1, 20), (10**9, 124)])
def test_a_large_table_is_passed_over_less_often(products: int, epochs: int, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(fit_choices, "MOST_PRODUCTS", products)
    assert way(STRETCHED).epochs == epochs


@pytest.mark.parametrize(
    ("products", "epochs"), [(3 * 4 * 9 * 50, 50), (3 * 4 * 9 * 50 - 1, 49), (3 * 4 * 9 * 6, 6), (1, 5), (10**9, 400)]
)
def test_layers_go_by_adam(products: int, epochs: int, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(fit_choices, "MOST_PRODUCTS", products)
    network = ns.network([2, 2, 1], seed=1)
    recipe = way(STRETCHED, network=network)
    assert recipe.problem.size == 9
    assert (recipe.rule.name, recipe.alpha, recipe.epochs, recipe.batch, recipe.alpha_auto) == ("adam", 0.003, epochs, 4, False)
    assert (recipe.tolerance.told(), recipe.keep) == ({"change": 1e-4, "patience": 25}, "last")


@pytest.mark.parametrize(("rows", "batch"), [(33, 32), (19_999, 32), (20_000, 256)])
def test_batches_of_layers(rows: int, batch: int):
    assert way(np.ones((rows, 1)), goal=np.ones(rows), network=ns.network([1, 2, 1], seed=1)).batch == batch


def test_a_penalty_for_one_layer_of_classes():
    classes = {"loss": "cross-entropy", "goal": ["a", "b", "a", "b"], "input": STRETCHED, "epochs": 1}
    assert with_a_penalty(make_recipe(**classes)).penalty.l2 == 0.25
    assert with_a_penalty(make_recipe(**classes, network=ns.network([2, 2, 1]))).penalty.l2 == 0.0
    assert with_a_penalty(make_recipe(**classes | {"loss": "squared", "goal": [1.0, 2.0, 3.0, 5.0]})).penalty.l2 == 0.0
