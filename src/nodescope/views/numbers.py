"""One number formatter: exact digits that read back to the same bits, or short ones that tell different numbers of a page apart."""

import math
import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

SHORT, NEARLY_ALL, EXACT = 6, 15, 17
"""Digits that are read at a glance, those that may as well be all, and those that read back to the same double."""
_OPEN, _CLOSE = "\x02", "\x03"
_PLACE = re.compile(f"{_OPEN}([^{_CLOSE}]*){_CLOSE}")


def exact(value: Any) -> str:
    """All digits that it takes to read the same double back (Python's `repr`)."""
    return repr(value.item() if isinstance(value, np.generic) else value)


def short(value: Any, digits: int = SHORT) -> str:
    """At most `digits` significant digits; from 17 on, exact."""
    if digits >= EXACT:
        return exact(value)
    if isinstance(value, (int, np.integer)):
        return f"{int(value)}"
    number = float(value)
    if not math.isfinite(number):
        return {math.inf: "∞", -math.inf: "−∞"}.get(number, "NaN")
    return f"{number:.{digits}g}"


def later(value: Any) -> str:
    """A place for a number in a text, whose digits are chosen by `told_apart` when all numbers of the page are known."""
    return f"{_OPEN}{exact(float(value))}{_CLOSE}"


def told_apart(texts: Iterable[str]) -> Callable[[str], str]:
    """What puts the numbers of `later` into texts: short ones, with more digits where two different ones would look alike.

    Parameters
    ----------
    texts : all that stand on one page
    """
    alike = defaultdict(set)
    for text in texts:
        for number in _PLACE.findall(text):
            alike[short(float(number))].add(number)
    shown: dict[str, str] = {}
    for numbers in alike.values():
        enough = (d for d in range(SHORT, NEARLY_ALL) if len({short(float(n), d) for n in numbers}) == len(numbers))
        digits = next(enough, EXACT)
        shown |= {number: short(float(number), digits) for number in numbers}
    return lambda text: _PLACE.sub(lambda place: shown[place[1]], text)


def in_markdown(text: str) -> str:
    """Text that Markdown, and the HTML it allows, show as it is."""
    from html import escape

    return re.sub(r"([\\`*_{}\[\]#|~$])", r"\\\1", escape(plain_text(text), quote=False))


def plain_text(text: str) -> str:
    """Somebody's words without characters that a terminal would obey."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
