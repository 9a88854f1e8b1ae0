"""Tables at s3:// addresses: pyarrow's own client against a server on loopback."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from run.small_s3 import served

import nodescope as ns

X = np.random.default_rng(0).normal(size=(900, 2))
TABLE = pa.table({"a": X[:, 0], "b": X[:, 1], "y": X @ [2.0, -1.0]})
GIVEN: dict[str, Any] = {"goal": "y", "epochs": 2, "alpha": 0.01, "standardise": True, "holdout": 0.2, "memory": 40_000}


@pytest.fixture
def bucket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Path, str, list[str]]]:
    """A folder whose three files are rows of a bucket, what its addresses end with, and what the server was asked."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "anyone")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "anything")
    rows = tmp_path / "s3" / "bucket" / "rows"
    rows.mkdir(parents=True)
    for i, start in enumerate((0, 250, 700)):
        pq.write_table(TABLE.slice(start, (250, 450, 200)[i]), rows / f"{i}.parquet", row_group_size=70)
    with served(tmp_path / "s3") as (behind, asked):
        yield rows, behind, asked


def test_a_table_in_a_bucket_has_the_bits_of_the_table_here(bucket: tuple[Path, str, list[str]], tmp_path: Path) -> None:
    rows, behind, asked = bucket
    for order in ("given", "shuffled"):
        here = ns.descend(data=rows, order=order, **GIVEN)
        for address in (f"s3://bucket/rows?{behind}", f"s3://bucket/rows/*.parquet?{behind}"):
            far = ns.descend(data=address, order=order, out=tmp_path / "far.nodescope", overwrite=True, **GIVEN)
            assert far.weight.tobytes() == here.weight.tobytes()
            loaded = ns.load(tmp_path / "far.nodescope")
            assert loaded.trace[700:720]["delta"].tobytes() == here.trace[700:720]["delta"].tobytes()
            assert ns.verify(loaded, most_steps=20).passed
    assert any(line.startswith("GET /bucket/rows/1.parquet") and "bytes=" in line for line in asked)
    predicted = here.predict(f"s3://bucket/rows/1.parquet?{behind}")
    assert predicted.tobytes() == here.predict(rows)[250:700].tobytes()


def test_what_is_not_in_the_bucket_is_named(bucket: tuple[Path, str, list[str]]) -> None:
    _, behind, _ = bucket
    with pytest.raises(ns.FileError, match=r"s3://bucket/none\.parquet.* cannot be read: .*; check the path"):
        ns.descend(data=f"s3://bucket/none.parquet?{behind}", **GIVEN)
    with pytest.raises(ns.InputError, match=r"s3://bucket/rows/\*\.csv.* means no file; check the pattern"):
        ns.descend(data=f"s3://bucket/rows/*.csv?{behind}", **GIVEN)


def test_a_file_of_the_bucket_that_changed_is_named(bucket: tuple[Path, str, list[str]], tmp_path: Path) -> None:
    rows, behind, _ = bucket
    ns.descend(data=f"s3://bucket/rows?{behind}", out=tmp_path / "far.nodescope", **GIVEN)
    turned = TABLE.set_column(0, "a", pa.array(-X[:, 0]))
    pq.write_table(turned.slice(250, 450), rows / "1.parquet", row_group_size=70)
    with pytest.raises(ns.DataChanged, match=r"1\.parquet, row group \d is not what it was when the run was made"):
        ns.load(tmp_path / "far.nodescope").trace[300:310].read()
