"""Numbers, curves, tables and notebook HTML: exact where they say so, marked where they do not, and never alive."""

import math

import numpy as np
import pytest

import nodescope as ns
from nodescope.views import curve, tables
from nodescope.views.numbers import exact, later, plain_text, short, told_apart
from nodescope.views.scene import scene


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.4, "0.4"),
        (0.1 + 0.2, "0.3"),
        (1, "1"),
        (1e-300, "1e-300"),
        (math.inf, "∞"),
        (-math.inf, "−∞"),
        (math.nan, "NaN"),
        (-0.0, "-0"),
    ],
)
def test_short_numbers_say_when_they_are_short(value, text):
    assert short(value) == text


def test_exact_numbers_read_back():
    for value in (0.1 + 0.2, 5e-324, 0.5999999999999994):
        assert float(exact(value)) == value


def test_a_falling_line_is_drawn_from_top_left_to_bottom_right():
    lines = curve.draw(range(8), [8, 7, 6, 5, 4, 3, 2, 1], 8, 8, unicode=False)
    assert [line.index("*") for line in lines[:8]] == sorted(line.index("*") for line in lines[:8])
    assert lines[0].startswith("8 |*")
    assert lines[7].endswith("*")


def test_a_logarithmic_scale_where_it_helps_and_gaps_for_infinity():
    lines = curve.draw(range(5), [1.0, 1e-3, math.inf, 1e-6, math.nan], 10, 4, unicode=True)
    assert "log scale" in lines[-1]
    assert curve.draw([0, 1], [math.nan, math.inf], 10, 4, unicode=True) == []


def test_a_curve_over_epochs_does_not_meet_the_same_example_again_and_again():
    goals = [0.0, 10.0] * 50
    run = ns.descend(weight=0.0, input=[1.0] * 100, goal=goals, alpha=1e-6, epochs=400)
    lines = curve.error_curve(run, 30, 6, unicode=False)
    assert "over epochs 0 to" in lines[-1]
    heights = [{i for i, line in enumerate(lines[:6]) if line.split("|")[1][c : c + 1] == "*"} for c in range(30)]
    assert all(len(rows) <= 2 for rows in heights)


def test_a_table_never_shows_two_different_weights_alike():
    run = ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1, steps=325)
    rows = tables.summary_rows(run)
    at = {name: i for i, name in enumerate(rows[0])}
    for row, step in zip(rows[1:], tables.first_and_last(run), strict=True):
        if step is not None:
            alike = row[at["weight"]] == row[at["new weight"]]
            assert alike == (step.weight == step.new_weight)


def test_what_jupyter_shows_is_text_only():
    table = {"<script>alert(1)</script>": [1.0, 2.0, 3.0], "<b>g": [2.0, 4.0, 6.0]}
    run = ns.descend(data=table, goal="<b>g", holdout=0.3)
    for shown in (run, run.trace, run.trace[0:5], run.trace[0]):
        html = shown._repr_html_()
        assert "<table>" in html
        assert "<script" not in html
        assert "<b>g" not in html


def test_reprs_show_the_structure():
    run = ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1, steps=325)
    assert "0.5999999999999994" in repr(run)
    assert "SETTLED" in repr(run)
    assert repr(run.trace).startswith("Trace of 325 steps")
    assert repr(run.trace[3:9]).startswith("Window of 6 steps, 3 to 8")
    assert "-0.19999999999999996" in repr(run.trace[0])


def test_a_layer_of_a_step_shows_its_numbers_and_where_they_are_from():
    run = ns.descend(network=ns.network(weights=[[[0.5]], [[2.0]]]), input=1, goal=0.6, alpha=0.1, steps=20)
    first = run.trace[3].layers[0]
    assert repr(first).startswith("Step 3, layer 0\n  input")
    assert "0.5" in repr(run.trace[0].layers[0])
    assert "<td" in first._repr_html_()
    assert repr(run.trace[3:9].layers[1]).startswith("Window of 6 steps, 3 to 8, layer 1\n")


def test_control_characters_are_spelt_out():
    assert plain_text("a\x1b[31mb\u202e") == "a\\x1b[31mb\\u202e"


def test_judgements_show_themselves_and_escape_names():
    table = {"<b>x</b>": [0.0, 0.0, 0.0], "y": [1.0, 2.0, 3.0]}
    run = ns.descend(data=table, goal="y", alpha=0.1)
    for shown in (ns.forecast(data=table, goal="y", alpha=0.1), ns.diagnose(run), ns.verify(run)):
        html = shown._repr_html_()
        assert "<b>x</b>" not in html
        assert str(shown)
    assert "&lt;b&gt;x" in ns.diagnose(run)._repr_html_()


def test_names_are_no_markup_in_markdown(tmp_path):
    """Markdown lets HTML through: a column's name reaches a page of it as text."""
    name = "<script>alert(1)</script>|`x`_y_"
    run = ns.descend(data={name: [1.0, 2.0, 3.0], "y": [1.0, 2.0, 3.5]}, goal="y", alpha=0.01, epochs=2)
    ns.export(run, tmp_path / "x.md")
    for text in ((tmp_path / "x.md").read_text().split("```")[0], ns.explain(run, 0).markdown.split("```")[0]):
        assert "<script" not in text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;\\|\\`x\\`\\_y\\_" in text


def test_the_scene_has_the_curvatures_of_examples_taken_together():
    """Largest and smallest eigenvalue of the inputs' second moment; none where a step sees only some of the examples."""
    inputs, goal = np.array([[1.0, 2.0], [3.0, -1.0], [0.5, 0.25]]), [1.0, 2.0, 3.0]
    expected = np.linalg.eigvalsh(inputs.T @ inputs / 3)
    run = ns.descend(input=inputs, goal=goal, alpha=0.01, batch="all", steps=3)
    np.testing.assert_allclose(scene(run)["forecast"]["curvatures"], expected[::-1], rtol=1e-12)
    summed = ns.descend(input=inputs, goal=goal, alpha=0.01, batch="all", reduction="sum", steps=3)
    np.testing.assert_allclose(scene(summed)["forecast"]["curvatures"], 3 * expected[::-1], rtol=1e-12)
    for more in ({"batch": 1}, {"batch": "all", "rule": "momentum"}, {"batch": "all", "loss": "huber"}):
        assert scene(ns.descend(input=inputs, goal=goal, alpha=0.01, steps=3, **more))["forecast"]["curvatures"] is None


def test_two_different_numbers_of_a_page_never_share_a_text():
    texts = [f"{later(0.5999999999999994)} − {later(0.6)}", later(1.0000001), later(1.0000002), later(0.1 + 0.2), later(2.0)]
    put = told_apart(texts)
    assert [put(text) for text in texts] == ["0.5999999999999994 − 0.6", "1.0000001", "1.0000002", "0.3", "2"]
    run = ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1, steps=325)
    for step in range(0, 325, 9):
        text = ns.explain(run, step).text
        assert "≈" not in text
        assert f" − 0.6 = {0.6:g}" not in text
