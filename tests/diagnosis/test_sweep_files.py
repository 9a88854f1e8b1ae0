"""A sweep's file by itself: opened without the call that made it, its rows the same runs; what has changed is told."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import ROOT

import nodescope as ns
from nodescope.diagnosis.sweeps import stored, told
from nodescope.diagnosis.sweeps.stored import KEY, is_sweep_file

PENGUINS = str(ROOT / "examples" / "penguins.csv")
OF_TABLE = {"data": PENGUINS, "goal": "body_mass_g", "inputs": ["flipper_length_mm"], "missing": "drop", "standardise": True}
SETTINGS: list[dict[str, Any]] = [
    {"input": 1, "goal": 0.6, "weight": [0.4, 0.2], "alpha": np.linspace(0.1, 2.5, 5), "steps": 60},
    {"input": [1.0, 2.0], "goal": 0.6, "weight": [[0.4, 0.2], [0.0, 0.1]], "alpha": [0.1, 0.2], "steps": 60},
    {"input": 1, "goal": 0.6, "rule": {"name": "momentum", "momentum": [0.1, 0.5]}, "alpha": [0.1, 0.2], "weight": 0.4, "steps": 9},
    {"input": 1, "goal": 0.6, "rule": ["plain", "adam"], "alpha": np.array([0.5, 1], dtype=np.float32), "weight": 0.4, "steps": 9},
    {**OF_TABLE, "hidden": [4, (8, 8)], "alpha": [0.01, 0.1], "epochs": 2, "holdout": 0.2, "seed": range(2)},
    {**OF_TABLE, "network": {"activation": "relu"}, "hidden": [2], "batch": [1, "all"], "epochs": 2, "seed": [2**63 + 1]},
]


@pytest.mark.parametrize("settings", SETTINGS, ids=lambda settings: "-".join(settings))
def test_a_file_opens_without_its_call(settings: dict[str, Any], tmp_path: Path):
    out = tmp_path / "s.parquet"
    made = ns.sweep(**settings, out=out)
    found = ns.Sweep.load(out)
    assert str(found) == str(made)
    assert found.columns == made.columns
    assert found.rows.tobytes() == made.rows.tobytes()
    for row in range(len(made)):
        again = found[row]
        assert np.float64(again.mse).tobytes() == made["mse"][row].tobytes()
        assert again.recipe == made[row].recipe


def test_saved_is_what_out_writes_and_nothing_else_is_replaced(tmp_path: Path):
    made = ns.sweep(**SETTINGS[0])
    made.save(tmp_path / "s.parquet")
    assert ns.Sweep.load(tmp_path / "s.parquet")["mse"].tolist() == made["mse"].tolist()
    with pytest.raises(ns.FileError, match="is there; name another file, or replace a sweep with overwrite=True"):
        made.save(tmp_path / "s.parquet")
    made.save(tmp_path / "s.parquet", overwrite=True)
    (mine := tmp_path / "mine.parquet").write_text("mine")
    with pytest.raises(ns.FileError, match="is there"):
        made.save(mine, overwrite=True)
    assert mine.read_text() == "mine"
    assert is_sweep_file(tmp_path / "s.parquet")
    assert not is_sweep_file(mine)
    assert not is_sweep_file(tmp_path / "nowhere")
    made.done = 3
    with pytest.raises(ns.InputError, match="3 of 10 rows are done; only a whole"):
        made.save(tmp_path / "part.parquet")


def test_a_table_that_has_changed_or_is_gone_is_told(tmp_path: Path):
    table, out = tmp_path / "t.csv", tmp_path / "s.parquet"
    table.write_text("a,y\n1,2\n2,4.5\n3,6\n")
    ns.sweep(data=str(table), goal="y", alpha=[0.01, 0.02], epochs=3, out=out)
    table.write_text("a,y\n1,2\n2,4.5\n3,7\n")
    with pytest.raises(ns.DataChanged, match=r"row 1 of the sweep \(alpha 0.02\) came to an mse of .* the table has changed since"):
        ns.Sweep.load(out)[1]
    table.unlink()
    found = ns.Sweep.load(out)
    assert found["alpha"].tolist() == [0.01, 0.02]
    with pytest.raises(ns.FileError, match=r"t\.csv"):
        found[1]


def test_what_is_only_in_memory_needs_its_call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(told, "LONGEST", 400)
    framed = {"data": {"a": [1, 2, 3], "y": [2, 4, 6]}, "goal": "y", "epochs": 1}
    large = {"input": np.arange(60.0), "goal": np.arange(60.0), "steps": 1}
    for number, settings in enumerate((framed, large)):
        out = tmp_path / f"{number}.parquet"
        ns.sweep(**settings, alpha=[0.1, 0.2], out=out)
        with pytest.raises(ns.InputError, match=r"keeps no settings .* the same call of ns\.sweep with out= reads it"):
            ns.Sweep.load(out)
        assert len(ns.sweep(**settings, alpha=[0.1, 0.2], out=out)) == 2


@pytest.mark.parametrize(
    "settings",
    [
        "{", "[]", "{}", '{"hidden": null, "settings": {}}', '{"hidden": null, "settings": {"alpha": [1], "os": 2}}',
        '{"hidden": null, "settings": {"alpha": [0.1], "input": 1, "goal": 1}}', '{"hidden": 1, "settings": 7}', "[" * 10**5,
    ],
)  # fmt: skip
def test_settings_are_believed_as_little_as_any_form(settings: str, tmp_path: Path):
    out = tmp_path / "s.parquet"
    ns.sweep(**SETTINGS[0], out=out)
    table = pq.read_table(out)
    kept = json.loads(table.schema.metadata[KEY]) | {"settings": settings}
    pq.write_table(table.replace_schema_metadata({KEY: json.dumps(kept).encode()}), out)
    with pytest.raises(ns.FileError, match="is damaged") as caught:
        ns.Sweep.load(out)
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize(
    "words", [[None], ["nothing wrong", None], [None, "nothing wrong"], [5], [["x"]], {}, {"x": 1}, "x", 7, None]
)
def test_words_that_are_no_words_are_refused_though_the_checksum_is_right(words: Any, tmp_path: Path):
    """Whoever knows how a table is summed may write one whose words are null."""
    settings, out = {"input": 1, "goal": 0.6, "weight": 0.4, "alpha": [0.1, 0.2], "steps": 60}, tmp_path / "s.parquet"
    made = ns.sweep(**settings, out=out)
    table = pq.read_table(out)
    kept = json.loads(table.schema.metadata[KEY]) | {"words": words, "checksum": stored._checksum(made.rows, words)}
    met = words[0] if isinstance(words, list) else "x"
    for column in (pa.array([met, met]), table.column("word")):
        forged = table.set_column(table.column_names.index("word"), "word", column)
        pq.write_table(forged.replace_schema_metadata({KEY: json.dumps(kept).encode()}), out)
        for read in (lambda: ns.Sweep.load(out), lambda: ns.sweep(**settings, out=out)):
            with pytest.raises(ns.FileError, match=r"s\.parquet is damaged: .*; make the sweep again") as caught:
                read()
            assert len(str(caught.value).splitlines()) == 1


def test_a_file_never_writes_when_it_is_opened(tmp_path: Path):
    out, other = tmp_path / "s.parquet", tmp_path / "other.nodescope"
    ns.sweep(**SETTINGS[0], out=out)
    table = pq.read_table(out)
    kept = json.loads(table.schema.metadata[KEY])
    inside = json.loads(kept["settings"])
    inside["settings"] |= {"out": str(other), "overwrite": True}
    kept["settings"] = json.dumps(inside)
    pq.write_table(table.replace_schema_metadata({KEY: json.dumps(kept).encode()}), out)
    assert ns.Sweep.load(out)[0].steps
    assert not other.exists()


@pytest.mark.parametrize("content", [b"", b"PAR1", b"mine"])
def test_other_files_are_no_sweeps(content: bytes, tmp_path: Path):
    (path := tmp_path / "s.parquet").write_bytes(content)
    with pytest.raises(ns.FileError, match="holds no sweep"):
        ns.Sweep.load(path)
    pq.write_table(pa.table({"a": [1]}), path)
    with pytest.raises(ns.FileError, match="holds no sweep"):
        ns.Sweep.load(path)
    with pytest.raises(ns.FileError, match="nowhere"):
        ns.Sweep.load(tmp_path / "nowhere.parquet")
