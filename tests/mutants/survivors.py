"""Changes that no test sees: `make mutants`, or python tests/mutants/survivors.py theory --count 40 --seed 1.

From all changes of a room's modules (see changes.py) some are drawn. Before anything is changed, the tests run once, and it is
written down which of them go through which line (covering.py). Of each change those that go through its line run, the quickest
first, until one fails, then those beside them. What they all pass has survived: it is printed, and is either a test that is
missing, a line that is not needed, or a change that means the same. Tests that start a program of their own are not seen going
through a line, so that more may be said to survive than do. Nothing is written to the tree.
"""

import argparse
import json
import multiprocessing
import os
import random
import resource
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import pytest
import same_products  # noqa: F401  # before NumPy
from changes import Change, changes
from covering import Covering

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
ROOMS = ROOT / "src" / "nodescope"
ALL_ROOMS = ("theory", "run", "diagnosis")
PLACES = (
    "said/test_sheets_and_checks.py", "said/test_runs.py", "verdicts/test_loops.py", "verdicts/test_verdicts.py", "homework",
    "diagnosis", "run", "verdicts/test_classes_verdicts.py", "said/test_theory.py", "said/test_making.py", "theory",
    "architecture/test_thresholds.py", "laws/test_networks.py", "laws/test_classes.py", "laws/test_sides.py", "laws/test_words.py",
    "corpus/test_runs.py", "corpus/test_formats.py", "frameworks/test_recorded_tables.py", "frameworks/test_over_time.py",
)  # fmt: skip
"""Of the tests, those that ask most of these rooms in least time. More may see a change."""
QUICK_SECONDS, MOST_SECONDS = 3, 30
"""Of the tests that run first, and of all that run through a change's line: a survivor costs as much, and with more time some would
be seen that are said to survive."""
LEAST_SECONDS, TIMES_AS_LONG = 40, 4
"""Of processor time that the tests of a change may take: what makes them hang has been seen. Not of the clock, by which a busy
machine would see more than a quiet one."""
SETTINGS = {"NODESCOPE_ENGINE": "compiled", "NODESCOPE_TESTS": "short", "CI": "1"}
OPTIONS = ["-x", "-q", "-p", "no:cacheprovider", "--timeout", "600"]
FORKED = multiprocessing.get_context("forkserver")
"""Processes begin with the libraries loaded, which takes longer than most of the tests."""
FORKED.set_forkserver_preload(["pytest", "numpy", "pyarrow.compute", "pandas", "sklearn.linear_model", "torch"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rooms", nargs="*", default=ALL_ROOMS, choices=[[], *ALL_ROOMS], metavar="room", help=", ".join(ALL_ROOMS))
    parser.add_argument("--count", type=int, default=40, help="changes drawn of each room (40)")
    parser.add_argument("--seed", type=int, default=1, help="of the draw (1)")
    parser.add_argument("--jobs", type=int, default=2, help="changes tried at once (2)")
    parser.add_argument("--again", action="store_true", help="go by what was written down last, of those lines and tests")
    asked = parser.parse_args()
    with ThreadPoolExecutor(asked.jobs) as pool:
        covering = Covering.read(pool.map(lambda place: through_each_line(place, asked.again), PLACES))
    for room in asked.rooms:
        measure(room, asked.count, asked.seed, asked.jobs, covering)


def measure(room: str, count: int, seed: int, jobs: int, covering: Covering) -> None:
    """Try some changes of a room, tell each that survives, and their share."""
    every = [change for path in sorted((ROOMS / room).rglob("*.py")) for change in changes(path)]
    drawn = random.Random(f"{room} {seed}").sample(every, min(count, len(every)))
    survived = 0
    with ThreadPoolExecutor(jobs) as pool:
        outcomes = pool.map(lambda change: how_seen(change, covering), drawn)
        for number, (change, seen) in enumerate(zip(drawn, outcomes, strict=True), 1):
            survived += seen == "SURVIVED"
            print(f"{number:4} {seen:8} {change}", flush=True)
    share = survived / max(len(drawn), 1)
    print(f"{room}: {survived} of {len(drawn)} survived ({share:.0%}), of {len(every):,} changes, seed {seed}")


def through_each_line(place: str, again: bool) -> tuple[Path, Path]:
    """Run some tests unchanged, and learn which go through which line, and how long each takes: the files that say so."""
    name = place.removesuffix(".py").replace("/", "-")
    data, seconds = ROOT / "build" / f"covered-{name}", ROOT / "build" / f"seconds-{name}.json"
    if again and seconds.exists():
        return data, seconds
    data.parent.mkdir(exist_ok=True)
    data.unlink(missing_ok=True)
    source = ",".join(str(ROOMS / room) for room in ALL_ROOMS)
    watched = ["coverage", "run", f"--rcfile={HERE / 'coverage.ini'}", f"--data-file={data}", f"--source={source}"]
    command = [sys.executable, "-m", *watched, "-m", "pytest", "-p", "noted", *OPTIONS, str(ROOT / "tests" / place)]
    settings = os.environ | SETTINGS | {"PYTHONPATH": str(HERE), "NODESCOPE_SECONDS": str(seconds)}
    done = subprocess.run(command, cwd=ROOT, env=settings, capture_output=True, text=True, check=False)
    if done.returncode:
        told = done.stdout[-2000:] + done.stderr[-2000:]
        raise SystemExit(f"tests/{place} fails before anything is changed ({done.returncode})\n{told}")
    return data, seconds


def how_seen(change: Change, covering: Covering) -> str:
    """Whether a test fails, or hangs, or none does: first the quick ones through its line, then the others, then those beside."""
    through = covering.tests(change.path, change.line)
    beside = covering.beside(through) if through else set(covering.seconds)
    quick = within(QUICK_SECONDS, through, covering.seconds)
    longer = within(MOST_SECONDS, through, covering.seconds) - quick
    for tests in (quick, longer, within(QUICK_SECONDS, beside - through, covering.seconds)):
        if tests and (seen := seen_by(tests, change, covering.seconds)):
            return seen
    return "SURVIVED"


def within(most: float, tests: set[str], seconds: dict[str, float]) -> set[str]:
    """The quickest of some tests, that take so many seconds together."""
    chosen, spent = set[str](), 0.0
    for test in sorted(tests, key=lambda test: (seconds[test], test)):
        spent += seconds[test]
        if spent > most and chosen:
            break
        chosen.add(test)
    return chosen


def seen_by(tests: set[str], change: Change, seconds: dict[str, float]) -> str:
    """What some tests make of a change, nothing where all pass."""
    files = {test: test.partition("::")[0] for test in tests}
    whole = {file: sum(seconds[test] for test in tests if files[test] == file) for file in set(files.values())}
    ordered = sorted(tests, key=lambda test: (whole[files[test]], files[test], seconds[test]))
    module = ".".join(("nodescope", *change.path.relative_to(ROOMS).with_suffix("").parts)).removesuffix(".__init__")
    with tempfile.TemporaryDirectory() as folder:
        changed, seeing, told = (Path(folder) / name for name in (change.path.name, "seeing.json", "told"))
        changed.write_bytes(change.source)
        seeing.write_text(json.dumps(ordered))
        settings = SETTINGS | {"NODESCOPE_CHANGED": f"{module}={changed}", "NODESCOPE_SEEING": str(seeing)}
        limit = LEAST_SECONDS + TIMES_AS_LONG * round(sum(whole.values()))
        child = FORKED.Process(target=tests_pass, args=([*OPTIONS, *sorted(whole)], settings, limit, told))
        child.start()
        child.join()
        text = told.read_text()
    if child.exitcode in (3, 4, 5) and "ERROR collecting" not in text and "ImportError while loading conftest" not in text:
        raise SystemExit(f"{change}\n{text}")
    return {0: "", 1: "seen", 2: "seen", 4: "seen"}.get(child.exitcode or 0, "hung")


def tests_pass(arguments: list[str], settings: dict[str, str], most_seconds: int, told: Path) -> None:
    """In a process of its own, which the changed module is loaded into; it ends with what pytest ends with."""
    resource.setrlimit(resource.RLIMIT_CPU, (most_seconds, most_seconds))
    os.environ.update(settings)
    output = os.open(told, os.O_WRONLY | os.O_CREAT)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.chdir(ROOT)
    code = int(pytest.main(["-p", "changed_module", *arguments]))
    sys.stdout.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
