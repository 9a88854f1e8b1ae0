"""Sweeps whose rows are worked out elsewhere: the same rows, and a map that does not map is told."""

from pathlib import Path

import numpy as np
import pytest
from conftest import PLAIN
from diagnosis.swept import same, table

import nodescope as ns
from nodescope.diagnosis.sweeps.outcomes import OUTCOME


class Odd:
    def __init__(self, gives) -> None:
        self.gives = gives

    def map(self, function, tasks):
        return self.gives(function, list(tasks))


def backwards(function, tasks):
    return [function(task) for task in tasks][::-1]


@pytest.mark.skipif(PLAIN, reason="who makes a row is no matter of the engine")
@pytest.mark.parametrize(
    ("gives", "says"),
    [
        (lambda *_: 1 / 0, r"the map of on= \('Odd'\) failed: ZeroDivisionError: division by zero; mend it"),
        (lambda *_: None, "failed: TypeError"),
        (lambda *_: [], "gave None for rows 0 to 1 of the sweep; it must give what the function gives"),
        (lambda *_: [1, 2], "gave 1 for rows 0 to 1"),
        (lambda *_: [(1, 2)] * 9, "for rows 0 to 1"),
        (lambda *_: [(0, np.zeros(1), [])] * 9, "for rows 0 to 1"),
        (lambda *_: [(0, np.zeros(1, OUTCOME), [])] * 9, "for rows 0 to 1"),
        (lambda *_: [(0, np.zeros(7, OUTCOME), ["x"])] * 9, "for rows 0 to 1"),
        (backwards, "for rows 0 to 1"),
    ],
)
def test_a_map_that_does_not_map_is_told(gives, says):
    with pytest.raises(ns.InputError, match=says):
        ns.sweep(data=table(), goal="y", epochs=1, alpha=[0.1, 0.2], on=Odd(gives))


class Here:
    """An object with map, as a pool of any library has it."""

    def __init__(self) -> None:
        self.tasks = 0

    def map(self, function, tasks):
        for task in tasks:
            self.tasks += 1
            yield function(task)


@pytest.mark.skipif(PLAIN, reason="who makes a row is no matter of the engine")
def test_elsewhere_the_rows_are_the_same(tmp_path: Path):
    settings = {"data": table(), "goal": "y", "holdout": 0.2, "epochs": 2, "seed": range(5), "alpha": [0.01, 0.1, 3.0]}
    expected, here = ns.sweep(**settings), Here()
    same(ns.sweep(**settings, on=here), expected)
    assert here.tasks > 1
    same(ns.sweep(**settings, on=2, out=tmp_path / "s.parquet"), expected)
    with pytest.raises(ns.InputError, match="on is 'somewhere'; it may be None"):
        ns.sweep(**settings, on="somewhere")
    with pytest.raises(ns.InputError, match=r"row 1 of the sweep \(alpha nan\): alpha"):
        ns.sweep(data=table(), goal="y", alpha=[0.1, float("nan")], on=Here())
