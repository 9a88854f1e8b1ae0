"""A column of any type as float64, exactly: every number survives unchanged, or is refused by row.

Booleans are 0 and 1. Decimals and text are rounded once, correctly. Integers that float64 cannot hold are
refused. Missing values are NaN here; `examples.py` decides what becomes of them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nodescope.arithmetic.checks import shown
from nodescope.data.written import Written, grouped_pattern
from nodescope.later import Later

if TYPE_CHECKING:
    from nodescope.data import cells
else:
    cells = Later("nodescope.data.cells")

Floats = NDArray[np.float64]
EXACT = 2**53


@dataclass(frozen=True)
class Bad:
    """Why a column is not numbers: the first cell that is not, counted from 1.

    Attributes
    ----------
    row : int
    seen : what the cell holds, or what the column is
    remedy : what to do about it
    text : whether the column is text (or dates, lists, …), rather than numbers of which one does not fit
    date : whether the cell is a date
    """

    row: int
    seen: str
    remedy: str
    text: bool = True
    date: bool = False


def from_values(values: Any) -> Floats | Bad:
    """A NumPy array, a column of a data frame, or any sequence of numbers (None and what is masked = missing)."""
    if isinstance(values, np.ma.MaskedArray) and values.ndim == 1:
        return _where_not(np.ma.getmaskarray(values), from_values(values.filled(0)))
    if hasattr(values, "__arrow_c_stream__") or hasattr(values, "__arrow_c_array__"):
        return _from_arrow_like(values)
    array = values if isinstance(values, np.ndarray) else None
    if array is None and hasattr(values, "__array__"):
        try:
            array = np.asarray(values)
        except Exception as error:  # of any library's arrays
            return Bad(
                1, f"a {type(values).__name__} that is no array ({first_line(error)})", "give the column as an array of numbers"
            )
    if array is None or array.dtype.kind not in "fiub":
        return _from_objects(values)
    if array.ndim != 1:
        return Bad(1, f"an array of shape {array.shape}", "give one number per row")
    with np.errstate(over="ignore"):  # what is too large is refused as infinite
        return _integers(array) if array.dtype.kind in "iu" else array.astype(np.float64)


def from_arrow(column: Any) -> Floats | Bad:
    """A pyarrow ChunkedArray."""
    import pyarrow as pa

    kind = column.type
    if pa.types.is_dictionary(kind):
        return _not_numbers(column) if _is_text(kind.value_type) else from_arrow(column.cast(kind.value_type))
    if pa.types.is_floating(kind):
        return _numpy(column if pa.types.is_float64(kind) else column.cast(pa.float64()))
    if pa.types.is_null(kind):
        return np.full(len(column), np.nan)
    if pa.types.is_boolean(kind):
        return _numpy(column.cast(pa.uint8()).cast(pa.float64()))
    if pa.types.is_integer(kind):
        return _arrow_integers(column)
    if pa.types.is_decimal(kind):
        return _numpy(column.cast(pa.string()).cast(pa.float64()))
    return _not_numbers(column)


def stored(given: Sequence[Any]) -> list[NDArray[np.float32]] | None:
    """Columns as they are, without a copy where they are in one piece; None where one is not float32, or has gaps."""
    numbers = [_stored(column) for column in given]
    return [column for column in numbers if column is not None] if all(column is not None for column in numbers) else None


def _stored(column: Any) -> NDArray[np.float32] | None:
    """Of a NumPy array, or a pyarrow ChunkedArray."""
    if isinstance(column, np.ndarray):
        return column if column.dtype == np.float32 and column.ndim == 1 and type(column) is np.ndarray else None
    if str(getattr(column, "type", None)) != "float" or not hasattr(column, "chunks") or column.null_count:
        return None
    return _in_place(column, np.dtype(np.float32))


def _in_place(column: Any, kind: np.dtype[Any]) -> NDArray[Any]:
    """The numbers of a pyarrow ChunkedArray without gaps where they lie, not to be written; a copy where they are in several.

    pyarrow's own way imports pandas where that is installed, which takes longer than reading a small table.
    """
    parts = [
        np.frombuffer(chunk.buffers()[1], kind, len(chunk), kind.itemsize * chunk.offset) for chunk in column.chunks if len(chunk)
    ]
    return parts[0] if len(parts) == 1 else np.concatenate([np.empty(0, kind), *parts])


def from_text(column: Any, written: Written) -> Floats | Bad:
    """A pyarrow column of a CSV file's raw cells (binary): the numbers written there, rounded once, correctly."""
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        text = column.cast(pa.string())
    except pa.ArrowInvalid:
        row = first_failure(column, lambda part: part.cast(pa.string()))
        return Bad(
            row, f"{column[row - 1].as_py()!r:.60}, which is not UTF-8", 'save the file as UTF-8, or give encoding="latin-1"'
        )
    text = plain_numbers(pc.utf8_trim_whitespace(text), written)
    absent = pc.is_in(text, pa.array(MISSING))
    text = pc.if_else(absent, pa.scalar(None, pa.string()), pc.replace_substring_regex(text, r"^\+([0-9.])", r"\1"))
    try:
        return _numpy(text.cast(pa.float64()))
    except pa.ArrowInvalid:
        return _booleans(text) if _is_boolean(text) else _first_text(column, text)


MISSING = (
    "", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan",
    "1.#IND", "1.#QNAN", "N/A", "NA", "NULL",
    "NaN", "n/a", "nan", "null",
)  # fmt: skip
"""These cells of a CSV file say "no value"."""


def first_failure(column: Any, convert: Callable[[Any], Any]) -> int:
    """Row (from 1) of the first cell that `convert` refuses, by halving: log n conversions, no cell in
    Python."""
    import pyarrow as pa

    low, high = 0, len(column)
    while high - low > 1:
        middle = (low + high) // 2
        try:
            convert(column.slice(low, middle - low))
            low = middle
        except pa.ArrowException:
            high = middle
    return low + 1


def _first_text(column: Any, text: Any) -> Bad:
    import pyarrow as pa

    row = first_failure(text, lambda part: part.cast(pa.float64()))
    cell = column[row - 1].as_py().decode()
    return Bad(row, quoted(cell), cells.remedy(cell), date=cells.meaning(cell) == "date")


def plain_numbers(text: Any, written: Written) -> Any:
    """Cells with their thousands put together and their decimal comma made a point; what is no number stays none."""
    import pyarrow.compute as pc

    if written.thousands:
        number, mark = grouped_pattern(written.thousands)
        whole = pc.match_substring_regex(text, number)
        text = pc.if_else(whole, pc.replace_substring_regex(text, mark, ""), text)
    if written.decimal == ",":
        pointed = pc.replace_substring(text, ".", "·")
        text = pc.if_else(pc.match_substring(text, "."), pointed, pc.replace_substring(text, ",", "."))
    return text


def _is_boolean(text: Any) -> bool:
    import pyarrow as pa
    import pyarrow.compute as pc

    return bool(pc.all(pc.is_in(pc.utf8_lower(text), pa.array(["true", "false", None]))).as_py())


def _booleans(text: Any) -> Floats:
    import pyarrow as pa
    import pyarrow.compute as pc

    return _numpy(pc.equal(pc.utf8_lower(text), "true").cast(pa.uint8()).cast(pa.float64()))


def _numpy(column: Any) -> Floats:
    """A column of doubles, not to be written; missing becomes NaN."""
    return _in_place(column.fill_null(float("nan")) if column.null_count else column, np.dtype(np.float64))


def _is_text(kind: Any) -> bool:
    import pyarrow as pa

    tests = (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view)
    return any(test(kind) for test in tests)


def _arrow_integers(column: Any) -> Floats | Bad:
    import pyarrow as pa

    missing = _in_place(column.is_null().cast(pa.uint8()), np.dtype(np.bool_)) if column.null_count else None
    filled = column.fill_null(0) if column.null_count else column
    numbers = _integers(_in_place(filled, np.dtype(filled.type.to_pandas_dtype())))
    return numbers if missing is None else _where_not(missing, numbers)


def _where_not(missing: NDArray[np.bool_], numbers: Floats | Bad) -> Floats | Bad:
    if not isinstance(numbers, Bad):
        numbers[missing] = np.nan
    return numbers


def _integers(values: NDArray[Any]) -> Floats | Bad:
    numbers = values.astype(np.float64)
    if values.itemsize < 8:
        return numbers
    for i in np.flatnonzero(np.abs(numbers) >= EXACT).tolist():
        if int(values[i]) != int(numbers[i]):
            return beyond(i + 1, int(values[i]))
    return numbers


def beyond(row: int, value: int) -> Bad:
    """An integer between two neighbouring float64 numbers."""
    if abs(value) >= 2**1023:
        return Bad(
            row,
            f"the integer {_digits(value)}",
            "it is too large for float64: leave the column out",
            text=False,
        )
    remedy = (
        f"float64 holds only some integers beyond 2**53 (the nearest is {int(float(value))}): "
        "leave the column out, or give it as decimals if that is near enough"
    )
    return Bad(row, f"the integer {value}", remedy, text=False)


def _digits(value: int) -> str:
    """The first of them; Python writes no integer of more than some thousand."""
    return f"{value!s:.40}…" if abs(value) < 10**400 else f"of {value.bit_length()} bits"


def _not_numbers(column: Any) -> Bad:
    row = next((i for i in range(len(column)) if column[i].is_valid), 0)
    try:
        seen = _cell(column[row].as_py() if len(column) else None, column.type)
    except (ValueError, OverflowError):  # no UTF-8, a date beyond Python's
        seen = f"a cell that cannot be shown (type {column.type})"
    return Bad(row + 1, seen, "convert the column to numbers, or leave it out")


def _from_arrow_like(values: Any) -> Floats | Bad:
    import pyarrow as pa

    try:
        return from_arrow(pa.chunked_array(values if hasattr(values, "__arrow_c_stream__") else [pa.array(values)]))
    except Exception:  # of any library's columns
        return _from_objects(values)


def _from_objects(column: Any) -> Floats | Bad:
    try:
        values = list(column)
    except Exception as error:  # somebody's own class
        return Bad(
            1, f"a {type(column).__name__} that cannot be read ({first_line(error)})", "give the column as a list of numbers"
        )
    numbers = np.empty(len(values))
    for i, value in enumerate(values):
        if value is None or type(value).__name__ in ("NAType", "NaTType"):
            numbers[i] = np.nan
            continue
        if not isinstance(value, Real | Decimal | np.bool_) or isinstance(value, np.timedelta64):
            return Bad(i + 1, _cell(value, type(value).__name__), "convert the column to numbers, or leave it out")
        try:
            numbers[i] = float(value)
        except OverflowError:
            return Bad(i + 1, shown(value), "it is too large for float64", text=False)
        except Exception:  # a signalling NaN, or somebody's own class
            return Bad(i + 1, _cell(value, type(value).__name__), "give a number, or None where there is none", text=False)
        if isinstance(value, int) and int(numbers[i]) != value:
            return beyond(i + 1, value)
    return numbers


def _cell(value: object, kind: object) -> str:
    return quoted(value) if isinstance(value, str) else f"{shown(value)} (type {kind})"


def first_line(error: BaseException) -> str:
    """The first line of another library's message, cut to a length that fits into ours."""
    text = f"{error}".strip().split("\n")[0] or type(error).__name__
    return text if len(text) <= 160 else text[:159] + "…"


def quoted(text: str) -> str:
    """A cell's text as it stands in a message: quoted, escaped, short."""
    return f"the text {text!r}" if len(text) <= 60 else f"the text {text[:59]!r}…"
