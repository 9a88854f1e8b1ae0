"""What verdicts say of straight lines that cannot do it, of losses with one lowest point, and that they say it once."""

from typing import Any

import numpy as np
import pytest

import nodescope as ns
from nodescope.cli.words import in_shell_words
from nodescope.run.score import told_apart

XOR: dict[str, Any] = {"input": [[0, 0], [0, 1], [1, 0], [1, 1]], "goal": [0, 1, 1, 0], "batch": "all"}


def test_a_line_of_least_absolute_errors_beside_outliers_is_healthy():
    """The median is right: 2x + 1 beside two goals 1000 off, though its mse is larger than that of the mean."""
    x = np.linspace(0, 10, 40)
    goal = 2 * x + 1 + np.where(np.arange(40) % 20 == 3, 1000.0, 0.0)
    run = ns.descend(weight=0, input=x, goal=goal, loss="absolute", alpha=0.002, steps=20_000, batch="all", bias=True)
    assert [run.weight, run.bias] == pytest.approx([2, 1], abs=0.1)
    found = ns.diagnose(run)
    assert found.headline == "Healthy: nothing is wrong."
    assert "no weights make it clearly smaller" in found.judgement
    far = ns.descend(weight=0, input=x, goal=goal, loss="absolute", alpha=1e-6, steps=300, batch="all", bias=True)
    assert "no weights make it clearly smaller" not in ns.diagnose(far).judgement


def test_xor_is_beyond_straight_lines():
    """By hand: the least squares of XOR are weights 0 and bias ½, whose mse is ¼, the variance of the goals."""
    node = ns.diagnose(ns.descend(weight=[0, 0], bias=True, alpha=0.5, steps=2000, **XOR))
    assert node.headline == "No weights do better than always saying the mean of the goals."
    assert "bent activation, network=[2, 8, 1]" in node.verdict
    layers = ns.network([2, 4, 1], activation="identity")
    deep = ns.diagnose(ns.descend(network=layers, alpha=0.1, steps=2000, **XOR)).findings[0]
    assert deep.name == "plateau"
    assert 'activation="tanh"' in deep.remedy
    assert "odes, another" not in deep.remedy


def test_an_alpha_a_thousand_times_too_small_has_hardly_moved():
    run = ns.descend(network=ns.network([2, 4, 1], seed=1), alpha=0.0005, steps=20_000, **XOR)
    found = ns.diagnose(run)
    assert found.headline == "It has hardly moved: alpha is far too small."
    assert "plateau" not in found


def test_what_lowers_it_where_a_bias_is_missing():
    """By hand: goals 9, 10, 11 over inputs 1, 0, −1 need weight −1 and bias 10."""
    found = ns.diagnose(ns.descend(weight=0, input=[1, 0, -1], goal=[9, 10, 11], alpha=0.1, batch="all")).findings[0]
    assert (found.name, found.severity) == ("irreducible error", "warning")
    assert found.remedy == "A bias (bias=True) lowers it to 0."


@pytest.mark.parametrize("seed", range(20))
def test_verdicts_say_each_sentence_once(seed: int):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(30, 3)) * [1, 30, 1000]
    found = ns.diagnose(ns.descend(input=x, goal=x[:, 0] + rng.normal(size=30), batch="all", steps=int(rng.integers(1, 400))))
    for told in (found.verdict, found.judgement):
        sentences = told.split(". ")
        assert len(sentences) == len(set(sentences)), told


def test_a_run_at_its_rounding_floor_needs_no_remedy():
    found = ns.diagnose(ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1))
    assert "alpha 0.5" in next(one.remedy for one in found.findings if one.name == "rounding floor")
    assert "alpha 0.5" not in found.verdict + found.judgement
    assert str(found.findings[0]) == "note: nothing wrong: the mse is 3.08149e-31."


def test_numbers_that_break_a_run_off_are_told_first():
    """By hand: 1e200 × 1e150 is beyond all doubles, at the first step; alpha alone would be right."""
    said = str(ns.forecast(weight=1e200, input=1e150, goal=0, alpha=1e-301))
    assert said.startswith("Breaks off: at step 0 a number is beyond")
    assert "onverges" not in said


def test_numbers_of_two_models_do_not_look_alike():
    assert told_apart([0.999991, 0.999994]) == ["0.999991", "0.999994"]
    assert told_apart([0.5, 0.25]) == ["0.5", "0.25"]
    assert told_apart([1 / 3, 1 / 3 + 1e-16]) == ["0.33333", "0.33333"]


def test_remedies_in_the_words_of_the_shell():
    said = 'With network=[2, 8, 1], activation="tanh" or batch="all": 30 steps more (ns.resume).'
    assert in_shell_words(said) == "With --hidden 8, --activation tanh or --batch all: 30 steps more (--resume RUN --steps TOTAL)."


FAR_GOALS = {"input": [[1.0], [2.0], [4.0]], "goal": [2e4, 4e4, 8e4], "weight": 0.0, "batch": "all"}


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"rule": "adam", "alpha": 0.001}, "the farthest weight needs 20,000,000 of them"),
        ({"rule": "adagrad", "alpha": 0.1}, "A larger alpha"),
        ({"alpha": [0.01 * 0.5**t for t in range(300)]}, "a schedule that falls more slowly"),
    ],
)
def test_a_run_that_has_hardly_come_from_its_start_is_not_healthy_whatever_its_rule(more, says):
    """Story: adam on prices took off a hundred-thousandth of the error, and nothing was wrong. By hand: weight 20,000 ÷ alpha."""
    recipe = FAR_GOALS | {"weight": [0.0]} | more
    found = ns.diagnose(ns.descend(**recipe, steps=300))
    assert found.findings[0].name == "slow convergence"
    assert found.headline == "It is on its way, but far too slow."
    assert says in found.verdict


def test_inputs_that_repeat_each_other_do_not_differ_in_size():
    """And no alpha is advised that takes a billion steps."""
    a, b = np.linspace(-1, 1, 20), np.cos(np.arange(20.0))
    recipe = {"input": np.column_stack([a, a + 1e-5 * b]), "goal": 3 * a - b, "batch": "all", "alpha": 0.5, "steps": 500}
    found = ns.diagnose(ns.descend(**recipe))
    assert found.headline == "Some inputs nearly repeat each other, so their weights are hardly told apart."
    assert "leave out one of them" in found.verdict
    assert "would do it" not in found.verdict


def test_one_goal_that_makes_nearly_all_of_the_error_is_named():
    """A slip in one of 30 goals, beside which the line is nothing: a hidden layer would not help."""
    x = np.linspace(-1, 1, 30)
    goal = 2 * x
    goal[17] = 1e5
    found = ns.diagnose(ns.descend(input=x[:, None], goal=goal, bias=True, alpha=0.3, batch="all", steps=500))
    assert "Look at example 17: its goal, 100000" in found.verdict
    assert "hidden layer" not in found.verdict
