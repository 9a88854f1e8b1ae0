"""A class and its worksheets: marks, a class in the shell, and sheets that ask for nothing but their numbers."""

import json
import os

import pytest
import quick_shell

import nodescope as ns
from nodescope.diagnosis.homework.worksheets import worksheets


def test_marks_count_an_error_carried_forward_once():
    trace = ns.descend(weight=0.4, input=0.5, goal=0.6, alpha=0.1, steps=10).trace[:]["new_weight"].tolist()
    carried, w = trace[:4], trace[3] + 0.05
    for _ in range(6):
        carried.append(w)
        w -= 0.1 * (w * 0.5 - 0.6) * 0.5
    task = {"weight": 0.4, "input": 0.5, "goal": 0.6, "alpha": 0.1}
    found = ns.grade([f"{v:.6f}" for v in carried], **task)
    assert (found.mistakes, found.marks, found.marks_of(20)) == (1, 9, 18.0)
    assert ns.grade([f"{v:.6f}" for v in trace], **task).marks == 10


def test_worksheets_are_graded_by_their_own_numbers():
    sheets = worksheets(students=5, steps=6, seed=3, inputs=2, bias=True)
    assert len({json.dumps(sheet.keywords) for sheet in sheets}) == 5
    assert worksheets(students=5, steps=6, seed=3, inputs=2, bias=True) == sheets
    for sheet in sheets:
        assert ns.forecast(**sheet.keywords).regime in ("converges", "creeps", "swings", "oscillates")
        assert ns.grade(sheet.filled).correct
        with pytest.raises(ns.InputError, match="not filled in"):
            ns.grade(sheet.blank)
    lines = sheets[0].filled.splitlines()
    half = "\n".join([*lines[:8], *sheets[0].blank.splitlines()[8:]])
    found = ns.grade(half)
    assert (found.correct, found.rows, found.blank, found.marks) == (True, 6, 3, 3)
    with pytest.raises(ns.InputError, match="first line is damaged"):
        ns.grade(sheets[0].filled.replace('"weight"', "weight", 1))


def test_a_worksheet_whose_numbers_were_rounded_and_gone_on_with_loses_no_mark():
    sheet = worksheets(students=1, steps=8, seed=7)[0]
    task, rows = sheet.keywords, []
    for slip in (None, 5):
        w, rows = task["weight"], []
        for t in range(8):
            p = round(w * task["input"], 4)
            d = round(p - task["goal"], 4)
            pull = round(d * task["input"], 4)
            move = round(task["alpha"] * pull, 4) + (0.01 if t == slip else 0)
            rows.append((w, p, d, pull, move, w := round(w - move, 4)))
        text = "\n".join(
            [*sheet.blank.splitlines()[:5], *(f"{t}," + ",".join(f"{v:.4f}" for v in row) for t, row in enumerate(rows))]
        )
        found = ns.grade(text + "\n")
        assert found.marks == (8 if slip is None else 7), found
    assert found.first_wrong[:2] == (5, "alpha_delta")


def call(*arguments, code=0):
    done = quick_shell.call(*arguments)
    assert done.returncode == code, done.stderr
    return done.stdout if code == 0 else done.stderr


def test_a_class_in_the_shell(tmp_path):
    folder, pages, marks = tmp_path / "class", tmp_path / "pages", tmp_path / "grades.csv"
    written = json.loads(call("worksheet", "--students", 3, "--steps", 4, "--seed", 7, "--out", folder, "--json"))
    assert sorted(written["sheets"]) == ["01.csv", "02.csv", "03.csv"]
    assert "nodescope grade" in call("worksheet", "--students", 3, "--steps", 4, "--seed", 7, "--out", folder)
    for name in ("01.csv", "02.csv"):
        (folder / name).write_text((folder / "key" / name).read_text())
    lines = (folder / "02.csv").read_text().splitlines()
    lines[6] = lines[6].replace(lines[6].split(",")[3], "9.0000")
    lines[0] = lines[0].replace('"alpha": 0', '"alpha": 1')  # the key stands beside it, and is believed
    (folder / "02.csv").write_text("\n".join(lines))
    shown = call("grade", folder, "--marks", 20, "--csv", marks, "--pages", pages).splitlines()
    assert [line.split()[:2] for line in shown[1:4]] == [["01.csv", "right"], ["02.csv", "wrong"], ["03.csv", "not"]]
    assert "20 / 20" in shown[1]
    assert "15 / 20" in shown[2]
    assert "counts once" in shown[-1]
    assert marks.read_text().splitlines()[2].startswith("02.csv,15.0,20.0,wrong,1,4,1,1,delta,9.0,")
    page = (pages / "02.csv.page.md").read_text()
    assert "Marks: 15 / 20" in page
    assert "row 1 (counted from 0), column delta: 9.0 is printed" in page
    assert "is there already" in call("worksheet", "--students", 3, "--steps", 4, "--seed", 8, "--out", folder, code=2)
    assert "is one sheet" in call("grade", folder / "01.csv", "--csv", marks, code=2)
    assert "students" in call("worksheet", "--students", 0, "--out", folder, code=2)
    assert "cannot be read" in call("grade", tmp_path / "none.csv", code=2)
    for command in ("grade", "worksheet"):
        assert "Examples:" in call(command, "--help")


NODE = {"weight": 0.4, "input": 1, "goal": 0.6, "alpha": 0.1}
HANDED_IN = {
    "a file": {"data": "secret.csv", "goal": "y"},
    "a file to write": NODE | {"out": "run.nodescope"},
    "a long run": NODE | {"steps": 10**15},
    "another rule": NODE | {"rule": "adam"},
    "a name of its own": NODE | {"evil": 1},
}


@pytest.mark.parametrize("asks", HANDED_IN)
def test_a_sheet_that_is_handed_in_asks_for_nothing_but_its_numbers(asks, tmp_path, monkeypatch):
    """Story: a sheet whose first line named a table had it read."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "secret.csv").write_text("a,y\n1,2\n3,4\n")
    (tmp_path / "in").mkdir()
    sheet = tmp_path / "in" / "1.csv"
    sheet.write_text(f"# nodescope worksheet 1 of 1: {json.dumps(HANDED_IN[asks])}\nstep,weight\n0,0.4\n")
    for printed in (sheet, sheet.read_text()):
        with pytest.raises(ns.InputError, match=r"the worksheet's first line is damaged \(it says '\w+'\); put it back as it was"):
            ns.grade(printed)
    assert "damaged" in ns.grade(tmp_path / "in").grades["1.csv"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "secret.csv"]


@pytest.mark.parametrize("key", [b"\xff\xfe rubbish", b"# nodescope worksheet 1 of 1: {\nstep,weight\n", None])
def test_a_key_that_cannot_be_read_is_told_of_its_sheet(key, tmp_path):
    """Story: bytes that are no text ended the grading of a whole class."""
    sheet = tmp_path / "1.csv"
    sheet.write_text(f"# nodescope worksheet 1 of 1: {json.dumps(NODE)}\nstep,weight\n0,0.4\n")
    (tmp_path / "2.csv").write_text(sheet.read_text())
    (tmp_path / "key").mkdir()
    if key is None:
        os.mkfifo(tmp_path / "key" / "1.csv")
    else:
        (tmp_path / "key" / "1.csv").write_bytes(key)
    graded = ns.grade(tmp_path).grades
    assert graded["2.csv"].correct
    assert key is None or str(tmp_path / "key" / "1.csv") in graded["1.csv"]


@pytest.mark.timeout(60)
@pytest.mark.parametrize("rows", [1429, 20_000])
def test_a_long_sheet_is_graded_in_seconds(rows):
    """Story: each wrong way that was near was gone on with through all rows."""
    assert ns.grade("w: 0.4\n" * rows + "w: 0", **NODE).first_wrong.row == 3


@pytest.mark.parametrize("name", ["nix", None, 5, ["1.csv"]])
def test_a_page_of_no_sheet_is_told(name, tmp_path):
    (tmp_path / "1.csv").write_text("step,weight\n0,0.4\n")
    with pytest.raises(ns.InputError, match=r"there is no sheet .*; there are '1\.csv'"):
        ns.grade(tmp_path, **NODE).page(name)
