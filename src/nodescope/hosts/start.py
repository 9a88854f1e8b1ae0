"""The local page's start: one node at work, six runs to open, numbers, a table or a network of one's own, and the runs so far."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from html import escape

from nodescope.arithmetic.activations import ACTIVATIONS
from nodescope.hosts import compare_choice, drawings
from nodescope.hosts.advice import ALONE
from nodescope.hosts.file import document_of, safe_json
from nodescope.hosts.forms import Form
from nodescope.hosts.job import Job
from nodescope.hosts.jobs import Jobs
from nodescope.hosts.pages import field_of, name_of, options_of, page_around, wrong_of
from nodescope.hosts.showcase import SHOWN, made, picture
from nodescope.hosts.toys import SETS
from nodescope.views.numbers import plain_text
from nodescope.views.values import as_json


@dataclass(frozen=True)
class Wrong:
    """What was wrong with a form.

    Attributes
    ----------
    sentence : str
    of : "node", "table" or "network"
        The form of the start page that it belongs to.
    """

    sentence: str = ""
    of: str = "node"


PROMISE = "See one number learn, and be told what goes wrong and why."
SEED = {"weight": "0.4", "input": "1", "goal": "0.6", "alpha": "0.1", "steps": "325"}
MEANINGS = {"weight": "weight: where it starts", "alpha": "alpha: how big a part it corrects"}
LAYERS = {"hidden": "8", "alpha": "auto", "steps": "1000"}
NAMES = {"hidden": "Nodes in between: 8, or 8,8 for two layers", "alpha": "alpha, or auto", "steps": "steps"}
OBSERVE = """from nodescope.torch import observe
with observe(model, optimizer) as run:
    …  # your loop, as it is
print(run.diagnose())"""


def page(jobs: Jobs, wrong: Wrong | None = None, typed: Form | None = None) -> str:
    """The start page; `typed` is the form that something was wrong with, as it was sent."""
    typed, wrong = typed or {}, wrong or Wrong()
    own = "".join([_numbers(wrong, typed), _table(wrong), _torch(), _network(wrong, typed)])
    body = (
        f'<main class="first"><div data-nodescope="scene" data-view="start" data-ways="{_WAYS}"></div>'
        f"<noscript><h1>{PROMISE}</h1></noscript>{_cards()}"
        f'<div class="own">{own}</div>{_runs(jobs)}</main><script type="application/json" id="scene">{_seed()}</script>'
    )
    return page_around("nodescope", body, '<script type="module" src="/static/nodescope.js"></script>')


_BAR = [("Lessons", "/lessons"), ("Grade my printout", "/grade"), ("Type my own numbers", "#own")]
_WAYS = escape(as_json({"bar": _BAR, "files": [], "fit": []}))


@cache
def _seed() -> str:
    document: str = safe_json(document_of(made("stalls"), ALONE))
    return document


@cache
def _cards() -> str:
    cards = "".join(
        f'<a class="card" href="/example/{shown.name}">{picture(shown.name)}<strong>{shown.title}</strong> '
        f"<span>{shown.question}</span></a>"
        for shown in SHOWN.values()
    )
    return f'<nav class="cards" aria-label="Runs to open">{cards}</nav>'


def _said(wrong: Wrong, of: str) -> str:
    return wrong_of(wrong.sentence) if wrong.of == of else ""


def _fields(values: Mapping[str, str], names: Mapping[str, str], typed: Form) -> str:
    return "".join(field_of(names.get(name, name), name, typed.get(name, [value])[0]) for name, value in values.items())


def _numbers(wrong: Wrong, typed: Form) -> str:
    mine = typed if wrong.of == "node" else {}
    return f"""<section><h2 id="own">Your own numbers</h2>{_said(wrong, "node")}
<p class="soft">Several inputs or examples: write them as 0,1,2.</p>
<form method="post" action="/run">{_fields(SEED, MEANINGS, mine)}<button>Run</button></form>
<p class="soft"><a href="/grade">Grade what my own loop printed</a></p></section>"""


def _table(wrong: Wrong) -> str:
    return f"""<section><h2>Your own table</h2>{_said(wrong, "table")}
<p class="soft">CSV or Parquet: choose a file, or drop it on the field. It stays on this machine.</p>
<form method="post" action="/table" enctype="multipart/form-data">
<label>Table <input type="file" name="table" required></label><button>Look at its columns</button></form></section>"""


def _network(wrong: Wrong, typed: Form) -> str:
    mine = typed if wrong.of == "network" else {}
    sets = options_of({name: text for name, (text, _) in SETS.items()}, mine.get("set", ["corners"])[0])
    kinds = {name: name for name in sorted(ACTIVATIONS, key=lambda name: name != "tanh")}
    return f"""<section><h2>Build a network</h2>{_said(wrong, "network")}
<p class="soft">Layers of nodes learn one of these sets, all of its examples in each step.</p>
<form method="post" action="/network"><label>What it learns <select name="set">{sets}</select></label>
{_fields(LAYERS, NAMES, mine)}<label>What a node does with its sum
<select name="activation">{options_of(kinds, mine.get("activation", ["tanh"])[0])}</select></label>
<button>Build and run</button></form></section>"""


def _torch() -> str:
    return f"""<section><h2>Your PyTorch training</h2><p class="soft">Two lines, and no bit of it changes.</p>
<pre tabindex="0">{escape(OBSERVE)}</pre></section>"""


def _runs(jobs: Jobs) -> str:
    rows = "".join(
        f'<tr role="row"><th scope="row" role="rowheader"><a href="{job.place}">{job.number}: {name_of(job.name)}</a></th>'
        f"{_cells(job)}</tr>"
        for job in jobs
    )
    kept = (
        "Runs made here stay when nodescope ends."
        if jobs.kept is not None
        else "They are gone when nodescope ends: save what is to stay."
    )
    if not rows:
        return f'<section><h2>Runs so far</h2><p class="soft">Your runs will be listed here. {kept}</p></section>'
    names = ("run", "what it did", "error", "steps", "mse", "off by, on rows it never saw (RMSE)")
    head = "".join(f'<th scope="col" role="columnheader">{text}</th>' for text in names)
    gone = f" The {jobs.forgotten:,} oldest are forgotten." if jobs.forgotten else ""
    table = f'<table class="made" role="table" aria-label="Runs so far"><thead role="rowgroup"><tr role="row">{head}</tr></thead>'
    table += f'<tbody role="rowgroup">{rows}</tbody></table>'
    table = f'<div class="runs" tabindex="0" role="group" aria-label="Runs so far">{table}</div>'
    return f'<section><h2>Runs so far</h2>{table}{compare_choice.choice(jobs)}<p class="soft">{kept}{gone}</p></section>'


def _cells(job: Job) -> str:
    """What is told of a run. That these are cells is said: on a phone they are blocks, which browsers take for no table."""
    told = job.told
    if told is None:
        state = escape(plain_text(job.failed)) or ("waits for its turn" if job.waits else "on its way")
        words, numbers = [state, ""], [f"{job.steps:,}", "", ""]
    else:
        words = [escape(plain_text(told.sentence or told.ending)), drawings.sparkline(told.curve)]
        numbers = [f"{told.steps:,}", escape(plain_text(told.mse)), escape(plain_text(told.unseen))]
    cells = [f'<td role="cell">{text}</td>' for text in words] + [f'<td role="cell" class="n">{text}</td>' for text in numbers]
    return "".join(cells)
