"""Columns of a table by name: the goal's, the inputs', each known, and none taken twice."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from nodescope.arithmetic.checks import closest, shown
from nodescope.data.table import Table, headless, separator_hint
from nodescope.errors import InputError

_NAME = str | int | np.integer
"""A column is called by its name; one that has none by its number."""
NAMED = 5
"""A message lists so many names or rows before it counts the rest."""


def single(goals: tuple[str, ...]) -> str:
    """The goal that is a class."""
    if len(goals) > 1:
        raise InputError(f"goal names {len(goals)} columns; a goal that is a class is one column")
    return goals[0]


def goals_of(table: Table, goal: Any) -> tuple[tuple[str, ...], bool]:
    """Columns of the goals, and whether there is one, given as a name."""
    if goal is None:
        raise InputError(f"{table.where}: goal is not given; name the column to predict: {listed_names(table.names)}")
    one = isinstance(goal, _NAME)
    goals = known(table, "goal", [goal] if one else goal)
    if not goals:
        raise InputError("goal is an empty list; name at least one column")
    return goals, one


def inputs_of(table: Table, inputs: Any, goals: tuple[str, ...]) -> tuple[str, ...]:
    """Columns of the inputs: those named, else all but the goals."""
    if inputs is None:
        taken = set(goals)
        names = tuple(name for name in table.names if name not in taken)
    else:
        names = known(table, "inputs", [inputs] if isinstance(inputs, _NAME) else inputs)
    for name in names:
        if name in goals:
            raise InputError(f"{table.where}: the column {shown(name)} is both goal and input; take it out of inputs")
    if not names:
        raise InputError(f"{table.where}: no column is left as input; the columns are {listed_names(table.names)}")
    return names


def known(table: Table, keyword: str, wanted: Any) -> tuple[str, ...]:
    """The names that a keyword has, all of them columns of the table."""
    names = tuple(map(_name, listed(keyword, wanted, "give a column name, or a list of them")))
    have = set(table.names)
    # A table is read without the blanks around its names.
    names = tuple(name if name in have else name.strip(" \t") for name in names)
    for name in names:
        if name not in have:
            raise InputError(_unknown(table, keyword, name))
    if len(set(names)) < len(names):
        raise InputError(f"{keyword} names a column twice; once is enough")
    return names


def listed(keyword: str, wanted: Any, remedy: str) -> list[Any]:
    """What a keyword lists, in any kind of list that has an order."""
    unordered = isinstance(wanted, set | frozenset | Mapping)
    if unordered or not hasattr(wanted, "__iter__") or getattr(wanted, "ndim", 1) == 0:
        raise InputError(f"{keyword} is {shown(wanted)}; {remedy}")
    try:
        return list(wanted)
    except Exception as error:  # somebody's own class
        raise InputError(f"{keyword} is {shown(wanted)}, which cannot be read; {remedy}") from error


def _name(value: object) -> str:
    try:
        return str(value)
    except Exception:  # an integer of thousands of digits; somebody's own class
        return shown(value)


def _unknown(table: Table, keyword: str, name: str) -> str:
    near = closest(name, table.names[:10_000], 0.5)
    offer = f"did you mean {near!r}?" if near is not None else f"the columns are {listed_names(table.names)}"
    if table.positional and table.path is not None:
        offer += "; the first line was taken for a row, as it has numbers: header=True if these are names"
    offer = separator_hint(table.names) or headless(table.names) or offer
    return f"{table.where}: {keyword} names the column {shown(name)}, which is not there; {offer}"


def by_position(table: Table, inputs: tuple[str, ...]) -> tuple[str, ...]:
    """What the table calls the inputs of a run: a table without names has them in their order."""
    if table.positional and len(table.names) == len(inputs) and not set(inputs) <= set(table.names):
        return table.names
    return known(table, "the run", inputs)


def listed_names(names: Sequence[str]) -> str:
    """Names as a message has them."""
    if not names:
        return "none"
    more = f" and {len(names) - 2 * NAMED} more" if len(names) > 2 * NAMED else ""
    return ", ".join(f"{name!r:.80}" for name in names[: 2 * NAMED]) + more


def numbered(rows: Sequence[int]) -> str:
    """Rows as a message has them."""
    more = f" and {len(rows) - NAMED} more" if len(rows) > NAMED else ""
    return ", ".join(str(row) for row in rows[:NAMED]) + more
