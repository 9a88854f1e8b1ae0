"""Formulas with their numbers: each written once, as words, and shown three times from that."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from nodescope.views.numbers import exact, later

FEW_EXAMPLES, FEW_INPUTS, FEW_NODES = 3, 6, 3
"""So many are shown one by one; of more, a few, and the others are counted."""
_PYTHON = str.maketrans({"×": "*", "−": "-", "÷": "/", "√": "sqrt"})


@dataclass(frozen=True)
class Line:
    """One number of the step.

    name : what it is; with the node, example or input that it belongs to
    value : exact
    words : its formula in the project's words
    numbers : the formula in short numbers, or with places for them (`numbers.later`) until the page is whole
    exactly : the formula in exact numbers, as Python reads it (`sqrt` from math); words where some terms were left out
    shown : the value in short, when the page is whole
    """

    name: str
    value: float
    words: str
    numbers: str
    exactly: str
    shown: str = ""


@dataclass
class Part:
    """A heading, a table of contributions or none, lines (the first `in_table` of them are told by the table), and remarks."""

    title: str
    lines: list[Line] = field(default_factory=list)
    table: list[list[str]] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    in_table: int = 0


def number_in(value: Any, how: Any) -> str:
    """A number inside a formula: a negative one in brackets."""
    text = str(how(float(value)))
    return f"({text})" if math.copysign(1.0, value) < 0 and not math.isnan(value) else text


def line(name: str, value: float, formula: str, values: dict[str, float]) -> Line:
    """A formula in words, in short numbers, and exactly."""

    def told(how: Any) -> str:
        return re.sub(r"\{([^}]*)\}", lambda found: number_in(values[found[1]], how), formula)

    words = formula.replace("{", "").replace("}", "")
    return Line(name, value, words, told(later), told(exact).translate(_PYTHON))


def _added(terms: Sequence[str], part: int) -> str:
    """Terms added up, in parts of so many where it is not 0: brackets say in what order."""
    sums = [" + ".join(terms[i : i + part]) for i in range(0, len(terms), part)] if part else [" + ".join(terms)]
    while len(sums) > 1:
        pairs = [sums[i : i + 2] for i in range(0, len(sums), 2)]
        sums = [" + ".join(f"({half})" for half in pair) if len(pair) == 2 else pair[0] for pair in pairs]
    return sums[0]


def sum_line(name: str, value: float, words: str, products: Sequence[Sequence[float]], over: int, part: int = 0) -> Line:
    """A sum of products ÷ a number, in parts of so many where it is not 0; of many only the first few, and none exactly."""

    def told(how: Any, times: str, divided: str, few: Sequence[Sequence[float]]) -> str:
        text = _added([times.join(number_in(v, how) for v in product) for product in few], part)
        if len(products) > len(few):
            text += f" + … {len(products) - len(few):,} more"
        if over == 1:
            return text
        return f"({text}){divided}{over}" if len(products) > 1 else f"{text}{divided}{over}"

    if len(products) <= FEW_EXAMPLES:
        return Line(name, value, words, told(later, " × ", " ÷ ", products), told(exact, " * ", " / ", products))
    return Line(name, value, words, told(later, " × ", " ÷ ", products[:FEW_EXAMPLES]), words)
