"""Named columns of a table as examples for a node, and the way back: what was used, scaled, dropped and kept unseen.

n examples, d inputs, k goals, m unseen examples. Nothing is dropped or filled in silently: a missing value is refused unless
`missing="drop"` asks otherwise, and the rows that went are listed in `Source.dropped`.
"""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodescope.arithmetic.checks import choice, number, shown
from nodescope.data.classes import Classes, Label, column_codes, decoded, opened
from nodescope.data.columns import Bad
from nodescope.data.fingerprint import fingerprint
from nodescope.data.holdout import hold_out
from nodescope.data.open import open_table
from nodescope.data.scaling import Scaling, scalings
from nodescope.data.table import Table, headless, separator_hint
from nodescope.errors import InputError

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]
_NAME = str | int | np.integer
"""A column is called by its name; one that has none by its number."""
NAMED = 5
"""A message lists so many names or rows before it counts the rest."""


@dataclass(frozen=True, eq=False)
class Source:
    """Where examples came from, and what was done to them.

    Attributes
    ----------
    where : str
        A path, or a description of what was given.
    path : str or None
    inputs, goals : tuple of str
        Column names, in the order of the weights.
    one_goal : bool
        The goal was given as one name, not as a list.
    missing : "refuse" or "drop"
    holdout : float
    seed : int
    dropped : tuple of int
        Rows dropped for a missing value; the first data row is row 1.
    seen_rows, unseen_rows : int64 arrays
        Data rows of the examples, counted from 0.
    """

    where: str
    path: str | None
    inputs: tuple[str, ...]
    goals: tuple[str, ...]
    one_goal: bool
    missing: str
    holdout: float
    seed: int
    dropped: tuple[int, ...]
    seen_rows: Rows
    unseen_rows: Rows

    def matrix(self, table: Any) -> Floats:
        """Inputs (n, d) of another table: the same columns by name, in its units.

        Raises
        ------
        InputError
            A column is not there, or a value is missing or not finite.
        """
        opened = open_table(table)
        names = _by_position(opened, self.inputs)
        x = _matrix(opened, names)
        _refuse_missing(opened, names, x, "fill it in or leave the row out: a prediction needs every input")
        return x

    def told(self) -> dict[str, Any]:
        """`descend`'s keywords that read the same columns in the same way."""
        goal = self.goals[0] if self.one_goal else list(self.goals)
        return {
            "data": self.path, "inputs": list(self.inputs), "goal": goal, "missing": self.missing, "holdout": self.holdout,
        }  # fmt: skip

    def to_dict(self) -> dict[str, Any]:
        """Plain values for a file; `from_dict` reads them."""
        kept = {name: getattr(self, name) for name in ("where", "path", "one_goal", "missing", "holdout", "seed")}
        for name in ("inputs", "goals", "dropped"):
            kept[name] = list(getattr(self, name))
        for name in ("seen_rows", "unseen_rows"):
            kept[name] = getattr(self, name).tolist()
        return kept

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> "Source":
        """The source that `to_dict` described."""
        values = dict(kept)
        for name in ("inputs", "goals", "dropped"):
            values[name] = tuple(values[name])
        for name in ("seen_rows", "unseen_rows"):
            values[name] = np.array(values[name], dtype=np.int64)
        return cls(**values)


@dataclass(frozen=True, eq=False)
class Examples:
    """Numbers a node learns from, and those kept from it.

    Attributes
    ----------
    input : (n, d) float64, C order, scaled where there is a `scaling`
    goal : (n, k) float64, in the person's units, scaled where there is a `goal_scaling`
    unseen_input, unseen_goal : (m, d), (m, k)
        Held out; m may be 0.
    source : Source or None
        None where plain arrays were given.
    scaling : Scaling or None
        Of the inputs.
    goal_scaling : Scaling or None
        Of the goals: networks alone have one, as a flat activation cannot reach far.
    classes : tuple or None
        Where the goals are classes: in the order of the outputs, of one output the one that 0 stands for first.
    """

    input: Floats
    goal: Floats
    unseen_input: Floats
    unseen_goal: Floats
    source: Source | None
    scaling: Scaling | None = None
    goal_scaling: Scaling | None = None
    classes: Classes | None = None

    @property
    def labels(self) -> list[Label]:
        """The class of each example, where goals are classes."""
        return [] if self.classes is None else decoded(self.goal, self.classes)

    def scaled(self, x: Floats) -> Floats:
        """Inputs (m, d) in the person's units as the run takes them."""
        return x if self.scaling is None else self.scaling.apply(x)

    def in_own_units(self, goals: Floats) -> Floats:
        """Goals or predictions (m, k) of the run as the person has them."""
        return goals if self.goal_scaling is None else self.goal_scaling.undo(goals)

    def standardised(self, standardise: object, *, goals_too: bool) -> "Examples":
        """The same examples on the scale that `standardise` asks for, measured on the seen rows. Their arrays are written over."""
        scaling, goal_scaling, to_do = scalings(standardise, self.input, self.goal, goals_too=goals_too)
        of_input, of_goal = (self.input, self.unseen_input), (self.goal, self.unseen_goal)
        for measured, both in ((scaling, of_input), (goal_scaling, of_goal)):
            if measured is not None and to_do:
                for numbers in both:
                    measured.apply_in_place(numbers)
        return replace(self, scaling=scaling, goal_scaling=goal_scaling)

    def scaling_told(self) -> dict[str, Any]:
        """`standardise` in numbers: that of the inputs, and under "goal" that of the goals; empty where nothing is scaled."""
        told: dict[str, Any] = {} if self.scaling is None else self.scaling.settings()
        return told if self.goal_scaling is None else told | {"goal": self.goal_scaling.settings()}

    @property
    def fingerprint(self) -> str:
        """Of the numbers that take part in a run."""
        return fingerprint(self.input) + fingerprint(self.goal)


def read_examples(
    data: Any,
    *,
    inputs: Sequence[str] | str | None = None,
    goal: Sequence[str] | str | None,
    standardise: bool | str | Mapping[str, Any] = False,
    missing: str = "refuse",
    holdout: float = 0.0,
    seed: int = 0,
    goals_too: bool = False,
    as_classes: bool = False,
    classes: object = None,
    outputs: int | None = None,
) -> Examples:
    """Columns of a table as examples.

    Parameters
    ----------
    data : path, data frame, Arrow stream, 2-D array (columns "0", "1", …), mapping of columns, or list of
    dicts inputs : column names; all but the goals unless given
    goal : a column name, or a list of them
    standardise : True, "ddof 1", "min-max": put the inputs on one scale, measured on the seen rows; or its numbers (`scaling.py`)
    missing : "refuse", or "drop" the rows where a used column has no value
    holdout : fraction of the rows, 0 ≤ holdout < 1, drawn by `seed`, that is kept unseen
    seed : int
    as_classes : the goal is one column of classes, text or whole numbers; then as many of each class in a hundred are kept unseen
    classes : those, in the order of the outputs, if they are not to be found in the column
    outputs : how many outputs there are for them, if that is not to follow from their number
    goals_too : standardise the goals as well; a mapping then has "goal": {"mean": […], "deviation": […]} beside the inputs'

    Raises
    ------
    InputError
        One clear message: file, row, column and remedy.
    """
    missing = choice("missing", missing, "refuse", "drop")
    fraction = number("holdout", holdout, least=0.0, below=1.0, words="a fraction of the rows, such as 0.2")
    table = open_table(data)
    goals, one_goal = _goals(table, goal)
    names = _inputs(table, inputs, goals)
    d, found = len(names), None
    if as_classes:
        codes, found = column_codes(table, _single(goals), classes)
        values = np.column_stack([_matrix(table, names, inputs is None, d), codes])
    else:
        values = _matrix(table, (*names, *goals), inputs is None, d)
    rows, dropped = _complete(table, (*names, *goals), values, missing)
    seen, unseen = hold_out(rows, fraction, seed, values[rows, d] if as_classes else None)
    x, unseen_x = _take(values[:, :d], seen), _take(values[:, :d], unseen)
    y, unseen_y = _take(values[:, d:], seen), _take(values[:, d:], unseen)
    if found is not None:
        y, unseen_y = opened(y, found, outputs), opened(unseen_y, found, outputs)
    source = Source(table.where, table.path, names, goals, one_goal, missing, fraction, int(seed), dropped, seen, unseen)
    examples = Examples(x, y, unseen_x, unseen_y, source, classes=found)
    return examples.standardised(standardise, goals_too=goals_too and found is None)


def _single(goals: tuple[str, ...]) -> str:
    if len(goals) > 1:
        raise InputError(f"goal names {len(goals)} columns; a goal that is a class is one column")
    return goals[0]


def _goals(table: Table, goal: Any) -> tuple[tuple[str, ...], bool]:
    if goal is None:
        raise InputError(f"{table.where}: goal is not given; name the column to predict: {_listed(table.names)}")
    one = isinstance(goal, _NAME)
    goals = _known(table, "goal", [goal] if one else goal)
    if not goals:
        raise InputError("goal is an empty list; name at least one column")
    return goals, one


def _inputs(table: Table, inputs: Any, goals: tuple[str, ...]) -> tuple[str, ...]:
    if inputs is None:
        taken = set(goals)
        names = tuple(name for name in table.names if name not in taken)
    else:
        names = _known(table, "inputs", [inputs] if isinstance(inputs, _NAME) else inputs)
    for name in names:
        if name in goals:
            raise InputError(f"{table.where}: the column {shown(name)} is both goal and input; take it out of inputs")
    if not names:
        raise InputError(f"{table.where}: no column is left as input; the columns are {_listed(table.names)}")
    return names


def _known(table: Table, keyword: str, wanted: Any) -> tuple[str, ...]:
    unordered = isinstance(wanted, set | frozenset | Mapping)
    if unordered or not hasattr(wanted, "__iter__") or getattr(wanted, "ndim", 1) == 0:
        raise InputError(f"{keyword} is {shown(wanted)}; give a column name, or a list of them")
    try:
        names = tuple(map(_name, wanted))
    except Exception as error:  # somebody's own class
        raise InputError(f"{keyword} is {shown(wanted)}, which cannot be read; give a list of column names") from error
    have = set(table.names)
    for name in names:
        if name not in have:
            raise InputError(_unknown(table, keyword, name))
    if len(set(names)) < len(names):
        raise InputError(f"{keyword} names a column twice; once is enough")
    return names


def _name(value: object) -> str:
    try:
        return str(value)
    except ValueError:  # an integer of thousands of digits
        return shown(value)


def _unknown(table: Table, keyword: str, name: str) -> str:
    near = difflib.get_close_matches(name, table.names[:10_000], n=1, cutoff=0.5)
    offer = f"did you mean {near[0]!r}?" if near else f"the columns are {_listed(table.names)}"
    offer = separator_hint(table.names) or headless(table.names) or offer
    return f"{table.where}: {keyword} names the column {shown(name)}, which is not there; {offer}"


def _by_position(table: Table, inputs: tuple[str, ...]) -> tuple[str, ...]:
    if table.positional and len(table.names) == len(inputs) and not set(inputs) <= set(table.names):
        return table.names
    return _known(table, "the run", inputs)


def _matrix(table: Table, names: tuple[str, ...], chosen_for_user: bool = False, d: int = 0) -> Floats:
    columns = table.read(names)
    bad = {name: c for name, c in zip(names, columns, strict=True) if isinstance(c, Bad)}
    if bad:
        raise InputError(_not_numeric(table, names, bad, chosen_for_user, d))
    good = [c for c in columns if not isinstance(c, Bad)]
    if not len(good[0]):
        raise InputError(f"{table.where} has column names but no rows; at least one row is needed")
    values = np.empty((len(good[0]), len(names)))
    for j, column in enumerate(good):
        values[:, j] = column
    _refuse_infinite(table, names, values)
    return values


def _not_numeric(table: Table, names: tuple[str, ...], bad: dict[str, Bad], chosen_for_user: bool, d: int) -> str:
    name = next((goal for goal in names[d:] if goal in bad), next(iter(bad)))
    first = bad[name]
    message = f"{table.where}: row {first.row}{table.line_of(first.row)}, column {shown(name)} has {first.seen}"
    text = [n for n in names[:d] if n in bad and bad[n].text]
    numeric = [n for n in names[:d] if n not in bad]
    if d > 0 and name in names[d:] and first.text:
        return f"{message}; a goal has to be numbers: name another column, or write its classes as 0 and 1"
    if not chosen_for_user or name not in text or not numeric:
        return f"{message}; {first.remedy}"
    also = f" (not numeric: {_listed(text)})" if len(text) > 1 else ""
    offer = f"inputs={numeric!r}" if len(repr(numeric)) <= 400 else f"inputs=[…] of {_listed(numeric)}"
    return f"{message}{also}; pass the numeric ones: {offer}"


def _refuse_infinite(table: Table, names: tuple[str, ...], values: Floats) -> None:
    infinite = np.isinf(values)
    if infinite.any():
        row, j = divmod(int(np.argmax(infinite)), values.shape[1])
        raise InputError(
            f"{table.where}: row {row + 1}{table.line_of(row + 1)}, column {shown(names[j])} "
            f"is {float(values[row, j])!r}; numbers must be finite: correct the cell, or leave the row out"
        )


def _complete(table: Table, names: tuple[str, ...], values: Floats, missing: str) -> tuple[Rows, tuple[int, ...]]:
    if missing == "refuse":
        _refuse_missing(table, names, values, 'fill them in, or give missing="drop" to leave these rows out')
        return np.arange(len(values)), ()
    gaps = np.isnan(values).any(axis=1)
    rows = np.flatnonzero(~gaps)
    if not len(rows):
        seen = f"every row has a missing value in {_gaps(names, values)}"
        raise InputError(f"{table.where}: {seen}; leave columns out with inputs=[…]")
    return rows, tuple((np.flatnonzero(gaps) + 1).tolist())


def _refuse_missing(table: Table, names: tuple[str, ...], values: Floats, remedy: str) -> None:
    gaps = np.isnan(values).any(axis=1)
    if gaps.any():
        rows = (np.flatnonzero(gaps) + 1).tolist()
        count = f"{len(rows)} of {len(values)} rows have" if len(rows) > 1 else f"1 of {len(values)} rows has"
        which = f"row{'s' if len(rows) > 1 else ''} {_numbered(rows)}"
        raise InputError(f"{table.where}: {count} a missing value ({which}; {_gaps(names, values)}); {remedy}")


def _gaps(names: tuple[str, ...], values: Floats) -> str:
    found = [names[j] for j in np.flatnonzero(np.isnan(values).any(axis=0))]
    return f"column{'s' if len(found) > 1 else ''} {_listed(found)}"


def _take(values: Floats, rows: Rows) -> Floats:
    return np.ascontiguousarray(values if len(rows) == len(values) else values[rows])


def _listed(names: Sequence[str]) -> str:
    if not names:
        return "none"
    more = f" and {len(names) - 2 * NAMED} more" if len(names) > 2 * NAMED else ""
    return ", ".join(f"{name!r:.80}" for name in names[: 2 * NAMED]) + more


def _numbered(rows: Sequence[int]) -> str:
    more = f" and {len(rows) - NAMED} more" if len(rows) > NAMED else ""
    return ", ".join(str(row) for row in rows[:NAMED]) + more
