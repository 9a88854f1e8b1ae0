"""Rows that are read as they are needed: the bits of all rows in memory, whatever files and pieces they come in."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.dataset
import pyarrow.parquet as pq
import pytest
from naive import drawn, mix64
from run.streamed_rows import GROUPS, NUMBERS, RECIPES, SMALL, TABLE, N, X, Y, bits, folder

import nodescope as ns
from nodescope.data.fingerprint import fingerprint
from nodescope.data.parts import csv_blocks
from nodescope.data.parts.store import Store
from nodescope.run import held


@pytest.mark.parametrize("name", RECIPES)
def test_the_bits_of_all_rows_in_memory(tmp_path: Path, name: str) -> None:
    whole = tmp_path / "whole.parquet"
    pq.write_table(NUMBERS, whole)
    given = RECIPES[name]
    streamed = ns.descend(
        data=folder(tmp_path / "parts"), goal="y", memory=SMALL if given.get("batch", 1) in (1, 3, 7) else "1 MB", **given
    )
    held = ns.descend(data=whole, goal="y", **given)
    assert streamed.recipe.streams
    assert not held.recipe.streams
    assert bits(streamed) == bits(held)
    assert streamed.recipe.examples.scaling_told() == held.recipe.examples.scaling_told()
    assert ns.verify(streamed, most_steps=20).passed


def test_classes_and_huber(tmp_path: Path) -> None:
    whole, parts = tmp_path / "whole.parquet", folder(tmp_path / "parts", TABLE)
    pq.write_table(TABLE, whole)
    inputs = ["x0", "x1", "x2", "x3"]
    for given in (
        {"goal": "kind", "loss": "cross-entropy", "standardise": True},
        {"goal": "kind", "loss": "cross-entropy", "standardise": True, "network": {"hidden": [3]}},
        {"goal": "y", "loss": "huber"}, {"goal": "y", "loss": "absolute"}, {"goal": ["y", "x3"]},
    ):  # fmt: skip
        given = {**given, "inputs": inputs if "x3" not in given["goal"] else inputs[:3], "epochs": 2, "alpha": 0.01}
        streamed, held = ns.descend(data=parts, memory=SMALL, **given), ns.descend(data=whole, **given)
        assert bits(streamed) == bits(held)
        assert [str(a) for a in streamed.predict(parts)] == [str(a) for a in held.predict(whole)]
        for a, b in zip(repr(streamed.score).split(), repr(held.score).split(), strict=True):
            assert a == b or float(a) == pytest.approx(float(b), rel=1e-9, abs=1e-12)


def test_the_score_is_that_of_all_rows_in_memory(tmp_path: Path) -> None:
    whole, parts = tmp_path / "whole.parquet", folder(tmp_path / "parts")
    pq.write_table(NUMBERS, whole)
    for given in (
        {},
        {"bias": False},
        {"standardise": True, "holdout": 0.2},
        {"network": {"hidden": [2]}, "holdout": 0.3, "standardise": True},
    ):
        a = ns.descend(data=parts, goal="y", epochs=2, memory=SMALL, **given).score
        b = ns.descend(data=whole, goal="y", epochs=2, **given).score
        for one, other in ((a, b), (a.least_squares, b.least_squares), (a.mean, b.mean)):
            for seen in ("seen", "unseen"):
                first, second = getattr(one, seen), getattr(other, seen)
                assert (first is None) == (second is None)
                if first is not None:
                    assert first.rmse == pytest.approx(second.rmse, rel=1e-10)
                    assert first.r2 == pytest.approx(second.r2, rel=1e-9, abs=1e-12)
        np.testing.assert_allclose(a.least_squares.weight, b.least_squares.weight, rtol=1e-10)
        assert a.mean.bias == pytest.approx(b.mean.bias, rel=1e-12)


def made(path: Path, kind: str) -> Any:
    """The table as another kind of data."""
    pq.write_table(NUMBERS, path / "whole.parquet", row_group_size=300)
    if kind == "Arrow file":
        with pa.OSFile(str(path / "whole.arrow"), "wb") as sink, pa.ipc.new_file(sink, NUMBERS.schema) as writer:
            writer.write_table(NUMBERS, max_chunksize=170)
        return path / "whole.arrow"
    if kind in ("CSV", "CSV, gzip", "CSV, zstd"):
        text = path / f"whole.csv{ {'CSV': '', 'CSV, gzip': '.gz', 'CSV, zstd': '.zst'}[kind] }"
        with pa.output_stream(str(text), compression={"CSV": None, "CSV, gzip": "gzip", "CSV, zstd": "zstd"}[kind]) as sink:
            pa.csv.write_csv(NUMBERS, sink)
        return text
    if kind == "CSV, UTF-16":
        pa.csv.write_csv(NUMBERS, path / "plain.csv")
        (path / "whole.csv").write_bytes((path / "plain.csv").read_text().encode("utf-16"))
        return path / "whole.csv"
    if kind == "folder of CSV":
        (path / "several").mkdir()
        for i in range(3):
            pa.csv.write_csv(NUMBERS.slice(400 * i, 400), path / "several" / f"{i}.csv")
        return path / "several"
    if kind == "pattern":
        folder(path / "parts")
        return str(path / "parts" / "part-*.parquet")
    if kind == "list":
        return [path / "a.parquet", path / "b.parquet"] if _two(path) else None
    if kind == "dataset":
        return pa.dataset.dataset(folder(path / "parts"), format="parquet")
    if kind == "lazy":
        polars = pytest.importorskip("polars")
        return polars.scan_parquet(path / "whole.parquet")
    return f"file://{folder(path / 'parts')}"


def _two(path: Path) -> bool:
    pq.write_table(NUMBERS.slice(0, 500), path / "a.parquet")
    pq.write_table(NUMBERS.slice(500), path / "b.parquet")
    return True


KINDS = (
    "Arrow file", "CSV", "CSV, gzip", "CSV, zstd", "CSV, UTF-16", "folder of CSV", "pattern", "list", "dataset", "lazy", "address",
)  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_the_rows_are_read_from(tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_blocks, "BLOCK", 5000)
    monkeypatch.setattr("nodescope.data.parts.others.ROWS", 170)
    data = made(tmp_path, kind)
    given = {"goal": "y", "epochs": 2, "holdout": 0.25, "standardise": True}
    streamed, held = ns.descend(data=data, memory=SMALL, **given), ns.descend(data=tmp_path / "whole.parquet", **given)
    assert len(streamed.recipe.source.in_pieces.rows) > 1
    assert bits(streamed) == bits(held)
    if kind not in ("dataset", "lazy"):
        assert bits(ns.descend(data=data, **given)) == bits(held)  # all of them in memory
        assert streamed.predict(data).tobytes() == held.predict(tmp_path / "whole.parquet").tobytes()


def test_pieces_of_large_row_groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A row group of many rows is read a stretch at a time, also where only its last rows are asked for."""
    monkeypatch.setattr("nodescope.data.parts.parquet.ROWS", 130)
    pq.write_table(NUMBERS, tmp_path / "whole.parquet", row_group_size=500)
    run = ns.descend(data=tmp_path / "whole.parquet", goal="y", memory=SMALL, epochs=1)
    assert run.recipe.source.in_pieces.rows == [130, 130, 130, 110, 130, 130, 130, 110, 130, 70]
    assert run.recipe.source.in_pieces.groups == [0, 4, 8, 10]
    assert bits(run) == bits(ns.descend(data=tmp_path / "whole.parquet", goal="y", epochs=1))
    np.testing.assert_array_equal(run.recipe.examples.input[[1199, 499, 0, -1, 380]], X[[1199, 499, 0, 1199, 380]])


def test_cells_that_hold_line_ends_and_rows_with_gaps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_blocks, "BLOCK", 700)
    rows = [
        f'{a!r},"a ""quoted""\nnote, {i}",{"" if i % 7 == 3 else repr(b)}\r\n'
        for i, (a, b) in enumerate(zip(X[:, 0].tolist(), Y.tolist(), strict=True))
    ]
    path = tmp_path / "notes.csv"
    path.write_bytes(("x,note,y\r\n" + "".join(rows)).encode())
    given = {"data": path, "inputs": ["x"], "goal": "y", "missing": "drop", "epochs": 2}
    streamed, held = ns.descend(memory=SMALL, **given), ns.descend(**given)
    assert bits(streamed) == bits(held)
    assert streamed.recipe.source.left_out == held.recipe.source.left_out == len(range(3, N, 7))


def order_of(groups: list[int], seed: int, epoch: int, window: int) -> list[int]:
    """The rows of an epoch in their drawn order, by the definition: row groups drawn, then the rows of each window."""
    starts = np.concatenate([[0], np.cumsum(groups)])
    met, found = drawn(len(groups), seed, epoch), []
    for k in range(-(-len(groups) // window)):
        rows = [row for g in met[k * window : (k + 1) * window] for row in range(starts[g], starts[g + 1])]
        found += [rows[i] for i in drawn(len(rows), mix64(seed ^ mix64(k + 1)), epoch)]
    return found


@pytest.mark.parametrize("batch", [1, 7, 130])
def test_the_shuffle_is_the_one_of_its_definition(tmp_path: Path, batch: int) -> None:
    run = ns.descend(
        data=folder(tmp_path / "parts"), goal="y", order="shuffled", window=3, seed=5, batch=batch, epochs=2, alpha=1e-4,
        memory="40 kB",
    )  # fmt: skip
    per_epoch, state = run.recipe.steps_per_epoch, np.zeros(5)
    for epoch in range(2):
        rows = order_of(GROUPS, 5, epoch, 3)
        assert sorted(rows) == list(range(N))
        rows = [row for start in range(0, N, batch) for row in sorted(rows[start : start + batch])]
        found = run.trace[epoch * per_epoch : (epoch + 1) * per_epoch]["example"].ravel()
        assert found[found >= 0].tolist() == rows
        held = ns.descend(input=X[rows], goal=Y[rows], weight=state[:4], bias=state[4], alpha=1e-4, batch=batch, epochs=1)
        state = np.append(held.weight, held.bias)
    assert run.network.flat().tobytes() == state.tobytes()
    assert ns.verify(run).passed


def test_how_much_is_in_memory_is_no_matter_of_the_bits(tmp_path: Path) -> None:
    parts = folder(tmp_path / "parts")
    given = {
        "data": parts,
        "goal": "y",
        "order": "shuffled",
        "window": 2,
        "epochs": 2,
        "holdout": 0.2,
        "standardise": True,
        "rule": "adam",
    }
    runs = [ns.descend(memory=memory, **given) for memory in ("20 kB", "45 kB", "1 GB", "all", "auto")]
    assert all(bits(run) == bits(runs[0]) for run in runs[1:])
    with pytest.raises(ns.InputError, match=r"window=8 row groups have [1-9]\d* kB of rows, and memory is 20 kB; give more"):
        ns.descend(memory="20 kB", **given | {"window": 8})


def test_a_window_is_what_there_is_room_for(tmp_path: Path) -> None:
    given = {"data": folder(tmp_path / "parts"), "goal": "y", "order": "shuffled", "epochs": 1}
    assert ns.descend(memory="1 MB", **given).recipe.window == 16
    assert ns.descend(memory="25 kB", **given).recipe.window in range(3, 6)
    with pytest.raises(ns.InputError, match='give order="shuffled" too'):
        ns.descend(memory="1 MB", **given | {"order": "given", "window": 4})


def test_digests_of_older_run_files_are_still_held_against(tmp_path: Path) -> None:
    run = ns.descend(data=folder(tmp_path / "parts"), goal="y", memory=SMALL)
    of: Any = run.recipe.examples.input
    store, first = of.parts.store, of.parts.part(0)
    older = fingerprint(np.column_stack(first))[:32]

    def reopened(digest: str) -> Store:
        return Store(store._pieces, store.layout, store.counts, SMALL, [digest, *store.digests[1:]])

    assert reopened(older).piece(0).input.tobytes() == first[0].tobytes()
    assert reopened(store.digests[0]).piece(0).input.tobytes() == first[0].tobytes()
    for other in (store.digests[1], older[::-1]):
        with pytest.raises(ns.DataChanged, match="is not what it was"):
            reopened(other).piece(0)


def test_rows_are_held_together_where_they_take_a_quarter_of_the_free_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = ns.descend(data=folder(tmp_path / "parts"), goal="y", epochs=1, memory=SMALL).recipe
    examples = recipe.examples
    needed = sum(rows.nbytes for rows in (examples.input, examples.goal, examples.unseen_input, examples.unseen_goal))
    monkeypatch.setattr(held, "free", lambda: 4 * needed)
    assert not held.held_recipe(recipe, "this").streams
    monkeypatch.setattr(held, "free", lambda: 4 * needed - 1)
    with pytest.raises(ns.InputError, match="this looks at all "):
        held.held_recipe(recipe, "this")
