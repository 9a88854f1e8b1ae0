"""Two runs beside each other as one file that works offline: the overview at some moments, and both step by step.

Nothing is in it twice: of a moment only what differs from the others, of the second run only what differs from the first, and the
page's program once.
"""

from html import escape

from nodescope.errors import InputError
from nodescope.hosts import compare_drawings as drawn
from nodescope.hosts import compare_page as page
from nodescope.hosts.both_scene import both_scene, first_step
from nodescope.hosts.file import bundle, safe_json
from nodescope.hosts.job import Job
from nodescope.hosts.offline import shell, static
from nodescope.views.numbers import plain_text

MOST_MOMENTS = 30
"""Moments that a file has, besides those where one passes the other."""


def file(a: Job, b: Job) -> str:
    """The text of the file.

    Raises
    ------
    InputError
        One of them was observed elsewhere, whose numbers cannot be made again.
    """
    pair = page.pair_of(a, b, page.Asked())
    last = pair.beside.last
    marked = {lead.at for lead in pair.beside.leads(pair.beside.by_unseen)[: drawn.SHADED]}
    moments = tuple(sorted({0, last, *marked, *(round(i * last / MOST_MOMENTS) for i in range(1, MOST_MOMENTS))}))
    pair = pair._replace(moments=moments, beside=type(pair.beside)(*pair.runs, moments))
    frames = "".join(f'<template data-at="#at-{at}">{page.moved(pair._replace(at=at))}</template>' for at in moments)
    steps, script = _step_by_step(pair)
    views = [("Overview", f"#at-{last}", True)] + [("Step by step", f"#step-{first_step(pair.beside, last)}", False)] * bool(script)
    top = f'<header class="top"><b>nodescope</b><span class="crumb">{page.names_of(pair)}</span>{page.views_of(views)}</header>'
    body = f'{top}<main class="beside">{page.told(pair)}</main>{steps}{frames}'
    return shell(page.title_of(pair), body, f"{script}\n{static('beside.js')}", static("start.css"), compiles=bool(script))


def _step_by_step(pair: page.Pair) -> tuple[str, str]:
    """The place of it, and its program; of runs that a page cannot hold why, and what shows them."""
    try:
        document = both_scene(pair.jobs, pair.beside, pair.found, pair.at)
    except InputError as error:
        names = [f"run-{job.number}.nodescope" for job in pair.jobs]
        why = plain_text(f"This file is the overview: {error}.")
        return (
            f'<footer class="beside"><p class="soft">{escape(why)} For one step take the runs\' files with "Save run" on their '
            f"pages, and run <code>nodescope explain {names[0]} --step 7</code>.</p></footer>"
        ), ""
    scene = f'<script type="application/json" id="scene">{safe_json(document)}</script>'
    return f'<div data-nodescope="scene" data-view="both" hidden></div>{scene}', bundle(document)
