"""Numbers as the pictures write them, in the page's own words (frontend/src/numbers.ts): two different ones never share a text."""

import math
import re
from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from nodescope.views.numbers import exact

DIGITS = 4
LONG = 9
"""A number of so many letters is called by its name in a small sum: its digits stand above."""


def text_of(x: float, digits: int = DIGITS) -> str:
    """At most so many significant digits, ≈ before them where others were left out, with a real minus sign."""
    x = float(x)
    if not math.isfinite(x):
        return "NaN" if math.isnan(x) else "∞" if x > 0 else "−∞"
    rounded = x if digits >= 17 else float(f"{x:.{digits - 1}e}")
    text = exact(rounded) if digits >= 17 else re.sub(r"\.0(?=e|$)", "", exact(rounded))
    return ("" if rounded == x else "≈") + re.sub("^-", "−", text).replace("e-", "e−")


def distinct(values: Sequence[float], digits: int = DIGITS) -> list[str]:
    """Texts for the numbers of one picture, as short as may be.

    Numbers that only further digits tell apart are told from one among them that is told exactly: "0.6 − 5.6e−16".
    """
    values = [float(x) for x in values]
    texts = [text_of(x, digits) for x in values]
    for group in _clashes(values, texts):
        anchor = next((i for i in group if not texts[i].startswith("≈")), None)
        if anchor is None:
            for i, text in zip(group, _apart([values[i] for i in group], digits), strict=True):
                texts[i] = text
            continue
        others = [i for i in group if not _alike(values[i], values[anchor])]
        for precise in (2, 6):
            for i in others:
                texts[i] = _beside(values[i], values[anchor], texts[anchor], precise)
            if not _clashes([values[i] for i in others], [texts[i] for i in others]):
                break
    return [text_of(x, 17) for x in values] if _clashes(values, texts) else texts


def brief(text: str, name: str) -> str:
    """For small sums under the numbers."""
    return name if len(text) > LONG else text


def _apart(values: list[float], digits: int) -> list[str]:
    for more in range(digits + 1, 17):
        texts = [text_of(x, more) for x in values]
        if not _clashes(values, texts):
            return texts
    return [text_of(x, 17) for x in values]


def _beside(x: float, anchor: float, text: str, digits: int) -> str:
    with np.errstate(all="ignore"):
        apart = float(np.float64(x) - np.float64(anchor))
    if text.startswith("≈") or not math.isfinite(apart) or anchor + apart != x:
        return text_of(x, 17)
    return f"{text} {'−' if apart < 0 else '+'} {text_of(abs(apart), digits).replace('≈', '')}"


def _clashes(values: Sequence[float], texts: Sequence[str]) -> list[list[int]]:
    """Places of different numbers with one text."""
    groups = defaultdict(list)
    for i, text in enumerate(texts):
        groups[text.replace("≈", "")].append(i)
    return [group for group in groups.values() if any(not _alike(values[i], values[group[0]]) for i in group)]


def _alike(a: float, b: float) -> bool:
    return a == b or (math.isnan(a) and math.isnan(b))
