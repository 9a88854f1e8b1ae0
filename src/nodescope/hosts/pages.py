"""The local page's HTML: start, choosing a table's columns, a run on its way, a run. Words of others go through `escape`."""

from collections.abc import Iterable
from html import escape

from nodescope.arithmetic.activations import ACTIVATIONS
from nodescope.arithmetic.rules import RULES
from nodescope.diagnosis.verdict import diagnose
from nodescope.errors import InputError
from nodescope.hosts.file import safe_json, scene_of
from nodescope.hosts.jobs import Job
from nodescope.run.recorded import Recorded
from nodescope.run.run import Run
from nodescope.views import report
from nodescope.views.numbers import plain_text, short

LONGEST_NAME = 60
"""Letters of a name that are shown; the whole of it stays the name."""


def whole(title: str, body: str, head: str = "") -> str:
    """A page around a body."""
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1"><link rel="icon" href="data:,">'
        f'<title>{escape(title)}</title><link rel="stylesheet" href="/static/start.css">{head}</head>'
        f"<body>{body}</body></html>\n"
    )


def _field(label: str, name: str, value: str) -> str:
    return f'<label>{escape(label)} <input name="{name}" value="{escape(value)}"></label>'


def start(jobs: Iterable[Job], wrong: str = "") -> str:
    """The seed's node ready to run, a place to drop a table, and the runs so far."""
    seed = "".join(
        _field(name, name, value)
        for name, value in (("weight", "0.4"), ("input", "1"), ("goal", "0.6"), ("alpha", "0.1"), ("steps", "325"))
    )
    return whole(
        "nodescope",
        f"""<main class="start"><h1>nodescope</h1>
<p class="soft">Every number inside every node at every step, exactly. This page is on this machine only.</p>{_wrong(wrong)}
<section><h2>The node that it all grew from</h2>
<p>Several inputs or examples: write them as 0,1,2.</p>
<form method="post" action="/run">{seed}<button>Run</button></form></section>
<section><h2>A table of your own</h2>
<p>CSV or Parquet: choose a file, or drop it on the field. It stays on this machine.</p>
<form method="post" action="/table" enctype="multipart/form-data">
<label>Table <input type="file" name="table" required></label><button>Look at its columns</button></form></section>
{_runs(jobs)}</main>""",
    )


def _wrong(message: str) -> str:
    return f'<p class="wrong" role="alert">{escape(plain_text(message))}</p>' if message else ""


def _runs(jobs: Iterable[Job]) -> str:
    rows = "".join(
        f'<tr><td><a href="/run/{job.number}">{job.number}: {name_of(job.name)}</a></td>{_cells(job)}</tr>' for job in jobs
    )
    if not rows:
        return ""
    head = "".join(f'<th scope="col">{text}</th>' for text in ("run", "steps", "how it ended", "mse", "RMSE unseen"))
    return f"<section><h2>Runs so far, to compare</h2><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></section>"


def _cells(job: Job) -> str:
    run = job.run
    if run is None:
        return f"<td>{job.steps:,}</td><td>{escape(job.failed) or 'on its way'}</td><td></td><td></td>"
    if isinstance(run, Recorded):
        return f"<td>{run.steps:,}</td><td>{run.ending.name}, observed in {name_of(run.program)}</td><td></td><td></td>"
    unseen = run.score.unseen.rmse if run.score is not None and run.score.unseen is not None else None
    error = "" if unseen is None else f"{float(max(unseen)) if hasattr(unseen, '__len__') else float(unseen):.5g}"
    return f"<td>{run.steps:,}</td><td>{run.ending.name}</td><td>{short(run.mse)}</td><td>{error}</td>"


def name_of(text: str) -> str:
    """Somebody's name as text, cut where it is long."""
    shown = plain_text(text)
    return escape(shown if len(shown) <= LONGEST_NAME else shown[: LONGEST_NAME - 1] + "…")


def _box(place: int, name: str, checked: bool) -> str:
    mark = " checked" if checked else ""
    return f'<label class="check"><input type="checkbox" name="input" value="{place}"{mark}> {name_of(name)}</label>'


def columns(number: int, name: str, names: dict[int, str], others: list[str], chosen: dict[str, list[str]], wrong: str = "") -> str:
    """Choose the goal and the inputs of a table; columns go by their place, whatever they are called.

    `names` are those that hold numbers, by their place; `chosen` is the form as it was sent, where something in it was wrong.
    """
    goal = chosen.get("goal", [str(max(names, default=0))])[0]
    inputs = set(chosen.get("input", [])) if chosen else set(map(str, names))
    options = "".join(f'<option value="{i}"{" selected" if str(i) == goal else ""}>{name_of(n)}</option>' for i, n in names.items())
    boxes = "".join(_box(i, n, str(i) in inputs) for i, n in names.items())
    shown = ", ".join(map(name_of, others[:8])) + (" …" if len(others) > 8 else "")
    left = f'<p class="soft">No numbers: {shown}</p>' if others else ""

    def typed(label: str, key: str, default: str) -> str:
        return _field(label, key, chosen.get(key, [default])[0])

    def choice(label: str, key: str, values: Iterable[str]) -> str:
        told = chosen.get(key, [""])[0]
        options = "".join(f"<option{' selected' if value == told else ''}>{value}</option>" for value in values)
        return f'<label>{label} <select name="{key}">{options}</select></label>'

    return whole(
        "nodescope: a table",
        f"""<main class="start"><h1>{name_of(name)}</h1><p><a href="/">Back to the start</a></p>{_wrong(wrong)}
<section><h2>Fit a node, or layers of nodes</h2>
<form method="post" action="/table/{number}">
<label>Goal <select name="goal">{options}</select></label>
<fieldset><legend>Inputs (the goal is left out by itself)</legend>{boxes}</fieldset>{left}
<label class="check"><input type="checkbox" name="standardise" checked>
all columns to mean 0, deviation 1 (of one node: the inputs alone)</label>
<label class="check"><input type="checkbox" name="missing" checked> leave out rows that lack a number</label>
{typed("Part kept unseen", "holdout", "0.2")}{typed("Alpha", "alpha", "auto")}{typed("Epochs", "epochs", "200")}
<label>Examples a step <select name="batch"><option>1</option><option>32</option><option selected>all</option></select></label>
{typed("Hidden nodes: none, or 8,8", "hidden", "")}
{choice("Their activation", "activation", sorted(ACTIVATIONS, key=lambda name: name != "tanh"))}
{choice("Rule", "rule", tuple(RULES))}
<button>Fit</button></form></section></main>""",
    )


def on_its_way(job: Job) -> str:
    """How far a run is; asks again by itself."""
    asked = job.descent.steps_asked if job.descent else 0
    return whole(
        "nodescope: running",
        f"""<main class="start"><h1>{name_of(job.name)} is running</h1>
<section><p role="status">{job.steps:,} of at most {asked:,} steps</p>
<progress value="{job.steps}" max="{max(1, asked)}" aria-label="steps made"></progress>
<form method="post" action="/run/{job.number}/stop"><button>Stop here, and keep what there is</button></form></section></main>""",
        '<meta http-equiv="refresh" content="1">',
    )


def failed(job: Job) -> str:
    return whole(
        "nodescope", f'<main class="start"><h1>{name_of(job.name)}</h1>{_wrong(job.failed)}<p><a href="/">Back</a></p></main>'
    )


def view(run: Run | Recorded) -> str:
    """The view of a run; its report as text where a page cannot hold it."""
    back = '<nav><a href="/">All runs</a></nav>'
    score = (
        f'<section class="start"><h2>How good it is</h2><pre>{escape(plain_text_lines(repr(run.score)))}</pre></section>'
        if not isinstance(run, Recorded) and run.score
        else ""
    )
    try:
        document = safe_json(scene_of(run))
    except InputError as error:
        lines = _report(run)
        return whole("nodescope", f'{back}<main class="start"><p>{escape(str(error))}</p><pre>{escape(lines)}</pre></main>')
    body = f'{back}<div data-nodescope="scene"></div>{score}<script type="application/json" id="scene">{document}</script>'
    return whole("nodescope: a run", body, '<script type="module" src="/static/nodescope.js"></script>')


def _report(run: Run | Recorded) -> str:
    return report.markdown(run) if isinstance(run, Recorded) else "\n".join(report.result(run, diagnose(run)))


def plain_text_lines(text: str) -> str:
    return "\n".join(map(plain_text, text.split("\n")))
