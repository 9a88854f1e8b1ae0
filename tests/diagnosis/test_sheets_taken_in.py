"""In what form a sheet may be handed in, and what is refused with what was seen."""

import math

import numpy as np
import pytest
from diagnosis.printed_loops import SEED

import nodescope as ns
from nodescope.diagnosis.homework.grade import grade


def test_text_tables_lists_and_files(tmp_path):
    trace = ns.descend(**SEED, steps=6).trace[:]
    weights = [f"{v:.3f}" for v in trace["weight"]]
    deltas = [f"{v:.3f}" for v in trace["delta"]]
    rows = list(zip(weights, deltas, strict=True))
    texts = ["weight,delta\n" + "\n".join(map(",".join, rows)), "Weight\tDelta\n" + "\n".join(map("\t".join, rows))]
    texts += ["weight   delta\n" + "\n".join(map("   ".join, rows)), "w;delta\r\n" + "\r\n".join(map(";".join, rows))]
    texts += ["| weight | delta |\n|---|---:|\n" + "\n".join(f"| {a} | {b} |" for a, b in rows)]
    texts += ["weight, delta\n" + "\n".join(f"{a}, {b}" for a, b in rows).replace("-", "−")]
    for i, text in enumerate(texts):
        path = tmp_path / f"{i}.txt"
        path.write_text(text, encoding="utf-8")
        assert grade(text, **SEED).correct, text
        assert grade(path, **SEED).correct
        assert grade(str(path), **SEED).correct
    parquet = tmp_path / "a.parquet"
    trace.to_pandas().to_parquet(parquet)
    assert grade(parquet, **SEED).correct
    assert grade("step  alpha delta  new weight\n0  -0.02  0.42\n1  -0.018  0.438", **SEED).correct
    two = {"weight": [0.1, 0.2], "input": [1, 2], "goal": 1, "alpha": 0.1}
    right = ns.descend(**two, steps=4).trace[:]["new_weight"]
    assert grade(right, **two).correct
    assert grade("\n".join(f"[{a:.4f} {b:.4f}]" for a, b in right), **two).correct
    assert grade({"weight1": right[:, 0], "weight2": right[:, 1]}, **two).correct
    assert grade({"weight": right}, **two).correct


def test_a_row_for_each_epoch():
    many = {"weight": 0.1, "input": [1, 2, 0.5], "goal": [1, 2, 3], "alpha": 0.1}
    trace = ns.descend(**many, epochs=5).trace[:]
    assert grade(trace["new_weight"][2::3], **many).correct
    assert grade(trace["weight"][::3], **many).correct


def test_a_class_list(tmp_path):
    (tmp_path / "ada.txt").write_text("0.42\n0.438\n0.4542\n")
    (tmp_path / "bob.csv").write_text("new_weight\n0.44\n0.472\n0.4976\n")
    (tmp_path / "cy.csv").write_text("new_weight\n0.42\nabc\n")
    (tmp_path / "dot.tsv").write_text("")
    (tmp_path / "notes.md").write_text("not a sheet")
    found = grade(tmp_path, **SEED)
    assert list(found.grades) == ["ada.txt", "bob.csv", "cy.csv", "dot.tsv"]
    assert found.grades["ada.txt"].correct
    assert found.grades["bob.csv"].convention == "full derivative"
    assert "row 1" in found.grades["cy.csv"]
    assert "abc" in found.grades["cy.csv"]
    assert "empty" in found.grades["dot.tsv"]
    lines = str(found).splitlines()
    assert len(lines) == 5
    assert lines[2].startswith("bob.csv  full derivative  3 of 3")
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(ns.InputError, match="no tables"):
        grade(empty, **SEED)


def test_numbers_that_are_not_finite():
    run = ns.descend(**SEED | {"alpha": 1e200}, steps=50)
    weights = run.trace[:]["new_weight"].tolist()
    assert not math.isfinite(weights[-1])
    for more in ([], [math.nan, math.nan]):
        assert grade([*weights, *more], **SEED | {"alpha": 1e200}).correct
    found = grade([0.42, math.nan, 0.4542], **SEED)
    assert found.first_wrong[:2] == (1, "weight")
    assert math.isnan(found.first_wrong.printed)


@pytest.mark.parametrize(
    ("printed", "words"),
    [
        ("", ["empty"]),
        (" \n ", ["empty"]),
        ("weight,delta\n", ["no rows"]),
        ("weight,delta\n0.4,0.2\n0.4\n", ["row 1", "1 cells", "2 column names"]),
        ("weight,delta\n0.4,0.2\n0.4,high\n", ["row 1", "'delta'", "'high'", "not a number"]),
        ("weight,delta\n0.4,\n", ["row 0", "'delta'", "empty"]),
        ("weight,weight\n0.4,1\n", ["'weight'", "twice"]),
        ("wieght\n0.4\n", ["'wieght'", "did you mean 'weight'"]),
        ("x" * 100_000 + "\n0.4\n", ["no column", "xxx…"]),
        ("0.4 0.5\n0.4 abc", ["row 3", "'abc'"]),
        ("input\n1\n", ["nothing to grade", "new_weight"]),
        ("step,weight\n1,0.4\n1,0.42\n", ["step", "count upward"]),
        ("step,weight\n99999999,0.4\n", ["step", "1,000,000"]),
        ([], ["empty"]),
        ({}, ["no rows"]),
        ({"weight": []}, ["empty"]),
        ({"weight": [1.0], "delta": [1.0, 2.0]}, ["'weight'", "1 rows", "2"]),
        ({"weight": ["0.4", "x"]}, ["row 1", "'x'"]),
        ({"x" * 100_000: [1.0]}, ["no column"]),
        ([[0.1, 0.2]], ["2 number(s)", "1 weight(s)"]),
        ([[0.1], [0.2, 0.3]], ["rectangle"]),
        ([True], ["numbers"]),
        (None, ["numbers"]),
        ([0.4] * 20, ["19", "10 steps", "leave rows out"]),
        (np.zeros(1_000_001), ["1,000,001 cells"]),
        ("9" * 1000 + "e5\nx", ["row 0", "'x'", "999…"]),
    ],
)
def test_bad_input_is_refused_with_what_was_seen(printed, words):
    with pytest.raises(ns.InputError) as refused:
        grade(printed, **SEED, steps=10)
    for word in words:
        assert word in str(refused.value)
    assert len(str(refused.value)) < 1500


def test_a_bad_recipe_is_refused_as_descend_does(tmp_path):
    with pytest.raises(ns.InputError, match="alpha"):
        grade([0.4], **SEED | {"alpha": "fast"})
    with pytest.raises(ns.FileError, match="cannot be read"):
        grade(tmp_path / "none.csv", **SEED)
    with pytest.raises(ns.FileError, match="cannot be read"):
        grade("none.csv", **SEED)


def test_a_remark_is_no_name_unless_it_stands_above_and_says_one():
    """NumPy's `savetxt` writes its header as a remark; what people write between their rows is none."""
    for text in ("0.42\n# half\n0.438\n", "# mine\n0.42\n0.438\n"):
        assert ns.grade(text, weight=0.4, input=1, goal=0.6, alpha=0.1).sentence == "Right: all 2 rows agree in the printed digits."
    assert ns.grade("# delta\n-0.2\n-0.18\n", weight=0.4, input=1, goal=0.6, alpha=0.1).correct
    assert not ns.grade("# half\n-0.2\n-0.18\n", weight=0.4, input=1, goal=0.6, alpha=0.1).correct


@pytest.mark.parametrize("module", ["tables", "texts"])
def test_as_many_cells_as_are_graded_are_graded(module, monkeypatch):
    monkeypatch.setattr("nodescope.diagnosis.homework.texts.MOST_CELLS", 4)
    some: dict[str, tuple[object, object]] = {
        "tables": ([0.42, 0.438, 0.4542, 0.46878], [0.42, 0.438, 0.4542, 0.46878, 0.481902]),
        "texts": ("0.42\n0.438\n0.4542\n0.46878\n", "0.42\n0.438\n0.4542\n0.46878\n0.481902\n"),
    }
    assert ns.grade(some[module][0], weight=0.4, input=1, goal=0.6, alpha=0.1).correct
    with pytest.raises(ns.InputError, match="has 5 cells; up to 4 are graded"):
        ns.grade(some[module][1], weight=0.4, input=1, goal=0.6, alpha=0.1)


def test_a_file_of_as_many_bytes_as_are_graded_is_graded(tmp_path, monkeypatch):
    path = tmp_path / "sheet.csv"
    path.write_text("weight\n0.42\n0.438\n")
    monkeypatch.setattr("nodescope.diagnosis.homework.tables.MOST_BYTES", path.stat().st_size)
    assert ns.grade(path, weight=0.4, input=1, goal=0.6, alpha=0.1).correct
    monkeypatch.setattr("nodescope.diagnosis.homework.tables.MOST_BYTES", path.stat().st_size - 1)
    with pytest.raises(ns.InputError, match="has 18 bytes; printed tables of up to 17 are graded"):
        ns.grade(path, weight=0.4, input=1, goal=0.6, alpha=0.1)
