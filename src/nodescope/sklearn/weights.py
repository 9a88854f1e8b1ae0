"""What networks as estimators share: weights of rows as repeats, sizes of hidden layers, scikit-learn's names."""

from typing import Any

import numpy as np

from nodescope.arithmetic.problem import Floats
from nodescope.errors import InputError

MOST_TIMES = 16
"""How often a row of mean weight is there at most, and so the parts of the mean weight that others are rounded to."""
SOLVERS = {"sgd": "plain"}
_NAMES = {"logistic": "sigmoid"}


def activation_name(name: str) -> str:
    """Ours of an activation that scikit-learn calls otherwise."""
    return _NAMES.get(name, name)


def times(weight: Floats) -> Any:
    """How often each row is there."""
    with np.errstate(over="ignore", invalid="ignore"):
        each = weight / weight.min()
        exact = each.mean() <= MOST_TIMES and np.allclose(each, np.round(each), rtol=1e-9)
    return np.round(each if exact else MOST_TIMES * weight / weight.mean()).astype(np.int64)


def hidden_sizes(value: Any) -> list[int]:
    """Nodes of each hidden layer."""
    sizes = np.array(value, dtype=object)
    if sizes.ndim > 1 or not all(isinstance(size, (int, np.integer)) and size >= 1 for size in sizes.flat):
        allowed = "whole numbers of at least 1, such as (64,) or (8, 8), or () for a linear regression"
        raise InputError(f"hidden_layer_sizes is {value!r}; it must be {allowed}")
    return [int(size) for size in sizes.flat]
