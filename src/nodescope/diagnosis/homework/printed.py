"""A column of somebody's printed numbers, with the digits that they were printed to: "0.440" says something else than "0.44".

A column is either *fixed* (each cell has as many decimals), or its zeros at the end were left away (`round`, `%g`): then its
longest cell tells its digits; with 17 of them it is whole, and compared bit by bit. Floats are read by their shortest text.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from nodescope.errors import InputError

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
How = Literal["column", "own", "cut", "near"]
"""Digits of the column, digits of each cell alone, digits cut off, or the column's digits and what arithmetic may be off."""

LONGEST_CELL = 400
WHOLE = 16
"""Significant digits of a column that was printed whole: a short cell of it is short by nature."""
DOUBLED = 1e-15
"""Half a unit, relative to the number, under which a printed number is a double itself."""

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(?:[eE]([+-]?\d+))?")
_WORD = re.compile(r"[+-]?(?:inf(?:inity)?|nan)", re.IGNORECASE)


@dataclass(frozen=True, eq=False)
class Printed:
    """One printed column of T cells.

    Attributes
    ----------
    value : (T,) float64
    half : (T,) float64
        Half a unit of the last digit that the column was printed to; 0 where it was printed whole.
    own : (T,) float64
        The same, by the digits of the cell alone.
    single : bool
        The cells came as float32 numbers.
    blank : (T,) bool or None
        Cells that were left empty; None where none is.
    """

    value: Floats
    half: Floats
    own: Floats
    single: bool = False
    blank: Flags | None = None

    def agrees(
        self, rows: slice, expected: Floats, how: How = "column", slack: Floats | float = 0.0, single: bool = False
    ) -> Flags:
        """Which cells the expected numbers are printed as; `slack`: what they may be off before they are printed."""
        value, half = self.value[rows], (self.own if how == "own" else self.half)[rows]
        with np.errstate(all="ignore"):
            gap = np.spacing(np.abs(expected))
            off = np.abs(expected - value)
            cut = (np.abs(value) <= np.abs(expected) + gap) & (off < 2 * half + gap)
            near = (cut if how == "cut" else off <= half + gap) & (half > gap / 2)
            near |= (off <= half + slack) if how == "near" else (off <= slack)
            same: Flags = (value == expected) | (np.isnan(value) & np.isnan(expected)) | near
            if how == "near":  # whether what is beyond all doubles is inf or nan, the order of operations decides
                same |= ~np.isfinite(value) & ~np.isfinite(expected)
            if single or self.single:  # the shortest text of a float32 is no rounding of it to as many digits
                short = self.single | (half > 1e-11 * np.abs(value))
                same |= short & (value.astype(np.float32) == expected.astype(np.float32))
        return same if self.blank is None else same | self.blank[rows]

    def may_be(self, row: int, expected: float, off: float = 1e-6) -> bool:
        """Whether this cell could agree in any way: a look that is cheap, before the one that is right."""
        value = float(self.value[row])
        if not math.isfinite(value) or not math.isfinite(expected):
            return value == expected or value != value or (self.single and abs(expected) > 1e38)
        half, above = max(float(self.half[row]), float(self.own[row])), abs(float(self.value[row - 1])) if row else 0.0
        small = 1e-4 * off * above if above < math.inf else 0.0
        return abs(value - expected) <= 2.0 * half + off * abs(expected) + small + 1e-300

    def may_all_be(self, rows: slice, expected: Floats, off: float = 1e-6) -> bool:
        """The same of several cells, and of those that are small beside the column's others up to there."""
        value, half, above = self.value[rows], self.half[rows], self.value[: rows.stop]
        with np.errstate(all="ignore"):
            size = np.abs(above[np.isfinite(above)]).max(initial=0.0)
            near = np.abs(value - expected) <= 2.0 * half + off * np.abs(expected) + 1e-4 * off * size
        blank = np.zeros(len(value), dtype=bool) if self.blank is None else self.blank[rows]
        return bool((near | ~np.isfinite(value) | ~np.isfinite(expected) | blank).all())

    def is_float32(self, rows: slice, *, root: bool = False) -> Flags:
        """Which cells a float32 is printed as, or its square root taken in doubles, as far as the digits tell."""
        value = self.value[rows]
        with np.errstate(all="ignore"):
            single: Flags = np.abs(value.astype(np.float32).astype(np.float64) - value) <= self.half[rows]
            if root:
                of_single = np.sqrt(np.square(value).astype(np.float32).astype(np.float64))
                single |= np.abs(of_single - value) <= self.half[rows] + np.spacing(value)
        return single | ~np.isfinite(value)

    def left_out(self, rows: Flags) -> "Printed":
        """The column without some rows."""
        blank = None if self.blank is None else self.blank[~rows]
        return Printed(self.value[~rows], self.half[~rows], self.own[~rows], self.single, blank)

    @cached_property
    def is_coarse(self) -> bool:
        """Whether the digits printed are so few that the rounding of arithmetic does not reach them."""
        return bool(self.half.min() > 1e-9 * np.abs(self.value[np.isfinite(self.value)]).max(initial=0.0))

    @property
    def is_rounded(self) -> bool:
        """Whether the digits printed are fewer than a double has."""
        return bool(self.half.max() > 1e-12 * np.abs(self.value[np.isfinite(self.value)]).max(initial=0.0))


def is_number(text: str) -> bool:
    """Whether a cell's text is one."""
    text = text.strip().replace("\u2212", "-")
    return len(text) <= LONGEST_CELL and bool(_NUMBER.fullmatch(text) or _WORD.fullmatch(text))


def quoted(value: object) -> str:
    """A value as a message quotes it."""
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…"


def from_numbers(column: NDArray[Any]) -> Printed:
    """Floats by their shortest text: full digits, or what `round` left of them.

    The zeros of 12.0 and 120.0 tell nothing. A column of such numbers alone may be exact, or rounded: `own` has the second.
    """
    single = column.dtype == np.float32
    value = column.astype(np.float64)
    texts = [np.format_float_positional(v) if single else repr(float(v)) for v in column]
    digits = [_digits(re.sub(r"\.0?$", "", text)) for text in texts]
    digits = [(d, s if d > 0 or not v else s - _zeros(v)) for (d, s), v in zip(digits, value.tolist(), strict=True)]
    own = half = _left_away(value, digits)
    if all(decimals <= 0 for decimals, _ in digits):
        half = np.full(len(value), 0.05)
    return Printed(value, half, own, single)


def _zeros(whole: float) -> int:
    """Zeros at the end of a whole number."""
    text = f"{whole:.17g}".partition("e")[0] if math.isfinite(whole) else ""
    return len(text) - len(text.rstrip("0"))


def from_texts(texts: Sequence[str], name: str, where: str, line: int = 0, blanks: bool = False) -> Printed:
    """Cells of a column as they were printed. `line`: the rows above the first, for messages; `blanks`: empty cells are allowed."""
    clean = [text.strip().replace("\u2212", "-") for text in texts]
    blank = np.array([not text for text in clean])
    if blanks and blank.any():
        clean = [text or "nan" for text in clean]
    for row, text in enumerate(clean):
        if not is_number(text):
            what = "is empty" if not text else f"is {quoted(text)}, not a number"
            raise InputError(
                f"{where}: row {row}{f' (line {row + line + 1})' if line else ''}, column {quoted(name)} {what}; correct the cell"
            )
    value = np.array([float(text) for text in clean])
    digits = [_digits(text) for text in clean]
    own = _halves([decimals for decimals, _ in digits])
    fixed = len({decimals for (decimals, _), text in zip(digits, clean, strict=True) if _NUMBER.fullmatch(text)}) == 1 and not any(
        "e" in text.lower() for text in clean
    )
    half = own if fixed else _left_away(value, digits)
    whole = max(significant for _, significant in digits) >= WHOLE
    return Printed(value, half, half if whole else own, blank=blank if blanks and blank.any() else None)


def _digits(text: str) -> tuple[int, int]:
    """Decimals (negative: the last digit stands left of the point) and significant digits of a number's text."""
    found = _NUMBER.fullmatch(text)
    if found is None:  # inf and nan have none
        return 0, 0
    whole, _, fraction = found[1].partition(".")
    return len(fraction) - int(found[2] or 0), len((whole + fraction).lstrip("0"))


def _halves(decimals: Sequence[int]) -> Floats:
    return np.array([float(f"5e{-d - 1}") for d in decimals])


def _left_away(value: Floats, digits: Sequence[tuple[int, int]]) -> Floats:
    """Half units where zeros at the end may have been left away: as many decimals, or as many digits, as the longest cell has."""
    most = max((significant for _, significant in digits), default=0)
    decimals = max((d for d, _ in digits), default=0)
    sizes = [int(np.floor(np.log10(abs(v)))) if v and np.isfinite(v) else None for v in value]
    return _halves([decimals if size is None else min(decimals, most - 1 - size) for size in sizes])
