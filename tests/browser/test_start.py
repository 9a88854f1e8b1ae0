"""The start page: one node at work, six runs that open, a network builder, and runs that outlive the server."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from browser.conftest import found_by_axe, pages_of
from conftest import ROOT

import nodescope as ns

pytest.importorskip("starlette")


@contextmanager
def page_of(kept: Path) -> Iterator[Any]:
    from nodescope.hosts.page import served
    from nodescope.hosts.server import server_of

    with served(kept=kept) as (guard, bound):
        server = server_of(guard)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]})
        thread.start()
        try:
            while not server.started:
                time.sleep(0.02)
            yield guard
        finally:  # of a test that fails too: else the tests would never end
            server.should_exit = True
            thread.join(10)


@contextmanager
def seen(chromium: Any, guard: Any, **options: Any) -> Iterator[Any]:
    said: list[str] = []
    listeners = {
        "console": lambda message: said.append(message.text),
        "pageerror": lambda error: said.append(str(error)),
        "request": lambda request: said.append(request.url) if f":{guard.port}/" not in request.url else None,
    }
    settings = {"viewport": {"width": 1440, "height": 900}, "reduced_motion": "reduce"} | options
    with pages_of(chromium).one(listeners, **settings) as page:
        page.goto(guard.address)
        page.wait_for_selector("[data-view=start][data-ready]")
        yield page
    assert [text for text in said if not text.startswith("data:")] == []


def test_alpha_changes_the_four_sentences_and_the_bar(chromium: Any, tmp_path: Path):
    with page_of(tmp_path) as guard, seen(chromium, guard) as page:
        told = page.locator("ol li")
        assert told.nth(0).inner_text() == "It guesses 0.4."
        assert told.nth(1).inner_text() == "That is 0.2 too low."
        page.get_by_role("button", name="Next").click()
        step = ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1, steps=325).trace[1]
        shown = [float(text) for text in told.locator("data").evaluate_all("all => all.map(e => e.value)")]
        assert shown[:4] == [step.prediction, abs(step.delta), abs(step.delta), abs(step.alpha_delta)]
        assert step.new_weight in shown
        page.get_by_label("alpha, typed").fill("2.05")
        page.keyboard.press("Enter")
        assert "diverges" in page.locator(".alpha .say").inner_text()
        assert "overshoots" in told.nth(2).inner_text()


def test_it_plays_once_until_touched_and_never_where_motion_is_unwanted(chromium: Any, tmp_path: Path):
    with page_of(tmp_path) as guard:
        with seen(chromium, guard) as page:
            page.wait_for_timeout(700)
            assert page.get_by_role("button", name="Play").is_visible()
        with seen(chromium, guard, reduced_motion="no-preference") as page:
            page.get_by_role("button", name="Pause").wait_for()
            page.locator("li", has_text="0.42").first.wait_for()
            page.mouse.click(300, 300)
            page.get_by_role("button", name="Play").wait_for()


def test_an_alpha_that_was_typed_is_there_when_the_node_is_opened(chromium: Any, tmp_path: Path):
    with page_of(tmp_path) as guard, seen(chromium, guard) as page:
        link = page.get_by_role("link", name="Open this node")
        assert link.get_attribute("href") == "/example/stalls"
        page.get_by_label("alpha, typed").fill("1.7")
        page.get_by_label("alpha, typed").press("Enter")
        link.click()
        page.get_by_role("button", name="Back to alpha 0.1").wait_for()
        assert page.get_by_label("alpha, typed").input_value() == "1.7"
        assert "oscillates" in page.locator("section.alpha .say p").inner_text()


@pytest.mark.parametrize("name", ["It stalls", "It oscillates", "It diverges", "Three little pigs", "XOR", "Penguins"])
def test_each_card_opens_its_run(name: str, chromium: Any, tmp_path: Path):
    with page_of(tmp_path) as guard, seen(chromium, guard) as page:
        card = page.get_by_role("link", name=name)
        assert card.locator("svg > *").count() > 2
        card.click()
        page.wait_for_selector("[data-home][data-ready]", timeout=20_000)
        assert page.locator("h1").inner_text()


def test_a_network_is_built_and_what_is_wrong_with_it_is_said_with_what_was_typed(chromium: Any, tmp_path: Path):
    with page_of(tmp_path) as guard, seen(chromium, guard) as page:
        page.get_by_label("What it learns").select_option("ring")
        page.get_by_label("Nodes in between").fill("6,4")
        page.get_by_role("button", name="Build and run").click()
        page.wait_for_selector("[data-home][data-ready]", timeout=20_000)
        scene = json.loads(page.locator("#scene").inner_text())
        assert [layer["outputs"] for layer in scene["recipe"]["layers"]] == [6, 4, 1]
        assert scene["recipe"]["n"] == 48
    from nodescope.hosts.toys import of_network

    with pytest.raises(ns.errors.InputError, match="hidden nodes are '8,x'"):
        of_network({"hidden": ["8,x"]})


def test_runs_outlive_the_server_with_their_sentence_and_curve(chromium: Any, tmp_path: Path):
    kept = tmp_path / "runs"
    with page_of(kept) as guard, seen(chromium, guard) as page:
        assert "Your runs will be listed here." in page.locator("main").inner_text()
        assert not kept.exists()
        page.get_by_label("alpha: how big a part it corrects").fill("2.05")
        page.get_by_role("button", name="Run", exact=True).click()
        page.wait_for_selector("[data-home][data-ready]")
    (kept / "of somebody else.nodescope").write_text("no run")
    (kept / "of somebody else.json").write_text('{"curve": 7}')
    with page_of(kept) as guard, seen(chromium, guard) as page:
        rows = page.locator("tbody tr")
        assert rows.count() == 1
        assert "Alpha is too large" in rows.inner_text()
        assert rows.locator("path").count() == 1
        by_ear = page.get_by_role("row").nth(1).get_by_role("img").get_attribute("aria-label")
        assert by_ear.startswith("from 0.04 to "), "the small curve says what it shows"
        page.get_by_role("link", name="0.4 × 1 → 0.6, alpha 2.05").click()
        page.wait_for_selector("[data-home][data-ready]")


def test_nothing_is_wider_than_its_screen_and_axe_is_silent(chromium: Any, tmp_path: Path):
    with page_of(tmp_path) as guard:
        for width, scheme in ((1440, "light"), (1280, "dark"), (390, "light")):
            options = {"viewport": {"width": width, "height": 800}, "color_scheme": scheme, "bypass_csp": True}
            with seen(chromium, guard, **options) as page:
                assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
                found = found_by_axe(page)
                assert found == []


def test_the_penguins_of_the_page_are_those_of_the_examples():
    from nodescope.hosts.showcase import penguins

    assert penguins().read_bytes() == (ROOT / "examples" / "penguins.csv").read_bytes()


def test_the_runs_so_far_are_whole_on_a_phone_and_no_number_is_broken(chromium: Any, tmp_path: Path):
    with page_of(tmp_path) as guard:
        for steps in (13_700, 100_000):
            run = ns.descend(weight=0.4, input=1, goal=0.6, alpha=1e-5, steps=steps)
            guard.app.routes[0].endpoint.__self__.desk.jobs.hold("a run with a name as long as a whole sentence on its own", run)
        with seen(chromium, guard, viewport={"width": 1280, "height": 800}) as page:
            heights = page.locator(".made .n").evaluate_all("all => all.map(e => getComputedStyle(e).whiteSpace)")
            assert set(heights) == {"nowrap"}
        with seen(chromium, guard, viewport={"width": 390, "height": 844}) as page:
            wide = (
                "all => all.map(e => e.getBoundingClientRect()).filter(r => r.width && (r.right > innerWidth || r.left < 0)).length"
            )
            parts = page.locator(".runs, .made :is(th, td), .made svg, .runs + form :is(label, select)")
            assert parts.count() >= 16
            assert parts.evaluate_all(wide) == 0
