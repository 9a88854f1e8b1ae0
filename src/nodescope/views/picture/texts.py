"""Numbers as the pictures write them, in the page's own words (frontend/src/numbers.ts): two different ones never share a text."""

import decimal
import math
import re
from collections import defaultdict
from collections.abc import Sequence

DIGITS = 4
ALL = 17
"""Digits from which a double is told whole."""
_ENDS_IN_A_ROW = re.compile(r"\..*([09])\1{3,}(?!\d)")
"""A text that further digits would tell apart from the row it ends in."""
_POWERS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
LONG = 9
"""A number of so many letters is called by its name in a small sum: its digits stand above."""


def text_of(x: float, digits: int = DIGITS) -> str:
    """At most so many significant digits: whole from 1,000 on, very small and large ones with a power of ten; a real minus sign."""
    x = float(x)
    if not math.isfinite(x):
        return "NaN" if math.isnan(x) else "∞" if x > 0 else "−∞"
    return ("−" if math.copysign(1.0, x) < 0 else "") + ("0" if x == 0 else _sized(abs(x), digits))


def _sized(x: float, digits: int) -> str:
    places, exponent = _rounded(x, _told(x, digits))
    if exponent < -4 or exponent >= 6:
        power = f"10{str(exponent).translate(_POWERS)}"
        return power if places == "1" else f"{places[0]}{'.' * (len(places) > 1)}{places[1:]} × {power}"
    if exponent < 0:
        return f"0.{'0' * (-exponent - 1)}{places}"
    before, after = places[: exponent + 1].ljust(exponent + 1, "0"), places[exponent + 1 :]
    return f"{int(before):,}{'.' * bool(after)}{after}"


def _told(x: float, digits: int) -> int:
    """Significant digits: all that are before the point from 1,000 on, one fewer beside a power of ten."""
    if digits >= ALL:
        return ALL
    powers = x < 1e-4 or x >= 1e6
    return max(1, digits - powers, len(str(int(x))) if 1000 <= x < 1e6 else 0)


def _rounded(x: float, digits: int) -> tuple[str, int]:
    """Digits without noughts at the end, and the power of ten of the first."""
    with decimal.localcontext() as context:
        context.prec, context.rounding = max(digits, 1), decimal.ROUND_HALF_UP
        number = decimal.Decimal(repr(x)) if digits >= ALL else +decimal.Decimal(x)
    places = "".join(map(str, number.as_tuple().digits))
    return places.rstrip("0"), number.adjusted()


def distinct(values: Sequence[float], digits: int = DIGITS) -> list[str]:
    """Texts for the numbers of one picture: two different ones never share one, both grow until they differ; equal ones always do.

    A long row of noughts or nines that only growing brought is left out: 0.59…94 beside 0.6.
    """
    values = [float(x) for x in values]
    lengths = [digits] * len(values)
    while few := [i for i in _clashes(values, _texts(values, lengths)) if lengths[i] < ALL]:
        for i in few:
            lengths[i] += 1
    apart = _texts(values, lengths)
    lengths = [ALL if n > digits and _ENDS_IN_A_ROW.search(text) else n for text, n in zip(apart, lengths, strict=True)]
    whole = _texts(values, lengths)
    briefer = [_elided(text) if length > digits else text for text, length in zip(whole, lengths, strict=True)]
    for i in _clashes(values, briefer):
        briefer[i] = whole[i]
    return briefer


def _texts(values: Sequence[float], lengths: Sequence[int]) -> list[str]:
    return [text_of(x, length) for x, length in zip(values, lengths, strict=True)]


def _elided(text: str) -> str:
    """No row of noughts or nines after the point longer than three, and no other row of digits than nine."""
    before, point, after = text.partition(".")
    rows = re.sub(r"([09])\1{3,}(\d?)", lambda row: f"{row[1]}…{row[1]}{row[2] or row[1]}", after)
    return before + point + re.sub(r"^(\d{3})\d{4,}(\d{3})(?!\d)", r"\1…\2", rows)


def brief(text: str, name: str) -> str:
    """For small sums under the numbers."""
    return name if len(text) > LONG else text


def _clashes(values: Sequence[float], texts: Sequence[str]) -> list[int]:
    """Places of different numbers that have one text."""
    groups = defaultdict(list)
    for i, text in enumerate(texts):
        groups[text].append(i)
    return [i for group in groups.values() if any(not _alike(values[i], values[group[0]]) for i in group) for i in group]


def _alike(a: float, b: float) -> bool:
    return a == b or (math.isnan(a) and math.isnan(b))
