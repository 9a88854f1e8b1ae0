"""The local page's HTML: a run on its way, a run, and the pieces of every page. Words of others go through `escape`."""

from collections.abc import Mapping, Sequence
from html import escape

from nodescope.diagnosis.after.verdict import diagnose
from nodescope.errors import InputError
from nodescope.hosts import caps
from nodescope.hosts.advice import on_the_page
from nodescope.hosts.file import document_of, safe_json
from nodescope.hosts.fit_fields import in_page_words
from nodescope.hosts.job import Job
from nodescope.run.recorded import Recorded
from nodescope.run.run import Run
from nodescope.views import report
from nodescope.views.numbers import plain_text
from nodescope.views.values import as_json

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


def field_of(label: str, name: str, value: str, hint: str = "") -> str:
    shown = f' placeholder="{escape(hint)}"' if hint else ""
    return f'<label>{escape(label)} <input name="{name}" value="{escape(value)}"{shown}></label>'


def wrong_of(message: str) -> str:
    """What was wrong with a form; the page opens on it, wherever it stands."""
    return f'<p class="wrong" tabindex="-1" autofocus role="alert">{escape(plain_text(message))}</p>' if message else ""


def name_of(text: str) -> str:
    """Somebody's name as text, cut where it is long."""
    shown = plain_text(text)
    return escape(shown if len(shown) <= LONGEST_NAME else shown[: LONGEST_NAME - 1] + "…")


def options_of(values: Mapping[str, str], chosen: str) -> str:
    """Options of a choice; a chosen one that was never offered stands with them, so that the sentence about it is understood."""
    shown = values if chosen in values else {**values, chosen: name_of(chosen)}
    return "".join(
        f'<option value="{escape(value)}"{" selected" if value == chosen else ""}>{text}</option>' for value, text in shown.items()
    )


def on_its_way(job: Job, ahead: int) -> str:
    """How far a run is, or that it waits; asks again by itself."""
    made, asked = job.way
    most, what = ("", "runs") if job.kind == "sweep" else ("at most ", "steps")
    told = f"{made:,} of {most}{asked:,} {what}" if asked else "It is being prepared."
    button = "Stop here, and keep what there is"
    if job.waits:
        others = "1 run is" if ahead == 1 else f"{ahead:,} runs are"
        told, button = f"{others} before it, and {caps.SEATS} go at once.", "Take it out of the queue"
    return page_around(
        "nodescope: running",
        f"""<main class="start"><h1>{name_of(job.name)} {"waits for its turn" if job.waits else "is running"}</h1>
<section><p role="status">{told}</p>
<progress value="{made}" max="{max(1, asked)}" aria-label="{what} made"></progress>
<form method="post" action="{job.place}/stop"><button>{button}</button></form>
<p><a href="/">All runs</a></p></section></main>""",
        '<meta http-equiv="refresh" content="1">',
    )


def nothing(sentence: str = "There is nothing here") -> str:
    """A page for an address that leads nowhere, or no longer somewhere."""
    return page_around(
        "nodescope", f'<main class="start"><h1>{escape(plain_text(sentence))}</h1><p><a href="/">Back to the start</a></p></main>'
    )


def failed(job: Job, sentence: str) -> str:
    """A run that there is not, and why; one that was left unfinished can go on all the same."""
    on = f'<form method="post" action="{job.place}/go-on"><button>Go on</button></form>' if job.left else ""
    return page_around(
        "nodescope", f'<main class="start"><h1>{name_of(job.name)}</h1>{wrong_of(sentence)}{on}<p><a href="/">Back</a></p></main>'
    )


def view(run: Run | Recorded, number: int, decided: Sequence[str] = (), ways: object = None) -> str:
    """The view of the run with a number, what was decided for it, and what can be done with it.

    Where a page cannot hold the run it is its report as text.
    """
    back = '<nav><a href="/">All runs</a></nav>'
    lines = "".join(f"<li>{escape(plain_text(in_page_words(line)))}</li>" for line in decided)
    chosen = f'<section class="start"><h2>What was decided</h2><ul>{lines}</ul></section>' if lines else ""
    score = (
        f'<section class="start"><h2>How good it is</h2><pre>{escape(plain_text_lines(repr(run.score)))}</pre></section>'
        if not isinstance(run, Recorded) and run.score
        else ""
    )
    try:
        document = safe_json(document_of(run, on_the_page(run)))
    except InputError as error:
        lines = _report(run)
        return page_around("nodescope", f'{back}<main class="start"><p>{escape(str(error))}</p><pre>{escape(lines)}</pre></main>')
    again = "" if isinstance(run, Recorded) else f' data-again="/run/{number}/again"'
    can = f' data-ways="{escape(as_json(ways))}"' if ways else ""
    place = f'<div data-nodescope="scene" data-home="/"{can}{again}></div>'
    beside = f'<aside aria-label="Of this fit">{score}{chosen}</aside>' if score or chosen else ""
    body = f'{place}{beside}<script type="application/json" id="scene">{document}</script>'
    return page_around(f"nodescope: run {number}", body, '<script type="module" src="/static/nodescope.js"></script>')


def _report(run: Run | Recorded) -> str:
    return report.markdown(run) if isinstance(run, Recorded) else "\n".join(report.result(run, diagnose(run)))


def plain_text_lines(text: str) -> str:
    return "\n".join(map(plain_text, text.split("\n")))
