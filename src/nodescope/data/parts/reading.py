"""A table in pieces as examples: columns chosen, gaps, scales and rows kept unseen worked out in as few passes as they take.

The numbers are those of `data/reading.py`, which has all rows in memory: means and deviations are added in the same blocks of rows.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

import numpy as np

from nodescope.arithmetic.checks import number
from nodescope.arithmetic.rows import Rows, parts_in_order
from nodescope.data.alike import Alike
from nodescope.data.choosing import Chosen, notes_of_many
from nodescope.data.classes import Classes, classes_of
from nodescope.data.columns import Floats
from nodescope.data.examples import Examples
from nodescope.data.gap_ways import FILLING
from nodescope.data.gaps import fills_given, fills_of, way_of
from nodescope.data.holdout import hidden_bits
from nodescope.data.names import goals_of, inputs_of, single
from nodescope.data.parts.counting import Counts, counted, counts_of
from nodescope.data.parts.layout import Layout
from nodescope.data.parts.looking import chosen_of, classes_in
from nodescope.data.parts.pieces import Pieces
from nodescope.data.parts.store import Again, Side, Store
from nodescope.data.scaling import BLOCK_VALUES, Scaling, as_scalings, asked, measured
from nodescope.data.source import InPieces, Source

LEAST_ROOM = 1 << 16
"""So many numbers may be in memory together where a median is looked for, however little is said."""


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
        As there.
    """
    way, fills = way_of(missing)
    fraction = number("holdout", holdout, least=0.0, below=1.0, words="a fraction of the rows, such as 0.2")
    head = pieces.head()
    goals, one_goal = goals_of(head, goal)
    names = inputs_of(head, inputs, goals)
    chosen = chosen_of(pieces, names, way, opening or {}, inputs is None)
    found = _classes(pieces, single(goals), classes) if as_classes else None
    k = len(goals) if found is None else outputs or (1 if len(found) == 2 else len(found))
    layout = Layout(names, goals, chosen.openings, chosen.unknown, way, (), found, k)
    of_rows = counted(pieces, layout, by_classes=found is not None and fraction > 0)
    counts = counts_of(pieces, of_rows, fraction, int(seed))
    store = Store(Again(pieces.data, pieces.said, pieces), layout, counts, memory)
    if way in FILLING:
        told = _fills(store, chosen) if fills is None else fills_given(chosen.inputs, fills)
        store = store.laid_out(fills=told)
    alike = Alike()
    scaling, goal_scaling = _scalings(store, standardise, alike, goals_too=goals_too and found is None)
    store = store if scaling is None else store.laid_out(scaling=scaling, goal_scaling=goal_scaling)
    dropped = int(counts.rows.sum() - counts.complete.sum())
    unseen = counts.unseen.tolist() if of_rows.codes is not None else []
    in_pieces = InPieces(counts.rows.tolist(), counts.complete.tolist(), counts.groups.tolist(), dropped, k, unseen)
    none = np.empty(0, dtype=np.int64)
    source = Source(
        pieces.where, pieces.given, layout.inputs, goals, one_goal, way, fraction, int(seed), (), none, none,
        openings=chosen.told, fills=store.layout.fills, unknown=chosen.unknown, reading=dict(reading_told(pieces, reading)),
        notes=notes_of_many(chosen, of_rows.filled, dropped, alike), in_pieces=in_pieces,
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
    hidden = None if of.unseen else hidden_bits(int(complete.sum()), source.holdout, source.seed)
    counts = Counts(np.array(of.rows, dtype=np.int64), complete, np.array(of.groups, dtype=np.int64), hidden, of.unseen)
    return examples_of(Store(found, layout, counts, memory, digests, (source.holdout, source.seed)), source, classes)


def reading_told(pieces: Pieces, said: Mapping[str, Any] | None) -> dict[str, str | bool]:
    """What was said of a CSV file, and what was found in it that is not usual."""
    if pieces.written is None:
        return {}
    told: dict[str, str | bool] = pieces.written.told()
    return told | {name: getattr(pieces.written, name) for name, value in (said or {}).items() if value is not None}


def _classes(pieces: Pieces, goal: str, given: object) -> Classes:
    """As given, else all that are met in one pass."""
    return classes_in(pieces, goal) if given is None else classes_of("classes", [], given)


def _fills(store: Store, chosen: Chosen) -> tuple[float, ...]:
    """What stands for a gap in each input, by the seen rows."""
    seen, what = Side(store, unseen=False), f"looking for {chosen.way}s"

    def blocks() -> Iterator[Floats]:
        return (x for x, _ in parts_in_order(seen, what))

    return fills_of(chosen.inputs, chosen.numeric, blocks, chosen.way, chosen.table.where, max(store.memory / 8, LEAST_ROOM))


def _scalings(store: Store, standardise: object, alike: Alike, *, goals_too: bool) -> tuple[Scaling | None, Scaling | None]:
    how = asked(standardise)
    d, k = len(store.layout.inputs), store.layout.outputs
    if isinstance(how, Mapping):
        return as_scalings(how, d, k, goals_too=goals_too)
    if not how:
        return None, None
    seen = Side(store, unseen=False)
    n = int(seen.starts[-1])
    return (
        measured(lambda: alike.watching(_blocks(seen, 0, d)), n, how),
        measured(lambda: _blocks(seen, 1, k), n, how) if goals_too else None,
    )


def _blocks(seen: Side, side: int, width: int) -> Iterator[Floats]:
    """The rows in blocks of the size that `measure` takes, whatever pieces they come in."""
    step, rest = max(1, BLOCK_VALUES // max(1, width)), np.empty((0, width))
    for both in parts_in_order(seen, "looking for scales"):
        rest = np.concatenate([rest, both[side]])
        whole = len(rest) // step * step
        yield from (rest[start : start + step] for start in range(0, whole, step))
        rest = rest[whole:]
    if len(rest):
        yield rest
