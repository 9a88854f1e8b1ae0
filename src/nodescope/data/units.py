"""A column's name in words, and its unit where it ends in one: body_mass_g is "body mass" in g (quality.ts has the same list)."""

import re

WRITTEN = "g kg mg t mm cm m km in ft mi s ms min h l ml usd eur gbp w kw kwh v a hz pa bar k"
UNITS = frozenset(WRITTEN.split(" "))


def _parts(column: str) -> tuple[list[str], str]:
    parts = re.split(r"[_\s]+", column)
    unit = re.sub(r"[()\[\]]", "", parts[-1])
    return (parts[:-1], unit) if len(parts) > 1 and unit.lower() in UNITS else (parts, "")


def unit_of(column: str) -> str:
    """The unit, or ""."""
    return _parts(column)[1]


def words_of(column: str) -> str:
    """The name without its unit."""
    return " ".join(_parts(column)[0])
