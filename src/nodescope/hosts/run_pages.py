"""HTML of what is done with a run from its page: a table that it predicts, and how far it shall go on."""

from html import escape
from itertools import islice
from typing import Any

from nodescope.hosts.forms import EMPTY, Form, field
from nodescope.hosts.job import Job
from nodescope.hosts.pages import field_of, name_of, page_around, wrong_of
from nodescope.run import predicting
from nodescope.run.ending import Ending
from nodescope.run.recipe import Recipe
from nodescope.run.run import Run
from nodescope.views.numbers import plain_text

ROWS = 20
"""Predicted rows that are shown; all of them are in the file."""
OVER = (Ending.SETTLED, Ending.CYCLING, Ending.DIVERGED)


def predict_page(job: Job, columns: tuple[str, ...] = (), wrong: str = "", told: tuple[str, dict[str, Any]] | None = None) -> str:
    """A file of rows to predict; `told` is what came of one: its name, and the predictions by column."""
    needs = f" It needs {_listed(columns)}; a goal is not needed." if columns else ""
    at = f"/run/{job.number}/predict"
    body = (
        f"{head_of(job, 'Predict a file')}{wrong_of(wrong)}{_shown(told)}"
        f'<section><p class="soft">CSV or Parquet, with the same columns by name.{needs} It stays on this machine.</p>'
        f'<form method="post" action="{at}" enctype="multipart/form-data">'
        '<label>Table <input type="file" name="table" required></label><button>Predict and look</button>'
        f'<button class="plain" formaction="{at}/csv">Predict into a .csv</button></form></section></main>'
    )
    return page_around("nodescope: predict a file", body)


def head_of(job: Job, title: str) -> str:
    """The way back, what is done, and with which run."""
    return (
        f'<nav><a href="/run/{job.number}">Back to the run</a></nav><main class="start"><h1>{title}</h1>'
        f'<p class="soft">By run {job.number}: {name_of(job.name)}</p>'
    )


def _listed(columns: tuple[str, ...]) -> str:
    shown = ", ".join(f"<b>{name_of(name)}</b>" for name in columns[:12])
    return f"{shown} and {len(columns) - 12:,} more" if len(columns) > 12 else shown


def _shown(told: tuple[str, dict[str, Any]] | None) -> str:
    if told is None:
        return ""
    name, columns = told
    head = "".join(f'<th scope="col">{name_of(column)}</th>' for column in ("row", *columns))
    rows = "".join(
        f'<tr><th scope="row">{number}</th>{"".join(f"<td>{escape(plain_text(cell))}</td>" for cell in row)}</tr>'
        for number, row in enumerate(islice(predicting.rows_of(columns), ROWS), 1)
    )
    count = len(next(iter(columns.values())))
    more = f" The first {ROWS}:" if count > ROWS else ""
    table = f'<table aria-label="Predictions"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'
    table = f'<div class="runs" tabindex="0" role="group" aria-label="Predictions">{table}</div>'
    return f"<section><h2>{count:,} rows of {name_of(name)}.{more}</h2>{table}</section>"


def unit_of(recipe: Recipe) -> tuple[str, int]:
    """What a run's length is told in, and how many steps each of that has."""
    return ("epochs", recipe.steps_per_epoch) if recipe.source is not None else ("steps", 1)


def more_page(job: Job, run: Run, form: Form = EMPTY, wrong: str = "") -> str:
    """How far it shall go; of a run whose weights never change any more only that."""
    unit, of_unit = unit_of(run.recipe)
    head = head_of(job, f"More {unit}")
    if run.ending in OVER and not wrong:
        told = f"<section><p>{escape(plain_text(run.sentence))} More {unit} would change nothing.</p></section>"
        return page_around(f"nodescope: more {unit}", f"{head}{told}</main>")
    asked = (run.recipe.asked_steps or run.steps) // of_unit
    to = field(form, "to", str(2 * max(1, asked)))
    body = (
        f"{head}{wrong_of(wrong)}<section><p>It made {-(-run.steps // of_unit):,} {unit}. The longer run begins as this one did, "
        f'with the same numbers, and goes on; this one stays.</p><form method="post" action="/run/{job.number}/more">'
        f"{field_of(f'{unit} altogether', 'to', to)}<button>Go on</button></form></section></main>"
    )
    return page_around(f"nodescope: more {unit}", body)
