"""Advice can be followed where it stands: a page says what to press, Python's words keep the call."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from conftest import ROOT, until
from hosts.conftest import Page
from hosts.test_rubbish import NODE

import nodescope as ns
from nodescope.hosts import file
from nodescope.views.lessons.six import LESSONS

PENGUINS = ROOT / "src" / "nodescope" / "hosts" / "static" / "penguins.csv"


def document_in(text: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(text.split('id="scene">')[1].split("</script>")[0])
    return told


def advice_in(text: str) -> str:
    told = document_in(text)
    return " ".join([told["verdict"], *(finding["remedy"] for finding in told["findings"])])


def short_run() -> ns.Run:
    return ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1, steps=3)


def test_python_names_the_call():
    assert "Give it about 41 steps more (ns.resume)." in ns.diagnose(short_run()).verdict
    assert "Give it about 41 steps more (ns.resume)." in json.loads(ns.show(short_run()).scene)["verdict"]


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_a_lesson_names_no_call(lesson: Any, page: Page):
    at = f"/lesson/{lesson.name}"
    for beat in ("", "?guess=0", "?guess=0&why=1", "/quiz"):
        assert "ns.resume" not in page.get(at + beat).text
    if lesson.has_picture:
        picture = page.get(f"{at}/light.svg").text
        assert "Give it about" not in picture
        assert "Healthy" not in picture  # what is asked is not judged beforehand
    if lesson.name == "own-loop":
        assert "Give it about 41 steps more (“Change something”, steps)." in advice_in(page.get(f"{at}?guess=0").text)


def test_a_file_names_what_it_has():
    assert "Give it about 41 steps more (“Change something”, steps)." in advice_in(file.page(short_run()))
    crooked = ns.descend(input=[1.0, 2.0, 3.0], goal=[5.0, 6.0, 7.0], alpha=0.1, batch="all", epochs=1500)
    told = advice_in(file.page(crooked))
    assert "A bias (bias=True) lowers it to 0. Such settings go into the call under “In Python”." in told


def test_the_page_of_a_run_names_its_buttons(page: Page):
    where = page.post("/run", urlencode(NODE | {"steps": "3"}).encode()).headers["location"]
    until(lambda: "data-again" in page.get(where).text)
    text = page.get(where).text
    assert "Give it about 41 steps more (“More steps…”)." in advice_in(text)
    assert r"More steps\u2026" in text.split("data-ways=")[1].split("data-again")[0]
    anew = json.loads(page.post(f"{where}/again", json.dumps({"alpha": 0.05}).encode()).text)
    assert "Give it about 87 steps more (“More steps…”)." in anew["verdict"]
    asked = {"inputs": ["flipper_length_mm"], "goal": "body_mass_g", "missing": "drop", "standardise": True}
    fitted = ns.descend(data=str(PENGUINS), alpha=0.01, batch="all", epochs=300, **asked)
    told = page.get(f"/run/{page.desk.jobs.hold('penguins', fitted).number}").text
    assert "(“More epochs…”)" in advice_in(told)
    assert "ns.resume" not in told


def test_a_picture_names_no_call(tmp_path: Any):
    ns.export(short_run(), tmp_path / "step.svg")
    assert "Give it about 41 steps more." in (tmp_path / "step.svg").read_text(encoding="utf-8")
