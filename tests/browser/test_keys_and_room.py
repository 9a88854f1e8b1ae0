"""The exported file in a real browser, by keyboard, with any names, on any screen: keys, room, accessibility."""

from typing import Any

import numpy as np
import pytest
from browser.conftest import TAGS, found_by_axe, go
from browser.pages_of_runs import NETWORKS, RUNS, Open, seed

import nodescope as ns

pytestmark = pytest.mark.usefixtures("chromium")


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


def test_why_it_stands_there_and_the_marks_are_one_press_away(opened: Open):
    page = opened(seed(), viewport={"width": 1440, "height": 900})
    page.get_by_role("button", name="Why just there?").click()
    assert page.get_by_label("step, typed").input_value() == "317"
    assert "exactly half way to the next one" in page.locator(".last-bits").inner_text()
    assert page.get_by_role("button", name="Why just there?").count() == 0
    page.locator(".marks button", has_text="66: ").click()
    assert page.get_by_label("step, typed").input_value() == "66"
    page.keyboard.press("ArrowRight")
    assert page.get_by_label("step, typed").input_value() == "67"
    page = opened(ns.descend(weight=0.4, input=1, goal=0.6, alpha=1.0))
    assert page.get_by_role("button", name="Why just there?").count() == 0


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


SHAPES = [
    [2, 4, 3, 1], [2, 2, 1], [2, 8, 8, 1], [3, 4, 1], [2, 16, 1], [4, 5, 5, 5, 1], [8, 20, 20, 1], [1, 4, 1], [2, 3, 2], [6, 3, 1],
]  # fmt: skip


@pytest.mark.parametrize("size", [(1440, 900), (1280, 720)])
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_alpha_and_film_of_any_network_are_above_the_row_of_the_steps(shape: list[int], size: tuple[int, int], opened: Open):
    rng = np.random.default_rng(0)
    x, goal = rng.normal(size=(12, shape[0])), rng.normal(size=(12, shape[-1]))
    layers = ns.network(shape, activation="tanh", seed=0)
    run = ns.descend(network=layers, input=x, goal=goal, alpha=0.1, batch="all", steps=60)
    page = opened(run, viewport={"width": size[0], "height": size[1]})
    for step in (0, 59):
        go(page, step)
        page.evaluate("scrollTo(0, 0)")
        dock = page.locator(".dock").bounding_box()["y"]
        for part in (".film", ".alpha"):
            box = page.locator(part).bounding_box()
            assert box["y"] + box["height"] <= dock, (step, part)


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


@pytest.mark.parametrize(
    "name", ["seed", "diverged", "several inputs", "momentum, two nodes", "shuffled batches", "cycling", "small"]
)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(name: str, scheme: str, opened: Open):
    page = opened((RUNS | NETWORKS)[name](), color_scheme=scheme, bypass_csp=True)
    assert found_by_axe(page, *TAGS) == []


@pytest.mark.parametrize("width", [390, 820])
def test_nothing_runs_off_a_narrow_page(width: int, opened: Open):
    page = opened(seed(), viewport={"width": width, "height": 844})
    go(page, 324)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
