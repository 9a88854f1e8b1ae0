"""Scores of few rows by hand, as numbers and as printed; sums that are gathered part by part are those of all rows."""

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import nodescope as ns
from nodescope.run import streamed_score
from nodescope.run.class_score import MOST_SHOWN, ClassQuality, ClassScore
from nodescope.run.making import make_recipe
from nodescope.run.score import Baseline, Quality, Score, told_apart
from nodescope.run.streamed_score import _Rows, _Tally

# ---- sums part by part ----

PARTS = ([[1.0, 8.0], [3.0, 8.0]], [[5.0, 8.0]], [[0.0, 2.0], [1.0, 6.0], [2.0, 4.0]])


def tally(*parts: Any, off: float = 1.0) -> _Tally:
    found = _Tally()
    for part in parts:
        goal = np.array(part)
        found.add(goal + off, goal)
    return found


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1), (1, 2, 0)])
def test_tallies_of_parts_are_those_of_the_whole(order: tuple[int, ...]):
    """Goals 1 3 5 0 1 2 have mean 2 and squared distances 1 1 9 4 1 0; goals 8 8 8 2 6 4 mean 6 and 4 4 4 16 0 4."""
    found = tally(*(PARTS[number] for number in order), off=-2.0)
    assert found.n == 6
    assert found.mean == pytest.approx([2.0, 6.0], rel=1e-15)
    assert found.spread == pytest.approx([16.0, 32.0], rel=1e-15)
    assert found.squared.tolist() == [24.0, 24.0]
    assert (found.low.tolist(), found.high.tolist()) == ([0.0, 2.0], [5.0, 8.0])
    assert found.around(np.array([3.0, 6.0])) == pytest.approx([22.0, 32.0], rel=1e-15)
    several = found.quality(np.array([24.0, 96.0]), False)
    assert several.rmse == pytest.approx([2.0, 4.0], rel=1e-15)
    assert several.r2 == pytest.approx([-0.5, -2.0], rel=1e-15)
    one = found.quality(np.array([24.0, 96.0]), True)
    assert (one.rmse, one.r2) == (2.0, pytest.approx(-0.5, rel=1e-15))
    assert type(one.rmse) is type(one.r2) is float


def test_a_tally_starts_at_nothing():
    """The smallest of means and sums stay what they are."""
    found = tally([[1e-30], [3e-30]], off=0.0)
    assert (found.mean.tolist(), found.squared.tolist()) == ([2e-30], [0.0])
    assert found.spread == pytest.approx([2e-60], rel=1e-14, abs=0.0)
    assert (found.low.tolist(), found.high.tolist()) == ([1e-30], [3e-30])
    empty = _Tally()
    assert (empty.n, empty.mean, empty.spread, empty.squared, empty.low, empty.high) == (0, 0.0, 0.0, 0.0, math.inf, -math.inf)


def test_goals_that_are_all_equal_have_no_r2():
    found = tally([[2.0, 1.0]], [[2.0, 3.0]]).quality(np.array([2.0, 2.0]), False)
    assert np.isnan(found.r2[0])
    assert found.r2[1] == 0.0
    assert found.rmse.tolist() == [1.0, 1.0]


def test_rows_gather_the_ends_of_each_input():
    """And squared errors from their triangle: 2 × (1 0 −1) + 3 are off from (5 4 0) by 0, 1 and 1."""
    rows = _Rows(2, 1)
    for x, goal in (([[1.0, 7.0], [0.0, 7.0]], [[5.0], [4.0]]), ([[-1.0, 7.0]], [[0.0]])):
        recipe = make_recipe(input=x, goal=goal, alpha=0.1)
        rows.add(recipe.problem, np.array(goal) + 1.0, recipe.examples)
    assert (rows.low.tolist(), rows.high.tolist()) == ([-1.0, 7.0], [1.0, 7.0])
    assert (rows.tally.n, rows.tally.mean.tolist(), rows.tally.squared.tolist()) == (3, [3.0], [3.0])
    assert rows.squared(np.array([[2.0, 0.0]]), np.array([3.0]), 1.0) == pytest.approx([2.0], rel=1e-12)
    assert rows.squared(np.array([[2.0, 0.0]]), np.array([3.0]), 10.0) == pytest.approx([200.0], rel=1e-12)


# ---- as it is printed ----


@pytest.mark.parametrize(
    ("numbers", "told"),
    [
        ([1.0, 2.5], ["1", "2.5"]), ([1.23456, 1.23457], ["1.23456", "1.23457"]),
        ([1.23456, 1.23456], ["1.2346", "1.2346"]), ([1.0000000001, 1.0], ["1", "1"]), ([1.000000001, 1.0], ["1.000000001", "1"]),
        ([123456.0, 123457.0], ["123456", "123457"]), ([0.1234567, 0.1234568, 5.0], ["0.1234567", "0.1234568", "5"]),
        ([math.nan, 1.0], ["nan", "1"]), ([], []),
    ],
)  # fmt: skip
def test_numbers_are_told_apart(numbers: list[float], told: list[str]):
    assert told_apart(numbers) == told


def baseline(seen: Quality, unseen: Quality | None) -> Baseline:
    return Baseline(seen, unseen, None, None)


def test_a_table_for_each_goal():
    seen, unseen = Quality(np.array([1.0, 2.0]), np.array([0.5, 0.25])), Quality(np.array([10.5, 20.0]), np.array([0.125, -1.0]))
    mean = Quality(np.array([3.0, 4.0]), np.array([0.0, 0.0]))
    found = Score(seen, unseen, baseline(mean, seen), baseline(unseen, mean), ("y", "long"))
    assert repr(found).splitlines() == [
        "'y'              RMSE seen  R² seen  RMSE unseen  R² unseen",
        "this node                1      0.5         10.5      0.125",
        "least squares            3        0            1        0.5",
        "always the mean       10.5    0.125            3          0",
        "",
        "'long'           RMSE seen  R² seen  RMSE unseen  R² unseen",
        "this node                2     0.25           20         -1",
        "least squares            4        0            2       0.25",
        "always the mean         20       -1            4          0",
    ]
    one = Quality(1.0, 0.5)
    assert repr(Score(one, None, baseline(one, None), baseline(one, None), ("y",), "this network of some layers")).splitlines() == [
        "'y'                          RMSE seen  R² seen",
        "this network of some layers          1      0.5",
        "least squares                        1      0.5",
        "always the mean                      1      0.5",
    ]


def quality(accuracy: float, log_loss: float | None, confusion: Any = ((3, 1), (0, 22))) -> ClassQuality:
    return ClassQuality(accuracy, log_loss, np.array(confusion))


def test_tables_of_classes():
    own, other, always = quality(0.123456, 0.5), quality(0.75, 1.25, ((7, 0), (5, 4))), quality(0.5, 0.6931471)
    found = ClassScore(own, other, "b", (always, quality(0.25, 0.5)), ("a", "b"), ("y",))
    assert repr(found).splitlines() == [
        "'y'                accuracy seen  log loss seen  accuracy unseen  log loss unseen",
        "this node                0.12346            0.5             0.75             1.25",
        "always 'b'                   0.5                            0.25",
        "class frequencies                       0.69315                               0.5",
        "",
        "unseen rows: is ↓, said →  a  b",
        "a                          7  0",
        "b                          5  4",
    ]
    assert repr(ClassScore(own, None, 1, (always, None), (1, 12), ("y",), "this network")).splitlines() == [
        "'y'                accuracy seen  log loss seen",
        "this network             0.12346            0.5",
        "always 1                     0.5",
        "class frequencies                       0.69315",
        "",
        "seen rows: is ↓, said →  1  12",
        "1                        3   1",
        "12                       0  22",
    ]


def test_tables_of_a_side():
    """A hinge tells no probabilities."""
    own, always = quality(0.875, None), quality(0.5, 0.6)
    assert repr(ClassScore(own, own, "b", (always, always), ("a", "b"), ("y",))).splitlines()[:3] == [
        "'y'         accuracy seen  accuracy unseen",
        "this node           0.875            0.875",
        "always 'b'            0.5              0.5",
    ]
    assert repr(ClassScore(own, None, "b", (always, None), ("a", "b"), ("y",))).splitlines() == [
        "'y'         accuracy seen", "this node           0.875", "always 'b'            0.5", "",
        "seen rows: is ↓, said →  a   b", "a                        3   1", "b                        0  22",
    ]  # fmt: skip


@pytest.mark.parametrize(("classes", "tables"), [(MOST_SHOWN, 2), (MOST_SHOWN + 1, 1)])
def test_of_many_classes_who_is_taken_for_whom_is_not_printed(classes: int, tables: int):
    own = quality(0.5, 0.5, np.eye(classes, dtype=int))
    found = ClassScore(own, None, 0, (own, None), tuple(range(classes)), ("y",))
    assert MOST_SHOWN == 12
    assert len(repr(found).split("\n\n")) == tables


# ---- of runs ----


def classified(goal: list[Any], loss: str = "cross-entropy", **more: Any) -> ClassScore:
    """After no step, with weights of which the answer is known."""
    table = {"x": [1.0, -1.0, 2.0, -3.0], "y": goal}
    return ns.descend(
        **{"weight": [1.0], "data": table, "goal": "y", "bias": False, "loss": loss, "alpha": 0.1, "steps": 0} | more
    ).score


def test_two_classes_by_hand():
    """Sums 1, −1, 2, −3: the first and third are said to be "b"."""
    found = classified(["b", "a", "a", "a"])
    assert (found.seen.accuracy, found.most_frequent, found.unseen, found.always[1]) == (0.75, "a", None, None)
    assert found.seen.confusion.tolist() == [[2, 1], [0, 1]]
    losses = [math.log1p(math.exp(-1)), math.log1p(math.exp(-1)), math.log1p(math.exp(2)), math.log1p(math.exp(-3))]
    assert found.seen.log_loss == pytest.approx(sum(losses) / 4, rel=1e-14)
    assert found.always[0].accuracy == 0.75
    assert found.always[0].confusion.tolist() == [[3, 0], [1, 0]]
    assert found.always[0].log_loss == pytest.approx(-(0.75 * math.log(0.75) + 0.25 * math.log(0.25)), rel=1e-14)
    assert (found.classes, found.goals) == (("a", "b"), ("y",))


def test_a_sum_of_nothing_is_the_first_class():
    assert classified(["b", "a", "a", "b"], weight=[0.0]).seen.confusion.tolist() == [[2, 0], [2, 0]]


def test_three_classes_by_hand():
    """Sums x, 0, −x: the last is said where x is below 0, the first above."""
    found = classified(["p", "r", "q", "r"], weight=[[1.0], [0.0], [-1.0]])
    assert found.seen.confusion.tolist() == [[1, 0, 0], [1, 0, 0], [0, 0, 2]]
    assert (found.seen.accuracy, found.most_frequent) == (0.75, "r")

    def loss(x: float, own: float) -> float:
        return math.log(math.exp(x) + 1 + math.exp(-x)) - own

    assert found.seen.log_loss == pytest.approx((loss(1, 1) + loss(1, 1) + loss(2, 0) + loss(3, 3)) / 4, rel=1e-14)
    assert found.always[0].log_loss == pytest.approx(-(0.5 * math.log(0.5) + 0.5 * math.log(0.25)), rel=1e-14)


def test_a_hinge_tells_no_probabilities():
    found = classified(["b", "a", "a", "a"], loss="hinge")
    assert (found.seen.accuracy, found.seen.log_loss, found.always[0].log_loss is None) == (0.75, None, False)


def test_unseen_rows_by_hand():
    """Of seed 1 a row of class "b" is kept unseen whose sum is above 0."""
    found = classified(["b", "a", "b", "b"], holdout=0.25, seed=1)
    assert (found.seen.confusion.tolist(), found.unseen.confusion.tolist()) == ([[1, 0], [1, 1]], [[0, 0], [0, 1]])
    assert (found.most_frequent, found.seen.accuracy, found.unseen.accuracy) == ("b", pytest.approx(2 / 3), 1.0)
    assert (found.always[0].accuracy, found.always[1].accuracy) == (pytest.approx(2 / 3), 1.0)
    assert found.always[0].log_loss == pytest.approx(-(2 * math.log(2 / 3) + math.log(1 / 3)) / 3, rel=1e-14)
    assert found.always[1].log_loss == pytest.approx(-math.log(2 / 3), rel=1e-14)


def test_parts_of_seen_and_unseen_rows_come_by_turns(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(streamed_score, "in_parts", lambda problem: iter(problem.parts))

    def rows(*parts: str, n: int = 3) -> Any:
        return SimpleNamespace(parts=parts, n=n)

    both: Any = ["seen", "unseen"]
    told = list(streamed_score._parts((rows("a", "b", "c"), rows("d")), both))
    assert told == [("a", "seen"), ("d", "unseen"), ("b", "seen"), ("c", "seen")]
    assert list(streamed_score._parts((rows("a"), rows("odd", n=0)), both)) == [("a", "seen")]
