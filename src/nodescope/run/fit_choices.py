"""What a fit decides by itself, and why: goal, columns, rows kept unseen, rule, alpha, and when to stop.

Requirement: good on most tables without a word from the person, and every choice ends up in the recipe, as a number or a name.
n examples, d inputs, k outputs.
"""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from hashlib import blake2b
from itertools import islice
from typing import Any

import numpy as np

from nodescope.arithmetic.checks import shown
from nodescope.arithmetic.losses import CROSS_ENTROPY
from nodescope.arithmetic.penalty import Penalty
from nodescope.arithmetic.problem import Floats
from nodescope.arithmetic.rules import as_rule
from nodescope.data.cells import NAMES, meaning
from nodescope.data.columns import Bad
from nodescope.data.openings import is_nothing
from nodescope.data.table import Table
from nodescope.errors import InputError
from nodescope.run.recipe import Recipe
from nodescope.run.watch import Tolerance
from nodescope.theory.likelihood import most_curvature

FEW = 50
"""Of fewer rows than these none are kept unseen: what they say would be chance."""
UNSEEN = 0.2
MOST_CATEGORIES = 50
"""A text column of more different values is left out."""
COUNTED = 10
"""Whole numbers 0, 1, … up to below this are taken for classes; so are any two different numbers."""
FEWEST_LABELS = 10
"""Text of more rows than these, of which most differ, tells no classes."""
LOOKED_AT = 1000
"""Cells of a column of text that are looked at for what they may mean."""
_KINDS = {
    "date": "dates", "unit": "numbers with a unit or currency", "comma": "numbers with a comma that may mean two things",
    "groups": "numbers whose marks may mean two things",
}  # fmt: skip
MOST_PRODUCTS = 4 * 10**10
"""Multiplications that a fit may take, about ten seconds of a core."""
LEAST = 1e-10
"""A direction in the inputs below this part of the strongest is none."""
MOST_MOMENTUM = 0.9995
SURE = 0.1
"""The part of its most that a log loss is taken to curve where rows are told apart well: p × (1 − p) is 0.025, a tenth of ¼."""


@dataclass(frozen=True)
class Columns:
    """What is taken of a table.

    Attributes
    ----------
    inputs : tuple of str
    left_out : tuple of str
        Each with the reason.
    text : tuple of str
        Inputs that are text, to be opened into a 0 or 1 for each value.
    gaps : int
        Rows with a missing value among the inputs.
    rows : int
        Of the table.
    """

    inputs: tuple[str, ...]
    left_out: tuple[str, ...]
    text: tuple[str, ...]
    gaps: int
    rows: int


def choose_columns(
    table: Table, goals: Sequence[str], inputs: Sequence[str] | None, *, categories: Any = None, dates: Any = None
) -> Columns:
    """Every column that may tell something; all that are asked for, where some are.

    Parameters
    ----------
    categories, dates : as `descend` takes them; None where nothing was said
    """
    wanted = [name for name in (table.names if inputs is None else inputs) if name not in goals]
    taken, left_out, text, gaps = [], [], [], None
    numbers: dict[bytes, str] = {}
    for name in wanted:
        column = table.read((name,))[0]
        reason = "" if inputs is not None else _useless(table, name, column, categories, dates)
        if not reason and inputs is None and not isinstance(column, Bad):
            twin = numbers.setdefault(fingerprint_of(column), name)
            reason = "" if twin == name else f"the same as {twin}"
        if reason:
            left_out.append(f"{name} ({reason})")
            continue
        taken.append(name)
        if isinstance(column, Bad):
            if not column.date or not dates:
                text.append(name)
            absent = np.array([is_nothing(cell) for cell in table.cells(name)])
        else:
            absent = np.isnan(column)
        gaps = absent if gaps is None else gaps | absent
    return Columns(
        tuple(taken), tuple(left_out), tuple(text), 0 if gaps is None else int(gaps.sum()), 0 if gaps is None else len(gaps)
    )


def reasons(table: Table) -> dict[str, str]:
    """Columns that a fit leaves out unless it is told to take them, with the reason."""
    told = {name: _useless(table, name, table.read((name,))[0], None, None) for name in table.names}
    return {name: reason for name, reason in told.items() if reason}


def fingerprint_of(column: Floats) -> bytes:
    """By which columns that repeat each other are known."""
    return blake2b(np.ascontiguousarray(column).tobytes()).digest()


def _useless(table: Table, name: str, column: Floats | Bad, categories: Any, dates: Any) -> str:
    """Why a column is left out; empty where it is not."""
    if not isinstance(column, Bad):
        there = column[~np.isnan(column)]
        if not len(there):
            return "no values"
        return f"always {there[0]:g}" if (there == there[0]).all() else ""
    if not column.text:
        return column.seen
    cells = [cell for cell in table.cells(name) if not is_nothing(cell)]
    strange = next((cell for cell in cells if not isinstance(cell, str)), None)
    if strange is not None:
        if isinstance(strange, date):
            return "" if dates else "dates"
        return f"neither numbers nor text: {shown(strange)}"
    if column.date and dates:
        return ""
    values = set(cells)
    if len(values) < 2:
        return "always the same text" if values else "no values"
    if looks_like := _looks_like(table, name):
        return looks_like
    refused = categories == "refuse" or (isinstance(categories, Mapping) and name not in categories)
    if not refused and (len(values) <= MOST_CATEGORIES or isinstance(categories, Mapping)):
        return ""
    return f"text, {len(values):,} different values"


def _looks_like(table: Table, name: str) -> str:
    """What a column of text is that most likely was meant to be numbers or dates; empty where it is just text."""
    meant = Counter(_meaning(cell) for _, cell in islice(_texts(table, name), LOOKED_AT))
    kind, many = meant.most_common(1)[0] if meant else ("text", 0)
    if kind == "text" or 2 * many <= meant.total():
        return ""
    row, cell = next((row, cell) for row, cell in _texts(table, name) if _meaning(cell) == kind)
    if kind != "number":
        return f"{_KINDS[kind]}, such as {shown(cell)} in row {row}; {NAMES[kind]}"
    odd = next(((row, cell) for row, cell in _texts(table, name) if _meaning(cell) != "number"), None)
    if odd is None:
        return f"numbers written as text, such as {shown(cell)} in row {row}; give them as numbers"
    return f"numbers but for {shown(odd[1])} in row {odd[0]}; correct the cell, or leave the row out"


def _texts(table: Table, name: str) -> Iterator[tuple[int, str]]:
    """Cells of text with their rows, counted from 1."""
    return ((row, cell) for row, cell in enumerate(table.cells(name), 1) if isinstance(cell, str))


def _meaning(cell: str) -> str:
    """What `cells.meaning` says, or "number"."""
    try:
        float(cell)
    except ValueError:
        return meaning(cell)
    return "number"


def choose_loss(table: Table, goal: str) -> str:
    """Cross-entropy where the goal is text, two different numbers, or the numbers of classes; else the squared error.

    Raises
    ------
    InputError
        The goal is text that was meant to be numbers or dates, or differs in most rows, so that it is no class.
    """
    column = table.read((goal,))[0]
    if isinstance(column, Bad):
        if column.text and (looks_like := _looks_like(table, goal)):
            raise InputError(f"{table.where}: the goal {shown(goal)} has {looks_like}")
        labels = [str(cell) for cell in table.cells(goal) if not is_nothing(cell)]
        if len(labels) > FEWEST_LABELS and 2 * len(set(labels)) > len(labels):
            raise InputError(
                f"{table.where}: the goal {shown(goal)} is text with {len(set(labels)):,} different values in {len(labels):,} rows"
                ', too many to be classes; choose another column, or say loss="cross-entropy" if they are'
            )
        return CROSS_ENTROPY
    found = np.unique(column[np.isfinite(column)])
    whole = bool((found == np.trunc(found)).all())
    counted = 3 <= len(found) <= COUNTED and bool((found == np.arange(len(found))).all())
    return CROSS_ENTROPY if whole and (len(found) == 2 or counted) else "squared"


def with_a_good_way(recipe: Recipe) -> Recipe:
    """The recipe with rule, alpha, steps and patience that suit its data.

    One layer: Nesterov's rule over all rows at once, its alpha 1/L and its momentum (√κ − 1)/(√κ + 1), L the most that the error
    curves and κ how many times less it does in its flattest direction (Nesterov 2004, "Introductory lectures on convex
    optimization", section 2.2). It has one lowest point, and goes there. Several layers: Adam over small batches in a drawn order,
    until the unseen rows no longer improve.
    """
    problem = recipe.problem
    work = problem.n * problem.size
    if len(problem.layers) > 1:
        epochs = max(5, min(400, MOST_PRODUCTS // (3 * work)))
        batch = min(problem.n, 32 if problem.n < 20_000 else 256)
        rule = as_rule("adam")
        return replace(recipe, rule=rule, alpha=0.003, alpha_auto=False, batch=batch, epochs=epochs, tolerance=Tolerance(1e-4, 25))
    steepest, flattest = _curvatures(recipe)
    root = math.sqrt(steepest / flattest) if flattest > 0 else 1.0
    momentum = min(MOST_MOMENTUM, (root - 1) / (root + 1))
    needed = math.ceil(12 * root) + 100
    epochs = max(20, min(needed, 20_000, MOST_PRODUCTS // (2 * work)))
    rule = as_rule({"name": "nesterov", "momentum": momentum}) if momentum > 0 else as_rule("plain")
    return replace(recipe, rule=rule, alpha=1.0 / steepest, alpha_auto=False, batch="all", epochs=epochs, keep="last")


def with_a_penalty(recipe: Recipe) -> Recipe:
    """One layer that tells classes, with ½ weight² added to the sum of the log losses, whatever the number of rows.

    It says that weights of about 1 are expected of standardised inputs (a prior of variance 1: Hoerl, Kennard 1970; le Cessie, van
    Houwelingen 1992, "Ridge estimators in logistic regression"), gives classes that can be parted a lowest point, and hardly shows
    where there are many rows.
    """
    classes = len(recipe.problem.layers) == 1 and recipe.problem.loss.tells_classes
    return replace(recipe, penalty=Penalty(l2=1.0 / recipe.problem.n)) if classes else recipe


def _curvatures(recipe: Recipe) -> tuple[float, float]:
    """The most that the error of one layer can curve, and the least that is not nothing, a penalty's part included.

    Log losses curve less and less as the rows are told apart: their least is taken for a tenth of what it is at weights of 0.
    """
    x = recipe.problem.input
    moments = x.T @ x / len(x)
    if recipe.problem.layers[0].has_bias:
        mean = x.mean(axis=0)
        moments = np.block([[moments, mean[:, None]], [mean[None, :], np.ones((1, 1))]])
    values = np.linalg.eigvalsh(moments)
    steepest = float(values[-1])
    live = values[values > LEAST * steepest]
    curve = most_curvature(recipe.problem)
    if not steepest > 0:
        return 1.0, 1.0
    least, l2 = SURE if recipe.problem.loss.tells_classes else 1.0, recipe.penalty.l2
    return steepest * curve + l2, float(live[0]) * curve * least + l2


def table_keywords(columns: Columns, missing: str | None, categories: Any, unknown: str) -> dict[str, Any]:
    """`descend`'s keywords for gaps and categories."""
    told = {"missing": missing or "mean", "unknown": unknown}
    return told | ({"categories": categories or "one-hot"} if columns.text or categories else {})
