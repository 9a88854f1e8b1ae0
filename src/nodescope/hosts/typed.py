"""Numbers as a person types them into a field or behind an option: 0.4, or 0,1,2, or nested lists such as [[0,1],[2,3]]."""

import re
from typing import Any

from nodescope.arithmetic.checks import shown
from nodescope.errors import InputError

_DECIMAL_COMMA = re.compile(r"\s*[+-]?\d{1,15},\d{1,15}\s*")
"""May be one number with a decimal comma as well as a list of two whole ones."""
_WHOLE = re.compile(r"\s*[+-]?[0-9]+\s*")


def numbers(name: str, text: str) -> Any:
    """A number, a comma list, or nested lists as JSON; whole numbers stay integers.

    Raises
    ------
    InputError
        It is none of these.
    """
    try:
        if text.lstrip().startswith("["):
            import json

            return json.loads(text)
        parts = [int(part) if _WHOLE.fullmatch(part) else float(part) for part in text.split(",")]
    except (ValueError, RecursionError) as error:
        raise InputError(
            f"{name} is {shown(text)}; it must be a number, a list such as 0,1,2, or nested lists such as [[0,1],[2,3]]"
        ) from error
    return parts[0] if len(parts) == 1 else parts


def one_or_each_step(name: str, text: str) -> Any:
    """Numbers, where one is usual and a list rare: 0,1 might be a tenth with a decimal comma, so it is asked about.

    Raises
    ------
    InputError
        It is no number, or might be two different things.
    """
    if _DECIMAL_COMMA.fullmatch(text):
        meant, each = text.strip().replace(",", "."), f"[{text.strip()}]"
        raise InputError(f"{name} is {text.strip()!r}, which may mean two things; write {meant} for one number, {each} for a list")
    return numbers(name, text)
