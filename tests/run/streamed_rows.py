"""A table that is larger than the memory it gets, in files of uneven sizes, and all that a run of it tells."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.dataset
import pyarrow.parquet as pq

import nodescope as ns

N = 1200
RNG = np.random.default_rng(0)
X = RNG.normal(size=(N, 4)) * [1.0, 10.0, 0.1, 5.0] + 3.0
Y = X @ [1.0, -2.0, 3.0, 0.5] + 0.1 * RNG.normal(size=N)
TABLE = pa.table({**{f"x{i}": X[:, i] for i in range(4)}, "y": Y, "kind": np.where(Y.mean() < Y, "high", "low")})
NUMBERS = TABLE.drop_columns(["kind"])
SIZES = [(401, 80), (3, 7), (600, 123), (196, 196)]
GROUPS = [min(group, rows - at) for rows, group in SIZES for at in range(0, rows, group)]
"""Rows of each row group, in order."""
SMALL = 9000
"""Bytes of rows in memory: a part of the table."""


def folder(path: Path, table: pa.Table = NUMBERS) -> Path:
    """A table in Parquet files of uneven sizes and row groups."""
    path.mkdir()
    at = 0
    for i, (rows, group) in enumerate(SIZES):
        pq.write_table(table.slice(at, rows), path / f"part-{i}.parquet", row_group_size=group)
        at += rows
    return path


def bits(run: ns.Run) -> tuple[Any, ...]:
    """All that a run tells: its weights, its ending, its error, windows of its trace."""
    windows = [run.trace[start : start + 20].flat() for start in (0, max(0, run.computed // 2 - 10), max(0, run.steps - 20))]
    columns = [{name: column.tobytes() for name, column in window.items()} for window in windows]
    return (
        run.network.flat().tobytes(), run.ending, run.steps, run.computed, run.settled_after,
        run.mse.hex(), run.loss.hex(), run.recipe.alpha.hex(),
        columns,
    )  # fmt: skip


RECIPES: dict[str, dict[str, Any]] = {
    **{rule: {"rule": rule, "epochs": 2} for rule in ("plain", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw")},
    "batches": {"batch": 7, "epochs": 3},
    "parts": {"batch": 200, "parts": 30, "epochs": 3, "standardise": True, "until_mse": 0.5},
    "penalty": {"batch": 20, "epochs": 2, "standardise": True, "penalty": {"l2": 0.1}, "clip": 1.0},
    "batches over several files": {"batch": 500, "epochs": 4, "rule": "momentum"},
    "all at once": {"batch": "all", "epochs": 10, "standardise": True, "alpha": 0.5},
    "network": {"network": {"hidden": [3]}, "batch": 32, "standardise": True, "epochs": 2},
    "network, one by one": {"network": {"hidden": [3, 2], "activation": "relu"}, "standardise": "ddof 1", "epochs": 1},
    "unseen rows": {"holdout": 0.2, "standardise": True, "epochs": 2, "seed": 9},
    "min-max": {"standardise": "min-max", "holdout": 0.1, "epochs": 1},
    "until an error": {"standardise": True, "until_mse": 0.05, "epochs": 20, "batch": 3},
    "tolerance": {"standardise": True, "holdout": 0.2, "tolerance": 1e-3, "keep": "best", "epochs": 20},
    "settles": {"standardise": True, "batch": 300, "epochs": 400, "alpha": 0.9},
    "schedule": {"alpha": ns.schedule("steps", start=0.001, every=300, factor=0.5), "epochs": 2, "standardise": True},
    "frozen": {"weight": [1.0, 0.0, 0.0, 0.0], "frozen": [True, False, False, False], "epochs": 1},
    "diverges": {"alpha": 3.0, "epochs": 2},
}  # fmt: skip
