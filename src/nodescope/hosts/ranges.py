"""Many values as a person types them: a range, or numbers with commas between."""

import re
from typing import Any

import numpy as np

from nodescope.diagnosis.sweeps.grid import MOST_ROWS
from nodescope.errors import InputError
from nodescope.hosts.typed import numbers

_RANGE = re.compile(r"\s*([^:,\s]+):([^:,\s]+)(?::(\d+))?(:log)?\s*")
LONGEST = 40
"""Characters of a number in a range."""


def _range(name: str, text: str, most: int) -> Any:
    """0.001:2.2:1000 are so many numbers from first to last, with :log after it of equal ratios; None of other text."""
    found = _RANGE.fullmatch(text)
    if found is None:
        return None
    first, last, count, log = found.groups()
    too_many = InputError(f"{name} is {text!r:.60}; a sweep may have {most:,} runs here: take fewer values")
    if max(map(len, (first, last, count or ""))) > LONGEST or (count is not None and int(count) > most):
        raise too_many
    try:
        low, high = float(first), float(last)
    except ValueError as error:
        raise InputError(f"{name} is {text!r:.60}; a range is written 0.001:2.2:1000, first, last and how many") from error
    if count is None:
        if log or not (first.isdecimal() and last.isdecimal()):
            raise InputError(f"{name} is {text!r:.60}; say how many: {first}:{last}:100")
        if int(last) - int(first) > most:
            raise too_many
        return range(int(first), int(last))
    if log and not (low > 0 and high > 0):
        raise InputError(f"{name} is {text!r:.60}; a range with equal ratios has ends above 0")
    return np.geomspace(low, high, int(count)) if log else np.linspace(low, high, int(count))


def values_of(name: str, text: str, most: int = MOST_ROWS) -> Any:
    """A range, of `most` values, or numbers with commas between."""
    found = _range(name, text, most)
    if found is None:
        found = numbers(name, text)
    return found if isinstance(found, list | range | np.ndarray) else [found]
