"""The page of a table: choose its goal and its inputs, and what else shall not be chosen for you."""

from collections.abc import Sequence
from html import escape

from nodescope.hosts.desk import Shelved
from nodescope.hosts.fit_fields import FIRST, GROUPS, READING, Field
from nodescope.hosts.forms import Form
from nodescope.hosts.pages import field_of, name_of, options_of, page_around, wrong_of
from nodescope.views.numbers import plain_text


def columns(number: int, table: Shelved, typed: Form | None = None, wrong: str = "") -> str:
    """Choose the goal and the inputs of a table; columns go by their place, whatever they are called.

    `typed` is the form as it was sent, where something in it was wrong.
    """
    form = typed or {}
    goals = {str(i): name_of(name) for i, name in enumerate(table.names) if name not in table.left_out or i in table.numbers}
    if not form and len(goals) > 1:
        # whoever sees a column chosen takes it for the one that they meant
        goals = {"": "choose a column", **goals}
    chosen = form.get("goal", [next(iter(goals), "")])[0]
    goal = f'<label>Goal: what to predict <select name="goal" required>{options_of(goals, chosen)}</select></label>'
    boxes = "".join(
        _box(i, name, str(i) in form.get("input", []) if form else name not in table.left_out, table.left_out.get(name, ""))
        for i, name in enumerate(table.names)
    )
    said = f'<p class="wrong" role="note">{escape(plain_text(table.headless))}</p>' if table.headless else ""
    if table.told:
        said += f'<p class="soft" role="note">It is read with {escape(plain_text(table.told))}.</p>'
    own = "".join(_group(name, fields, form) for name, fields in GROUPS.items())
    is_open = " open" if any(form.get(each.name, [""])[0] for fields in GROUPS.values() for each in fields) else ""
    reading = {**table.reading_as_typed, **{each.name: form[each.name][0] for each in READING if each.name in form}}
    told = {name: [value] for name, value in reading.items()}
    return page_around(
        "nodescope: a table",
        f"""<main class="start"><h1>{name_of(table.path.name)}</h1><p><a href="/">Back to the start</a></p>{said}
<section><h2>Fit it</h2>{wrong_of(wrong)}
<form method="post" action="/table/{number}">
{goal}{_fields(FIRST, form)}
<fieldset><legend>Inputs (all but the goal)</legend>{boxes}</fieldset>
<details{is_open}><summary>What is chosen for you, and may be chosen by you</summary>{own}</details>
<details{" open" if any(reading.values()) else ""}><summary>How the file is written</summary>
<fieldset>{_fields(READING, told)}<button name="look" value="again" class="plain">Read it again so</button></fieldset></details>
<button>Fit</button></form></section>{_first_rows(table)}</main>""",
        '<script type="module" src="/static/table.js"></script>',
    )


def _first_rows(table: Shelved) -> str:
    """What is in the table, as far as it helps to choose."""
    if not table.first:
        return ""
    shown = len(table.first[0])
    more = f" {len(table.names) - shown:,} more columns are not shown." if len(table.names) > shown else ""
    head = "".join(f'<th scope="col">{name_of(name)}</th>' for name in table.names[:shown])
    rows = "".join(f"<tr>{''.join(f'<td>{escape(plain_text(cell))}</td>' for cell in row)}</tr>" for row in table.first)
    body = f'<table aria-label="First rows of the table"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'
    body = f'<div class="runs" tabindex="0" role="group" aria-label="First rows">{body}</div>'
    return f'<section><h2>Its first rows</h2>{body}<p class="soft">{more}</p></section>'


def _box(place: int, name: str, checked: bool, reason: str) -> str:
    mark = " checked" if checked else ""
    why = f' <span class="soft">({escape(plain_text(reason))})</span>' if reason else ""
    return f'<label class="check"><input type="checkbox" name="input" value="{place}"{mark}> {name_of(name)}{why}</label>'


def _group(name: str, fields: Sequence[Field], form: Form) -> str:
    return f"<fieldset><legend>{name}</legend>{_fields(fields, form)}</fieldset>"


def _fields(fields: Sequence[Field], form: Form) -> str:
    return "".join(_shown(each, form.get(each.name, [""])[0]) for each in fields)


def _shown(each: Field, value: str) -> str:
    if not each.choices:
        return field_of(each.label, each.name, value, each.hint)
    return f'<label>{escape(each.label)} <select name="{each.name}">{options_of(each.choices, value)}</select></label>'
