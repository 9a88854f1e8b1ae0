"""A printed table laid beside a trace: which column is which quantity, which row is which step, and where a cell agrees."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from nodescope.diagnosis.homework.habits import Source
from nodescope.diagnosis.homework.table import Printed
from nodescope.errors import InputError
from nodescope.run.recipe import Recipe
from nodescope.run.trace import Trace

Floats = NDArray[np.float64]
Steps = NDArray[np.int64]
How = Literal["column", "own", "cut", "last bits"]
"""Digits of the column, digits of each cell alone, digits cut off, or whole numbers that may be two doubles off."""

MOST_STEPS = 1_000_000
STATE = {"weight": "new_weight", "bias": "new_bias"}
GIVEN = frozenset({"step", "epoch", "example", "input", "goal", "alpha"})
"""Columns that are the recipe's, not an answer."""
ALIASES = {
    "w": "weight", "x": "input", "iteration": "step", "i": "step", "t": "step", "target": "goal", "output": "prediction",
    "pred": "prediction", "loss": "mse", "gradient": "weighted_delta", "update": "alpha_delta", "b": "bias",
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Group:
    """The printed columns of one quantity: `places` of them among its numbers of a step; arrays are (T, columns)."""

    name: str
    headers: tuple[str, ...]
    places: tuple[int, ...]
    value: Floats
    half: Floats
    own: Floats
    single: bool

    def agrees(self, rows: slice, expected: Floats, how: How = "column", single: bool = False) -> NDArray[np.bool_]:
        """Which cells the expected numbers are printed as."""
        value, half = self.value[rows], (self.own if how == "own" else self.half)[rows]
        with np.errstate(all="ignore"):
            gap = np.spacing(np.abs(expected))
            off = np.abs(expected - value)
            cut = (np.abs(value) <= np.abs(expected) + gap) & (off < 2 * half + gap)
            near = (cut if how == "cut" else off <= half + gap) & (half > gap / 2)
            if how == "last bits":
                near |= off <= 2 * gap + np.where(half < 1e-15, 3 * half, 0.0)
            if self.name == "mse":  # delta ** 2, which many write, may be a neighbour of delta × delta
                near |= off <= gap
            same: NDArray[np.bool_] = (value == expected) | (np.isnan(value) & np.isnan(expected)) | near
            if single or self.single:  # the shortest text of a float32 is no rounding of it to as many digits
                short = self.single | (half > 1e-11 * np.abs(value))
                same |= short & (value.astype(np.float32) == expected.astype(np.float32))
        return same


@dataclass(frozen=True, eq=False)
class Reading:
    """One way to read the sheet: for each group the quantity it is and the steps of its rows."""

    names: tuple[str, ...]
    steps: tuple[Steps, ...]
    note: str = ""


@dataclass(frozen=True, eq=False)
class Sheet:
    """A printed table: its groups, and what its own `step` column says."""

    groups: tuple[Group, ...]
    rows: int
    step: Steps | None

    @property
    def names(self) -> frozenset[str]:
        return frozenset(group.name for group in self.groups)

    @property
    def answers(self) -> frozenset[str]:
        """Names of the columns that are not given by the recipe."""
        return self.names - GIVEN

    @property
    def last_step(self) -> int:
        return self.rows - 1 if self.step is None else int(self.step[-1])

    def readings(self, recipe: Recipe) -> Iterator[Reading]:
        """As labelled first; a bare list of weights may be from before or after the update, and once an epoch."""
        names = tuple(group.name for group in self.groups)
        steps = np.arange(self.rows) if self.step is None else self.step
        bare = self.answers <= {*STATE, *STATE.values()} and not (self.answers & set(STATE) and self.answers & set(STATE.values()))
        for note, at in _countings(self.step, steps):
            yield Reading(names, (at,) * len(names), note)
            if bare:
                for swap in (STATE, {after: before for before, after in STATE.items()}):
                    if self.answers & set(swap):
                        yield Reading(tuple(swap.get(name, name) for name in names), (at,) * len(names), note)
        if not bare and "weight" in names and self.step is None:
            yield Reading(names, (steps + 1,) * len(names), "its rows begin with step 1")
        each = recipe.steps_per_epoch
        if (
            bare
            and 1 < each <= MOST_STEPS // self.rows
            and self.step is None
            and not self.names & {"step", "example", "input", "goal"}
        ):
            epochs = tuple("new_" + name.removeprefix("new_") if name not in GIVEN else name for name in names)
            yield Reading(epochs, ((steps + 1) * each - 1,) * len(names), "a row for each epoch, after its last step")
            before = tuple(name.removeprefix("new_") for name in names)
            yield Reading(before, (steps * each,) * len(names), "a row for each epoch, before its first step")

    def agreeing(self, reading: Reading, source: Source, how: How = "column", single: bool = False) -> int:
        """How many rows agree from the first."""
        if not self._first_row_agrees(reading, source, how, single):
            return 0
        start, size = 1, 4
        while start < self.rows:
            rows = slice(start, min(self.rows, start + size))
            good = self.agreement(reading, source, rows, how, single).all(axis=1)
            if not good.all():
                return start + int(np.argmin(good))
            start, size = rows.stop, size * 4
        return self.rows

    def _first_row_agrees(self, reading: Reading, source: Source, how: How, single: bool) -> bool:
        """Most conventions fail here, and mostly in the first column."""
        row = slice(0, 1)
        for group, name, steps in zip(self.groups, reading.names, reading.steps, strict=True):
            if not group.agrees(row, source.values(name, steps[row])[:, group.places], how, single).all():
                return False
        return True

    def agreement(
        self, reading: Reading, source: Source, rows: slice, how: How = "column", single: bool = False
    ) -> NDArray[np.bool_]:
        """Which cells agree, (rows, columns) in the order of `groups`."""
        parts = []
        for group, name, steps in zip(self.groups, reading.names, reading.steps, strict=True):
            expected = source.values(name, steps[rows])[:, group.places]
            parts.append(group.agrees(rows, expected, how, single))
        return np.concatenate(parts, axis=1)

    def cell(self, row: int, column: int, reading: Reading, source: Source) -> tuple[str, float, float]:
        """Header, printed and expected number of one cell."""
        for group, name, steps in zip(self.groups, reading.names, reading.steps, strict=True):
            if column < len(group.places):
                expected = source.values(name, steps[row : row + 1])[0, group.places[column]]
                return group.headers[column], float(group.value[row, column]), float(expected)
            column -= len(group.places)
        raise AssertionError("no such column")

    def whole(self, name: str, width: int) -> Group | None:
        """The group of a quantity if all its numbers are printed."""
        return next((g for g in self.groups if g.name == name and sorted(g.places) == list(range(width))), None)


def _countings(printed: Steps | None, steps: Steps) -> Iterator[tuple[str, Steps]]:
    yield "", steps
    if printed is not None and steps[0] >= 1:
        yield "steps counted from 1", steps - 1


def lay_out(printed: "dict[str, Printed] | list[Printed]", recipe: Recipe, trace: Trace) -> Sheet:
    """Find the trace's columns in the printed ones."""
    slots = _slots(trace)
    named = _bare(printed, recipe) if isinstance(printed, list) else printed
    found: dict[str, list[tuple[int, str, Printed]]] = {}
    taken: dict[tuple[str, int], str] = {}
    for header, (name, place) in _identified(tuple(named), slots).items():
        if (name, place) in taken:
            raise InputError(f"columns {_cut(taken[name, place])} and {_cut(header)} are both {name}; leave one of them out")
        taken[name, place] = header
        found.setdefault(name, []).append((place, header, named[header]))
    rows = len(next(iter(named.values())).value)
    step = _steps_of(found.pop("step")[0][2]) if "step" in found else None
    sheet = Sheet(tuple(_group(name, columns) for name, columns in found.items()), rows, step)
    if not sheet.answers:
        raise InputError(
            f"the printed table has nothing to grade; give at least one of {', '.join(n for n in slots if n not in GIVEN)}"
        )
    return sheet


def _group(name: str, columns: list[tuple[int, str, Printed]]) -> Group:
    places, headers, cells = zip(*columns, strict=True)
    value, half, own = (np.column_stack([getattr(c, part) for c in cells]) for part in ("value", "half", "own"))
    return Group(name, headers, places, value, half, own, any(c.single for c in cells))


def _slots(trace: Trace) -> dict[str, list[str]]:
    """Each column of the trace, and the names of its parts when split."""
    slots: dict[str, list[str]] = {}
    for part in trace[0:1].flat():
        slots.setdefault(part.partition("[")[0], []).append(part)
    return slots


def _bare(printed: Sequence[Printed], recipe: Recipe) -> dict[str, Printed]:
    """Numbers without names are weights; with as many more as there are biases, those come last."""
    weights, biases = recipe.k * recipe.d, 0 if recipe.bias is None else recipe.k
    if len(printed) not in (weights, weights + biases):
        also = f" (or {weights + biases}, the biases last)" if biases else ""
        raise InputError(
            f"each row has {len(printed)} number(s); the recipe has {weights} weight(s): "
            f"give rows of {weights}{also}, or a table with column names"
        )
    if weights == 1:
        return dict(zip(("weight", "bias"), printed, strict=False))
    names = [f"weight[{i}]" for i in range(weights)] + ["bias" if biases == 1 else f"bias[{j}]" for j in range(biases)]
    return dict(zip(names, printed, strict=False))


def _steps_of(column: Printed) -> Steps:
    """The rows' steps, which must count upward."""
    value = column.value
    if not np.isfinite(value).all() or (value != np.floor(value)).any() or value[0] < 0 or (np.diff(value) <= 0).any():
        raise InputError("column 'step' must be whole numbers from 0 that count upward; correct it or leave it out")
    if value[-1] > MOST_STEPS:
        raise InputError(f"column 'step' goes to {value[-1]:.15g}; up to {MOST_STEPS:,} steps are graded: leave rows out")
    return value.astype(np.int64)


def _identified(headers: tuple[str, ...], slots: dict[str, list[str]]) -> dict[str, tuple[str, int]]:
    return {header: _identify(header, slots, _counts_from(headers)) for header in headers}


def _counts_from(headers: tuple[str, ...]) -> int:
    """1 where columns are numbered (weight1, weight2) and none is 0."""
    numbers = {int(found[1]) for header in headers if (found := re.search(r"(\d{1,9})\D*$", header))}
    return 0 if 0 in numbers or not numbers else min(1, min(numbers))


def _identify(header: str, slots: dict[str, list[str]], first: int) -> tuple[str, int]:
    for name, parts in slots.items():
        if header in parts:
            return name, parts.index(header)
    if len(header) <= 200:
        found = re.fullmatch(r"(.*?)[\s_]*[\[(]?[\s_]*((?:\d{1,6}[\s,]*)*)[\])]?", header.strip())
        base = _plain(found[1] if found else header)
        if base in slots:
            place = _place([int(v) for v in re.findall(r"\d+", found[2])] if found else [], slots[base], first)
            if place is not None:
                return base, place
    raise _unknown(header, slots)


def _plain(header: str) -> str:
    """alphaDelta, "Alpha delta" and alpha-delta as alpha_delta."""
    snake = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", header.strip())
    snake = re.sub(r"[\s\-]+", "_", snake).lower()
    return ALIASES.get(snake, snake)


def _place(index: list[int], parts: list[str], first: int) -> int | None:
    if not index:
        return 0 if len(parts) == 1 else None
    if len(index) == 1:
        return index[0] - first if 0 <= index[0] - first < len(parts) else None
    label = f"[{', '.join(map(str, index))}]"
    return next((i for i, part in enumerate(parts) if part.endswith(label)), None)


def _unknown(header: str, slots: dict[str, list[str]]) -> InputError:
    known = [part for parts in slots.values() for part in parts]
    near = get_close_matches(_plain(header), known, 1) if len(header) <= 200 else []
    hint = f"did you mean {near[0]!r}? " if near else ""
    shown = ", ".join(known[:24]) + (", …" if len(known) > 24 else "")
    return InputError(f"there is no column {_cut(header)} in a trace; {hint}The columns are {shown}")


def _cut(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…"


def shifted(reading: Reading, late: Sequence[bool]) -> Reading:
    """The reading with some groups one step later than the others."""
    return replace(reading, steps=tuple(s + 1 if later else s for s, later in zip(reading.steps, late, strict=True)))
