"""What `import nodescope`, a first run and each command import: modules of ours are counted, and rooms named that stay shut.

No time is measured here: `make bench` does that. A bound is what there was when it was last looked at, and may only fall.
"""

import ast
import importlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

import nodescope as ns

SRC = Path(ns.__file__).parent
SEED = ["--weight", "0.4", "--input", "1", "--goal", "0.6", "--alpha", "0.1", "--steps", "325"]
HEAVY = ["pandas", "polars", "pyarrow", "rich", "sklearn", "torch", "starlette", "matplotlib", "xml", "http", "ssl"]
SPARED = [
    "csv", "difflib", "hashlib", "html", "importlib.resources", "json", "pathlib", "shutil", "tempfile", "tomllib",
    "traceback", "zipfile",
]  # fmt: skip
"""Modules of the standard library that take a millisecond or so each, and that a run of one node does without."""
FILES = ["sqlite3", "nodescope.run.file.runfile"]
HOMEWORK = ["nodescope.diagnosis.homework"]
VERDICT = ["nodescope.diagnosis.after.findings"]
OTHERS = [
    "nodescope.run.recorded",
    "nodescope.run.trace",
    "nodescope.data.open",
    "nodescope.data.source",
    "nodescope.arithmetic.walk",
]
"""What was recorded elsewhere, windows of steps, tables, and the engine without a compiler."""
PICTURES = ["nodescope.views.picture", "nodescope.hosts.export"]


def imported(code: str) -> list[str]:
    """Modules that a fresh process has imported at its end."""
    ends = "; import sys, json; print(json.dumps(sorted(sys.modules)), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code + ends], capture_output=True, text=True, check=True)
    found: list[str] = json.loads(done.stderr.splitlines()[-1])
    return found


def by_command(*arguments: str) -> list[str]:
    return imported(f"from nodescope.cli import cli; cli({list(arguments)!r}, standalone_mode=False)")


def check(found: list[str], most: int, shut: list[str]) -> None:
    ours = [name for name in found if name.split(".")[0] == "nodescope"]
    assert len(ours) <= most, ours
    assert [name for name in found if any(name == room or name.startswith(room + ".") for room in shut)] == []


def test_importing_loads_neither_numpy_nor_a_room():
    ours = [name for name in imported("import nodescope") if name.startswith("nodescope")]
    assert ours == ["nodescope", "nodescope._version", "nodescope.run", "nodescope.run.offers", "nodescope.starting"]
    check(imported("import nodescope"), 5, ["numpy", "click", "dataclasses", *HEAVY])


def test_a_first_run_loads_a_third():
    code = "import nodescope as ns; ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1, steps=325)"
    check(imported(code), 48, ["click", *HEAVY, *FILES, *HOMEWORK, *PICTURES, "nodescope.diagnosis", "nodescope.views"])


@pytest.mark.parametrize(
    "code",
    [
        "import nodescope as ns; ns.descend(weight=0.4, input=1, goal=0.6, alpha=0.1, steps=325)",
        f"from nodescope.cli import cli; cli({['run', *SEED]!r}, standalone_mode=False)",
    ],
    ids=["descend", "run"],
)
def test_a_first_run_does_without_what_it_does_not_use(code: str):
    """Whatever NumPy and click import themselves is theirs."""
    theirs = imported("import numpy, click")
    assert [name for name in imported(code) if name in SPARED and name not in theirs] == []


@pytest.mark.parametrize(
    ("most", "shut", "arguments"),
    [
        (9, ["numpy", "nodescope.diagnosis", *FILES], ["--version"]),
        (9, ["numpy", "nodescope.diagnosis", *FILES], ["--help"]),
        (56, ["nodescope.diagnosis", *FILES], ["run", "--help"]),
        (104, [*FILES, *HOMEWORK, *PICTURES, *OTHERS, "nodescope.views.values"], ["run", *SEED]),
        (114, [*HOMEWORK, *PICTURES, *OTHERS], ["run", *SEED, "--out", "OUT/sticks.nodescope"]),
        (82, [*FILES, *HOMEWORK, *PICTURES, *VERDICT, *OTHERS], ["forecast", *SEED]),
        (107, [*FILES, *HOMEWORK, *PICTURES, *OTHERS], ["diagnose", "RECIPE"]),
        (71, [*FILES, *HOMEWORK, *PICTURES, *VERDICT], ["trace", "RECIPE"]),
        (80, [*HOMEWORK, *PICTURES, *VERDICT], ["explain", "RECIPE", "--step", "1"]),
        (81, [*HOMEWORK, *PICTURES, *VERDICT], ["verify", "RECIPE"]),
        (70, [*FILES, *HOMEWORK, *PICTURES], ["compare", "RECIPE", "RECIPE"]),
        (172, ["starlette", "matplotlib"], ["export", "RECIPE", "OUT/sticks.svg"]),
        (84, ["nodescope.diagnosis.after", *PICTURES], ["worksheet", "--students", "1", "--out", "OUT"]),
    ],
    ids=lambda value: "_".join(value[:2]) if isinstance(value, list) and "numpy" not in value else "",
)
def test_a_command_loads_what_it_uses(most: int, shut: list[str], arguments: list[str], tmp_path: Path):
    recipe = tmp_path / "sticks.toml"
    recipe.write_text("weight = 0.4\ninput = 1.0\ngoal = 0.6\nalpha = 0.1\nsteps = 325\n")
    given = [argument.replace("RECIPE", str(recipe)).replace("OUT", str(tmp_path)) for argument in arguments]
    heavy = [name for name in HEAVY if name not in shut]
    check(by_command(*given), most, [*shut, *heavy])


def test_the_public_names_are_those_that_types_are_checked_of():
    """The table that `__getattr__` reads says the same as the imports that only checkers of types see."""
    seen = {
        alias.name: node.module
        for block in ast.parse((SRC / "__init__.py").read_text()).body
        if isinstance(block, ast.If)
        for node in ast.walk(block)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert set(seen) == set(ns.__all__)
    for name, module in seen.items():
        assert getattr(ns, name) is getattr(importlib.import_module(str(module)), name)
    assert set(ns.__all__) <= set(dir(ns))
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = ns.nonsense  # type: ignore[attr-defined]


def test_what_is_imported_later_is_there_under_its_own_name():
    """`x = Later("nodescope.room.x")` stands in the place of `from nodescope.room import x`."""
    for path in SRC.rglob("*.py"):
        tree = ast.parse(path.read_text())
        branches = [node for node in tree.body if isinstance(node, ast.If) and node.orelse]
        for branch in branches:
            stated = {f"{i.module}.{a.name}" for i in branch.body if isinstance(i, ast.ImportFrom) for a in i.names}
            calls = [c for node in branch.orelse for c in ast.walk(node) if isinstance(c, ast.Call)]
            later = {c.args[0].value for c in calls if isinstance(c.args[0], ast.Constant)}
            assert later <= stated, path
            assert all(importlib.import_module(str(name)) for name in later)
