"""Tables at an address, through pyarrow's file systems: one that is not this machine's own, and what is refused in a sentence."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import fs

import nodescope as ns
from nodescope.data.parts import found, places

X = np.random.default_rng(0).normal(size=(900, 2))
TABLE = pa.table({"a": X[:, 0], "b": X[:, 1], "y": X @ [2.0, -1.0]})
GIVEN: dict[str, Any] = {"goal": "y", "epochs": 2, "standardise": True, "holdout": 0.2}


@pytest.fixture
def bucket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that an address of another file system leads to, whose type is not "local"."""
    root = tmp_path / "far"
    (root / "bucket" / "rows").mkdir(parents=True)
    system = fs.SubTreeFileSystem(str(root), fs.LocalFileSystem())
    assert system.type_name != "local"

    def system_of(address: str) -> tuple[Any, str]:
        return system, address.removeprefix("far://")

    monkeypatch.setattr("nodescope.data.parts.found.system_of", system_of)
    for i, start in enumerate((0, 250, 700)):
        pq.write_table(TABLE.slice(start, (250, 450, 200)[i]), root / "bucket" / "rows" / f"{i}.parquet", row_group_size=70)
    return root / "bucket"


@pytest.mark.usefixtures("bucket")
def test_rows_of_another_file_system_have_the_same_bits(tmp_path: Path) -> None:
    pq.write_table(TABLE, tmp_path / "here.parquet")
    here = ns.descend(data=tmp_path / "here.parquet", **GIVEN)
    for address in ("far://bucket/rows", "far://bucket/rows/"):
        far = ns.descend(data=address, memory=5000, out=tmp_path / "far.nodescope", overwrite=True, **GIVEN)
        assert far.recipe.streams
        assert far.weight.tobytes() == here.weight.tobytes()
        loaded = ns.load(tmp_path / "far.nodescope")
        assert loaded.recipe.source.path == address
        assert loaded.trace[700:720]["delta"].tobytes() == here.trace[700:720]["delta"].tobytes()
        assert ns.verify(loaded, most_steps=20).passed
    one = ns.descend(data="far://bucket/rows/1.parquet", memory=5000, **GIVEN)
    assert one.recipe.source.where == "far://bucket/rows/1.parquet"


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("far://bucket/rows/*.parquet", ["rows/0", "rows/1", "rows/2"]), ("far://bucket/rows/[12].parquet", ["rows/1", "rows/2"]),
        ("far://bucket/*/0.parquet", ["rows/0"]), ("far://bucket/**/*.parquet", ["deep/er/3", "rows/0", "rows/1", "rows/2"]),
        ("far://bucket/**/3.parquet", ["deep/er/3"]), ("far://bucket/**/er/*", ["deep/er/3"]),
        ("far://bucket/rows/**/1.parquet", ["rows/1"]),
    ],
)  # fmt: skip
def test_a_pattern_means_the_files_that_glob_finds(bucket: Path, pattern: str, names: list[str]) -> None:
    (bucket / "deep" / "er").mkdir(parents=True)
    pq.write_table(TABLE.slice(0, 9), bucket / "deep" / "er" / "3.parquet")
    pq.write_table(TABLE.slice(0, 9), bucket / "rows" / ".hidden.parquet")
    given = pattern.removeprefix("far://bucket/")
    assert sorted(str(path.relative_to(bucket)) for path in bucket.glob(given) if not path.name.startswith(".")) == [
        f"{name}.parquet" for name in names
    ]
    assert [place.shown for place in found.files_like(*found.system_of(pattern), pattern)] == [
        f"far://bucket/{name}.parquet" for name in names
    ]


@pytest.mark.usefixtures("bucket")
def test_a_pattern_is_the_table_of_its_files() -> None:
    folder, pattern = (ns.descend(data=f"far://bucket/rows{end}", memory=5000, **GIVEN) for end in ("", "/*.parquet"))
    assert folder.weight.tobytes() == pattern.weight.tobytes()
    for nothing in ("far://bucket/rows/*.csv", "far://nowhere/*.parquet"):
        with pytest.raises(ns.InputError, match=rf"^{re.escape(nothing)} means no file; check the pattern, and the folder"):
            ns.descend(data=nothing, memory=5000, **GIVEN)


def test_a_file_of_an_address_with_a_question_is_called_without_it(bucket: Path) -> None:
    (place, *_) = places.files_in(found.system_of("far://bucket/rows")[0], "bucket/rows", "far://bucket/rows?endpoint=x")
    assert place.shown == "far://bucket/rows/0.parquet"
    assert bucket.is_dir()


def test_what_is_not_there_is_one_sentence(bucket: Path) -> None:
    with pytest.raises(ns.FileError, match=r"far://bucket/none.parquet cannot be read: No such file; check the path"):
        ns.descend(data="far://bucket/none.parquet", memory=5000, **GIVEN)
    with pytest.raises(ns.FileError, match=r"far://nowhere cannot be read: .*; check the path"):
        ns.descend(data="far://nowhere", memory=5000, **GIVEN)
    (bucket / "t.csv").write_text("a,b,y\n1,2,3\n")
    with pytest.raises(
        ns.InputError, match=r"t.csv is a CSV file elsewhere; copy it to this machine, or write it there as Parquet"
    ):
        ns.descend(data="far://bucket/t.csv", memory=5000, **GIVEN)


def test_a_file_elsewhere_that_changed_is_named(bucket: Path, tmp_path: Path) -> None:
    ns.descend(data="far://bucket/rows", memory=5000, out=tmp_path / "far.nodescope", **GIVEN)
    turned = TABLE.set_column(0, "a", pa.array(-X[:, 0]))
    pq.write_table(turned.slice(250, 450), bucket / "rows" / "1.parquet", row_group_size=70)
    with pytest.raises(ns.DataChanged, match=r"1.parquet, row group \d is not what it was when the run was made"):
        ns.load(tmp_path / "far.nodescope").trace[300:310].read()


@pytest.mark.parametrize("address", ["nothing://bucket/x.parquet", "://"])
def test_an_address_that_no_file_system_has_is_one_sentence(address: str) -> None:
    words = rf"^{re.escape(address)} is no address that pyarrow can read \(.*\); give a path, or s3://bucket/folder and its kin$"
    with pytest.raises(ns.InputError, match=words):
        ns.descend(data=address, memory=5000, **GIVEN)


def test_a_path_with_blanks_is_read_by_its_address(tmp_path: Path) -> None:
    (tmp_path / "a b").mkdir()
    pq.write_table(TABLE, tmp_path / "a b" / "t.parquet", row_group_size=200)
    system, path = places.system_of(f"file://{tmp_path}/a%20b/t.parquet")
    assert system.type_name == "local"
    assert path.endswith("a b/t.parquet")
    assert ns.descend(data=f"file://{tmp_path}/a%20b/t.parquet", memory=5000, **GIVEN).steps > 0


def test_a_password_in_an_address_is_refused_and_not_repeated() -> None:
    with pytest.raises(ns.errors.InputError, match="has a password in it") as refused:
        ns.descend(data="s3://AKIDHIDDEN:HIDDEN@bucket/rows.parquet", alpha=0.1, **GIVEN)
    assert "HIDDEN" not in str(refused.value)
