"""Which columns become which inputs: by what they hold, and by what a person asks for; and what is told of it.

n rows, d inputs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from nodescope.arithmetic.checks import choice, shown
from nodescope.data.alike import Alike
from nodescope.data.columns import Bad, Floats
from nodescope.data.gap_ways import FILLING
from nodescope.data.gaps import Rows, fills_given, fills_of
from nodescope.data.names import known, listed_names, numbered
from nodescope.data.openings import ONE_HOT, Opening, days_of, is_nothing, moment, parts_asked, values_of
from nodescope.data.source import UNKNOWN
from nodescope.data.table import Table
from nodescope.errors import InputError


@dataclass(frozen=True, eq=False)
class Chosen:
    """The columns of the inputs, and how each is opened up.

    Attributes
    ----------
    table : Table
    names : tuple of str
    columns : list
        As `Table.read` gives them.
    way : str
        What becomes of gaps (`gaps.py`).
    asked : mapping
        The keywords categories, unknown, dates and indicator, as far as they are given.
    chosen_for_user : bool
        Nobody named the columns: they are all but the goal.
    """

    table: Table
    names: tuple[str, ...]
    columns: list[Floats | Bad]
    way: str
    asked: Mapping[str, Any]
    chosen_for_user: bool

    @cached_property
    def openings(self) -> tuple[Opening, ...]:
        """How each column becomes inputs."""
        categories, dates = self._categories, self.asked.get("dates")
        parts, since = parts_asked(dates) if dates is not None else ((), {})
        made = []
        for name, column in zip(self.names, self.columns, strict=True):
            opening = Opening(name)
            if isinstance(categories, Mapping) and name in categories:
                opening = Opening(name, self._values_given(name, column, categories[name]))
            elif isinstance(column, Bad) and column.text:
                opening = self._of_text(name, column, categories == ONE_HOT, parts, since)
            made.append(self._marked(opening, column))
        self._refuse_twice(made)
        return tuple(made)

    @property
    def told(self) -> tuple[Opening, ...]:
        """The same; empty where every column is taken as it is."""
        plain = all(opening.is_plain and not opening.indicator for opening in self.openings)
        return () if plain else self.openings

    @property
    def inputs(self) -> tuple[str, ...]:
        """Names of the inputs, (d,)."""
        return tuple(name for opening in self.openings for name in opening.inputs)

    @property
    def owners(self) -> tuple[str, ...]:
        """The column of each input, (d,)."""
        return tuple(opening.name for opening in self.openings for _ in opening.inputs)

    @property
    def unknown(self) -> str:
        """What becomes of a category's value that was never seen."""
        return choice("unknown", self.asked.get("unknown", "refuse"), *UNKNOWN)

    def gaps(self, x: Floats, rows: Rows) -> int:
        """Values that are not there in the rows taken of x (n, d)."""
        firsts = np.cumsum([0, *(len(opening.inputs) for opening in self.openings[:-1])])
        return sum(int(np.isnan(x[rows, j]).sum()) for j in firsts.tolist())

    def fills(self, x: Floats, seen: Rows, given: Mapping[str, Any] | None) -> tuple[float, ...]:
        """What stands for a gap in each input, by the seen rows of x (n, d), or as given; empty where gaps are not filled."""
        if self.way not in FILLING:
            return ()
        if given is not None:
            return fills_given(self.inputs, given)
        rows = x[seen]
        return fills_of(self.inputs, self.numeric, lambda: [rows], self.way, self.table.where)

    @property
    def numeric(self) -> list[bool]:
        """Of each input (d,) whether it is a number, none of a category's."""
        return [not opening.values for opening in self.openings for _ in opening.inputs]

    @cached_property
    def _categories(self) -> str | Mapping[str, Any]:
        given = self.asked.get("categories", "refuse")
        if isinstance(given, Mapping):
            known(self.table, "categories", list(given))
            return given
        return choice("categories", given, "refuse", ONE_HOT)

    def _values_given(self, name: str, column: Floats | Bad, values: Any) -> tuple[Any, ...]:
        if isinstance(values, str) and values == ONE_HOT:
            return values_of(self.table, column, name)
        whole = isinstance(values, list | tuple) and len(set(map(str, values))) == len(values) > 0
        if not whole or not all(isinstance(value, str | int | float) for value in values):
            raise InputError(f'categories: {shown(name)} has {shown(values)}; it is "{ONE_HOT}", or a list of different values')
        return tuple(values)

    def _of_text(self, name: str, column: Bad, one_hot: bool, parts: tuple[str, ...], since: Mapping[str, str]) -> Opening:
        cells = self.table.cells(name) if parts or one_hot else []
        there = next((cell for cell in cells if not is_nothing(cell)), None)
        if there is not None and moment(there) is not None:
            if parts:
                first = since.get(name) or self._first_day(cells, name) if "days" in parts else ""
                return Opening(name, parts=parts, since=first)
            return Opening(name)  # refused as what it is: nobody takes each day for a kind of its own
        if one_hot and isinstance(there, str) and not column.date:
            return Opening(name, values_of(self.table, column, name))
        return Opening(name)

    def _first_day(self, cells: Sequence[Any], name: str) -> str:
        return str(np.datetime64(int(np.floor(np.nanmin(days_of(self.table, cells, name)))), "D"))

    def _marked(self, opening: Opening, column: Floats | Bad) -> Opening:
        """With an indicator, where it is asked for and there are gaps, or where an earlier run had one."""
        asked = self.asked.get("indicator", False)
        if asked is False or asked is None:
            return opening
        if self.way not in FILLING:
            raise InputError(
                f"indicator goes with gaps that are filled: give missing={', '.join(map(repr, FILLING))}, or leave it out"
            )
        if asked is True:
            has = np.isnan(column).any() if not isinstance(column, Bad) else any(map(is_nothing, self.table.cells(opening.name)))
        else:
            has = opening.name in known(self.table, "indicator", asked)
        return Opening(opening.name, opening.values, opening.parts, opening.since, bool(has))

    def _refuse_twice(self, made: Sequence[Opening]) -> None:
        seen: set[str] = set()
        for name in (name for opening in made for name in opening.inputs):
            if name in seen:
                raise InputError(f"{self.table.where}: two inputs would be called {shown(name)}; rename one of the columns")
            seen.add(name)


def notes(chosen: Chosen, filled: int, dropped: Sequence[int], x: Floats) -> tuple[str, ...]:
    """What was found and done that a person should know; x (n, d) are the seen examples, in their own units."""
    told = _done(chosen, filled)
    if dropped and chosen.way in FILLING:
        told.append(f"left out for want of a goal: row{'s' if len(dropped) > 1 else ''} {numbered(dropped)}")
    alike = Alike()
    alike.look(x)
    return (*told, *alike.told(chosen.inputs))


def notes_of_many(chosen: Chosen, filled: int, dropped: int, alike: Alike) -> tuple[str, ...]:
    """The same of rows that are not all in memory; which inputs are `alike` is known here where a pass over them looked for scales,
    else once each piece was read (`Store.found`)."""
    told = _done(chosen, filled)
    if dropped and chosen.way in FILLING:
        told.append(f"left out for want of a goal: {dropped:,} row{'s' if dropped > 1 else ''}")
    return (*told, *alike.told(chosen.inputs))


def _done(chosen: Chosen, filled: int) -> list[str]:
    """What was done to the columns."""
    table, told = chosen.table, []
    if table.told:
        told.append(f"{table.where} is read with {table.told}")
    if opened := [o for o in chosen.openings if o.values]:
        told.append(f"opened up: {', '.join(f'{o.name!r:.60} ({len(o.values)} values)' for o in opened)}")
    if dates := [o.name for o in chosen.openings if o.parts]:
        told.append(f"dates: {listed_names(dates)}")
    if filled:
        told.append(
            f"{filled:,} gap{'s' if filled > 1 else ''} filled with {'zero' if chosen.way == 'zero' else 'the ' + chosen.way}"
        )
    return told
