"""The local page's HTML: choosing a table's columns, a run on its way, a run. Words of others go through `escape`."""

from collections.abc import Mapping
from html import escape

from nodescope.arithmetic.activations import ACTIVATIONS
from nodescope.arithmetic.rules import RULES
from nodescope.diagnosis.after.verdict import diagnose
from nodescope.errors import InputError
from nodescope.hosts import caps
from nodescope.hosts.desk import Shelved
from nodescope.hosts.file import safe_json, scene_of
from nodescope.hosts.forms import Form
from nodescope.hosts.jobs import Job
from nodescope.run.recorded import Recorded
from nodescope.run.run import Run
from nodescope.views import report
from nodescope.views.numbers import plain_text

LONGEST_NAME = 60
"""Letters of a name that are shown; the whole of it stays the name."""


def page_around(title: str, body: str, head: str = "") -> str:
    """A page around a body."""
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1"><link rel="icon" href="data:,">'
        f'<title>{escape(title)}</title><link rel="stylesheet" href="/static/start.css">{head}</head>'
        f"<body>{body}</body></html>\n"
    )


def field_of(label: str, name: str, value: str) -> str:
    return f'<label>{escape(label)} <input name="{name}" value="{escape(value)}"></label>'


def wrong_of(message: str) -> str:
    return f'<p class="wrong" role="alert">{escape(plain_text(message))}</p>' if message else ""


def name_of(text: str) -> str:
    """Somebody's name as text, cut where it is long."""
    shown = plain_text(text)
    return escape(shown if len(shown) <= LONGEST_NAME else shown[: LONGEST_NAME - 1] + "…")


def _box(place: int, name: str, checked: bool) -> str:
    mark = " checked" if checked else ""
    return f'<label class="check"><input type="checkbox" name="input" value="{place}"{mark}> {name_of(name)}</label>'


def columns(number: int, table: Shelved, typed: Form | None = None, wrong: str = "") -> str:
    """Choose the goal and the inputs of a table; columns go by their place, whatever they are called.

    `typed` is the form as it was sent, where something in it was wrong.
    """
    form = typed or {}
    likely = max(table.numbers)
    boxes = "".join(_box(i, name, str(i) in form.get("input", []) if form else i != likely) for i, name in table.numbers.items())
    goals = {str(i): name_of(name) for i, name in table.numbers.items()}
    others = ", ".join(map(name_of, table.others[:8])) + (" …" if len(table.others) > 8 else "")
    left = f'<p class="soft">No numbers: {others}</p>' if others else ""
    asked = f'<p class="wrong" role="note">{escape(plain_text(table.headless))}</p>' if table.headless else ""

    if table.told:
        asked += f'<p class="soft" role="note">It is read with {escape(plain_text(table.told))}.</p>'

    def typed_or(label: str, key: str, default: str) -> str:
        return field_of(label, key, form.get(key, [default])[0])

    def choice(label: str, key: str, values: Mapping[str, str], default: str) -> str:
        return f'<label>{label} <select name="{key}">{options_of(values, form.get(key, [default])[0])}</select></label>'

    def check(label: str, key: str) -> str:
        mark = " checked" if not form or key in form else ""
        return f'<label class="check"><input type="checkbox" name="{key}"{mark}> {label}</label>'

    return page_around(
        "nodescope: a table",
        f"""<main class="start"><h1>{name_of(table.path.name)}</h1><p><a href="/">Back to the start</a></p>{asked}
<section><h2>Fit a node, or layers of nodes</h2>{wrong_of(wrong)}
<form method="post" action="/table/{number}">
{choice("Goal", "goal", goals, str(likely))}
<fieldset><legend>Inputs (the goal is left out by itself)</legend>{boxes}</fieldset>{left}
{check("all columns to mean 0, deviation 1 (of one node: the inputs alone)", "standardise")}
{check("leave out rows that lack a number", "missing")}
{typed_or("Part kept unseen", "holdout", "0.2")}{typed_or("Alpha", "alpha", "auto")}{typed_or("Epochs", "epochs", "200")}
{choice("Examples a step", "batch", same_of("1", "32", "all"), "all")}
{typed_or("Hidden nodes: none, or 8,8", "hidden", "")}
{choice("Their activation", "activation", same_of(*sorted(ACTIVATIONS, key=lambda name: name != "tanh")), "tanh")}
{choice("Rule", "rule", same_of(*RULES), "plain")}
<button>Fit</button></form></section></main>""",
    )


def same_of(*words: str) -> dict[str, str]:
    return {word: word for word in words}


def options_of(values: Mapping[str, str], chosen: str) -> str:
    """Options of a choice; a chosen one that was never offered stands with them, so that the sentence about it is understood."""
    shown = values if chosen in values else {**values, chosen: name_of(chosen)}
    return "".join(
        f'<option value="{escape(value)}"{" selected" if value == chosen else ""}>{text}</option>' for value, text in shown.items()
    )


def on_its_way(job: Job, ahead: int) -> str:
    """How far a run is, or that it waits; asks again by itself."""
    asked = job.descent.steps_asked if job.descent else 0
    told = f"{job.steps:,} of at most {asked:,} steps" if asked else "It is being prepared."
    button = "Stop here, and keep what there is"
    if job.waits:
        others = "1 run is" if ahead == 1 else f"{ahead:,} runs are"
        told, button = f"{others} before it, and {caps.SEATS} go at once.", "Take it out of the queue"
    return page_around(
        "nodescope: running",
        f"""<main class="start"><h1>{name_of(job.name)} {"waits for its turn" if job.waits else "is running"}</h1>
<section><p role="status">{told}</p>
<progress value="{job.steps}" max="{max(1, asked)}" aria-label="steps made"></progress>
<form method="post" action="/run/{job.number}/stop"><button>{button}</button></form>
<p><a href="/">All runs</a></p></section></main>""",
        '<meta http-equiv="refresh" content="1">',
    )


def nothing(sentence: str = "There is nothing here") -> str:
    """A page for an address that leads nowhere, or no longer somewhere."""
    return page_around(
        "nodescope", f'<main class="start"><h1>{escape(plain_text(sentence))}</h1><p><a href="/">Back to the start</a></p></main>'
    )


def failed(job: Job, sentence: str) -> str:
    """A run that there is not, and why."""
    return page_around(
        "nodescope", f'<main class="start"><h1>{name_of(job.name)}</h1>{wrong_of(sentence)}<p><a href="/">Back</a></p></main>'
    )


def view(run: Run | Recorded, number: int) -> str:
    """The view of the run with a number; its report as text where a page cannot hold it."""
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
        return page_around("nodescope", f'{back}<main class="start"><p>{escape(str(error))}</p><pre>{escape(lines)}</pre></main>')
    again = "" if isinstance(run, Recorded) else f' data-again="/run/{number}/again"'
    place = f'<div data-nodescope="scene" data-home="/"{again}></div>'
    body = f'{place}{score}<script type="application/json" id="scene">{document}</script>'
    return page_around("nodescope: a run", body, '<script type="module" src="/static/nodescope.js"></script>')


def _report(run: Run | Recorded) -> str:
    return report.markdown(run) if isinstance(run, Recorded) else "\n".join(report.result(run, diagnose(run)))


def plain_text_lines(text: str) -> str:
    return "\n".join(map(plain_text, text.split("\n")))
