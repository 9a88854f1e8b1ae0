"""A real Chromium. Where there is none the tests are skipped, and said so; CI refuses to skip."""

import itertools
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT

import nodescope as ns

CHROMIUM = os.environ.get("NODESCOPE_CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-sync",
    "--disable-component-update", "--font-render-hinting=none", "--force-color-profile=srgb",
]  # fmt: skip
POWERS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
BLANK = Path(__file__).with_name("blank.html")
FORGET = "localStorage.clear(); sessionStorage.clear()"
AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """The browser, one for all tests."""
    if not Path(CHROMIUM).exists():
        if os.environ.get("CI"):
            pytest.fail("no Chromium in CI: .ci/run has to install it")
        pytest.skip("no Chromium here (Debian: apt-get install chromium), so what needs a browser is not tested")
    api = pytest.importorskip("playwright.sync_api")
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


class Pages:
    """Pages of the browser, each opened again in place of the last where it was opened in the same way.

    A new context costs its processes, and the page's program is read and compiled anew: together most of what a test costs. What a
    test may leave behind is taken away: where the mouse is, what is stored, and who listens.
    """

    def __init__(self, browser: Any) -> None:
        self.browser = browser
        self.left: dict[str, list[Any]] = {}

    @contextmanager
    def one(self, listeners: dict[str, Callable[[Any], None]], **settings: Any) -> Iterator[Any]:
        """A page that is nobody else's, in a context with these settings; it is left to others only where all went well."""
        left = self.left.setdefault(json.dumps(settings, sort_keys=True), [])
        page = left.pop() if left else self.browser.new_context(**settings).new_page()
        for event, listener in listeners.items():
            page.on(event, listener)
        try:
            yield page
        except BaseException:
            page.context.close()
            raise
        for event, listener in listeners.items():
            page.remove_listener(event, listener)
        page.unroute_all()
        page.mouse.move(0, 0)
        if page.url.startswith("http"):
            page.evaluate(FORGET)
        page.context.clear_cookies()
        page.goto(BLANK.as_uri())  # of the same origin as all files
        page.evaluate(FORGET)
        left.append(page)


pages_of = cache(Pages)
"""Those of a browser."""


@pytest.fixture
def opened(chromium: Any, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """Opens a run as an exported file, offline; at the end no word may have come to the console."""
    said: list[str] = []
    count = itertools.count()
    listeners: dict[str, Callable[[Any], None]] = {
        "console": lambda message: said.append(message.text),
        "pageerror": lambda error: said.append(str(error)),
        "request": lambda request: said.append(request.url) if not request.url.startswith(("file:", "data:")) else None,
    }
    with ExitStack() as taken:

        def open_run(run: ns.Run, **options: Any) -> Any:
            path = tmp_path / f"run{next(count)}.html"
            ns.export(run, path)
            settings = {"viewport": {"width": 1280, "height": 900}, "offline": True, "reduced_motion": "reduce"} | options
            page = taken.enter_context(pages_of(chromium).one(listeners, **settings))
            page.goto(path.as_uri())
            page.wait_for_selector("[data-ready]", timeout=20_000)
            return page

        yield open_run
    assert said == []


def unfold(summary: Any) -> None:
    """Open or close a fold as a person does. What it holds is drawn when the browser has told the page, a while after the click."""
    summary.evaluate(
        """element => { window.toggled = new Promise(done => element.parentElement.addEventListener(
          "toggle", () => setTimeout(done), { once: true })); }"""
    )
    summary.click()
    summary.evaluate("() => window.toggled")


TAGS = ("wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice")
"""Of axe's rules: those that our own pages are held to."""


def found_by_axe(page: Any, *tags: str) -> list[str]:
    """What axe finds wrong with a page, by its rules of some tags, or by all: each rule, and the elements."""
    if not AXE.exists():
        if os.environ.get("CI"):
            pytest.fail("no axe-core in CI: make check-frontend has to install it")
        pytest.skip("axe-core is not installed: make frontend")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    asked = {"resultTypes": ["violations"]} | ({"runOnly": list(tags)} if tags else {})  # all else would be told in full too
    found: list[str] = page.evaluate(
        "asked => axe.run(asked).then(r => r.violations.map(v => v.id + ': ' + v.nodes.map(n => n.html).join(' ')))", asked
    )
    return found


def read_number(text: str) -> float:
    """A number as the page writes it to be read: 1,235 or −5.55 × 10⁻¹⁷."""
    plain = re.sub(r"(?:^|(?<=−)|(?<=× ))10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)$", lambda m: f"e{m[1].translate(POWERS)}", text.replace(",", ""))
    plain = plain.replace(" × ", "").replace("−", "-")
    return float(re.sub(r"^(-?)e", r"\g<1>1e", plain))


def go(page: Any, step: int) -> None:
    """Go to a step of the run in view."""
    box = page.get_by_label("step, typed")
    box.fill(str(step))
    box.press("Enter")
