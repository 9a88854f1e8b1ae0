"""Two runs beside each other on the local page: both errors on one axis, which is better and how sure that is, what differs."""

import math
from collections.abc import Iterable
from html import escape

import numpy as np

from nodescope.arithmetic.core import engine
from nodescope.diagnosis.checks.compare import Comparison, compare
from nodescope.diagnosis.checks.parting import Parting, parting
from nodescope.diagnosis.live.say import read
from nodescope.errors import InputError
from nodescope.hosts.drawings import line, scaled
from nodescope.hosts.jobs import Job
from nodescope.hosts.pages import name_of, page_around
from nodescope.run.recorded import Recorded
from nodescope.run.run import Run
from nodescope.views.numbers import plain_text

POINTS = 160
"""The error is looked at after so many numbers of steps at most."""
MOST_WORK = 2 * 10**7
"""Multiplications that this may cost for each of the two."""
WIDE, HIGH, LEFT, FOOT, EDGE = 900, 320, 104, 34, 14
POWERS_FROM = 1000.0
"""An error that spans so much is drawn by powers of ten."""
Way = list[tuple[int, float]]


def choice(jobs: Iterable[Job]) -> str:
    """The form that asks which two; nothing where there are no two."""
    done = [job for job in jobs if job.told is not None]
    if len(done) < 2:
        return ""
    texts = [f'<option value="{job.number}">{job.number}: {name_of(job.name)}</option>' for job in done]
    b = "".join(texts)
    a = "".join([texts[1], texts[0], *texts[2:]])
    return (
        f'<form method="get" action="/compare"><label>Compare <select name="a">{a}</select></label>'
        f'<label>with <select name="b">{b}</select></label><button>Compare</button></form>'
    )


def others(job: Job, jobs: Iterable[Job]) -> str:
    """Which run one is held beside."""
    done = [other for other in jobs if other.told is not None and other is not job]
    rows = "".join(
        f'<li><a href="/compare?a={job.number}&amp;b={other.number}">{other.number}: {name_of(other.name)}</a> '
        f'<span class="soft">{escape(plain_text(other.told.sentence if other.told else ""))}</span></li>'
        for other in done
    )
    listed = f"<ul>{rows}</ul>" if rows else "<p>There is no other run yet: make one on the start page, and come back.</p>"
    body = (
        f'<nav><a href="/run/{job.number}">Back to the run</a></nav><main class="start"><h1>Compare with…</h1>'
        f'<p class="soft">Run {job.number}: {name_of(job.name)}</p><section>{listed}</section></main>'
    )
    return page_around(f"nodescope: run {job.number} beside another", body)


def page(a: Job, b: Job) -> str:
    """The page of two finished runs.

    Raises
    ------
    InputError
        One of them was observed elsewhere, whose numbers cannot be made again.
    """
    one, other = _replayed(a), _replayed(b)
    try:
        found: Comparison | None = compare(one, other)
        told = _capital(found.sentence) if found is not None else ""
    except InputError as error:
        found, told = None, f"{_capital(str(error))}."
    parts = found.parts if found is not None else parting(one, other)
    ways = [_way(one), _way(other)]
    legend = "".join(
        f'<li class="of-{which}"><b>{which}</b> <a href="/run/{job.number}">{job.number}: {name_of(job.name)}</a>: '
        f"{escape(plain_text(run.sentence))}</li>"
        for which, job, run in (("a", a, one), ("b", b, other))
    )
    apart = parts.sentence if isinstance(parts, Parting) else parts
    body = (
        f'<nav><a href="/">All runs</a></nav><main class="start"><h1>{escape(plain_text(told))}</h1>'
        f'<p class="soft">{escape(plain_text(apart))}</p><section><h2>Error (mse), step by step</h2><ul class="both">{legend}</ul>'
        f"{_drawn(ways)}{_table(ways)}</section>{_differences(found)}</main>"
    )
    return page_around(f"nodescope: run {a.number} beside run {b.number}", body)


def _replayed(job: Job) -> Run:
    run = job.opened()
    if isinstance(run, Recorded):
        raise InputError(f"run {job.number} was observed elsewhere: its errors cannot be made again beside another's")
    return run


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _way(run: Run) -> Way:
    """Numbers of updates, and the mse over all examples after each."""
    problem = run.recipe.problem
    count = max(3, min(POINTS, MOST_WORK // max(1, problem.n * problem.size)))
    steps = np.unique(np.linspace(0, run.steps, min(count, run.steps + 1)).round().astype(np.int64)).tolist()
    with np.errstate(all="ignore"):
        return [(step, engine().mse(problem, problem.weights(run.replay.state_at(step)))) for step in steps]


def _drawn(ways: list[Way]) -> str:
    shown = [[(step, mse) for step, mse in way if math.isfinite(mse)] for way in ways]
    values = np.array([mse for way in shown for _, mse in way])
    if not len(values):
        return '<p class="soft">No error of either is a finite number.</p>'
    above = values[values > 0]
    by_powers = len(above) > 1 and float(above.max() / above.min()) > POWERS_FROM
    if by_powers:
        shown = [[(step, math.log10(mse)) for step, mse in way if mse > 0] for way in shown]
        values = np.log10(above)
    low, high = float(values.min()), float(values.max())
    last = max((way[-1][0] for way in shown if way), default=1)
    marks = "".join(_mark(value, low, high, by_powers) for value in np.linspace(low, high, 4))
    lines = "".join(_curve(way, (low, high), last, which) for way, which in zip(shown, "ab", strict=True) if way)
    ends = f'<text x="{LEFT}" y="{HIGH - 10}">0</text><text class="e" x="{WIDE - EDGE}" y="{HIGH - 10}">step {last:,}</text>'
    said = "Errors of both runs over their steps; the table below has the numbers"
    drawn = f'<svg class="both" viewBox="0 0 {WIDE} {HIGH}" role="img" aria-label="{said}">{marks}{lines}{ends}</svg>'
    return f'<div class="runs" tabindex="0">{drawn}</div>'


def _mark(value: float, low: float, high: float, by_powers: bool) -> str:
    y = float(scaled(np.array([value]), low, high, (HIGH - FOOT, EDGE))[0])
    text = read(10**value if by_powers else value)
    return f'<path class="rule" d="M{LEFT} {y:.1f}H{WIDE - EDGE}"/><text class="e" x="{LEFT - 8}" y="{y + 5:.1f}">{text}</text>'


def _curve(way: Way, ends: tuple[float, float], last: int, which: str) -> str:
    x = scaled(np.array([step for step, _ in way], dtype=np.float64), 0.0, float(last), (LEFT, WIDE - EDGE))
    y = scaled(np.array([value for _, value in way]), *ends, (HIGH - FOOT, EDGE))
    return line(x, y, f"of-{which}")


def _table(ways: list[Way]) -> str:
    by_step = [dict(way) for way in ways]
    steps = sorted({*by_step[0], *by_step[1]})
    few = steps[:: max(1, -(-len(steps) // 40))]
    rows = [(step, "".join(f"<td>{way[step]!r}</td>" if step in way else "<td></td>" for way in by_step)) for step in few]
    cells = "".join(f'<tr><th scope="row">{step:,}</th>{told}</tr>' for step, told in rows)
    head = '<tr><th scope="col">step</th><th scope="col">a</th><th scope="col">b</th></tr>'
    return f"<details><summary>As a table</summary><table><thead>{head}</thead><tbody>{cells}</tbody></table></details>"


def _differences(found: Comparison | None) -> str:
    if found is None:
        return ""
    rows = "".join(
        f'<tr><th scope="row">{escape(name)}</th><td>{escape(plain_text(one))}</td><td>{escape(plain_text(other))}</td></tr>'
        for name, one, other in found.told_differences
    )
    if not rows:
        return "<section><h2>What differs</h2><p>Nothing: they have the same recipe.</p></section>"
    head = '<tr><th scope="col">setting</th><th scope="col">a</th><th scope="col">b</th></tr>'
    return f"<section><h2>What differs</h2><table><thead>{head}</thead><tbody>{rows}</tbody></table></section>"
