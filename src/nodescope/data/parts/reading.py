"""A table in pieces as examples: columns chosen, gaps, scales and rows kept unseen worked out in as few passes as they take.

The numbers are those of `data/reading.py`, which has all rows in memory: means and deviations are added in the same blocks of rows.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

import numpy as np

from nodescope.arithmetic.checks import number, shown
from nodescope.arithmetic.rows import Rows
from nodescope.data.classes import Classes, classes_of
from nodescope.data.columns import Floats
from nodescope.data.examples import Examples
from nodescope.data.gaps import FILLING, fills_given, way_of
from nodescope.data.names import goals_of, inputs_of, single
from nodescope.data.openings import Opening
from nodescope.data.parts.pieces import Pieces
from nodescope.data.parts.store import Again, Counts, Layout, Side, Store, hidden_bits
from nodescope.data.scaling import BLOCK_VALUES, Scaling, as_scalings, asked, measured
from nodescope.data.source import InPieces, Source
from nodescope.errors import InputError


def stream_examples(
    pieces: Pieces,
    *,
    memory: float,
    inputs: Sequence[str] | str | None = None,
    goal: Sequence[str] | str | None,
    standardise: bool | str | Mapping[str, Any] = False,
    missing: str | Mapping[str, Any] = "refuse",
    holdout: float = 0.0,
    seed: int = 0,
    goals_too: bool = False,
    as_classes: bool = False,
    classes: object = None,
    outputs: int | None = None,
    reading: Mapping[str, Any] | None = None,
    opening: Mapping[str, Any] | None = None,
) -> Examples:
    """As `read_examples`, of a table whose rows are read as they are needed, and `memory` bytes of them kept at most.

    Raises
    ------
    InputError
        As there; and what needs all rows at once: a median, the values of categories that are not given.
    """
    way, fills = way_of(missing)
    fraction = number("holdout", holdout, least=0.0, below=1.0, words="a fraction of the rows, such as 0.2")
    head = pieces.head()
    goals, one_goal = goals_of(head, goal)
    names = inputs_of(head, inputs, goals)
    openings = tuple(Opening(name) for name in names)
    _refuse_what_needs_all(way, fills, opening or {})
    found = _classes(pieces, single(goals), classes) if as_classes else None
    if found is not None and fraction:
        raise InputError(
            'holdout keeps the same share of each class unseen, which takes all rows in memory; give memory="all", or a table of '
            "its own for rows that are not to be seen"
        )
    k = len(goals) if found is None else outputs or (1 if len(found) == 2 else len(found))
    told = () if way not in FILLING else (0.0,) * len(names) if fills is None else fills_given(names, fills)
    layout = Layout(names, goals, openings, "refuse", way, told, found, k)
    counts = _counts(pieces, layout, fraction, int(seed))
    store = Store(Again(pieces.data, pieces.said, pieces), layout, counts, memory)
    scaling, goal_scaling = _scalings(store, standardise, goals_too=goals_too and found is None)
    store = store if scaling is None else store.scaled(scaling, goal_scaling)
    dropped = int(counts.rows.sum() - counts.complete.sum())
    in_pieces = InPieces(counts.rows.tolist(), counts.complete.tolist(), counts.groups.tolist(), dropped, k)
    none = np.empty(0, dtype=np.int64)
    notes = tuple(f"{pieces.where} is read with {pieces.told}" for _ in range(bool(pieces.told)))
    source = Source(
        pieces.where, pieces.given, layout.inputs, goals, one_goal, way, fraction, int(seed), (), none, none,
        fills=told, reading=dict(reading_told(pieces, reading)), notes=notes, in_pieces=in_pieces,
    )  # fmt: skip
    return examples_of(store, source, found)


def examples_of(store: Store, source: Source, classes: Classes | None) -> Examples:
    """The examples of a store."""
    seen, unseen = Side(store, unseen=False), Side(store, unseen=True)
    x, goal, unseen_x, unseen_goal = (Rows(of, side) for of in (seen, unseen) for side in (0, 1))
    layout = store.layout
    return Examples(
        cast(Floats, x), cast(Floats, goal), cast(Floats, unseen_x), cast(Floats, unseen_goal),  # they have an array's shape
        source, layout.scaling, layout.goal_scaling, classes,
    )  # fmt: skip


def reopened(
    source: Source, data: Any, scaling: Scaling | None, goal_scaling: Scaling | None, classes: Classes | None, memory: float,
    digests: Sequence[str],
) -> Examples:  # fmt: skip
    """The examples of an earlier run; their files are looked for when the first row is read."""
    of = source.in_pieces
    assert of is not None
    found = Again(source.path if data is None else data, source.reading)
    layout = Layout(
        source.columns, source.goals, source.opened, source.unknown, source.missing, source.fills, classes, of.outputs, scaling,
        goal_scaling,
    )  # fmt: skip
    complete = np.array(of.complete, dtype=np.int64)
    hidden = hidden_bits(int(complete.sum()), source.holdout, source.seed)
    counts = Counts(np.array(of.rows, dtype=np.int64), complete, hidden, np.array(of.groups, dtype=np.int64))
    return examples_of(Store(found, layout, counts, memory, digests), source, classes)


def reading_told(pieces: Pieces, said: Mapping[str, Any] | None) -> dict[str, str | bool]:
    """What was said of a CSV file, and what was found in it that is not usual."""
    if pieces.written is None:
        return {}
    told: dict[str, str | bool] = pieces.written.told()
    return told | {name: getattr(pieces.written, name) for name, value in (said or {}).items() if value is not None}


def _refuse_what_needs_all(way: str, fills: Mapping[str, Any] | None, opening: Mapping[str, Any]) -> None:
    if way in ("mean", "median") and fills is None:
        raise InputError(
            f"missing={way!r} of rows that are read as they are needed takes all of them at once; give the numbers, "
            'missing={"by": "' + way + '", "values": {…}}, or memory="all"'
        )
    usual = {"categories": "refuse", "unknown": "refuse", "dates": None, "indicator": False}
    for name, value in opening.items():
        if value is not None and value != usual.get(name):
            raise InputError(
                f'{name}={shown(value)} looks at all rows before the first step; give memory="all", or open these columns up in '
                "the table itself"
            )


def _classes(pieces: Pieces, goal: str, given: object) -> Classes:
    """As given, else all that are met in one pass."""
    if given is not None:
        return classes_of("classes", [], given)
    found: set[Any] = set()
    for piece in pieces.pieces:
        table = piece.read([goal])
        column = table.read([goal])[0]
        cells = column.tolist() if isinstance(column, np.ndarray) else table.cells(goal)
        found |= {cell for cell in cells if cell is not None and cell == cell}
    labels = [int(cell) if isinstance(cell, float) and cell.is_integer() else cell for cell in found]
    return classes_of(f"{pieces.where}: column {shown(goal)}", labels, None)


def _counts(pieces: Pieces, layout: Layout, fraction: float, seed: int) -> Counts:
    """Rows of each piece, and those that are taken: all, unless rows with gaps are left out, for which they are looked through."""
    rows = np.array([piece.rows for piece in pieces.pieces], dtype=np.int64)
    number_of = np.array([piece.group for piece in pieces.pieces])
    groups = np.concatenate([np.flatnonzero(np.diff(number_of, prepend=-1)), [len(rows)]])
    complete = rows
    if layout.way != "refuse":
        counted = []
        for piece in pieces.pieces:
            table = piece.read([*layout.names, *layout.goals])
            counted.append(int(layout.complete(table, layout.values(table)).sum()))
        complete = np.array(counted, dtype=np.int64)
        if not complete.any():
            raise InputError(f"{pieces.where}: every row has a missing value; leave columns out with inputs=[…]")
    return Counts(rows, complete, hidden_bits(int(complete.sum()), fraction, seed), groups)


def _scalings(store: Store, standardise: object, *, goals_too: bool) -> tuple[Scaling | None, Scaling | None]:
    how = asked(standardise)
    d, k = len(store.layout.inputs), store.layout.outputs
    if isinstance(how, Mapping):
        return as_scalings(how, d, k, goals_too=goals_too)
    if not how:
        return None, None
    seen = Side(store, unseen=False)
    n = int(seen.starts[-1])
    return (
        measured(lambda: _blocks(seen, 0, d), n, how),
        measured(lambda: _blocks(seen, 1, k), n, how) if goals_too else None,
    )


def _blocks(seen: Side, side: int, width: int) -> Iterator[Floats]:
    """The rows in blocks of the size that `measure` takes, whatever pieces they come in."""
    step, count = max(1, BLOCK_VALUES // max(1, width)), len(seen.starts) - 1
    rest = np.empty((0, width))
    for part in range(count):
        seen.ask([part], [(part + 1) % count])
        rest = np.concatenate([rest, seen.part(part)[side]])
        whole = len(rest) // step * step
        yield from (rest[start : start + step] for start in range(0, whole, step))
        rest = rest[whole:]
    if len(rest):
        yield rest
