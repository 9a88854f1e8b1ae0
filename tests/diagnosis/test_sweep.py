"""Sweeps: every row has the bits of `descend`, whatever made it; what cannot be swept, and the map."""

import json
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest
import quick_shell
from conftest import PLAIN, cases
from diagnosis.swept import STICKS, table

import nodescope as ns
from nodescope.cli import cli
from nodescope.diagnosis.sweeps import side_by_side
from nodescope.diagnosis.sweeps.grid import as_grid
from nodescope.diagnosis.sweeps.outcomes import Words, outcomes_one_by_one
from nodescope.diagnosis.sweeps.side_by_side import goes_side_by_side, outcomes_side_by_side
from nodescope.views.heat import heat
from nodescope.views.heat_text import heat_map


def one_node(rng: np.random.Generator, trial: int) -> dict[str, object]:
    """One node over one example: inputs, goals and alphas of many sizes, in reach of every ending and verdict."""
    d, steps = int(rng.choice([0, 1, 2, 3])), int(rng.choice([0, 1, 3, 20, 200] + [5000] * (not PLAIN)))
    x = rng.normal(size=d) * rng.choice([1, 1, 0.1, 5, 1e-3]) if d else float(rng.normal())
    bias = bool(rng.random() < 0.4)
    square = float(np.sum(np.square(x))) + bias
    alphas = np.concatenate([rng.uniform(-0.2, 2.3 / square, size=6), np.array([2, 1, 0, 1e-4, 1e-9, 1.99999]) / square])
    weights = rng.normal(size=(3, d)) if d else [*rng.normal(size=3).tolist(), 0.0]
    return {
        "input": x, "goal": float(rng.choice([0.6, 0.0, -3, rng.normal()])), "steps": steps, "bias": bias or None,
        "alpha": (alphas if trial % 3 else 10 ** rng.uniform(-9, 3, size=8)).tolist(), "weight": weights,
    }  # fmt: skip


def test_side_by_side_is_what_each_run_comes_to_by_itself():
    rng = np.random.default_rng(1)
    for trial in range(cases(60, 2)):
        settings = one_node(rng, trial)
        grid = as_grid(None, settings)
        assert goes_side_by_side(grid), settings
        words, alone = Words(), Words()
        together = outcomes_side_by_side(grid, 0, grid.size, words)
        single = outcomes_one_by_one(grid, 0, grid.size, alone)
        for name in ("ending", "steps", "settled_after", "mse"):
            assert together[name].tobytes() == single[name].tobytes(), (trial, name, settings)
        told, expected = ([by.words[i] for i in rows["word"]] for by, rows in ((words, together), (alone, single)))
        assert told == expected, [(grid.text(i), a, b) for i, (a, b) in enumerate(zip(told, expected, strict=True)) if a != b]


def test_alphas_far_below_the_limit_need_no_run_of_their_own(monkeypatch: pytest.MonkeyPatch):
    alphas = [1e-11, 1e-9, 1e-7, 1e-5]
    assert [run.diagnose().findings[0].name for run in ns.sweep(**STICKS, alpha=alphas)] == ["slow convergence"] * 4
    monkeypatch.setattr(side_by_side, "descend", None)
    assert ns.sweep(**STICKS, alpha=alphas)["word"].tolist() == ["slow convergence"] * 4


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"goal": 0.0, "alpha": [0.1, 0.5], "steps": 100}, ["nothing wrong"] * 2),
        ({"goal": 0.6, "alpha": [0.0, -0.1, 3.0], "steps": 40}, ["alpha is zero", "wrong sign", "diverges"]),
        ({"goal": 0.6, "alpha": [1e-4, 1e-2], "steps": 100}, ["slow convergence", "nothing wrong"]),
        ({"goal": -0.6, "alpha": [0.5, 1.5], "bias": True, "steps": 300}, ["nothing wrong", "diverges"]),
    ],
)
def test_what_closed_forms_tell_needs_no_run_of_its_own(settings, words, monkeypatch: pytest.MonkeyPatch):
    given = {"weight": 0.4, "input": 1.0, **settings}
    assert [run.diagnose().findings[0].name for run in ns.sweep(**given)] == words
    monkeypatch.setattr(side_by_side, "descend", None)
    assert ns.sweep(**given)["word"].tolist() == words


def test_seeds_go_up_to_the_last_that_there_is():
    drawn = {"input": [1.0, 2.0], "goal": [1.0, 2.5], "order": "shuffled", "alpha": 0.1, "epochs": 2}
    swept = ns.sweep(**drawn, seed=[0, 2**64 - 1])
    assert swept["seed"].tolist() == [0, 2**64 - 1]
    assert swept[1].weight == ns.descend(**drawn, seed=2**64 - 1).weight
    with pytest.raises(ns.InputError, match="seed"):
        ns.sweep(**drawn, seed=[0, 2**64])


def test_weights_of_several_inputs_are_told_as_numbers():
    swept = ns.sweep(weight=[[0.0, 1.0], [2.0, -1.0]], input=[1.0, 0.5], goal=0.6, alpha=0.1, steps=100)
    assert swept.grid.text(1) == "weight [2.0, -1.0]"


def test_a_row_is_the_run_of_its_settings():
    swept = ns.sweep(**STICKS, alpha=[0.1, 0.5, 2.5], weight=[0.0, 0.4])
    assert (len(swept), swept["alpha"].tolist(), swept["weight"].tolist()) == (6, [0.1, 0.1, 0.5, 0.5, 2.5, 2.5], [0.0, 0.4] * 3)
    run, row = ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1, steps=400), swept[1]
    assert (row.weight, row.settled_after, row.recipe) == (run.weight, 317, run.recipe)
    assert (swept["settled_after"][1], swept["mse"][1], swept["ending"][1]) == (317, run.mse, "SETTLED")
    assert swept["word"].tolist() == [run.diagnose().findings[0].name for run in swept]
    with pytest.raises(IndexError, match="row 6 is not there: the sweep has 6 rows, counted from 0"):
        swept[6]


def test_tables_networks_rules_and_seeds():
    swept = ns.sweep(
        data=table(), goal="y", holdout=0.25, epochs=3, seed=range(2), hidden=[2, [3, 2]], alpha=[0.01, 0.1],
        rule={"name": "momentum", "momentum": [0.5, 0.9]}, batch=8,
    )  # fmt: skip
    assert swept.columns[:4] == ("seed", "alpha", "momentum", "hidden")
    assert len(swept) == 16
    for row, run in enumerate(swept):
        assert swept["mse"][row] == run.mse
        examples = run.recipe.examples
        expected = run.predict({"a": table()["a"], "b": table()["b"]})[examples.source.unseen_rows]
        missed = expected - np.array(table()["y"])[examples.source.unseen_rows]
        np.testing.assert_allclose(swept["unseen_rmse"][row], np.sqrt(np.mean(missed**2)), rtol=1e-12)
    last = swept[15].recipe
    assert (last.seed, last.alpha, last.rule.momentum, last.network.sizes) == (1, 0.1, 0.9, (2, 3, 2, 1))
    assert swept.best_row == int(np.argmin(swept["unseen_rmse"]))
    arrow = swept.to_arrow()
    assert arrow.column("hidden").to_pylist()[:2] == ["2", "3-2"]
    assert arrow.column("unseen_rmse").null_count == 0
    several = ns.sweep(data=table(), goal="y", alpha=0.01, epochs=1, rule=["plain", "adam"], bias=False, weight=[[0, 0], [1, 1]])
    assert [run.recipe.rule.name for run in several] == ["plain", "plain", "adam", "adam"]
    assert several.to_arrow().column("weight").to_pylist()[3] == [1.0, 1.0]


@pytest.mark.parametrize("which", [None, slice(0, 2), [0], b"alpha", (), 1.0, True, "alphas", np.float64(1)])
def test_what_is_neither_a_row_nor_a_column_is_told(which):
    swept = ns.sweep(**STICKS, weight=0.4, alpha=[0.1, 0.2])
    with pytest.raises(ns.InputError, match=r"a sweep (gives a row by its number|has no column)"):
        swept[which]


@pytest.mark.timeout(20)
@pytest.mark.parametrize("values", [range(10**9), range(10**18), range(10**30), range(0, -(10**25), -1)])
@pytest.mark.parametrize("name", ["alpha", "seed", "batch"])
def test_more_values_than_anybody_reads_are_refused_before_any_is_made(name, values):
    """Story: a billion seeds were made one by one before they were counted."""
    with pytest.raises(ns.InputError, match=f"{name} has .* values, and a sweep may have 100,000,000 runs: take fewer"):
        ns.sweep(**{**STICKS, "weight": 0.4, "alpha": 0.1, name: values})


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"alpha": 0.1, "weight": 0.4}, "nothing is swept over"),
        ({"alpha": [], "weight": 0.4}, "alpha is an empty list"),
        ({"alpha": [0.1, float("inf")], "weight": 0.4}, r"row 1 of the sweep \(alpha inf\): alpha must be finite"),
        ({"alpha": 0.1, "weight": [[0.4]]}, "weight has 2 axes; of one run it has 0 here, and to be swept over 1"),
        ({"alpha": [0.1], "learning_rate": 1}, "did you mean 'alpha'"),
        ({"alpha": [0.1], "on": 0, "batch": 1}, None),
        ({"seed": [1, -1]}, "seed"),
        ({"hidden": [2], "weight": 0.4}, "weight"),
        ({"rule": ["plain", "adan"], "weight": 0.4}, r"row 1 of the sweep \(rule adan\): rule is 'adan'"),
    ],
)
def test_what_cannot_be_swept_is_refused(settings: dict[str, object], says: str | None):
    if says is None:
        assert len(ns.sweep(**STICKS, **settings)) == 1  # side by side nothing is made elsewhere
        return
    with pytest.raises(ns.InputError, match=says):
        ns.sweep(**STICKS, **settings)


def test_the_limit_lies_on_the_map_where_it_is():
    """Of one example the limit is 2/x²: 2 for x = 1, and 0.5 for x = 2."""
    for x, limit in ((1.0, 2.0), (2.0, 0.5)):
        alphas = np.linspace(0.05, 2.5, 50)
        swept = ns.sweep(input=x, goal=0.6, steps=3000, alpha=alphas, weight=np.linspace(-1, 1, 4))
        shown = heat(swept)
        np.testing.assert_allclose(np.interp(shown.limits - 0.5, np.arange(50), alphas), limit, rtol=1e-9)
        diverged = np.isinf(shown.error) | (shown.error > 1)
        assert (diverged == (alphas > limit)[None, :]).mean() > 0.97
        assert shown.best is not None
        text = heat_map(swept, 72, True)
        assert sum("│" in line[12:] for line in text[:4]) == 4
        assert "alpha's limit, as forecast" in text[-1]
        assert all(ord(sign) < 128 for sign in "".join(heat_map(swept, 72, False)))


def test_the_map_as_a_picture(tmp_path: Path):
    swept = ns.sweep(input=1, goal=0.6, steps=3000, alpha=np.linspace(0.05, 2.5, 50), weight=np.linspace(-1, 1, 4))
    ns.export(swept, tmp_path / "map.svg")
    text = (tmp_path / "map.svg").read_text()
    assert text.count("<path") > 200
    assert ">alpha's limit, as forecast<" in text
    assert "Sweep of 200 runs" in ET.fromstring(text).find("{http://www.w3.org/2000/svg}desc").text
    ns.export(swept, tmp_path / "table.csv")
    assert len((tmp_path / "table.csv").read_text().splitlines()) == 201
    with pytest.raises(ns.InputError, match=r"a sweep can be written as \.html, \.svg"):
        ns.export(swept, tmp_path / "map.md")
    with pytest.raises(ns.InputError, match="step goes with a picture of a run"):
        ns.export(swept, tmp_path / "map.svg", step=1)


# The peak of the process itself: ru_maxrss is that of its parent where it had more.
BIG = """
import re, sys
import numpy as np, nodescope as ns
swept = ns.sweep(
    input=1, goal=0.6, alpha=np.linspace(0.001, 2.2, 1000), weight=np.linspace(-1, 1, 1000), steps=1000, out=sys.argv[1]
)
print(swept.done, re.search(r"VmHWM:\\s*(\\d+)", open("/proc/self/status").read())[1])
ns.export(swept, sys.argv[2])
"""


@pytest.mark.skipif(PLAIN, reason="a million runs in plain Python take a day")
@pytest.mark.skipif(sys.platform != "linux", reason="kilobytes are what Linux counts in")
def test_a_million_runs_in_little_memory(tmp_path: Path):
    arguments = [str(tmp_path / "s.parquet"), str(tmp_path / "map.svg")]
    told = subprocess.run([sys.executable, "-c", BIG, *arguments], check=True, capture_output=True, text=True).stdout.split()
    assert (int(told[0]), int(told[1]) < 200_000) == (1_000_000, True), told


def test_the_command(tmp_path: Path):
    def nodescope(*arguments: str) -> subprocess.CompletedProcess[str]:
        return quick_shell.call(*arguments, cwd=tmp_path)

    told = nodescope(
        "sweep", "--input", "1", "--goal", "0.6", "--alpha", "0.1:2.5:5", "--weight", "0,0.4", "--steps", "40", "--json",
        "--out", "s.parquet", "--map", "m.svg",
    )  # fmt: skip
    assert told.returncode == 0, told.stderr
    values = json.loads(told.stdout)
    assert (values["runs"], values["axes"]["weight"], values["rows"]["alpha"][-1]) == (10, [0.0, 0.4], 2.5)
    assert (tmp_path / "m.svg").exists()
    text = nodescope("sweep", "--input", "1,2,3", "--goal", "2,4,6", "--hidden", "2;3,3", "--seed", "0:3", "--rule", "plain,adam")
    assert text.stdout.startswith("Sweep of 12 runs:"), text.stderr
    momentum = ("sweep", "--input", "1", "--goal", "1", "--rule", "momentum", "--rule-setting", "momentum=0:0.9:4", "--steps", "9")
    assert nodescope(*momentum).stdout.startswith("Sweep of 4 runs: 4 of momentum")
    refused = nodescope("sweep", "--input", "1", "--goal", "0.6", "--alpha", "0.1:2.5")
    assert (refused.returncode, "say how many: 0.1:2.5:100" in refused.stderr) == (2, True)


@pytest.mark.parametrize(
    "option", ["0:1:999999999999", f"0.1:2:{'9' * 5000}", f"0:{'9' * 5000}", "0:99999999999", f"{'1' * 400}:2:9"]
)
@pytest.mark.parametrize("name", ["--alpha", "--seed"])
def test_a_range_of_more_than_anybody_reads_is_refused_before_it_is_made(name: str, option: str):
    given = [("--weight", "0.4"), ("--input", "1"), ("--goal", "0.6"), ("--alpha", "0.1"), (name, option)]
    with pytest.raises(ns.InputError, match="a sweep may have 100,000,000 runs"):
        cli.main(["sweep", *(part for pair in given for part in pair)], standalone_mode=False)
