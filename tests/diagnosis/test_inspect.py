"""A table is looked at before it is used: what is told of it is known beforehand."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import nodescope as ns
from nodescope.cli import cli

TABLE = (
    "a;b;one;kind;when;kg;y\n1,5;3;1;x;2020-01-01;5 kg;1\n2,5;5;1;y;2020-03-02;6 kg;2\n"
    ";7;1;x;2020-01-03;7 kg;3\n4,5;9;1;;2019-12-31;8 kg;5\n"
)


def test_what_is_beyond_doubles_has_no_scale() -> None:
    page = str(ns.inspect({"a": [1.0, math.inf, 3.0], "b": [1.0, 2.0, 3.5]}))
    assert "Scales" not in page
    page = str(ns.inspect({"a": [1.0, math.inf, 3.0], "b": [1.0, 2.0, 3.5], "c": [10.0, 20.0, 35.0]}))
    assert "Scales are far apart: deviation 1.027 of 'b', 10.27 of 'c'" in page


def test_one_is_one() -> None:
    page = str(ns.inspect({"a": [3.0]}))
    assert page.startswith("a mapping of columns: 1 row, 1 column\n")
    page = str(ns.inspect({"a": [1.0, 2.0]}))
    assert "Alpha, standardised: stable below 2 with all examples a step, 1 with one; about 1 step at best." in page


def test_columns(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(TABLE)
    seen = ns.inspect(tmp_path / "t.csv", goal="y")
    told = {column.name: (column.holds, column.gaps, column.different, column.least, column.largest) for column in seen.columns}
    assert told == {
        "a": ("numbers", 1, 3, 1.5, 4.5),
        "b": ("numbers", 0, 4, 3.0, 9.0),
        "one": ("numbers", 0, 1, 1.0, 1.0),
        "kind": ("text", 1, 2, None, None),
        "when": ("dates", 0, 4, "2019-12-31", "2020-03-02"),
        "kg": ("text", 0, 4, None, None),
        "y": ("numbers", 0, 4, 1.0, 5.0),
    }
    assert (seen.rows, seen.read_with, seen.same) == (4, "cells divided by ';', decimal comma", ("one",))
    assert seen.columns[3].common == (("x", 2), ("y", 1))
    assert seen.columns[1].mean == 6.0
    assert seen.columns[1].deviation == pytest.approx(math.sqrt(5.0))
    assert "unit" in seen.columns[5].odd
    assert [pair[:2] for pair in seen.together] == [("a", "b")]


def test_the_alpha_that_is_implied() -> None:
    """Of x = −1, 1 and a bias XᵀX/n is the identity; of x = −10, 10 its largest eigenvalue is 100."""
    seen = ns.inspect({"x": [-1.0, 1.0, -1.0, 1.0], "y": [1.0, 2.0, 3.0, 4.0]}, goal="y")
    assert seen.as_it_is is not None
    assert (seen.as_it_is.limit, seen.as_it_is.one_at_a_time) == pytest.approx((2.0, 1.0))
    assert seen.as_it_is.condition == pytest.approx(1.0)
    seen = ns.inspect({"x": [-10.0, 10.0, -10.0, 10.0], "y": [1.0, 2.0, 3.0, 4.0]}, goal="y")
    assert seen.as_it_is is not None
    assert seen.standardised is not None
    assert (seen.as_it_is.limit, seen.as_it_is.one_at_a_time) == pytest.approx((0.02, 2 / 101))
    assert seen.as_it_is.condition == pytest.approx(100.0)
    assert (seen.standardised.limit, seen.standardised.condition) == pytest.approx((2.0, 1.0))


def test_what_goes_together() -> None:
    drawn = np.random.default_rng(1).normal(size=(200, 2))
    table = {"a": drawn[:, 0], "b": 3.0 - 2.0 * drawn[:, 0], "c": drawn[:, 1], "y": drawn[:, 1]}
    seen = ns.inspect(table, goal="y")
    assert [(first, second, round(size, 12)) for first, second, size in seen.together] == [("a", "b", -1.0)]
    assert "'a' and 'b' say the same: leave one out." in str(seen)


def test_in_the_shell(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(TABLE)
    asked = ["inspect", str(tmp_path / "t.csv"), "--goal", "y"]
    text = CliRunner().invoke(cli, asked, catch_exceptions=False).stdout
    for part in (
        "4 rows, 7 columns; cells divided by ';', decimal comma",
        "--categories one-hot",
        "--dates year,month,weekday,days",
    ):
        assert part in text
    told = json.loads(CliRunner().invoke(cli, [*asked, "--json"], catch_exceptions=False).stdout)
    assert told["columns"][1]["mean"] == 6.0
