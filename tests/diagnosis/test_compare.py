"""Which of two runs is better: differences whose standard errors are known by hand."""

import math

import numpy as np
import pytest

import nodescope as ns


def compared(standard_errors: float):
    """Two nodes that predict 0 and 1. By squares they differ by 2 goal − 1 = m ± 1: of four rows m√3 standard errors."""
    m = standard_errors / math.sqrt(3)
    goals = [(m + 1 + sign) / 2 for sign in (1, -1, 1, -1)]
    nothing, one = (
        ns.descend(weight=weight, input=[1, 1, 1, 1], goal=goals, batch="all", alpha=0.1, steps=0) for weight in (0.0, 1.0)
    )
    return ns.compare(nothing, one)


@pytest.mark.parametrize(
    ("standard_errors", "better"), [(2.1, "b"), (1.9, None), (1.1, None), (0.0, None), (-1.1, None), (-1.9, None), (-2.1, "a")]
)
def test_better_is_from_two_standard_errors_on(standard_errors, better):
    found = compared(standard_errors)
    assert found.standard_errors == pytest.approx(standard_errors, abs=1e-12)
    assert found.better == better
    assert ("Neither is clearly better" in found.sentence) == (better is None)
    assert f"{abs(found.standard_errors):.2g} standard errors" in found.sentence


def test_of_rows_that_all_say_the_same_there_is_no_doubt():
    same = {"input": [1, 1, 1], "goal": [1, 1, 1], "batch": "all", "alpha": 0.1, "steps": 0}
    found = ns.compare(ns.descend(weight=1.0, **same), ns.descend(weight=0.0, **same))
    assert (found.better, found.standard_errors, found.a, found.b) == ("a", -math.inf, 0.0, 1.0)
    assert "standard errors" not in found.sentence


def test_exactly_two_standard_errors_are_enough():
    """Squares that differ by 3 and by 1: a mean of 2, and a standard error of √2 ÷ √2."""
    same = {"input": [1, 1], "goal": [2.0, 1.0], "batch": "all", "alpha": 0.1, "steps": 0}
    found = ns.compare(ns.descend(weight=0.0, **same), ns.descend(weight=1.0, **same))
    assert (found.standard_errors, found.better) == (2.0, "b")


def test_a_run_whose_error_is_beyond_all_numbers_is_the_worse_one():
    same = {"input": [1.0, 2.0], "goal": [1.0, 1.5], "epochs": 900}
    well, lost, lost_too = (ns.descend(**same, alpha=alpha) for alpha in (0.1, 3.0, 4.0))
    for one, other, better in ((well, lost, "a"), (lost, well, "b")):
        found = ns.compare(one, other)
        assert found.better == better
        assert found.sentence.endswith(f"; the error of {'b' if better == 'a' else 'a'} is beyond all numbers.")
        assert "nan" not in found.sentence
    found = ns.compare(lost, lost_too)
    assert found.better is None
    assert found.sentence == "Neither is better: the errors of both are beyond all numbers."


def test_other_goals_are_refused():
    one, other = (ns.descend(weight=0.0, input=1, goal=goal, alpha=0.1, steps=0) for goal in (1, 2))
    with pytest.raises(ns.InputError, match="did not learn the same goals"):
        ns.compare(one, other)


def test_it_says_by_how_much_on_rows_that_neither_has_seen():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(400, 3))
    table = {"a": x[:, 0], "b": x[:, 1], "c": x[:, 2], "y": x @ [3.0, -2.0, 1.0] + rng.normal(size=400)}
    shared = {"data": table, "goal": "y", "alpha": 0.05, "holdout": 0.25, "epochs": 20}
    all_columns, one_column = ns.descend(**shared), ns.descend(**shared, inputs=["a"])
    found = ns.compare(one_column, all_columns)
    off = [math.sqrt(run.score.unseen.rmse**2) for run in (one_column, all_columns)]
    assert found.better == "b"
    assert (
        f"off by about {off[1]:.4g} on 100 rows that neither has seen, {100 * (1 - off[1] / off[0]):.2g} % less" in found.sentence
    )
    assert "layers differ" in found.parts


def test_runs_that_start_alike_part_at_a_step_and_a_weight_that_are_told():
    x, y = [[1.0, 2.0], [3.0, -1.0], [0.5, 0.5]], [1.0, 2.0, 3.0]
    shared = {"weight": [0.0, 0.0], "input": x, "goal": y, "steps": 30}
    late = [0.1] * 7 + [0.2] + [0.1] * 22
    one, other = ns.descend(**shared, alpha=0.1), ns.descend(**shared, alpha=late)
    parts = ns.compare(one, other).parts
    assert parts.step == 7
    moved = [abs(run.trace[7].new_weight) for run in (one, other)]
    i = int(np.argmax(np.abs(moved[0] - moved[1])))
    assert (parts.node, parts.weight) == (0, f"weight[{i}]")
    assert (parts.a, parts.b) == (one.trace[7].new_weight[i], other.trace[7].new_weight[i])
    assert f"They part at step 7: weight[{i}] of node 0" in str(ns.compare(one, other))


@pytest.mark.parametrize("at", [70, 100, 301, 511])
def test_a_parting_after_many_steps_is_found_too(at):
    shared = {"weight": 0.0, "input": [1.0, 2.0], "goal": [1.0, 1.5], "steps": 600}
    alphas = [0.001] * 600
    changed = [*alphas[:at], 0.002, *alphas[at + 1 :]]
    assert ns.compare(ns.descend(**shared, alpha=alphas), ns.descend(**shared, alpha=changed)).parts.step == at


def test_what_never_parts_and_what_starts_apart_is_told():
    shared = {"input": [1.0, 2.0], "goal": [1.0, 1.5], "alpha": 0.1, "steps": 20}
    one, more = ns.descend(weight=0.0, **shared), ns.descend(weight=0.0, **shared | {"steps": 30})
    assert "In all 20 steps that both made they have the same weights" in ns.compare(one, more).parts
    assert ns.compare(one, ns.descend(weight=0.5, **shared)).parts == "They start from different weights."


def test_differences_tell_no_numbers_by_the_hundred():
    x = np.random.default_rng(1).normal(size=(50, 4))
    shared = {"goal": x[:, 0], "alpha": 0.01, "epochs": 1}
    text = str(ns.compare(ns.descend(input=x, **shared), ns.descend(input=2 * x, **shared, frozen=[True, False, False, False])))
    assert "input: 50 × 4 numbers | 50 × 4 numbers" in text
    assert "frozen: default | [True, False, False, False]" in text
    assert len(text) < 500


def test_classes_are_compared_by_log_loss():
    rng = np.random.default_rng(3)
    x = rng.normal(size=(300, 2))
    table = {"a": x[:, 0], "b": x[:, 1], "y": np.where(x @ [2, 1] + rng.normal(size=300) > 0, "yes", "no")}
    shared = {"data": table, "goal": "y", "loss": "cross-entropy", "holdout": 0.3, "epochs": 20, "alpha": 0.1}
    found = ns.compare(ns.descend(**shared), ns.descend(**shared, inputs=["b"]))
    assert found.better == "a"
    assert found.of_classes
    assert found.a == pytest.approx(ns.descend(**shared).score.unseen.log_loss)
    assert "with a log loss of" in found.sentence
