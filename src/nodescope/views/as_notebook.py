"""A run as a Jupyter notebook that makes it again and checks that the bits are the same (nbformat 4.5)."""

import hashlib
import json
from collections.abc import Iterator
from pprint import pformat
from typing import Any

from nodescope._version import __version__
from nodescope.errors import InputError
from nodescope.run.ending import Ending
from nodescope.run.run import Run
from nodescope.run.shapes import Floats
from nodescope.views.numbers import in_markdown

MOST_NUMBERS = 10**6
"""A notebook that holds more numbers of examples than this is no longer opened by anything."""
_WEIGHTS_SHOWN = 1000
"""More weights than this are compared by their fingerprint."""


def as_notebook(run: Run) -> str:
    """The notebook's text.

    Raises
    ------
    InputError
        Its examples came from no file and are too many to be written into it, or some were unseen and said when to stop.
    """
    keywords = _keywords(run)
    cells = [_cell(number, kind, text) for number, (kind, text) in enumerate(_texts(run, keywords))]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    whole = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


def _keywords(run: Run) -> dict[str, Any]:
    """`descend`'s keywords that make the run again; one stopped by hand or by the clock for as many steps as it got to."""
    recipe = run.recipe
    numbers = recipe.examples.input.size + recipe.examples.goal.size
    if (recipe.source is None or recipe.source.path is None) and numbers > MOST_NUMBERS:
        raise InputError(
            f"the run's {numbers:,} numbers came from no file, and a notebook is given {MOST_NUMBERS:,} at most: "
            "write the table to a file, and name that as data="
        )
    watched = recipe.keep != "last" or recipe.tolerance is not None
    if recipe.source is not None and recipe.source.path is None and len(recipe.examples.unseen_input) and watched:
        raise InputError(
            "when the run stopped, or what it kept, hangs on unseen rows of a table that came from no file, so a notebook cannot "
            "make it again: write the table to a file, and name that as data="
        )
    keywords = recipe.keywords()
    if not run.finished or run.ending is Ending.TIME_USED:
        keywords = {name: value for name, value in keywords.items() if name not in ("epochs", "steps", "time_limit")}
        keywords["steps"] = run.steps
    return keywords


def _texts(run: Run, keywords: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield "markdown", f"# A run of nodescope, made again\n\n{in_markdown(run.sentence)}\n\nWritten by nodescope {__version__}."
    yield "code", "import nodescope as ns"
    yield (
        "code",
        f"recipe = {pformat(keywords, width=100, compact=True, sort_dicts=False)}\nrun = ns.descend(**recipe)\nrun.sentence",
    )
    yield "markdown", "The weights are those of the first time, to the last bit:"
    yield "code", _check(run)
    yield "markdown", "Why it went as it did, and what one step does:"
    yield "code", "ns.diagnose(run)"
    if run.steps:
        yield "code", "ns.explain(run, step=0)"
    yield "markdown", "Every number of every step, under your hand:"
    yield "code", "ns.show(run)"


def _check(run: Run) -> str:
    flat = run.network.flat()
    if len(flat) > _WEIGHTS_SHOWN:
        found = "hashlib.sha256(run.network.flat().tobytes()).hexdigest()"
        return f"import hashlib\n\nassert {found} == {_fingerprint(flat)!r}"
    listed = pformat([value.hex() for value in flat.tolist()], width=100, compact=True)
    return f"weights = {listed}\nassert [weight.hex() for weight in run.network.flat().tolist()] == weights"


def _fingerprint(flat: Floats) -> str:
    return hashlib.sha256(flat.tobytes()).hexdigest()


def _cell(number: int, kind: str, text: str) -> dict[str, Any]:
    cell: dict[str, Any] = {"cell_type": kind, "id": f"cell-{number}", "metadata": {}, "source": text.splitlines(keepends=True)}
    return cell | ({"execution_count": None, "outputs": []} if kind == "code" else {})
