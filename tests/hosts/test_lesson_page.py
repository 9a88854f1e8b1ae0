"""Lessons on the local page: nothing of the answer is sent before a guess, and right and wrong get the same explanation."""

import html
import re

import pytest
from hosts.conftest import Page

from nodescope.views.lessons.lesson import LETTERS
from nodescope.views.lessons.six import LESSONS

NAMES = [lesson.name for lesson in LESSONS]
LESSON = {lesson.name: lesson for lesson in LESSONS}


@pytest.mark.parametrize("name", NAMES)
def test_before_the_guess_nothing_of_the_answer_is_there(name: str, page: Page):
    assert f"/lesson/{name}" in page.get("/lessons").text
    answer = page.get(f"/lesson/{name}")
    told, given = html.unescape(answer.text), " ".join([*LESSON[name].given, LESSON[name].question])
    assert LESSON[name].question in told
    answered = LESSON[name].answered()
    assert answered.why not in told
    assert "data-nodescope" not in told
    numbers = {number for line in answered.seen for number in re.findall(r"\d\.\d{3,}", line) if number not in given}
    assert [number for number in numbers if number in told] == []
    picture = page.get(f"/lesson/{name}/light.svg")
    assert picture.status == (200 if LESSON[name].has_picture else 404)
    assert re.findall("0\\.5999|ettled|317", told + picture.text) == []


def test_the_picture_of_the_first_step_has_its_numbers_by_ear(page: Page):
    told = html.unescape(page.get("/lesson/stalls").text)
    numbers = "input 1; weight 0.4; prediction 0.4; goal 0.6; delta −0.2; weighted delta −0.2; alpha delta −0.02; new weight 0.42"
    assert numbers in re.findall(r'alt="([^"]*)"', told)[0]


@pytest.mark.parametrize("name", NAMES)
def test_seen_and_then_told_the_same_whatever_was_guessed(name: str, page: Page):
    answered = LESSON[name].answered()
    whys = []
    for guess in range(len(LESSON[name].options)):
        seen = html.unescape(page.get(f"/lesson/{name}?guess={guess}").text)
        assert 'data-nodescope="scene" data-bare="all"' in seen
        assert answered.why not in seen
        why = html.unescape(page.get(f"/lesson/{name}?guess={guess}&why=1").text)
        assert f"Your guess was {LETTERS[guess]}" in why
        assert LESSON[name].options[answered.right] in why
        whys.append(re.sub(r"<h1>.*?</h1>", "", why))
    assert all(why == whys[0] for why in whys)


@pytest.mark.parametrize("guess", ["", "9", "-1", "x", "<b>", "99999999999", "%00"])
def test_what_is_no_guess_asks_again(guess: str, page: Page):
    answer = page.get(f"/lesson/stalls?guess={guess}&why=1")
    assert answer.status == 200
    assert "Run it and see" in answer.text
    assert page.get("/lesson/nothing").status == 404
    assert page.get("/lesson/stalls/red.svg").status == 404


@pytest.mark.parametrize(
    ("name", "number", "head"),
    [
        ("stalls", "-5", "Your guess was 5 numbers below 0.6, and so it is."),
        ("stalls", "1", "Your guess was 1 number above 0.6; it is 5 numbers below 0.6."),
        ("largest-alpha", "0.5", "Your guess was 0.5, and so it is."),
        ("largest-alpha", "1.05", "Your guess was 1.05; it is 0.5."),
        ("squares", "0", "Your guess was 0; it is 4."),
    ],
)
def test_a_number_is_guessed_at_a_mark(name: str, number: str, head: str, page: Page):
    assert 'type="range" name="number"' in page.get(f"/lesson/{name}").text
    seen = page.get(f"/lesson/{name}?number={number}").text
    assert f'name="number" value="{number}"' in seen
    assert head.rpartition(";")[2] not in seen
    assert f"<h1>{head}</h1>" in page.get(f"/lesson/{name}?number={number}&why=1").text


@pytest.mark.parametrize("number", ["", "9", "-9", "nan", "inf", "1e0", "5" * 400, "<b>", "%C2%B2"])
def test_a_mark_that_is_none_asks_again(number: str, page: Page):
    assert "Run it and see" in page.get(f"/lesson/stalls?number={number}&why=1").text
    assert "Run it and see" in page.get(f"/lesson/overshoots?number={number}&why=1").text


def test_a_quiz_for_a_class_holds_its_answer_back(page: Page):
    answer = page.get("/lesson/stalls/quiz")
    assert 'filename="stalls.html"' in answer.headers["content-disposition"]
    assert "0.5999" not in answer.text
