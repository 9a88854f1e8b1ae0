"""Whether a value is a table, told without opening it."""

from collections.abc import Mapping
from os import PathLike

import numpy as np


def is_table(value: object) -> bool:
    """Is it a table with named columns (or a path to one)? A plain array or a single column is not."""
    if isinstance(value, str | PathLike | Mapping):
        return True
    if isinstance(value, list | tuple):
        return bool(value) and isinstance(value[0], Mapping)
    if isinstance(value, np.ndarray):
        return value.dtype.names is not None
    return hasattr(value, "__arrow_c_stream__") and any(hasattr(value, a) for a in ("columns", "column_names", "schema"))
