"""Goals that are classes: text, whole numbers or booleans, and the numbers that a step is made with.

Of two classes one output says how likely the second one is: goals 0 and 1. Of k classes each has an output of its own: its goal
is 1 where the example is of it, else 0.

n examples, k outputs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodescope.arithmetic.checks import listed, shown
from nodescope.data.columns import Bad
from nodescope.data.table import Table
from nodescope.errors import InputError

Floats = NDArray[np.float64]
Label = str | int | bool
Classes = tuple[Label, ...]
MOST = 1000
"""Goals of more different values are hardly classes."""
NOTHING = ("NAType", "NaTType")
"""What libraries of tables call a cell without a value."""
NUMBERS_INSTEAD = 'to predict a number take loss="squared"'


def labels_of(name: str, value: object) -> tuple[list[Label], Classes | None]:
    """One label an example, and the classes where the goals came as a column for each.

    Raises
    ------
    InputError
        A goal is missing, or is neither text nor a whole number.
    """
    try:
        array = np.asarray(value)
        if array.dtype.kind == "U" and not isinstance(value, np.ndarray):  # NumPy has made text of numbers beside text
            array = np.array(value, dtype=object)
    except Exception as error:  # of any library's arrays
        raise InputError(f"{name} is {shown(value)}; it must be a class for each example, text or a whole number") from error
    if array.ndim == 2 and array.shape[1] > 1:
        return _of_columns(name, array), tuple(range(array.shape[1]))
    if array.dtype.kind == "f":
        bad = np.flatnonzero(array.ravel() != np.trunc(array.ravel()))  # NaN among them
        bad = bad if len(bad) else np.flatnonzero(np.isinf(array.ravel()))
        if len(bad):
            raise InputError(
                f"{name}[{bad[0]}] is {float(array.ravel()[bad[0]])!r}; classes are text or whole numbers: {NUMBERS_INSTEAD}"
            )
        array = array.astype(np.int64)
    labels = array.ravel().tolist()
    for i, label in enumerate(labels):
        if not isinstance(label, Label):
            raise InputError(f"{name}[{i}] is {shown(label)}; a class is text or a whole number: mend it, or leave the example out")
    return labels, None


def _of_columns(name: str, array: NDArray[Any]) -> list[Label]:
    """The number of the column that holds the only 1 of a row."""
    if array.dtype.kind not in "fiub" or not ((array == 0) | (array == 1)).all() or not (array.sum(axis=1) == 1).all():
        raise InputError(
            f"{name} has shape {array.shape}; with a column for each class every row has a single 1 and zeros: give those, or a "
            "class for each example"
        )
    numbers: list[Label] = array.argmax(axis=1).tolist()
    return numbers


def column_codes(table: Table, goal: str, given: object) -> tuple[Floats, Classes]:
    """The column of a table that is the goal: each row's place among the classes, NaN where there is no value."""
    found = column_labels(table, goal)
    if not found.labels:
        raise InputError(f"{table.where}: column {shown(goal)} has no values; name another goal")
    classes = classes_of(f"{table.where}: column {shown(goal)}", found.labels, given)
    return found.codes(classes), classes


def codes_among(table: Table, goal: str, classes: Classes) -> Floats:
    """The same of some rows of a table whose classes are known; where these are text, so are the rows' that look like numbers."""
    found = column_labels(table, goal, as_text=isinstance(classes[0], str))
    classes_of(f"{table.where}: column {shown(goal)}", found.labels, list(classes))
    return found.codes(classes)


@dataclass(frozen=True)
class Labels:
    """The classes of a column's rows.

    Attributes
    ----------
    labels : list of those that are there
    there : list of their rows
    rows : int
    as_text : bool
        The column is text.
    """

    labels: list[Label]
    there: list[int]
    rows: int
    as_text: bool

    def codes(self, classes: Classes) -> Floats:
        """Each row's place among the classes, NaN where there is no value."""
        codes = np.full(self.rows, np.nan)
        place = {label: float(i) for i, label in enumerate(classes)}
        codes[self.there] = [place[label] for label in self.labels]
        return codes


def column_labels(table: Table, goal: str, as_text: bool = False) -> Labels:
    """A column's classes as they are written: numbers where all of it is, unless it is to be text."""
    column: Floats | Bad = table.read((goal,))[0]
    numeric = not isinstance(column, Bad) and not as_text
    cells = column.tolist() if isinstance(column, np.ndarray) and numeric else table.cells(goal)
    there = [i for i, cell in enumerate(cells) if cell is not None and cell == cell and type(cell).__name__ not in NOTHING]
    values = [cells[i] for i in there]
    labels, _ = labels_of(f"column {shown(goal)}", np.array(values) if numeric else np.array(values, dtype=object))
    return Labels(labels, there, len(cells), not numeric)


def opened(codes: Floats, classes: Classes, outputs: int | None) -> Floats:
    """Goals (n, k) from places among the classes (n, 1)."""
    return coded([classes[i] for i in codes[:, 0].astype(int).tolist()], classes, outputs)


def classes_of(name: str, labels: Sequence[Label], given: object = None) -> Classes:
    """The classes in the order of the outputs: as given, else those of the labels, sorted.

    Raises
    ------
    InputError
        Fewer than two, too many, text beside numbers, or a label that is not among those given.
    """
    found = set(labels)
    if given is not None:
        classes = tuple(labels_of("classes", listed("classes", given, "the classes, in the order of the outputs"))[0])
        if len(set(classes)) < len(classes):
            raise InputError(f"classes is {shown(list(classes))}, which names a class twice; once is enough")
        if strange := [label for label in found if label not in classes]:
            raise InputError(f"{name} has the class {shown(strange[0])}, which is not among classes={shown(list(classes))}; add it")
    else:
        if len({type(label) for label in found}) > 1:
            raise InputError(f"{name} has text beside numbers; classes are all text, or all whole numbers")
        classes = tuple(sorted(found))
    if len(classes) < 2:
        told = f"only the class {shown(classes[0])}" if classes else "no classes"
        raise InputError(f"{name} has {told}; there is something to learn from two on (classes=[…] names those that are not there)")
    if len(classes) > MOST:
        raise InputError(f"{name} has {len(classes):,} different values, too many for classes; {NUMBERS_INSTEAD}")
    return classes


def coded(labels: Sequence[Label], classes: Classes, outputs: int | None = None) -> Floats:
    """Goals (n, k): one output for two classes, unless two are asked for, else one for each."""
    place = {label: float(i) for i, label in enumerate(classes)}
    at = np.array([place[label] for label in labels])
    if len(classes) == 2 and outputs != 2:
        return at[:, None]
    columns: Floats = (at[:, None] == np.arange(len(classes))).astype(np.float64)
    return columns


def decoded(goal: Floats, classes: Classes) -> list[Label]:
    """The label of each example, from goals or probabilities (n, k): the likelier of two, the likeliest of more."""
    numbers = (goal[:, 0] > 0.5).astype(int) if goal.shape[1] == 1 else goal.argmax(axis=1)
    return [classes[i] for i in numbers.tolist()]
