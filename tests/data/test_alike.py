"""Inputs that are the same in every row, or the same as another: by hand, in blocks as in one, and streamed as in memory."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

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


@pytest.mark.parametrize("way", [True, "min-max"])
def test_streamed_as_in_memory(tmp_path: Path, way: bool | str) -> None:
    x = np.random.default_rng(1).normal(size=500)
    table = pa.table({"x": x, "one": np.ones(500), "again": x, "near": np.where(np.arange(500) == 499, 0.0, x), "y": 2 * x})
    pq.write_table(table, tmp_path / "t.parquet", row_group_size=60)
    asked = {"data": tmp_path / "t.parquet", "goal": "y", "standardise": way, "epochs": 1}
    here, streamed = (ns.descend(**asked, **more).recipe.source.notes for more in ({}, {"memory": 5000}))
    assert here == streamed == (CONSTANT + "'one'", "'again' repeats 'x'")
