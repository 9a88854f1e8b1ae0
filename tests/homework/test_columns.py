"""What each column of a printed table is taken for: every way to lay it out, by its names, or by its place where it has none."""

import math
import re
from typing import Any

import numpy as np
import pytest

import nodescope as ns
from nodescope.diagnosis.homework import printed, sheet
from nodescope.run.descent import go
from nodescope.run.making import make_recipe

X = [[1.0, 2.0], [0.5, -1.0], [2.0, 0.0]]
NODES: dict[str, dict[str, Any]] = {
    "w": {"weight": 0.4, "input": 1, "goal": 0.6},
    "w b": {"weight": 0.4, "input": 1, "goal": 0.6, "bias": 0.5},
    "w w": {"input": X, "goal": [1, 2, 3], "batch": 2},
    "w w b": {"input": X, "goal": [1, 2, 3], "bias": 0.5},
    "ww ww": {"input": X, "goal": [[1, 2]] * 3},
    "wwb wwb": {"input": X, "goal": [[1, 2]] * 3, "bias": [0.5, 1.0]},
    "10w b": {"input": [[0.1] * 10], "goal": [1], "bias": 0.5},
    "9w": {"input": [[0.1] * 9], "goal": [1]},
    "8w": {"input": [[0.1] * 8], "goal": [1]},
}
COUNTERS = ("step", "epoch", "n", "k", "t", "it")
FEW, COUNTING = ("0.5", "0.25", "0.125"), ("1", "2", "3")


def lay_out(node: str, columns: Any) -> sheet.Sheet:
    recipe = make_recipe(**NODES[node], alpha=0.1)
    return sheet.lay_out(columns, recipe, go(recipe.with_steps(1)).trace)


def named(headers: str) -> dict[str, printed.Printed]:
    """Columns of these names; those that count rows count from 1."""
    return {name: printed.from_texts(COUNTING if name in COUNTERS else FEW, name, "") for name in headers.split(" ")}


def nameless(count: int, *first: str) -> list[printed.Printed]:
    """So many columns, the first of which has these cells."""
    return [printed.from_texts(first if first and not i else FEW, str(i), "") for i in range(count)]


def told(layouts: tuple[sheet.Layout, ...]) -> str:
    """What a column may be by its quantity and place, * where it may be nearly anything."""
    return " / ".join(" ".join(_slots(slots) for slots in layout) for layout in layouts)


def _slots(slots: tuple[sheet.Slot, ...]) -> str:
    return "*" if len(slots) > 3 else "|".join(f"{slot.quantity}{slot.place}" for slot in slots)


NAMED = {
    "w": {
        "w": "weight0",
        "a": "weight0",
        "theta": "weight0",
        "theta0": "weight0",
        "theta1": "weight0",
        "w0": "weight0",
        "w1": "weight0",
        "new_w": "new_weight0",
        "w new_w": "weight0 new_weight0",
        "weight w": "weight0 weight0",
        "old_w new_w": "weight0 new_weight0",
        "n w": "weight0",
        "step w": "weight0",
        "epoch w": "weight0",
        "k w": "weight0",
        "error w": "delta0|mse0 weight0",
        "w b2x": "weight0 *",
        "m d": "weight0 goal0|delta0",
        "unknown w": "* weight0",
        "w zq": "weight0 *",
    },
    "w b": {
        "a b": "weight0 bias0 / bias0 weight0",
        "b a": "bias0 weight0 / weight0 bias0",
        "w b": "weight0 bias0",
        "a": "weight0 / bias0",
        "b": "bias0",
        "m c": "weight0 bias0",
        "theta0 theta1": "bias0 weight0 / weight0 bias0",
        "theta1": "weight0",
        "b0 b1": "bias0 weight0 / weight0 bias0",
        "b0": "bias0",
        "b1": "bias0",
        "w0": "bias0 / weight0",
        "c": "bias0",
        "theta": "weight0",
        "b m": "bias0 weight0",
        "new_w new_b": "new_weight0 new_bias0",
        "bias w": "bias0 weight0",
        "weight b": "weight0 bias0",
        "bias theta0": "bias0 weight0",
        "b w0": "bias0 weight0",
        "a0 a1": "bias0 weight0 / weight0 bias0",
        "beta1 beta0": "bias0 weight0 / weight0 bias0",
        "c0": "bias0",
        "intercept0": "bias0",
        "new_a0 new_a1": "new_bias0 new_weight0 / new_weight0 new_bias0",
    },
    "w w": {
        "w0 w1": "weight0 weight1",
        "w1 w2": "weight0 weight1",
        "b0 b1": "weight0 weight1",
        "a0 a1": "weight0 weight1",
        "theta1 theta2": "weight0 weight1",
        "w1": "weight0",
        "w2": "weight1",
        "w0": "weight0",
        "weight[0] w1": "weight0 weight0",
        "delta[0] delta[1]": "delta0 delta1",
        "delta1 delta2": "delta0 delta1",
        "d2 w1": "goal1|delta1 weight0",
        "x1 w1": "input0 weight0",
        "loss w1 w2": "mse0 weight0 weight1",
        "weighted_delta1 weighted_delta2": "weighted_delta0 weighted_delta1",
        "w1 w2 mse1": "weight0 weight1 mse0",
        "new_weight0 new_weight1": "new_weight0 new_weight1",
        "new_w1 new_w2": "new_weight0 new_weight1",
        "y1 y2 w1": "goal0|prediction0 goal1|prediction1 weight0",
        "input[0, 1] w1": "input0 * weight0",
        "new_delta1 w1": "delta0 weight0",
    },
    "w w b": {
        "theta0 theta1 theta2": "bias0 weight0 weight1 / weight0 weight1 bias0",
        "b0 b1 b2": "bias0 weight0 weight1 / weight0 weight1 bias0",
        "b0 b1": "bias0 weight0 / weight0 weight1",
        "b1 b2": "weight0 weight1",
        "w0 w1": "bias0 weight0 / weight0 weight1",
        "w1 w2": "weight0 weight1",
        "w1 w2 b": "weight0 weight1 bias0",
        "w1 w2 b0": "weight0 weight1 bias0",
        "w0 w1 b0": "weight0 weight1 bias0",
        "b1": "bias0",
        "b0": "bias0",
        "theta1 theta2": "weight0 weight1",
        "theta0 theta1": "bias0 weight0 / weight0 weight1",
        "theta": "bias0",
        "a0 a1 a2": "bias0 weight0 weight1 / weight0 weight1 bias0",
        "a b1 b2": "bias0 weight0 weight1",
        "w0 b": "weight0 bias0",
        "w2 b": "weight1 bias0",
        "c0 w1": "bias0 weight0",
        "bias theta0 theta1": "bias0 weight0 weight1",
        "new_bias theta0 theta1": "new_bias0 weight0 weight1",
        "bias_weighted_delta theta0 theta1": "bias_weighted_delta0 bias0 weight0 / bias_weighted_delta0 weight0 weight1",
        "b0 w1 w2": "bias0 weight0 weight1",
        "a w1 w2": "bias0 weight0 weight1",
        "theta w1 w2": "bias0 weight0 weight1",
        "c w0 w1": "bias0 weight0 weight1",
        "w1 w2 intercept": "weight0 weight1 bias0",
        "new_b0 new_b1 new_b2": "new_bias0 new_weight0 new_weight1 / new_weight0 new_weight1 new_bias0",
    },
    "ww ww": {
        "w0 w1 w2 w3": "weight0 weight1 weight2 weight3",
        "w1 w2 w3 w4": "weight0 weight1 weight2 weight3",
        "w4": "weight3",
        "weight[0,1]": "weight1",
        "weight[1,1] w1": "weight3 weight0",
        "b0 b1": "weight0 weight1",
    },
    "wwb wwb": {
        "w0 w1 w2 w3 b0 b1": "weight0 weight1 weight2 weight3 bias0 bias1",
        "b0 b1": "bias0 bias1",
        "b1 b2": "bias0 bias1",
        "b0 b1 b2": "weight0 weight1 weight2",
        "b2 b3": "weight1 weight2",
        "c0 c1": "bias0 bias1",
        "c1 c2": "bias0 bias1",
        "a0 a1": "weight0 weight1",
        "theta0 theta1": "weight0 weight1",
        "bias0 bias1": "bias0 bias1",
        "bias1 bias2": "bias0 bias1",
        "w1 b1": "weight0 bias0",
        "b1 w0": "bias0 weight0",
    },
 }  # fmt: skip


def test_columns_with_names():
    assert {
        node: {headers: told(lay_out(node, named(headers)).layouts) for headers in every} for node, every in NAMED.items()
    } == NAMED


REFUSED = {
    "w": {
        "b": "there is no column 'b' in a trace;",
        "a b": "there is no column 'a' in a trace;",
        "w b": "there is no column 'w' in a trace;",
        "m b": "there is no column 'm' in a trace;",
        "beta0 beta1": "there is no column 'beta1' in a trace; did you mean 'delta'?",
        "weight weight[0]": "columns 'weight' and 'weight[0]' are both weight; leave one of them out",
        "wieght": "there is no column 'wieght' in a trace; did you mean 'weight'?",
        "step": 'the printed table has nothing to grade',
        "x": 'the printed table has nothing to grade',
        "step goal alpha": 'the printed table has nothing to grade',
        "x goal": 'the printed table has nothing to grade',
        "zq": "graded as *, else: there is no column 'zq' in a trace;",
        "zq rs": "graded as * *, else: there is no column 'zq' in a trace;",
        "delt w": "there is no column 'delt' in a trace; did you mean 'delta'?",
        "w wegiht": "there is no column 'wegiht' in a trace; did you mean 'weight'?",
        "weight[1] w1": 'graded as weight0 weight0',
    },
    "w b": {
        "b0 b2": 'graded as bias0 weight0 / weight0 bias0',
        "wc": "graded as *, else: there is no column 'wc' in a trace;",
        "theta theta0": "there is no column 'theta0' in a trace; did you mean 'delta'?",
    },
    "w w": {
        "w": "there is no column 'w' in a trace;",
        "w2 w3": "there is no column 'w3' in a trace;",
        "a": "there is no column 'a' in a trace;",
        "w1 w2 b": "there is no column 'b' in a trace;",
        "weight[1] weight[2]": "columns 'weight[1]' and 'weight[2]' are both weight; leave one of them out",
        "w1 w1x": 'graded as weight0 *',
        "new_w1 new_w3": "there is no column 'new_w3' in a trace;",
        "epoch1": "there is no column 'epoch1' in a trace; did you mean 'epoch'?",
        "weight3 w1": "there is no column 'weight3' in a trace; did you mean 'weight[1]'?",
        "delta1 delta2 delta3 w1": "there is no column 'delta3' in a trace; did you mean 'delta[1]'?",
    },
    "ww ww": {
        "w5": "there is no column 'w5' in a trace;",
        "w11 w12": "there is no column 'w11' in a trace;",
        "w[0,1] w[1,1]": "there is no column 'w[0,1]' in a trace;",
        "weight[0,2]": 'graded as weight1',
        "b": "there is no column 'b' in a trace;",
    },
    "wwb wwb": {
        "b": "there is no column 'b' in a trace;",
        "c": "there is no column 'c' in a trace;",
        "b0 b5": "there is no column 'b5' in a trace;",
    },
    "w w b": {
        "theta0 theta3": "there is no column 'theta3' in a trace; did you mean 'delta'?",
    },
}  # fmt: skip


def test_names_that_are_refused():
    assert {node: {headers: _says(node, headers) for headers in every} for node, every in REFUSED.items()} == REFUSED


def _says(node: str, headers: str) -> str:
    try:
        found = lay_out(node, named(headers))
    except ns.InputError as error:
        return str(error).split(" The columns are")[0].split("; give")[0]
    also = f", else: {str(found.refusal).split(' The columns are')[0]}" if found.refusal else ""
    return f"graded as {told(found.layouts)}{also}"


NAMELESS = {
    "w": {
        (1, False): "weight0 as weight",
        (1, True): "weight0 as weight",
        (2, False): "weight0 * / * weight0?",
        (2, True): "weight0 as weight",
        (3, False): "weight0 2* / 2* weight0?",
        (3, True): "weight0 * / * weight0?",
        (9, False): "weight0 8* / 8* weight0?",
        (9, True): "weight0 7* / 7* weight0?",
        (10, False): "refused",
        (10, True): "weight0 8* / 8* weight0?",
        (11, False): "refused",
        (11, True): "refused",
    },
    "w b": {
        (1, False): "weight0 as weight",
        (1, True): "weight0 as weight",
        (2, False): "weight0 bias0 / bias0 weight0 / weight0 * / * weight0 as weight bias",
        (2, True): "weight0 bias0 / bias0 weight0 / weight0 * / * weight0 as weight bias",
        (3, False): "weight0 bias0 * / * weight0 bias0 / bias0 weight0 * / * bias0 weight0 / weight0 2* / 2* weight0?",
        (3, True): "weight0 bias0 / bias0 weight0 / weight0 * / * weight0 as weight bias",
        (4, False): "weight0 bias0 2* / 2* weight0 bias0 / bias0 weight0 2* / 2* bias0 weight0 / weight0 3* / 3* weight0?",
        (4, True): "weight0 bias0 * / * weight0 bias0 / bias0 weight0 * / * bias0 weight0 / weight0 2* / 2* weight0?",
        (10, False): "weight0 bias0 8* / 8* weight0 bias0 / bias0 weight0 8* / 8* bias0 weight0 / weight0 9* / 9* weight0?",
        (10, True): "weight0 bias0 7* / 7* weight0 bias0 / bias0 weight0 7* / 7* bias0 weight0 / weight0 8* / 8* weight0?",
        (11, False): "refused",
        (11, True): "weight0 bias0 8* / 8* weight0 bias0 / bias0 weight0 8* / 8* bias0 weight0 / weight0 9* / 9* weight0?",
        (12, False): "refused",
        (12, True): "refused",
    },
    "w w": {
        (1, False): "refused",
        (1, True): "refused",
        (2, False): "weights as weights",
        (2, True): "weights as weights",
        (3, False): "weights * / * weights?",
        (3, True): "weights as weights",
        (10, False): "weights 8* / 8* weights?",
        (10, True): "weights 7* / 7* weights?",
        (11, False): "refused",
        (11, True): "weights 8* / 8* weights?",
        (12, False): "refused",
        (12, True): "refused",
    },
    "w w b": {
        (1, False): "refused",
        (1, True): "refused",
        (2, False): "weights as weights",
        (2, True): "refused",
        (3, False): "weights bias0 / bias0 weights / weights * / * weights as weights bias",
        (3, True): "weights bias0 / bias0 weights / weights * / * weights as weights bias",
        (4, False): "weights bias0 * / * weights bias0 / bias0 weights * / * bias0 weights / weights 2* / 2* weights?",
        (4, True): "weights bias0 / bias0 weights / weights * / * weights as weights bias",
        (11, False): "weights bias0 8* / 8* weights bias0 / bias0 weights 8* / 8* bias0 weights / weights 9* / 9* weights?",
        (11, True): "weights bias0 7* / 7* weights bias0 / bias0 weights 7* / 7* bias0 weights / weights 8* / 8* weights?",
        (12, False): "refused",
        (12, True): "weights bias0 8* / 8* weights bias0 / bias0 weights 8* / 8* bias0 weights / weights 9* / 9* weights?",
        (13, False): "refused",
        (13, True): "refused",
    },
    "ww ww": {
        (3, False): "refused",
        (3, True): "refused",
        (4, False): "weights as weights",
        (4, True): "weights as weights",
        (5, False): "weights * / * weights?",
        (5, True): "weights as weights",
        (12, False): "weights 8* / 8* weights?",
        (12, True): "weights 7* / 7* weights?",
        (13, False): "refused",
        (13, True): "weights 8* / 8* weights?",
    },
    "wwb wwb": {
        (3, False): "refused",
        (3, True): "refused",
        (4, False): "weights as weights",
        (4, True): "refused",
        (6, False): "weights biases / biases weights / weights 2* / 2* weights as weights bias[0] bias[1]",
        (6, True): "weights biases / biases weights / weights 2* / 2* weights as weights bias[0] bias[1]",
        (7, False): "weights biases * / * weights biases / biases weights * / * biases weights / weights 3* / 3* weights?",
        (7, True): "weights biases / biases weights / weights 2* / 2* weights as weights bias[0] bias[1]",
        (14, False): "weights biases 8* / 8* weights biases / biases weights 8* / 8* biases weights / weights 10* / 10* weights?",
        (14, True): "weights biases 7* / 7* weights biases / biases weights 7* / 7* biases weights / weights 9* / 9* weights?",
        (15, False): "refused",
        (15, True): "weights biases 8* / 8* weights biases / biases weights 8* / 8* biases weights / weights 10* / 10* weights?",
    },
    "10w b": {
        (9, False): "refused",
        (9, True): "refused",
        (10, False): "weights as weights",
        (10, True): "refused",
        (11, False): "weights bias0 / bias0 weights / weights * / * weights as weights bias",
        (11, True): "weights bias0 / bias0 weights / weights * / * weights as weights bias",
        (12, False): "refused",
        (12, True): "weights bias0 / bias0 weights / weights * / * weights as weights bias",
        (13, False): "refused",
        (13, True): "weights bias0 * / * weights bias0 / bias0 weights * / * bias0 weights / weights 2* / 2* weights?",
        (19, False): "refused",
        (19, True): "weights bias0 7* / 7* weights bias0 / bias0 weights 7* / 7* bias0 weights / weights 8* / 8* weights?",
        (20, False): "refused",
        (20, True): "weights bias0 8* / 8* weights bias0 / bias0 weights 8* / 8* bias0 weights / weights 9* / 9* weights?",
    },
    "9w": {
        (8, False): "refused",
        (8, True): "refused",
        (9, False): "weights as weights",
        (9, True): "weights as weights",
        (10, False): "refused",
        (10, True): "weights as weights",
        (11, False): "refused",
        (11, True): "weights * / * weights?",
    },
    "8w": {
        (7, False): "refused",
        (7, True): "refused",
        (8, False): "weights as weights",
        (8, True): "weights as weights",
        (9, False): "weights * / * weights?",
        (9, True): "weights as weights",
        (16, False): "weights 8* / 8* weights?",
        (16, True): "weights 7* / 7* weights?",
        (17, False): "refused",
        (17, True): "weights 8* / 8* weights?",
    },
}  # fmt: skip
"""By the number of columns, and whether the first counts upward; ? where it is refused if none of the layouts fits."""


def test_columns_without_names():
    assert {node: {key: _placed(node, *key) for key in every} for node, every in NAMELESS.items()} == NAMELESS


def _placed(node: str, count: int, counts: bool) -> str:
    try:
        found = lay_out(node, nameless(count, *(COUNTING if counts else ())))
    except ns.InputError as error:
        return "refused" if str(error).startswith(f"each row has {count} number(s); ") else str(error)
    short = re.sub(r"\*( \*)+", lambda stars: f"{len(stars[0].split())}*", told(found.layouts))
    short = re.sub(r"weight0( weight\d)+", "weights", short).replace("bias0 bias1", "biases")
    if found.refusal is None:
        return f"{short} as {re.sub(r'weight.0.( weight.[0-9].)+', 'weights', ' '.join(found.headers))}"
    assert found.headers == tuple(f"column {i}" for i in range(found.step is not None, count))
    return f"{short}?"


def test_why_columns_without_names_are_refused():
    says = "each row has {} number(s); the recipe has {} weight(s): give rows of {}, or a table with column names"
    for node, count, weights, rows in (("w w", 1, 2, "2"), ("w w b", 1, 2, "2 (or 3, the biases last)")):
        with pytest.raises(ns.InputError, match="^" + re.escape(says.format(count, weights, rows)) + "$"):
            lay_out(node, nameless(count))


def test_what_a_column_of_no_name_may_be():
    """Of at most four numbers a step, the likeliest first; settings last."""
    found = lay_out("wwb wwb", named("zq w0")).layouts[0][0]
    assert " ".join(f"{slot.quantity}{slot.place}" for slot in found) == (
        "mse0 prediction0 prediction1 delta0 delta1 weight0 weight1 weight2 weight3 bias0 bias1 weighted_delta0 weighted_delta1 "
        "weighted_delta2 weighted_delta3 alpha_delta0 alpha_delta1 alpha_delta2 alpha_delta3 bias_weighted_delta0 "
        "bias_weighted_delta1 bias_delta0 bias_delta1 goal0 goal1 input0 input1 alpha0 epoch0"
    )
    assert "weight" not in {slot.quantity for slot in lay_out("9w", named("zq w0")).layouts[0][0]}


# --- counting columns, digits, rows left out

COUNTS = {
    "0 1 2": [0, 1, 2], "1 2 3": [1, 2, 3], "0 5 5": None, "2 1 0": None, "-1 0 1": None, "0.5 1 2": None, "0 1 inf": None,
    "0 1 1000000": [0, 1, 1_000_000], "0 1 1000001": None, "0 1 nan": None, "7": [7],
}  # fmt: skip


def test_which_columns_count_rows():
    found = {texts: sheet._counting(printed.from_texts(texts.split(), "n", "")) for texts in COUNTS}
    assert {texts: None if steps is None else steps.tolist() for texts, steps in found.items()} == COUNTS


STEPS = {
    "0 2 4": "0 2 4", "0 1 1000001": "column 'step' goes to 1000001; up to 1,000,000 steps are graded: leave rows out",
    "0 1 1.5": "column 'step' must be whole numbers from 0 that count upward; correct it or leave it out",
    "0 1 inf": "column 'step' must be whole numbers from 0 that count upward; correct it or leave it out",
    "0 1 1000000": "0 1 1000000",
}  # fmt: skip


def test_a_column_of_steps():
    def said(texts: str) -> str:
        columns = {"step": printed.from_texts(texts.split(), "step", ""), "w": printed.from_texts(FEW, "w", "")}
        try:
            steps = lay_out("w", columns).step
        except ns.InputError as error:
            return str(error)
        assert steps is not None
        return " ".join(map(str, steps))

    assert {texts: said(texts) for texts in STEPS} == STEPS


@pytest.mark.parametrize(
    ("headers", "counter", "of_epochs", "last"),
    [("w", None, False, 2), ("step w", [1, 2, 3], False, 3), ("epoch w", [1, 2, 3], True, 3), ("epoch step w", [1, 2, 3], False, 3),
     ("k it w", [1, 2, 3], False, 3), ("step[0] w", [1, 2, 3], False, 3)],
)  # fmt: skip
def test_which_column_counts(headers: str, counter: list[int] | None, of_epochs: bool, last: int):
    columns = {name.replace("step[0]", "iter"): column for name, column in named(headers.replace("step[0]", "it")).items()}
    found = lay_out("w", columns)
    assert (None if found.step is None else found.step.tolist(), found.counts_epochs, found.last_step) == (counter, of_epochs, last)
    assert found.rows == 3
    assert {"weight"} <= found.names


def test_digits_that_there_are_to_go_by():
    """log10 of the number over half a unit, 16 at most, of columns that are answers: 0.5 ± 0.05, 0.25 ± 0.005, 1e20 ± 5e3."""
    columns = {
        "w": printed.from_texts(["0.5", "0.0", "0.2"], "w", ""), "goal": printed.from_texts(FEW, "goal", ""),
        "delta": printed.Printed(np.array([1e20, np.inf, 0.25]), np.array([5e3, 0.05, 5e-20]), np.zeros(3)),
    }  # fmt: skip
    expected = math.log10(0.5 / 0.05) + math.log10(0.2 / 0.05) + 16.0 + 16.0
    assert lay_out("w", columns).digits() == pytest.approx(expected, rel=1e-12)


def test_rows_left_out():
    found = sheet.without(lay_out("w", named("w")), np.array([False, True, False]))
    assert (found.rows, found.printed[0].value.tolist()) == (2, [0.5, 0.125])
    assert found.step is not None
    assert found.step.tolist() == [0, 2]
    counted = sheet.without(lay_out("w", named("n w")), np.array([True, False, False]))
    assert counted.step is not None
    assert (counted.rows, counted.step.tolist()) == (2, [2, 3])


def test_own_names():
    """Columns with a trace's own name are held to it, others are not."""
    found = lay_out("w w", named("weight[0] w2 delta[0] delta[1] error"))
    assert found.headers == ("weight[0]", "w2", "delta[0]", "delta[1]", "error")
    assert found.own == (True, False, True, True, False)


def test_a_message_names_twelve_columns():
    with pytest.raises(ns.InputError) as refused:
        lay_out("w", named("b"))
    assert str(refused.value) == (
        "there is no column 'b' in a trace; The columns are step, epoch, example, input, weight, prediction, goal, delta, mse, "
        "weighted_delta, alpha_delta, new_weight, …"
    )
