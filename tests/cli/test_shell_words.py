"""The shell names its own options: no sentence that it may say has a keyword in Python's form, wherever it was written."""

import ast
import inspect
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
import quick_shell
from click.testing import CliRunner

import nodescope as ns
from nodescope.cli import cli
from nodescope.cli.words import in_shell_words

PACKAGE = Path(ns.__file__).parent
ELSEWHERE = {
    "torch": "said in Python only",
    "sklearn": "said in Python only",
    "diagnosis/after/observed": "PyTorch's keywords, which are changed in Python",
    "diagnosis/after/about_recording.py": "PyTorch's keywords",
    "views/as_notebook.py": "the lines of a notebook",
    "views/model/in_python.py": "the lines of a Python file",
    "hosts/export.py": "`fragment=` and `nodes=` are asked for in Python only",
    "views/recorded_scene.py": "`nodes=` of an observed training",
    "run/network.py": "`ns.network` takes whole networks, which the shell does not",
    "run/trackers.py": "`to=` is for Python",
    "diagnosis/sweeps/workers.py": "`on=` is for Python",
    "diagnosis/sweeps/grid.py": "networks that are given whole are Python's",
}
"""Where sentences with keywords are that the shell has no option for, and why."""
KEYWORDS = {
    name for public in (getattr(ns, name) for name in ns.__all__) if callable(public) and not inspect.isclass(public)
    for name in inspect.signature(public).parameters
} | {"network", "hidden"}  # fmt: skip
PYTHONS = re.compile(rf"(?<![\w-])({'|'.join(sorted(KEYWORDS))})=(?![=\s])")


def sentences(path: Path) -> Iterator[tuple[int, str]]:
    """Texts of a file but docstrings, markup and addresses; what is filled in is an 8."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    parts = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    alone = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        text = None
        if isinstance(node, ast.JoinedStr):
            text = "".join(str(part.value) if isinstance(part, ast.Constant) else "8" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in parts | alone:
            text = node.value
        if text is not None:
            text = text.replace("network=8", "network=[2, 8, 1]")  # which is what stands there
        if text is not None and "</" not in text and "/>" not in text and "<!" not in text and not text.startswith(("<", "/")):
            yield node.lineno, text


def test_every_sentence_has_a_form_for_the_shell():
    left = []
    for path in sorted(PACKAGE.rglob("*.py")):
        place = path.relative_to(PACKAGE).as_posix()
        if any(place == where or place.startswith(f"{where}/") for where in ELSEWHERE) or place == "cli/words.py":
            continue
        left += [f"{place}:{line}: {text}" for line, text in sentences(path) if PYTHONS.search(in_shell_words(text))]
    assert left == []


@pytest.mark.parametrize(
    ("python", "shell"),
    [('hidden="auto" shows', "--hidden auto shows"),
     ("give weight=, input= … as descend takes them", "give --weight, --input … as nodescope run takes them"),
     ("go on with ns.resume, or", "go on with nodescope run --resume RUN --epochs TOTAL, or"),
     ("weight= and network= are both given", "--weight and --hidden are both given"),
     ("the file sheets/seed=3.csv is no table", "the file sheets/seed=3.csv is no table")],
)  # fmt: skip
def test_known_forms(python: str, shell: str):
    assert in_shell_words(python) == shell


def test_fit_and_grade_speak_the_shells_words(tmp_path: Path):
    table, sheet = tmp_path / "t.csv", tmp_path / "sheet.txt"
    table.write_text("a,y\n" + "".join(f"{i},{2 * i + i % 3}\n" for i in range(60)))
    sheet.write_text("step weight prediction\n0 0.4 0.4\n1 0.42 0.42\n")
    told = CliRunner().invoke(cli, ["fit", str(table), "--goal", "y"])
    assert told.exit_code == 0, told.output
    assert "--holdout 0 learns from all; --hidden auto shows whether" in told.output
    assert not PYTHONS.search(told.output)
    refused = CliRunner().invoke(cli, ["grade", str(sheet)])
    assert "give --weight, --input" in in_shell_words(str(refused.exception))


@pytest.mark.parametrize("missing", ["starlette", "uvicorn"])
def test_the_local_page_names_what_it_needs(missing: str):
    """Where there are no sockets these two are not installed; a run is told all the same, and only `open` refuses.

    In a process of its own: modules that are imported anew would not be those that other tests have.
    """

    def called(*arguments: str) -> subprocess.CompletedProcess[str]:
        code = (
            f"import sys; sys.modules[{missing!r}] = None; from nodescope.cli import cli; cli({arguments!r}, standalone_mode=False)"
        )
        return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)

    refused = called("open", "--no-browser")
    assert re.search(
        rf"InputError: the local page needs {missing}.*nodescope\[page\].*export RUN run\.html", refused.stderr, re.DOTALL
    )
    assert called("run", "--weight", "0.4", "--input", "1", "--goal", "0.6", "--alpha", "0.1", "--steps", "325").returncode == 0


def test_help_has_an_example_and_fits_eighty_columns():
    """Each command says how it is called, with an example; no sentence is cut off, or wider than that.

    A command to copy may be wider, and wraps.
    """
    with click.Context(cli, info_name="nodescope") as top:
        names = [name for name in cli.list_commands(top) if not cli.get_command(top, name).hidden]
    assert len(names) > 15
    for name in ["", *names]:
        told = quick_shell.call(*name.split(), "--help", env=os.environ | {"COLUMNS": "80"})
        assert told.returncode == 0, told.stderr
        usage, *lines = told.stdout.splitlines()
        assert usage.startswith("Usage:")
        assert not name or any(f"nodescope {name}" in line for line in lines), name
        sentences = [line for line in lines if not re.match(r" +(nodescope|python) ", line)]
        assert [line for line in sentences if len(line) > 80 or line.endswith("...")] == [], name
