"""The shell: what each command prints to people and to machines, and one clear message for bad input."""

import csv
import io
import json
import re

import click
import numpy as np
import pytest
from cli.shell import FIT, PENGUINS, ROOT, SEED, call, on_a_terminal

import nodescope as ns
from nodescope.cli import _COMMANDS, cli


def test_quiet_when_piped():
    said = call("run", *SEED, "--steps", 325).stdout.splitlines()
    assert said[0].startswith("foretold  Converges. Each step makes up 0.1 of what is missing.")
    assert "It stops at 0.5999999999999994 after 317 steps and stays there." in said[0]
    assert said[1].startswith("happened  Settled after 317 steps")
    assert said[2].startswith("verdict   Healthy: nothing is wrong")
    assert "It stops at 0.5999999999999994, 5 doubles short of 0.6" in said[2]
    assert said[3] == "weight  0.5999999999999994"
    assert len(said) == 4


def test_a_recipe_and_an_option_before_its_key():
    assert "Cycling" in call("run", ROOT / "examples" / "sticks.toml", "--alpha", "1.5").stdout


def test_json_reads_back_to_the_same_bits():
    values = json.loads(call("run", *SEED, "--steps", 325, "--json").stdout)
    assert (values["weight"], values["ending"], values["settled_after"]) == (0.5999999999999994, "SETTLED", 317)
    diverged = json.loads(call("run", *SEED[:-1], "3", "--json").stdout)
    assert diverged["ending"] == "DIVERGED"
    assert diverged["weight"] in ("Infinity", "-Infinity")


def test_on_a_terminal_it_tells_the_story():
    said = on_a_terminal("run", *SEED, "--steps", 325)
    for words in ("alpha 0.1", "new weight", "0.5999999999999993", "⠉", "log scale", "Settled after 317", "0.5999999999999994"):
        assert words in said
    assert max(map(len, said.splitlines())) <= 130
    table = [line for line in said.splitlines() if line.lstrip()[:1].isdigit()]
    assert max(map(len, table)) <= 80


def test_the_whole_story_into_a_pipe_where_it_is_asked_for():
    assert "new weight" in call("run", *SEED, "--full").stdout


def test_ascii_where_the_terminal_has_no_more():
    said = on_a_terminal("run", *SEED, TERM="dumb")
    assert said.isascii()
    assert "*" in said


def test_trace_as_csv_json_markdown_and_parquet(tmp_path):
    path = tmp_path / "a.nodescope"
    call("run", *SEED, "--steps", 325, "--out", path)
    rows = list(csv.DictReader(io.StringIO(call("trace", path, "--from", 0, "--to", 10, "--format", "csv").stdout)))
    weights = ns.load(path).trace[0:10]["new_weight"].tolist()
    assert [float(row["new_weight"]) for row in rows] == weights
    assert json.loads(call("trace", path, "--to", 10, "--json").stdout)["new_weight"] == weights
    assert call("trace", path, "--to", 2, "--format", "md").stdout.splitlines()[2].startswith("| 0 |")
    assert "0.42000000000000004" in call("trace", path, "--to", 1).stdout
    call("trace", path, "--to", 10, "--format", "parquet", "--columns", "new_weight", "--out", tmp_path / "a.parquet")
    from pyarrow import parquet

    assert parquet.read_table(tmp_path / "a.parquet")["new_weight"].to_pylist() == weights
    assert call("trace", path, "--columns", "wieght", code=2).stderr.startswith("nodescope: there is no column 'wieght'")


def test_fit_and_predict_by_name(tmp_path):
    path = tmp_path / "p.nodescope"
    said = call("run", *FIT, "--missing", "drop", "--holdout", 0.2, "--out", path).stdout
    for words in ("least squares", "always the mean", "RMSE unseen", "flipper_length_mm"):
        assert words in said
    table = tmp_path / "new.csv"
    table.write_text("bill_length_mm,species,flipper_length_mm\n45,Gentoo,200\n40.5,Adelie,185.25\n")
    run = ns.load(path)
    expected = run.predict({"flipper_length_mm": [200, 185.25], "bill_length_mm": [45, 40.5]}).tolist()
    lines = call("predict", path, table).stdout.splitlines()
    assert lines[0] == "body_mass_g"
    assert [float(line) for line in lines[1:]] == expected
    assert json.loads(call("predict", path, table, "--json").stdout)["prediction"]["body_mass_g"] == expected
    own = np.array([[200, 45], [185.25, 40.5]]) @ run.table_weight + run.table_bias
    assert own == pytest.approx(expected, rel=1e-12)


def test_resume(tmp_path):
    path = tmp_path / "a.nodescope"
    call("run", *SEED, "--steps", 100, "--out", path)
    assert json.loads(call("run", "--resume", path, "--steps", 325, "--json").stdout)["settled_after"] == 317


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run"], "nothing to run"),
        (["run", "absent.toml"], "absent.toml: cannot be read"),
        (["run", "--bogus"], "--bogus"),
        (["run", *SEED, "--steps", "-1"], "steps is -1"),
        (["run", *SEED, "--steps", "3", "--epochs", "3"], "both given"),
        (["run", "--weight", "a", "--input", "1", "--goal", "1"], "--weight is 'a'"),
        (["run", *SEED, "--alpha", "fast"], "--alpha is 'fast'"),
        (["run", *SEED, "--out", "/absent/folder/x"], "cannot be written"),
        (["run", *FIT], "rows 4, 272"),
        (["run", "--data", PENGUINS, "--goal", "body_mas_g"], "body_mass_g"),
        (["run", "--data", "absent.csv", "--goal", "a"], "absent.csv"),
        (["trace", "absent.nodescope"], "cannot be read"),
        (["predict", PENGUINS, PENGUINS], "not a nodescope run file"),
        (["open", "--data", "/absent.csv"], "nodescope: /absent.csv cannot be read"),
        (["run", "--input", "[" * 100_000, "--goal", "1"], "--input is '[[["),
    ],
)
def test_bad_input_is_one_message_and_code_2(arguments, words):
    done = call(*arguments, code=2)
    assert words in done.stderr
    assert done.stdout == ""


def test_a_name_cannot_talk_to_the_terminal(tmp_path):
    table = tmp_path / "h.csv"
    table.write_text("a\x1b[31m,=cmd()\n1,2\n2,3\n3,5\n")
    said = call("run", "--data", table, "--goal", "=cmd()").stdout
    assert "\x1b" not in said
    path = tmp_path / "h.nodescope"
    call("run", "--data", table, "--goal", "=cmd()", "--out", path)
    assert call("predict", path, table).stdout.startswith("'=cmd()")


def test_forecast_tells_and_counts_the_steps_to_an_mse():
    said = call("forecast", *SEED, "--mse", "1e-6").stdout.splitlines()
    assert said[0].startswith("Converges. Each step makes up 0.1 of what is missing. Stable up to alpha 2.")
    assert said[1] == "An mse of 1e-06 is reached after 51 steps."
    values = json.loads(call("forecast", *SEED, "--mse", "0", "--json").stdout)
    assert (values["limit"], values["final_weight"], values["settles_at"]) == (2.0, 0.5999999999999994, 317)
    assert values["steps_to"] is None
    assert "it stops before" in values["why_not"]


def test_run_tells_its_verdict_to_machines():
    values = json.loads(call("run", *SEED, "--alpha", "2.01", "--steps", 325, "--json").stdout)
    assert values["findings"][0]["name"] == "diverges"
    assert values["forecast"]["regime"] == "diverges"
    assert all(row["agrees"] for row in values["proof"])


def test_diagnose_explain_and_verify_a_file(tmp_path):
    path = tmp_path / "sticks.nodescope"
    call("run", *SEED, "--steps", 325, "--out", path)
    assert "5 doubles short of 0.6" in call("diagnose", path).stdout
    assert "new weight     = 0.43800000000000006" in call("explain", path, "--step", 1).stdout
    assert call("explain", path, "--step", 1, "--format", "md").stdout.startswith("**Step 1 of 325")
    assert json.loads(call("explain", path, "--step", -1, "--json").stdout)["numbers"]["weight"] == 0.5999999999999994
    assert call("verify", path).stdout.startswith("Verified, bit for bit")
    assert json.loads(call("verify", path, "--json").stdout)["passed"] is True
    assert "step 325 is not there" in call("explain", path, "--step", 325, code=2).stderr


def test_grade_a_sheet_a_folder_and_standard_input(tmp_path):
    (tmp_path / "ann.csv").write_text("weight,new_weight\n0.4,0.42\n0.42,0.438\n")
    (tmp_path / "bob.csv").write_text("weight,new_weight\n0.4,0.44\n0.44,0.472\n")
    (tmp_path / "eve.csv").write_text("weight,new_weight\n0.4,what\n")
    assert call("grade", tmp_path / "ann.csv", *SEED).stdout.startswith("Right: all 2 rows agree")
    listed = json.loads(call("grade", tmp_path, *SEED, "--json").stdout)
    assert listed["ann.csv"]["correct"] is True
    assert listed["bob.csv"]["convention"] == "full derivative"
    assert "what" in listed["eve.csv"]["error"]
    assert call("grade", "-", *SEED, input="0.38\n0.358\n").stdout.startswith("Wrong sign")


def test_grade_of_a_missing_file_is_one_clear_message(tmp_path):
    assert "nobody.csv" in call("grade", tmp_path / "nobody.csv", *SEED, code=2).stderr


def test_export_a_page_or_text(tmp_path):
    call("export", ROOT / "examples" / "sticks.toml", tmp_path / "sticks.html")
    assert (tmp_path / "sticks.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    call("export", ROOT / "examples" / "sticks.toml", tmp_path / "sticks.md")
    written = (tmp_path / "sticks.md").read_text(encoding="utf-8")
    assert "**verdict** Healthy: nothing is wrong" in written
    assert "It stops at 0.5999999999999994" in written
    assert (
        "can be written as .html, .md, .csv" in call("export", ROOT / "examples" / "sticks.toml", tmp_path / "x.doc", code=2).stderr
    )
    assert "cannot be written" in call("export", ROOT / "examples" / "sticks.toml", tmp_path / "no" / "x.md", code=2).stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["sticks.html", "sticks.md"]


def test_the_list_of_commands_has_the_first_sentence_of_each():
    """It is told without importing any."""
    for name, (_, words) in _COMMANDS.items():
        command = cli.get_command(click.Context(cli), name)
        assert command is not None
        assert words == str(command.help).partition("\n")[0].partition(". ")[0].rstrip(".") + "."


def test_help_says_each_command_whole_and_in_the_shells_words():
    listed = call("--help").stdout.partition("Commands:")[2]
    assert "..." not in listed
    commands = re.findall(r"^  ([a-z]+)  ", listed, re.MULTILINE)
    assert "run" in commands
    for command in commands:
        assert "`data`" not in call(command, "--help").stdout


def test_a_recipe_of_too_many_brackets(tmp_path):
    (tmp_path / "r.toml").write_text("input = " + "[" * 100_000)
    assert "is not a TOML recipe" in call("run", tmp_path / "r.toml", code=2).stderr


def test_more_epochs_of_a_run(tmp_path):
    path, straight = tmp_path / "p.nodescope", tmp_path / "q.nodescope"
    fit = [*FIT, "--missing", "drop", "--batch", 32]
    call("run", *fit, "--epochs", 3, "--out", path)
    call("run", "--resume", path, "--epochs", 8)
    call("run", *fit, "--epochs", 8, "--out", straight)
    assert ns.load(path).steps == ns.load(straight).steps
    assert ns.load(path).weight.tobytes() == ns.load(straight).weight.tobytes()
    assert "both given" in call("run", "--resume", path, "--epochs", 9, "--steps", 9, code=2).stderr
    assert "only --steps or --epochs" in call("run", "--resume", path, "--alpha", 9, code=2).stderr


@pytest.mark.parametrize(
    ("flags", "unit"),
    [
        (["--standardise"], 1.0),
        (["--standardise", "ddof 1"], 2**0.5),
        (["--standardise", "min-max"], 2.0),
        (["--standardise", "no"], 1.0),
    ],
)
def test_standardise_alone_or_with_a_way(flags, unit, tmp_path):
    """Of the column 1, 3 with goals 0, 1 the slope is ½; of the scaled one ½ times what the way divides by."""
    (tmp_path / "t.csv").write_text("a,y\n1,0\n3,1\n")
    fit = ["--data", tmp_path / "t.csv", "--goal", "y", "--alpha", "0.2", "--epochs", "5000"]
    told = json.loads(call("run", *fit, *flags, "--json").stdout)
    assert told["weight"] == [pytest.approx(unit / 2, rel=1e-6)]
    assert told["table_weight"] == [pytest.approx(0.5, rel=1e-6)]
