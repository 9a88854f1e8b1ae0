"""Homework as people print it: everyday names, loops' own lines, other ways to report an error; conventions and their combinations.

Known answers are worked out by loops that import nothing of the package (`sheets.py`, and a few lines here).
"""

import random
import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
from homework.check import judged
from homework.sheets import CONVENTIONS, DIGITS, LAYOUTS

import nodescope as ns

LINE = {"input": [[1.0], [2.0], [4.0]], "goal": [2.0, 2.5, 3.5], "alpha": 0.08, "bias": True, "batch": "all"}
X, Y = np.array([1.0, 2.0, 4.0]), np.array([2.0, 2.5, 3.5])


def fit_line(steps, alpha=0.08, factor=1.0):
    """Slope, intercept and mse before each step, and both after it, by NumPy."""
    w = b = 0.0
    rows = []
    for _ in range(steps):
        e = w * X + b - Y
        before = w, b
        w, b = w - alpha * factor * np.mean(e * X), b - alpha * factor * np.mean(e)
        rows.append((*before, float(np.mean(e**2)), float(w), float(b)))
    return rows


ROWS = fit_line(8)
AFTER = [(w, b) for *_, w, b in ROWS]


def test_generated_sheets_are_called_by_their_names():
    rng = random.Random(11)
    every = [(c, layout, digits) for c in CONVENTIONS for layout in LAYOUTS for digits in DIGITS]
    for convention, layout, digits in [*((c, rng.choice([*LAYOUTS]), 6) for c in CONVENTIONS), *rng.sample(every, 15)]:
        verdict, why = judged(convention, layout, digits, 1000)
        assert verdict not in ("missed", "wronged"), (convention, layout, digits, why)


@pytest.mark.parametrize(
    "sheet",
    [
        [[b, w] for w, b in AFTER],
        [[t, w, b] for t, (w, b) in enumerate(AFTER)],
        [[t + 1, b, w, e / 2] for t, (_, _, e, w, b) in enumerate(ROWS)],
        {"theta0": [b for _, b in AFTER], "theta1": [w for w, _ in AFTER]},
        {"θ₀": [b for _, b in AFTER], "θ₁": [w for w, _ in AFTER]},
        {"m": [w for w, _ in AFTER], "c": [b for _, b in AFTER]},
        {"a": [b for _, b in AFTER], "b": [w for w, _ in AFTER]},
        {"a": [w for w, _ in AFTER], "b": [b for _, b in AFTER]},
        {"b0": [b for _, b in AFTER], "b1": [w for w, _ in AFTER]},
        {"slope": [w for w, _ in AFTER], "intercept": [b for _, b in AFTER]},
        {"Epoch": [*range(1, 9)], "w": [w for w, _ in AFTER], "b": [b for _, b in AFTER], "Loss": [r[2] for r in ROWS]},
        {"it": [*range(8)], "w": [r[0] for r in ROWS], "b": [r[1] for r in ROWS], "cost": [r[2] / 2 for r in ROWS]},
        {"J": [r[2] / 2 for r in ROWS]},
        {"sse": [3 * r[2] for r in ROWS]},
        {"error": [1.5 * r[2] for r in ROWS]},
        {"rmse": [r[2] ** 0.5 for r in ROWS]},
        {"w": [w for w, _ in AFTER], "b": [b for _, b in AFTER], "loss": [r[2] for r in ROWS[1:]] + [fit_line(9)[8][2]]},
        [{"weight": w, "bias": b} for w, b in AFTER],
        "w;b\n" + "\n".join(f"{w:.5f};{b:.5f}".replace(".", ",") for w, b in AFTER),
        "\n".join(f"{w:.5f};{b:.5f}".replace(".", ",") for w, b in AFTER),
        "\n".join(f"Epoch {t}/8 - loss: {r[2]:.6f} - w: {r[3]:.4f} - b: {r[4]:.4f}" for t, r in enumerate(ROWS)),
        "\n".join(f"after iteration {t}: slope={r[3]:.5f}, intercept={r[4]:.5f}, whatever={r[2]:.5f}" for t, r in enumerate(ROWS)),
        "\n".join(f"-----\nWeight: {r[0]:.6f}\nBias: {r[1]:.6f} Error: {r[2]:.6f}" for r in ROWS),
        "step\tw\tb\n" + "\n".join(f"{t}\t{w:.5f}\t{b:.5f}" for t, (w, b, *_) in enumerate(ROWS) if t % 3 == 0),
        "# w b\n" + "\n".join(f"{w:.18e} {b:.18e}" for w, b in AFTER),
    ],
)  # fmt: skip
def test_a_right_sheet_is_right_in_any_layout(sheet):
    found = ns.grade(sheet, **LINE)
    assert (found.correct, found.convention) == (True, "right"), found


def test_what_a_column_of_errors_holds_is_told():
    assert "half the mean of the squares" in ns.grade({"cost": [r[2] / 2 for r in ROWS]}, **LINE).sentence
    assert "the root of the mean" in ns.grade({"rmse": [r[2] ** 0.5 for r in ROWS]}, **LINE).sentence
    assert (
        "counted from 1"
        in ns.grade({"epoch": [*range(1, 9)], "w": [r[0] for r in ROWS], "b": [r[1] for r in ROWS]}, **LINE).sentence
    )


def test_a_loop_that_prints_some_of_its_steps():
    rows = fit_line(101)
    for stride, first in ((10, 0), (10, 9), (20, 0), (3, 2)):
        found = ns.grade([[w, b] for *_, w, b in rows[first::stride]], **LINE)
        assert found.correct, (stride, first, found)
        assert "step" in found.sentence


def test_epochs_of_one_example_at_a_time():
    problem = {"weight": 0.3, "input": [1.0, 0.5, -1.5], "goal": [1.0, 2.0, 0.4], "alpha": 0.1}
    w, rows = 0.3, []
    for epoch in range(6):
        total = 0.0
        for x, g in zip(problem["input"], problem["goal"], strict=True):
            e = w * x - g
            total += e * e
            w -= 0.1 * e * x
        rows.append(
            (epoch + 1, w, total, sum((w * x - g) ** 2 for x, g in zip(problem["input"], problem["goal"], strict=True)) / 3)
        )
    assert ns.grade(
        {"epoch": [r[0] for r in rows], "w": [r[1] for r in rows], "total error": [r[2] for r in rows]}, **problem
    ).correct
    assert ns.grade("\n".join(f"Epoch {e} loss {t / 3:.6f}" for e, _, t, _ in rows), **problem).correct
    assert ns.grade("\n".join(f"Epoch {e} loss {m:.6f} w {w:.6f}" for e, w, _, m in rows), **problem).correct


@pytest.mark.parametrize("seed", [10, 11, 13])
def test_roots_in_doubles_of_errors_in_float32(seed):
    assert judged("float32", "rmse alone", 17, seed) == ("right", "")


def test_names_that_are_held_to_what_they_say():
    """A column with a trace's own name is of that step; swapped names are no other layout."""
    swapped = ns.grade({"slope": [b for _, b in AFTER], "intercept": [w for w, _ in AFTER]}, **LINE)
    assert not swapped.correct
    assert ns.grade({"weight": [w for w, _ in AFTER], "mse": [r[2] for r in ROWS]}, **LINE).convention == "off by one"
    with pytest.raises(ns.InputError, match="did you mean 'mse'"):
        ns.grade({"mes": [r[2] for r in ROWS]}, **LINE)
    with pytest.raises(ns.InputError, match="no column 'accuracy'"):
        ns.grade({"accuracy": [0.91, 0.94, 0.97]}, **LINE)


def test_a_wrong_sheet_is_allowed_the_rounding_of_numpy():
    """Areas of 40 to 95 at twice the step: numbers grow past 1e60, and NumPy adds them in its own order."""
    x = np.array([40.0, 55, 61, 72, 83, 95])
    y, w, b, rows = 2.5 * x, 0.0, 0.0, []
    for _ in range(70):
        e = b + w * x - y
        w, b = w - 0.001 * 2 / 6 * np.sum(e * x), b - 0.001 * 2 / 6 * np.sum(e)
        rows.append([float(w), float(b)])
    assert rows[-1][0] > 1e60 or rows[-1][0] < -1e60
    task = {"input": x[:, None], "goal": y, "bias": True, "batch": "all"}
    assert ns.grade(rows, **task, alpha=0.001).convention == "full derivative"
    assert ns.grade(rows, **task, alpha=0.002).correct
    assert ns.grade([[b, w] for w, b in rows], **task, alpha=0.001).convention == "full derivative"


def sheet_of(step, rows=8, start=(0.2, 0.1)):
    """Slope and intercept after each step of a function of both."""
    w, b = start
    out = []
    for t in range(rows):
        w, b = step(w, b, t)
        out.append([w, b])
    return out


TASK = LINE | {"weight": [0.2], "bias": 0.1}


def slopes(w, b):
    e = w * X + b - Y
    return np.mean(e * X), np.mean(e)


def moved(w, b, times, at=None):
    return tuple(v - times * 0.08 * g for v, g in zip((w, b), slopes(*(at or (w, b))), strict=True))


def decayed(w, b, _, size=0.1, of_bias=True):
    dw, db = slopes(w, b)
    return w - 0.08 * (dw + size * w), b - 0.08 * (db + (size * b if of_bias else 0.0))


def intercept_first(w, b, _, factor=1.0):
    b = b - factor * 0.08 * slopes(w, b)[1]
    return w - factor * 0.08 * slopes(w, b)[0], b


@pytest.mark.parametrize(
    ("step", "name", "word"),
    [
        (decayed, "weight decay", "0.1 ×"),
        (lambda w, b, _: decayed(w, b, _, 0.01, False), "weight decay", "bias left out"),
        (intercept_first, "one after another", "intercept first"),
        (lambda w, b, _: intercept_first(w, b, _, 3.0), "sum, one after another", "added up"),
        (lambda w, b, _: intercept_first(w, b, _, 2.0), "full derivative, one after another", "twice"),
        (lambda w, b, _: moved(w, b, 6), "sum, full derivative", "added up"),
        (lambda w, b, _: moved(w, b, -3), "sum, wrong sign", "+="),
        (lambda w, b, _: moved(w, b, 0.5), "half the step", "half"),
        (lambda w, b, _: moved(w, b, 1, (0.2, 0.1)), "stale", "never taken anew"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("digits", [4, 17])
def test_conventions_and_their_combinations(step, name, word, digits):
    sheet = sheet_of(step) if digits == 17 else "\n".join(f"{w:.{digits}f} {b:.{digits}f}" for w, b in sheet_of(step))
    found = ns.grade(sheet, **TASK)
    assert found.convention == name, found
    assert word in found.sentence
    assert not found.correct


def test_momentum_that_was_forgotten_and_momentum_that_was_added():
    plain = [round(4 + 6 * 0.8 ** (t + 1), 5) for t in range(8)]
    with_momentum = {"weight": 10, "input": 1, "goal": 4, "alpha": 0.2, "rule": "momentum"}
    assert ns.grade(plain, **with_momentum).convention == "momentum"
    w, v, rows = 10.0, 0.0, []
    for _ in range(8):
        v = 0.9 * v + (w - 4)
        w -= 0.2 * v
        rows.append(round(w, 5))
    assert ns.grade(rows, **with_momentum).correct
    found = ns.grade(rows, **with_momentum | {"rule": "plain"})
    assert (found.convention, "0.9" in found.sentence) == ("momentum", True)


def test_the_perceptrons_error():
    x, goals, w, rows = [[2.0, -1.0], [1.0, 1.0], [-1.0, 0.5], [-2.0, 1.0]], [0, 1, 1, 0], [0.3, -0.2, 0.1], []
    for t in range(8):
        row, g = [*x[t % 4], 1.0], goals[t % 4]
        out = 1 if sum(a * b for a, b in zip(w, row, strict=True)) >= 0 else 0
        w = [a + 0.1 * (g - out) * b for a, b in zip(w, row, strict=True)]
        rows.append([round(v, 6) for v in w])
    found = ns.grade(rows, weight=[0.3, -0.2], bias=0.1, input=x, goal=goals, alpha=0.1)
    assert found.convention == "thresholded"
    assert "perceptron" in found.sentence


def test_deviations_of_n_minus_1():
    raw = np.array([3.0, 5.0, 6.5, 9.0, 14.0])
    y, rows, w, b = np.array([1.0, 2, 2, 4, 5]), [], 0.0, 0.0
    z = (raw - raw.mean()) / raw.std(ddof=1)
    for _ in range(6):
        e = w * z + b - y
        w, b = w - 0.1 * np.mean(e * z), b - 0.1 * np.mean(e)
        rows.append([round(float(w), 6), round(float(b), 6)])
    task = {"goal": y, "alpha": 0.1, "bias": True, "batch": "all"}
    found = ns.grade(rows, input=((raw - raw.mean()) / raw.std())[:, None], **task)
    assert (found.convention, found.correct) == ("n − 1", False), found
    assert ns.grade(rows, input=z[:, None], **task).correct
    assert ns.grade(rows, data={"raw": raw, "y": y}, standardise=True, **task | {"goal": "y"}).convention == "n − 1"


def test_a_sheet_that_two_conventions_print_says_so():
    """Of two examples the sum is twice the mean, and so is the full derivative."""
    task = {"weight": 0.5, "input": [1.0, 2.0], "goal": [1.0, 3.0], "alpha": 0.1, "batch": "all"}
    w, rows = 0.5, []
    for _ in range(6):
        w -= 0.1 * ((w - 1.0) + (2 * w - 3.0) * 2)
        rows.append(round(w, 6))
    found = ns.grade(rows, **task)
    assert (found.convention, found.also[0]) == ("full derivative", "sum")
    assert "does not tell which" in found.sentence


def test_one_row_is_no_evidence_for_a_number_found_in_the_sheet():
    assert ns.grade([[0.25, 0.2]], **TASK).convention is None
