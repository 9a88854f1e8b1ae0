"""Several inputs and examples in the page: contributions that add up, shares of the blame, dots, and the line through the data."""

from collections.abc import Callable
from typing import Any

import numpy as np
from browser.conftest import found_by_axe, go, read_number, unfold
from conftest import ROOT

import nodescope as ns

PENGUINS = ROOT / "src" / "nodescope" / "hosts" / "static" / "penguins.csv"

Open = Callable[..., Any]


def values(page: Any, selector: str) -> list[float]:
    """Every digit of the numbers there."""
    return [float(text) for text in page.locator(selector).evaluate_all("all => all.map(e => e.dataset.value)")]


def pigs() -> ns.Run:
    return ns.descend(weight=[0.4, 0.4, 0.4], input=[0, 1, 2], goal=0.6, alpha=0.1, steps=20)


def table(inputs: int, examples: int = 40) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(7)
    x = rng.normal(size=(examples, inputs))
    return x, x @ np.arange(1, inputs + 1) + rng.normal(size=examples) * 0.3


def test_contributions_add_up_and_the_blame_is_shared_by_input(opened: Open):
    page = opened(pigs())
    forward, back = page.locator("table.share").all()
    assert values(page, ".share tbody .lane data") == [0.4, 0.8]  # the input of 0 brings nothing
    assert "brings 0" in forward.inner_text()
    assert values(page, "tfoot .lane [data-value]") == [0.4 + 0.8, 0.4 + 0.8 - 0.6]
    shares = values(page, ".blame [data-value]")
    delta = 0.4 + 0.8 - 0.6
    assert shares == [0.0, 0.0, delta, delta * 0.1, delta * 2, delta * 2 * 0.1]
    widths = [box.bounding_box()["width"] for box in back.locator(".blame i").all()]
    assert abs(widths[4] / widths[2] - 2) < 0.1
    assert abs(widths[4] / widths[5] - 10) < 2


def test_each_bar_starts_where_the_one_above_ended(opened: Open):
    page = opened(pigs())
    bars = [bar.bounding_box() for bar in page.locator("tbody .bar-of").all()]
    assert abs(bars[2]["x"] - (bars[1]["x"] + bars[1]["width"])) < 1.5
    total = page.locator("tfoot .bar-of").first.bounding_box()
    assert abs(total["x"] + total["width"] - bars[2]["x"] - bars[2]["width"]) < 1.5
    line, gap = page.locator("tfoot .goal-at").last.bounding_box(), page.locator(".bar-of.gap").bounding_box()
    assert abs(line["x"] - gap["x"]) < 2


def test_numbers_of_a_later_step_are_the_traces(opened: Open):
    x, y = table(4)
    run = ns.descend(input=x, goal=y, bias=True, alpha=0.1, batch=1, steps=60)
    page = opened(run)
    go(page, 33)
    step = run.trace[33]
    expected = np.append(step.weighted_delta, step.bias_weighted_delta)
    np.testing.assert_array_equal(values(page, ".blame:nth-child(2) [data-value]"), expected)
    assert values(page, "tfoot .lane [data-value]")[0] == step.prediction
    assert "input 3" in page.locator("table.share").first.inner_text()


def test_a_dot_is_chosen_by_keys_in_the_order_of_its_miss(opened: Open):
    x, y = table(3)
    run = ns.descend(input=x, goal=y, alpha=0.1, batch="all", steps=10)
    page = opened(run)
    misses = np.abs(x @ run.trace[4].weight - y)
    go(page, 4)
    order = np.argsort(-misses, kind="stable")
    said = page.locator("[aria-labelledby=ns-examples] svg").first
    assert f"Example {order[0]}:" in said.get_attribute("aria-label")
    page.locator("#ns-example").focus()
    page.keyboard.press("ArrowRight")
    assert f"Example {order[1]}:" in said.get_attribute("aria-label")
    assert f"Forward is example {order[1]}" in page.locator("section.inside").inner_text()


def test_its_axes_have_the_units_of_the_table(opened: Open):
    """Inputs are scaled for the steps; who looks at the line sees millimetres."""
    asked = {"inputs": ["flipper_length_mm"], "goal": "body_mass_g", "missing": "drop", "standardise": True, "batch": "all"}
    run = ns.descend(data=str(PENGUINS), alpha=0.3, epochs=20, **asked)
    page = opened(run)
    page.get_by_role("button", name="Inside a step").click()
    picture = page.get_by_role("img", name="342 examples and the node's line")
    marks = picture.locator("text.ax").all_text_contents()
    assert {"180", "200", "220"} <= set(marks)
    dot, mark = picture.locator("circle.dot-goal").first, picture.locator("text.ax", has_text="180").first
    x = [float(place.get_attribute(name)) for place, name in ((dot, "cx"), (mark, "x"))]
    first = float(run.recipe.examples.scaling.undo(run.recipe.examples.input)[0, 0])
    other = picture.locator("text.ax", has_text="220").first
    per_mm = (float(other.get_attribute("x")) - x[1]) / 40
    assert abs(x[0] - x[1] - per_mm * (first - 180)) < 1


def test_the_line_goes_through_the_data_as_least_squares_does_at_the_end(opened: Open):
    x, y = table(1)
    run = ns.descend(input=x[:, 0], goal=y, bias=True, alpha=0.5, batch="all", steps=200)
    page = opened(run)
    go(page, 199)
    said = page.locator("section.inside svg[role=img]").first.get_attribute("aria-label")
    slope, start = np.polyfit(x[:, 0], y, 1)
    told = said.split("weight ")[1].rstrip(".").split(" and bias ")
    np.testing.assert_allclose([read_number(text) for text in told], [slope, start], rtol=1e-3)
    assert page.locator("section.inside .dot-goal").count() == len(y)


def test_nothing_is_wider_than_a_phone_and_axe_is_silent(opened: Open):
    x, y = table(5)
    for size in ({"width": 390, "height": 844}, {"width": 1440, "height": 900}):
        for run in (
            pigs(),
            ns.descend(input=x, goal=y, bias=True, alpha=0.1, steps=30),
            ns.descend(input=x[:, 0], goal=y, alpha=0.1),
        ):
            page = opened(run, viewport=size, bypass_csp=True)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            found = found_by_axe(page)
            assert found == []


def test_a_network_opens_on_the_example_that_is_farthest_off_and_its_node_adds_up(opened: Open):
    x = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    goal = np.array([0.0, 1.0, 3.0, 0.0])
    network = ns.network([2, 3, 1], activation="tanh", seed=4)
    run = ns.descend(network=network, input=x, goal=goal, alpha=0.1, batch="all", steps=30)
    page = opened(run)
    worst = int(np.argmax(np.abs(np.ravel(run.trace[0].prediction) - goal)))
    assert page.get_by_label("example shown").input_value() == str(worst)
    page.get_by_label("layer opened").select_option("0")
    unfold(page.locator("section.side summary", has_text="Each weight's share"))
    first, bias = np.asarray(run.trace[0].layers[0].weight), np.asarray(run.trace[0].layers[0].bias)
    assert "together: the sum" in page.locator("table.share").first.inner_text()
    np.testing.assert_allclose(values(page, "tfoot .lane [data-value]"), [first[0] @ x[worst] + bias[0]], rtol=1e-15)
    page.get_by_label("layer opened").select_option("1")
    assert "together: the prediction" in page.locator("table.share").first.inner_text()
    shown = values(page, "tfoot .lane [data-value]")
    assert shown == [np.ravel(run.trace[0].prediction)[worst], np.ravel(run.trace[0].delta)[worst]]
