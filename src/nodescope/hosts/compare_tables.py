"""Tables of two runs beside each other: what they differ in, how they ended, errors over time, weights."""

import math
from collections.abc import Sequence
from html import escape

import numpy as np

from nodescope.data.units import words_of
from nodescope.diagnosis.checks.beside import Beside, Way
from nodescope.diagnosis.checks.compare import Comparison
from nodescope.diagnosis.live.say import read
from nodescope.hosts.compare_drawings import Lane
from nodescope.run.run import Run
from nodescope.run.score import Score
from nodescope.views.numbers import plain_text
from nodescope.views.picture.texts import distinct

ROWS = 40
"""Moments of the table of errors, at most."""
MOST_LANES = 8
KEYS = '<th scope="col" class="told-a">● A</th><th scope="col" class="told-b">■ B</th>'


def differences(found: Comparison | None) -> str:
    """Only the settings that differ; the others in a fold."""
    if found is None:
        return ""
    differ = found.told_differences
    count = f'<span class="chip">{len(differ)} setting{"" if len(differ) == 1 else "s"}</span>' if differ else ""
    head = f'<section><div class="card-head"><h2>What differs</h2>{count}</div>'
    if not differ:
        return f"{head}<p>Nothing: they have the same recipe.</p></section>"
    same = _rows([(name, value, value) for name, value in found.told_shared])
    fold = f"<details><summary>Everything else is the same</summary>{_table('setting', same)}</details>"
    return f"{head}{_table('setting', _rows(differ))}{fold}</section>"


def _table(first: str, rows: str) -> str:
    named = f'<table class="ab" aria-label="{first}: A beside B">'
    return f'{named}<thead><tr><th scope="col">{first}</th>{KEYS}</tr></thead><tbody>{rows}</tbody></table>'


def _rows(rows: Sequence[tuple[str, str, str]]) -> str:
    return "".join(
        f'<tr><th scope="row">{escape(plain_text(name))}</th><td>{escape(plain_text(a))}</td><td>{escape(plain_text(b))}</td></tr>'
        for name, a, b in rows
    )


def ended(beside: Beside, found: Comparison | None, unit: str) -> str:
    """Errors at the end, the smaller in bold; how each ended; when it was better than always saying the mean."""
    rows = [_error(f"{beside.what} {'unseen' if unseen else 'seen'}", beside, unseen, unit) for unseen in _kinds(beside)]
    one, other = beside.runs
    rows += [_rows([("ending", _ending(one), _ending(other))])]
    if found is not None and not beside.by_epoch:
        rows += [_rows([("steps", f"{one.steps:,}", f"{other.steps:,}")])]
    beats = [_beats(way, run, beside) for way, run in zip(beside.ways, beside.runs, strict=True)]
    if all(text is not None for text in beats):
        rows += [_rows([("beats the mean after", str(beats[0]), str(beats[1]))])]
    return _table("at the end", "".join(rows))


def _kinds(beside: Beside) -> list[bool]:
    return [True, False] if beside.by_unseen else [False]


def _error(name: str, beside: Beside, unseen: bool, unit: str) -> str:
    last = [list(way.errors(unseen).values())[-1] for way in beside.ways]
    texts = [f"{read(value)}{unit}" for value in last]
    alike = last[0] == last[1] or any(map(math.isnan, last)) or not beside.same_goals
    least = None if alike else min(range(2), key=last.__getitem__)
    cells = "".join(f"<td>{f'<b>{text}</b>' if i == least else text}</td>" for i, text in enumerate(texts))
    return f'<tr><th scope="row">{name if beside.by_epoch else beside.what}</th>{cells}</tr>'


def _ending(run: Run) -> str:
    """How it ended, in a cell's length."""
    if run.cycle is not None:
        return f"cycles from step {run.cycle.first:,}"
    return _first_letter_small(plain_text(run.sentence.partition(";")[0].partition(":")[0]).rstrip("."))


def _first_letter_small(text: str) -> str:
    return text[:1].lower() + text[1:]


def says_more(run: Run, told: str) -> bool:
    """Whether a sentence about a run says more than how it ended."""
    return not run.sentence.startswith(told.rstrip("."))


def mean_of(run: Run, unseen: bool, beside: Beside) -> float | None:
    """What always saying the mean is off by; None where that is not one number, or another error is told."""
    if beside.what != "RMSE" or run.recipe.k > 1 or not isinstance(run.score, Score):
        return None
    quality = run.score.mean.unseen if unseen else run.score.mean.seen
    return None if quality is None else float(np.ravel(quality.rmse)[0])


def _beats(way: Way, run: Run, beside: Beside) -> str | None:
    mean = mean_of(run, beside.by_unseen, beside)
    if mean is None:
        return None
    at = next((at for at, error in way.errors(beside.by_unseen).items() if error < mean), None)
    return "never" if at is None else f"{at:,} epoch{'' if at == 1 else 's'}"


def over_time(beside: Beside) -> str:
    """Both errors at some of the moments, every digit."""
    by_moment = [way.errors(beside.by_unseen) for way in beside.ways]
    moments = sorted({*by_moment[0], *by_moment[1]})
    few = moments[:: max(1, -(-len(moments) // ROWS))]
    few = few if few[-1] == moments[-1] else [*few, moments[-1]]
    rows = "".join(
        f'<tr><th scope="row">{at:,}</th>{"".join(f"<td>{way[at]!r}</td>" if at in way else "<td></td>" for way in by_moment)}</tr>'
        for at in few
    )
    return f"<details><summary>As a table, every digit</summary>{_table(beside.unit, rows)}</details>"


def of_step(runs: Sequence[Run], steps: Sequence[int], at: int) -> str:
    """What goes on inside a step of each, as numbers: two different ones of the table, or beside a goal, never look the same."""
    traces = [run.trace[step] for run, step in zip(runs, steps, strict=True)]
    pairs = {name: [np.ravel(trace[name]) for trace in traces] for name in STEP}
    numbers = {name: [float(x[0]) for x in pair] for name, pair in pairs.items() if all(len(x) == 1 for x in pair)}
    texts = iter(distinct([x for pair in numbers.values() for x in pair]))
    rows = [("step", counted(steps[0], at), counted(steps[1], at))]
    rows += [(name.replace("_", " "), next(texts), next(texts)) for name in numbers]
    return f"<section><h2>Inside that step of both</h2>{_table('number', _rows(rows))}</section>"


STEP = ("weight", "prediction", "goal", "delta", "weighted_delta", "alpha_delta", "new_weight")


def counted(step: int, at: int) -> str:
    """A step's number, from 0, so that the last one is one below the steps that are made."""
    return f"{step:,}" if step >= at else f"{step:,}, the last"


def lanes_of(a: Run, b: Run) -> list[Lane]:
    """What each input moves the answer by over its usual spread, of two nodes over the same columns of a table; else nothing."""
    sources = (a.recipe.source, b.recipe.source)
    linear = all(run.recipe.problem.is_least_squares and run.recipe.k == 1 for run in (a, b))
    if None in sources or not linear or a.recipe.input_names != b.recipe.input_names:
        return []
    examples = a.recipe.examples
    own = examples.input if examples.scaling is None else examples.scaling.undo(examples.input)
    spread = np.asarray(own).std(axis=0)
    least = a.score.least_squares if isinstance(a.score, Score) and a.score.least_squares.unique else None
    with np.errstate(all="ignore"):
        one, other = (np.ravel(run.table_weight) * spread for run in (a, b))
        best = None if least is None else np.ravel(least.weight) * spread
    if not (np.all(np.isfinite(one)) and np.all(np.isfinite(other))):
        return []
    order = np.argsort(-np.maximum(np.abs(one), np.abs(other)), kind="stable")[:MOST_LANES].tolist()
    names = a.recipe.input_names
    return [
        Lane(words_of(plain_text(names[i])), float(one[i]), float(other[i]), None if best is None else float(best[i]))
        for i in order
    ]


def of_lanes(lanes: Sequence[Lane]) -> str:
    """The same as numbers."""
    rows = "".join(
        f'<tr><th scope="row">{escape(lane.name)}</th><td>{read(lane.a)}</td><td>{read(lane.b)}</td>'
        f"<td>{'' if lane.least is None else read(lane.least)}</td></tr>"
        for lane in lanes
    )
    head = f'<tr><th scope="col">input</th>{KEYS}<th scope="col">least squares</th></tr>'
    table = f'<table class="ab" aria-label="weights: A beside B"><thead>{head}</thead><tbody>{rows}</tbody></table>'
    return f"<details><summary>As a table</summary>{table}</details>"
