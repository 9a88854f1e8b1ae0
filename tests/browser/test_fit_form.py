"""The form for a table and what comes of it, in a browser: no fault that axe sees, at both widths, in light and dark."""

from pathlib import Path
from typing import Any

import pytest
from browser.conftest import found_by_axe, unfold
from browser.test_start import page_of, seen
from conftest import ROOT

pytest.importorskip("starlette")


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_the_form_and_its_result(width: int, scheme: str, chromium: Any, tmp_path: Path):
    options = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme, "bypass_csp": True}
    with page_of(tmp_path) as guard, seen(chromium, guard, **options) as page:
        page.set_input_files("input[type=file]", ROOT / "examples" / "penguins.csv")
        page.get_by_role("button", name="Look at its columns").click()
        page.wait_for_selector("text=Fit it")
        assert page.locator("select[name=goal]").input_value() == ""  # nothing is chosen by itself
        assert page.locator("section", has_text="Its first rows").locator("tbody tr").count() == 3
        for summary in page.locator("summary").all():
            unfold(summary)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert found_by_axe(page) == []
        page.locator("select[name=goal]").select_option(label="species")
        page.get_by_role("button", name="Fit", exact=True).click()
        page.wait_for_selector("[data-ready]", timeout=60_000)
        assert "of 69 rows it never saw." in page.locator("h1").inner_text()
        assert page.get_by_text("Always saying Adelie is right for").is_visible()
        assert page.locator("table.confusion tbody tr").count() == 3
        assert "goal: species, one of 3 classes" in page.locator("section", has_text="What was decided").last.inner_text()
