"""Predictions of a table as columns; of one that is not in memory as a whole, a piece at a time."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from nodescope.data.names import by_position
from nodescope.data.parts.deciding import is_large
from nodescope.data.parts.found import pieces_of
from nodescope.data.source import Source
from nodescope.run.run import Run


def tables_of(source: Source, table: Any) -> Iterator[Any]:
    """A large table's pieces, one after another, each as `predict` takes it; of any other the table itself."""
    if not is_large(table):
        yield table
        return
    pieces = pieces_of(table)
    if not set(source.columns) <= set(pieces.names) and source.reading:
        pieces = pieces_of(table, source.reading)
    names = by_position(pieces.head(), source.columns)
    for piece in pieces.pieces:
        yield piece.read(names)


def told(fitted: Run, table: Any) -> dict[str, Any]:
    """Columns of the predictions for a table: a goal each, or the likeliest class and how likely each is."""
    prediction = fitted.predict(table)
    return _classes_told(fitted, table, prediction) if fitted.recipe.classes else _goals_told(fitted, prediction)


def _goals_told(fitted: Run, prediction: Any) -> dict[str, Any]:
    names = fitted.recipe.goal_names
    return dict(zip(names, np.reshape(prediction, (-1, len(names))).T, strict=True))


def _classes_told(fitted: Run, table: Any, prediction: Any) -> dict[str, Any]:
    """The likeliest class of each row, and how likely each is."""
    assert fitted.recipe.source is not None
    assert fitted.recipe.classes is not None
    if not fitted.recipe.loss.tells_classes:
        return {fitted.recipe.source.goals[0]: [str(label) for label in prediction.tolist()]}
    likely = fitted.predict_probabilities(table).T
    told = {f"P({label})": column for label, column in zip(fitted.recipe.classes, likely, strict=True)}
    return {fitted.recipe.source.goals[0]: [str(label) for label in prediction.tolist()], **told}


def rows_of(columns: dict[str, Any]) -> Iterator[list[str]]:
    """Cells of each row as text, every digit of a number."""
    rows = zip(*columns.values(), strict=True)
    return ([cell if isinstance(cell, str) else repr(float(cell)) for cell in row] for row in rows)
