"""Sweeps over a table whose rows are read as they are needed: each row is the run by itself, here and elsewhere."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from diagnosis.swept import same

import nodescope as ns

ASKED: dict[str, Any] = {
    "goal": "y", "alpha": [0.01, 0.1], "seed": [3, 4], "epochs": 2, "order": "shuffled", "holdout": 0.1, "standardise": True,
    "memory": 20_000, "window": 4,
}  # fmt: skip


@pytest.fixture
def table(tmp_path: Path) -> Path:
    rng = np.random.default_rng(2)
    x = rng.normal(size=(600, 2))
    columns = {"a": x[:, 0], "b": x[:, 1], "y": x @ [1.0, -2.0] + 0.1 * rng.normal(size=600)}
    pq.write_table(pa.table(columns), tmp_path / "t.parquet", row_group_size=60)
    return tmp_path / "t.parquet"


def test_each_row_is_the_run_by_itself(table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    swept = ns.sweep(data="t.parquet", **ASKED, out="s.parquet")
    for row in range(len(swept)):
        alone = ns.descend(**{**ASKED, "data": table, "alpha": [0.01, 0.1][row // 2], "seed": [3, 4][row % 2]})
        assert alone.recipe.streams
        assert np.float64(alone.mse).tobytes() == swept["mse"][row].tobytes()
        assert alone.score.unseen.rmse == swept["unseen_rmse"][row]
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    found = ns.Sweep.load(tmp_path / "s.parquet")
    assert found[2].recipe.streams
    assert found[2].mse == swept["mse"][2]


def test_others_make_the_same(table: Path) -> None:
    same(ns.sweep(data=table, **ASKED, on=2), ns.sweep(data=table, **ASKED))


def test_rows_in_the_given_order_are_those_in_memory(table: Path) -> None:
    asked = {name: value for name, value in ASKED.items() if name not in ("order", "window", "memory", "holdout")}
    same(ns.sweep(data=table, **asked, memory=20_000), ns.sweep(data=table, **asked))


def test_what_cannot_be_read_so_is_named_as_it_was_given(table: Path) -> None:
    with pytest.raises(ns.InputError, match="which cannot be read a piece at a time; give a path") as caught:
        ns.sweep(data=pd.read_parquet(table), **ASKED)
    assert "a Table" not in str(caught.value)
