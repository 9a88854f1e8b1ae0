"""A printed table laid beside a trace: which quantities each column may be, and which steps its rows say they are.

A *layout* gives each column its possible slots (a quantity and a place in it). Where names leave it open (no names at all; a and b;
theta0 … thetaN) there are several layouts, and the numbers decide.
"""

from dataclasses import dataclass
from itertools import product
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nodescope.arithmetic.checks import closest
from nodescope.diagnosis.homework.names import (
    BIASES,
    EITHER,
    EPOCHS,
    LONGEST_NAME,
    WEIGHTS,
    Word,
    forward_quantities,
    state_stem,
    word_of,
)
from nodescope.diagnosis.homework.printed import Flags, Printed, quoted
from nodescope.diagnosis.homework.texts import Columns
from nodescope.errors import InputError
from nodescope.run.recipe import Recipe
from nodescope.run.trace import Trace

Steps = NDArray[np.int64]

MOST_STEPS = 1_000_000
MOST_NAMED = 12
"""A message names at most so many columns."""
MOST_LOOSE = 8
"""Columns beside the weights that may stand in a table without names."""
STATE = {"weight": "new_weight", "bias": "new_bias"}
GIVEN = frozenset({"step", "epoch", "example", "input", "goal", "alpha"})
"""Columns that are the recipe's, not an answer."""


class Slot(NamedTuple):
    """A quantity of a step, and which of its numbers."""

    quantity: str
    place: int = 0


Layout = tuple[tuple[Slot, ...], ...]
"""For each column what it may be, the likelier first."""


@dataclass(frozen=True, eq=False)
class Sheet:
    """A printed table, and what each of its columns was read as.

    Attributes
    ----------
    headers, printed : of each column
    own : whether a column has a trace's own name, and is held to it
    layouts : ways to read the columns
    step : what the table's own counting column says, or None
    counts_epochs : whether that column is called so
    refusal : why it cannot be graded if no layout fits; None where it can always be
    """

    headers: tuple[str, ...]
    printed: tuple[Printed, ...]
    own: tuple[bool, ...]
    layouts: tuple[Layout, ...]
    rows: int
    step: Steps | None
    counts_epochs: bool = False
    refusal: InputError | None = None

    @property
    def names(self) -> frozenset[str]:
        """Quantities that the columns may be."""
        return frozenset(slot.quantity for layout in self.layouts for slots in layout for slot in slots)

    @property
    def last_step(self) -> int:
        return self.rows - 1 if self.step is None else int(self.step[-1])

    def digits(self) -> float:
        """Digits that are printed in all, of columns that are answers: what there is to go by."""
        total = 0.0
        for printed, slots in zip(self.printed, self.layouts[0], strict=True):
            if all(slot.quantity in GIVEN for slot in slots):
                continue
            with np.errstate(all="ignore"):
                size = np.abs(printed.value) / np.maximum(printed.half, 1e-16 * np.abs(printed.value))
                total += float(np.clip(np.log10(size[np.isfinite(size)]), 0.0, 16.0).sum())
        return total


def lay_out(columns: Columns, recipe: Recipe, trace: Trace) -> Sheet:
    """Find the trace's quantities in the printed columns."""
    slots = _slots(trace)
    if not columns:
        raise InputError("the printed text has nothing that can be read as columns; give a line of names and the rows below it")
    if isinstance(columns, list):
        return _nameless(columns, recipe, slots)
    return _named(columns, recipe, slots)


def _slots(trace: Trace) -> dict[str, list[str]]:
    """Each column of the trace, and the names of its parts when split."""
    slots: dict[str, list[str]] = {}
    for part in trace[0:1].flat():
        slots.setdefault(part.partition("[")[0], []).append(part)
    return slots


# --- no names


def _nameless(printed: list[Printed], recipe: Recipe, slots: dict[str, list[str]]) -> Sheet:
    """Weights, the biases last or first; a counting column may stand before them, and other numbers beside them."""
    weights, biases = recipe.k * recipe.d, 0 if recipe.bias is None else recipe.k
    rows, step, headers = len(printed[0].value), None, [str(i) for i in range(len(printed))]
    if len(printed) not in (weights, weights + biases) or (len(printed) == weights != weights + biases and weights > 1):
        step = _counting(printed[0]) if len(printed) > 1 else None
        if step is not None:
            printed, headers = printed[1:], headers[1:]
    count, state = len(printed), weights + biases
    refusal = _too_many(count + (step is not None), weights, biases)
    loose = count not in (weights, state)
    if loose and (count < weights or count - state > MOST_LOOSE or (count > weights and step is None and state > 8)):
        raise refusal
    layouts = _of_position(count, weights, biases, slots)
    names = _position_names(weights, biases)
    own = [False] * count
    headers = [*names, *headers[len(names) :]][:count] if not loose else [f"column {header}" for header in headers]
    return Sheet(tuple(headers), tuple(printed), tuple(own), layouts, rows, step, refusal=refusal if loose else None)


def _too_many(count: int, weights: int, biases: int) -> InputError:
    also = f" (or {weights + biases}, the biases last)" if biases else ""
    return InputError(
        f"each row has {count} number(s); the recipe has {weights} weight(s): "
        f"give rows of {weights}{also}, or a table with column names"
    )


def _position_names(weights: int, biases: int) -> list[str]:
    if weights == 1:
        return ["weight", "bias"]
    return [f"weight[{i}]" for i in range(weights)] + ["bias" if biases == 1 else f"bias[{j}]" for j in range(biases)]


def _of_position(count: int, weights: int, biases: int, slots: dict[str, list[str]]) -> tuple[Layout, ...]:
    of_weights = [(Slot("weight", i),) for i in range(weights)]
    of_biases = [(Slot("bias", j),) for j in range(biases)]
    if count == weights:
        return (tuple(of_weights),)
    blocks = [of_weights + of_biases] + ([of_biases + of_weights] if biases else [])
    blocks += [of_weights] if biases and count > weights else []
    anything = _anything(slots)
    layouts: list[Layout] = []
    for block in blocks:
        spare = count - len(block)
        if spare >= 0:
            layouts.append((*block, *[anything] * spare))
            layouts += [(*[anything] * spare, *block)] if spare else []
    return tuple(layouts)


def _anything(slots: dict[str, list[str]]) -> tuple[Slot, ...]:
    """What a column of unknown name may be: any quantity that is no setting."""
    likely = ("mse", "prediction", "delta", "weight", "bias", "weighted_delta", "alpha_delta", "bias_weighted_delta", "bias_delta")
    few = [name for name in likely if name in slots and len(slots[name]) <= 4]
    return tuple(
        Slot(name, place)
        for name in [*few, "goal", "input", "alpha", "epoch"]
        for place in range(len(slots[name]))
        if len(slots[name]) <= 4
    )


def _counting(column: Printed) -> Steps | None:
    """The column's whole numbers from 0 or more that count upward, else None."""
    value = column.value
    if not np.isfinite(value).all() or (value != np.floor(value)).any() or value[0] < 0 or (np.diff(value) <= 0).any():
        return None
    return None if value[-1] > MOST_STEPS else value.astype(np.int64)


# --- names


def _named(columns: dict[str, Printed], recipe: Recipe, slots: dict[str, list[str]]) -> Sheet:
    words = {header: word_of(header) for header in columns}
    counter = _counter(columns, words)
    kept = {header: word for header, word in words.items() if header != counter}
    own, said, unknown = _own_and_said(kept, slots)
    kept = {h: word for h, word in kept.items() if h in own or h in said or h in unknown or state_stem(word)}
    assignments = _states(kept, own, recipe)
    placed = {*own, *(h for assigned in assignments for h in assigned)}
    _refuse_unknown(unknown, [h for h, word in kept.items() if state_stem(word) and h not in placed], slots)
    anything = _anything(slots)
    layouts = []
    for assigned in assignments:
        layouts.append(tuple((own[h],) if h in own else (assigned[h],) if h in assigned else said.get(h) or anything for h in kept))
    rows = len(next(iter(columns.values())).value)
    step = None if counter is None else _steps_of(columns[counter])
    sheet = Sheet(
        tuple(kept), tuple(columns[h] for h in kept), tuple(h in own for h in kept), tuple(layouts), rows, step,
        counter is not None and words[counter].stem in EPOCHS,
        _unknown(unknown[0], slots) if len(unknown) == len(kept) and kept else None,
    )  # fmt: skip
    if all(slot.quantity in GIVEN for slots_of in sheet.layouts[0] for slot in slots_of):
        raise InputError(
            f"the printed table has nothing to grade; give at least one of {', '.join(n for n in slots if n not in GIVEN)}"
        )
    return sheet


def _counter(columns: dict[str, Printed], words: dict[str, Word]) -> str | None:
    """The column that counts the rows: `step` itself, or another word for it whose numbers count upward."""
    counters = [header for header, word in words.items() if word.is_counter]
    named = next((header for header in counters if words[header].stem == "step"), None)
    if named is not None:
        return named
    return next((header for header in counters if _counting(columns[header]) is not None), None)


def _steps_of(column: Printed) -> Steps:
    """The rows' steps, which must count upward."""
    value = column.value
    if np.isfinite(value).all() and value[-1] > MOST_STEPS:
        raise InputError(f"column 'step' goes to {value[-1]:.15g}; up to {MOST_STEPS:,} steps are graded: leave rows out")
    steps = _counting(column)
    if steps is None:
        raise InputError("column 'step' must be whole numbers from 0 that count upward; correct it or leave it out")
    return steps


Said = dict[str, tuple[Slot, ...]]


def _own_and_said(words: dict[str, Word], slots: dict[str, list[str]]) -> tuple[dict[str, Slot], Said, list[str]]:
    """Columns with a trace's own name, those that may be several quantities, and those whose name says nothing."""
    first = _counts_from(words)
    past = {word.stem for word in words.values() if word.index and max(word.index) - first >= len(slots.get(word.stem, ()))}
    own: dict[str, Slot] = {}
    said: Said = {}
    unknown: list[str] = []
    for header, word in words.items():
        found = None if word.stem in past else _own(header, word, slots, first)
        if found is not None:
            _refuse_twice(own, header, found)
            own[header] = found
        elif state_stem(word):
            continue
        elif places := _said(word, slots, first):
            said[header] = places
        elif not word.is_counter:
            unknown.append(header)
    return own, said, unknown


def _refuse_twice(own: dict[str, Slot], header: str, found: Slot) -> None:
    twice = next((other for other, slot in own.items() if slot == found), None)
    if twice is not None:
        raise InputError(f"columns {quoted(twice)} and {quoted(header)} are both {found.quantity}; leave one of them out")


def _own(header: str, word: Word, slots: dict[str, list[str]], first: int) -> Slot | None:
    """The slot of a trace's own name, in any spelling."""
    for name, parts in slots.items():
        if header in parts:
            return Slot(name, parts.index(header))
    base = f"new_{word.stem}" if word.when == "new" else word.stem
    if len(header) > LONGEST_NAME or base not in slots or (base in ("step", "epoch") and word.index):
        return None
    place = _place(list(word.index), slots[base], first)
    return None if place is None else Slot(base, place)


def _said(word: Word, slots: dict[str, list[str]], first: int) -> tuple[Slot, ...]:
    """The slots that an everyday name may mean."""
    found = []
    for name in forward_quantities(word):
        if name in slots and (place := _place(list(word.index), slots[name], first if name != "mse" else 0)) is not None:
            found.append(Slot(name, place))
    return tuple(found)


def _counts_from(words: dict[str, Word]) -> int:
    """1 where columns are numbered (weight1, weight2) and none is 0."""
    numbers = {number for word in words.values() for number in word.index}
    return 0 if 0 in numbers or not numbers else min(1, min(numbers))


def _place(index: list[int], parts: list[str], first: int) -> int | None:
    if not index:
        return 0 if len(parts) == 1 else None
    if len(index) == 1:
        return index[0] - first if 0 <= index[0] - first < len(parts) else None
    label = f"[{', '.join(map(str, index))}]"
    return next((i for i, part in enumerate(parts) if part.endswith(label)), None)


def _states(words: dict[str, Word], own: dict[str, Slot], recipe: Recipe) -> list[dict[str, Slot]]:
    """Each way to give the columns that name weights or biases their places."""
    weights, biases = recipe.k * recipe.d, 0 if recipe.bias is None else recipe.k
    stems: dict[tuple[str, str], list[str]] = {}
    for header, word in words.items():
        if header not in own and (stem := state_stem(word)):
            stems.setdefault((stem, word.when), []).append(header)
    has_bias = any(slot.quantity.endswith("bias") for slot in own.values()) or any(stem in BIASES for stem, _ in stems)
    ways = [
        _of_stem(stem, when, [(h, words[h].index) for h in headers], weights, biases, has_bias, len(stems))
        for (stem, when), headers in stems.items()
    ]
    found = []
    for together in product(*ways):
        assigned = {header: slot for part in together for header, slot in part.items()}
        if len(set(assigned.values())) == len(assigned):
            found.append(assigned)
    return found or [{}]


def _of_stem(
    stem: str, when: str, columns: list[tuple[str, tuple[int, ...]]], weights: int, biases: int, has_bias: bool, stems: int
) -> list[dict[str, Slot]]:
    """The ways to place the columns of one name: w; theta0, theta1; b0, b1; a."""
    new = "new_" if when == "new" else ""
    weight, bias = new + "weight", new + "bias"
    headers = [header for header, _ in columns]
    indices = [index[-1] if index else None for _, index in columns]
    if None in indices or (len(indices) == 1 and weights == 1 and indices[0] == 0 and not biases):
        return _unnumbered(stem, headers[0], Slot(weight), Slot(bias), weights, biases, stems)
    numbers = [number for number in indices if number is not None]
    base = min(1, min(numbers)) if weights + biases > 1 else min(numbers)
    if biases == 1 and len(numbers) == weights + 1:
        first = dict(zip(headers, [Slot(bias), *(Slot(weight, i) for i in range(weights))], strict=True))
        last = dict(zip(headers, [*(Slot(weight, i) for i in range(weights)), Slot(bias)], strict=True))
        return [first, last]
    if (stem in BIASES and stem != "b") or (stem == "b" and biases and all(n - base < biases for n in numbers)):
        return [dict(zip(headers, [Slot(bias, n - base) for n in numbers], strict=True))]
    ways = [{h: Slot(weight, n - base) for h, n in zip(headers, numbers, strict=True) if 0 <= n - base < weights}]
    if biases == 1 and (not has_bias or stem in BIASES) and 0 in numbers:
        ways.insert(
            0, {h: Slot(bias) if n == 0 else Slot(weight, n - 1) for h, n in zip(headers, numbers, strict=True) if n <= weights}
        )
    return ways


def _unnumbered(stem: str, header: str, weight: Slot, bias: Slot, weights: int, biases: int, stems: int) -> list[dict[str, Slot]]:
    ways: list[dict[str, Slot]] = []
    if weights == 1 and (stem in WEIGHTS or stem in EITHER or (stem == "b" and stems > 1)):
        ways.append({header: weight})
    if biases == 1 and (stem in BIASES or stem in EITHER or (stem == "theta" and weights > 1)):
        ways.insert(0 if stem in BIASES else len(ways), {header: bias})
    return ways or [{}]


def _refuse_unknown(unknown: list[str], unplaced: list[str], slots: dict[str, list[str]]) -> None:
    """Raise InputError for a name that is nearly one of ours or far too long, and for a weight that is not there."""
    known = [part for parts in slots.values() for part in parts]
    for header in [*unknown, *unplaced]:
        if len(header) > LONGEST_NAME or header in unplaced or closest(word_of(header).stem, known, 0.65) is not None:
            raise _unknown(header, slots)


def _unknown(header: str, slots: dict[str, list[str]]) -> InputError:
    known = [part for parts in slots.values() for part in parts]
    near = closest(word_of(header).stem, known) if len(header) <= LONGEST_NAME else None
    hint = f"did you mean {near!r}? " if near is not None else ""
    shown = ", ".join(known[:MOST_NAMED]) + (", …" if len(known) > MOST_NAMED else "")
    return InputError(f"there is no column {quoted(header)} in a trace; {hint}The columns are {shown}")


def without(sheet: Sheet, rows: Flags) -> Sheet:
    """The sheet without some rows, their steps kept."""
    step = np.arange(sheet.rows) if sheet.step is None else sheet.step
    kept: dict[str, Any] = {**sheet.__dict__, "printed": tuple(p.left_out(rows) for p in sheet.printed), "step": step[~rows]}
    return Sheet(**(kept | {"rows": int((~rows).sum())}))
