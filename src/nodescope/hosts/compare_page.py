"""Two runs beside each other on the local page: both errors in one picture, who is ahead, what differs, how they ended.

Overview is at one moment of both, an epoch or a number of steps, that a row at the foot changes; "Step by step" goes through both
at the same step (`both_scene.py`). What is judged is judged by `compare` and told by `Beside`; here it is only shown.
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
from nodescope.hosts.both_scene import both_scene, first_step
from nodescope.hosts.file import safe_json
from nodescope.hosts.job import Job
from nodescope.hosts.pages import name_of, page_around
from nodescope.run.recorded import Recorded
from nodescope.run.run import Run
from nodescope.views.numbers import plain_text

MOST_POINTS = 400
MOST_LETTERS = 70
VIEWS = (("", "Overview"), ("steps", "Step by step"))
SHEETS = {"wide": drawn.WIDE, "narrow": drawn.NARROW}


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

    @property
    def kinds(self) -> list[bool]:
        """Whose errors are drawn, of unseen rows or not, the first chosen."""
        return [True, False] if self.beside.by_unseen else [False]


def page(a: Job, b: Job, asked: Asked) -> str:
    """The page of two finished runs.

    Raises
    ------
    InputError
        One of them was observed elsewhere, whose numbers cannot be made again.
    """
    pair = pair_of(a, b, asked)
    if pair.view:
        return page_around(title_of(pair), f"{_top(pair)}{_step_by_step(pair)}", _script("nodescope.js") + _script("beside.js"))
    return page_around(title_of(pair), f'{_top(pair)}<main class="beside">{told(pair)}</main>', _script("beside.js"))


def _script(name: str) -> str:
    return f'<script type="module" src="/static/{name}"></script>'


def title_of(pair: Pair) -> str:
    return f"nodescope: run {pair.jobs[0].number} beside run {pair.jobs[1].number}"


def told(pair: Pair) -> str:
    """The overview. What a moment changes has the name of a part of its own; `moved` gives the same for another moment."""
    why = pair.beside.why(pair.found, pair.unit)
    return (
        f'<h1>{lettered(pair.beside.sentence(pair.found))}</h1><p class="soft">{escape(plain_text(why))}</p>'
        f"{_overview(pair)}{_dock(pair)}"
    )


def moved(pair: Pair) -> str:
    """All that a moment changes."""
    cursors = "".join(_cursor(pair, unseen, kind) for unseen in pair.kinds for kind in SHEETS)
    return f"{cursors}{_scatters(pair)}{_numbers(pair)}{_dock(pair)}"


def pair_of(a: Job, b: Job, asked: Asked) -> Pair:
    one, other = _replayed(a), _replayed(b)
    beside = Beside(one, other)
    found = compare(one, other) if beside.same_goals else None
    at = beside.last if asked.at < 0 else min(asked.at, beside.last)
    beside = Beside(one, other, (at,))
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


def lettered(sentence: str) -> str:
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
    views = views_of([(name, _address(pair, view, pair.at), view == pair.view) for view, name in VIEWS])
    return (
        f'<header class="top"><a href="/" aria-label="nodescope: all runs">nodescope</a><span class="crumb">{names_of(pair)}</span>'
        f'{views}<nav class="ways" aria-label="What to do with them">'
        f'<a class="way" href="/compare?a={b.number}&amp;b={a.number}">Swap A and B</a>'
        f'<a class="way" href="/compare/export?a={a.number}&amp;b={b.number}" download>Export, a page that works offline</a>'
        "</nav></header>"
    )


def names_of(pair: Pair) -> str:
    """What the two are, as HTML."""
    names = [name_of(job.name[:MOST_LETTERS]) for job in pair.jobs]
    return f"Two runs of {names[0]}" if names[0] == names[1] else f"{names[0]} beside {names[1]}"


def views_of(views: Sequence[tuple[str, str, bool]]) -> str:
    """Links to views by name and address, one of which is in view."""
    links = "".join(f'<a href="{to}"{" aria-current=page" if shown else ""}>{name}</a>' for name, to, shown in views)
    return f'<nav class="views" aria-label="Views of the two runs">{links}</nav>'


def _overview(pair: Pair) -> str:
    return (
        f'<div class="columns"><div>{_curves(pair)}{_scatters(pair)}{_numbers(pair)}</div>'
        f"<div>{tables.differences(pair.found)}{_ended(pair)}{_weights(pair)}</div></div>"
    )


def _curves(pair: Pair) -> str:
    """The errors over time: of unseen rows and of seen ones where there are both; which, two buttons choose without a script."""
    kinds = pair.kinds
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
    asked = drawn.Curves(unseen, pair.unit, mean)
    return "".join(
        drawn.curves(pair.beside, asked, sheet, f"at-{kind}", _cursor(pair, unseen, kind)) for kind, sheet in SHEETS.items()
    )


def _cursor(pair: Pair, unseen: bool, kind: str) -> str:
    """Where the moment is in one of the pictures."""
    drawing = drawn.cursor(pair.at, pair.beside, unseen, SHEETS[kind])
    return f'<svg data-part="cursor-{kind}-{unseen:d}" width="100%" height="100%">{drawing}</svg>'


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
    return f'<div class="pair" data-part="scatters">{"".join(cards)}</div>'


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
    return f'<div data-part="numbers">{tables.of_step(pair.runs, steps, pair.at)}</div>'


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
    """Both, to be gone through at the same step; where a page cannot hold them, why."""
    try:
        document = safe_json(both_scene(pair.jobs, pair.beside, pair.found, pair.at))
    except InputError as error:
        return f'<main class="beside"><p>{escape(plain_text(str(error)))}</p></main>'
    return f'<div data-nodescope="scene" data-view="both"></div><script type="application/json" id="scene">{document}</script>'


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
    moment = f'class="dock" data-part="dock" aria-label="Which {beside.unit}" data-moment="{beside.unit} {at:,}"'
    if pair.moments:
        step = first_step(pair.beside, at)
        return f'<div {moment} data-step="#step-{step}" role="group">{ways}<span>{unit} {at:,}</span>{of}</div>'
    a, b = pair.jobs
    return (
        f'<form {moment} method="get" action="/compare">{ways}'
        f'<input type="hidden" name="a" value="{a.number}"><input type="hidden" name="b" value="{b.number}">'
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
