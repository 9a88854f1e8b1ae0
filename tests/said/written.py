"""What was said when it was written down, and what is said now. ``python tests/said/written.py`` writes it down anew.

Then every fact that changed is printed: look at each before it is committed.
"""

import json
import sys
import warnings
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from said import others, runs
from said.documents import differences

FILE = Path(__file__).parent / "said.jsonl"
"""A line for each: {"of": name, "said": {…}}."""


def stored() -> dict[str, Any]:
    lines = [json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines()] if FILE.exists() else []
    return {line["of"]: line["said"] for line in lines}


@cache
def everything() -> dict[str, Callable[[], Any]]:
    """By name, what makes it."""
    of_runs = {name: lambda keywords=keywords: runs.said_of(keywords) for name, keywords in runs.recipes()}
    return of_runs | {name: make for source in SOURCES for name, make in source()}


SOURCES = (others.sheets, others.trainings, others.checks, others.tables)


def made(name: str) -> Any:
    """As it would be read again. Numbers at the edge of doubles may make NumPy warn: what comes out is looked at."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return json.loads(json.dumps(everything()[name]()))


def main() -> None:
    before, lines = stored(), []
    for name in everything():
        now = made(name)
        changed = list(differences(before[name], now)) if name in before else []
        lines.append(json.dumps({"of": name, "said": before[name] if name in before and not changed else now}, ensure_ascii=False))
        print(*(f"{name}: {line}" for line in changed), sep="\n", end="\n" if changed else "")
    FILE.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(lines)} written, {len(set(everything()) - set(before))} of them new, {len(set(before) - set(everything()))} gone.")


if __name__ == "__main__":
    main()
