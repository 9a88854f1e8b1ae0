"""The exported file in a real browser: the trace's bits on screen, for every kind of run and at every step."""

from typing import Any

import numpy as np
import pytest
from browser.conftest import go, unfold
from browser.pages_of_runs import NETWORKS, RUNS, SEED, Open, as_python, exact, same_as_the_trace, seed, table

import nodescope as ns

pytestmark = pytest.mark.usefixtures("chromium")


@pytest.mark.parametrize("name", RUNS)
def test_numbers_on_screen_are_the_traces(name: str, opened: Open):
    run = RUNS[name]()
    page = opened(run)
    unfold(page.locator("details.exactly > summary"))
    for step in sorted({0, min(1, run.steps - 1), run.steps // 3, max(0, run.steps - 2), run.steps - 1}):
        same_as_the_trace(page, run, step)


def test_a_run_of_a_billion_moving_steps(opened: Open):
    run = ns.descend(**SEED, alpha=1e-8, steps=2 * 10**7)
    page = opened(run)
    unfold(page.locator("details.exactly > summary"))
    for step in (0, 12_345_678, run.steps - 1):
        same_as_the_trace(page, run, step)


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


def test_step_back_restores_exactly(opened: Open):
    page = opened(seed())
    unfold(page.locator("details.exactly > summary"))
    go(page, 20)
    before = exact(page)
    page.get_by_role("button", name="Next").click()
    assert exact(page) != before
    page.get_by_role("button", name="Back", exact=True).click()
    assert exact(page) == before


def test_two_numbers_of_the_picture_never_share_a_text(opened: Open):
    """Over all steps of the seed: the numbers of the step's card, by what they show and what they are."""
    page = opened(seed())
    typed = page.get_by_label("step, typed")
    for step in range(325):
        if step:
            page.keyboard.press("ArrowRight")
        assert typed.input_value() == str(step)
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


@pytest.mark.parametrize("name", NETWORKS)
def test_numbers_of_a_networks_nodes_are_the_traces(name: str, opened: Open):
    run = NETWORKS[name]()
    page = opened(run)
    unfold(page.locator("details.exactly > summary"))
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
    unfold(card.locator("summary"))
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
