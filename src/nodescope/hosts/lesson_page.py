"""Lessons on the local page: guess, see it run, why. What was not asked for yet is no part of the page, hidden or not."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from html import escape

import numpy as np
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from nodescope.hosts import asked
from nodescope.hosts.advice import ALONE
from nodescope.hosts.file import document_of, safe_json
from nodescope.hosts.lesson_drawings import picture_of
from nodescope.hosts.pages import page_around
from nodescope.run.descent import go
from nodescope.run.run import Run
from nodescope.views.lessons.lesson import LETTERS, Answered, Lesson, judged, judged_number
from nodescope.views.lessons.pages import as_html
from nodescope.views.lessons.six import LESSONS
from nodescope.views.picture.sheet import headline, sheet
from nodescope.views.picture.svg import svg
from nodescope.views.picture.texts import text_of

BY_NAME = {lesson.name: lesson for lesson in LESSONS}
BEATS = ("Guess", "See it run", "Why")
THEMES = ("light", "dark")
NUMBER = re.compile(r"-?\d{1,3}(\.\d{1,3})?", re.ASCII)
"""A guess as a slider writes it."""


def routes() -> list[Route]:
    return [
        Route("/lessons", _all, methods=["GET"]),
        Route("/lesson/{name}", _lesson, methods=["GET"]),
        Route("/lesson/{name}/quiz", _quiz, methods=["GET"]),
        Route("/lesson/{name}/{theme}.svg", _picture, methods=["GET"]),
    ]


async def _all(_request: Request) -> Response:
    return HTMLResponse(all_lessons())


async def _lesson(request: Request) -> Response:
    lesson = BY_NAME.get(request.path_params["name"])
    if lesson is None:
        return asked.nothing()
    told = "why" in request.query_params
    return HTMLResponse(await run_in_threadpool(page, lesson, _guess(lesson, request.query_params), why=told))


@dataclass(frozen=True)
class Guess:
    """Which of the options, or a number where the lesson takes one; what its address says, and how it is told."""

    query: str
    said: str
    judged: Callable[[Answered], str]


def _guess(lesson: Lesson, query: Mapping[str, str]) -> Guess | None:
    """What is guessed in an address; None where nothing is that can be."""
    option, text = asked.whole_of(query.get("guess", "")), query.get("number", "")
    if 0 <= option < len(lesson.options):
        said = f"{LETTERS[option]}, {lesson.options[option]}"
        return Guess(f"guess={option}", said, lambda answered: judged(lesson, option, answered))
    if lesson.number is None or not NUMBER.fullmatch(text) or not lesson.number.takes(float(text)):
        return None
    number = float(text)
    return Guess(f"number={text}", lesson.number.said(number), lambda answered: judged_number(lesson, number, answered))


async def _quiz(request: Request) -> Response:
    """The lesson as a file for a class: its answer is in no part of what is shown or read until a guess is made."""
    lesson = BY_NAME.get(request.path_params["name"])
    if lesson is None:
        return asked.nothing()
    headers = {"content-disposition": f'attachment; filename="{lesson.name}.html"'}
    return HTMLResponse(await run_in_threadpool(as_html, lesson, quiz=True), headers=headers)


async def _picture(request: Request) -> Response:
    lesson, theme = BY_NAME.get(request.path_params["name"]), request.path_params["theme"]
    if lesson is None or theme not in THEMES or not lesson.has_picture:
        return asked.nothing()
    drawn = await run_in_threadpool(lambda: svg(sheet(_one_step(lesson), 0, verdict=False), theme))
    return Response(drawn, media_type="image/svg+xml")


def _one_step(lesson: Lesson) -> Run:
    """A run of one step: how a longer one goes on is what is asked."""
    return go(lesson.run().recipe.with_steps(1))


def all_lessons() -> str:
    """The six, to choose from."""
    rows = "".join(
        f'<li><a href="/lesson/{lesson.name}"><strong>{escape(lesson.title)}</strong></a> {escape(lesson.question)}</li>'
        for lesson in LESSONS
    )
    body = (
        '<nav><a href="/">Back to the start</a></nav><main class="start"><h1>Lessons</h1>'
        '<p class="soft">Guess first, then see it run, then be told why. Nobody counts.</p>'
        f'<section><ol class="lessons">{rows}</ol></section></main>'
    )
    return page_around("nodescope: lessons", body)


def page(lesson: Lesson, guess: Guess | None, *, why: bool) -> str:
    """A lesson: its question; with a guess what the run does; and then why."""
    beat = 0 if guess is None else 2 if why else 1
    number = LESSONS.index(lesson) + 1
    top = (
        '<header class="top"><a href="/" aria-label="nodescope: all runs">nodescope</a>'
        f'<span class="crumb">Lesson {number} of {len(LESSONS)} · {escape(lesson.title)}</span>'
        '<nav class="ways" aria-label="Ways out"><a class="way" href="/lessons">All lessons</a>'
        f'<a class="way" href="/lesson/{lesson.name}/quiz" download>For a class (.html)</a></nav></header>'
    )
    if guess is None:
        return page_around(f"nodescope: {lesson.title}", f'{top}<main class="beside">{_beats(beat)}{_question(lesson)}</main>')
    told = _why(lesson, guess) if why else _seen(lesson, guess)
    body = f'{top}<section class="lesson-head" aria-label="The lesson">{_beats(beat)}{told}</section>{_view(lesson, why=why)}'
    return page_around(f"nodescope: {lesson.title}", body, '<script type="module" src="/static/nodescope.js"></script>')


def _beats(now: int) -> str:
    marks = (' aria-current="step"' if i == now else "" for i in range(len(BEATS)))
    items = "".join(f"<li{mark}>{i + 1} {name}</li>" for i, (mark, name) in enumerate(zip(marks, BEATS, strict=True)))
    return f'<ol class="beats">{items}</ol>'


@cache
def _first_step(lesson: Lesson) -> str:
    """What its picture shows, number after number."""
    run = _one_step(lesson)
    step = run.trace[0]
    names = ("input", "weight", "prediction", "goal", "delta", "weighted_delta", "alpha_delta", "new_weight")
    numbers = [f"{name.replace('_', ' ')} {', '.join(map(text_of, np.ravel(step[name]).tolist()))}" for name in names]
    return escape(f"The first step of the node as a loop. {headline(run, step)} {'; '.join(numbers)}.")


def _question(lesson: Lesson) -> str:
    at = f"/lesson/{lesson.name}"
    options = "".join(
        f'<label class="check"><input type="radio" name="guess" value="{i}" required> <b>{LETTERS[i]}</b> {escape(option)}</label>'
        for i, option in enumerate(lesson.options)
    )
    given = "".join(f"<p>{escape(line)}</p>" for line in lesson.given)
    shown = (
        f'<section class="node"><h2>The node, before its first step</h2><picture><source media="(prefers-color-scheme: dark)" '
        f'srcset="{at}/dark.svg"><img class="step" src="{at}/light.svg" alt="{_first_step(lesson)}">'
        "</picture></section>"
        if lesson.has_picture
        else ""
    )
    guess = (
        f'<form method="get" action="{at}"><fieldset class="guess"><legend>Your guess</legend>{options}</fieldset>'
        "<button>Run it and see</button></form>"
    )
    known = f"<section><h2>What is known</h2>{picture_of(lesson)}{_mark(lesson)}</section>"
    columns = f'<div class="columns even"><section>{guess}</section>{known}</div>'
    return f'<h1>{escape(lesson.question)}</h1><div class="given">{given}</div>{columns}{shown}'


def _mark(lesson: Lesson) -> str:
    """The slider under the picture, where a number can be guessed."""
    number = lesson.number
    if number is None:
        return ""
    slider = (
        f'<label><span class="sr">Your guess: {escape(number.name)}</span><input type="range" name="number" '
        f'min="{number.low:g}" max="{number.high:g}" step="{number.step:g}" value="{number.first:g}"></label>'
    )
    told = '<p class="told-goal">Drag the mark to your guess, or move it with the arrow keys.</p>'
    return (
        f'<form class="mark" method="get" action="/lesson/{lesson.name}">{slider}{told}'
        "<button>Run it: my guess is at the mark</button></form>"
    )


def _seen(lesson: Lesson, guess: Guess) -> str:
    query, _, value = guess.query.partition("=")
    return (
        f"<h1>{escape(lesson.question)}</h1><p>Your guess: {escape(guess.said)}. Play it, or step through it, and see.</p>"
        f'<form method="get" action="/lesson/{lesson.name}"><input type="hidden" name="{query}" value="{escape(value)}">'
        '<button name="why" value="1">Now tell me why</button></form>'
    )


def _why(lesson: Lesson, guess: Guess) -> str:
    answered = lesson.answered()
    after = LESSONS[(LESSONS.index(lesson) + 1) % len(LESSONS)]
    return (
        f"<h1>{escape(guess.judged(answered))}</h1><p>{escape(answered.why)}</p>"
        f'<details><summary>The numbers</summary><pre tabindex="0">{escape(chr(10).join(answered.seen))}</pre></details>'
        f'<p><a class="way main" href="/lesson/{after.name}">Next: {escape(after.title)}</a></p>'
    )


def _view(lesson: Lesson, *, why: bool) -> str:
    """The run, live: alpha and the weight may be changed in it. While it is looked at nothing tells beforehand how it ends."""
    scene = safe_json(document_of(lesson.run(), ALONE))
    bare = "top" if why else "all"
    return f'<div data-nodescope="scene" data-bare="{bare}"></div><script type="application/json" id="scene">{scene}</script>'
