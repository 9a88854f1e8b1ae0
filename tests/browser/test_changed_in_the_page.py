"""What is changed in the exported file, in a real browser, runs again with Python's bits."""

import re

import numpy as np
import pytest
from browser.conftest import go, unfold
from browser.pages_of_runs import NETWORKS, Open, as_python, same_as_the_trace, seed, table

import nodescope as ns
from nodescope.diagnosis.live.run_facts import RunFacts
from nodescope.diagnosis.live.say import say

pytestmark = pytest.mark.usefixtures("chromium")
ENDS: dict[float, str] = {
    1.0: "It reaches the goal exactly after 1 step.",
    2.0: "It goes to and fro between",
    2.05: "At alpha 2.05 it diverges: every step lands farther from the goal.",
    0.0: "Nothing moves: the weight stays at 0.4.",
}


def test_what_is_told_is_of_the_alpha_under_the_hand(opened: Open):
    """No sentence on the page speaks of another alpha than the one it has now; those of the verdict are Python's."""
    page = opened(seed())
    assert page.locator("[aria-labelledby=ns-verdict]").count() == 1
    for alpha, told in ENDS.items():
        page.get_by_label("alpha, typed").fill(repr(alpha))
        page.get_by_label("alpha, typed").press("Enter")
        assert page.locator("h1").inner_text().startswith(told)
        again = ns.diagnose(seed(alpha=alpha))
        told_of_it = page.locator("[aria-labelledby=ns-verdict]").inner_text()
        assert again.headline in told_of_it
        assert f"Foretold: {again.forecast.sentence}" in told_of_it
        assert "makes up a tenth" not in page.locator("main").inner_text()


def test_goal_and_input_are_moved_in_the_picture(opened: Open):
    """Dragged or by the arrow keys: the numbers are descend's, and what is said is of the run that they make."""
    page = opened(seed())
    box = page.locator(".grip circle").nth(1).bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y - 40, steps=4)
    page.mouse.up()
    goal = float(page.locator("#ns-goal").input_value())
    assert 0.65 < goal < 0.9
    page.keyboard.press("i")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    assert float(page.locator("#ns-input").input_value()) == 1.2
    again = ns.descend(weight=0.4, input=1.2, goal=goal, alpha=0.1, steps=325)
    assert page.locator("h1").inner_text() == say("head", RunFacts(again))
    assert ns.diagnose(again).headline in page.locator("[aria-labelledby=ns-verdict]").inner_text()
    unfold(page.locator("details.exactly > summary"))
    same_as_the_trace(page, again, 7)


@pytest.mark.parametrize("alpha", [0.7, 1.5, 1.99, 2.01, -0.3])
def test_alpha_changed_in_the_page_is_descend_to_the_bit(alpha: float, opened: Open):
    page, again = opened(seed()), seed(alpha=alpha)
    page.get_by_label("alpha, typed").fill(repr(alpha))
    page.get_by_label("alpha, typed").press("Enter")
    unfold(page.locator("details.exactly > summary"))
    for step in (0, 7, 100, again.steps - 1):
        same_as_the_trace(page, again, step)
    page.get_by_text("Change something").click()
    page.get_by_role("button", name="Back to the run as it was").click()
    same_as_the_trace(page, seed(), 3)


def test_alpha_dragged_with_keys_is_descend_to_the_bit(opened: Open):
    page = opened(seed())
    slider = page.locator("#ns-alpha")
    slider.focus()
    for _ in range(25):
        slider.press("ArrowRight")
    alpha = float(slider.input_value())
    assert alpha != 0.1
    unfold(page.locator("details.exactly > summary"))
    same_as_the_trace(page, seed(alpha=alpha), 50)


def test_what_if_from_here_is_a_run_from_there(opened: Open):
    page = opened(seed())
    go(page, 10)
    page.get_by_text("Change something").click()
    page.get_by_label("what if, from step").check()
    box = page.get_by_label("weight", exact=True)
    box.fill("1.5")
    box.press("Enter")
    row = page.locator("tr", has_text="weight 1.5").locator("td")
    page.wait_for_selector("text=two futures")
    steps = int(re.search(r"after (\d+) steps", page.locator("caption", has_text="two futures").inner_text()).group(1))
    there = ns.descend(weight=1.5, input=1, goal=0.6, alpha=0.1, steps=steps - 10)
    assert row.first.inner_text() == repr(there.weight)


def test_a_weight_is_dragged_in_the_bowl_or_moved_by_keys(opened: Open):
    """The same what if by pointer and by keys; let go, the run is as it was."""
    page = opened(seed())
    go(page, 10)
    bowl = page.locator("[aria-labelledby=ns-parabola]")
    ring = bowl.locator("circle.halo").bounding_box()
    at = [ring["x"] + ring["width"] / 2, ring["y"] + ring["height"] / 2]
    page.mouse.move(*at)
    page.mouse.down()
    page.mouse.move(at[0] + 60, at[1])
    page.mouse.up()
    dragged = float(bowl.locator("text[data-value]").get_attribute("data-value"))
    assert dragged > seed().trace[10].weight + 0.02
    bowl.get_by_role("button", name="Let go").click()
    assert bowl.locator("text[data-value]").get_attribute("data-value") == repr(seed().trace[10].weight)
    page.keyboard.press("w")
    page.keyboard.press("ArrowRight")
    held = float(bowl.locator("text[data-value]").get_attribute("data-value"))
    steps = int(re.search(r"in (\d+) steps", bowl.inner_text()).group(1))
    there = ns.descend(weight=held, input=1, goal=0.6, alpha=0.1, steps=steps)
    assert bowl.locator("p data").nth(1).get_attribute("value") == repr(there.weight)


def test_the_curves_label_is_the_error_over_all_examples_and_a_press_goes_to_its_step(opened: Open):
    inputs, goal = table()
    run = ns.descend(input=inputs, goal=goal, alpha=0.05, epochs=20)
    page = opened(run)
    go(page, 31)
    card = page.locator("[aria-labelledby=ns-error]")
    shown = float(card.locator("text[data-value]").get_attribute("data-value"))
    assert shown == pytest.approx(np.mean((inputs @ run.trace[31].weight - goal) ** 2), rel=1e-12)
    assert card.locator("text[data-value]").text_content().startswith("step 31: ")
    curve = card.locator("svg.drag")
    curve.click(position={"x": curve.bounding_box()["width"] - 12, "y": 60})
    assert int(page.get_by_label("step, typed").input_value()) > run.steps - 5
    card.get_by_text("As a table").click()
    first = card.locator("tbody td").first.inner_text()
    assert float(first) == pytest.approx(np.mean(goal**2), rel=1e-12)


def test_a_networks_alpha_changed_in_the_page_is_descend_to_the_bit(opened: Open):
    page = opened(NETWORKS["small"]())
    page.get_by_label("alpha, typed").fill("0.3")
    page.get_by_label("alpha, typed").press("Enter")
    again = ns.descend(
        network=ns.network([2, 3, 1], seed=2), input=[[0, 1], [1, 1], [2, -1]], goal=[1, 0, 0.5], alpha=0.3, batch=2, steps=50
    )
    unfold(page.locator("details.exactly > summary"))
    go(page, 49)
    shown = page.locator("td.exact[data-quantity='new weight']").all_inner_texts()
    layer = again.trace[49].layers[0]
    assert shown == [as_python(v) for v in [*layer.new_weight[0], layer.new_bias[0]]]
