"""One number formatter: exact digits that read back to the same bits, or short ones marked as such."""

import math
import re
from html import escape
from typing import Any

import numpy as np


def exact(value: Any) -> str:
    """All digits that it takes to read the same double back (Python's `repr`)."""
    return repr(value.item() if isinstance(value, np.generic) else value)


def short(value: Any, digits: int = 6) -> str:
    """At most `digits` significant digits, with ≈ before them where others were left out; from 17 on, exact."""
    if digits >= 17:
        return exact(value)
    if isinstance(value, (int, np.integer)):
        return f"{int(value)}"
    number = float(value)
    if not math.isfinite(number):
        return {math.inf: "∞", -math.inf: "−∞"}.get(number, "NaN")
    text = f"{number:.{digits}g}"
    return text if float(text) == number else f"≈{text}"


def in_markdown(text: str) -> str:
    """Text that Markdown, and the HTML it allows, show as it is."""
    return re.sub(r"([\\`*_{}\[\]#|~$])", r"\\\1", escape(plain_text(text), quote=False))


def plain_text(text: str) -> str:
    """Somebody's words without characters that a terminal would obey."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
