"""Lessons on the local page: guess, see it run, why. What was not asked for yet is no part of the page, hidden or not."""

from html import escape

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from nodescope.hosts import asked
from nodescope.hosts.file import safe_json, scene_of
from nodescope.hosts.pages import page_around
from nodescope.run.descent import go
from nodescope.views.lessons.lesson import LETTERS, Lesson, choices, judged
from nodescope.views.lessons.pages import as_html
from nodescope.views.lessons.six import LESSONS
from nodescope.views.picture.sheet import sheet
from nodescope.views.picture.svg import svg

BY_NAME = {lesson.name: lesson for lesson in LESSONS}
BEATS = ("Guess", "See it run", "Why")
THEMES = ("light", "dark")


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
    guess = asked.whole_of(request.query_params.get("guess", ""))
    told = "why" in request.query_params
    return HTMLResponse(await run_in_threadpool(page, lesson, guess if guess < len(lesson.options) else -1, why=told))


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
    # of a run of one step: how a longer one goes on is what is asked
    drawn = await run_in_threadpool(lambda: svg(sheet(go(lesson.run().recipe.with_steps(1)), 0), theme))
    return Response(drawn, media_type="image/svg+xml")


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


def page(lesson: Lesson, guess: int, *, why: bool) -> str:
    """A lesson: its question; with a guess (−1: none) what the run does; and then why."""
    beat = 0 if guess < 0 else 2 if why else 1
    parts = [_question(lesson), _seen(lesson, guess), _why(lesson, guess)][beat]
    number = LESSONS.index(lesson) + 1
    body = (
        f'<nav class="lesson"><a href="/lessons">Lessons</a> · {number} of {len(LESSONS)}: {escape(lesson.title)}</nav>'
        f'<main class="start lesson">{_beats(beat)}{parts}</main>'
    )
    script = '<script type="module" src="/static/nodescope.js"></script>' if beat else ""
    return page_around(f"nodescope: {lesson.title}", body, script)


def _beats(now: int) -> str:
    marks = (' aria-current="step"' if i == now else "" for i in range(len(BEATS)))
    items = "".join(f"<li{mark}>{i + 1} {name}</li>" for i, (mark, name) in enumerate(zip(marks, BEATS, strict=True)))
    return f'<ol class="beats">{items}</ol>'


def _given(lesson: Lesson) -> str:
    return "".join(f"<p>{escape(line)}</p>" for line in lesson.given)


def _question(lesson: Lesson) -> str:
    options = "".join(
        f'<label class="check"><input type="radio" name="guess" value="{i}" required> {escape(choice)}</label>'
        for i, choice in enumerate(choices(lesson))
    )
    at = f"/lesson/{lesson.name}"
    shown = (
        f'<section><h2>The node, before its first step</h2><picture><source media="(prefers-color-scheme: dark)" '
        f'srcset="{at}/dark.svg"><img class="step" src="{at}/light.svg" alt="The first step of the node as a loop">'
        "</picture></section>"
        if lesson.has_picture
        else ""
    )
    return (
        f'<h1>{escape(lesson.question)}</h1>{_given(lesson)}<section><form method="get" action="{at}"><fieldset class="guess">'
        f"<legend>Your guess</legend>{options}</fieldset><button>Run it and see</button></form></section>{shown}"
        f'<p class="soft"><a href="{at}/quiz" download>This lesson as a page for a class</a>: it works offline, and holds its '
        "answer back until a guess is made.</p>"
    )


def _seen(lesson: Lesson, guess: int) -> str:
    return (
        f"<h1>{escape(lesson.question)}</h1><p>Your guess: {LETTERS[guess]}, {escape(lesson.options[guess])}. Play it, or step "
        f'through it, and see.</p><form method="get" action="/lesson/{lesson.name}">'
        f'<input type="hidden" name="guess" value="{guess}">'
        f'<button name="why" value="1">Now tell me why</button></form>{_view(lesson)}'
    )


def _why(lesson: Lesson, guess: int) -> str:
    answered = lesson.answered()
    after = LESSONS[(LESSONS.index(lesson) + 1) % len(LESSONS)]
    return (
        f"<h1>{escape(judged(lesson, guess, answered))}</h1><p>{escape(answered.why)}</p>"
        f'<pre tabindex="0">{escape(chr(10).join(answered.seen))}</pre>'
        f'<p><a href="/lesson/{after.name}">Next: {escape(after.title)}</a></p>{_view(lesson)}'
    )


def _view(lesson: Lesson) -> str:
    """The run, live: alpha and the weight may be changed in it."""
    scene = safe_json(scene_of(lesson.run()))
    return f'<div class="live" data-nodescope=""><script type="application/json">{scene}</script></div>'
