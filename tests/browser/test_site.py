"""The documentation as it was built: its pages of Learn are opened, their nodes driven, and axe looks at them, wide and on a phone.

`make docs` runs this file when the site is there. Without a site there is nothing to look at, and the tests say so.
"""

from typing import Any

import pytest
from browser.conftest import AXE
from conftest import ROOT

SITE = ROOT / "docs" / "_build" / "html"
LEARN = ["index.html", *sorted(f"learn/{page.stem}.html" for page in (ROOT / "docs" / "learn").glob("*.md"))]
LOCAL = ("file:", "data:", "blob:")
LIVE = "document.querySelectorAll('[data-nodescope]').length === document.querySelectorAll('[data-ready]').length"
FADED_IN = "Promise.all(document.getAnimations().map(one => one.finished))"
"""The theme lets what is opened fade in, and half faded text has little contrast."""
WITHIN_REACH = "[...document.querySelectorAll('pre')].every(one => one.scrollWidth <= one.clientWidth || one.tabIndex === 0)"
"""A third of a second after the width changes the theme lets the keyboard reach what can be scrolled."""
VIOLATIONS = """axe.run({preload: false}).then(found => found.violations.map(one =>
  one.id + ': ' + one.nodes.map(node => node.html.slice(0, 160)).join(' ')))"""


@pytest.mark.parametrize("name", LEARN)
def test_a_page_is_live_and_accessible(name: str, chromium: Any):
    """Every node plays, steps and takes an alpha; on a wide screen and on a phone axe finds nothing."""
    page = opened(chromium, name)
    nodes = page.locator("[data-nodescope]")
    assert name.endswith("index.html") or nodes.count() > 0
    for at in range(nodes.count()):
        drive(nodes.nth(at))
    page.evaluate("document.querySelectorAll('details.reveal, details.hide').forEach(one => one.open = true)")
    page.evaluate(FADED_IN)
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.wait_for_function(WITHIN_REACH, timeout=10_000)
        if AXE.exists():
            page.evaluate(AXE.read_text(encoding="utf-8"))
            assert page.evaluate(VIOLATIONS) == [], f"{name} at {width}"
    closed(page)


def test_the_page_of_seven_cases_is_live(chromium: Any):
    page = opened(chromium, "stall.html")
    assert page.locator("[data-nodescope]").count() == 6
    drive(page.locator("[data-nodescope]").first)
    closed(page)


def opened(chromium: Any, name: str) -> Any:
    """A page of the site whose nodes are there; what it says in the console, and asks for elsewhere, is kept for `closed`."""
    if not (SITE / name).exists():
        pytest.skip("the documentation is not built: make docs")
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, offline=True, reduced_motion="reduce")
    page = context.new_page()
    page.said = []
    page.on("console", lambda message: page.said.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: page.said.append(str(error)))
    page.on("request", lambda asked: page.said.append(asked.url) if not asked.url.startswith(LOCAL) else None)
    page.goto((SITE / name).as_uri())
    page.wait_for_function(LIVE, timeout=30_000)
    return page


def closed(page: Any) -> None:
    """Nothing was said, and nothing asked for."""
    page.context.close()
    assert page.said == []


def drive(node: Any) -> None:
    """Step on and back, play, and take another alpha; the result of a fit has its way behind a button."""
    inside = node.get_by_role("button", name="Inside a step")
    if inside.count():
        inside.click()
    step = node.get_by_label("step, typed")
    node.get_by_role("button", name="Next").click()
    assert step.input_value() == "1"
    node.get_by_role("button", name="Back").click()
    assert step.input_value() == "0"
    node.get_by_role("button", name="Play").click()
    node.page.wait_for_function("box => box.value !== '0'", arg=step.element_handle(), timeout=10_000)
    pause = node.get_by_role("button", name="Pause")
    if pause.count():
        pause.click()
    alpha = node.get_by_label("alpha, typed")
    before = alpha.input_value()
    node.get_by_role("button", name="try alpha").first.click()
    node.page.wait_for_function("([box, was]) => box.value !== was", arg=[alpha.element_handle(), before], timeout=10_000)
