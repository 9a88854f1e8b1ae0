"""Inputs that are the same in every row, or the same as another: by hand, in blocks as in one, and streamed as in memory."""

import sqlite3
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sealing import seal

import nodescope as ns
from nodescope.data.alike import Alike

NAMES = list("abcdefg")
CONSTANT = "the same in every row, so that nothing is learned from it: "


def told(*blocks: list[list[float]]) -> list[str]:
    alike = Alike()
    for block in alike.watching(np.array(rows, dtype=float).reshape(len(rows), -1) for rows in blocks):
        assert len(block)
    return alike.told(NAMES)


@pytest.mark.parametrize(
    ("blocks", "words"),
    [
        ([[[1, 2], [1, 3]]], [CONSTANT + "'a'"]),
        ([[[1, 2, 1], [1, 3, 1]]], [CONSTANT + "'a', 'c'"]),  # and no word of their being the same as each other
        ([[[1, 1], [2, 2]]], ["'b' repeats 'a'"]),
        ([[[1, 1, 1], [2, 2, 2]]], ["'b' repeats 'a'; 'c' repeats 'a'"]),
        ([[[5, 5]], [[6, 6]]], ["'b' repeats 'a'"]),  # each constant in its block
        ([[[5, 5]], [[5, 6]]], [CONSTANT + "'a'"]),
        ([[[1, 1], [2, 2]], [[3, 4]]], []),
        ([[[1, 2, 1, 2], [2, 1, 2, 1]], [[9, 8, 9, 7]]], ["'c' repeats 'a'"]),
        ([[[0.0, -0.0], [1, 1]]], []),  # other bits are another input
        ([[[1, 1]]], []),  # one row says nothing
        ([], []),
    ],
)  # fmt: skip
def test_by_hand(blocks: list[list[list[float]]], words: list[str]) -> None:
    assert told(*blocks) == words


def test_five_repeats_are_told() -> None:
    assert told([[1] * 7, [2] * 7]) == ["; ".join(f"{name!r} repeats 'a'" for name in "bcdef")]


def test_blocks_say_what_the_whole_says_and_a_second_pass_adds_nothing() -> None:
    rng = np.random.default_rng(0)
    for _ in range(200):
        x = rng.integers(0, 2, (int(rng.integers(2, 9)), 4)).astype(float)
        cuts = [0, *sorted(rng.integers(0, len(x) + 1, 2).tolist()), len(x)]
        whole, parts = Alike(), Alike()
        whole.look(x)
        for _ in range(2):
            for start, end in pairwise(cuts):
                parts.look(x[start:end])
        assert parts.told(NAMES) == whole.told(NAMES), x


NOTES = (CONSTANT + "'one'", "'again' repeats 'x'")


@pytest.fixture
def asked(tmp_path: Path) -> dict[str, Any]:
    x = np.random.default_rng(1).normal(size=500)
    near = np.where(np.arange(500) == 499, 0.0, x)
    table = pa.table({"x": x, "one": np.ones(500), "again": x, "near": near, "twice": 2 * x, "y": 2 * x})
    pq.write_table(table, tmp_path / "t.parquet", row_group_size=60)
    return {"data": tmp_path / "t.parquet", "goal": "y", "epochs": 1}


@pytest.mark.parametrize("way", [True, "min-max"])
def test_streamed_as_in_memory(asked: dict[str, Any], way: bool | str) -> None:
    here, streamed = (ns.descend(**asked, standardise=way, **more).recipe.source.notes for more in ({}, {"memory": 5000}))
    assert here == streamed == NOTES


@pytest.mark.parametrize("more", [{"alpha": 0.01}, {"alpha": "auto"}, {"alpha": 0.01, "holdout": 0.1, "order": "shuffled"}])
def test_without_scales_it_is_told_once_each_piece_was_read(asked: dict[str, Any], more: dict[str, Any], tmp_path: Path) -> None:
    """No pass of its own: one that looks for alpha, or the first epoch, has met all rows."""
    here, streamed = ns.descend(**asked, **more), ns.descend(**asked, **more, memory=30_000, out=tmp_path / "r.nodescope")
    assert here.recipe.examples.notes == streamed.recipe.examples.notes == NOTES
    loaded = ns.load(tmp_path / "r.nodescope")
    assert loaded.recipe.examples.notes == NOTES
    assert len(loaded.trace[-1].weight) == 5
    assert loaded.recipe.examples.notes == NOTES, "and told once"


def test_before_that_nothing_is_told(asked: dict[str, Any]) -> None:
    del asked["epochs"]
    first = ns.descend(**asked, alpha=0.01, steps=50, memory=5000)
    assert first.recipe.examples.notes == ()


def test_gaps_that_are_filled_are_compared_as_filled(tmp_path: Path) -> None:
    x = np.arange(300.0)
    gap = np.where(x == 250, np.nan, 7.0)
    pq.write_table(pa.table({"x": x, "gap": gap, "y": x}), tmp_path / "t.parquet", row_group_size=60)
    asked = {"data": tmp_path / "t.parquet", "goal": "y", "epochs": 1, "missing": "mean", "alpha": 1e-6}
    here, streamed = (ns.descend(**asked, **more).recipe.examples.notes for more in ({}, {"memory": 5000}))
    assert here == streamed == ("1 gap filled with the mean", CONSTANT + "'gap'")


def test_a_file_whose_notes_are_no_text_is_damaged(asked: dict[str, Any], tmp_path: Path) -> None:
    ns.descend(**asked, alpha=0.01, memory=30_000, out=tmp_path / "r.nodescope")
    with closing(sqlite3.connect(tmp_path / "r.nodescope")) as file:
        file.execute("UPDATE header SET value = '[5]' WHERE key = 'notes'")
        seal(file)
        file.commit()
    with pytest.raises(ns.FileError, match="damaged"):
        ns.load(tmp_path / "r.nodescope")
