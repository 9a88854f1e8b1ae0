"""Which runs a sweep makes: axes of values, every combination of them, the last axis changing fastest."""

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nodescope.arithmetic.checks import as_floats, shown, whole
from nodescope.data.open import open_table
from nodescope.errors import InputError
from nodescope.later import Later
from nodescope.run.keywords import filled, meant
from nodescope.run.making import make_recipe
from nodescope.run.recipe import Recipe
from nodescope.run.setting import READING, as_memory

if TYPE_CHECKING:
    from nodescope.data.parts import deciding, found
else:
    deciding = Later("nodescope.data.parts.deciding")
    found = Later("nodescope.data.parts.found")

AXES = ("alpha", "weight", "seed", "rule", "hidden", "batch")
"""What can be swept over, beside the settings of a rule."""
MOST_ROWS = 10**8
_WHOLE = {"seed": np.uint64, "batch": np.int64, "hidden": np.int64}


@dataclass(frozen=True, eq=False)
class Axis:
    """One setting and its values.

    Attributes
    ----------
    name : str
        A keyword of `descend`, "hidden", or a setting of the rule.
    values : array or list
        An array where all are numbers; weights of several inputs a row each.
    """

    name: str
    values: Any

    def __len__(self) -> int:
        return len(self.values)

    def at(self, place: int) -> Any:
        """A value as `descend` takes it."""
        value = self.values[place]
        return value.item() if isinstance(value, np.generic) else value

    @property
    def numeric(self) -> bool:
        """Whether each value is one number."""
        return isinstance(self.values, np.ndarray) and self.values.ndim == 1

    def text(self, place: int) -> str:
        """A value in a few letters."""
        value = self.at(place)
        if self.name == "hidden":
            return "-".join(map(str, value)) if isinstance(value, Sequence) else str(value)
        if isinstance(value, Mapping):
            return str(value.get("name"))
        if isinstance(value, str | float):
            return value if isinstance(value, str) else f"{value:.4g}"
        return shown(value.tolist() if isinstance(value, np.ndarray) else value)


class Grid:
    """Every combination of the axes' values, beside settings that are the same in all.

    Attributes
    ----------
    fixed : dict
        `descend`'s keywords that all rows share.
    axes : tuple of Axis
    """

    def __init__(self, fixed: Mapping[str, Any], axes: Sequence[Axis]) -> None:
        self.fixed, self.axes = dict(fixed), tuple(axes)
        self.shape = tuple(len(axis) for axis in axes)
        self.size = math.prod(self.shape)

    def places(self, row: int) -> tuple[int, ...]:
        """Where a row stands on each axis."""
        return tuple(int(place) for place in np.unravel_index(row, self.shape)) if self.shape else ()

    def places_of(self, start: int, stop: int) -> dict[str, NDArray[np.intp]]:
        """The same of many rows, by the axes' names."""
        places = np.unravel_index(np.arange(start, stop), self.shape) if self.shape else ()
        return {axis.name: place for axis, place in zip(self.axes, places, strict=True)}

    def keywords(self, row: int) -> dict[str, Any]:
        """`descend`'s keywords of a row."""
        return self.keywords_at(self.places(row))

    def keywords_at(self, places: Sequence[int]) -> dict[str, Any]:
        """The same by its place on each axis."""
        told = dict(self.fixed)
        for axis, place in zip(self.axes, places, strict=True):
            value = axis.at(place)
            if axis.name == "hidden":
                told["network"] = {**(told.get("network") or {}), "hidden": value}
            elif axis.name in AXES:
                told[axis.name] = value
            else:
                told["rule"] = {**_mapping(told.get("rule")), axis.name: value}
        return told

    def text(self, row: int) -> str:
        """A row's values in words."""
        return ", ".join(f"{axis.name} {axis.text(place)}" for axis, place in zip(self.axes, self.places(row), strict=True))

    @cached_property
    def first(self) -> Recipe:
        """The recipe of row 0."""
        return make_recipe(**self.keywords(0))

    @cached_property
    def fingerprint(self) -> str:
        """Of everything that the outcomes depend on."""
        recipe, hashed = self.first, hashlib.sha256()
        for part in (recipe.examples.fingerprint, json.dumps(recipe.plain_settings(), sort_keys=True), repr(recipe.alpha)):
            hashed.update(part.encode())
        for array in (recipe.network.flat(), recipe.frozen, None if recipe.schedule is None else recipe.schedule.values):
            hashed.update(b"-" if array is None else array.tobytes())
        for axis in self.axes:
            hashed.update(axis.name.encode())
            hashed.update(axis.values.tobytes() if isinstance(axis.values, np.ndarray) else repr(axis.values).encode())
        return hashed.hexdigest()


def _mapping(rule: Any) -> dict[str, Any]:
    return dict(rule) if isinstance(rule, Mapping) else {"name": rule or "plain"}


def as_grid(hidden: Any, settings: Mapping[str, Any], *, opening: bool = True) -> Grid:
    """The grid that `sweep`'s keywords ask for; `opening` looks for its table now, and not when a row is made.

    Raises
    ------
    InputError
        Nothing is swept over, an axis is empty, or there are more rows than anybody reads.
    """
    given = dict(settings)
    for name in given:
        filled({name: given[name]})
    if opening and given.get("data") is not None:
        given["data"] = _opened(given)
    axes: list[Axis] = []
    order = [*given, *(["hidden"] if hidden is not None else [])]
    for name in order:
        value = hidden if name == "hidden" else given[name]
        axes += _axes_of(name, value, given)
    swept = {axis.name for axis in axes}
    if "hidden" in swept and not isinstance(given.get("network"), Mapping | None):
        raise InputError("hidden= goes with a network of keywords, such as network={'activation': 'relu'}, not with a made one")
    fixed = {name: value for name, value in given.items() if name not in swept}
    if isinstance(fixed.get("rule"), Mapping):
        fixed["rule"] = {name: value for name, value in fixed["rule"].items() if name not in swept}
    if not axes:
        raise InputError(f"nothing is swept over: give a list for at least one of {', '.join(AXES)}, or for a setting of the rule")
    if fixed.get("data") is None and fixed.get("steps") is None and fixed.get("epochs") is None:
        fixed["steps"] = 1_000_000
    grid = Grid(fixed, axes)
    whole("the number of runs", grid.size, most=MOST_ROWS)
    return grid


def _opened(given: Mapping[str, Any]) -> Any:
    """The table, opened once for all rows; where its rows are read as they are needed, the place from which each run reads them."""
    data, said = given["data"], {name: given.get(name) for name in READING}
    memory, known = as_memory(given.get("memory", "auto")), given.get("fingerprint") is not None
    if deciding.to_stream(data, memory, given.get("window"), said, known) is not None:
        return found.elsewhere_too(data)
    return open_table(data, said).remembered()


def _axes_of(name: str, value: Any, given: Mapping[str, Any]) -> list[Axis]:
    """The axes that a keyword's value asks for: none where it is one value."""
    if name == "weight":
        return _weight_axis(value, given)
    if name == "rule" and isinstance(value, Mapping):
        return [_axis(setting, values) for setting, values in value.items() if _is_many(values)]
    if name == "hidden":
        return [_axis(name, value if _is_many(value) else [value])]
    return [_axis(name, value)] if name in AXES and _is_many(value) else []


def _is_many(value: Any) -> bool:
    return isinstance(value, list | tuple | range) or (isinstance(value, np.ndarray) and value.ndim > 0)


def _axis(name: str, values: Any) -> Axis:
    refuse_length(name, values)
    if isinstance(values, np.ndarray) and name != "seed":
        return Axis(name, values if values.dtype.kind in "fiu" else as_floats(name, values))
    if isinstance(values, range) and min(values[0], values[-1]) >= 0 and max(values[0], values[-1]) < 2**53:
        return Axis(name, np.arange(values.start, values.stop, values.step, dtype=_WHOLE.get(name, np.float64)))
    if name == "seed":
        return Axis(name, np.array([whole("seed", value, most=2**64 - 1) for value in values], dtype=np.uint64))
    if name in ("batch", "hidden") and all(type(value) is int and 0 <= value < 2**63 for value in values):
        return Axis(name, np.array(values, dtype=np.int64))
    if all(isinstance(value, int | float | np.number) and not isinstance(value, bool) for value in values):
        return Axis(name, as_floats(name, list(values)))
    return Axis(name, [list(value) if isinstance(value, tuple) else value for value in values])


def refuse_length(name: str, values: Any) -> None:
    """Raise InputError where there is no value, or more than anybody reads; nothing is made of them before."""
    try:
        count = len(values)
    except OverflowError:  # of a range beyond what any memory could hold
        count = 2**63
    if not count:
        raise InputError(f"{name} is an empty list; a sweep needs at least one value of it")
    if count > MOST_ROWS:
        raise InputError(f"{name} has {count:,} values, and a sweep may have {MOST_ROWS:,} runs: take fewer")


def _weight_axis(value: Any, given: Mapping[str, Any]) -> list[Axis]:
    """Weights are swept over where they have one axis more than the weights of one run."""
    if value is None:
        return []
    weights = as_floats("weight", value)
    axes = _weight_axes(given)
    if weights.ndim == axes + 1 and len(weights):
        return [Axis("weight", weights)]
    if weights.ndim == axes:
        return []
    raise InputError(
        f"weight has {weights.ndim} axes; of one run it has {axes} here, and to be swept over {axes + 1}: one more, in front"
    )


def _weight_axes(given: Mapping[str, Any]) -> int:
    """How many axes the weights of one run have."""
    if given.get("data") is not None:
        return 1 if isinstance(given.get("goal"), str | int) else 2
    x, goal = (as_floats(name, given.get(name)).ndim for name in ("input", "goal"))
    if x == 0 or (x == 1 and goal == 1):
        return 0
    return 1 if goal == x - 1 else 2


def unknown(name: str) -> InputError:
    """There is no such column."""
    return InputError(f"a sweep has no column {name!r}{meant(name)}")
