"""What is said of everything that is no run of `descend`: printed sheets, checks of runs, tables."""

import itertools
import json
import random
import sqlite3
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
from homework.sheets import CONVENTIONS, DIGITS, LAYOUTS, generated
from said.documents import attributes, given
from said.runs import SEED, SETTINGS

import nodescope as ns

Made = tuple[str, Callable[[], Any]]


def sheets() -> Iterator[Made]:
    """Of every convention and layout some."""
    rng = random.Random(SEED)
    for convention in CONVENTIONS:
        for layout in rng.sample(list(LAYOUTS), 5):
            digits = rng.choice(DIGITS)
            if (made := generated(convention, layout, digits, SEED)) is not None:
                yield f"sheet: {convention}, {layout}, {digits}", lambda made=made: graded(made[0], **made[1])
    bare = {"weight": 0.4, "input": 1, "goal": 0.6, "alpha": 0.1}
    for name, printed in PRINTED.items():
        yield f"sheet: {name}", lambda printed=printed: graded(printed, **bare)


PRINTED = {
    "two rows": "0.42\n0.438\n",
    "wrong at the third": "0.42\n0.438\n0.46\n0.4686\n",
    "nothing": "",
    "words": "weight prediction\nnone some\n",
    "of another alpha": "0.44\n0.472\n0.4976\n",
    "a list": "[0.42, 0.438, 0.4542, 0.46878]",
    "deltas of another sign": "weight,delta\n0.4,0.2\n0.42,0.18\n0.438,0.162\n",
}


def graded(printed: str, **settings: Any) -> Any:
    try:
        grade = ns.grade(printed, **settings)
        return attributes(grade) | {"text": str(grade)}
    except ns.NodescopeError as error:
        return str(error)


def checks() -> Iterator[Made]:
    """Two runs beside each other, gradients, certificates, sweeps and bisected alphas."""
    names = list(SETTINGS)
    for name, other in itertools.pairwise(names):
        yield f"compared: {name} with {other}", lambda a=name, b=other: beside(a, b)
    for name in names:
        yield f"checked: {name}", lambda name=name: checked(name)
        yield f"kept: {name}", lambda name=name: kept(name)
    for name in names[::3]:
        yield f"bisected: {name}", lambda name=name: bisected(name)
    for name in names[::4]:
        yield f"swept: {name}", lambda name=name: swept(name)


def beside(name: str, other: str) -> Any:
    return given(lambda: attributes(ns.compare(ns.descend(**SETTINGS[name]), ns.descend(**SETTINGS[other]))))


def checked(name: str) -> Any:
    try:
        run = ns.descend(**SETTINGS[name])
    except ns.NodescopeError as error:
        return {"refused": str(error)}
    certificate, cut = ns.verify(run), given(lambda: ns.verify(run, most_steps=7))
    return {"verified": attributes(certificate), "cut": cut, "gradients": given(lambda: ns.check_gradients(run, 2, most=5))}


NEVER_ALIKE = ("place", "checksum")
"""Of a file's header: seconds are in it."""


def kept(name: str) -> Any:
    """As TOML, in a file and read again, and the numbers of some steps."""
    run = ns.descend(**SETTINGS[name])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "run.nodescope"
        ns.save(run, path)
        again = ns.load(path)
        with closing(sqlite3.connect(path)) as file:
            tables = [row[0] for row in file.execute("select sql from sqlite_master order by name")]
            header = {key: json.loads(value) for key, value in file.execute("select * from header") if key not in NEVER_ALIKE}
    window = run.trace[2:4]
    return {
        "toml": run.recipe.to_toml(), "repr": [repr(run), repr(run.trace), repr(window)],
        "rows": [window.start, window.stop], "again": attributes(again),
        "tables": tables, "header": header, "columns": given(lambda: {name: window[name] for name in window.columns}),
    }  # fmt: skip


def bisected(name: str) -> Any:
    recipe = {
        key: value for key, value in SETTINGS[name].items() if key not in ("alpha", "epochs", "keep", "tolerance", "until_mse")
    }
    return given(lambda: attributes(ns.bisect_alpha(**recipe)))


def swept(name: str) -> Any:
    try:
        found = ns.sweep(**SETTINGS[name] | {"alpha": [0.001, 0.05, 0.4, 3.0], "epochs": 12})
    except ns.NodescopeError as error:
        return {"refused": str(error)}
    return {"sweep": attributes(found), "table": found.to_arrow().to_pydict()}


def tables() -> Iterator[Made]:
    """What is in a table, and the fit that is made of it."""
    for name, table in TABLES.items():
        yield f"table: {name}", lambda table=table: looked_into(table)
        yield f"fit: {name}", lambda table=table: fitted(table)


_RNG = np.random.default_rng(SEED)
_A, _B = _RNG.normal(size=60), _RNG.uniform(0, 1000, size=60)
TABLES: dict[str, dict[str, Any]] = {
    "two numbers": {"a": _A, "b": _B, "y": 3 * _A - 0.01 * _B + _RNG.normal(size=60)},
    "a copy": {"a": _A, "twice": 2 * _A, "y": _A**2},
    "gaps": {"a": np.where(_A > 1, np.nan, _A), "b": _B, "y": _A + 1},
    "words": {"a": _A, "colour": np.where(_B > 600, "red", np.where(_B > 300, "green", "blue")), "y": _A + (_B > 500)},
    "classes": {"a": _A, "b": _B, "y": np.where(_A + _B / 500 > 1, "yes", "no")},
    "three classes": {"a": _A, "b": _B, "y": np.where(_A > 0.5, "high", np.where(_A > -0.5, "middle", "low"))},
    "one value": {"a": np.ones(20), "y": np.arange(20.0)},
    "noise": {"a": _A, "y": _RNG.normal(size=60)},
}


def looked_into(table: dict[str, Any]) -> Any:
    found = ns.inspect(table, goal="y")
    return attributes(found) | {"text": str(found)}


def fitted(table: dict[str, Any]) -> Any:
    def both() -> Any:
        return [[attributes(fit), repr(fit), attributes(ns.diagnose(fit.run))] for fit in made]

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        try:
            made = [ns.fit(table, goal="y", hidden=hidden) for hidden in (None, [4])]
        except ns.NodescopeError as error:
            return str(error)
        return both()
