"""A section's sentence as text, its numbers as long as they are read: what the page shows, in characters."""

import math
import re
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

from nodescope.diagnosis.live.table import Facts, Part, chosen

READ = 4
"""Digits of a number that is read, not copied (numbers.ts has the same number)."""
NAMED = (
    (0.5, "half"), (1 / 3, "a third"), (0.25, "a quarter"), (0.2, "a fifth"), (0.1, "a tenth"), (0.01, "a hundredth"),
    (0.001, "a thousandth"), (0.75, "three quarters"), (2 / 3, "two thirds"),
)  # fmt: skip
"""Parts of what is missing that have a name (words.ts has the same)."""
SAME = 1e-12
DERIVED = ("gain", "limit", "rms_least", "least_mse", "condition", "turns")
"""Facts that rest on singular values, which are known to about so many digits (say.ts has the same):"""
SURE = 12
POWERS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def say(section: str, facts: Facts) -> str:
    """What a section of words.txt says of some facts."""
    return re.sub(" +", " ", _said(section, facts)).strip()


def _said(section: str, facts: Facts) -> str:
    return "".join(part if isinstance(part, str) else _written(part, facts) for part in chosen(section, facts))


def _written(part: Part, facts: Facts) -> str:
    if part.how == '"':
        return part.of
    if part.how == ">":
        return _said(part.of, facts)
    if part.how == ">;":
        said = _said(part.of, facts)
        return f"{said[:-1]}; " if said.endswith(".") else f"{said} "
    value = facts[part.of]
    return HOW[part.how](_settled(value) if part.of in DERIVED else value)


def _settled(value: float) -> float:
    """A number without its last digits, which depend on who worked it out: a half is then a half for all."""
    return float(f"{value:.{SURE}g}")


def read(value: float) -> str:
    """A number at reading length: 0.2458, 1,234, 5.55 × 10⁻¹⁷."""
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "∞" if value > 0 else "−∞"
    size = abs(float(value))
    text = "0" if size == 0 else _sized(size)
    return ("−" if math.copysign(1.0, value) < 0 else "") + text


def _sized(size: float) -> str:
    whole = len(str(int(size))) if 1000 <= size < 1e6 else 0
    digits = max(1, READ - (size < 1e-4 or size >= 1e6), whole)
    rounded = Context(prec=digits, rounding=ROUND_HALF_UP).plus(Decimal(size))
    exponent = rounded.adjusted()
    places = "".join(map(str, rounded.as_tuple().digits)).rstrip("0") or "0"
    if exponent < -4 or exponent >= 6:
        power = str(exponent).translate(POWERS)
        return f"10{power}" if places == "1" else f"{places[0]}{'.' if len(places) > 1 else ''}{places[1:]} × 10{power}"
    if exponent < 0:
        return f"0.{'0' * (-exponent - 1)}{places}"
    before, after = places[: exponent + 1].ljust(exponent + 1, "0"), places[exponent + 1 :]
    return f"{int(before):,}" + (f".{after}" if after else "")


def steps(count: int) -> str:
    """317 steps, 1 step."""
    return f"{count:,} step{'' if count == 1 else 's'}"


def near(number: float) -> str:
    """Six digits; as 1 ± something where it is so near 1 that they would not show it."""
    apart = abs(1.0 - number)
    return f"(1 {'−' if number < 1 else '+'} {apart:.3g})" if 0 < apart < 1e-4 else f"{_settled(number):.6g}"


def _weights(values: Any) -> str:
    if isinstance(values, float):
        return repr(values)
    shown = ", ".join(repr(value) for value in values[:4])
    return f"[{shown}{f', … {len(values) - 4:,} more' if len(values) > 4 else ''}]"


def _part(value: float) -> str:
    return next((name for known, name in NAMED if abs(known - value) < SAME), None) or read(value)


HOW: dict[str, Callable[[Any], str]] = {
    "": read,
    "all": lambda value: repr(float(value)),
    "steps": steps,
    "count": lambda value: f"{value:,}",
    "part": _part,
    "g6": lambda value: f"{value:.6g}",
    "g4": lambda value: f"{value:.4g}",
    "g3": lambda value: f"{value:.3g}",
    "near": near,
    "weights": _weights,
    "word": str,
}
"""How a number is written, by the name that it has in words.txt."""
