"""Worksheets whose first line a student deleted: the key beside them says what was to be done."""

import nodescope as ns
from nodescope.diagnosis.homework.worksheets import worksheets


def test_a_sheet_without_its_first_line_is_graded_by_its_key(tmp_path):
    (tmp_path / "key").mkdir()
    for sheet in worksheets(students=2, steps=4, seed=7):
        (tmp_path / "key" / sheet.name).write_text(sheet.filled)
        (tmp_path / sheet.name).write_text("\n".join(line for line in sheet.filled.splitlines() if not line.startswith("#")))
    graded = ns.grade(tmp_path).grades
    assert [grade.correct for grade in graded.values()] == [True, True]
    (tmp_path / "1.csv").write_text("step,weight\n0,0.4\n")
    assert "what was to be done is not said" in ns.grade(tmp_path).grades["1.csv"]
