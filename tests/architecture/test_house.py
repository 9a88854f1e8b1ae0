"""The public names, what importing costs, and what no file of the project may say."""

import gzip
import re
import subprocess
import sys
from pathlib import Path

from conftest import ON_BOTH

import nodescope as ns

ROOT = Path(__file__).parents[2]
HEAVY = ("pandas", "polars", "pyarrow", "rich", "click", "sklearn", "torch", "starlette")


def test_public_names():
    assert " ".join(sorted(ns.__all__)) == (
        "Boundary Certificate ClassList Comparison DataChanged Diagnosis Ending Explanation FileError Finding Fit Forecast "
        "Grade GradientCheck InputError Inspection Network NodescopeError Recipe Recorded Run Sweep bisect_alpha check_gradients "
        "compare descend diagnose explain export fit forecast grade inspect load network read_recipe resume save schedule show "
        "sweep verify"
    )
    assert all(getattr(ns, name).__doc__ for name in ns.__all__)


def test_importing_and_running_a_node_loads_nothing_heavy():
    code = (
        f"import sys, nodescope as ns; ns.descend(weight=0.4, input=1, goal=0.6); print([m for m in {HEAVY!r} if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"


def test_no_file_names_a_machine_or_a_registry():
    forbidden = re.compile(r"/(home|root|work|Users)/|https?://[^\s'\")]*(pypi|npmjs|debian)|\"resolved\":")
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n")
    files = [ROOT / name for name in listed if name and (ROOT / name).exists() and name != str(Path(__file__).relative_to(ROOT))]
    assert len(files) > 30
    found = [str(path) for path in files if forbidden.search(path.read_text(errors="replace"))]
    assert found == []


def test_the_bundle_is_small_and_whole():
    static = ROOT / "src" / "nodescope" / "hosts" / "static"
    bounds = {"nodescope": 90_000, "start": 5_000, "several": 10_000, "network": 16_000, "fit": 15_000, "observed": 15_000}
    bounds |= {"judged": 7_000, "both": 3_000, "table": 500, "map": 1_000, "beside": 1_500}
    assert {path.stem for path in static.glob("*.js")} == set(bounds)
    for name, most in bounds.items():
        script = (static / f"{name}.js").read_bytes()
        assert len(gzip.compress(script, 9)) < most, name
        assert b"</script" not in script
        assert b"<!--" not in script
    assert "preact" in (static / "THIRD_PARTY_LICENSES").read_text()


def test_what_runs_on_both_engines_is_there():
    assert [place for place in ON_BOTH if not (ROOT / "tests" / place).exists()] == []
