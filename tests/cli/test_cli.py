"""The shell: what it prints to people and to machines, exit codes, and one clear message for bad input."""

import csv
import io
import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import nodescope as ns

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "nodescope"]
SEED = ["--weight", "0.4", "--input", "1", "--goal", "0.6", "--alpha", "0.1"]
PENGUINS = str(ROOT / "examples" / "penguins.csv")
FIT = ["--data", PENGUINS, "--goal", "body_mass_g", "--inputs", "flipper_length_mm,bill_length_mm", "--standardise"]


def call(*arguments, code=0, **options):
    done = subprocess.run([*COMMAND, *map(str, arguments)], capture_output=True, text=True, check=False, **options)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return done


def on_a_terminal(*arguments, **environment):
    """What a person sees in a terminal of 80 columns."""
    leader, follower = pty.openpty()
    env = {**os.environ, "COLUMNS": "80", "TERM": "xterm", "PYTHONIOENCODING": "utf-8", **environment}
    process = subprocess.Popen([*COMMAND, *map(str, arguments)], stdout=follower, stderr=follower, stdin=follower, env=env)
    os.close(follower)
    said = b""
    try:
        while chunk := os.read(leader, 65536):
            said += chunk
    except OSError:
        pass  # the terminal is gone once the program is
    os.close(leader)
    assert process.wait() == 0
    return said.decode()


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


def test_a_closed_pipe_is_no_fault():
    done = subprocess.run(
        f"{sys.executable} -m nodescope trace {ROOT / 'examples' / 'sticks.toml'} --to 325 | head -1",
        shell=True, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "Traceback" not in done.stderr


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


def test_help_says_each_command_whole_and_in_the_shells_words():
    listed = call("--help").stdout.partition("Commands:")[2]
    assert "..." not in listed
    commands = re.findall(r"^  ([a-z]+)  ", listed, re.MULTILINE)
    assert "run" in commands
    for command in commands:
        assert "`data`" not in call(command, "--help").stdout


XOR = ROOT / "examples" / "xor.toml"


@pytest.mark.parametrize("arguments", [["run", XOR], ["trace", XOR], ["diagnose", XOR, "--json"], ["--help"]], ids=lambda a: a[0])
def test_nowhere_to_print_is_one_message(arguments):
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([*COMMAND, *map(str, arguments)], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.stderr == "nodescope: standard output cannot be written: No space left on device\n"
    assert done.returncode == 2
    closed = subprocess.run(
        ["/bin/sh", "-c", 'exec "$@" >&-', "sh", *COMMAND, *map(str, arguments)], stderr=subprocess.PIPE, text=True, check=False
    )
    assert closed.stderr == "nodescope: standard output is closed: there is nowhere to write to\n"
    assert closed.returncode == 2


def test_closed_messages_and_input_are_no_fault(tmp_path):
    done = subprocess.run(
        ["/bin/sh", "-c", 'exec "$@" 2>&-', "sh", *COMMAND, "run", str(XOR)], stdout=subprocess.PIPE, text=True, check=False
    )
    assert (done.returncode, done.stdout.splitlines()[0][:8]) == (0, "foretold")
    asked = ["/bin/sh", "-c", 'exec "$@" <&-', "sh", *COMMAND, "grade", "-", *SEED]
    closed = subprocess.run(asked, capture_output=True, text=True, check=False)
    assert (closed.returncode, len(closed.stderr.splitlines())) == (2, 1), closed.stderr
    (tmp_path / "no.txt").write_bytes(b"\x89\xff\xfe")
    with (tmp_path / "no.txt").open("rb") as binary:
        told = call("grade", "-", *SEED, code=2, stdin=binary, env={**os.environ, "PYTHONIOENCODING": "utf-8"}).stderr
        assert "standard input cannot be read as text" in told


def test_out_leaves_recipes_tables_and_devices_alone(tmp_path):
    """Story: `run r.toml --out r.toml` replaced the recipe by a run file, without a word."""
    recipe, table = tmp_path / "r.toml", tmp_path / "p.csv"
    recipe.write_bytes(XOR.read_bytes())
    table.write_text("a,b\n1,2\n2,3\n3,5\n")
    fit = ["run", "--data", table, "--goal", "b"]
    for arguments in (["run", recipe, "--out", recipe], [*fit, "--out", table]):
        assert "is there and is not a nodescope run file" in call(*arguments, code=2).stderr
    assert "it is a device" in call("run", recipe, "--out", "/dev/null", code=2).stderr
    assert "it is a device" in call("trace", recipe, "--out", "/dev/full", code=2).stderr
    run = tmp_path / "p.nodescope"
    call(*fit, "--out", run)
    (tmp_path / "again").symlink_to(table)
    for arguments in (
        ["predict", run, table, "--out", table], ["predict", run, table, "--out", run],
        ["predict", run, recipe, "--out", tmp_path / "again"], ["trace", run, "--out", run],
        ["trace", run, "--format", "parquet", "--out", table], ["export", run, table],
    ):  # fmt: skip
        assert "it is read here; name another file" in call(*arguments, code=2).stderr
    assert table.read_text().startswith("a,b\n")
    assert ns.load(run).steps
    call("export", run, tmp_path / "x.csv")
    call("export", run, tmp_path / "x.csv")


def test_a_second_run_into_the_same_file_is_refused(tmp_path):
    path = tmp_path / "w.nodescope"
    long = [*COMMAND, "run", "--weight", "0.4", "--input", "1,2", "--goal", "0.6,5", "--alpha", "1e-12", "--steps", "1000000000000"]
    first = subprocess.Popen([*long, "--out", str(path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        while not path.exists():
            assert first.poll() is None
        assert "another nodescope is writing it" in call("run", *SEED, "--out", path, code=2).stderr
        assert "another nodescope is writing it" in call("run", "--resume", path, code=2).stderr
    finally:
        first.kill()
        first.communicate()
    call("run", *SEED, "--steps", 5, "--out", path, "--force")


@pytest.mark.usefixtures("ctrl_c")
def test_an_interrupted_run_is_a_result_with_everything_kept(tmp_path):
    path = tmp_path / "w.nodescope"
    long = ["run", "--weight", "0.4", "--input", "1,2", "--goal", "0.6,5", "--alpha", "1e-12", "--steps", "1000000000000"]
    process = subprocess.Popen([*COMMAND, *long, "--out", str(path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        while not (tmp_path / "w.nodescope-wal").exists():
            assert process.poll() is None
        time.sleep(0.3)  # until it is under way
        process.send_signal(signal.SIGINT)
        said, complaint = process.communicate()
    finally:
        process.kill()
    assert (process.returncode, complaint.startswith(f"wrote {path} ("), complaint.count("\n")) == (0, True, 1)
    assert "Interrupted after" in said
    assert ns.load(path).ending is ns.Ending.INTERRUPTED
    call("run", "--resume", path, "--steps", ns.load(path).steps + 5)


def test_a_recipe_of_too_many_brackets(tmp_path):
    (tmp_path / "r.toml").write_text("input = " + "[" * 100_000)
    assert "is not a TOML recipe" in call("run", tmp_path / "r.toml", code=2).stderr


# ---- silence is not an answer ----


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


@pytest.mark.parametrize("module", ["nodescope.starting", "numpy._core", "nodescope.run", "click.core"])
def test_ctrl_c_while_it_is_still_starting_says_nothing(module):
    """Story: a traceback from the middle of NumPy's import."""
    process = subprocess.Popen(
        [sys.executable, "-X", "importtime", *COMMAND[1:], "run", *SEED, "--steps", "1000000000", "--alpha", "1e-12"],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, preexec_fn=heeding_ctrl_c,
    )  # fmt: skip
    for line in process.stderr:
        if line.rstrip().endswith(module) or f" {module}." in line:
            break
    process.send_signal(signal.SIGINT)
    _, said = process.communicate()
    assert "Traceback" not in said
    assert "KeyboardInterrupt" not in said
    assert process.returncode in (-signal.SIGINT, 130, 0)


def heeding_ctrl_c():
    """Whatever started the tests."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def test_somebodys_own_program_keeps_its_ctrl_c():
    code = "import nodescope, signal; print(signal.getsignal(signal.SIGINT) is signal.default_int_handler)"
    for command in ([sys.executable, "-c", code], [sys.executable, "-"]):
        done = subprocess.run(command, input=code, capture_output=True, text=True, check=True, preexec_fn=heeding_ctrl_c)
        assert done.stdout == "True\n"
    ignoring = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN); import nodescope"
    code = f"{ignoring}; print(signal.getsignal(signal.SIGINT) is signal.SIG_IGN)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "True\n"


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
