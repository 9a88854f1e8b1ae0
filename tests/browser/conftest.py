"""A real Chromium. Where there is none the tests are skipped, and said so; CI refuses to skip."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
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


@pytest.fixture
def opened(chromium: Any, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """Opens a run as an exported file, offline; at the end no word may have come to the console."""
    contexts, said = [], []

    def open_run(run: ns.Run, **options: Any) -> Any:
        path = tmp_path / f"run{len(contexts)}.html"
        ns.export(run, path)
        settings = {"viewport": {"width": 1280, "height": 900}, "offline": True, "reduced_motion": "reduce"} | options
        contexts.append(chromium.new_context(**settings))
        page = contexts[-1].new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: said.append(request.url) if not request.url.startswith(("file:", "data:")) else None)
        page.goto(path.as_uri())
        page.wait_for_selector("[data-ready]", timeout=20_000)
        return page

    yield open_run
    for context in contexts:
        context.close()
    assert said == []


def unfold(summary: Any) -> None:
    """Open or close a fold as a person does. What it holds is drawn when the browser has told the page, a while after the click."""
    summary.evaluate(
        """element => { window.toggled = new Promise(done => element.parentElement.addEventListener(
          "toggle", () => setTimeout(done), { once: true })); }"""
    )
    summary.click()
    summary.evaluate("() => window.toggled")


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
