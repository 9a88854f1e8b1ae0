"""What a person gave as a number, a word, a list or an array: checked in one place, refused in one line that shows it."""

import math
import os
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from numbers import Real
from os import PathLike
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nodescope.arithmetic.narrow import held
from nodescope.errors import InputError, NoStep, one_line

if TYPE_CHECKING:
    from pathlib import Path

LONGEST_PATH = 4096
"""A path has at most so many bytes: no system takes more."""
NO_NUMBERS = (np.bool_, np.timedelta64)
"""What NumPy, or Python, has among its numbers, and is none here."""
LONGEST = 60
"""A message shows at most so many characters of a value."""
EXACT = 2**53
"""A double holds every whole number up to it, and to its negative."""


def shown(value: object) -> str:
    """The value as it stands in a message: on one line, short; of an array its shape, as its numbers say nothing there."""
    if isinstance(value, np.ma.MaskedArray):
        return f"a masked array of shape {value.shape}"
    if isinstance(value, np.ndarray):
        if not value.ndim:
            return f"an array without axes ({shown(value.item())})"
        return f"an array of shape {value.shape} and type {shown_type(value.dtype)}"
    if any(hasattr(value, way) for way in ("__arrow_c_array__", "__arrow_c_stream__", "__dataframe__")):
        return f"a {type(value).__module__.split('.')[0]} {type(value).__name__}"
    try:
        text = repr(value.item() if isinstance(value, np.generic) else value)
    except ValueError:  # Python writes no integer of more than some thousand digits
        text = f"{type(value).__name__} of too many digits to show"
    except Exception:  # somebody's own class
        text = f"a {type(value).__name__} that cannot be shown"
    if type(value).__repr__ is object.__repr__ or " at 0x" in text:
        text = f"a {type(value).__name__}"
    text = one_line(re.sub(r"\s*\n\s*", " ", text[: 10 * LONGEST]))
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def shown_type(dtype: np.dtype[Any]) -> str:
    """The name of an array's type, short where it has fields."""
    return "records" if dtype.names else str(dtype)


def near(word: object, known: Iterable[str]) -> str:
    """The end of a message: "; did you mean 'adam'?" where a known word is like it, else nothing."""
    found = closest(word[:LONGEST].lower(), known) if isinstance(word, str) else None
    return f"; did you mean {found!r}?" if found else ""


def closest(word: str, known: Iterable[str], alike: float = 0.6) -> str | None:
    """The known word that is most like it, where one is."""
    from difflib import get_close_matches

    return next(iter(get_close_matches(word, list(known), 1, alike)), None)


def number(
    name: str,
    value: object,
    *,
    least: float = -math.inf,
    above: float = -math.inf,
    below: float = math.inf,
    words: str = "a number",
) -> float:
    """The value as a finite float of at least `least`, above `above`, below `below`.

    NumPy's numbers, fractions and decimals are numbers; True is none.

    Raises
    ------
    InputError
        It is none, or out of these bounds.
    """
    value = _alone(value)
    if isinstance(value, (bool, *NO_NUMBERS)) or not isinstance(value, (Real, Decimal)):
        raise InputError(f"{name} is {shown(value)}; it must be {words}")
    try:
        as_float = float(value)
    except OverflowError:
        as_float = math.inf
    except ValueError:  # a signalling NaN
        as_float = math.nan
    if math.isfinite(as_float) and least <= as_float < below and as_float > above:
        return as_float
    beyond = ", too large for a double" if math.isinf(as_float) and value not in (math.inf, -math.inf) else ""
    bounds = [
        f"{word} {bound:g}" for word, bound in (("at least", least), ("above", above), ("below", below)) if math.isfinite(bound)
    ]
    allowed = bounds if below < math.inf else ["finite", *bounds]
    raise InputError(f"{name} is {shown(value)}{beyond}; it must be {' and '.join(allowed)}")


def whole(name: str, value: object, *, least: int = 0, most: int = 2**62, words: str = "") -> int:
    """The value as an integer from `least` to `most`; 3.0 is 3."""
    value = _alone(value)
    is_whole = isinstance(value, (int, np.integer)) and not isinstance(value, (bool, *NO_NUMBERS))
    if not is_whole and not (isinstance(value, (float, np.floating)) and float(value).is_integer()):
        raise InputError(f"{name} is {shown(value)}; it must be {words + ' or ' if words else ''}a whole number")
    as_int = int(value)  # type: ignore[call-overload]
    if not least <= as_int <= most:
        raise InputError(f"{name} is {shown(value)}; it must be {f'at least {least}' if as_int < least else f'at most {most}'}")
    return int(as_int)


def step_of(name: str, value: object, steps: int) -> int:
    """The value as the number of one of so many steps, counted from 0; from the end where negative.

    Raises
    ------
    InputError
        No whole number.
    NoStep
        There is no such step.
    """
    seen = _alone(value)
    if not isinstance(seen, (int, np.integer)) or isinstance(seen, (bool, *NO_NUMBERS)):
        raise InputError(f"{name} is {shown(value)}; it must be a whole number")
    step = int(seen) + (steps if seen < 0 else 0)
    if not 0 <= step < steps:
        raise NoStep(f"{name} {shown(value)} is not there: the run has {steps:,} steps, counted from 0")
    return step


def choice(name: str, value: object, *allowed: str) -> str:
    """The value, which must be one of the words allowed."""
    if not isinstance(value, str) or value not in allowed:
        raise InputError(f"{name} is {shown(value)}; it may be {' or '.join(map(repr, allowed))}{near(value, allowed)}")
    return str(value)


def yes_or_no(name: str, value: object) -> bool:
    """The value as a bool."""
    value = _alone(value)
    if not isinstance(value, (bool, np.bool_)):
        raise InputError(f"{name} is {shown(value)}; it may be True or False")
    return bool(value)


def path_of(name: str, value: object) -> "Path":
    """The value as the path of a file; whether it is there is another question."""
    from pathlib import Path

    try:
        path = Path(value) if isinstance(value, (str, PathLike)) else None
        name_of_it = b"\0" if path is None else os.fsencode(path)
    except Exception:  # a PathLike of bytes, or one that fails; half a character
        path, name_of_it = None, b"\0"
    if path is None or b"\0" in name_of_it or len(name_of_it) > LONGEST_PATH:
        raise InputError(f"{name} is {shown(value)}; it must be the path of a file")
    return path


def listed(name: str, value: object, words: str) -> Sequence[Any]:
    """The value, which must be a list, a tuple or an array; `words` say of what."""
    is_list = isinstance(value, Sequence) and not isinstance(value, (str, bytes, bytearray))
    if not is_list and not (isinstance(value, np.ndarray) and value.ndim):
        raise InputError(f"{name} is {shown(value)}; it must be a list: {words}")
    return value  # type: ignore[return-value]


def as_floats(name: str, value: object, *, narrow: bool = False) -> NDArray[np.float64]:
    """The value as float64, rows contiguous; an array that already is so is held, not copied.

    `narrow`: so is a large table of float32, which then is float64 wherever something is worked out with it (`narrow.py`).

    Raises
    ------
    InputError
        Not numbers, not a rectangle, complex, masked, or integers that float64 cannot hold.
    """
    if type(value) is float or (type(value) is int and -EXACT <= value <= EXACT):  # at once what is given most often
        return np.array(value, dtype=np.float64)
    _refuse_masked(name, value)
    try:
        array = np.asarray(value)
    except Exception as error:  # of any library's arrays
        raise InputError(f"{name} is not a rectangle of numbers: {' '.join(str(error).split()):.200}") from error
    if array.dtype.kind == "O" and array.size and all(isinstance(v, int) and not isinstance(v, bool) for v in array.flat):
        raise InputError(f"{name} has integers too large for a double; give them as floats")
    if array.dtype.kind not in "fiu":
        seen = shown(value) if isinstance(value, np.ndarray) else f"{shown(value)} of type {shown_type(array.dtype)}"
        raise InputError(f"{name} must be numbers; seen: {seen}")
    with np.errstate(over="ignore"):  # what is too large is refused as infinite
        floats = held(array) if narrow else np.require(array, np.float64, ("C_CONTIGUOUS", "ALIGNED"))
        floats = floats.reshape(array.shape)
    if array.dtype.kind in "iu" and array.dtype.itemsize == 8 and array.size and not _fits(array):
        raise InputError(f"{name} has an integer that a double cannot hold exactly; give it as a float if rounding is meant")
    return floats


def _fits(whole: NDArray[np.generic]) -> bool:
    largest = max(abs(int(whole.max())), abs(int(whole.min())))
    return largest <= EXACT or all(int(float(v)) == int(v) for v in whole.flat)


def _refuse_masked(name: str, value: object) -> None:
    """A mask says that a number is not there; NumPy would hand on the one behind it."""
    for at, part in enumerate(value if isinstance(value, (list, tuple)) else [value]):
        if isinstance(part, np.ma.MaskedArray) and (places := np.argwhere(np.ma.getmaskarray(part))).size + (part.ndim == 0):
            place = [*([at] if part is not value else []), *(int(i) for i in (places[0] if len(places) else ()))]
            where = f"{name}{''.join(f'[{i}]' for i in place)}"
            raise InputError(f"{where} is masked, so there is no number: fill it in, or leave it out")


def refuse_not_finite(name: str, array: NDArray[np.float64]) -> None:
    """Raise InputError naming the first number that is NaN or infinite."""
    finite = np.isfinite(array)
    if finite.all():
        return
    bad = np.argwhere(~finite)
    place = tuple(int(i) for i in bad[0])
    where = f"{name}{''.join(f'[{i}]' for i in place)}"
    more = f" ({len(bad)} such numbers in all)" if len(bad) > 1 else ""
    raise InputError(f"{where} is {float(array[place])}{more}; every number must be finite: mend or leave out what is not")


def _alone(value: object) -> object:
    """What an array without axes holds."""
    return value[()] if isinstance(value, np.ndarray) and value.ndim == 0 else value
