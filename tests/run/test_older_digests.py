"""Recipes and run files of streamed tables from when a piece's digest was made otherwise: they still hold, and still tell."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from run.streamed_rows import GROUPS, SMALL, X, Y, bits, folder

import nodescope as ns
from nodescope.data.parts.layout import Values
from nodescope.data.parts.store import Store


def hexdigest(told: bytes) -> str:
    return hashlib.blake2b(told, digest_size=32).hexdigest()


def older_digests() -> list[str]:
    """Of each piece of the table, by hand."""
    both, ends = np.column_stack([X, Y]), np.cumsum(GROUPS)
    pieces = [both[end - rows : end] for end, rows in zip(ends, GROUPS, strict=True)]
    return [hexdigest(f"<f8{piece.shape}".encode() + piece.tobytes())[:32] for piece in pieces]


OLDER = hexdigest("".join(older_digests()).encode())


@contextmanager
def as_it_was() -> Iterator[None]:
    """Digests are made as they once were."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Values, "digest", Values.older_digest)
        yield


def change(parts: Path) -> None:
    """One number, in the last digit."""
    changed = X.copy()
    changed[500, 2] = np.nextafter(changed[500, 2], 9.0)
    part = pa.table({**{f"x{i}": changed[404:1004, i] for i in range(4)}, "y": Y[404:1004]})
    pq.write_table(part, parts / "part-2.parquet", row_group_size=123)


def test_a_recipe_with_an_older_fingerprint_runs_over_its_table_and_no_other(tmp_path: Path) -> None:
    parts = folder(tmp_path / "parts")
    run = ns.descend(data=parts, goal="y", memory=SMALL, epochs=2, standardise=True, holdout=0.2)
    now = run.recipe.examples.fingerprint
    text = run.recipe.to_toml().replace(now, OLDER)
    assert now != OLDER
    assert OLDER in text
    (tmp_path / "older.toml").write_text(text)
    again = ns.descend(**ns.read_recipe(tmp_path / "older.toml"))
    assert bits(again) == bits(run)
    assert now in again.recipe.to_toml()
    change(parts)
    with pytest.raises(ns.InputError, match="the table is not what it was when this recipe was written"):
        ns.descend(**ns.read_recipe(tmp_path / "older.toml"))


def test_a_run_file_with_older_digests_goes_on_with_these(tmp_path: Path) -> None:
    parts, out = folder(tmp_path / "parts"), tmp_path / "run.nodescope"
    given: dict[str, Any] = {"data": parts, "goal": "y", "memory": SMALL}
    with as_it_was():
        first = ns.descend(steps=100, **given)
        store: Any = first.recipe.examples.input.parts.store  # type: ignore[union-attr]
        store.digests[2:] = [""] * (len(GROUPS) - 2)  # as of one that was killed
        ns.save(first, out)
    kept = ns.load(out).recipe.examples.digests
    assert kept == [*older_digests()[:2], *[""] * (len(GROUPS) - 2)]
    run = ns.resume(out, steps=500)
    assert run.recipe.examples.fingerprint == OLDER
    assert run.recipe.examples.digests == older_digests()
    (tmp_path / "run.toml").write_text(run.recipe.to_toml())
    assert bits(ns.descend(**ns.read_recipe(tmp_path / "run.toml"))) == bits(ns.descend(steps=500, **given))


def test_one_fingerprint_is_of_one_kind_of_digests(tmp_path: Path) -> None:
    run = ns.descend(data=folder(tmp_path / "parts"), goal="y", memory=SMALL, epochs=1)
    store: Any = run.recipe.examples.input.parts.store  # type: ignore[union-attr]
    older, newer = older_digests(), store.digests
    assert store.older_fingerprint() == OLDER
    mixed = Store(store._pieces, store.layout, store.counts, SMALL, [older[0], newer[1], "", newer[3], *older[4:]])
    assert mixed.fingerprint() == mixed.older_fingerprint() == OLDER
    assert mixed.digests == older
