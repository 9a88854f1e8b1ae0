"""Tables that are kept in float32, as they were stored: half the memory, and whatever is worked out with them is float64.

A float32 is a float64 exactly. An engine reads such an array as it is; in NumPy it takes part in nothing but as float64, so that
no mean and no product of it is rounded to seven digits.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

SMALL = 2**16
"""So many numbers are no burden: they are made float64 at once."""


class Narrow(np.ndarray[Any, Any]):
    """A float32 array that is float64 as soon as something is done with it; slices of it stay as they are."""

    def __getitem__(self, key: Any) -> Any:
        found = super().__getitem__(key)
        return np.float64(found) if isinstance(found, np.float32) else found

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **settings: Any) -> Any:
        return getattr(ufunc, method)(*map(wide, inputs), **settings)

    def __array_function__(self, function: Any, _types: Any, arguments: Any, settings: Any) -> Any:
        return function(*map(wide, arguments), **{name: wide(value) for name, value in settings.items()})

    def cumsum(self, *arguments: Any, **settings: Any) -> Any:
        """Of the numbers as float64: NumPy asks nobody else here."""
        return wide(self).cumsum(*arguments, **settings)

    def dot(self, *arguments: Any, **settings: Any) -> Any:
        """Likewise."""
        return wide(self).dot(*arguments, **settings)


def wide(value: Any) -> Any:
    """What is narrow made float64, in lists and tuples too; all else as it is."""
    if isinstance(value, Narrow):
        return np.asarray(value, dtype=np.float64)
    return type(value)(map(wide, value)) if type(value) in (list, tuple) else value


def held(array: NDArray[Any]) -> NDArray[Any]:
    """A table of float32 as it is, without a copy, where its rows are contiguous and there are many; anything else as float64."""
    large = array.dtype == np.float32 and array.ndim == 2 and array.size > SMALL and array.dtype.isnative
    if large and array.flags.c_contiguous and array.flags.aligned:
        return array.view(Narrow)
    return np.require(array, np.float64, ("C_CONTIGUOUS", "ALIGNED"))
