"""What was said when it was written down, and what is said now. ``python tests/said/written.py`` writes it down anew.

Then every fact that changed is printed: look at each before it is committed. Names that
begin with its arguments are made, where there are any, and what is new.
"""

import json
import sys
import warnings
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

import same_products  # noqa: F401  # before NumPy
from said import (
    checks,
    drawn,
    foretold,
    observed,
    of_files,
    of_fits,
    of_homework,
    of_making,
    of_sheets,
    of_theory,
    of_windows,
    others,
    runs,
)
from said.documents import differences, plain

FILE = Path(__file__).parent / "said.jsonl"
"""A line for each: {"of": name, "said": {…}}."""


THEORY, MADE = "theory", ("made", "file")
OTHERS = ("sheet", "compared", "checked", "kept", "bisected", "swept", "table", "fit", "observed", "foretold", *MADE, THEORY)
"""How the names begin of what is no run of `descend`."""
SOURCES = (
    others.sheets,
    of_homework.homework,
    others.checks,
    checks.every,
    foretold.recipes,
    others.tables,
    observed.recordings,
    observed.calls,
    of_files.files,
    of_fits.fits,
    of_making.making,
    of_windows.windows,
    of_sheets.parts,
    of_theory.theory,
)
LOOK = "look at each; what is meant so is written down by make said"


@cache
def stored() -> dict[str, Any]:
    lines = [json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines()] if FILE.exists() else []
    return {line["of"]: line["said"] for line in lines}


def everything() -> dict[str, Callable[[], Any]]:
    """By name, what makes it."""
    return of_runs() | of_others()


@cache
def of_runs() -> dict[str, Callable[[], Any]]:
    of_recipes = {
        name: partial(runs.said_of, keywords, name.startswith(("settings", "named"))) for name, keywords in runs.recipes()
    }
    return of_recipes | dict(drawn.runs())


@cache
def of_others() -> dict[str, Callable[[], Any]]:
    return {name: make for source in SOURCES for name, make in source()}


def made(name: str) -> Any:
    """As it would be read again. Numbers at the edge of doubles may make NumPy warn: what comes out is looked at."""
    make = of_others()[name] if name.startswith(OTHERS) else of_runs()[name]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return json.loads(json.dumps(plain(make()) if name.startswith((THEORY, *MADE)) else make()))


def main() -> None:
    before, chosen, lines = stored(), tuple(sys.argv[1:]), []
    for name in everything():
        now = made(name) if name not in before or not chosen or name.startswith(chosen) else before[name]
        changed = list(differences(before[name], now)) if name in before else []
        lines.append(json.dumps({"of": name, "said": before[name] if name in before and not changed else now}, ensure_ascii=False))
        print(*(f"{name}: {line}" for line in changed), sep="\n", end="\n" if changed else "")
    FILE.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(lines)} written, {len(set(everything()) - set(before))} of them new, {len(set(before) - set(everything()))} gone.")


if __name__ == "__main__":
    main()
