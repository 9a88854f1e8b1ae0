"""Two runs side by side and where they part, alpha's boundary, gradients told twice: each at both sides of its bounds."""

import math
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import nodescope as ns
from nodescope.diagnosis.checks import beside, bisect, compare, parting
from nodescope.diagnosis.checks.beside import Beside, Lead
from nodescope.diagnosis.checks.certificate import _rows
from nodescope.diagnosis.checks.compare import Comparison
from nodescope.diagnosis.checks.gradients import Slope
from nodescope.diagnosis.checks.listing import run_in, runs_in
from nodescope.diagnosis.checks.verify import _prime_factors

# ---- two runs ----


def found(better: str | None = None, a: float = 4.0, b: float = 9.0, sure: float = 0.5, **more: Any) -> Comparison:
    return Comparison(better, "them", a, b, sure, more.pop("differences", {}), ("SETTLED", "SETTLED"), **more)


@pytest.mark.parametrize(
    ("comparison", "sentence"),
    [
        (found(), "Neither is clearly better: a is off by about 2, b by 3 on them; their difference is 0.5 standard errors."),
        (found(of_classes=True), "Neither is clearly better: a is with a log loss of 4, b with a log loss of 9 on them; "
                                 "their difference is 0.5 standard errors."),
        (found("a", sure=-3.0), "a is better: off by about 2 on them, 33 % less than b (3); the difference is 3 standard errors."),
        (found("b", 16.0, sure=3.0), "b is better: off by about 3 on them, 25 % less than a (4); "
                                     "the difference is 3 standard errors."),
        (found("b", 16.0, sure=3.0, of_classes=True), "b is better: with a log loss of 9 on them, 44 % less than a (16); "
                                                      "the difference is 3 standard errors."),
        (found("a", 0.0, sure=-math.inf), "a is better: off by about 0 on them, 1e+02 % less than b (3)."),
        (found("a", b=math.inf, sure=-math.inf), "a is better: off by about 2 on them; the error of b is beyond all numbers."),
        (found("b", math.nan, sure=math.inf), "b is better: off by about 3 on them; the error of a is beyond all numbers."),
        (found(a=math.nan, b=math.inf), "Neither is better: the errors of both are beyond all numbers."),
    ],
)  # fmt: skip
def test_which_is_better_in_words(comparison: Comparison, sentence: str):
    assert comparison.sentence == sentence


def test_the_standard_error_of_a_difference():
    one, other, lost = np.array([3.0, 1.0]), np.array([0.0, 0.0]), np.array([math.inf, 1.0])
    asked = [(one, other), (other, one), (one, one), (one[:1], other[:1]), (one + 1, one), (lost, one), (one, lost), (lost, lost)]
    told = [compare._standard_errors(*pair) for pair in asked]
    assert told == pytest.approx([2.0, -2.0, 0.0, math.inf, math.inf, math.inf, -math.inf, math.nan], nan_ok=True)


def test_goals_that_differ_by_a_rounding_are_the_same():
    """By 1e-13 of the largest, and 1e-13 of themselves."""
    asked = [
        ([1.0], [1 + 1.9e-13]), ([1.0], [1 + 2.1e-13]), ([1.0, 0.0], [1.0, 0.9e-13]), ([1.0, 0.0], [1.0, 1.1e-13]),
        ([1e-20], [2e-20]), ([1.0], [1.0, 1.0]), ([], []),
    ]  # fmt: skip
    same = [bool(compare._same(np.array(one), np.array(other))) for one, other in asked]
    assert same == [True, False, True, False, False, False, True]


def test_values_of_recipes_in_words():
    asked: list[tuple[Any, str]] = [
        ([1, 2, 3, 4], "[1, 2, 3, 4]"), ([1, 2, 3, 4, 5], "5 numbers"), (["a"] * 5, "5 values"), ([[1], [2]], "2 × 1 numbers"),
        ([[1], [2, 3]], "[[1], [2, 3]]"), ([], "[]"), ({"name": "steps", "at": [1] * 5}, "name steps, at 5 numbers"),
        (None, "default"), ("c" * 60, "c" * 60), ("c" * 61, "c" * 59 + "…"),
        ({"weights": [[[1.0]], [[2.0], [3.0]]], "activations": ["tanh", "identity"]}, "1-2 nodes, tanh, identity"),
    ]  # fmt: skip
    assert [compare._short(value) for value, _ in asked] == [text for _, text in asked]


# ---- over time ----


def test_what_they_differ_in_and_how_sure_it_is():
    def differing(count: int) -> Comparison:
        return found(differences=dict.fromkeys("abcd"[:count], (0, 1)))

    assert [beside._in_what(differing(count)) for count in (0, 1, 3, 4)] == [
        "Their recipes are the same.", "They differ in one setting, a.", "They differ in 3 settings: a, b, c.",
        "They differ in 4 settings.",
    ]  # fmt: skip
    told = [beside._how_sure(found(sure=sure)) for sure in (0.0, math.inf, math.nan, 2.0, -1.5)]
    assert told[:3] == [[], [], []]
    assert told[3:] == [
        ["Their difference is 2 standard errors."],
        ["Their difference is 1.5 standard errors; from 2 on it would count."],
    ]


def test_numbers_beside_each_other():
    asked = [(10.0, 500.2), (9.96, 500.2), (380.2, 380.2), (380.1, 380.2), (1.5e6, 10.4)]
    told = [("10", "500"), ("9.96", "500"), ("380", "380"), ("380.1", "380.2"), ("1.5 × 10⁶", "10")]
    assert [beside.told_apart(*pair) for pair in asked] == told


def over_time(**known: Any) -> Any:
    """What is known of two runs, the first of an epoch of 4 steps and the second of one of 3."""
    runs = tuple(
        SimpleNamespace(
            steps=steps, replay=SimpleNamespace(last_step=made),
            recipe=SimpleNamespace(steps_per_epoch=size, examples=SimpleNamespace(goal=[0] * 5, unseen_goal=[0] * 1200)),
        ) for steps, made, size in ((10, 8, 4), (1000, 13, 3))
    )  # fmt: skip
    return SimpleNamespace(**{"runs": runs, "by_epoch": True, "by_unseen": False, "what": "RMSE", "unit": "epoch"} | known)


def test_moments_are_ends_of_epochs_or_steps():
    for by_epoch, steps, ends, last in ((True, (8, 10), (3, 334), 5), (False, (2, 3), (10, 1000), 13)):
        both = over_time(by_epoch=by_epoch)
        first, second = both.runs
        assert tuple(Beside.steps_of(both, first, moment) for moment in (2, 3)) == steps
        assert tuple(Beside.last_of(both, run) for run in (first, second)) == ends
        assert Beside.last.func(both) == last
    nothing = over_time(runs=(SimpleNamespace(steps=0, replay=SimpleNamespace(last_step=0), recipe=None),), by_epoch=False)
    assert Beside.last.func(nothing) == 1


def test_chance_is_told_of_more_than_one_row():
    both = over_time()
    assert Beside._chance(both, found()) == "; on the 5 examples they learned from that may still be chance"
    assert Beside._chance(both, found("a")) == "; on the 5 examples they learned from that is more than chance"
    assert Beside._chance(over_time(by_unseen=True), found()) == "; on 1,200 unseen rows that may still be chance"
    both.runs[0].recipe.examples.goal = [0]
    assert Beside._chance(both, found()) == ""


@pytest.mark.parametrize(
    ("leads", "ends", "what", "told"),
    [
        ("a", (1.0, 2.0), "RMSE", []),
        ("ab", (300.2, 20.2), "RMSE", ["A is ahead until epoch 9; then B passes it: 20 g off against 300 g."]),
        ("ba", (0.25, 0.5), "mse", ["B is ahead until epoch 9; then A passes it: 0.25 against 0.5 at the end."]),
        ("ab", (math.inf, 0.5), "RMSE", ["A is ahead until epoch 9; then B passes it."]),
        ("aba", (0.25, 0.5), "mse", ["They change places 2 times, the last time at epoch 20."]),
    ],
)  # fmt: skip
def test_how_one_passes_the_other(leads: str, ends: tuple[float, float], what: str, told: list[str]):
    ways = [SimpleNamespace(errors=lambda _unseen, end=end: {0: 9.0, 5: end}) for end in ends]
    both = over_time(what=what, ways=ways, leads=lambda _unseen: [Lead(10 * at, who) for at, who in enumerate(leads)])
    assert Beside._passing(both, " g") == told


def test_as_many_moments_are_looked_at_as_a_page_is_wide():
    a, b = (ns.descend(weight=0.4, input=1, goal=0.6, alpha=alpha, steps=400) for alpha in (0.001, 0.002))
    both = Beside(a, b, more=(7,))
    moments = both.ways[0].at
    even = {*np.linspace(0, 400, 160).round().astype(int).tolist()}
    assert {*moments} == even | {1, 7}
    assert both.ways[1].at == moments


@pytest.mark.parametrize("at", [None, 1, 2, 63, 64, 65, 66, 127, 128, 129, 130, 257, 299, 300])
def test_the_first_step_at_which_a_bit_differs(at: int | None, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(parting, "_weights", lambda run, step: np.array([float(run == "b" and at is not None and step >= at)]))
    one: Any = "a"
    other: Any = "b"
    assert parting._first_apart(one, other, 300) == at
    for steps in (0, 1, 64, 70):
        assert parting._first_apart(one, other, steps) == (at if at is not None and at <= steps else None)


# ---- alpha's boundary ----


class Asked:
    """A judge that knows from which alpha on it grows, and keeps which it was asked for."""

    def __init__(self, limit: float, start: float, ratio: float) -> None:
        self.limit, self.start, self.ratio, self.judged = limit, start, ratio, "what it knows"
        self.asked: list[float] = []

    @property
    def runs(self) -> int:
        return len(self.asked)

    def grows(self, alpha: float) -> bool:
        self.asked.append(alpha)
        return alpha > self.limit


def test_how_the_boundary_is_searched():
    """Down by 16 until one is stable, up by the ratio until one is not, then halves until they are a ten-millionth apart."""
    judge: Any = Asked(1.0, 3.0, 2.0)
    edge = bisect._search(judge)
    assert judge.asked[:3] == [3.0, 3.0 / 16, (3.0 + 3.0 / 16) / 2]
    assert (edge.runs, edge.stable <= 1.0 < edge.unstable, edge.alpha) == (27, True, (edge.stable + edge.unstable) / 2)
    judge = Asked(1.0, 0.3, 2.0)
    assert bisect._search(judge).alpha == pytest.approx(1.0, rel=1e-7)
    assert judge.asked[:4] == [0.3, 0.6, 1.2, 0.8999999999999999]
    judge = Asked(math.inf, 1.0, 1e200)
    edge = bisect._search(judge)
    assert (edge.alpha, edge.stable, edge.unstable, judge.asked) == (math.inf, 1e200, math.inf, [1.0, 1e200])
    edge = bisect._search(Asked(-1.0, 1e-320, 2.0))  # type: ignore[arg-type]
    assert (edge.stable, edge.unstable) == (0.0, 4e-323)


# ---- certificates and gradients ----


def test_steps_that_were_given_again():
    run: Any = SimpleNamespace(steps=1200)
    told = {
        "all 1,200 steps": (range(1200),), "2 of 1,200 steps (0 to 1)": (range(2),),
        "none of the steps (one would take too long)": (),
        "4 of 1,200 steps (0 to 0, 2 to 2, 4 to 4, 1,100 to 1,100)": tuple(range(at, at + 1) for at in (0, 2, 4, 1100)),
        "6 of 1,200 steps (0 to 0, 2 to 2, 4 to 4, 6 to 6 and 2 more windows)": tuple(range(at, at + 1) for at in range(0, 12, 2)),
    }  # fmt: skip
    assert {text: _rows(run, rows) for text, rows in told.items()} == {text: text for text in told}
    run.steps = 1
    assert _rows(run, (range(1),)) == "the one step"


def test_prime_factors():
    asked = {1: [], 2: [2], 4: [2], 9: [3], 12: [2, 3], 30: [2, 3, 5], 49: [7], 75: [3, 5], 97: [97]}
    assert {number: list(_prime_factors(number)) for number in asked} == asked


def test_slopes_agree_to_a_millionth_and_what_is_uncertain():
    def agrees(error: float, uncertain: float) -> bool:
        return Slope(0, 0, 0, 1.0, 1.0, 1e-5, error, uncertain, False).agrees

    assert [agrees(*pair) for pair in ((1e-6, 0.0), (1.1e-6, 0.0), (4.9e-6, 4e-6), (5.1e-6, 4e-6))] == [True, False, True, False]


@pytest.mark.parametrize(("most", "checked"), [(None, 24), (1, 1), (5, 5), (24, 24), (100, 24)])
def test_as_many_weights_are_checked_as_it_is_said(most: int | None, checked: int):
    """Of three nodes of seven inputs and a bias."""
    rng = np.random.default_rng(1)
    run = ns.descend(input=rng.normal(size=(4, 7)), goal=rng.normal(size=(4, 3)), bias=True, alpha=0.1, steps=1)
    found = ns.check_gradients(run, most=most)
    assert len(found.slopes) == checked
    places = [(slope.node, slope.input) for slope in found.slopes]
    assert places[0] == (0, 0)
    if checked == 24:
        assert places[7:9] == [(0, None), (1, 0)]


# ---- a folder of runs ----


def test_files_by_their_names(tmp_path: Path):
    (tmp_path / "folder.nodescope").mkdir()
    with pytest.raises(ns.FileError, match=r"holds no run file 'zz'; it holds none$"):
        run_in(tmp_path, "zz")
    with pytest.raises(ns.InputError, match="holds no run files"):
        list(runs_in(tmp_path))
    for name in "gfedcb":
        (tmp_path / f"{name}.nodescope").write_text("no run")
    (tmp_path / "other.txt").write_text("no run")
    with pytest.raises(ns.FileError, match=r"it holds 'b.nodescope', 'c.nodescope', .*, 'g.nodescope'$"):
        run_in(tmp_path, "zz")
    (tmp_path / "a.nodescope").write_text("no run")
    with pytest.raises(ns.FileError, match=r"it holds 'a.nodescope', .*, 'f.nodescope' and 1 more$"):
        run_in(tmp_path, "zz")
    listed = list(runs_in(tmp_path))
    assert [one.name[0] for one in listed] == list("abcdefg")
    assert all(one.wrong and one.mse is None and not one.being_written for one in listed)


def test_the_error_on_unseen_rows_of_several_goals(tmp_path: Path):
    """The root of the mean square of both."""
    rng = np.random.default_rng(1)
    x = rng.normal(size=40)
    table = {"x": x, "y": 2 * x + rng.normal(size=40), "z": 9 * rng.normal(size=40)}
    run = ns.descend(data=table, goal=["y", "z"], holdout=0.25, epochs=2, alpha=0.1)
    run.save(tmp_path / "run.nodescope")
    (listed,) = runs_in(tmp_path)
    off = run.score.unseen.rmse
    assert listed.unseen_rmse == pytest.approx(math.sqrt((off[0] ** 2 + off[1] ** 2) / 2))
    assert (listed.unseen_right, listed.steps, listed.ending, listed.being_written) == (None, run.steps, "STEPS_USED", False)
