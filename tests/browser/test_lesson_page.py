"""A quiz in a browser: the answer is in no part of the page until a guess is made."""

from pathlib import Path
from typing import Any

import pytest
from browser.conftest import found_by_axe
from browser.test_start import page_of, seen

from nodescope.views.lessons.pages import as_html
from nodescope.views.lessons.six import LESSONS


def test_the_answer_comes_after_the_guess(tmp_path: Path, chromium: Any):
    file = tmp_path / "lesson.html"
    file.write_text(as_html(LESSONS[0], quiz=True), encoding="utf-8")
    page = chromium.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(file.as_uri())
    assert "0.5999" not in page.inner_text("body")
    assert page.locator("h2").count() == 0
    page.get_by_role("radio").first.check()
    assert "It is B: a hair below 0.6" in page.inner_text("h2")
    assert "Your guess was A." in page.inner_text("body")
    assert said == []
    page.close()


def test_guess_see_and_why_by_keyboard(tmp_path: Path, chromium: Any):
    """The mark is moved by keys; nothing tells beforehand what the run does; then why. At a projector's size Play is in view."""
    pytest.importorskip("starlette")
    with page_of(tmp_path) as guard, seen(chromium, guard, viewport={"width": 1280, "height": 720}) as page:
        at = page.url
        page.goto(f"{at}lesson/largest-alpha")
        page.get_by_label("Your guess: alpha").focus()
        for _ in range(3):
            page.keyboard.press("ArrowLeft")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.wait_for_selector("[data-ready]")
        assert page.locator("h1").all_inner_texts() == ["From which alpha on does it get nowhere now?"]
        assert "Your guess: 1.85." in page.inner_text("body")
        assert page.locator("#ns-verdict").count() == 0
        play = page.get_by_role("button", name="Play").bounding_box()
        assert play["y"] + play["height"] <= 720
        page.keyboard.press("ArrowRight")
        assert page.get_by_label("step, typed").input_value() == "1"
        page.get_by_role("button", name="Now tell me why").press("Enter")
        page.wait_for_selector("[data-ready]")
        assert page.locator("h1").first.inner_text() == "Your guess was 1.85; it is 0.5."
        assert page.get_by_role("link", name="Next: Three pigs, one node").is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_read_the_lessons(scheme: str, tmp_path: Path, chromium: Any):
    pytest.importorskip("starlette")
    with page_of(tmp_path) as guard, seen(chromium, guard, color_scheme=scheme, viewport={"width": 390, "height": 844}) as page:
        at = page.url
        for name in [*(lesson.name for lesson in LESSONS), "stalls?guess=1", "squares?number=2&why=1"]:
            page.goto(f"{at}lesson/{name}")
            if "?" in name:
                page.wait_for_selector("[data-ready]")
            found = found_by_axe(page)
            assert found == [], name
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
