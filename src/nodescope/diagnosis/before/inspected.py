"""What was seen in a table, and as a page of text: first the columns, then what to know before a fit."""

import math
from dataclasses import dataclass

from nodescope.data.described import Described
from nodescope.data.names import listed_names
from nodescope.run.offers import Faced

FAR_APART = 10.0
"""Scales that differ by this much make a node slow by its square, a hundred times."""


@dataclass(frozen=True)
class Alphas:
    """What the columns of numbers imply for a node that has them all and a bias; a step is half the derivative of the error.

    Attributes
    ----------
    limit : float
        Stable below it, all examples a step: 2/λ of the largest eigenvalue of XᵀX/n.
    one_at_a_time : float
        No single example lengthens the error below it: 2/max(|x|² + 1).
    condition : float
        Largest eigenvalue ÷ smallest: the slowest direction needs about so many steps (at the best alpha, all examples a step).
    """

    limit: float
    one_at_a_time: float
    condition: float


@dataclass(frozen=True)
class Inspection(Faced):
    """What a table holds.

    Attributes
    ----------
    where : str
    rows : int
    read_with : str
        How it is written, where that is not usual.
    columns : tuple of Described
    same : tuple of str
        Columns of numbers that have one value.
    together : tuple of (str, str, float)
        Columns that go together, and their correlation; 1.0 or −1.0 where one is the other, moved and stretched.
    as_it_is, standardised : Alphas or None
        Of the inputs; None where there are no numbers, or too many columns.
    question : str
        What to ask where the names may be no names.

    Examples
    --------
    >>> import nodescope as ns
    >>> seen = ns.inspect({"x": [1.0, 2.0, 3.0], "y": [2.0, 4.0, 7.0]}, goal="y")
    >>> seen.rows, round(seen.as_it_is.limit, 4), round(seen.standardised.limit, 4)
    (3, 0.3606, 2.0)
    """

    where: str
    rows: int
    read_with: str
    columns: tuple[Described, ...]
    same: tuple[str, ...]
    together: tuple[tuple[str, str, float], ...]
    as_it_is: Alphas | None
    standardised: Alphas | None
    question: str = ""

    def __str__(self) -> str:
        """A page of plain text."""
        return page(self)

    __repr__ = __str__


def page(seen: Inspection) -> str:
    """All of it."""
    rows = [["column", "holds", "gaps", "different", "least", "largest", "mean", "deviation"], *map(_row, seen.columns)]
    widths = [max(len(row[i]) for row in rows) for i in range(8)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    count = f"{counted(seen.rows, 'row')}, {counted(len(seen.columns), 'column')}"
    told = [
        f"{seen.where}: {count}{f'; {seen.read_with}' if seen.read_with else ''}",
        "",
        *lines,
        "",
        *_of_text(seen),
        *_known(seen),
    ]
    return "\n".join(told).rstrip()


def counted(number: int, what: str) -> str:
    """So many of something."""
    return f"{number:,} {what}{'s' * (number != 1)}"


def _row(column: Described) -> list[str]:
    numbers = [_short(value) for value in (column.least, column.largest, column.mean, column.deviation)]
    return [f"{column.name!r:.40}"[1:-1], column.holds, f"{column.gaps:,}", f"{column.different:,}", *numbers]


def _short(value: float | str | None) -> str:
    return "" if value is None else value if isinstance(value, str) else f"{value:.6g}"


def _of_text(seen: Inspection) -> list[str]:
    told = []
    for column in seen.columns:
        if column.common:
            few = ", ".join(f"{value!r:.40} ({count:,})" for value, count in column.common)
            told.append(f"{column.name!r:.60}: {few}{', …' if column.different > len(column.common) else ''}")
        if column.odd:
            told.append(f"{column.name!r:.60} is not numbers: {column.odd}")
    return told


def _known(seen: Inspection) -> list[str]:
    told = [seen.question] if seen.question else []
    if gaps := [column.name for column in seen.columns if column.gaps and column.holds != "nothing"]:
        told.append(f'Gaps in {listed_names(gaps)}: missing="drop" leaves rows out, "mean" or "median" fills inputs.')
    if kinds := [column.name for column in seen.columns if column.holds == "text" and not column.odd]:
        told.append(f'Text in {listed_names(kinds)}: categories="one-hot" opens it up.')
    if dates := [column.name for column in seen.columns if column.holds == "dates"]:
        told.append(f'Dates in {listed_names(dates)}: dates=["year", "month", "weekday", "days"] makes numbers of them.')
    if seen.same:
        told.append(f"The same in every row, so that nothing is learned from it: {listed_names(seen.same)}.")
    told += [_pair(*pair) for pair in seen.together]
    return [*told, *_scale(seen), *_alpha(seen)]


def _pair(first: str, second: str, correlation: float) -> str:
    if 1.0 - abs(correlation) < 1e-12:
        return f"{first!r:.60} and {second!r:.60} say the same: leave one out."
    return f"{first!r:.60} and {second!r:.60} go together (correlation {correlation:.4g}): their weights are hard to tell apart."


def _scale(seen: Inspection) -> list[str]:
    spreads = [(c.deviation, c.name) for c in seen.columns if c.deviation and math.isfinite(c.deviation)]
    if len(spreads) < 2:
        return []
    (small, one), (large, other) = min(spreads), max(spreads)
    if large < FAR_APART * small:
        return []
    far = f"deviation {small:.4g} of {one!r:.60}, {large:.4g} of {other!r:.60}"
    return [f"Scales are far apart: {far}; standardise=True puts them on one."]


def _alpha(seen: Inspection) -> list[str]:
    if seen.as_it_is is None or seen.standardised is None:
        return []
    return [f"Alpha, as they are: {_limits(seen.as_it_is)}.", f"Alpha, standardised: {_limits(seen.standardised)}."]


def _limits(alphas: Alphas) -> str:
    count = f"{alphas.condition:,.3g}"
    slow = "no alpha moves every direction" if count == "inf" else f"about {count} step{'s' * (count != '1')} at best"
    return f"stable below {alphas.limit:.4g} with all examples a step, {alphas.one_at_a_time:.4g} with one; {slow}"
