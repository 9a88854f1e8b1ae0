"""What follows a run on the local page, by hand and by key: readable by all, nothing moves, nothing leaves the machine."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from browser.conftest import found_by_axe, pages_of
from browser.test_start import page_of

pytest.importorskip("starlette")
PAGES = (
    "/lessons", "/lesson/stalls", "/lesson/three-pigs?guess=1", "/lesson/squares?guess=0&why=1", "/run/1/predict", "/run/1/more",
    "/run/1/change", "/run/1/compare", "/run/1", "/run/2",
)  # fmt: skip


@contextmanager
def looking(chromium: Any, guard: Any, **options: Any) -> Iterator[Any]:
    """A browser at the start page; at the end no word may have come to its console, and nothing may have left the machine."""
    said: list[str] = []
    listeners = {
        "console": lambda message: said.append(message.text),
        "pageerror": lambda error: said.append(str(error)),
        "request": lambda request: said.append(request.url) if f":{guard.port}/" not in request.url else None,
    }
    settings = {"viewport": {"width": 1440, "height": 900}, "reduced_motion": "reduce"} | options
    with pages_of(chromium).one(listeners, **settings) as page:
        page.goto(guard.address)
        page.wait_for_selector("[data-ready]")
        yield page
    assert [text for text in said if not text.startswith(("data:", "blob:"))] == []


def at(page: Any, guard: Any, place: str) -> Any:
    page.goto(f"http://127.0.0.1:{guard.port}{place}")
    if page.locator("[data-nodescope]").count():
        page.wait_for_selector("[data-ready]")
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [(1440, 900), (390, 844)], ids=str)
def test_every_page_can_be_read_by_all(scheme: str, size: tuple[int, int], chromium: Any, tmp_path: Path):
    options: dict[str, Any] = {"viewport": {"width": size[0], "height": size[1]}, "color_scheme": scheme, "bypass_csp": True}
    with page_of(tmp_path) as guard, looking(chromium, guard, **options) as page:
        at(page, guard, "/example/penguins")
        at(page, guard, "/example/pigs")
        for place in PAGES:
            at(page, guard, place)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), place
            found = found_by_axe(page)
            assert found == [], place


def test_ways_are_had_by_key_and_by_ear(chromium: Any, tmp_path: Path):
    with page_of(tmp_path) as guard, looking(chromium, guard) as page:
        at(page, guard, "/example/penguins")
        ways = page.get_by_role("navigation", name="What to do with it")
        told = ways.aria_snapshot()
        assert 'link "Compare with…"' in told
        assert 'link "Save run"' in told
        summary = ways.locator("summary", has_text="Export")
        summary.focus()
        page.keyboard.press("Enter")
        assert ways.get_by_role("link", name="every number of every step (.csv)").is_visible()
        page.keyboard.press("Escape")
        assert not ways.get_by_role("link", name="every number of every step (.csv)").is_visible()
        with page.expect_download() as saved:
            ways.get_by_role("link", name="Save run").press("Enter")
        assert saved.value.suggested_filename == "run-1.nodescope"


def test_a_lesson_by_key_alone(chromium: Any, tmp_path: Path):
    with page_of(tmp_path) as guard, looking(chromium, guard) as page:
        page.get_by_role("link", name="Lessons").press("Enter")
        page.get_by_role("link", name="Does it arrive?").press("Enter")
        page.get_by_role("radio").first.focus()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        page.wait_for_selector("[data-ready]")
        assert page.locator(".beats [aria-current]").inner_text() == "2 See it run"
        page.get_by_role("button", name="Now tell me why").press("Enter")
        page.wait_for_selector("[data-ready]")
        assert page.locator(".lesson-head > h1").inner_text().startswith("Your guess was B, and so it is")


def test_nothing_moves_where_motion_is_not_wanted(chromium: Any, tmp_path: Path):
    with page_of(tmp_path) as guard, looking(chromium, guard) as page:
        for place in ("/", "/example/stalls", "/example/xor", "/lesson/overshoots?guess=1"):
            at(page, guard, place)
            before = page.screenshot()
            page.wait_for_timeout(600)
            assert page.screenshot() == before, place
            moving = "[...document.querySelectorAll('[data-nodescope]')].flatMap(e => e.shadowRoot.getAnimations()).length"
            assert page.evaluate(moving) == 0
