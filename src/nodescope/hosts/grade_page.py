"""Somebody's printed numbers, pasted on the local page: what is right, and the first wrong cell marked where it stands."""

import re
from html import escape

from nodescope.diagnosis.homework.grade import grade
from nodescope.diagnosis.homework.grades import ClassList, Grade, WrongCell
from nodescope.errors import InputError
from nodescope.hosts import forms
from nodescope.hosts.forms import Form
from nodescope.hosts.pages import field_of, page_around, wrong_of
from nodescope.views.numbers import plain_text

SEED = {"weight": "0.4", "input": "1", "goal": "0.6", "alpha": "0.1"}
NUMBER = re.compile(r"[-+−]?(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
MOST_ROWS = 2000
"""Lines that are graded while somebody waits."""
MOST_LINES = 400
"""Lines of a sheet that are shown again; the first wrong cell is told in words wherever it is."""


def page(form: Form | None = None, wrong: str = "", graded: Grade | None = None) -> str:
    """The page: a form, and what came of it where it was sent."""
    typed = form or {}
    fields = "".join(field_of(name, name, typed.get(name, [value])[0]) for name, value in SEED.items())
    printed = forms.field(typed, "printed")
    body = (
        '<nav><a href="/">All runs</a></nav><main class="start"><h1>Grade my printout</h1>'
        '<p class="soft">Paste what your own loop printed: weights, one a step, or a table with names. '
        "Say what it began with.</p>"
        f'{wrong_of(wrong)}{_marked(graded, printed)}<section><form method="post" action="/grade">{fields}'
        f'<label class="whole">what it printed <textarea name="printed" rows="10" required>{escape(printed)}</textarea></label>'
        "<button>Grade it</button></form></section></main>"
    )
    return page_around("nodescope: grade my printout", body)


def graded(form: Form) -> Grade:
    """What a filled-in form's printout is worth.

    Raises
    ------
    InputError
        A field is no number, or the sheet holds nothing that can be graded.
    """
    keywords = forms.of_node(form)
    keywords.pop("steps", None)
    printed = forms.field(form, "printed")
    if not printed:
        raise InputError("nothing was pasted: paste the numbers that your loop printed")
    if printed.count("\n") > MOST_ROWS:
        raise InputError(f"the printout has more than {MOST_ROWS:,} lines: grade it in the shell, nodescope grade FILE")
    found = grade(printed if "\n" in printed else f"{printed}\n", **keywords)
    if isinstance(found, ClassList):  # never of text
        raise InputError("a folder is graded in the shell: nodescope grade")
    return found


def _marked(found: Grade | None, printed: str) -> str:
    if found is None:
        return ""
    kind = "right" if found.correct else "wrong"
    wrong = found.first_wrong
    lines = [text for text in printed.splitlines() if text.strip()]
    at = None if wrong is None else _line_of(lines, wrong.row)
    cells = [
        _with_mark(text, wrong) if wrong and i == at else escape(plain_text(text)) for i, text in enumerate(lines[:MOST_LINES])
    ]
    shown = "".join(f"<li>{cell}</li>" for cell in cells)
    more = f'<p class="soft">{len(lines) - MOST_LINES:,} more lines.</p>' if len(lines) > MOST_LINES else ""
    return (
        f'<section><h2 class="{kind}">{escape(plain_text(found.sentence))}</h2>'
        f'<ol class="sheet" start="0" tabindex="0">{shown}</ol>{more}</section>'
    )


def _line_of(lines: list[str], row: int) -> int | None:
    """The line that the sheet's row is: those that hold numbers, the last ones where a line of names comes first."""
    with_numbers = [i for i, text in enumerate(lines) if NUMBER.search(text)]
    return with_numbers[row] if row < len(with_numbers) else None


def _with_mark(text: str, wrong: WrongCell) -> str:
    """A line with the cell of a number marked; all of it where the number is not found as it stands."""
    for found in NUMBER.finditer(text):
        if float(found[0].replace("−", "-").replace("_", "")) == wrong.printed:
            before, after = text[: found.start()], text[found.end() :]
            return f"{escape(plain_text(before))}<mark>{escape(plain_text(found[0]))}</mark>{escape(plain_text(after))}"
    return f"<mark>{escape(plain_text(text))}</mark>"
