"""A quiz in a browser: the answer is in no part of the page until a guess is made."""

from pathlib import Path
from typing import Any

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
