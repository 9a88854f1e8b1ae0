"""Somebody's printed numbers, with the digits that they were printed to: "0.440" says something else than "0.44".

Text is therefore read here, cell by cell, and never through a reader that makes floats of it. A column is either *fixed* (each
cell has as many decimals), or its zeros at the end were left away (`round`, `%g`): then its longest cell tells its digits; with
17 of them it is whole, and compared bit by bit. Numbers that come as floats are read by their shortest text.
"""

import csv
import io
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nodescope.data.columns import Bad
from nodescope.data.table import is_table, open_table
from nodescope.errors import FileError, InputError

Floats = NDArray[np.float64]

MOST_CELLS = 1_000_000
MOST_BYTES = 64 * 2**20
LONGEST_CELL = 400
WHOLE = 16
"""Significant digits of a column that was printed whole: a short cell of it is short by nature."""

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
    """

    value: Floats
    half: Floats
    own: Floats
    single: bool = False


def read_printed(printed: Any, one: bool = True) -> "dict[str, Printed] | list[Printed]":
    """Columns by name; or without names (a bare list, or text without a header), in their order.

    `one`: there is one weight, so that numbers without names are one column, however they are broken into lines.

    Raises
    ------
    InputError
        Nothing in it, ragged rows, a cell that is no number, more than 1,000,000 cells.
    """
    if isinstance(printed, PathLike) or (isinstance(printed, str) and _is_path(printed)):
        return _file(Path(printed), one)
    if isinstance(printed, str):
        return read_text(printed, "the printed text", one)
    if isinstance(printed, Mapping):
        return _mapping(printed)
    if isinstance(printed, (list, tuple)) and printed and isinstance(printed[0], str):
        return read_text("\n".join(map(str, printed)), "the printed list", one)
    if is_table(printed):
        return _frame(printed)
    return _array("printed", printed)


def _is_path(text: str) -> bool:
    """A line that is no number and no header: somebody's file."""
    return bool(text.strip()) and "\n" not in text and not _is_number(re.split(r"[\s,;\[\]()]+", text.strip(" [](),;"))[0])


def _is_number(text: str) -> bool:
    text = text.strip().replace("\u2212", "-")
    return len(text) <= LONGEST_CELL and bool(_NUMBER.fullmatch(text) or _WORD.fullmatch(text))


def _file(path: Path, one: bool) -> "dict[str, Printed] | list[Printed]":
    try:
        with path.open("rb") as file:
            head = file.read(4)
        size = path.stat().st_size
    except (OSError, ValueError) as error:
        raise FileError(f"{str(path)[:200]} cannot be read: {getattr(error, 'strerror', None) or error}; check the path") from error
    table = open_table(path)  # an empty, foreign or damaged file is refused there
    if head == b"PAR1":
        return _frame(path)
    if size > MOST_BYTES:
        raise InputError(f"{path} has {size:,} bytes; printed tables of up to {MOST_BYTES:,} are graded: leave rows out")
    try:
        return read_text(path.read_bytes().decode("utf-8-sig"), table.where, one)
    except UnicodeDecodeError:
        raise InputError(f"{path} is not UTF-8 text; save it as UTF-8") from None


def _frame(data: Any) -> dict[str, Printed]:
    table = open_table(data)
    columns = table.read(table.names)
    for name, column in zip(table.names, columns, strict=True):
        if isinstance(column, Bad):
            raise InputError(f"{table.where}: column {_short(name)} is not numbers; leave it out, or give it as numbers")
    _refuse_size(sum(len(column) for column in columns if not isinstance(column, Bad)))
    given = {name: data[name] if _has_dtype(data) else column for name, column in zip(table.names, columns, strict=True)}
    out = {name: from_numbers(np.asarray(values)) for name, values in given.items()}
    return _refuse_empty(out, table.where)


def _has_dtype(data: Any) -> bool:
    """A pandas frame's columns tell whether they are float32; of other tables only the values are looked at."""
    return type(data).__module__.startswith("pandas")


def _mapping(data: Mapping[Any, Any]) -> dict[str, Printed]:
    out: dict[str, Printed] = {}
    for name, values in data.items():
        if isinstance(values, (list, tuple)) and values and all(isinstance(value, str) for value in values):
            out[str(name)] = from_texts(list(values), str(name), "the printed table")
            continue
        parts = _array(str(name), values)
        if len(parts) == 1:
            out[str(name)] = parts[0]
        else:
            out.update({f"{name}[{i}]": part for i, part in enumerate(parts)})
    lengths = {name: len(column.value) for name, column in out.items()}
    if len(set(lengths.values())) > 1:
        (first, m), (other, n) = next((a, b) for a in lengths.items() for b in lengths.items() if a[1] != b[1])
        raise InputError(f"column {_short(first)} has {m} rows and column {_short(other)} has {n}; they must have the same number")
    return _refuse_empty(out, "the printed table")


def _refuse_empty(columns: dict[str, Printed], where: str) -> dict[str, Printed]:
    if not columns or not len(next(iter(columns.values())).value):
        raise InputError(f"{where} has no rows; give at least one row of numbers below the column names")
    return columns


def _array(name: str, values: Any) -> list[Printed]:
    """Numbers in rows as columns; a list of one axis is one column."""
    try:
        array = np.asarray(values)
    except (ValueError, TypeError, OverflowError) as error:
        raise InputError(f"{_short(name)} is not a rectangle of numbers: rows of different lengths") from error
    if array.dtype.kind not in "fiu" or array.ndim == 0:
        raise InputError(f"{_short(name)} must be numbers, a list or rows of them; seen: {_short(values)}")
    if not array.size:
        raise InputError(f"{_short(name)} is empty; give at least one printed number")
    _refuse_size(array.size)
    return [from_numbers(column) for column in array.reshape(len(array), -1).T]


def _refuse_size(cells: int) -> None:
    if cells > MOST_CELLS:
        raise InputError(f"the printed table has {cells:,} cells; up to {MOST_CELLS:,} are graded: leave rows or columns out")


def _short(value: object) -> str:
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


def from_texts(texts: Sequence[str], name: str, where: str, line: int = 0) -> Printed:
    """Cells of a column as they were printed. `line`: the rows above the first, for messages."""
    clean = [text.strip().replace("\u2212", "-") for text in texts]
    for row, text in enumerate(clean):
        if not _is_number(text):
            what = "is empty" if not text else f"is {_short(text)}, not a number"
            raise InputError(
                f"{where}: row {row}{f' (line {row + line + 1})' if line else ''}, column {_short(name)} {what}; correct the cell"
            )
    value = np.array([float(text) for text in clean])
    digits = [_digits(text) for text in clean]
    own = _halves([decimals for decimals, _ in digits])
    fixed = len({decimals for (decimals, _), text in zip(digits, clean, strict=True) if _NUMBER.fullmatch(text)}) == 1 and not any(
        "e" in text.lower() for text in clean
    )
    half = own if fixed else _left_away(value, digits)
    whole = max(significant for _, significant in digits) >= WHOLE
    return Printed(value, half, half if whole else own)


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


def read_text(text: str, where: str, one: bool = True) -> "dict[str, Printed] | list[Printed]":
    """CSV, TSV, Markdown or columns of blanks; a first line of numbers means that there is no header."""
    lines = [line for line in text.replace("\u2212", "-").splitlines() if line.strip() and not re.fullmatch(r"[\s|:\-=+]+", line)]
    if not lines:
        raise InputError(f"{where} is empty; give a line of column names and the rows below it, or one number a line")
    _refuse_size(len(lines))
    bare = [re.split(r"[\s,;]+", line.strip(" \t[](),;|")) for line in lines]
    if all(_is_number(cell) for cell in bare[0]):
        return _nameless([[cell] for row in bare for cell in row] if one else bare, where)
    rows = _split(lines, where)
    names = [name.strip() for name in rows[0]]
    if len(rows) == 1:
        raise InputError(f"{where} has column names but no rows; give at least one row of numbers")
    _refuse_ragged(rows, where)
    twice = next((name for name in names if names.count(name) > 1), None) if len(set(names)) < len(names) else None
    if twice is not None:
        raise InputError(f"{where}: the column name {_short(twice)} occurs twice; rename one of them")
    return {name: from_texts([row[i] for row in rows[1:]], name, where, 1) for i, name in enumerate(names)}


def _nameless(rows: list[list[str]], where: str) -> list[Printed]:
    _refuse_ragged(rows, where, first=0)
    return [from_texts(column, str(i), where) for i, column in enumerate(zip(*rows, strict=True))]


def _split(lines: list[str], where: str) -> list[list[str]]:
    header = lines[0]
    if "|" in header:
        return [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in lines]
    outside = re.sub(r"\[[^\]]*\]", "", header)  # the comma in weight[0, 1] parts no columns
    for delimiter in "\t;,":
        if delimiter in outside:
            return _csv(lines, delimiter, where)
    apart = [re.split(r"\s{2,}", line.strip()) for line in lines]
    if len(apart[0]) > 1 and all(len(row) == len(apart[0]) for row in apart):
        return apart
    return [line.split() for line in lines]


def _csv(lines: list[str], delimiter: str, where: str) -> list[list[str]]:
    limit = csv.field_size_limit(MOST_BYTES)
    try:
        return list(csv.reader(io.StringIO("\n".join(lines)), delimiter=delimiter, skipinitialspace=True))
    except csv.Error as error:
        raise InputError(f"{where} cannot be read as a table: {error}") from error
    finally:
        csv.field_size_limit(limit)


def _refuse_ragged(rows: list[list[str]], where: str, first: int = 1) -> None:
    _refuse_size(sum(map(len, rows)))
    for number, row in enumerate(rows[first:]):
        if len(row) != len(rows[0]):
            what = f"there are {len(rows[0])} column names" if first else f"row 0 has {len(rows[0])}"
            raise InputError(f"{where}: row {number} has {len(row)} cells, but {what}; correct the row")
