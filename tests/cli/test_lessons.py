"""Lessons: the answers are known, the guess comes first, and no file of a quiz shows its answer."""

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest
import quick_shell

from nodescope.views.lessons.pages import as_html, as_markdown
from nodescope.views.lessons.six import LESSONS

COMMAND = [sys.executable, "-m", "nodescope", "lesson"]
KNOWN = {"stalls": 1, "overshoots": 1, "largest-alpha": 2, "three-pigs": 2, "squares": 2, "own-loop": 1}


def call(*arguments: object, code: int = 0) -> subprocess.CompletedProcess[str]:
    done = quick_shell.call("lesson", *arguments)
    assert done.returncode == code, done.stderr
    return done


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_the_answers(lesson):
    answered = lesson.answered()
    assert answered.right == KNOWN[lesson.name]
    assert len(answered.seen) > 2
    assert answered.why.endswith(".")
    assert answered.why not in " ".join((*lesson.given, lesson.question, *lesson.options))


def test_the_list_and_a_lesson_without_a_terminal():
    listed = call().stdout
    assert [name for name in KNOWN if name not in listed] == []
    told = call("stalls", code=2)
    assert len(told.stderr.splitlines()) == 1
    assert "there is no terminal to type one into: --guess A says it" in told.stderr
    assert "0.5999999999999994" not in told.stdout
    said = call("stalls", "--guess", "a").stdout
    assert "Your guess was A; it is B: a hair below 0.6, and it stays there." in said
    assert "exactly half the gap" in " ".join(said.split())
    assert "Your guess was C, and so it is" in call("largest-alpha", "--guess", "C").stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["stals"], "there is no lesson 'stals'; did you mean stalls?"),
        (["stalls", "--guess", "D"], "--guess is 'D'; the answers to choose from are A, B, C"),
        (["stalls", "--guess", ""], "the answers to choose from are A, B, C"),
        (["stalls", "--quiz"], "--quiz goes with --out"),
        (["--guess", "A"], "--guess goes with a lesson's name: stalls,"),
        (["stalls", "--out", "x.pdf"], "a lesson can be written as .html, .md"),
    ],
)
def test_what_is_refused(arguments, told):
    assert told in call(*arguments, code=2).stderr


def test_on_a_terminal_the_guess_comes_first():
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [*COMMAND, "squares"], stdin=theirs, stdout=theirs, stderr=theirs, env=os.environ | {"COLUMNS": "90"}
    ) as child:
        os.close(theirs)
        said = ""
        while "Your guess" not in said:
            said += os.read(ours, 4096).decode()
        assert "cannot cancel" not in said
        os.write(ours, b"c\n")
        try:
            while chunk := os.read(ours, 4096):
                said += chunk.decode()
        except OSError:  # Linux says so where the other side is gone
            pass
    os.close(ours)
    assert child.returncode == 0
    assert "Your guess was C, and so it is: 4." in said
    assert "Squares cannot cancel" in " ".join(said.split())


def test_a_quiz_shows_no_answer(tmp_path: Path):
    for lesson in LESSONS:
        why = lesson.answered().why
        for page in (as_html(lesson, quiz=True), as_markdown(lesson, quiz=True)):
            assert why[:40] not in page
            assert "It is " not in page
        assert "It is " in as_markdown(lesson, quiz=False)
        assert "It is " in as_html(lesson, quiz=False)
    call("stalls", "--quiz", "--out", tmp_path / "a.html")
    text = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert re.search(r"(src|href)=\"(?!data:,)", text) is None
    assert json.loads(call("stalls", "--json").stdout)["right"] == 1
