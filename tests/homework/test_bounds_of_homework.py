"""Small things that a sheet's judgement rests on, each at both sides of its bound, worked out by hand."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from homework.test_carried_forward import carried, printed_rows

import nodescope as ns
from nodescope.diagnosis.homework import printed, sheet, tables
from nodescope.diagnosis.homework.carry import can_carry
from nodescope.diagnosis.homework.grades import Grade
from nodescope.diagnosis.homework.names import word_of
from nodescope.diagnosis.homework.readings import Readings
from nodescope.diagnosis.homework.walk import Walk
from nodescope.diagnosis.homework.ways import RIGHT
from nodescope.run.descent import go
from nodescope.run.making import make_recipe

NODE: dict[str, Any] = {"weight": 0.4, "input": 2, "goal": 0.6, "alpha": 0.1}
"""It goes from w to 0.6 w + 0.12."""


# ---- marks ----


@pytest.mark.parametrize(
    ("correct", "agrees", "mistakes", "blank", "marks"),
    [
        (True, 8, 0, 0, 8), (True, 8, 0, 3, 5), (False, 5, None, 0, 5), (False, 5, None, 2, 3), (False, 1, None, 2, 0),
        (False, 5, 2, 0, 6), (False, 5, 2, 3, 3), (False, 5, 7, 2, 0), (False, 5, 7, 0, 1),
    ],
)  # fmt: skip
def test_marks_of_eight_rows(correct: bool, agrees: int, mistakes: int | None, blank: int, marks: int):
    grade = Grade(correct, None, agrees, None, "", mistakes, 8, blank=blank)
    assert grade.marks == marks
    assert grade.marks_of(4) == marks / 2


# ---- how far a table goes ----


def test_a_table_of_a_run_goes_one_step_further_than_the_run():
    rows = [0.4]
    for _ in range(5):
        rows.append(0.6 * rows[-1] + 0.12)

    def table(steps: int) -> str:
        return "\n".join(["step,weight", *(f"{step},{rows[step]!r}" for step in range(steps + 1))])

    assert ns.grade(table(3), **NODE, steps=3).correct
    with pytest.raises(ns.InputError, match=r"^the printed table goes to step 4, but the recipe has 3 steps, counted from 0"):
        ns.grade(table(4), **NODE, steps=3)


def test_columns_of_another_row_need_a_step_more_than_is_printed():
    """Of four alphas: three rows may be a step late, four may not."""
    recipe = make_recipe(**NODE | {"alpha": [0.1] * 4})
    trace = go(recipe.with_steps(1)).trace

    def late(rows: int) -> int:
        text = "\n".join(["weight,mse", *["0.4,0.04"] * rows])
        laid = sheet.lay_out(tables.read_printed(text)[0], recipe, trace)
        return len(list(Readings(laid, recipe).shifted()))

    assert (late(3), late(4)) == (2, 0)


# ---- what a column may be ----


def test_a_column_without_a_name_may_be_one_of_four_parts():
    slots = {"weight": [f"weight[{i}]" for i in range(4)], "delta": [f"delta[{i}]" for i in range(5)], "mse": ["mse"]}
    slots |= {name: [name] for name in ("goal", "input", "alpha", "epoch")}
    found = [(slot.quantity, slot.place) for slot in sheet._anything(slots)]
    weights = [("weight", place) for place in range(4)]
    assert found == [("mse", 0), *weights, ("goal", 0), ("input", 0), ("alpha", 0), ("epoch", 0)]


def test_a_name_is_looked_at_to_its_200th_letter():
    assert word_of("w" * 300).stem == "w" * 200


def test_digits_of_a_number_and_of_none():
    asked = ("0.050", "120", "1.5e-3", "2e3", "inf", "-0.0")
    assert [printed._digits(text) for text in asked] == [(3, 2), (0, 3), (4, 2), (-3, 1), (0, 0), (1, 0)]


def test_numbers_in_a_line_are_a_column_unless_it_is_said_that_there_are_more_weights():
    (column,) = tables.read_printed("0.36 0.336 0.3216")[0]
    assert column.value.tolist() == [0.36, 0.336, 0.3216]
    assert [one.value.tolist() for one in tables.read_printed("0.36 0.336 0.3216", one=False)[0]] == [[0.36], [0.336], [0.3216]]


# ---- carrying on ----


def test_what_can_be_carried_on():
    names, rows = printed_rows("w", "before")
    one = carried("w", names, rows)
    match, recipe = one.match, one.recipe
    assert can_carry(match, recipe)

    def meant(**other: Any) -> Any:
        return replace(match, chosen=tuple(replace(meaning, **other) for meaning in match.chosen))

    assert not can_carry(meant(at="next"), recipe)
    assert not can_carry(meant(at="epoch"), recipe)
    assert not can_carry(meant(quantity="mse of all"), recipe)
    assert can_carry(meant(at="last"), recipe)
    assert not can_carry(match, make_recipe(**NODE, rule="momentum"))


def test_a_cell_that_is_no_number_follows_only_where_none_is_expected():
    names, rows = printed_rows("w", "before")
    rows[2] = ["nan"]
    column, expected = carried("w", names, rows).first_that_does_not(2, False) or (None, None)
    assert (column, round(expected or 0.0, 4)) == (0, 0.336)


@pytest.mark.parametrize(("inputs", "counted"), [(10, 1), (11, None)])
def test_mistakes_are_counted_of_up_to_64_numbers(inputs: int, counted: int | None):
    """Of two outputs: 2 d weights in a row, and as many and their biases from before and after, 6 d + 4."""
    rng = np.random.default_rng(1)
    keywords = {"input": rng.normal(size=(3, inputs)).round(2), "goal": rng.normal(size=(3, 2)).round(2), "alpha": 0.05}
    flat = ns.descend(**keywords, steps=5).trace[0:5].flat()
    names = [name for name in flat if name.startswith("weight[")]
    rows = np.array([flat[name] for name in names]).T
    rows[3, 4] += 0.5
    text = "\n".join(["\t".join(names), *("\t".join(f"{value:.6f}" for value in row) for row in rows)])
    graded = ns.grade(text, **keywords)
    assert (graded.correct, graded.first_wrong.row, graded.mistakes) == (False, 3, counted)


# ---- the rounding of arithmetic ----


def test_how_far_rounding_may_move_a_number():
    """By the sizes of what was added up, and in the same measure as the sum was divided since."""
    steps = Walk(make_recipe(**NODE), RIGHT, shake=None)
    steps._shake = SimpleNamespace(uniform=lambda _, high: high)  # type: ignore[assignment]
    unit = 2.0**-51
    assert steps._off(0.0, (2.0, -2.0)) == 4 * unit
    assert steps._off(1.0, (3.0, -1.0)) == 1.0 + 2 * unit
    assert steps._off(-2.0, (3.0, -1.0)) == -2.0 + 4 * unit
    assert steps._off(0.5, (2.0, -4.0)) == 0.5 + 1.5 * unit
