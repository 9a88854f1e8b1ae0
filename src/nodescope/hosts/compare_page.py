"""Two runs beside each other on the local page: both errors in one picture, who is ahead, what differs, how they ended.

Overview is at one moment of both, an epoch or a number of steps, that a row at the foot changes; "Step by step" draws that step
inside each. What is judged is judged by `compare` and told by `Beside`; here it is only shown.
"""

import math
from collections.abc import Sequence
from html import escape
from typing import NamedTuple

import numpy as np

from nodescope.arithmetic.core import engine
from nodescope.data.units import unit_of
from nodescope.diagnosis.checks.beside import NAMES, Beside, rows_of
from nodescope.diagnosis.checks.compare import Comparison, compare
from nodescope.diagnosis.checks.parting import Parting, parting
from nodescope.errors import InputError
from nodescope.hosts import compare_drawings as drawn
from nodescope.hosts import compare_tables as tables
from nodescope.hosts.job import Job
from nodescope.hosts.offline import shell, static
from nodescope.hosts.pages import name_of, page_around
from nodescope.run.recorded import Recorded
from nodescope.run.run import Run
from nodescope.views.numbers import plain_text
from nodescope.views.picture.sheet import headline

MOST_POINTS = 400
MOST_LETTERS = 70
MOST_MOMENTS = 30
"""Moments that a file offline has, besides those where one passes the other."""
VIEWS = (("", "Overview"), ("steps", "Step by step"))


class Asked(NamedTuple):
    """What an address asks for: which view, and which moment of both; below 0 the last."""

    view: str = ""
    at: int = -1


class Pair(NamedTuple):
    """Two finished runs, what is found of them, and what is looked at."""

    jobs: tuple[Job, Job]
    runs: tuple[Run, Run]
    beside: Beside
    found: Comparison | None
    view: str
    at: int
    unit: str
    moments: tuple[int, ...] = ()
    """Those that a file offline has; none where the page answers for any."""


def page(a: Job, b: Job, asked: Asked) -> str:
    """The page of two finished runs.

    Raises
    ------
    InputError
        One of them was observed elsewhere, whose numbers cannot be made again.
    """
    pair = _pair(a, b, asked)
    head = '<script type="module" src="/static/beside.js"></script>'
    return page_around(_title(pair), f'{_top(pair)}<main class="beside">{_told(pair)}</main>', head)


def file(a: Job, b: Job) -> str:
    """One HTML file of them that works offline: the overview at some moments, which Play goes through.

    Raises
    ------
    InputError
        As of `page`.
    """
    pair = _pair(a, b, Asked())
    last = pair.beside.last
    marked = {lead.at for lead in pair.beside.leads(pair.beside.by_unseen)[: drawn.SHADED]}
    moments = tuple(sorted({0, last, *marked, *(round(i * last / MOST_MOMENTS) for i in range(1, MOST_MOMENTS))}))
    frames = []
    for at in moments:
        there = pair._replace(beside=Beside(*pair.runs, at), at=at, moments=moments)
        frames.append(f'<template data-at="#at-{at}">{_told(there)}</template>')
    body = f'<main class="beside">{_told(pair._replace(moments=moments))}</main>{_elsewhere(pair)}{"".join(frames)}'
    return shell(_title(pair), body, static("beside.js"), static("start.css"))


def _title(pair: Pair) -> str:
    return f"nodescope: run {pair.jobs[0].number} beside run {pair.jobs[1].number}"


def _elsewhere(pair: Pair) -> str:
    """What a file offline cannot show, and what shows it; a moment does not change it."""
    a, b = (job.number for job in pair.jobs)
    return (
        '<footer class="beside"><p class="soft">This file is the overview and has no picture of a step. '
        f'To go through run {a} or {b} step by step, take its file with "Save run" on its own page and run '
        f"<code>nodescope open run-{a}.nodescope</code>.</p></footer>"
    )


def _told(pair: Pair) -> str:
    """All that the moment changes, and what stands with it."""
    why = pair.beside.why(pair.found, pair.unit)
    return (
        f'<h1>{_lettered(pair.beside.sentence(pair.found))}</h1><p class="soft">{escape(plain_text(why))}</p>'
        f"{_step_by_step(pair) if pair.view else _overview(pair)}{_dock(pair)}"
    )


def _pair(a: Job, b: Job, asked: Asked) -> Pair:
    one, other = _replayed(a), _replayed(b)
    beside = Beside(one, other)
    found = compare(one, other) if beside.same_goals else None
    at = beside.last if asked.at < 0 else min(asked.at, beside.last)
    beside = Beside(one, other, at)
    source = one.recipe.source
    one_goal = source is not None and len(source.goals) == 1 and found is not None and not beside.of_classes
    unit = unit_of(source.goals[0]) if source is not None and one_goal else ""
    view = "" if asked.view != "steps" else asked.view
    return Pair((a, b), (one, other), beside, found, view, at, f" {unit}" if unit else "")


def _replayed(job: Job) -> Run:
    run = job.opened()
    if isinstance(run, Recorded):
        raise InputError(f"run {job.number} was observed elsewhere: its errors cannot be made again beside another's")
    return run


def _lettered(sentence: str) -> str:
    """A sentence whose A and B have the colours of their runs."""
    words = escape(plain_text(sentence)).split(" ")
    return " ".join(f'<span class="told-{word.lower()}">{word}</span>' if word in ("A", "B") else word for word in words)


def _address(pair: Pair, view: str, at: int) -> str:
    if pair.moments:
        return f"#at-{at}"
    a, b = pair.jobs
    more = f"&amp;view={view}" if view else ""
    return f"/compare?a={a.number}&amp;b={b.number}{more}&amp;at={at}"


def _top(pair: Pair) -> str:
    a, b = pair.jobs
    names = [name_of(job.name[:MOST_LETTERS]) for job in pair.jobs]
    title = f"Two runs of {names[0]}" if names[0] == names[1] else f"{names[0]} beside {names[1]}"
    views = "".join(
        f'<a href="{_address(pair, view, pair.at)}"{" aria-current=page" if view == pair.view else ""}>{name}</a>'
        for view, name in VIEWS
    )
    return (
        f'<header class="top"><a href="/" aria-label="nodescope: all runs">nodescope</a><span class="crumb">{title}</span>'
        f'<nav class="views" aria-label="Views of the two runs">{views}</nav><nav class="ways" aria-label="What to do with them">'
        f'<a class="way" href="/compare?a={b.number}&amp;b={a.number}">Swap A and B</a>'
        f'<a class="way" href="/compare/export?a={a.number}&amp;b={b.number}" download>Export, a page that works offline</a>'
        "</nav></header>"
    )


def _overview(pair: Pair) -> str:
    return (
        f'<div class="columns"><div>{_curves(pair)}{_scatters(pair)}{_numbers(pair)}</div>'
        f"<div>{tables.differences(pair.found)}{_ended(pair)}{_weights(pair)}</div></div>"
    )


def _curves(pair: Pair) -> str:
    """The errors over time: of unseen rows and of seen ones where there are both; which, two buttons choose without a script."""
    beside = pair.beside
    kinds = [True, False] if beside.by_unseen else [False]
    choice = "".join(
        f'<label><input type="radio" name="rows" value="{i}"{"" if i else " checked"}>{"seen rows" if i else "unseen rows"}</label>'
        for i in range(len(kinds))
    )
    segments = f'<fieldset class="segments"><legend class="sr">Errors on</legend>{choice}</fieldset>' if len(kinds) > 1 else ""
    pictures = "".join(f'<div class="rows-{i}">{_both_sizes(pair, unseen)}</div>' for i, unseen in enumerate(kinds))
    apart = pair.found.parts if pair.found is not None else parting(*pair.runs)
    told = apart.sentence if isinstance(apart, Parting) else apart
    return (
        f'<section class="both"><div class="card-head"><h2>Both in one picture</h2>{segments}</div>{pictures}'
        f'<p class="soft">{escape(plain_text(told))}</p>{tables.over_time(pair.beside)}</section>'
    )


def _both_sizes(pair: Pair, unseen: bool) -> str:
    """Drawn twice, for a wide place and for a phone, so that letters are never made smaller."""
    mean = tables.mean_of(pair.runs[0], unseen, pair.beside) if pair.found is not None else None
    asked = drawn.Curves(unseen, pair.unit, mean, pair.at)
    return "".join(
        drawn.curves(pair.beside, asked, sheet, kind) for sheet, kind in ((drawn.WIDE, "at-wide"), (drawn.NARROW, "at-narrow"))
    )


def _moment(pair: Pair) -> str:
    return f"the last {pair.beside.unit}" if pair.at >= pair.beside.last else f"{pair.beside.unit} {pair.at:,}"


def _scatters(pair: Pair) -> str:
    """Predictions against truth of each, at the moment that is looked at; of one goal that is a number, and more rows than two."""
    points = [_points(pair, run) for run in pair.runs]
    if pair.beside.of_classes or any(run.recipe.k > 1 for run in pair.runs) or any(len(each.goal) < 3 for each in points):
        return ""
    cards = []
    for which, each in zip("ab", points, strict=True):
        ends = _ends(points if pair.found is not None else [each])
        said, picture = drawn.scatter(which, each, ends, pair.unit, MOST_POINTS)
        head = f'{NAMES[which]}, {_moment(pair)}: <span class="told-{which}">{escape(said)}</span>'
        cards.append(f"<section><h2>{head}</h2>{picture}</section>")
    return f'<div class="pair">{"".join(cards)}</div>'


def _ends(points: Sequence[drawn.Points]) -> tuple[float, float]:
    """From where to where goals and predictions go; those of what diverged no further than the goals' own breadth beyond them."""
    values = np.concatenate([part[np.isfinite(part)] for each in points for part in (each.goal, each.told)])
    goals = np.concatenate([each.goal for each in points])
    low, high = float(goals.min()), float(goals.max())
    room = (high - low) or 1.0
    return max(float(values.min()), low - room), min(float(values.max()), high + room)


def _numbers(pair: Pair) -> str:
    """The numbers of the step in both, of nodes that see one example a step."""
    if pair.beside.by_epoch or any(
        run.recipe.in_layers or run.recipe.k > 1 or run.recipe.batch_size > 1 or not run.steps for run in pair.runs
    ):
        return ""
    steps = [min(pair.beside.steps_of(run, pair.at), run.steps - 1) for run in pair.runs]
    return tables.of_step(pair.runs, steps, pair.at)


def _points(pair: Pair, run: Run) -> drawn.Points:
    """Goals and predictions (n) in the goal's own units."""
    examples, problem = run.recipe.examples, run.recipe.problem
    weights = problem.weights(run.replay.state_at(pair.beside.steps_of(run, pair.at)))
    unseen = pair.beside.by_unseen
    rows = rows_of(problem, examples.unseen_input, examples.unseen_goal) if unseen else problem
    with np.errstate(all="ignore"):
        told, goal = (examples.in_own_units(of)[:, 0] for of in (engine().predict(rows, weights), rows.goal))
        off = math.sqrt(float(((told - goal) ** 2).mean()))
    return drawn.Points(goal, told, off)


def _ended(pair: Pair) -> str:
    """Errors, endings and what each run's own page says of it."""
    told = "".join(
        f'<p class="found of-{which}">{_named(pair, which, job)}: {escape(plain_text(job.told.sentence if job.told else ""))}.</p>'
        for which, job, run in zip("ab", pair.jobs, pair.runs, strict=True)
        if job.told and tables.says_more(run, job.told.sentence)
    )
    return f"<section><h2>How they ended</h2>{tables.ended(pair.beside, pair.found, pair.unit)}{told}</section>"


def _named(pair: Pair, which: str, job: Job) -> str:
    """A run by its letter and number; on the page, which has it, as a link."""
    name = f'<b class="told-{which}">{NAMES[which]}</b>, run {job.number}'
    return name if pair.moments else f'<a href="/run/{job.number}">{name}</a>'


def _weights(pair: Pair) -> str:
    lanes = tables.lanes_of(*pair.runs)
    if not lanes:
        return ""
    chip = '<span class="chip">| least squares</span>' if any(lane.least is not None for lane in lanes) else ""
    return (
        f'<section><div class="card-head"><h2>What each input moves</h2>{chip}</div>{drawn.weights(lanes, pair.unit)}'
        f"{tables.of_lanes(lanes)}</section>"
    )


def _step_by_step(pair: Pair) -> str:
    """The step inside each run, under each other."""
    cards = []
    for which, job, run in zip("ab", pair.jobs, pair.runs, strict=True):
        step = min(pair.beside.steps_of(run, pair.at), run.steps - 1)
        told = tables.counted(max(step, 0), pair.at)
        title = f'<h2><span class="told-{which}">{NAMES[which]}</span>, step {told} of run {job.number}</h2>'
        if step < 0:
            cards.append(f"<section>{title}<p>It made no step.</p></section>")
            continue
        at = f"/run/{job.number}/step/{step}"
        cards.append(
            f'<section>{title}<picture><source media="(prefers-color-scheme: dark)" srcset="{at}/dark.svg">'
            f'<img class="step" src="{at}/light.svg" alt="Step {step:,} of run {job.number}, drawn: {_in_words(run, step)}">'
            "</picture></section>"
        )
    return "".join(cards)


def _in_words(run: Run, step: int) -> str:
    return escape(plain_text(headline(run, run.trace[step])))


def _dock(pair: Pair) -> str:
    """One row that changes the moment: links, which need no script; Play, which one brings, goes along them."""
    beside, at = pair.beside, pair.at
    unit = "Epoch" if beside.by_epoch else "Steps made"
    before, later = _neighbours(pair)
    back = "" if before is None else f'href="{_address(pair, pair.view, before)}"'
    after = "" if later is None else f'href="{_address(pair, pair.view, later)}"'
    leads = beside.leads(beside.by_unseen)
    marks = [(0, "start")]
    if 2 <= len(leads) <= drawn.SHADED:
        marks += [(lead.at, f"{lead.at:,}: {NAMES[lead.who]} passes {NAMES['ab'['ba'.index(lead.who)]]}") for lead in leads[1:]]
    marks += [(beside.last, f"{beside.last:,}: the end")]
    go_to = "".join(
        f'<a href="{_address(pair, pair.view, to)}"{" aria-current=true" if to == at else ""}>{words}</a>' for to, words in marks
    )
    ways = (
        f'<a class="way back" {back}>{_sign("◀")} Back</a><button type="button" class="play" '
        f'data-first="{_address(pair, pair.view, 0)}" hidden>{_sign("▶")} Play</button>'
        f'<a class="way next" {after}>Next {_sign("▶")}</a><span class="marks">{go_to}</span>'
    )
    of = f'<span class="soft">of {beside.last:,}</span>'
    moment = f'class="dock" aria-label="Which {beside.unit}" data-moment="{beside.unit} {at:,}"'
    if pair.moments:
        return f'<div {moment} role="group">{ways}<span>{unit} {at:,}</span>{of}</div>'
    a, b = pair.jobs
    view = f'<input type="hidden" name="view" value="{pair.view}">' if pair.view else ""
    return (
        f'<form {moment} method="get" action="/compare">{ways}'
        f'<input type="hidden" name="a" value="{a.number}"><input type="hidden" name="b" value="{b.number}">{view}'
        f'<label>{unit} <input name="at" value="{at}" inputmode="numeric"></label>{of}<button>Go</button></form>'
    )


def _sign(sign: str) -> str:
    """A sign beside the word that says the same, so that it is not read out."""
    return f'<span aria-hidden="true">{sign}</span>'


def _neighbours(pair: Pair) -> tuple[int | None, int | None]:
    """The moments before and after the one that is looked at, of those that there are."""
    there = pair.moments or range(pair.beside.last + 1)
    before, later = [at for at in there if at < pair.at][-1:], [at for at in there if at > pair.at][:1]
    return (before[0] if before else None), (later[0] if later else None)
