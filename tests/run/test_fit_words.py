"""What a fit says, whole, of runs whose numbers are put in by hand."""

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from nodescope.run import fit_words
from nodescope.run.class_score import ClassQuality, ClassScore
from nodescope.run.fit_choices import Columns
from nodescope.run.score import Baseline, Quality, Score

SEEN, UNSEEN = "the rows that it learned from", "rows it never saw"


def score(own: Any, best: Any, mean: Any, goals: tuple[str, ...] = ("y",), unseen: bool = True) -> Score:
    """Errors on unseen rows; on seen ones they are ten times as large, or the other way round where none is unseen."""

    def of(rmse: Any) -> tuple[Quality, Quality | None]:
        told = Quality(rmse, 0.0)
        return (Quality(10 * np.asarray(rmse), 0.0), told) if unseen else (told, None)

    return Score(*of(own), Baseline(*of(best), None, None), Baseline(*of(mean), None, None), goals)


def quality(accuracy: float, log_loss: float | None) -> ClassQuality:
    return ClassQuality(accuracy, log_loss, np.zeros((2, 2), np.int64))


def class_score(own: tuple[float, float | None], always: tuple[float, float | None], unseen: bool = True) -> ClassScore:
    other, other_always = quality(0.125, 9.0), quality(0.25, 8.0)
    if unseen:
        return ClassScore(other, quality(*own), "b", (other_always, quality(*always)), ("a", "b"), ("y",))
    return ClassScore(quality(*own), None, "b", (quality(*always), None), ("a", "b"), ("y",))


def run_of(found: Any = None, **more: Any) -> Any:
    """What a fit looks at of a run."""
    usual: dict[str, Any] = {
        "classes": None, "k": 1, "d": 2, "n": 100, "batch_size": 100, "steps_per_epoch": 1, "alpha": 0.123456, "rows": 100,
        "loss": SimpleNamespace(name="squared"), "rule": SimpleNamespace(name="adam"),
        "network": SimpleNamespace(weights=(0,)), "source": SimpleNamespace(goals=("y",), unseen_rows=range(25), dropped=()),
        "examples": SimpleNamespace(unseen_goal=np.zeros(25)),
    }  # fmt: skip
    of_run = {name: more.pop(name) for name in ("steps", "gone") if name in more}
    recipe = SimpleNamespace(**(usual | more))
    return SimpleNamespace(recipe=recipe, score=found, **({"steps": 7, "gone": None} | of_run))


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (score(12.3, 4.56, 78.9), f"Off by about 12 on {UNSEEN}; least squares: 4.6; guessing the mean: 79."),
        (score(12.3, 4.56, 78.9, unseen=False), f"Off by about 12 on {SEEN}; least squares: 4.6; guessing the mean: 79."),
        (score([1.0, 2.0], [0.5, 0.25], [3.0, 4.0], ("y", "z")),
         f"y: off by about 1 on {UNSEEN}; least squares: 0.5; guessing the mean: 3. "
         f"z: off by about 2 on {UNSEEN}; least squares: 0.25; guessing the mean: 4."),
        (score(math.inf, 1.0, 1.0),
         f"Its error on {UNSEEN} is beyond the largest number there is; divide the goal, for example by its largest value."),
        (score([math.nan, 2.0], [1.0, 1.0], [1.0, 1.0], ("y", "z")),
         f"y: its error on {UNSEEN} is beyond the largest number there is; divide the goal, for example by its largest value. "
         f"z: off by about 2 on {UNSEEN}; least squares: 1; guessing the mean: 1."),
        (class_score((0.876, 1.0), (0.5, 1.0)), f"Right for about 88 % of {UNSEEN}; always saying 'b': 50 %."),
        (class_score((0.876, 1.0), (0.5, 1.0), unseen=False), f"Right for about 88 % of {SEEN}; always saying 'b': 50 %."),
    ],
)  # fmt: skip
def test_the_answer(found: Any, said: str):
    assert fit_words.answer(run_of(found)) == said


@pytest.mark.parametrize(
    ("value", "told"),
    [(0.0, "0"), (9.94, "9.9"), (9.96, "10"), (10.4, "10"), (11.6, "12"), (1234.0, "1,200"), (9.4e8, "940,000,000"),
     (9.96e8, "1e+09"), (1e9, "1e+09"), (2.3e12, "2.3e+12"), (0.000123, "0.00012"), (1.23e-7, "1.2e-07")],
)  # fmt: skip
def test_two_digits(value: float, told: str):
    assert fit_words._two(value) == told


@pytest.mark.parametrize(
    ("part", "told"),
    [(0.0, "0 %"), (0.123, "12 %"), (0.99, "99 %"), (0.9912, "99.1 %"), (0.9888, "99 %"),
     (0.9996, "100 %"), (1.0, "100 %")],
)  # fmt: skip
def test_percents(part: float, told: str):
    assert fit_words._percent(part) == told


NAMES = tuple("abcdefgh")


@pytest.mark.parametrize(
    ("more", "line"),
    [
        ({}, "goal: y, a number; what is made smaller: the squared error"),
        ({"source": None}, "goal: the goal, a number; what is made smaller: the squared error"),
        ({"k": 2, "source": SimpleNamespace(goals=("y", "z"))}, "goal: y, z, numbers; what is made smaller: the squared error"),
        ({"classes": ("p", "q")}, 'goal: y, one of 2 classes (p, q); to predict it as a number: loss="squared"'),
        ({"classes": NAMES[:6]}, 'goal: y, one of 6 classes (a, b, c, d, e, f); to predict it as a number: loss="squared"'),
        ({"classes": NAMES}, 'goal: y, one of 8 classes (a, b, c, d, e, f and 2 more); to predict it as a number: loss="squared"'),
    ],
)
def test_the_line_of_the_goal(more: dict[str, Any], line: str):
    assert fit_words._goal(run_of(**more)) == line


@pytest.mark.parametrize(
    ("columns", "line"),
    [
        (Columns(("a", "b"), (), (), 0, 9), "inputs: a, b"),
        (
            Columns(("a", "b"), ("c (no values)",), ("b",), 0, 9),
            "inputs: a, b; opened into their values: b; left out: c (no values)",
        ),
        (Columns(NAMES, (), (), 0, 9), "inputs: a, b, c, d, e, f and 2 more"),
        (
            Columns(NAMES[:6], (), NAMES[:7], 0, 9),
            "inputs: a, b, c, d, e, f; opened into their values: a, b, c, d, e, f and 1 more",
        ),
    ],
)
def test_the_line_of_columns(columns: Columns, line: str):
    assert fit_words._columns(columns) == line


def test_where_no_column_is_left():
    assert fit_words.left_out(Columns((), ("c (no values)",), (), 0, 9)) == "; left out: c (no values)"
    assert fit_words.left_out(Columns((), (), (), 0, 9)) == "; name at least one input"


@pytest.mark.parametrize(
    ("unseen", "dropped", "gaps", "rows", "line"),
    [
        (25, 0, 0, 125, "rows: 100 learned from, 25 kept unseen; inputs standardised"),
        (0, 0, 0, 50, "rows: 100 learned from, none kept unseen; inputs standardised"),
        (0, 0, 0, 49, "rows: 100 learned from, none kept unseen, as there are so few; inputs standardised"),
        (1, 0, 0, 49, "rows: 100 learned from, 1 kept unseen; inputs standardised"),
        (25, 3, 3, 125, "rows: 100 learned from, 25 kept unseen; 3 left out for a missing value; inputs standardised"),
        (25, 0, 3, 125, "rows: 100 learned from, 25 kept unseen; gaps in 3 filled; inputs standardised"),
    ],
)
def test_the_line_of_rows(unseen: int, dropped: int, gaps: int, rows: int, line: str):
    source = SimpleNamespace(goals=("y",), unseen_rows=range(unseen), dropped=range(dropped))
    assert fit_words._rows(run_of(source=source), Columns(("a",), (), (), gaps, rows)) == line


class Layers:
    weights = (0, 0)

    def __repr__(self) -> str:
        return "network 2-3-1"


@pytest.mark.parametrize(
    ("more", "tried", "line"),
    [
        ({}, 1, "a node without hidden layers"), ({"k": 3}, 1, "3 nodes without hidden layers"),
        ({}, 4, "a node without hidden layers, the best of 4 that were tried"), ({"network": Layers()}, 1, "network 2-3-1"),
        ({"network": Layers(), "k": 3}, 2, "network 2-3-1, the best of 2 that were tried"),
    ],
)  # fmt: skip
def test_the_line_of_nodes(more: dict[str, Any], tried: int, line: str):
    assert fit_words._nodes(run_of(**more), [None] * tried) == line


@pytest.mark.parametrize(
    ("more", "line"),
    [
        ({}, "all rows a step; 7 epochs"), ({"steps": 1}, "all rows a step; 1 epoch"), ({"steps": 0}, "all rows a step; 0 epochs"),
        ({"steps_per_epoch": 4, "batch_size": 25}, "25 rows a step; 2 epochs"),
        ({"steps_per_epoch": 100, "batch_size": 1, "steps": 200}, "a row a step; 2 epochs"),
        ({"steps_per_epoch": 4, "batch_size": 25, "steps": 9, "gone": 13}, "25 rows a step; epoch 3 of 4 kept, the best"),
        ({"steps": 5000, "gone": 6000}, "all rows a step; epoch 5,000 of 6,000 kept, the best"),
        ({"steps": 6, "gone": 0}, "all rows a step; epoch 6 of 6 kept, the best"),
    ],
)  # fmt: skip
def test_the_line_of_the_way(more: dict[str, Any], line: str):
    assert fit_words._way(run_of(**more)) == f"way down: rule adam, alpha 0.1235, {line}"


DIVIDE = "Next: divide the goal, and fit again."
GUESS = "Next: it does no better than guessing, so look for other columns; these tell nothing of the goal."
ON_ITS_WAY = "Next: it was still improving; go on with ns.resume, or standardise less alike columns apart."
HIDDEN = 'Next: hidden="auto" shows whether a network finds more than a weighted sum does; fit.run has every number.'
USE = "Next: predict(table) uses it; run.save(path) keeps it; run.diagnose() says why it went as it did."
GOOD = score(1.0, 1.0, 2.0)


def needs_rows(weights: int, rows: int) -> str:
    return (
        f"Next: {weights} weights have only {rows} rows to learn from, and 25 were kept to judge them: now that they are judged, "
        'holdout=0 learns from all; hidden="auto" shows whether a network finds more.'
    )


@pytest.mark.parametrize(
    ("found", "hidden", "on_its_way", "more", "said"),
    [
        (score(math.inf, 1.0, 1.0), (), False, {}, DIVIDE), (score([1.0, math.nan], 1.0, 1.0), (), False, {}, DIVIDE),
        (score(math.inf, 1.0, 1.0, unseen=False), (), False, {}, DIVIDE),
        (score(2.0, 1.0, 2.0), (), False, {}, GUESS), (score(2.5, 1.0, 2.0, unseen=False), (8,), True, {}, GUESS),
        (score([2.0, 1.9], [1.0, 1.0], [2.0, 2.0]), (), False, {}, HIDDEN),
        (score([2.0, 2.1], [1, 1], [2.0, 2.0]), (), False, {}, GUESS),
        (class_score((0.9, 0.5), (0.5, 0.5)), (), False, {}, GUESS), (class_score((0.4, 0.4), (0.5, 0.5)), (), False, {}, HIDDEN),
        (class_score((0.9, 0.6), (0.5, 0.5), unseen=False), (), False, {}, GUESS),
        (class_score((0.5, None), (0.5, 0.5)), (), False, {}, GUESS),
        (class_score((0.51, None), (0.5, 0.5)), (), False, {}, HIDDEN),
        (class_score((0.4, None), (0.5, None)), (), False, {}, GUESS),
        (class_score((0.6, 0.1), (0.5, None)), (), False, {}, HIDDEN),
        (class_score((0.4, 0.1), (0.5, None), unseen=False), (), False, {}, GUESS),
        (GOOD, (), True, {}, ON_ITS_WAY), (GOOD, (8,), True, {}, ON_ITS_WAY), (GOOD, (8,), False, {}, USE),
        (GOOD, "auto", False, {}, USE),
        (GOOD, (), False, {}, HIDDEN), (GOOD, (), False, {"d": 3}, HIDDEN), (GOOD, (), False, {"d": 4}, needs_rows(5, 100)),
        (GOOD, (), False, {"d": 3, "n": 99}, needs_rows(4, 99)), (GOOD, (8,), False, {"d": 4}, USE),
        (GOOD, (), False, {"d": 4, "examples": SimpleNamespace(unseen_goal=np.zeros(0))}, HIDDEN),
    ],
)  # fmt: skip
def test_what_to_do_next(found: Any, hidden: Any, on_its_way: bool, more: dict[str, Any], said: str):
    assert fit_words.advice(run_of(found, **more), hidden, on_its_way) == said


def test_five_lines():
    assert fit_words.decided(run_of(), Columns(("a",), (), (), 0, 125), [None]) == (
        "goal: y, a number; what is made smaller: the squared error", "inputs: a",
        "rows: 100 learned from, 25 kept unseen; inputs standardised", "a node without hidden layers",
        "way down: rule adam, alpha 0.1235, all rows a step; 7 epochs",
    )  # fmt: skip
