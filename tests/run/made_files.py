"""Runs of every kind, what is in their files, and what is said when they are read."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import Any

import nodescope as ns
from nodescope.data.examples import Examples
from nodescope.run.file import stored

ROWS = {"input": [[1.0, 2.0], [3.0, 4.0], [5.0, 7.0]], "goal": [[1.0, 2.0], [2.0, 1.0], [0.5, 0.0]]}
ONE = {"input": [[1.0], [2.0], [3.0]], "alpha": 0.1, "steps": 3}
MADE: dict[str, Callable[[], ns.Run]] = {
    "plain": lambda: ns.descend(
        **ROWS, weight=[[0.1, 0.2], [0.3, 0.4]], bias=True, frozen=[[True, False], [False, False]], alpha=0.01, steps=10
    ),
    "settled": lambda: ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1, steps=1000),
    "settled by itself": lambda: ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1),
    "cycling": lambda: ns.descend(weight=0.4, input=1, goal=0.6, alpha=1.5, steps=1000),
    "cycling by itself": lambda: ns.descend(weight=0.4, input=1, goal=0.6, alpha=1.5),
    "diverged": lambda: ns.descend(weight=0.4, input=1, goal=0.6, alpha=2.5),
    "of a table": lambda: ns.descend(
        data={"a": [1.0, 2.0, 4.0, 3.0, 5.0], "y": [1.0, 3.0, 2.0, 5.0, 4.0]}, goal="y", standardise=True, holdout=0.4, alpha=0.01,
        epochs=3,
    ),
    "three classes": lambda: ns.descend(**ONE, goal=["a", "b", "c"], loss="cross-entropy"),
    "two classes": lambda: ns.descend(**ONE, goal=["a", "b", "a"], loss="cross-entropy"),
    "two classes, two outputs": lambda: ns.descend(**ONE, goal=["a", "b", "a"], loss="cross-entropy", weight=[[0.0], [0.0]]),
    "layers": lambda: ns.descend(
        network=ns.network(weights=[[[1.0], [2.0]], [[0.5, 0.25]]], biases=[[0.1, 0.2], None]), input=[[1.0], [2.0]],
        goal=[[1.0], [2.0]], alpha=[0.1, 0.2, 0.3], steps=3,
    ),
    "a table of classes": lambda: ns.descend(
        data={"a": [1.0, 2.0, 4.0, 3.0], "y": ["p", "q", "r", "p"]}, goal="y", loss="cross-entropy", alpha=0.01, epochs=3
    ),
    "a table of two classes": lambda: ns.descend(
        data={"a": [1.0, 2.0, 4.0, 3.0], "y": ["p", "q", "q", "p"]}, goal="y", loss="cross-entropy", alpha=0.01, epochs=3
    ),
    "one example of a class": lambda: ns.descend(
        input=[1.0, 2.0], goal="a", classes=["a", "b"], loss="cross-entropy", alpha=0.1, steps=3
    ),
    "one example": lambda: ns.descend(network=ns.network(weights=[[[0.5]]]), input=[1.0], goal=[0.5], alpha=0.1, steps=3),
}  # fmt: skip


def said_of(does: Callable[[], object]) -> str:
    """What is raised; nothing where it is not."""
    try:
        does()
    except (ValueError, TypeError, LookupError) as error:
        return f"{type(error).__name__}: {error}"
    return ""


class File:
    """What is in a run file: headers, arrays and checkpoints."""

    def __init__(self, run: ns.Run, path: Any) -> None:
        ns.save(run, path)
        with closing(sqlite3.connect(path)) as connection:
            self.header = {key: json.loads(value) for key, value in connection.execute("SELECT key, value FROM header")}
            rows = connection.execute("SELECT name, dtype, shape, data FROM array").fetchall()
            self.arrays = {name: stored.array_of(dtype, shape, data) for name, dtype, shape, data in rows}
            self.rows = connection.execute("SELECT step, state FROM checkpoint").fetchall()
        path.unlink()
        self.place, self.ending, self.recipe = self.header["place"], self.header["ending"], self.header["recipe"]
        self.data: Any = None

    def seal(self) -> None:
        """The fingerprint of the examples that are in it."""
        examples = Examples(*(self.arrays[name] for name in stored.EXAMPLES), source=None)
        self.header["fingerprint"] = examples.fingerprint

    def read(self) -> ns.Run:
        recipe = stored.recipe_of(self.header, self.arrays, self.data)
        return stored.run_of(stored.descent_of(recipe, self.header, self.arrays, self.rows), self.header.get("ending"))

    def said(self) -> str:
        """What is said when it is read; nothing where it is."""
        return said_of(self.read)
