"""What a printed number may mean: its step, its place, its scale; how near is near enough; where the right ones come from."""

import math
from typing import Any

import numpy as np
import pytest

import nodescope as ns
from nodescope.diagnosis.homework.printed import Printed
from nodescope.diagnosis.homework.readings import Clock, Meaning, _nth
from nodescope.diagnosis.homework.sources import Right, Shaken
from nodescope.diagnosis.homework.walk import Walk
from nodescope.diagnosis.homework.ways import RIGHT
from nodescope.run.descent import go
from nodescope.run.making import make_recipe

X, G = [[1.0, 2.0], [0.5, -1.0], [2.0, 0.0], [1.5, 1.0], [-1.0, 0.5]], [[1.0, 2.0]] * 5
RECIPE = make_recipe(input=X, goal=G, alpha=0.1, batch=2)
"""Two outputs, five examples: an epoch is three steps of 4, 4 and 2 squares, 10 in all."""


class Counted:
    """Each number is its step counted from 1, times its place counted from 1; of "low" below zero."""

    def values(self, name: str, place: int, steps: Any) -> Any:
        return (steps + 1.0) * (place + 1) * (-1 if name == "low" else 1)

    def at(self, name: str, place: int, step: int) -> float:
        return float(self.values(name, place, step))


# ---- meanings ----

TWO_EPOCHS = Clock(np.array([0, 3]), 3)
MEANT = {
    ("weight", 0, "first", ""): (1, 4), ("weight", 0, "last", ""): (3, 6), ("weight", 0, "next", ""): (4, 7),
    ("weight", 2, "first", ""): (3, 12), ("weight", 1, "next", "minus"): (-8, -14), ("low", 0, "last", "size"): (3, 6),
    ("epoch", 0, "last", "+1"): (4, 7), ("mse", 0, "last", "half"): (1.5, 3), ("mse", 0, "last", "sum"): (6, 12),
    ("mse", 0, "first", "sum"): (4, 16), ("mse", 0, "next", "sum"): (16, 28), ("mse", 0, "last", "half sum"): (3, 6),
    ("mse", 0, "first", "half sum"): (2, 8), ("mse", 0, "first", "root"): (1, 2), ("low", 0, "first", "root"): (None, None),
    ("mse of all", 0, "first", "sum"): (10, 40), ("mse of all", 0, "last", "half sum"): (15, 30),
    ("mse of all", 0, "last", "half"): (1.5, 3), ("mse", 0, "epoch", ""): (1.8, 4.8), ("mse", 0, "epoch", "sum"): (18, 48),
    ("mse", 0, "epoch", "half"): (0.9, 2.4), ("mse", 0, "epoch", "half sum"): (9, 24),
    ("mse", 0, "epoch", "root"): (math.sqrt(1.8), math.sqrt(4.8)),
}  # fmt: skip
"""Of two rows, an epoch each."""


def test_what_is_expected():
    def numbers(found: Any) -> tuple[float | None, ...]:
        return tuple(None if math.isnan(value) else round(float(value), 12) for value in found)

    rows, source = slice(0, 2), Counted()
    every = {meant: Meaning(*meant) for meant in MEANT}
    wanted = {meant: tuple(None if v is None else round(v, 12) for v in answer) for meant, answer in MEANT.items()}
    found = {meant: numbers(one.expected(source, TWO_EPOCHS, rows, RECIPE)) for meant, one in every.items()}
    assert found == wanted
    alone = {meant: numbers(one.of_row(row, source, TWO_EPOCHS, RECIPE) for row in (0, 1)) for meant, one in every.items()}
    assert alone == wanted


def test_steps_of_a_row():
    assert TWO_EPOCHS.last.tolist() == [2, 5]
    assert TWO_EPOCHS.last_step == 5
    single = Clock(np.array([4, 7]), 1)
    assert (single.last.tolist(), single.last_step) == ([4, 7], 7)


def test_ordinals():
    assert [_nth(number) for number in (2, 3, 4, 10, 100)] == ["2nd", "3rd", "4th", "10th", "100th"]


# ---- near enough ----

ULP = 2.0**-53
"""Between doubles from 0.5 to 1; half of that between those from 0.25 to 0.5, twice of it from 1 to 2."""


def column(*value: float, half: float = 0.25, own: float = 0.0, single: bool = False) -> Printed:
    count = len(value)
    return Printed(np.array(value), np.full(count, half), np.full(count, own or half), single)


AGREES = [
    # value, half a unit, expected, how, whether it agrees
    (0.5, 0.25, 0.75, "column", True), (0.5, 0.25, 0.75 + ULP, "column", True), (0.5, 0.25, 0.75 + 2 * ULP, "column", False),
    (0.5, 0.25, 0.25, "column", True), (0.5, 0.25, 0.25 - ULP / 2, "column", False), (0.5, 0.0, 0.5, "column", True),
    (0.5, 0.0, 0.5 + ULP, "column", False), (0.75, ULP / 2, 0.75 + ULP, "column", False),
    (0.75, 0.51 * ULP, 0.75 + ULP, "column", True), (0.5, 0.25, 0.5, "cut", True), (0.5, 0.25, 0.5 - ULP / 2, "cut", True),
    (0.5, 0.25, 0.5 - ULP, "cut", False), (0.5, 0.25, 1.0, "cut", True), (0.5, 0.25, 1.0 + 2 * ULP, "cut", False),
    (0.5, 0.25, 1.0 - ULP, "cut", True), (-0.5, 0.25, -0.75, "cut", True), (-0.5, 0.25, -0.25, "cut", False),
    (np.inf, 0.25, -np.inf, "near", True), (np.inf, 0.25, -np.inf, "column", False), (np.nan, 0.25, np.inf, "near", True),
    (np.nan, 0.25, np.nan, "column", True), (np.nan, 0.25, 0.5, "near", False), (0.5, 0.25, np.nan, "near", False),
]  # fmt: skip


def test_which_numbers_a_cell_is_printed_as():
    found = [
        (value, half, expected, how, bool(column(value, half=half).agrees(slice(0, 1), np.array([expected]), how)[0]))  # type: ignore[arg-type]
        for value, half, expected, how, _ in AGREES
    ]
    assert repr(found) == repr(AGREES)


def test_slack():
    """Beside half a unit where it is "near", alone else."""
    cell, expected = column(0.5, half=0.125), np.array([0.75])
    asked = [("near", 0.125), ("near", 0.12), ("column", 0.25), ("column", 0.24)]
    assert [bool(cell.agrees(slice(0, 1), expected, how, slack)[0]) for how, slack in asked] == [True, False, True, False]  # type: ignore[arg-type]
    assert bool(column(0.5, half=0.125, own=0.25).agrees(slice(0, 1), expected, "own")[0])
    assert not bool(column(0.5, half=0.125, own=0.25).agrees(slice(0, 1), expected, "column")[0])


def test_cells_of_float32():
    """Where the arithmetic is float32 a short cell is no rounding, but the same float32; where it is not, a double."""
    third = float(np.float32(1 / 3))
    expected = np.array([1 / 3])
    rows = slice(0, 1)
    assert bool(column(0.33333334, half=0.0, single=True).agrees(rows, expected)[0])
    assert not bool(column(0.33333334, half=0.0).agrees(rows, expected)[0])
    assert not bool(column(third, half=0.0).agrees(rows, expected, single=True)[0])
    assert bool(column(0.33333334, half=5e-9).agrees(rows, expected, single=True)[0])
    assert [bool(column(third, half=part * third).agrees(rows, expected, single=True)[0]) for part in (1.5e-11, 0.9e-11)] == [
        True,
        False,
    ]
    assert not bool(column(0.3333335, half=0.0, single=True).agrees(rows, expected)[0])


def test_blank_cells_agree_with_all():
    blank = Printed(np.array([0.5, np.nan]), np.full(2, 0.01), np.full(2, 0.01), blank=np.array([False, True]))
    assert blank.agrees(slice(0, 2), np.array([1.0, 1.0])).tolist() == [False, True]
    assert blank.may_all_be(slice(1, 2), np.array([1.0]))
    assert not blank.may_all_be(slice(0, 2), np.array([1.0, 1.0]))
    left = blank.left_out(np.array([True, False]))
    assert left.blank is not None
    assert (left.blank.tolist(), len(left.value), left.half.tolist(), left.own.tolist()) == ([True], 1, [0.01], [0.01])


MAY_BE = [
    # the cell above, the value, half a unit, the cell's own, expected, off, whether it may be
    (0.0, 0.5, 0.125, 0.125, 0.75, 0.0, True), (0.0, 0.5, 0.125, 0.125, 0.75 + ULP, 0.0, False),
    (0.0, 0.5, 0.0625, 0.125, 0.75, 0.0, True), (0.0, 0.5, 0.125, 0.0625, 0.75, 0.0, True),
    (0.0, 0.5, 0.0625, 0.0625, 0.75, 0.0, False), (0.0, 0.5, 0.0, 0.0, 1.0, 0.5, True), (0.0, 0.5, 0.0, 0.0, 1.01, 0.5, False),
    (0.0, 0.5, 0.0, 0.0, -1.0, 0.5, False),
    (10_000.0, 0.5, 0.0, 0.0, 1.0, 0.25, True), (2000.0, 0.5, 0.0, 0.0, 1.0, 0.25, False),
    (-10_000.0, 0.5, 0.0, 0.0, 1.0, 0.25, True), (np.inf, 0.5, 0.0, 0.0, 0.5, 0.25, True),
    (np.inf, 0.5, 0.0, 0.0, 9.0, 0.25, False),
    (0.0, 0.0, 0.0, 0.0, 1e-300, 0.0, True), (0.0, 0.0, 0.0, 0.0, 1.5e-300, 0.0, False),
    (0.0, np.inf, 0.0, 0.0, np.inf, 0.0, True),
    (0.0, np.inf, 0.0, 0.0, -np.inf, 0.0, False), (0.0, np.inf, 0.0, 0.0, 1.5e38, 0.0, False),
    (0.0, np.nan, 0.0, 0.0, 1.0, 0.0, True),
    (0.0, 0.5, 0.0, 0.0, np.inf, 0.0, False), (0.0, 0.5, 0.0, 0.0, np.nan, 0.0, False),
]  # fmt: skip


def test_what_a_cell_may_be():
    found = [
        (*case[:6], Printed(np.array(case[:2]), np.full(2, case[2]), np.full(2, case[3])).may_be(1, case[4], case[5]))
        for case in MAY_BE
    ]
    assert repr(found) == repr(MAY_BE)
    first = column(0.5, 0.75, half=0.0)
    assert not first.may_be(0, 0.75, 0.0)
    assert [column(np.inf, single=True).may_be(0, size) for size in (1.5e38, -1.5e38, 0.9e38)] == [True, True, False]


def test_what_several_cells_may_be():
    """By half a unit twice, a part of the number expected, and a ten-thousandth of that of the largest above."""
    cells = column(0.5, 4.0, half=0.125)
    asked = [
        ([0.75, 4.0], 0.0, True), ([0.75 + ULP, 4.0], 0.0, False), ([0.5, 4.3], 0.0, False), ([1.0, 4.0], 0.25, True),
        ([1.01, 4.0], 0.25, False), ([np.inf, 4.0], 0.0, True), ([0.5, 4.0], 0.0, True),
    ]  # fmt: skip
    assert [cells.may_all_be(slice(0, 2), np.array(numbers), off) for numbers, off, _ in asked] == [yes for _, _, yes in asked]
    below = column(10_000.0, 0.5, half=0.0)
    assert below.may_all_be(slice(1, 2), np.array([1.0]), 0.25)
    assert not column(5_000.0, 0.5, half=0.0).may_all_be(slice(1, 2), np.array([1.0]), 0.25)
    assert not column(0.5, 10_000.0, half=0.0).may_all_be(slice(0, 1), np.array([1.0]), 0.25)


def test_float32s():
    tenth = float(np.float32(0.1))
    assert column(tenth, 0.1, np.inf, half=0.0).is_float32(slice(0, 3)).tolist() == [True, False, True]
    assert column(0.1, half=1.4e-9).is_float32(slice(0, 1)).tolist() == [False]
    assert column(0.1, half=1.5e-9).is_float32(slice(0, 1)).tolist() == [True]
    root = math.sqrt(tenth)
    assert column(root, root + 4e-16, half=0.0).is_float32(slice(0, 2), root=True).tolist() == [True, False]
    assert column(root, half=0.0).is_float32(slice(0, 1)).tolist() == [False]


@pytest.mark.parametrize(("half", "coarse", "rounded"), [(3e-9, True, True), (2e-9, False, True), (3e-12, False, True),
                                                         (2e-12, False, False), (0.0, False, False)])  # fmt: skip
def test_few_digits(half: float, coarse: bool, rounded: bool):
    """Beside the largest number that is finite, 2."""
    cells = column(0.5, -2.0, np.inf, half=half)
    assert (cells.is_coarse, cells.is_rounded) == (coarse, rounded)


def test_few_digits_of_cells_that_differ():
    cells = Printed(np.array([1.0, 1.0]), np.array([1e-3, 1e-15]), np.zeros(2))
    assert (cells.is_coarse, cells.is_rounded) == (False, True)


# ---- the right numbers ----


def test_the_right_numbers_are_those_of_the_trace():
    recipe = make_recipe(input=X, goal=G, alpha=0.1, batch=2, weight=[[0.5, 0.25], [1.0, -1.0]]).with_steps(12)
    run, walk = go(recipe), Walk(recipe, RIGHT)
    right = Right(run, walk)
    for name, place in (("weight", 3), ("prediction", 2), ("mse", 0), ("weighted_delta", 1)):
        whole = np.asarray(run.trace[0:12][name]).reshape(12, -1)[:, place]
        assert right.at(name, place, 4) == whole[4]
        for steps in ([0, 3, 6, 9], [2], [1, 2, 4, 11], [4, 4], [7, 8]):
            assert right.values(name, place, np.array(steps)).tolist() == pytest.approx(whole[steps].tolist(), nan_ok=True)
            assert right._read(name, np.array(steps))[:, place].tolist() == pytest.approx(whole[steps].tolist(), nan_ok=True)
        assert right.at(name, place, 4) == whole[4]
    assert right.values("mse of all", 0, np.array([0]))[0] == pytest.approx(run.start_mse)
    assert right.values("terms", 0, np.array([0, 1, 2])).tolist() == [4, 4, 2]


SECOND = 0.4 - 0.1 * ((0.4 - 0.6) * 1)


def test_of_a_long_run_only_what_is_asked_for_is_read():
    run = ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1, steps=25_001)
    right = Right(run, Walk(run.recipe, RIGHT))
    assert right.at("weight", 0, 1) == SECOND
    assert right.values("weight", 0, np.array([1, 25_000])).tolist() == [SECOND, run.weight]
    assert right._kept == {}
    short = Right(ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1, steps=25_000), Walk(run.recipe, RIGHT))
    assert short.values("weight", 0, np.array([1]))[0] == SECOND
    assert list(short._kept) == ["weight"]


def test_what_arithmetic_may_be_off():
    """Four times the farthest of the shaken walks, and two doubles more; of what is not finite nothing."""
    shaken = Shaken(RECIPE, RIGHT, frozenset())
    shaken.__dict__["_walks"] = ["one", "other"]
    walks = {"one": np.array([1.5, 1.0, np.inf, 2.0]), "other": np.array([0.75, 1.0, 0.0, 2.0])}
    found = shaken.apart(walks.__getitem__, np.array([1.0, np.inf, 0.0, 2.0]))  # type: ignore[arg-type]
    assert found.tolist() == [2.0 + 2 * 2.0**-52, 0.0, 2 * 5e-324, 2 * 2.0**-51]
    assert len(Shaken(RECIPE, RIGHT, frozenset())._walks) == 4
