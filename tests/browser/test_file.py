"""The exported file in a real browser: the trace's bits on screen, live re-runs with Python's bits, keys, names, accessibility."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from browser.conftest import AXE, go

import nodescope as ns
from nodescope.diagnosis.live.run_facts import RunFacts
from nodescope.diagnosis.live.say import say

pytestmark = pytest.mark.usefixtures("chromium")

SEED = {"weight": 0.4, "input": 1, "goal": 0.6}
Open = Callable[..., Any]


def seed(**more: Any) -> ns.Run:
    return ns.descend(**{**SEED, "alpha": 0.1, "steps": 325, **more})


def exact(page: Any) -> dict[tuple[str, str], str]:
    """Every number of the step in view, as it stands in the table: (quantity, of what) → text."""
    cells = page.locator("td.exact")
    cells.first.wait_for()
    rows = cells.evaluate_all("all => all.map(c => [c.dataset.quantity, c.dataset.of, c.textContent])")
    return {(quantity, of): text for quantity, of, text in rows}


def as_python(value: float) -> str:
    return repr(float(value))


def same_as_the_trace(page: Any, run: ns.Run, step: int) -> None:
    go(page, step)
    numbers, told = exact(page), run.trace[step]
    for name in ("weight", "prediction", "goal", "delta", "mse", "weighted_delta", "alpha_delta", "new_weight"):
        shown = [text for (quantity, _), text in numbers.items() if quantity == name.replace("_", " ")]
        expected = [as_python(v) for v in np.ravel(told[name])]
        if name in ("prediction", "goal", "delta"):
            expected = [text for text in expected if text != "nan"]  # a last batch that is short
        bias = {"weight": "bias", "weighted_delta": "bias_weighted_delta", "alpha_delta": "bias_delta", "new_weight": "new_bias"}
        if name in bias and bias[name] in told.columns:
            outputs = np.ravel(told[bias[name]])
            blocks = np.reshape(told[name], (len(outputs), -1))
            expected = [as_python(v) for row, b in zip(blocks, outputs, strict=True) for v in [*row, b]]
        assert shown == expected, (name, step)


RUNS = {
    "seed": seed,
    "settled long ago": lambda: seed(steps=10**9),
    "cycling": lambda: seed(alpha=1.5, steps=10**6),
    "diverged": lambda: ns.descend(**SEED, alpha=2.5),
    "several inputs": lambda: ns.descend(weight=[0.4, 0.1, -1.0], input=[1, 0, 2.5], goal=0.6, alpha=0.1, bias=True, steps=40),
    "momentum, two nodes": lambda: ns.descend(
        weight=[[0.4, 1], [2, 3]], input=[[1, 2], [3, 4]], goal=[[1, 2], [3, 4]], alpha=0.01, rule="momentum", steps=60
    ),
    "adam": lambda: seed(rule="adam", steps=100),
    "shuffled batches": lambda: ns.descend(
        input=np.arange(14.0).reshape(7, 2), goal=np.arange(7.0), alpha=0.001, batch=3, order="shuffled", seed=5, epochs=9
    ),
    "frozen, lanes, summed": lambda: ns.descend(
        weight=np.ones(9), input=np.eye(9), goal=np.arange(9.0), alpha=0.05, batch="all", reduction="sum", summation="lanes",
        frozen=np.arange(9) % 2 == 0, steps=30,
    ),
    "schedule": lambda: ns.descend(**SEED, alpha=[0.5, 0.25, 0.1, 0.05]),
}  # fmt: skip


@pytest.mark.parametrize("name", RUNS)
def test_numbers_on_screen_are_the_traces(name: str, opened: Open):
    run = RUNS[name]()
    page = opened(run)
    page.locator("details.exactly > summary").click()
    for step in sorted({0, min(1, run.steps - 1), run.steps // 3, max(0, run.steps - 2), run.steps - 1}):
        same_as_the_trace(page, run, step)


def test_a_run_of_a_billion_moving_steps(opened: Open):
    run = ns.descend(**SEED, alpha=1e-8, steps=2 * 10**7)
    page = opened(run)
    page.locator("details.exactly > summary").click()
    for step in (0, 12_345_678, run.steps - 1):
        same_as_the_trace(page, run, step)


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
    page.locator("details.exactly > summary").click()
    same_as_the_trace(page, again, 7)


def test_every_digit_is_a_look_or_a_click_away(opened: Open):
    page, run = opened(seed()), seed()
    go(page, 4)
    number = page.locator("svg.loop [data-text]").nth(1)
    assert number.inner_html() == "0.4688"
    number.hover()
    assert page.locator(".digits").inner_text() == repr(run.trace[4].weight)
    page.get_by_role("group", name="Digits").get_by_text("all digits").click()
    cells = page.locator(".step-rows td[data-value]").all_inner_texts()
    step = run.trace[4]
    names = ("weight", "prediction", "delta", "weighted_delta", "alpha_delta", "new_weight")
    assert [text.replace("−", "-") for text in cells] == [repr(step[name]) for name in names]


@pytest.mark.parametrize("alpha", [0.7, 1.5, 1.99, 2.01, -0.3])
def test_alpha_changed_in_the_page_is_descend_to_the_bit(alpha: float, opened: Open):
    page, again = opened(seed()), seed(alpha=alpha)
    page.get_by_label("alpha, typed").fill(repr(alpha))
    page.get_by_label("alpha, typed").press("Enter")
    page.locator("details.exactly > summary").click()
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
    page.locator("details.exactly > summary").click()
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


def test_step_back_restores_exactly(opened: Open):
    page = opened(seed())
    page.locator("details.exactly > summary").click()
    go(page, 20)
    before = exact(page)
    page.get_by_role("button", name="Next").click()
    assert exact(page) != before
    page.get_by_role("button", name="Back", exact=True).click()
    assert exact(page) == before


def test_two_numbers_of_the_picture_never_share_a_text(opened: Open):
    """Over all steps of the seed: the numbers of the step's card, by what they show and what they are."""
    page = opened(seed())
    for step in range(325):
        go(page, step)
        pairs = page.locator(".inside [data-value]:not(h2 *)").evaluate_all("all => all.map(e => [e.textContent, e.dataset.value])")
        texts = dict(pairs)
        assert all(float(texts[text]) == float(value) for text, value in pairs), (step, pairs)
        assert len(pairs) >= 6


def test_the_stall_stands_among_its_neighbours(opened: Open):
    page = opened(seed())
    go(page, 317)
    stall = page.locator("svg.stall")
    said = stall.get_attribute("aria-label")
    assert "Weight 0.5999999999999994 is 5 doubles short of 0.6. The update is 0.5 of the gap" in said
    assert "the tie goes to the even number, which is the weight it already has" in said
    assert page.locator("h1").inner_text() == "It stops at 0.5999999999999994 and stays there."
    assert "half the distance to the next number: the weight stays" in page.locator(".inside h2").inner_text()


def test_everything_by_keyboard(opened: Open):
    page = opened(seed())
    step = page.get_by_label("step, typed")
    for place in (page.locator("button", has_text="Next"), page.locator("#ns-step")):
        place.focus()
        for key, expected in (("ArrowRight", 1), ("PageDown", 11), ("ArrowLeft", 10), ("PageUp", 0), ("End", 324), ("Home", 0)):
            page.keyboard.press(key)
            assert step.input_value() == str(expected), key
    page.keyboard.press("a")
    assert focused(page) == "ns-alpha"
    for key, alpha in (("ArrowRight", 0.12), ("Shift+ArrowRight", 0.122), ("PageUp", 0.322), ("Home", 0), ("End", 2.5)):
        page.keyboard.press(key)
        assert float(page.get_by_label("alpha, typed").input_value()) == pytest.approx(alpha), key


def focused(page: Any) -> str:
    return page.evaluate("document.querySelector('[data-nodescope]').shadowRoot.activeElement?.id ?? ''")


def test_keys_work_before_anything_has_the_focus_and_space_plays_after_a_click(opened: Open):
    page = opened(seed())
    page.keyboard.press("ArrowRight")
    page.keyboard.press("d")
    assert page.locator(".step-rows td.exact").count() == 6
    page.get_by_role("button", name="Next").click()
    assert page.get_by_label("step, typed").input_value() == "2"
    page.keyboard.press(" ")
    page.get_by_role("button", name="Pause").wait_for()
    page.keyboard.press(" ")
    page.keyboard.press("?")
    page.get_by_label("letters are keys").uncheck()
    page.get_by_role("button", name="start 0").focus()
    page.keyboard.press("a")
    assert focused(page) != "ns-alpha"


def test_what_is_typed_and_is_no_number_is_refused_in_words(opened: Open):
    page = opened(seed())
    box = page.get_by_label("alpha, typed")
    for typed, said in (("fast", "fast is no number: alpha stays 0.1."), ("1e400", "1e400 is beyond"), ("", "Nothing was typed")):
        box.fill(typed)
        box.press("Enter")
        assert page.get_by_role("alert").inner_text().startswith(said)
        assert box.input_value() == "0.1"
    box.fill("1,000.5")
    box.press("Enter")
    assert page.get_by_role("alert").count() == 0
    assert box.input_value() == "1000.5"


@pytest.mark.parametrize("size", [(1440, 900), (1280, 720), (820, 1180), (390, 844)])
@pytest.mark.parametrize("step", [4, 317])
def test_headline_alpha_and_play_are_in_view_together(size: tuple[int, int], step: int, opened: Open):
    page = opened(seed(), viewport={"width": size[0], "height": size[1]})
    go(page, step)
    page.evaluate("scrollTo(0, 0)")
    parts = ("h1", "button.play", "#ns-alpha") if step < 10 or size[0] < 1280 else ("h1", "button.play")
    for part in parts:
        box = page.locator(part).bounding_box()
        assert box["y"] >= 0, part
        assert box["y"] + box["height"] <= size[1], part


OVERLAPS = """() => {
  const root = document.querySelector("[data-nodescope]").shadowRoot, found = [];
  for (const svg of root.querySelectorAll("svg")) {
    const card = svg.closest(".card").getBoundingClientRect();
    const seen = (e) => e.textContent.trim() && e.getClientRects().length;
    const texts = [...svg.querySelectorAll("text")].filter(seen).map((e) => [e.textContent, e.getBoundingClientRect()]);
    texts.forEach(([text, a], i) => {
      if (a.left < card.left || a.right > card.right || a.top < card.top || a.bottom > card.bottom) found.push([text, "leaves"]);
      for (const [other, b] of texts.slice(i + 1)) {
        const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
        if (wide > 1.5 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 3.5) found.push([text, other]);
      }
    });
  }
  return found;
}"""


@pytest.mark.parametrize("width", [390, 820, 1280, 1440])
@pytest.mark.parametrize("name", ["seed", "diverged", "cycling", "several inputs", "shuffled batches", "small"])
def test_no_two_texts_of_a_picture_overlap_and_none_leaves_its_card(width: int, name: str, opened: Open):
    run = (RUNS | NETWORKS)[name]()
    page = opened(run, viewport={"width": width, "height": 720 if width == 1280 else 900})
    for step in sorted({0, 4, run.steps // 2, run.steps - 1}):
        go(page, step)
        assert page.evaluate(OVERLAPS) == [], step


def test_play_goes_on_by_itself_and_stops(opened: Open):
    page = opened(seed())
    page.get_by_role("button", name="Play").click()
    page.locator("#ns-step[aria-valuetext^='step 3 ']").wait_for()
    page.get_by_role("button", name="Pause").click()
    assert page.get_by_role("button", name="Play").is_visible()


HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(1)</script>",
    "\u202eabc",
    "x" * 100_000,
    "a&b\u2028c",
    "${1}",
    "__proto__",
]


def test_hostile_names_are_text(opened: Open):
    rng = np.random.default_rng(0)
    table = {name: rng.normal(size=9) for name in HOSTILE} | {"y": rng.normal(size=9)}
    page = opened(ns.descend(data=table, goal="y", alpha=0.01, epochs=3))
    assert page.locator("img").count() == 0
    assert page.locator(".fit-cards bdi").first.inner_text() in {name[:29] + "…" if len(name) > 30 else name for name in HOSTILE}
    page.get_by_role("button", name="Inside a step").click()
    page.locator("bdi.name").first.wait_for()
    assert page.locator("img").count() == 0
    shown = page.locator("bdi.name").all_inner_texts()
    assert shown[0] == HOSTILE[0]
    assert any(text.startswith("xxx") and len(text) <= 40 for text in shown)


def test_a_thousand_inputs_stay_readable(opened: Open):
    rng = np.random.default_rng(1)
    run = ns.descend(input=rng.normal(size=(5, 1000)), goal=rng.normal(size=5), alpha=1e-4, epochs=4)
    page = opened(run)
    assert page.locator("table.rows tbody tr").first.is_visible()
    assert "992 others" in page.locator("tr.rest").inner_text()
    page.get_by_label("Find an input").fill("999")
    assert page.locator("table.rows").first.locator("tbody tr").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


NETWORKS = {
    "small": lambda: ns.descend(
        network=ns.network([2, 3, 1], seed=2), input=[[0, 1], [1, 1], [2, -1]], goal=[1, 0, 0.5], alpha=0.1, batch=2, steps=50
    ),
    "adamw, relu, two outputs": lambda: ns.descend(
        network=ns.network([3, 5, 4, 2], activation="relu"), input=np.arange(12.0).reshape(4, 3) / 10, goal=np.eye(4)[:, :2],
        alpha=ns.schedule("cosine", start=0.05, end=0.001, steps=80), rule={"name": "adamw", "epsilon_inside": True},
        order="shuffled", seed=3, steps=80,
    ),
    "gelu, softplus, huber, one after another": lambda: ns.descend(
        network=ns.network([2, 4, 4, 1], activation="gelu", output_activation="softplus"), input=np.arange(10.0).reshape(5, 2) / 5,
        goal=np.arange(5.0), alpha=0.05, loss={"name": "huber", "threshold": 0.5}, update_order="sequential", batch="all", steps=60,
        frozen=[True, None, None], summation="lanes",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", NETWORKS)
def test_numbers_of_a_networks_nodes_are_the_traces(name: str, opened: Open):
    run = NETWORKS[name]()
    page = opened(run)
    page.locator("details.exactly > summary").click()
    for step in (0, run.steps // 2, run.steps - 1):
        go(page, step)
        told = run.trace[step]
        count = int((np.atleast_1d(told["example"]) >= 0).sum())
        for number, layer in enumerate(told.layers):
            page.get_by_label("layer opened").select_option(str(number))
            for node in range(len(layer.weight)):
                page.get_by_label("node opened").select_option(str(node))
                cells = page.locator("td.exact").evaluate_all("all => all.map(c => [c.dataset.quantity, c.textContent])")
                assert [t for q, t in cells if q == "mse"] == [as_python(told.mse)]
                for quantity in ("sum", "prediction", "delta"):
                    expected = np.reshape(layer[quantity], (-1, len(layer.weight)))[:count, node]
                    assert [t for q, t in cells if q == quantity] == [as_python(v) for v in expected]
                bias = {
                    "weight": "bias",
                    "weighted_delta": "bias_weighted_delta",
                    "alpha_delta": "bias_delta",
                    "new_weight": "new_bias",
                }
                for quantity, of_bias in bias.items():
                    expected = [*layer[quantity][node], layer[of_bias][node]]
                    assert [t for q, t in cells if q == quantity.replace("_", " ")] == [as_python(v) for v in expected]


def test_a_networks_alpha_changed_in_the_page_is_descend_to_the_bit(opened: Open):
    page = opened(NETWORKS["small"]())
    page.get_by_label("alpha, typed").fill("0.3")
    page.get_by_label("alpha, typed").press("Enter")
    again = ns.descend(
        network=ns.network([2, 3, 1], seed=2), input=[[0, 1], [1, 1], [2, -1]], goal=[1, 0, 0.5], alpha=0.3, batch=2, steps=50
    )
    page.locator("details.exactly > summary").click()
    go(page, 49)
    shown = page.locator("td.exact[data-quantity='new weight']").all_inner_texts()
    layer = again.trace[49].layers[0]
    assert shown == [as_python(v) for v in [*layer.new_weight[0], layer.new_bias[0]]]


def table() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(3)
    inputs = rng.normal(size=(12, 3)) * [1, 2, 0.6]
    return inputs, inputs @ [1, -0.5, 2] + rng.normal(size=12) * 0.5


def lowest_of(page: Any) -> list[float]:
    """Both weights of the lowest point that is drawn."""
    told = page.locator("[aria-labelledby=ns-contour] text.t-goal").get_attribute("data-value")
    return [float(number) for number in told.split(", ")]


def test_the_bowl_over_two_weights_has_its_lowest_point_at_least_squares(opened: Open):
    inputs, goal = table()
    best = np.linalg.lstsq(inputs[:, :2], goal, rcond=None)[0]
    page = opened(ns.descend(input=inputs[:, :2], goal=goal, alpha=0.08, epochs=40))
    shown = lowest_of(page)
    np.testing.assert_allclose(shown, best, rtol=1e-9)


def test_of_three_weights_two_are_chosen_and_the_third_is_held(opened: Open):
    inputs, goal = table()
    run = ns.descend(input=inputs, goal=goal, alpha=0.05, epochs=20)
    page = opened(run)
    go(page, 30)
    page.get_by_label("weight drawn across").select_option("1")
    page.get_by_label("weight drawn up").select_option("2")
    held = run.trace[30].weight[0]
    best = np.linalg.lstsq(inputs[:, 1:], goal - inputs[:, 0] * held, rcond=None)[0]
    shown = lowest_of(page)
    np.testing.assert_allclose(shown, best, rtol=1e-9)


def test_the_error_of_every_example_is_there(opened: Open):
    inputs, goal = table()
    run = ns.descend(input=inputs, goal=goal, alpha=0.05, epochs=20)
    page = opened(run)
    go(page, 29)
    card = page.locator("[aria-labelledby=ns-examples]")
    card.locator("summary").click()
    deltas = [float(text) for text in card.locator("tbody tr td:last-child").all_inner_texts()]
    np.testing.assert_allclose(deltas, inputs @ run.trace[29].weight - goal, rtol=1e-12, atol=1e-12)
    assert card.locator("tbody tr").nth(5).inner_text().startswith("5 (this step)")


def test_places_are_found_to_the_step(opened: Open):
    run = ns.descend(**SEED, alpha=1.99, steps=4000)
    mse, delta = run.trace[:]["mse"], run.trace[:]["delta"]
    page = opened(run)
    page.keyboard.press("?")
    page.locator(".jumps").wait_for()
    places = dict(text.rsplit(" ", 1) for text in page.locator(".jumps button").all_inner_texts())
    assert int(places["error below a tenth"]) == np.argmax(mse < mse[0] / 100)
    assert int(places["below a thousandth"].replace(",", "")) == np.argmax(mse < mse[0] / 1e6)
    assert int(places["first swing"]) == np.argmax(np.sign(delta) != np.sign(delta[0])) == 1
    page.keyboard.press("Escape")
    page.get_by_text("Every step around this one").click()
    said = page.locator("[aria-labelledby=ns-error] svg").nth(1).get_attribute("aria-label")
    assert said.startswith("mse of every step from 0 to 80")


def test_a_long_run_is_shown_without_going_through_it_again(monkeypatch: pytest.MonkeyPatch):
    """What the page of a long run costs is a few steps from kept states, however long the run was."""
    from nodescope.run.replay import Replay
    from nodescope.views.scene import STRETCHES, scene

    run = ns.descend(**SEED, alpha=1e-9, steps=2 * 10**7)
    diagnosis, gone, walk = ns.diagnose(run), [], Replay.walk
    monkeypatch.setattr(Replay, "walk", lambda self, at, state, steps: (gone.append(steps), walk(self, at, state, steps))[1])
    document = scene(run, diagnosis)
    assert 100 < len(document["overview"]["low"]) <= STRETCHES
    assert sum(gone) <= STRETCHES


@pytest.mark.parametrize(
    "name", ["seed", "diverged", "several inputs", "momentum, two nodes", "shuffled batches", "cycling", "small"]
)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(name: str, scheme: str, opened: Open):
    if not AXE.exists():
        pytest.skip("axe-core is not installed: make frontend")
    page = opened((RUNS | NETWORKS)[name](), color_scheme=scheme, bypass_csp=True)
    page.evaluate(AXE.read_text(encoding="utf-8"))
    tags = "['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice']"
    found = page.evaluate(f"axe.run({{runOnly: {tags}}})")["violations"]
    assert [(v["id"], [n["html"][:120] for n in v["nodes"]]) for v in found] == []


@pytest.mark.parametrize("width", [390, 820])
def test_nothing_runs_off_a_narrow_page(width: int, opened: Open):
    page = opened(seed(), viewport={"width": width, "height": 844})
    go(page, 324)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
