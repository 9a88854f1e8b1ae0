"""The shell where it is interrupted, and where there is nowhere to print or to write."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from cli.shell import COMMAND, ROOT, SEED, call

import nodescope as ns


def test_a_closed_pipe_is_no_fault():
    done = subprocess.run(
        f"{sys.executable} -m nodescope trace {ROOT / 'examples' / 'sticks.toml'} --to 325 | head -1",
        shell=True, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "Traceback" not in done.stderr


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
