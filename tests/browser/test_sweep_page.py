"""The map of a sweep in a real browser: by hand and by key, readable by all, the same offline and without scripts."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browser.conftest import found_by_axe
from browser.test_start import page_of
from browser.test_ways import at, looking

import nodescope as ns

pytest.importorskip("starlette")
SHOWN = "[...document.querySelectorAll('.tip')].filter(e => getComputedStyle(e).visibility == 'visible').map(e => e.textContent)"


def swept(page: Any, guard: Any) -> str:
    """A sweep asked for on the page of the first run, as its form proposes it."""
    at(page, guard, "/example/stalls")
    page.get_by_role("link", name="Sweep…").click()
    page.get_by_role("button", name="Sweep").click()
    page.wait_for_selector("svg.heat")
    place: str = page.url.split(f":{guard.port}")[1]
    return place


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_form_and_the_map_can_be_read_by_all(scheme: str, chromium: Any, tmp_path: Path):
    with page_of(tmp_path) as guard:
        place = ""
        for width in (1440, 390):
            options: dict[str, Any] = {"viewport": {"width": width, "height": 844}, "color_scheme": scheme, "bypass_csp": True}
            with looking(chromium, guard, **options) as page:
                place = place or swept(page, guard)
                for where in ("/run/1/sweep", place):
                    at(page, guard, where)
                    if where == place:
                        page.locator(".cell[tabindex='0']").focus()
                    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), where
                    assert found_by_axe(page) == [], where


def test_by_key_from_the_best_to_a_cell_and_its_run(chromium: Any, tmp_path: Path):
    with page_of(tmp_path) as guard, looking(chromium, guard) as page:
        swept(page, guard)
        assert page.locator(".cell[tabindex='0']").count() == 1
        page.get_by_role("link", name="Past the map").focus()
        page.keyboard.press("Tab")  # the map scrolls, and takes the focus where it may have to
        page.keyboard.press("Tab")
        name = page.evaluate("document.activeElement.getAttribute('aria-label')")
        assert name.startswith(page.locator("h1").inner_text().removeprefix("Best: ").partition(" (")[0])
        page.keyboard.press("ArrowUp")
        page.keyboard.press("ArrowRight")
        there = page.evaluate("document.activeElement.getAttribute('aria-label')")
        assert there != name
        assert page.evaluate(SHOWN) == [there.replace(": ", ":", 1)]
        page.locator(".cell rect").first.hover()
        assert len(page.evaluate(SHOWN)) == 1
        page.keyboard.press("Enter")
        page.wait_for_selector("[data-ready]")
        values = dict(part.split(" ") for part in there.partition(":")[0].split(", "))
        alpha = page.evaluate("JSON.parse(document.querySelector('#scene').textContent).recipe.alpha")
        assert f"{alpha:.4g}" == values["alpha"]
        at(page, guard, "/")
        row = page.locator("tr", has_text="sweep of run")
        assert "runs, 24 of alpha, 13 of weight; best: " in row.inner_text()
        row.get_by_role("link").click()
        page.wait_for_selector("svg.heat")


@pytest.mark.parametrize("scripts", [True, False])
def test_the_file_works_offline_and_without_scripts(scripts: bool, chromium: Any, tmp_path: Path):
    made = ns.sweep(input=1, goal=0.6, alpha=np.linspace(0.05, 2.5, 12), weight=[0.0, 0.4], steps=60)
    ns.export(made, path := tmp_path / "s.html")
    if not scripts:
        text = path.read_text(encoding="utf-8")
        path.write_text(text[: text.index('<script type="module">')] + text[text.index("</script>") :], encoding="utf-8")
    context = chromium.new_context(offline=True)
    page, said = context.new_page(), []
    page.on("console", lambda message: said.append(message.text))
    page.on("request", lambda request: said.append(request.url) if not request.url.startswith(("file:", "data:")) else None)
    page.goto(path.as_uri())
    cell = page.locator(".cell", has_text="alpha 0.2727").first  # of the second alpha, and of the larger weight, which is above
    assert page.locator(".keys").is_visible() == scripts
    cell.focus()
    assert cell.locator(".tip").is_visible()
    cell.press("Enter")
    assert page.url.partition("#")[2] == f"row-{2 * 1 + 1}"
    assert page.locator("tr:target").inner_text().startswith("row 3")
    context.close()
    assert said == []
