"""What each column of a printed table is taken for by its name; which column counts, and rows left out."""

import math

import numpy as np
import pytest
from homework.laid_out import FEW, _says, lay_out, named, told

import nodescope as ns
from nodescope.diagnosis.homework import printed, sheet

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


def test_an_empty_cell_is_refused_where_it_is_not_allowed():
    with pytest.raises(ns.InputError, match=r"^sheet: row 1 \(line 5\), column 'w' is empty; correct the cell$"):
        printed.from_texts(["0.5", " ", "0.2"], "w", "sheet", line=3)
    assert np.isnan(printed.from_texts(["0.5", " ", "0.2"], "w", "sheet", line=3, blanks=True).value[1])
