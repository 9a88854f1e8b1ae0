"""The shell says what it did, and asks where what was meant is in doubt: silence is not an answer."""

import json

from cli.shell import FIT, PENGUINS, SEED, call

import nodescope as ns


def test_it_says_what_it_wrote_and_keeps_standard_output_for_results(tmp_path):
    path = tmp_path / "a.nodescope"
    done = call("run", *SEED, "--out", path, "--json")
    assert json.loads(done.stdout)["settled_after"] == 317
    assert done.stderr == f"wrote {path} ({path.stat().st_size / 1000:,.0f} kB)\n"
    for command in (
        ["trace", path, "--format", "csv"], ["trace", path, "--format", "parquet"], ["export", path],
    ):  # fmt: skip
        out = tmp_path / f"{command[0]}.{command[-1] if command[0] == 'trace' else 'md'}"
        done = call(*command, *(["--out"] if command[0] == "trace" else []), out)
        assert (done.stdout, done.stderr) == ("", f"wrote {out} ({out.stat().st_size:,} bytes)\n"), command
    assert call("run", "--resume", path).stderr.startswith(f"{path} is as it was: the run had come to its end")
    short = tmp_path / "short.nodescope"
    call("run", *SEED, "--steps", 7, "--out", short)
    assert call("run", "--resume", short, "--steps", 9).stderr.startswith(f"wrote {short} (")


def test_a_run_that_is_there_is_replaced_only_with_force(tmp_path):
    path, fit = tmp_path / "a.nodescope", tmp_path / "f.nodescope"
    call("run", *SEED, "--steps", 7, "--out", path)
    said = call("run", *SEED, "--steps", 9, "--out", path, code=2).stderr
    assert said == f"nodescope: {path} is there and holds a run; --force replaces it, or name another file\n"
    call("run", *FIT, "--missing", "drop", "--out", fit)
    for arguments in (["trace", fit, "--out", path], ["predict", fit, PENGUINS, "--out", path], ["export", fit, path]):
        assert "it holds a run; name another file" in call(*arguments, code=2).stderr
    assert ns.load(path).steps == 7
    call("run", *SEED, "--steps", 9, "--out", path, "--force")
    assert ns.load(path).steps == 9


def test_steps_that_are_not_there_are_told(tmp_path):
    path = tmp_path / "a.nodescope"
    call("run", *SEED, "--steps", 325, "--out", path)
    have = "the run has 325 steps, counted from 0 to 324"
    for arguments, words in {
        ("--from", 900): "there is no step from 900 on",
        ("--from", 325): "there is no step from 325 on",
        ("--from", 10, "--to", 5): "there is no step from 10 and before 5",
        ("--from", 0, "--to", 0): "there is no step from 0 and before 0",
    }.items():
        done = call("trace", path, *arguments, code=2)
        assert done.stderr == f"nodescope: {words}: {have}\n"
        assert done.stdout == ""
    done = call("trace", path, "--from", 320, "--to", 400, "--format", "csv")
    assert done.stderr == f"{have}: shown to its end\n"
    assert len(done.stdout.splitlines()) == 6
    assert call("trace", path, "--from", -3, "--format", "csv").stderr == ""


def test_a_decimal_comma_is_asked_about():
    """Story: --alpha 0,1 was a schedule of two alphas, 0 and 1."""
    for option, text in (("--alpha", "0,1"), ("--alpha", "-1,5"), ("--batch", "1,5")):
        said = call("run", *SEED[:6], option, text, code=2).stderr
        assert f"{option} is {text!r}, which may mean two things; write {text.replace(',', '.')} for one number" in said
    assert json.loads(call("run", *SEED[:6], "--alpha", "[0,1]", "--steps", 2, "--json").stdout)["weight"] == 0.6
    assert json.loads(call("run", *SEED[:6], "--alpha", "0.5,0.5", "--steps", 2, "--json").stdout)["weight"] == 0.55


def test_a_first_line_of_numbers_is_asked_about(tmp_path):
    table = tmp_path / "t.csv"
    table.write_text("1.5,2.5\n3,4\n5,6\n7,8\n")
    assert "the first line was taken for a row" in call("run", "--data", table, "--goal", "price", code=2).stderr
    assert "is read with no line of names (columns are called 0, 1, …)" in call("run", "--data", table, "--goal", "1").stderr
    question = "the column names are numbers ('1.5', '2.5'): is the line of names missing? Put one before the first row"
    assert question in call("run", "--data", table, "--goal", "price", "--header", code=2).stderr
    assert question in call("run", "--data", table, "--goal", "2.5", "--header").stderr
    table.write_text("0,1\n3,4\n5,6\n7,8\n")
    assert call("run", "--data", table, "--goal", "1").stderr == ""


def test_a_text_goal_is_named_before_a_text_input():
    said = call("run", "--data", PENGUINS, "--goal", "species", code=2).stderr
    assert "column 'species' has the text 'Adelie'" in said
    assert "goal" in said


def test_remedies_are_in_the_shells_words(tmp_path):
    table = tmp_path / "t.csv"
    table.write_text("a,b,c\n1,2,x\n3,,y\n")
    assert (
        "or give --missing drop to leave these rows out"
        in call("run", "--data", table, "--goal", "a", "--inputs", "b", code=2).stderr
    )
    assert "pass the numeric ones: --inputs b" in call("run", "--data", table, "--goal", "a", code=2).stderr
