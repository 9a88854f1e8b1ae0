"""Advice in a page's words: what to press there, where Python's words name a call or a keyword."""

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from nodescope.later import Later
from nodescope.run.recorded import Recorded
from nodescope.run.run import Run

if TYPE_CHECKING:
    from nodescope.hosts import fit_fields
else:
    fit_fields = Later("nodescope.hosts.fit_fields")

_SETTING = re.compile(r"""(?<![\w/-])[a-z_]+=(?:['"\[{]|True\b|None\b|\d)""")
_IN_PYTHON = " Such settings go into the call under “In Python”."


class Place(NamedTuple):
    """Where a run is shown.

    Attributes
    ----------
    more : str
        What gives it more steps there.
    has_form : bool
        Whether it can be fitted again by the fields of a form.
    """

    more: str
    has_form: bool = False


ALONE = Place("“Change something”, steps")
"""A file, a lesson: there is only the view."""


def on_the_page(run: Run | Recorded) -> Place:
    """The local page, where a run has a page of its own."""
    of_table = isinstance(run, Run) and run.recipe.source is not None
    return Place("“More epochs…”", has_form=True) if of_table else Place("“More steps…”")


def advised(text: str, place: Place) -> str:
    """A sentence whose advice can be followed where it stands.

    Examples
    --------
    >>> advised("Give it about 24 steps more (ns.resume).", ALONE)
    'Give it about 24 steps more (“Change something”, steps).'
    >>> advised("A bias (bias=True) lowers it to 0.", ALONE)
    'A bias (bias=True) lowers it to 0. Such settings go into the call under “In Python”.'
    """
    text = text.replace("ns.resume", place.more)
    if place.has_form:
        return fit_fields.in_page_words(text)
    return text + _IN_PYTHON if _SETTING.search(text) else text


def in_words_of(place: Place, told: dict[str, Any]) -> dict[str, Any]:
    """A replayed run's document, or what is judged of it anew, in the words of the place that shows it."""
    findings = [{**finding, "remedy": advised(finding["remedy"], place)} for finding in told["findings"]]
    return {**told, "verdict": advised(told["verdict"], place), "findings": findings}
