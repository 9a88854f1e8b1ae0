"""A run as NumPy's own file: every column in its own shape, the last weights, the recipe."""

from pathlib import Path
from typing import Any

import numpy as np

from nodescope.errors import InputError
from nodescope.run.recorded import Recorded
from nodescope.run.run import Run
from nodescope.run.tabular import Tabular

MOST_NUMBERS = 2**27
"""So many are a gigabyte, which has to be in memory as a whole."""


def refuse_too_many(numbers: int) -> None:
    """Raise InputError where a file of so many numbers would not fit into memory."""
    if numbers > MOST_NUMBERS:
        raise InputError(
            f"{numbers:,} numbers are more than the {MOST_NUMBERS:,} that an .npz file is given, which is in memory as a whole: "
            "export .parquet, or np.savez a window, run.trace[a:b:stride]"
        )


def as_arrays(run: Run | Recorded, window: Tabular) -> dict[str, Any]:
    """Names and arrays: those of the window's columns, of each layer `layers[0].weight`, then what the run ended with.

    `final[0].weight` (k, d) and `final[0].bias` (k,) are of layer 0 as the run left it, `recipe` is its TOML as text.
    """
    arrays: dict[str, Any] = dict(window.read())
    for l, layer in enumerate(window.layers):  # noqa: E741  # l for layer, as everywhere
        arrays |= {f"layers[{l}].{name}": column for name, column in layer.read().items()}
    if isinstance(run, Run):
        for l, (weight, bias) in enumerate(zip(run.network.weights, run.network.biases, strict=True)):  # noqa: E741
            arrays[f"final[{l}].weight"] = weight
            arrays |= {} if bias is None else {f"final[{l}].bias": bias}
        arrays["recipe"] = np.array(run.recipe.to_toml())
    return arrays


def write_arrays(arrays: dict[str, Any], path: Path) -> None:
    """As `np.load(path)` reads it, without pickles."""
    with path.open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)
